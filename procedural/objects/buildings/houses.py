"""Builders of buildings and structures. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch
from procedural.geometry.shapes import bead, box, cone, cylinder, dome, lathe, pair, ring, row, sphere, torus
from procedural.objects.parts.buildings import Spot, battlements, door, flag, gable, gable_roof, put, windows


def house(builder: Builder) -> None:
    """A cottage: gabled roof, chimney, door, windows on every side, perhaps a dormer, shutters and bushes."""
    wide, tall, long = builder.vary(0.95, 0.1), builder.vary(0.82, 0.1), builder.vary(0.85, 0.1)
    rise = builder.vary(0.4, 0.15)
    front, side = long / 2, wide / 2
    builder.add("wall", box(wide, tall, long).move(y=tall / 2), MAIN)
    turned = builder.chance(0.5)
    if turned:
        builder.add("wall", gable(long, wide, rise).turn(y=90).move(y=tall), MAIN)
        builder.add("roof", gable_roof(long, wide, rise, over=0.09, thick=0.065).turn(y=90).move(y=tall), ACCENT)
    else:
        builder.add("wall", gable(wide, long, rise).move(y=tall), MAIN)
        builder.add("roof", gable_roof(wide, long, rise, over=0.09, thick=0.065).move(y=tall), ACCENT)
    builder.add("base", box(wide + 0.06, 0.08, long + 0.06).move(y=0.04), "grey", "stone")
    paint = builder.choose(["brown", "red", "teal", "dark green", "blue"])
    at = builder.choose([0.0, -0.24])
    door(builder, at * wide, front, 0.2, 0.38, colour=paint, arched=builder.chance(0.5))
    size = 0.165
    sill = tall * 0.42
    spots: list[Spot] = [(0.3 * wide, sill, front, 0)]
    spots += [(-0.3 * wide, sill, front, 0)] if at == 0.0 else [(0.02 * wide, sill, front, 0)]
    for z in (-0.22 * long, 0.22 * long):
        spots += [(side, sill, z, 90), (-side, sill, z, -90)]
    spots += [(x * wide, sill, -front, 180) for x in (-0.25, 0.25)]
    windows(builder, spots, size, size * 1.15)
    if builder.chance(0.35):
        shutter = box(0.075, size * 1.25, 0.09).move(y=size * 0.58)
        panels = pair(shutter.move(size * 0.5 + 0.075))
        builder.add("shutter", put(panels, spots), paint, "wood")
    upper: list[Spot] = [(side, tall * 0.94, 0, 90), (-side, tall * 0.94, 0, -90)]
    if not turned:
        upper = [(0, tall * 0.94, front, 0), (0, tall * 0.94, -front, 180)]
    windows(builder, upper, 0.17, 0.2, arched=True)
    high = tall + rise * builder.between(1.0, 1.2)
    x, z = builder.choose([-0.26, 0.26]) * wide, -0.2 * long
    builder.add("chimney", box(0.16, high - tall * 0.8, 0.16).move(x, (high + tall * 0.8) / 2, z), "maroon", "rubber")
    builder.add("chimney", box(0.21, 0.06, 0.21).move(x, high, z), "light grey", "stone")
    if builder.chance(0.6):
        for i, grow in ((1, 0.065), (2, 0.09), (3, 0.11)):
            builder.add("smoke", sphere(grow).move(x + 0.04 * i, high + 0.13 * i, z), "white")
    if builder.chance(0.6):
        for spot in ((0.42, 0.14), (-0.46, 0.1)):
            builder.add("bush", sphere(0.13, 0.14, 0.13).move(spot[0] * wide, 0.1, front + 0.1), "green", "leaf")


def castle(builder: Builder) -> None:
    """A castle: four round towers with pointed roofs and flags, walls with battlements, a gate, a keep."""
    half, tall = builder.vary(0.46, 0.06), builder.vary(0.42, 0.1)
    wide = builder.vary(0.165, 0.1)
    flags = builder.choose(["red", "yellow", "sky blue", "hot pink"])
    for i in range(4):
        wall = box(2 * half, tall, 0.12).move(y=tall / 2, z=half).turn(y=90 * i)
        builder.add("wall", wall, MAIN, "stone")
        teeth = row(box(0.085, 0.09, 0.14), 5, x=0.15).move(y=tall + 0.04, z=half)
        builder.add("battlement", teeth.turn(y=90 * i), MAIN, "stone", 1.05)
    builder.add("wall", box(2 * half, 0.06, 2 * half).move(y=0.03), MAIN, "stone", 0.8)
    for i in range(4):
        x, z = half * (1 if i % 3 == 0 else -1), half * (1 if i < 2 else -1)
        high = tall * builder.between(1.45, 1.8)
        _tower(builder, x, z, wide, high, flags)
    keep = tall * builder.vary(2.2, 0.1)
    square = builder.chance(0.4)
    core = builder.vary(0.27, 0.1)
    builder.add(
        "tower",
        cylinder(core * (1.25 if square else 1), keep, sides=4 if square else 40).turn(y=45).move(y=keep / 2, z=-0.08),
        MAIN,
        "stone",
    )
    crown = core * (0.9 if square else 1.0)
    builder.add("battlement", battlements(crown, 8, 0.1).move(y=keep, z=-0.08), MAIN, "stone", 1.05)
    roof = builder.vary(0.5, 0.15)
    builder.add("roof", cone(core * 1.0, roof).move(y=keep + roof / 2 + 0.02, z=-0.08), ACCENT)
    flag(builder, 0, keep + roof - 0.06, -0.08, 0.2, flags)
    slits: list[Spot] = [
        (core * math.sin(a), keep * 0.68, core * math.cos(a) - 0.08, math.degrees(a)) for a in (0, 1.57, 3.14, 4.71)
    ]
    builder.add("window", put(arch(0.1, 0.19, 0.09), slits), "dark brown", "rubber")
    builder.add("gatehouse", box(0.44, tall * 1.25, 0.26).move(y=tall * 0.625, z=half + 0.02), MAIN, "stone", 0.93)
    builder.add(
        "battlement",
        row(box(0.085, 0.09, 0.28), 4, x=0.118).move(y=tall * 1.25 + 0.04, z=half + 0.02),
        MAIN,
        "stone",
        1.05,
    )
    builder.add("frame", arch(0.33, tall * 0.92, 0.05).move(z=half + 0.16), MAIN, "stone", 0.7)
    builder.add("gate", arch(0.25, tall * 0.82, 0.08).move(z=half + 0.165), "brown", "wood")
    bars = row(box(0.022, tall * 0.72, 0.03), 4, x=0.06) + row(box(0.24, 0.022, 0.03), 3, y=0.09)
    builder.add("gate", bars.move(y=tall * 0.38, z=half + 0.21), "dark grey", "metal")


def _tower(builder: Builder, x: float, z: float, wide: float, high: float, flags: str) -> None:
    """A corner tower of a castle."""
    shaft = lathe([(0, 0), (wide * 1.1, 0), (wide, 0.1), (wide, high - 0.12), (wide * 1.22, high - 0.03), (0, high)])
    builder.add("tower", shaft.move(x, z=z), MAIN, "stone", 0.97)
    builder.add("battlement", battlements(wide * 1.12, 8, 0.085).move(x, high - 0.03, z), MAIN, "stone", 1.05)
    roof = builder.vary(0.36, 0.12)
    builder.add("roof", cone(wide * 1.18, roof).move(x, high + roof / 2 + 0.02, z), ACCENT)
    flag(builder, x, high + roof - 0.04, z, 0.15, flags)
    out = math.degrees(math.atan2(x, z))
    slit = arch(0.075, 0.15, 0.08).move(y=high * 0.58, z=wide)
    builder.add("window", (slit.turn(y=out - 45) + slit.turn(y=out + 45)).move(x, z=z), "dark brown", "rubber")


def lighthouse(builder: Builder) -> None:
    """A lighthouse: a tapering striped tower on a rock, a gallery, a glowing lamp room."""
    tall, foot, top = builder.vary(1.4, 0.08), builder.vary(0.33, 0.1), builder.vary(0.22, 0.08)
    bands = builder.choose([5, 7])

    def radius(y: float) -> float:
        return float(foot + (top - foot) * (y / tall) ** 0.8)

    for i in range(bands):
        low, high = tall * i / bands, tall * (i + 1) / bands
        ring_wall = lathe([(0, low), (radius(low), low), (radius(high), high), (0, high)], sides=48)
        builder.add("stripe" if i % 2 else "tower", ring_wall, ACCENT if i % 2 else MAIN)
    rock = [(0, -0.12), (0.52, -0.12), (0.48, -0.04), (0.4, 0.02), (0, 0.02)]
    builder.add("rock", lathe(rock, sides=9, crease_deg=10), "grey", "stone")
    for i in range(6):
        turn = i * 1.05 + builder.between(-0.2, 0.2)
        size = builder.between(0.08, 0.14)
        stone = bead(size, size * 0.75, size).move(0.45 * math.sin(turn), -0.07, 0.45 * math.cos(turn))
        builder.add("rock", stone, "grey", "stone", 0.85)
    builder.add("gallery", cylinder(top * 1.6, 0.06).move(y=tall + 0.03), MAIN, "metal", 0.7)
    builder.add("gallery", torus(top * 1.55, 0.018).move(y=tall + 0.17), "dark grey", "metal")
    builder.add("gallery", ring(cylinder(0.014, 0.14).move(y=tall + 0.1, z=top * 1.55), 12), "dark grey", "metal")
    lamp = builder.vary(0.26, 0.1)
    builder.add("lamp", cylinder(top * 0.85, lamp).move(y=tall + 0.06 + lamp / 2), "yellow", "glow")
    builder.add(
        "gallery", ring(box(0.03, lamp, 0.03).move(y=tall + 0.06 + lamp / 2, z=top * 0.86), 8), "white", "metal"
    )
    cap = tall + 0.06 + lamp
    roof = builder.choose([dome(top * 1.12, 0.2), cone(top * 1.25, 0.26).move(y=0.13)])
    builder.add("roof", roof.move(y=cap), MAIN)
    builder.add("roof", bead(0.05).move(y=cap + 0.24), MAIN)
    door(builder, 0, radius(0.1) - 0.02, 0.17, 0.3, colour=builder.choose(["brown", "teal", "navy"]))
    spots: list[Spot] = []
    for share, face in ((0.42, 0), (0.62, 90), (0.34, 180), (0.55, 270), (0.76, 0)):
        out = radius(share * tall + 0.05) - 0.015
        spots.append((out * math.sin(math.radians(face)), share * tall, out * math.cos(math.radians(face)), face))
    windows(builder, spots, 0.085, 0.13, arched=True)


def windmill(builder: Builder) -> None:
    """A windmill: an eight-sided tower, a cap, four latticed sails toward the front, a balcony."""
    tall, foot, top = builder.vary(1.0, 0.07), builder.vary(0.44, 0.08), builder.vary(0.29, 0.08)
    sides = builder.choose([8, 32])
    builder.add("tower", cylinder(foot, tall, top=top, sides=sides).turn(y=22.5).move(y=tall / 2), MAIN)
    for share in (0.06, 0.94):
        radius = (foot + (top - foot) * share) * 1.06
        builder.add("band", cylinder(radius, 0.07, sides=sides).turn(y=22.5).move(y=share * tall), ACCENT, "wood")
    cap = builder.choose([dome(top * 1.2, 0.26), cone(top * 1.3, 0.32, sides=sides).turn(y=22.5).move(y=0.16)])
    builder.add("roof", cap.move(y=tall), MAIN, "wood", 0.8)
    hub_y, hub_z = tall - 0.02, top + 0.2
    builder.add("axle", cylinder(0.045, 0.4).turn(x=90).move(y=hub_y, z=hub_z - 0.18), "dark brown", "wood")
    builder.add("axle", sphere(0.085).move(y=hub_y, z=hub_z), "gold", "metal")
    reach, spin = builder.vary(0.72, 0.06), builder.between(10, 80)
    arm = box(0.045, reach, 0.045).move(y=reach / 2)
    inner = reach * 0.24
    cloth = box(0.17, reach * 0.72, 0.022).move(0.09, inner + reach * 0.37)
    slats = row(box(0.19, 0.022, 0.045), 6, y=reach * 0.13).move(0.09, inner + reach * 0.37)
    rail = box(0.025, reach * 0.74, 0.045).move(0.17, inner + reach * 0.37)
    for i in range(4):
        place = {"z": 90.0 * i + spin}
        at = {"y": hub_y, "z": hub_z}
        builder.add("sail", cloth.turn(**place).move(**at), "cream", "cloth")
        builder.add("sail", (arm + slats + rail).turn(**place).move(**at), "brown", "wood")
    if builder.chance(0.6):
        deck = foot + (top - foot) * 0.36
        builder.add("balcony", cylinder(deck + 0.15, 0.045, sides=sides).move(y=0.36 * tall), ACCENT, "wood")
        builder.add("balcony", torus(deck + 0.13, 0.015).move(y=0.36 * tall + 0.13), ACCENT, "wood")
        builder.add(
            "balcony", ring(cylinder(0.013, 0.13).move(y=0.36 * tall + 0.07, z=deck + 0.13), 14), ACCENT, "wood"
        )
    paint = builder.choose(["red", "teal", "brown", "dark green"])
    door(builder, 0, foot * 0.93, 0.2, 0.3, colour=paint)
    spots: list[Spot] = []
    for share, face in ((0.56, 0), (0.6, 90), (0.5, 180), (0.6, 270), (0.16, 180)):
        out = (foot + (top - foot) * (share + 0.06)) * (0.93 if sides == 8 else 0.99)
        spots.append((out * math.sin(math.radians(face)), share * tall, out * math.cos(math.radians(face)), face))
    windows(builder, spots, 0.11, 0.13)
