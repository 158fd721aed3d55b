"""Build functions of animals of the water: fish, shark, dolphin, whale, octopus and crab."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, mirrored, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, chain
from procedural.geometry.shapes import Floats, bead, capsule, cone, pair, sphere, torus, zone
from procedural.geometry.sweeps import curve, prism, tube
from procedural.geometry.sweeps import side as side_view
from procedural.objects.parts.eyes import add_big_eyes, add_glint, add_side_eyes
from procedural.objects.parts.muzzle import add_smile

FISH_TAIL = [(0, 0), (-0.12, 0.13), (-0.3, 0.24), (-0.26, 0.08), (-0.25, -0.08), (-0.3, -0.24), (-0.12, -0.13)]
FISH_BELLY_FIN = [(0.08, 0), (-0.04, -0.14), (-0.16, -0.15), (-0.1, 0.02)]
SHARK_BACK_FIN = [(0.17, -0.06), (-0.02, 0.22), (-0.16, 0.28), (-0.12, 0.1), (-0.14, -0.06)]
SHARK_TAIL = [
    *((0.14, 0.0), (-0.05, 0.16), (-0.24, 0.36), (-0.17, 0.1)),
    *((-0.13, 0.0), (-0.16, -0.1), (-0.18, -0.24), (-0.04, -0.12)),
]
DOLPHIN_BACK_FIN = [(0.16, -0.04), (0.0, 0.14), (-0.16, 0.2), (-0.12, 0.06), (-0.1, -0.06)]
"""Outlines (z, y) of fins, seen from the side."""


def fish(builder: Builder) -> None:
    """Build a round tropical fish: banded body, flowing fins, forked tail, big eyes, full lips."""
    height, length = builder.vary(0.27, 0.15), builder.vary(0.4, 0.08)
    stripe_places = builder.choose([(0.12, -0.18), (0.08, -0.24), (0.16,)])
    stripes = [(place, builder.between(0.035, 0.055)) for place in stripe_places]
    fin_height = builder.vary(0.17, 0.2)

    builder.add("body", sphere(0.17, height, length), MAIN, "glossy")
    hoop = sphere(0.178, height * 1.03, length * 1.02)
    for place, half_width in stripes:
        z = place * length / 0.4
        builder.add("stripe", zone(hoop, 2, z - half_width, z + half_width), ACCENT, "glossy")
    builder.add("tail", side_view(FISH_TAIL, 0.04, smooth=40).move(z=-length * 0.9), ACCENT)
    back_fin = [(0.22, 0), (0.05, fin_height), (-0.2, fin_height * 0.95), (-0.16, 0.02), (0, -0.06)]
    builder.add("fin", side_view(back_fin, 0.035, smooth=40).move(y=height * 0.88), ACCENT)
    builder.add("fin", side_view(FISH_BELLY_FIN, 0.035, smooth=30).move(y=-height * 0.86, z=0.02), ACCENT)
    side_fin = sphere(0.018, 0.07, 0.11).turn(x=25, y=-35, z=-25)
    builder.add("fin", pair(side_fin.move(0.19, -0.06, 0.0)), ACCENT)
    eyeball, pupil = sphere(0.075, 0.075, 0.05).turn(y=55), sphere(0.044, 0.044, 0.03).turn(y=55)
    eye_y = height * 0.3
    add_big_eyes(builder, (0.108, eye_y, length * 0.66), eyeball, (0.148, eye_y, length * 0.68), pupil)
    add_glint(builder, (0.165, eye_y + 0.03, length * 0.72), 0.015)
    lips = torus(0.045, 0.024).scale(1.2, 1, 0.8).turn(x=90)
    builder.add("mouth", lips.move(0, -0.04, length * 0.98), "coral")


def shark(builder: Builder) -> None:
    """Build a shark: pointed snout, tall back fin, crescent tail, white belly, rows of teeth."""
    length = builder.vary(0.72, 0.06)

    middle, belly = (0, 0, 0.1), (0, -0.05, 0.1)
    skin: list[Primitive] = [
        Capsule(middle, (0, 0.02, length * 0.75), 0.2, 0.1),
        Capsule(middle, (0, 0.04, -length), 0.2, 0.05),
        Capsule(belly, (0, -0.035, length * 0.62), 0.185, 0.1, "belly", "white"),
        Capsule(belly, (0, 0.0, -length * 0.7), 0.18, 0.06, "belly", "white"),
        Ellipsoid((0, -0.05, length * 0.62), (0.1, 0.035, 0.1), subtract=True),
    ]
    builder.blend("body", skin, MAIN, "glossy", smooth=0.06, detail=66)
    builder.add("fin", side_view(SHARK_BACK_FIN, 0.05, smooth=40).move(y=0.19, z=0.05), MAIN)
    side_fin = prism([(0, 0.1), (0.3, -0.08), (0.36, -0.17), (0.2, -0.14), (0, -0.1)], 0.045, smooth=36)
    builder.add("fin", pair(side_fin.turn(x=90).turn(z=-24).move(0.14, -0.09, 0.18)), MAIN)
    builder.add("tail", side_view(SHARK_TAIL, 0.05, smooth=60).move(y=0.04, z=-length), MAIN)
    rear_fin = sphere(0.02, 0.05, 0.06).turn(z=40)
    builder.add("fin", pair(rear_fin.move(0.08, -0.09, -length * 0.45)), MAIN)
    add_side_eyes(builder, 0.128, 0.065, length * 0.6, 0.03)
    mouth = mirrored([(0.125, -0.06, length * 0.45), (0.09, -0.075, length * 0.68), (0, -0.075, length * 0.76)])
    builder.add("mouth", tube(mouth, 0.024), "crimson")
    tooth = cone(0.018, 0.05, sides=8).turn(x=180)
    for x, y, z in curve(mouth, 13):
        builder.add("tooth", tooth.move(x * 1.03, y + 0.004, z * 1.012), "white")
    for i in range(3):
        gill = [(0.185 - 0.006 * i, 0.06, 0.2 - 0.05 * i), (0.2, -0.04, 0.19 - 0.05 * i)]
        builder.add("gill", pair(tube(gill, 0.009, count=3, sides=6)), "dark grey")


def dolphin(builder: Builder) -> None:
    """Build a leaping dolphin: arched body, bottle nose, curved fin, flat flukes, pale belly."""
    arch = builder.vary(0.3, 0.2)

    tail, back = (0.0, -0.35 - arch * 0.3, -0.72), (0.0, arch * 0.4, 0.0)
    spine = curve([tail, (0, 0.0, -0.42), back, (0, 0.05, 0.4), (0, -0.12, 0.58)], 14)
    radii = np.interp(np.linspace(0, 1, 14), [0, 0.3, 0.6, 0.9, 1], [0.04, 0.13, 0.19, 0.16, 0.12])
    belly = spine[4:13] + np.array([0, -0.05, 0.01])
    skin = [
        *_tapering(spine, radii),
        *_tapering(belly, radii[4:13] * 0.9, "belly", ACCENT),
        Capsule(spine[-1], (0, -0.24, 0.76), 0.07, 0.045, "beak"),
    ]
    builder.blend("body", skin, MAIN, "glossy", smooth=0.06, detail=64)
    builder.add("fin", side_view(DOLPHIN_BACK_FIN, 0.045, smooth=40).move(*offset(back, y=0.17, z=-0.02)), MAIN)
    side_fin = sphere(0.055, 0.03, 0.16).turn(x=35, y=-40, z=-30)
    builder.add("fin", pair(side_fin.move(0.2, -0.06, 0.2)), MAIN)
    fluke = sphere(0.17, 0.026, 0.085).turn(y=30).move(0.12, 0, -0.03)
    builder.add("tail", pair(fluke).turn(x=-35).move(*offset(tail, y=-0.02, z=-0.04)), MAIN)
    add_side_eyes(builder, 0.142, 0.0, 0.46, 0.028)
    smile = [(0.045, -0.24, 0.74), (0.085, -0.16, 0.62), (0.12, -0.09, 0.55)]
    builder.add("mouth", pair(tube(smile, 0.01, count=8, sides=8)), "dark grey")


def _tapering(path: Floats, radii: Floats, part: str | None = None, colour: str | None = None) -> list[Primitive]:
    """Return capsules along a path [N, 3] with a radius [N] at each of its points."""
    return [
        Capsule(start, end, radius, end_radius, part, colour)
        for (start, end), (radius, end_radius) in zip(pairwise(path), pairwise(radii), strict=True)
    ]


def whale(builder: Builder) -> None:
    """Build a round whale: grooved pale belly, small fins, flukes held up; most spout water."""
    width = builder.vary(0.34, 0.06)
    has_spout = builder.chance(0.8)

    tail_root, tail = (0.0, 0.12, -0.55), (0.0, 0.34, -0.72)
    skin: list[Primitive] = [
        Ellipsoid((0, 0, 0.12), (width, 0.3, 0.45)),
        Capsule((0, 0.0, -0.15), tail_root, 0.22, 0.1),
        Capsule(tail_root, tail, 0.1, 0.05),
        Ellipsoid((0, -0.065, 0.17), (width * 0.98, 0.26, 0.43), part="belly", colour=ACCENT),
    ]
    builder.blend("body", skin, MAIN, "glossy", smooth=0.1, detail=58)
    for i in range(-2, 3):
        groove = [
            (i * 0.085, -0.1 - 0.01 * abs(i), 0.55 - 0.03 * abs(i)),
            (i * 0.1, -0.24, 0.42 - 0.02 * abs(i)),
            (i * 0.1, -0.31 + 0.012 * i * i, 0.15),
        ]
        builder.add("belly", tube(groove, 0.009, count=12, sides=6), MAIN, None, 0.8)
    fluke = sphere(0.2, 0.045, 0.1).turn(y=28, z=16).move(0.15, 0.04, -0.02)
    builder.add("tail", pair(fluke).turn(x=-20).move(*offset(tail, y=0.03, z=-0.02)), MAIN)
    side_fin = sphere(0.18, 0.035, 0.1).turn(y=30, z=-30)
    builder.add("fin", pair(side_fin.move(width + 0.08, -0.14, 0.15)), MAIN)
    add_side_eyes(builder, width * 0.83, 0.03, 0.36, 0.034)
    smile = [(width * 0.92, 0.0, 0.24), (width * 0.72, -0.08, 0.42), (0, -0.09, 0.585)]
    builder.add("mouth", pair(tube(smile, 0.012, count=12, sides=8)), "dark grey")
    if has_spout:
        for side in (-1, 1):
            jet = [(0, 0.27, 0.12), (side * 0.03, 0.5, 0.12), (side * 0.17, 0.58, 0.12), (side * 0.24, 0.45, 0.12)]
            builder.add("spout", tube(jet, [0.04, 0.045, 0.055, 0.035]), "cyan", "glass")


def octopus(builder: Builder) -> None:
    """Build an octopus: bulb of a head with big eyes and a smile, eight curling arms with suckers."""
    head_height = builder.vary(0.36, 0.12)
    curl = builder.between(0.08, 0.22)
    arm_bends = [builder.between(0.1, 0.5) for _ in range(8)]
    spots = [(builder.between(0.8, 5.4), builder.between(0.5, 0.7), builder.between(0.03, 0.05)) for _ in range(5)]

    skin: list[Primitive] = [
        Ellipsoid((0, 0.3 + head_height * 0.55, -0.02), (0.27, head_height, 0.26)),
        Ellipsoid((0, 0.22, 0), (0.24, 0.14, 0.24)),
    ]
    for i, bend in enumerate(arm_bends):
        skin += _add_arm(builder, 2 * math.pi * (i + 0.5) / 8, bend * (-1) ** i, curl)
    builder.blend("body", skin, MAIN, "glossy", smooth=0.05, detail=56)
    eyeball, pupil = sphere(0.085, 0.1, 0.05).turn(y=22), sphere(0.045, 0.058, 0.03).turn(y=22)
    add_big_eyes(builder, (0.105, 0.42, 0.21), eyeball, (0.115, 0.41, 0.248), pupil)
    add_glint(builder, (0.13, 0.44, 0.27), 0.018)
    add_smile(builder, (0.07, 0.285, 0.245), (0, 0.25, 0.255), 0.014, "maroon", count=10, sides=14)
    builder.add("cheek", pair(bead(0.04, 0.03, 0.02).turn(y=40).move(0.185, 0.31, 0.19)), ACCENT)
    for angle, y, radius in spots:
        height = (y - 0.3 - head_height * 0.55) / head_height  # from -1 to 1 in the head
        spot = bead(radius).scale(1, 1, 0.4).move(z=0.25 * math.sqrt(max(1 - height**2, 0.05)))
        builder.add("spot", spot.turn(y=math.degrees(angle)).move(y=y), ACCENT)


def _add_arm(builder: Builder, angle: float, bend: float, curl: float) -> list[Primitive]:
    """Return an octopus's arm that leaves the body at `angle` and bends aside (radians), and add its suckers."""
    end = angle + bend
    path = [
        _around(angle, 0.15, 0.2),
        _around(angle, 0.36, 0.06),
        _around((angle + end) / 2, 0.55, 0.06),
        _around(end, 0.66, 0.06 + curl),
        _around(end + 0.15, 0.58, 0.1 + curl * 1.4),
    ]
    arm = curve(path, 8)
    for i, (x, y, z) in enumerate(arm[2:5], start=2):
        builder.add("sucker", bead(0.03, 0.03, 0.03).move(x * 0.99, y - 0.045 + 0.012 * i, z * 0.99), ACCENT)
    return [*chain(arm, (0.085, 0.076), taper=0.009, part="arm")]


