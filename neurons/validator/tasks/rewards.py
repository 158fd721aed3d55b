"""Turns miners' records into weights. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from neurons.chain.contract import Snapshot
from neurons.validator.tasks.records import MinerRecord, compute_reward
from neurons.validator.tasks.rules import TaskRules


def compute_weights(
    records: Iterable[MinerRecord], snapshot: Snapshot, now: float, rules: TaskRules
) -> dict[int, float]:
    """Return weights by uid, summing to 1, of the miners that are registered in `snapshot` and have earned something.

    Empty if nobody has: then no weights may be set.
    """
    seats = snapshot.by_hotkey
    rewards = {seats[r.hotkey].uid: compute_reward(r, now, rules) for r in records if r.hotkey in seats}
    earned = {uid: value for uid, value in sorted(rewards.items()) if value > 0}
    total = sum(earned.values())
    return {uid: value / total for uid, value in earned.items()}
