"""The whole loop on the CPU: from a ball to a known object, and how much densification improves it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
import torch

from generation.backends.guided.optimise import optimise
from generation.backends.guided.settings import Optimisation
from procedural.generate import load_generator
from splats.camera import orbit
from splats.model import Splats
from splats.render import render

GOOD_DB, GAIN_DB = 24.0, 1.0
"""Mean PSNR over unseen views that the loop must reach, and its least gain over the loop without densification."""

TARGET_SPLATS = 8000
UNSEEN = orbit([22.5 + 45 * i for i in range(8)], [35, -35] * 4, radius=2.0, width=128, height=128)
"""Between whole degrees, and above and below the elevations the loop looks from (-30 to 30)."""


@cache
def target(prompt: str) -> Splats:
    """Return a procedural object of fewer but larger splats, so that its images cost little."""
    full = load_generator()(prompt, 7, lambda _fraction, _stage: None).splats
    picked = torch.randperm(len(full), generator=torch.Generator().manual_seed(0))[:TARGET_SPLATS]
    wider = (len(full) / TARGET_SPLATS) ** 0.5
    part = full.select(picked)
    return Splats(part.means, part.quats, part.scales * wider, part.opacities, part.sh)


def psnr(ours: Splats, theirs: Splats) -> float:
    """Mean over the unseen views, over white, in dB."""
    images = [render(splats, UNSEEN).images.clamp(0, 1) for splats in (ours, theirs)]
    error = (images[0] - images[1]).square().mean(dim=(1, 2, 3))  # [8]
    return float((-10 * error.log10()).mean())


@pytest.mark.parametrize("prompt", ["pink bicycle", "red mushroom with white dots", "wooden chair"])
def test_an_object_is_recovered_from_a_ball_and_densification_improves_it(
    prompt: str, portrait: Callable, small: Callable[..., Optimisation]
) -> None:
    guide = portrait(target(prompt)).prepare(prompt)
    densified, fixed = (
        psnr(optimise(guide, small(growing=growing), 7, torch.device("cpu"), lambda _: None), target(prompt))
        for growing in ({}, {"every": 0})
    )
    assert densified >= GOOD_DB
    assert densified >= fixed + GAIN_DB
