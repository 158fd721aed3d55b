"""Parameters and Adam's memory while splats come and go."""

from __future__ import annotations

import pytest
import torch

from generation.backends.guided.blob import blob
from generation.backends.guided.cloud import Cloud, position_rate
from generation.backends.guided.settings import Blob, Rates
from splats.model import Splats, bounds


def some(count: int = 12, seed: int = 0) -> Splats:
    return blob(Blob(splats=count), torch.Generator().manual_seed(seed))


def descend(cloud: Cloud, number: int) -> None:
    """One step toward the origin, red and opaque."""
    splats = cloud.splats()
    (splats.means.square().sum() - splats.sh[:, 0, 0].sum() - splats.opacities.sum()).backward()
    cloud.step(number)


def same(ours: Splats, theirs: Splats) -> None:
    for name in Splats.__slots__:
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-5, atol=1e-6)


def test_a_cloud_begins_as_its_splats() -> None:
    same(Cloud(some(), Rates()).snapshot(), some())


def test_a_snapshot_stays_as_it_is() -> None:
    cloud = Cloud(some(), Rates())
    before = cloud.snapshot()
    descend(cloud, 1)
    same(before, some())
    assert not any(getattr(before, name).requires_grad for name in Splats.__slots__)
    assert not torch.equal(cloud.snapshot().means, before.means)


def test_each_parameter_has_its_own_rate() -> None:
    """The first step of Adam is the rate itself, toward where the gradient points."""
    rates = Rates(position_first=0.02, position_last=0.02, colour=0.3, opacity=0.05)
    cloud = Cloud(some(), rates)
    descend(cloud, 1)
    now = cloud.snapshot()
    torch.testing.assert_close(now.means, some().means - 0.02 * some().means.sign())
    torch.testing.assert_close(now.sh[:, 0, 0], some().sh[:, 0, 0] + 0.3)
    torch.testing.assert_close(torch.logit(now.opacities), torch.logit(some().opacities) + 0.05)


def test_positions_slow_down_and_then_keep_their_pace() -> None:
    rates = Rates(position_first=0.01, position_last=0.0001, position_steps=100)
    assert position_rate(rates, 0) == pytest.approx(0.01)
    assert position_rate(rates, 50) == pytest.approx(0.001)
    assert position_rate(rates, 100) == pytest.approx(0.0001)
    assert position_rate(rates, 5000) == pytest.approx(0.0001)


def test_those_that_stay_go_on_as_if_nobody_had_come_or_gone() -> None:
    alone, changed = Cloud(some(), Rates()), Cloud(some(), Rates())
    kept = torch.tensor([7, 2, 3])
    for number in range(1, 6):
        descend(alone, number)
        descend(changed, number)
    changed.change(kept, some(4, seed=9))
    assert len(changed) == 7
    same(changed.snapshot().select(torch.arange(3, 7)), some(4, seed=9))
    descend(alone, 6)
    descend(changed, 6)
    same(changed.snapshot().select(torch.arange(3)), alone.snapshot().select(kept))


def test_capped_opacities_start_from_rest() -> None:
    cloud = Cloud(some(), Rates())
    descend(cloud, 1)
    means = cloud.snapshot().means
    cloud.cap_opacities(0.01)
    torch.testing.assert_close(cloud.snapshot().opacities, torch.full((12,), 0.01))
    assert torch.equal(cloud.snapshot().means, means)
    cloud.cap_opacities(0.5)
    torch.testing.assert_close(cloud.snapshot().opacities, torch.full((12,), 0.01))


def test_the_blob_is_an_evenly_filled_ball_of_grey() -> None:
    made = blob(Blob(splats=4000, radius=0.5, opacity=0.1), torch.Generator().manual_seed(1))
    distance = made.means.norm(dim=-1)
    assert float(distance.max()) <= 0.5
    assert float((distance < 0.25).float().mean()) == pytest.approx(1 / 8, abs=0.02)
    assert torch.equal(made.opacities, torch.full((4000,), 0.1))
    assert float((made.sh * 0.28209479177387814).abs().max()) <= 0.5 / 255 + 1e-6
    lower, upper = bounds(made)
    torch.testing.assert_close(upper - lower, torch.full((3,), 0.94), atol=0.05, rtol=0)
    # As wide as the distance to the next: a ball of volume V holds N of them about (V / N)^(1/3) apart.
    spacing = (4 / 3 * torch.pi * 0.5**3 / 4000) ** (1 / 3)
    assert 0.5 * spacing < float(made.scales.mean()) < 1.5 * spacing
