from __future__ import annotations

import itertools

import torch

from validation.assets.views import FIXED_VIEWS, RADIUS, view_angles, view_cameras


def test_first_eight_views_are_the_fixed_ones_for_every_seed() -> None:
    assert view_angles(0)[:8] == view_angles(4294967295)[:8] == [(float(a), float(e)) for a, e in FIXED_VIEWS]


def test_drawn_views_have_one_azimuth_sector_each() -> None:
    for seed in range(200):
        assert [int(azimuth // 45) for azimuth, _ in view_angles(seed)[8:]] == list(range(8))


def test_drawn_views_lie_four_in_each_elevation_band() -> None:
    for seed in range(200):
        elevations = [elevation for _, elevation in view_angles(seed)[8:]]
        assert all(-10 <= elevation < 40 for elevation in elevations)
        assert sum(elevation < 15 for elevation in elevations) == 4


def test_seeds_draw_different_views() -> None:
    assert len({tuple(view_angles(seed)[8:]) for seed in range(1000)}) == 1000


def test_views_of_a_seed_never_change() -> None:
    drawn = view_angles(1)[8:]
    assert [tuple(round(value, 6) for value in view) for view in drawn[:2]] == [
        (30.781331, 16.114127),
        (84.319844, 18.701657),
    ]


def test_a_unit_cube_stays_inside_every_view() -> None:
    corners = torch.tensor(list(itertools.product((-0.5, 0.5), repeat=3)))
    for seed in range(50):
        cameras = view_cameras(seed, 224)
        seen = corners @ cameras.viewmats[:, :3, :3].transpose(1, 2) + cameras.viewmats[:, None, :3, 3]  # [16, 8, 3]
        pixels = seen @ cameras.Ks.transpose(1, 2)
        uv = pixels[..., :2] / pixels[..., 2:]
        assert float(uv.min()) >= 0
        assert float(uv.max()) <= 224


def test_cameras_stand_at_the_radius() -> None:
    assert torch.allclose(view_cameras(3, 64).viewmats[:, 2, 3], torch.full((16,), RADIUS))
