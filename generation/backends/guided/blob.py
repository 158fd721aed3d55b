"""What the optimisation starts from: a ball of grey, faint, round splats (Tang et al. 2023, DreamGaussian, 4.1)."""

from __future__ import annotations

import numpy as np
import torch

from generation.backends.guided.settings import Blob
from splats import sh
from splats.model import Splats

_NEIGHBOURS = 3
"""A splat is as wide as the root mean square distance to this many (3DGS)."""

_TINT = 1 / 255
"""Colours differ by this much from grey at most, so that no two splats stay alike."""


def blob(settings: Blob, generator: torch.Generator) -> Splats:
    """The splats [N] on the CPU, evenly strewn through a ball round 0; `generator` is one of the CPU."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  only who optimises needs it

    count = settings.splats
    towards = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator), dim=-1)
    means = settings.radius * torch.rand(count, 1, generator=generator) ** (1 / 3) * towards  # [N, 3]
    distances, _ = cKDTree(means.numpy()).query(means.numpy(), k=_NEIGHBOURS + 1)  # [N, 4], itself first
    width = torch.from_numpy(np.sqrt((distances[:, 1:] ** 2).mean(axis=1))).float().clamp(min=1e-4)  # [N]
    return Splats(
        means=means,
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(count, 1),
        scales=width[:, None].repeat(1, 3),
        opacities=torch.full((count,), settings.opacity),
        sh=sh.from_rgb(0.5 + _TINT * (torch.rand(count, 3, generator=generator) - 0.5)),
    )
