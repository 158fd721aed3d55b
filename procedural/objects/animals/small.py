"""Build functions of small crawling and flying animals: butterfly, bee, ladybird, snail, caterpillar and spider."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, both
from procedural.geometry.shapes import bead, capsule, cone, dome, pair, sphere, zone
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.eyes import add_big_eyes, add_eyes
from procedural.objects.parts.muzzle import add_smile

FORE_WING = [(0.02, 0.0), (0.12, 0.3), (0.36, 0.5), (0.56, 0.46), (0.55, 0.22), (0.3, 0.0)]
HIND_WING = [(0.02, 0.02), (0.28, -0.02), (0.46, -0.18), (0.42, -0.4), (0.24, -0.46), (0.08, -0.2)]
"""Outlines (x, y) of the left wings of a butterfly."""


def butterfly(builder: Builder) -> None:
    """Build a butterfly with two pairs of bright spotted wings spread to the front."""
    wing_size, fold = builder.vary(1.0, 0.12), builder.between(24, 42)
    spots = builder.count(2, 4)

    for outline, middle, spot_angle, spot_spread in (
        (FORE_WING, (0.34, 0.27), 0.2, 0.9),
        (HIND_WING, (0.29, -0.22), -0.3, -1.0),
    ):
        wing = [(x * wing_size, y * wing_size) for x, y in outline]
        centre = (middle[0] * wing_size, middle[1] * wing_size)
        edge, inner = _resize(wing, centre, 1.16), _resize(wing, centre, 0.5)
        for layer, thickness, colour in ((edge, 0.025, "black"), (wing, 0.04, MAIN), (inner, 0.055, ACCENT)):
            builder.add("wing", pair(prism(layer, thickness, smooth=48).turn(y=-fold)), colour)
        for i in range(spots):
            angle = spot_angle + spot_spread * ((i + 0.5) / spots)
            x, y = 0.53 * wing_size * math.cos(angle), 0.53 * wing_size * math.sin(angle)
            builder.add("spot", pair(bead(0.03, 0.03, 0.024).move(x, y, 0).turn(y=-fold)), "white")
    skin = [
        Capsule((0, 0.18, 0.02), (0, 0.05, 0.02), 0.06, 0.055),
        Capsule((0, 0.02, 0.02), (0, -0.34, 0.02), 0.052, 0.025),
    ]
    builder.blend("body", skin, "dark brown", "fur", smooth=0.03, detail=40)
    builder.add("head", sphere(0.075).move(0, 0.28, 0.03), "dark brown")
    builder.add("eye", pair(sphere(0.03).move(0.035, 0.3, 0.09)), "white", "glossy")
    builder.add("eye", pair(bead(0.016).move(0.037, 0.3, 0.113)), "black")
    feeler = [(0.02, 0.33, 0.04), (0.09, 0.48, 0.06), (0.19, 0.54, 0.06)]
    _add_feelers(builder, feeler, radius=0.012, knob_radius=0.026)


def _resize(outline: Sequence[tuple[float, float]], centre: tuple[float, float], by: float) -> list[Sequence[float]]:
    """Return the outline `by` times as large, seen from `centre`."""
    return [tuple(c + (v - c) * by for c, v in zip(centre, point, strict=True)) for point in outline]


def _add_feelers(
    builder: Builder,
    path: Sequence[Joint],
    *,
    radius: float,
    knob_radius: float,
    colour: str = "black",
    knob_colour: str = "black",
) -> None:
    """Add a pair of feelers with knobs at their ends; `path` is that of the left one."""
    builder.add("antenna", pair(tube(path, radius)), colour)
    builder.add("antenna", pair(bead(knob_radius).move(*path[-1])), knob_colour)


def bee(builder: Builder) -> None:
    """Build a bumblebee: round body in yellow and black bands, clear wings, sting, feelers."""
    length = builder.vary(0.36, 0.1)
    wing_lift = builder.between(20, 50)

    front, rear = (0.0, 0.0, length), (0.0, 0.0, -length)
    builder.add("body", sphere(0.25, 0.25, length), MAIN, "fur")
    hoop = sphere(0.257, 0.257, length * 1.02)
    for share in (-0.55, -0.05, 0.4):
        builder.add("stripe", zone(hoop, 2, (share - 0.14) * length, (share + 0.14) * length), "black", "fur")
    builder.add("sting", cone(0.04, 0.14, sides=16).turn(x=-90).move(*offset(rear, z=-0.04)), "black")
    builder.add("head", sphere(0.19, 0.19, 0.17).move(*offset(front, y=0.04, z=0.02)), "black", "fur")
    face = offset(front, z=0.14)
    eyeball, pupil = sphere(0.07, 0.085, 0.05).turn(y=25), bead(0.038, 0.05, 0.03).turn(y=25)
    add_big_eyes(builder, offset(face, 0.085, 0.07), eyeball, offset(face, 0.1, 0.065, 0.035), pupil)
    add_smile(builder, offset(face, 0.05, -0.055, 0.02), offset(face, 0, -0.08, 0.028), 0.013, "red")
    for size, z in ((1.0, 0.08), (0.7, -0.12)):
        wing = sphere(0.24 * size, 0.02, 0.14 * size).move(x=0.25 * size).turn(z=wing_lift, y=20 - 40 * z)
        builder.add("wing", pair(wing.move(0.06, 0.2, z)), "sky blue", "glass", 1.15)
    feeler = [offset(front, 0.06, 0.19, 0.05), offset(front, 0.1, 0.32, 0.12), offset(front, 0.13, 0.35, 0.2)]
    _add_feelers(builder, feeler, radius=0.016, knob_radius=0.034, knob_colour=MAIN)
    for z in (-0.12, 0.03, 0.17):
        builder.add("leg", pair(capsule((0.12, -0.18, z), (0.18, -0.32, z + 0.02), 0.026)), "black")


def ladybird(builder: Builder) -> None:
    """Build a ladybird: shiny round wing cases with black dots, black head, six legs."""
    width = builder.vary(0.34, 0.06)
    has_middle_spots = builder.chance(0.6)

    spots = [(0.5, 0.35), (0.62, -0.2), (0.3, -0.62)]
    if has_middle_spots:
        spots.append((0.25, 0.02))
    builder.add("shell", dome(1.0).scale(width, 0.3, 0.4).move(y=0.1), MAIN, "glossy")
    seam = [(0, 0.12 + 0.285 * math.sin(a), -0.4 * math.cos(a)) for a in np.linspace(0.05, math.pi - 0.3, 9)]
    builder.add("seam", tube(seam, 0.013), "black")
    for x, z in spots:
        y = math.sqrt(1 - x * x - z * z)
        lean_x, lean_z = math.degrees(math.atan2(z / 0.4, y / 0.3)), -math.degrees(math.atan2(x / width, y / 0.3))
        spot = bead(0.068, 0.02, 0.068).turn(x=lean_x, z=lean_z)
        builder.add("spot", pair(spot.move(x * width, 0.1 + 0.3 * y, z * 0.4)), "black", "glossy")
    builder.add("body", sphere(width * 0.93, 0.09, 0.37).move(y=0.1), "black")
    builder.add("head", sphere(0.19, 0.15, 0.14).move(0, 0.16, 0.38), "black", "glossy")
    eyeball = sphere(0.07, 0.075, 0.05).turn(y=25)
    add_big_eyes(builder, (0.095, 0.21, 0.46), eyeball, (0.105, 0.21, 0.495), bead(0.036))
    feeler = [(0.06, 0.28, 0.42), (0.1, 0.4, 0.48), (0.16, 0.43, 0.53)]
    builder.add("antenna", pair(tube(feeler, 0.015)), "black")
    for z in (-0.2, 0.03, 0.25):
        leg = [(width * 0.7, 0.1, z), (width + 0.1, 0.14, z * 1.15), (width + 0.14, 0.0, z * 1.3)]
        builder.add("leg", pair(tube(leg, 0.026, count=10)), "black")


def snail(builder: Builder) -> None:
    """Build a snail: spiral shell on a soft foot, eyes on stalks, smiling."""
    turns, shell_radius = builder.between(2.1, 2.7), builder.vary(0.3, 0.1)
    head = (0.0, builder.vary(0.38, 0.1), 0.42)

    _add_spiral_shell(builder, turns, shell_radius)
    stalk_tip = offset(head, 0.11, 0.24, 0.05)
    skin = [
        Capsule((0, 0.06, -0.55), (0, 0.09, 0.3), 0.03, 0.115),
        Capsule((0, 0.09, 0.25), head, 0.12, 0.105),
        Ellipsoid(head, (0.125, 0.12, 0.115)),
        Ellipsoid((0, 0.03, -0.05), (0.14, 0.045, 0.45)),
        *both(Capsule(offset(head, 0.05, 0.06), stalk_tip, 0.034, 0.026, "stalk")),
    ]
    builder.blend("body", skin, ACCENT, "glossy", smooth=0.05, detail=58)
    eye = offset(head, 0.11, 0.27, 0.05)
    add_big_eyes(builder, eye, sphere(0.06), offset(eye, z=0.036), bead(0.034))
    add_smile(builder, offset(head, 0.06, -0.03, 0.1), offset(head, 0, -0.06, 0.112), 0.013, "maroon")


def _add_spiral_shell(builder: Builder, turns: float, radius: float) -> None:
    """Add the two halves of a snail's shell, each with a darker line along the spiral."""
    t = np.linspace(0, 1, 60)
    angle = 2 * math.pi * turns * t
    distance = radius * 0.62 * (1 - 0.9 * t)
    narrowing = 1 - 0.82 * t
    coil = np.stack(
        [0.11 * t, 0.16 + radius + distance * np.sin(angle - 1.2), -0.1 + distance * np.cos(angle - 1.2)], -1
    )
    for side in (1, -1):
        half = coil * [side, 1, 1]
        whorls = tube(half, list(radius * 0.46 * narrowing), straight=True, sides=18)
        builder.add("shell", whorls, MAIN, "glossy")
        line = half + np.array([side * 0.42 * radius, 0, 0]) * narrowing[:, None]
        builder.add("shell", tube(line[4:], 0.02, straight=True, sides=8), MAIN, "glossy", 0.7)


