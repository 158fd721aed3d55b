"""Structural checks that every honest asset passes, on the splats alone or on the coverage of their views.

Pure functions that raise RejectedError, in O(N log N). Thresholds leave honest assets a wide margin (docs/scoring.md
lists both): the checks stop junk, the score judges quality.
"""

from __future__ import annotations

import torch
from torch import Tensor

from splats.model import BOUNDS_MIN_OPACITY, Splats, bounds
from validation.errors import RejectedError

MIN_SPLATS = 2_000
"""The first implementation required 7,000; score distillation of 500 steps yields 5,000 or more; junk has hundreds."""

MIN_VISIBLE_SHARE = 0.2
"""The first implementation refused assets with more than 80 % transparent splats (opacity below 0.05 here)."""

MAX_SIGMA = 0.5
"""Largest honest standard deviation, in object sides: a wider splat covers more than the whole object."""
MAX_GIANT_SHARE = 0.002
"""Share of visible splats that may be wider than MAX_SIGMA: optimised assets leave a few behind."""
MIN_SIGMA = 2e-4
"""A visible splat whose largest deviation is below this (0.05 pixel at 224 px) is dust."""
MAX_DUST_SHARE = 0.5

MAX_REPEATED_SHARE = 0.2
"""Share of splats equal to another one in every value: almost none in honest assets, most in padded ones."""
GRID = 4096
"""Cells per unit for `coincident`: SPZ's own position grid, so that a packed honest asset does not fail."""
MAX_COINCIDENT_SHARE = 0.5
"""Share of splats in a cell that another splat occupies."""

MIN_EXTENT = 1e-6
"""Least length of an asset's longest side, in its own units: SPZ's finest grid has steps of 2·10⁻⁴."""

MIN_THICKNESS = 0.01
"""Least extent of the painted surface along any direction, as a share of its longest. A sheet has 0, a blade 0.02."""
THICKNESS_TRIM = 0.01
"""Share of painted area dropped at each end of an axis, so that a few specks do not give a card thickness."""

SHOWN_ALPHA = 0.1
"""Coverage from which a pixel counts as showing the object."""
EMPTY_VIEW_SHARE = 5e-4
"""A view in which a smaller share of the pixels show the object is empty; a pencil seen end-on has more."""
MAX_EMPTY_VIEWS = 2
MIN_MEAN_SHARE = 2e-3
"""Least share of pixels that show the object, averaged over all views; a sword has 0.006."""

MAX_COVERED_PIXELS = 1_500_000_000
"""Pixels that all splats may touch, over all views. At 448 px a real text-to-3D asset of 53,000 splats has 0.3 · 10⁹, a
million fine ones 0.8 · 10⁹. The slowest asset that passes (faint splats that never fill a pixel) takes 15 s on two busy
AVX2 cores: half the service's time limit."""


def check_count(splats: Splats) -> None:
    """Raise RejectedError too_few below MIN_SPLATS."""
    if len(splats) < MIN_SPLATS:
        raise RejectedError("too_few", f"{len(splats)} splats; at least {MIN_SPLATS} are needed")


