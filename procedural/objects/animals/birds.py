"""Builders of birds: penguin, owl, parrot, duck, rooster, flamingo."""

from __future__ import annotations

import math
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Make
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ball, Blob, Limb, both
from procedural.geometry.shapes import Shape, bead, capsule, cone, cylinder, join, pair, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes, side_eyes


def _bird_body(make: Make, body: list[Blob], wing: Shape, wing_at: Joint, colour: str = MAIN) -> None:
    """The blended body and a pair of closed wings at its sides."""
    make.blend("body", body, MAIN, "fur", smooth=0.06, detail=56)
    make.add("wing", pair(wing.move(*wing_at)), colour, "fur", 0.85)


def penguin(make: Make) -> None:
    """A penguin upright: white belly, flippers, orange feet and beak; some with a scarf."""
    tall, wide = make.vary(0.62, 0.08), make.vary(0.21, 0.1)
    head = (0.0, tall + 0.1, 0.01)
    blobs: list[Blob] = [Limb((0, wide, 0), (0, tall - 0.12, 0), wide, wide * 0.8), Ball(head, (0.165, 0.155, 0.16))]
    blobs += [Limb((0, wide * 0.98, 0.085), (0, tall - 0.12, 0.075), wide * 0.82, wide * 0.62, "belly", "white")]
    blobs += both(Ball((0.06, head[1] - 0.01, 0.1), (0.08, 0.085, 0.07), part="face", colour="white"))
    blobs += [Limb((0, 0.16, -wide * 0.7), (0, 0.05, -wide - 0.12), 0.09, 0.03, "tail")]
    make.blend("body", blobs, MAIN, None, smooth=0.05, detail=56)
    up = make.pose == "waving"
    for side in (-1, 1):
        swing = 130 if up and side > 0 else make.between(14, 40)
        wing = sphere(0.045, 0.2, 0.1).move(y=-0.17).turn(x=8, z=side * swing)
        make.add("wing", wing.move(side * (wide * 0.86), tall - 0.12, 0), MAIN)
    eyes(make, 0.068, head[1] + 0.02, 0.155, 0.032)
    make.add("beak", cone(0.05, 0.15, sides=20).scale(1.2, 1, 0.75).turn(x=95).move(0, head[1] - 0.04, 0.2), "orange")
    toe = sphere(0.045, 0.03, 0.1)
    foot = join(*(toe.move(z=0.07).turn(y=a) for a in (-28, 0, 28)))
    make.add("foot", pair(foot.move(0.1, 0.025, 0.07)), "orange")
    if make.chance(0.5):
        make.add("scarf", torus(0.145, 0.045).move(0, tall - 0.045, 0.01), ACCENT, "cloth")
        end = tube(
            [(0.1, tall - 0.06, 0.13), (0.13, tall - 0.16, 0.19), (0.12, tall - 0.3, 0.21)],
            [0.04, 0.045, 0.05],
            flat=0.4,
        )
        make.add("scarf", end, ACCENT, "cloth")


