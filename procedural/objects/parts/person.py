"""People: a spec (`Person`, `Outfit`, `Face`), the posed body it describes, hair and the usual garments.

A person stands about 1 tall on y = 0, faces +z and has its left hand on the +x side. A build function draws its random
parameters, adds the body with `add_person`, and attaches the costume to the `Body` it returns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, lathe, sphere, torus
from procedural.geometry.sweeps import sheet, tube
from procedural.objects.parts.eyes import add_eyes

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
"""Elbow and hand of the left arm relative to its shoulder, by gesture."""

LEGS: dict[str, tuple[Joint, Joint]] = {
    "stand": ((0.01, -0.14, 0.01), (0.02, -0.28, 0.0)),
    "sit": ((0.04, -0.01, 0.17), (0.05, -0.03, 0.33)),
    "front": ((0.0, -0.08, 0.15), (0.0, -0.24, 0.15)),
    "back": ((0.0, -0.15, -0.06), (0.0, -0.19, -0.25)),
}
"""Knee and ankle of the left leg relative to its hip, by position."""

HAIR_COLOURS = ("dark brown", "brown", "amber", "black", "orange")
TOO_CLOSE = {"brown": ("brown", "amber", "orange"), "tan": ("tan", "amber", "orange")}
"""Hair colours that blend into a skin colour or look odd with it."""

HANG, HOLD = ("hang", "hang"), ("hold", "hold")
"""Common gestures of the (right, left) arm."""

SITTING_HIP = 0.11
"""Height of the hip when sitting on the ground."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Positions of the legs (keys of `LEGS`) and gestures of the arms (keys of `ARMS`; None: the person's own)."""

    right_leg: str = "stand"
    left_leg: str = "stand"
    right_arm: str | None = None
    left_arm: str | None = None


POSES: dict[str | None, Pose] = {
    None: Pose(),
    "waving": Pose(left_arm="wave"),
    "sitting": Pose(right_leg="sit", left_leg="sit"),
    "running": Pose(right_leg="front", left_leg="back", right_arm="back", left_arm="front"),
    "flying": Pose(right_arm="hang", left_arm="raise"),
}
"""Limbs by the pose that the prompt asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """Colours (roles or names) of the clothes on the body itself.

    `hands` are bare when None. `cloth` is the material of top and trousers. Under a `gown` the legs are left out.
    """

    top: str = MAIN
    sleeves: str = MAIN
    trousers: str = ACCENT
    shoes: str = "dark brown"
    hands: str | None = None
    cloth: str | None = "cloth"
    gown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """Features that go with the eyes."""

    smile: bool = True
    nose: bool = True
    cheeks: bool = False


@dataclass(frozen=True, slots=True)
class Proportions:
    """Measures of an individual of girth and height 1."""

    girth: float
    hip: float
    torso: float
    head_radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A kind of person: skin colour, build, gestures of the (right, left) arm, clothes and face.

    `girth` and `height` (of the hip and torso) are relative to an average person. Without a `face` the head is blank.
    """

    skin: str = "skin"
    girth: float = 1.0
    height: float = 1.0
    arms: tuple[str, str] = HANG
    outfit: Outfit = field(default_factory=Outfit)
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Where a costume can be attached to a finished person: joints (x, y, z), heights and radii."""

    head: Joint
    head_radius: float
    right_hand: Joint
    left_hand: Joint
    hip: float
    neck: float
    girth: float
    skin: str

    def from_head(self, x: float, y: float, z: float = 0.0) -> Joint:
        """Return the point at (x, y, z) head radii from the middle of the head."""
        r = self.head_radius
        return offset(self.head, x * r, y * r, z * r)

    def on_face(self, x: float, y: float, out: float = 1.0) -> Joint:
        """Return the point at (x, y) head radii on the front of the head, `out` times as far out as the skin."""
        z = math.sqrt(max(1 - x * x - y * y, 0.0)) * 0.95
        r = self.head_radius * out
        return offset(self.head, x * r, y * r, z * r)


def choose_skin(builder: Builder) -> str:
    """Choose a skin colour."""
    return builder.choose(["skin", "skin", "tan", "brown"])


def choose_hair_colour(builder: Builder, skin: str, options: Sequence[str] = HAIR_COLOURS) -> str:
    """Choose one of the hair colours that stand out against the skin."""
    return builder.choose([hair for hair in options if hair not in TOO_CLOSE.get(skin, ())])


def vary_proportions(builder: Builder) -> Proportions:
    """Draw the proportions of one individual."""
    return Proportions(
        girth=builder.vary(1.0, 0.08),
        hip=SITTING_HIP if builder.pose == "sitting" else builder.vary(0.34, 0.07),
        torso=builder.vary(0.3, 0.05),
        head_radius=builder.vary(0.185, 0.06),
    )


def add_person(builder: Builder, person: Person, proportions: Proportions) -> Body:
    """Add body, head, arms, hands, legs, shoes and face in the builder's pose."""
    outfit, pose = person.outfit, POSES[builder.pose]
    girth = person.girth * proportions.girth
    hip = proportions.hip * (1.0 if builder.pose == "sitting" else person.height)
    neck = hip + proportions.torso * person.height
    seat, seat_colour = ("body", outfit.top) if outfit.gown else ("leg", outfit.trousers)
    primitives: list[Primitive] = [
        Ellipsoid((0, hip + 0.015, 0), 0.122 * girth, part=seat, colour=seat_colour),
        Capsule((0, hip + 0.08, 0), (0, hip + 0.17, 0.01), 0.115 * girth, 0.125 * girth, "body", outfit.top),
        Capsule((-0.07, neck - 0.07, 0), (0.07, neck - 0.07, 0), 0.075, 0.075, "body", outfit.top),
    ]
    hands = []
    for side, gesture in ((-1, pose.right_arm or person.arms[0]), (1, pose.left_arm or person.arms[1])):
        shoulder = (side * (0.1 + 0.02 * girth), neck - 0.06, 0.0)
        elbow, hand = (offset(shoulder, side * x, y, z) for x, y, z in ARMS[gesture])
        primitives += [
            Capsule(shoulder, elbow, 0.058, 0.05, "arm", outfit.sleeves),
            Capsule(elbow, hand, 0.05, 0.045, "arm", outfit.sleeves),
        ]
        builder.add("hand", sphere(0.056).move(*hand), outfit.hands or person.skin)
        hands.append(hand)
    if not outfit.gown:
        for side, position in ((-1, pose.right_leg), (1, pose.left_leg)):
            primitives += _leg(builder, side, position, hip, outfit)
    builder.blend("body", primitives, outfit.top, outfit.cloth, smooth=0.035, detail=42)

    radius = proportions.head_radius
    head = (0.0, neck + radius * 0.86, 0.01)
    builder.add("head", sphere(radius, radius * 0.98, radius * 0.95).move(*head), person.skin)
    body = Body(head, radius, hands[0], hands[1], hip, neck, girth, person.skin)
    if person.face:
        _add_face(builder, body, person.face)
    return body


