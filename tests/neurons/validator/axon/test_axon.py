"""The axon as miners see it, through the SDK's dendrite and through a peer that signs like it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from neurons.wire.synapses import GetVersion, PullTask
from tests.eventually import eventually_async
from tests.neurons.wire import sdk_peers


def test_a_task_from_pull_to_score(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            pulled = await miner.pull()
            assert pulled["task"]["prompt"] == "a red car"
            assert pulled["max_result_bytes"] == 16 << 20
            answer = await miner.send(miner.result(pulled["task"]["id"]))
            reply = answer.json()
            assert answer.status_code == 200
            assert (reply["score"], reply["feedback"]["task_fidelity_score"]) == (0.9, 1.0)
            assert (reply["results"], reply["task"]) == ("", pulled["task"])

    asyncio.run(story())


def test_version_returns_the_release(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            reply = (await miner.send(GetVersion())).json()
            assert (reply["version"], reply["validation_version"]) == (10_000, "1.0.0 three-gen-small@1+fp32")

    asyncio.run(story())


def test_a_repeated_pull_returns_the_same_task(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            first = await miner.pull()
        async with subnet.axon() as axon, peer(axon) as miner:  # after a restart, too
            again = await miner.pull()
            assert (again["task"], again["submit_before"]) == (first["task"], first["submit_before"])

    asyncio.run(story())


def test_ten_parallel_submits_are_judged_once_and_answered_alike(subnet: Any, peer: Any) -> None:
    async def submit(axon: Any, number: int, task_id: str) -> Any:
        async with peer(axon, uuid=f"process-{number}") as miner:
            return (await miner.send(miner.result(task_id))).json()

    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            task_id = (await miner.pull())["task"]["id"]
            replies = await asyncio.gather(*(submit(axon, number, task_id) for number in range(10)))
            assert len(subnet.world.judged) == 1
            kept = [{key: reply[key] for key in ("score", "seed", "feedback", "cooldown_until")} for reply in replies]
            assert all(one == kept[0] for one in kept)
            assert kept[0]["feedback"]["generations_within_8_hours"] == 1

    asyncio.run(story())


def test_a_validator_fault_costs_the_miner_nothing(subnet: Any, peer: Any, verdicts: Any, scored: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            task = (await miner.pull())["task"]
            subnet.world.verdict = verdicts["fault"]
            reply = (await miner.send(miner.result(task["id"]))).json()
            assert (reply["feedback"]["validation_failed"], reply["reason_code"]) == (True, "validator_fault")
            assert reply["feedback"]["average_fidelity_score"] == 1.0
            assert (await miner.pull())["task"] == task
            subnet.world.verdict = verdicts["high"]
            assert (await miner.send(miner.result(task["id"]))).json()["score"] == 0.9

    asyncio.run(story())


def test_a_bad_asset_is_reported_by_its_code(subnet: Any, peer: Any, verdicts: Any) -> None:
    async def story() -> None:
        subnet.world.verdict = verdicts["junk"]
        async with subnet.axon() as axon, peer(axon) as miner:
            reply = (await miner.send(miner.result((await miner.pull())["task"]["id"]))).json()
            assert (reply["reason_code"], reply["feedback"]["validation_failed"]) == ("too_few", False)

    asyncio.run(story())


def test_a_miner_that_declines_gets_only_a_cooldown(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            reply = (await miner.send(miner.result((await miner.pull())["task"]["id"], asset=b""))).json()
            assert reply["cooldown_until"] > subnet.world.now
            assert reply["feedback"]["average_fidelity_score"] == 1.0
            assert (await miner.pull())["reason_code"] == "cooldown"

    asyncio.run(story())


@pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")  # the SDK's dendrite does
def test_the_sdk_dendrite_is_served(subnet: Any, stock_dendrite: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, stock_dendrite() as dendrite:
            pulled = await dendrite.call(axon.info, sdk_peers.PullTask(), timeout=12)
            assert pulled.is_success
            assert pulled.task.prompt == "a red car"
            result = sdk_peers.SubmitResults(results="x", submit_time=-1, signature="")
            refused = await dendrite.call(axon.info, result)
            assert refused.dendrite.status_code == 400
            assert refused.dendrite.status_message.startswith("invalid_request: ")

    asyncio.run(story())


def test_the_loop_is_free_while_a_result_is_judged(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        judging, go_on = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            judging.set()
            await go_on.wait()

        subnet.world.before_verdict = wait
        async with subnet.axon() as axon, peer(axon) as miner, peer(axon, uuid="b") as other:
            task_id = (await miner.pull())["task"]["id"]
            submitted = asyncio.create_task(miner.send(miner.result(task_id)))
            await judging.wait()
            assert (await other.pull())["task"]["id"] == task_id
            go_on.set()
            assert (await submitted).json()["score"] == 0.9

    asyncio.run(story())


def test_a_stopping_axon_finishes_current_requests_and_refuses_new_ones(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        judging = asyncio.Event()

        async def wait() -> None:
            judging.set()
            await eventually_async(lambda: axon.app.stopping)
            async with peer(axon, uuid="late") as late:
                answer = await late.send(PullTask())
                assert (answer.status_code, answer.json()["code"]) == (503, "stopping")
                assert answer.headers["retry-after"] == "30"

        subnet.world.before_verdict = wait
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client, subnet.axon() as axon, peer(axon) as miner:
            miner.client = client  # which outlives the axon
            task_id = (await miner.pull())["task"]["id"]
            submitted = asyncio.create_task(miner.send(miner.result(task_id)))
            await judging.wait()
        assert (await submitted).json()["score"] == 0.9

    asyncio.run(story())


@pytest.mark.parametrize("name", ["miner", "other"])
def test_the_reply_contains_the_score_seed(subnet: Any, peer: Any, keys: Any, name: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys[name]) as miner:
            reply = (await miner.send(miner.result((await miner.pull())["task"]["id"]))).json()
            assert reply["seed"] == subnet.world.judged[0][2]

    asyncio.run(story())


def test_replies_do_not_send_the_asset_back(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.send(miner.result((await miner.pull())["task"]["id"], asset=b"x" * 40_000))
            assert len(answer.content) < 4_000
            json.loads(answer.content)

    asyncio.run(story())
