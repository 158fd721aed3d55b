"""The desk and the two signatures of a result."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

import pytest

from tests.neurons.validator.tasks.pulls import MINER, pull_task


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": "AAAA"}, "bad_signature"),
        ({"submit_time": 8}, "bad_signature"),
        ({"task_id": "task-0"}, "unknown_task"),
    ],
)
def test_a_wrong_signature_or_unknown_task_changes_nothing(
    world: Any, submission: Any, change: dict[str, Any], code: str
) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        before = desk.state.list_records()
        reply = await desk.submit(MINER, replace(submission(task, MINER), **change))
        assert reply.reason_code == code
        assert desk.state.list_records() == before
        assert world.judged == []

    asyncio.run(story())


def test_a_bound_signature_covers_the_asset(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        mine = submission(task, MINER, bound_at=world.now)
        swapped = replace(mine, results=base64.b64encode(b"somebody's").decode())
        assert (await desk.submit(MINER, swapped)).reason_code == "bad_signature"
        stale = submission(task, MINER, bound_at=world.now - 301)
        assert (await desk.submit(MINER, stale)).reason_code == "stale_signature"
        assert (await desk.submit(MINER, mine)).score == 0.9

    asyncio.run(story())


def test_a_hotkey_that_has_bound_once_must_keep_binding(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        await desk.submit(MINER, submission(await pull_task(desk), MINER, bound_at=world.now))
        world.now += 130
        desk = world.desk()
        task = await pull_task(desk)
        assert (await desk.submit(MINER, submission(task, MINER, b"two"))).reason_code == "downgraded"

    asyncio.run(story())


def test_bound_signatures_can_be_required(world: Any, submission: Any) -> None:
    async def story() -> None:
        world.require_bound = True
        desk = world.desk()
        reply = await desk.submit(MINER, submission(await pull_task(desk), MINER))
        assert reply.reason_code == "bound_signature_required"

    asyncio.run(story())
