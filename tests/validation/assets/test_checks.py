from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from mocks.cheats import card, fog, make_splats, noise
from splats.model import Splats, normalise
from validation.assets import checks
from validation.errors import RejectedError

Check = Callable[[Splats], None]


def code_of(check: Callable[..., None], *values: object) -> str:
    with pytest.raises(RejectedError) as caught:
        check(*values)
    return caught.value.code


def test_few_splats_are_refused(honest: Splats) -> None:
    assert code_of(checks.check_count, honest.select(torch.arange(checks.MIN_SPLATS - 1))) == "too_few"


def test_just_enough_splats_pass(honest: Splats) -> None:
    checks.check_count(honest.select(torch.arange(checks.MIN_SPLATS)))


def test_mostly_transparent_splats_are_refused(honest: Splats) -> None:
    faint = torch.where(torch.arange(len(honest)) % 10 == 0, 0.9, 0.01)
    assert code_of(checks.check_transparent, replace(honest, opacities=faint)) == "transparent"


def test_half_transparent_splats_pass(honest: Splats) -> None:
    checks.check_transparent(replace(honest, opacities=torch.where(torch.arange(len(honest)) % 2 == 0, 0.9, 0.01)))


def test_repeated_splats_are_refused(honest: Splats) -> None:
    assert code_of(checks.check_duplicate, honest.select(torch.arange(len(honest)) % 3_000)) == "duplicate"


def test_a_few_repeated_splats_pass(honest: Splats) -> None:
    checks.check_duplicate(honest.select(torch.cat([torch.arange(len(honest)), torch.arange(600)])))


def test_splats_that_differ_in_one_value_are_not_duplicates(honest: Splats) -> None:
    twice = honest.select(torch.arange(len(honest)) % 3_000)
    checks.check_duplicate(replace(twice, opacities=torch.linspace(0.5, 0.9, len(twice))))


def test_splats_all_in_one_place_are_refused(honest: Splats) -> None:
    assert code_of(checks.check_extent, replace(honest, means=torch.full_like(honest.means, 0.3))) == "coincident"


def test_a_few_splats_afar_give_the_others_no_extent(honest: Splats) -> None:
    means = torch.full_like(honest.means, 0.3)
    means[:2] = torch.tensor([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    assert code_of(checks.check_extent, replace(honest, means=means)) == "coincident"


def test_a_tiny_object_has_extent(honest: Splats) -> None:
    checks.check_extent(replace(honest, means=honest.means * 1e-5))


def test_splats_stacked_on_few_places_are_refused(honest: Splats) -> None:
    stacked = replace(honest, means=honest.means[torch.arange(len(honest)) % 2_000])
    assert code_of(checks.check_coincident, normalise(stacked)) == "coincident"


def test_a_packed_surface_has_room_for_all(honest: Splats) -> None:
    snapped = replace(honest, means=(honest.means * 4096).round() / 4096)
    checks.check_coincident(normalise(snapped))


def test_giant_splats_are_refused(honest: Splats) -> None:
    giant = torch.where(torch.arange(len(honest)) % 100 == 0, 2.0, 0.01)
    assert code_of(checks.check_scales, replace(honest, scales=giant[:, None].expand(-1, 3))) == "degenerate_scale"


def test_dust_is_refused(honest: Splats) -> None:
    assert code_of(checks.check_scales, replace(honest, scales=honest.scales * 1e-3)) == "degenerate_scale"


def test_one_giant_and_thin_discs_pass(honest: Splats) -> None:
    scales = honest.scales.clone()
    scales[:, 2] = 1e-6
    scales[0] = 2.0
    checks.check_scales(replace(honest, scales=scales))


def test_a_flat_card_is_refused() -> None:
    flat = card(torch.rand(80, 80, 3), torch.ones(80, 80))
    assert code_of(checks.check_flat, normalise(flat)) == "flat"


def test_a_tilted_card_is_refused() -> None:
    flat = card(torch.rand(80, 80, 3), torch.ones(80, 80))
    turn = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(1))).Q
    assert code_of(checks.check_flat, normalise(replace(flat, means=flat.means @ turn.T))) == "flat"


def test_specks_do_not_make_a_card_thick() -> None:
    flat = card(torch.rand(80, 80, 3), torch.ones(80, 80))
    depth = torch.where(torch.arange(len(flat)) % 20 == 0, 0.4, 0.0)
    scales = torch.where(depth[:, None] > 0, flat.scales * 0.1, flat.scales)
    specked = replace(flat, means=flat.means + depth[:, None] * torch.tensor([0.0, 0.0, 1.0]), scales=scales)
    assert code_of(checks.check_flat, normalise(specked)) == "flat"


def test_a_thin_blade_passes(honest: Splats) -> None:
    blade = replace(honest, means=honest.means * torch.tensor([0.05, 1.0, 0.03]))
    checks.check_flat(normalise(blade))


def test_views_that_show_nothing_are_refused() -> None:
    alpha = torch.full((16, 8, 8), 0.1)
    alpha[:3] = 0
    assert code_of(checks.check_views, alpha) == "empty_views"


def test_two_edge_on_views_pass() -> None:
    alpha = torch.full((16, 8, 8), 0.1)
    alpha[:2] = 0
    checks.check_views(alpha)


def test_too_many_splat_pixels_are_refused() -> None:
    assert code_of(checks.check_cost, checks.MAX_COVERED_PIXELS + 1) == "too_expensive"


def test_the_limit_of_splat_pixels_passes() -> None:
    checks.check_cost(checks.MAX_COVERED_PIXELS)


@pytest.mark.parametrize("make", [noise, lambda: fog((0.5, 0.5, 0.5))])
def test_shapeless_assets_are_left_to_the_score(make: Callable[[], Splats]) -> None:
    checks.check_raw(make())
    checks.check_normalised(normalise(make()))


def test_an_honest_asset_passes_everything(honest: Splats) -> None:
    checks.check_raw(honest)
    checks.check_normalised(normalise(honest))


def test_the_largest_asset_is_checked_whole() -> None:
    many = make_splats(torch.rand(200_000, 3), torch.rand(200_000, 3), torch.full((200_000, 3), 0.01))
    checks.check_raw(many)
    checks.check_normalised(normalise(many))
