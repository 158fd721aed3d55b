"""Build functions of vessels, lights and other things on a shelf. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import star_outline
from procedural.geometry.shapes import (
    Floats,
    bead,
    box,
    capsule,
    cone,
    cylinder,
    dome,
    lathe,
    pair,
    ring,
    sphere,
    torus,
)
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.scatter import GOLDEN_ANGLE_ROUNDED


def teapot(builder: Builder) -> None:
    """Build a round-bellied teapot: the spout toward +x, the handle at -x, a lid with a knob."""
    radius, height = builder.vary(0.5, 0.08), builder.vary(0.62, 0.1)
    knob_radius = builder.vary(0.07)
    spout_reach, handle_reach = builder.vary(0.42, 0.12), builder.vary(0.38, 0.12)

    belly = curve([(0.28, 0), (radius, 0.42 * height), (radius * 0.8, 0.8 * height), (0.27, height)], 24)
    builder.add("body", lathe([(0, 0), (0.28, 0), *map(tuple, belly[1:]), (0, height)]))
    builder.add("foot", torus(0.28, 0.035).move(y=0.015), ACCENT)
    lid = curve([(0.29, height), (0.22, height + 0.07), (0, height + 0.11)], 12)
    builder.add("lid", lathe([(0, height - 0.02), *map(tuple, lid)]))
    builder.add("rim", torus(0.28, 0.02).move(y=height), ACCENT)
    builder.add("knob", sphere(knob_radius).move(y=height + 0.15), ACCENT)
    spout = [
        (radius * 0.8, 0.25 * height, 0),
        (radius + 0.2, 0.42 * height, 0),
        (radius + spout_reach, height * 1.02, 0),
    ]
    builder.add("spout", tube(spout, [0.15, 0.09, 0.055]))
    handle = [
        (-radius * 0.75, 0.85 * height, 0),
        (-radius - handle_reach, 0.78 * height, 0),
        (-radius - handle_reach * 0.7, 0.3 * height, 0),
        (-radius * 0.9, 0.24 * height, 0),
    ]
    builder.add("handle", tube(handle, 0.05), ACCENT)


def vase(builder: Builder) -> None:
    """Build a painted vase: slender, round-bellied or with two handles; some hold flowers."""
    kind = builder.choose(["belly", "slender", "amphora"])
    height = builder.vary({"belly": 0.95, "slender": 1.2, "amphora": 1.1}[kind], 0.07)
    girth = builder.vary(1.0, 0.1)
    pattern = builder.choose(["zigzag", "dots", "waves"])
    has_flowers = kind != "amphora" and builder.chance(0.4)

    outline = {
        "belly": [(0.2, 0), (0.42, 0.3), (0.4, 0.55), (0.17, 0.83), (0.27, 1)],
        "slender": [(0.2, 0), (0.23, 0.2), (0.33, 0.6), (0.15, 0.88), (0.23, 1)],
        "amphora": [(0.15, 0), (0.27, 0.22), (0.4, 0.55), (0.16, 0.82), (0.22, 1)],
    }[kind]
    wall = curve([(radius * girth, y * height) for radius, y in outline], 40)
    inside = [(radius - 0.035, max(y, 0.05)) for radius, y in wall[::-3]]
    builder.add("body", lathe([(0, 0), *map(tuple, wall), *inside, (0, 0.05)], sides=56), MAIN, "glossy")
    builder.add("rim", torus(float(wall[-1, 0]) - 0.015, 0.032).move(y=height), ACCENT, "glossy")
    builder.add("foot", torus(float(wall[0, 0]), 0.035).move(y=0.025), ACCENT, "glossy")
    _add_painted_pattern(builder, pattern, wall, height)
    if kind == "amphora":
        shoulder = _radius_at(wall, 0.62 * height)
        handle = [
            (0.14 * girth, 0.9 * height, 0),
            (0.38 * girth, 0.92 * height, 0),
            (shoulder * 0.98, 0.64 * height, 0),
        ]
        builder.add("handle", pair(tube(handle, 0.038)), ACCENT, "glossy")
    if has_flowers:
        _add_cut_flowers(builder, height)


def _add_painted_pattern(builder: Builder, pattern: str, wall: Floats, height: float) -> None:
    """Add two bands round a vase with its profile `wall` [P, 2], and dots, a zigzag or waves between them."""
    for share in (0.33, 0.62):
        band = torus(_radius_at(wall, share * height), 0.02)
        builder.add("pattern", band.move(y=share * height), ACCENT, "glossy", 1.0)
    if pattern == "dots":
        for share, start_deg in ((0.42, 0), (0.53, 13)):
            dot = bead(0.042, 0.042, 0.022).move(y=share * height, z=_radius_at(wall, share * height))
            builder.add("pattern", ring(dot, 14, start_deg=start_deg), ACCENT, "glossy")
        return
    if pattern == "zigzag":
        steps = 24
        swings = [1.0 if i % 2 else -1.0 for i in range(steps)]
    else:
        steps = 72
        swings = [math.sin(7 * (2 * math.pi * i / steps)) for i in range(steps)]
    line = []
    for i, swing in enumerate(swings):
        turn = 2 * math.pi * i / steps
        y = height * (0.475 + 0.075 * swing)
        radius = _radius_at(wall, y) + 0.004
        line.append((radius * math.sin(turn), y, radius * math.cos(turn)))
    builder.add("pattern", tube(line, 0.02, closed=True, straight=True, sides=8), ACCENT, "glossy")


def _radius_at(profile: Floats, y: float) -> float:
    """Return the radius of a profile [P, 2] of (radius, y) at a height."""
    return float(np.interp(y, profile[:, 1], profile[:, 0]))


def _add_cut_flowers(builder: Builder, vase_height: float) -> None:
    petal = bead(0.075, 0.028, 0.05).move(x=0.075)
    petals = ring(petal.turn(z=18), 6)
    for i in range(builder.count(3, 5)):
        turn = i * 2.4 + builder.between(-0.3, 0.3)
        reach, y = builder.between(0.1, 0.27), vase_height + builder.between(0.16, 0.36)
        colour = builder.choose(["hot pink", "yellow", "white", "red", "violet"])
        top = (reach * math.sin(turn), y, reach * math.cos(turn))
        bend = (top[0] * 0.5, vase_height + 0.05, top[2] * 0.5)
        builder.add("stem", tube([(0, vase_height * 0.85, 0), bend, top], 0.017), "green")
        lean_x, lean_z = 45 * math.cos(turn), -45 * math.sin(turn)
        builder.add("flower", petals.turn(x=lean_x, z=lean_z).move(*top), colour)
        builder.add("flower", bead(0.05).move(y=0.02).turn(x=lean_x, z=lean_z).move(*top), "amber")


def candle(builder: Builder) -> None:
    """Build a lit candle on a saucer with a ring handle, or three candles on a branched stick."""
    if builder.chance(0.65):
        _build_saucer_candle(builder)
    else:
        _build_candelabrum(builder)


def _build_saucer_candle(builder: Builder) -> None:
    height = builder.vary(0.75, 0.15)
    saucer = lathe([(0, 0), (0.4, 0), (0.5, 0.1), (0.46, 0.1), (0.38, 0.04), (0, 0.04)])
    builder.add("holder", saucer, ACCENT, "gold")
    builder.add("holder", cylinder(0.21, 0.1, top=0.24).move(y=0.08), ACCENT, "gold")
    builder.add("handle", torus(0.12, 0.035).turn(x=90).move(0.58, 0.12), ACCENT, "gold")
    _add_lit_candle(builder, 0.0, 0.06, 0.185, height)


def _build_candelabrum(builder: Builder) -> None:
    arm_reach, arm_rise = builder.vary(0.42, 0.1), builder.vary(0.42, 0.12)
    stick = [
        (0, 0),
        (0.3, 0),
        (0.26, 0.06),
        (0.08, 0.12),
        (0.06, 0.25),
        (0.1, 0.3),
        (0.05, 0.36),
        (0.05, arm_rise + 0.2),
        (0, arm_rise + 0.2),
    ]
    builder.add("holder", lathe(stick), ACCENT, "gold")
    arm = tube([(0, 0.33, 0), (arm_reach * 0.7, 0.36, 0), (arm_reach, arm_rise + 0.1, 0)], 0.04)
    builder.add("holder", pair(arm), ACCENT, "gold")
    cup = lathe([(0, 0), (0.07, 0), (0.17, 0.07), (0.17, 0.1), (0, 0.1)])
    for x, y in ((-arm_reach, arm_rise + 0.08), (0, arm_rise + 0.2), (arm_reach, arm_rise + 0.08)):
        builder.add("holder", cup.move(x, y), ACCENT, "gold")
        _add_lit_candle(builder, x, y + 0.08, 0.115, builder.vary(0.46, 0.12))


def _add_lit_candle(builder: Builder, x: float, y: float, radius: float, height: float) -> None:
    """Add a candle that stands at (x, y, 0), with wax running down, a wick and a flame."""
    top = y + height
    builder.add("candle", cylinder(radius, height).move(x, y + height / 2), MAIN, "rubber")
    builder.add("candle", torus(radius * 0.86, radius * 0.2).move(x, top), MAIN, "rubber", 1.08)
    for i in range(6):
        turn = i * 1.05 + builder.between(-0.3, 0.3)
        drip_y = y + height * builder.between(0.45, 0.9)
        drip_x, drip_z = x + radius * math.sin(turn), radius * math.cos(turn)
        drip = capsule((drip_x, top - 0.01, drip_z), (drip_x, drip_y, drip_z), radius * 0.17, radius * 0.24)
        builder.add("candle", drip, MAIN, "rubber", 1.08)
    builder.add("wick", capsule((x, top, 0), (x, top + 0.09, 0), 0.016), "black")
    flame_size = 0.6 * radius + 0.03
    flame = lathe([(0, 0), (0.55, 0.35), (0.6, 0.7), (0.35, 1.4), (0, 2.3)]).scale(flame_size)
    builder.add("flame", flame.move(x, top + 0.05), "orange", "glow")
    builder.add("flame", flame.scale(0.5).move(x, top + 0.05, flame_size * 0.42), "yellow", "glow")


def lantern(builder: Builder) -> None:
    """Build a hanging lantern: a framed cage of glowing panes under a roof with a ring."""
    sides = builder.choose([4, 6])
    radius, cage_height = builder.vary(0.36, 0.08), builder.vary(0.66, 0.1)
    has_bars = builder.chance(0.6)
    roof_height = builder.vary(0.32, 0.2)
    half_side_deg = 180 / sides  # turns a corner to the middle of a side
    cage_y, cage_top = cage_height / 2 + 0.14, cage_height + 0.14
    pane_z = radius * math.cos(math.radians(half_side_deg))

    builder.add("base", cylinder(radius * 1.2, 0.1, sides=sides).turn(y=half_side_deg).move(y=0.05), MAIN, "metal")
    step = cylinder(radius * 1.05, 0.08, sides=sides).turn(y=half_side_deg)
    builder.add("base", step.move(y=0.13), MAIN, "metal", 0.8)
    panes = cylinder(radius * 0.86, cage_height, sides=sides).turn(y=half_side_deg)
    builder.add("light", panes.move(y=cage_y), ACCENT, "glow")
    post = cylinder(0.045, cage_height).move(y=cage_y, z=radius)
    builder.add("frame", ring(post, sides, start_deg=half_side_deg), MAIN, "metal")
    if has_bars:
        pane_width = 2 * radius * math.sin(math.radians(half_side_deg))
        crossbar = box(pane_width, 0.05, 0.05).move(y=cage_y, z=pane_z * 0.93)
        upright = box(0.045, cage_height, 0.045).move(y=cage_y, z=pane_z * 0.93)
        builder.add("frame", ring(crossbar + upright, sides), MAIN, "metal")
    else:
        emblem = prism(star_outline(5, 0.16, 0.07), 0.06).move(y=cage_y, z=pane_z * 0.9)
        builder.add("frame", ring(emblem, sides), MAIN, "metal")

    eaves = cylinder(radius * 1.28, 0.07, sides=sides).turn(y=half_side_deg)
    builder.add("roof", eaves.move(y=cage_top + 0.03), MAIN, "metal")
    roof = [(0, 0), (radius * 1.2, 0), (radius * 0.55, roof_height * 0.5), (0.09, roof_height), (0, roof_height)]
    builder.add("roof", lathe(roof, sides=sides).turn(y=half_side_deg).move(y=cage_top + 0.06), MAIN, "metal", 0.9)
    builder.add("knob", sphere(0.08).move(y=cage_top + roof_height + 0.09), MAIN, "metal")
    builder.add("ring", torus(0.15, 0.035).turn(x=90).move(y=cage_top + roof_height + 0.29), MAIN, "metal")
    for i in range(sides):
        foot = sphere(0.065).move(z=radius * 1.05).turn(y=half_side_deg + 360 * i / sides)
        builder.add("base", foot, MAIN, "metal", 0.8)


def hourglass(builder: Builder) -> None:
    """Build an hourglass, its waist at the origin: two glass bulbs between turned wooden plates, sand in both."""
    height, radius = builder.vary(0.5, 0.08), builder.vary(0.3, 0.08)  # of one bulb
    fullness = builder.between(0.4, 0.6)
    post_count = builder.choose([3, 4])

    bulb = [(0.035, 0.0), (0.09, 0.06), (radius, 0.25), (radius * 0.95, 0.4), (radius * 0.6, 0.5)]
    wall = curve([(r, y / 0.5 * height) for r, y in bulb], 22)
    upper_bulb = lathe([(0, 0), *map(tuple, wall), (0, height)])
    builder.add("glass", upper_bulb + upper_bulb.mirror("y"), "sky blue", "glass", 1.15)
    lower_sand = [
        (0, -height),
        (radius * 0.6, -height),
        (radius * 0.93, -height * 0.8),
        (radius * 0.9, -height * (1.05 - fullness)),
        (0, -height * 0.3),
    ]
    builder.add("sand", lathe(lower_sand), ACCENT, "rubber")
    upper_sand = [
        (0, 0.02),
        (0.06, 0.05),
        (radius * fullness * 1.25, 0.22 * height / 0.5 * fullness * 1.5),
        (0, 0.26 * height / 0.5 * fullness * 1.5),
    ]
    builder.add("sand", lathe(upper_sand), ACCENT, "rubber")
    builder.add("sand", cylinder(0.022, height).move(y=-height / 2), ACCENT)

    plate = lathe([(0, 0), (0.44, 0), (0.47, 0.04), (0.44, 0.08), (0.36, 0.12), (0, 0.12)], sides=48)
    for sign in (1, -1):
        builder.add("frame", plate.scale(1, sign, 1).move(y=sign * height), MAIN, "wood")
        builder.add("band", torus(radius * 0.66, 0.045).move(y=sign * (height - 0.01)), "gold", "gold")
    builder.add("band", torus(0.06, 0.035), "gold", "gold")
    turned_post = [
        (0.032, -height),
        (0.055, -height * 0.7),
        (0.03, -height * 0.45),
        (0.065, 0),
        (0.03, height * 0.45),
        (0.055, height * 0.7),
        (0.032, height),
    ]
    post = lathe([(0, -height), *map(tuple, curve(turned_post, 26)), (0, height)], sides=18).move(z=0.385)
    builder.add("frame", ring(post, post_count, start_deg=180 / post_count), MAIN, "wood", 0.9)


def snow_globe(builder: Builder) -> None:
    """Build a snow globe: a house, a tree or a snowman in falling snow, in a glass ball on a turned base."""
    bead_count = builder.count(10, 14)
    scene = builder.choose(["house", "tree", "snowman"])

    base = lathe([(0, 0), (0.44, 0), (0.46, 0.07), (0.4, 0.12), (0.38, 0.22), (0.42, 0.28), (0, 0.28)])
    builder.add("base", base, MAIN)
    builder.add("band", torus(0.4, 0.04).move(y=0.27), ACCENT, "gold")
    builder.add("band", ring(bead(0.045).move(y=0.15, z=0.39), bead_count), ACCENT, "gold")
    builder.add("snow", sphere(0.39, 0.11, 0.39).move(y=0.32), "white", "rubber")
    if scene == "house":
        builder.add("house", box(0.26, 0.2, 0.22).move(y=0.47), "red")
        builder.add("house", prism([(-0.18, 0), (0.18, 0), (0, 0.17)], 0.28).move(y=0.56), "white")
        builder.add("house", box(0.07, 0.11, 0.03).move(y=0.43, z=0.11), "brown")
    if scene == "snowman":
        for y, radius in ((0.45, 0.14), (0.64, 0.1), (0.79, 0.075)):
            builder.add("snowman", sphere(radius).move(y=y), "white")
        builder.add("snowman", cylinder(0.07, 0.1).move(y=0.88) + cylinder(0.11, 0.02).move(y=0.84), "black")
        builder.add("snowman", cone(0.025, 0.1).turn(x=90).move(y=0.79, z=0.1), "orange")
    trees = ((0, 0.0, 1.35),) if scene == "tree" else ((-0.22, -0.06, 0.75), (0.22, -0.04, 0.85))
    for x, z, size in trees:
        for i in range(3):
            tier = cone(0.16 - 0.035 * i, 0.18).scale(size).move(x, 0.4 + size * (0.08 + 0.1 * i), z)
            builder.add("tree", tier, "green", None, 0.9 + 0.15 * i)
    for i in range(34):
        height, turn = -0.45 + 1.35 * (i + 0.5) / 34, i * GOLDEN_ANGLE_ROUNDED  # on a sphere of radius 1
        radius = 0.4 * math.sqrt(max(0.0, 1 - height * height)) * builder.between(0.75, 0.97)
        flake = bead(0.02).move(radius * math.sin(turn), 0.66 + 0.4 * height, radius * math.cos(turn))
        builder.add("snow", flake, "white")
    builder.add("glass", sphere(0.455).move(y=0.64), "sky blue", "glass", 1.2)


def fountain(builder: Builder) -> None:
    """Build a stone fountain: a wide pool, one or two bowls above it, water falling in curves."""
    bowl_count = builder.count(1, 2)
    pool_sides = builder.choose([8, 48])
    bowl_radius = builder.vary(0.36, 0.08)

    pool = [
        (0, 0),
        (0.62, 0),
        (0.62, 0.06),
        (0.56, 0.1),
        (0.58, 0.2),
        (0.64, 0.26),
        (0.54, 0.26),
        (0.5, 0.14),
        (0, 0.12),
    ]
    builder.add("basin", lathe(pool, sides=pool_sides), MAIN, "stone")
    builder.add("water", cylinder(0.53, 0.03, sides=pool_sides).move(y=0.2), ACCENT, "glossy")
    y = 0.14
    for _ in range(bowl_count):
        pillar_height = builder.vary(0.36, 0.1)
        pillar = [(0, 0), (0.12, 0), (0.06, 0.12), (0.09, 0.2), (0.055, pillar_height), (0, pillar_height)]
        builder.add("pillar", lathe(pillar).move(y=y), MAIN, "stone")
        y += pillar_height
        _add_overflowing_bowl(builder, y, bowl_radius)
        y += 0.1
        bowl_radius *= 0.58
    builder.add("pillar", dome(0.07, 0.1).move(y=y), MAIN, "stone")
    jet = [(0, y + 0.05, 0), (0, y + 0.3, 0.06), (0, y + 0.24, 0.17), (0, y + 0.04, 0.21)]
    builder.add("water", ring(tube(jet, [0.035, 0.03, 0.028, 0.022], sides=8), 6), ACCENT, "glossy", 1.2)


def _add_overflowing_bowl(builder: Builder, y: float, radius: float) -> None:
    """Add a bowl of water at the height y, and streams from its rim down to the pool."""
    stream_count = builder.choose([6, 8, 10])
    bowl = [(0, -0.02), (0.1, 0), (radius, 0.1), (radius + 0.02, 0.15), (radius - 0.05, 0.15), (0, 0.1)]
    builder.add("bowl", lathe(bowl, sides=48).move(y=y), MAIN, "stone")
    builder.add("water", cylinder(radius - 0.04, 0.03).move(y=y + 0.125), ACCENT, "glossy")
    drop = y - 0.1
    path = [
        (0, y + 0.13, radius - 0.02),
        (0, y + 0.1, radius + 0.09),
        (0, y + 0.13 - drop * 0.55, radius + 0.13),
        (0, 0.2, min(radius + 0.15, 0.5)),
    ]
    stream = tube(path, [0.03, 0.028, 0.024, 0.03], count=16, sides=8)
    builder.add("water", ring(stream, stream_count), ACCENT, "glossy", 1.15)
