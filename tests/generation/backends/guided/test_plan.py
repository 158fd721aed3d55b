"""The views and timesteps drawn for each step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from generation.backends.guided.plan import OptimisationStep, plan_steps, render_px
from generation.backends.guided.settings import Optimisation, Viewing
from splats.camera import orbit

CPU = torch.device("cpu")


def planned(settings: Optimisation, seed: int = 3) -> list[OptimisationStep]:
    return plan_steps(settings, CPU, torch.Generator().manual_seed(seed))


def test_steps_count_from_one() -> None:
    assert [step.number for step in planned(Optimisation(steps=40))] == list(range(1, 41))


def test_a_ring_is_four_views_at_right_angles_and_one_elevation() -> None:
    for step in planned(Optimisation(steps=60)):
        a, e = step.views.azimuths_deg, step.views.elevations_deg
        assert [round(x - a[0]) for x in a] == [0, 90, 180, 270]
        assert -180 <= a[0] < 180
        assert len(set(e)) == 1
        assert -30 <= e[0] < 30


def test_scattered_views_are_independent() -> None:
    steps = planned(Optimisation(steps=60, views=Viewing(layout="scattered", count=3)))
    assert len({a for step in steps for a in step.views.azimuths_deg}) > 100
    assert all(len(step.views) == 3 for step in steps)


def test_cameras_are_those_of_the_directions() -> None:
    step = planned(Optimisation(steps=20))[7]
    wanted = orbit(step.views.azimuths_deg, step.views.elevations_deg, radius=2.5, width=256, height=256)
    assert torch.equal(step.views.cameras.viewmats, wanted.viewmats)
    assert torch.equal(step.views.cameras.Ks, wanted.Ks)
    assert (step.views.cameras.width, step.views.cameras.height) == (256, 256)


@pytest.mark.parametrize(
    ("progress", "px"), [(0.001, 128), (0.299, 128), (0.3, 256), (0.59, 256), (0.6, 512), (1.0, 512)]
)
def test_images_grow_with_progress(progress: float, px: int) -> None:
    assert render_px(Viewing(), progress) == px


def test_noise_falls_from_high_to_low() -> None:
    times = [step.t for step in planned(Optimisation(steps=1000))]
    assert times[:20] == [980] * 20
    assert times[499] == 500
    assert times[629] == 370
    assert times[-20:] == [20] * 20
    assert times == sorted(times, reverse=True)


def test_noise_without_annealing_is_drawn_evenly() -> None:
    times = [step.t for step in planned(Optimisation(steps=4000, timesteps={"annealed": False}))]
    assert (min(times), max(times)) == (20, 980)
    assert 450 < sum(times) / 4000 < 550


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_backgrounds_are_white_or_black(share: float) -> None:
    steps = planned(Optimisation(steps=200, views=Viewing(white_share=share)))
    white = [step.views.background.tolist() == [1, 1, 1] for step in steps]
    assert all(w or step.views.background.tolist() == [0, 0, 0] for w, step in zip(white, steps, strict=True))
    assert abs(sum(white) / 200 - share) < 0.12


def test_steps_depend_on_the_seed_only() -> None:
    torch.manual_seed(1)
    first = planned(Optimisation(steps=30))
    torch.manual_seed(2)
    second, other = planned(Optimisation(steps=30)), planned(Optimisation(steps=30), seed=4)
    assert [s.views.azimuths_deg for s in first] == [s.views.azimuths_deg for s in second]
    assert [s.views.azimuths_deg for s in first] != [s.views.azimuths_deg for s in other]


def test_elevations_of_one_degree_are_possible(small: Callable[..., Optimisation]) -> None:
    settings = Optimisation(steps=5, views=Viewing(elevation_low_deg=10, elevation_high_deg=10))
    assert {e for step in planned(settings) for e in step.views.elevations_deg} == {10.0}
