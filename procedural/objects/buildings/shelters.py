"""Build functions of barns, igloos and tents. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import arch, star_outline
from procedural.geometry.shapes import Floats, bead, box, capsule, cylinder, dome, join, lathe, pair
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.buildings import Placement, add_flag, add_windows


def barn(builder: Builder) -> None:
    """Build a barn: a gambrel roof, two big doors with crossed planks, a hay loft; some have a silo beside them."""
    width, wall_height, length = builder.vary(0.85, 0.06), builder.vary(0.62, 0.1), builder.vary(0.92, 0.1)
    roof_rise = builder.vary(0.38, 0.08)
    silo_height = builder.vary(0.95, 0.1) if builder.chance(0.6) else None
    has_hay = builder.chance(0.5)
    half, front = width / 2, length / 2

    gambrel = [(half, 0), (half * 0.66, roof_rise * 0.66), (0, roof_rise), (-half * 0.66, roof_rise * 0.66), (-half, 0)]
    builder.add("wall", box(width, wall_height, length).move(y=wall_height / 2), MAIN, "wood")
    gable_wall = prism([(x * 0.94, y * 0.94) for x, y in gambrel], length)
    builder.add("wall", gable_wall.move(y=wall_height), MAIN, "wood")
    roof_top = [(x * 1.16, y * 1.12 + 0.03 - (0.07 if y == 0 else 0)) for x, y in gambrel]
    roof_underside = [(x * 1.02, y * 1.01 - (0.07 if y == 0 else 0)) for x, y in gambrel[::-1]]
    builder.add("roof", prism([*roof_top, *roof_underside], length + 0.16).move(y=wall_height), ACCENT)
    trim_underside = [(x * 0.99, y * 0.985 - 0.01) for x, y in roof_underside]
    roof_trim = prism([*roof_top, *trim_underside], 0.05).scale(0.99, 0.99, 1)
    builder.add("trim", pair(roof_trim.move(y=wall_height + 0.01, z=front + 0.07), "z"), "white")

    door_height = wall_height * 0.8
    builder.add("trim", box(0.46, wall_height * 0.86, 0.04).move(y=wall_height * 0.43, z=front), "white")
    plank = box(math.hypot(0.2, door_height), 0.035, 0.09)
    slope = math.degrees(math.atan2(door_height, 0.2))
    crossed_planks = plank.turn(z=slope) + plank.turn(z=-slope)
    for x in (-0.115, 0.115):
        builder.add("door", box(0.2, door_height, 0.06).move(x, wall_height * 0.42, z=front), MAIN, "wood", 0.75)
        builder.add("trim", crossed_planks.move(x, wall_height * 0.42, front), "white")
    loft_y = wall_height + roof_rise * 0.38
    builder.add("trim", pair(box(0.26, 0.24, 0.04).move(y=loft_y, z=front), "z"), "white")
    builder.add("loft", pair(box(0.19, 0.17, 0.06).move(y=loft_y, z=front), "z"), "dark brown", "wood")
    windows: list[Placement] = [
        (side * half, wall_height * 0.42, z * length, 90 * side) for side in (1, -1) for z in (-0.3, 0.0, 0.3)
    ]
    windows += [(x, wall_height * 0.4, -front, 180) for x in (-0.2, 0.2)]
    add_windows(builder, windows, 0.13, 0.13)

    if silo_height is not None:
        _add_silo(builder, -half - 0.2, -0.18, silo_height)
    if has_hay:
        bale = cylinder(0.12, 0.2).turn(z=90).move(half + 0.2, 0.12, 0.3)
        builder.add("hay", bale, "amber", "rubber")


def _add_silo(builder: Builder, x: float, z: float, height: float) -> None:
    radius = 0.15
    builder.add("silo", cylinder(radius, height).move(x, height / 2, z), "light grey", "metal")
    hoops = [cylinder(radius + 0.012, 0.03).move(x, height * share, z) for share in (0.2, 0.45, 0.7, 0.95)]
    builder.add("silo", join(*hoops), "grey", "metal")
    builder.add("roof", dome(radius * 1.04, 0.2).move(x, height, z), ACCENT)


def igloo(builder: Builder) -> None:
    """Build an igloo of snow blocks with a tunnel as its entrance."""
    courses, blocks_around = builder.choose([5, 6]), builder.choose([12, 14, 16])
    squash = builder.vary(1.0, 0.1)
    tunnel_length, tunnel_height = builder.vary(0.34, 0.12), builder.vary(0.34, 0.08)
    flag_colour = builder.choose(["red", "orange"]) if builder.chance(0.5) else None
    tunnel_start = 0.5

    def seams(points: Floats) -> Floats:
        """Return values above 0 on the seams between the blocks; the blocks of every second course are offset."""
        course = np.arcsin(np.clip(points[:, 1] / squash / 0.55, 0, 1)) / (np.pi / 2) * courses
        block = np.arctan2(points[:, 0], points[:, 2]) / (2 * np.pi) * blocks_around + 0.5 * (np.floor(course) % 2)
        block_length = 4 * courses / blocks_around * np.cos(course / courses * np.pi / 2)  # in course heights
        up = 0.5 - np.abs(course - np.floor(course) - 0.5)
        across = (0.5 - np.abs(block - np.floor(block) - 0.5)) * np.maximum(block_length, 0.3)
        return np.asarray(0.085 - np.minimum(up, across))

    quarter = np.linspace(0, np.pi / 2, 46)
    shell = [(0.55 * math.cos(a), 0.55 * squash * math.sin(a)) for a in quarter]
    builder.add("block", lathe([(0, 0), *shell], sides=110).keep(seams), MAIN)
    builder.add("seam", dome(0.535, 0.535 * squash), ACCENT)

    block_depth = tunnel_length / 3
    for i in range(3):
        step = i % 2
        block = arch(0.46 + 0.015 * step, tunnel_height + 0.012 * step, block_depth * 0.93)
        builder.add("tunnel", block.move(z=tunnel_start + block_depth * i), MAIN)
    builder.add("seam", arch(0.44, tunnel_height - 0.015, tunnel_length).move(z=tunnel_start + block_depth), ACCENT)
    entrance = arch(0.3, tunnel_height * 0.74, 0.05)
    builder.add("door", entrance.move(z=tunnel_start + tunnel_length * 2.5 / 3), "navy", "rubber")
    ground = lathe([(0, -0.06), (0.84, -0.06), (0.86, -0.02), (0.78, 0.03), (0, 0.03)]).scale(0.9, 1, 1)
    builder.add("snow", ground.move(y=-0.02, z=0.12), "white", None, 0.88)
    if flag_colour:
        add_flag(builder, 0, 0.53 * squash, 0, 0.2, flag_colour)


def tent(builder: Builder) -> None:
    """Build a ridge tent: two slopes, the flaps tied open, poles, pegs and ropes."""
    width, height, length = builder.vary(0.95, 0.08), builder.vary(0.72, 0.1), builder.vary(1.05, 0.1)
    stripe_count = builder.choose([0, 2, 3])
    has_star = builder.chance(0.5)
    half, front, back = width / 2, length / 2, -length / 2

    outline = [(-half, 0), (half, 0), (0, height)]
    builder.add("canvas", prism(outline, length), MAIN, "cloth")
    for i in range(stripe_count):
        z = length * 0.72 * (i / (stripe_count - 1) - 0.5)
        stripe = prism([(x * 1.02, y * 1.02 - 0.001) for x, y in outline], 0.1)
        builder.add("stripe", stripe.move(z=z), ACCENT, "cloth")
    opening = prism([(-half * 0.62, 0.02), (half * 0.62, 0.02), (0, height * 0.86)], 0.05)
    builder.add("opening", opening.move(z=front), "dark brown", "cloth")
    flap = prism([(0.0, height * 0.92), (half * 0.8, 0.02), (half * 0.56, 0.0), (half * 0.34, height * 0.3)], 0.05)
    builder.add("flap", pair(flap.move(z=front + 0.03)), ACCENT, "cloth")
    builder.add("flap", pair(bead(0.04).move(half * 0.4, height * 0.3, front + 0.06)), "amber")

    front_pole = capsule((0, height * 0.9, front), (0, height + 0.14, front), 0.025)
    builder.add("pole", front_pole, "tan", "wood")
    back_pole = capsule((0, 0, back - 0.03), (0, height + 0.14, back - 0.02), 0.025)
    builder.add("pole", back_pole, "tan", "wood")
    ridge = capsule((0, height + 0.01, front + 0.06), (0, height + 0.01, back - 0.06), 0.028)
    builder.add("pole", ridge, ACCENT, "wood")
    for z, peg_offset in ((front, 0.24), (back, -0.24)):
        for x in (half * 1.2, -half * 1.2):
            peg = (x, 0.04, z + peg_offset)
            builder.add("rope", tube([(0, height + 0.08, z), peg], 0.011, count=2, sides=6), "beige")
            builder.add("peg", cylinder(0.025, 0.12).move(*peg), "brown", "wood")
    builder.add("pole", bead(0.05).move(0, height + 0.16, front + 0.02), ACCENT)
    if has_star:
        slope = math.degrees(math.atan2(height, half))
        emblem = prism(star_outline(5, 0.12, 0.055), 0.03).turn(x=-90).turn(z=-slope)
        builder.add("stripe", pair(emblem.move(half * 0.52, height * 0.5, 0)), "white", "cloth")
