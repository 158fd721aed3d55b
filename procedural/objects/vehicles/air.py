"""Builders of vehicles in the air and in space. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, box, capsule, cone, cylinder, join, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, side, tube


def airplane(builder: Builder) -> None:
    """A passenger jet, or a small propeller plane."""
    if builder.chance(0.6):
        _jet(builder)
    else:
        _propeller_plane(builder)


def _jet(builder: Builder) -> None:
    long, r = builder.vary(1.0, 0.08), builder.vary(0.17, 0.1)
    nose, tail = (0.0, 0.5, long * 0.86), (0.0, 0.58, -long)
    hull: list[Primitive] = [
        Capsule((0, 0.5, -0.4 * long), (0, 0.5, long * 0.62), r),
        Capsule((0, 0.5, long * 0.6), nose, r, r * 0.55),
    ]
    hull += [Capsule((0, 0.5, -0.4 * long), tail, r, r * 0.35)]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=64)
    span, sweep = builder.vary(0.98, 0.08), builder.vary(0.42, 0.15)
    wing = [(0, 0.26), (span, 0.26 - sweep), (span, 0.1 - sweep), (0, -0.16)]
    builder.add("wing", pair(prism(wing, 0.045).turn(x=90).turn(z=5).move(y=0.44)), ACCENT, "glossy")
    small = [(0, 0.16), (0.36, -0.02), (0.36, -0.12), (0, -0.1)]
    builder.add("tail", pair(prism(small, 0.035).turn(x=90).move(y=0.6, z=-long * 0.84)), ACCENT, "glossy")
    fin = side([(0.2, 0), (-0.08, 0.42), (-0.24, 0.42), (-0.18, 0)], 0.04)
    builder.add("tail", fin.move(y=0.62, z=-long * 0.82), ACCENT, "glossy")
    for x in (0.42, -0.42):
        builder.add("engine", capsule((x, 0.35, 0.02), (x, 0.35, 0.24), 0.085), "light grey", "metal")
        builder.add("engine", cylinder(0.07, 0.05).turn(x=90).move(x, 0.35, 0.32), "dark grey", "metal")
    panes = row(cylinder(0.024, 2 * r + 0.025, sides=16).turn(z=90), 12, z=long * 0.1)
    builder.add("window", panes.move(y=0.53, z=-0.02), "navy", "glossy")
    builder.add("window", sphere(r * 0.7, 0.055, 0.1).move(y=0.5 + r * 0.62, z=long * 0.78), "navy", "glossy")


def _propeller_plane(builder: Builder) -> None:
    long = builder.vary(0.75, 0.08)
    hull: list[Primitive] = [
        Capsule((0, 0.45, long * 0.72), (0, 0.45, 0.1), 0.2, 0.22),
        Capsule((0, 0.45, 0.1), (0, 0.5, -long), 0.21, 0.06),
    ]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=56)
    span = builder.vary(0.98, 0.06)
    wing = prism(
        [(-span, 0.16), (span, 0.16), (span + 0.06, 0.0), (span, -0.16), (-span, -0.16), (-span - 0.06, 0)], 0.05
    )
    biplane = builder.chance(0.5)
    for y in (0.34, 0.84) if biplane else (0.4,):
        builder.add("wing", wing.turn(x=90).move(y=y, z=0.2), ACCENT)
    for z in (0.1, 0.3) if biplane else ():
        builder.add("strut", pair(capsule((0.42, 0.34, z), (0.42, 0.82, z), 0.018)), "brown", "wood")
        builder.add("strut", pair(capsule((0.12, 0.55, z), (0.16, 0.82, z), 0.018)), "brown", "wood")
    builder.add(
        "tail",
        prism([(-0.34, 0.1), (0.34, 0.1), (0.3, -0.1), (-0.3, -0.1)], 0.04).turn(x=90).move(y=0.52, z=-long),
        ACCENT,
    )
    builder.add(
        "tail", side([(0.12, 0), (-0.02, 0.3), (-0.18, 0.28), (-0.14, 0)], 0.04).move(y=0.52, z=-long + 0.04), ACCENT
    )
    builder.add("engine", cylinder(0.16, 0.1).turn(x=90).move(y=0.45, z=long * 0.72 + 0.17), "dark grey", "metal")
    blade = box(0.09, 0.36, 0.03, 0.015).move(y=0.2).turn(y=18)
    blades = join(*(blade.turn(z=120 * i) for i in range(3)))
    builder.add("propeller", blades.move(y=0.45, z=long * 0.72 + 0.26), "brown", "wood")
    builder.add("propeller", cone(0.07, 0.14).turn(x=90).move(y=0.45, z=long * 0.72 + 0.29), "silver", "metal")
    builder.add("window", sphere(0.13, 0.12, 0.17).move(y=0.64, z=-0.08), "navy", "glossy")
    for x in (0.24, -0.24):
        builder.add("wheel", cylinder(0.1, 0.07).turn(z=90).move(x, 0.1, 0.36), "black", "rubber")
        builder.add("strut", capsule((x, 0.1, 0.36), (x * 0.4, 0.32, 0.28), 0.025), "silver", "metal")


def helicopter(builder: Builder) -> None:
    """A helicopter: glazed cabin, tail boom, rotors, skids."""
    boom = builder.vary(0.95, 0.08)
    cabin: list[Primitive] = [
        Ellipsoid((0, 0.5, 0.15), (0.3, 0.31, 0.46)),
        Ellipsoid((0, 0.62, -0.1), (0.2, 0.22, 0.36)),
    ]
    cabin += [Capsule((0, 0.62, -0.3), (0, 0.68, -boom), 0.13, 0.055)]
    builder.blend("body", cabin, MAIN, "glossy", smooth=0.12, detail=64)
    glass = sphere(0.305, 0.3, 0.47).move(y=0.515, z=0.16).keep(lambda p: (0.42 - p[:, 1]).clip(0.36 - p[:, 2]))
    builder.add("window", glass, "sky blue", "glossy")
    builder.add("window", pair(box(0.03, 0.2, 0.26, 0.01).move(0.29, 0.6, 0.12)), "navy", "glossy")
    builder.add(
        "tail",
        side([(0.1, 0), (-0.1, 0.36), (-0.22, 0.36), (-0.14, 0), (-0.2, -0.14), (-0.1, -0.14)], 0.045).move(
            y=0.66, z=-boom + 0.05
        ),
        ACCENT,
    )
    builder.add("tail", box(0.5, 0.035, 0.14, 0.015).move(y=0.67, z=-boom * 0.78), ACCENT)
    builder.add("mast", cylinder(0.05, 0.22).move(y=0.88, z=0.02), "dark grey", "metal")
    blade = box(builder.vary(0.88, 0.06), 0.025, 0.085, 0.01).move(x=0.44)
    builder.add(
        "rotor", ring(blade, builder.choose([2, 3, 4]), builder.between(0, 90)).move(y=0.99, z=0.02), "dark grey"
    )
    builder.add("rotor", cylinder(0.075, 0.06).move(y=0.99, z=0.02), "silver", "metal")
    small = box(0.02, 0.4, 0.06, 0.008)
    builder.add("rotor", join(small, small.turn(x=90)).move(0.06, 0.86, -boom - 0.08), "dark grey")
    for x in (0.27, -0.27):
        skid = [(x, 0.1, 0.55), (x, 0.04, 0.42), (x, 0.04, 0), (x, 0.04, -0.35)]
        builder.add("skid", tube(skid, 0.026), "silver", "metal")
        for z in (0.28, -0.16):
            builder.add("skid", capsule((x, 0.05, z), (x * 0.6, 0.28, z * 0.9), 0.02), "silver", "metal")
    builder.add(
        "stripe", torus(0.29, 0.035).scale(1, 1, 1).turn(x=90).scale(0.92, 0.94, 1).move(y=0.53, z=-0.02), ACCENT
    )


def rocket(builder: Builder) -> None:
    """A tale's rocket: belly, pointed nose, porthole, fins, flame."""
    wide, tall, fins = builder.vary(0.3, 0.12), builder.vary(1.5, 0.1), builder.choose([3, 4])
    belly = curve([(wide * 0.6, 0.3), (wide, 0.3 + tall * 0.38), (wide * 0.72, 0.3 + tall * 0.72)], 20)
    builder.add("body", lathe([(0, 0.3), *map(tuple, belly), (0, 0.3 + tall * 0.72)]), MAIN, "glossy")
    tip = curve([(wide * 0.735, 0.3 + tall * 0.71), (wide * 0.42, 0.3 + tall * 0.9), (0, 0.3 + tall)], 14)
    builder.add("nose", lathe([(0, 0.3 + tall * 0.71), *map(tuple, tip)]), ACCENT, "glossy")
    out = wide * builder.vary(1.25, 0.15)
    fin = prism([(wide * 0.5, 0.35), (out, 0.02), (out + 0.08, 0.3), (wide * 0.9, 0.3 + tall * 0.33)], 0.06)
    builder.add("fin", ring(fin, fins, 45), ACCENT, "glossy")
    builder.add(
        "nozzle",
        lathe([(0, 0.34), (wide * 0.36, 0.34), (wide * 0.58, 0.2), (wide * 0.44, 0.2), (0, 0.3)]),
        "dark grey",
        "metal",
    )
    flame = lathe([(0, -0.18), (wide * 0.22, 0.02), (wide * 0.4, 0.16), (0, 0.24)])
    builder.add("flame", flame, "orange", "glow")
    builder.add("flame", lathe([(0, -0.3), (wide * 0.1, -0.14), (wide * 0.06, 0), (0, 0)]), "yellow", "glow")
    height = 0.3 + tall * 0.5
    for angle in (0, 180):
        pane = cylinder(wide * 0.4, 0.05).turn(x=90).move(y=height, z=wide * 0.97)
        builder.add("window", pane.turn(y=angle), "sky blue", "glossy")
        frame = torus(wide * 0.42, 0.035).turn(x=90).move(y=height, z=wide * 0.98)
        builder.add("window frame", frame.turn(y=angle), "silver", "metal")
    builder.add("stripe", torus(wide * 0.9, 0.03).move(y=0.3 + tall * 0.18), ACCENT)


