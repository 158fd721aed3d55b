"""Build functions of other plants: mushroom, cactus, leaf, palm. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import trimesh

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Floats, Shape, bead, box, cone, dome, join, lathe, mesh, pair, ring, sphere
from procedural.geometry.sweeps import curve, prism, sheet, tube
from procedural.objects.nature.ground import add_pot, grass_blade
from procedural.objects.parts.scatter import GOLDEN_ANGLE

LEAF_HALVES = (
    [  # maple
        (0, -0.3),
        (0.1, -0.27),
        (0.3, -0.34),
        (0.27, -0.2),
        (0.5, -0.12),
        (0.42, -0.02),
        (0.52, 0.14),
        (0.33, 0.12),
        (0.28, 0.2),
        (0.2, 0.1),
        (0.17, 0.32),
        (0.22, 0.4),
        (0.12, 0.42),
        (0, 0.64),
    ],
    [  # oak
        (0, -0.4),
        (0.1, -0.34),
        (0.16, -0.2),
        (0.25, -0.22),
        (0.2, -0.06),
        (0.34, -0.04),
        (0.24, 0.12),
        (0.34, 0.2),
        (0.2, 0.3),
        (0.2, 0.44),
        (0.1, 0.46),
        (0, 0.58),
    ],
    [(0, -0.4), (0.15, -0.32), (0.29, -0.12), (0.31, 0.08), (0.22, 0.32), (0.09, 0.5), (0, 0.62)],  # plain
)
"""Right halves of leaf outlines, (x, y) from the stalk up."""


def mushroom(builder: Builder) -> None:
    """Build a toadstool in grass, perhaps with one or two small ones at its side."""
    _add_toadstool(builder, 0.0, 0.0, builder.vary(1.0, 0.06), builder.between(0.55, 1.0))
    for i in range(builder.count(0, 2)):
        x, z = (-1) ** i * builder.between(0.27, 0.36), builder.between(0.02, 0.18)
        _add_toadstool(builder, x, z, builder.between(0.36, 0.52), builder.between(0.7, 1.2))
    builder.add("grass", sphere(0.3, 0.045, 0.27).move(0, 0, 0.03), "green", "leaf", 0.8)
    for i in range(10):
        blade = grass_blade(builder, (0.1, 0.2), (5, 25)).move(y=0.06, z=builder.between(0.17, 0.24))
        builder.add("grass", blade.turn(y=36 * i), "green", "leaf")


def _add_toadstool(builder: Builder, x: float, z: float, size: float, steepness: float) -> None:
    """Add a toadstool at (x, 0, z): a stout stem with a frill, gills, a domed cap with dots."""
    stem_radius, stem_height = builder.vary(0.13, 0.12), builder.vary(0.48, 0.1)
    cap_radius, cap_height = builder.vary(0.4, 0.08), 0.34 * steepness

    def placed(shape: Shape) -> Shape:
        return shape.scale(size).move(x, 0.0, z)

    stem_points = [
        (stem_radius * 1.35, 0),
        (stem_radius * 1.05, stem_height * 0.25),
        (stem_radius * 0.8, stem_height * 0.7),
        (stem_radius * 0.85, stem_height),
    ]
    stem = lathe([(0, 0), *map(tuple, curve(stem_points, 14)), (0, stem_height)])
    builder.add("stem", placed(stem), "cream")
    frill_profile = [
        (stem_radius * 0.75, 0.05),
        (stem_radius * 1.5, -0.03),
        (stem_radius * 1.56, -0.005),
        (stem_radius * 0.8, 0.1),
    ]
    frill = lathe(frill_profile, closed=True)
    builder.add("frill", placed(frill.move(y=stem_height * 0.74)), "white", None, 0.86)

    arc = [(cap_radius * math.cos(a), 0.02 + cap_height * math.sin(a)) for a in np.linspace(0.15, math.pi / 2, 13)]
    cap = lathe([(cap_radius * 0.9, -0.015), (cap_radius, 0.02), *arc])
    builder.add("cap", placed(cap.move(y=stem_height)), MAIN, "glossy")
    underside = lathe([(0, 0.05), (0.12, 0.045), (cap_radius * 0.9, -0.015)])
    builder.add("gill", placed(underside.move(y=stem_height)), "cream", None, 0.75)
    gill = box(0.016, 0.03, cap_radius * 0.62).turn(x=7).move(y=0.012, z=cap_radius * 0.55)
    builder.add("gill", placed(ring(gill, 20).move(y=stem_height)), "cream")
    for i in range(builder.count(11, 14)):
        row_deg = 78 if i == 0 else 48 if i < 5 else 20
        up = math.radians(row_deg + builder.between(-8, 8))
        normal = 90 - math.degrees(math.atan2(math.sin(up) / cap_height, math.cos(up) / cap_radius))
        spot = bead(builder.between(0.045, 0.078)).scale(1, 0.4, 1).turn(x=normal)
        spot = spot.move(y=0.02 + cap_height * math.sin(up), z=cap_radius * math.cos(up))
        spot = spot.turn(y=math.degrees(GOLDEN_ANGLE * i))
        builder.add("spot", placed(spot.move(y=stem_height)), ACCENT)


def cactus(builder: Builder) -> None:
    """Build a ribbed cactus with raised arms, spines and flowers, in a pot or on sand."""
    height, radius = builder.vary(0.8, 0.1), builder.vary(0.15, 0.12)
    _add_ribbed_column(builder, [(0, 0, 0), (0, height * 0.5, 0), (0, height, 0)], radius)
    tops = [(0.0, height, 0.0)]
    for side in builder.choose([(-1, 1), (-1, 1), (1,)]):
        elbow_y, reach = builder.between(0.3, 0.5) * height, builder.between(0.27, 0.34)
        arm_height, bend = builder.between(0.25, 0.4), builder.between(-0.08, 0.08)
        top = (side * reach, elbow_y + arm_height, bend)
        arm = [
            (side * 0.05, elbow_y, 0),
            (side * reach * 0.75, elbow_y + 0.02, bend * 0.6),
            (side * reach, elbow_y + 0.14, bend),
            top,
        ]
        _add_ribbed_column(builder, arm, radius * 0.66)
        tops.append(top)
    petals = ring(sphere(0.036, 0.022, 0.06).move(z=0.055).turn(x=-35), 6)
    for x, y, z in tops[: builder.count(1, 3)]:
        builder.add("flower", petals.move(x, y + radius * 0.35, z), ACCENT)
        builder.add("flower", bead(0.034).move(x, y + radius * 0.4, z), "yellow")
    if builder.chance(0.5):
        add_pot(builder, 0.3)
    else:
        builder.add("sand", dome(0.36, 0.07).move(y=-0.03), "beige")
        for i in range(4):
            stone = bead(builder.between(0.035, 0.06)).scale(1, 0.7, 1)
            stone = stone.move(0.27 * math.sin(1.7 * i), 0.02, 0.27 * math.cos(1.7 * i))
            builder.add("stone", stone, "grey", "stone")


def _add_ribbed_column(builder: Builder, path: Sequence[Joint], radius: float) -> None:
    """Add a round-ended column along a path, with ribs lengthwise and spines on them."""
    steps, sides, rib_count = 22, 40, 8
    line = curve(path, steps)
    to_end = (1 - np.linspace(0, 1, steps)) / 0.14
    radii = radius * np.sqrt(np.clip(np.minimum(1.0, to_end), 0, 1)) + 0.001
    column = tube(line, list(radii), straight=True, sides=sides)

    def press_ribs(points: Floats) -> Floats:
        rings = points[: steps * sides].reshape(steps, sides, 3)  # without the two end points
        swell = 1 + 0.11 * np.cos(rib_count * 2 * np.pi * np.arange(sides) / sides)
        rings[:] = line[:, None] + (rings - line[:, None]) * swell[None, :, None]
        return points

    ribbed = column.warp(press_ribs, 60)
    builder.add("body", ribbed, MAIN, "leaf")
    rings = ribbed.vertices[: steps * sides].reshape(steps, sides, 3)
    spine, spines = cone(0.013, 0.05, sides=6), []
    for i in range(2, 20, 3):
        for root in rings[i, :: sides // rib_count]:
            outward = (root - line[i]) / np.linalg.norm(root - line[i])
            spines.append(spine.aim(root - 0.01 * outward, root + 0.04 * outward))
    builder.add("spine", join(*spines), "cream")


def leaf(builder: Builder) -> None:
    """Build a single big leaf that stands on its stalk: maple, oak or plain, with veins; some carry a ladybird."""
    right_half = builder.choose(LEAF_HALVES)
    wave = builder.between(0.1, 0.3)
    has_ladybird = builder.chance(0.35)

    def curl(points: Floats) -> Floats:
        points[:, 2] += wave * points[:, 0] ** 2 * 1.5 + 0.06 * np.sin(5 * points[:, 1])
        return points

    left_half = [(-x, y) for x, y in right_half[-2:0:-1]]
    blade = prism([*right_half, *left_half], 0.05)
    builder.add("blade", _subdivide(blade, 0.09).warp(curl), MAIN, "leaf")
    midrib = ((0.0, -0.4), (0.0, 0.5))
    side_veins = [
        ((0.0, y), (side * reach, y + rise))
        for side in (-1, 1)
        for y, reach, rise in ((-0.22, 0.26, 0.08), (-0.05, 0.3, 0.12), (0.14, 0.17, 0.13))
    ]
    for (start_x, start_y), (end_x, end_y) in (midrib, *side_veins):
        line = np.stack([np.linspace(start_x, end_x, 10), np.linspace(start_y, end_y, 10), np.zeros(10)], -1)
        builder.add("vein", tube(curl(line), [0.036, 0.03, 0.014], straight=True, sides=8), ACCENT)
    stalk = [(0, -0.37, -0.055), (0.03, -0.52, -0.045), (0.06, -0.68, 0.0)]
    builder.add("stalk", tube(stalk, [0.035, 0.03, 0.036]), ACCENT)
    if has_ladybird:
        builder.add("ladybird", dome(0.075).turn(x=80).move(0.14, 0.05, 0.055), "red", "glossy")
        head = sphere(0.04).move(0.14, 0.13, 0.075)
        dots = pair(bead(0.02).move(0.03, 0, 0)).move(0.14, 0.04, 0.125)
        builder.add("ladybird", head + dots, "black", "glossy")


def _subdivide(shape: Shape, longest_edge: float) -> Shape:
    """Return the same surface in triangles small enough to bend."""
    vertices, faces = trimesh.remesh.subdivide_to_size(shape.vertices, shape.faces, longest_edge)
    return mesh(vertices, faces)


def palm(builder: Builder) -> None:
    """Build a palm: a curved ringed trunk, arching fronds, coconuts and a mound of sand."""
    height, bend = builder.vary(0.85, 0.12), builder.choose((-1, 1)) * builder.between(0.08, 0.28)
    frond_count, frond_length = builder.count(8, 10), builder.vary(0.52, 0.1)

    trunk = curve([(0, 0, 0), (bend * 0.75, height * 0.45, 0), (bend, height, 0)], 15)
    builder.add("trunk", tube(trunk, [0.085, 0.065, 0.055], straight=True), "tan", "wood")
    for i, (x, y, z) in enumerate(trunk[:-1]):
        scar_profile = [(0.03, -0.025), (0.072 - 0.0018 * i, -0.03), (0.088 - 0.002 * i, 0.025), (0.03, 0.02)]
        scar = lathe(scar_profile, closed=True, sides=24).turn(z=-math.degrees(bend) * 0.8 * (1 - i / 14))
        builder.add("trunk", scar.move(x, y + 0.02, z), "brown", "wood")
    top_x, top_y, top_z = trunk[-1]
    for i in range(frond_count):
        lift, reach = builder.between(0.08, 0.26), builder.vary(frond_length, 0.1)
        frond = _frond(reach, lift).turn(y=360 * i / frond_count + builder.between(-12, 12))
        builder.add("leaf", frond.move(top_x, top_y, top_z), MAIN, "leaf", 1.0 if i % 2 else 0.82)
    for i in range(builder.count(2, 4)):
        turn = 2.1 * i + 0.5
        coconut = sphere(0.062).move(top_x + 0.085 * math.sin(turn), top_y - 0.055, top_z + 0.085 * math.cos(turn))
        builder.add("coconut", coconut, "dark brown", "wood")
    builder.add("sand", dome(0.34, 0.08).move(y=-0.03), ACCENT)


def _frond(reach: float, lift: float) -> Shape:
    """Return a palm leaf toward +z: an arched rib, the blade folded along it and toothed on both sides."""
    rib = [(0, 0, 0), (0, lift, reach * 0.45), (0, lift * 0.3, reach * 0.85), (0, -0.2 - 0.1 * lift, reach)]
    widths = [0.05, 0.1, 0.2, 0.13, 0.26, 0.17, 0.29, 0.19, 0.29, 0.18, 0.26, 0.15, 0.2, 0.1, 0.09, 0.01]
    blade = sheet(rib, [0.9 * width for width in widths], cup=-0.32)
    return blade + tube(rib, [0.026, 0.022, 0.008], count=14, sides=8).move(y=0.008)
