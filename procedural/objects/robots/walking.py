"""Build functions of robots on legs: humanoid robot, tin toy robot, robot dog."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.shapes import bead, box, capsule, cone, cylinder, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import curve, helix, tube
from procedural.objects.parts.robot import add_claw, add_limb


def robot(builder: Builder) -> None:
    """Build a friendly robot: boxy head with a screen face and antenna, chest panel, jointed arms with claws."""
    width, torso = builder.vary(0.34, 0.1), builder.vary(0.36, 0.1)
    rounding = builder.choose([0.04, 0.09, 0.13])
    head_width, head_height = builder.vary(0.36, 0.1), builder.vary(0.27, 0.08)
    antennas = builder.choose([(0.0,), (0.0,), (-0.1, 0.1)])
    waves = builder.pose == "waving" or (builder.pose is None and builder.chance(0.35))
    has_backpack = builder.chance(0.4)

    hip = 0.4
    chest, neck = hip + torso / 2 + 0.02, hip + torso
    builder.add("body", box(width, torso, 0.26, rounding).move(y=chest), MAIN, "metal")
    builder.add("hip", box(width * 0.72, 0.09, 0.2, 0.03).move(y=hip - 0.01), "dark grey", "metal")
    builder.add("panel", box(width * 0.62, torso * 0.42, 0.03, 0.012).move(0, chest + 0.03, 0.13), "white")
    for x, colour in ((-0.065, "red"), (0.0, "yellow"), (0.065, "green")):
        builder.add("button", bead(0.023).move(x, chest + 0.065, 0.147), colour, "glow")
    builder.add("panel", box(width * 0.45, 0.03, 0.02, 0.008).move(0, chest - 0.01, 0.145), ACCENT, "glow")
    builder.add("neck", cylinder(0.055, 0.1).move(y=neck + 0.04), "dark grey", "metal")
    _screen_head(builder, neck + 0.23, head_width, head_height, rounding)
    crown = neck + 0.23 + head_height / 2
    for x in antennas:
        builder.add("antenna", capsule((x * 0.6, crown, 0), (x, crown + 0.13, 0), 0.016), "dark grey", "metal")
        builder.add("antenna", sphere(0.042).move(x, crown + 0.15, 0), ACCENT, "glow")
    for side in (-1, 1):
        shoulder = (side * (width / 2 + 0.045), chest + torso * 0.32, 0.0)
        builder.add("shoulder", sphere(0.085).move(*shoulder), ACCENT, "metal")
        if waves and side > 0:
            elbow, hand = (side * (width / 2 + 0.17), chest + 0.08, 0.02), (side * (width / 2 + 0.2), chest + 0.3, 0.06)
            add_limb(builder, "arm", [shoulder, elbow, hand], 0.045)
            _open_hand(builder, hand)
        else:
            elbow, hand = (side * (width / 2 + 0.17), chest - 0.04, 0.02), (side * (width / 2 + 0.15), hip, 0.13)
            add_limb(builder, "arm", [shoulder, elbow, hand], 0.045)
            add_claw(builder, hand, 0.075)
        _robot_leg(builder, side, hip)
    if has_backpack:
        builder.add("backpack", box(width * 0.65, torso * 0.6, 0.12, 0.03).move(0, chest, -0.17), ACCENT, "metal")


def _screen_head(builder: Builder, y: float, width: float, height: float, rounding: float) -> None:
    """Add a boxy head with eyes and a smile on a screen."""
    builder.add("head", box(width, height, 0.27, rounding).move(y=y), MAIN, "metal")
    builder.add("screen", box(width * 0.82, height * 0.7, 0.05, 0.045).move(0, y, 0.125), "black", "glossy")
    builder.add("eye", pair(sphere(0.045, 0.055, 0.02).move(width * 0.2, y + 0.02, 0.15)), ACCENT, "glow")
    smile = tube([(-0.06, y - 0.05, 0.152), (0, y - 0.07, 0.154), (0.06, y - 0.05, 0.152)], 0.013, count=10)
    builder.add("mouth", smile, ACCENT, "glow")
    builder.add("ear", pair(cylinder(0.065, 0.06).turn(z=90).move(width / 2 + 0.015, y, 0)), ACCENT, "metal")


def _open_hand(builder: Builder, hand: Joint) -> None:
    """Add a palm with three fingers that point up."""
    fingers = (capsule((0.04 * k, 0.03, 0), (0.065 * k, 0.12, 0), 0.022) for k in (-1, 0, 1))
    palm = sphere(0.06, 0.065, 0.045) + join(*fingers)
    builder.add("hand", palm.move(*hand), ACCENT, "metal")


def _robot_leg(builder: Builder, side: int, hip: float) -> None:
    """Add a leg with a knee and a big foot in the builder's pose."""
    top = (side * 0.09, hip - 0.03, 0.0)
    if builder.pose == "running" and side > 0:
        knee, foot = (top[0], hip * 0.68, 0.14), (top[0], 0.12, 0.13)
    elif builder.pose == "running":
        knee, foot = (top[0], hip * 0.6, -0.05), (top[0], 0.2, -0.22)
    elif builder.pose == "sitting":
        knee, foot = (side * 0.12, hip, 0.2), (side * 0.12, hip - 0.2, 0.24)
    else:
        knee, foot = (side * 0.1, hip * 0.53, 0.02), (side * 0.1, 0.07, 0.0)
    add_limb(builder, "leg", [top, knee, foot], 0.05)
    builder.add("foot", box(0.13, 0.09, 0.22, 0.04).move(*offset(foot, y=-0.025, z=0.04)), ACCENT, "metal")