def owl(make: Make) -> None:
    """An owl on a branch: huge eyes in pale discs, ear tufts, scalloped breast, folded wings."""
    wide = make.vary(0.25, 0.08)
    tall = make.vary(0.6, 0.06)
    head = (0.0, tall, 0.02)
    blobs: list[Blob] = [Limb((0, 0.27, 0), (0, 0.42, 0), wide, wide * 0.9), Ball(head, (0.25, 0.2, 0.2))]
    blobs += [Limb((0, 0.26, 0.08), (0, 0.42, 0.075), wide * 0.78, wide * 0.7, "belly", ACCENT)]
    blobs += both(Limb((0.15, tall + 0.1, 0), (0.23, tall + 0.27, -0.02), 0.075, 0.02, "ear"))
    blobs += [Limb((0, 0.2, -0.16), (0, 0.04, -0.32), 0.12, 0.07, "tail")]
    make.blend("body", blobs, MAIN, "fur", smooth=0.06, detail=56)
    wing = sphere(0.07, 0.24, 0.17).turn(x=18, z=8).move(wide * 0.95, 0.36, -0.03)
    make.add("wing", pair(wing), MAIN, "fur", 0.72)
    make.add("eye", pair(sphere(0.115, 0.115, 0.045).turn(y=14).move(0.105, tall + 0.02, 0.185)), "cream")
    make.add(
        "eye",
        pair(sphere(0.078, 0.078, 0.04).turn(y=14).move(0.108, tall + 0.02, 0.212)),
        make.choose(["amber", "yellow", "orange"]),
        "glossy",
    )
    make.add("eye", pair(sphere(0.042, 0.042, 0.03).move(0.112, tall + 0.02, 0.238)), "black", "glossy")
    make.add("eye", pair(bead(0.014).move(0.125, tall + 0.045, 0.265)), "white")
    make.add("beak", cone(0.045, 0.12, sides=16).turn(x=150).move(0, tall - 0.07, 0.235), "orange")
    for line, count in ((0.42, 3), (0.33, 4), (0.24, 3)):
        scallop = torus(0.045, 0.013, arc_deg=180, sides=14).turn(x=90, z=0)
        for k in range(count):
            x = (k - (count - 1) / 2) * 0.095
            z = 0.075 + math.sqrt(max((wide * 0.74) ** 2 - x * x, 0.001)) + 0.004
            make.add(
                "feather", scallop.turn(z=-90, y=math.degrees(math.asin(x / 0.3))).move(x, line, z), MAIN, None, 0.85
            )
    for side in (-1, 1):
        for k in (-1, 0, 1):
            make.add("claw", sphere(0.022, 0.04, 0.035).move(side * 0.1 + 0.035 * k, 0.035, 0.15), "orange")
    make.add(
        "branch",
        tube([(-0.42, -0.02, 0.1), (0, -0.03, 0.11), (0.42, 0.03, 0.08)], [0.05, 0.055, 0.045]),
        "brown",
        "wood",
    )
    leaf = sphere(0.075, 0.016, 0.04)
    make.add("branch", leaf.turn(z=40).move(0.45, 0.09, 0.1) + leaf.turn(z=140).move(-0.4, 0.06, 0.13), "green", "leaf")


def parrot(make: Make) -> None:
    """A parrot on a perch, or flying: hooked beak, bright wings of several colours, long tail."""
    flying = make.pose == "flying"
    blobs: list[Blob] = [
        Limb((0, 0.36, -0.05), (0, 0.58, 0.04), 0.155, 0.125),
        Ball((0, 0.74, 0.07), (0.145, 0.145, 0.15)),
    ]
    blobs += [Ball((0, 0.44, 0.075), (0.11, 0.16, 0.08), part="belly", colour=ACCENT)]
    make.blend("body", blobs, MAIN, "fur", smooth=0.07, detail=52)
    long = make.vary(0.55, 0.15)
    for i, colour in enumerate((MAIN, "yellow", "blue")):
        for side in (-1, 1):
            feather = [
                (side * 0.03 * i, 0.3, -0.12),
                (side * 0.04 * i, 0.1, -0.2 - 0.02 * i),
                (side * 0.055 * i, 0.32 - long + 0.07 * i, -0.26),
            ]
            make.add("tail", tube(feather, [0.055, 0.05, 0.025], flat=0.5), colour)
    for layer, (size, colour) in enumerate(((1.0, MAIN), (0.86, "yellow"), (0.7, "blue"))):
        low = 0.12 * layer
        wing = sphere(0.055, 0.24 * size, 0.13 * size)
        if flying:
            spread = wing.turn(z=-100 + 12 * layer, y=12).move(0.28 + 1.6 * low, 0.6 - 0.15 * low, 0.0 - low * 0.5)
        else:
            spread = wing.turn(x=24, z=6).move(0.145 + 0.014 * layer, 0.5 - low, -0.06 - 0.45 * low)
        make.add("wing", pair(spread), colour, "fur")
    face = sphere(0.075, 0.085, 0.05).turn(y=35).move(0.09, 0.75, 0.155)
    make.add("face", pair(face), "white")
    eyes(make, 0.105, 0.775, 0.19, 0.026)
    top = [(0, 0.78, 0.2), (0, 0.775, 0.3), (0, 0.7, 0.33), (0, 0.64, 0.29)]
    make.add("beak", tube(top, [0.065, 0.062, 0.04, 0.008]), "amber" if make.chance() else "dark grey", "glossy")
    make.add("beak", sphere(0.04, 0.035, 0.05).move(0, 0.67, 0.21), "dark grey")
    if make.chance(0.6):
        for i in range(3):
            crest = [(0, 0.86, 0.1 - 0.05 * i), (0, 0.96, 0.06 - 0.07 * i), (0, 1.0 - 0.03 * i, -0.02 - 0.1 * i)]
            make.add("crest", tube(crest, [0.03, 0.028, 0.006]), ("yellow", MAIN, "yellow")[i])
    make.add("claw", pair(sphere(0.035, 0.035, 0.06).move(0.07, 0.215, 0.05)), "dark grey")
    if not flying:
        make.add("perch", capsule((-0.36, 0.17, 0.03), (0.36, 0.17, 0.03), 0.036), "brown", "wood")
        if make.chance(0.6):
            make.add(
                "perch",
                cylinder(0.032, 0.4).move(0.0, -0.03, 0.03) + cylinder(0.17, 0.045).move(0, -0.24, 0.03),
                "brown",
                "wood",
            )


