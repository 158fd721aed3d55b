"""Whatever happens in whatever order, at once or across restarts: each task counts once, and replies do not change."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from neurons.messages import SubmitReply

MINERS = ("a", "b", "c")
EVENTS = 60


async def live_through(world: Any, submission: Any, verdicts: Any, chance: random.Random) -> dict[str, Any]:
    """Random events; the replies that each (hotkey, task) got, told from refusals by being about a closed task."""
    desk, tasks, replies = world.desk(), dict.fromkeys(MINERS, "none"), defaultdict(list)

    async def pause() -> None:
        await asyncio.sleep(chance.random() / 1000)

    async def submit(hotkey: str) -> None:
        task, asset = tasks[hotkey], chance.choice([b"one", b"two", chance.randbytes(8)])
        sent = submission(task, hotkey, asset)
        reply = await desk.submit(hotkey, replace(sent, results="") if chance.random() < 0.1 else sent)
        if not reply.validation_failed and reply.reason_code not in ("unknown_task", "too_many_submissions"):
            replies[hotkey, task].append(reply)

    async def pull(hotkey: str) -> None:
        pulled = await desk.pull(hotkey)
        tasks[hotkey] = pulled.task.id if pulled.task else tasks[hotkey]

    world.before_verdict = pause
    for _ in range(EVENTS):
        world.verdict = verdicts[chance.choice(sorted(verdicts))]
        hotkeys = chance.choices(MINERS, k=chance.randint(1, 6))
        await asyncio.gather(*(chance.choice((pull, submit, submit))(hotkey) for hotkey in hotkeys))
        world.now += chance.choice([0, 1, 15, 60, 130])
        if chance.random() < 0.1:
            await desk.state.close()
            desk = world.desk()
    await desk.state.close()
    return dict(replies)


@pytest.mark.parametrize("seed", range(5))
def test_each_task_counts_once_in_any_order(world: Any, submission: Any, verdicts: Any, seed: int) -> None:
    replies = asyncio.run(live_through(world, submission, verdicts, random.Random(seed)))
    firsts: dict[str, list[SubmitReply]] = defaultdict(list)
    for (hotkey, _), told in replies.items():
        assert len(set(told)) == 1
        firsts[hotkey].append(told[0])
    assert sum(map(len, firsts.values())) > 10
    paid = {hotkey: sum(reply.task_fidelity_score > 0 for reply in told) for hotkey, told in firsts.items()}
    records = {record.hotkey: record for record in world.desk().state.list_records()}
    assert {hotkey: len(records[hotkey].accepted_at) for hotkey in paid} == paid
    for hotkey, told in firsts.items():
        average = 1.0
        for reply in (one for one in told if one.score is not None or one.reason_code):  # not those declined
            average += 0.05 * (reply.task_fidelity_score - average)
        assert records[hotkey].average == pytest.approx(average)
