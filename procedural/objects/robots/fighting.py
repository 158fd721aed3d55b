"""Builders of many-legged and fighting robots: spider robot, mech."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import bead, box, capsule, cylinder, dome, pair, sphere, torus
from procedural.geometry.sweeps import prism, tube
from procedural.objects.robots.walking import limb


def spider_robot(builder: Builder) -> None:
    """A spider robot: round body with one big camera eye, six or eight jointed legs on pointed feet."""
    legs = builder.choose([6, 8, 8])
    high = builder.vary(0.32, 0.12)
    builder.add("body", sphere(0.24, 0.2, 0.26).move(y=high), MAIN, "metal")
    builder.add("band", torus(0.235, 0.03).scale(1, 1, 1.08).move(y=high), "dark grey", "metal")
    builder.add("body", dome(0.14, 0.1).move(y=high + 0.155), ACCENT, "metal")
    builder.add("eye", cylinder(0.13, 0.1).turn(x=90).move(0, high + 0.03, 0.24), "dark grey", "metal")
    builder.add("eye", sphere(0.105, 0.105, 0.05).move(0, high + 0.03, 0.285), "black", "glossy")
    builder.add(
        "eye", sphere(0.055, 0.055, 0.03).move(0, high + 0.03, 0.322), builder.choose(["red", "cyan", "lime"]), "glow"
    )
    builder.add("eye", pair(bead(0.032).move(0.13, high + 0.14, 0.17)), builder.choose(["red", "cyan", "lime"]), "glow")
    wide = builder.vary(0.5, 0.1)
    for i in range(legs):
        angle = math.radians(360 * (i + 0.5) / legs)
        s, c = math.sin(angle), math.cos(angle)
        hip, knee, foot = ((r * s, y, r * c) for r, y in ((0.2, high), (wide * 0.72, high + 0.2), (wide * 1.12, 0.0)))
        builder.add("joint", sphere(0.065).move(*hip), "dark grey", "metal")
        builder.add("leg", capsule(hip, knee, 0.045), MAIN, "metal")
        builder.add("joint", sphere(0.058).move(*knee), ACCENT, "metal")
        builder.add("leg", capsule(knee, foot, 0.045, 0.014), MAIN, "metal")
    if builder.chance(0.6):
        builder.add(
            "antenna",
            pair(tube([(0.06, high + 0.22, 0.0), (0.1, high + 0.36, -0.03)], 0.013, count=2)),
            "dark grey",
            "metal",
        )
        builder.add("antenna", pair(bead(0.03).move(0.1, high + 0.37, -0.03)), "red", "glow")


def mech(builder: Builder) -> None:
    """A mech: cockpit with a window on two bent-back legs with broad feet, cannon arms, missile boxes."""
    hip, wide = builder.vary(0.52, 0.06), builder.vary(0.36, 0.08)
    top = hip + 0.26
    builder.add("body", box(wide, 0.32, 0.4, 0.06).move(y=top), MAIN, "metal")
    nose = prism([(-0.2, -0.12), (0.14, -0.12), (0.1, 0.13), (-0.2, 0.16)], wide * 0.8).turn(y=-90)
    builder.add("body", nose.move(y=top - 0.01, z=0.13), MAIN, "metal", 0.9)
    builder.add("window", box(wide * 0.62, 0.13, 0.05, 0.02).turn(x=-8).move(0, top + 0.06, 0.25), "cyan", "glass")
    builder.add("light", pair(bead(0.035).move(wide * 0.3, top - 0.08, 0.27)), "yellow", "glow")
    builder.add("hip", cylinder(0.13, 0.14).move(y=hip + 0.06), "dark grey", "metal")
    builder.add("hip", box(wide * 0.9, 0.11, 0.16, 0.03).move(y=hip), "dark grey", "metal")
    for i in range(2):
        builder.add("stripe", box(wide + 0.02, 0.045, 0.05, 0.008).move(0, top + 0.03 - 0.1 * i, -0.06), ACCENT)
    for side in (-1, 1):
        x = side * (wide / 2 + 0.06)
        thigh, knee, heel = (side * wide * 0.42, hip, 0), (x, hip * 0.62, 0.16), (x, hip * 0.3, -0.1)
        limb(builder, "leg", [thigh, knee, heel, (x, 0.08, 0.02)], 0.062)
        builder.add("leg", box(0.11, 0.16, 0.08, 0.02).turn(x=50).move(x, hip * 0.65, 0.19), ACCENT, "metal")
        builder.add("foot", box(0.19, 0.08, 0.32, 0.03).move(x, 0.04, 0.05), MAIN, "metal")
        for k in (-1, 1):
            builder.add("foot", box(0.07, 0.06, 0.12, 0.02).move(x + 0.05 * k, 0.03, 0.24), "dark grey", "metal")
        arm = side * (wide / 2 + 0.15)
        builder.add("shoulder", sphere(0.12).move(side * (wide / 2 + 0.04), top + 0.04, 0), ACCENT, "metal")
        builder.add("cannon", box(0.15, 0.17, 0.3, 0.03).move(arm, top - 0.02, 0.05), MAIN, "metal")
        for dx, dy in (
            ((-0.035, 0.035), (0.035, 0.035), (0.0, -0.035)) if side < 0 or builder.chance(0.5) else ((0.0, 0.0),)
        ):
            builder.add(
                "cannon",
                cylinder(0.036 if (dx or dy) else 0.06, 0.3).turn(x=90).move(arm + dx, top - 0.02 + dy, 0.28),
                "dark grey",
                "metal",
            )
        if builder.pose is None:
            pod = box(0.16, 0.14, 0.2, 0.02).move(side * wide * 0.36, top + 0.24, -0.05)
            builder.add("missile pod", pod, "dark grey", "metal")
            for dx in (-0.04, 0.04):
                for dy in (-0.032, 0.032):
                    builder.add("missile pod", bead(0.028).move(side * wide * 0.36 + dx, top + 0.24 + dy, 0.05), "red")
    builder.add("antenna", capsule((0.09, top + 0.15, -0.15), (0.12, top + 0.5, -0.17), 0.014), "dark grey", "metal")
