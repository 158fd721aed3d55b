"""Build functions of robots without legs: drone, rover, robot arm and a robot on tracks."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.shapes import Shape, bead, box, capsule, cylinder, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def drone(builder: Builder) -> None:
    """Build a drone: flat body on four arms with propellers in guard rings, camera, landing skids."""
    arm_length = builder.vary(0.36, 0.08) * 1.25
    has_guards = builder.chance(0.6)
    propeller_turn = builder.between(0, 90)

    builder.add("body", sphere(0.2, 0.085, 0.26).move(y=0.02), MAIN, "glossy")
    builder.add("body", sphere(0.13, 0.06, 0.17).move(y=0.085), ACCENT, "glossy")
    for i in range(4):
        angle = math.radians(45 + 90 * i)
        x, z = arm_length * math.sin(angle), arm_length * math.cos(angle)
        builder.add("arm", capsule((x * 0.25, 0.02, z * 0.25), (x, 0.06, z), 0.04, 0.032), MAIN)
        builder.add("motor", cylinder(0.052, 0.11).move(x, 0.075, z), "dark grey", "metal")
        blade = sphere(0.1, 0.014, 0.032).move(x=0.1)
        builder.add("propeller", ring(blade, 3, propeller_turn + 35 * i).move(x, 0.145, z), ACCENT)
        builder.add("propeller", bead(0.034).move(x, 0.15, z), ACCENT)
        if has_guards:
            builder.add("guard", torus(0.23, 0.024).move(x, 0.12, z), MAIN)
        builder.add("light", bead(0.028).move(x, 0.02, z), "lime" if z > 0 else "red", "glow")
    builder.add("camera", sphere(0.085).move(0, -0.07, 0.15), "dark grey")
    builder.add("camera", cylinder(0.056, 0.06).turn(x=90).move(0, -0.07, 0.225), "black", "glossy")
    builder.add("camera", sphere(0.036, 0.036, 0.02).move(0, -0.07, 0.256), "cyan", "glass")
    for side in (-1, 1):
        runner = capsule((side * 0.2, -0.22, -0.2), (side * 0.2, -0.22, 0.2), 0.024)
        builder.add("skid", runner, "dark grey")
        for z in (-0.1, 0.1):
            builder.add("skid", capsule((side * 0.1, 0.0, z), (side * 0.2, -0.22, z), 0.02), "dark grey")


def rover(builder: Builder) -> None:
    """Build a planet rover: six wheels on rocker arms, golden box body, solar panels, camera mast, dish."""
    length, width = builder.vary(0.62, 0.06), builder.vary(0.36, 0.06)
    has_solar_panels = builder.chance(0.6)
    mast_side = builder.choose((-1, 1))
    mast_height = builder.vary(0.38, 0.15)

    deck = 0.34
    builder.add("body", box(width, 0.17, length * 0.85, 0.03).move(y=deck), MAIN, "metal")
    builder.add("body", box(width * 0.8, 0.05, length * 0.7, 0.02).move(y=deck - 0.1), "dark grey", "metal")
    if has_solar_panels:
        cells, seams = box(0.26, 0.025, length * 0.8, 0.006), row(box(0.265, 0.03, 0.016), 3, z=0.17)
        for side in (-1, 1):
            at = (side * (width / 2 + 0.12), deck + 0.12, -0.02)
            builder.add("solar panel", cells.turn(z=8 * side).move(*at), "navy", "glossy")
            builder.add("solar panel", seams.turn(z=8 * side).move(*at), "silver", "metal")
    else:
        reactor = box(0.12, 0.12, 0.2, 0.02).turn(x=30).move(0, deck + 0.06, -length * 0.5)
        builder.add("reactor", reactor, "dark grey", "metal")
    _rocker_wheels(builder, length, width)
    x = mast_side * width * 0.28
    _camera_mast(builder, (x, deck, length * 0.32), mast_height)
    dish = lathe([(0, 0), (0.08, 0.012), (0.135, 0.05), (0.14, 0.065), (0.08, 0.03), (0, 0.018)])
    foot, hub = (-x, deck + 0.05, -length * 0.22), (-x, deck + 0.2, -length * 0.22)
    builder.add("dish", dish.turn(x=40).move(*hub), "white", "metal")
    builder.add("dish", capsule(foot, hub, 0.022), "silver", "metal")
    arm = [(0, deck - 0.02, length * 0.42), (-x, deck + 0.05, length * 0.62), (-x * 0.8, 0.2, length * 0.78)]
    for a, b in pairwise(arm):
        builder.add("arm", capsule(a, b, 0.027), ACCENT, "metal")
    builder.add("arm", box(0.09, 0.07, 0.07, 0.015).move(*arm[-1]), "dark grey", "metal")


def _camera_mast(builder: Builder, foot: Joint, height: float) -> None:
    """Add a mast with two cameras that look forward."""
    top = offset(foot, y=height)
    builder.add("mast", capsule(foot, top, 0.03), "white", "metal")
    builder.add("camera", box(0.2, 0.11, 0.11, 0.03).move(*top), MAIN)
    barrels = pair(cylinder(0.042, 0.05).turn(x=90).move(0.052, 0, 0))
    builder.add("camera", barrels.move(*offset(top, z=0.065)), "black", "glossy")
    lenses = pair(bead(0.026, 0.026, 0.015).move(0.052, 0, 0))
    builder.add("camera", lenses.move(*offset(top, z=0.09)), "cyan", "glow")


def _rocker_wheels(builder: Builder, length: float, width: float) -> None:
    """Add three wheels on a rocker arm at each side."""
    for side in (-1, 1):
        x = side * (width / 2 + 0.09)
        for z in (-length * 0.45, 0.0, length * 0.47):
            builder.add("wheel", cylinder(0.125, 0.12).turn(z=90).move(x, 0.125, z), "dark grey", "rubber")
            builder.add("wheel", cylinder(0.07, 0.13).turn(z=90).move(x, 0.125, z), ACCENT, "metal")
            for i in range(10):
                tread = box(0.125, 0.022, 0.03).move(y=0.125).turn(x=36 * i)
                builder.add("wheel", tread.move(x, 0.125, z), "black", "rubber")
        pivot = (x * 0.85, 0.2, -length * 0.2)
        rocker = [
            (x * 0.85, 0.14, length * 0.47),
            (x * 0.8, 0.29, length * 0.2),
            (x * 0.8, 0.3, 0.0),
            pivot,
            (x * 0.85, 0.14, -length * 0.45),
        ]
        builder.add("suspension", tube(rocker, 0.028), "silver", "metal")
        builder.add("suspension", capsule(pivot, (x * 0.85, 0.13, 0.0), 0.024), "silver", "metal")


def robot_arm(builder: Builder) -> None:
    """Build an industrial robot arm: turning base, two heavy links, wrist, two-fingered gripper."""
    turn = builder.between(-35, 35)
    lean, bend = builder.between(-0.05, 0.15), builder.between(0.0, 0.2)
    spread = builder.between(0.5, 1.0)
    block_colour = builder.choose(["red", "lime", "cyan"]) if builder.chance(0.5) else None

    base = 0.2
    shoulder, elbow = np.array([0, base + 0.12, 0.0]), np.array([0, base + 0.62, -0.1 - lean])
    wrist = np.array([0, base + 0.62 + bend, 0.38])
    tip = wrist + np.array([0, -0.16, 0.06])

    def add(name: str, shape: Shape, colour: str, material: str | None = "metal") -> None:
        builder.add(name, shape.turn(y=turn), colour, material)

    builder.add("base", cylinder(0.27, 0.08).move(y=0.04), "dark grey", "metal")
    builder.add("base", cylinder(0.2, 0.13, top=0.17).move(y=0.14), MAIN, "metal")
    builder.add("base", ring(bead(0.026).move(y=0.085, z=0.22), 8), "silver", "metal")
    for at, radius, width, pin in ((shoulder, 0.13, 0.26, 0.3), (elbow, 0.11, 0.26, 0.3), (wrist, 0.075, 0.17, 0.2)):
        add("joint", cylinder(radius, width).turn(z=90).move(*at), "dark grey")
        add("joint", cylinder(radius * 0.6, pin).turn(z=90).move(*at), ACCENT)
    for a, b, radius in ((shoulder, elbow, 0.095), (elbow, wrist, 0.078)):
        add("arm", box(radius * 1.9, float(np.linalg.norm(b - a)), radius * 1.9, 0.05).aim(a, b), MAIN)
        middle = (a + b) / 2
        add("arm", box(radius * 2.05, 0.1, radius * 2.05, 0.02).aim(middle, middle + (b - a)), ACCENT)
    add("wrist", cylinder(0.055, 0.14).aim(wrist, tip), "dark grey")
    add("gripper", box(0.2, 0.055, 0.09, 0.02).move(*tip), MAIN)
    bends = [(0.08, 0, 0), (0.09 + 0.04 * spread, -0.08, 0.01), (0.04 + 0.04 * spread, -0.19, 0.02)]
    add("gripper", pair(tube(bends, [0.034, 0.032, 0.022], count=10)).move(*tip), "dark grey")
    hose = [
        shoulder + np.array([0.12, 0.05, -0.1]),
        elbow + np.array([0.14, 0.05, -0.14]),
        elbow + np.array([0.1, 0.14, 0.05]),
        wrist + np.array([0.06, 0.08, -0.06]),
    ]
    add("hose", tube(hose, 0.024), "black", "rubber")
    if block_colour:
        add("block", box(0.12, 0.12, 0.12, 0.012).move(*(tip + np.array([0, -0.2, 0.02]))), block_colour, None)


def tracked_robot(builder: Builder) -> None:
    """Build a robot on caterpillar tracks: cube body, binocular eyes on a neck, two gripping arms."""
    width = builder.vary(0.32, 0.1)
    body = 0.3 + builder.vary(0.16, 0.1)
    neck_length = builder.between(0.26, 0.38)
    eye_tilt = builder.between(-6, 12)

    builder.add("body", box(width, 0.3, 0.32, 0.035).move(y=body), MAIN, "metal")
    builder.add("panel", box(width * 0.75, 0.13, 0.03, 0.01).move(0, body - 0.05, 0.16), ACCENT, "metal")
    for x, colour in ((-0.07, "red"), (0.0, "lime"), (0.07, "sky blue")):
        builder.add("button", bead(0.022).move(x, body + 0.08, 0.165), colour, "glow")
    for i in range(4):
        builder.add("panel", box(width * 0.6, 0.012, 0.03).move(0, body - 0.09 + 0.028 * i, 0.17), "dark grey")
    _tracks(builder, width)
    head = body + neck_length
    neck = tube([(0, body + 0.13, -0.05), (0, (body + head) / 2 + 0.08, -0.07), (0, head, 0.0)], 0.032)
    builder.add("neck", neck, "dark grey", "metal")
    for side in (-1, 1):
        x, y, tilt = side * 0.1, head + 0.04, -side * eye_tilt
        eye = cylinder(0.095, 0.2, top=0.08).turn(x=-90).turn(z=tilt)
        builder.add("head", eye.move(x, y, 0.02), MAIN, "metal")
        builder.add("eye", cylinder(0.078, 0.03).turn(x=90).move(x, y, 0.12), "black", "glossy")
        builder.add("eye", sphere(0.045, 0.045, 0.025).move(x, y, 0.133), "cyan", "glow")
        brow = box(0.17, 0.022, 0.22, 0.01).turn(z=tilt * 1.5).move(x, head + 0.135, 0.03)
        builder.add("brow", brow, ACCENT, "metal")
        _gripping_arm(builder, side, width, body)


def _gripping_arm(builder: Builder, side: int, width: float, body: float) -> None:
    """Add an arm that reaches forward, or waves with the left hand, and ends in two fingers."""
    raised = builder.pose == "waving" and side > 0
    lift, z = (0.28, 0.1) if raised else (-0.02, 0.33)
    shoulder, elbow = (side * width / 2, body + 0.08, 0.0), (side * (width / 2 + 0.14), body + 0.05, 0.08)
    hand = (side * (width / 2 + 0.1), body + lift, z)
    for a, b in ((shoulder, elbow), (elbow, hand)):
        builder.add("arm", capsule(a, b, 0.034), "silver", "metal")
    builder.add("arm", sphere(0.045).move(*elbow), ACCENT, "metal")
    up = 0.06 if raised else 0.0
    for out in (-1, 1):
        finger = [hand, offset(hand, 0.06 * out, up, 0.06), offset(hand, 0.025 * out, 2 * up, 0.14)]
        builder.add("hand", tube(finger, [0.03, 0.028, 0.018], count=8), "dark grey", "metal")


def _tracks(builder: Builder, width: float) -> None:
    """Add a caterpillar track with its wheels at each side."""
    half = [(0.24, 0.0), (0.3, 0.07), (0.27, 0.15), (0.05, 0.27)]
    track = [(-0.24, 0.0), *half, *[(-z, y) for z, y in half[:0:-1]]]
    hull = prism(track, 0.13, smooth=48).turn(y=-90)
    for side in (-1, 1):
        x = side * (width / 2 + 0.08)
        builder.add("track", hull.move(x, 0, 0), "dark grey", "rubber")
        for z, y in curve(track, 22, closed=True):
            builder.add("track", box(0.14, 0.03, 0.03).move(x, float(y), float(z)), "black", "rubber")
        for z, y, radius in ((0.2, 0.085, 0.06), (-0.2, 0.085, 0.06), (0.0, 0.08, 0.05), (0.0, 0.2, 0.045)):
            builder.add("wheel", cylinder(radius, 0.16).turn(z=90).move(x, y, z), ACCENT, "metal")
