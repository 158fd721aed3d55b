"""The start of the optimisation: a ball of grey, faint, round splats (Tang et al. 2023, DreamGaussian, 4.1)."""

from __future__ import annotations

import numpy as np
import torch

from generation.backends.guided.settings import InitialBall
from splats import sh
from splats.model import Splats

_NEIGHBOURS = 3
"""A splat's scale is the root mean square distance to this many nearest neighbours (3DGS)."""

_TINT = 1 / 255
"""Largest difference of the colours from grey, which keeps splats from staying alike."""


def initial_ball(settings: InitialBall, generator: torch.Generator) -> Splats:
    """Return splats [N] on the CPU, uniformly distributed in a ball around the origin. `generator` is on the CPU."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  only optimisation needs it

    count = settings.splats
    directions = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator), dim=-1)
    means = settings.radius * torch.rand(count, 1, generator=generator) ** (1 / 3) * directions  # [N, 3]
    distances, _ = cKDTree(means.numpy()).query(means.numpy(), k=_NEIGHBOURS + 1)  # [N, 4], itself first
    scale = torch.from_numpy(np.sqrt((distances[:, 1:] ** 2).mean(axis=1))).float().clamp(min=1e-4)  # [N]
    return Splats(
        means=means,
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(count, 1),
        scales=scale[:, None].repeat(1, 3),
        opacities=torch.full((count,), settings.opacity),
        sh=sh.from_rgb(0.5 + _TINT * (torch.rand(count, 3, generator=generator) - 0.5)),
    )
