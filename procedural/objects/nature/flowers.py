"""Builders of small plants: flower, sunflower, rose, tulip."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Floats, bead, cone, dome, join, lathe, ring, sphere, torus
from procedural.geometry.sweeps import sheet, tube


def _stem(builder: Builder, tall: float, thick: float) -> Joint:
    """A curved stem; gives the point where the flower sits."""
    bend = builder.between(-0.07, 0.07)
    builder.add(
        "stem",
        tube([(0, 0, 0), (bend, tall * 0.5, -0.03), (0, tall, 0)], [thick * 1.15, thick, thick]),
        "green",
        "leaf",
    )
    return 0.0, tall, 0.0


def _leaves(builder: Builder, low: float, long: float, wide: float, count: int = 2) -> None:
    """Pointed leaves arching from the stem to the sides."""
    turn = builder.between(-30, 30)
    for i in range(count):
        blade = sphere(long / 2, 0.018, wide / 2).warp(_bow).turn(z=28).move(x=long * 0.44, y=long * 0.2)
        builder.add(
            "leaf", blade.turn(y=turn + 360 * i / count).move(y=low + 0.07 * i), "green", "leaf", 0.85 + 0.2 * (i % 2)
        )


def _bow(points: Floats) -> Floats:
    """Bends a blade's tip down and folds it along the middle."""
    points[:, 1] += -0.9 * points[:, 0] ** 2 * np.sign(points[:, 0] + 9) + 0.35 * np.abs(points[:, 2])
    return points


def pot(builder: Builder, tall: float = 0.28) -> None:
    """A clay pot with earth, its rim at y = 0."""
    profile = [
        (0, -tall),
        (0.15, -tall),
        (0.2, -0.07),
        (0.235, -0.07),
        (0.235, 0.01),
        (0.19, 0.01),
        (0.18, -0.04),
        (0, -0.04),
    ]
    builder.add("pot", lathe(profile), builder.choose(["coral", "sky blue", "yellow", "copper"]), "clay")
    builder.add("soil", dome(0.185, 0.03).move(y=-0.035), "dark brown")


def ground(builder: Builder) -> None:
    """A round patch of grass at the foot of a plant."""
    builder.add("grass", sphere(0.24, 0.045, 0.24), "green", "leaf", 0.75)
    for i in range(9):
        blade = cone(0.026, builder.between(0.1, 0.18), sides=8).turn(x=builder.between(5, 25))
        builder.add("grass", blade.move(y=0.06, z=0.14).turn(y=40 * i), "green", "leaf")


def flower(builder: Builder) -> None:
    """A daisy-like flower: a disc of round petals about a yellow heart, stem with leaves, in a pot or the grass."""
    head = _stem(builder, builder.vary(0.62, 0.12), 0.032)
    _leaves(builder, 0.12, 0.4, 0.15)
    if builder.chance(0.55):
        pot(builder)
    else:
        ground(builder)
    count, long = builder.count(6, 10), builder.vary(0.25, 0.08)
    wide = min(0.125, 2.5 * long / count)
    petal = bead(wide, 0.038, long * 0.56).move(z=long * 0.72).turn(x=-12)
    heart = dome(0.135, 0.085) + sphere(0.13, 0.05, 0.13)
    tilt = builder.between(42, 62)
    bloom = (
        (ring(petal, count), MAIN, 1.0),
        (ring(petal.scale(0.86).move(y=-0.035), count, 180 / count), MAIN, 0.82),
        (heart, ACCENT, 1.0),
    )
    for shape, colour, shade in bloom:
        builder.add(
            "petal" if colour == MAIN else "heart",
            shape.turn(x=tilt).move(head[0], head[1] + 0.02, head[2] + 0.05),
            colour,
            "leaf",
            shade,
        )
    for i in range(22):
        reach, angle = 0.026 * math.sqrt(i), 2.399963 * i
        seed = bead(0.015).move(
            reach * math.sin(angle),
            0.085 * math.sqrt(max(1 - (reach / 0.135) ** 2, 0)) + 0.005,
            reach * math.cos(angle),
        )
        builder.add("heart", seed.turn(x=tilt).move(head[0], head[1] + 0.02, head[2] + 0.05), ACCENT, None, 0.75)


def sunflower(builder: Builder) -> None:
    """A sunflower: great dark disc of seeds, two rings of pointed yellow petals, tall stem, heart-shaped leaves."""
    head = _stem(builder, builder.vary(0.85, 0.1), 0.04)
    _leaves(builder, 0.18, 0.46, 0.22, 3)
    if builder.chance(0.4):
        pot(builder)
    else:
        ground(builder)
    tilt, count = builder.between(62, 80), builder.count(13, 17)
    petal = bead(0.062, 0.018, 0.15)
    petal = petal.warp(
        lambda p: p * np.stack([1 - 0.75 * np.clip(p[:, 2] / 0.15, 0, 1) ** 2, np.ones(len(p)), np.ones(len(p))], -1)
    )
    bloom = [
        ("petal", ring(petal.move(z=0.29).turn(x=-8), count), MAIN, 1.0),
        ("petal", ring(petal.move(z=0.28, y=-0.03), count, 180 / count), MAIN, 0.82),
        ("heart", sphere(0.205, 0.06, 0.205), ACCENT, 1.0),
        ("heart", torus(0.19, 0.03).move(y=0.02), ACCENT, 0.7),
        ("calyx", sphere(0.15, 0.06, 0.15).move(y=-0.05), "green", 1.0),
    ]
    for name, shape, colour, shade in bloom:
        builder.add(name, shape.turn(x=tilt).move(head[0], head[1] + 0.04, head[2] + 0.06), colour, "leaf", shade)
    seeds = []
    for i in range(60):
        reach, angle = 0.0235 * math.sqrt(i + 0.5), 2.399963 * i
        seeds.append(
            bead(0.016).move(
                reach * math.sin(angle),
                0.06 * math.sqrt(max(1 - (reach / 0.205) ** 2, 0)) + 0.004,
                reach * math.cos(angle),
            )
        )
    for k in range(2):
        builder.add(
            "seed",
            join(*seeds[k::2]).turn(x=tilt).move(head[0], head[1] + 0.04, head[2] + 0.06),
            ACCENT,
            None,
            0.6 if k else 1.3,
        )


