"""Builders of trees and bushes: leafy tree, pine, Christmas tree, cherry tree, bush."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, bead, box, capsule, cone, cylinder, lathe, pair, ring, sphere
from procedural.geometry.sweeps import star, tube


def _trunk(builder: Builder, tall: float, thick: float) -> None:
    """A trunk with spreading roots and two boughs."""
    lean = builder.between(-0.05, 0.05)
    builder.add(
        "trunk",
        tube(
            [(0, 0, 0), (lean, tall * 0.5, 0), (lean * 0.5, tall, 0)], [thick * 1.25, thick, thick * 0.9, thick * 0.8]
        ),
        "brown",
        "wood",
    )
    for i in range(5):
        root = capsule((0, 0.1, 0), (0.0, 0.015, thick * 2.0), thick * 0.6, thick * 0.28)
        builder.add("trunk", root.turn(y=72 * i + builder.between(-14, 14)), "brown", "wood")
    for side in (-1, 1):
        y = tall * builder.between(0.6, 0.72)
        bough = [(0, y, 0), (side * 0.13, y + 0.12, 0.03 * side), (side * 0.25, y + 0.22, 0.05 * side)]
        builder.add("branch", tube(bough, [thick * 0.55, thick * 0.42, thick * 0.3]), "brown", "wood")


def _puffs(builder: Builder, middle: Joint, size: Joint, count: int, puff: float) -> list[Primitive]:
    """A cloud of balls round an ellipsoid."""
    x, y, z = middle
    primitives: list[Primitive] = [Ellipsoid(middle, (size[0] * 0.92, size[1] * 0.92, size[2] * 0.92))]
    for i in range(count):
        height = 1 - 2 * (i + 0.5) / count
        angle, flat = 2.399963 * i, math.sqrt(1 - height * height)
        at = (
            x + size[0] * 0.82 * flat * math.cos(angle),
            y + size[1] * 0.85 * height,
            z + size[2] * 0.82 * flat * math.sin(angle),
        )
        primitives.append(Ellipsoid(at, builder.vary(puff, 0.22)))
    return primitives


def _on_puffs(builder: Builder, middle: Joint, size: Joint, out: float) -> Joint:
    """A point on the outside of such a cloud, not at its bottom."""
    angle, height = builder.between(0, 6.28), builder.between(-0.55, 0.8)
    flat = math.sqrt(1 - height * height)
    x, y, z = middle
    return (
        x + size[0] * out * flat * math.cos(angle),
        y + size[1] * out * height,
        z + size[2] * out * flat * math.sin(angle),
    )


def tree(builder: Builder) -> None:
    """A broad leafy tree: stout trunk with roots, billowing crown, often apples, a bird's nest hole, or a swing."""
    tall, thick = builder.vary(0.5, 0.12), builder.vary(0.085, 0.15)
    _trunk(builder, tall + 0.1, thick)
    wide, high = builder.vary(0.42, 0.12), builder.vary(0.34, 0.12)
    middle = (0.0, tall + high * 0.85, 0.0)
    crown = _puffs(builder, middle, (wide, high, wide * 0.95), builder.count(16, 24), builder.between(0.13, 0.18))
    for side in (-1, 1):
        crown.append(Ellipsoid((side * wide * 0.72, tall + 0.18, 0.05 * side), builder.vary(0.17, 0.15)))
    builder.blend("crown", crown, MAIN, "leaf", smooth=0.035, detail=58)
    for i in range(26):
        at = _on_puffs(builder, middle, (wide, high, wide * 0.95), 1.08)
        tuft = bead(builder.between(0.04, 0.07)).scale(1, 0.8, 1)
        builder.add("crown", tuft.move(*at), MAIN, "leaf", 0.85 if i % 2 else 1.15)
    if builder.chance(0.55):
        for _ in range(builder.count(7, 11)):
            builder.add(
                "fruit",
                bead(0.045).move(*_on_puffs(builder, middle, (wide, high, wide * 0.95), 1.13)),
                ACCENT,
                "glossy",
            )
    if builder.chance(0.4):
        builder.add("hole", sphere(0.045, 0.06, 0.03).move(0, tall * 0.5, thick * 0.95), "dark brown")
    for i in range(builder.count(4, 7)):
        angle, far = 1.1 * i + builder.between(0, 0.8), builder.between(0.14, 0.26)
        blade = cone(0.03, builder.between(0.08, 0.13), sides=8)
        builder.add("grass", blade.move(far * math.sin(angle), 0.04, far * math.cos(angle)), "green")