def duck(make: Make) -> None:
    """A duck: broad flat bill, tail turned up, wings at its sides; yellow like a rubber duck by default."""
    long = make.vary(0.3, 0.1)
    head = (0.0, make.vary(0.55, 0.08), long * 0.75)
    blobs: list[Blob] = [Ball((0, 0.22, 0), (0.22, 0.18, long)), Limb((0, 0.25, long * 0.6), head, 0.12, 0.1)]
    blobs += [
        Ball(head, (0.155, 0.155, 0.155)),
        Limb((0, 0.25, -long * 0.7), (0, 0.42, -long - 0.14), 0.11, 0.035, "tail"),
    ]
    make.blend("body", blobs, MAIN, None, smooth=0.09, detail=52)
    flap = 60 if make.pose == "flying" else make.between(4, 20)
    wing = sphere(0.05, 0.12, long * 0.75).move(y=-0.04).turn(x=12, z=flap)
    make.add("wing", pair(wing.move(0.205, 0.28, -0.03)), MAIN, "fur", 0.88)
    bill = sphere(0.1, 0.03, 0.13).move(0, head[1] - 0.035, head[2] + 0.19) + sphere(0.08, 0.024, 0.1).move(
        0, head[1] - 0.07, head[2] + 0.17
    )
    make.add("beak", bill + sphere(0.055, 0.05, 0.06).move(0, head[1] - 0.02, head[2] + 0.14), "orange")
    eyes(make, 0.075, head[1] + 0.045, head[2] + 0.13, 0.03)
    if make.chance(0.4):
        tuft = tube(
            [(0, head[1] + 0.13, head[2]), (0, head[1] + 0.24, head[2] - 0.03), (0, head[1] + 0.25, head[2] - 0.12)],
            [0.035, 0.03, 0.01],
        )
        make.add("tuft", tuft, MAIN)
    toe = join(*(sphere(0.03, 0.02, 0.075).move(z=0.055).turn(y=a) for a in (-32, 0, 32)))
    make.add("foot", pair(toe.move(0.1, 0.0, 0.02)), "orange")
    make.add("foot", pair(capsule((0.1, 0.01, 0.02), (0.1, 0.12, 0.0), 0.026)), "orange")
    if make.chance(0.35):
        make.add("bow", torus(0.118, 0.028).turn(x=28).move(0, head[1] - 0.135, head[2] - 0.03), ACCENT, "cloth")


