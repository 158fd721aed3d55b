"""Build functions of things in the sky. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import bead, cone, lathe, pair, sphere, torus, zone
from procedural.geometry.sweeps import prism, star, tube
from procedural.objects.parts.eyes import add_eyes


def cloud(builder: Builder) -> None:
    """Build a puffy cloud with a sleepy smile; some rain, some carry a bolt of lightning."""
    puff_count = builder.count(4, 5)
    puffs: list[Primitive] = [Ellipsoid((0, 0.0, 0), (0.36, 0.16, 0.2))]
    for i in range(puff_count):
        x = (i / (puff_count - 1) - 0.5) * 0.86
        radius = builder.vary(0.25, 0.1) * (1 - 0.95 * x * x)
        centre = (x, 0.1 + 0.16 * (1 - 4 * x * x / 0.8), builder.between(-0.05, 0.05))
        puffs.append(Ellipsoid(centre, (radius, radius, radius * 0.95)))
    puffs += [Ellipsoid((x, -0.03, 0.0), (0.17, 0.13, 0.14)) for x in (-0.42, 0.42)]
    weather = builder.choose(["rain", "lightning", "rain", "none"])

    builder.blend("puff", puffs, MAIN, None, smooth=0.05, detail=60)
    add_eyes(builder, 0.1, 0.1, 0.22, 0.035)
    mouth = [(-0.06, 0.02, 0.225), (0, -0.015, 0.235), (0.06, 0.02, 0.225)]
    builder.add("mouth", tube(mouth, 0.014, count=10), "maroon")
    builder.add("cheek", pair(bead(0.045, 0.03, 0.02).move(0.18, 0.035, 0.205)), "pink")
    if weather == "rain":
        drop = lathe([(0, -0.035), (0.024, -0.025), (0.032, 0.0), (0.02, 0.03), (0, 0.08)], sides=16)
        for i in range(9):
            x, z = -0.34 + 0.085 * i, 0.07 * (-1) ** i
            builder.add("raindrop", drop.move(x, -0.26 - 0.11 * ((i * 2) % 3), z), ACCENT, "glossy")
    elif weather == "lightning":
        bolt = [(0.05, 0.0), (-0.09, -0.22), (0.0, -0.22), (-0.07, -0.46), (0.14, -0.15), (0.04, -0.15), (0.13, 0.0)]
        builder.add("lightning", prism(bolt, 0.06).move(0, -0.1, 0.02), "yellow", "glow")


def sun(builder: Builder) -> None:
    """Build a smiling sun with straight or wavy rays; some wear sunglasses."""
    ray_count, has_wavy_rays = builder.choose([8, 10, 12]), builder.chance(0.4)
    has_sunglasses = builder.chance(0.35)

    builder.add("face", sphere(0.34), MAIN, "glossy")
    wavy_ray = tube([(0, 0.33, 0), (0.04, 0.45, 0), (-0.04, 0.55, 0), (0.02, 0.62, 0)], [0.075, 0.06, 0.045, 0.01])
    for i in range(ray_count):
        length = 0.2 if i % 2 else 0.28
        ray = wavy_ray if has_wavy_rays else cone(0.085, length, sides=20).move(y=0.35 + length / 2)
        builder.add("ray", ray.turn(z=360 * i / ray_count), ACCENT, "glossy")
    add_eyes(builder, 0.12, 0.07, 0.315, 0.045)
    mouth = [(-0.13, -0.06, 0.315), (-0.07, -0.13, 0.315), (0.07, -0.13, 0.315), (0.13, -0.06, 0.315)]
    builder.add("mouth", tube(mouth, 0.022), "maroon")
    builder.add("cheek", pair(bead(0.06, 0.045, 0.03).turn(y=35).move(0.2, -0.04, 0.27)), "coral")
    if has_sunglasses:
        glass = sphere(0.105, 0.08, 0.04).turn(y=14).move(0.12, 0.08, 0.335)
        builder.add("sunglasses", pair(glass), "black", "glossy")
        builder.add("sunglasses", torus(0.335, 0.018).move(y=0.09), "black")


def moon(builder: Builder) -> None:
    """Build a crescent moon with craters and a face in profile on both sides, one star or two beside it."""
    thickness = builder.vary(0.135, 0.1)
    star_count = builder.count(1, 2)

    turns = np.linspace(math.radians(48), math.radians(312), 40)
    crescent = [(0.38 * math.cos(turn), 0.38 * math.sin(turn), 0.0) for turn in turns]
    radii = list(thickness * np.sin(np.linspace(0.06, math.pi - 0.06, 21)) ** 0.8)
    builder.add("body", tube(crescent, radii, straight=True, sides=28), MAIN)
    for side in (-1, 1):
        surface = side * thickness
        builder.add("eye", sphere(0.036, 0.042, 0.02).move(-0.33, 0.09, surface * 0.93), "black", "glossy")
        smile = [(-0.39, -0.09, surface), (-0.34, -0.14, surface * 0.98), (-0.27, -0.13, surface * 0.84)]
        builder.add("mouth", tube(smile, 0.017, count=10), "maroon")
        builder.add("cheek", sphere(0.045, 0.035, 0.02).move(-0.4, -0.01, surface * 0.96), "coral")
        for x, y, radius in ((-0.28, 0.26, 0.045), (-0.25, -0.29, 0.05), (-0.1, 0.36, 0.035), (-0.08, -0.37, 0.035)):
            z = surface * 0.87 * (1 if x < -0.2 else 0.85)  # the crescent is thinner toward its horns
            builder.add("crater", sphere(radius, radius, 0.02).move(x, y, z), MAIN, None, 0.78)
    for x, y, radius in ((0.18, 0.12, 0.13), (0.3, -0.17, 0.1))[:star_count]:
        builder.add("star", star(radius, 0.06).move(x, y, 0), ACCENT, "metal")


def planet(builder: Builder) -> None:
    """Build a ringed planet with bands of colour, and a small moon."""
    tilt = builder.between(12, 28)
    belts = [(-0.75, 0.1), (-0.4, 0.13), (-0.02, 0.1), (0.34, 0.16), (0.72, 0.09)]
    belts = [(share + builder.between(-0.06, 0.06), width) for share, width in belts[: builder.count(4, 5)]]
    storm_turn = builder.between(-40, 40)
    moon_angle = builder.between(0, 6.28)

    builder.add("globe", sphere(0.36), MAIN)
    for i, (middle, width) in enumerate(belts):
        belt = zone(sphere(0.366), 1, 0.366 * (middle - 0.6 * width), 0.366 * (middle + 0.6 * width))
        colour, shade = (ACCENT, 1.0) if i % 2 else (MAIN, 0.75)
        builder.add("band", belt.turn(z=tilt), colour, None, shade)
    storm = bead(0.08, 0.05, 0.03).move(0, 0, 0.35).turn(x=18, y=storm_turn)
    builder.add("band", storm, ACCENT, None, 0.8)
    for radius, half_width, shade in ((0.5, 0.045, 1.0), (0.62, 0.05, 0.82)):
        inner, outer = radius - half_width, radius + half_width
        hoop = lathe([(inner, -0.014), (outer, -0.014), (outer, 0.014), (inner, 0.014)], closed=True, sides=72)
        builder.add("ring", hoop.turn(x=12, z=tilt), ACCENT, None, shade)
    moon_place = (0.56 * math.sin(moon_angle), 0.4, 0.3 * math.cos(moon_angle))
    builder.add("moon", sphere(0.075).move(*moon_place), "light grey", "stone")


def rainbow(builder: Builder) -> None:
    """Build a rainbow arch between two puffy clouds."""
    height_scale = builder.vary(1.0, 0.1)
    six_hues = ("red", "orange", "yellow", "green", "blue", "violet")
    seven_hues = ("red", "orange", "yellow", "green", "sky blue", "blue", "violet")
    for i, hue in enumerate(builder.choose([six_hues, seven_hues])):
        band = torus(0.52 - 0.052 * i, 0.033, arc_deg=180, sides=40).turn(x=-90).turn(z=90)
        builder.add("arch", band.scale(1, height_scale, 1.6), hue, "glossy")
    for side in (-1, 1):
        puffs: list[Primitive] = [Ellipsoid((side * 0.37, 0.0, 0.0), (0.2, 0.11, 0.14))]
        for i in range(builder.count(4, 5)):
            centre = (side * 0.37 + (i - 1.8) * 0.105, 0.02 + 0.06 * (i % 2), builder.between(-0.04, 0.06))
            puffs.append(Ellipsoid(centre, builder.between(0.105, 0.135)))
        builder.blend("cloud", puffs, MAIN, smooth=0.03, detail=40)