def tin_robot(builder: Builder) -> None:
    """Build a retro tin toy: tapering body with a dial, round head with a spring, ribbed arms, key in the back."""
    height = builder.vary(0.46, 0.08)
    belly = builder.between(0.2, 0.25)
    needle_angle = builder.between(-60, 60)
    arm_swings = {
        side: -0.35 if builder.pose == "waving" and side > 0 else builder.between(-0.05, 0.2) for side in (-1, 1)
    }

    low = 0.24
    dial = low + height * 0.62
    profile = [
        (0, 0),
        (0.2, 0),
        (0.215, 0.03),
        (belly, height * 0.6),
        (0.2, height - 0.03),
        (0.18, height),
        (0, height),
    ]
    builder.add("body", lathe(profile).move(y=low), MAIN, "metal")
    for y in (0.04, height - 0.05):
        builder.add("band", torus(0.212, 0.022).move(y=low + y), ACCENT, "metal")
    builder.add("dial", cylinder(0.09, 0.05).turn(x=90).move(0, dial, 0.2), "white")
    builder.add("dial", torus(0.09, 0.018).turn(x=90).move(0, dial, 0.222), "gold", "metal")
    builder.add("dial", box(0.016, 0.08, 0.02).turn(z=needle_angle).move(0, dial + 0.015, 0.228), "red")
    for i in range(6):
        x = -0.1 + 0.04 * i
        slot = capsule(
            (x, low + 0.09, math.sqrt(0.222**2 - x * x)), (x, low + 0.17, math.sqrt(0.225**2 - x * x)), 0.012
        )
        builder.add("grille", slot, "dark grey")
    for i in range(8):
        rivet = bead(0.014).move(z=0.218).turn(y=45 * i + 22).move(y=low + 0.075)
        builder.add("rivet", rivet, "gold", "metal")
    _tin_head(builder, low + height + 0.17)
    for side, swing in arm_swings.items():
        _tin_arm(builder, side, low, height, swing)
        _tin_leg(builder, side)
    key = low + height * 0.5
    stem, bow = capsule((0, key, -0.2), (0, key, -0.33), 0.022), torus(0.06, 0.022).turn(x=90).turn(y=90)
    builder.add("key", stem + bow.move(0.0, key + 0.06, -0.36) + bow.move(0.0, key - 0.06, -0.36), "gold", "metal")


def _tin_head(builder: Builder, y: float) -> None:
    """Add a round head at the height `y`: lamps for eyes, a grid of teeth, a spring on top."""
    builder.add("neck", cylinder(0.075, 0.08).move(y=y - 0.15), "dark grey", "metal")
    head = lathe([(0, -0.13), (0.14, -0.13), (0.165, 0.02), (0.15, 0.09), (0.08, 0.14), (0, 0.15)])
    builder.add("head", head.move(y=y), ACCENT, "metal")
    r = 0.042
    builder.add("eye", pair(cylinder(r * 1.3, r * 0.8).turn(x=90).move(0.07, y + 0.02, 0.14)), "dark grey", "metal")
    builder.add("eye", pair(sphere(r, r, r * 0.6).move(0.07, y + 0.02, 0.14 + r * 0.4)), "yellow", "glow")
    for i in range(5):
        tooth = box(0.018, 0.05, 0.03, 0.005).move(-0.06 + 0.03 * i, y - 0.085, 0.138 - 0.003 * (i - 2) ** 2)
        builder.add("mouth", tooth, "white" if i % 2 else "red")
    builder.add("antenna", helix(0.03, 0.12, 4, 0.01).move(y=y + 0.2), "silver", "metal")
    builder.add("antenna", sphere(0.045).move(y=y + 0.29), "red", "glow")
    builder.add("ear", pair(cone(0.07, 0.12, sides=20).turn(z=-90).move(0.2, y, 0)), "red", "metal")


