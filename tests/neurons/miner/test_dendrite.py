"""The calls as a validator's axon of the stock SDK sees them, and every way in which they fail."""

from __future__ import annotations

import asyncio
import base64

import bittensor as bt

from neurons.miner.dendrite import Dendrite
from neurons.miner.peers import Peer

MINER = bt.Keypair.create_from_uri("//Mina")
VALIDATOR = bt.Keypair.create_from_uri("//Victor")
RESULTS = base64.b64encode(b"splats").decode()


def peer(port: int) -> Peer:
    return Peer(VALIDATOR.ss58_address, "127.0.0.1", port, 5000.0)


def test_a_task_is_pulled_and_a_result_sent_with_both_signatures(stock_axon) -> None:
    stock_axon.pull = lambda synapse: stock_axon.give(synapse, thresholds=[0.6, 0.8], max_result_bytes=100)
    stock_axon.submit = stock_axon.accept

    async def scenario() -> None:
        async with Dendrite(MINER, 17) as dendrite:
            given = await dendrite.pull(peer(stock_axon.port))
            assert given.task is not None
            assert (given.task.prompt, given.thresholds, given.version) == ("a red car", (0.8, 0.6), 10_000)
            answer = await dendrite.submit(peer(stock_axon.port), given.task, RESULTS)
            assert (answer.fidelity, answer.score, answer.feedback) == (1.0, 0.9, True)

    asyncio.run(scenario())
    assert stock_axon.submits[0].results == RESULTS
    assert stock_axon.signed_as_it_should(stock_axon.submits[0])
