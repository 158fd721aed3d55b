"""Build functions of dinosaurs: the upright meat eater, the long-necked and the three-horned plant eaters."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both, chain, place_at
from procedural.geometry.shapes import bead, cone, join, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes, add_side_eyes
from procedural.objects.parts.muzzle import add_nostrils, add_smile
from procedural.objects.parts.quadruped import Feet, Head, Legs, Muzzle, Neck, Quadruped, pose_quadruped, spot_on


def tyrannosaur(builder: Builder) -> None:
    """Build a Tyrannosaurus: huge toothed jaws, tiny arms, strong hind legs, thick tail, stripes down the back."""
    hip = (0.0, builder.vary(0.5, 0.06), -0.06)
    head = (0.0, hip[1] + builder.vary(0.38, 0.08), 0.42)
    tail_swing, gape = builder.between(-0.25, 0.25), builder.between(0.05, 0.14)

    chest = (0.0, hip[1] + 0.15, 0.2)
    tail = curve(
        [
            hip,
            (tail_swing * 0.2, hip[1] - 0.04, -0.4),
            (tail_swing * 0.7, hip[1] - 0.1, -0.7),
            (tail_swing * 1.4, hip[1] - 0.02, -0.95),
        ],
        10,
    )
    jaw_tip = offset(offset(head, 0, -0.12, 0.27), y=-gape)
    skin: list[Primitive] = [
        Capsule(hip, chest, 0.2, 0.175),
        Capsule(chest, head, 0.15, 0.13),
        Ellipsoid(head, (0.17, 0.16, 0.18)),
        *chain(tail, (0.18, 0.163), taper=0.017, part="tail"),
        *place_at(head, Capsule((0, 0.02, 0.1), (0, gape * 0.3, 0.33), 0.135, 0.105, "jaw")),
        Capsule(offset(head, 0, -0.11, 0.06), jaw_tip, 0.095, 0.07, "jaw", ACCENT),
        *place_at(head, *both(Ellipsoid((0.09, 0.13, 0.08), (0.05, 0.045, 0.06), part="brow"))),
        Capsule(offset(hip, 0, -0.06, 0.1), offset(chest, 0, -0.02, 0.07), 0.16, 0.14, "belly", ACCENT),
    ]
    for side in (-1, 1):
        skin += _tyrannosaur_limbs(builder, hip, chest, side)
    for x, y, z in tail[1:6]:
        at = (x, y + 0.13 + 0.018 * z, z)
        skin.append(Ellipsoid(at, (0.075, 0.035, 0.03), part="stripe", colour="dark green"))
    builder.blend("body", skin, MAIN, None, smooth=0.06, detail=70)
    _add_tyrannosaur_face(builder, head, gape)


def _tyrannosaur_limbs(builder: Builder, hip: Joint, chest: Joint, side: int) -> list[Primitive]:
    """Return the leg and the arm of one side, and add the claws of the foot."""
    stride = 0.14 * side if builder.pose == "running" else 0.03 * side
    knee, ankle = (side * 0.17, 0.32, 0.1 + stride), (side * 0.16, 0.14, -0.06 + stride)
    foot = (side * 0.16, 0.04, 0.05 + stride)
    elbow, hand = offset(chest, side * 0.18, -0.09, 0.1), offset(chest, side * 0.13, -0.12, 0.23)
    for toe in (-1, 0, 1):
        claw = cone(0.026, 0.075, sides=10).turn(x=88)
        builder.add("claw", claw.move(foot[0] + 0.055 * toe, 0.03, foot[2] + 0.19), "cream")
    return [
        Capsule(offset(hip, side * 0.12, -0.02), knee, 0.145, 0.1, "leg"),
        Capsule(knee, ankle, 0.09, 0.06, "leg"),
        Capsule(ankle, foot, 0.06, 0.055, "leg"),
        Ellipsoid((foot[0], 0.045, foot[2] + 0.06), (0.09, 0.05, 0.13), part="foot"),
        Capsule(offset(chest, side * 0.12, -0.03, 0.07), elbow, 0.05, 0.04, "arm"),
        Capsule(elbow, hand, 0.04, 0.036, "arm"),
    ]


def _add_tyrannosaur_face(builder: Builder, head: Joint, gape: float) -> None:
    """Add eyes, nostrils and two rows of teeth."""
    add_eyes(builder, *offset(head, 0.1, 0.12, 0.125), 0.04)
    add_nostrils(builder, offset(head, 0.05, 0.075, 0.415), 0.02)
    _, y, z = head
    upper, lower = cone(0.024, 0.075, sides=8).turn(x=180), cone(0.024, 0.075, sides=8).scale(0.8)
    for i in range(5):
        share = i / 4
        tooth_x, tooth_z = 0.125 - 0.03 * share, z + 0.15 + 0.21 * share
        builder.add("tooth", pair(upper.move(tooth_x, y - 0.08 + gape * 0.3 * share, tooth_z)), "white")
        builder.add("tooth", pair(lower.move(tooth_x * 0.62, y - 0.055 - gape * share * 0.8, tooth_z - 0.05)), "white")


def brachiosaur(builder: Builder) -> None:
    """Build a long-necked dinosaur: barrel body on pillar legs, swan-like neck with a small head, long tail."""
    animal = Quadruped(
        body_length=0.46,
        shoulder_height=builder.vary(0.4, 0.06),
        chest_radius=0.25,
        hip_radius=0.25,
        legs=Legs(radius=0.115, ankle_radius=0.09, spread=0.15),
        feet=Feet(radii=(0.095, 0.06, 0.1)),
        head=Head(at=(0, builder.vary(0.66, 0.1), builder.vary(0.42, 0.12))),
    )
    tail_swing = builder.choose((-1, 1)) * builder.between(0.1, 0.35)
    spots = [
        (builder.between(-1.3, 1.3), builder.between(-0.1, 1.1), builder.between(0.07, 0.13))
        for _ in range(builder.count(7, 10))
    ]

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    neck = [chest, offset(chest, 0, 0.22, 0.25), offset(head, 0, -0.2, -0.1), head]
    tail = [
        hip,
        offset(hip, tail_swing * 0.3, -0.08, -0.35),
        offset(hip, tail_swing, -0.24, -0.6),
        offset(hip, tail_swing * 1.8, -0.22, -0.78),
    ]
    skin = [
        *body.skin,
        *chain(curve(neck, 9), (0.19, 0.174), taper=0.016, part="neck"),
        *chain(curve(tail, 9), (0.2, 0.178), taper=0.022, part="tail"),
        *place_at(
            head,
            Ellipsoid((0, 0.02, 0.03), (0.11, 0.105, 0.12)),
            Capsule((0, 0, 0), (0, -0.03, 0.17), 0.085, 0.075, "muzzle"),
        ),
        Ellipsoid((0, chest[1] - 0.09, 0), (0.2, 0.2, 0.36), part="belly", colour=ACCENT),
    ]
    for angle, share, size in spots:
        direction = (math.sin(angle), math.cos(angle), 0.0)
        skin.append(spot_on(along(hip, chest, share), direction, size=size, trunk_radius=0.245))
    builder.blend("body", skin, MAIN, None, smooth=0.07, detail=68)
    add_side_eyes(builder, *offset(head, 0.096, 0.05, 0.06), 0.03)
    add_nostrils(builder, offset(head, 0.03, 0.015, 0.24), 0.014)
    add_smile(builder, offset(head, 0.08, -0.03, 0.16), offset(head, 0, -0.065, 0.235), 0.01, "dark green", count=12)


def triceratops(builder: Builder) -> None:
    """Build a Triceratops: bony frill behind the head, three horns, beak, sturdy legs."""
    animal = Quadruped(
        body_length=0.5,
        shoulder_height=builder.vary(0.38, 0.06),
        chest_radius=0.235,
        hip_radius=0.235,
        legs=Legs(radius=0.11, ankle_radius=0.085, spread=0.145),
        feet=Feet(radii=(0.09, 0.06, 0.095)),
        head=Head(at=(0, 0.08, 0.32), radii=(0.165, 0.16, 0.17)),
        neck=Neck(radius=0.18, head_radius=0.16),
        muzzle=Muzzle(tip=(0, -0.09, 0.24), radius=0.13, tip_radius=0.06, part="beak"),
    )
    frill_radius, frill_lean = builder.vary(0.33, 0.08), builder.between(-38, -25)
    horn_length = builder.vary(0.34, 0.1)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    tail_middle = (0.0, -0.1, -0.36)
    tail = place_at(
        hip,
        Capsule((0, 0, 0), tail_middle, 0.2, 0.11, "tail"),
        Capsule(tail_middle, (0, -0.24, -0.62), 0.11, 0.03, "tail"),
    )
    builder.blend("body", [*body.skin, *tail], MAIN, None, smooth=0.07, detail=64)
    _add_frill(builder, offset(head, 0, 0.15, -0.05), frill_radius, frill_lean)
    horn = [
        offset(head, 0.09, 0.12, 0.06),
        offset(offset(head, 0.12, 0.2, 0.06), z=horn_length * 0.6),
        offset(offset(head, 0.1, 0.3, 0.06), z=horn_length),
    ]
    builder.add("horn", pair(tube(horn, [0.05, 0.04, 0.006])), "cream")
    builder.add("horn", cone(0.042, 0.14, sides=14).turn(x=35).move(*offset(head, 0, 0.05, 0.24)), "cream")
    add_eyes(builder, *offset(head, 0.125, 0.05, 0.115), 0.034)
    add_nostrils(builder, offset(head, 0.05, -0.045, 0.26), 0.018)
    if builder.pose is None:
        toes = join(*(bead(0.03, 0.026, 0.018).move(z=0.105).turn(y=turn) for turn in (-35, 0, 35)))
        for z in (chest[2], hip[2]):
            builder.add("toenail", pair(toes.move(animal.legs.spread, 0.03, z)), "cream")


def _add_frill(builder: Builder, at: Joint, radius: float, lean: float) -> None:
    """Add a bony frill with knobs along its edge, leaned back by `lean` degrees."""
    builder.add("frill", sphere(radius, radius * 0.9, 0.05).turn(x=lean).move(*at), MAIN)
    inner = sphere(radius * 0.82, radius * 0.74, 0.05).move(z=0.022)
    builder.add("frill", inner.turn(x=lean).move(*at), ACCENT)
    for i in range(9):
        knob = cone(0.04, 0.09, sides=10).move(y=radius * 0.95).turn(z=-104 + 26 * i).scale(1, 0.9, 1)
        builder.add("frill", knob.turn(x=lean).move(*at), MAIN, None, 0.85)