def _tin_arm(builder: Builder, side: int, low: float, height: float, swing: float) -> None:
    """Add a ribbed arm with a claw; the more negative `swing`, the higher the hand."""
    arm = [
        (side * 0.23, low + height * 0.8, 0),
        (side * 0.36, low + height * 0.7 - swing * 0.4, 0.03),
        (side * 0.36, low + height * 0.3 - swing * 1.2, 0.14),
    ]
    builder.add("arm", tube(curve(arm, 20), [0.046, 0.034] * 10, straight=True), "silver", "metal")
    builder.add("shoulder", sphere(0.075).move(side * 0.22, low + height * 0.8, 0), ACCENT, "metal")
    add_claw(builder, arm[-1], 0.07)


def _tin_leg(builder: Builder, side: int) -> None:
    """Add a short leg on a block of a foot."""
    builder.add("leg", cylinder(0.068, 0.2).move(side * 0.1, 0.16, 0), "silver", "metal")
    builder.add("leg", torus(0.068, 0.018).move(side * 0.1, 0.16, 0), "dark grey", "metal")
    builder.add("foot", box(0.17, 0.11, 0.27, 0.045).move(side * 0.11, 0.055, 0.04), MAIN, "metal")


def robot_dog(builder: Builder) -> None:
    """Build a robot dog: boxy body and snout, screen eyes, flap ears, jointed legs, antenna tail."""
    length, height = builder.vary(0.5, 0.1), builder.vary(0.4, 0.06)
    sits = builder.pose == "sitting" or (builder.pose is None and builder.chance(0.2))
    eye_colour = builder.choose(["cyan", "lime", "amber"])
    ear_angle = builder.between(10, 40)

    body = height - (0.02 if sits else 0.0)
    tilt, rise = (-28, 0.06) if sits else (0, 0.0)
    builder.add("body", box(0.26, 0.24, length, 0.07).turn(x=tilt).move(y=body), MAIN, "metal")
    panel = pair(box(0.03, 0.12, length * 0.5, 0.012).move(0.128, 0.0, 0.0)).turn(x=tilt).move(y=body)
    builder.add("panel", panel, ACCENT)
    head = (0.0, height + 0.26 + rise, length / 2 + 0.08)
    neck = capsule((0, height + 0.05 + rise, length / 2 - 0.1), head, 0.07)
    builder.add("neck", neck, "dark grey", "metal")
    builder.add("head", box(0.3, 0.25, 0.26, 0.08).move(*head), MAIN, "metal")
    builder.add("muzzle", box(0.17, 0.13, 0.2, 0.055).move(*offset(head, y=-0.055, z=0.18)), ACCENT, "metal")
    builder.add("nose", sphere(0.042, 0.032, 0.03).move(*offset(head, y=-0.02, z=0.28)), "black", "glossy")
    builder.add("screen", box(0.25, 0.1, 0.04, 0.018).move(*offset(head, y=0.06, z=0.125)), "black", "glossy")
    eye = sphere(0.036, 0.036, 0.02).move(*offset(head, 0.065, 0.06, 0.143))
    builder.add("eye", pair(eye), eye_colour, "glow")
    ear = box(0.05, 0.2, 0.13, 0.025).move(y=-0.06).turn(z=ear_angle).move(*offset(head, 0.17, 0.09, -0.03))
    builder.add("ear", pair(ear), ACCENT, "metal")
    for side in (-1, 1):
        front_top = (side * 0.15, height - 0.03 + rise, length * 0.36)
        _dog_leg(builder, side, front_top, height, bend=0.06, stride=0.2)
        hind_top = (side * 0.15, height - 0.03 + (-0.5 * rise - (0.03 if sits else 0.0)), -length * 0.36)
        _dog_leg(builder, side, hind_top, height, bend=-0.07, stride=-0.2, sits=sits)
    tail = (0.0, height + 0.05 - (0.14 if sits else 0.0), -length / 2 * (0.9 if sits else 1))
    bends = [tail, offset(tail, y=0.1, z=-0.12), offset(tail, y=0.28, z=-0.14)]
    builder.add("tail", tube(bends, 0.02, count=10), "dark grey", "metal")
    builder.add("tail", sphere(0.045).move(*offset(tail, y=0.3, z=-0.14)), ACCENT, "glow")


def _dog_leg(
    builder: Builder, side: int, top: Joint, height: float, *, bend: float, stride: float, sits: bool = False
) -> None:
    """Add a leg whose knee is `bend` in front of its top; a running dog moves the foot forward by `stride`."""
    z = top[2]
    if sits:
        knee, foot = (side * 0.17, 0.16, z + 0.16), (side * 0.17, 0.05, z + 0.2)
    else:
        step = stride if builder.pose == "running" else 0.0
        knee, foot = (side * 0.155, height * 0.5, z + bend + step * 0.5), (side * 0.155, 0.05, z + step)
    add_limb(builder, "leg", [top, knee, foot], 0.045)
    builder.add("paw", box(0.12, 0.08, 0.15, 0.038).move(*offset(foot, y=-0.01, z=0.02)), ACCENT, "metal")