def cherry_tree(builder: Builder) -> None:
    """A blossoming cherry tree: bent dark trunk, layered pink crown, petals on the ground."""
    bend = builder.choose((-1, 1)) * builder.between(0.1, 0.22)
    trunk = [(0, 0, 0), (bend, 0.28, 0.02), (bend * 0.2, 0.56, 0.0), (-bend * 0.3, 0.8, 0)]
    builder.add("trunk", tube(trunk, [0.1, 0.075, 0.06, 0.04]), "dark brown", "wood")
    for i in range(4):
        builder.add(
            "trunk", capsule((0, 0.09, 0), (0, 0.015, 0.16), 0.05, 0.024).turn(y=90 * i + 30), "dark brown", "wood"
        )
    pads = [
        ((-bend * 0.5, 0.86, 0.0), 0.27),
        ((bend + 0.24, 0.58, 0.06), 0.19),
        ((-0.33, 0.62, -0.02), 0.2),
        ((0.06, 0.68, -0.25), 0.19),
        ((-0.05, 0.64, 0.24), 0.17),
    ]
    primitives: list[Primitive] = []
    for at, reach in pads:
        start = (bend * 0.3, 0.48, 0.0)
        builder.add("branch", capsule(start, at, 0.04, 0.025), "dark brown", "wood")
        primitives += _puffs(builder, at, (reach, reach * 0.6, reach), 8, reach * 0.42)
    builder.blend("blossom", primitives, MAIN, "leaf", smooth=0.03, detail=60)
    for _ in range(34):
        at, reach = builder.choose(pads)
        builder.add(
            "flower",
            bead(builder.between(0.024, 0.04)).move(*_on_puffs(builder, at, (reach, reach * 0.6, reach), 1.16)),
            ACCENT,
        )
    builder.add("ground", sphere(0.36, 0.035, 0.34).move(y=0.0), "green")
    for _ in range(10):
        angle, far = builder.between(0, 6.28), builder.between(0.12, 0.3)
        builder.add(
            "petal",
            bead(0.024, 0.012, 0.024).move(far * math.sin(angle), 0.035 - 0.03 * far, far * math.cos(angle)),
            MAIN,
        )


def _conifer(builder: Builder, tiers: int, wide: float, tall: float) -> list[tuple[float, float]]:
    """Trunk and drooping tiers of needles; gives each tier's radius and the height of its rim."""
    builder.add("trunk", cylinder(0.075, 0.3, top=0.06).move(y=0.12), "brown", "wood")
    rims = []
    points = builder.count(8, 11)
    for i in range(tiers):
        share = i / tiers
        radius, low = wide * (1 - 0.8 * share), 0.2 + (tall - 0.2) * share * 0.88
        high = (tall - 0.2) / tiers * 1.5
        profile = [
            (0, 0.05),
            (radius * 0.75, 0.02),
            (radius, 0.0),
            (radius * 0.97, 0.035),
            (radius * 0.55, high * 0.45),
            (0.0, high),
        ]

        def droop(p: Floats, turn: float = 0.6 * i, radius: float = radius) -> Floats:
            far = np.hypot(p[:, 0], p[:, 2]) / radius
            wave = np.cos(points * np.arctan2(p[:, 0], p[:, 2]) + turn * points)
            p[:, [0, 2]] *= (1 + 0.09 * wave * far**2)[:, None]
            p[:, 1] += 0.12 * radius * wave * far**3 - 0.12 * radius * far**2
            return p

        shape = lathe(profile, sides=72).warp(droop, 50).move(y=low)
        builder.add("branch", shape, MAIN, "leaf", 0.9 + 0.14 * (i % 2))
        rims.append((radius, low))
    return rims


def pine(builder: Builder) -> None:
    """A pine or fir: tiers of drooping green needles on a straight trunk; some with snow or cones."""
    rims = _conifer(builder, builder.count(4, 5), builder.vary(0.4, 0.14), builder.vary(1.15, 0.1))
    if builder.chance(0.35):
        for radius, low in rims:
            snow = lathe(
                [
                    (radius * 0.3, 0.15 * radius + 0.06),
                    (radius * 0.72, 0.02),
                    (radius * 0.8, 0.055),
                    (radius * 0.3, 0.42 * radius + 0.05),
                ],
                closed=True,
            )
            builder.add("snow", snow.move(y=low), ACCENT)
    else:
        for radius, low in rims[:-1]:
            for _ in range(3):
                angle = builder.between(0, 6.28)
                nut = sphere(0.03, 0.05, 0.03).move(
                    radius * 0.85 * math.sin(angle), low - 0.05, radius * 0.85 * math.cos(angle)
                )
                builder.add("pine cone", nut, "brown")
    builder.add("ground", sphere(0.26, 0.03, 0.25), "green" if builder.chance(0.5) else "brown")


