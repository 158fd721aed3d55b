"""Build functions of rocks and landscapes. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np
import trimesh

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, Shape, bead, cone, cylinder, lathe, mesh, sphere
from procedural.geometry.sweeps import tube
from procedural.objects.nature.ground import grass_blade


def _stone_around(points: Floats) -> Shape:
    """Return the convex hull of points [P, 3], with flat faces and sharp edges."""
    hull = trimesh.convex.convex_hull(points)
    return mesh(hull.vertices, hull.faces, crease_deg=8)


def rock(builder: Builder) -> None:
    """Build a boulder with flat broken faces and moss, two smaller stones and a few blades of grass."""
    right_x, right_size = builder.between(0.4, 0.5), builder.between(0.14, 0.22)
    left_x, left_size = -builder.between(0.36, 0.46), builder.between(0.1, 0.17)

    boulder_size = 0.45
    boulder = _add_stone(builder, (0.0, 0.0, 0.0), boulder_size, 1.0)
    highest = boulder.vertices[np.argsort(-boulder.vertices[:, 1])[:5]]
    for x, y, z in highest[: builder.count(2, 5)]:
        pad = sphere(0.13, 0.03, 0.11).turn(z=-60 * x, x=60 * z)
        builder.add("moss", pad.move(x * 0.8, y * 0.95 + 0.3 * boulder_size, z * 0.8), ACCENT, "leaf")
    _add_stone(builder, (right_x, 0.0, 0.2), right_size, 0.85)
    _add_stone(builder, (left_x, 0.0, 0.28), left_size, 1.12)
    for i in range(9):
        blade = grass_blade(builder, (0.1, 0.2), (0, 25)).move(y=0.06, z=builder.between(0.42, 0.5))
        builder.add("grass", blade.turn(y=40 * i + builder.between(0, 20)), "green", "leaf")


def _add_stone(builder: Builder, place: Joint, radius: float, shade: float) -> Shape:
    """Add a broken stone that stands at `place`; return it as it is round the origin."""
    x, y, z = place
    flatness = builder.between(0.65, 0.95)
    points = builder.rng.normal(size=(26, 3))
    points *= radius / np.linalg.norm(points, axis=1, keepdims=True) * builder.rng.uniform(0.88, 1.05, (26, 1))
    points[:, 1] = np.maximum(points[:, 1] * flatness, -0.3 * radius)
    stone = _stone_around(points)
    builder.add("stone", stone.move(x, y + 0.3 * radius, z), MAIN, "stone", shade)
    return stone


def crystal(builder: Builder) -> None:
    """Build a cluster of six-sided pointed crystals that grow from a bed of rock."""
    count = builder.count(7, 10)
    _add_crystal(builder, (0.75, 0.95), (0.12, 0.15), (-4, 4), None)
    for i in range(1, count):
        _add_crystal(builder, (0.3, 0.62), (0.06, 0.1), (16, 48), 360 * i / (count - 1))
    for i in range(9):
        points = builder.rng.normal(size=(14, 3))
        points *= 0.12 / np.linalg.norm(points, axis=1, keepdims=True)
        stone = _stone_around(points).scale(1.2, 0.7, 1.2).move(y=0.03, z=0.0 if i == 0 else 0.2)
        builder.add("stone", stone.turn(y=45 * i), ACCENT, "stone", builder.between(0.85, 1.1))


def _add_crystal(
    builder: Builder,
    heights: tuple[float, float],
    radii: tuple[float, float],
    leans_deg: tuple[float, float],
    turn: float | None,
) -> None:
    """Add a crystal drawn from these ranges, leaning about that `turn`; None puts it in the middle."""
    height, radius = builder.between(*heights), builder.between(*radii)
    lean = builder.between(*leans_deg)
    direction = 0.0 if turn is None else turn + builder.between(-12, 12)
    spin, shade = builder.between(0, 60), builder.between(0.82, 1.2)
    facets = lathe([(0, 0), (radius * 0.85, 0), (radius, height * 0.72), (0, height)], sides=6, crease_deg=8)
    placed = facets.turn(y=spin).move(z=0.0 if turn is None else 0.07).turn(x=lean).turn(y=direction)
    builder.add("crystal", placed.move(y=0.03), MAIN, "crystal", shade)


def _ridged_cone(builder: Builder, radius: float, height: float, crater_radius: float = 0.0) -> Shape:
    """Return the flanks of a mountain, or of a volcano with a crater of that radius."""
    shares = np.linspace(0, 1, 26)
    radii = crater_radius + (radius - crater_radius) * (1 - shares) ** 1.25
    profile = [(0.0, -0.03), (radius, -0.03), *zip(radii.tolist(), (height * shares).tolist(), strict=True)]
    if crater_radius:
        profile += [(crater_radius * 0.75, height - 0.02), (crater_radius * 0.6, height - 0.12), (0.0, height - 0.12)]
    waves = [(n, builder.between(0, 6.28), amount) for n, amount in ((3, 0.1), (5, 0.09), (9, 0.06), (14, 0.035))]
    first_phase = waves[0][1]

    def press_ridges(points: Floats) -> Floats:
        angle = np.arctan2(points[:, 0], points[:, 2])
        up = np.clip(points[:, 1] / height, 0, 1)
        wave = sum(amount * np.cos(n * angle + phase + 2.5 * up * (n > 4)) for n, phase, amount in waves)
        points[:, [0, 2]] *= (1 + wave * (1 - 0.4 * up))[:, None]
        points[:, 1] += 0.05 * height * np.cos(7 * angle + first_phase) * up * (1 - up) * 2
        return points

    return lathe(profile, sides=110).warp(press_ridges, 28)


def _add_small_firs(builder: Builder, ring_radius: float, count: int, first_angle: float) -> None:
    """Add `count` firs in a ring round the y axis."""
    fir = cone(0.06, 0.13, sides=12).move(y=0.1) + cone(0.045, 0.11, sides=12).move(y=0.17)
    for i in range(count):
        angle = first_angle + 2 * math.pi * i / count + builder.between(-0.2, 0.2)
        size = builder.between(0.8, 1.3)
        x, z = ring_radius * math.sin(angle), ring_radius * math.cos(angle)
        builder.add("tree", fir.scale(size).move(x, 0.01, z), "dark green", "leaf")


def mountain(builder: Builder) -> None:
    """Build a mountain with ridges and a snow cap, small firs at its foot; some have a second peak."""
    _add_peak(builder, 0.0, 0.5, builder.vary(0.82, 0.1))
    if builder.chance(0.5):
        _add_peak(builder, builder.choose((-1, 1)) * 0.3, 0.32, builder.between(0.4, 0.56))
    builder.add("meadow", cylinder(0.62, 0.06, top=0.58).move(y=-0.03), "green", "leaf")
    _add_small_firs(builder, 0.52, builder.count(7, 10), 0.2)


def _add_peak(builder: Builder, x: float, radius: float, height: float) -> None:
    """Add a peak at x that is white above a jagged snow line."""
    flanks = _ridged_cone(builder, radius, height)
    snow_y, phase = height * builder.between(0.5, 0.62), builder.between(0, 6)

    def height_above_snow_line(points: Floats) -> Floats:
        angle = np.arctan2(points[:, 0], points[:, 2])
        above = points[:, 1] - snow_y - 0.07 * height * np.cos(6 * angle + phase)
        return np.asarray(above - 0.05 * height * np.cos(11 * angle))

    builder.add("slope", flanks.keep(height_above_snow_line).move(x), MAIN, "stone")
    builder.add("snow", flanks.keep(lambda points: -height_above_snow_line(points)).move(x), ACCENT)


def volcano(builder: Builder) -> None:
    """Build a volcano: a dark cone with a glowing crater, streams of lava, and smoke or fire above."""
    height, crater_radius = builder.vary(0.6, 0.1), builder.vary(0.15, 0.12)
    foot_radius = 0.52
    flanks = _ridged_cone(builder, foot_radius, height, crater_radius)
    builder.add("slope", flanks, MAIN, "stone")
    pool = sphere(crater_radius * 0.9, 0.07, crater_radius * 0.9)
    builder.add("lava", pool.move(y=height - 0.05), ACCENT, "glow")
    for i in range(builder.count(4, 6)):
        turn, end_share = 72 * i + builder.between(-18, 18), builder.between(0.06, 0.4)
        path = [(0.0, height - 0.02, crater_radius * 0.6)]
        for share in np.linspace(1.0, end_share, 8)[1:]:
            flank_radius = crater_radius + (foot_radius - crater_radius) * (1 - share) ** 1.25
            z = flank_radius * (1.03 + 0.03 * math.sin(9 * share + i)) + 0.012
            path.append((0.04 * math.sin(7 * share + 2 * i), height * share + 0.012, z))
        stream = tube(path, [0.045, 0.04, 0.045, 0.06], count=20)
        builder.add("lava", stream.turn(y=turn), ACCENT, "glow")
    if builder.chance(0.65):
        _add_smoke(builder, height)
    else:
        _add_fire(builder, height)
    builder.add("ground", cylinder(0.64, 0.06, top=0.6).move(y=-0.035), "green", "leaf", 0.8)
    _add_small_firs(builder, 0.57, builder.count(5, 8), 0.4)


def _add_smoke(builder: Builder, y: float) -> None:
    """Add a plume that widens and drifts above the height y."""
    puffs: list[Primitive] = []
    drift = builder.between(-0.12, 0.12)
    for i in range(9):
        spread = 1 + 0.4 * i
        x = builder.between(-0.05, 0.05) * spread + drift * i / 8
        z = builder.between(-0.05, 0.05) * spread
        puffs.append(Ellipsoid((x, y + 0.04 + 0.055 * i, z), 0.075 + 0.013 * i))
    builder.blend("smoke", puffs, "light grey", smooth=0.03, detail=40)


def _add_fire(builder: Builder, y: float) -> None:
    """Add jets of fire that spread out above the height y."""
    for i in range(9):
        lean, height = builder.between(8, 32), builder.between(0.22, 0.4)
        jet = tube([(0, 0, 0), (0, height * 0.6, 0.02), (0, height, 0.09)], [0.045, 0.035, 0.01], count=10, sides=10)
        jet = jet.turn(x=lean * 0.5).turn(y=40 * i).move(y=y - 0.03)
        builder.add("fire", jet, ("red", "orange", "yellow")[i % 3], "glow")


def island(builder: Builder) -> None:
    """Build a floating island: a grassy top, a rocky root that tapers down, a tree, a pond, a waterfall or rocks."""
    _add_rocky_root(builder)
    builder.add("grass", sphere(0.53, 0.1, 0.49), MAIN, "leaf")
    for i in range(14):
        tuft = sphere(0.085, builder.between(0.05, 0.1), 0.05).move(y=-0.045, z=0.48)
        builder.add("grass", tuft.turn(y=26 * i).scale(1.03, 1, 0.95), MAIN, "leaf")
    builder.add("pond", sphere(0.16, 0.02, 0.12).move(0.2, 0.09, 0.2), "cyan", "glass")

    tree_x = -0.16
    trunk = tube([(tree_x, 0.05, 0), (-0.13, 0.25, 0), (tree_x, 0.42, 0)], [0.06, 0.045, 0.04])
    builder.add("trunk", trunk, "brown", "wood")
    crown: list[Primitive] = [Ellipsoid((tree_x, 0.55, 0), 0.19)]
    for i in range(6):
        angle = 1.05 * i
        centre = (tree_x + 0.17 * math.sin(angle), 0.5 + 0.09 * (i % 2), 0.17 * math.cos(angle))
        crown.append(Ellipsoid(centre, builder.between(0.1, 0.14)))
    builder.blend("crown", crown, MAIN, "leaf", smooth=0.03, detail=40)
    if builder.chance(0.6):
        path = [(0.25, 0.09, 0.3), (0.28, 0.06, 0.47), (0.29, -0.15, 0.5), (0.29, -0.42, 0.5)]
        builder.add("waterfall", tube(path, [0.05, 0.055, 0.05, 0.04], flat=0.5), "cyan", "glass")
    else:
        rocks = bead(0.08).scale(1.2, 0.8, 1).move(0.28, 0.09, -0.12) + bead(0.05).move(0.15, 0.1, -0.2)
        builder.add("rock", rocks, ACCENT, "stone")


def _add_rocky_root(builder: Builder) -> None:
    """Add a long root in the middle and six shorter ones round it."""
    roots: list[Primitive] = [Ellipsoid((0, -0.08, 0), (0.5, 0.13, 0.46))]
    for i in range(7):
        angle, distance = 0.9 * i, 0.0 if i == 0 else builder.between(0.15, 0.33)
        depth = 0.62 if i == 0 else builder.between(0.25, 0.42)
        top = (distance * math.sin(angle), -0.1, distance * math.cos(angle))
        bottom = (distance * 0.6 * math.sin(angle), -depth, distance * 0.6 * math.cos(angle))
        roots.append(Capsule(top, bottom, 0.2, 0.035))
    builder.blend("rock", roots, ACCENT, "stone", smooth=0.05, detail=50)
