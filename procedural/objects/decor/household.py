"""Builders of decorative things: vessels, lights and time. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import star
from procedural.geometry.shapes import (
    Floats,
    bead,
    box,
    capsule,
    cone,
    cylinder,
    dome,
    join,
    lathe,
    pair,
    ring,
    sphere,
    torus,
)
from procedural.geometry.sweeps import curve, prism, tube


def teapot(builder: Builder) -> None:
    """A round-bellied teapot: spout toward +x, handle at -x, lid with a knob."""
    wide, tall = builder.vary(0.5, 0.08), builder.vary(0.62, 0.1)
    belly = curve([(0.28, 0), (wide, 0.42 * tall), (wide * 0.8, 0.8 * tall), (0.27, tall)], 24)
    builder.add("body", lathe([(0, 0), (0.28, 0), *map(tuple, belly[1:]), (0, tall)]))
    builder.add("foot", torus(0.28, 0.035).move(y=0.015), ACCENT)
    lid = curve([(0.29, tall), (0.22, tall + 0.07), (0, tall + 0.11)], 12)
    builder.add("lid", lathe([(0, tall - 0.02), *map(tuple, lid)]))
    builder.add("rim", torus(0.28, 0.02).move(y=tall), ACCENT)
    builder.add("knob", sphere(builder.vary(0.07)).move(y=tall + 0.15), ACCENT)
    reach = builder.vary(0.42, 0.12)
    spout = [(wide * 0.8, 0.25 * tall, 0), (wide + 0.2, 0.42 * tall, 0), (wide + reach, tall * 1.02, 0)]
    builder.add("spout", tube(spout, [0.15, 0.09, 0.055]))
    grip = builder.vary(0.38, 0.12)
    handle = [
        (-wide * 0.75, 0.85 * tall, 0),
        (-wide - grip, 0.78 * tall, 0),
        (-wide - grip * 0.7, 0.3 * tall, 0),
        (-wide * 0.9, 0.24 * tall, 0),
    ]
    builder.add("handle", tube(handle, 0.05), ACCENT)


def vase(builder: Builder) -> None:
    """A vase: slender, round-bellied or with two handles, painted with bands, sometimes holding flowers."""
    kind = builder.choose(["belly", "slender", "amphora"])
    tall = builder.vary({"belly": 0.95, "slender": 1.2, "amphora": 1.1}[kind], 0.07)
    knots = {
        "belly": [(0.2, 0), (0.42, 0.3), (0.4, 0.55), (0.17, 0.83), (0.27, 1)],
        "slender": [(0.2, 0), (0.23, 0.2), (0.33, 0.6), (0.15, 0.88), (0.23, 1)],
        "amphora": [(0.15, 0), (0.27, 0.22), (0.4, 0.55), (0.16, 0.82), (0.22, 1)],
    }[kind]
    stout = builder.vary(1.0, 0.1)
    side = curve([(r * stout, y * tall) for r, y in knots], 40)
    inner = [(r - 0.035, max(y, 0.05)) for r, y in side[::-3]]
    builder.add("body", lathe([(0, 0), *map(tuple, side), *inner, (0, 0.05)], sides=56), MAIN, "glossy")
    builder.add("rim", torus(float(side[-1, 0]) - 0.015, 0.032).move(y=tall), ACCENT, "glossy")
    builder.add("foot", torus(float(side[0, 0]), 0.035).move(y=0.025), ACCENT, "glossy")

    def band(share: float, thick: float, shade: float = 1.0) -> None:
        builder.add("pattern", torus(_radius(side, share * tall), thick).move(y=share * tall), ACCENT, "glossy", shade)

    pattern = builder.choose(["zigzag", "dots", "waves"])
    band(0.33, 0.02)
    band(0.62, 0.02)
    if pattern == "dots":
        for share, start in ((0.42, 0), (0.53, 13)):
            dot = bead(0.042, 0.042, 0.022).move(y=share * tall, z=_radius(side, share * tall))
            builder.add("pattern", ring(dot, 14, start_deg=start), ACCENT, "glossy")
    else:
        count = 12 if pattern == "zigzag" else 7
        line = []
        for i in range(count * 2 if pattern == "zigzag" else 72):
            turn = 2 * math.pi * i / (count * 2 if pattern == "zigzag" else 72)
            swing = (1 if i % 2 else -1) if pattern == "zigzag" else math.sin(count * turn)
            y = tall * (0.475 + 0.075 * swing)
            radius = _radius(side, y) + 0.004
            line.append((radius * math.sin(turn), y, radius * math.cos(turn)))
        builder.add("pattern", tube(line, 0.02, closed=True, straight=True, sides=8), ACCENT, "glossy")
    if kind == "amphora":
        reach = _radius(side, 0.62 * tall)
        loop = [(0.14 * stout, 0.9 * tall, 0), (0.38 * stout, 0.92 * tall, 0), (reach * 0.98, 0.64 * tall, 0)]
        builder.add("handle", pair(tube(loop, 0.038)), ACCENT, "glossy")
    elif builder.chance(0.4):
        _flowers(builder, tall)


def _radius(side: Floats, y: float) -> float:
    """Radius of a profile [P, 2] at a height."""
    return float(np.interp(y, side[:, 1], side[:, 0]))


def _flowers(builder: Builder, tall: float) -> None:
    petal = bead(0.075, 0.028, 0.05).move(x=0.075)
    for i in range(builder.count(3, 5)):
        turn = i * 2.4 + builder.between(-0.3, 0.3)
        far, high = builder.between(0.1, 0.27), tall + builder.between(0.16, 0.36)
        top = (far * math.sin(turn), high, far * math.cos(turn))
        builder.add("stem", tube([(0, tall * 0.85, 0), (top[0] * 0.5, tall + 0.05, top[2] * 0.5), top], 0.017), "green")
        bloom = join(ring(petal.turn(z=18), 6))
        place = {"x": top[0], "y": high, "z": top[2]}
        colour = builder.choose(["hot pink", "yellow", "white", "red", "violet"])
        lean = {"x": 45 * math.cos(turn), "z": -45 * math.sin(turn)}
        builder.add("flower", bloom.turn(**lean).move(**place), colour)
        builder.add("flower", bead(0.05).move(y=0.02).turn(**lean).move(**place), "amber")


def candle(builder: Builder) -> None:
    """A lit candle, wax running down: on a saucer with a ring handle, or three on a branched stick."""
    if builder.chance(0.65):
        tall = builder.vary(0.75, 0.15)
        builder.add(
            "holder", lathe([(0, 0), (0.4, 0), (0.5, 0.1), (0.46, 0.1), (0.38, 0.04), (0, 0.04)]), ACCENT, "gold"
        )
        builder.add("holder", cylinder(0.21, 0.1, top=0.24).move(y=0.08), ACCENT, "gold")
        builder.add("handle", torus(0.12, 0.035).turn(x=90).move(0.58, 0.12), ACCENT, "gold")
        _wax(builder, 0.0, 0.06, 0.185, tall)
        return
    wide, rise = builder.vary(0.42, 0.1), builder.vary(0.42, 0.12)
    base = [(0, 0), (0.3, 0), (0.26, 0.06), (0.08, 0.12), (0.06, 0.25), (0.1, 0.3), (0.05, 0.36), (0.05, rise + 0.2)]
    builder.add("holder", lathe([*base, (0, rise + 0.2)]), ACCENT, "gold")
    arm = tube([(0, 0.33, 0), (wide * 0.7, 0.36, 0), (wide, rise + 0.1, 0)], 0.04)
    builder.add("holder", pair(arm), ACCENT, "gold")
    for x, y in ((-wide, rise + 0.08), (0, rise + 0.2), (wide, rise + 0.08)):
        builder.add(
            "holder", lathe([(0, 0), (0.07, 0), (0.17, 0.07), (0.17, 0.1), (0, 0.1)]).move(x, y), ACCENT, "gold"
        )
        _wax(builder, x, y + 0.08, 0.115, builder.vary(0.46, 0.12))


def _wax(builder: Builder, x: float, y: float, radius: float, tall: float) -> None:
    builder.add("candle", cylinder(radius, tall).move(x, y + tall / 2), MAIN, "rubber")
    builder.add("candle", torus(radius * 0.86, radius * 0.2).move(x, y + tall), MAIN, "rubber", 1.08)
    for i in range(6):
        angle = i * 1.05 + builder.between(-0.3, 0.3)
        low = tall * builder.between(0.45, 0.9)
        start = (x + radius * math.sin(angle), y + tall - 0.01, radius * math.cos(angle))
        drip = capsule(start, (start[0], y + low, start[2]), radius * 0.17, radius * 0.24)
        builder.add("candle", drip, MAIN, "rubber", 1.08)
    builder.add("wick", capsule((x, y + tall, 0), (x, y + tall + 0.09, 0), 0.016), "black")
    size = 0.6 * radius + 0.03
    flame = lathe([(0, 0), (0.55, 0.35), (0.6, 0.7), (0.35, 1.4), (0, 2.3)]).scale(size)
    builder.add("flame", flame.move(x, y + tall + 0.05), "orange", "glow")
    builder.add("flame", flame.scale(0.5).move(x, y + tall + 0.05, size * 0.42), "yellow", "glow")


def lantern(builder: Builder) -> None:
    """A hanging lantern: a framed cage of glowing panes under a roof with a ring."""
    sides = builder.choose([4, 6])
    wide, tall = builder.vary(0.36, 0.08), builder.vary(0.66, 0.1)
    turn = 180 / sides
    builder.add("base", cylinder(wide * 1.2, 0.1, sides=sides).turn(y=turn).move(y=0.05), MAIN, "metal")
    builder.add("base", cylinder(wide * 1.05, 0.08, sides=sides).turn(y=turn).move(y=0.13), MAIN, "metal", 0.8)
    builder.add("light", cylinder(wide * 0.86, tall, sides=sides).turn(y=turn).move(y=tall / 2 + 0.14), ACCENT, "glow")
    post = cylinder(0.045, tall).move(y=tall / 2 + 0.14, z=wide)
    builder.add("frame", ring(post, sides, start_deg=turn), MAIN, "metal")
    flat = wide * math.cos(math.radians(turn))
    if builder.chance(0.6):
        reach = 2 * wide * math.sin(math.radians(turn))
        bar = box(reach, 0.05, 0.05).move(y=tall / 2 + 0.14, z=flat * 0.93)
        upright = box(0.045, tall, 0.045).move(y=tall / 2 + 0.14, z=flat * 0.93)
        builder.add("frame", ring(bar + upright, sides), MAIN, "metal")
    else:
        sign = prism(star(5, 0.16, 0.07), 0.06).move(y=tall / 2 + 0.14, z=flat * 0.9)
        builder.add("frame", ring(sign, sides), MAIN, "metal")
    top = tall + 0.14
    builder.add("roof", cylinder(wide * 1.28, 0.07, sides=sides).turn(y=turn).move(y=top + 0.03), MAIN, "metal")
    high = builder.vary(0.32, 0.2)
    roof = lathe([(0, 0), (wide * 1.2, 0), (wide * 0.55, high * 0.5), (0.09, high), (0, high)], sides=sides)
    builder.add("roof", roof.turn(y=turn).move(y=top + 0.06), MAIN, "metal", 0.9)
    builder.add("knob", sphere(0.08).move(y=top + high + 0.09), MAIN, "metal")
    builder.add("ring", torus(0.15, 0.035).turn(x=90).move(y=top + high + 0.29), MAIN, "metal")
    for angle in range(sides):
        foot = sphere(0.065).move(y=0.0, z=wide * 1.05).turn(y=turn + 360 * angle / sides)
        builder.add("base", foot, MAIN, "metal", 0.8)


def hourglass(builder: Builder) -> None:
    """An hourglass: two glass bulbs between turned wooden plates, sand heaped below."""
    tall, wide = builder.vary(0.5, 0.08), builder.vary(0.3, 0.08)
    bulb = [(0.035, 0.0), (0.09, 0.06), (wide, 0.25), (wide * 0.95, 0.4), (wide * 0.6, 0.5)]
    side = curve([(r, y / 0.5 * tall) for r, y in bulb], 22)
    upper = lathe([(0, 0), *map(tuple, side), (0, tall)])
    full = builder.between(0.4, 0.6)
    builder.add("glass", upper + upper.mirror("y"), "sky blue", "glass", 1.15)
    heap = [
        (0, -tall),
        (wide * 0.6, -tall),
        (wide * 0.93, -tall * 0.8),
        (wide * 0.9, -tall * (1.05 - full)),
        (0, -tall * 0.3),
    ]
    builder.add("sand", lathe(heap), ACCENT, "rubber")
    fill = [
        (0, 0.02),
        (0.06, 0.05),
        (wide * full * 1.25, 0.22 * tall / 0.5 * full * 1.5),
        (0, 0.26 * tall / 0.5 * full * 1.5),
    ]
    builder.add("sand", lathe(fill), ACCENT, "rubber")
    builder.add("sand", cylinder(0.022, tall).move(y=-tall / 2), ACCENT)
    for sign in (1, -1):
        plate = lathe([(0, 0), (0.44, 0), (0.47, 0.04), (0.44, 0.08), (0.36, 0.12), (0, 0.12)], sides=48)
        builder.add("frame", plate.scale(1, sign, 1).move(y=sign * tall), MAIN, "wood")
        builder.add("band", torus(wide * 0.66, 0.045).move(y=sign * (tall - 0.01)), "gold", "gold")
    builder.add("band", torus(0.06, 0.035), "gold", "gold")
    posts = builder.choose([3, 4])
    knots = [(0.032, -tall), (0.055, -tall * 0.7), (0.03, -tall * 0.45), (0.065, 0), (0.03, tall * 0.45)]
    turned = curve([*knots, (0.055, tall * 0.7), (0.032, tall)], 26)
    post = lathe([(0, -tall), *map(tuple, turned), (0, tall)], sides=18).move(z=0.385)
    builder.add("frame", ring(post, posts, start_deg=180 / posts), MAIN, "wood", 0.9)


def snow_globe(builder: Builder) -> None:
    """A snow globe: a little house or tree in the snow inside a glass ball on a turned base."""
    builder.add(
        "base", lathe([(0, 0), (0.44, 0), (0.46, 0.07), (0.4, 0.12), (0.38, 0.22), (0.42, 0.28), (0, 0.28)]), MAIN
    )
    builder.add("band", torus(0.4, 0.04).move(y=0.27), ACCENT, "gold")
    builder.add("band", ring(bead(0.045).move(y=0.15, z=0.39), builder.count(10, 14)), ACCENT, "gold")
    builder.add("snow", sphere(0.39, 0.11, 0.39).move(y=0.32), "white", "rubber")
    scene = builder.choose(["house", "tree", "snowman"])
    if scene == "house":
        builder.add("house", box(0.26, 0.2, 0.22).move(y=0.47), "red")
        builder.add("house", prism([(-0.18, 0), (0.18, 0), (0, 0.17)], 0.28).move(y=0.56), "white")
        builder.add("house", box(0.07, 0.11, 0.03).move(y=0.43, z=0.11), "brown")
    if scene == "snowman":
        for y, size in ((0.45, 0.14), (0.64, 0.1), (0.79, 0.075)):
            builder.add("snowman", sphere(size).move(y=y), "white")
        builder.add("snowman", cylinder(0.07, 0.1).move(y=0.88) + cylinder(0.11, 0.02).move(y=0.84), "black")
        builder.add("snowman", cone(0.025, 0.1).turn(x=90).move(y=0.79, z=0.1), "orange")
    trees = ((0, 0.0, 1.35),) if scene == "tree" else ((-0.22, -0.06, 0.75), (0.22, -0.04, 0.85))
    for x, z, size in trees:
        for step in range(3):
            tier = cone(0.16 - 0.035 * step, 0.18).scale(size).move(x, 0.4 + size * (0.08 + 0.1 * step), z)
            builder.add("tree", tier, "green", None, 0.9 + 0.15 * step)
    for i in range(34):
        lift, turn = -0.45 + 1.35 * (i + 0.5) / 34, i * 2.39996
        far = 0.4 * math.sqrt(max(0.0, 1 - lift * lift)) * builder.between(0.75, 0.97)
        builder.add("snow", bead(0.02).move(far * math.sin(turn), 0.66 + 0.4 * lift, far * math.cos(turn)), "white")
    builder.add("glass", sphere(0.455).move(y=0.64), "sky blue", "glass", 1.2)


def fountain(builder: Builder) -> None:
    """A stone fountain: a wide pool, one or two bowls above, water falling in curves."""
    bowls = builder.count(1, 2)
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
    sides = builder.choose([8, 48])
    builder.add("basin", lathe(pool, sides=sides), MAIN, "stone")
    builder.add("water", cylinder(0.53, 0.03, sides=sides).move(y=0.2), ACCENT, "glossy")
    y, size = 0.14, builder.vary(0.36, 0.08)
    for _ in range(bowls):
        tall = builder.vary(0.36, 0.1)
        builder.add(
            "pillar",
            lathe([(0, 0), (0.12, 0), (0.06, 0.12), (0.09, 0.2), (0.055, tall), (0, tall)]).move(y=y),
            MAIN,
            "stone",
        )
        y += tall
        bowl = lathe([(0, -0.02), (0.1, 0), (size, 0.1), (size + 0.02, 0.15), (size - 0.05, 0.15), (0, 0.1)], sides=48)
        builder.add("bowl", bowl.move(y=y), MAIN, "stone")
        builder.add("water", cylinder(size - 0.04, 0.03).move(y=y + 0.125), ACCENT, "glossy")
        drop = y - 0.1
        fall = [(0, y + 0.13, size - 0.02), (0, y + 0.1, size + 0.09), (0, y + 0.13 - drop * 0.55, size + 0.13)]
        stream = tube([*fall, (0, 0.2, min(size + 0.15, 0.5))], [0.03, 0.028, 0.024, 0.03], count=16, sides=8)
        builder.add("water", ring(stream, builder.choose([6, 8, 10])), ACCENT, "glossy", 1.15)
        y += 0.1
        size *= 0.58
    builder.add("pillar", dome(0.07, 0.1).move(y=y), MAIN, "stone")
    jet = [(0, y + 0.05, 0), (0, y + 0.3, 0.06), (0, y + 0.24, 0.17), (0, y + 0.04, 0.21)]
    builder.add("water", ring(tube(jet, [0.035, 0.03, 0.028, 0.022], sides=8), 6), ACCENT, "glossy", 1.2)
