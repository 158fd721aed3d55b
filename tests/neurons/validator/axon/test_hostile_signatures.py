"""Forged, replayed and misdated requests are refused, and the next honest one is served."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any

import pytest

from neurons.wire.synapses import Generate, GetVersion, PullTask, StatusCheck, SubmitResults, Task
from tests.neurons.validator.axon.raw_requests import assert_serves, refusal_code


def test_an_empty_signature_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            for signature in ("", "0x", "0x" + "00" * 64, "not hexadecimal", "0x00"):
                forged = {**headers, "bt_header_dendrite_signature": signature}
                answer = await miner.send(PullTask(), forged)
                assert answer.status_code == 401
                assert refusal_code(answer) in ("unsigned", "bad_signature")
            assert axon.desk.state.list_records() == []
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("header", ["nonce", "hotkey", "uuid", "signature"])
def test_a_missing_header_is_refused(subnet: Any, peer: Any, header: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            del headers[f"bt_header_dendrite_{header}"]
            assert refusal_code(await miner.send(PullTask(), headers)) in ("unsigned", "not_registered")

    asyncio.run(story())


def test_another_miners_hotkey_cannot_be_claimed(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["other"]) as other:
            headers = other.headers(PullTask())
            headers["bt_header_dendrite_hotkey"] = keys["miner"].ss58_address
            assert refusal_code(await other.send(PullTask(), headers)) == "bad_signature"
            assert axon.desk.state.list_records() == []

    asyncio.run(story())


def test_the_hotkey_in_the_body_is_ignored(subnet: Any, peer: Any, keys: Any) -> None:
    """The SDK hands a handler the synapse of the body, whose sender nobody has signed."""

    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["other"]) as other:
            synapse = PullTask()
            headers = other.headers(synapse)
            assert synapse.dendrite is not None
            synapse.dendrite.hotkey = keys["miner"].ss58_address
            assert (await other.send(synapse, headers)).status_code == 200
            assert [record.hotkey for record in axon.desk.state.list_records()] == [keys["other"].ss58_address]

    asyncio.run(story())


def test_an_invalid_hotkey_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            for hotkey in ("", "x", "'; DROP TABLE miners; --", "5" * 48, "../../etc"):
                headers = {**miner.headers(PullTask()), "bt_header_dendrite_hotkey": hotkey}
                assert refusal_code(await miner.send(PullTask(), headers)) == "not_registered"
            await assert_serves(miner)

    asyncio.run(story())


@pytest.mark.parametrize("synapse", [PullTask(), Generate(prompt="a red car"), StatusCheck(task_id="x")])
def test_a_replay_is_refused_even_after_a_restart(subnet: Any, peer: Any, synapse: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(synapse)
            assert (await miner.send(synapse, headers)).status_code == 200
            assert refusal_code(await miner.send(synapse, headers)) == "used_nonce"
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.send(synapse, headers)
            assert (answer.status_code, refusal_code(answer)) == (401, "used_nonce")
            assert (await miner.send(synapse)).status_code == 200

    asyncio.run(story())


def test_a_header_used_for_one_synapse_cannot_be_used_for_another(subnet: Any, peer: Any) -> None:
    """The SDK's signature does not cover the synapse's name."""

    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask())
            assert (await miner.send(PullTask(), headers)).status_code == 200
            assert refusal_code(await miner.send(GetVersion(), {**headers, "name": "GetVersion"})) == "used_nonce"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("seconds", "timeout_s", "code"),
    [
        (3600, 12, "future_nonce"),
        (31, 12, "future_nonce"),
        (-17, 12, "stale_nonce"),
        (-305, 1e9, "stale_nonce"),
        (-305, float("nan"), "stale_nonce"),
        (-305, -1, "stale_nonce"),
    ],
)
def test_nonces_too_far_from_now_are_refused(
    subnet: Any, peer: Any, seconds: float, timeout_s: float, code: str
) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            nonce = time.time_ns() + int(seconds * 1e9)
            headers = miner.headers(PullTask(), nonce, timeout_s)
            assert refusal_code(await miner.send(PullTask(), headers)) == code

    asyncio.run(story())


@pytest.mark.parametrize("seconds", [25, -14])
def test_clocks_may_differ_slightly(subnet: Any, peer: Any, seconds: float) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            headers = miner.headers(PullTask(), time.time_ns() + int(seconds * 1e9))
            assert (await miner.send(PullTask(), headers)).status_code == 200

    asyncio.run(story())


def test_a_swapped_asset_is_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = miner.result((await miner.pull())["task"]["id"])
            result.results = base64.b64encode(b"another asset").decode()
            reply = (await miner.send(result)).json()
            assert (reply["reason_code"], subnet.world.judged) == ("bad_signature", [])

    asyncio.run(story())


def test_a_result_for_another_miners_task_is_refused(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner, peer(axon, keys["other"]) as other:
            task_id = (await miner.pull())["task"]["id"]
            reply = (await other.send(other.result(task_id))).json()
            assert (reply["reason_code"], subnet.world.judged) == ("unknown_task", [])

    asyncio.run(story())


def test_the_reply_to_an_unknown_task_reveals_nothing(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            result = SubmitResults(task=Task(id="no-such"), results="", submit_time=0, signature="")
            reply = (await miner.send(result)).json()
            assert (reply["reason_code"], reply["task"]["id"]) == ("unknown_task", "no-such")

    asyncio.run(story())
