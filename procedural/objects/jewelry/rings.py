"""Builders of jewelry worn on the head and hands: crown, tiara, ring, bracelet, watch. Front toward +z, y up."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import disc, gem, heart, star
from procedural.geometry.shapes import Floats, Shape, bead, box, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import prism, tube


def crown(builder: Builder) -> None:
    """A king's crown: a jewelled band, points with balls on their tips, sometimes a velvet cap."""
    points = builder.count(5, 8)
    low, high = builder.vary(0.3, 0.1), builder.vary(0.64, 0.14)
    flare, thick = builder.between(1.06, 1.26), 0.045
    wall = [(0.5, y) for y in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    wall += [(0.5 - thick, y) for _, y in reversed(wall)]

    def pull_up(at: Floats) -> Floats:
        phase = np.arctan2(at[:, 0], at[:, 2]) * points / (2 * np.pi)
        share = np.abs(2 * (phase - np.floor(phase)) - 1)
        at[:, [0, 2]] *= 1 + (flare - 1) * at[:, 1:2]
        at[:, 1] *= low + (high - low) * share
        return at

    builder.add("body", lathe(wall, sides=points * 12, closed=True).warp(pull_up), MAIN, "gold")
    tip = 0.5 * flare - thick / 2
    ball = builder.choose(["ball", "pearl", "gem"])
    end = ring(bead(builder.vary(0.065)).move(y=high + 0.02, z=tip), points)
    builder.add(
        "pearl" if ball == "pearl" else "ball" if ball == "ball" else "gem",
        end,
        {"ball": MAIN, "pearl": "cream", "gem": ACCENT}[ball],
        {"ball": "gold", "pearl": "glossy", "gem": "crystal"}[ball],
    )
    builder.add("band", torus(0.505, 0.04, sides=64).move(y=0.03), MAIN, "gold", 0.9)
    builder.add("band", torus(0.515, 0.03, sides=64).move(y=low * 0.86), MAIN, "gold", 0.9)
    mid = low * 0.47
    stones = gem(builder.vary(0.11, 0.1)).turn(x=90).move(y=mid, z=0.51)
    builder.add("gem", ring(stones, points), ACCENT, "crystal")
    small = bead(0.034).move(y=mid, z=0.505)
    builder.add("pearl", ring(small, points, start_deg=180 / points), "cream", "glossy")
    lean = 0.5 * (1 + (flare - 1) * 0.62)
    drop = gem(builder.vary(0.075), sides=6).turn(x=90).scale(1, 1.4, 1).move(y=low + (high - low) * 0.3, z=lean)
    builder.add("gem", ring(drop, points), ACCENT, "crystal")
    if builder.chance(0.5):
        cloth = builder.choose(["crimson", "purple", "navy"])
        cap = dome(0.455, builder.between(0.44, 0.54)).move(y=0.02)
        builder.add("cap", cap, cloth, "cloth")
        builder.add("band", torus(0.5, 0.05, sides=64).move(y=-0.02), "white", "fur")


def tiara(builder: Builder) -> None:
    """A princess's tiara: an open band with loops rising to the middle, set with stones."""
    peaks = builder.choose([5, 7, 9])
    high, spread = builder.vary(0.42, 0.12), builder.between(100, 118)
    builder.add("band", _arc(lambda _: 0.0, 0.5, spread, 0.034), MAIN, "silver")
    builder.add("band", _arc(lambda _: 0.11, 0.5, spread * 0.96, 0.02), MAIN, "silver")
    for i in range(peaks):
        share = (i - (peaks - 1) / 2) / ((peaks - 1) / 2)
        angle = math.radians(share * spread * 0.78)
        rise = 0.11 + high * (1 - 0.72 * abs(share) ** 1.2)
        wide = math.radians(spread * 0.78) / (peaks - 1)
        loop = [_round(angle + a * wide, y, 0.5) for a, y in ((-1, 0.1), (-0.62, 0.55 * rise), (0, rise))]
        loop += [_round(angle - a * wide, y, 0.5) for a, y in ((-0.62, 0.55 * rise), (-1, 0.1))]
        builder.add("loop", tube(loop, 0.02, count=18, sides=10), MAIN, "silver")
        x, y, z = _round(angle, rise + 0.045, 0.5)
        builder.add("pearl", bead(0.05).move(x, y, z), "white", "glossy")
        stone = gem(0.058 + 0.035 * (1 - abs(share)), sides=8).turn(x=90).scale(1, 1.25, 1)
        x, _, z = _round(angle, 0, 0.5)
        builder.add("gem", stone.turn(y=math.degrees(angle)).move(x, 0.11 + 0.38 * (rise - 0.11), z), ACCENT, "crystal")
        builder.add("gem", bead(0.035).move(x * 1.05, 0.055, z * 1.05), ACCENT, "crystal")


def finger_ring(builder: Builder) -> None:
    """A finger ring standing upright, a large cut stone in claws on top."""
    radius, thick = 0.4, builder.vary(0.07, 0.15)
    wide = builder.between(1.1, 1.7)
    band = torus(radius, thick, sides=64).scale(1, wide, 1).turn(x=90)
    builder.add("band", band, MAIN, "gold")
    size, seat = builder.vary(0.25, 0.12), radius + thick
    cut = builder.choose([6, 8, 10, 4])
    stone = gem(size, sides=cut, deep=0.85).turn(y=180 / cut)
    if builder.chance(0.35):
        stone = stone.scale(1.15, 1, 0.85)
    builder.add("gem", stone.move(y=seat + size * 0.62), ACCENT, "crystal")
    cup = lathe([(0, -0.05), (size * 0.5, 0), (size * 0.78, size * 0.3), (size * 0.6, size * 0.3), (0, 0.02)])
    builder.add("setting", cup.move(y=seat - 0.02), MAIN, "gold")
    claw = tube([(0, 0, size * 0.5), (0, size * 0.4, size * 0.98), (0, size * 0.86, size * 0.78)], size * 0.1)
    builder.add("claw", ring(claw, 4, start_deg=45).move(y=seat), MAIN, "gold")
    sides = builder.count(0, 3)
    for i in range(sides):
        small = gem(0.075 - 0.012 * i).turn(y=22).move(y=seat + 0.01).turn(z=-38 - 19 * i)
        builder.add("gem", pair(small), ACCENT, "crystal", 1.25)


def bracelet(builder: Builder) -> None:
    """A thick bangle or a chain of beads lying round, with little charms hanging from it."""
    count = builder.count(13, 17)
    strung = builder.chance(0.5)
    if strung:
        builder.add("band", ring(bead(1.45 / count).scale(1, 1.1, 1).move(z=0.5), count), MAIN, "gold")
        builder.add("band", torus(0.5, 0.03), MAIN, "gold", 0.7)
        builder.add("gem", ring(bead(0.55 / count).move(y=1.35 / count, z=0.53), count), ACCENT, "crystal")
    else:
        tall = builder.vary(0.14)
        hoop = lathe([(0.47, -tall), (0.52, -tall), (0.54, 0), (0.52, tall), (0.47, tall)], sides=64, closed=True)
        builder.add("band", hoop, MAIN, "gold")
        for y in (-tall, tall):
            builder.add("band", torus(0.505, 0.035, sides=64).move(y=y), MAIN, "gold", 0.85)
        builder.add("gem", ring(gem(tall * 0.55).turn(x=90).move(z=0.53), count), ACCENT, "crystal")
    charms: list[Shape] = [
        prism(heart(0.11), 0.06).move(y=-0.09),
        prism(star(5, 0.13, 0.06), 0.06).move(y=-0.09),
        gem(0.09).turn(x=180).scale(1, 1.3, 1).move(y=-0.09),
        prism(disc(0.1), 0.05).move(y=-0.09),
    ]
    shown = builder.count(4, 6)
    low = -0.16
    for i in range(shown):
        angle = 360 * i / shown + builder.between(-8, 8)
        hang = torus(0.03, 0.014).turn(z=90).move(y=low, z=0.54)
        builder.add("charm", hang.turn(y=angle), MAIN, "gold", 0.8)
        charm = builder.choose(charms).move(y=low - 0.04, z=0.56)
        builder.add("charm", charm.turn(y=angle), ACCENT if i % 2 else MAIN, "crystal" if i % 2 else "gold")


def watch(builder: Builder) -> None:
    """A wristwatch: a strap bent into a loop, the round face in front."""
    wide, size = builder.vary(0.17, 0.12), builder.vary(0.3, 0.08)
    strap = lathe([(0.4, -wide), (0.45, -wide), (0.46, 0), (0.45, wide), (0.4, wide)], sides=64, closed=True)
    builder.add("strap", strap.scale(1.0, 1, 0.85).turn(z=90), MAIN, "leather")
    for x in (-wide * 0.8, wide * 0.8):
        line = torus(0.455, 0.012, sides=64).scale(1.0, 1, 0.85).turn(z=90).move(x=x)
        builder.add("strap", line, MAIN, "leather", 1.3)
    front = 0.38
    builder.add("case", cylinder(size, 0.12).turn(x=90).move(z=front), ACCENT, "gold")
    builder.add("case", torus(size, 0.04).turn(x=90).move(z=front + 0.06), ACCENT, "gold")
    builder.add("dial", cylinder(size - 0.02, 0.02).turn(x=90).move(z=front + 0.065), "cream")
    z = front + 0.08
    for i in range(12):
        mark = box(0.025, 0.07 if i % 3 == 0 else 0.035, 0.02).move(y=size - 0.075).turn(z=30 * i)
        builder.add("mark", mark.move(z=z), "black")
    hour, minute = builder.between(20, 100), builder.between(-80, -20)
    for angle, long, thick in ((hour, 0.5, 0.042), (minute, 0.72, 0.03)):
        hand = box(thick, size * long, 0.02).move(y=size * long * 0.42).turn(z=-angle)
        builder.add("hand", hand.move(z=z + 0.012), "black")
    builder.add("hand", sphere(0.03, 0.03, 0.02).move(z=z + 0.02), "black")
    builder.add("knob", cylinder(0.045, 0.09).turn(z=90).move(x=size + 0.06, z=front), ACCENT, "gold")
    builder.add("buckle", box(2.5 * wide, 0.16, 0.06, 0.02).move(z=-0.385), ACCENT, "gold")


def _round(angle: float, y: float, radius: float) -> tuple[float, float, float]:
    """A point on an upright cylinder, angle 0 in front."""
    return radius * math.sin(angle), y, radius * math.cos(angle)


def _arc(height: Callable[[float], float], radius: float, spread_deg: float, thick: float) -> Shape:
    """A rod round the front of the head, `spread_deg` to either side, at a height given by the angle's share."""
    shares = np.linspace(-1, 1, 24)
    points = [_round(math.radians(spread_deg) * s, height(float(s)), radius) for s in shares]
    return tube(points, thick, count=60)
