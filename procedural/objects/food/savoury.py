"""Builders of cooked food: hamburger, pizza, hot dog, fries, sushi, cheese. Front toward +z, y up; any unit."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder, Part
from procedural.geometry.ornament import lumpy
from procedural.geometry.shapes import (
    Floats,
    Shape,
    bead,
    box,
    capsule,
    cylinder,
    grid_faces,
    lathe,
    mesh,
    sphere,
    torus,
)
from procedural.geometry.sweeps import curve, prism, tube


def hamburger(builder: Builder) -> None:
    """A hamburger: bun with sesame, one or two thick patties, cheese, tomato and frilly lettuce."""
    wide, patties = 0.5, builder.count(1, 2)
    base = builder.vary(0.15, 0.15)
    bottom = curve([(0.44, 0), (wide, base * 0.35), (wide, base * 0.8), (0.46, base)], 14)
    builder.add("bun", lathe([(0, 0), *map(tuple, bottom), (0, base)]).warp(lumpy(0.006, 0.5)), MAIN, "rubber")
    y = base
    builder.add("lettuce", _frill(builder, 0.57, 0.05).move(y=y + 0.015), "lime", "leaf")
    for index in range(patties):
        thick = builder.vary(0.2 if patties == 1 else 0.15, 0.12)
        edge = curve([(0.48, 0), (0.545, thick * 0.3), (0.54, thick * 0.75), (0.48, thick)], 12)
        meat = lathe([(0, 0), *map(tuple, edge), (0, thick)], sides=56)
        builder.add("patty", meat.warp(lumpy(0.016, 0.09, index)).move(y=y + 0.02), "brown", "rubber", 0.8)
        y += thick + 0.02
        corner = builder.vary(0.105, 0.2)
        builder.add(
            "cheese", _cheese_slice(corner).turn(y=builder.between(0, 90)).move(y=y + 0.014), "yellow", "glossy", 0.96
        )
        y += 0.03
    slices = builder.count(2, 3)
    for i in range(slices):
        slab = cylinder(0.32, 0.055).turn(z=builder.between(-3, 3)).move(x=0.24, y=y + 0.03)
        builder.add("tomato", slab.turn(y=360 * i / slices + builder.between(0, 60)), "red", "glossy")
    y += 0.05
    builder.add("lettuce", _frill(builder, 0.56, 0.055).move(y=y + 0.02), "green", "leaf", 1.25)
    y += 0.04
    high = builder.vary(0.36, 0.12)
    crown = curve([(0.46, 0), (0.535, 0.06), (0.5, high * 0.55), (0.3, high * 0.9), (0.02, high)], 24)
    builder.add(
        "bun", lathe([(0, 0), *map(tuple, crown), (0, high)]).warp(lumpy(0.008, 0.55)).move(y=y), MAIN, "rubber"
    )
    if builder.chance(0.8):
        _sesame(builder, y, crown)


def _sesame(builder: Builder, y: float, crown: Floats) -> None:
    """Seeds on a bun whose profile [P, 2] stands on height y."""
    high = float(crown[-1, 1])
    for i in range(46):
        lift = 0.35 + 0.6 * ((i + 0.5) / 46) ** 0.8
        angle = i * 2.39996 + builder.between(-0.25, 0.25)
        radius = float(np.interp(lift * high, crown[:, 1], crown[:, 0]))
        spot = (radius * math.sin(angle), y + high * lift + 0.004, radius * math.cos(angle))
        seed = bead(0.021, 0.018, 0.034).turn(x=75 * (1 - lift), y=math.degrees(angle) + builder.between(-60, 60))
        builder.add("sesame", seed.move(*spot), "cream")


def _frill(builder: Builder, radius: float, amount: float) -> Shape:
    """A leaf of lettuce: a disc whose rim waves up and down."""
    folds, phase = builder.count(8, 11), builder.between(0, 6)
    reach = [radius * share for share in (0, 0.55, 0.75, 0.88, 0.95, 1)]
    rings = [(r, -0.014) for r in reach] + [(r, 0.014) for r in reversed(reach)]

    def wave(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        out = (np.hypot(at[:, 0], at[:, 2]) / radius) ** 5
        at[:, 1] += amount * out * (np.sin(folds * around + phase) - 0.25)
        at[:, [0, 2]] *= (1 + 0.07 * out * np.sin(3 * around + 2 * phase))[:, None]
        return at

    return lathe(rings, sides=88).warp(wave)


def _cheese_slice(droop: float) -> Shape:
    """A square slice whose corners hang down over the patty."""
    side = np.linspace(-0.47, 0.47, 13)
    outline = [*((s, -0.47) for s in side[:-1]), *((0.47, s) for s in side[:-1])]
    outline += [*((-s, 0.47) for s in side[:-1]), *((-0.47, -s) for s in side[:-1])]
    rings = [[(x * k, z * k) for x, z in outline] for k in (0.02, 0.4, 0.7, 0.85, 1.0)]
    stack = [(ring, 0.014) for ring in rings] + [(ring, -0.014) for ring in rings[::-1]]
    points = np.array([[(x, y, z) for x, z in ring] for ring, y in stack])
    far = np.maximum(np.hypot(points[..., 0], points[..., 2]) - 0.5, 0)
    points[..., 1] -= far * droop / 0.16 + 3 * far**2
    points[..., [0, 2]] *= (1 - 0.65 * far)[..., None]
    return _stacked(points)


def _stacked(points: Floats) -> Shape:
    rows, around, _ = points.shape
    return mesh(points.reshape(-1, 3), grid_faces(rows, around, False, True))


def pizza(builder: Builder) -> None:
    """A thick pizza with a puffed crust and toppings, one slice drawn out."""
    slices = builder.choose([6, 8])
    topping = builder.choose(["pepperoni", "olive", "mushroom"])
    gap = 360 / slices
    for i in range(slices):
        out = builder.between(0.12, 0.2) if i == 0 else 0.008
        for part in _slice(builder, 0.5, gap, topping):
            placed = part.shape.move(z=out, y=0.04 if i == 0 else 0).turn(y=gap * i + 14)
            builder.add(part.name, placed, part.colour, part.material, part.shade)


def _slice(builder: Builder, size: float, gap: float, topping: str) -> list[Part]:
    """The parts of one slice, its point at the origin and highest, its crust toward +z."""
    turns = np.radians(np.linspace(-gap / 2, gap / 2, 9))
    wedge = [(0.0, 0.0), *((size * math.sin(a), size * math.cos(a)) for a in turns)]

    def slope(at: Floats) -> Floats:
        at[:, 1] += 0.15 * (1 - np.hypot(at[:, 0], at[:, 2]) / size) * (at[:, 1] > 0)
        return at

    def slab(scale: float, top: float) -> Shape:
        drawn = [(x * scale, z * scale) for x, z in wedge]
        return prism(drawn, top + 0.01).turn(x=90).move(y=top / 2).warp(slope)

    arc = [((size - 0.03) * math.sin(a), 0.06, (size - 0.03) * math.cos(a)) for a in turns]
    parts = [
        Part("crust", slab(0.99, 0.05), MAIN, "rubber"),
        Part("crust", tube(arc, 0.078, straight=True), MAIN, "rubber", 1.05),
        Part("sauce", slab(0.92, 0.075), "red", "glossy", 0.95),
        Part("cheese", slab(0.88, 0.095), ACCENT, "glossy"),
    ]
    bit, colour = {
        "olive": (torus(0.04, 0.022, sides=20), "olive"),
        "mushroom": (bead(0.06, 0.04, 0.06) + cylinder(0.03, 0.05).turn(x=90).move(z=-0.06), "cream"),
        "pepperoni": (cylinder(0.07, 0.03, sides=20), "crimson"),
    }[topping]
    for far, side in ((0.45, 0.6), (0.74, -0.7)):
        angle = side * gap * 0.22 + builder.between(-4, 4)
        laid = bit.turn(x=17).move(y=0.105 + 0.15 * (1 - far), z=size * far)
        parts.append(Part("topping", laid.turn(y=angle), colour, "glossy"))
    for far in (0.3, 0.56, 0.77):
        angle = builder.between(-gap, gap) * 0.34
        herb = bead(0.038, 0.014, 0.02).turn(y=builder.between(0, 180)).move(y=0.1 + 0.15 * (1 - far), z=size * far)
        parts.append(Part("herb", herb.turn(y=angle), "green", "leaf"))
    return parts


def hot_dog(builder: Builder) -> None:
    """A hot dog: a sausage in a split bun with a line of mustard."""
    long, fat = builder.vary(0.52, 0.07), builder.vary(0.135, 0.1)
    for side in (-1, 1):
        half = [(-long * 0.85, 0.12, 0.15 * side), (0, 0.11, 0.18 * side), (long * 0.85, 0.12, 0.15 * side)]
        builder.add("bun", tube(half, [0.08, 0.16, 0.175, 0.16, 0.08]).scale(1, 1.1, 1), MAIN, "rubber")
        builder.add("bun", sphere(0.13, 0.14, 0.14).move(long * 0.83 * side, 0.13, 0.14), MAIN, "rubber")
        builder.add("bun", sphere(0.13, 0.14, 0.14).move(long * 0.83 * side, 0.13, -0.14), MAIN, "rubber")
    builder.add("bun", box(long * 1.8, 0.12, 0.3, 0.05).move(y=0.08), MAIN, "rubber")
    sausage = [(-long * 1.15, 0.3, 0), (0, 0.24, 0), (long * 1.15, 0.3, 0)]
    skin = builder.choose(["maroon", "brown", "crimson"])
    builder.add("sausage", tube(sausage, [0.05, fat, fat, fat, 0.05], count=40), skin, "glossy")
    waves, sway = builder.count(4, 7), builder.vary(0.07)
    line = [
        (long * x, 0.24 + 0.06 * x * x + fat * 0.95, sway * math.sin(math.pi * waves * x))
        for x in np.linspace(-0.9, 0.9, 60)
    ]
    builder.add("mustard", tube(line, 0.032, straight=True, sides=10), ACCENT, "glossy")
    if builder.chance(0.6):
        for i in range(9):
            x = long * (-0.85 + 1.7 * i / 8)
            side = (-1) ** i
            leaf_bit = sphere(0.09, 0.05, 0.05).turn(z=builder.between(-25, 25)).move(x, 0.27, 0.13 * side)
            builder.add("lettuce", leaf_bit, "lime", "leaf")


def fries(builder: Builder) -> None:
    """A carton full of French fries."""
    tall, lean = builder.vary(0.5, 0.08), builder.vary(0.09, 0.2)

    def flare(at: Floats) -> Floats:
        at[:, 0] *= 1 + lean * 3 * (at[:, 1] / tall)
        at[:, 2] *= 1 + lean * 2 * (at[:, 1] / tall)
        return at

    dip = [(0.26 * math.cos(a), tall - 0.13 * math.sin(a)) for a in np.linspace(0.3, 2.84, 11)]
    front = [(-0.26, 0), (0.26, 0), (0.26, tall), *dip, (-0.26, tall)]
    back = [(-0.26, 0), (0.26, 0), (0.26, tall), (0.14, tall + 0.14), (-0.14, tall + 0.14), (-0.26, tall)]
    builder.add("carton", prism(front, 0.03).move(z=0.14).warp(flare), MAIN, "paper")
    builder.add("carton", prism(back, 0.03).move(z=-0.14).warp(flare), MAIN, "paper")
    for side in (-1, 1):
        builder.add("carton", box(0.03, tall, 0.3).move(side * 0.25, tall / 2).warp(flare), MAIN, "paper", 0.85)
    builder.add("carton", box(0.5, 0.04, 0.3).move(y=0.02), MAIN, "paper")
    stripes = builder.choose([3, 4, 5])
    for i in range(stripes):
        x = 0.44 * (i / (stripes - 1) - 0.5)
        strip = box(0.05, tall * 0.66, 0.02).move(x, tall * 0.36)
        for z in (0.165, -0.165):
            builder.add("stripe", strip.move(z=z).warp(flare), ACCENT, "paper")
    for i in range(34):
        column, line = i % 8, i // 8
        x, z = 0.44 * (column / 7 - 0.5) + builder.between(-0.02, 0.02), -0.09 + 0.045 * line
        high = tall + builder.between(0.0, 0.32) - 0.55 * abs(x)
        stick = box(0.062, high - 0.1, 0.062, 0.012).turn(y=builder.between(0, 90)).move(y=high / 2)
        leant = stick.turn(x=z * 12 + builder.between(-3, 3), z=-x * 32 + builder.between(-3, 3))
        builder.add("fry", leant.move(x * 0.9, 0.08, z), "yellow", "rubber", builder.between(0.9, 1.05))


def sushi(builder: Builder) -> None:
    """Sushi on a board: a slice of fish on rice and rolls wrapped in seaweed."""
    builder.add("board", box(1.15, 0.07, 0.72, 0.02).move(y=0.1), "tan", "wood")
    builder.add("board", box(0.1, 0.08, 0.6).move(-0.4, 0.04) + box(0.1, 0.08, 0.6).move(0.4, 0.04), "tan", "wood", 0.7)
    for x, z in ((-0.33, 0.05), (-0.02, 0.05)):
        rice = box(0.22, 0.17, 0.5, 0.08).warp(lumpy(0.008, 0.06)).move(x, 0.22, z)
        builder.add("rice", rice, "white", "rubber")
        arch = [(x, 0.27, z - 0.32), (x, 0.34, z - 0.15), (x, 0.35, z + 0.15), (x, 0.25, z + 0.33)]
        builder.add("fish", tube(arch, [0.1, 0.145, 0.145, 0.1], flat=0.48), MAIN, "glossy")
        for share in (-0.16, -0.05, 0.06, 0.17):
            line = capsule((x - 0.09, 0.408, z + share - 0.03), (x + 0.09, 0.408, z + share + 0.03), 0.014)
            builder.add("fish", line, MAIN, "glossy", 1.35)
        if builder.chance(0.5):
            builder.add("seaweed", box(0.27, 0.3, 0.1, 0.03).move(x, 0.28, z), "black", "rubber")
    rolls = builder.count(2, 3)
    for i in range(rolls):
        x, z = 0.36, -0.2 + 0.4 * i / max(1, rolls - 1)
        at = {"x": x, "y": 0.24, "z": z}
        builder.add("seaweed", cylinder(0.155, 0.22).move(**at), "dark green", "rubber", 0.6)
        builder.add("rice", cylinder(0.128, 0.24).move(**at), "white", "rubber")
        builder.add("fish", cylinder(0.06, 0.265).move(**at), MAIN if i % 2 else ACCENT, "glossy")
    primitive = lathe([(0, 0), (0.07, 0), (0.05, 0.06), (0, 0.1)]).warp(lumpy(0.008, 0.05))
    builder.add("wasabi", primitive.move(0.15, 0.13, -0.27), "lime")


def cheese(builder: Builder) -> None:
    """A wedge of cheese full of holes."""
    long, tall, spread = builder.vary(0.9, 0.06), builder.vary(0.42, 0.1), builder.between(44, 56)
    turns = np.radians(np.linspace(-spread / 2, spread / 2, 13))
    outline = [(0.0, 0.0), *((long * math.cos(a), long * math.sin(a)) for a in turns)]
    wedge = prism(outline, tall).turn(x=-90).move(-long / 2, tall / 2)
    builder.add("body", wedge, MAIN, "rubber")
    rind = [(long * math.cos(a) - long / 2, tall / 2, -long * math.sin(a)) for a in turns]
    builder.add("rind", tube(rind, 0.03, straight=True).warp(_tall(tall)), MAIN, "glossy", 0.82)
    half = math.radians(spread / 2)
    for side in (-1, 1):
        for _ in range(7):
            far, high, size = (
                builder.between(0.25, 0.9) * long,
                builder.between(0.18, 0.82) * tall,
                builder.between(0.035, 0.085),
            )
            spot = (far * math.cos(half) - long / 2, high, side * far * math.sin(half))
            dent = bead(size, size, 0.022).turn(y=-side * math.degrees(half))
            builder.add("hole", dent.move(*spot), MAIN, "rubber", 0.55)
    for _ in range(5):
        far, angle, size = (
            builder.between(0.3, 0.88) * long,
            builder.between(-0.7, 0.7) * half,
            builder.between(0.035, 0.08),
        )
        spot = (far * math.cos(angle) - long / 2, tall, far * math.sin(angle))
        builder.add("hole", bead(size, 0.022, size).move(*spot), MAIN, "rubber", 0.55)


def _tall(height: float) -> Callable[[Floats], Floats]:
    """Stretches a thin rod lying at half this height into a wall from the ground to the height."""

    def bend(at: Floats) -> Floats:
        at[:, 1] = height / 2 + (at[:, 1] - height / 2) * (height * 0.98 / 0.06)
        return at

    return bend
