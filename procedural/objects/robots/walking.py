"""Builders of robots on legs: humanoid robot, tin toy robot, robot dog."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import bead, box, capsule, cone, cylinder, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import curve, helix, tube


def _eye_lights(builder: Builder, x: float, y: float, z: float, radius: float, colour: str = ACCENT) -> None:
    """Two round lamps in dark rings, looking toward +z."""
    builder.add("eye", pair(cylinder(radius * 1.3, radius * 0.8).turn(x=90).move(x, y, z)), "dark grey", "metal")
    builder.add("eye", pair(sphere(radius, radius, radius * 0.6).move(x, y, z + radius * 0.4)), colour, "glow")


def limb(builder: Builder, name: str, points: Sequence[Joint], radius: float, joint: str = "dark grey") -> None:
    """Stiff segments with ball joints between them."""
    for a, b in pairwise(points):
        builder.add(name, capsule(a, b, radius, radius * 0.9), MAIN, "metal")
    for p in points[:-1]:
        builder.add("joint", sphere(radius * 1.25).move(*p), joint, "metal")


def _claw(builder: Builder, hand: Joint, size: float) -> None:
    """A gripper of two curved fingers, opening downward-forward."""
    finger = tube(
        [(0, 0, 0), (size * 0.75, -size * 0.5, 0), (size * 0.35, -size * 1.3, 0.0)],
        [size * 0.28, size * 0.26, size * 0.14],
        count=10,
        sides=10,
    )
    builder.add("hand", sphere(size * 0.5).move(*hand), "dark grey", "metal")
    builder.add("hand", pair(finger).turn(x=-30).move(*hand), ACCENT, "metal")


def robot(builder: Builder) -> None:
    """A friendly robot: boxy head with a screen face and antenna, chest panel, jointed arms with claws."""
    hip, wide = 0.4, builder.vary(0.34, 0.1)
    tall = builder.vary(0.36, 0.1)
    round_by = builder.choose([0.04, 0.09, 0.13])
    chest, head = hip + tall / 2 + 0.02, hip + tall + 0.23
    builder.add("body", box(wide, tall, 0.26, round_by).move(y=chest), MAIN, "metal")
    builder.add("hip", box(wide * 0.72, 0.09, 0.2, 0.03).move(y=hip - 0.01), "dark grey", "metal")
    builder.add("panel", box(wide * 0.62, tall * 0.42, 0.03, 0.012).move(0, chest + 0.03, 0.13), "white")
    for i, colour in enumerate(("red", "yellow", "green")):
        builder.add("button", bead(0.023).move((i - 1) * 0.065, chest + 0.065, 0.147), colour, "glow")
    builder.add("panel", box(wide * 0.45, 0.03, 0.02, 0.008).move(0, chest - 0.01, 0.145), ACCENT, "glow")
    builder.add("neck", cylinder(0.055, 0.1).move(y=hip + tall + 0.04), "dark grey", "metal")
    hw, hh = builder.vary(0.36, 0.1), builder.vary(0.27, 0.08)
    builder.add("head", box(hw, hh, 0.27, round_by).move(y=head), MAIN, "metal")
    builder.add("screen", box(hw * 0.82, hh * 0.7, 0.05, 0.045).move(0, head, 0.125), "black", "glossy")
    builder.add("eye", pair(sphere(0.045, 0.055, 0.02).move(hw * 0.2, head + 0.02, 0.15)), ACCENT, "glow")
    builder.add(
        "mouth",
        tube([(-0.06, head - 0.05, 0.152), (0, head - 0.07, 0.154), (0.06, head - 0.05, 0.152)], 0.013, count=10),
        ACCENT,
        "glow",
    )
    builder.add("ear", pair(cylinder(0.065, 0.06).turn(z=90).move(hw / 2 + 0.015, head, 0)), ACCENT, "metal")
    for x in builder.choose([(0.0,), (0.0,), (-0.1, 0.1)]):
        builder.add(
            "antenna", capsule((x * 0.6, head + hh / 2, 0), (x, head + hh / 2 + 0.13, 0), 0.016), "dark grey", "metal"
        )
        builder.add("antenna", sphere(0.042).move(x, head + hh / 2 + 0.15, 0), ACCENT, "glow")
    up = builder.pose == "waving" or (builder.pose is None and builder.chance(0.35))
    for side in (-1, 1):
        shoulder = (side * (wide / 2 + 0.045), chest + tall * 0.32, 0.0)
        raised = up and side > 0
        elbow = (side * (wide / 2 + 0.17), chest + (0.08 if raised else -0.04), 0.02)
        hand = (side * (wide / 2 + 0.2), chest + 0.3, 0.06) if raised else (side * (wide / 2 + 0.15), hip + 0.0, 0.13)
        builder.add("shoulder", sphere(0.085).move(*shoulder), ACCENT, "metal")
        limb(builder, "arm", [shoulder, elbow, hand], 0.045)
        if raised:
            palm = sphere(0.06, 0.065, 0.045) + join(
                *(capsule((0.04 * k, 0.03, 0), (0.065 * k, 0.12, 0), 0.022) for k in (-1, 0, 1))
            )
            builder.add("hand", palm.move(*hand), ACCENT, "metal")
        else:
            _claw(builder, hand, 0.075)
        _robot_leg(builder, side, hip)
    if builder.chance(0.4):
        builder.add("backpack", box(wide * 0.65, tall * 0.6, 0.12, 0.03).move(0, chest, -0.17), ACCENT, "metal")


def _robot_leg(builder: Builder, side: int, hip: float) -> None:
    """A leg with a knee and a big foot, as the pose asks."""
    top = (side * 0.09, hip - 0.03, 0.0)
    knee, foot = (side * 0.1, hip * 0.53, 0.02), (side * 0.1, 0.07, 0.0)
    if builder.pose == "running":
        knee, foot = (
            ((top[0], hip * 0.68, 0.14), (top[0], 0.12, 0.13))
            if side > 0
            else ((top[0], hip * 0.6, -0.05), (top[0], 0.2, -0.22))
        )
    elif builder.pose == "sitting":
        knee, foot = (side * 0.12, hip, 0.2), (side * 0.12, hip - 0.2, 0.24)
    limb(builder, "leg", [top, knee, foot], 0.05)
    builder.add("foot", box(0.13, 0.09, 0.22, 0.04).move(foot[0], foot[1] - 0.025, foot[2] + 0.04), ACCENT, "metal")


def tin_robot(builder: Builder) -> None:
    """A retro tin toy: tapering barrel body with a dial, round head with a spring, ribbed arms, key in the back."""
    tall = builder.vary(0.46, 0.08)
    low = 0.24
    body = lathe(
        [
            (0, 0),
            (0.2, 0),
            (0.215, 0.03),
            (builder.between(0.2, 0.25), tall * 0.6),
            (0.2, tall - 0.03),
            (0.18, tall),
            (0, tall),
        ]
    )
    builder.add("body", body.move(y=low), MAIN, "metal")
    for y in (0.04, tall - 0.05):
        builder.add("band", torus(0.212, 0.022).move(y=low + y), ACCENT, "metal")
    builder.add("dial", cylinder(0.09, 0.05).turn(x=90).move(0, low + tall * 0.62, 0.2), "white")
    builder.add("dial", torus(0.09, 0.018).turn(x=90).move(0, low + tall * 0.62, 0.222), "gold", "metal")
    builder.add(
        "dial", box(0.016, 0.08, 0.02).turn(z=builder.between(-60, 60)).move(0, low + tall * 0.62 + 0.015, 0.228), "red"
    )
    for i in range(6):
        x = -0.1 + 0.04 * i
        builder.add(
            "grille",
            capsule((x, low + 0.09, math.sqrt(0.222**2 - x * x)), (x, low + 0.17, math.sqrt(0.225**2 - x * x)), 0.012),
            "dark grey",
        )
    for i in range(8):
        rivet = bead(0.014).move(z=0.218).turn(y=45 * i + 22)
        builder.add("rivet", rivet.move(y=low + 0.075), "gold", "metal")
    _tin_head(builder, low + tall + 0.17)
    _tin_limbs(builder, low, tall)
    key = capsule((0, low + tall * 0.5, -0.2), (0, low + tall * 0.5, -0.33), 0.022)
    bow = torus(0.06, 0.022).turn(x=90).turn(y=90)
    builder.add(
        "key",
        key + bow.move(0.0, low + tall * 0.5 + 0.06, -0.36) + bow.move(0.0, low + tall * 0.5 - 0.06, -0.36),
        "gold",
        "metal",
    )


def _tin_head(builder: Builder, head: float) -> None:
    """A round head at that height: lamps for eyes, a grid of teeth, a spring on top."""
    builder.add("neck", cylinder(0.075, 0.08).move(y=head - 0.15), "dark grey", "metal")
    builder.add(
        "head",
        lathe([(0, -0.13), (0.14, -0.13), (0.165, 0.02), (0.15, 0.09), (0.08, 0.14), (0, 0.15)]).move(y=head),
        ACCENT,
        "metal",
    )
    _eye_lights(builder, 0.07, head + 0.02, 0.14, 0.042, "yellow")
    for i in range(5):
        builder.add(
            "mouth",
            box(0.018, 0.05, 0.03, 0.005).move(-0.06 + 0.03 * i, head - 0.085, 0.138 - 0.003 * (i - 2) ** 2),
            "white" if i % 2 else "red",
        )
    builder.add("antenna", helix(0.03, 0.12, 4, 0.01).move(y=head + 0.2), "silver", "metal")
    builder.add("antenna", sphere(0.045).move(y=head + 0.29), "red", "glow")
    builder.add("ear", pair(cone(0.07, 0.12, sides=20).turn(z=-90).move(0.2, head, 0)), "red", "metal")


def _tin_limbs(builder: Builder, low: float, tall: float) -> None:
    """Ribbed arms with claws, short legs, block feet."""
    for side in (-1, 1):
        swing = builder.between(-0.05, 0.2) if builder.pose != "waving" or side < 0 else -0.35
        arm = [
            (side * 0.23, low + tall * 0.8, 0),
            (side * 0.36, low + tall * 0.7 - swing * 0.4, 0.03),
            (side * 0.36, low + tall * 0.3 - swing * 1.2, 0.14),
        ]
        path = curve(arm, 20)
        builder.add("arm", tube(path, [0.046, 0.034] * 10, straight=True), "silver", "metal")
        builder.add("shoulder", sphere(0.075).move(side * 0.22, low + tall * 0.8, 0), ACCENT, "metal")
        _claw(builder, arm[-1], 0.07)
        builder.add("leg", cylinder(0.068, 0.2).move(side * 0.1, 0.16, 0), "silver", "metal")
        builder.add("leg", torus(0.068, 0.018).move(side * 0.1, 0.16, 0), "dark grey", "metal")
        builder.add("foot", box(0.17, 0.11, 0.27, 0.045).move(side * 0.11, 0.055, 0.04), MAIN, "metal")


def robot_dog(builder: Builder) -> None:
    """A robot dog: boxy body and snout, screen eyes, flap ears, jointed legs, antenna tail."""
    long, tall = builder.vary(0.5, 0.1), builder.vary(0.4, 0.06)
    sits = builder.pose == "sitting" or (builder.pose is None and builder.chance(0.2))
    tilt = -28 if sits else 0
    trunk = box(0.26, 0.24, long, 0.07).turn(x=tilt)
    rise = 0.06 if sits else 0.0
    builder.add("body", trunk.move(y=tall - 0.02 * sits), MAIN, "metal")
    builder.add(
        "panel",
        pair(box(0.03, 0.12, long * 0.5, 0.012).move(0.128, 0.0, 0.0)).turn(x=tilt).move(y=tall - 0.02 * sits),
        ACCENT,
    )
    head = (0.0, tall + 0.26 + rise, long / 2 + 0.08)
    builder.add("neck", capsule((0, tall + 0.05 + rise, long / 2 - 0.1), head, 0.07), "dark grey", "metal")
    builder.add("head", box(0.3, 0.25, 0.26, 0.08).move(*head), MAIN, "metal")
    builder.add("muzzle", box(0.17, 0.13, 0.2, 0.055).move(0, head[1] - 0.055, head[2] + 0.18), ACCENT, "metal")
    builder.add("nose", sphere(0.042, 0.032, 0.03).move(0, head[1] - 0.02, head[2] + 0.28), "black", "glossy")
    builder.add("screen", box(0.25, 0.1, 0.04, 0.018).move(0, head[1] + 0.06, head[2] + 0.125), "black", "glossy")
    builder.add(
        "eye",
        pair(sphere(0.036, 0.036, 0.02).move(0.065, head[1] + 0.06, head[2] + 0.143)),
        builder.choose(["cyan", "lime", "amber"]),
        "glow",
    )
    flop = builder.between(10, 40)
    ear = box(0.05, 0.2, 0.13, 0.025).move(y=-0.06).turn(z=flop)
    builder.add("ear", pair(ear.move(0.17, head[1] + 0.09, head[2] - 0.03)), ACCENT, "metal")
    for side in (-1, 1):
        for z in (long * 0.36, -long * 0.36):
            hind = z < 0
            top = (side * 0.15, tall - 0.03 + (rise if not hind else -0.5 * rise - 0.03 * sits), z)
            if sits and hind:
                knee, foot = (side * 0.17, 0.16, z + 0.16), (side * 0.17, 0.05, z + 0.2)
            else:
                stride = {"running": 0.2 if not hind else -0.2}.get(builder.pose or "", 0.0)
                knee, foot = (
                    (side * 0.155, tall * 0.5, z + (-0.07 if hind else 0.06) + stride * 0.5),
                    (side * 0.155, 0.05, z + stride),
                )
            limb(builder, "leg", [top, knee, foot], 0.045)
            builder.add(
                "paw", box(0.12, 0.08, 0.15, 0.038).move(foot[0], foot[1] - 0.01, foot[2] + 0.02), ACCENT, "metal"
            )
    back, high = -long / 2 * (0.9 if sits else 1), tall + 0.05 - 0.14 * sits
    builder.add(
        "tail",
        tube([(0, high, back), (0, high + 0.1, back - 0.12), (0, high + 0.28, back - 0.14)], 0.02, count=10),
        "dark grey",
        "metal",
    )
    builder.add("tail", sphere(0.045).move(0, high + 0.3, back - 0.14), ACCENT, "glow")
