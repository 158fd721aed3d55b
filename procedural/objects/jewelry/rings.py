"""Build functions of jewelry worn on the head and hands. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.ornament import disc, gem, heart, star_outline
from procedural.geometry.shapes import Floats, Shape, bead, box, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import prism, tube


def crown(builder: Builder) -> None:
    """Build a king's crown: a jewelled band, points tipped with balls, pearls or gems; some hold a velvet cap."""
    point_count = builder.count(5, 8)
    notch_height, point_height = builder.vary(0.3, 0.1), builder.vary(0.64, 0.14)
    flare, thickness = builder.between(1.06, 1.26), 0.045
    tip_kind, tip_radius = builder.choose(["ball", "pearl", "gem"]), builder.vary(0.065)
    stone_radius, upper_stone_radius = builder.vary(0.11, 0.1), builder.vary(0.075)
    has_cap = builder.chance(0.5)
    radius = 0.5  # of the band; the wall flares out to `flare` times it at the top
    band_y = notch_height * 0.47

    shares = (0, 0.2, 0.4, 0.6, 0.8, 1)
    outside = [(radius, y) for y in shares]
    inside = [(radius - thickness, y) for y in reversed(shares)]

    def raise_points(points: Floats) -> Floats:
        phase = np.arctan2(points[:, 0], points[:, 2]) * point_count / (2 * np.pi)
        share = np.abs(2 * (phase - np.floor(phase)) - 1)  # 0 in a notch, 1 at a tip
        points[:, [0, 2]] *= 1 + (flare - 1) * points[:, 1:2]
        points[:, 1] *= notch_height + (point_height - notch_height) * share
        return points

    wall = lathe([*outside, *inside], sides=point_count * 12, closed=True)
    builder.add("body", wall.warp(raise_points), MAIN, "gold")
    tip = bead(tip_radius).move(y=point_height + 0.02, z=radius * flare - thickness / 2)
    tip_colour, tip_material = {"ball": (MAIN, "gold"), "pearl": ("cream", "glossy"), "gem": (ACCENT, "crystal")}[
        tip_kind
    ]
    builder.add(tip_kind, ring(tip, point_count), tip_colour, tip_material)

    builder.add("band", torus(0.505, 0.04, sides=64).move(y=0.03), MAIN, "gold", 0.9)
    builder.add("band", torus(0.515, 0.03, sides=64).move(y=notch_height * 0.86), MAIN, "gold", 0.9)
    stone = gem(stone_radius).turn(x=90).move(y=band_y, z=0.51)
    builder.add("gem", ring(stone, point_count), ACCENT, "crystal")
    pearl = bead(0.034).move(y=band_y, z=0.505)
    builder.add("pearl", ring(pearl, point_count, start_deg=180 / point_count), "cream", "glossy")
    upper_stone = gem(upper_stone_radius, sides=6).turn(x=90).scale(1, 1.4, 1)
    upper_stone_y = notch_height + (point_height - notch_height) * 0.3
    upper_stone = upper_stone.move(y=upper_stone_y, z=radius * (1 + (flare - 1) * 0.62))
    builder.add("gem", ring(upper_stone, point_count), ACCENT, "crystal")
    if has_cap:
        cap_colour = builder.choose(["crimson", "purple", "navy"])
        builder.add("cap", dome(0.455, builder.between(0.44, 0.54)).move(y=0.02), cap_colour, "cloth")
        builder.add("band", torus(0.5, 0.05, sides=64).move(y=-0.02), "white", "fur")


