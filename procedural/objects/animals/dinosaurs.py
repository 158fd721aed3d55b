"""Builders of dinosaurs: the upright meat eater (Tyrannosaurus), the long-necked and the three-horned plant eaters."""

from __future__ import annotations

import math
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, cone, join, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes, side_eyes
from procedural.objects.parts.quadruped import Frame, along, four_legs, spot_on


def tyrannosaur(builder: Builder) -> None:
    """A Tyrannosaurus: huge toothed jaws, tiny arms, strong hind legs, thick tail, stripes down the back."""
    hip = (0.0, builder.vary(0.5, 0.06), -0.06)
    chest, head = (0.0, hip[1] + 0.15, 0.2), (0.0, hip[1] + builder.vary(0.38, 0.08), 0.42)
    swing, gape = builder.between(-0.25, 0.25), builder.between(0.05, 0.14)
    path = [
        hip,
        (swing * 0.2, hip[1] - 0.04, -0.4),
        (swing * 0.7, hip[1] - 0.1, -0.7),
        (swing * 1.4, hip[1] - 0.02, -0.95),
    ]
    tail = [(float(x), float(y), float(z)) for x, y, z in curve(path, 10)]
    primitives: list[Primitive] = [
        Capsule(hip, chest, 0.2, 0.175),
        Capsule(chest, head, 0.15, 0.13),
        Ellipsoid(head, (0.17, 0.16, 0.18)),
    ]
    primitives += [
        Capsule(a, b, 0.18 - 0.017 * i, 0.163 - 0.017 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))
    ]
    primitives += [
        Capsule((0, head[1] + 0.02, head[2] + 0.1), (0, head[1] + gape * 0.3, head[2] + 0.33), 0.135, 0.105, "jaw")
    ]
    primitives += [
        Capsule(
            (0, head[1] - 0.11, head[2] + 0.06), (0, head[1] - 0.12 - gape, head[2] + 0.27), 0.095, 0.07, "jaw", ACCENT
        )
    ]
    primitives += both(Ellipsoid((0.09, head[1] + 0.13, head[2] + 0.08), (0.05, 0.045, 0.06), part="brow"))
    primitives += [
        Capsule((0, hip[1] - 0.06, hip[2] + 0.1), (0, chest[1] - 0.02, chest[2] + 0.07), 0.16, 0.14, "belly", ACCENT)
    ]
    for side in (-1, 1):
        stride = 0.14 * side if builder.pose == "running" else 0.03 * side
        knee, ankle = (side * 0.17, 0.32, 0.1 + stride), (side * 0.16, 0.14, -0.06 + stride)
        foot = (side * 0.16, 0.04, 0.05 + stride)
        primitives += [
            Capsule((side * 0.12, hip[1] - 0.02, hip[2]), knee, 0.145, 0.1, "leg"),
            Capsule(knee, ankle, 0.09, 0.06, "leg"),
        ]
        primitives += [
            Capsule(ankle, foot, 0.06, 0.055, "leg"),
            Ellipsoid((foot[0], 0.045, foot[2] + 0.06), (0.09, 0.05, 0.13), part="foot"),
        ]
        elbow, hand = (side * 0.18, chest[1] - 0.09, chest[2] + 0.1), (side * 0.13, chest[1] - 0.12, chest[2] + 0.23)
        primitives += [
            Capsule((side * 0.12, chest[1] - 0.03, chest[2] + 0.07), elbow, 0.05, 0.04, "arm"),
            Capsule(elbow, hand, 0.04, 0.036, "arm"),
        ]
        for k in (-1, 0, 1):
            claw = cone(0.026, 0.075, sides=10).turn(x=88)
            builder.add("claw", claw.move(foot[0] + 0.055 * k, 0.03, foot[2] + 0.19), "cream")
    for a in tail[1:6]:
        primitives.append(
            Ellipsoid(
                (a[0], a[1] + 0.13 + 0.018 * a[2], a[2]), (0.075, 0.035, 0.03), part="stripe", colour="dark green"
            )
        )
    builder.blend("body", primitives, MAIN, None, smooth=0.06, detail=70)
    _jaws(builder, head, gape)


def _jaws(builder: Builder, head: Joint, gape: float) -> None:
    """Eyes, nostrils and two rows of teeth."""
    _, y, z = head
    eyes(builder, 0.1, y + 0.12, z + 0.125, 0.04)
    builder.add("nostril", pair(bead(0.02).move(0.05, y + 0.075, z + 0.415)), "black")
    for i in range(5):
        share = i / 4
        x, deep = 0.125 - 0.03 * share, z + 0.15 + 0.21 * share
        fang = cone(0.024, 0.075, sides=8)
        builder.add("tooth", pair(fang.turn(x=180).move(x, y - 0.08 + gape * 0.3 * share, deep)), "white")
        builder.add("tooth", pair(fang.scale(0.8).move(x * 0.62, y - 0.055 - gape * share * 0.8, deep - 0.05)), "white")