def caterpillar(builder: Builder) -> None:
    """Build a caterpillar: a row of bright balls arched up in the middle, many feet, feelers."""
    segments = builder.count(6, 8)
    arch = builder.between(0.05, 0.35)

    for i in range(segments):
        share = i / (segments - 1)
        radius = 0.19 - 0.05 * share
        x, y, z = segment = (0.0, 0.2 + arch * math.sin(math.pi * share) ** 2, 0.6 - 1.25 * share - 0.1)
        builder.add("body", sphere(radius).move(*segment), MAIN if i % 2 else ACCENT)
        for side in (-1, 1):
            foot = sphere(0.055, 0.05, 0.06)
            builder.add("foot", foot.move(x + side * 0.11, y - radius * 0.92, z), "orange")
    head = (0.0, 0.42, 0.66)
    builder.add("head", sphere(0.235).move(*head), MAIN, None, 1.1)
    add_eyes(builder, *offset(head, 0.09, 0.04, 0.2), 0.042)
    builder.add("nose", bead(0.045).move(*offset(head, 0, -0.035, 0.235)), "red")
    corner, middle = offset(head, 0.08, -0.1, 0.2), offset(head, 0, -0.135, 0.205)
    add_smile(builder, corner, middle, 0.014, "maroon", count=10, sides=14)
    feeler = [offset(head, 0.08, 0.2), offset(head, 0.13, 0.36, 0.03), offset(head, 0.2, 0.38, 0.08)]
    _add_feelers(builder, feeler, radius=0.02, knob_radius=0.045, colour="dark green", knob_colour="red")


