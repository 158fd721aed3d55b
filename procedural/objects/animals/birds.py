"""Builders of birds: penguin, owl, parrot, duck, rooster, flamingo."""

from __future__ import annotations

import math
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import Shape, bead, capsule, cone, cylinder, join, pair, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes, add_side_eyes


def _bird_body(builder: Builder, body: list[Primitive], wing: Shape, wing_at: Joint, colour: str = MAIN) -> None:
    """The blended body and a pair of closed wings at its sides."""
    builder.blend("body", body, MAIN, "fur", smooth=0.06, detail=56)
    builder.add("wing", pair(wing.move(*wing_at)), colour, "fur", 0.85)


def penguin(builder: Builder) -> None:
    """A penguin upright: white belly, flippers, orange feet and beak; some with a scarf."""
    tall, wide = builder.vary(0.62, 0.08), builder.vary(0.21, 0.1)
    head = (0.0, tall + 0.1, 0.01)
    primitives: list[Primitive] = [
        Capsule((0, wide, 0), (0, tall - 0.12, 0), wide, wide * 0.8),
        Ellipsoid(head, (0.165, 0.155, 0.16)),
    ]
    primitives += [
        Capsule((0, wide * 0.98, 0.085), (0, tall - 0.12, 0.075), wide * 0.82, wide * 0.62, "belly", "white")
    ]
    primitives += both(Ellipsoid((0.06, head[1] - 0.01, 0.1), (0.08, 0.085, 0.07), part="face", colour="white"))
    primitives += [Capsule((0, 0.16, -wide * 0.7), (0, 0.05, -wide - 0.12), 0.09, 0.03, "tail")]
    builder.blend("body", primitives, MAIN, None, smooth=0.05, detail=56)
    up = builder.pose == "waving"
    for side in (-1, 1):
        swing = 130 if up and side > 0 else builder.between(14, 40)
        wing = sphere(0.045, 0.2, 0.1).move(y=-0.17).turn(x=8, z=side * swing)
        builder.add("wing", wing.move(side * (wide * 0.86), tall - 0.12, 0), MAIN)
    add_eyes(builder, 0.068, head[1] + 0.02, 0.155, 0.032)
    builder.add(
        "beak", cone(0.05, 0.15, sides=20).scale(1.2, 1, 0.75).turn(x=95).move(0, head[1] - 0.04, 0.2), "orange"
    )
    toe = sphere(0.045, 0.03, 0.1)
    foot = join(*(toe.move(z=0.07).turn(y=a) for a in (-28, 0, 28)))
    builder.add("foot", pair(foot.move(0.1, 0.025, 0.07)), "orange")
    if builder.chance(0.5):
        builder.add("scarf", torus(0.145, 0.045).move(0, tall - 0.045, 0.01), ACCENT, "cloth")
        end = tube(
            [(0.1, tall - 0.06, 0.13), (0.13, tall - 0.16, 0.19), (0.12, tall - 0.3, 0.21)],
            [0.04, 0.045, 0.05],
            flat=0.4,
        )
        builder.add("scarf", end, ACCENT, "cloth")


