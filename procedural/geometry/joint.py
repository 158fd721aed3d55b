"""Joints: the points at which limbs meet."""

from __future__ import annotations

Joint = tuple[float, float, float]
"""(x, y, z)."""
