"""Build functions of churches, temples and towers. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch, disc, star_outline
from procedural.geometry.shapes import Floats, Shape, bead, box, cone, cylinder, dome, lathe, pair, ring, row, sphere
from procedural.geometry.sweeps import prism
from procedural.objects.parts.buildings import Placement, add_door, add_windows, copies_at, gable, gable_roof


def church(builder: Builder) -> None:
    """Build a church: a nave with a steep roof, a bell tower with a spire and a cross, tall arched windows."""
    width, nave_height = builder.vary(0.5, 0.08), builder.vary(0.62, 0.1)
    nave_length, roof_rise = builder.vary(0.92, 0.08), builder.vary(0.27, 0.12)
    tower_width, tower_height = builder.vary(0.36, 0.08), builder.vary(1.15, 0.08)
    spire_height, has_spire = builder.vary(0.5, 0.15), builder.chance(0.7)
    door_colour = builder.choose(["brown", "red", "teal"])
    side_window_count = builder.count(3, 4)
    tower_z = nave_length / 2 + tower_width * 0.25
    tower_front = tower_z + tower_width / 2

    builder.add("wall", box(width, nave_height, nave_length).move(y=nave_height / 2), MAIN)
    builder.add("wall", gable(width, nave_length, roof_rise).move(y=nave_height), MAIN)
    nave_roof = gable_roof(width, nave_length, roof_rise, overhang=0.07, thickness=0.06)
    builder.add("roof", nave_roof.move(y=nave_height), ACCENT)
    builder.add("base", box(width + 0.08, 0.07, nave_length + 0.08).move(y=0.035), "grey", "stone")

    builder.add("tower", box(tower_width, tower_height, tower_width).move(y=tower_height / 2, z=tower_z), MAIN)
    for y in (tower_height, nave_height + 0.12):
        ledge = box(tower_width + 0.06, 0.05, tower_width + 0.06)
        builder.add("tower", ledge.move(y=y, z=tower_z), MAIN, None, 0.85)
    if has_spire:
        spire = [(0, 0), (tower_width * 0.76, 0), (tower_width * 0.42, spire_height * 0.3), (0, spire_height)]
        tower_roof, tip = lathe(spire, sides=4).turn(y=45), tower_height + spire_height
    else:
        tower_roof, tip = dome(tower_width * 0.56, 0.34), tower_height + 0.36
    builder.add("roof", tower_roof.move(y=tower_height + 0.02, z=tower_z), ACCENT)
    cross = box(0.035, 0.26, 0.035) + box(0.15, 0.035, 0.035).move(y=0.04)
    builder.add("cross", cross.move(y=tip + 0.09, z=tower_z), "gold", "gold")
    belfry = tower_height * 0.76
    openings: list[Placement] = [
        (0, belfry, tower_front, 0),
        (0, belfry, tower_z - tower_width / 2, 180),
        (tower_width / 2, belfry, tower_z, 90),
        (-tower_width / 2, belfry, tower_z, -90),
    ]
    builder.add("belfry", copies_at(arch(0.17, 0.21, 0.05), openings), "dark brown", "rubber")
    builder.add("belfry", copies_at(cone(0.05, 0.1).move(y=0.09, z=0.03), openings), "gold", "gold")

    add_door(builder, 0, tower_front, 0.18, 0.3, colour=door_colour)
    rose_y = tower_height * 0.52
    builder.add("window", prism(disc(0.085), 0.05).move(y=rose_y, z=tower_front), "purple", "glossy")
    tracery = ring(box(0.02, 0.02, 0.085).move(z=0.042), 6).turn(x=90)
    builder.add("frame", tracery.move(y=rose_y, z=tower_front + 0.025), "white")
    windows: list[Placement] = []
    for i in range(side_window_count):
        z = nave_length * (0.62 * (i / (side_window_count - 1)) - 0.42)
        windows += [(width / 2, nave_height * 0.3, z, 90), (-width / 2, nave_height * 0.3, z, -90)]
    windows.append((0, nave_height * 0.5, -nave_length / 2, 180))
    add_windows(builder, windows, 0.1, nave_height * 0.4, arched=True)


def pagoda(builder: Builder) -> None:
    """Build a pagoda: three to five storeys, each under a curved roof with upturned corners, a golden finial."""
    storeys = builder.count(3, 5)
    storey_height = builder.vary(0.98, 0.06) / storeys
    shrink = builder.between(0.8, 0.87)
    ground_half = 0.36
    wall_height = storey_height * 0.62

    builder.add("base", box(1.0, 0.1, 1.0).move(y=0.05), "light grey", "stone")
    builder.add("base", box(0.3, 0.07, 0.12).move(y=0.035, z=0.54), "light grey", "stone", 0.85)
    ground_roof = _eaves(ground_half * 1.45, storey_height * 0.5, ground_half * 0.55)
    half, y = ground_half, 0.1
    for _ in range(storeys):
        builder.add(
            "wall", box(2 * half * 0.78, wall_height + 0.05, 2 * half * 0.78).move(y=y + wall_height / 2), ACCENT
        )
        posts = ring(cylinder(0.03, wall_height).move(half * 0.8, y + wall_height / 2, half * 0.8), 4)
        builder.add("pillar", posts, MAIN, None, 0.9)
        window = {"y": y + wall_height * 0.45, "z": half * 0.78}
        panels = ring(box(half * 0.62, wall_height * 0.62, 0.04).move(**window), 4)
        builder.add("window", panels, "amber", "glow")
        bars = ring(row(box(0.02, wall_height * 0.62, 0.06), 4, x=half * 0.18).move(**window), 4)
        builder.add("pillar", bars, MAIN, None, 0.8)
        y += wall_height
        builder.add("roof", ground_roof.scale(half / ground_half, 1, half / ground_half).move(y=y), MAIN, "glossy")
        knob = bead(0.03).move(half * 1.45, y + 0.05 + 0.18 * half, half * 1.45)
        builder.add("finial", ring(knob, 4), "gold", "gold")
        y += storey_height * 0.4
        half *= shrink
    top_roof = cone(half * 1.3, storey_height * 0.5, sides=4).turn(y=45)
    builder.add("roof", top_roof.move(y=y + storey_height * 0.1), MAIN, "glossy")
    finial = lathe([(0, 0), (0.06, 0), (0.03, 0.09), (0.055, 0.15), (0.02, 0.24), (0, 0.34)])
    builder.add("finial", finial.move(y=y + storey_height * 0.25), "gold", "gold")


def _eaves(half: float, rise: float, inner_half: float) -> Shape:
    """Return a square roof with a concave slope and upturned corners, `half` its half side at the eaves.

    It rises by `rise` to a square of half side `inner_half`.
    """
    shares = np.linspace(0, 1, 9)
    slope = [(half + (inner_half - half) * s, rise * s**1.8) for s in shares]
    profile = [(0.0, -0.05), (half - 0.02, -0.05), *slope, (0.0, rise)]

    def square_and_lift_corners(points: Floats) -> Floats:
        around = np.arctan2(points[:, 0], points[:, 2])
        radius = np.hypot(points[:, 0], points[:, 2])
        near = np.maximum(np.abs(np.sin(around)), np.abs(np.cos(around)))
        corner = (1 / near - 1) / (math.sqrt(2) - 1)  # 0 at the middle of a side, 1 at a corner
        outward = np.clip((radius - inner_half) / (half - inner_half), 0, 1)
        points[:, [0, 2]] /= near[:, None]
        points[:, 1] += 0.24 * half * corner**3 * outward
        return points

    return lathe(profile, sides=64).warp(square_and_lift_corners)


def skyscraper(builder: Builder) -> None:
    """Build a skyscraper: stepped blocks with rows of windows, a mast or a spire, a lobby."""
    style = builder.choose(["stepped", "stepped", "slab"])
    lit_colour = builder.choose(["yellow", "cream", "cyan"])
    sizes = {"stepped": [(0.56, 0.7), (0.42, 0.48), (0.28, 0.3)], "slab": [(0.5, 1.3), (0.32, 0.12)]}[style]
    blocks = [(height * builder.vary(1.0, 0.1), width * builder.vary(1.0, 0.06)) for width, height in sizes]
    spike = builder.choose(["mast", "spire"])

    y = 0.0
    builder.add("base", box(0.68, 0.1, 0.68).move(y=0.05), ACCENT, "stone")
    for height, width in blocks:
        builder.add("tower", box(width, height, width).move(y=y + height / 2), MAIN, "glossy")
        builder.add("ledge", box(width + 0.04, 0.045, width + 0.04).move(y=y + height), ACCENT, "stone")
        columns, floors = max(3, round(width / 0.1)), max(1, round(height / 0.105))
        pane = box(width / columns * 0.46, 0.045, 0.03)
        for floor in range(1, floors):
            panes = row(pane, columns, x=width / columns * 0.96).move(y=y + height * floor / floors, z=width / 2)
            is_lit = (floor * 7 + round(10 * y)) % 3 == 0
            colour, material = (lit_colour, "glow") if is_lit else ("navy", "glossy")
            builder.add("window", ring(panes, 4), colour, material)
        y += height
    if spike == "mast":
        mast = cylinder(0.03, 0.34).move(y=y + 0.16) + cylinder(0.016, 0.24).move(y=y + 0.42)
        builder.add("antenna", mast, ACCENT, "metal")
        builder.add("antenna", bead(0.035).move(y=y + 0.55), "red", "glow")
    else:
        builder.add("antenna", cone(0.12, 0.5, sides=4).turn(y=45).move(y=y + 0.25), ACCENT, "metal")
    builder.add("door", box(0.2, 0.16, 0.04).move(y=0.08, z=0.34), "dark brown", "glossy")


def temple(builder: Builder) -> None:
    """Build a Greek temple: steps, columns all round, a triangular pediment under a low roof."""
    width, length = builder.vary(0.95, 0.06), builder.vary(1.15, 0.08)
    column_height = builder.vary(0.52, 0.1)
    columns_across, columns_along = builder.choose([4, 6]), builder.choose([5, 6])
    roof_rise = builder.vary(0.26, 0.12)
    emblem_outline = disc(0.08) if builder.chance(0.5) else star_outline(6, 0.1, 0.05)
    floor, beam_y = 0.18, 0.18 + column_height

    for i in range(3):
        step = box(width + 0.24 - 0.09 * i, 0.06, length + 0.24 - 0.09 * i)
        builder.add("step", step.move(y=0.03 + 0.06 * i), MAIN, "marble", 0.9 + 0.05 * i)
    column_profile = [
        (0, 0),
        (0.065, 0),
        (0.055, 0.04),
        (0.042, column_height - 0.06),
        (0.066, column_height - 0.02),
        (0.066, column_height),
        (0, column_height),
    ]
    column = lathe(column_profile, sides=16)
    for i in range(columns_across):
        x = (width - 0.14) * (i / (columns_across - 1) - 0.5)
        builder.add("column", pair(column.move(x, floor, length / 2 - 0.07), "z"), MAIN, "marble")
    for i in range(1, columns_along - 1):
        z = (length - 0.14) * (i / (columns_along - 1) - 0.5)
        builder.add("column", pair(column.move(width / 2 - 0.07, floor, z)), MAIN, "marble")
    inner_walls = box(width * 0.58, column_height, length * 0.66)
    builder.add("wall", inner_walls.move(y=floor + column_height / 2), MAIN, "marble", 0.75)

    builder.add("beam", box(width + 0.02, 0.1, length + 0.02).move(y=beam_y + 0.05), MAIN, "marble", 0.95)
    builder.add("beam", box(width + 0.06, 0.035, length + 0.06).move(y=beam_y + 0.115), ACCENT, "marble")
    builder.add("pediment", gable(width, length, roof_rise).move(y=beam_y + 0.13), MAIN, "marble")
    roof = gable_roof(width, length - 0.08, roof_rise, overhang=0.06, thickness=0.055)
    builder.add("roof", roof.move(y=beam_y + 0.14), ACCENT)
    emblem = prism(emblem_outline, 0.05).move(y=beam_y + 0.13 + roof_rise * 0.38, z=length / 2)
    builder.add("emblem", pair(emblem, "z"), "gold", "gold")
    builder.add("emblem", pair(sphere(0.05).move(y=beam_y + 0.2 + roof_rise, z=length / 2), "z"), "gold", "gold")
    door = box(0.2, column_height * 0.72, 0.04)
    builder.add("door", door.move(y=floor + column_height * 0.36, z=length * 0.33), "dark brown", "wood")