def rooster(make: Make) -> None:
    """A chicken with a red comb and wattles, arched tail feathers, a cock's or a hen's."""
    cock = make.chance(0.6)
    head = (0.0, make.vary(0.68, 0.05), 0.24)
    blobs: list[Blob] = [
        Ball((0, 0.33, 0), (0.2, 0.19, 0.25)),
        Limb((0, 0.36, 0.12), head, 0.15, 0.085),
        Ball(head, 0.11),
    ]
    blobs += [Limb((0, 0.38, -0.14), (0, 0.52, -0.3), 0.12, 0.07, "tail")]
    make.blend("body", blobs, MAIN, "fur", smooth=0.08, detail=52)
    make.add("wing", pair(sphere(0.045, 0.11, 0.17).turn(x=14, z=8).move(0.19, 0.36, -0.03)), ACCENT, "fur")
    for i in range(7 if cock else 4):
        side = (-1) ** i * 0.014 * (i + 1)
        high, back = 0.3 - 0.05 * i, 0.16 + 0.035 * i
        scale = 1.0 if cock else 0.45
        feather = [
            (side, 0.45, -0.22),
            (side * 1.6, 0.45 + high * scale + 0.06, -0.25 - back * 0.8 * scale),
            (side * 2.2, 0.4 + (high - 0.12) * scale, -0.3 - back * 1.7 * scale),
        ]
        make.add(
            "tail",
            tube(feather, [0.05, 0.05, 0.012], flat=0.5),
            ("dark green", "teal", ACCENT)[i % 3] if cock else MAIN,
        )
    for i, size in enumerate((0.045, 0.055, 0.042)):
        make.add("comb", sphere(0.022, size, size * 0.9).move(0, head[1] + 0.12, head[2] + 0.06 - 0.065 * i), "red")
    make.add("wattle", pair(sphere(0.024, 0.05, 0.026).move(0.028, head[1] - 0.1, head[2] + 0.09)), "red")
    make.add("beak", cone(0.038, 0.12, sides=16).turn(x=98).move(0, head[1] - 0.01, head[2] + 0.15), "amber")
    side_eyes(make, 0.085, head[1] + 0.03, head[2] + 0.06, 0.024)
    for side in (-1, 1):
        make.add("leg", capsule((side * 0.085, 0.03, 0.0), (side * 0.08, 0.2, 0.0), 0.022), "amber")
        for turn in (-30, 0, 30, 180):
            toe = capsule((0, 0, 0), (0, 0, 0.09), 0.018, 0.012).turn(y=turn)
            make.add("foot", toe.move(side * 0.085, 0.018, 0.0), "amber")


def flamingo(make: Make) -> None:
    """A flamingo: stilt legs, one perhaps tucked up, S-shaped neck, bent beak with a black tip."""
    tall = make.vary(0.62, 0.08)
    body = (0.0, tall, 0.0)
    neck = [
        (0, tall + 0.06, 0.15),
        (0, tall + 0.14, 0.33),
        (0, tall + 0.33, 0.25),
        (0, tall + 0.5, 0.2),
        (0, tall + 0.56, 0.3),
    ]
    points = [tuple(p) for p in curve(neck, 12)]
    blobs: list[Blob] = [Ball(body, (0.145, 0.14, 0.22)), Limb(body, (0, tall - 0.02, -0.3), 0.1, 0.035, "tail")]
    blobs += [Limb(a, b, 0.056, 0.054, "neck") for a, b in pairwise(points)]
    blobs += [Ball((0, tall + 0.55, 0.31), (0.075, 0.075, 0.09), part="head")]
    make.blend("body", blobs, MAIN, "fur", smooth=0.05, detail=64)
    make.add("wing", pair(sphere(0.045, 0.1, 0.2).turn(x=10, z=8).move(0.135, tall + 0.01, -0.04)), MAIN, "fur", 0.85)
    beak = [(0, tall + 0.545, 0.37), (0, tall + 0.53, 0.45), (0, tall + 0.47, 0.48)]
    make.add("beak", tube(beak, [0.048, 0.044, 0.036]), ACCENT)
    make.add(
        "beak",
        tube([beak[2], (0, tall + 0.43, 0.475), (0, tall + 0.4, 0.455)], [0.038, 0.03, 0.008]),
        "black",
        "glossy",
    )
    side_eyes(make, 0.066, tall + 0.575, 0.33, 0.02)
    tucked = make.chance(0.65)
    for side in (-1, 1):
        x = side * 0.06
        joint = (x, tall * 0.48, 0.16 if tucked and side > 0 else -0.03)
        end = (x, tall * 0.5, -0.08) if tucked and side > 0 else (x, 0.02, 0.0)
        for a, b in (((x, tall - 0.08, 0.0), joint), (joint, end)):
            make.add("leg", capsule(a, b, 0.02), MAIN, None, 0.85)
        make.add("leg", bead(0.03).move(*joint), MAIN, None, 0.8)
        if not (tucked and side > 0):
            toes = join(*(sphere(0.022, 0.016, 0.07).move(z=0.055).turn(y=a) for a in (-35, 0, 35)))
            make.add("foot", toes.move(x, 0.016, 0), MAIN, None, 0.85)
