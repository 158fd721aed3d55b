"""Merging splats of a voxel by moments, and what is done for other renderers' filters."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from generation.backends.trellis.filtering import FILTERS, PIXEL, compensated
from generation.backends.trellis.merging import merge_groups, visible_mass
from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.render import render
from splats.renderers.torch import rotations

GROUP = 8


def patches(groups: int, *, spread: float = 0.004, seed: int = 0) -> Splats:
    """Groups of small splats around points of a sphere, each with a colour of its own."""
    random = torch.Generator().manual_seed(seed)
    centres = torch.nn.functional.normalize(torch.randn(groups, 1, 3, generator=random), dim=-1) * 0.4
    count = groups * GROUP
    return Splats(
        means=(centres + spread * torch.randn(groups, GROUP, 3, generator=random)).flatten(0, 1),
        quats=torch.nn.functional.normalize(torch.randn(count, 4, generator=random), dim=-1),
        scales=0.002 + 0.004 * torch.rand(count, 3, generator=random),
        opacities=0.2 + 0.7 * torch.rand(count, generator=random),
        sh=torch.randn(groups, 1, 1, 3, generator=random).expand(-1, GROUP, -1, -1).flatten(0, 1).contiguous(),
    )


def images(splats: Splats) -> torch.Tensor:
    cameras = orbit([0.0, 90.0, 180.0], [10.0] * 3, radius=2.1, width=128, height=128)
    return render(splats, cameras).images.clamp(0, 1)


def psnr(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float(-10 * (got - wanted).square().mean().log10())


def test_two_splats_become_one_with_their_moments() -> None:
    """Both axes, colour and mass of two equal splats, side by side along x."""
    half = 0.003
    two = Splats(
        means=torch.tensor([[-half, 0.0, 0], [half, 0, 0]]),
        quats=torch.tensor([[1.0, 0, 0, 0]] * 2),
        scales=torch.tensor([[0.004, 0.004, 0.001]] * 2),
        opacities=torch.tensor([0.3, 0.3]),
        sh=torch.tensor([[[1.0, 0, 0]], [[0, 1.0, 0]]]),
    )
    one = merge_groups(two, 2, 1)
    assert len(one) == 1
    assert torch.allclose(one.means, torch.zeros(1, 3), atol=1e-7)
    assert torch.allclose(one.sh, torch.tensor([[[0.5, 0.5, 0]]]))
    axes = rotations(one.quats) * one.scales[:, None]
    wanted = torch.diag(torch.tensor([0.004**2 + half**2, 0.004**2, 0.001**2]))
    assert torch.allclose((axes @ axes.transpose(1, 2))[0], wanted, atol=1e-9)
    assert float(visible_mass(one).sum()) == pytest.approx(float(visible_mass(two).sum()), rel=1e-4)


@pytest.mark.parametrize("most", [300, 301, 1000])
def test_no_more_than_the_limit_is_left_and_every_group_has_one(most: int) -> None:
    splats = patches(200)
    merged = merge_groups(splats, GROUP, most)
    assert len(merged) == most
    assert torch.allclose(merged.quats.norm(dim=-1), torch.ones(most), atol=1e-5)
    assert all(torch.isfinite(getattr(merged, name)).all() for name in TENSORS)
    assert float(merged.scales.min()) > 0
    assert float(merged.opacities.max()) < 1
    nearest = torch.cdist(splats.means.reshape(200, GROUP, 3).mean(dim=1), merged.means).amin(dim=1)
    assert float(nearest.max()) < 0.02


def test_the_most_visible_groups_are_left_of_too_many() -> None:
    splats = patches(200)
    faint = replace(splats, opacities=torch.where(torch.arange(len(splats)) < 100 * GROUP, 0.01, splats.opacities))
    merged = merge_groups(faint, GROUP, 100)
    assert len(merged) == 100
    assert float(torch.cdist(merged.means, splats.means[100 * GROUP :]).amin(dim=1).max()) < 0.02


def test_few_splats_are_left_as_they_are() -> None:
    splats = patches(10)
    assert merge_groups(splats, GROUP, 80) is splats


def test_the_most_visible_splats_stay_exactly() -> None:
    splats = patches(50)
    merged = merge_groups(splats, GROUP, 50 * GROUP - 10)
    same = (merged.means[:, None] == splats.means).all(dim=-1).any(dim=1)
    assert int(same.sum()) >= len(merged) - 10


def test_the_same_splats_are_merged_the_same() -> None:
    first, again = (merge_groups(patches(200), GROUP, 400) for _ in range(2))
    assert all(torch.equal(getattr(first, name), getattr(again, name)) for name in TENSORS)


def test_merging_is_nearer_to_the_object_than_dropping() -> None:
    splats = replace(patches(400), antialiased=True)
    wanted = images(splats)
    dropped = splats.select(visible_mass(splats).topk(800).indices.sort().values)
    assert psnr(images(merge_groups(splats, GROUP, 800)), wanted) > psnr(images(dropped), wanted) + 1


def test_a_far_splat_is_dropped_rather_than_smeared() -> None:
    splats = patches(1)
    far = replace(splats, means=splats.means + torch.tensor([[0.0, 0, 0]] * 7 + [[0, 0.2, 0]]))
    far = replace(far, opacities=torch.tensor([0.9] * 7 + [0.05]))
    merged = merge_groups(far, GROUP, 3)
    assert float(merged.scales.max()) < 0.02


@pytest.mark.parametrize("most", [0, -1])
def test_a_limit_below_one_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match="below 1"):
        merge_groups(patches(2), GROUP, most)


def test_splats_that_are_no_whole_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="no groups of 5"):
        merge_groups(patches(2), 5, 1)


@pytest.mark.parametrize("choice", FILTERS)
def test_every_filter_keeps_large_splats(choice) -> None:
    splats = replace(patches(10), scales=torch.full((10 * GROUP, 3), 30 * PIXEL))
    got = compensated(splats, choice)
    assert torch.allclose(got.scales, splats.scales, rtol=1e-3)
    assert torch.allclose(got.opacities, splats.opacities, rtol=1e-3)
    assert got.antialiased is (choice == "antialiased")


def test_small_splats_are_faded_or_shrunk() -> None:
    splats = replace(patches(10), scales=torch.full((10 * GROUP, 3), PIXEL / 2))
    assert float((compensated(splats, "faded").opacities / splats.opacities).max()) < 0.5
    shrunk = compensated(splats, "shrunk").scales
    assert float(shrunk.max()) < PIXEL / 2
    assert float(shrunk.min()) > 0
