"""Builders of great beasts of tales: dragon, sea serpent, unicorn. `bat_wing` is shared with the demon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from generation.backends.procedural.blend import Ball, Blob, Limb, both
from generation.backends.procedural.make import ACCENT, MAIN, Make
from generation.backends.procedural.objects.animals_hoofed import equine
from generation.backends.procedural.objects.beast import Frame, along, four_legs
from generation.backends.procedural.objects.person import Joint
from generation.backends.procedural.shapes import bead, capsule, cone, lathe, pair, sphere, torus
from generation.backends.procedural.sweeps import curve, prism, star, tube


def bat_wing(make: Make, root: Joint, span: float, lift: float, sweep: float, skin: str, shade: float) -> None:
    """A pair of bat wings from the shoulder `root`: arm and finger bones, a scalloped skin between them.

    `lift` and `sweep` in degrees turn it up and back. Bones are in the main colour.
    """
    x, y, z = root
    s = span
    outline = [
        (0, 0.05),
        (0.1, 0.26),
        (0.27, 0.52),
        (0.55, 0.62),
        (1.0, 0.5),
        (0.82, 0.28),
        (0.86, 0.02),
        (0.6, 0.05),
        (0.5, -0.22),
        (0.3, -0.02),
        (0.0, -0.12),
    ]
    web = prism([(a * s, b * s) for a, b in outline], 0.03 * s)
    bones = tube([(0, 0, 0), (0.13 * s, 0.3 * s, 0), (0.3 * s, 0.56 * s, 0)], [0.06 * s, 0.045 * s], count=8)
    for end in ((1.0, 0.5), (0.86, 0.02), (0.5, -0.22)):
        finger = [
            (0.3 * s, 0.56 * s, 0),
            (0.3 * s + (end[0] - 0.3) * 0.55 * s, 0.56 * s + (end[1] - 0.56) * 0.4 * s, 0.03 * s),
            (end[0] * s, end[1] * s, 0),
        ]
        bones = bones + tube(finger, [0.042 * s, 0.03 * s, 0.012 * s], count=8, sides=10)
    claw = cone(0.045 * s, 0.14 * s, sides=12).turn(z=20).move(0.28 * s, 0.64 * s)
    for shape, colour, tone in ((web, skin, shade), (bones, MAIN, 1.0), (claw, "cream", 1.0)):
        make.add("wing", pair(shape.turn(z=lift).turn(y=sweep).move(x, y, z)), colour, None, tone)


def dragon(make: Make) -> None:
    """A dragon: bat wings, horned head on a curved neck, spines down the back, long tail; some breathe fire."""
    frame = Frame(
        make.vary(0.5, 0.08),
        make.vary(0.4, 0.06),
        0.2,
        0.2,
        (0.105, 0.07),
        (0.085, 0.055, 0.115),
        0.145,
        leg_colour=MAIN,
    )
    stand = four_legs(make, frame, sits=make.chance(0.4))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + make.vary(0.5, 0.08), chest[2] + make.vary(0.24, 0.15))
    neck = _joints(
        [
            (0, chest[1], chest[2] + 0.02),
            (0, chest[1] + 0.2, chest[2] + 0.16),
            (0, head[1] - 0.12, head[2] - 0.14),
            head,
        ],
        7,
    )
    swing = make.choose((-1, 1)) * make.between(0.15, 0.5)
    low = 0.09 if stand.sits else hip[1]
    tail = _joints(
        [
            (0, low + 0.03, hip[2] - 0.05),
            (swing * 0.2, low * 0.65 + 0.03, hip[2] - 0.36),
            (swing, 0.14, hip[2] - 0.55),
            (swing * 1.7, 0.3, hip[2] - 0.42),
        ],
        10,
    )
    blobs = [*stand.blobs, Ball((0, (hip[1] + chest[1]) / 2 - 0.02, (hip[2] + chest[2]) / 2), (0.2, 0.2, 0.22))]
    blobs += [Limb(a, b, 0.155 - 0.012 * i, 0.143 - 0.012 * i) for i, (a, b) in enumerate(pairwise(neck))]
    blobs += [Limb(a, b, 0.14 - 0.012 * i, 0.128 - 0.012 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))]
    blobs += _dragon_head(head)
    chest_low = (0.0, chest[1] - 0.03, chest[2] + 0.075)
    throat = [(p[0], p[1] - 0.015, p[2] + 0.045) for p in neck[1:6]]
    blobs += [
        Limb(a, b, 0.125 - 0.012 * i, 0.113 - 0.012 * i, "belly", ACCENT)
        for i, (a, b) in enumerate(pairwise([chest_low, *throat]))
    ]
    blobs += [Limb((0, hip[1] - 0.05, hip[2] + 0.1), chest_low, 0.165, 0.155, "belly", ACCENT)]
    make.blend("body", blobs, MAIN, None, smooth=0.055, detail=72)
    _dragon_face(make, head)
    spine = [(x, y + 0.13, z - 0.09) for x, y, z in neck[5:0:-1]]
    out = np.array([0, 0.12, -0.16] if stand.sits else [0, 0.19, -0.06])
    ridge = [along(chest, hip, share) + out for share in (0.25, 0.6, 0.95)]
    spine += [(float(x), float(y), float(z)) for x, y, z in ridge]
    spine += [(x, y + 0.13 - 0.01 * i, z) for i, (x, y, z) in enumerate(tail[2:8])]
    for i, (x, y, z) in enumerate(spine):
        size = 1.25 - abs(i - len(spine) / 2) * 0.07
        spike = cone(0.05 * size, 0.16 * size, sides=10).scale(0.6, 1, 1.15).turn(x=-35 if i < 5 else -15)
        make.add("spike", spike.move(x, y, z), ACCENT)
    spade = prism([(0, -0.1), (0.12, 0.0), (0.045, 0.0), (0, 0.2), (-0.045, 0.0), (-0.12, 0.0)][::1], 0.05)
    make.add(
        "tail",
        spade.scale(1, 1, 1).turn(z=-30 * np.sign(swing)).move(tail[-1][0], tail[-1][1] + 0.03, tail[-1][2]),
        ACCENT,
    )
    for x, z in ((frame.spread, chest[2] + 0.02), *([] if stand.sits else [(frame.spread, hip[2] - 0.02)])):
        for toe in (-0.05, 0.0, 0.05):
            if make.pose is None or make.pose == "sitting":
                make.add("claw", pair(cone(0.022, 0.06, sides=10).turn(x=80).move(x + toe, 0.028, z + 0.15)), "cream")
    wide = 25 if make.pose == "flying" else make.between(5, 25)
    sheer = ACCENT if make.chance(0.35) else MAIN
    bat_wing(
        make,
        (0.1, chest[1] + 0.13, chest[2] - 0.12),
        make.vary(0.72, 0.1),
        wide - 10,
        make.between(18, 42),
        sheer,
        1.0 if sheer == ACCENT else 0.62,
    )
    if make.pose == "breathing fire" or make.chance(0.22):
        _flame(make, (0.0, head[1] - 0.06, head[2] + 0.36))


def _joints(points: Sequence[Joint], count: int) -> list[Joint]:
    return [(float(x), float(y), float(z)) for x, y, z in curve(points, count)]


def _dragon_head(head: Joint) -> list[Blob]:
    """Skull, snout with nostrils, jaw, brows."""
    _, y, z = head
    blobs: list[Blob] = [
        Ball((0, y + 0.02, z + 0.02), (0.145, 0.125, 0.15)),
        Limb((0, y - 0.015, z + 0.1), (0, y - 0.03, z + 0.28), 0.1, 0.088, "snout"),
        Limb((0, y - 0.085, z + 0.08), (0, y - 0.1, z + 0.25), 0.075, 0.06, "jaw", ACCENT),
    ]
    blobs += both(Ball((0.05, y + 0.035, z + 0.315), 0.045, part="snout"))
    return [*blobs, *both(Ball((0.085, y + 0.105, z + 0.06), (0.05, 0.045, 0.06), part="brow"))]


def _dragon_face(make: Make, head: Joint) -> None:
    """Eyes, nostrils, teeth, horns and frilled ears."""
    _, y, z = head
    make.add(
        "eye",
        pair(sphere(0.055, 0.055, 0.04).turn(y=35).move(0.097, y + 0.06, z + 0.115)),
        make.choose(["yellow", "amber", "white"]),
        "glossy",
    )
    make.add("eye", pair(bead(0.024, 0.04, 0.024).turn(y=35).move(0.118, y + 0.06, z + 0.142)), "black", "glossy")
    make.add("nostril", pair(bead(0.017).move(0.055, y + 0.045, z + 0.357)), "black")
    for i in range(4):
        fang = cone(0.017, 0.05 + 0.02 * (i == 3), sides=8).turn(x=180)
        make.add("tooth", pair(fang.move(0.093 - 0.006 * i, y - 0.085, z + 0.14 + 0.05 * i)), "white")
    back = make.between(0.12, 0.24)
    horn = [(0.07, y + 0.11, z - 0.03), (0.11, y + 0.24, z - 0.06 - back * 0.4), (0.12, y + 0.31, z - 0.06 - back)]
    make.add("horn", pair(tube(horn, [0.042, 0.034, 0.006])), "cream")
    frill = prism([(0, -0.04), (0.17, 0.05), (0.1, 0.0), (0.15, -0.06), (0.06, -0.07)], 0.025)
    make.add("ear", pair(frill.turn(y=30).move(0.125, y + 0.02, z - 0.02)), ACCENT)


def _flame(make: Make, mouth: Joint) -> None:
    """A burst of fire that widens forward from the mouth."""
    x, y, z = mouth
    for length, wide, colour in ((0.42, 0.13, "red"), (0.33, 0.105, "orange"), (0.24, 0.085, "yellow")):
        jet = tube(
            [(x, y, z - 0.12), (x, y - 0.02, z + length * 0.45), (x, y - 0.01, z + length)],
            [0.03, wide, wide * 0.9, 0.0],
            count=14,
        )
        make.add(
            "flame",
            jet.scale(1 if colour == "red" else 0.8 if colour == "orange" else 0.6, 1, 1).move(
                y=0.03 if colour == "orange" else 0.06 if colour == "yellow" else 0
            ),
            colour,
            "glow",
        )


def sea_serpent(make: Make) -> None:
    """A sea monster: humps of a long body rising from the water, crested head on a tall neck, tail tip."""
    tall = make.vary(0.75, 0.1)
    blobs: list[Blob] = []
    neck = _joints([(0, 0.04, 0.32), (0, 0.24, 0.42), (0, tall * 0.65, 0.36), (0, tall, 0.46)], 8)
    blobs += [Limb(a, b, 0.15 - 0.008 * i, 0.142 - 0.008 * i) for i, (a, b) in enumerate(pairwise(neck))]
    blobs += [
        Limb((x, y - 0.01, z + 0.045), (u, v - 0.01, w + 0.045), 0.125 - 0.008 * i, 0.117 - 0.008 * i, "belly", ACCENT)
        for i, ((x, y, z), (u, v, w)) in enumerate(pairwise(neck[1:]))
    ]
    humps = ((0.14, -0.02, 0.28, 0.145), (-0.42, 0.0, 0.24, 0.12))
    for middle, x, high, thick in humps:
        arch = _joints(
            [
                (x, 0.03, middle + 0.18),
                (x, high * 0.8, middle + 0.1),
                (x, high, middle),
                (x, high * 0.8, middle - 0.12),
                (x, 0.03, middle - 0.2),
            ],
            8,
        )
        blobs += [Limb(a, b, thick, thick) for a, b in pairwise(arch)]
        for _, y, z in arch[2:-2]:
            make.add("spike", cone(0.06, 0.16, sides=10).scale(0.5, 1, 1).move(x, y + thick + 0.03, z), ACCENT)
    tip = _joints([(0, -0.02, -0.72), (0, 0.17, -0.8), (0, 0.38, -0.76)], 5)
    blobs += [Limb(a, b, 0.09 - 0.014 * i, 0.076 - 0.014 * i, "tail") for i, (a, b) in enumerate(pairwise(tip))]
    head = neck[-1]
    blobs += _dragon_head(head)
    make.blend("body", blobs, MAIN, "glossy", smooth=0.05, detail=70)
    _dragon_face(make, head)
    fluke = prism([(0, -0.08), (0.2, 0.12), (0.16, 0.2), (0, 0.1), (-0.16, 0.2), (-0.2, 0.12)], 0.035)
    make.add("tail", fluke.turn(y=80).move(0, 0.4, -0.76), ACCENT)
    for i in range(4):
        _, y, z = neck[3 + i]
        make.add("spike", cone(0.055, 0.16, sides=10).scale(0.5, 1, 1).turn(x=-75).move(0, y, z - 0.17), ACCENT)
    water = lathe([(0, -0.12), (0.5, -0.12), (0.56, -0.07), (0.53, -0.02), (0, 0.0)], sides=60).scale(1, 1, 1.75)
    make.add("water", water.move(z=-0.12), "sky blue", "glass")
    for middle, reach in ((0.35, 0.22), (0.14, 0.2), (-0.42, 0.17), (-0.72, 0.14)):
        make.add("water", torus(reach, 0.022).move(y=0.0, z=middle), "white")


def unicorn(make: Make) -> None:
    """A unicorn: a white horse with a golden spiral horn and a rainbow mane."""
    colours = make.choose(
        [
            ("hot pink", "violet", "cyan"),
            ("red", "yellow", "green", "blue", "violet"),
            ("lavender", "pink", "sky blue"),
            ("hot pink", "amber", "turquoise"),
        ]
    )
    head = equine(make, colours)
    _, y, z = head.hip
    tall = make.vary(0.36, 0.12)
    base, tip = np.array([0, y + 0.1, z + 0.06]), np.array([0, y + 0.1 + tall * 0.9, z + 0.06 + tall * 0.45])
    make.add("horn", capsule(base, tip, 0.05, 0.008), ACCENT, "metal")
    t = np.linspace(0, 1, 50)
    around = 2 * math.pi * 4 * t
    reach = 0.05 - 0.04 * t
    twist = base + t[:, None] * (tip - base) + np.stack([reach * np.cos(around), 0 * t, reach * np.sin(around)], -1)
    make.add("horn", tube(twist, 0.014, straight=True, sides=8), ACCENT, "metal", 0.8)
    if make.chance(0.5):
        _, y, z = head.chest
        make.add(
            "star",
            pair(star(0.09, 0.04).turn(y=90).move(0.185, y + 0.02, z - 0.42)),
            make.choose(["hot pink", "gold", "violet"]),
        )
