"""Our miner and our validator against peers that know only the network's fixed fields and use only the SDK."""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import Iterator
from typing import Any

import bittensor as bt
import pytest

from neurons.chain.signing import sign, verify
from neurons.messages import TaskStatus, result_message
from neurons.wire import synapses
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Peer
from tests.eventually import eventually
from tests.neurons.wire.sdk_peers import (
    Feedback,
    Generate,
    GetVersion,
    LenientGenerate,
    LenientStatus,
    LenientSubmit,
    PullTask,
    StatusCheck,
    SubmitResults,
    Task,
    Version,
)

# The SDK computes body hashes in a way that pydantic has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")

VALIDATOR = bt.Keypair.create_from_uri("//Victor")


def test_a_miner_with_only_the_fixed_fields_is_served(subnet: Any, stock_dendrite: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, stock_dendrite() as dendrite:
            asked = PullTask(version=Version(major=0, minor=9, patch=1))
            pulled = await dendrite.call(axon.info, asked, timeout=12)
            assert pulled.is_success
            assert pulled.submit_before == int(subnet.world.now + 600)
            assert pulled.task.prompt == "a red car"
            signed = result_message(0, pulled.task.prompt, axon.hotkey, keys["miner"].ss58_address)
            result = SubmitResults(
                task=pulled.task,
                results=base64.b64encode(b"asset").decode(),
                submit_time=0,
                signature=sign(keys["miner"], signed),
            )
            reply = await dendrite.call(axon.info, result, timeout=12)
            assert reply.is_success
            assert (reply.results, reply.task, reply.submit_time) == ("", pulled.task, 0)
            assert reply.feedback == Feedback(
                task_fidelity_score=1.0,
                average_fidelity_score=1.0,
                generations_within_8_hours=1,
                current_miner_reward=1.0,
            )
            assert reply.cooldown_until > time.time()
            assert (await dendrite.call(axon.info, GetVersion())).version == 10_000

    asyncio.run(story())


def test_a_peer_whose_classes_have_defaults_is_served(subnet: Any, stock_dendrite: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, stock_dendrite() as miner, stock_dendrite(keys["stranger"]) as user:
            asked = LenientGenerate(prompt="blue boat")
            assert not any(name.startswith("bt_header_input") for name in asked.to_headers())
            job = (await user.call(axon.info, asked, deserialize=False)).task_id
            assert (await user.call(axon.info, LenientStatus(task_id=job))).status is not None
            pulled = await miner.call(axon.info, PullTask())
            signed = sign(keys["miner"], result_message(0, "blue boat", axon.hotkey, keys["miner"].ss58_address))
            result = LenientSubmit(task=pulled.task, results=base64.b64encode(b"a").decode(), signature=signed)
            assert (await miner.call(axon.info, result)).feedback.task_fidelity_score == 1.0

    asyncio.run(story())


def test_a_result_without_results_is_refused_and_declines_nothing(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            task = (await miner.pull())["task"]
            synapse = synapses.SubmitResults()
            headers = {**miner.headers(synapse), "content-type": "application/json"}
            answer = await miner.client.post(f"{axon.url}/SubmitResults", headers=headers, json={"task": task})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
            assert (await miner.pull())["task"] == task

    asyncio.run(story())


def test_a_user_with_only_the_fixed_fields_is_served(subnet: Any, stock_dendrite: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, stock_dendrite(keys["stranger"]) as user, stock_dendrite() as miner:
            asked = await user.call(axon.info, Generate(prompt="blue boat"))
            assert asked.is_success
            pulled = await miner.call(axon.info, PullTask())
            assert pulled.task.prompt == "blue boat"
            checked = await user.call(axon.info, StatusCheck(task_id=asked.task_id))
            assert checked.status == TaskStatus.IN_PROGRESS

    asyncio.run(story())


def test_a_refusal_reaches_a_stock_peer_as_its_status(subnet: Any, stock_dendrite: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, stock_dendrite(keys["stranger"]) as dendrite:
            refused = await dendrite.call(axon.info, PullTask())
            assert refused.is_blacklist
            assert refused.dendrite.status_message.startswith("not_registered: ")

    asyncio.run(story())


@pytest.fixture
def stock_axon() -> Iterator[tuple[int, list[SubmitResults]]]:
    """Run a validator that uses only the SDK; yield its port and the list of results submitted to it."""
    submitted: list[SubmitResults] = []

    async def pull(synapse: PullTask) -> PullTask:
        synapse.task, synapse.submit_before = Task(id="t", prompt="a red car"), int(time.time()) + 600
        return synapse

    async def submit(synapse: SubmitResults) -> SubmitResults:
        submitted.append(synapse.model_copy())
        synapse.feedback = Feedback(task_fidelity_score=0.75, average_fidelity_score=0.9)
        synapse.results, synapse.cooldown_until = "", 1
        return synapse

    async def version(synapse: GetVersion) -> GetVersion:
        synapse.version = 901
        return synapse

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wallet: Any = type("Wallet", (), {"hotkey": VALIDATOR, "coldkeypub": VALIDATOR})()
    axon = bt.Axon(wallet, port=port, ip="127.0.0.1", external_ip="127.0.0.1")
    axon.fast_config.host = "127.0.0.1"
    for handler, synapse in ((pull, PullTask), (submit, SubmitResults), (version, GetVersion)):
        handler.__annotations__ = {"synapse": synapse, "return": synapse}  # the SDK needs classes, not their names
        axon.attach(handler)
    axon.start()
    eventually(lambda: axon.fast_server.started)
    yield port, submitted
    axon.stop()


def test_a_validator_with_only_the_fixed_fields_is_understood(
    stock_axon: tuple[int, list[SubmitResults]], keys: Any
) -> None:
    port, submitted = stock_axon

    async def story() -> None:
        peer = Peer(VALIDATOR.ss58_address, "127.0.0.1", port, 5000.0)
        async with Dendrite(keys["miner"], 17) as dendrite:
            pulled = await dendrite.pull(peer)
            assert pulled.task is not None
            assert (pulled.task.prompt, pulled.scorer) == ("a red car", "")
            answer = await dendrite.submit(peer, pulled.task, base64.b64encode(b"asset").decode())
            assert (answer.task_fidelity_score, answer.average_fidelity_score, answer.score) == (0.75, 0.9, None)
            assert (await dendrite.version(peer))[0] == 901

    asyncio.run(story())
    (result,) = submitted
    message = result_message(result.submit_time, "a red car", VALIDATOR.ss58_address, keys["miner"].ss58_address)
    assert verify(keys["miner"].ss58_address, message, result.signature)
