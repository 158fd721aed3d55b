"""Limbs and claws shared by robots. Each function adds parts to the builder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import capsule, pair, sphere
from procedural.geometry.sweeps import tube


def add_limb(builder: Builder, name: str, joints: Sequence[Joint], radius: float) -> None:
    """Add stiff segments from joint to joint, with a ball on every joint but the last."""
    for a, b in pairwise(joints):
        builder.add(name, capsule(a, b, radius, radius * 0.9), MAIN, "metal")
    for joint in joints[:-1]:
        builder.add("joint", sphere(radius * 1.25).move(*joint), "dark grey", "metal")


def add_claw(builder: Builder, hand: Joint, size: float) -> None:
    """Add a gripper of two curved fingers that opens downward and forward."""
    finger = tube(
        [(0, 0, 0), (size * 0.75, -size * 0.5, 0), (size * 0.35, -size * 1.3, 0.0)],
        [size * 0.28, size * 0.26, size * 0.14],
        count=10,
        sides=10,
    )
    builder.add("hand", sphere(size * 0.5).move(*hand), "dark grey", "metal")
    builder.add("hand", pair(finger).turn(x=-30).move(*hand), ACCENT, "metal")