def rose(builder: Builder) -> None:
    """A rose: petals rolled in a spiral and curling out, thorny stem, toothed leaves."""
    head = _stem(builder, builder.vary(0.68, 0.1), 0.03)
    _leaves(builder, 0.2, 0.3, 0.15, 3)
    for i in range(7):
        thorn = cone(0.02, 0.075, sides=8).turn(x=70).move(z=0.045).turn(y=130 * i)
        builder.add("thorn", thorn.move(y=0.08 + 0.075 * i), "dark green")
    if builder.chance(0.35):
        pot(builder)
    else:
        ground(builder)
    tilt = builder.between(12, 30)
    at = (head[0], head[1] + 0.03, head[2])
    rows = (
        (3, 0.045, 0.25, 0.15, 0.02, 0.8),
        (4, 0.085, 0.25, 0.2, 0.04, 0.95),
        (5, 0.13, 0.235, 0.23, 0.075, 1.05),
        (6, 0.17, 0.2, 0.25, 0.12, 1.0),
    )
    for k, (count, reach, high, wide, curl, shade) in enumerate(rows):
        spine = [
            (0, 0, 0.03),
            (0, high * 0.35, reach * 0.95),
            (0, high * 0.8, reach),
            (0, high + 0.02, reach + curl * 0.55),
            (0, high - curl * 0.25, reach + curl),
        ]
        for lift in (0.0, 0.012):
            petal = sheet(
                spine, [wide * 0.4, wide * 0.95, wide * 1.05, wide * 0.9, wide * 0.3], cup=-0.3 + 0.05 * k
            ).move(z=lift)
            builder.add("petal", ring(petal, count, 37 * k).turn(x=tilt).move(*at), MAIN, "leaf", shade)
    t = np.linspace(0, 1, 40)
    spiral = np.stack([0.045 * (1 - t) * np.sin(14 * t), 0.19 + 0.075 * t, 0.045 * (1 - t) * np.cos(14 * t)], -1)
    builder.add("petal", tube(spiral, 0.026, straight=True, sides=8).turn(x=tilt).move(*at), MAIN, "leaf", 0.75)
    builder.add("petal", sphere(0.1, 0.12, 0.1).move(y=0.1).turn(x=tilt).move(*at), MAIN, "leaf", 0.7)
    sepal = sphere(0.045, 0.016, 0.11).move(z=0.11).turn(x=18)
    builder.add("calyx", (ring(sepal, 5) + sphere(0.075, 0.06, 0.075)).turn(x=tilt).move(*at), "green", "leaf")


def tulip(builder: Builder) -> None:
    """One to three tulips: egg-shaped cups of six petals on straight stems, long broad leaves."""
    count = builder.choose([1, 3, 3])
    for i in range(count):
        tall = builder.vary(0.62 if i == 0 else 0.5, 0.08)
        x, lean = (0.0, 0.0) if i == 0 else ((-1) ** i * 0.12, (-1) ** i * builder.between(12, 20))
        out = math.tan(math.radians(lean)) * tall
        builder.add(
            "stem",
            tube([(x * 0.3, 0, 0), (x * 0.5 + out * 0.3, tall * 0.5, 0.0), (x * 0.5 + out, tall, 0.0)], 0.03),
            "green",
            "leaf",
        )
        wide = builder.vary(0.125, 0.1)
        for k in range(6):
            inner = k % 2
            petal = bead(0.1, 0.19, 0.035)
            petal = petal.warp(
                lambda p: (
                    p * np.stack([1 - 0.55 * np.clip(p[:, 1] / 0.19, 0, 1) ** 2, np.ones(len(p)), np.ones(len(p))], -1)
                )
            )
            petal = petal.turn(x=-8 if inner else -4).move(y=0.15, z=wide * (0.72 if inner else 0.9)).turn(y=60 * k)
            builder.add(
                "petal", petal.turn(z=-lean).move(x * 0.5 + out, tall - 0.02, 0), MAIN, "leaf", 0.85 if inner else 1.0
            )
        builder.add(
            "petal",
            sphere(wide * 0.95, 0.12, wide * 0.95).move(y=0.1).turn(z=-lean).move(x * 0.5 + out, tall - 0.02, 0),
            MAIN,
            "leaf",
            0.9,
        )
        builder.add(
            "heart", bead(0.05, 0.06, 0.05).move(y=0.25).turn(z=-lean).move(x * 0.5 + out, tall - 0.02, 0), "yellow"
        )
    for i in range(builder.count(3, 4)):
        long = builder.between(0.42, 0.58)
        spine = [(0, 0, 0.02), (0, long * 0.45, 0.12), (0, long * 0.85, 0.2), (0, long, 0.32)]
        for lift in (0.0, 0.014):
            blade = sheet(spine, [0.06, 0.13, 0.11, 0.01], cup=0.25).move(z=lift)
            builder.add(
                "leaf", blade.turn(y=120 * i + builder.between(-20, 20) + 60), "green", "leaf", 0.8 + 0.2 * (i % 2)
            )
    if builder.chance(0.5):
        pot(builder)
    else:
        ground(builder)
