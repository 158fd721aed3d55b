"""Builders of land: rock, crystals, mountain, volcano, floating island."""

from __future__ import annotations

import math

import numpy as np
import trimesh

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, Shape, bead, cone, cylinder, lathe, mesh, sphere
from procedural.geometry.sweeps import tube


def rock(builder: Builder) -> None:
    """A boulder with flat broken faces, smaller stones, moss and a few grass blades."""
    for k, (x, z, size) in enumerate(
        (
            (0.0, 0.0, 0.45),
            (builder.between(0.4, 0.5), 0.2, builder.between(0.14, 0.22)),
            (-builder.between(0.36, 0.46), 0.28, builder.between(0.1, 0.17)),
        )
    ):
        tall = builder.between(0.65, 0.95)
        points = builder.rng.normal(size=(26, 3))
        points *= size / np.linalg.norm(points, axis=1, keepdims=True) * builder.rng.uniform(0.88, 1.05, (26, 1))
        points[:, 1] = np.maximum(points[:, 1] * tall, -0.3 * size)
        hull = trimesh.convex.convex_hull(points)
        shape = mesh(hull.vertices, hull.faces, crease_deg=8)
        builder.add("stone", shape.move(x, 0.3 * size, z), MAIN, "stone", (1.0, 0.85, 1.12)[k])
        if k == 0:
            top = np.array(hull.vertices)[np.argsort(-hull.vertices[:, 1])[:5]]
            for at in top[: builder.count(2, 5)]:
                pad = sphere(0.13, 0.03, 0.11).turn(z=-60 * at[0], x=60 * at[2])
                builder.add("moss", pad.move(at[0] * 0.8, at[1] * 0.95 + 0.3 * size, at[2] * 0.8), ACCENT, "leaf")
    for i in range(9):
        blade = cone(0.026, builder.between(0.1, 0.2), sides=8).turn(x=builder.between(0, 25))
        builder.add(
            "grass",
            blade.move(y=0.06, z=builder.between(0.42, 0.5)).turn(y=40 * i + builder.between(0, 20)),
            "green",
            "leaf",
        )


def crystal(builder: Builder) -> None:
    """A cluster of six-sided pointed crystals growing from a bed of rock."""
    count = builder.count(7, 10)
    for i in range(count):
        main = i == 0
        tall = builder.between(0.75, 0.95) if main else builder.between(0.3, 0.62)
        radius = builder.between(0.12, 0.15) if main else builder.between(0.06, 0.1)
        prism_shape = lathe([(0, 0), (radius * 0.85, 0), (radius, tall * 0.72), (0, tall)], sides=6, crease_deg=8)
        lean, angle = (
            (builder.between(-4, 4), 0.0)
            if main
            else (builder.between(16, 48), 360 * i / (count - 1) + builder.between(-12, 12))
        )
        placed = prism_shape.turn(y=builder.between(0, 60)).move(z=0.0 if main else 0.07).turn(x=lean).turn(y=angle)
        builder.add("crystal", placed.move(y=0.03), MAIN, "crystal", builder.between(0.82, 1.2))
    for i in range(9):
        points = builder.rng.normal(size=(14, 3))
        points *= 0.12 / np.linalg.norm(points, axis=1, keepdims=True)
        hull = trimesh.convex.convex_hull(points)
        stone = mesh(hull.vertices, hull.faces, crease_deg=8).scale(1.2, 0.7, 1.2)
        builder.add(
            "stone",
            stone.move(y=0.03, z=0.0 if i == 0 else 0.2).turn(y=45 * i),
            ACCENT,
            "stone",
            builder.between(0.85, 1.1),
        )


