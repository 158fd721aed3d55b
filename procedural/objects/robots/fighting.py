"""Build functions of many-legged and fighting robots. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import bead, box, capsule, cylinder, dome, pair, sphere, torus
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.robot import add_limb


def spider_robot(builder: Builder) -> None:
    """Build a spider robot: round body with one big camera eye, six or eight jointed legs on pointed feet."""
    leg_count = builder.choose([6, 8, 8])
    body_y = builder.vary(0.32, 0.12)
    pupil_colour, light_colour = (builder.choose(["red", "cyan", "lime"]) for _ in range(2))
    leg_span = builder.vary(0.5, 0.1)
    has_antennas = builder.chance(0.6)

    builder.add("body", sphere(0.24, 0.2, 0.26).move(y=body_y), MAIN, "metal")
    builder.add("band", torus(0.235, 0.03).scale(1, 1, 1.08).move(y=body_y), "dark grey", "metal")
    builder.add("body", dome(0.14, 0.1).move(y=body_y + 0.155), ACCENT, "metal")
    eye_y = body_y + 0.03
    builder.add("eye", cylinder(0.13, 0.1).turn(x=90).move(y=eye_y, z=0.24), "dark grey", "metal")
    builder.add("eye", sphere(0.105, 0.105, 0.05).move(y=eye_y, z=0.285), "black", "glossy")
    builder.add("eye", sphere(0.055, 0.055, 0.03).move(y=eye_y, z=0.322), pupil_colour, "glow")
    builder.add("eye", pair(bead(0.032).move(0.13, body_y + 0.14, 0.17)), light_colour, "glow")
    for i in range(leg_count):
        angle = math.radians(360 * (i + 0.5) / leg_count)
        x, z = math.sin(angle), math.cos(angle)
        hip = (0.2 * x, body_y, 0.2 * z)
        knee = (leg_span * 0.72 * x, body_y + 0.2, leg_span * 0.72 * z)
        foot = (leg_span * 1.12 * x, 0.0, leg_span * 1.12 * z)
        builder.add("joint", sphere(0.065).move(*hip), "dark grey", "metal")
        builder.add("leg", capsule(hip, knee, 0.045), MAIN, "metal")
        builder.add("joint", sphere(0.058).move(*knee), ACCENT, "metal")
        builder.add("leg", capsule(knee, foot, 0.045, 0.014), MAIN, "metal")
    if has_antennas:
        antenna = tube([(0.06, body_y + 0.22, 0.0), (0.1, body_y + 0.36, -0.03)], 0.013, count=2)
        builder.add("antenna", pair(antenna), "dark grey", "metal")
        builder.add("antenna", pair(bead(0.03).move(0.1, body_y + 0.37, -0.03)), "red", "glow")


def mech(builder: Builder) -> None:
    """Build a mech: cockpit with a window on two bent-back legs with broad feet, cannon arms, missile boxes."""
    hip_y, width = builder.vary(0.52, 0.06), builder.vary(0.36, 0.08)
    barrel_counts = {-1: 3, 1: 3 if builder.chance(0.5) else 1}  # by side
    body_y = hip_y + 0.26

    builder.add("body", box(width, 0.32, 0.4, 0.06).move(y=body_y), MAIN, "metal")
    nose = prism([(-0.2, -0.12), (0.14, -0.12), (0.1, 0.13), (-0.2, 0.16)], width * 0.8).turn(y=-90)
    builder.add("body", nose.move(y=body_y - 0.01, z=0.13), MAIN, "metal", shade=0.9)
    window = box(width * 0.62, 0.13, 0.05, 0.02).turn(x=-8)
    builder.add("window", window.move(y=body_y + 0.06, z=0.25), "cyan", "glass")
    builder.add("light", pair(bead(0.035).move(width * 0.3, body_y - 0.08, 0.27)), "yellow", "glow")
    builder.add("hip", cylinder(0.13, 0.14).move(y=hip_y + 0.06), "dark grey", "metal")
    builder.add("hip", box(width * 0.9, 0.11, 0.16, 0.03).move(y=hip_y), "dark grey", "metal")
    for i in range(2):
        stripe = box(width + 0.02, 0.045, 0.05, 0.008)
        builder.add("stripe", stripe.move(y=body_y + 0.03 - 0.1 * i, z=-0.06), ACCENT)
    for side in (-1, 1):
        _add_mech_leg(builder, side, hip_y, width)
        shoulder = sphere(0.12).move(side * (width / 2 + 0.04), body_y + 0.04)
        builder.add("shoulder", shoulder, ACCENT, "metal")
        _add_cannon(builder, side * (width / 2 + 0.15), body_y - 0.02, barrel_counts[side])
        if builder.pose is None:
            _add_missile_pod(builder, side * width * 0.36, body_y + 0.24)
    antenna = capsule((0.09, body_y + 0.15, -0.15), (0.12, body_y + 0.5, -0.17), 0.014)
    builder.add("antenna", antenna, "dark grey", "metal")


def _add_mech_leg(builder: Builder, side: int, hip_y: float, body_width: float) -> None:
    """Add a leg that bends back like a bird's, with an armoured knee and two toes."""
    x = side * (body_width / 2 + 0.06)
    hip, knee, heel, ankle = (
        (side * body_width * 0.42, hip_y, 0),
        (x, hip_y * 0.62, 0.16),
        (x, hip_y * 0.3, -0.1),
        (x, 0.08, 0.02),
    )
    add_limb(builder, "leg", [hip, knee, heel, ankle], 0.062)
    knee_plate = box(0.11, 0.16, 0.08, 0.02).turn(x=50)
    builder.add("leg", knee_plate.move(x, hip_y * 0.65, 0.19), ACCENT, "metal")
    builder.add("foot", box(0.19, 0.08, 0.32, 0.03).move(x, 0.04, 0.05), MAIN, "metal")
    toe = box(0.07, 0.06, 0.12, 0.02)
    for toe_x in (-0.05, 0.05):
        builder.add("foot", toe.move(x + toe_x, 0.03, 0.24), "dark grey", "metal")


def _add_cannon(builder: Builder, x: float, y: float, barrel_count: int) -> None:
    """Add a cannon with one thick or three thin barrels."""
    builder.add("cannon", box(0.15, 0.17, 0.3, 0.03).move(x, y, 0.05), MAIN, "metal")
    if barrel_count == 3:
        radius, centres = 0.036, [(-0.035, 0.035), (0.035, 0.035), (0.0, -0.035)]
    else:
        radius, centres = 0.06, [(0.0, 0.0)]
    barrel = cylinder(radius, 0.3).turn(x=90)
    for barrel_x, barrel_y in centres:
        builder.add("cannon", barrel.move(x + barrel_x, y + barrel_y, 0.28), "dark grey", "metal")


def _add_missile_pod(builder: Builder, x: float, y: float) -> None:
    """Add a box with the tips of four missiles."""
    builder.add("missile pod", box(0.16, 0.14, 0.2, 0.02).move(x, y, -0.05), "dark grey", "metal")
    tip = bead(0.028)
    for tip_x in (-0.04, 0.04):
        for tip_y in (-0.032, 0.032):
            builder.add("missile pod", tip.move(x + tip_x, y + tip_y, 0.05), "red")
