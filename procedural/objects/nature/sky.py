"""Builders of things in the sky: cloud, sun, moon, planet, rainbow."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import bead, cone, lathe, pair, sphere, torus, zone
from procedural.geometry.sweeps import prism, star, tube
from procedural.objects.parts.eyes import eyes


def cloud(builder: Builder) -> None:
    """A puffy cloud with a sleepy smile; some rain, some carry a bolt of lightning."""
    primitives: list[Primitive] = [Ellipsoid((0, 0.0, 0), (0.36, 0.16, 0.2))]
    count = builder.count(4, 5)
    for i in range(count):
        x = (i / (count - 1) - 0.5) * 0.86
        size = builder.vary(0.25, 0.1) * (1 - 0.95 * x * x)
        primitives.append(
            Ellipsoid((x, 0.1 + 0.16 * (1 - 4 * x * x / 0.8), builder.between(-0.05, 0.05)), (size, size, size * 0.95))
        )
    primitives += [
        Ellipsoid((-0.42, -0.03, 0.0), (0.17, 0.13, 0.14)),
        Ellipsoid((0.42, -0.03, 0.0), (0.17, 0.13, 0.14)),
    ]
    builder.blend("puff", primitives, MAIN, None, smooth=0.05, detail=60)
    eyes(builder, 0.1, 0.1, 0.22, 0.035)
    builder.add(
        "mouth", tube([(-0.06, 0.02, 0.225), (0, -0.015, 0.235), (0.06, 0.02, 0.225)], 0.014, count=10), "maroon"
    )
    builder.add("cheek", pair(bead(0.045, 0.03, 0.02).move(0.18, 0.035, 0.205)), "pink")
    weather = builder.choose(["rain", "lightning", "rain", "none"])
    if weather == "rain":
        for i in range(9):
            x, z = -0.34 + 0.085 * i, 0.07 * (-1) ** i
            drop = lathe([(0, -0.035), (0.024, -0.025), (0.032, 0.0), (0.02, 0.03), (0, 0.08)], sides=16)
            builder.add("raindrop", drop.move(x, -0.26 - 0.11 * ((i * 2) % 3), z), ACCENT, "glossy")
    elif weather == "lightning":
        bolt = [(0.05, 0.0), (-0.09, -0.22), (0.0, -0.22), (-0.07, -0.46), (0.14, -0.15), (0.04, -0.15), (0.13, 0.0)]
        builder.add("lightning", prism(bolt, 0.06).move(0, -0.1, 0.02), "yellow", "glow")


def sun(builder: Builder) -> None:
    """A smiling sun with a wreath of rays."""
    builder.add("face", sphere(0.34), MAIN, "glossy")
    count = builder.choose([8, 10, 12])
    wavy = builder.chance(0.4)
    for i in range(count):
        long = 0.2 if i % 2 else 0.28
        ray = (
            tube([(0, 0.33, 0), (0.04, 0.45, 0), (-0.04, 0.55, 0), (0.02, 0.62, 0)], [0.075, 0.06, 0.045, 0.01])
            if wavy
            else cone(0.085, long, sides=20).move(y=0.35 + long / 2)
        )
        builder.add("ray", ray.turn(z=360 * i / count), ACCENT, "glossy")
    eyes(builder, 0.12, 0.07, 0.315, 0.045)
    builder.add(
        "mouth",
        tube([(-0.13, -0.06, 0.315), (-0.07, -0.13, 0.315), (0.07, -0.13, 0.315), (0.13, -0.06, 0.315)], 0.022),
        "maroon",
    )
    builder.add("cheek", pair(bead(0.06, 0.045, 0.03).turn(y=35).move(0.2, -0.04, 0.27)), "coral")
    if builder.chance(0.35):
        builder.add("sunglasses", pair(sphere(0.105, 0.08, 0.04).turn(y=14).move(0.12, 0.08, 0.335)), "black", "glossy")
        builder.add("sunglasses", torus(0.335, 0.018).move(y=0.09), "black")


def moon(builder: Builder) -> None:
    """A crescent moon with a face in profile on both sides, craters, and stars hanging by."""
    thick = builder.vary(0.135, 0.1)
    arc = [(0.38 * math.cos(a), 0.38 * math.sin(a), 0.0) for a in np.linspace(math.radians(48), math.radians(312), 40)]
    swell = list(thick * np.sin(np.linspace(0.06, math.pi - 0.06, 21)) ** 0.8)
    builder.add("body", tube(arc, swell, straight=True, sides=28), MAIN)
    for side in (-1, 1):
        out = side * thick
        builder.add("eye", sphere(0.036, 0.042, 0.02).move(-0.33, 0.09, out * 0.93), "black", "glossy")
        smile = [(-0.39, -0.09, out * 1.0), (-0.34, -0.14, out * 0.98), (-0.27, -0.13, out * 0.84)]
        builder.add("mouth", tube(smile, 0.017, count=10), "maroon")
        builder.add("cheek", sphere(0.045, 0.035, 0.02).move(-0.4, -0.01, out * 0.96), "coral")
        for x, y, r in ((-0.28, 0.26, 0.045), (-0.25, -0.29, 0.05), (-0.1, 0.36, 0.035), (-0.08, -0.37, 0.035)):
            builder.add(
                "crater", sphere(r, r, 0.02).move(x, y, out * 0.87 * (1 if x < -0.2 else 0.85)), MAIN, None, 0.78
            )
    for x, y, size in ((0.18, 0.12, 0.13), (0.3, -0.17, 0.1))[: builder.count(1, 2)]:
        builder.add("star", star(size, 0.06).move(x, y, 0), ACCENT, "metal")


def planet(builder: Builder) -> None:
    """A ringed planet with bands of colour, and a small moon."""
    builder.add("globe", sphere(0.36), MAIN)
    tilt = builder.between(12, 28)
    lines = [(-0.75, 0.1), (-0.4, 0.13), (-0.02, 0.1), (0.34, 0.16), (0.72, 0.09)]
    for k, (share, wide) in enumerate(lines[: builder.count(4, 5)]):
        middle = share + builder.between(-0.06, 0.06)
        belt_shape = zone(sphere(0.366), 1, 0.366 * (middle - 0.6 * wide), 0.366 * (middle + 0.6 * wide))
        builder.add("band", belt_shape.turn(z=tilt), ACCENT if k % 2 else MAIN, None, 1.0 if k % 2 else 0.75)
    builder.add(
        "band", bead(0.08, 0.05, 0.03).move(0, 0, 0.35).turn(x=18, y=builder.between(-40, 40)), ACCENT, None, 0.8
    )
    for radius, wide, shade in ((0.5, 0.045, 1.0), (0.62, 0.05, 0.82)):
        hoop = lathe(
            [(radius - wide, -0.014), (radius + wide, -0.014), (radius + wide, 0.014), (radius - wide, 0.014)],
            closed=True,
            sides=72,
        )
        builder.add("ring", hoop.turn(x=12, z=tilt), ACCENT, None, shade)
    angle = builder.between(0, 6.28)
    builder.add("moon", sphere(0.075).move(0.56 * math.sin(angle), 0.4, 0.3 * math.cos(angle)), "light grey", "stone")


def rainbow(builder: Builder) -> None:
    """A rainbow arch between two puffy clouds."""
    high = builder.vary(1.0, 0.1)
    hues = builder.choose(
        [
            ("red", "orange", "yellow", "green", "blue", "violet"),
            ("red", "orange", "yellow", "green", "sky blue", "blue", "violet"),
        ]
    )
    for i, hue in enumerate(hues):
        band = torus(0.52 - 0.052 * i, 0.033, arc_deg=180, sides=40).turn(x=-90).turn(z=90)
        builder.add("arch", band.scale(1, high, 1.6), hue, "glossy")
    for side in (-1, 1):
        primitives: list[Primitive] = [Ellipsoid((side * 0.37, 0.0, 0.0), (0.2, 0.11, 0.14))]
        for i in range(builder.count(4, 5)):
            x = side * 0.37 + (i - 1.8) * 0.105
            primitives.append(
                Ellipsoid((x, 0.02 + 0.06 * (i % 2), builder.between(-0.04, 0.06)), builder.between(0.105, 0.135))
            )
        builder.blend("cloud", primitives, MAIN, smooth=0.03, detail=40)
