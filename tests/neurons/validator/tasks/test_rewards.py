from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons.chain.contract import Seat, Snapshot
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.rewards import compute_weights
from neurons.validator.tasks.rules import TaskRules

RULES = TaskRules()
NOW = 1_000_000.0


def snapshot(*hotkeys: str) -> Snapshot:
    seats = (Seat(i, h, "cold", 0.0, 0.0, False, 0, "0.0.0.0", 0) for i, h in enumerate(hotkeys))
    return Snapshot(17, 1, tuple(seats))


def miner(hotkey: str, count: int, average: float = 1.0) -> MinerRecord:
    return MinerRecord(hotkey, average=average, accepted_at=tuple(NOW - i for i in range(count)))


def test_weights_follow_the_rewards() -> None:
    assert compute_weights([miner("A", 3), miner("B", 1)], snapshot("V", "A", "B"), NOW, RULES) == {1: 0.75, 2: 0.25}


def test_a_miner_without_a_seat_gets_nothing() -> None:
    assert compute_weights([miner("A", 3), miner("gone", 9)], snapshot("A"), NOW, RULES) == {0: 1.0}


def test_no_weights_if_nobody_has_earned_anything() -> None:
    assert compute_weights([miner("A", 0), miner("B", 3, average=0.0)], snapshot("A", "B"), NOW, RULES) == {}


def test_a_new_hotkey_on_an_old_uid_gets_nothing() -> None:
    assert compute_weights([miner("old", 9)], snapshot("V", "new"), NOW, RULES) == {}


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 0.01, 0.5, 1.0])), max_size=30), st.randoms())
def test_weights_sum_to_one_in_any_order(miners: list[tuple[int, float]], random: object) -> None:
    records = [miner(f"M{i}", count, average) for i, (count, average) in enumerate(miners)]
    seats = snapshot(*(record.hotkey for record in records))
    weights = compute_weights(records, seats, NOW, RULES)
    random.shuffle(records)  # type: ignore[attr-defined]
    assert compute_weights(records, seats, NOW, RULES) == weights
    assert not weights or sum(weights.values()) == pytest.approx(1)
    assert all(value > 0 for value in weights.values())