def brachiosaur(builder: Builder) -> None:
    """A long-necked dinosaur: barrel body on pillar legs, swan-like neck with a small head, long tail."""
    frame = Frame(0.46, builder.vary(0.4, 0.06), 0.25, 0.25, (0.115, 0.09), (0.095, 0.06, 0.1), 0.15)
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.66, 0.1), chest[2] + builder.vary(0.42, 0.12))
    bend = [chest, (0, chest[1] + 0.22, chest[2] + 0.25), (0, head[1] - 0.2, head[2] - 0.1), head]
    swing = builder.choose((-1, 1)) * builder.between(0.1, 0.35)
    path = [
        hip,
        (swing * 0.3, hip[1] - 0.08, hip[2] - 0.35),
        (swing, hip[1] - 0.24, hip[2] - 0.6),
        (swing * 1.8, hip[1] - 0.22, hip[2] - 0.78),
    ]
    neck, tail = ([(float(x), float(y), float(z)) for x, y, z in curve(line, 9)] for line in (bend, path))
    primitives = [*stand.primitives]
    primitives += [
        Capsule(a, b, 0.19 - 0.016 * i, 0.174 - 0.016 * i, "neck") for i, (a, b) in enumerate(pairwise(neck))
    ]
    primitives += [Capsule(a, b, 0.2 - 0.022 * i, 0.178 - 0.022 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))]
    primitives += [
        Ellipsoid((0, head[1] + 0.02, head[2] + 0.03), (0.11, 0.105, 0.12)),
        Capsule(head, (0, head[1] - 0.03, head[2] + 0.17), 0.085, 0.075, "muzzle"),
    ]
    primitives += [Ellipsoid((0, chest[1] - 0.09, 0), (0.2, 0.2, 0.36), part="belly", colour=ACCENT)]
    for _ in range(builder.count(7, 10)):
        angle = builder.between(-1.3, 1.3)
        primitives.append(
            spot_on(
                along(hip, chest, builder.between(-0.1, 1.1)),
                (math.sin(angle), math.cos(angle), 0),
                builder.between(0.07, 0.13),
                0.245,
            )
        )
    builder.blend("body", primitives, MAIN, None, smooth=0.07, detail=68)
    side_eyes(builder, 0.096, head[1] + 0.05, head[2] + 0.06, 0.03)
    builder.add("nostril", pair(bead(0.014).move(0.03, head[1] + 0.015, head[2] + 0.24)), "black")
    smile = [
        (-0.08, head[1] - 0.03, head[2] + 0.16),
        (0, head[1] - 0.065, head[2] + 0.235),
        (0.08, head[1] - 0.03, head[2] + 0.16),
    ]
    builder.add("mouth", tube(smile, 0.01, count=12, sides=8), "dark green")


def triceratops(builder: Builder) -> None:
    """A Triceratops: bony frill behind the head, three horns, beak, sturdy legs."""
    frame = Frame(0.5, builder.vary(0.38, 0.06), 0.235, 0.235, (0.11, 0.085), (0.09, 0.06, 0.095), 0.145)
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.08, chest[2] + 0.32)
    primitives = [*stand.primitives, Capsule(chest, head, 0.18, 0.16), Ellipsoid(head, (0.165, 0.16, 0.17))]
    primitives += [Capsule(head, (0, head[1] - 0.09, head[2] + 0.24), 0.13, 0.06, "beak")]
    primitives += [
        Capsule(hip, (0, hip[1] - 0.1, hip[2] - 0.36), 0.2, 0.11, "tail"),
        Capsule((0, hip[1] - 0.1, hip[2] - 0.36), (0, hip[1] - 0.24, hip[2] - 0.62), 0.11, 0.03, "tail"),
    ]
    builder.blend("body", primitives, MAIN, None, smooth=0.07, detail=64)
    wide, lean = builder.vary(0.33, 0.08), builder.between(-38, -25)
    at = (0.0, head[1] + 0.15, head[2] - 0.05)
    builder.add("frill", sphere(wide, wide * 0.9, 0.05).turn(x=lean).move(*at), MAIN)
    builder.add("frill", sphere(wide * 0.82, wide * 0.74, 0.05).move(z=0.022).turn(x=lean).move(*at), ACCENT)
    for i in range(9):
        knob = cone(0.04, 0.09, sides=10).move(y=wide * 0.95).turn(z=-104 + 26 * i).scale(1, 0.9, 1)
        builder.add("frill", knob.turn(x=lean).move(*at), MAIN, None, 0.85)
    long = builder.vary(0.34, 0.1)
    horn = [
        (0.09, head[1] + 0.12, head[2] + 0.06),
        (0.12, head[1] + 0.2, head[2] + 0.06 + long * 0.6),
        (0.1, head[1] + 0.3, head[2] + 0.06 + long),
    ]
    builder.add("horn", pair(tube(horn, [0.05, 0.04, 0.006])), "cream")
    builder.add("horn", cone(0.042, 0.14, sides=14).turn(x=35).move(0, head[1] + 0.05, head[2] + 0.24), "cream")
    eyes(builder, 0.125, head[1] + 0.05, head[2] + 0.115, 0.034)
    builder.add("nostril", pair(bead(0.018).move(0.05, head[1] - 0.045, head[2] + 0.26)), "black")
    for z in (chest[2], hip[2]):
        if builder.pose is None:
            toes = join(*(bead(0.03, 0.026, 0.018).move(z=0.105).turn(y=turn) for turn in (-35, 0, 35)))
            builder.add("toenail", pair(toes.move(frame.spread, 0.03, z)), "cream")
