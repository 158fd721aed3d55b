"""Build functions of houses, castles, lighthouses and windmills. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch
from procedural.geometry.shapes import bead, box, cone, cylinder, dome, lathe, pair, ring, row, sphere, torus
from procedural.objects.parts.buildings import (
    Placement,
    add_door,
    add_flag,
    add_windows,
    battlements,
    copies_at,
    gable,
    gable_roof,
    on_round_wall,
)


def house(builder: Builder) -> None:
    """Build a cottage: a gabled roof, a chimney, a door, windows on every side; some have shutters and bushes."""
    width, wall_height = builder.vary(0.95, 0.1), builder.vary(0.82, 0.1)
    length, roof_rise = builder.vary(0.85, 0.1), builder.vary(0.4, 0.15)
    ridge_across = builder.chance(0.5)
    paint = builder.choose(["brown", "red", "teal", "dark green", "blue"])
    door_share, door_arched = builder.choose([0.0, -0.24]), builder.chance(0.5)
    has_shutters = builder.chance(0.35)
    chimney_top = wall_height + roof_rise * builder.between(1.0, 1.2)
    chimney_x, chimney_z = builder.choose([-0.26, 0.26]) * width, -0.2 * length
    has_smoke, has_bushes = builder.chance(0.6), builder.chance(0.6)
    front, side = length / 2, width / 2

    builder.add("wall", box(width, wall_height, length).move(y=wall_height / 2), MAIN)
    if ridge_across:
        gables = gable(length, width, roof_rise).turn(y=90)
        roof = gable_roof(length, width, roof_rise, overhang=0.09, thickness=0.065).turn(y=90)
    else:
        gables = gable(width, length, roof_rise)
        roof = gable_roof(width, length, roof_rise, overhang=0.09, thickness=0.065)
    builder.add("wall", gables.move(y=wall_height), MAIN)
    builder.add("roof", roof.move(y=wall_height), ACCENT)
    builder.add("base", box(width + 0.06, 0.08, length + 0.06).move(y=0.04), "grey", "stone")
    add_door(builder, door_share * width, front, 0.2, 0.38, colour=paint, arched=door_arched)

    sill, pane_width = wall_height * 0.42, 0.165
    beside_door = -0.3 if door_share == 0.0 else 0.02
    lower: list[Placement] = [(0.3 * width, sill, front, 0), (beside_door * width, sill, front, 0)]
    for z in (-0.22 * length, 0.22 * length):
        lower += [(side, sill, z, 90), (-side, sill, z, -90)]
    lower += [(x * width, sill, -front, 180) for x in (-0.25, 0.25)]
    add_windows(builder, lower, pane_width, pane_width * 1.15)
    if has_shutters:
        shutter = box(0.075, pane_width * 1.25, 0.09).move(y=pane_width * 0.58)
        shutters = pair(shutter.move(pane_width * 0.5 + 0.075))
        builder.add("shutter", copies_at(shutters, lower), paint, "wood")
    attic = wall_height * 0.94
    upper: list[Placement] = [(0, attic, front, 0), (0, attic, -front, 180)]
    if ridge_across:
        upper = [(side, attic, 0, 90), (-side, attic, 0, -90)]
    add_windows(builder, upper, 0.17, 0.2, arched=True)

    chimney_base = wall_height * 0.8
    shaft = box(0.16, chimney_top - chimney_base, 0.16)
    shaft_y = (chimney_top + chimney_base) / 2
    builder.add("chimney", shaft.move(chimney_x, shaft_y, chimney_z), "maroon", "rubber")
    builder.add("chimney", box(0.21, 0.06, 0.21).move(chimney_x, chimney_top, chimney_z), "light grey", "stone")
    if has_smoke:
        for i, radius in ((1, 0.065), (2, 0.09), (3, 0.11)):
            puff = sphere(radius).move(chimney_x + 0.04 * i, chimney_top + 0.13 * i, chimney_z)
            builder.add("smoke", puff, "white")
    if has_bushes:
        for x in (0.42, -0.46):
            builder.add("bush", sphere(0.13, 0.14, 0.13).move(x * width, 0.1, front + 0.1), "green", "leaf")


def castle(builder: Builder) -> None:
    """Build a castle: four round towers with pointed roofs and flags, walls with battlements, a gate and a keep."""
    half, wall_height = builder.vary(0.46, 0.06), builder.vary(0.42, 0.1)
    tower_radius = builder.vary(0.165, 0.1)
    flag_colour = builder.choose(["red", "yellow", "sky blue", "hot pink"])
    towers = [(wall_height * builder.between(1.45, 1.8), builder.vary(0.36, 0.12)) for _ in range(4)]

    for i in range(4):
        wall = box(2 * half, wall_height, 0.12).move(y=wall_height / 2, z=half)
        builder.add("wall", wall.turn(y=90 * i), MAIN, "stone")
        merlons = row(box(0.085, 0.09, 0.14), 5, x=0.15).move(y=wall_height + 0.04, z=half)
        builder.add("battlement", merlons.turn(y=90 * i), MAIN, "stone", 1.05)
    builder.add("wall", box(2 * half, 0.06, 2 * half).move(y=0.03), MAIN, "stone", 0.8)
    corners = ((half, half), (-half, half), (-half, -half), (half, -half))
    for (x, z), (height, roof_height) in zip(corners, towers, strict=True):
        _add_corner_tower(builder, x, z, tower_radius, height, roof_height, flag_colour)
    _add_keep(builder, wall_height * builder.vary(2.2, 0.1), flag_colour)
    _add_gatehouse(builder, wall_height, half)


def _add_corner_tower(
    builder: Builder, x: float, z: float, radius: float, height: float, roof_height: float, flag_colour: str
) -> None:
    shaft = [
        (0, 0),
        (radius * 1.1, 0),
        (radius, 0.1),
        (radius, height - 0.12),
        (radius * 1.22, height - 0.03),
        (0, height),
    ]
    builder.add("tower", lathe(shaft).move(x, z=z), MAIN, "stone", 0.97)
    merlons = battlements(radius * 1.12, 8, 0.085)
    builder.add("battlement", merlons.move(x, height - 0.03, z), MAIN, "stone", 1.05)
    builder.add("roof", cone(radius * 1.18, roof_height).move(x, height + roof_height / 2 + 0.02, z), ACCENT)
    add_flag(builder, x, height + roof_height - 0.04, z, 0.15, flag_colour)
    outward = math.degrees(math.atan2(x, z))
    slit = arch(0.075, 0.15, 0.08).move(y=height * 0.58, z=radius)
    slits = slit.turn(y=outward - 45) + slit.turn(y=outward + 45)
    builder.add("window", slits.move(x, z=z), "dark brown", "rubber")


def _add_keep(builder: Builder, height: float, flag_colour: str) -> None:
    """Add the great tower in the middle, square or round."""
    is_square = builder.chance(0.4)
    radius, roof_height = builder.vary(0.27, 0.1), builder.vary(0.5, 0.15)
    z = -0.08

    shaft = cylinder(radius * 1.25, height, sides=4) if is_square else cylinder(radius, height)
    builder.add("tower", shaft.turn(y=45).move(y=height / 2, z=z), MAIN, "stone")
    merlons = battlements(radius * 0.9 if is_square else radius, 8, 0.1)
    builder.add("battlement", merlons.move(y=height, z=z), MAIN, "stone", 1.05)
    builder.add("roof", cone(radius, roof_height).move(y=height + roof_height / 2 + 0.02, z=z), ACCENT)
    add_flag(builder, 0, height + roof_height - 0.06, z, 0.2, flag_colour)
    slits: list[Placement] = [
        (radius * math.sin(turn), height * 0.68, radius * math.cos(turn) + z, math.degrees(turn))
        for turn in (0, 1.57, 3.14, 4.71)
    ]
    builder.add("window", copies_at(arch(0.1, 0.19, 0.09), slits), "dark brown", "rubber")


def _add_gatehouse(builder: Builder, wall_height: float, wall_z: float) -> None:
    height, z = wall_height * 1.25, wall_z + 0.02
    builder.add("gatehouse", box(0.44, height, 0.26).move(y=wall_height * 0.625, z=z), MAIN, "stone", 0.93)
    merlons = row(box(0.085, 0.09, 0.28), 4, x=0.118)
    builder.add("battlement", merlons.move(y=height + 0.04, z=z), MAIN, "stone", 1.05)
    builder.add("frame", arch(0.33, wall_height * 0.92, 0.05).move(z=wall_z + 0.16), MAIN, "stone", 0.7)
    builder.add("gate", arch(0.25, wall_height * 0.82, 0.08).move(z=wall_z + 0.165), "brown", "wood")
    uprights, crossbars = row(box(0.022, wall_height * 0.72, 0.03), 4, x=0.06), row(box(0.24, 0.022, 0.03), 3, y=0.09)
    portcullis = uprights + crossbars
    builder.add("gate", portcullis.move(y=wall_height * 0.38, z=wall_z + 0.21), "dark grey", "metal")


def lighthouse(builder: Builder) -> None:
    """Build a lighthouse: a tapering striped tower on a rock, a gallery and a glowing lamp room."""
    height, foot, top = builder.vary(1.4, 0.08), builder.vary(0.33, 0.1), builder.vary(0.22, 0.08)
    band_count = builder.choose([5, 7])
    boulders = [(i * 1.05 + builder.between(-0.2, 0.2), builder.between(0.08, 0.14)) for i in range(6)]
    lamp_height = builder.vary(0.26, 0.1)
    roof_form = builder.choose(["dome", "cone"])
    door_colour = builder.choose(["brown", "teal", "navy"])

    def radius_at(y: float) -> float:
        return float(foot + (top - foot) * (y / height) ** 0.8)

    for i in range(band_count):
        low, high = height * i / band_count, height * (i + 1) / band_count
        band = lathe([(0, low), (radius_at(low), low), (radius_at(high), high), (0, high)], sides=48)
        name, colour = ("stripe", ACCENT) if i % 2 else ("tower", MAIN)
        builder.add(name, band, colour)
    rock = [(0, -0.12), (0.52, -0.12), (0.48, -0.04), (0.4, 0.02), (0, 0.02)]
    builder.add("rock", lathe(rock, sides=9, crease_deg=10), "grey", "stone")
    for turn, size in boulders:
        boulder = bead(size, size * 0.75, size).move(0.45 * math.sin(turn), -0.07, 0.45 * math.cos(turn))
        builder.add("rock", boulder, "grey", "stone", 0.85)

    builder.add("gallery", cylinder(top * 1.6, 0.06).move(y=height + 0.03), MAIN, "metal", 0.7)
    builder.add("gallery", torus(top * 1.55, 0.018).move(y=height + 0.17), "dark grey", "metal")
    railing = ring(cylinder(0.014, 0.14).move(y=height + 0.1, z=top * 1.55), 12)
    builder.add("gallery", railing, "dark grey", "metal")
    lamp_y = height + 0.06 + lamp_height / 2
    builder.add("lamp", cylinder(top * 0.85, lamp_height).move(y=lamp_y), "yellow", "glow")
    glazing_bars = ring(box(0.03, lamp_height, 0.03).move(y=lamp_y, z=top * 0.86), 8)
    builder.add("gallery", glazing_bars, "white", "metal")
    roof_y = height + 0.06 + lamp_height
    roof = dome(top * 1.12, 0.2) if roof_form == "dome" else cone(top * 1.25, 0.26).move(y=0.13)
    builder.add("roof", roof.move(y=roof_y), MAIN)
    builder.add("roof", bead(0.05).move(y=roof_y + 0.24), MAIN)

    add_door(builder, 0, radius_at(0.1) - 0.02, 0.17, 0.3, colour=door_colour)
    windows = [
        on_round_wall(radius_at(share * height + 0.05) - 0.015, share * height, facing)
        for share, facing in ((0.42, 0), (0.62, 90), (0.34, 180), (0.55, 270), (0.76, 0))
    ]
    add_windows(builder, windows, 0.085, 0.13, arched=True)


def windmill(builder: Builder) -> None:
    """Build a windmill: an eight-sided or round tower, a cap, four latticed sails toward the front, a balcony."""
    height, foot, top = builder.vary(1.0, 0.07), builder.vary(0.44, 0.08), builder.vary(0.29, 0.08)
    sides = builder.choose([8, 32])
    cap_form = builder.choose(["dome", "cone"])
    sail_length, sail_turn = builder.vary(0.72, 0.06), builder.between(10, 80)
    has_balcony = builder.chance(0.6)
    door_colour = builder.choose(["red", "teal", "brown", "dark green"])

    builder.add("tower", cylinder(foot, height, top=top, sides=sides).turn(y=22.5).move(y=height / 2), MAIN)
    for share in (0.06, 0.94):
        band_radius = (foot + (top - foot) * share) * 1.06
        band = cylinder(band_radius, 0.07, sides=sides).turn(y=22.5)
        builder.add("band", band.move(y=share * height), ACCENT, "wood")
    pointed_cap = cone(top * 1.3, 0.32, sides=sides).turn(y=22.5).move(y=0.16)
    cap = dome(top * 1.2, 0.26) if cap_form == "dome" else pointed_cap
    builder.add("roof", cap.move(y=height), MAIN, "wood", 0.8)

    hub = (0.0, height - 0.02, top + 0.2)
    builder.add("axle", cylinder(0.045, 0.4).turn(x=90).move(y=hub[1], z=hub[2] - 0.18), "dark brown", "wood")
    builder.add("axle", sphere(0.085).move(*hub), "gold", "metal")
    cloth_y = sail_length * 0.24 + sail_length * 0.37
    cloth = box(0.17, sail_length * 0.72, 0.022).move(0.09, cloth_y)
    arm = box(0.045, sail_length, 0.045).move(y=sail_length / 2)
    slats = row(box(0.19, 0.022, 0.045), 6, y=sail_length * 0.13).move(0.09, cloth_y)
    rail = box(0.025, sail_length * 0.74, 0.045).move(0.17, cloth_y)
    for i in range(4):
        turn = 90.0 * i + sail_turn
        builder.add("sail", cloth.turn(z=turn).move(*hub), "cream", "cloth")
        builder.add("sail", (arm + slats + rail).turn(z=turn).move(*hub), "brown", "wood")

    if has_balcony:
        wall_radius, deck_y = foot + (top - foot) * 0.36, 0.36 * height
        builder.add("balcony", cylinder(wall_radius + 0.15, 0.045, sides=sides).move(y=deck_y), ACCENT, "wood")
        builder.add("balcony", torus(wall_radius + 0.13, 0.015).move(y=deck_y + 0.13), ACCENT, "wood")
        balusters = ring(cylinder(0.013, 0.13).move(y=deck_y + 0.07, z=wall_radius + 0.13), 14)
        builder.add("balcony", balusters, ACCENT, "wood")
    add_door(builder, 0, foot * 0.93, 0.2, 0.3, colour=door_colour)
    wall_share = 0.93 if sides == 8 else 0.99  # the flats of a prism lie inside its circle
    windows = [
        on_round_wall((foot + (top - foot) * (share + 0.06)) * wall_share, share * height, facing)
        for share, facing in ((0.56, 0), (0.6, 90), (0.5, 180), (0.6, 270), (0.16, 180))
    ]
    add_windows(builder, windows, 0.11, 0.13)
