"""Submitting to the desk: how verdicts, declines and faults end a task, and which results are copies."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from neurons.chain.contract import Seat, Snapshot
from tests.eventually import eventually_async
from tests.neurons.validator.tasks.pulls import MINER, OTHER, pull_task


def test_a_good_result_is_paid(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        world.now += 20
        reply = await desk.submit(MINER, submission(task, MINER))
        assert (reply.score, reply.task_fidelity_score, reply.reason_code) == (0.9, 1.0, "")
        assert (reply.generations_within_8_hours, reply.current_miner_reward) == (1, 1.0)
        assert reply.cooldown_until == 1_000_120  # counted from the pull

    asyncio.run(story())


@pytest.mark.parametrize(
    ("verdict", "code", "average"), [("low", "low_score", 0.95), ("junk", "too_few", 0.95), ("middling", "", 0.9875)]
)
def test_a_judged_result_moves_the_average(
    world: Any, submission: Any, verdicts: Any, verdict: str, code: str, average: float
) -> None:
    async def story() -> None:
        world.verdict = verdicts[verdict]
        desk = world.desk()
        reply = await desk.submit(MINER, submission(await pull_task(desk), MINER))
        assert reply.reason_code == code
        assert reply.average_fidelity_score == pytest.approx(average)

    asyncio.run(story())


def test_a_declined_task_costs_a_cooldown_and_no_score(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        reply = await desk.submit(MINER, replace(submission(await pull_task(desk), MINER), results="", signature=""))
        assert (reply.average_fidelity_score, reply.cooldown_until, reply.score) == (1.0, 1_000_120, None)
        assert world.judged == []

    asyncio.run(story())


def test_results_that_are_not_base64_lower_the_average(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        reply = await desk.submit(MINER, replace(submission(await pull_task(desk), MINER), results="not base64!"))
        assert (reply.reason_code, reply.average_fidelity_score) == ("bad_encoding", 0.95)

    asyncio.run(story())


def test_a_validator_fault_costs_the_miner_nothing(world: Any, submission: Any, verdicts: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)

        async def slow() -> None:
            world.now += 40

        world.before_verdict, world.verdict = slow, verdicts["fault"]
        reply = await desk.submit(MINER, submission(task, MINER))
        assert reply.validation_failed
        assert (reply.average_fidelity_score, reply.cooldown_until) == (1.0, 1_000_070)
        again = await desk.pull(MINER)
        assert (again.task.id, again.task.submit_before) == (task, 1_000_640)  # open still, for the time lost
        world.verdict = verdicts["high"]
        assert (await desk.submit(MINER, submission(task, MINER))).score == 0.9

    asyncio.run(story())


def test_an_error_of_the_judge_is_a_validator_fault(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()

        async def breaks() -> None:
            raise RuntimeError("boom")

        world.before_verdict = breaks
        assert (await desk.submit(MINER, submission(await pull_task(desk), MINER))).validation_failed

    asyncio.run(story())


def test_an_open_task_takes_three_submissions(world: Any, submission: Any, verdicts: Any) -> None:
    async def story() -> None:
        world.verdict = verdicts["fault"]
        desk = world.desk()
        task = await pull_task(desk)
        codes = [(await desk.submit(MINER, submission(task, MINER))).reason_code for _ in range(4)]
        assert codes == ["validator_fault"] * 3 + ["too_many_submissions"]

    asyncio.run(story())


def test_a_miner_without_submissions_left_gets_the_time_at_which_the_task_ends(
    world: Any, submission: Any, verdicts: Any
) -> None:
    async def story() -> None:
        world.verdict = verdicts["fault"]
        desk = world.desk()
        task = await pull_task(desk)
        replies = [await desk.submit(MINER, submission(task, MINER)) for _ in range(4)]
        pulled = await desk.pull(MINER)
        assert replies[-1].cooldown_until == pulled.cooldown_until == 1_000_600
        assert (pulled.task, pulled.reason_code, pulled.cooldown_violations) == (None, "too_many_submissions", 0)
        world.now = 1_000_600
        assert await pull_task(desk) != task

    asyncio.run(story())


def test_submissions_cut_off_by_a_kill_do_not_count(world: Any, submission: Any) -> None:
    async def story() -> None:
        task = await pull_task(world.desk())
        world.before_verdict = asyncio.Event().wait  # a judge that never answers
        for _ in range(5):
            desk = world.desk()
            judging = asyncio.create_task(desk.submit(MINER, submission(task, MINER)))
            await eventually_async(lambda: len(world.judged) > 0)
            world.judged.clear()
            world.now += 10
            for one in (judging, *desk.state.verdicts.values()):  # as a kill does, without another write
                one.cancel()
        world.before_verdict = None
        desk = world.desk()
        assert (await desk.pull(MINER)).task.submit_before == 1_000_650  # ten seconds were lost each time
        reply = await desk.submit(MINER, submission(task, MINER))
        assert (reply.score, reply.generations_within_8_hours) == (0.9, 1)

    asyncio.run(story())


def test_a_clock_that_was_ahead_and_is_put_right_leaves_no_long_cooldown(world: Any, submission: Any) -> None:
    async def story() -> None:
        world.now += 86_400
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER))
        await pull_task(desk, OTHER)
        world.now -= 86_400
        for after in (desk, world.desk()):  # whether it was running meanwhile or not
            assert (await after.pull(MINER)).cooldown_until == 1_000_120
            assert (await after.pull(OTHER)).task.submit_before == 1_000_600
        world.now += 120
        assert (await desk.pull(MINER)).task is not None

    asyncio.run(story())


def test_the_score_seed_is_bound_to_task_asset_and_miner(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        reply = await desk.submit(MINER, submission(task, MINER, b"asset"))
        secret = (world.folder / "secret").read_bytes()
        message = task.encode() + b"\0" + hashlib.sha256(b"asset").digest() + b"\0" + MINER.encode()
        expected = int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:4], "big")
        assert reply.seed == expected == world.judged[0][2]

    asyncio.run(story())


def test_a_copy_is_not_paid_even_to_its_author(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER))
        for hotkey in (OTHER, MINER):
            world.now += 200
            desk = world.desk()  # the index is on disk
            reply = await desk.submit(hotkey, submission(await pull_task(desk, hotkey), hotkey))
            assert (reply.reason_code, reply.task_fidelity_score, reply.score) == ("copy", 0.0, 0.9)

    asyncio.run(story())


def test_two_miners_sending_the_same_asset_are_paid_once(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        tasks = {hotkey: await pull_task(desk, hotkey) for hotkey in (MINER, OTHER)}
        replies = await asyncio.gather(*(desk.submit(h, submission(task, h)) for h, task in tasks.items()))
        assert sorted(reply.reason_code for reply in replies) == ["", "copy"]

    asyncio.run(story())


def test_forgetting_drops_old_assets(world: Any, submission: Callable[..., Any]) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER))
        world.now += 7 * 24 * 3600 + 1
        await desk.state.forget_old()
        assert (await desk.submit(MINER, submission(await pull_task(desk), MINER))).reason_code == ""

    asyncio.run(story())


def test_closed_tasks_are_listed_with_their_outcome(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER))
        declined = await pull_task(desk, OTHER)
        await desk.submit(OTHER, replace(submission(declined, OTHER), results=""))
        paid, given_back = desk.state.recent
        assert (paid.hotkey, paid.prompt, paid.score, paid.fidelity, paid.code) == (MINER, "a red car", 0.9, 1.0, "")
        assert (given_back.hotkey, given_back.task_id, given_back.score) == (OTHER, declined, None)

    asyncio.run(story())


def test_only_registered_miners_get_weights(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        for asset, hotkey in ((b"one", MINER), (b"two", OTHER)):
            await desk.submit(hotkey, submission(await pull_task(desk, hotkey), hotkey, asset))
        seat = Seat(0, MINER, "cold", 1.0, 0.0, False, 0, "0.0.0.0", 0)
        assert desk.state.compute_weights(Snapshot(17, 5, (seat,))) == {0: 1.0}

    asyncio.run(story())


def test_only_hotkeys_with_a_task_may_send_large_bodies(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        assert not desk.state.may_send_large(MINER)
        task = await pull_task(desk)
        assert desk.state.may_send_large(MINER)
        await desk.submit(MINER, submission(task, MINER))
        world.now += 3599
        assert desk.state.may_send_large(MINER)
        world.now += 2
        assert not desk.state.may_send_large(MINER)

    asyncio.run(story())
