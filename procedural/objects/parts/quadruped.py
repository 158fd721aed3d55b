"""The body that four-legged creatures share: a trunk on four legs, standing, sitting or running.

It knows poses and proportions; heads, ears, tails and patterns are each animal's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import pair
from procedural.geometry.sweeps import tube

STRIDING = ("running", "flying")
"""Poses with the legs stretched out to the front and back."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Proportions: hips to shoulders `long`, spine `tall` above the ground, radii of chest and hip, of a leg at its
    top and ankle, the foot's half axes, half the distance between left and right legs, and the feet's look."""

    long: float
    tall: float
    chest: float
    hip: float
    leg: tuple[float, float]
    foot: tuple[float, float, float]
    spread: float
    foot_part: str = "paw"
    foot_colour: str = MAIN
    leg_colour: str = MAIN


@dataclass(frozen=True, slots=True)
class Stand:
    """A posed body: its blobs, the centres of hips and chest, and whether it sits."""

    primitives: list[Primitive]
    hip: Joint
    chest: Joint
    sits: bool


def four_legs(builder: Builder, frame: Frame, *, sits: bool = False) -> Stand:
    """Trunk and legs in the pose asked for: sitting, striding (running or flying), else standing.

    `sits` seats it without being asked.
    """
    sits = (sits and builder.pose is None) or builder.pose == "sitting"
    low = max(frame.hip * 1.02, frame.foot[1])
    hip = (0.0, low if sits else frame.tall, -frame.long * (0.32 if sits else 0.5))
    chest = (0.0, frame.tall + (0.12 * frame.long if sits else 0.0), frame.long * (0.22 if sits else 0.5))
    primitives: list[Primitive] = [Capsule(hip, chest, frame.hip, frame.chest)]
    for side in (-1, 1):
        x = side * frame.spread
        primitives += _front_leg(builder, frame, (x, chest[1] - 0.35 * frame.chest, chest[2]), side)
        if sits:
            primitives += _haunch(frame, side, hip)
        else:
            primitives += _hind_leg(builder, frame, (x, hip[1] - 0.15 * frame.hip, hip[2]), side)
    return Stand(primitives, hip, chest, sits)


def _front_leg(builder: Builder, frame: Frame, top: Joint, side: int) -> list[Primitive]:
    x, y, z = top
    ground = frame.foot[1] * 0.95
    foot = (x, ground, z + 0.02)
    knee = (x, (y + ground) / 2, z + 0.01)
    if builder.pose in STRIDING:
        reach = 0.75 if side > 0 else 0.35
        foot = (x, ground + (0.3 if side > 0 else 0.12) * y, z + reach * y)
        knee = (x, 0.62 * y, z + (0.5 * reach + 0.05) * y)
    return _leg(frame, top, knee, foot, frame.leg[0])


def _hind_leg(builder: Builder, frame: Frame, top: Joint, side: int) -> list[Primitive]:
    x, y, z = top
    ground = frame.foot[1] * 0.95
    foot = (x, ground, z - 0.05 * y)
    knee = (x, 0.52 * y, z + 0.06 * y)
    if builder.pose in STRIDING:
        reach = 0.7 if side > 0 else 0.35
        foot = (x, ground + 0.08 * y, z - reach * y)
        knee = (x, 0.55 * y, z - 0.3 * reach * y)
    return _leg(frame, top, knee, foot, frame.leg[0] * 1.15)


def _leg(frame: Frame, top: Joint, knee: Joint, foot: Joint, thick: float) -> list[Primitive]:
    ankle = frame.leg[1]
    middle = 0.45 * thick + 0.55 * ankle
    shin = (foot[0], foot[1] + 0.3 * frame.foot[1], foot[2])
    return [
        Capsule(top, knee, thick, middle, "leg", frame.leg_colour),
        Capsule(knee, shin, middle, ankle, "leg", frame.leg_colour),
        _foot(frame, (foot[0], foot[1], foot[2] + max(frame.foot[2] - ankle, 0) * 0.8)),
    ]


def _haunch(frame: Frame, side: int, hip: Joint) -> list[Primitive]:
    """The hind leg of a sitting animal: a bent thigh at its side, the foot in front of it."""
    x = side * max(frame.spread * 1.15, 0.7 * frame.hip)
    thigh = 0.9 * frame.hip
    reach = hip[2] + 0.9 * frame.hip
    ankle = frame.leg[1]
    return [
        Ellipsoid((x, hip[1] * 0.95, hip[2] + 0.35 * frame.hip), (0.62 * thigh, 0.95 * thigh, thigh), part="leg"),
        Capsule((x * 1.15, ankle, hip[2]), (x * 1.3, ankle, reach), ankle, ankle, "leg", frame.leg_colour),
        _foot(frame, (x * 1.3, frame.foot[1] * 0.95, reach + frame.foot[2] * 0.7)),
    ]


def _foot(frame: Frame, at: Joint) -> Ellipsoid:
    return Ellipsoid(at, frame.foot, part=frame.foot_part, colour=frame.foot_colour)


def spot_on(at: Joint, out: Joint, radius: float, deep: float, colour: str = ACCENT, part: str = "spot") -> Ellipsoid:
    """A patch of colour on a trunk of radius `deep` round the point `at`, in the direction `out` across it."""
    length = math.sqrt(sum(v * v for v in out))
    centre = tuple(a + v / length * (deep + 0.012 - 0.6 * radius) for a, v in zip(at, out, strict=True))
    return Ellipsoid(centre, radius * 0.6 + 0.25 * radius, part=part, colour=colour)


def band(a: Joint, b: Joint, share: float, radius: float, colour: str, thick: float = 0.026) -> Ellipsoid:
    """A stripe round a limb or trunk of that radius from `a` to `b` (in one plane x), a share of the way along it."""
    lean = -math.degrees(math.atan2(b[1] - a[1], b[2] - a[2]))
    return Ellipsoid(along(a, b, share), (radius, radius, thick), (lean, 0, 0), "stripe", colour)


def along(a: Joint, b: Joint, share: float) -> Joint:
    """The point a share of the way from `a` to `b`."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def muzzle_smile(builder: Builder, at: Joint, wide: float, thick: float) -> None:
    """A small w-shaped mouth under a nose at `at`."""
    x, y, z = at
    curl = [(x, y, z), (x + 0.5 * wide, y - 0.45 * wide, z - 0.05 * wide), (x + wide, y - 0.15 * wide, z - 0.35 * wide)]
    builder.add("mouth", pair(tube(curl, thick, count=10, sides=8)), "dark brown")
