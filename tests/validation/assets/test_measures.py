from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from splats.model import Splats
from validation.assets.measures import area_average, coverage, sharpness, solidity, steadiness


def disc(softness: float, size: int = 64) -> torch.Tensor:
    """Coverage [2, H, W] of a disc whose rim is `softness` pixels wide."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    radius = ((x - size / 2) ** 2 + (y - size / 2) ** 2).sqrt()
    return ((size / 4 - radius) / softness + 0.5).clamp(0, 1).expand(2, size, size)


def on_white(alpha: torch.Tensor) -> torch.Tensor:
    return (1 - alpha)[..., None].expand(-1, -1, -1, 3)


def test_coverage_is_the_mean() -> None:
    assert coverage(torch.tensor([[[0.0, 1.0]]])) == 0.5


def test_an_object_is_solid_and_fog_is_not() -> None:
    assert solidity(disc(1)) > 0.9
    assert solidity(torch.full((2, 8, 8), 0.5)) == 0
    assert solidity(torch.zeros(2, 8, 8)) == 0


def test_a_crisp_object_is_sharper_than_a_soft_one() -> None:
    values = [sharpness(on_white(disc(soft)), disc(soft)) for soft in (1, 8, 40)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.8
    assert sharpness(torch.ones(2, 8, 8, 3), torch.zeros(2, 8, 8)) == 0


def test_a_white_object_on_white_is_sharp_by_its_outline() -> None:
    assert sharpness(torch.ones(2, 64, 64, 3), disc(1)) > 0.8


def test_one_colour_all_round_is_steady(honest: Splats) -> None:
    assert steadiness(honest) == 1
    shown = torch.cat([honest.sh, torch.zeros(len(honest), 3, 3)], dim=1)
    assert steadiness(replace(honest, sh=shown)) == 1


def test_steadiness_falls_with_the_change_of_colour(honest: Splats) -> None:
    sh = torch.zeros(len(honest), 4, 3)
    sh[:, 2] = 0.5 / 0.4886025119029199  # black from one side, white from the other
    assert steadiness(replace(honest, sh=sh)) == pytest.approx(1 - 2 * 0.5 / 3**0.5, abs=1e-5)


def test_a_change_of_colour_below_0_is_not_seen(honest: Splats) -> None:
    draws = torch.Generator().manual_seed(0)
    sh = 0.4 * torch.randn(len(honest), 16, 3, generator=draws)
    assert steadiness(replace(honest, sh=sh)) < 0.5
    sh[:, 0] = -60.0  # black from everywhere
    assert steadiness(replace(honest, sh=sh)) == 1


@pytest.mark.parametrize("base", [0.5, 0.0, -0.1])
def test_steadiness_counts_what_is_left_above_0(base: float, honest: Splats) -> None:
    sh = torch.zeros(len(honest), 4, 3)
    sh[:, 0] = (base - 0.5) / 0.28209479177387814
    sh[:, 2] = 0.5 / 0.4886025119029199
    z = torch.linspace(-1, 1, 100_001)  # evenly spread over the sphere
    wanted = 1 - 2 * float((base + 0.5 * z).clamp(min=0).std())
    assert steadiness(replace(honest, sh=sh)) == pytest.approx(wanted, abs=5e-3)


def test_images_are_averaged_in_blocks() -> None:
    images = torch.arange(16.0).reshape(1, 4, 4, 1)
    assert area_average(images, 2)[0, :, :, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert area_average(images, 1) is images
