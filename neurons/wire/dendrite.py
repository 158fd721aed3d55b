"""Calls to axons, signed as the SDK's dendrite signs them: one POST with a deadline and a reply of bounded size each.

Create one dendrite per process and use it with `async with`. Do not overlap calls to one validator: an axon accepts
only rising nonces.
"""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError
from pydantic_core import from_json

from neurons.chain.signing import sign
from neurons.messages import (
    PullReply,
    SubmitReply,
    SubmitRequest,
    Task,
    TaskStatus,
    bound_message,
    result_message,
)
from neurons.wire import synapses
from neurons.wire.headers import signed_by, write_headers
from neurons.wire.peers import (
    CallRefusedError,
    NoReplyError,
    Peer,
    PeerUnreachableError,
    clamp_time,
    filter_score,
    filter_thresholds,
)
from neurons.wire.synapses import Synapse, Terminal
from serving import http_client

S = TypeVar("S", bound=Synapse)

CONNECT_S = 5.0
PULL_S = 20.0
"""Timeout of a pull, for which a validator writes to its disk once."""
SUBMIT_S = 240.0
"""Timeout of a submission: a verdict takes up to two minutes of queueing and scoring, and a lost worker is tried once
more. Axons cap timeouts at 300 s; below that, a reply in time is never refused because its request is too old."""
STEP_BACK_NS = 1_000_000_000
"""If the clock is put back by more than this, nonces start again from its time under a new uuid: an axon remembers the
last nonce of each uuid, and refuses nonces that lie ahead of its own clock."""
REPLY_BYTES = 1 << 20
"""Largest reply that is read; the length of the request is added, since some validators send it back."""
RESULT_BYTES = 17 << 20
"""Largest reply that contains an asset."""


