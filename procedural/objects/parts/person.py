"""The body that all toy people share: posed limbs, a big head with a face, hair, and the usual garments.

It knows poses and proportions, not costumes. A person stands about 1 tall on y = 0; the person's left is +x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, Shape, lathe, sphere, torus
from procedural.geometry.sweeps import sheet, tube
from procedural.objects.parts.eyes import eyes

ARMS: dict[str, tuple[Joint, Joint]] = {
    "hang": ((0.08, -0.12, 0.0), (0.12, -0.25, 0.04)),
    "hold": ((0.1, -0.13, 0.0), (0.16, -0.18, 0.14)),
    "hip": ((0.17, -0.12, -0.02), (0.06, -0.25, 0.05)),
    "wave": ((0.14, 0.0, 0.02), (0.2, 0.19, 0.03)),
    "raise": ((0.1, 0.13, 0.02), (0.09, 0.34, 0.05)),
    "front": ((0.06, -0.12, 0.06), (0.06, -0.1, 0.2)),
    "reach": ((0.03, -0.02, 0.14), (0.0, 0.0, 0.3)),
    "back": ((0.08, -0.1, -0.1), (0.1, -0.2, -0.18)),
}
"""Elbow and hand of the left arm from its shoulder, by name of the gesture."""

LEGS: dict[str, tuple[Joint, Joint]] = {
    "stand": ((0.01, -0.14, 0.01), (0.02, -0.28, 0.0)),
    "sit": ((0.04, -0.01, 0.17), (0.05, -0.03, 0.33)),
    "front": ((0.0, -0.08, 0.15), (0.0, -0.24, 0.15)),
    "back": ((0.0, -0.15, -0.06), (0.0, -0.19, -0.25)),
}
"""Knee and ankle of the left leg from its hip."""

HAIR = ("dark brown", "brown", "amber", "black", "orange")
TOO_NEAR = {"brown": ("brown", "amber", "orange"), "tan": ("tan", "amber", "orange")}
"""Hair colours one cannot tell from a skin colour, or that look odd with it."""

GAITS: dict[str | None, tuple[str, str, str | None, str | None]] = {
    None: ("stand", "stand", None, None),
    "waving": ("stand", "stand", None, "wave"),
    "sitting": ("sit", "sit", None, None),
    "running": ("front", "back", "back", "front"),
    "flying": ("stand", "stand", "hang", "raise"),
}
"""Right leg, left leg, right arm, left arm (None: as the costume has it) by pose."""


@dataclass(frozen=True, slots=True)
class Wear:
    """Colours (roles or names) of what a person wears; `gown` hides the legs, `bare` hands show the skin."""

    top: str = MAIN
    sleeve: str = MAIN
    trousers: str = ACCENT
    shoe: str = "dark brown"
    hand: str | None = None
    skin: str = "skin"
    cloth: str | None = "cloth"
    girth: float = 1.0
    gown: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """Where things are on a finished person, to hang a costume on: points (x, y, z), heights, radii."""

    head: Joint
    radius: float
    right: Joint
    left: Joint
    hip: float
    neck: float
    girth: float
    skin: str

    def face(self, x: float, y: float, out: float = 1.0) -> Joint:
        """The point on the front of the head at (x, y) of its radius, `out` times as far out as the skin."""
        z = math.sqrt(max(1 - x * x - y * y, 0.0)) * 0.95
        r = self.radius * out
        return self.head[0] + x * r, self.head[1] + y * r, self.head[2] + z * r


def skin(builder: Builder) -> str:
    """A skin colour."""
    return builder.choose(["skin", "skin", "tan", "brown"])


def hair_colour(builder: Builder, tone: str, options: Sequence[str] = HAIR) -> str:
    """One of the hair colours that stand out against the skin."""
    return builder.choose([hair for hair in options if hair not in TOO_NEAR.get(tone, ())])


def person(builder: Builder, wear: Wear, arms: tuple[str, str] = ("hang", "hang"), tall: float = 1.0) -> Body:
    """Adds body, head, arms, hands, legs and shoes in the pose asked for; `arms` are the right and the left gesture."""
    right_leg, left_leg, right_arm, left_arm = GAITS[builder.pose]
    girth = wear.girth * builder.vary(1.0, 0.08)
    hip = 0.11 if builder.pose == "sitting" else builder.vary(0.34, 0.07) * tall
    neck = hip + builder.vary(0.3, 0.05) * tall
    primitives: list[Primitive] = [
        Ellipsoid(
            (0, hip + 0.015, 0),
            0.122 * girth,
            part="body" if wear.gown else "leg",
            colour=wear.top if wear.gown else wear.trousers,
        ),
        Capsule((0, hip + 0.08, 0), (0, hip + 0.17, 0.01), 0.115 * girth, 0.125 * girth, "body", wear.top),
        Capsule((-0.07, neck - 0.07, 0), (0.07, neck - 0.07, 0), 0.075, 0.075, "body", wear.top),
    ]
    hands = []
    for side, gesture in ((-1, right_arm or arms[0]), (1, left_arm or arms[1])):
        shoulder = (side * (0.1 + 0.02 * girth), neck - 0.06, 0.0)
        elbow, hand = (_offset(shoulder, joint, side) for joint in ARMS[gesture])
        primitives += [
            Capsule(shoulder, elbow, 0.058, 0.05, "arm", wear.sleeve),
            Capsule(elbow, hand, 0.05, 0.045, "arm", wear.sleeve),
        ]
        builder.add("hand", sphere(0.056).move(*hand), wear.hand or wear.skin)
        hands.append(hand)
    if not wear.gown:
        for side, gait in ((-1, right_leg), (1, left_leg)):
            primitives += _leg(builder, side, gait, hip, wear)
    builder.blend("body", primitives, wear.top, wear.cloth, smooth=0.035, detail=42)
    radius = builder.vary(0.185, 0.06)
    head = (0.0, neck + radius * 0.86, 0.01)
    builder.add("head", sphere(radius, radius * 0.98, radius * 0.95).move(*head), wear.skin)
    return Body(head, radius, hands[0], hands[1], hip, neck, girth, wear.skin)


def _leg(builder: Builder, side: int, gait: str, hip: float, wear: Wear) -> list[Primitive]:
    """One leg in its trousers; adds the shoe."""
    top = (side * 0.07, hip, 0.0)
    knee, ankle = (_offset(top, joint, side) for joint in LEGS[gait])
    if gait == "stand":
        knee, ankle = (knee[0], hip / 2 + 0.03, 0.01), (ankle[0], 0.07, 0.0)
    turn = {"sit": -80, "back": 60}.get(gait, 0)
    shoe = sphere(0.072, 0.058, 0.105).keep(lambda p: -0.035 - p[:, 1]) + sphere(0.07, 0.03, 0.103).move(y=-0.03)
    builder.add("shoe", shoe.move(z=0.035).turn(x=turn).move(ankle[0], ankle[1] - 0.01, ankle[2]), wear.shoe, "leather")
    return [
        Capsule(top, knee, 0.075, 0.068, "leg", wear.trousers),
        Capsule(knee, ankle, 0.068, 0.058, "leg", wear.trousers),
    ]


def face(builder: Builder, body: Body, *, smile: bool = True, nose: bool = True, cheeks: bool = False) -> None:
    """Eyes, perhaps a nose, a smile and rosy cheeks."""
    x, y, z = body.face(0.36, 0.02, 0.98)
    eyes(builder, x, y, z, body.radius * 0.14)
    if nose:
        builder.add("nose", sphere(body.radius * 0.13).move(*body.face(0, -0.14, 1.02)), body.skin, shade=0.92)
    if smile:
        line = [body.face(u, v, 1.0) for u, v in ((-0.3, -0.36), (0, -0.47), (0.3, -0.36))]
        builder.add("mouth", tube(line, body.radius * 0.05, count=10, sides=8), "maroon")
    if cheeks:
        for u in (-0.62, 0.62):
            spot = body.face(u, -0.25, 0.96)
            builder.add("cheek", sphere(body.radius * 0.14).move(*spot), "coral")


def hair_cap(body: Body, low: float = 0.42, out: float = 1.07) -> Shape:
    """Short hair over the skull that leaves the face free below `low` (of the head's radius)."""
    r = body.radius

    def bare(points: Floats) -> Floats:
        front = np.minimum(points[:, 2] + 0.1 * r - 0.5 * np.maximum(points[:, 1], 0), low * r - points[:, 1])
        return np.asarray(np.maximum(front, -0.72 * r - points[:, 1]))

    return sphere(r * out, r * out, r * out).keep(bare).move(*body.head)


def beard(builder: Builder, body: Body, colour: str, long: float, wide: float = 0.75) -> None:
    """A beard from ear to ear that falls `long` head radii below the chin, and a moustache."""
    r, (_, y, z) = body.radius, body.head
    primitives: list[Primitive] = [
        Capsule(body.face(-0.7, -0.3, 0.95), body.face(0, -0.75, 0.9), 0.2 * r, 0.3 * r),
        Capsule(body.face(0.7, -0.3, 0.95), body.face(0, -0.75, 0.9), 0.2 * r, 0.3 * r),
        Capsule((0, y - 0.8 * r, z + 0.75 * r), (0, y - (1 + long) * r, z + 0.85 * r), 0.5 * wide * r, 0.08 * r),
        Capsule(body.face(0.05, -0.28, 1.04), body.face(0.45, -0.38, 1.04), 0.13 * r, 0.06 * r),
        Capsule(body.face(-0.05, -0.28, 1.04), body.face(-0.45, -0.38, 1.04), 0.13 * r, 0.06 * r),
    ]
    builder.blend("beard", primitives, colour, "fur", smooth=0.2 * r, detail=32)


def long_hair(builder: Builder, body: Body, colour: str, low: float) -> None:
    """Hair over the skull and down the back to the height `low`, a lock at each side of the face."""
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.45, 1.09), colour)
    primitives: list[Primitive] = [
        Ellipsoid((0, y + 0.1 * r, z - 0.25 * r), (1.02 * r, 0.95 * r, 0.9 * r)),
        Capsule((0.35 * r, y - 0.2 * r, z - 0.55 * r), (0.3 * r, low, z - 0.75 * r), 0.6 * r, 0.36 * r),
        Capsule((-0.35 * r, y - 0.2 * r, z - 0.55 * r), (-0.3 * r, low, z - 0.75 * r), 0.6 * r, 0.36 * r),
    ]
    for side in (-1, 1):
        end = (side * 0.98 * r, max(low, y - 1.3 * r), z + 0.25 * r)
        primitives.append(Capsule((side * 0.92 * r, y + 0.25 * r, z + 0.05 * r), end, 0.2 * r, 0.1 * r))
    builder.blend("hair", primitives, colour, smooth=0.25 * r, detail=36)


