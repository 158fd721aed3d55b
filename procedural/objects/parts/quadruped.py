"""The body shared by four-legged animals: a keyword spec (`Quadruped`), posed as trunk, legs, neck, head and muzzle.

A build function describes its animal, calls `pose_quadruped`, blends the skin of the posed body with ears, tail and
markings of its own, and adds the eyes and everything else that is not skin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from procedural.builder import ACCENT, MAIN
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive

STRIDING = ("running", "flying")
"""Poses with the legs stretched out to the front and back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Radii of a leg at its top and at the ankle; `spread` is half the distance between left and right legs."""

    radius: float
    ankle_radius: float
    spread: float
    colour: str = MAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Feet:
    """Half axes (x, y, z) and looks of a foot."""

    radii: Joint
    part: str = "paw"
    colour: str = MAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Neck:
    """A tapering neck from `base` (relative to the chest) to the middle of the head."""

    radius: float
    head_radius: float
    base: Joint = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The middle of the head relative to the chest, and the half axes of the skull (None: the animal has its own)."""

    at: Joint
    radii: Joint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Muzzle:
    """A tapering muzzle, from `start` to `tip` relative to the middle of the head."""

    tip: Joint
    radius: float
    tip_radius: float
    start: Joint = (0.0, 0.0, 0.0)
    part: str = "muzzle"
    colour: str = MAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadruped:
    """A kind of four-legged animal.

    `body_length` is measured from hips to shoulders, `shoulder_height` from the ground to the spine. An animal that
    `sits` does so unless another pose is asked for.
    """

    body_length: float
    shoulder_height: float
    chest_radius: float
    hip_radius: float
    legs: Legs
    feet: Feet
    sits: bool = False
    head: Head
    neck: Neck | None = None
    muzzle: Muzzle | None = None


@dataclass(frozen=True, slots=True)
class PosedBody:
    """A posed animal: its skin so far, joints, and whether it sits. Without a muzzle, the tip is the head's middle."""

    skin: list[Primitive]
    hip: Joint
    chest: Joint
    head: Joint
    muzzle_tip: Joint
    sits: bool


def pose_quadruped(animal: Quadruped, pose: str | None) -> PosedBody:
    """Place trunk and legs (sitting, striding, else standing), then neck, head and muzzle."""
    sits = pose == "sitting" or (pose is None and animal.sits)
    length, height = animal.body_length, animal.shoulder_height
    if sits:
        hip = (0.0, max(animal.hip_radius * 1.02, animal.feet.radii[1]), -length * 0.32)
        chest = (0.0, height + 0.12 * length, length * 0.22)
    else:
        hip, chest = (0.0, height, -length * 0.5), (0.0, height, length * 0.5)
    skin: list[Primitive] = [Capsule(hip, chest, animal.hip_radius, animal.chest_radius)]
    for side in (-1, 1):
        x = side * animal.legs.spread
        skin += _front_leg(animal, pose, (x, chest[1] - 0.35 * animal.chest_radius, chest[2]), side)
        if sits:
            skin += _haunch(animal, side, hip)
        else:
            skin += _hind_leg(animal, pose, (x, hip[1] - 0.15 * animal.hip_radius, hip[2]), side)

    head = offset(chest, *animal.head.at)
    if neck := animal.neck:
        skin.append(Capsule(offset(chest, *neck.base), head, neck.radius, neck.head_radius))
    if animal.head.radii:
        skin.append(Ellipsoid(head, animal.head.radii))
    tip = head
    if muzzle := animal.muzzle:
        start, tip = offset(head, *muzzle.start), offset(head, *muzzle.tip)
        skin.append(Capsule(start, tip, muzzle.radius, muzzle.tip_radius, muzzle.part, muzzle.colour))
    return PosedBody(skin, hip, chest, head, tip, sits)


