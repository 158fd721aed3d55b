"""Tails of animals. Each function adds parts to the builder."""

from __future__ import annotations

from collections.abc import Sequence

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.shapes import sphere
from procedural.geometry.sweeps import tube


def add_tufted_tail(
    builder: Builder,
    hip: Joint,
    path: Sequence[Joint],
    *,
    radius: float,
    tuft: Joint,
    tuft_radii: Joint,
    tuft_colour: str = ACCENT,
) -> None:
    """Add a thin tail with a tuft of hair at its end; `path` and `tuft` are relative to the hip."""
    builder.add("tail", tube([offset(hip, *point) for point in path], radius), MAIN)
    builder.add("tail", sphere(*tuft_radii).move(*offset(hip, *tuft)), tuft_colour, "fur")
