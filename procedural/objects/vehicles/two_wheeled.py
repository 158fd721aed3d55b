"""Builders of vehicles: those on two wheels, and the table of all. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, RoundedBox
from procedural.geometry.shapes import box, capsule, cylinder, join, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import tube


def bicycle(builder: Builder) -> None:
    """A city bicycle: two spoked wheels, a diamond frame, saddle, handlebar, pedals."""
    r, half = builder.vary(0.34, 0.05), builder.vary(0.53, 0.06)
    high = builder.vary(0.86, 0.06)
    for z in (-half, half):
        builder.add("wheel", torus(r, 0.03).turn(z=90).move(y=r, z=z), "black", "rubber")
        builder.add("rim", torus(r - 0.035, 0.014).turn(z=90).move(y=r, z=z), "silver", "metal")
        spokes = ring(tube([(0, 0, 0), (0, 0, r - 0.03)], 0.005, count=2, sides=6), 14).turn(z=90)
        builder.add("spoke", spokes.move(y=r, z=z), "silver", "metal")
        builder.add("wheel", cylinder(0.03, 0.09).turn(z=90).move(y=r, z=z), "silver", "metal")
    crank, seat = (0.0, r - 0.04, -0.08), (0.0, high - 0.12, -0.22)
    head, low_head = (0.0, high - 0.06, half - 0.2), (0.0, high - 0.2, half - 0.17)
    thick = builder.vary(0.028)
    for a, b in ((crank, seat), (crank, low_head), (seat, head)):
        builder.add("frame", tube([a, b], thick, count=2))
    for x in (-0.045, 0.045):
        axle, front = (x, r, -half), (x, r, half)
        for a, b in ((crank, axle), (seat, axle)):
            builder.add("frame", tube([a, b], thick * 0.6, count=2))
        builder.add(
            "fork", tube([(x, low_head[1] - 0.02, low_head[2]), (x * 1.1, r + 0.15, half - 0.08), front], thick * 0.7)
        )
    builder.add("frame", tube([low_head, (0, high + 0.03, half - 0.23)], thick * 1.15, count=2))
    builder.add("saddle", tube([seat, (0, high, -0.25)], 0.018, count=2), "silver", "metal")
    saddle = tube([(0, high + 0.02, -0.36), (0, high + 0.03, -0.25), (0, high + 0.02, -0.08)], [0.09, 0.08, 0.03, 0.02])
    builder.add("saddle", saddle.scale(1, 0.6, 1).move(y=0.4 * high), ACCENT, "leather")
    wide = builder.vary(0.27, 0.1)
    bar_y, bar_z = high + 0.08, half - 0.25
    bar = [(0, bar_y, bar_z + 0.04), (wide * 0.6, bar_y + 0.05, bar_z), (wide, bar_y + 0.02, bar_z - 0.14)]
    builder.add("handlebar", pair(tube(bar, 0.016)), "silver", "metal")
    builder.add(
        "handlebar", tube([(0, high, bar_z + 0.02), (0, bar_y, bar_z + 0.04)], 0.018, count=2), "silver", "metal"
    )
    grip = tube([(wide, bar_y + 0.025, bar_z - 0.08), (wide, bar_y + 0.015, bar_z - 0.2)], 0.024, count=3)
    builder.add("grip", pair(grip), ACCENT, "rubber")
    builder.add("chain", cylinder(0.085, 0.012).turn(z=90).move(0.06, crank[1], crank[2]), "grey", "metal")
    for side in (-1, 1):
        arm = tube(
            [(0.08 * side, crank[1], crank[2]), (0.09 * side, crank[1] - 0.12 * side, crank[2] + 0.08 * side)], 0.012
        )
        pedal = box(0.1, 0.025, 0.07, 0.01).move(0.14 * side, crank[1] - 0.12 * side, crank[2] + 0.08 * side)
        builder.add("pedal", join(arm, pedal), "black", "rubber")
    if builder.chance(0.4):
        guard = torus(r + 0.06, 0.022, arc_deg=130).turn(z=90)
        builder.add("mudguard", guard.turn(x=-100).move(y=r, z=-half))


def motorcycle(builder: Builder) -> None:
    """A motorcycle: fat tyres, tank, engine, seat, high bar."""
    half, r = builder.vary(0.62, 0.05), builder.vary(0.28, 0.06)
    for z in (-half, half):
        builder.add("wheel", torus(r - 0.07, 0.085).turn(z=90).move(y=r, z=z), "black", "rubber")
        builder.add("rim", torus(r - 0.15, 0.022).turn(z=90).move(y=r, z=z), "silver", "metal")
        builder.add("rim", cylinder(r - 0.15, 0.03).turn(z=90).move(y=r, z=z), "silver", "metal")
        guard = torus(r + 0.045, 0.06, arc_deg=120).turn(z=90)
        builder.add("mudguard", guard.turn(x=-70 if z < 0 else -110).move(y=r, z=z), MAIN, "glossy")
    builder.add("engine", box(0.24, 0.26, 0.34, 0.05).move(y=0.32), "dark grey", "metal")
    builder.add(
        "engine", row(box(0.3, 0.025, 0.24, 0.01), 5, y=0.045).turn(x=18).move(y=0.47, z=0.05), "silver", "metal"
    )
    tank: list[Primitive] = [
        Ellipsoid((0, 0.72, 0.14), (0.15, 0.12, 0.27)),
        Ellipsoid((0, 0.66, -0.02), (0.11, 0.09, 0.2)),
    ]
    tank += [Capsule((0, 0.66, -0.2), (0, 0.68, -0.56), 0.1, 0.06)]
    builder.blend("tank", tank, MAIN, "glossy", smooth=0.1, detail=48)
    builder.add(
        "seat",
        tube([(0, 0.74, 0.0), (0, 0.7, -0.2), (0, 0.76, -0.45)], [0.1, 0.12, 0.09], flat=0.6),
        "dark brown",
        "leather",
    )
    fork = tube([(0.1, r, half), (0.1, 0.66, half - 0.22), (0.1, 0.86, half - 0.31)], 0.03, straight=True)
    builder.add("fork", pair(fork), "silver", "metal")
    bar_y = builder.vary(0.96, 0.06)
    bar = [(0, 0.85, half - 0.3), (0.14, bar_y, half - 0.32), (0.36, bar_y, half - 0.44)]
    builder.add("handlebar", pair(tube(bar, 0.022)), "silver", "metal")
    builder.add(
        "grip", pair(capsule((0.33, bar_y, half - 0.42), (0.42, bar_y - 0.005, half - 0.47), 0.032)), "black", "rubber"
    )
    builder.add("headlight", capsule((0, 0.8, half - 0.24), (0, 0.79, half - 0.14), 0.095), "silver", "metal")
    builder.add("headlight", cylinder(0.08, 0.05).turn(x=84).move(y=0.79, z=half - 0.06), "yellow", "glow")
    builder.add("taillight", sphere(0.05).move(y=0.67, z=-half - 0.02), "red", "glow")
    pipe = tube(
        [(0.14, 0.42, 0.18), (0.17, 0.2, 0.12), (0.17, 0.18, -0.2), (0.18, 0.24, -half - 0.12)],
        [0.035, 0.035, 0.05, 0.065],
    )
    builder.add("exhaust", pair(pipe), "silver", "metal")
    builder.add(
        "frame",
        pair(tube([(0.06, 0.68, half - 0.26), (0.09, 0.3, 0.2), (0.09, 0.28, -0.25), (0.06, r, -half)], 0.032)),
        ACCENT,
    )


def scooter(builder: Builder) -> None:
    """A motor scooter: leg shield, flat floor, round tail."""
    half, r = builder.vary(0.5, 0.05), 0.19
    for z in (-half, half):
        builder.add("wheel", torus(r - 0.06, 0.07).turn(z=90).move(y=r, z=z), "black", "rubber")
        builder.add("rim", cylinder(r - 0.09, 0.07).turn(z=90).move(y=r, z=z), "silver", "metal")
    tail: list[Primitive] = [
        Ellipsoid((0, 0.42, -half + 0.02), (0.2, 0.21, 0.36)),
        Ellipsoid((0, 0.5, -half + 0.16), (0.16, 0.16, 0.2)),
    ]
    tail += [
        RoundedBox((0, 0.2, 0.0), (0.32, 0.08, 0.56), 0.04),
        Capsule((0, 0.24, 0.24), (0, 0.72, half - 0.24), 0.09, 0.07),
    ]
    tail += [
        RoundedBox((0, 0.5, half - 0.22), (0.4, 0.56, 0.07), 0.03, (-18, 0, 0)),
        Ellipsoid((0, 0.9, half - 0.33), (0.14, 0.1, 0.13)),
    ]
    tail += [Ellipsoid((0, 0.32, half), (0.11, 0.12, 0.24))]
    tail += [
        Ellipsoid((0, 0.14, half), (0.12, 0.16, 0.19), subtract=True),
        Ellipsoid((0, 0.12, -half), (0.1, 0.18, 0.2), subtract=True),
    ]
    builder.blend("body", tail, MAIN, "glossy", smooth=0.09, detail=64)
    builder.add(
        "seat",
        tube([(0, 0.66, -0.1), (0, 0.69, -0.3), (0, 0.67, -half - 0.2)], [0.11, 0.15, 0.1], flat=0.5),
        ACCENT,
        "leather",
    )
    bar = [(0, 0.93, half - 0.34), (0.2, 0.98, half - 0.38), (0.34, 0.96, half - 0.46)]
    builder.add("handlebar", pair(tube(bar, 0.022)), "silver", "metal")
    builder.add("grip", pair(capsule((0.27, 0.97, half - 0.42), (0.36, 0.955, half - 0.47), 0.033)), "black", "rubber")
    builder.add("headlight", cylinder(0.075, 0.06).turn(x=90).move(y=0.9, z=half - 0.21), "yellow", "glow")
    for x in (-1, 1):
        stalk = tube([(0.18 * x, 0.97, half - 0.38), (0.26 * x, 1.12, half - 0.4)], 0.012, count=2)
        mirror = cylinder(0.06, 0.025).turn(x=80).move(0.27 * x, 1.15, half - 0.4)
        builder.add("mirror", join(stalk, mirror), "silver", "metal")
    builder.add("taillight", sphere(0.05).move(y=0.5, z=-half - 0.3), "red", "glow")
