"""Builders of bear, panda and monkey."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes
from procedural.objects.parts.quadruped import Frame, four_legs, muzzle_smile


def bear(builder: Builder) -> None:
    """A bear on four legs or sitting: heavy body, small round ears, short tail."""
    _bear(builder, "tan", MAIN, MAIN)


def panda(builder: Builder) -> None:
    """A panda: white body, black legs, ears and eye patches; some hold bamboo."""
    head = _bear(builder, "white", ACCENT, ACCENT)
    patch = sphere(0.058, 0.072, 0.03).turn(z=-28, y=18).move(0.092, head[1] + 0.03, head[2] + 0.155)
    builder.add("eye patch", pair(patch), ACCENT, "fur")
    if builder.chance(0.6):
        stalk = [
            (-0.28, head[1] - 0.42, head[2] + 0.2),
            (0.05, head[1] - 0.22, head[2] + 0.26),
            (0.34, head[1] - 0.05, head[2] + 0.28),
        ]
        builder.add("bamboo", tube(stalk, 0.024, count=8), "lime")
        leaf = sphere(0.1, 0.016, 0.035)
        for turn, x in ((40, 0.3), (-30, 0.3), (10, 0.16)):
            builder.add(
                "bamboo",
                leaf.move(x=0.08).turn(z=turn).move(x, head[1] - 0.06 - (0.3 - x) * 0.6, head[2] + 0.28),
                "green",
                "leaf",
            )


def _bear(builder: Builder, muzzle: str, ear: str, leg: str) -> Joint:
    """A bear with its limbs in the colour `leg`; gives the centre of the head."""
    frame = Frame(
        builder.vary(0.48, 0.1),
        builder.vary(0.42, 0.05),
        0.235,
        0.245,
        (0.12, 0.09),
        (0.1, 0.065, 0.115),
        0.14,
        foot_colour=leg,
        leg_colour=leg,
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.3))
    head = (0.0, stand.chest[1] + 0.25, stand.chest[2] + 0.2)
    sits = [replace(b, colour=leg) if b.part == "leg" and isinstance(b, Ellipsoid) else b for b in stand.primitives]
    primitives = [*sits, Capsule(stand.chest, head, 0.19, 0.15), Ellipsoid(head, (0.215, 0.195, 0.19))]
    primitives += [
        Capsule((0, head[1] - 0.05, head[2] + 0.1), (0, head[1] - 0.065, head[2] + 0.2), 0.1, 0.08, "muzzle", muzzle)
    ]
    if leg != MAIN:
        primitives.append(
            Capsule(
                (-0.14, stand.chest[1] + 0.02, stand.chest[2]),
                (0.14, stand.chest[1] + 0.02, stand.chest[2]),
                0.2,
                0.2,
                "leg",
                leg,
            )
        )
    elif builder.chance(0.5):
        primitives.append(
            Ellipsoid(
                (0, stand.chest[1] - 0.03, stand.chest[2] + 0.12), (0.15, 0.17, 0.13), part="chest", colour=ACCENT
            )
        )
    primitives += both(
        Ellipsoid((0.155, head[1] + 0.155, head[2] - 0.02), (0.075, 0.075, 0.05), part="ear", colour=ear)
    )
    primitives += [Ellipsoid((0, stand.hip[1] + 0.08, stand.hip[2] - 0.24), 0.075, part="tail")]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.06, detail=62)
    if leg == MAIN:
        builder.add("ear", pair(bead(0.045, 0.045, 0.02).move(0.155, head[1] + 0.155, head[2] + 0.03)), muzzle)
    eyes(builder, 0.088, head[1] + 0.045, head[2] + 0.175, 0.033)
    builder.add("nose", sphere(0.055, 0.04, 0.04).move(0, head[1] - 0.015, head[2] + 0.275), "black", "glossy")
    muzzle_smile(builder, (0, head[1] - 0.07, head[2] + 0.28), 0.06, 0.01)
    return head


def monkey(builder: Builder) -> None:
    """A monkey sitting or reaching up: heart-shaped face, round ears, long curled tail, banana."""
    hip, neck = 0.16, builder.vary(0.46, 0.1)
    head, skull, girth = (0.0, neck + 0.19, 0.05), builder.vary(0.195, 0.07), builder.vary(0.15, 0.12)
    up = builder.chance(0.5)
    hand = (0.36, neck + 0.25, 0.12) if up else (0.2, 0.24, 0.24)
    primitives: list[Primitive] = [
        Capsule((0, hip, 0), (0, neck - 0.08, 0.02), girth, 0.8 * girth),
        Ellipsoid(head, (skull, 0.19, 0.18)),
    ]
    primitives += [Ellipsoid((0, hip + 0.1, 0.08), (0.11, 0.14, 0.1), part="belly", colour=ACCENT)]
    primitives += both(
        Ellipsoid((0.07, head[1] + 0.04, head[2] + 0.12), (0.085, 0.085, 0.07), part="face", colour=ACCENT)
    )
    primitives += [Ellipsoid((0, head[1] - 0.075, head[2] + 0.12), (0.125, 0.085, 0.09), part="face", colour=ACCENT)]
    primitives += both(Ellipsoid((skull + 0.015, head[1] + 0.02, head[2]), (0.075, 0.08, 0.04), part="ear"))
    primitives += both(
        Ellipsoid((skull + 0.02, head[1] + 0.02, head[2] + 0.03), (0.045, 0.05, 0.025), part="ear", colour=ACCENT)
    )
    for side, end in ((-1, (-0.2, 0.2, 0.24)), (1, hand)):
        shoulder = (side * 0.11, neck - 0.08, 0.02)
        elbow = (side * 0.28, (shoulder[1] + end[1]) / 2 - (0.02 if end is hand and up else 0.05), 0.1)
        primitives += [
            Capsule(shoulder, elbow, 0.06, 0.05, "arm"),
            Capsule(elbow, end, 0.05, 0.045, "arm"),
            Ellipsoid(end, 0.06, part="hand", colour=ACCENT),
        ]
        knee, foot = (side * 0.24, 0.22, 0.2), (side * 0.2, 0.05, 0.28)
        primitives += [
            Capsule((side * 0.1, hip - 0.03, 0.02), knee, 0.08, 0.06, "leg"),
            Capsule(knee, foot, 0.058, 0.045, "leg"),
        ]
        primitives += [Ellipsoid((foot[0], 0.045, foot[2] + 0.05), (0.06, 0.045, 0.1), part="foot", colour=ACCENT)]
    side = builder.choose((-1, 1))
    path = [
        (0, 0.06, -0.12),
        (side * 0.12, 0.07, -0.3),
        (side * 0.32, 0.2, -0.32),
        (side * 0.34, 0.48, -0.25),
        (side * 0.24, 0.52, -0.25),
        (side * 0.24, 0.44, -0.25),
    ]
    primitives += [Capsule(tuple(a), tuple(b), 0.036, 0.035, "tail") for a, b in pairwise(curve(path, 16))]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.04, detail=66)
    eyes(builder, 0.07, head[1] + 0.045, head[2] + 0.185, 0.034)
    builder.add("nostril", pair(bead(0.014).move(0.025, head[1] - 0.035, head[2] + 0.205)), "dark brown")
    smile = [
        (-0.07, head[1] - 0.085, head[2] + 0.195),
        (0, head[1] - 0.115, head[2] + 0.21),
        (0.07, head[1] - 0.085, head[2] + 0.195),
    ]
    builder.add("mouth", tube(smile, 0.011, count=8, sides=8), "dark brown")
    if builder.chance(0.7):
        fruit = [
            (hand[0] - 0.02, hand[1] - 0.06, hand[2] + 0.05),
            (hand[0] + 0.05, hand[1] + 0.06, hand[2] + 0.08),
            (hand[0] + 0.02, hand[1] + 0.2, hand[2] + 0.06),
        ]
        builder.add("banana", tube(fruit, [0.015, 0.042, 0.045, 0.015]), "yellow")
