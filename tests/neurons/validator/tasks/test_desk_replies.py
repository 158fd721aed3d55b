"""Replies of the desk survive repeats, restarts and later tasks; an unsaved result is not acknowledged."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.neurons.validator.tasks.pulls import MINER, pull_task


def test_ten_concurrent_submissions_share_one_verdict_and_one_reply(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        replies = await asyncio.gather(*(desk.submit(MINER, submission(task, MINER)) for _ in range(10)))
        assert len(world.judged) == 1
        assert len(set(replies)) == 1
        assert desk.state.list_records()[0].accepted_at == (1_000_000.0,)

    asyncio.run(story())


def test_a_repeated_submission_gets_the_stored_reply_for_an_hour(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        first = await desk.submit(MINER, submission(task, MINER))
        world.now += 3599
        assert await world.desk().submit(MINER, submission(task, MINER, b"another")) == first
        world.now += 2
        assert (await desk.submit(MINER, submission(task, MINER))).reason_code == "unknown_task"
        assert len(world.judged) == 1

    asyncio.run(story())


def test_the_stored_reply_outlives_later_tasks(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        first = await pull_task(desk)
        reply = await desk.submit(MINER, submission(first, MINER, b"first"))
        for asset in (b"second", b"third"):
            world.now += 130
            await desk.submit(MINER, submission(await pull_task(desk), MINER, asset))
        assert await desk.submit(MINER, submission(first, MINER, b"first")) == reply
        assert len(world.judged) == 3

    asyncio.run(story())


def test_a_result_that_cannot_be_written_is_not_acknowledged(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)

        async def break_disk() -> None:
            world.stores[-1].close()

        world.before_verdict = break_disk
        with pytest.raises(Exception, match="closed"):
            await desk.submit(MINER, submission(task, MINER))
        assert world.desk().state.list_records()[0].accepted_at == ()

    asyncio.run(story())