def tiara(builder: Builder) -> None:
    """Build a tiara: an open band with loops that rise toward the middle, set with stones."""
    loop_count = builder.choose([5, 7, 9])
    peak, spread_deg = builder.vary(0.42, 0.12), builder.between(100, 118)
    radius, band_top = 0.5, 0.11

    builder.add("band", _headband(0.0, radius, spread_deg, 0.034), MAIN, "silver")
    builder.add("band", _headband(band_top, radius, spread_deg * 0.96, 0.02), MAIN, "silver")
    for i in range(loop_count):
        share = (i - (loop_count - 1) / 2) / ((loop_count - 1) / 2)  # -1 at the left end, 1 at the right end
        angle = math.radians(share * spread_deg * 0.78)
        half_angle = math.radians(spread_deg * 0.78) / (loop_count - 1)
        top = band_top + peak * (1 - 0.72 * abs(share) ** 1.2)
        left = [_point_on_cylinder(angle + a * half_angle, y, radius) for a, y in ((-1, 0.1), (-0.62, 0.55 * top))]
        right = [_point_on_cylinder(angle - a * half_angle, y, radius) for a, y in ((-0.62, 0.55 * top), (-1, 0.1))]
        loop = [*left, _point_on_cylinder(angle, top, radius), *right]
        builder.add("loop", tube(loop, 0.02, count=18, sides=10), MAIN, "silver")
        builder.add("pearl", bead(0.05).move(*_point_on_cylinder(angle, top + 0.045, radius)), "white", "glossy")
        stone = gem(0.058 + 0.035 * (1 - abs(share)), sides=8).turn(x=90).scale(1, 1.25, 1)
        x, _, z = _point_on_cylinder(angle, 0, radius)
        stone_y = band_top + 0.38 * (top - band_top)
        builder.add("gem", stone.turn(y=math.degrees(angle)).move(x, stone_y, z), ACCENT, "crystal")
        builder.add("gem", bead(0.035).move(x * 1.05, 0.055, z * 1.05), ACCENT, "crystal")


def _headband(y: float, radius: float, spread_deg: float, thickness: float) -> Shape:
    """Return a rod round the front of the head at the height y that reaches `spread_deg` to either side."""
    shares = np.linspace(-1, 1, 24)
    points = [_point_on_cylinder(math.radians(spread_deg) * share, y, radius) for share in shares]
    return tube(points, thickness, count=60)


def _point_on_cylinder(angle: float, y: float, radius: float) -> Joint:
    """Return a point on an upright cylinder; angle 0 is in front."""
    return radius * math.sin(angle), y, radius * math.cos(angle)


def finger_ring(builder: Builder) -> None:
    """Build an upright finger ring with a large cut stone in claws on top."""
    radius, thickness = 0.4, builder.vary(0.07, 0.15)
    band_width = builder.between(1.1, 1.7)
    stone_radius, stone_sides = builder.vary(0.25, 0.12), builder.choose([6, 8, 10, 4])
    is_oval = builder.chance(0.35)
    side_stone_count = builder.count(0, 3)
    seat = radius + thickness

    band = torus(radius, thickness, sides=64).scale(1, band_width, 1).turn(x=90)
    builder.add("band", band, MAIN, "gold")
    stone = gem(stone_radius, sides=stone_sides, depth=0.85).turn(y=180 / stone_sides)
    if is_oval:
        stone = stone.scale(1.15, 1, 0.85)
    builder.add("gem", stone.move(y=seat + stone_radius * 0.62), ACCENT, "crystal")
    setting = [
        (0, -0.05),
        (stone_radius * 0.5, 0),
        (stone_radius * 0.78, stone_radius * 0.3),
        (stone_radius * 0.6, stone_radius * 0.3),
        (0, 0.02),
    ]
    builder.add("setting", lathe(setting).move(y=seat - 0.02), MAIN, "gold")
    claw = [
        (0, 0, stone_radius * 0.5),
        (0, stone_radius * 0.4, stone_radius * 0.98),
        (0, stone_radius * 0.86, stone_radius * 0.78),
    ]
    claws = ring(tube(claw, stone_radius * 0.1), 4, start_deg=45)
    builder.add("claw", claws.move(y=seat), MAIN, "gold")
    for i in range(side_stone_count):
        side_stone = gem(0.075 - 0.012 * i).turn(y=22).move(y=seat + 0.01).turn(z=-38 - 19 * i)
        builder.add("gem", pair(side_stone), ACCENT, "crystal", 1.25)


