"""Build functions of vehicles in the air and in space. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import Floats, box, capsule, cone, cylinder, join, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, side, tube
from procedural.objects.parts.wheels import on_axle


def airplane(builder: Builder) -> None:
    """Build a passenger jet or a small propeller plane."""
    if builder.chance(0.6):
        _build_jet(builder)
    else:
        _build_propeller_plane(builder)


def _build_jet(builder: Builder) -> None:
    half_length, hull_radius = builder.vary(1.0, 0.08), builder.vary(0.17, 0.1)
    half_span, sweep = builder.vary(0.98, 0.08), builder.vary(0.42, 0.15)
    nose, tail = (0.0, 0.5, half_length * 0.86), (0.0, 0.58, -half_length)
    wings_end = (0.0, 0.5, -0.4 * half_length)

    hull: list[Primitive] = [
        Capsule(wings_end, (0, 0.5, half_length * 0.62), hull_radius),
        Capsule((0, 0.5, half_length * 0.6), nose, hull_radius, hull_radius * 0.55),
        Capsule(wings_end, tail, hull_radius, hull_radius * 0.35),
    ]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=64)
    wing = prism([(0, 0.26), (half_span, 0.26 - sweep), (half_span, 0.1 - sweep), (0, -0.16)], 0.045)
    builder.add("wing", pair(wing.turn(x=90).turn(z=5).move(y=0.44)), ACCENT, "glossy")
    tailplane = prism([(0, 0.16), (0.36, -0.02), (0.36, -0.12), (0, -0.1)], 0.035)
    builder.add("tail", pair(tailplane.turn(x=90).move(y=0.6, z=-half_length * 0.84)), ACCENT, "glossy")
    fin = side([(0.2, 0), (-0.08, 0.42), (-0.24, 0.42), (-0.18, 0)], 0.04)
    builder.add("tail", fin.move(y=0.62, z=-half_length * 0.82), ACCENT, "glossy")
    for x in (0.42, -0.42):
        builder.add("engine", capsule((x, 0.35, 0.02), (x, 0.35, 0.24), 0.085), "light grey", "metal")
        builder.add("engine", cylinder(0.07, 0.05).turn(x=90).move(x, 0.35, 0.32), "dark grey", "metal")
    panes = row(cylinder(0.024, 2 * hull_radius + 0.025, sides=16).turn(z=90), 12, z=half_length * 0.1)
    builder.add("window", panes.move(y=0.53, z=-0.02), "navy", "glossy")
    windscreen = sphere(hull_radius * 0.7, 0.055, 0.1)
    builder.add("window", windscreen.move(y=0.5 + hull_radius * 0.62, z=half_length * 0.78), "navy", "glossy")


def _build_propeller_plane(builder: Builder) -> None:
    length, half_span = builder.vary(0.75, 0.08), builder.vary(0.98, 0.06)
    is_biplane = builder.chance(0.5)
    nose_z = length * 0.72

    hull: list[Primitive] = [
        Capsule((0, 0.45, nose_z), (0, 0.45, 0.1), 0.2, 0.22),
        Capsule((0, 0.45, 0.1), (0, 0.5, -length), 0.21, 0.06),
    ]
    builder.blend("body", hull, MAIN, "glossy", smooth=0.1, detail=56)

    wing_outline = [
        (-half_span, 0.16),
        (half_span, 0.16),
        (half_span + 0.06, 0.0),
        (half_span, -0.16),
        (-half_span, -0.16),
        (-half_span - 0.06, 0),
    ]
    wing = prism(wing_outline, 0.05).turn(x=90)
    for y in (0.34, 0.84) if is_biplane else (0.4,):
        builder.add("wing", wing.move(y=y, z=0.2), ACCENT)
    for z in (0.1, 0.3) if is_biplane else ():
        builder.add("strut", pair(capsule((0.42, 0.34, z), (0.42, 0.82, z), 0.018)), "brown", "wood")
        builder.add("strut", pair(capsule((0.12, 0.55, z), (0.16, 0.82, z), 0.018)), "brown", "wood")
    tailplane = prism([(-0.34, 0.1), (0.34, 0.1), (0.3, -0.1), (-0.3, -0.1)], 0.04)
    builder.add("tail", tailplane.turn(x=90).move(y=0.52, z=-length), ACCENT)
    fin = side([(0.12, 0), (-0.02, 0.3), (-0.18, 0.28), (-0.14, 0)], 0.04)
    builder.add("tail", fin.move(y=0.52, z=-length + 0.04), ACCENT)

    builder.add("engine", cylinder(0.16, 0.1).turn(x=90).move(y=0.45, z=nose_z + 0.17), "dark grey", "metal")
    blade = box(0.09, 0.36, 0.03, 0.015).move(y=0.2).turn(y=18)
    blades = join(*(blade.turn(z=120 * i) for i in range(3)))
    builder.add("propeller", blades.move(y=0.45, z=nose_z + 0.26), "brown", "wood")
    builder.add("propeller", cone(0.07, 0.14).turn(x=90).move(y=0.45, z=nose_z + 0.29), "silver", "metal")
    builder.add("window", sphere(0.13, 0.12, 0.17).move(y=0.64, z=-0.08), "navy", "glossy")
    for x in (0.24, -0.24):
        hub = (x, 0.1, 0.36)
        builder.add("wheel", on_axle(cylinder(0.1, 0.07), hub), "black", "rubber")
        builder.add("strut", capsule(hub, (x * 0.4, 0.32, 0.28), 0.025), "silver", "metal")


def helicopter(builder: Builder) -> None:
    """Build a helicopter: a glazed cabin, a tail boom, rotors and skids."""
    boom_length = builder.vary(0.95, 0.08)
    blade_length = builder.vary(0.88, 0.06)
    blade_count, rotor_turn = builder.choose([2, 3, 4]), builder.between(0, 90)

    body: list[Primitive] = [
        Ellipsoid((0, 0.5, 0.15), (0.3, 0.31, 0.46)),
        Ellipsoid((0, 0.62, -0.1), (0.2, 0.22, 0.36)),
        Capsule((0, 0.62, -0.3), (0, 0.68, -boom_length), 0.13, 0.055),
    ]
    builder.blend("body", body, MAIN, "glossy", smooth=0.12, detail=64)
    glass = sphere(0.305, 0.3, 0.47).move(y=0.515, z=0.16).keep(lambda p: (0.42 - p[:, 1]).clip(0.36 - p[:, 2]))
    builder.add("window", glass, "sky blue", "glossy")
    builder.add("window", pair(box(0.03, 0.2, 0.26, 0.01).move(0.29, 0.6, 0.12)), "navy", "glossy")
    fin = side([(0.1, 0), (-0.1, 0.36), (-0.22, 0.36), (-0.14, 0), (-0.2, -0.14), (-0.1, -0.14)], 0.045)
    builder.add("tail", fin.move(y=0.66, z=-boom_length + 0.05), ACCENT)
    builder.add("tail", box(0.5, 0.035, 0.14, 0.015).move(y=0.67, z=-boom_length * 0.78), ACCENT)

    builder.add("mast", cylinder(0.05, 0.22).move(y=0.88, z=0.02), "dark grey", "metal")
    blade = box(blade_length, 0.025, 0.085, 0.01).move(x=0.44)
    builder.add("rotor", ring(blade, blade_count, rotor_turn).move(y=0.99, z=0.02), "dark grey")
    builder.add("rotor", cylinder(0.075, 0.06).move(y=0.99, z=0.02), "silver", "metal")
    tail_blade = box(0.02, 0.4, 0.06, 0.008)
    tail_rotor = join(tail_blade, tail_blade.turn(x=90))
    builder.add("rotor", tail_rotor.move(0.06, 0.86, -boom_length - 0.08), "dark grey")

    for x in (0.27, -0.27):
        skid = [(x, 0.1, 0.55), (x, 0.04, 0.42), (x, 0.04, 0), (x, 0.04, -0.35)]
        builder.add("skid", tube(skid, 0.026), "silver", "metal")
        for z in (0.28, -0.16):
            builder.add("skid", capsule((x, 0.05, z), (x * 0.6, 0.28, z * 0.9), 0.02), "silver", "metal")
    stripe = torus(0.29, 0.035).scale(1).turn(x=90).scale(0.92, 0.94, 1)
    builder.add("stripe", stripe.move(y=0.53, z=-0.02), ACCENT)


def rocket(builder: Builder) -> None:
    """Build a storybook rocket: a round belly, a pointed nose, portholes, fins and a flame."""
    radius, height = builder.vary(0.3, 0.12), builder.vary(1.5, 0.1)
    fin_count, fin_reach = builder.choose([3, 4]), builder.vary(1.25, 0.15)
    base, fin_x = 0.3, radius * fin_reach

    belly = curve([(radius * 0.6, base), (radius, base + height * 0.38), (radius * 0.72, base + height * 0.72)], 20)
    builder.add("body", lathe([(0, base), *map(tuple, belly), (0, base + height * 0.72)]), MAIN, "glossy")
    tip = curve([(radius * 0.735, base + height * 0.71), (radius * 0.42, base + height * 0.9), (0, base + height)], 14)
    builder.add("nose", lathe([(0, base + height * 0.71), *map(tuple, tip)]), ACCENT, "glossy")
    fin = [(radius * 0.5, 0.35), (fin_x, 0.02), (fin_x + 0.08, 0.3), (radius * 0.9, base + height * 0.33)]
    builder.add("fin", ring(prism(fin, 0.06), fin_count, 45), ACCENT, "glossy")
    nozzle = [(0, 0.34), (radius * 0.36, 0.34), (radius * 0.58, 0.2), (radius * 0.44, 0.2), (0, 0.3)]
    builder.add("nozzle", lathe(nozzle), "dark grey", "metal")
    outer_flame = [(0, -0.18), (radius * 0.22, 0.02), (radius * 0.4, 0.16), (0, 0.24)]
    builder.add("flame", lathe(outer_flame), "orange", "glow")
    inner_flame = [(0, -0.3), (radius * 0.1, -0.14), (radius * 0.06, 0), (0, 0)]
    builder.add("flame", lathe(inner_flame), "yellow", "glow")

    window_y = base + height * 0.5
    for turn in (0, 180):
        pane = cylinder(radius * 0.4, 0.05).turn(x=90).move(y=window_y, z=radius * 0.97)
        builder.add("window", pane.turn(y=turn), "sky blue", "glossy")
        frame = torus(radius * 0.42, 0.035).turn(x=90).move(y=window_y, z=radius * 0.98)
        builder.add("window frame", frame.turn(y=turn), "silver", "metal")
    builder.add("stripe", torus(radius * 0.9, 0.03).move(y=base + height * 0.18), ACCENT)


def hot_air_balloon(builder: Builder) -> None:
    """Build a hot air balloon with panels in two colours and a wicker basket."""
    radius, height = builder.vary(0.55, 0.06), builder.vary(1.15, 0.08)
    panel_pairs = builder.choose([4, 5, 6])
    mouth = 0.52

    profile = [
        (0.13, mouth),
        (radius * 0.72, mouth + height * 0.26),
        (radius, mouth + height * 0.6),
        (radius * 0.6, mouth + height * 0.92),
        (0, mouth + height),
    ]
    envelope = lathe([(0.0, 0.55), *map(tuple, curve(profile, 30))], sides=48)

    def alternate_panels(points: Floats) -> Floats:
        waves = [math.sin(panel_pairs * math.atan2(x, z)) for x, _, z in points]
        return points[:, 0] * 0 - waves

    builder.add("balloon", envelope.keep(alternate_panels), MAIN)
    builder.add("balloon", envelope.keep(lambda p: -alternate_panels(p)), ACCENT)
    builder.add("basket", box(0.26, 0.2, 0.26, 0.04).move(y=0.1), "tan", "wood")
    builder.add("basket", pair(box(0.03, 0.05, 0.3, 0.015).move(0.135, 0.2, 0)), "brown", "leather")
    builder.add("basket", pair(box(0.3, 0.05, 0.03, 0.015).move(0, 0.2, 0.135), "z"), "brown", "leather")
    ropes = [capsule((x * 0.12, 0.2, z * 0.12), (x * 0.1, 0.56, z * 0.1), 0.011) for x in (-1, 1) for z in (-1, 1)]
    builder.add("rope", join(*ropes), "dark brown")
    builder.add("burner", cone(0.05, 0.14).move(y=0.42), "orange", "glow")


def ufo(builder: Builder) -> None:
    """Build a flying saucer with a glass dome, lights round the rim and three legs."""
    radius, dome_radius = builder.vary(0.9, 0.05), builder.vary(0.36, 0.12)
    light_count, light_colour = builder.choose([8, 10, 12]), builder.choose(["yellow", "lime", "cyan"])

    saucer = [(0.28, 0.34), (radius * 0.75, 0.42), (radius, 0.54), (radius * 0.7, 0.66), (dome_radius, 0.76)]
    body = lathe([(0, 0.34), *map(tuple, curve(saucer, 26)), (0, 0.78)], sides=56)
    builder.add("body", body, MAIN, "metal")
    dome_arc = [
        (dome_radius * math.cos(step / 20), 0.75 + dome_radius * 0.95 * math.sin(step / 20)) for step in range(31)
    ]
    builder.add("dome", lathe([*dome_arc, (0, 0.75 + dome_radius * 0.95)]), "sky blue", "glass")
    builder.add("rim", torus(radius * 0.97, 0.05).move(y=0.54), ACCENT, "metal")
    light = sphere(0.06).move(z=radius * 0.86, y=0.63)
    builder.add("light", ring(light, light_count), light_colour, "glow")
    alien: list[Primitive] = [
        Ellipsoid((0, 0.94, 0), (0.15, 0.14, 0.14)),
        Capsule((0, 0.74, 0), (0, 0.84, 0), 0.1, 0.05),
    ]
    builder.blend("alien", alien, "lime", smooth=0.05, detail=32)
    builder.add("alien", pair(sphere(0.04, 0.055, 0.03).move(0.065, 0.95, 0.115)), "black", "glossy")
    leg = join(capsule((0, 0.4, 0.42), (0, 0.06, 0.6), 0.03), sphere(0.09, 0.04, 0.09).move(0, 0.04, 0.6))
    builder.add("leg", ring(leg, 3), "grey", "metal")
    builder.add("light", cylinder(0.2, 0.06).move(y=0.32), "yellow", "glow")
