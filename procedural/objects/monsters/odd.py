"""Builders of odd creatures: alien, slime, furry monster, yeti, cyclops."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, capsule, cone, cylinder, lathe, pair, sphere, torus
from procedural.geometry.sweeps import tube
from procedural.objects.parts.eyes import eyes
from procedural.objects.parts.person import Outfit, Person, add_person, vary_proportions
from procedural.objects.parts.quadruped import along


def alien(builder: Builder) -> None:
    """An alien: great egg-shaped head, slanted black eyes, thin body, long fingers, sometimes feelers or a ray gun."""
    tall = builder.vary(0.5, 0.1)
    wide = builder.vary(0.25, 0.08)
    head = (0.0, tall + 0.27, 0.02)
    up = builder.pose == "waving" or builder.chance(0.35)
    primitives: list[Primitive] = [
        Capsule((0, 0.26, 0), (0, tall - 0.02, 0), 0.105, 0.085),
        Capsule((0, tall, 0), (0, tall + 0.1, 0.01), 0.05, 0.05),
    ]
    primitives += [
        Ellipsoid((0, head[1] + 0.07, head[2] - 0.01), (wide, 0.22, 0.22), part="head"),
        Capsule(head, (0, head[1] - 0.15, head[2] + 0.05), 0.16, 0.07, "head"),
    ]
    for side, end in ((-1, (-0.27, 0.24, 0.1)), (1, (0.34, tall + 0.2, 0.1) if up else (0.27, 0.24, 0.1))):
        shoulder, elbow = (side * 0.085, tall - 0.06, 0), (side * 0.22, (tall + end[1]) / 2 - 0.06, 0.02)
        primitives += [Capsule(shoulder, elbow, 0.045, 0.034, "arm"), Capsule(elbow, end, 0.034, 0.034, "arm")]
        away = (np.array(end) - np.array(elbow)) / 4.0
        for k in (-1, 0, 1):
            tip = np.array(end) + away + np.array([0.045 * k, 0, 0.02])
            primitives += [Capsule(end, tip, 0.02, 0.019, "hand"), Ellipsoid(tip, 0.027, part="hand")]
        primitives += [
            Capsule((side * 0.06, 0.25, 0), (side * 0.1, 0.05, 0), 0.062, 0.045, "leg"),
            Ellipsoid((side * 0.11, 0.035, 0.05), (0.062, 0.037, 0.1), part="foot"),
        ]
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.04, detail=66)
    eye = sphere(0.1, 0.065, 0.055).turn(z=28, y=28)
    builder.add("eye", pair(eye.move(0.115, head[1] + 0.02, head[2] + 0.155)), "black", "glossy")
    builder.add("eye", pair(bead(0.022).move(0.145, head[1] + 0.055, head[2] + 0.195)), "white")
    smile = [(-0.04, head[1] - 0.135, head[2] + 0.125), (0, head[1] - 0.15, head[2] + 0.13)]
    builder.add("mouth", tube([*smile, (0.04, *smile[0][1:])], 0.01, count=8, sides=8), "dark green")
    builder.add("nostril", pair(bead(0.01).move(0.018, head[1] - 0.07, head[2] + 0.168)), "dark green")
    _feelers(builder, head)
    builder.add("belt", torus(0.098, 0.025).move(y=0.28), "silver", "metal")
    builder.add(
        "suit", lathe([(0.106, 0.23), (0.112, 0.3), (0.106, 0.4), (0.098, tall - 0.05), (0.05, tall + 0.02)]), ACCENT
    )
    builder.add("buckle", bead(0.035, 0.035, 0.02).move(0, 0.28, 0.12), "yellow", "glow")
    if builder.chance(0.4):
        gun = cylinder(0.04, 0.16, top=0.03).turn(x=90).move(-0.27, 0.25, 0.2)
        builder.add("ray gun", gun + torus(0.05, 0.012).turn(x=90).move(-0.27, 0.25, 0.22), "silver", "metal")
        builder.add("ray gun", sphere(0.035).move(-0.27, 0.25, 0.29), "red", "glow")


def _feelers(builder: Builder, head: Joint) -> None:
    """Perhaps a pair of feelers with glowing tips."""
    if builder.chance(0.55):
        feeler = [
            (0.08, head[1] + 0.26, head[2]),
            (0.11, head[1] + 0.38, head[2] + 0.02),
            (0.17, head[1] + 0.44, head[2] + 0.05),
        ]
        builder.add("antenna", pair(tube(feeler, 0.02)), MAIN)
        builder.add("antenna", pair(sphere(0.045).move(*feeler[-1])), ACCENT, "glow")


def slime(builder: Builder) -> None:
    """A slime: a wobbly drop with drips at its foot, big eyes and a wide smile, bubbles on its skin."""
    wide, tall = builder.vary(0.42, 0.08), builder.vary(0.5, 0.15)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.2, 0), (wide, 0.24, wide * 0.92)),
        Ellipsoid((0, tall * 0.62, 0), (wide * 0.72, tall * 0.52, wide * 0.68)),
    ]
    pointed = builder.chance(0.5)
    if pointed:
        primitives.append(Capsule((0, tall, 0), (builder.between(-0.06, 0.06), tall + 0.32, -0.03), 0.12, 0.03))
    for i in range(builder.count(7, 9)):
        angle = 0.8 * i + builder.between(0, 0.4)
        out = builder.between(0.92, 1.14) * wide
        primitives.append(
            Ellipsoid(
                (out * math.sin(angle), 0.035, out * math.cos(angle)),
                (builder.between(0.08, 0.14), 0.06, builder.between(0.08, 0.14)),
            )
        )
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.12, detail=60)
    y, z = tall * 0.62, wide * 0.71
    builder.add("eye", pair(sphere(0.085, 0.105, 0.05).turn(y=18).move(0.125, y + 0.06, z - 0.01)), "white", "glossy")
    builder.add("eye", pair(sphere(0.05, 0.065, 0.03).turn(y=18).move(0.13, y + 0.05, z + 0.035)), "black", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.15, y + 0.085, z + 0.06)), "white")
    mouth = sphere(0.13, 0.075, 0.04).keep(lambda p: p[:, 1] - 0.01)
    builder.add("mouth", mouth.turn(x=-12).move(0, y - 0.09, 0.885 * wide), "maroon")
    builder.add("tongue", sphere(0.07, 0.035, 0.03).move(0, y - 0.14, 0.92 * wide), "coral")
    builder.add("cheek", pair(bead(0.045, 0.03, 0.02).turn(y=42).move(0.245, y - 0.07, z - 0.03)), ACCENT)
    for _ in range(builder.count(7, 11)):
        angle, high = builder.between(0, 6.28), builder.between(0.14, 0.8)
        reach = wide * (0.98 - 0.38 * high) if high < 0.75 else wide * 0.55
        bubble = bead(builder.between(0.025, 0.05)).move(y=tall * high + 0.05, z=reach * 0.97)
        if math.cos(angle) < 0.3:
            builder.add("bubble", bubble.turn(y=math.degrees(angle)), MAIN, "glossy", 1.3)


def monster(builder: Builder) -> None:
    """A furry monster: round shaggy body, one to three eyes, wide toothy grin, horns, claws."""
    wide, tall = builder.vary(0.32, 0.1), builder.vary(0.4, 0.1)
    middle = tall + 0.12
    primitives: list[Primitive] = [Ellipsoid((0, middle, 0), (wide, tall, wide * 0.9))]
    for i in range(42):
        height = 1 - 2 * (i + 0.5) / 42
        angle, flat = 2.399963 * i, math.sqrt(1 - height * height)
        out = np.array([wide * flat * math.sin(angle), tall * height, wide * 0.9 * flat * math.cos(angle)])
        if out[2] < 0.55 * wide:
            start = np.array([0, middle, 0]) + out * 0.93
            primitives.append(Capsule(start, start + out * 0.2 + np.array([0, -0.07, 0]), 0.075, 0.018))
    for side in (-1, 1):
        up = builder.pose == "waving" and side > 0
        hand = (side * (wide + 0.14), middle + (0.3 if up else -0.14), 0.14)
        primitives += [
            Capsule((side * wide * 0.8, middle + 0.02, 0), hand, 0.075, 0.07, "arm"),
            Ellipsoid(hand, 0.085, part="arm"),
        ]
        primitives += [
            Capsule((side * 0.14, 0.2, 0), (side * 0.15, 0.06, 0.02), 0.095, 0.08, "leg"),
            Ellipsoid((side * 0.16, 0.05, 0.09), (0.1, 0.055, 0.14), part="foot", colour=ACCENT),
        ]
        for k in (-1, 0, 1):
            tip = cone(0.024, 0.07, sides=10)
            builder.add("claw", tip.turn(x=90).move(side * 0.16 + 0.055 * k, 0.03, 0.24), "white")
            builder.add("claw", tip.turn(x=110).move(hand[0] + 0.04 * k, hand[1] - 0.04, hand[2] + 0.08), "white")
    primitives.append(
        Ellipsoid((0, middle - 0.12, wide * 0.28), (wide * 0.75, tall * 0.62, wide * 0.68), part="belly", colour=ACCENT)
    )
    builder.blend("body", primitives, MAIN, "fur", smooth=0.03, detail=64)
    _goggle_eyes(builder, middle + tall * 0.42, wide * 0.72)
    _maw(builder, middle + 0.02, wide * 0.88)
    root = (wide * 0.45, middle + tall * 0.85, 0)
    horn = [root, (root[0] + 0.12, root[1] + 0.08, 0), (root[0] + 0.1, root[1] + builder.between(0.18, 0.32), 0.03)]
    builder.add("horn", pair(tube(horn, [0.06, 0.05, 0.008])), "cream")
    if builder.chance(0.5):
        for i in range(3):
            builder.add(
                "spike",
                cone(0.05, 0.15, sides=10)
                .turn(x=-30 - 28 * i)
                .move(0, middle + tall * (0.92 - 0.42 * i), -wide * (0.5 + 0.2 * i)),
                ACCENT,
            )


def _goggle_eyes(builder: Builder, height: float, z: float) -> None:
    """One to three bulging eyes in a row."""
    count = builder.count(1, 3)
    size = {1: 0.15, 2: 0.105, 3: 0.085}[count]
    for i in range(count):
        x = (i - (count - 1) / 2) * size * 2.05
        y = height + (0.06 if count == 3 and i == 1 else 0)
        builder.add("eye", sphere(size).move(x, y, z), "white", "glossy")
        builder.add(
            "eye",
            sphere(size * 0.55, size * 0.55, size * 0.3).move(x * 0.94, y, z + size * 0.84),
            builder.choose(["lime", "amber", "cyan"]),
            "glossy",
        )
        builder.add("eye", bead(size * 0.3).move(x * 0.92, y, z + size * 1.03), "black", "glossy")


def _maw(builder: Builder, y: float, z: float) -> None:
    """A wide mouth full of teeth, centred at (0, y, z)."""
    builder.add("mouth", sphere(0.19, 0.085, 0.06).move(0, y, z), "maroon")
    for i in range(-2, 3):
        builder.add(
            "tooth",
            cone(0.034, 0.075, sides=10)
            .turn(x=180)
            .move(0.066 * i, y + 0.045 - 0.008 * i * i, z + 0.04 - 0.008 * i * i),
            "white",
        )
    for share in (-1.5, -0.5, 0.5, 1.5):
        builder.add(
            "tooth",
            cone(0.03, 0.06, sides=10).move(0.066 * share, y - 0.05 + 0.008 * share**2, z + 0.04 - 0.008 * share**2),
            "white",
        )


def yeti(builder: Builder) -> None:
    """A yeti: huge shaggy body, long arms, bare blue face, fangs, small horns."""
    wide = builder.vary(0.27, 0.08)
    primitives: list[Primitive] = [
        Capsule((0, 0.36, 0), (0, 0.62, 0), wide, wide * 1.05),
        Ellipsoid((0, 0.92, 0.06), (0.2, 0.21, 0.19)),
        Ellipsoid((0, 0.88, 0.16), (0.15, 0.15, 0.12), part="face", colour=ACCENT),
        Ellipsoid((0, 0.5, 0.19), (0.2, 0.24, 0.14), part="belly", colour=ACCENT),
    ]
    up = builder.pose == "waving" or builder.chance(0.35)
    for side in (-1, 1):
        raised = up and side > 0
        hand = (side * 0.5, 1.05, 0.08) if raised else (side * 0.43, 0.24, 0.12)
        elbow = (side * 0.46, 0.74, 0.0) if raised else (side * 0.43, 0.48, 0.02)
        primitives += [
            Capsule((side * 0.24, 0.72, 0), elbow, 0.125, 0.105, "arm"),
            Capsule(elbow, hand, 0.105, 0.1, "arm"),
            Ellipsoid(hand, 0.1, part="hand", colour=ACCENT),
        ]
        primitives += [
            Capsule((side * 0.15, 0.3, 0), (side * 0.17, 0.09, 0), 0.14, 0.11, "leg"),
            Ellipsoid((side * 0.18, 0.06, 0.1), (0.115, 0.065, 0.16), part="foot", colour=ACCENT),
        ]
        for i in range(4):
            at = along((side * 0.24, 0.72, 0), elbow, 0.3 * i)
            primitives.append(
                Capsule(
                    (at[0] + side * 0.08, at[1], at[2]),
                    (at[0] + side * 0.16, at[1] - 0.13, at[2] - 0.02),
                    0.05,
                    0.012,
                    "arm",
                )
            )
        primitives.append(Capsule((side * 0.16, 0.98, 0.05), (side * 0.27, 0.82, 0.05), 0.07, 0.015))
    for i in range(26):
        angle, y = 2.399963 * i, 0.3 + 0.45 * (i / 26)
        if math.cos(angle) < 0.75:
            out = (wide * 1.0 * math.sin(angle), wide * 1.0 * math.cos(angle))
            primitives.append(
                Capsule((out[0] * 0.92, y, out[1] * 0.92), (out[0] * 1.2, y - 0.13, out[1] * 1.2), 0.065, 0.012)
            )
    builder.blend("body", primitives, MAIN, "fur", smooth=0.035, detail=66)
    eyes(builder, 0.055, 0.925, 0.262, 0.026)
    builder.add("brow", pair(capsule((0.02, 0.965, 0.255), (0.1, 0.99, 0.225), 0.025)), MAIN, "fur")
    builder.add("mouth", sphere(0.075, 0.03, 0.03).move(0, 0.82, 0.255), "maroon")
    builder.add("tooth", pair(cone(0.016, 0.05, sides=10).move(0.042, 0.842, 0.275)), "white")
    builder.add("nose", bead(0.034, 0.024, 0.024).move(0, 0.885, 0.275), "navy")
    if builder.chance(0.55):
        horn = [(0.11, 1.07, 0.05), (0.2, 1.13, 0.05), (0.21, 1.24, 0.07)]
        builder.add("horn", pair(tube(horn, [0.045, 0.036, 0.006])), "dark grey")


def cyclops(builder: Builder) -> None:
    """A cyclops: one huge eye, a horn, underbite, hide over the shoulder, spiked club."""
    left_arm = builder.choose(["hang", "hip", "raise"])
    proportions = vary_proportions(builder)
    iris = builder.choose(["amber", "cyan", "lime"])
    horn_height = builder.between(0.5, 0.9)

    outfit = Outfit(trousers=MAIN, shoes=MAIN, cloth=None)
    person = Person(skin=MAIN, girth=1.35, arms=("hold", left_arm), outfit=outfit)
    body = add_person(builder, person, proportions)
    r, hip, neck = body.head_radius, body.hip, body.neck
    eye = body.on_face(0, 0.14, 0.72)
    builder.add("eye", sphere(0.46 * r, 0.46 * r, 0.38 * r).move(*eye), "white", "glossy")
    builder.add("eye", sphere(0.25 * r, 0.25 * r, 0.14 * r).move(*offset(eye, z=0.3 * r)), iris, "glossy")
    builder.add("eye", bead(0.14 * r, 0.14 * r, 0.08 * r).move(*offset(eye, z=0.41 * r)), "black", "glossy")
    brow = [body.on_face(-0.55, 0.52, 1.04), body.on_face(0, 0.72, 1.08), body.on_face(0.55, 0.52, 1.04)]
    builder.add("brow", tube(brow, 0.1 * r, count=10), "black")
    smile = [body.on_face(x, y, 1.02) for x, y in ((-0.42, -0.48), (0, -0.55), (0.42, -0.48))]
    builder.add("mouth", tube(smile, 0.06 * r, count=10), "maroon")
    for x in (-0.3, 0.3):
        builder.add("tooth", cone(0.09 * r, 0.26 * r, sides=10).move(*body.on_face(x, -0.42, 1.06)), "white")
    builder.add("horn", cone(0.2 * r, horn_height * r, sides=20).move(*body.from_head(0, 1.25, 0.1)), "cream")
    ear = cone(0.2 * r, 0.55 * r, sides=16).scale(1, 1, 0.5).turn(z=-75).move(*body.from_head(1.12, 0))
    builder.add("ear", pair(ear), MAIN)
    g = body.girth
    skirt = [(0.21, hip - 0.1), (0.155 * g, hip + 0.02), (0.126 * g, hip + 0.1), (0.1, hip + 0.12)]
    builder.add("hide", lathe(skirt), ACCENT, "fur")
    strap = [
        (-0.15, hip + 0.1, 0.11),
        (0.0, neck - 0.12, 0.165),
        (0.12, neck - 0.01, 0.06),
        (0.1, neck - 0.1, -0.14),
        (-0.12, hip + 0.1, -0.13),
    ]
    builder.add("hide", tube(strap, 0.045), ACCENT, "fur")
    builder.add("belt", torus(0.122 * g, 0.026).move(y=hip + 0.1), "dark brown", "leather")
    _spiked_club(builder, body.right_hand)


def _spiked_club(builder: Builder, hand: Joint) -> None:
    """Add a club with three rings of three spikes, held upright."""
    club = capsule(offset(hand, y=-0.12), offset(hand, y=0.34), 0.028, 0.08)
    builder.add("club", club, "brown", "wood")
    for i in range(9):
        spike = cone(0.022, 0.07, sides=8).turn(x=90).move(z=0.085).turn(y=120 * i + 40 * (i // 3))
        x, y, z = hand
        builder.add("club", spike.move(x, y + 0.2 + 0.07 * (i // 3), z), "grey", "metal")
