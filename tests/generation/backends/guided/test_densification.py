"""Densification: which splats are duplicated, split and pruned."""

from __future__ import annotations

import torch

from generation.backends.guided.densification import GradientStats, densify
from generation.backends.guided.settings import Growing
from splats.model import TENSORS, Splats

SETTINGS = Growing(threshold=1.0, split_above=0.1, drop_above=0.5, drop_fainter=0.05, most_splats=1000)


def sized(*sizes: float) -> Splats:
    """Splats in a row, one unit apart, long along a turned axis."""
    count = len(sizes)
    half = 0.5**0.5
    return Splats(
        means=torch.arange(count)[:, None] * torch.tensor([[1.0, 0, 0]]),
        quats=torch.tensor([half, 0, 0, half]).repeat(count, 1),  # 90° about z: the local x axis lies along y
        scales=torch.tensor(sizes)[:, None] * torch.tensor([[1.0, 0.01, 0.01]]),
        opacities=torch.full((count,), 0.8),
        sh=torch.rand(count, 1, 3, generator=torch.Generator().manual_seed(0)),
    )


def grow(splats: Splats, grads: list[float], settings: Growing = SETTINGS, seed: int = 0) -> tuple[list[int], Splats]:
    kept, new = densify(splats, torch.tensor(grads), settings, torch.Generator().manual_seed(seed))
    return kept.tolist(), new


def test_splats_with_small_gradients_stay_as_they_are() -> None:
    kept, new = grow(sized(0.01, 0.2), [0.9, 0.9])
    assert kept == [0, 1]
    assert len(new) == 0


def test_a_small_splat_is_duplicated() -> None:
    splats = sized(0.01, 0.02)
    kept, new = grow(splats, [0, 1.0])
    assert kept == [0, 1]
    for name in TENSORS:
        assert torch.equal(getattr(new, name), getattr(splats, name)[1:])


def test_a_large_splat_is_split_into_two_smaller_ones_drawn_from_it() -> None:
    splats = sized(*[0.2] * 200)
    kept, new = grow(splats, [2.0] * 200)
    assert kept == []
    assert len(new) == 400
    offsets = new.means - splats.means.repeat(2, 1)
    torch.testing.assert_close(offsets.std(dim=0), torch.tensor([0.002, 0.2, 0.002]), rtol=0.15, atol=0)
    torch.testing.assert_close(new.scales, splats.scales.repeat(2, 1) / 1.6)
    assert torch.equal(new.opacities, splats.opacities.repeat(2))


def test_faint_and_oversized_splats_are_pruned_whatever_their_gradient() -> None:
    splats = sized(0.01, 0.01, 0.6, 1.0)
    splats.opacities[1] = 0.04
    kept, new = grow(splats, [0, 2, 0, 2])
    assert kept == [0]
    assert len(new) == 0  # the copy of a faint one is as faint, the halves of the largest are still too large


def test_the_largest_gradients_come_first_when_the_number_of_splats_is_limited() -> None:
    splats = sized(*[0.01] * 10)
    kept, new = grow(splats, [float(i) for i in range(10)], SETTINGS.model_copy(update={"most_splats": 13}))
    assert kept == list(range(10))
    assert torch.equal(new.means, splats.means[7:])
    assert len(grow(splats, [5.0] * 10, SETTINGS.model_copy(update={"most_splats": 4}))[1]) == 0


def test_draws_depend_on_the_generator_only() -> None:
    torch.manual_seed(0)
    first = grow(sized(0.2), [2.0])[1].means
    torch.manual_seed(1)
    assert torch.equal(grow(sized(0.2), [2.0])[1].means, first)
    assert not torch.equal(grow(sized(0.2), [2.0], seed=1)[1].means, first)


def test_gradient_norms_are_averaged_over_the_views_that_see_a_splat() -> None:
    stats = GradientStats(3, torch.device("cpu"))
    stats.add(torch.tensor([[[3.0, 4], [0, 0], [0, 0]], [[0, 0], [1, 0], [0, 0]]]), width=2)
    stats.add(torch.tensor([[[0, 1.0], [0, 0], [0, 0]], [[0, 0], [0, 0], [0, 0]]]), width=8)
    torch.testing.assert_close(stats.mean(), torch.tensor([(5 + 4) / 2, 1.0, 0.0]))