def gown(body: Body, wide: float, floor: float = 0.0) -> Shape:
    """A long skirt or robe from the waist down to `floor`."""
    top, g = body.hip + 0.16, 0.122 * body.girth
    return lathe(
        [
            (0, floor),
            (wide, floor),
            (wide * 1.02, floor + 0.03),
            (0.62 * wide + 0.3 * g, 0.5 * (floor + top)),
            (g, top),
            (0, top + 0.03),
        ]
    )


def cape(builder: Builder, body: Body, colour: str, long: float = 0.5, flare: float = 0.46) -> None:
    """A cape from the shoulders down the back."""
    top, low = body.neck, max(body.neck - long, 0.02)
    spine = [(0, top, -0.07), (0, top - 0.12, -0.15), (0, (top + low) / 2, -0.2), (0, low, -0.27)]
    for lift in (0.0, -0.014):
        cloth = sheet(spine, [0.25, 0.33, flare * 0.9, flare], cup=0.1).move(z=lift)
        builder.add("cape", cloth, colour, "cloth")
    builder.add("cape", torus(0.115, 0.03).scale(1, 1, 0.95).move(y=top, z=0.005), colour, "cloth")


def belt(builder: Builder, body: Body, colour: str = "dark brown") -> None:
    """A belt with a golden buckle."""
    r = 0.122 * body.girth
    builder.add(
        "belt",
        lathe([(r - 0.02, -0.024), (r + 0.016, -0.024), (r + 0.016, 0.024), (r - 0.02, 0.024)], closed=True).move(
            y=body.hip + 0.08
        ),
        colour,
        "leather",
    )
    builder.add("buckle", sphere(0.035, 0.032, 0.014).move(0, body.hip + 0.08, r + 0.015), "gold", "metal")


def _offset(at: Joint, by: Joint, side: int) -> Joint:
    return at[0] + side * by[0], at[1] + by[1], at[2] + by[2]