def owl(builder: Builder) -> None:
    """An owl on a branch: huge eyes in pale discs, ear tufts, scalloped breast, folded wings."""
    wide = builder.vary(0.25, 0.08)
    tall = builder.vary(0.6, 0.06)
    head = (0.0, tall, 0.02)
    primitives: list[Primitive] = [
        Capsule((0, 0.27, 0), (0, 0.42, 0), wide, wide * 0.9),
        Ellipsoid(head, (0.25, 0.2, 0.2)),
    ]
    primitives += [Capsule((0, 0.26, 0.08), (0, 0.42, 0.075), wide * 0.78, wide * 0.7, "belly", ACCENT)]
    primitives += both(Capsule((0.15, tall + 0.1, 0), (0.23, tall + 0.27, -0.02), 0.075, 0.02, "ear"))
    primitives += [Capsule((0, 0.2, -0.16), (0, 0.04, -0.32), 0.12, 0.07, "tail")]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.06, detail=56)
    wing = sphere(0.07, 0.24, 0.17).turn(x=18, z=8).move(wide * 0.95, 0.36, -0.03)
    builder.add("wing", pair(wing), MAIN, "fur", 0.72)
    builder.add("eye", pair(sphere(0.115, 0.115, 0.045).turn(y=14).move(0.105, tall + 0.02, 0.185)), "cream")
    builder.add(
        "eye",
        pair(sphere(0.078, 0.078, 0.04).turn(y=14).move(0.108, tall + 0.02, 0.212)),
        builder.choose(["amber", "yellow", "orange"]),
        "glossy",
    )
    builder.add("eye", pair(sphere(0.042, 0.042, 0.03).move(0.112, tall + 0.02, 0.238)), "black", "glossy")
    builder.add("eye", pair(bead(0.014).move(0.125, tall + 0.045, 0.265)), "white")
    builder.add("beak", cone(0.045, 0.12, sides=16).turn(x=150).move(0, tall - 0.07, 0.235), "orange")
    for line, count in ((0.42, 3), (0.33, 4), (0.24, 3)):
        scallop = torus(0.045, 0.013, arc_deg=180, sides=14).turn(x=90, z=0)
        for k in range(count):
            x = (k - (count - 1) / 2) * 0.095
            z = 0.075 + math.sqrt(max((wide * 0.74) ** 2 - x * x, 0.001)) + 0.004
            builder.add(
                "feather", scallop.turn(z=-90, y=math.degrees(math.asin(x / 0.3))).move(x, line, z), MAIN, None, 0.85
            )
    for side in (-1, 1):
        for k in (-1, 0, 1):
            builder.add("claw", sphere(0.022, 0.04, 0.035).move(side * 0.1 + 0.035 * k, 0.035, 0.15), "orange")
    builder.add(
        "branch",
        tube([(-0.42, -0.02, 0.1), (0, -0.03, 0.11), (0.42, 0.03, 0.08)], [0.05, 0.055, 0.045]),
        "brown",
        "wood",
    )
    leaf = sphere(0.075, 0.016, 0.04)
    builder.add(
        "branch", leaf.turn(z=40).move(0.45, 0.09, 0.1) + leaf.turn(z=140).move(-0.4, 0.06, 0.13), "green", "leaf"
    )


def parrot(builder: Builder) -> None:
    """A parrot on a perch, or flying: hooked beak, bright wings of several colours, long tail."""
    flying = builder.pose == "flying"
    primitives: list[Primitive] = [
        Capsule((0, 0.36, -0.05), (0, 0.58, 0.04), 0.155, 0.125),
        Ellipsoid((0, 0.74, 0.07), (0.145, 0.145, 0.15)),
    ]
    primitives += [Ellipsoid((0, 0.44, 0.075), (0.11, 0.16, 0.08), part="belly", colour=ACCENT)]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.07, detail=52)
    long = builder.vary(0.55, 0.15)
    for i, colour in enumerate((MAIN, "yellow", "blue")):
        for side in (-1, 1):
            feather = [
                (side * 0.03 * i, 0.3, -0.12),
                (side * 0.04 * i, 0.1, -0.2 - 0.02 * i),
                (side * 0.055 * i, 0.32 - long + 0.07 * i, -0.26),
            ]
            builder.add("tail", tube(feather, [0.055, 0.05, 0.025], flat=0.5), colour)
    for layer, (size, colour) in enumerate(((1.0, MAIN), (0.86, "yellow"), (0.7, "blue"))):
        low = 0.12 * layer
        wing = sphere(0.055, 0.24 * size, 0.13 * size)
        if flying:
            spread = wing.turn(z=-100 + 12 * layer, y=12).move(0.28 + 1.6 * low, 0.6 - 0.15 * low, 0.0 - low * 0.5)
        else:
            spread = wing.turn(x=24, z=6).move(0.145 + 0.014 * layer, 0.5 - low, -0.06 - 0.45 * low)
        builder.add("wing", pair(spread), colour, "fur")
    face = sphere(0.075, 0.085, 0.05).turn(y=35).move(0.09, 0.75, 0.155)
    builder.add("face", pair(face), "white")
    add_eyes(builder, 0.105, 0.775, 0.19, 0.026)
    top = [(0, 0.78, 0.2), (0, 0.775, 0.3), (0, 0.7, 0.33), (0, 0.64, 0.29)]
    builder.add("beak", tube(top, [0.065, 0.062, 0.04, 0.008]), "amber" if builder.chance() else "dark grey", "glossy")
    builder.add("beak", sphere(0.04, 0.035, 0.05).move(0, 0.67, 0.21), "dark grey")
    if builder.chance(0.6):
        for i in range(3):
            crest = [(0, 0.86, 0.1 - 0.05 * i), (0, 0.96, 0.06 - 0.07 * i), (0, 1.0 - 0.03 * i, -0.02 - 0.1 * i)]
            builder.add("crest", tube(crest, [0.03, 0.028, 0.006]), ("yellow", MAIN, "yellow")[i])
    builder.add("claw", pair(sphere(0.035, 0.035, 0.06).move(0.07, 0.215, 0.05)), "dark grey")
    if not flying:
        builder.add("perch", capsule((-0.36, 0.17, 0.03), (0.36, 0.17, 0.03), 0.036), "brown", "wood")
        if builder.chance(0.6):
            builder.add(
                "perch",
                cylinder(0.032, 0.4).move(0.0, -0.03, 0.03) + cylinder(0.17, 0.045).move(0, -0.24, 0.03),
                "brown",
                "wood",
            )


