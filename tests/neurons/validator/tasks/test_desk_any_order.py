"""Random events, concurrent and across restarts: each task counts once, and its reply does not change."""

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


async def live_through(world: Any, submission: Any, verdicts: Any, rng: random.Random) -> dict[str, Any]:
    """Run random events and return the replies by (hotkey, task id), without refusals."""
    desk, tasks, replies = world.desk(), dict.fromkeys(MINERS, "none"), defaultdict(list)

    async def pause() -> None:
        await asyncio.sleep(rng.random() / 1000)

    async def submit(hotkey: str) -> None:
        task, asset = tasks[hotkey], rng.choice([b"one", b"two", rng.randbytes(8)])
        sent = submission(task, hotkey, asset)
        reply = await desk.submit(hotkey, replace(sent, results="") if rng.random() < 0.1 else sent)
        if not reply.validation_failed and reply.reason_code not in ("unknown_task", "too_many_submissions"):
            replies[hotkey, task].append(reply)

    async def pull(hotkey: str) -> None:
        pulled = await desk.pull(hotkey)
        tasks[hotkey] = pulled.task.id if pulled.task else tasks[hotkey]

    world.before_verdict = pause
    for _ in range(EVENTS):
        world.verdict = verdicts[rng.choice(sorted(verdicts))]
        hotkeys = rng.choices(MINERS, k=rng.randint(1, 6))
        await asyncio.gather(*(rng.choice((pull, submit, submit))(hotkey) for hotkey in hotkeys))
        world.now += rng.choice([0, 1, 15, 60, 130])
        if rng.random() < 0.1:
            await desk.state.close()
            desk = world.desk()
    await desk.state.close()
    return dict(replies)


@pytest.mark.parametrize("seed", range(5))
def test_each_task_counts_once_in_any_order(world: Any, submission: Any, verdicts: Any, seed: int) -> None:
    replies = asyncio.run(live_through(world, submission, verdicts, random.Random(seed)))
    firsts: dict[str, list[SubmitReply]] = defaultdict(list)
    for (hotkey, _), repeated in replies.items():
        assert len(set(repeated)) == 1
        firsts[hotkey].append(repeated[0])
    assert sum(map(len, firsts.values())) > 10
    paid = {hotkey: sum(reply.task_fidelity_score > 0 for reply in once) for hotkey, once in firsts.items()}
    records = {record.hotkey: record for record in world.desk().state.list_records()}
    assert {hotkey: len(records[hotkey].accepted_at) for hotkey in paid} == paid
    for hotkey, once in firsts.items():
        average = 1.0
        for reply in (one for one in once if one.score is not None or one.reason_code):  # not those declined
            average += 0.05 * (reply.task_fidelity_score - average)
        assert records[hotkey].average == pytest.approx(average)
