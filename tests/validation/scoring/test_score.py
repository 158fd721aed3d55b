from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from validation.scoring.score import (
    Vectors,
    consistency,
    contrast,
    gate_factors,
    pool_views,
    score_asset,
    select_views,
    view_scores,
    weak_side,
)
from validation.scoring.scorer import Alignment, Gate, Gates, Platt, WeakSide

PLAIN = Alignment(scale=100, negatives=("empty",))


def test_view_score_is_the_softmax_against_the_negatives() -> None:
    found = view_scores(torch.tensor([0.3]), torch.tensor([[0.28, 0.29]]), PLAIN)
    assert float(found) == pytest.approx(math.e**30 / (math.e**30 + math.e**28 + math.e**29), rel=1e-5)


def test_the_bias_is_added_to_the_prompts_logit_alone() -> None:
    constants = Alignment(scale=100, negatives=("empty",), bias=2.0)
    found = view_scores(torch.tensor([0.3]), torch.tensor([[0.3]]), constants)
    assert float(found) == pytest.approx(1 / (1 + math.exp(-2)), rel=1e-5)


def test_platt_takes_the_smaller_probability() -> None:
    constants = Alignment(scale=100, negatives=("empty",), platt=Platt(slope=10, offset=-4))
    found = view_scores(torch.tensor([0.3]), torch.tensor([[0.1]]), constants)
    assert float(found) == pytest.approx(1 / (1 + math.e), rel=1e-5)


def test_weak_views_are_dropped_only_if_there_are_stronger_ones() -> None:
    assert select_views(torch.tensor([0.9, 0.39, 0.4]), 0.4).tolist() == [True, False, True]
    assert select_views(torch.tensor([0.1, 0.39]), 0.4).tolist() == [True, True]
    assert select_views(torch.tensor([0.1, 0.9]), None).tolist() == [True, True]


def test_pooling_averages_probabilities_or_their_log_odds() -> None:
    per_view = torch.tensor([0.9, 0.5], dtype=torch.float64)
    assert pool_views(per_view, "mean") == pytest.approx(0.7)
    assert pool_views(per_view, "odds") == pytest.approx(3 / 4)  # odds of 9 and 1: their geometric mean is 3


def test_no_view_is_surer_than_a_thousand_to_one_when_odds_are_pooled() -> None:
    per_view = torch.tensor([1.0, 0.0, 0.5, 0.5], dtype=torch.float64)
    assert pool_views(per_view, "odds") == pytest.approx(0.5)
    assert pool_views(torch.tensor([1.0]), "odds") == pytest.approx(0.999)


def test_contrast_is_the_mean_probability_among_distractors() -> None:
    found = contrast(torch.tensor([0.3, 0.1]), torch.tensor([[0.3], [0.3]]), 100)
    assert found == pytest.approx((0.5 + 1 / (1 + math.e**20)) / 2, rel=1e-5)


def test_weak_side_is_the_mean_of_the_worst_views() -> None:
    assert weak_side(torch.tensor([1.0, 1.0, 0.5, 0.1]), 0.5) == pytest.approx(0.3)


def test_consistency_is_one_for_equal_views_and_zero_for_orthogonal_ones() -> None:
    assert consistency(torch.ones(4, 1)) == pytest.approx(1)
    assert consistency(torch.eye(4)) == pytest.approx(0)


def test_gates_ramp_between_zero_and_full() -> None:
    gates = Gates(coverage=Gate(zero=0.1, full=0.3))
    assert [gate_factors({"coverage": value}, gates)["coverage"] for value in (0.05, 0.2, 0.9)] == pytest.approx(
        [0, 0.5, 1]
    )


def aligned(views: int = 16) -> Vectors:
    """Views that all point at the prompt, negatives and distractors that do not."""
    axes = torch.eye(4)
    return Vectors(axes[0].expand(views, 4), axes[0], axes[1:2], axes[2:4])


def test_a_perfect_asset_scores_one() -> None:
    found = score_asset(aligned(), {"coverage": 0.5}, PLAIN, 100, Gates())
    assert (found.score, found.alignment, found.quality) == (1, 1, 1)
    assert {"views", "weak_side", "consistency", "contrast", "coverage"} <= set(found.parts)


def test_a_wrong_object_scores_zero_by_contrast() -> None:
    axes = torch.eye(4)
    wrong = Vectors(axes[2].expand(16, 4) * 0.5 + axes[0] * 0.4, axes[0], axes[1:2] * 0, axes[2:4])
    found = score_asset(wrong, {}, PLAIN, 100, Gates())
    assert found.parts["views"] > 0.9
    assert found.score < 0.01


def test_one_good_side_never_carries_the_rest() -> None:
    axes = torch.eye(4)
    views: Tensor = torch.cat([axes[0].expand(8, 4), axes[1].expand(8, 4)])
    half = Vectors(views, axes[0], axes[1:2], None)
    constants = Alignment(scale=100, negatives=("empty",), drop_below=0.4)
    assert score_asset(half, {}, constants, None, Gates()).score == pytest.approx(1, abs=1e-3)
    assert score_asset(half, {}, constants, None, Gates(weak_side=WeakSide(zero=0, full=0.4, share=0.5))).score == 0


@pytest.mark.parametrize("name", ["consistency", "sharpness", "solidity", "coverage", "steadiness"])
def test_a_measure_can_only_lower_the_score(name: str) -> None:
    gates = Gates(**{name: Gate(zero=0.2, full=0.6)})
    measures = {"sharpness": 0.4, "solidity": 0.4, "coverage": 0.4, "steadiness": 0.4}
    without = score_asset(aligned(), measures, PLAIN, 100, Gates()).score
    for value in (0.0, 0.4, 5.0):
        assert score_asset(aligned(), {**measures, name: value}, PLAIN, 100, gates).score <= without


def test_the_smallest_gate_decides() -> None:
    gates = Gates(sharpness=Gate(zero=0, full=1), coverage=Gate(zero=0, full=1))
    found = score_asset(aligned(), {"sharpness": 0.25, "coverage": 0.5}, PLAIN, 100, gates)
    assert found.quality == 0.25
    assert found.parts["gate_coverage"] == 0.5


def test_the_score_is_rounded_to_four_decimals() -> None:
    gates = Gates(coverage=Gate(zero=0, full=1))
    assert score_asset(aligned(), {"coverage": 1 / 3}, PLAIN, 100, gates).score == 0.3333