def duck(builder: Builder) -> None:
    """A duck: broad flat bill, tail turned up, wings at its sides; yellow like a rubber duck by default."""
    long = builder.vary(0.3, 0.1)
    head = (0.0, builder.vary(0.55, 0.08), long * 0.75)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.22, 0), (0.22, 0.18, long)),
        Capsule((0, 0.25, long * 0.6), head, 0.12, 0.1),
    ]
    primitives += [
        Ellipsoid(head, (0.155, 0.155, 0.155)),
        Capsule((0, 0.25, -long * 0.7), (0, 0.42, -long - 0.14), 0.11, 0.035, "tail"),
    ]
    builder.blend("body", primitives, MAIN, None, smooth=0.09, detail=52)
    flap = 60 if builder.pose == "flying" else builder.between(4, 20)
    wing = sphere(0.05, 0.12, long * 0.75).move(y=-0.04).turn(x=12, z=flap)
    builder.add("wing", pair(wing.move(0.205, 0.28, -0.03)), MAIN, "fur", 0.88)
    bill = sphere(0.1, 0.03, 0.13).move(0, head[1] - 0.035, head[2] + 0.19) + sphere(0.08, 0.024, 0.1).move(
        0, head[1] - 0.07, head[2] + 0.17
    )
    builder.add("beak", bill + sphere(0.055, 0.05, 0.06).move(0, head[1] - 0.02, head[2] + 0.14), "orange")
    add_eyes(builder, 0.075, head[1] + 0.045, head[2] + 0.13, 0.03)
    if builder.chance(0.4):
        tuft = tube(
            [(0, head[1] + 0.13, head[2]), (0, head[1] + 0.24, head[2] - 0.03), (0, head[1] + 0.25, head[2] - 0.12)],
            [0.035, 0.03, 0.01],
        )
        builder.add("tuft", tuft, MAIN)
    toe = join(*(sphere(0.03, 0.02, 0.075).move(z=0.055).turn(y=a) for a in (-32, 0, 32)))
    builder.add("foot", pair(toe.move(0.1, 0.0, 0.02)), "orange")
    builder.add("foot", pair(capsule((0.1, 0.01, 0.02), (0.1, 0.12, 0.0), 0.026)), "orange")
    if builder.chance(0.35):
        builder.add("bow", torus(0.118, 0.028).turn(x=28).move(0, head[1] - 0.135, head[2] - 0.03), ACCENT, "cloth")


