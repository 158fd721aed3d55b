"""How the views of an asset are rendered; a module of its own because the worker's parent must not load torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenderSpec:
    """Size and device of a scorer's views: rendered `supersample` times larger than `image_px`, then averaged down."""

    image_px: int
    supersample: int
    device: str = "cpu"