def bracelet(builder: Builder) -> None:
    """Build a thick bangle or a chain of beads, lying flat, with small charms that hang from it."""
    count = builder.count(13, 17)
    if builder.chance(0.5):
        _add_bead_chain(builder, count)
    else:
        _add_bangle(builder, count, builder.vary(0.14))
    charms: list[Shape] = [
        prism(heart(0.11), 0.06).move(y=-0.09),
        prism(star_outline(5, 0.13, 0.06), 0.06).move(y=-0.09),
        gem(0.09).turn(x=180).scale(1, 1.3, 1).move(y=-0.09),
        prism(disc(0.1), 0.05).move(y=-0.09),
    ]
    charm_count, loop_y = builder.count(4, 6), -0.16
    for i in range(charm_count):
        turn = 360 * i / charm_count + builder.between(-8, 8)
        charm = builder.choose(charms).move(y=loop_y - 0.04, z=0.56)
        loop = torus(0.03, 0.014).turn(z=90).move(y=loop_y, z=0.54)
        colour, material = (ACCENT, "crystal") if i % 2 else (MAIN, "gold")
        builder.add("charm", loop.turn(y=turn), MAIN, "gold", 0.8)
        builder.add("charm", charm.turn(y=turn), colour, material)


def _add_bead_chain(builder: Builder, count: int) -> None:
    builder.add("band", ring(bead(1.45 / count).scale(1, 1.1, 1).move(z=0.5), count), MAIN, "gold")
    builder.add("band", torus(0.5, 0.03), MAIN, "gold", 0.7)
    builder.add("gem", ring(bead(0.55 / count).move(y=1.35 / count, z=0.53), count), ACCENT, "crystal")


def _add_bangle(builder: Builder, gem_count: int, half_width: float) -> None:
    hoop = [(0.47, -half_width), (0.52, -half_width), (0.54, 0), (0.52, half_width), (0.47, half_width)]
    builder.add("band", lathe(hoop, sides=64, closed=True), MAIN, "gold")
    for y in (-half_width, half_width):
        builder.add("band", torus(0.505, 0.035, sides=64).move(y=y), MAIN, "gold", 0.85)
    builder.add("gem", ring(gem(half_width * 0.55).turn(x=90).move(z=0.53), gem_count), ACCENT, "crystal")


def watch(builder: Builder) -> None:
    """Build a wristwatch: a strap bent into a loop, the round face in front."""
    half_strap, radius = builder.vary(0.17, 0.12), builder.vary(0.3, 0.08)
    hour_deg, minute_deg = builder.between(20, 100), builder.between(-80, -20)
    case_z, marks_z = 0.38, 0.38 + 0.08

    strap_profile = [(0.4, -half_strap), (0.45, -half_strap), (0.46, 0), (0.45, half_strap), (0.4, half_strap)]
    strap = lathe(strap_profile, sides=64, closed=True)
    builder.add("strap", strap.scale(1.0, 1, 0.85).turn(z=90), MAIN, "leather")
    seam = torus(0.455, 0.012, sides=64).scale(1.0, 1, 0.85).turn(z=90)
    for x in (-half_strap * 0.8, half_strap * 0.8):
        builder.add("strap", seam.move(x=x), MAIN, "leather", 1.3)

    builder.add("case", cylinder(radius, 0.12).turn(x=90).move(z=case_z), ACCENT, "gold")
    builder.add("case", torus(radius, 0.04).turn(x=90).move(z=case_z + 0.06), ACCENT, "gold")
    builder.add("dial", cylinder(radius - 0.02, 0.02).turn(x=90).move(z=case_z + 0.065), "cream")
    for i in range(12):
        mark_length = 0.07 if i % 3 == 0 else 0.035
        mark = box(0.025, mark_length, 0.02).move(y=radius - 0.075).turn(z=30 * i)
        builder.add("mark", mark.move(z=marks_z), "black")
    for turn, length, thickness in ((hour_deg, 0.5, 0.042), (minute_deg, 0.72, 0.03)):
        hand = box(thickness, radius * length, 0.02).move(y=radius * length * 0.42).turn(z=-turn)
        builder.add("hand", hand.move(z=marks_z + 0.012), "black")
    builder.add("hand", sphere(0.03, 0.03, 0.02).move(z=marks_z + 0.02), "black")
    builder.add("knob", cylinder(0.045, 0.09).turn(z=90).move(x=radius + 0.06, z=case_z), ACCENT, "gold")
    builder.add("buckle", box(2.5 * half_strap, 0.16, 0.06, 0.02).move(z=-0.385), ACCENT, "gold")