class Dendrite:
    """Calls axons, signing with `keypair` (a `bittensor_wallet.Keypair`) for subnet `netuid`.

    `transport` is httpx's, for tests; `now_ns` returns Unix nanoseconds.
    """

    def __init__(
        self,
        keypair: Any,
        netuid: int,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.hotkey: str = keypair.ss58_address
        self._keypair, self._netuid, self._now_ns = keypair, netuid, now_ns
        self._uuid = str(uuid.uuid4())
        self._nonce = 0
        self.pull_s, self.submit_s = PULL_S, SUBMIT_S
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
        self._client = httpx.AsyncClient(transport=transport, limits=limits, trust_env=False, follow_redirects=False)

    async def __aenter__(self) -> Dendrite:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def pull(self, peer: Peer) -> PullReply:
        """Ask for a task. Raises PeerError."""
        reply = await self._call(peer, synapses.PullTask(version=synapses.NEURONS_VERSION), self.pull_s)
        task = None
        if reply.task is not None and reply.task.id and reply.task.prompt:
            task = Task(reply.task.id, reply.task.prompt, clamp_time(reply.submit_before))
        return PullReply(
            task=task,
            cooldown_until=clamp_time(reply.cooldown_until),
            cooldown_violations=reply.cooldown_violations,
            reason_code=reply.reason_code,
            detail=reply.detail,
            scorer=reply.scorer,
            thresholds=filter_thresholds(reply.thresholds),
            max_result_bytes=max(0, reply.max_result_bytes),
            version=int(reply.version) if reply.version is not None else None,
        )

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitReply:
        """Send a result, or decline with an empty one; both signatures are made for this call. Raises PeerError."""
        request = await asyncio.to_thread(self._sign, peer.hotkey, task, results)
        synapse = synapses.SubmitResults(
            task=synapses.Task(id=request.task_id, prompt=request.prompt),
            results=request.results,
            submit_time=request.submit_time,
            signature=request.signature,
            bound_signature=request.bound_signature,
        )
        reply = await self._call(peer, synapse, self.submit_s)
        feedback = reply.feedback or synapses.Feedback()
        return SubmitReply(
            validation_failed=feedback.validation_failed,
            task_fidelity_score=feedback.task_fidelity_score,
            average_fidelity_score=feedback.average_fidelity_score,
            generations_within_8_hours=feedback.generations_within_8_hours,
            current_miner_reward=feedback.current_miner_reward,
            cooldown_until=clamp_time(reply.cooldown_until),
            reason_code=reply.reason_code,
            detail=reply.detail,
            score=filter_score(reply.score),
            scorer=reply.scorer,
            seed=reply.seed,
            thresholds=filter_thresholds(reply.thresholds),
            max_result_bytes=max(0, reply.max_result_bytes),
        )

    async def version(self, peer: Peer) -> tuple[int, str]:
        """Return the validator's release as one number, and the text of its validation service. Raises PeerError."""
        reply = await self._call(peer, synapses.GetVersion(), self.pull_s)
        return reply.version, reply.validation_version

    async def generate(self, peer: Peer, prompt: str) -> tuple[str, int]:
        """Request a splat as a user does; return the job's id and the seconds between status checks.

        Raises PeerError.
        """
        reply = await self._call(peer, synapses.Generate(prompt=prompt), self.pull_s)
        if not reply.task_id:
            raise NoReplyError("the reply names no job")
        return reply.task_id, reply.polling_interval

    async def status(self, peer: Peer, task_id: str) -> tuple[TaskStatus | None, str | None]:
        """Return the status of that job, and its result (base64) once it is done. Raises PeerError."""
        reply = await self._call(peer, synapses.StatusCheck(task_id=task_id), self.pull_s, RESULT_BYTES)
        return reply.status, reply.results

    def _sign(self, validator: str, task: Task, results: str) -> SubmitRequest:
        """Return the request with both signatures, made now."""
        submit_time = self._now_ns()
        bound = bound_message(
            netuid=self._netuid,
            task_id=task.id,
            asset=base64.b64decode(results),
            submit_time=submit_time,
            validator_hotkey=validator,
            miner_hotkey=self.hotkey,
        )
        return SubmitRequest(
            task_id=task.id,
            prompt=task.prompt,
            results=results,
            submit_time=submit_time,
            signature=sign(self._keypair, result_message(submit_time, task.prompt, validator, self.hotkey)),
            bound_signature=sign(self._keypair, bound),
        )

    async def _call(self, peer: Peer, synapse: S, timeout_s: float, reply_bytes: int = REPLY_BYTES) -> S:
        """Send a synapse and return the reply, which is one as well. Raises PeerError."""
        synapse = self._signed(peer, synapse, timeout_s)
        body = await asyncio.to_thread(lambda: synapse.model_dump_json().encode())
        headers = {**write_headers(synapse, body), "Content-Type": "application/json"}
        response = await self._post(f"{peer.url}/{synapse.name}", headers, body, timeout_s, reply_bytes + len(body))
        if response.status != 200:
            raise CallRefusedError(response.status, _read_message(response.body), response.retry_after_s)
        try:
            return type(synapse).from_reply(response.body)
        except ValidationError as error:
            raise NoReplyError(f"the reply cannot be read: {error.error_count()} fields are invalid") from error
        except ValueError as error:
            raise NoReplyError("the reply is not a JSON object") from error

    def _signed(self, peer: Peer, synapse: S, timeout_s: float) -> S:
        """Return the synapse with sender, receiver and timeout, signed with a nonce of its own."""
        now = self._now_ns()
        if self._nonce > now + STEP_BACK_NS:  # the clock was put back
            self._uuid, self._nonce = str(uuid.uuid4()), 0
        self._nonce = max(self._nonce + 1, now)
        sender = signed_by(self.hotkey, self._nonce, peer.hotkey, self._uuid, self._keypair.sign)
        receiver = Terminal(ip=peer.ip, port=peer.port, hotkey=peer.hotkey)
        return synapse.model_copy(update={"timeout": timeout_s, "dendrite": sender, "axon": receiver})

    async def _post(
        self, url: str, headers: dict[str, str], body: bytes, timeout_s: float, max_bytes: int
    ) -> http_client.Response:
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_S)
        try:
            return await http_client.request(
                self._client,
                "POST",
                url,
                max_bytes=max_bytes,
                total_s=timeout_s,
                headers=headers,
                content=body,
                timeout=timeout,
            )
        except http_client.UnreachableError as error:
            raise PeerUnreachableError(str(error)) from error
        except http_client.CallError as error:
            raise NoReplyError(str(error)) from error


def _read_message(content: bytes) -> str:
    """Return an axon's reason for a refusal: both the SDK's axons and ours send it as `message`."""
    try:
        found: Any = from_json(content)
    except ValueError:
        found = None
    return str((found if isinstance(found, dict) else {}).get("message") or "no reason given")
