"""The sixteen views that an asset is scored from: eight fixed, eight drawn from the seed.

The draw is plain arithmetic on SHA-256, so that a seed gives the same views in any language and version.
"""

from __future__ import annotations

import hashlib

from splats.camera import orbit
from splats.model import Cameras

VIEW_COUNT = 16

FIXED_VIEWS = ((0, 10), (45, 30), (90, 0), (135, 20), (180, 10), (225, 30), (270, -10), (315, 40))
"""(azimuth, elevation) of the fixed views in degrees: all round, at five elevations from just below to well above."""

SECTOR_DEG = 45.0
"""Each drawn view has its own azimuth sector, so that no seed leaves a side unseen."""

LOW_BAND_DEG = (-10.0, 15.0)
HIGH_BAND_DEG = (15.0, 40.0)
"""Elevation bands of the drawn views, four views in each."""

RADIUS = 2.1
"""Camera distance for an object whose longest side is 1: the smallest (to 0.1) from which every corner of a unit cube
stays inside every view (worst: 30° up on the diagonal, at 0.988 of half the image's height)."""


def view_angles(seed: int) -> list[tuple[float, float]]:
    """Return the sixteen (azimuth, elevation) pairs of `seed` in degrees: FIXED_VIEWS, then one drawn view per sector.

    For sector i three numbers u, v, w in [0, 1) are the first three 8-byte big-endian words, over 2⁶⁴, of
    SHA-256("three-gen:views:1|{seed}|{i}"): azimuth = 45° (i + u); the four sectors with the smallest w (ties: lower
    i) take the low band; elevation = band start + 25° v.
    """
    draws = [_uniform3(f"three-gen:views:1|{seed}|{sector}") for sector in range(8)]
    low = set(sorted(range(8), key=lambda sector: (draws[sector][2], sector))[:4])
    drawn = []
    for sector, (u, v, _) in enumerate(draws):
        start, stop = LOW_BAND_DEG if sector in low else HIGH_BAND_DEG
        drawn.append((SECTOR_DEG * (sector + u), start + (stop - start) * v))
    return [(float(a), float(e)) for a, e in FIXED_VIEWS] + drawn


def view_cameras(seed: int, size_px: int) -> Cameras:
    """Return the sixteen cameras of `seed` for a normalised asset and images of size_px × size_px."""
    angles = view_angles(seed)
    return orbit([a for a, _ in angles], [e for _, e in angles], radius=RADIUS, width=size_px, height=size_px)


def _uniform3(text: str) -> tuple[float, float, float]:
    digest = hashlib.sha256(text.encode()).digest()
    u, v, w = (int.from_bytes(digest[i : i + 8], "big") / 2**64 for i in (0, 8, 16))
    return u, v, w
