"""Parameters and Adam's moments while splats are added and removed."""

from __future__ import annotations

import pytest
import torch

from generation.backends.guided.initial_ball import initial_ball
from generation.backends.guided.parameters import GaussianParameters, position_rate
from generation.backends.guided.settings import InitialBall, Rates
from splats.model import TENSORS, Splats, bounds
from splats.sh import to_rgb


def some(count: int = 12, seed: int = 0) -> Splats:
    return initial_ball(InitialBall(splats=count), torch.Generator().manual_seed(seed))


def descend(params: GaussianParameters, number: int) -> None:
    """One step toward the origin, red and opaque."""
    splats = params.splats()
    (splats.means.square().sum() - splats.sh[:, 0, 0].sum() - splats.opacities.sum()).backward()
    params.step(number)


def same(ours: Splats, theirs: Splats) -> None:
    for name in TENSORS:
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-5, atol=1e-6)


def test_parameters_start_as_their_splats() -> None:
    same(GaussianParameters(some(), Rates()).snapshot(), some())


def test_a_snapshot_stays_as_it_is() -> None:
    params = GaussianParameters(some(), Rates())
    before = params.snapshot()
    descend(params, 1)
    same(before, some())
    assert not any(getattr(before, name).requires_grad for name in TENSORS)
    assert not torch.equal(params.snapshot().means, before.means)


def test_each_parameter_has_its_own_rate() -> None:
    """The first step of Adam is the rate itself, toward where the gradient points."""
    rates = Rates(position_first=0.02, position_last=0.02, colour=0.3, opacity=0.05)
    params = GaussianParameters(some(), rates)
    descend(params, 1)
    now = params.snapshot()
    torch.testing.assert_close(now.means, some().means - 0.02 * some().means.sign())
    torch.testing.assert_close(now.sh[:, 0, 0], some().sh[:, 0, 0] + 0.3)
    torch.testing.assert_close(torch.logit(now.opacities), torch.logit(some().opacities) + 0.05)


def test_a_colour_driven_to_black_comes_back() -> None:
    params = GaussianParameters(some(), Rates(colour=1.0))
    for number in range(1, 5):
        to_rgb(params.splats().sh).sum().backward()
        params.step(number)
    assert bool((to_rgb(params.snapshot().sh) == 0).all())
    for number in range(5, 25):
        (-to_rgb(params.splats().sh).sum()).backward()
        params.step(number)
    assert bool((to_rgb(params.snapshot().sh) > 0.1).all())


def test_the_rate_of_positions_decays_and_then_stays() -> None:
    rates = Rates(position_first=0.01, position_last=0.0001, position_steps=100)
    assert position_rate(rates, 0) == pytest.approx(0.01)
    assert position_rate(rates, 50) == pytest.approx(0.001)
    assert position_rate(rates, 100) == pytest.approx(0.0001)
    assert position_rate(rates, 5000) == pytest.approx(0.0001)


def test_splats_that_are_kept_are_not_affected_by_those_added_or_removed() -> None:
    alone, changed = GaussianParameters(some(), Rates()), GaussianParameters(some(), Rates())
    kept = torch.tensor([7, 2, 3])
    for number in range(1, 6):
        descend(alone, number)
        descend(changed, number)
    changed.update_gaussians(kept, some(4, seed=9))
    assert len(changed) == 7
    same(changed.snapshot().select(torch.arange(3, 7)), some(4, seed=9))
    descend(alone, 6)
    descend(changed, 6)
    same(changed.snapshot().select(torch.arange(3)), alone.snapshot().select(kept))


def test_capping_opacities_resets_their_moments() -> None:
    params = GaussianParameters(some(), Rates())
    descend(params, 1)
    means = params.snapshot().means
    params.cap_opacities(0.01)
    torch.testing.assert_close(params.snapshot().opacities, torch.full((12,), 0.01))
    assert torch.equal(params.snapshot().means, means)
    params.cap_opacities(0.5)
    torch.testing.assert_close(params.snapshot().opacities, torch.full((12,), 0.01))


def test_the_initial_ball_is_evenly_filled_and_grey() -> None:
    made = initial_ball(InitialBall(splats=4000, radius=0.5, opacity=0.1), torch.Generator().manual_seed(1))
    distance = made.means.norm(dim=-1)
    assert float(distance.max()) <= 0.5
    assert float((distance < 0.25).float().mean()) == pytest.approx(1 / 8, abs=0.02)
    assert torch.equal(made.opacities, torch.full((4000,), 0.1))
    assert float((made.sh * 0.28209479177387814).abs().max()) <= 0.5 / 255 + 1e-6
    lower, upper = bounds(made)
    torch.testing.assert_close(upper - lower, torch.full((3,), 0.94), atol=0.05, rtol=0)
    # Scales match the spacing: in a ball of volume V, N splats are about (V / N)^(1/3) apart.
    spacing = (4 / 3 * torch.pi * 0.5**3 / 4000) ** (1 / 3)
    assert 0.5 * spacing < float(made.scales.mean()) < 1.5 * spacing
