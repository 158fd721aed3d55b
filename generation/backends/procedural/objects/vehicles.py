"""Builders of vehicles on land, water and in the air. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import ACCENT, Make
from generation.backends.procedural.objects import vehicles_air as air
from generation.backends.procedural.objects import vehicles_land as land
from generation.backends.procedural.shapes import box, cylinder, join, pair, ring, torus
from generation.backends.procedural.sweeps import tube


def bicycle(make: Make) -> None:
    """A city bicycle: two spoked wheels, a diamond frame, saddle, handlebar, pedals."""
    r, half = make.vary(0.34, 0.05), make.vary(0.53, 0.06)
    high = make.vary(0.86, 0.06)
    for z in (-half, half):
        make.add("wheel", torus(r, 0.03).turn(z=90).move(y=r, z=z), "black", "rubber")
        make.add("rim", torus(r - 0.035, 0.014).turn(z=90).move(y=r, z=z), "silver", "metal")
        spokes = ring(tube([(0, 0, 0), (0, 0, r - 0.03)], 0.005, count=2, sides=6), 14).turn(z=90)
        make.add("spoke", spokes.move(y=r, z=z), "silver", "metal")
        make.add("wheel", cylinder(0.03, 0.09).turn(z=90).move(y=r, z=z), "silver", "metal")
    crank, seat = (0.0, r - 0.04, -0.08), (0.0, high - 0.12, -0.22)
    head, low_head = (0.0, high - 0.06, half - 0.2), (0.0, high - 0.2, half - 0.17)
    thick = make.vary(0.028)
    for a, b in ((crank, seat), (crank, low_head), (seat, head)):
        make.add("frame", tube([a, b], thick, count=2))
    for x in (-0.045, 0.045):
        axle, front = (x, r, -half), (x, r, half)
        for a, b in ((crank, axle), (seat, axle)):
            make.add("frame", tube([a, b], thick * 0.6, count=2))
        make.add(
            "fork", tube([(x, low_head[1] - 0.02, low_head[2]), (x * 1.1, r + 0.15, half - 0.08), front], thick * 0.7)
        )
    make.add("frame", tube([low_head, (0, high + 0.03, half - 0.23)], thick * 1.15, count=2))
    make.add("saddle", tube([seat, (0, high, -0.25)], 0.018, count=2), "silver", "metal")
    saddle = tube([(0, high + 0.02, -0.36), (0, high + 0.03, -0.25), (0, high + 0.02, -0.08)], [0.09, 0.08, 0.03, 0.02])
    make.add("saddle", saddle.scale(1, 0.6, 1).move(y=0.4 * high), ACCENT, "leather")
    wide = make.vary(0.27, 0.1)
    bar_y, bar_z = high + 0.08, half - 0.25
    bar = [(0, bar_y, bar_z + 0.04), (wide * 0.6, bar_y + 0.05, bar_z), (wide, bar_y + 0.02, bar_z - 0.14)]
    make.add("handlebar", pair(tube(bar, 0.016)), "silver", "metal")
    make.add("handlebar", tube([(0, high, bar_z + 0.02), (0, bar_y, bar_z + 0.04)], 0.018, count=2), "silver", "metal")
    grip = tube([(wide, bar_y + 0.025, bar_z - 0.08), (wide, bar_y + 0.015, bar_z - 0.2)], 0.024, count=3)
    make.add("grip", pair(grip), ACCENT, "rubber")
    make.add("chain", cylinder(0.085, 0.012).turn(z=90).move(0.06, crank[1], crank[2]), "grey", "metal")
    for side in (-1, 1):
        arm = tube(
            [(0.08 * side, crank[1], crank[2]), (0.09 * side, crank[1] - 0.12 * side, crank[2] + 0.08 * side)], 0.012
        )
        pedal = box(0.1, 0.025, 0.07, 0.01).move(0.14 * side, crank[1] - 0.12 * side, crank[2] + 0.08 * side)
        make.add("pedal", join(arm, pedal), "black", "rubber")
    if make.chance(0.4):
        guard = torus(r + 0.06, 0.022, arc_deg=130).turn(z=90)
        make.add("mudguard", guard.turn(x=-100).move(y=r, z=-half))


BUILDERS: dict[str, Callable[[Make], None]] = {
    "bicycle": bicycle,
    "car": land.car,
    "truck": land.truck,
    "bus": land.bus,
    "train": land.train,
    "motorcycle": land.motorcycle,
    "tractor": land.tractor,
    "tank": land.tank,
    "scooter": land.scooter,
    "airplane": air.airplane,
    "helicopter": air.helicopter,
    "rocket": air.rocket,
    "hot air balloon": air.hot_air_balloon,
    "ufo": air.ufo,
    "sailboat": air.sailboat,
    "submarine": air.submarine,
    "ship": air.ship,
}
"""Builder by the object's name in objects.yaml."""