def rooster(builder: Builder) -> None:
    """A chicken with a red comb and wattles, arched tail feathers, a cock's or a hen's."""
    cock = builder.chance(0.6)
    head = (0.0, builder.vary(0.68, 0.05), 0.24)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.33, 0), (0.2, 0.19, 0.25)),
        Capsule((0, 0.36, 0.12), head, 0.15, 0.085),
        Ellipsoid(head, 0.11),
    ]
    primitives += [Capsule((0, 0.38, -0.14), (0, 0.52, -0.3), 0.12, 0.07, "tail")]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.08, detail=52)
    builder.add("wing", pair(sphere(0.045, 0.11, 0.17).turn(x=14, z=8).move(0.19, 0.36, -0.03)), ACCENT, "fur")
    for i in range(7 if cock else 4):
        side = (-1) ** i * 0.014 * (i + 1)
        high, back = 0.3 - 0.05 * i, 0.16 + 0.035 * i
        scale = 1.0 if cock else 0.45
        feather = [
            (side, 0.45, -0.22),
            (side * 1.6, 0.45 + high * scale + 0.06, -0.25 - back * 0.8 * scale),
            (side * 2.2, 0.4 + (high - 0.12) * scale, -0.3 - back * 1.7 * scale),
        ]
        builder.add(
            "tail",
            tube(feather, [0.05, 0.05, 0.012], flat=0.5),
            ("dark green", "teal", ACCENT)[i % 3] if cock else MAIN,
        )
    for i, size in enumerate((0.045, 0.055, 0.042)):
        builder.add("comb", sphere(0.022, size, size * 0.9).move(0, head[1] + 0.12, head[2] + 0.06 - 0.065 * i), "red")
    builder.add("wattle", pair(sphere(0.024, 0.05, 0.026).move(0.028, head[1] - 0.1, head[2] + 0.09)), "red")
    builder.add("beak", cone(0.038, 0.12, sides=16).turn(x=98).move(0, head[1] - 0.01, head[2] + 0.15), "amber")
    add_side_eyes(builder, 0.085, head[1] + 0.03, head[2] + 0.06, 0.024)
    for side in (-1, 1):
        builder.add("leg", capsule((side * 0.085, 0.03, 0.0), (side * 0.08, 0.2, 0.0), 0.022), "amber")
        for turn in (-30, 0, 30, 180):
            toe = capsule((0, 0, 0), (0, 0, 0.09), 0.018, 0.012).turn(y=turn)
            builder.add("foot", toe.move(side * 0.085, 0.018, 0.0), "amber")


def flamingo(builder: Builder) -> None:
    """A flamingo: stilt legs, one perhaps tucked up, S-shaped neck, bent beak with a black tip."""
    tall = builder.vary(0.62, 0.08)
    body = (0.0, tall, 0.0)
    neck = [
        (0, tall + 0.06, 0.15),
        (0, tall + 0.14, 0.33),
        (0, tall + 0.33, 0.25),
        (0, tall + 0.5, 0.2),
        (0, tall + 0.56, 0.3),
    ]
    points = [tuple(p) for p in curve(neck, 12)]
    primitives: list[Primitive] = [
        Ellipsoid(body, (0.145, 0.14, 0.22)),
        Capsule(body, (0, tall - 0.02, -0.3), 0.1, 0.035, "tail"),
    ]
    primitives += [Capsule(a, b, 0.056, 0.054, "neck") for a, b in pairwise(points)]
    primitives += [Ellipsoid((0, tall + 0.55, 0.31), (0.075, 0.075, 0.09), part="head")]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.05, detail=64)
    builder.add(
        "wing", pair(sphere(0.045, 0.1, 0.2).turn(x=10, z=8).move(0.135, tall + 0.01, -0.04)), MAIN, "fur", 0.85
    )
    beak = [(0, tall + 0.545, 0.37), (0, tall + 0.53, 0.45), (0, tall + 0.47, 0.48)]
    builder.add("beak", tube(beak, [0.048, 0.044, 0.036]), ACCENT)
    builder.add(
        "beak",
        tube([beak[2], (0, tall + 0.43, 0.475), (0, tall + 0.4, 0.455)], [0.038, 0.03, 0.008]),
        "black",
        "glossy",
    )
    add_side_eyes(builder, 0.066, tall + 0.575, 0.33, 0.02)
    tucked = builder.chance(0.65)
    for side in (-1, 1):
        x = side * 0.06
        joint = (x, tall * 0.48, 0.16 if tucked and side > 0 else -0.03)
        end = (x, tall * 0.5, -0.08) if tucked and side > 0 else (x, 0.02, 0.0)
        for a, b in (((x, tall - 0.08, 0.0), joint), (joint, end)):
            builder.add("leg", capsule(a, b, 0.02), MAIN, None, 0.85)
        builder.add("leg", bead(0.03).move(*joint), MAIN, None, 0.8)
        if not (tucked and side > 0):
            toes = join(*(sphere(0.022, 0.016, 0.07).move(z=0.055).turn(y=a) for a in (-35, 0, 35)))
            builder.add("foot", toes.move(x, 0.016, 0), MAIN, None, 0.85)
