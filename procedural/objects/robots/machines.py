"""Builders of robots without legs: drone, rover, robot arm; and one on tracks."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import Shape, bead, box, capsule, cylinder, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def drone(builder: Builder) -> None:
    """A drone: flat body on four arms with propellers in guard rings, camera, landing skids."""
    reach = builder.vary(0.36, 0.08)
    builder.add("body", sphere(0.2, 0.085, 0.26).move(y=0.02), MAIN, "glossy")
    builder.add("body", sphere(0.13, 0.06, 0.17).move(y=0.085), ACCENT, "glossy")
    guards = builder.chance(0.6)
    spin = builder.between(0, 90)
    for i in range(4):
        angle = 45 + 90 * i
        s, c = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        x, z = reach * 1.25 * s, reach * 1.25 * c
        builder.add("arm", capsule((x * 0.25, 0.02, z * 0.25), (x, 0.06, z), 0.04, 0.032), MAIN)
        builder.add("motor", cylinder(0.052, 0.11).move(x, 0.075, z), "dark grey", "metal")
        blade = sphere(0.1, 0.014, 0.032).move(x=0.1)
        builder.add("propeller", ring(blade, 3, spin + 35 * i).move(x, 0.145, z), ACCENT)
        builder.add("propeller", bead(0.034).move(x, 0.15, z), ACCENT)
        if guards:
            builder.add("guard", torus(0.23, 0.024).move(x, 0.12, z), MAIN)
        builder.add("light", bead(0.028).move(x, 0.02, z), "lime" if c > 0 else "red", "glow")
    builder.add("camera", sphere(0.085).move(0, -0.07, 0.15), "dark grey")
    builder.add("camera", cylinder(0.056, 0.06).turn(x=90).move(0, -0.07, 0.225), "black", "glossy")
    builder.add("camera", sphere(0.036, 0.036, 0.02).move(0, -0.07, 0.256), "cyan", "glass")
    for side in (-1, 1):
        skid = [(side * 0.2, -0.22, -0.2), (side * 0.2, -0.22, 0.2)]
        builder.add("skid", capsule(skid[0], skid[1], 0.024), "dark grey")
        for z in (-0.1, 0.1):
            builder.add("skid", capsule((side * 0.1, 0.0, z), (side * 0.2, -0.22, z), 0.02), "dark grey")


def rover(builder: Builder) -> None:
    """A planet rover: six wheels on rocker arms, golden box body, solar panels, camera mast, dish."""
    long, wide = builder.vary(0.62, 0.06), builder.vary(0.36, 0.06)
    top = 0.34
    builder.add("body", box(wide, 0.17, long * 0.85, 0.03).move(y=top), MAIN, "metal")
    builder.add("body", box(wide * 0.8, 0.05, long * 0.7, 0.02).move(y=top - 0.1), "dark grey", "metal")
    if builder.chance(0.6):
        cells = box(0.26, 0.025, long * 0.8, 0.006)
        lines = row(box(0.265, 0.03, 0.016), 3, z=0.17)
        for side in (-1, 1):
            at = (side * (wide / 2 + 0.12), top + 0.12, -0.02)
            builder.add("solar panel", cells.turn(z=8 * side).move(*at), "navy", "glossy")
            builder.add("solar panel", lines.turn(z=8 * side).move(*at), "silver", "metal")
    else:
        reactor = box(0.12, 0.12, 0.2, 0.02).turn(x=30)
        builder.add("reactor", reactor.move(0, top + 0.06, -long * 0.5), "dark grey", "metal")
    _rocker_wheels(builder, long, wide)
    mast = (builder.choose((-1, 1)) * wide * 0.28, top + builder.vary(0.38, 0.15), long * 0.32)
    builder.add("mast", capsule((mast[0], top, mast[2]), mast, 0.03), "white", "metal")
    builder.add("camera", box(0.2, 0.11, 0.11, 0.03).move(*mast), MAIN)
    builder.add(
        "camera",
        pair(cylinder(0.042, 0.05).turn(x=90).move(0.052, 0, 0)).move(mast[0], mast[1], mast[2] + 0.065),
        "black",
        "glossy",
    )
    builder.add(
        "camera",
        pair(bead(0.026, 0.026, 0.015).move(0.052, 0, 0)).move(mast[0], mast[1], mast[2] + 0.09),
        "cyan",
        "glow",
    )
    dish = lathe([(0, 0), (0.08, 0.012), (0.135, 0.05), (0.14, 0.065), (0.08, 0.03), (0, 0.018)])
    builder.add("dish", dish.turn(x=40).move(-mast[0], top + 0.2, -long * 0.22), "white", "metal")
    builder.add(
        "dish",
        capsule((-mast[0], top + 0.05, -long * 0.22), (-mast[0], top + 0.2, -long * 0.22), 0.022),
        "silver",
        "metal",
    )
    arm = [(0, top - 0.02, long * 0.42), (-mast[0], top + 0.05, long * 0.62), (-mast[0] * 0.8, 0.2, long * 0.78)]
    for a, b in pairwise(arm):
        builder.add("arm", capsule(a, b, 0.027), ACCENT, "metal")
    builder.add("arm", box(0.09, 0.07, 0.07, 0.015).move(*arm[-1]), "dark grey", "metal")


def _rocker_wheels(builder: Builder, long: float, wide: float) -> None:
    """Three wheels a side on rocker arms."""
    for side in (-1, 1):
        x = side * (wide / 2 + 0.09)
        for z in (-long * 0.45, 0.0, long * 0.47):
            builder.add("wheel", cylinder(0.125, 0.12).turn(z=90).move(x, 0.125, z), "dark grey", "rubber")
            builder.add("wheel", cylinder(0.07, 0.13).turn(z=90).move(x, 0.125, z), ACCENT, "metal")
            for i in range(10):
                tread = box(0.125, 0.022, 0.03).move(y=0.125).turn(x=36 * i)
                builder.add("wheel", tread.move(x, 0.125, z), "black", "rubber")
        rocker = [
            (x * 0.85, 0.14, long * 0.47),
            (x * 0.8, 0.29, long * 0.2),
            (x * 0.8, 0.3, 0.0),
            (x * 0.85, 0.2, -long * 0.2),
            (x * 0.85, 0.14, -long * 0.45),
        ]
        builder.add("suspension", tube(rocker, 0.028), "silver", "metal")
        builder.add(
            "suspension", capsule((x * 0.85, 0.2, -long * 0.2), (x * 0.85, 0.13, 0.0), 0.024), "silver", "metal"
        )


def robot_arm(builder: Builder) -> None:
    """An industrial robot arm: turning base, two heavy links, wrist, two-fingered gripper."""
    base, turn = 0.2, builder.between(-35, 35)
    builder.add("base", cylinder(0.27, 0.08).move(y=0.04), "dark grey", "metal")
    builder.add("base", cylinder(0.2, 0.13, top=0.17).move(y=0.14), MAIN, "metal")
    builder.add("base", ring(bead(0.026).move(y=0.085, z=0.22), 8), "silver", "metal")
    lean, bend = builder.between(-0.05, 0.15), builder.between(0.0, 0.2)
    shoulder, elbow = np.array([0, base + 0.12, 0.0]), np.array([0, base + 0.62, -0.1 - lean])
    wrist = np.array([0, base + 0.62 + bend, 0.38])
    tip = wrist + np.array([0, -0.16, 0.06])
    parts: list[tuple[str, Shape, str, str]] = []
    for at, radius in ((shoulder, 0.13), (elbow, 0.11), (wrist, 0.075)):
        parts.append(
            ("joint", cylinder(radius, 0.26 if radius > 0.1 else 0.17).turn(z=90).move(*at), "dark grey", "metal")
        )
        parts.append(
            ("joint", cylinder(radius * 0.6, 0.3 if radius > 0.1 else 0.2).turn(z=90).move(*at), ACCENT, "metal")
        )
    for a, b, radius in ((shoulder, elbow, 0.095), (elbow, wrist, 0.078)):
        parts.append(
            ("arm", box(radius * 1.9, float(np.linalg.norm(b - a)), radius * 1.9, 0.05).aim(a, b), MAIN, "metal")
        )
        middle = (a + b) / 2
        parts.append(
            ("arm", box(radius * 2.05, 0.1, radius * 2.05, 0.02).aim(middle, middle + (b - a)), ACCENT, "metal")
        )
    parts.append(("wrist", cylinder(0.055, 0.14).aim(wrist, tip), "dark grey", "metal"))
    parts.append(("gripper", box(0.2, 0.055, 0.09, 0.02).move(*tip), MAIN, "metal"))
    spread = builder.between(0.5, 1.0)
    finger = tube(
        [(0.08, 0, 0), (0.09 + 0.04 * spread, -0.08, 0.01), (0.04 + 0.04 * spread, -0.19, 0.02)],
        [0.034, 0.032, 0.022],
        count=10,
    )
    parts.append(("gripper", pair(finger).move(*tip), "dark grey", "metal"))
    sags = (
        (shoulder, (0.12, 0.05, -0.1)),
        (elbow, (0.14, 0.05, -0.14)),
        (elbow, (0.1, 0.14, 0.05)),
        (wrist, (0.06, 0.08, -0.06)),
    )
    hose = [at + np.array(shift) for at, shift in sags]
    parts.append(("hose", tube(hose, 0.024), "black", "rubber"))
    for name, shape, colour, material in parts:
        builder.add(name, shape.turn(y=turn), colour, material)
    if builder.chance(0.5):
        held = box(0.12, 0.12, 0.12, 0.012).move(tip[0], tip[1] - 0.2, tip[2] + 0.02).turn(y=turn)
        builder.add("block", held, builder.choose(["red", "lime", "cyan"]))


def tracked_robot(builder: Builder) -> None:
    """A robot on caterpillar tracks: cube body, binocular eyes on a neck, two gripping arms."""
    wide = builder.vary(0.32, 0.1)
    top = 0.3 + builder.vary(0.16, 0.1)
    builder.add("body", box(wide, 0.3, 0.32, 0.035).move(y=top), MAIN, "metal")
    builder.add("panel", box(wide * 0.75, 0.13, 0.03, 0.01).move(0, top - 0.05, 0.16), ACCENT, "metal")
    for i in range(3):
        builder.add(
            "button", bead(0.022).move(-0.07 + 0.07 * i, top + 0.08, 0.165), ("red", "lime", "sky blue")[i], "glow"
        )
    for i in range(4):
        builder.add("panel", box(wide * 0.6, 0.012, 0.03).move(0, top - 0.09 + 0.028 * i, 0.17), "dark grey")
    _tracks(builder, wide)
    high = top + builder.between(0.26, 0.38)
    builder.add(
        "neck",
        tube([(0, top + 0.13, -0.05), (0, (top + high) / 2 + 0.08, -0.07), (0, high, 0.0)], 0.032),
        "dark grey",
        "metal",
    )
    tilt = builder.between(-6, 12)
    for side in (-1, 1):
        eye = cylinder(0.095, 0.2, top=0.08).turn(x=-90).turn(z=-side * tilt)
        builder.add("head", eye.move(side * 0.1, high + 0.04, 0.02), MAIN, "metal")
        builder.add("eye", cylinder(0.078, 0.03).turn(x=90).move(side * 0.1, high + 0.04, 0.12), "black", "glossy")
        builder.add("eye", sphere(0.045, 0.045, 0.025).move(side * 0.1, high + 0.04, 0.133), "cyan", "glow")
        builder.add(
            "brow",
            box(0.17, 0.022, 0.22, 0.01).turn(z=-side * tilt * 1.5).move(side * 0.1, high + 0.135, 0.03),
            ACCENT,
            "metal",
        )
        raised = builder.pose == "waving" and side > 0
        hand = (side * (wide / 2 + 0.1), top + (0.28 if raised else -0.02), 0.1 if raised else 0.33)
        elbow = (side * (wide / 2 + 0.14), top + 0.05, 0.08)
        for a, b in (((side * wide / 2, top + 0.08, 0.0), elbow), (elbow, hand)):
            builder.add("arm", capsule(a, b, 0.034), "silver", "metal")
        builder.add("arm", sphere(0.045).move(*elbow), ACCENT, "metal")
        for k in (-1, 1):
            grip = [
                hand,
                (hand[0] + 0.06 * k, hand[1] + 0.06 * raised, hand[2] + 0.06),
                (hand[0] + 0.025 * k, hand[1] + 0.12 * raised, hand[2] + 0.14),
            ]
            builder.add("hand", tube(grip, [0.03, 0.028, 0.018], count=8), "dark grey", "metal")


def _tracks(builder: Builder, wide: float) -> None:
    """A caterpillar track with its wheels at each side."""
    for side in (-1, 1):
        x = side * (wide / 2 + 0.08)
        track = [
            (-0.24, 0.0),
            (0.24, 0.0),
            (0.3, 0.07),
            (0.27, 0.15),
            (0.05, 0.27),
            (-0.05, 0.27),
            (-0.27, 0.15),
            (-0.3, 0.07),
        ]
        hull = prism(track, 0.13, smooth=48).turn(y=-90)
        builder.add("track", hull.move(x, 0, 0), "dark grey", "rubber")
        for a in curve([(z, y) for z, y in track], 22, closed=True):
            builder.add("track", box(0.14, 0.03, 0.03).move(x, float(a[1]), float(a[0])), "black", "rubber")
        for z, y, radius in ((0.2, 0.085, 0.06), (-0.2, 0.085, 0.06), (0.0, 0.08, 0.05), (0.0, 0.2, 0.045)):
            builder.add("wheel", cylinder(radius, 0.16).turn(z=90).move(x, y, z), ACCENT, "metal")
