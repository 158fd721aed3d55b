"""The loop's contract: progress, previews, cancelling, seeds; test_recovery.py tests its quality."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from generation.backends.contract import Cancelled, Progress
from generation.backends.guided.initial_ball import initial_ball
from generation.backends.guided.optimise import optimise
from generation.backends.guided.settings import Optimisation
from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.render import render

CPU = torch.device("cpu")
Settings = Callable[..., Optimisation]


@pytest.fixture
def short(small: Settings) -> Settings:
    def make(**changes: object) -> Optimisation:
        views = {"count": 1, "layout": "scattered", "radius": 2.0, "resolutions": [{"until": 1, "px": 16}]}
        return small(**{"steps": 12, "blob": {"splats": 50}, "views": views, **changes})

    return make


def test_every_step_and_the_end_are_reported(cross: Splats, portrait: Callable, short: Settings) -> None:
    seen: list[Progress] = []
    optimise(portrait(cross).prepare(""), short(preview_every=5), 1, CPU, seen.append)
    assert [p.fraction for p in seen] == pytest.approx([i / 12 for i in range(13)])
    assert [i + 1 for i, p in enumerate(seen) if p.preview is not None] == [5, 10]
    first, second = (p.preview for p in seen if p.preview is not None)
    assert not torch.equal(first.means, second.means)


def test_a_cancelled_job_ends_at_its_next_step(cross: Splats, portrait: Callable, short: Settings) -> None:
    guided = 0
    inner = portrait(cross).prepare("")

    def guide(*args: object) -> torch.Tensor:
        nonlocal guided
        guided += 1
        return inner(*args)

    def report(progress: Progress) -> None:
        if guided == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        optimise(guide, short(), 1, CPU, report)
    assert guided == 3


def test_the_same_seed_gives_the_same_splats(cross: Splats, portrait: Callable, short: Settings) -> None:
    guide = portrait(cross).prepare("")
    settings = short(growing={"every": 4, "threshold": 0.01})
    torch.manual_seed(1)
    first = optimise(guide, settings, 5, CPU, lambda _: None)
    torch.manual_seed(2)
    second, other = (optimise(guide, settings, seed, CPU, lambda _: None) for seed in (5, 6))
    assert all(torch.equal(getattr(first, name), getattr(second, name)) for name in TENSORS)
    assert first.means.shape != other.means.shape or not torch.equal(first.means, other.means)
    assert len(first) > 50


def test_the_guide_s_draws_depend_on_the_seed_only(short: Settings) -> None:
    def drawn(seed: int) -> list[float]:
        numbers: list[float] = []

        def guide(images: torch.Tensor, views: object, t: int, generator: torch.Generator) -> torch.Tensor:
            numbers.append(float(torch.rand((), generator=generator)))
            return images.sum()

        optimise(guide, short(), seed, CPU, lambda _: None)
        return numbers

    assert drawn(3) == drawn(3) != drawn(4)


def test_opacities_are_reset_on_time(cross: Splats, portrait: Callable, short: Settings) -> None:
    seen: list[Progress] = []
    settings = short(preview_every=1, growing={"every": 0, "reset_every": 6})
    optimise(portrait(cross).prepare(""), settings, 1, CPU, seen.append)
    highest = [float(p.preview.opacities.max()) for p in seen if p.preview is not None]
    assert highest[5] > 0.09  # before step 6
    assert highest[6] == pytest.approx(0.01)  # after it


def test_a_guide_without_gradient_changes_nothing(short: Settings) -> None:
    def indifferent(images: torch.Tensor, *_: object) -> torch.Tensor:
        return 0 * images.sum()

    seen: list[Progress] = []
    last = optimise(indifferent, short(preview_every=1), 1, CPU, seen.append)
    assert torch.equal(last.means, seen[0].preview.means)


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_the_loop_leads_to_the_same_object_on_each_device(
    device: str, cross: Splats, portrait: Callable, short: Settings
) -> None:
    """Compared as images: a GPU adds in another order, which may move splats that hardly matter."""
    settings = short(growing={"every": 0})
    there, here = (
        optimise(portrait(cross.to(place)).prepare(""), settings, 5, torch.device(place), lambda _: None).to("cpu")
        for place in (device, "cpu")
    )
    before = initial_ball(settings.blob, torch.Generator().manual_seed(5))
    view = orbit([0, 90], [0, 30], radius=2.0, width=32, height=32)
    wanted = render(here, view).images
    assert float((render(there, view).images - wanted).abs().mean()) <= 0.005
    assert float((render(before, view).images - wanted).abs().mean()) > 0.02  # the loop has changed much
