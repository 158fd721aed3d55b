"""Consensus of one epoch, compared with a small independent Yuma consensus in matrix form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons.chain.devnet.consensus import compute_incentives, compute_permits, find_consensus


def small_yuma(stakes: np.ndarray, weights: np.ndarray, kappa: float = 0.5) -> np.ndarray:
    """Bisection of the consensus and matrix clipping, as the subnet's documentation describes them."""
    np.fill_diagonal(weights[:, : len(stakes)], 0)
    rows = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, rows, out=np.zeros_like(weights), where=rows > 0)
    share = stakes / stakes.sum()
    low, high = np.zeros(weights.shape[1]), np.ones(weights.shape[1])
    for _ in range(60):
        middle = (low + high) / 2
        enough = (share[:, None] * (weights > middle)).sum(axis=0) > kappa
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    ranks = (share[:, None] * np.minimum(weights, low)).sum(axis=0)
    return ranks / ranks.sum() if ranks.sum() > 1e-12 else np.zeros_like(ranks)


@given(st.integers(0, 10_000))
def test_incentives_equal_a_small_yuma(seed: int) -> None:
    rng = np.random.default_rng(seed)
    validators, seats = int(rng.integers(1, 6)), int(rng.integers(6, 12))
    stakes = rng.uniform(1000, 90_000, validators)
    weights = rng.uniform(0, 1, (validators, seats)) * (rng.random((validators, seats)) < 0.6)
    ours = compute_incentives(
        dict(enumerate(stakes)), {i: dict(enumerate(row)) for i, row in enumerate(weights)}, seats
    )
    assert ours == pytest.approx(small_yuma(stakes, weights.copy()), abs=1e-9)


def test_incentives_sum_to_one() -> None:
    assert sum(compute_incentives({0: 10.0, 1: 20.0}, {0: {2: 1.0}, 1: {2: 1.0, 3: 1.0}}, 4)) == pytest.approx(1)


def test_without_weights_there_are_no_incentives() -> None:
    assert compute_incentives({0: 10.0}, {}, 3) == [0.0, 0.0, 0.0]


def test_without_validators_there_are_no_incentives() -> None:
    assert compute_incentives({}, {0: {1: 1.0}}, 2) == [0.0, 0.0]


def test_a_small_validator_cannot_pay_its_friend() -> None:
    honest = {2: 1.0}
    shares = compute_incentives({0: 60.0, 1: 40.0}, {0: honest, 1: {3: 1.0}}, 4)
    assert shares == [0.0, 0.0, 1.0, 0.0]


def test_a_weight_for_oneself_does_not_count() -> None:
    assert compute_incentives({0: 10.0}, {0: {0: 1.0, 1: 1.0}}, 2) == [0.0, 1.0]


def test_a_weight_needs_more_than_half_of_the_stake() -> None:
    assert find_consensus([(0.8, 0.5), (0.2, 0.5)]) == 0.2
    assert find_consensus([(0.8, 0.51), (0.2, 0.49)]) == 0.8


def test_permits_go_to_the_largest_stakes() -> None:
    assert compute_permits([10.0, 2000.0, 1500.0, 1500.0], places=2, least=1000.0) == [False, True, True, False]


def test_there_is_no_permit_below_the_minimum_stake() -> None:
    assert compute_permits([999.0], places=5, least=1000.0) == [False]
