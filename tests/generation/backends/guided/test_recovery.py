"""The whole loop on the CPU: from a blob to a known object, and how much the coming and going of splats is worth."""

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
"""Mean PSNR over unseen views that the loop must reach, and by how much it must beat itself without growth."""

TARGET_SPLATS = 8000
UNSEEN = orbit([22.5 + 45 * i for i in range(8)], [35, -35] * 4, radius=2.0, width=128, height=128)
"""Between whole degrees, and above and below the elevations the loop looks from (-30 to 30)."""


@cache
def target(prompt: str) -> Splats:
    """A procedural object of fewer splats, as much larger, so that its pictures cost little."""
    full = load_generator()(prompt, 7, lambda _fraction, _stage: None).splats
    picked = torch.randperm(len(full), generator=torch.Generator().manual_seed(0))[:TARGET_SPLATS]
    wider = (len(full) / TARGET_SPLATS) ** 0.5
    part = full.select(picked)
    return Splats(part.means, part.quats, part.scales * wider, part.opacities, part.sh)


def psnr(ours: Splats, theirs: Splats) -> float:
    """Mean over the unseen views, over white, in dB."""
    pictures = [render(splats, UNSEEN).images.clamp(0, 1) for splats in (ours, theirs)]
    error = (pictures[0] - pictures[1]).square().mean(dim=(1, 2, 3))  # [8]
    return float((-10 * error.log10()).mean())


@pytest.mark.parametrize("prompt", ["pink bicycle", "red mushroom with white dots", "wooden chair"])
def test_an_object_is_recovered_from_a_blob_and_growth_is_worth_it(
    prompt: str, portrait: Callable, small: Callable[..., Optimisation]
) -> None:
    guide = portrait(target(prompt)).prepare(prompt)
    grown, fixed = (
        psnr(optimise(guide, small(growing=growing), 7, torch.device("cpu"), lambda _: None), target(prompt))
        for growing in ({}, {"every": 0})
    )
    assert grown >= GOOD_DB
    assert grown >= fixed + GAIN_DB
