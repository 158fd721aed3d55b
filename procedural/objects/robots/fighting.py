"""Builders of many-legged and fighting robots: spider robot and mech."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import bead, box, capsule, cylinder, dome, pair, sphere, torus
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.robot import add_limb


def spider_robot(builder: Builder) -> None:
    """A spider robot: round body with one big camera eye, six or eight jointed legs on pointed feet."""
    legs = builder.choose([6, 8, 8])
    body_height = builder.vary(0.32, 0.12)
    pupil, side_lights = (builder.choose(["red", "cyan", "lime"]) for _ in range(2))
    leg_span = builder.vary(0.5, 0.1)
    has_antennas = builder.chance(0.6)

    y = body_height
    builder.add("body", sphere(0.24, 0.2, 0.26).move(y=y), MAIN, "metal")
    builder.add("band", torus(0.235, 0.03).scale(1, 1, 1.08).move(y=y), "dark grey", "metal")
    builder.add("body", dome(0.14, 0.1).move(y=y + 0.155), ACCENT, "metal")
    builder.add("eye", cylinder(0.13, 0.1).turn(x=90).move(0, y + 0.03, 0.24), "dark grey", "metal")
    builder.add("eye", sphere(0.105, 0.105, 0.05).move(0, y + 0.03, 0.285), "black", "glossy")
    builder.add("eye", sphere(0.055, 0.055, 0.03).move(0, y + 0.03, 0.322), pupil, "glow")
    builder.add("eye", pair(bead(0.032).move(0.13, y + 0.14, 0.17)), side_lights, "glow")
    for i in range(legs):
        angle = math.radians(360 * (i + 0.5) / legs)
        x, z = math.sin(angle), math.cos(angle)
        hip = (0.2 * x, y, 0.2 * z)
        knee = (leg_span * 0.72 * x, y + 0.2, leg_span * 0.72 * z)
        foot = (leg_span * 1.12 * x, 0.0, leg_span * 1.12 * z)
        builder.add("joint", sphere(0.065).move(*hip), "dark grey", "metal")
        builder.add("leg", capsule(hip, knee, 0.045), MAIN, "metal")
        builder.add("joint", sphere(0.058).move(*knee), ACCENT, "metal")
        builder.add("leg", capsule(knee, foot, 0.045, 0.014), MAIN, "metal")
    if has_antennas:
        antenna = tube([(0.06, y + 0.22, 0.0), (0.1, y + 0.36, -0.03)], 0.013, count=2)
        builder.add("antenna", pair(antenna), "dark grey", "metal")
        builder.add("antenna", pair(bead(0.03).move(0.1, y + 0.37, -0.03)), "red", "glow")


def mech(builder: Builder) -> None:
    """A mech: cockpit with a window on two bent-back legs with broad feet, cannon arms, missile boxes."""
    hip, width = builder.vary(0.52, 0.06), builder.vary(0.36, 0.08)
    barrels = {-1: 3, 1: 3 if builder.chance(0.5) else 1}

    body = hip + 0.26
    builder.add("body", box(width, 0.32, 0.4, 0.06).move(y=body), MAIN, "metal")
    nose = prism([(-0.2, -0.12), (0.14, -0.12), (0.1, 0.13), (-0.2, 0.16)], width * 0.8).turn(y=-90)
    builder.add("body", nose.move(y=body - 0.01, z=0.13), MAIN, "metal", shade=0.9)
    window = box(width * 0.62, 0.13, 0.05, 0.02).turn(x=-8).move(0, body + 0.06, 0.25)
    builder.add("window", window, "cyan", "glass")
    builder.add("light", pair(bead(0.035).move(width * 0.3, body - 0.08, 0.27)), "yellow", "glow")
    builder.add("hip", cylinder(0.13, 0.14).move(y=hip + 0.06), "dark grey", "metal")
    builder.add("hip", box(width * 0.9, 0.11, 0.16, 0.03).move(y=hip), "dark grey", "metal")
    for i in range(2):
        stripe = box(width + 0.02, 0.045, 0.05, 0.008).move(0, body + 0.03 - 0.1 * i, -0.06)
        builder.add("stripe", stripe, ACCENT)
    for side in (-1, 1):
        _mech_leg(builder, side, hip, width)
        shoulder = sphere(0.12).move(side * (width / 2 + 0.04), body + 0.04, 0)
        builder.add("shoulder", shoulder, ACCENT, "metal")
        _cannon(builder, side * (width / 2 + 0.15), body - 0.02, barrels[side])
        if builder.pose is None:
            _missile_pod(builder, side * width * 0.36, body + 0.24)
    antenna = capsule((0.09, body + 0.15, -0.15), (0.12, body + 0.5, -0.17), 0.014)
    builder.add("antenna", antenna, "dark grey", "metal")


def _mech_leg(builder: Builder, side: int, hip: float, width: float) -> None:
    """Add a leg that bends back like a bird's, with an armoured knee and two toes."""
    x = side * (width / 2 + 0.06)
    thigh, knee, heel = (side * width * 0.42, hip, 0), (x, hip * 0.62, 0.16), (x, hip * 0.3, -0.1)
    add_limb(builder, "leg", [thigh, knee, heel, (x, 0.08, 0.02)], 0.062)
    builder.add("leg", box(0.11, 0.16, 0.08, 0.02).turn(x=50).move(x, hip * 0.65, 0.19), ACCENT, "metal")
    builder.add("foot", box(0.19, 0.08, 0.32, 0.03).move(x, 0.04, 0.05), MAIN, "metal")
    for toe in (-0.05, 0.05):
        builder.add("foot", box(0.07, 0.06, 0.12, 0.02).move(x + toe, 0.03, 0.24), "dark grey", "metal")


def _cannon(builder: Builder, x: float, y: float, barrels: int) -> None:
    """Add a cannon with one thick or three thin barrels."""
    builder.add("cannon", box(0.15, 0.17, 0.3, 0.03).move(x, y, 0.05), MAIN, "metal")
    radius, places = (0.036, [(-0.035, 0.035), (0.035, 0.035), (0.0, -0.035)]) if barrels == 3 else (0.06, [(0.0, 0.0)])
    for dx, dy in places:
        builder.add("cannon", cylinder(radius, 0.3).turn(x=90).move(x + dx, y + dy, 0.28), "dark grey", "metal")


def _missile_pod(builder: Builder, x: float, y: float) -> None:
    """Add a box with the tips of four missiles."""
    builder.add("missile pod", box(0.16, 0.14, 0.2, 0.02).move(x, y, -0.05), "dark grey", "metal")
    for dx in (-0.04, 0.04):
        for dy in (-0.032, 0.032):
            builder.add("missile pod", bead(0.028).move(x + dx, y + dy, 0.05), "red")
