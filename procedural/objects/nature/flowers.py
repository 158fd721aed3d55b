"""Build functions of flowers. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Floats, Shape, bead, cone, dome, join, ring, sphere, torus
from procedural.geometry.sweeps import sheet, tube
from procedural.objects.nature.ground import add_pot_or_grass
from procedural.objects.parts.scatter import GOLDEN_ANGLE


def _add_stem(builder: Builder, height: float, radius: float) -> Joint:
    """Add a curved stem; return its top, where the flower sits."""
    bend = builder.between(-0.07, 0.07)
    top = (0.0, height, 0.0)
    stem = tube([(0, 0, 0), (bend, height * 0.5, -0.03), top], [radius * 1.15, radius, radius])
    builder.add("stem", stem, "green", "leaf")
    return top


def _add_leaves(builder: Builder, y: float, length: float, width: float, count: int = 2) -> None:
    """Add pointed leaves that arch from the stem to the sides, the lowest at the height y."""
    turn = builder.between(-30, 30)

    def arch_and_fold(points: Floats) -> Floats:
        points[:, 1] += -0.9 * points[:, 0] ** 2 + 0.35 * np.abs(points[:, 2])
        return points

    blade = sphere(length / 2, 0.018, width / 2).warp(arch_and_fold).turn(z=28).move(x=length * 0.44, y=length * 0.2)
    for i in range(count):
        leaf = blade.turn(y=turn + 360 * i / count).move(y=y + 0.07 * i)
        builder.add("leaf", leaf, "green", "leaf", 0.85 + 0.2 * (i % 2))


def _narrow_to_tip(petal: Shape, axis: int, length: float, share: float) -> Shape:
    """Return the petal with its width (x) reduced toward its tip at `length` on the axis, there by `share`."""

    def narrow(points: Floats) -> Floats:
        points[:, 0] *= 1 - share * np.clip(points[:, axis] / length, 0, 1) ** 2
        return points

    return petal.warp(narrow)


def _point_on_dome(reach: float, angle: float, radius: float, height: float) -> Joint:
    """Return the point at the distance `reach` from the axis of a dome with this radius and height."""
    y = height * math.sqrt(max(1 - (reach / radius) ** 2, 0))
    return reach * math.sin(angle), y, reach * math.cos(angle)


def flower(builder: Builder) -> None:
    """Build a daisy-like flower: round petals about a yellow heart, a stem with leaves, in a pot or in grass."""
    x, top, z = _add_stem(builder, builder.vary(0.62, 0.12), 0.032)
    _add_leaves(builder, 0.12, 0.4, 0.15)
    add_pot_or_grass(builder, 0.55)
    petal_count, petal_length = builder.count(6, 10), builder.vary(0.25, 0.08)
    tilt = builder.between(42, 62)

    def on_stem(shape: Shape) -> Shape:
        return shape.turn(x=tilt).move(x, top + 0.02, z + 0.05)

    petal_width = min(0.125, 2.5 * petal_length / petal_count)
    petal = bead(petal_width, 0.038, petal_length * 0.56).move(z=petal_length * 0.72).turn(x=-12)
    upper_petals = ring(petal, petal_count)
    lower_petals = ring(petal.scale(0.86).move(y=-0.035), petal_count, 180 / petal_count)
    builder.add("petal", on_stem(upper_petals), MAIN, "leaf", 1.0)
    builder.add("petal", on_stem(lower_petals), MAIN, "leaf", 0.82)
    builder.add("heart", on_stem(dome(0.135, 0.085) + sphere(0.13, 0.05, 0.13)), ACCENT, "leaf", 1.0)
    for i in range(22):
        seed_x, seed_y, seed_z = _point_on_dome(0.026 * math.sqrt(i), GOLDEN_ANGLE * i, 0.135, 0.085)
        seed = bead(0.015).move(seed_x, seed_y + 0.005, seed_z)
        builder.add("heart", on_stem(seed), ACCENT, None, 0.75)


def sunflower(builder: Builder) -> None:
    """Build a sunflower: a big dark disc of seeds, two rings of pointed petals, a tall stem and broad leaves."""
    x, top, z = _add_stem(builder, builder.vary(0.85, 0.1), 0.04)
    _add_leaves(builder, 0.18, 0.46, 0.22, 3)
    add_pot_or_grass(builder, 0.4)
    tilt, petal_count = builder.between(62, 80), builder.count(13, 17)

    def on_stem(shape: Shape) -> Shape:
        return shape.turn(x=tilt).move(x, top + 0.04, z + 0.06)

    petal = _narrow_to_tip(bead(0.062, 0.018, 0.15), axis=2, length=0.15, share=0.75)
    upper_petals = ring(petal.move(z=0.29).turn(x=-8), petal_count)
    lower_petals = ring(petal.move(z=0.28, y=-0.03), petal_count, 180 / petal_count)
    builder.add("petal", on_stem(upper_petals), MAIN, "leaf", 1.0)
    builder.add("petal", on_stem(lower_petals), MAIN, "leaf", 0.82)
    builder.add("heart", on_stem(sphere(0.205, 0.06, 0.205)), ACCENT, "leaf", 1.0)
    builder.add("heart", on_stem(torus(0.19, 0.03).move(y=0.02)), ACCENT, "leaf", 0.7)
    builder.add("calyx", on_stem(sphere(0.15, 0.06, 0.15).move(y=-0.05)), "green", "leaf", 1.0)
    seeds = []
    for i in range(60):
        seed_x, seed_y, seed_z = _point_on_dome(0.0235 * math.sqrt(i + 0.5), GOLDEN_ANGLE * i, 0.205, 0.06)
        seeds.append(bead(0.016).move(seed_x, seed_y + 0.004, seed_z))
    builder.add("seed", on_stem(join(*seeds[0::2])), ACCENT, None, 1.3)
    builder.add("seed", on_stem(join(*seeds[1::2])), ACCENT, None, 0.6)


def rose(builder: Builder) -> None:
    """Build a rose: petals that curl out round a rolled bud, a thorny stem, leaves."""
    x, top, z = _add_stem(builder, builder.vary(0.68, 0.1), 0.03)
    _add_leaves(builder, 0.2, 0.3, 0.15, 3)
    for i in range(7):
        thorn = cone(0.02, 0.075, sides=8).turn(x=70).move(z=0.045).turn(y=130 * i)
        builder.add("thorn", thorn.move(y=0.08 + 0.075 * i), "dark green")
    add_pot_or_grass(builder, 0.35)
    tilt = builder.between(12, 30)

    def on_stem(shape: Shape) -> Shape:
        return shape.turn(x=tilt).move(x, top + 0.03, z)

    rows = (  # count, radius, height, width, curl, shade; from the inside out
        (3, 0.045, 0.25, 0.15, 0.02, 0.8),
        (4, 0.085, 0.25, 0.2, 0.04, 0.95),
        (5, 0.13, 0.235, 0.23, 0.075, 1.05),
        (6, 0.17, 0.2, 0.25, 0.12, 1.0),
    )
    for i, (count, radius, height, width, curl, shade) in enumerate(rows):
        spine = [
            (0, 0, 0.03),
            (0, height * 0.35, radius * 0.95),
            (0, height * 0.8, radius),
            (0, height + 0.02, radius + curl * 0.55),
            (0, height - curl * 0.25, radius + curl),
        ]
        petal = sheet(spine, [width * 0.4, width * 0.95, width * 1.05, width * 0.9, width * 0.3], cup=-0.3 + 0.05 * i)
        for z_offset in (0.0, 0.012):
            builder.add("petal", on_stem(ring(petal.move(z=z_offset), count, 37 * i)), MAIN, "leaf", shade)
    t = np.linspace(0, 1, 40)
    spiral = np.stack([0.045 * (1 - t) * np.sin(14 * t), 0.19 + 0.075 * t, 0.045 * (1 - t) * np.cos(14 * t)], -1)
    builder.add("petal", on_stem(tube(spiral, 0.026, straight=True, sides=8)), MAIN, "leaf", 0.75)
    builder.add("petal", on_stem(sphere(0.1, 0.12, 0.1).move(y=0.1)), MAIN, "leaf", 0.7)
    sepal = sphere(0.045, 0.016, 0.11).move(z=0.11).turn(x=18)
    builder.add("calyx", on_stem(ring(sepal, 5) + sphere(0.075, 0.06, 0.075)), "green", "leaf")


def tulip(builder: Builder) -> None:
    """Build one tulip or three: egg-shaped cups of six petals, straight stems, long broad leaves."""
    for i in range(builder.choose([1, 3, 3])):
        height = builder.vary(0.62 if i == 0 else 0.5, 0.08)
        side = 0 if i == 0 else (-1) ** i
        _add_tulip(builder, height, 0.12 * side, side * builder.between(12, 20) if side else 0.0)
    for i in range(builder.count(3, 4)):
        length = builder.between(0.42, 0.58)
        spine = [(0, 0, 0.02), (0, length * 0.45, 0.12), (0, length * 0.85, 0.2), (0, length, 0.32)]
        blade = sheet(spine, [0.06, 0.13, 0.11, 0.01], cup=0.25)
        for z in (0.0, 0.014):
            leaf = blade.move(z=z).turn(y=120 * i + builder.between(-20, 20) + 60)
            builder.add("leaf", leaf, "green", "leaf", 0.8 + 0.2 * (i % 2))
    add_pot_or_grass(builder, 0.5)


def _add_tulip(builder: Builder, height: float, x: float, lean: float) -> None:
    """Add one stem with its cup; `lean` is in degrees toward +x."""
    radius = builder.vary(0.125, 0.1)
    top_x = math.tan(math.radians(lean)) * height
    cup = (x * 0.5 + top_x, height - 0.02, 0.0)

    stem = [(x * 0.3, 0, 0), (x * 0.5 + top_x * 0.3, height * 0.5, 0.0), (x * 0.5 + top_x, height, 0.0)]
    builder.add("stem", tube(stem, 0.03), "green", "leaf")
    petal = _narrow_to_tip(bead(0.1, 0.19, 0.035), axis=1, length=0.19, share=0.55)
    for i in range(6):
        tilt, share, shade = (-8, 0.72, 0.85) if i % 2 else (-4, 0.9, 1.0)  # inner and outer petals
        placed = petal.turn(x=tilt).move(y=0.15, z=radius * share).turn(y=60 * i)
        builder.add("petal", placed.turn(z=-lean).move(*cup), MAIN, "leaf", shade)
    core = sphere(radius * 0.95, 0.12, radius * 0.95).move(y=0.1)
    builder.add("petal", core.turn(z=-lean).move(*cup), MAIN, "leaf", 0.9)
    heart = bead(0.05, 0.06, 0.05).move(y=0.25)
    builder.add("heart", heart.turn(z=-lean).move(*cup), "yellow")
