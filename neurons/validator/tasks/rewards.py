"""Computes weights from miners' records. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from neurons.chain.contract import Snapshot
from neurons.validator.tasks.records import MinerRecord, compute_reward
from neurons.validator.tasks.rules import TaskRules


def compute_weights(
    records: Iterable[MinerRecord], snapshot: Snapshot, now: float, rules: TaskRules
) -> dict[int, float]:
    """Return the weights by uid of the miners that are registered in `snapshot` and have earned something.

    They are proportional to the miners' rewards and sum to 1. If nobody has earned anything the result is empty, and no
    weights may be set.
    """
    seats = snapshot.by_hotkey
    rewards = {seats[r.hotkey].uid: compute_reward(r, now, rules) for r in records if r.hotkey in seats}
    earned = {uid: value for uid, value in sorted(rewards.items()) if value > 0}
    total = sum(earned.values())
    return {uid: value / total for uid, value in earned.items()}
