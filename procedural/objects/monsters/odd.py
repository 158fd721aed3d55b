"""Build functions of odd creatures: alien, slime, furry monster, yeti and cyclops."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, capsule, cone, cylinder, lathe, pair, sphere, torus
from procedural.geometry.sweeps import tube
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.person import Outfit, Person, add_person, vary_proportions

GOLDEN_ANGLE = 2.399963
"""Radians between neighbours that spread evenly around an axis."""


def alien(builder: Builder) -> None:
    """Build an alien: egg-shaped head, slanted black eyes, thin body, long fingers; some have feelers or a ray gun."""
    neck = builder.vary(0.5, 0.1)
    head_width = builder.vary(0.25, 0.08)
    waves = builder.pose == "waving" or builder.chance(0.35)
    has_feelers = builder.chance(0.55)
    has_ray_gun = builder.chance(0.4)

    head = (0.0, neck + 0.27, 0.02)
    right_hand, hanging = (-0.27, 0.24, 0.1), (0.27, 0.24, 0.1)
    left_hand = (0.34, neck + 0.2, 0.1) if waves else hanging
    primitives: list[Primitive] = [
        Capsule((0, 0.26, 0), (0, neck - 0.02, 0), 0.105, 0.085),
        Capsule((0, neck, 0), (0, neck + 0.1, 0.01), 0.05, 0.05),
        Ellipsoid(offset(head, y=0.07, z=-0.01), (head_width, 0.22, 0.22), part="head"),
        Capsule(head, offset(head, y=-0.15, z=0.05), 0.16, 0.07, "head"),
    ]
    for side, hand in ((-1, right_hand), (1, left_hand)):
        shoulder, elbow = (side * 0.085, neck - 0.06, 0), (side * 0.22, (neck + hand[1]) / 2 - 0.06, 0.02)
        primitives += [Capsule(shoulder, elbow, 0.045, 0.034, "arm"), Capsule(elbow, hand, 0.034, 0.034, "arm")]
        away = (np.array(hand) - np.array(elbow)) / 4.0
        for x in (-0.045, 0.0, 0.045):
            tip = np.array(hand) + away + np.array([x, 0, 0.02])
            primitives += [Capsule(hand, tip, 0.02, 0.019, "hand"), Ellipsoid(tip, 0.027, part="hand")]
        primitives += [
            Capsule((side * 0.06, 0.25, 0), (side * 0.1, 0.05, 0), 0.062, 0.045, "leg"),
            Ellipsoid((side * 0.11, 0.035, 0.05), (0.062, 0.037, 0.1), part="foot"),
        ]
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.04, detail=66)
    _alien_face(builder, head)
    if has_feelers:
        feeler = [offset(head, 0.08, 0.26), offset(head, 0.11, 0.38, 0.02), offset(head, 0.17, 0.44, 0.05)]
        builder.add("antenna", pair(tube(feeler, 0.02)), MAIN)
        builder.add("antenna", pair(sphere(0.045).move(*feeler[-1])), ACCENT, "glow")
    builder.add("belt", torus(0.098, 0.025).move(y=0.28), "silver", "metal")
    suit = [(0.106, 0.23), (0.112, 0.3), (0.106, 0.4), (0.098, neck - 0.05), (0.05, neck + 0.02)]
    builder.add("suit", lathe(suit), ACCENT)
    builder.add("buckle", bead(0.035, 0.035, 0.02).move(0, 0.28, 0.12), "yellow", "glow")
    if has_ray_gun:
        gun = cylinder(0.04, 0.16, top=0.03).turn(x=90).move(-0.27, 0.25, 0.2)
        builder.add("ray gun", gun + torus(0.05, 0.012).turn(x=90).move(-0.27, 0.25, 0.22), "silver", "metal")
        builder.add("ray gun", sphere(0.035).move(-0.27, 0.25, 0.29), "red", "glow")


def _alien_face(builder: Builder, head: Joint) -> None:
    """Add slanted eyes, a small mouth and nostrils."""
    eye = sphere(0.1, 0.065, 0.055).turn(z=28, y=28)
    builder.add("eye", pair(eye.move(*offset(head, 0.115, 0.02, 0.155))), "black", "glossy")
    builder.add("eye", pair(bead(0.022).move(*offset(head, 0.145, 0.055, 0.195))), "white")
    mouth = [offset(head, -0.04, -0.135, 0.125), offset(head, 0.0, -0.15, 0.13), offset(head, 0.04, -0.135, 0.125)]
    builder.add("mouth", tube(mouth, 0.01, count=8, sides=8), "dark green")
    builder.add("nostril", pair(bead(0.01).move(*offset(head, 0.018, -0.07, 0.168))), "dark green")


def slime(builder: Builder) -> None:
    """Build a slime: a wobbly drop with drips at its foot, big eyes and a wide smile, bubbles on its skin."""
    radius, height = builder.vary(0.42, 0.08), builder.vary(0.5, 0.15)
    tip = builder.between(-0.06, 0.06) if builder.chance(0.5) else None

    primitives: list[Primitive] = [
        Ellipsoid((0, 0.2, 0), (radius, 0.24, radius * 0.92)),
        Ellipsoid((0, height * 0.62, 0), (radius * 0.72, height * 0.52, radius * 0.68)),
    ]
    if tip is not None:
        primitives.append(Capsule((0, height, 0), (tip, height + 0.32, -0.03), 0.12, 0.03))
    for i in range(builder.count(7, 9)):
        angle, out = 0.8 * i + builder.between(0, 0.4), builder.between(0.92, 1.14) * radius
        drip = (builder.between(0.08, 0.14), 0.06, builder.between(0.08, 0.14))
        primitives.append(Ellipsoid((out * math.sin(angle), 0.035, out * math.cos(angle)), drip))
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.12, detail=60)
    _slime_face(builder, radius, height)
    for _ in range(builder.count(7, 11)):
        angle, up = builder.between(0, 6.28), builder.between(0.14, 0.8)
        out = radius * (0.98 - 0.38 * up) if up < 0.75 else radius * 0.55
        bubble = bead(builder.between(0.025, 0.05)).move(y=height * up + 0.05, z=out * 0.97)
        if math.cos(angle) < 0.3:  # leaves the face free
            builder.add("bubble", bubble.turn(y=math.degrees(angle)), MAIN, "glossy", shade=1.3)


def _slime_face(builder: Builder, radius: float, height: float) -> None:
    """Add big eyes, a wide smile with a tongue, and cheeks."""
    y, z = height * 0.62, radius * 0.71
    builder.add("eye", pair(sphere(0.085, 0.105, 0.05).turn(y=18).move(0.125, y + 0.06, z - 0.01)), "white", "glossy")
    builder.add("eye", pair(sphere(0.05, 0.065, 0.03).turn(y=18).move(0.13, y + 0.05, z + 0.035)), "black", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.15, y + 0.085, z + 0.06)), "white")
    mouth = sphere(0.13, 0.075, 0.04).keep(lambda p: p[:, 1] - 0.01)
    builder.add("mouth", mouth.turn(x=-12).move(0, y - 0.09, 0.885 * radius), "maroon")
    builder.add("tongue", sphere(0.07, 0.035, 0.03).move(0, y - 0.14, 0.92 * radius), "coral")
    builder.add("cheek", pair(bead(0.045, 0.03, 0.02).turn(y=42).move(0.245, y - 0.07, z - 0.03)), ACCENT)


def monster(builder: Builder) -> None:
    """Build a furry monster: round shaggy body, one to three eyes, wide toothy grin, horns, claws."""
    width, height = builder.vary(0.32, 0.1), builder.vary(0.4, 0.1)
    iris_colours = [builder.choose(["lime", "amber", "cyan"]) for _ in range(builder.count(1, 3))]
    horn_height = builder.between(0.18, 0.32)
    has_spikes = builder.chance(0.5)

    middle = height + 0.12
    primitives: list[Primitive] = [
        Ellipsoid((0, middle, 0), (width, height, width * 0.9)),
        *_round_fur((0, middle, 0), width, height),
    ]
    for side in (-1, 1):
        raised = builder.pose == "waving" and side > 0
        hand = (side * (width + 0.14), middle + (0.3 if raised else -0.14), 0.14)
        primitives += [
            Capsule((side * width * 0.8, middle + 0.02, 0), hand, 0.075, 0.07, "arm"),
            Ellipsoid(hand, 0.085, part="arm"),
            Capsule((side * 0.14, 0.2, 0), (side * 0.15, 0.06, 0.02), 0.095, 0.08, "leg"),
            Ellipsoid((side * 0.16, 0.05, 0.09), (0.1, 0.055, 0.14), part="foot", colour=ACCENT),
        ]
        claw = cone(0.024, 0.07, sides=10)
        for k in (-1, 0, 1):
            builder.add("claw", claw.turn(x=90).move(side * 0.16 + 0.055 * k, 0.03, 0.24), "white")
            builder.add("claw", claw.turn(x=110).move(*offset(hand, 0.04 * k, -0.04, 0.08)), "white")
    belly = (width * 0.75, height * 0.62, width * 0.68)
    primitives.append(Ellipsoid((0, middle - 0.12, width * 0.28), belly, part="belly", colour=ACCENT))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.03, detail=64)
    _goggle_eyes(builder, middle + height * 0.42, width * 0.72, iris_colours)
    _maw(builder, middle + 0.02, width * 0.88)
    root = (width * 0.45, middle + height * 0.85, 0.0)
    horn = [root, offset(root, 0.12, 0.08), offset(root, 0.1, horn_height, 0.03)]
    builder.add("horn", pair(tube(horn, [0.06, 0.05, 0.008])), "cream")
    if has_spikes:
        for i in range(3):
            spike = cone(0.05, 0.15, sides=10).turn(x=-30 - 28 * i)
            builder.add("spike", spike.move(0, middle + height * (0.92 - 0.42 * i), -width * (0.5 + 0.2 * i)), ACCENT)


def _round_fur(centre: Joint, width: float, height: float) -> list[Primitive]:
    """Return drooping tufts spread over an ellipsoid, except on its front."""
    tufts: list[Primitive] = []
    for i in range(42):
        y = 1 - 2 * (i + 0.5) / 42
        angle, flat = GOLDEN_ANGLE * i, math.sqrt(1 - y * y)
        out = np.array([width * flat * math.sin(angle), height * y, width * 0.9 * flat * math.cos(angle)])
        if out[2] < 0.55 * width:
            start = np.array(centre) + out * 0.93
            tufts.append(Capsule(start, start + out * 0.2 + np.array([0, -0.07, 0]), 0.075, 0.018))
    return tufts


def _goggle_eyes(builder: Builder, height: float, z: float, colours: list[str]) -> None:
    """Add a row of one to three bulging eyes, one for each colour."""
    count = len(colours)
    size = {1: 0.15, 2: 0.105, 3: 0.085}[count]
    for i, colour in enumerate(colours):
        x = (i - (count - 1) / 2) * size * 2.05
        y = height + (0.06 if count == 3 and i == 1 else 0)
        builder.add("eye", sphere(size).move(x, y, z), "white", "glossy")
        iris = sphere(size * 0.55, size * 0.55, size * 0.3).move(x * 0.94, y, z + size * 0.84)
        builder.add("eye", iris, colour, "glossy")
        builder.add("eye", bead(size * 0.3).move(x * 0.92, y, z + size * 1.03), "black", "glossy")


def _maw(builder: Builder, y: float, z: float) -> None:
    """Add a wide mouth full of teeth, centred at (0, y, z)."""
    builder.add("mouth", sphere(0.19, 0.085, 0.06).move(0, y, z), "maroon")
    for i in range(-2, 3):
        upper = cone(0.034, 0.075, sides=10).turn(x=180)
        builder.add("tooth", upper.move(0.066 * i, y + 0.045 - 0.008 * i * i, z + 0.04 - 0.008 * i * i), "white")
    for x in (-1.5, -0.5, 0.5, 1.5):
        lower = cone(0.03, 0.06, sides=10)
        builder.add("tooth", lower.move(0.066 * x, y - 0.05 + 0.008 * x**2, z + 0.04 - 0.008 * x**2), "white")


def yeti(builder: Builder) -> None:
    """Build a yeti: huge shaggy body, long arms, bare blue face, fangs, small horns."""
    width = builder.vary(0.27, 0.08)
    waves = builder.pose == "waving" or builder.chance(0.35)
    has_horns = builder.chance(0.55)

    primitives: list[Primitive] = [
        Capsule((0, 0.36, 0), (0, 0.62, 0), width, width * 1.05),
        Ellipsoid((0, 0.92, 0.06), (0.2, 0.21, 0.19)),
        Ellipsoid((0, 0.88, 0.16), (0.15, 0.15, 0.12), part="face", colour=ACCENT),
        Ellipsoid((0, 0.5, 0.19), (0.2, 0.24, 0.14), part="belly", colour=ACCENT),
    ]
    for side in (-1, 1):
        raised = waves and side > 0
        shoulder = (side * 0.24, 0.72, 0)
        elbow = (side * 0.46, 0.74, 0.0) if raised else (side * 0.43, 0.48, 0.02)
        hand = (side * 0.5, 1.05, 0.08) if raised else (side * 0.43, 0.24, 0.12)
        primitives += [
            Capsule(shoulder, elbow, 0.125, 0.105, "arm"),
            Capsule(elbow, hand, 0.105, 0.1, "arm"),
            Ellipsoid(hand, 0.1, part="hand", colour=ACCENT),
            Capsule((side * 0.15, 0.3, 0), (side * 0.17, 0.09, 0), 0.14, 0.11, "leg"),
            Ellipsoid((side * 0.18, 0.06, 0.1), (0.115, 0.065, 0.16), part="foot", colour=ACCENT),
        ]
        for i in range(4):
            at = along(shoulder, elbow, 0.3 * i)
            tuft = offset(at, x=side * 0.08), offset(at, side * 0.16, -0.13, -0.02)
            primitives.append(Capsule(*tuft, 0.05, 0.012, "arm"))
        primitives.append(Capsule((side * 0.16, 0.98, 0.05), (side * 0.27, 0.82, 0.05), 0.07, 0.015))
    for i in range(26):
        angle, y = GOLDEN_ANGLE * i, 0.3 + 0.45 * (i / 26)
        if math.cos(angle) < 0.75:  # leaves the belly free
            x, z = width * math.sin(angle), width * math.cos(angle)
            primitives.append(Capsule((x * 0.92, y, z * 0.92), (x * 1.2, y - 0.13, z * 1.2), 0.065, 0.012))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.035, detail=66)
    add_eyes(builder, 0.055, 0.925, 0.262, 0.026)
    builder.add("brow", pair(capsule((0.02, 0.965, 0.255), (0.1, 0.99, 0.225), 0.025)), MAIN, "fur")
    builder.add("mouth", sphere(0.075, 0.03, 0.03).move(0, 0.82, 0.255), "maroon")
    builder.add("tooth", pair(cone(0.016, 0.05, sides=10).move(0.042, 0.842, 0.275)), "white")
    builder.add("nose", bead(0.034, 0.024, 0.024).move(0, 0.885, 0.275), "navy")
    if has_horns:
        horn = [(0.11, 1.07, 0.05), (0.2, 1.13, 0.05), (0.21, 1.24, 0.07)]
        builder.add("horn", pair(tube(horn, [0.045, 0.036, 0.006])), "dark grey")


def cyclops(builder: Builder) -> None:
    """Build a cyclops: one huge eye, a horn, underbite, hide over the shoulder, spiked club."""
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
        builder.add("club", spike.move(*offset(hand, y=0.2 + 0.07 * (i // 3))), "grey", "metal")
