"""Pulling from the desk: which task a miner gets, how long it stays open, and the cooldown between two."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.neurons.validator.tasks.pulls import MINER, pull_task


def test_a_pull_returns_a_task_with_its_terms(world: Any) -> None:
    reply = asyncio.run(world.desk().pull(MINER))
    assert reply.task.prompt == "a red car"
    assert (reply.task.submit_before, reply.cooldown_until, reply.reason_code) == (1_000_600, 0, "")
    assert (reply.thresholds, reply.max_result_bytes) == ((0.6, 0.8), 16 * 2**20)


def test_an_open_task_is_returned_again_even_after_a_restart(world: Any) -> None:
    first = asyncio.run(world.desk().pull(MINER))
    world.now += 100
    assert asyncio.run(world.desk().pull(MINER)) == first


def test_a_task_expires_without_a_score(world: Any) -> None:
    desk = world.desk()
    first = asyncio.run(desk.pull(MINER))
    world.now += 601
    assert asyncio.run(desk.pull(MINER)).task.id != first.task.id
    assert desk.state.list_records()[0].average == 1.0


def test_a_task_does_not_expire_while_it_is_judged(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        world.now += 599

        async def slow() -> None:
            world.now += 60
            assert (await desk.pull(MINER)).task.id == task

        world.before_verdict = slow
        assert (await desk.submit(MINER, submission(task, MINER))).score == 0.9

    asyncio.run(story())


def test_the_cooldown_is_at_least_ten_seconds(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        world.now += 300
        assert (await desk.submit(MINER, submission(task, MINER))).cooldown_until == 1_000_310

    asyncio.run(story())


def test_a_pull_during_the_cooldown_is_counted_as_a_violation(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER))
        reply = await desk.pull(MINER)
        assert (reply.task, reply.cooldown_until, reply.cooldown_violations) == (None, 1_000_120, 1)
        assert reply.reason_code == "cooldown"

    asyncio.run(story())


def test_no_task_is_given_while_no_service_is_ready(world: Any) -> None:
    world.ready = False
    reply = asyncio.run(world.desk().pull(MINER))
    assert (reply.task, reply.cooldown_until, reply.reason_code) == (None, 1_000_060, "validator_unready")