def _leg(builder: Builder, side: int, position: str, hip: float, outfit: Outfit) -> list[Primitive]:
    """Return one leg in its trousers, and add the shoe."""
    top = (side * 0.07, hip, 0.0)
    knee, ankle = (offset(top, side * x, y, z) for x, y, z in LEGS[position])
    if position == "stand":
        knee, ankle = (knee[0], hip / 2 + 0.03, 0.01), (ankle[0], 0.07, 0.0)
    tilt = {"sit": -80, "back": 60}.get(position, 0)
    shoe = sphere(0.072, 0.058, 0.105).keep(lambda p: -0.035 - p[:, 1]) + sphere(0.07, 0.03, 0.103).move(y=-0.03)
    shoe = shoe.move(z=0.035).turn(x=tilt).move(*offset(ankle, y=-0.01))
    builder.add("shoe", shoe, outfit.shoes, "leather")
    return [
        Capsule(top, knee, 0.075, 0.068, "leg", outfit.trousers),
        Capsule(knee, ankle, 0.068, 0.058, "leg", outfit.trousers),
    ]


def _add_face(builder: Builder, body: Body, face: Face) -> None:
    r = body.head_radius
    add_eyes(builder, *body.on_face(0.36, 0.02, 0.98), r * 0.14)
    if face.nose:
        builder.add("nose", sphere(r * 0.13).move(*body.on_face(0, -0.14, 1.02)), body.skin, shade=0.92)
    if face.smile:
        line = [body.on_face(x, y) for x, y in ((-0.3, -0.36), (0, -0.47), (0.3, -0.36))]
        builder.add("mouth", tube(line, r * 0.05, count=10, sides=8), "maroon")
    if face.cheeks:
        for x in (-0.62, 0.62):
            builder.add("cheek", sphere(r * 0.14).move(*body.on_face(x, -0.25, 0.96)), "coral")


