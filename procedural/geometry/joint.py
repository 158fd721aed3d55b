"""Joints: the points at which limbs meet."""

from __future__ import annotations

from collections.abc import Sequence

Joint = tuple[float, float, float]
"""(x, y, z)."""


def offset(joint: Joint, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Joint:
    """Return the joint moved by (x, y, z)."""
    return joint[0] + x, joint[1] + y, joint[2] + z


def along(a: Joint, b: Joint, share: float) -> Joint:
    """Return the point a share of the way from `a` to `b`."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def mirrored(half: Sequence[Joint]) -> list[Joint]:
    """Return a path that is symmetric about x = 0, from its left half, which ends in the middle."""
    return [*((-x, y, z) for x, y, z in half[:-1]), *reversed(half)]
