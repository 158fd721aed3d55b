"""Calls to validators' axons, signed as the SDK's dendrite signs them and sent with httpx.

The SDK's own dendrite looks up its external address over the network when it is created, keeps an entry for every call
it ever made, follows redirects and reads replies of any size (docs/decisions.md). Here the SDK's synapse makes the
headers, the body and the body hash; the rest is one POST with a deadline and a reply of bounded size. Create one
dendrite per process and use it with `async with`. Do not overlap calls to one validator: an axon accepts only rising
nonces.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

import bittensor as bt
import httpx
from bittensor.core.settings import version_as_int
from bittensor.core.synapse import TerminalInfo
from pydantic import ValidationError
from pydantic_core import from_json

from neurons import protocol
from neurons.messages import PullReply, SubmitReply, SubmitRequest, Task, bound_message, result_message
from neurons.miner.peers import (
    CallRefusedError,
    NoReplyError,
    Peer,
    PeerUnreachableError,
    clamp_time,
    filter_score,
    filter_thresholds,
)
from serving import http_client

S = TypeVar("S", bound=protocol.ThreeGenSynapse)

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
    """Calls axons, signing with `keypair` for subnet `netuid`.

    `transport` is httpx's, for tests; `now_ns` returns Unix nanoseconds.
    """

    def __init__(
        self,
        keypair: bt.Keypair,
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
        reply = await self._call(peer, protocol.PullTask(version=protocol.NEURONS_VERSION), self.pull_s)
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
        synapse = protocol.SubmitResults(
            task=protocol.Task(id=request.task_id, prompt=request.prompt),
            results=request.results,
            submit_time=request.submit_time,
            signature=request.signature,
            bound_signature=request.bound_signature,
        )
        reply = await self._call(peer, synapse, self.submit_s)
        feedback = reply.feedback or protocol.Feedback()
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
        reply = await self._call(peer, protocol.GetVersion(), self.pull_s)
        return reply.version, reply.validation_version

    async def generate(self, peer: Peer, prompt: str) -> tuple[str, int]:
        """Request a splat as a user does; return the job's id and the seconds between status checks.

        Raises PeerError.
        """
        reply = await self._call(peer, protocol.Generate(prompt=prompt), self.pull_s)
        if not reply.task_id:
            raise NoReplyError("the reply names no job")
        return reply.task_id, reply.polling_interval

    async def status(self, peer: Peer, task_id: str) -> tuple[protocol.TaskStatus | None, str | None]:
        """Return the status of that job, and its result (base64) once it is done. Raises PeerError."""
        reply = await self._call(peer, protocol.StatusCheck(task_id=task_id), self.pull_s, RESULT_BYTES)
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
            signature=protocol.sign(self._keypair, result_message(submit_time, task.prompt, validator, self.hotkey)),
            bound_signature=protocol.sign(self._keypair, bound),
        )

    async def _call(self, peer: Peer, synapse: S, timeout_s: float, reply_bytes: int = REPLY_BYTES) -> S:
        """Send a synapse and return it as the axon filled it. Raises PeerError."""
        self._add_headers(peer, synapse, timeout_s)
        headers = {**synapse.to_headers(), "Content-Type": "application/json"}
        body = await asyncio.to_thread(lambda: json.dumps(synapse.model_dump()).encode())
        response = await self._post(f"{peer.url}/{synapse.name}", headers, body, timeout_s, reply_bytes + len(body))
        if response.status != 200:
            raise CallRefusedError(response.status, _read_message(response.body), response.retry_after_s)
        found = _parse_object(response.body)
        if found is None:
            raise NoReplyError("the reply is not a JSON object")
        # Some axons omit the required fields in their reply.
        sent = {name: getattr(synapse, name) for name in synapse.get_required_fields()}
        try:
            return type(synapse).model_validate({**sent, **found})
        except ValidationError as error:
            raise NoReplyError(f"the reply cannot be read: {error.error_count()} fields are invalid") from error

    def _add_headers(self, peer: Peer, synapse: S, timeout_s: float) -> None:
        """Add sender, receiver, nonce and their signature, as the SDK's dendrite does."""
        now = self._now_ns()
        if self._nonce > now + STEP_BACK_NS:  # the clock was put back
            self._uuid, self._nonce = str(uuid.uuid4()), 0
        self._nonce = max(self._nonce + 1, now)
        synapse.timeout = timeout_s
        synapse.axon = TerminalInfo(ip=peer.ip, port=peer.port, hotkey=peer.hotkey)
        signed = f"{self._nonce}.{self.hotkey}.{peer.hotkey}.{self._uuid}.{synapse.body_hash}"
        synapse.dendrite = TerminalInfo(
            ip="0.0.0.0",  # noqa: S104  the axon sees our address on the connection
            version=version_as_int,
            nonce=self._nonce,
            uuid=self._uuid,
            hotkey=self.hotkey,
            signature=f"0x{self._keypair.sign(signed.encode()).hex()}",
        )

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


def _parse_object(content: bytes) -> dict[str, Any] | None:
    try:
        found: Any = from_json(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _read_message(content: bytes) -> str:
    """Return an axon's reason for a refusal: both the SDK's axons and ours send it as `message`."""
    return str((_parse_object(content) or {}).get("message") or "no reason given")