def _slope(builder: Builder, radius: float, tall: float, crater: float = 0.0) -> Shape:
    """A ridged cone: a mountain's flanks, or a volcano's with a crater of that radius."""
    shares = np.linspace(0, 1, 26)
    out = crater + (radius - crater) * (1 - shares) ** 1.25
    profile = [(0.0, -0.03), (radius, -0.03), *zip(out.tolist(), (tall * shares).tolist(), strict=True)]
    if crater:
        profile += [(crater * 0.75, tall - 0.02), (crater * 0.6, tall - 0.12), (0.0, tall - 0.12)]
    phases = [(n, builder.between(0, 6.28), a) for n, a in ((3, 0.1), (5, 0.09), (9, 0.06), (14, 0.035))]

    def ridges(points: Floats) -> Floats:
        angle = np.arctan2(points[:, 0], points[:, 2])
        high = np.clip(points[:, 1] / tall, 0, 1)
        wave = sum(a * np.cos(n * angle + p + 2.5 * high * (n > 4)) for n, p, a in phases)
        points[:, [0, 2]] *= (1 + wave * (1 - 0.4 * high))[:, None]
        points[:, 1] += 0.05 * tall * np.cos(7 * angle + phases[0][1]) * high * (1 - high) * 2
        return points

    return lathe(profile, sides=110).warp(ridges, 28)


def _small_pines(builder: Builder, far: float, count: int, gap: float) -> None:
    for i in range(count):
        angle, size = gap + 2 * math.pi * i / count + builder.between(-0.2, 0.2), builder.between(0.8, 1.3)
        x, z = far * math.sin(angle), far * math.cos(angle)
        fir = cone(0.06, 0.13, sides=12).move(y=0.1) + cone(0.045, 0.11, sides=12).move(y=0.17)
        builder.add("tree", fir.scale(size).move(x, 0.01, z), "dark green", "leaf")


def mountain(builder: Builder) -> None:
    """A mountain with ridges, a snow cap, perhaps a second peak, small firs at its foot."""
    _peak(builder, 0.0, 0.5, builder.vary(0.82, 0.1))
    if builder.chance(0.5):
        _peak(builder, builder.choose((-1, 1)) * 0.3, 0.32, builder.between(0.4, 0.56))
    builder.add("meadow", cylinder(0.62, 0.06, top=0.58).move(y=-0.03), "green", "leaf")
    _small_pines(builder, 0.52, builder.count(7, 10), 0.2)


def _peak(builder: Builder, x: float, radius: float, tall: float) -> None:
    """One peak, white above a jagged snow line."""
    flanks = _slope(builder, radius, tall)
    line, phase = tall * builder.between(0.5, 0.62), builder.between(0, 6)

    def above(p: Floats) -> Floats:
        angle = np.arctan2(p[:, 0], p[:, 2])
        return np.asarray(p[:, 1] - line - 0.07 * tall * np.cos(6 * angle + phase) - 0.05 * tall * np.cos(11 * angle))

    builder.add("slope", flanks.keep(above).move(x), MAIN, "stone")
    builder.add("snow", flanks.keep(lambda p: -above(p)).move(x), ACCENT)


