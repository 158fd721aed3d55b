"""Calls of validators' axons: signed as the SDK's dendrite signs them, sent by httpx.

The SDK's own dendrite looks its external address up over the network when it is made, keeps an entry of every call
for ever, follows redirects and reads answers of any size (docs/decisions.md). Here the SDK's synapse makes headers,
body and body hash; the rest is one POST with a deadline, and an answer of bounded size. One object per process, used
with `async with`. Its calls of one validator must not overlap: an axon takes nonces in rising order only.
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
from neurons.miner.peers import (
    NoReply,
    Peer,
    PullAnswer,
    Refused,
    SubmitAnswer,
    Task,
    Unreachable,
    falling,
    moment,
    share,
)
from serving import http_client

S = TypeVar("S", bound=protocol.ThreeGenSynapse)

CONNECT_S = 5.0
PULL_S = 20.0
"""A pull is one write on the validator's disk."""
SUBMIT_S = 240.0
"""A verdict takes up to two minutes of queueing and scoring, and a lost worker is tried once more; below the 300 s to
which axons cut the timeout, so that a reply in time is never refused for its request's age."""
ANSWER_BYTES = 1 << 20
"""Of an answer no more is read, and the length of what was sent, which some validators send back."""
RESULT_BYTES = 17 << 20
"""Of an answer that holds an asset."""


class Dendrite:
    """Signs with `keypair` for subnet `netuid`. `transport` is httpx's, for tests; `now_ns` gives Unix nanoseconds."""

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
        """Ready for calls."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def pull(self, peer: Peer) -> PullAnswer:
        """Asks for a task. Raises CallFailed."""
        answer = await self._call(peer, protocol.PullTask(version=protocol.NEURONS_VERSION), self.pull_s)
        given = answer.task is not None and bool(answer.task.id) and bool(answer.task.prompt)
        return PullAnswer(
            task=Task(answer.task.id, answer.task.prompt, moment(answer.submit_before))
            if given and answer.task
            else None,
            cooldown_until=moment(answer.cooldown_until),
            code=answer.reason_code,
            detail=answer.detail,
            scorer=answer.scorer,
            thresholds=falling(answer.thresholds),
            max_result_bytes=max(0, answer.max_result_bytes),
            version=int(answer.version) if answer.version is not None else None,
        )

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitAnswer:
        """Sends a result, or declines with an empty one; both signatures are made afresh. Raises CallFailed."""
        message = await asyncio.to_thread(self._signed, peer.hotkey, task, results)
        answer = await self._call(peer, message, self.submit_s)
        feedback = answer.feedback or protocol.Feedback()
        return SubmitAnswer(
            feedback=answer.feedback is not None,
            validation_failed=feedback.validation_failed,
            fidelity=feedback.task_fidelity_score,
            average=feedback.average_fidelity_score,
            accepted_8h=feedback.generations_within_8_hours,
            reward=feedback.current_miner_reward,
            cooldown_until=moment(answer.cooldown_until),
            code=answer.reason_code,
            detail=answer.detail,
            score=share(answer.score),
            scorer=answer.scorer,
            seed=answer.seed,
        )

    async def version(self, peer: Peer) -> tuple[int, str]:
        """The validator's release as one number, and what its validation service says. Raises CallFailed."""
        answer = await self._call(peer, protocol.GetVersion(), self.pull_s)
        return answer.version, answer.validation_version

    async def generate(self, peer: Peer, prompt: str) -> tuple[str, int]:
        """Asks for a splat as a user: the job's id, and the seconds between looks. Raises CallFailed."""
        answer = await self._call(peer, protocol.Generate(prompt=prompt), self.pull_s)
        if not answer.task_id:
            raise NoReply("the answer names no job")
        return answer.task_id, answer.polling_interval

    async def status(self, peer: Peer, task_id: str) -> tuple[protocol.TaskStatus | None, str | None]:
        """How far that job is, and its result (base64) once it is done. Raises CallFailed."""
        answer = await self._call(peer, protocol.StatusCheck(task_id=task_id), self.pull_s, RESULT_BYTES)
        return answer.status, answer.results

    def _signed(self, validator: str, task: Task, results: str) -> protocol.SubmitResults:
        at = self._now_ns()
        bound = protocol.bound_message(
            netuid=self._netuid,
            task_id=task.id,
            asset=base64.b64decode(results),
            submit_time=at,
            validator_hotkey=validator,
            miner_hotkey=self.hotkey,
        )
        return protocol.SubmitResults(
            task=protocol.Task(id=task.id, prompt=task.prompt),
            results=results,
            submit_time=at,
            signature=protocol.sign(self._keypair, protocol.result_message(at, task.prompt, validator, self.hotkey)),
            bound_signature=protocol.sign(self._keypair, bound),
        )

    async def _call(self, peer: Peer, synapse: S, timeout_s: float, answer_bytes: int = ANSWER_BYTES) -> S:
        """The synapse as the axon filled it."""
        self._address(peer, synapse, timeout_s)
        headers = {**synapse.to_headers(), "Content-Type": "application/json"}
        body = await asyncio.to_thread(lambda: json.dumps(synapse.model_dump()).encode())
        response = await self._post(f"{peer.url}/{synapse.name}", headers, body, timeout_s, answer_bytes + len(body))
        if response.status != 200:
            raise Refused(response.status, _message(response.body), response.retry_after_s)
        found = _object(response.body)
        if found is None:
            raise NoReply("the answer cannot be read: it is no JSON object")
        sent = {name: getattr(synapse, name) for name in synapse.get_required_fields()}  # some leave those out
        try:
            return type(synapse).model_validate({**sent, **found})
        except ValidationError as error:
            raise NoReply(f"the answer cannot be read: {error.error_count()} fields are wrong") from error

    def _address(self, peer: Peer, synapse: S, timeout_s: float) -> None:
        """Fills the headers in: who calls whom, when, and the signature of that (`Dendrite` of the SDK)."""
        self._nonce = max(self._nonce + 1, self._now_ns())
        synapse.timeout = timeout_s
        synapse.axon = TerminalInfo(ip=peer.ip, port=peer.port, hotkey=peer.hotkey)
        signed = f"{self._nonce}.{self.hotkey}.{peer.hotkey}.{self._uuid}.{synapse.body_hash}"
        synapse.dendrite = TerminalInfo(
            ip="0.0.0.0",  # noqa: S104  whoever wants our address has the connection's
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
            raise Unreachable(str(error)) from error
        except http_client.CallError as error:
            raise NoReply(str(error)) from error


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found: Any = from_json(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _message(content: bytes) -> str:
    """What an axon says of a refusal; axons of the SDK and ours say it in `message`."""
    return str((_object(content) or {}).get("message") or "no reason given")
