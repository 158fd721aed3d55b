"""Which splats are doubled, split and dropped: adaptive density control (Kerbl et al. 2023, section 5), as functions.

gsplat has the same, but draws from the global random generator and wants what only its CUDA kernels report.
Knows nothing of optimisers, guidance or when it is called.
"""

from __future__ import annotations

import torch
from torch import Tensor

from generation.backends.guided.settings import Growing
from splats.model import Splats
from splats.renderers.torch import rotations

_SPLIT_SHRINK = 1.6
"""Both parts of a split splat are this much smaller (3DGS: 0.8 · 2)."""


class Pull:
    """How hard the pictures pull at each of N splats, gathered over steps without asking the device for anything."""

    def __init__(self, count: int, device: torch.device) -> None:
        self._total = torch.zeros(count, device=device)
        self._views = torch.zeros(count, device=device)

    def add(self, gradient: Tensor, picture_px: int) -> None:
        """Adds one step: the `gradient` [C, N, 2] of the centres in pixels, of pictures `picture_px` wide."""
        norm = gradient.norm(dim=-1) * (picture_px / 2)  # [C, N] as if the picture were 2 units wide
        self._total += norm.sum(dim=0)
        self._views += (norm > 0).sum(dim=0)

    def mean(self) -> Tensor:
        """The mean [N] over the views that saw the splat; 0 where none did."""
        return self._total / self._views.clamp(min=1)


def grown(splats: Splats, pull: Tensor, settings: Growing, generator: torch.Generator) -> tuple[Tensor, Splats]:
    """Indices [K] of the splats that stay and the splats that are new, for the mean `pull` [N] at each.

    Small ones that are pulled hard are doubled, large ones replaced by two drawn from them; the faintest and the
    largest are dropped. At most `most_splats` result; the hardest pulled have precedence. `generator` is the device's.
    """
    size = splats.scales.amax(dim=-1)  # [N]
    wanted = _strongest(pull, pull >= settings.threshold, max(0, settings.most_splats - len(splats)))
    large = size > settings.split_above
    new = _joined(splats.select(wanted & ~large), _halves(splats.select(wanted & large), generator))
    stays = _worth_keeping(splats, settings) & ~(wanted & large)
    return stays.nonzero()[:, 0], new.select(_worth_keeping(new, settings))


def _worth_keeping(splats: Splats, settings: Growing) -> Tensor:
    return (splats.opacities >= settings.drop_fainter) & (splats.scales.amax(dim=-1) <= settings.drop_above)


def _strongest(pull: Tensor, mask: Tensor, most: int) -> Tensor:
    """`mask` [N], of which only the `most` with the highest `pull` remain; equals by index."""
    if int(mask.sum()) <= most:
        return mask
    order = torch.where(mask, pull, -1.0).argsort(descending=True, stable=True)
    chosen = torch.zeros_like(mask)
    chosen[order[:most]] = True
    return chosen


def _halves(splats: Splats, generator: torch.Generator) -> Splats:
    """Two for each splat [M]: centres drawn from its Gaussian, everything else its own, but smaller."""
    draws = torch.randn(2, len(splats), 3, generator=generator, device=splats.device)
    offsets = torch.einsum("nij,pnj->pni", rotations(splats.quats), draws * splats.scales)  # [2, M, 3]
    return Splats(
        means=(splats.means + offsets).reshape(-1, 3),
        quats=splats.quats.repeat(2, 1),
        scales=splats.scales.repeat(2, 1) / _SPLIT_SHRINK,
        opacities=splats.opacities.repeat(2),
        sh=splats.sh.repeat(2, 1, 1),
    )


def _joined(first: Splats, second: Splats) -> Splats:
    return Splats(*(torch.cat([getattr(first, name), getattr(second, name)]) for name in Splats.__slots__))