def volcano(builder: Builder) -> None:
    """A volcano: dark cone with a glowing crater, streams of lava, a plume of smoke or fire."""
    tall, crater = builder.vary(0.6, 0.1), builder.vary(0.15, 0.12)
    builder.add("slope", _slope(builder, 0.52, tall, crater), MAIN, "stone")
    builder.add("lava", sphere(crater * 0.9, 0.07, crater * 0.9).move(y=tall - 0.05), ACCENT, "glow")
    for i in range(builder.count(4, 6)):
        turn, low = 72 * i + builder.between(-18, 18), builder.between(0.06, 0.4)
        path = []
        for share in np.linspace(1.0, low, 8):
            out = (crater + (0.52 - crater) * (1 - share) ** 1.25) * (1.03 + 0.03 * math.sin(9 * share + i))
            path.append((0.04 * math.sin(7 * share + 2 * i), tall * share + 0.012, out + 0.012))
        path[0] = (0.0, tall - 0.02, crater * 0.6)
        builder.add("lava", tube(path, [0.045, 0.04, 0.045, 0.06], count=20).turn(y=turn), ACCENT, "glow")
    if builder.chance(0.65):
        puffs: list[Primitive] = []
        drift = builder.between(-0.12, 0.12)
        for i in range(9):
            x, z = (
                builder.between(-0.05, 0.05) * (1 + 0.4 * i) + drift * i / 8,
                builder.between(-0.05, 0.05) * (1 + 0.4 * i),
            )
            puffs.append(Ellipsoid((x, tall + 0.04 + 0.055 * i, z), 0.075 + 0.013 * i))
        builder.blend("smoke", puffs, "light grey", smooth=0.03, detail=40)
    else:
        for i in range(9):
            spread, high = builder.between(8, 32), builder.between(0.22, 0.4)
            jet = tube([(0, 0, 0), (0, high * 0.6, 0.02), (0, high, 0.09)], [0.045, 0.035, 0.01], count=10, sides=10)
            builder.add(
                "fire",
                jet.turn(x=spread * 0.5).turn(y=40 * i).move(y=tall - 0.03),
                ("red", "orange", "yellow")[i % 3],
                "glow",
            )
    builder.add("ground", cylinder(0.64, 0.06, top=0.6).move(y=-0.035), "green", "leaf", 0.8)
    _small_pines(builder, 0.57, builder.count(5, 8), 0.4)


def island(builder: Builder) -> None:
    """A floating island: grassy top, rocky root tapering down, a tree and a little pond."""
    roots: list[Primitive] = [Ellipsoid((0, -0.08, 0), (0.5, 0.13, 0.46))]
    for i in range(7):
        angle, far = 0.9 * i, 0.0 if i == 0 else builder.between(0.15, 0.33)
        deep = 0.62 if i == 0 else builder.between(0.25, 0.42)
        roots.append(
            Capsule(
                (far * math.sin(angle), -0.1, far * math.cos(angle)),
                (far * 0.6 * math.sin(angle), -deep, far * 0.6 * math.cos(angle)),
                0.2,
                0.035,
            )
        )
    builder.blend("rock", roots, ACCENT, "stone", smooth=0.05, detail=50)
    builder.add("grass", sphere(0.53, 0.1, 0.49).move(y=0.0), MAIN, "leaf")
    for i in range(14):
        drip = sphere(0.085, builder.between(0.05, 0.1), 0.05).move(y=-0.045, z=0.48)
        builder.add("grass", drip.turn(y=26 * i).scale(1.03, 1, 0.95), MAIN, "leaf")
    builder.add("pond", sphere(0.16, 0.02, 0.12).move(0.2, 0.09, 0.2), "cyan", "glass")
    builder.add(
        "trunk", tube([(-0.16, 0.05, 0), (-0.13, 0.25, 0), (-0.16, 0.42, 0)], [0.06, 0.045, 0.04]), "brown", "wood"
    )
    crown: list[Primitive] = [Ellipsoid((-0.16, 0.55, 0), 0.19)]
    crown += [
        Ellipsoid(
            (-0.16 + 0.17 * math.sin(1.05 * i), 0.5 + 0.09 * (i % 2), 0.17 * math.cos(1.05 * i)),
            builder.between(0.1, 0.14),
        )
        for i in range(6)
    ]
    builder.blend("crown", crown, MAIN, "leaf", smooth=0.03, detail=40)
    if builder.chance(0.6):
        fall = tube(
            [(0.25, 0.09, 0.3), (0.28, 0.06, 0.47), (0.29, -0.15, 0.5), (0.29, -0.42, 0.5)],
            [0.05, 0.055, 0.05, 0.04],
            flat=0.5,
        )
        builder.add("waterfall", fall, "cyan", "glass")
    else:
        builder.add(
            "rock",
            bead(0.08).scale(1.2, 0.8, 1).move(0.28, 0.09, -0.12) + bead(0.05).move(0.15, 0.1, -0.2),
            ACCENT,
            "stone",
        )
