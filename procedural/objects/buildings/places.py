"""Builders of churches, temples and towers. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch, disc, star
from procedural.geometry.shapes import Floats, Shape, bead, box, cone, cylinder, dome, lathe, pair, ring, row, sphere
from procedural.geometry.sweeps import prism
from procedural.objects.parts.buildings import Spot, door, gable, gable_roof, put, windows


def church(builder: Builder) -> None:
    """A church: nave with a steep roof, a bell tower with a spire and a cross, tall arched windows."""
    wide, tall, long = builder.vary(0.5, 0.08), builder.vary(0.62, 0.1), builder.vary(0.92, 0.08)
    rise = builder.vary(0.27, 0.12)
    builder.add("wall", box(wide, tall, long).move(y=tall / 2), MAIN)
    builder.add("wall", gable(wide, long, rise).move(y=tall), MAIN)
    builder.add("roof", gable_roof(wide, long, rise, over=0.07, thick=0.06).move(y=tall), ACCENT)
    builder.add("base", box(wide + 0.08, 0.07, long + 0.08).move(y=0.035), "grey", "stone")
    side, high = builder.vary(0.36, 0.08), builder.vary(1.15, 0.08)
    front = long / 2 + side * 0.25
    builder.add("tower", box(side, high, side).move(y=high / 2, z=front), MAIN)
    for y in (high, tall + 0.12):
        builder.add("tower", box(side + 0.06, 0.05, side + 0.06).move(y=y, z=front), MAIN, None, 0.85)
    spire = builder.vary(0.5, 0.15)
    pointed = builder.chance(0.7)
    top = lathe([(0, 0), (side * 0.76, 0), (side * 0.42, spire * 0.3), (0, spire)], sides=4).turn(y=45)
    builder.add("roof", (top if pointed else dome(side * 0.56, 0.34)).move(y=high + 0.02, z=front), ACCENT)
    tip = high + (spire if pointed else 0.36)
    cross = box(0.035, 0.26, 0.035) + box(0.15, 0.035, 0.035).move(y=0.04)
    builder.add("cross", cross.move(y=tip + 0.09, z=front), "gold", "gold")
    face = front + side / 2
    bells: list[Spot] = [(0, high * 0.76, face, 0), (0, high * 0.76, front - side / 2, 180)]
    bells += [(side / 2, high * 0.76, front, 90), (-side / 2, high * 0.76, front, -90)]
    builder.add("belfry", put(arch(0.17, 0.21, 0.05), bells), "dark brown", "rubber")
    builder.add("belfry", put(cone(0.05, 0.1).move(y=0.09, z=0.03), bells), "gold", "gold")
    door(builder, 0, face, 0.18, 0.3, colour=builder.choose(["brown", "red", "teal"]))
    rose = prism(disc(0.085), 0.05).move(y=high * 0.52, z=face)
    builder.add("window", rose, "purple", "glossy")
    builder.add(
        "frame", ring(box(0.02, 0.02, 0.085).move(z=0.042), 6).turn(x=90).move(y=high * 0.52, z=face + 0.025), "white"
    )
    count = builder.count(3, 4)
    spots: list[Spot] = []
    for i in range(count):
        z = long * (0.62 * (i / (count - 1)) - 0.42)
        spots += [(wide / 2, tall * 0.3, z, 90), (-wide / 2, tall * 0.3, z, -90)]
    windows(builder, [*spots, (0, tall * 0.5, -long / 2, 180)], 0.1, tall * 0.4, arched=True)


def pagoda(builder: Builder) -> None:
    """A pagoda: three to five storeys, each under a curved roof with upturned corners, a golden finial."""
    levels = builder.count(3, 5)
    wide, y = 0.36, 0.1
    storey = builder.vary(0.98, 0.06) / levels
    builder.add("base", box(1.0, 0.1, 1.0).move(y=0.05), "light grey", "stone")
    builder.add("base", box(0.3, 0.07, 0.12).move(y=0.035, z=0.54), "light grey", "stone", 0.85)
    shrink = builder.between(0.8, 0.87)
    eaves = _eaves(wide * 1.45, storey * 0.5, wide * 0.55)
    start = wide
    for _ in range(levels):
        tall = storey * 0.62
        builder.add("wall", box(2 * wide * 0.78, tall + 0.05, 2 * wide * 0.78).move(y=y + tall / 2), ACCENT)
        posts = ring(cylinder(0.03, tall).move(wide * 0.8, y + tall / 2, wide * 0.8), 4)
        builder.add("pillar", posts, MAIN, None, 0.9)
        panels = ring(box(wide * 0.62, tall * 0.62, 0.04).move(y=y + tall * 0.45, z=wide * 0.78), 4)
        builder.add("window", panels, "amber", "glow")
        bars = ring(row(box(0.02, tall * 0.62, 0.06), 4, x=wide * 0.18).move(y=y + tall * 0.45, z=wide * 0.78), 4)
        builder.add("pillar", bars, MAIN, None, 0.8)
        y += tall
        builder.add("roof", eaves.scale(wide / start, 1, wide / start).move(y=y), MAIN, "glossy")
        knob = bead(0.03).move(wide * 1.45, y + 0.05 + 0.18 * wide, wide * 1.45)
        builder.add("finial", ring(knob, 4), "gold", "gold")
        y += storey * 0.4
        wide *= shrink
    builder.add("roof", cone(wide * 1.3, storey * 0.5, sides=4).turn(y=45).move(y=y + storey * 0.1), MAIN, "glossy")
    builder.add(
        "finial",
        lathe([(0, 0), (0.06, 0), (0.03, 0.09), (0.055, 0.15), (0.02, 0.24), (0, 0.34)]).move(y=y + storey * 0.25),
        "gold",
        "gold",
    )


def _eaves(half: float, rise: float, inner: float) -> Shape:
    """A square hollow-sloped roof, its corners turned up, from half side `half` up to half side `inner`."""
    shares = np.linspace(0, 1, 9)
    outer = [(half + (inner - half) * s, rise * s**1.8) for s in shares]
    profile = [(0.0, -0.05), (half - 0.02, -0.05), *outer, (0.0, rise)]

    def square(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        far = np.hypot(at[:, 0], at[:, 2])
        near = np.maximum(np.abs(np.sin(around)), np.abs(np.cos(around)))
        corner = (1 / near - 1) / (math.sqrt(2) - 1)
        at[:, [0, 2]] /= near[:, None]
        at[:, 1] += 0.24 * half * corner**3 * np.clip((far - inner) / (half - inner), 0, 1)
        return at

    return lathe(profile, sides=64).warp(square)


def skyscraper(builder: Builder) -> None:
    """A skyscraper: stepped blocks with rows of windows, a mast, a lobby."""
    style = builder.choose(["stepped", "stepped", "slab"])
    sizes = {"stepped": [(0.56, 0.7), (0.42, 0.48), (0.28, 0.3)], "slab": [(0.5, 1.3), (0.32, 0.12)]}[style]
    y, lit = 0.0, builder.choose(["yellow", "cream", "cyan"])
    builder.add("base", box(0.68, 0.1, 0.68).move(y=0.05), ACCENT, "stone")
    for wide, high in sizes:
        tall, side = high * builder.vary(1.0, 0.1), wide * builder.vary(1.0, 0.06)
        builder.add("tower", box(side, tall, side).move(y=y + tall / 2), MAIN, "glossy")
        builder.add("ledge", box(side + 0.04, 0.045, side + 0.04).move(y=y + tall), ACCENT, "stone")
        columns, floors = max(3, round(side / 0.1)), max(1, round(tall / 0.105))
        pane = box(side / columns * 0.46, 0.045, 0.03)
        for floor in range(1, floors):
            row_of = row(pane, columns, x=side / columns * 0.96).move(y=y + tall * floor / floors, z=side / 2)
            glow = (floor * 7 + round(10 * y)) % 3 == 0
            builder.add("window", ring(row_of, 4), lit if glow else "navy", "glow" if glow else "glossy")
        y += tall
    spike = builder.choose(["mast", "spire"])
    if spike == "mast":
        builder.add(
            "antenna", cylinder(0.03, 0.34).move(y=y + 0.16) + cylinder(0.016, 0.24).move(y=y + 0.42), ACCENT, "metal"
        )
        builder.add("antenna", bead(0.035).move(y=y + 0.55), "red", "glow")
    else:
        builder.add("antenna", cone(0.12, 0.5, sides=4).turn(y=45).move(y=y + 0.25), ACCENT, "metal")
    builder.add("door", box(0.2, 0.16, 0.04).move(y=0.08, z=0.34), "dark brown", "glossy")


def temple(builder: Builder) -> None:
    """A Greek temple: steps, columns all round, a triangular front under a low roof."""
    wide, long, tall = builder.vary(0.95, 0.06), builder.vary(1.15, 0.08), builder.vary(0.52, 0.1)
    for i in range(3):
        builder.add(
            "step",
            box(wide + 0.24 - 0.09 * i, 0.06, long + 0.24 - 0.09 * i).move(y=0.03 + 0.06 * i),
            MAIN,
            "marble",
            0.9 + 0.05 * i,
        )
    across, along = builder.choose([4, 6]), builder.choose([5, 6])
    column = lathe(
        [(0, 0), (0.065, 0), (0.055, 0.04), (0.042, tall - 0.06), (0.066, tall - 0.02), (0.066, tall), (0, tall)],
        sides=16,
    )
    for i in range(across):
        x = (wide - 0.14) * (i / (across - 1) - 0.5)
        builder.add("column", pair(column.move(x, 0.18, long / 2 - 0.07), "z"), MAIN, "marble")
    for i in range(1, along - 1):
        z = (long - 0.14) * (i / (along - 1) - 0.5)
        builder.add("column", pair(column.move(wide / 2 - 0.07, 0.18, z)), MAIN, "marble")
    builder.add("wall", box(wide * 0.58, tall, long * 0.66).move(y=0.18 + tall / 2), MAIN, "marble", 0.75)
    top = 0.18 + tall
    builder.add("beam", box(wide + 0.02, 0.1, long + 0.02).move(y=top + 0.05), MAIN, "marble", 0.95)
    builder.add("beam", box(wide + 0.06, 0.035, long + 0.06).move(y=top + 0.115), ACCENT, "marble")
    rise = builder.vary(0.26, 0.12)
    builder.add("pediment", gable(wide, long, rise).move(y=top + 0.13), MAIN, "marble")
    builder.add("roof", gable_roof(wide, long - 0.08, rise, over=0.06, thick=0.055).move(y=top + 0.14), ACCENT)
    sign = prism(disc(0.08), 0.05) if builder.chance(0.5) else prism(star(6, 0.1, 0.05), 0.05)
    builder.add("emblem", pair(sign.move(y=top + 0.13 + rise * 0.38, z=long / 2), "z"), "gold", "gold")
    builder.add("emblem", pair(sphere(0.05).move(y=top + 0.2 + rise, z=long / 2), "z"), "gold", "gold")
    builder.add("door", box(0.2, tall * 0.72, 0.04).move(y=0.18 + tall * 0.36, z=long * 0.33), "dark brown", "wood")