def hot_air_balloon(builder: Builder) -> None:
    """A hot air balloon with gores in two colours and a wicker basket."""
    r, tall = builder.vary(0.55, 0.06), builder.vary(1.15, 0.08)
    rim = curve(
        [
            (0.13, 0.52),
            (r * 0.72, 0.52 + tall * 0.26),
            (r, 0.52 + tall * 0.6),
            (r * 0.6, 0.52 + tall * 0.92),
            (0, 0.52 + tall),
        ],
        30,
    )
    skin = lathe([(0.0, 0.55), *map(tuple, rim)], sides=48)
    gores = builder.choose([4, 5, 6])

    def wave(points: Floats) -> Floats:
        turns = [math.sin(gores * math.atan2(x, z)) for x, _, z in points]
        return points[:, 0] * 0 - turns

    builder.add("balloon", skin.keep(wave), MAIN)
    builder.add("balloon", skin.keep(lambda p: -wave(p)), ACCENT)
    builder.add("basket", box(0.26, 0.2, 0.26, 0.04).move(y=0.1), "tan", "wood")
    builder.add("basket", pair(box(0.03, 0.05, 0.3, 0.015).move(0.135, 0.2, 0)), "brown", "leather")
    builder.add("basket", pair(box(0.3, 0.05, 0.03, 0.015).move(0, 0.2, 0.135), "z"), "brown", "leather")
    ropes = [capsule((x * 0.12, 0.2, z * 0.12), (x * 0.1, 0.56, z * 0.1), 0.011) for x in (-1, 1) for z in (-1, 1)]
    builder.add("rope", join(*ropes), "dark brown")
    builder.add("burner", cone(0.05, 0.14).move(y=0.42), "orange", "glow")


