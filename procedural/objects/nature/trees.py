"""Build functions of trees and bushes. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, bead, box, capsule, cone, cylinder, lathe, pair, ring, sphere
from procedural.geometry.sweeps import star, tube
from procedural.objects.parts.scatter import GOLDEN_ANGLE


def _add_trunk(builder: Builder, height: float, radius: float) -> None:
    """Add a trunk with spreading roots and two boughs."""
    lean = builder.between(-0.05, 0.05)
    trunk = [(0, 0, 0), (lean, height * 0.5, 0), (lean * 0.5, height, 0)]
    builder.add("trunk", tube(trunk, [radius * 1.25, radius, radius * 0.9, radius * 0.8]), "brown", "wood")
    root = capsule((0, 0.1, 0), (0.0, 0.015, radius * 2.0), radius * 0.6, radius * 0.28)
    for i in range(5):
        builder.add("trunk", root.turn(y=72 * i + builder.between(-14, 14)), "brown", "wood")
    for side in (-1, 1):
        y = height * builder.between(0.6, 0.72)
        bough = [(0, y, 0), (side * 0.13, y + 0.12, 0.03 * side), (side * 0.25, y + 0.22, 0.05 * side)]
        builder.add("branch", tube(bough, [radius * 0.55, radius * 0.42, radius * 0.3]), "brown", "wood")


def _foliage(builder: Builder, centre: Joint, half_axes: Joint, count: int, puff_radius: float) -> list[Primitive]:
    """Return an ellipsoid with `count` puffs spread over its surface."""
    (x, y, z), (a, b, c) = centre, half_axes
    primitives: list[Primitive] = [Ellipsoid(centre, (a * 0.92, b * 0.92, c * 0.92))]
    for i in range(count):
        height = 1 - 2 * (i + 0.5) / count
        angle, across = GOLDEN_ANGLE * i, math.sqrt(1 - height * height)
        at = (
            x + a * 0.82 * across * math.cos(angle),
            y + b * 0.85 * height,
            z + c * 0.82 * across * math.sin(angle),
        )
        primitives.append(Ellipsoid(at, builder.vary(puff_radius, 0.22)))
    return primitives


def _point_on_foliage(builder: Builder, centre: Joint, half_axes: Joint, scale: float) -> Joint:
    """Return a random point on an ellipsoid `scale` times the size of the foliage, not on its underside."""
    angle, height = builder.between(0, 6.28), builder.between(-0.55, 0.8)
    across = math.sqrt(1 - height * height)
    (x, y, z), (a, b, c) = centre, half_axes
    return (
        x + a * scale * across * math.cos(angle),
        y + b * scale * height,
        z + c * scale * across * math.sin(angle),
    )


def tree(builder: Builder) -> None:
    """Build a broad leafy tree: a stout trunk with roots, a billowing crown, grass; some have fruit or a hollow."""
    trunk_height, trunk_radius = builder.vary(0.5, 0.12), builder.vary(0.085, 0.15)
    _add_trunk(builder, trunk_height + 0.1, trunk_radius)
    crown_width, crown_height = builder.vary(0.42, 0.12), builder.vary(0.34, 0.12)
    centre = (0.0, trunk_height + crown_height * 0.85, 0.0)
    half_axes = (crown_width, crown_height, crown_width * 0.95)

    crown = _foliage(builder, centre, half_axes, builder.count(16, 24), builder.between(0.13, 0.18))
    for side in (-1, 1):
        at = (side * crown_width * 0.72, trunk_height + 0.18, 0.05 * side)
        crown.append(Ellipsoid(at, builder.vary(0.17, 0.15)))
    builder.blend("crown", crown, MAIN, "leaf", smooth=0.035, detail=58)
    for i in range(26):
        place = _point_on_foliage(builder, centre, half_axes, 1.08)
        tuft = bead(builder.between(0.04, 0.07)).scale(1, 0.8, 1)
        builder.add("crown", tuft.move(*place), MAIN, "leaf", 0.85 if i % 2 else 1.15)
    if builder.chance(0.55):
        for _ in range(builder.count(7, 11)):
            place = _point_on_foliage(builder, centre, half_axes, 1.13)
            builder.add("fruit", bead(0.045).move(*place), ACCENT, "glossy")
    if builder.chance(0.4):
        builder.add("hole", sphere(0.045, 0.06, 0.03).move(0, trunk_height * 0.5, trunk_radius * 0.95), "dark brown")
    for i in range(builder.count(4, 7)):
        angle, distance = 1.1 * i + builder.between(0, 0.8), builder.between(0.14, 0.26)
        blade = cone(0.03, builder.between(0.08, 0.13), sides=8)
        builder.add("grass", blade.move(distance * math.sin(angle), 0.04, distance * math.cos(angle)), "green")


def cherry_tree(builder: Builder) -> None:
    """Build a blossoming cherry tree: a bent dark trunk, a layered pink crown, petals on the ground."""
    bend = builder.choose((-1, 1)) * builder.between(0.1, 0.22)
    fork = (bend * 0.3, 0.48, 0.0)

    trunk = [(0, 0, 0), (bend, 0.28, 0.02), (bend * 0.2, 0.56, 0.0), (-bend * 0.3, 0.8, 0)]
    builder.add("trunk", tube(trunk, [0.1, 0.075, 0.06, 0.04]), "dark brown", "wood")
    root = capsule((0, 0.09, 0), (0, 0.015, 0.16), 0.05, 0.024)
    for i in range(4):
        builder.add("trunk", root.turn(y=90 * i + 30), "dark brown", "wood")
    clusters = [
        ((-bend * 0.5, 0.86, 0.0), 0.27),
        ((bend + 0.24, 0.58, 0.06), 0.19),
        ((-0.33, 0.62, -0.02), 0.2),
        ((0.06, 0.68, -0.25), 0.19),
        ((-0.05, 0.64, 0.24), 0.17),
    ]
    blossom: list[Primitive] = []
    for centre, radius in clusters:
        builder.add("branch", capsule(fork, centre, 0.04, 0.025), "dark brown", "wood")
        blossom += _foliage(builder, centre, (radius, radius * 0.6, radius), 8, radius * 0.42)
    builder.blend("blossom", blossom, MAIN, "leaf", smooth=0.03, detail=60)
    for _ in range(34):
        centre, radius = builder.choose(clusters)
        flower = bead(builder.between(0.024, 0.04))
        place = _point_on_foliage(builder, centre, (radius, radius * 0.6, radius), 1.16)
        builder.add("flower", flower.move(*place), ACCENT)
    builder.add("ground", sphere(0.36, 0.035, 0.34), "green")
    for _ in range(10):
        angle, distance = builder.between(0, 6.28), builder.between(0.12, 0.3)
        place = (distance * math.sin(angle), 0.035 - 0.03 * distance, distance * math.cos(angle))
        builder.add("petal", bead(0.024, 0.012, 0.024).move(*place), MAIN)


def _add_conifer(builder: Builder, tiers: int, width: float, height: float) -> list[tuple[float, float]]:
    """Add a trunk and drooping tiers of needles; return the radius and the rim height of each tier."""
    builder.add("trunk", cylinder(0.075, 0.3, top=0.06).move(y=0.12), "brown", "wood")
    point_count = builder.count(8, 11)
    tier_height = (height - 0.2) / tiers * 1.5
    rims = []
    for i in range(tiers):
        share = i / tiers
        radius, rim_y = width * (1 - 0.8 * share), 0.2 + (height - 0.2) * share * 0.88
        profile = [
            (0, 0.05),
            (radius * 0.75, 0.02),
            (radius, 0.0),
            (radius * 0.97, 0.035),
            (radius * 0.55, tier_height * 0.45),
            (0.0, tier_height),
        ]

        def droop(points: Floats, turn: float = 0.6 * i, radius: float = radius) -> Floats:
            outward = np.hypot(points[:, 0], points[:, 2]) / radius
            wave = np.cos(point_count * np.arctan2(points[:, 0], points[:, 2]) + turn * point_count)
            points[:, [0, 2]] *= (1 + 0.09 * wave * outward**2)[:, None]
            points[:, 1] += 0.12 * radius * wave * outward**3 - 0.12 * radius * outward**2
            return points

        tier = lathe(profile, sides=72).warp(droop, 50).move(y=rim_y)
        builder.add("branch", tier, MAIN, "leaf", 0.9 + 0.14 * (i % 2))
        rims.append((radius, rim_y))
    return rims


def pine(builder: Builder) -> None:
    """Build a pine or fir: tiers of drooping needles on a straight trunk, with snow or cones."""
    rims = _add_conifer(builder, builder.count(4, 5), builder.vary(0.4, 0.14), builder.vary(1.15, 0.1))
    if builder.chance(0.35):
        for radius, rim_y in rims:
            snow = [
                (radius * 0.3, 0.15 * radius + 0.06),
                (radius * 0.72, 0.02),
                (radius * 0.8, 0.055),
                (radius * 0.3, 0.42 * radius + 0.05),
            ]
            builder.add("snow", lathe(snow, closed=True).move(y=rim_y), ACCENT)
    else:
        for radius, rim_y in rims[:-1]:
            for _ in range(3):
                angle = builder.between(0, 6.28)
                place = (radius * 0.85 * math.sin(angle), rim_y - 0.05, radius * 0.85 * math.cos(angle))
                builder.add("pine cone", sphere(0.03, 0.05, 0.03).move(*place), "brown")
    builder.add("ground", sphere(0.26, 0.03, 0.25), "green" if builder.chance(0.5) else "brown")


def christmas_tree(builder: Builder) -> None:
    """Build a Christmas tree: baubles, a winding garland, a golden star, presents at its foot."""
    rims = _add_conifer(builder, 4, builder.vary(0.42, 0.08), builder.vary(1.1, 0.08))
    palette = builder.choose([("red", "gold", "sky blue"), ("red", "silver", "purple"), ("hot pink", "yellow", "cyan")])
    top = rims[-1][1] + 0.36

    builder.add("star", star(0.13, 0.055).move(0, top + 0.02, 0), "gold", "metal")
    for tier, (radius, rim_y) in enumerate(rims):
        count = 9 - 2 * tier
        for i in range(count):
            angle = 2 * math.pi * (i + 0.5 * (tier % 2)) / count
            place = (radius * 0.97 * math.sin(angle), rim_y - 0.05, radius * 0.97 * math.cos(angle))
            builder.add("bauble", bead(0.05).move(*place), palette[(i + tier) % 3], "glossy")
    t = np.linspace(0.02, 0.8, 90)
    around, garland_radius = 2 * math.pi * 3.6 * t, 0.41 * (1 - t * 0.92)
    path = [garland_radius * np.sin(around), 0.27 + (top - 0.3) * t, garland_radius * np.cos(around)]
    builder.add("garland", tube(np.stack(path, -1), 0.018, straight=True, sides=8), ACCENT, "metal")
    for x, z, size, colour in (
        (-0.26, 0.26, 0.17, "red"),
        (0.25, 0.28, 0.14, "sky blue"),
        (0.06, 0.36, 0.11, "purple"),
    ):
        _add_present(builder, x, z, size, colour)


def _add_present(builder: Builder, x: float, z: float, size: float, colour: str) -> None:
    turn = builder.between(-30, 30)
    long_ribbon = box(size * 0.2, size * 1.03, size * 1.03, 0.005)
    cross_ribbon = box(size * 1.03, size * 1.03, size * 0.2, 0.005)
    bow = pair(sphere(size * 0.22, size * 0.14, size * 0.1).turn(z=25).move(size * 0.18, size * 0.6))
    builder.add("present", box(size, size, size, 0.012).turn(y=turn).move(x, size / 2, z), colour)
    ribbons = long_ribbon + cross_ribbon + bow
    builder.add("present", ribbons.turn(y=turn).move(x, size / 2, z), "gold")


def bush(builder: Builder) -> None:
    """Build a round leafy bush with flowers or berries."""
    width, height = builder.vary(0.42, 0.1), builder.vary(0.34, 0.14)
    clusters = [((0.0, height * 0.9, 0.0), (width * 0.8, height, width * 0.75))]  # centre and half axes
    for i in range(builder.count(3, 5)):
        angle, size = 2.2 * i + builder.between(0, 0.6), builder.between(0.5, 0.68)
        centre = (width * 0.62 * math.sin(angle), height * size * 0.72, width * 0.62 * math.cos(angle))
        clusters.append((centre, (width * size, height * size, width * size)))
    foliage: list[Primitive] = []
    for centre, half_axes in clusters:
        foliage += _foliage(builder, centre, half_axes, 14, half_axes[0] * 0.32)
    builder.blend("leaf", foliage, MAIN, "leaf", smooth=0.03, detail=58)
    for i in range(20):
        centre, half_axes = builder.choose(clusters)
        tuft = bead(0.06, 0.022, 0.04) if i % 3 else bead(0.05)
        tuft = tuft.turn(x=builder.between(-60, 60), z=builder.between(-60, 60))
        place = _point_on_foliage(builder, centre, half_axes, 0.98)
        builder.add("leaf", tuft.move(*place), MAIN, "leaf", 1.18 if i % 2 else 0.85)
    has_berries = builder.chance(0.5)
    petals = ring(bead(0.026, 0.014, 0.026).move(z=0.03), 5)
    for _ in range(builder.count(12, 16)):
        centre, half_axes = builder.choose(clusters)
        x, y, z = _point_on_foliage(builder, centre, half_axes, 1.02)
        if has_berries:
            builder.add("berry", bead(0.032).move(x, y, z), ACCENT, "glossy")
        else:
            builder.add("flower", petals.turn(x=50 * (z > 0)).move(x, y, z), ACCENT)
            builder.add("flower", bead(0.022).move(x, y + 0.008, z + 0.01), "yellow")