def check_transparent(splats: Splats) -> None:
    """Raise RejectedError transparent when too few splats, or too small a share of them, are visible."""
    visible = int((splats.opacities >= BOUNDS_MIN_OPACITY).sum())
    if visible < max(MIN_SPLATS // 2, MIN_VISIBLE_SHARE * len(splats)):
        raise RejectedError(
            "transparent", f"only {visible} of {len(splats)} splats have an opacity of {BOUNDS_MIN_OPACITY} or more"
        )


def check_duplicate(splats: Splats) -> None:
    """Raise RejectedError duplicate when too many splats are exact copies of others."""
    columns = [splats.means, splats.quats, splats.scales, splats.opacities[:, None], splats.sh.flatten(1)]
    keys = _row_keys(torch.cat(columns, dim=1))  # [N]
    share = 1 - torch.unique(keys).numel() / len(splats)
    if share > MAX_REPEATED_SHARE:
        raise RejectedError("duplicate", f"{share:.0%} of the splats are exact copies of another")


def check_extent(splats: Splats) -> None:
    """Raise RejectedError coincident when nearly all visible splats are at one position: normalising is impossible."""
    lower, upper = bounds(splats)
    if float((upper - lower).max()) < MIN_EXTENT:
        raise RejectedError("coincident", "nearly all visible splats are at one position")


def check_coincident(splats: Splats) -> None:
    """Raise RejectedError coincident when too many centres of the normalised asset share a grid cell."""
    cells = (splats.means.double().clamp(-100, 100) * GRID).round().to(torch.int64)  # [N, 3]
    keys = (cells[:, 0] * 1_000_003 + cells[:, 1]) * 1_000_003 + cells[:, 2]
    share = 1 - torch.unique(keys).numel() / len(splats)
    if share > MAX_COINCIDENT_SHARE:
        raise RejectedError("coincident", f"{share:.0%} of the splats are at the position of another")


def check_scales(splats: Splats) -> None:
    """Raise RejectedError degenerate_scale when visible splats of the normalised asset are giants or mostly dust."""
    widest = splats.scales[splats.opacities >= BOUNDS_MIN_OPACITY].amax(dim=1)
    giants = float((widest > MAX_SIGMA).float().mean())
    if giants > MAX_GIANT_SHARE:
        raise RejectedError("degenerate_scale", f"{giants:.1%} of the visible splats are wider than the object")
    dust = float((widest < MIN_SIGMA).float().mean())
    if dust > MAX_DUST_SHARE:
        raise RejectedError("degenerate_scale", f"{dust:.0%} of the visible splats are too small to be seen")


def check_flat(splats: Splats) -> None:
    """Raise RejectedError flat when the visible surface of the normalised asset lies in one plane."""
    thickness = relative_thickness(splats)
    if thickness < MIN_THICKNESS:
        raise RejectedError("flat", f"the object is {thickness:.2%} as thick as it is long")


def check_cost(covered_pixels: int) -> None:
    """Raise RejectedError too_expensive when rendering all views could touch too many pixels."""
    if covered_pixels > MAX_COVERED_PIXELS:
        raise RejectedError(
            "too_expensive", f"rendering could touch {covered_pixels:.2g} pixels; the limit is {MAX_COVERED_PIXELS:.2g}"
        )


def check_views(alpha: Tensor) -> None:
    """Raise RejectedError empty_views when views with coverage `alpha` [C, H, W] show (almost) nothing."""
    shown = (alpha >= SHOWN_ALPHA).flatten(1).double().mean(dim=1)  # [C]
    empty = int((shown < EMPTY_VIEW_SHARE).sum())
    if empty > MAX_EMPTY_VIEWS or float(shown.mean()) < MIN_MEAN_SHARE:
        raise RejectedError(
            "empty_views", f"{empty} of {len(shown)} views show nothing; mean coverage {shown.mean():.2%}"
        )


def check_raw(splats: Splats) -> None:
    """Run the checks that do not need a normalised asset, cheapest first."""
    check_count(splats)
    check_transparent(splats)
    check_duplicate(splats)
    check_extent(splats)


def check_normalised(splats: Splats) -> None:
    """Run the checks of a normalised asset."""
    check_scales(splats)
    check_coincident(splats)
    check_flat(splats)


def relative_thickness(splats: Splats) -> float:
    """Return the extent of the visible surface along its thinnest principal axis over that along its longest, 0 to 1.

    Each visible splat is weighted by opacity × the product of its two largest deviations (its painted area). Extents
    are those of the centres, without THICKNESS_TRIM of the weight at each end.
    """
    visible = splats.select(splats.opacities >= BOUNDS_MIN_OPACITY)
    ordered = visible.scales.double().sort(dim=1, descending=True).values  # [N, 3]
    weights = visible.opacities.double() * ordered[:, 0] * ordered[:, 1]
    weights = weights / weights.sum().clamp_min(1e-300)
    means = visible.means.double()
    centred = means - (weights[:, None] * means).sum(dim=0)
    axes = torch.linalg.eigh(centred.T @ (centred * weights[:, None])).eigenvectors  # [3, 3], thinnest first
    along = centred @ axes  # [N, 3]
    thin, long = _weighted_extent(along[:, 0], weights), _weighted_extent(along[:, 2], weights)
    return min(1.0, thin / long) if long > 0 else 0.0


def _weighted_extent(values: Tensor, weights: Tensor) -> float:
    order = values.argsort()
    share = weights[order].cumsum(dim=0)
    inside = values[order][(share >= THICKNESS_TRIM) & (share <= 1 - THICKNESS_TRIM)]
    return float(inside[-1] - inside[0]) if inside.numel() else 0.0


def _row_keys(rows: Tensor) -> Tensor:
    """Hash float32 rows [N, D] to 64-bit keys [N]; rows that differ get equal keys with probability about 2⁻⁴⁰."""
    bits = rows.contiguous().view(torch.int32).to(torch.int64)  # [N, D]
    multipliers = torch.tensor([pow(6364136223846793005, d + 1, 2**63) for d in range(rows.shape[1])])
    return (bits * multipliers).sum(dim=1)  # wraps modulo 2⁶⁴
