"""Eight simulated hours of five mining strategies: careful work earns most, junk and copies nothing."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from neurons.chain.contract import Seat, Snapshot
from neurons.services.validation import Rejection, Verdict

HOURS = 8


@dataclass(frozen=True)
class Strategy:
    """The time a miner works on a task (seconds), and the quality of its result."""

    name: str
    work_s: float
    quality: Callable[[random.Random], float]


def clipped(rng: random.Random, mean: float, spread: float) -> float:
    return min(1.0, max(0.0, rng.gauss(mean, spread)))


STRATEGIES = (
    Strategy("fast-poor", 5, lambda rng: clipped(rng, 0.55, 0.1)),
    Strategy("slow-good", 90, lambda rng: clipped(rng, 0.82, 0.07)),
    Strategy("best-of-n", 100, lambda rng: max(clipped(rng, 0.68, 0.1) for _ in range(4))),
    Strategy("junk", 1, lambda _: 0.0),
    Strategy("copier", 1, lambda _: 1.0),
)


def judge(_prompt: str, asset: bytes, scored: Callable[..., Verdict]) -> Verdict:
    """Return the score that the asset begins with; an asset with score 0 is rejected."""
    score = float(asset.split()[0])
    return scored(round(score, 4), asset) if score else Rejection("too_few", "junk")


async def mine(world: Any, submission: Any) -> dict[str, float]:
    """Return the weights by strategy after eight hours."""
    desk, rng, end = world.desk(), random.Random(3), world.now + HOURS * 3600
    accepted: list[bytes] = []
    queue = [(world.now + i, i, "") for i in range(len(STRATEGIES))]
    while queue:
        at, uid, task = heapq.heappop(queue)
        if at >= end:
            continue
        world.now, strategy = at, STRATEGIES[uid]
        if not task:
            pulled = await desk.pull(strategy.name)
            assert pulled.task is not None
            heapq.heappush(queue, (at + strategy.work_s, uid, pulled.task.id))
            continue
        asset = f"{strategy.quality(rng)} {at} {strategy.name}".encode()
        if strategy.name == "copier":
            asset = rng.choice(accepted) if accepted else b"0 nothing to copy yet"
        reply = await desk.submit(strategy.name, submission(task, strategy.name, asset))
        if reply.task_fidelity_score:
            accepted.append(asset)
        heapq.heappush(queue, (float(reply.cooldown_until), uid, ""))
    seats = (Seat(uid, one.name, "cold", 1.0, 0.0, False, 0, "", 0) for uid, one in enumerate(STRATEGIES))
    world.now = end
    weights = desk.state.compute_weights(Snapshot(17, 1, tuple(seats)))
    return {one.name: weights.get(uid, 0.0) for uid, one in enumerate(STRATEGIES)}


def test_slow_good_and_best_of_n_rank_first(world: Any, submission: Any, scored: Any) -> None:
    world.verdict = lambda prompt, asset: judge(prompt, asset, scored)
    weights = asyncio.run(mine(world, submission))
    ranked = sorted(weights, key=lambda name: -weights[name])
    assert set(ranked[:2]) == {"slow-good", "best-of-n"}
    assert min(weights["slow-good"], weights["best-of-n"]) > 3 * weights["fast-poor"] > 0
    assert weights["junk"] == weights["copier"] == 0
    assert sum(weights.values()) == pytest.approx(1)
