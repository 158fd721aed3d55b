"""Prepare splats trained under one renderer's filter for another's.

TRELLIS was trained with an antialiasing renderer that adds 0.1 pixels² to a splat's variances and makes up for it in
the opacity (Yu et al. 2024, Mip-Splatting). Others add 0.3 and by default do not make up for it ("classic"), so its
many splats below a pixel look fatter and denser. benchmarks/trellis_splats.py measures each choice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

from splats.model import Splats
from splats.renderers.contract import BLUR

PIXEL = 0.0043
"""World units of a pixel at the centre of the validator's images: 448 pixels, distance 2.1, 49.1° of view."""

Filter = Literal["none", "antialiased", "faded", "shrunk"]
FILTERS: tuple[Filter, ...] = get_args(Filter)

_TRAINED_BLUR = 0.1


def compensated(splats: Splats, choice: Filter) -> Splats:
    """Return `splats` prepared by one of FILTERS.

    none         as they are
    antialiased  marked, so that renderers that know the mark make up for their filter at any size
    faded        opacities as such a renderer has them where a pixel is PIXEL wide
    shrunk       variances less what the filter adds beyond the trained one, where a pixel is PIXEL wide
    """
    if choice == "antialiased":
        return replace(splats, antialiased=True)
    variances = splats.scales.square()
    if choice == "faded":
        kept = (variances / (variances + BLUR * PIXEL**2)).sort(dim=-1).values[:, 1:].prod(dim=-1).sqrt()
        return replace(splats, opacities=splats.opacities * kept)
    if choice == "shrunk":
        less = (variances - (BLUR - _TRAINED_BLUR) * PIXEL**2).clamp(min=0)
        return replace(splats, scales=less.sqrt().clamp(min=0.25 * splats.scales.min()))
    return splats
