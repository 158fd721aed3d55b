"""Our dendrite reads what the SDK's own axon has replied, refusals included."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
import pytest
from bittensor_wallet import Keypair

from neurons.messages import Task, TaskStatus
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import CallRefusedError, Peer
from tests.neurons.wire.recordings import NOW_S, VALIDATOR, body_of, fields_of, load_recorded

CALLS = {one["name"]: one for one in load_recorded("sdk_calls")}
PEER = Peer(VALIDATOR.ss58_address, "127.0.0.1", 8092, 0.0)
RESULTS = base64.b64encode(b"asset").decode()


def answered(name: str, call: str, *arguments: Any) -> Any:
    """Return what a call of our dendrite makes of a recorded reply."""
    reply = CALLS[name]["reply"]
    response = httpx.Response(int(reply.split()[1]), headers=fields_of(reply), content=body_of(reply))

    async def run() -> Any:
        transport = httpx.MockTransport(lambda _request: response)
        async with Dendrite(Keypair.create_from_uri("//Mina"), 17, transport=transport) as dendrite:
            return await getattr(dendrite, call)(PEER, *arguments)

    return asyncio.run(run())


def test_a_recorded_task_is_read() -> None:
    reply = answered("pull", "pull")
    assert reply.task == Task(f"task-{NOW_S * 1000}", "a red car", NOW_S + 600)
    assert (reply.version, reply.thresholds, reply.max_result_bytes) == (901, (), 0)


@pytest.mark.parametrize(
    "name",
    ["submit, old signature", "submit, bound signature", "submit, required nested and unknown fields", "decline"],
)
def test_a_recorded_verdict_is_read(name: str) -> None:
    reply = answered(name, "submit", Task("t", "a red car"), RESULTS)
    assert (reply.task_fidelity_score, reply.average_fidelity_score, reply.score) == (0.75, 0.9, None)
    assert reply.cooldown_until == NOW_S + 120


def test_the_other_recorded_replies_are_read() -> None:
    assert answered("version", "version") == (901, "0.9.1")
    assert answered("generate", "generate", "blue boat") == ("job-1", 30)
    assert answered("status", "status", "no-such-job") == (TaskStatus.NOT_FOUND, None)


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("pull of a stranger", 403, "Forbidden. Key is blacklisted"),
        ("signed for another axon", 401, "Not Verified with error: Signature mismatch"),
        ("an unknown message", 404, "Synapse name 'Ping' not found"),
        ("hashes a field", 500, "Internal Server Error"),
        ("submit time out of range", 500, "Internal Server Error"),
    ],
)
def test_a_recorded_refusal_is_raised_with_its_reason(name: str, status: int, message: str) -> None:
    with pytest.raises(CallRefusedError, match=message) as refused:
        answered(name, "pull")
    assert (refused.value.status, CALLS[name]["status"]) == (status, status)
