"""Adaptive density control (Kerbl et al. 2023, section 5): which splats are duplicated, split and pruned.

gsplat's strategies do the same, but draw from the global random generator and need values that only its CUDA kernels
return.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from generation.backends.guided.settings import Growing
from splats.model import Splats, concatenate
from splats.renderers.torch import rotations

_SPLIT_SHRINK = 1.6
"""The scales of a split splat are divided by this (3DGS: 0.8 · 2)."""


class GradientStats:
    """Accumulated norms of the gradients of the projected centres of N splats; never synchronises with the device."""

    def __init__(self, count: int, device: torch.device) -> None:
        self._total = torch.zeros(count, device=device)
        self._views = torch.zeros(count, device=device)

    def add(self, means2d_grad: Tensor, width: int) -> None:
        """Add a step: the gradient [C, N, 2] of the projected centres in pixels, of images `width` pixels wide."""
        norm = means2d_grad.norm(dim=-1) * (width / 2)  # [C, N], for an image 2 units wide
        self._total += norm.sum(dim=0)
        self._views += (norm > 0).sum(dim=0)

    def mean(self) -> Tensor:
        """Return the mean norm [N] over the views that saw each splat, 0 where none did."""
        return self._total / self._views.clamp(min=1)


def densify(splats: Splats, grads: Tensor, settings: Growing, generator: torch.Generator) -> tuple[Tensor, Splats]:
    """Return the indices [K] of the splats to keep, and the splats to add.

    Where the mean gradient norm `grads` [N] reaches the threshold, small splats are duplicated and large ones split in
    two; faint and oversized ones are pruned. At most `most_splats` result: the largest gradients come first.
    `generator` is on the splats' device.
    """
    size = splats.scales.amax(dim=-1)  # [N]
    growing = _strongest(grads, grads >= settings.threshold, max(0, settings.most_splats - len(splats)))
    large = size > settings.split_above
    new = concatenate(splats.select(growing & ~large), _split(splats.select(growing & large), generator))
    stays = _worth_keeping(splats, settings) & ~(growing & large)
    return stays.nonzero()[:, 0], new.select(_worth_keeping(new, settings))


def _worth_keeping(splats: Splats, settings: Growing) -> Tensor:
    return (splats.opacities >= settings.drop_fainter) & (splats.scales.amax(dim=-1) <= settings.drop_above)


def _strongest(grads: Tensor, mask: Tensor, most: int) -> Tensor:
    """Limit `mask` [N] to its `most` highest `grads`; of equals the first."""
    if int(mask.sum()) <= most:
        return mask
    order = torch.where(mask, grads, -1.0).argsort(descending=True, stable=True)
    chosen = torch.zeros_like(mask)
    chosen[order[:most]] = True
    return chosen


def _split(splats: Splats, generator: torch.Generator) -> Splats:
    """Return two smaller splats [2 M] for each [M], with centres drawn from its Gaussian."""
    draws = torch.randn(2, len(splats), 3, generator=generator, device=splats.device)
    offsets = torch.einsum("nij,pnj->pni", rotations(splats.quats), draws * splats.scales)  # [2, M, 3]
    twice = concatenate(splats, splats)
    return replace(twice, means=twice.means + offsets.reshape(-1, 3), scales=twice.scales / _SPLIT_SHRINK)
