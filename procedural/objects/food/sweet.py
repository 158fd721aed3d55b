"""Builders of sweets and drinks: cake, cupcake, ice cream, donut, cup, bottle, wine glass. Front toward +z, y up."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import heart, lumpy, pleats, star
from procedural.geometry.shapes import Floats, Shape, bead, box, capsule, cylinder, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube

SPRINKLES = ("red", "yellow", "cyan", "lime", "white", "purple")


def cake(builder: Builder) -> None:
    """A birthday cake of one to three tiers: dripping icing, piped rims, candles or cherries."""
    tiers = builder.choose([1, 2, 2, 3])
    y, wide = 0.05, 0.5
    tall = builder.vary({1: 0.36, 2: 0.3, 3: 0.26}[tiers], 0.08)
    builder.add("plate", lathe([(0, 0), (0.36, 0), (0.62, 0.05), (0.62, 0.07), (0, 0.05)]), "white", "glossy")
    drips = builder.chance(0.7)
    for tier in range(tiers):
        body = lathe([(0, 0), (wide, 0), (wide, tall - 0.04), (wide - 0.04, tall), (0, tall)], sides=72)
        builder.add("cake", body.move(y=y), MAIN, "rubber", 1.0 - 0.05 * tier)
        beads = max(10, round(wide * 36))
        builder.add("icing", ring(bead(0.052, 0.045, 0.052).move(y=y + 0.03, z=wide + 0.01), beads), ACCENT, "glossy")
        if drips:
            builder.add("icing", _drips(builder, wide, tall).move(y=y), ACCENT, "glossy")
        else:
            piped = torus(wide - 0.02, 0.045, sides=72).warp(pleats(beads, 0.02))
            builder.add("icing", piped.move(y=y + tall), ACCENT, "glossy")
        y += tall
        wide *= builder.vary(0.68, 0.05)
    top = wide / 0.68
    if builder.chance(0.6):
        _candles(builder, y, top)
    else:
        count = builder.count(6, 8)
        builder.add("cherry", ring(bead(0.062).move(y=y + 0.06, z=top * 0.72), count), "red", "glossy")
        stem = tube([(0, 0.1, 0), (0.02, 0.17, 0.02), (0.06, 0.21, 0.03)], 0.014)
        builder.add("cherry", ring(stem.move(y=y, z=top * 0.72), count), "dark green")
        swirl = lathe([(0, 0), (0.13, 0), (0.12, 0.05), (0.06, 0.1), (0, 0.17)], sides=60).warp(pleats(7, 0.12))
        builder.add("icing", swirl.move(y=y), ACCENT, "glossy")


def _drips(builder: Builder, wide: float, tall: float) -> Shape:
    """A sheet of icing over the top edge, running down the side in drops."""
    waves, phase = builder.count(8, 11), builder.between(0, 6)
    profile = [(0, tall + 0.004), (wide + 0.026, 0.0), (wide + 0.034, 0.25), (wide + 0.03, 0.6), (wide + 0.026, 1.0)]
    profile = [*profile[1:], (wide - 0.04, 1.18), (0, 1.2)]

    def run(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        drop = np.clip(0.5 + 0.5 * np.cos(waves * around + phase), 0, 1) ** 0.8
        drop = drop * (0.75 + 0.35 * np.sin(2.6 * around + phase)) * 0.55 * tall + 0.07
        high = np.maximum(at[:, 1] - 1, 0) * 0.2
        at[:, 1] = tall - 0.03 + high - drop * np.clip(1 - at[:, 1], 0, 1)
        return at

    return lathe(profile, sides=110).warp(run)


def _candles(builder: Builder, y: float, top: float) -> None:
    count = builder.count(3, 7) if top > 0.3 else builder.count(1, 4)
    tall = builder.vary(0.2, 0.15)
    for i in range(count):
        angle = 2 * math.pi * i / count
        far = top * 0.6 if count > 1 else 0.0
        x, z = far * math.sin(angle), far * math.cos(angle)
        builder.add("candle", cylinder(0.032, tall).move(x, y + tall / 2, z), SPRINKLES[i % len(SPRINKLES)])
        flame = lathe([(0, 0), (0.034, 0.035), (0.03, 0.07), (0, 0.14)])
        builder.add("flame", flame.move(x, y + tall + 0.01, z), "amber", "glow")


def cupcake(builder: Builder) -> None:
    """A cupcake: a pleated case, a swirl of icing, sprinkles, a cherry or a star on top."""
    tall, turns = builder.vary(0.42, 0.08), builder.count(3, 4)
    case = lathe([(0, 0), (0.3, 0), (0.345, tall / 2), (0.4, tall), (0, tall)], sides=100).warp(pleats(20, 0.035))
    builder.add("case", case, ACCENT, "paper")
    builder.add("cake", sphere(0.4, 0.1, 0.4).move(y=tall), "tan", "rubber")
    rise = builder.vary(0.5, 0.1)
    steps = np.linspace(0, 1, 26 * turns)
    angle = 2 * math.pi * turns * steps
    radius = 0.3 * (1 - steps) ** 0.85
    swirl = np.stack([radius * np.sin(angle), tall + 0.09 + rise * steps**1.1, radius * np.cos(angle)], -1)
    thick = list(0.145 - 0.105 * np.linspace(0, 1, 8))
    builder.add("icing", tube(swirl, thick, straight=True, sides=16), MAIN, "glossy")
    core = lathe([(0, 0), (0.34, 0), (0.3, rise * 0.35), (0.14, rise * 0.8), (0, rise)])
    builder.add("icing", core.move(y=tall + 0.05), MAIN, "glossy")
    rod = _sprinkle()
    for i in range(30):
        share = (i + 0.5) / 34
        far, turn = 0.43 * (1 - share) ** 0.85, i * 2.39996
        spot = (far * math.sin(turn), tall + 0.14 + rise * share, far * math.cos(turn))
        bit = rod.turn(y=builder.between(0, 180), z=builder.between(-50, 50))
        builder.add("sprinkle", bit.move(*spot), SPRINKLES[i % len(SPRINKLES)])
    peak = tall + rise + 0.14
    if builder.chance(0.65):
        builder.add("cherry", bead(0.1).move(y=peak + 0.03), "red", "glossy")
        stem = tube([(0, peak + 0.1, 0), (0.02, peak + 0.19, 0), (0.08, peak + 0.25, 0)], 0.017)
        builder.add("cherry", stem, "dark green")
    else:
        builder.add("topper", prism(star(5, 0.14, 0.065), 0.06).move(y=peak + 0.08), "yellow", "glossy")


def _sprinkle() -> Shape:
    return capsule((-0.028, 0, 0), (0.028, 0, 0), 0.017)


def ice_cream(builder: Builder) -> None:
    """Ice cream in a waffle cone: one to three scoops, sauce or sprinkles, a cherry or a wafer."""
    scoops = builder.choose([1, 2, 2, 3])
    tall = builder.vary(0.6, 0.06)
    builder.add("cone", lathe([(0, 0), (0.02, 0), (0.27, tall), (0.2, tall)]), "tan", "rubber")
    builder.add("cone", torus(0.265, 0.035).move(y=tall - 0.01), "tan", "rubber", 0.9)
    for side in (1, -1):
        steps = np.linspace(0.12, 1, 10)
        angle = side * 1.9 * steps
        line = np.stack([0.268 * steps * np.sin(angle), tall * steps, 0.268 * steps * np.cos(angle)], -1)
        builder.add("cone", ring(tube(line, 0.012, straight=True, sides=6), 9), "tan", "rubber", 0.72)
    y, size = tall + 0.1, builder.vary(0.31, 0.05)
    flavours = [MAIN, ACCENT, MAIN]
    for i in range(scoops):
        ball = sphere(size).warp(lumpy(0.008, 0.16, i)).move(y=y)
        builder.add("scoop", ball, flavours[i], "rubber")
        skirt = torus(size * 0.93, 0.055, sides=64).warp(pleats(builder.count(8, 12), 0.05)).warp(lumpy(0.012, 0.2))
        builder.add("scoop", skirt.move(y=y - size * 0.32), flavours[i], "rubber", 0.97)
        y += size * 1.12
        size *= 0.92
    top = y - size * 0.18
    if builder.chance(0.5):
        rod = _sprinkle()
        for i in range(26):
            lift, turn = 0.25 + 0.7 * (i + 0.5) / 26, i * 2.39996
            far = math.sqrt(1 - lift * lift) * size * 1.1
            bit = rod.turn(y=builder.between(0, 180), z=builder.between(-40, 40))
            spot = (far * math.sin(turn), top - size * 1.02 + lift * size * 1.1, far * math.cos(turn))
            builder.add("sprinkle", bit.move(*spot), SPRINKLES[i % len(SPRINKLES)])
    else:
        stick = cylinder(0.05, 0.5).turn(z=-24).move(0.17, top + 0.08, -0.05)
        builder.add("wafer", stick, "golden brown", "rubber")
    builder.add("cherry", bead(0.09).move(y=top + 0.06), "red", "glossy")
    builder.add(
        "cherry", tube([(0, top + 0.12, 0), (-0.02, top + 0.2, 0), (-0.07, top + 0.26, 0)], 0.015), "dark green"
    )


def donut(builder: Builder) -> None:
    """A ring donut with dripping icing and sprinkles."""
    wide, fat, tilt = 0.36, builder.vary(0.16, 0.12), builder.between(11, 20)
    builder.add("dough", torus(wide, fat, sides=72).scale(1, 0.92, 1).turn(x=tilt), "golden brown", "rubber")
    waves, phase = builder.count(6, 9), builder.between(0, 6)

    def below(at: Floats) -> Floats:
        around = np.arctan2(at[:, 0], at[:, 2])
        edge = fat * (-0.12 + 0.2 * np.sin(waves * around + phase) + 0.1 * np.sin(3 * around))
        return np.asarray(edge - at[:, 1])

    angles = np.linspace(0, 2 * np.pi, 29)[:-1]
    profile = [(wide + (fat + 0.022) * math.cos(a), (fat + 0.022) * 0.94 * math.sin(a)) for a in angles]
    builder.add("icing", lathe(profile, sides=96, closed=True).keep(below).turn(x=tilt), MAIN, "glossy")
    style = builder.choose(["sprinkles", "sprinkles", "stripes"])
    if style == "sprinkles":
        rod = _sprinkle()
        for i in range(54):
            around, across = i * 2.39996, math.radians(builder.between(15, 165))
            far, y = wide + (fat + 0.025) * math.cos(across), (fat + 0.025) * 0.94 * math.sin(across)
            bit = rod.turn(y=builder.between(0, 180))
            bit = bit.turn(x=90 - math.degrees(across)).move(y=y, z=far).turn(y=math.degrees(around)).turn(x=tilt)
            builder.add("sprinkle", bit, SPRINKLES[i % len(SPRINKLES)])
        return
    turns = builder.count(13, 17)
    steps = np.linspace(0, 2 * np.pi, 160)
    swing = np.pi / 2 + 1.15 * np.sin(turns * steps)
    reach = wide + (fat + 0.03) * np.cos(swing)
    line = np.stack([reach * np.sin(steps), (fat + 0.03) * 0.94 * np.sin(swing), reach * np.cos(steps)], -1)
    builder.add("sprinkle", tube(line[:-1], 0.018, closed=True, straight=True, sides=8).turn(x=tilt), ACCENT, "glossy")


def cup(builder: Builder) -> None:
    """A cup of coffee or cocoa with a handle, perhaps on a saucer, marked with a heart or a stripe."""
    tall, wide = builder.vary(0.74, 0.12), builder.vary(0.38, 0.06)
    flare = builder.between(0.78, 1.0)
    wall = [(0, 0), (wide * flare * 0.9, 0), (wide * flare, 0.05), (wide, tall), (wide - 0.05, tall)]
    builder.add("cup", lathe([*wall, (wide * flare - 0.05, 0.1), (0, 0.08)]), MAIN, "glossy")
    builder.add("rim", torus(wide - 0.022, 0.03).move(y=tall), MAIN, "glossy", 1.1)
    builder.add("drink", cylinder(wide - 0.035, 0.04).move(y=tall * 0.86), "brown", "glossy", 0.75)
    foam = builder.choose(["heart", "swirl", "marshmallow"])
    if foam == "heart":
        builder.add("foam", prism(heart(0.16), 0.03).turn(x=-90).move(y=tall * 0.86 + 0.03), "cream")
    elif foam == "swirl":
        builder.add("foam", sphere(wide * 0.72, 0.12, wide * 0.72).warp(lumpy(0.012, 0.15)).move(y=tall * 0.9), "white")
    else:
        for x, z in ((-0.1, 0.05), (0.1, 0.1), (0.03, -0.12)):
            builder.add("foam", box(0.15, 0.13, 0.15, 0.05).turn(y=30 + 90 * x).move(x, tall * 0.9, z), "white")
    grip = [(wide * 0.93, 0.8), (wide + 0.24, 0.78), (wide + 0.24, 0.3), (wide * 0.9, 0.22)]
    builder.add("handle", tube([(x, share * tall, 0) for x, share in grip], 0.062), MAIN, "glossy")
    if builder.chance(0.5):
        sign = prism(heart(0.13), 0.06).move(y=tall * 0.47, z=wide * (flare + 1) / 2)
        builder.add("stripe", pair(sign, "z"), ACCENT, "glossy")
    else:
        for share in (0.3, 0.62):
            radius = wide * (flare + (1 - flare) * share) + 0.006
            builder.add("stripe", cylinder(radius, 0.07).move(y=tall * share), ACCENT, "glossy")
    if builder.chance(0.6):
        plate = lathe([(0, -0.06), (0.28, -0.06), (0.62, 0.03), (0.62, 0.055), (0.3, 0), (0, 0)])
        builder.add("saucer", plate, MAIN, "glossy", 0.95)
        builder.add("saucer", torus(0.615, 0.022, sides=64).move(y=0.042), ACCENT, "glossy")


def bottle(builder: Builder) -> None:
    """A bottle with a neck, a cap or cork and a label."""
    wide, tall, neck = builder.vary(0.24, 0.12), builder.vary(0.68, 0.1), builder.vary(0.42, 0.15)
    slope = builder.between(0.12, 0.3)
    side = [(wide * 0.9, 0), (wide, 0.04), (wide, tall)]
    throat, top = tall + slope, tall + slope + neck * 0.75
    bend = [(wide, tall), (wide * 0.8, tall + slope * 0.6), (0.085, throat), (0.08, throat + neck * 0.4)]
    shoulder = curve(bend, 16)
    builder.add("bottle", lathe([(0, 0), *side, *map(tuple, shoulder[1:]), (0.08, top), (0, top)]), MAIN, "glass")
    builder.add("neck", torus(0.085, 0.03).move(y=top - 0.05), MAIN, "glass", 0.9)
    if builder.chance(0.5):
        builder.add("cap", cylinder(0.075, 0.12).move(y=top + 0.05), "tan", "wood")
    else:
        crimped = cylinder(0.1, 0.09).warp(pleats(16, 0.04))
        builder.add("cap", crimped.move(y=top + 0.03), builder.choose(["red", "gold", "white"]), "metal")
    low, high = tall * 0.22, tall * 0.78
    builder.add("label", cylinder(wide + 0.01, high - low, sides=48).move(y=(low + high) / 2), ACCENT, "paper")
    sign = builder.choose([star(5, 0.13, 0.06), heart(0.12), star(8, 0.13, 0.09)])
    mark = builder.choose(["red", "gold", "navy"])
    builder.add("emblem", pair(prism(sign, 0.05).move(y=tall / 2, z=wide), "z"), mark)
    for y in (low + 0.02, high - 0.02):
        builder.add("emblem", cylinder(wide + 0.018, 0.025, sides=48).move(y=y), mark)