def spider(builder: Builder) -> None:
    """Build a round furry spider: eight bent striped legs, many eyes, a smile with two fangs."""
    width = builder.vary(0.27, 0.1)
    spots = [(builder.between(15, 60), builder.between(0.05, 0.08)) for _ in range(builder.count(4, 6))]
    leg_length = builder.vary(0.62, 0.1)

    height = 0.3
    abdomen = (0, height + 0.05, -0.2)
    skin = [
        Ellipsoid(abdomen, (width, width * 0.92, width * 1.1)),
        Ellipsoid((0, height, 0.16), (0.19, 0.17, 0.17), part="head"),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=50)
    for i, (lean, radius) in enumerate(spots):
        spot = bead(radius).scale(1, 0.35, 1).move(y=width * 0.94).turn(z=lean).turn(y=math.degrees(2.4 * i))
        builder.add("spot", spot.move(*abdomen), ACCENT)
    for side in (-1, 1):
        for turn in (52, 18, -16, -50):
            x, z = side * math.cos(math.radians(turn)), math.sin(math.radians(turn))
            knee = (leg_length * 0.5 * x, height + 0.24, 0.1 + leg_length * 0.5 * z)
            leg = [
                (0.12 * x, height, 0.1 + 0.1 * z),
                knee,
                (leg_length * 0.85 * x, 0.16, 0.1 + leg_length * 0.85 * z),
                (leg_length * x, 0.0, 0.1 + leg_length * z),
            ]
            builder.add("leg", tube(leg, [0.05, 0.045, 0.038, 0.02]), MAIN, "fur")
            builder.add("leg", bead(0.058).move(*offset(knee, y=-0.01)), ACCENT, "fur")
    _add_spider_face(builder, height)


def _add_spider_face(builder: Builder, height: float) -> None:
    """Add two pairs of eyes, a smile and fangs."""
    add_big_eyes(builder, (0.075, height + 0.09, 0.29), sphere(0.07), (0.08, height + 0.09, 0.343), bead(0.036))
    builder.add("eye", pair(bead(0.034).move(0.155, height + 0.14, 0.22)), "black", "glossy")
    add_smile(builder, (0.07, height - 0.03, 0.315), (0, height - 0.06, 0.325), 0.013, "red", count=10, sides=14)
    builder.add("tooth", pair(cone(0.02, 0.06, sides=10).turn(x=180).move(0.035, height - 0.08, 0.32)), "white")
