"""Builders of other plants: mushroom, cactus, single leaf, palm tree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import trimesh

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Floats, Shape, bead, box, cone, dome, join, lathe, mesh, pair, ring, sphere
from procedural.geometry.sweeps import curve, prism, sheet, tube
from procedural.objects.nature.flowers import pot


def mushroom(builder: Builder) -> None:
    """A toadstool: domed cap with white dots, gills, stout stem with a frill; small ones at its side."""
    _toadstool(builder, (0.0, 0.0, 0.0), builder.vary(1.0, 0.06), builder.between(0.55, 1.0))
    for i in range(builder.count(0, 2)):
        side = (-1) ** i
        _toadstool(
            builder,
            (side * builder.between(0.27, 0.36), 0.0, builder.between(0.02, 0.18)),
            builder.between(0.36, 0.52),
            builder.between(0.7, 1.2),
        )
    builder.add("grass", sphere(0.3, 0.045, 0.27).move(0, 0, 0.03), "green", "leaf", 0.8)
    for i in range(10):
        blade = cone(0.026, builder.between(0.1, 0.2), sides=8).turn(x=builder.between(5, 25))
        builder.add("grass", blade.move(y=0.06, z=builder.between(0.17, 0.24)).turn(y=36 * i), "green", "leaf")


def _toadstool(builder: Builder, at: Joint, size: float, slope: float) -> None:
    x, y, z = at
    thick, tall = builder.vary(0.13, 0.12), builder.vary(0.48, 0.1)
    stem = curve([(thick * 1.35, 0), (thick * 1.05, tall * 0.25), (thick * 0.8, tall * 0.7), (thick * 0.85, tall)], 14)
    builder.add("stem", lathe([(0, 0), *map(tuple, stem), (0, tall)]).scale(size).move(x, y, z), "cream")
    frill = lathe([(thick * 0.75, 0.05), (thick * 1.5, -0.03), (thick * 1.56, -0.005), (thick * 0.8, 0.1)], closed=True)
    builder.add("frill", frill.move(y=tall * 0.74).scale(size).move(x, y, z), "white", None, 0.86)
    wide, high = builder.vary(0.4, 0.08), 0.34 * slope
    rim = [(wide * 0.9, -0.015), (wide, 0.02)]
    cap = [*rim, *((wide * math.cos(a), 0.02 + high * math.sin(a)) for a in np.linspace(0.15, math.pi / 2, 13))]
    builder.add("cap", lathe(cap).move(y=tall).scale(size).move(x, y, z), MAIN, "glossy")
    under = lathe([(0, 0.05), (0.12, 0.045), (wide * 0.9, -0.015)])
    builder.add("gill", under.move(y=tall).scale(size).move(x, y, z), "cream", None, 0.75)
    gill = box(0.016, 0.03, wide * 0.62).turn(x=7).move(y=0.012, z=wide * 0.55)
    builder.add("gill", ring(gill, 20).move(y=tall).scale(size).move(x, y, z), "cream")
    for i in range(builder.count(11, 14)):
        up = math.radians((78, 48, 20)[0 if i == 0 else 1 if i < 5 else 2] + builder.between(-8, 8))
        angle = 2.399963 * i
        spot = bead(builder.between(0.045, 0.078)).scale(1, 0.4, 1)
        lean = 90 - math.degrees(math.atan2(math.sin(up) / high, math.cos(up) / wide))
        spot = spot.turn(x=lean).move(y=0.02 + high * math.sin(up), z=wide * math.cos(up)).turn(y=math.degrees(angle))
        builder.add("spot", spot.move(y=tall).scale(size).move(x, y, z), ACCENT)


def cactus(builder: Builder) -> None:
    """A ribbed cactus with raised arms, spines and a flower, in a pot or on sand."""
    tall, thick = builder.vary(0.8, 0.1), builder.vary(0.15, 0.12)
    _ribbed(builder, [(0, 0, 0), (0, tall * 0.5, 0), (0, tall, 0)], thick)
    tops = [(0.0, tall, 0.0)]
    for side in builder.choose([(-1, 1), (-1, 1), (1,)]):
        low, out, high = builder.between(0.3, 0.5) * tall, builder.between(0.27, 0.34), builder.between(0.25, 0.4)
        turn = builder.between(-0.08, 0.08)
        arm = [
            (side * 0.05, low, 0),
            (side * out * 0.75, low + 0.02, turn * 0.6),
            (side * out, low + 0.14, turn),
            (side * out, low + high, turn),
        ]
        _ribbed(builder, arm, thick * 0.66)
        tops.append((side * out, low + high, turn))
    for x, y, z in tops[: builder.count(1, 3)]:
        builder.add(
            "flower", ring(sphere(0.036, 0.022, 0.06).move(z=0.055).turn(x=-35), 6).move(x, y + thick * 0.35, z), ACCENT
        )
        builder.add("flower", bead(0.034).move(x, y + thick * 0.4, z), "yellow")
    if builder.chance(0.5):
        pot(builder, 0.3)
    else:
        builder.add("sand", dome(0.36, 0.07).move(y=-0.03), "beige")
        for i in range(4):
            builder.add(
                "stone",
                bead(builder.between(0.035, 0.06))
                .scale(1, 0.7, 1)
                .move(0.27 * math.sin(1.7 * i), 0.02, 0.27 * math.cos(1.7 * i)),
                "grey",
                "stone",
            )


def _ribbed(builder: Builder, path: Sequence[Joint], thick: float) -> None:
    """A rounded column along a path with ribs lengthwise, and spines on them."""
    line, sides, ribs = curve(path, 22), 40, 8
    share = np.linspace(0, 1, 22)
    radii = thick * np.sqrt(np.clip(np.minimum(1.0, (1 - share) / 0.14), 0, 1)) + 0.001
    column = tube(line, list(radii), straight=True, sides=sides)

    def groove(points: Floats) -> Floats:
        rings = points[: 22 * sides].reshape(22, sides, 3)
        swell = 1 + 0.11 * np.cos(ribs * 2 * np.pi * np.arange(sides) / sides)
        rings[:] = line[:, None] + (rings - line[:, None]) * swell[None, :, None]
        return points

    shape = column.warp(groove, 60)
    builder.add("body", shape, MAIN, "leaf")
    rings = shape.vertices[: 22 * sides].reshape(22, sides, 3)
    spine, spines = cone(0.013, 0.05, sides=6), []
    for i in range(2, 20, 3):
        for p in rings[i, :: sides // ribs]:
            out = (p - line[i]) / np.linalg.norm(p - line[i])
            spines.append(spine.aim(p - 0.01 * out, p + 0.04 * out))
    builder.add("spine", join(*spines), "cream")


def leaf(builder: Builder) -> None:
    """A single big leaf standing on its stalk: maple, oak or simple shape, with veins."""
    half = _leaf_shape(builder)
    outline = [*half, *[(-a, b) for a, b in half[-2:0:-1]]]
    wave = builder.between(0.1, 0.3)

    def curl(points: Floats) -> Floats:
        points[:, 2] += wave * points[:, 0] ** 2 * 1.5 + 0.06 * np.sin(5 * points[:, 1])
        return points

    blade = prism(outline, 0.05)
    builder.add("blade", _finely(blade).warp(curl), MAIN, "leaf")
    veins = [(0.0, -0.4, 0.0, 0.5)]
    veins += [
        (0.0, y, side * reach, y + rise)
        for side in (-1, 1)
        for y, reach, rise in ((-0.22, 0.26, 0.08), (-0.05, 0.3, 0.12), (0.14, 0.17, 0.13))
    ]
    for x0, y0, x1, y1 in veins:
        line = np.stack([np.linspace(x0, x1, 10), np.linspace(y0, y1, 10), np.zeros(10)], -1)
        builder.add("vein", tube(curl(line), [0.036, 0.03, 0.014], straight=True, sides=8), ACCENT)
    stalk = [(0, -0.37, -0.055), (0.03, -0.52, -0.045), (0.06, -0.68, 0.0)]
    builder.add("stalk", tube(stalk, [0.035, 0.03, 0.036]), ACCENT)
    if builder.chance(0.35):
        builder.add("ladybird", dome(0.075).turn(x=80).move(0.14, 0.05, 0.055), "red", "glossy")
        builder.add(
            "ladybird",
            sphere(0.04).move(0.14, 0.13, 0.075) + pair(bead(0.02).move(0.03, 0, 0)).move(0.14, 0.04, 0.125),
            "black",
            "glossy",
        )


def _leaf_shape(builder: Builder) -> list[tuple[float, float]]:
    """The right half of the outline of a maple, oak or plain leaf, from the stalk up."""
    return builder.choose(
        [
            [
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
            [
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
            [(0, -0.4), (0.15, -0.32), (0.29, -0.12), (0.31, 0.08), (0.22, 0.32), (0.09, 0.5), (0, 0.62)],
        ]
    )


def _finely(shape: Shape) -> Shape:
    """The same surface in triangles small enough to bend."""
    vertices, faces = trimesh.remesh.subdivide_to_size(shape.vertices, shape.faces, 0.09)
    return mesh(vertices, faces)


def palm(builder: Builder) -> None:
    """A palm: curved ringed trunk, arching feathered fronds, coconuts, a mound of sand."""
    tall, bend = builder.vary(0.85, 0.12), builder.choose((-1, 1)) * builder.between(0.08, 0.28)
    trunk = curve([(0, 0, 0), (bend * 0.75, tall * 0.45, 0), (bend, tall, 0)], 15)
    builder.add("trunk", tube(trunk, [0.085, 0.065, 0.055], straight=True), "tan", "wood")
    for i, (x, y, z) in enumerate(trunk[:-1]):
        ring_at = lathe(
            [(0.03, -0.025), (0.072 - 0.0018 * i, -0.03), (0.088 - 0.002 * i, 0.025), (0.03, 0.02)],
            closed=True,
            sides=24,
        )
        builder.add(
            "trunk", ring_at.turn(z=-math.degrees(bend) * 0.8 * (1 - i / 14)).move(x, y + 0.02, z), "brown", "wood"
        )
    x, y, z = trunk[-1]
    count, long = builder.count(8, 10), builder.vary(0.52, 0.1)
    for i in range(count):
        lift, reach = builder.between(0.08, 0.26), builder.vary(long, 0.1)
        builder.add(
            "leaf",
            _frond(reach, lift).turn(y=360 * i / count + builder.between(-12, 12)).move(x, y, z),
            MAIN,
            "leaf",
            1.0 if i % 2 else 0.82,
        )
    for i in range(builder.count(2, 4)):
        builder.add(
            "coconut",
            sphere(0.062).move(x + 0.085 * math.sin(2.1 * i + 0.5), y - 0.055, z + 0.085 * math.cos(2.1 * i + 0.5)),
            "dark brown",
            "wood",
        )
    builder.add("sand", dome(0.34, 0.08).move(y=-0.03), ACCENT)


def _frond(reach: float, lift: float) -> Shape:
    """A palm leaf toward +z: an arched rib, the blade folded along it and toothed at both rims."""
    rib = [(0, 0, 0), (0, lift, reach * 0.45), (0, lift * 0.3, reach * 0.85), (0, -0.2 - 0.1 * lift, reach)]
    teeth = [0.05, 0.1, 0.2, 0.13, 0.26, 0.17, 0.29, 0.19, 0.29, 0.18, 0.26, 0.15, 0.2, 0.1, 0.09, 0.01]
    blade = sheet(rib, [0.9 * t for t in teeth], cup=-0.32)
    return blade + tube(rib, [0.026, 0.022, 0.008], count=14, sides=8).move(y=0.008)