def _around(angle: float, radius: float, y: float) -> Joint:
    """Return a point at this height and distance from the y axis, `angle` radians from +z toward +x."""
    return radius * math.sin(angle), y, radius * math.cos(angle)


def crab(builder: Builder) -> None:
    """Build a crab: flat wide shell, raised claws, eyes on stalks, six legs."""
    width = builder.vary(0.36, 0.08)
    right_claw, left_claw = builder.vary(1.0, 0.2), builder.vary(1.0, 0.2)

    builder.add("shell", sphere(width, 0.15, 0.26).move(y=0.2), MAIN, "glossy")
    builder.add("belly", sphere(width * 0.9, 0.08, 0.24).move(y=0.12), ACCENT)
    for side, claw_size in ((-1, right_claw), (1, left_claw)):
        _add_claw(builder, side, width, claw_size)
        for i in range(3):
            z = 0.12 - 0.15 * i
            knee, foot = (side * (width + 0.17), 0.27, z), (side * (width + 0.25), 0.0, z * 1.35)
            leg = [(side * width * 0.8, 0.16, z * 0.8), knee, foot]
            builder.add("leg", tube(leg, [0.045, 0.045, 0.035, 0.008]), MAIN)
        builder.add("stalk", capsule((side * 0.1, 0.3, 0.18), (side * 0.11, 0.43, 0.22), 0.024), MAIN)
        builder.add("eye", sphere(0.062).move(side * 0.11, 0.46, 0.225), "white", "glossy")
        builder.add("eye", bead(0.034).move(side * 0.105, 0.465, 0.267), "black", "glossy")
    add_smile(builder, (0.08, 0.2, 0.25), (0, 0.17, 0.265), 0.014, "maroon", count=10, sides=14)
    for x, z in ((-0.14, -0.05), (0.12, -0.08), (0.0, 0.04), (0.2, 0.03), (-0.22, 0.04)):
        y = 0.2 + 0.15 * math.sqrt(1 - (x / width) ** 2 - (z / 0.26) ** 2)
        builder.add("spot", bead(0.036, 0.014, 0.036).move(x, y, z), ACCENT)


