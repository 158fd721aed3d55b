"""Build functions of fruit and vegetables. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import leaf, pleats
from procedural.geometry.shapes import Floats, bead, box, lathe, pair, ring, sphere
from procedural.geometry.sweeps import curve, prism, tube

Profile = list[tuple[float, float]]
"""Points (radius, y) of a body of revolution, from the bottom up."""


def _smooth_profile(points: Sequence[tuple[float, float]], count: int) -> Profile:
    """Return `count` points of a smooth curve that starts and ends exactly on the axis."""
    profile = curve(points, count)
    profile[[0, -1], 0] = 0
    return [(float(radius), float(y)) for radius, y in profile]


def _nearest_point(profile: Profile, y: float) -> tuple[float, float]:
    """Return the point (radius, y) of a profile whose height is nearest to y."""
    return min(profile, key=lambda point: abs(point[1] - y))


def apple(builder: Builder) -> None:
    """Build an apple, dimpled above and below, with a stalk and a leaf or two."""
    height, radius = builder.vary(0.86, 0.07), builder.vary(0.5, 0.05)
    belly_y = builder.between(0.52, 0.62) * height
    lobes = builder.choose([4, 5])
    stalk_lean, stalk_length = builder.between(-0.16, 0.16), builder.vary(0.2, 0.2)

    outline = [
        (0.0, 0.1),
        (0.1, 0.035),
        (0.24, 0.0),
        (radius * 0.8, 0.13),
        (radius, belly_y),
        (radius * 0.82, 0.87 * height),
        (radius * 0.5, height),
        (0.16, 0.95 * height),
        (0.0, 0.8 * height),
    ]

    def swell_lobes(points: Floats) -> Floats:
        low = np.clip(1 - points[:, 1] / height, 0, 1) ** 2
        around = np.arctan2(points[:, 0], points[:, 2])
        points[:, [0, 2]] *= (1 + 0.06 * low * np.cos(lobes * around))[:, None]
        points[:, 1] *= 1 + 0.05 * np.cos(around * lobes + 1) * (1 - low) * (points[:, 1] > 0.7 * height)
        return points

    body = lathe(_smooth_profile(outline, 44), sides=60, crease_deg=75)
    builder.add("body", body.warp(swell_lobes, 75), MAIN, "glossy")
    stalk = [(0, 0.78 * height, 0), (stalk_lean * 0.3, height * 0.98, 0), (stalk_lean, height + stalk_length, 0)]
    builder.add("stem", tube(stalk, [0.03, 0.03, 0.048]), "dark brown", "wood")
    for i in range(builder.count(1, 2)):
        blade = sphere(0.21, 0.028, 0.1).move(x=0.21).turn(z=builder.between(12, 32))
        blade = blade.turn(y=builder.between(-40, 40) + 180 * i)
        builder.add("leaf", blade.move(x=stalk_lean * 0.4, y=height), "green", "leaf")


def banana(builder: Builder) -> None:
    """Build a bunch of bananas spread from one stalk."""
    count = builder.count(3, 4)
    length, radius = builder.vary(0.95, 0.08), builder.vary(0.11, 0.1)
    stalk_end = (0, 0.78 * length, -0.24)

    spine = [(0, 0.62, -0.1), (0, 0.46, 0.14), (0, 0.2, 0.34), (0, -0.12, 0.46), (0, -0.42, 0.44)]
    for i in range(count):
        stretch = length * builder.between(0.92, 1.06)
        turn = (i - (count - 1) / 2) * 34.0
        points = [(x, y * stretch, z * stretch) for x, y, z in spine]
        fruit = tube(points, [0.04, 0.07, radius, radius * 1.05, radius * 0.95, 0.045], count=30, sides=5)
        builder.add("banana", fruit.turn(y=turn), MAIN, "rubber", 1.0 - 0.06 * (i % 2))
        tip = sphere(0.05, 0.06, 0.05).move(*points[-1])
        builder.add("tip", tip.turn(y=turn), "dark brown", "rubber")
    stalk = [(0, 0.56 * length, -0.1), (0, 0.7 * length, -0.16), stalk_end]
    builder.add("stem", tube(stalk, [0.12, 0.08, 0.07]), ACCENT)
    builder.add("stem", sphere(0.07, 0.05, 0.07).move(*stalk_end), "dark brown", "rubber")


def strawberry(builder: Builder) -> None:
    """Build a strawberry, point down, with yellow seeds and a green crown of leaves."""
    height, radius = builder.vary(0.95, 0.08), builder.vary(0.42, 0.08)
    leaf_count, leaf_turn = builder.count(6, 8), builder.between(0, 50)

    outline = [(0, 0), (radius * 0.45, 0.12), (radius * 0.93, 0.55), (radius * 0.9, 0.85), (0, 1)]
    profile = _smooth_profile([(r, share * height) for r, share in outline], 36)
    builder.add("body", lathe(profile, crease_deg=75), MAIN, "glossy")
    rows = 8
    for i in range(rows):
        share = 0.1 + 0.76 * i / (rows - 1)
        seed_radius, y = _nearest_point(profile[:30], share * height)
        seed_count = max(4, round(seed_radius * 23))
        seed = bead(0.02, 0.033, 0.016).turn(x=55 * (1 - share) ** 1.3).move(y=y, z=seed_radius)
        seeds = ring(seed, seed_count, start_deg=180 / seed_count * (i % 2))
        builder.add("seed", seeds, "yellow", "glossy")
    outer_leaf = sphere(0.24, 0.035, 0.11).move(x=0.22).turn(z=-3).move(y=height * 1.035)
    builder.add("leaf", ring(outer_leaf, leaf_count, start_deg=leaf_turn), ACCENT, "leaf")
    inner_leaf = sphere(0.15, 0.03, 0.07).move(x=0.14).turn(z=42).move(y=height * 1.03)
    builder.add("leaf", ring(inner_leaf, 4), ACCENT, "leaf", 1.2)
    stalk = tube([(0, height, 0), (0.02, height + 0.13, 0), (0.09, height + 0.24, 0)], [0.04, 0.03, 0.04])
    builder.add("stem", stalk, ACCENT, shade=0.8)


def watermelon(builder: Builder) -> None:
    """Build a thick slice of watermelon that stands on its rind; some have bites taken out."""
    radius, thickness = 0.6, builder.vary(0.4, 0.12)
    edge_share = builder.between(0.5, 0.75)  # of the thickness, at the straight edge of the slice
    is_bitten = builder.chance(0.5)

    def half_disc(r: float) -> list[tuple[float, float]]:
        return [(r * math.cos(a), r * math.sin(a)) for a in np.linspace(np.pi, 2 * np.pi, 41)]

    def taper_upward(points: Floats) -> Floats:
        points[:, 2] *= edge_share + (1 - edge_share) * np.clip(-points[:, 1] / radius, 0, 1)
        return points

    flesh = half_disc(radius * 0.86)
    if is_bitten:
        bite = [(0.14 * math.cos(a), 0.13 * math.sin(a)) for a in np.linspace(0, -np.pi, 9)]
        flesh += [(x + centre, y) for centre in (0.33, 0.04) for x, y in bite]
    builder.add("flesh", prism(flesh, thickness * 1.03).warp(taper_upward), MAIN, "glossy")
    for share, thickness_share, colour in ((0.92, 1.0, "cream"), (1.0, 0.97, ACCENT)):
        outer, inner = half_disc(radius * share), half_disc(radius * share * 0.9)[::-1]
        rind = prism([*outer, *inner], thickness * thickness_share)
        builder.add("rind", rind.warp(taper_upward), colour, "glossy")
    for i in range(9):
        seed_radius, angle = (0.45, 0.68)[i % 2] * radius, math.radians(-20 - 140 * i / 8)
        x, y = seed_radius * math.cos(angle), seed_radius * math.sin(angle)
        z = thickness * 0.515 * (edge_share + (1 - edge_share) * -y / radius)
        seed = bead(0.026, 0.045, 0.02).turn(z=math.degrees(angle) + 90).move(x, y, z)
        builder.add("seed", pair(seed, "z"), "black", "glossy")
    for i in range(9):
        angle = math.radians(-10 - 160 * i / 8)
        x, y = radius * 0.995 * math.cos(angle), radius * 0.995 * math.sin(angle)
        stripe = tube([(x, y, side * thickness * 0.4) for side in (-1, 1)], 0.02, count=2)
        builder.add("rind", stripe, "dark green", "glossy")


def pumpkin(builder: Builder) -> None:
    """Build a ribbed pumpkin with a stalk; some are carved into a grinning lantern."""
    rib_count, squash = builder.count(8, 11), builder.between(0.68, 0.92)
    stalk_lean = builder.between(-0.14, 0.14)
    is_carved = builder.pose == "carved" or builder.chance(0.35)
    top = 0.72 * squash

    outline = [(0, 0.06), (0.25, 0.0), (0.52, 0.3), (0.5, 0.62), (0.25, 0.8), (0, 0.7)]
    profile = [(radius, y * squash) for radius, y in _smooth_profile(outline, 26)]

    def press_ribs(points: Floats) -> Floats:
        around = np.arctan2(points[:, 0], points[:, 2])
        points[:, [0, 2]] *= (0.9 + 0.14 * np.sqrt(np.abs(np.sin(rib_count * around / 2 + 0.01))))[:, None]
        return points

    body = lathe(profile, sides=rib_count * 10, crease_deg=75)
    builder.add("body", body.warp(press_ribs, 60), MAIN, "rubber")
    stalk_path = [(0, top - 0.04, 0), (stalk_lean * 0.3, top + 0.12, 0), (stalk_lean, top + 0.25, 0.02)]
    stalk = tube(stalk_path, [0.11, 0.06, 0.075])
    builder.add("stem", stalk.warp(pleats(5, 0.1)), ACCENT, "rubber")
    tendril = [(0.05, top, 0.05), (0.2, top + 0.12, 0.1), (0.3, top + 0.02, 0.18), (0.36, top + 0.1, 0.2)]
    builder.add("vine", tube(tendril, 0.018), "green")
    builder.add("leaf", leaf(0.36, 0.26, 0.3).turn(y=130).move(y=top + 0.04), "green", "leaf")
    if is_carved:
        mouth = [(-0.25, 0.04), (-0.12, -0.05), (0.12, -0.05), (0.25, 0.04), (0.13, -0.13), (0, -0.155), (-0.13, -0.13)]
        left_eye = [(0.06, -0.05), (0.2, -0.05), (0.13, 0.09)]
        right_eye = [(-x, y) for x, y in left_eye[::-1]]
        for cut, y in ((mouth, 0.36), (left_eye, 0.52), (right_eye, 0.52)):
            builder.add("face", prism(cut, 0.3).move(y=y * squash, z=0.4), "yellow", "glow")


def pineapple(builder: Builder) -> None:
    """Build a pineapple: a knobbly barrel under a tuft of pointed leaves."""
    height, radius = builder.vary(0.85, 0.08), builder.vary(0.34, 0.08)

    outline = [(0, 0), (radius * 0.75, 0.03), (radius, 0.42 * height), (radius * 0.72, 0.93 * height), (0, height)]
    profile = _smooth_profile(outline, 30)
    builder.add("body", lathe(profile), MAIN, "rubber", 0.8)
    knob = lathe([(0, -1), (0.7, -0.7), (1, 0), (0.7, 0.7), (0, 1)], sides=12, crease_deg=80)
    rows, around = 8, 11
    for i in range(rows):
        share = 0.08 + 0.84 * i / (rows - 1)
        row_radius, y = _nearest_point(profile[3:-3], share * height)
        start_deg = 180 / around * (i % 2)
        placed_knob = knob.scale(0.95 * row_radius * math.pi / around, 0.062, 0.045).move(y=y, z=row_radius)
        builder.add("body", ring(placed_knob, around, start_deg=start_deg), MAIN, "rubber")
        spike = box(0.03, 0.03, 0.03).move(y=y, z=row_radius + 0.042)
        builder.add("spike", ring(spike, around, start_deg=start_deg), "brown")
    for level, (leaf_count, length, lean) in enumerate(((8, 0.42, 58), (7, 0.5, 36), (5, 0.56, 14))):
        reach = length * builder.vary(1.0, 0.1)
        blade = lathe([(0, 0), (0.07, 0.05), (0.075, reach * 0.4), (0.0, reach)], sides=12).scale(1, 1, 0.45)
        blade = blade.move(z=0.03).turn(x=lean).move(y=height * 0.96 + 0.05 * level)
        builder.add("leaf", ring(blade, leaf_count, start_deg=23 * level), ACCENT, "leaf", 0.9 + 0.15 * level)