def christmas_tree(builder: Builder) -> None:
    """A Christmas tree: baubles, a winding garland, a golden star, presents at its foot."""
    rims = _conifer(builder, 4, builder.vary(0.42, 0.08), builder.vary(1.1, 0.08))
    top = rims[-1][1] + 0.36
    builder.add("star", star(0.13, 0.055).move(0, top + 0.02, 0), "gold", "metal")
    palette = builder.choose([("red", "gold", "sky blue"), ("red", "silver", "purple"), ("hot pink", "yellow", "cyan")])
    for k, (radius, low) in enumerate(rims):
        count = 9 - 2 * k
        for i in range(count):
            angle = 2 * math.pi * (i + 0.5 * (k % 2)) / count
            ball = bead(0.05).move(radius * 0.97 * math.sin(angle), low - 0.05, radius * 0.97 * math.cos(angle))
            builder.add("bauble", ball, palette[(i + k) % 3], "glossy")
    t = np.linspace(0.02, 0.8, 90)
    around, reach = 2 * math.pi * 3.6 * t, 0.41 * (1 - t * 0.92)
    path = np.stack([reach * np.sin(around), 0.27 + (top - 0.3) * t, reach * np.cos(around)], -1)
    builder.add("garland", tube(path, 0.018, straight=True, sides=8), ACCENT, "metal")
    for x, z, size, colour in (
        (-0.26, 0.26, 0.17, "red"),
        (0.25, 0.28, 0.14, "sky blue"),
        (0.06, 0.36, 0.11, "purple"),
    ):
        gift = box(size, size, size, 0.012)
        bow = (
            box(size * 0.2, size * 1.03, size * 1.03, 0.005)
            + box(size * 1.03, size * 1.03, size * 0.2, 0.005)
            + pair(sphere(size * 0.22, size * 0.14, size * 0.1).turn(z=25).move(size * 0.18, size * 0.6))
        )
        turn = builder.between(-30, 30)
        builder.add("present", gift.turn(y=turn).move(x, size / 2, z), colour)
        builder.add("present", bow.turn(y=turn).move(x, size / 2, z), "gold")


def bush(builder: Builder) -> None:
    """A round leafy bush with flowers or berries."""
    wide, tall = builder.vary(0.42, 0.1), builder.vary(0.34, 0.14)
    primitives: list[Primitive] = []
    spots = [((0.0, tall * 0.9, 0.0), (wide * 0.8, tall, wide * 0.75))]
    for i in range(builder.count(3, 5)):
        angle = 2.2 * i + builder.between(0, 0.6)
        size = builder.between(0.5, 0.68)
        spots.append(
            (
                (wide * 0.62 * math.sin(angle), tall * size * 0.72, wide * 0.62 * math.cos(angle)),
                (wide * size, tall * size, wide * size),
            )
        )
    for at, size3 in spots:
        primitives += _puffs(builder, at, size3, 14, size3[0] * 0.32)
    builder.blend("leaf", primitives, MAIN, "leaf", smooth=0.03, detail=58)
    for i in range(20):
        at, size3 = builder.choose(spots)
        tuft = bead(0.06, 0.022, 0.04) if i % 3 else bead(0.05)
        builder.add(
            "leaf",
            tuft.turn(x=builder.between(-60, 60), z=builder.between(-60, 60)).move(
                *_on_puffs(builder, at, size3, 0.98)
            ),
            MAIN,
            "leaf",
            1.18 if i % 2 else 0.85,
        )
    berries = builder.chance(0.5)
    for _ in range(builder.count(12, 16)):
        at, size3 = builder.choose(spots)
        x, y, z = _on_puffs(builder, at, size3, 1.02)
        if berries:
            builder.add("berry", bead(0.032).move(x, y, z), ACCENT, "glossy")
        else:
            builder.add(
                "flower", (ring(bead(0.026, 0.014, 0.026).move(z=0.03), 5)).turn(x=50 * (z > 0)).move(x, y, z), ACCENT
            )
            builder.add("flower", bead(0.022).move(x, y + 0.008, z + 0.01), "yellow")