def _add_claw(builder: Builder, side: int, width: float, size: float) -> None:
    """Add a raised claw with two fingers; the hand is `size` times as large as usual."""
    rim = (side * width, 0.0, 0.0)
    elbow = offset(rim, side * 0.2, 0.26, 0.24)
    finger, finger_tip = offset(rim, side * 0.2, 0.58, 0.32), offset(rim, side * 0.1, 0.58 + 0.16 * size, 0.34)
    thumb, thumb_tip = offset(rim, side * 0.06, 0.52, 0.32), offset(rim, side * 0.01, 0.52 + 0.17 * size, 0.34)
    gap, gap_end = offset(rim, side * 0.11, 0.63, 0.33), offset(rim, side * 0.03, 0.84, 0.35)
    claw: list[Primitive] = [
        Capsule((side * width * 0.8, 0.2, 0.15), elbow, 0.05, 0.055),
        Capsule(elbow, offset(rim, side * 0.16, 0.42, 0.3), 0.06, 0.09 * size),
        Ellipsoid(offset(rim, side * 0.14, 0.5, 0.32), (0.12 * size, 0.15 * size, 0.075)),
        Capsule(finger, finger_tip, 0.06, 0.02),
        Capsule(thumb, thumb_tip, 0.05, 0.016),
        Capsule(gap, gap_end, 0.03, 0.02, subtract=True),
    ]
    builder.blend("claw", claw, MAIN, "glossy", smooth=0.03, detail=40)
