"""Joints: the points at which limbs meet."""

from __future__ import annotations

Joint = tuple[float, float, float]
"""(x, y, z)."""


def offset(joint: Joint, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Joint:
    """Return the joint moved by (x, y, z)."""
    return joint[0] + x, joint[1] + y, joint[2] + z