def ufo(builder: Builder) -> None:
    """A flying saucer with a glass dome, lights round the rim and three legs."""
    wide, dome = builder.vary(0.9, 0.05), builder.vary(0.36, 0.12)
    rim = curve([(0.28, 0.34), (wide * 0.75, 0.42), (wide, 0.54), (wide * 0.7, 0.66), (dome, 0.76)], 26)
    builder.add("body", lathe([(0, 0.34), *map(tuple, rim), (0, 0.78)], sides=56), MAIN, "metal")
    builder.add(
        "dome",
        lathe(
            [(dome * math.cos(a / 20), 0.75 + dome * 0.95 * math.sin(a / 20)) for a in range(31)]
            + [(0, 0.75 + dome * 0.95)]
        ),
        "sky blue",
        "glass",
    )
    builder.add("rim", torus(wide * 0.97, 0.05).move(y=0.54), ACCENT, "metal")
    lights = builder.choose([8, 10, 12])
    builder.add(
        "light",
        ring(sphere(0.06).move(z=wide * 0.86, y=0.63), lights),
        builder.choose(["yellow", "lime", "cyan"]),
        "glow",
    )
    alien: list[Primitive] = [
        Ellipsoid((0, 0.94, 0), (0.15, 0.14, 0.14)),
        Capsule((0, 0.74, 0), (0, 0.84, 0), 0.1, 0.05),
    ]
    builder.blend("alien", alien, "lime", smooth=0.05, detail=32)
    builder.add("alien", pair(sphere(0.04, 0.055, 0.03).move(0.065, 0.95, 0.115)), "black", "glossy")
    leg = capsule((0, 0.4, 0.42), (0, 0.06, 0.6), 0.03)
    builder.add("leg", ring(join(leg, sphere(0.09, 0.04, 0.09).move(0, 0.04, 0.6)), 3), "grey", "metal")
    builder.add("light", cylinder(0.2, 0.06).move(y=0.32), "yellow", "glow")
