"""Builders of small crawling and flying animals: butterfly, bee, ladybird, snail, caterpillar, spider."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, capsule, cone, dome, pair, sphere, zone
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.eyes import add_eyes


def butterfly(builder: Builder) -> None:
    """A butterfly with its wings spread upright to the front: two pairs of bright wings with spots, feelers."""
    upper = [(0.02, 0.0), (0.12, 0.3), (0.36, 0.5), (0.56, 0.46), (0.55, 0.22), (0.3, 0.0)]
    lower = [(0.02, 0.02), (0.28, -0.02), (0.46, -0.18), (0.42, -0.4), (0.24, -0.46), (0.08, -0.2)]
    grow, fold = builder.vary(1.0, 0.12), builder.between(24, 42)
    spots = builder.count(2, 4)
    for outline, heart in ((upper, (0.34, 0.27)), (lower, (0.29, -0.22))):
        wing = [(x * grow, y * grow) for x, y in outline]
        edge = [
            (heart[0] * grow + (x - heart[0] * grow) * 1.16, heart[1] * grow + (y - heart[1] * grow) * 1.16)
            for x, y in wing
        ]
        inner = [
            (heart[0] * grow + (x - heart[0] * grow) * 0.5, heart[1] * grow + (y - heart[1] * grow) * 0.5)
            for x, y in wing
        ]
        for drawn, thick, colour in ((edge, 0.025, "black"), (wing, 0.04, MAIN), (inner, 0.055, ACCENT)):
            builder.add("wing", pair(prism(drawn, thick, smooth=48).turn(y=-fold)), colour)
        for i in range(spots):
            share = (i + 0.5) / spots
            angle = (0.2 + 0.9 * share) if outline is upper else -(0.3 + 1.0 * share)
            at = (0.53 * grow * math.cos(angle), 0.53 * grow * math.sin(angle))
            builder.add("spot", pair(bead(0.03, 0.03, 0.024).move(at[0], at[1], 0).turn(y=-fold)), "white")
    primitives: list[Primitive] = [
        Capsule((0, 0.18, 0.02), (0, 0.05, 0.02), 0.06, 0.055),
        Capsule((0, 0.02, 0.02), (0, -0.34, 0.02), 0.052, 0.025),
    ]
    builder.blend("body", primitives, "dark brown", "fur", smooth=0.03, detail=40)
    builder.add("head", sphere(0.075).move(0, 0.28, 0.03), "dark brown")
    builder.add("eye", pair(sphere(0.03).move(0.035, 0.3, 0.09)), "white", "glossy")
    builder.add("eye", pair(bead(0.016).move(0.037, 0.3, 0.113)), "black")
    feeler = [(0.02, 0.33, 0.04), (0.09, 0.48, 0.06), (0.19, 0.54, 0.06)]
    builder.add("antenna", pair(tube(feeler, 0.012)), "black")
    builder.add("antenna", pair(bead(0.026).move(*feeler[-1])), "black")


def bee(builder: Builder) -> None:
    """A bumblebee: round body in yellow and black bands, clear wings, sting, feelers."""
    long = builder.vary(0.36, 0.1)
    builder.add("body", sphere(0.25, 0.25, long), MAIN, "fur")
    hoop = sphere(0.257, 0.257, long * 1.02)
    for z in (-0.55, -0.05, 0.4):
        builder.add("stripe", zone(hoop, 2, (z - 0.14) * long, (z + 0.14) * long), "black", "fur")
    builder.add("sting", cone(0.04, 0.14, sides=16).turn(x=-90).move(z=-long - 0.04), "black")
    builder.add("head", sphere(0.19, 0.19, 0.17).move(0, 0.04, long + 0.02), "black", "fur")
    eyes_z = long + 0.14
    builder.add("eye", pair(sphere(0.07, 0.085, 0.05).turn(y=25).move(0.085, 0.07, eyes_z)), "white", "glossy")
    builder.add("eye", pair(bead(0.038, 0.05, 0.03).turn(y=25).move(0.1, 0.065, eyes_z + 0.035)), "black", "glossy")
    builder.add(
        "mouth",
        tube(
            [(-0.05, -0.055, eyes_z + 0.02), (0, -0.08, eyes_z + 0.028), (0.05, -0.055, eyes_z + 0.02)],
            0.013,
            count=8,
            sides=8,
        ),
        "red",
    )
    lift = builder.between(20, 50)
    for size, back in ((1.0, 0.08), (0.7, -0.12)):
        wing = sphere(0.24 * size, 0.02, 0.14 * size).move(x=0.25 * size).turn(z=lift, y=20 - 40 * back)
        builder.add("wing", pair(wing.move(0.06, 0.2, back)), "sky blue", "glass", 1.15)
    feeler = [(0.06, 0.19, long + 0.05), (0.1, 0.32, long + 0.12), (0.13, 0.35, long + 0.2)]
    builder.add("antenna", pair(tube(feeler, 0.016)), "black")
    builder.add("antenna", pair(bead(0.034).move(*feeler[-1])), MAIN)
    for z in (-0.12, 0.03, 0.17):
        builder.add("leg", pair(capsule((0.12, -0.18, z), (0.18, -0.32, z + 0.02), 0.026)), "black")


def ladybird(builder: Builder) -> None:
    """A ladybird: shiny round wing cases with black dots, black head, six legs."""
    wide = builder.vary(0.34, 0.06)
    shell = dome(1.0).scale(wide, 0.3, 0.4).move(y=0.1)
    builder.add("shell", shell, MAIN, "glossy")
    seam = [(0, 0.12 + 0.285 * math.sin(a), -0.4 * math.cos(a)) for a in np.linspace(0.05, math.pi - 0.3, 9)]
    builder.add("seam", tube(seam, 0.013), "black")
    for x, z in [(0.5, 0.35), (0.62, -0.2), (0.3, -0.62), *([(0.25, 0.02)] if builder.chance(0.6) else [])]:
        y = math.sqrt(1 - x * x - z * z)
        lean_x, lean_z = math.degrees(math.atan2(z / 0.4, y / 0.3)), -math.degrees(math.atan2(x / wide, y / 0.3))
        dot = bead(0.068, 0.02, 0.068).turn(x=lean_x, z=lean_z)
        builder.add("spot", pair(dot.move(x * wide, 0.1 + 0.3 * y, z * 0.4)), "black", "glossy")
    builder.add("body", sphere(wide * 0.93, 0.09, 0.37).move(y=0.1), "black")
    builder.add("head", sphere(0.19, 0.15, 0.14).move(0, 0.16, 0.38), "black", "glossy")
    builder.add("eye", pair(sphere(0.07, 0.075, 0.05).turn(y=25).move(0.095, 0.21, 0.46)), "white", "glossy")
    builder.add("eye", pair(bead(0.036).move(0.105, 0.21, 0.495)), "black", "glossy")
    feeler = [(0.06, 0.28, 0.42), (0.1, 0.4, 0.48), (0.16, 0.43, 0.53)]
    builder.add("antenna", pair(tube(feeler, 0.015)), "black")
    for z in (-0.2, 0.03, 0.25):
        leg = [(wide * 0.7, 0.1, z), (wide + 0.1, 0.14, z * 1.15), (wide + 0.14, 0.0, z * 1.3)]
        builder.add("leg", pair(tube(leg, 0.026, count=10)), "black")


def snail(builder: Builder) -> None:
    """A snail: spiral shell on a soft foot, eyes on stalks, smiling."""
    turns, big = builder.between(2.1, 2.7), builder.vary(0.3, 0.1)
    t = np.linspace(0, 1, 60)
    angle = 2 * math.pi * turns * t
    reach = big * 0.62 * (1 - 0.9 * t)
    coil = np.stack([0.11 * t, 0.16 + big + reach * np.sin(angle - 1.2), -0.1 + reach * np.cos(angle - 1.2)], -1)
    for side in (1, -1):
        builder.add(
            "shell",
            tube(coil * [side, 1, 1], list(big * 0.46 * (1 - 0.82 * t)), straight=True, sides=18),
            MAIN,
            "glossy",
        )
        line = coil * [side, 1, 1] + np.array([side * 0.42 * big, 0, 0]) * (1 - 0.82 * t)[:, None]
        builder.add("shell", tube(line[4:], 0.02, straight=True, sides=8), MAIN, "glossy", 0.7)
    head = (0.0, builder.vary(0.38, 0.1), 0.42)
    primitives: list[Primitive] = [
        Capsule((0, 0.06, -0.55), (0, 0.09, 0.3), 0.03, 0.115),
        Capsule((0, 0.09, 0.25), head, 0.12, 0.105),
        Ellipsoid(head, (0.125, 0.12, 0.115)),
    ]
    primitives += [Ellipsoid((0, 0.03, -0.05), (0.14, 0.045, 0.45))]
    primitives += both(
        Capsule((0.05, head[1] + 0.06, head[2]), (0.11, head[1] + 0.24, head[2] + 0.05), 0.034, 0.026, "stalk")
    )
    builder.blend("body", primitives, ACCENT, "glossy", smooth=0.05, detail=58)
    x, y, z = 0.11, head[1] + 0.27, head[2] + 0.05
    builder.add("eye", pair(sphere(0.06).move(x, y, z)), "white", "glossy")
    builder.add("eye", pair(bead(0.034).move(x, y, z + 0.036)), "black", "glossy")
    smile = [
        (-0.06, head[1] - 0.03, head[2] + 0.1),
        (0, head[1] - 0.06, head[2] + 0.112),
        (0.06, head[1] - 0.03, head[2] + 0.1),
    ]
    builder.add("mouth", tube(smile, 0.013, count=8, sides=8), "maroon")


def caterpillar(builder: Builder) -> None:
    """A caterpillar: a row of bright balls arched up in the middle, many feet, feelers."""
    count = builder.count(6, 8)
    arch = builder.between(0.05, 0.35)
    for i in range(count):
        share = i / (count - 1)
        y = 0.2 + arch * math.sin(math.pi * share) ** 2
        z = 0.6 - 1.25 * share
        radius = 0.19 - 0.05 * share
        builder.add("body", sphere(radius).move(0, y, z - 0.1), MAIN if i % 2 else ACCENT)
        for x in (-1, 1):
            builder.add("foot", sphere(0.055, 0.05, 0.06).move(x * 0.11, y - radius * 0.92, z - 0.1), "orange")
    head = (0.0, 0.42, 0.66)
    builder.add("head", sphere(0.235).move(*head), MAIN, None, 1.1)
    add_eyes(builder, 0.09, head[1] + 0.04, head[2] + 0.2, 0.042)
    builder.add("nose", bead(0.045).move(0, head[1] - 0.035, head[2] + 0.235), "red")
    builder.add(
        "mouth",
        tube(
            [
                (-0.08, head[1] - 0.1, head[2] + 0.2),
                (0, head[1] - 0.135, head[2] + 0.205),
                (0.08, head[1] - 0.1, head[2] + 0.2),
            ],
            0.014,
            count=10,
        ),
        "maroon",
    )
    feeler = [
        (0.08, head[1] + 0.2, head[2]),
        (0.13, head[1] + 0.36, head[2] + 0.03),
        (0.2, head[1] + 0.38, head[2] + 0.08),
    ]
    builder.add("antenna", pair(tube(feeler, 0.02)), "dark green")
    builder.add("antenna", pair(bead(0.045).move(*feeler[-1])), "red")


def spider(builder: Builder) -> None:
    """A round furry spider: eight bent striped legs, many eyes, a smile with two fangs."""
    wide = builder.vary(0.27, 0.1)
    high = 0.3
    body: list[Primitive] = [
        Ellipsoid((0, high + 0.05, -0.2), (wide, wide * 0.92, wide * 1.1)),
        Ellipsoid((0, high, 0.16), (0.19, 0.17, 0.17), part="head"),
    ]
    builder.blend("body", body, MAIN, "fur", smooth=0.06, detail=50)
    for i in range(builder.count(4, 6)):
        angle, turn = 2.4 * i, builder.between(15, 60)
        spot = (
            bead(builder.between(0.05, 0.08))
            .scale(1, 0.35, 1)
            .move(y=wide * 0.94)
            .turn(z=turn)
            .turn(y=math.degrees(angle))
        )
        builder.add("spot", spot.move(0, high + 0.05, -0.2), ACCENT)
    reach = builder.vary(0.62, 0.1)
    for side in (-1, 1):
        for turn in (52, 18, -16, -50):
            s, c = side * math.cos(math.radians(turn)), math.sin(math.radians(turn))
            joints = [
                (0.12 * s, high, 0.1 + 0.1 * c),
                (reach * 0.5 * s, high + 0.24, 0.1 + reach * 0.5 * c),
                (reach * 0.85 * s, 0.16, 0.1 + reach * 0.85 * c),
                (reach * s, 0.0, 0.1 + reach * c),
            ]
            builder.add("leg", tube(joints, [0.05, 0.045, 0.038, 0.02]), MAIN, "fur")
            x, y, z = joints[1]
            builder.add("leg", bead(0.058).move(x, y - 0.01, z), ACCENT, "fur")
    builder.add("eye", pair(sphere(0.07).move(0.075, high + 0.09, 0.29)), "white", "glossy")
    builder.add("eye", pair(bead(0.036).move(0.08, high + 0.09, 0.343)), "black", "glossy")
    builder.add("eye", pair(bead(0.034).move(0.155, high + 0.14, 0.22)), "black", "glossy")
    builder.add(
        "mouth",
        tube([(-0.07, high - 0.03, 0.315), (0, high - 0.06, 0.325), (0.07, high - 0.03, 0.315)], 0.013, count=10),
        "red",
    )
    builder.add("tooth", pair(cone(0.02, 0.06, sides=10).turn(x=180).move(0.035, high - 0.08, 0.32)), "white")