def _front_leg(animal: Quadruped, pose: str | None, top: Joint, side: int) -> list[Primitive]:
    x, y, z = top
    ground = animal.feet.radii[1] * 0.95
    foot = (x, ground, z + 0.02)
    knee = (x, (y + ground) / 2, z + 0.01)
    if pose in STRIDING:
        reach = 0.75 if side > 0 else 0.35
        foot = (x, ground + (0.3 if side > 0 else 0.12) * y, z + reach * y)
        knee = (x, 0.62 * y, z + (0.5 * reach + 0.05) * y)
    return _leg(animal, top, knee, foot, animal.legs.radius)


def _hind_leg(animal: Quadruped, pose: str | None, top: Joint, side: int) -> list[Primitive]:
    x, y, z = top
    ground = animal.feet.radii[1] * 0.95
    foot = (x, ground, z - 0.05 * y)
    knee = (x, 0.52 * y, z + 0.06 * y)
    if pose in STRIDING:
        reach = 0.7 if side > 0 else 0.35
        foot = (x, ground + 0.08 * y, z - reach * y)
        knee = (x, 0.55 * y, z - 0.3 * reach * y)
    return _leg(animal, top, knee, foot, animal.legs.radius * 1.15)


def _leg(animal: Quadruped, top: Joint, knee: Joint, foot: Joint, radius: float) -> list[Primitive]:
    ankle_radius, colour = animal.legs.ankle_radius, animal.legs.colour
    knee_radius = 0.45 * radius + 0.55 * ankle_radius
    ankle = offset(foot, y=0.3 * animal.feet.radii[1])
    return [
        Capsule(top, knee, radius, knee_radius, "leg", colour),
        Capsule(knee, ankle, knee_radius, ankle_radius, "leg", colour),
        _foot(animal.feet, offset(foot, z=max(animal.feet.radii[2] - ankle_radius, 0) * 0.8)),
    ]


def _haunch(animal: Quadruped, side: int, hip: Joint) -> list[Primitive]:
    """Return the hind leg of a sitting animal: a bent thigh at its side, the foot in front of it."""
    x = side * max(animal.legs.spread * 1.15, 0.7 * animal.hip_radius)
    thigh = 0.9 * animal.hip_radius
    foot_z = hip[2] + 0.9 * animal.hip_radius
    knee = (x, hip[1] * 0.95, hip[2] + 0.35 * animal.hip_radius)
    radius, colour, foot_radii = animal.legs.ankle_radius, animal.legs.colour, animal.feet.radii
    return [
        Ellipsoid(knee, (0.62 * thigh, 0.95 * thigh, thigh), part="leg", colour=colour),
        Capsule((x * 1.15, radius, hip[2]), (x * 1.3, radius, foot_z), radius, radius, "leg", colour),
        _foot(animal.feet, (x * 1.3, foot_radii[1] * 0.95, foot_z + foot_radii[2] * 0.7)),
    ]


def _foot(feet: Feet, at: Joint) -> Ellipsoid:
    return Ellipsoid(at, feet.radii, part=feet.part, colour=feet.colour)


def spot_on(centre: Joint, direction: Joint, *, size: float, trunk_radius: float, colour: str = ACCENT) -> Ellipsoid:
    """Return a round patch of colour on a trunk or neck round `centre`, on the side that `direction` points to."""
    length = math.sqrt(sum(v * v for v in direction))
    depth = trunk_radius + 0.012 - 0.6 * size
    at = tuple(c + v / length * depth for c, v in zip(centre, direction, strict=True))
    return Ellipsoid(at, size * 0.6 + 0.25 * size, part="spot", colour=colour)


def stripe_around(
    a: Joint, b: Joint, share: float, *, radius: float, colour: str, thickness: float = 0.026
) -> Ellipsoid:
    """Return a stripe round a limb or trunk from `a` to `b` (in one plane x), a share of the way along it."""
    lean = -math.degrees(math.atan2(b[1] - a[1], b[2] - a[2]))
    return Ellipsoid(along(a, b, share), (radius, radius, thickness), (lean, 0, 0), "stripe", colour)