def add_short_hair(
    builder: Builder, body: Body, colour: str, material: str | None = None, *, hairline: float = 0.3, size: float = 1.07
) -> None:
    """Add short hair over the skull; it leaves the face free below `hairline` and has a radius of `size` head radii."""
    r = body.head_radius

    def bare(points: Floats) -> Floats:
        front = np.minimum(points[:, 2] + 0.1 * r - 0.5 * np.maximum(points[:, 1], 0), hairline * r - points[:, 1])
        return np.asarray(np.maximum(front, -0.72 * r - points[:, 1]))

    builder.add("hair", sphere(r * size).keep(bare).move(*body.head), colour, material)


def add_long_hair(builder: Builder, body: Body, colour: str, *, low: float) -> None:
    """Add hair over the skull and down the back to the height `low`, with a lock at each side of the face."""
    r, (_, y, z) = body.head_radius, body.head
    add_short_hair(builder, body, colour, hairline=0.45, size=1.09)
    primitives: list[Primitive] = [
        Ellipsoid(body.from_head(0, 0.1, -0.25), (1.02 * r, 0.95 * r, 0.9 * r)),
        Capsule(body.from_head(0.35, -0.2, -0.55), (0.3 * r, low, z - 0.75 * r), 0.6 * r, 0.36 * r),
        Capsule(body.from_head(-0.35, -0.2, -0.55), (-0.3 * r, low, z - 0.75 * r), 0.6 * r, 0.36 * r),
    ]
    for side in (-1, 1):
        end = (side * 0.98 * r, max(low, y - 1.3 * r), z + 0.25 * r)
        primitives.append(Capsule(body.from_head(side * 0.92, 0.25, 0.05), end, 0.2 * r, 0.1 * r))
    builder.blend("hair", primitives, colour, smooth=0.25 * r, detail=36)


def add_beard(builder: Builder, body: Body, colour: str, *, length: float, width: float = 0.75) -> None:
    """Add a beard from ear to ear that falls `length` head radii below the chin, and a moustache."""
    r = body.head_radius
    chin = body.on_face(0, -0.75, 0.9)
    primitives: list[Primitive] = [
        Capsule(body.on_face(-0.7, -0.3, 0.95), chin, 0.2 * r, 0.3 * r),
        Capsule(body.on_face(0.7, -0.3, 0.95), chin, 0.2 * r, 0.3 * r),
        Capsule(body.from_head(0, -0.8, 0.75), body.from_head(0, -(1 + length), 0.85), 0.5 * width * r, 0.08 * r),
        Capsule(body.on_face(0.05, -0.28, 1.04), body.on_face(0.45, -0.38, 1.04), 0.13 * r, 0.06 * r),
        Capsule(body.on_face(-0.05, -0.28, 1.04), body.on_face(-0.45, -0.38, 1.04), 0.13 * r, 0.06 * r),
    ]
    builder.blend("beard", primitives, colour, "fur", smooth=0.2 * r, detail=32)


def add_robe(builder: Builder, body: Body, *, hem_radius: float) -> None:
    """Add a long robe from the waist to the ground."""
    waist, waist_radius = body.hip + 0.16, 0.122 * body.girth
    profile = [
        (0, 0),
        (hem_radius, 0),
        (hem_radius * 1.02, 0.03),
        (0.62 * hem_radius + 0.3 * waist_radius, 0.5 * waist),
        (waist_radius, waist),
        (0, waist + 0.03),
    ]
    builder.add("robe", lathe(profile), MAIN, "cloth")


def add_cape(builder: Builder, body: Body, colour: str, *, length: float, width: float = 0.46) -> None:
    """Add a cape from the shoulders down the back, `width` wide at the hem."""
    top, hem = body.neck, max(body.neck - length, 0.02)
    spine = [(0, top, -0.07), (0, top - 0.12, -0.15), (0, (top + hem) / 2, -0.2), (0, hem, -0.27)]
    for z in (0.0, -0.014):  # the outside and the lining
        cloth = sheet(spine, [0.25, 0.33, width * 0.9, width], cup=0.1).move(z=z)
        builder.add("cape", cloth, colour, "cloth")
    builder.add("cape", torus(0.115, 0.03).scale(1, 1, 0.95).move(y=top, z=0.005), colour, "cloth")


def add_belt(builder: Builder, body: Body, colour: str = "dark brown") -> None:
    """Add a belt with a golden buckle."""
    height, r = body.hip + 0.08, 0.122 * body.girth
    strap = lathe([(r - 0.02, -0.024), (r + 0.016, -0.024), (r + 0.016, 0.024), (r - 0.02, 0.024)], closed=True)
    builder.add("belt", strap.move(y=height), colour, "leather")
    builder.add("buckle", sphere(0.035, 0.032, 0.014).move(0, height, r + 0.015), "gold", "metal")
