"""Builders of bear, panda and monkey."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Make
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ball, Blob, Limb, both
from procedural.geometry.shapes import bead, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes
from procedural.objects.parts.quadruped import Frame, four_legs, muzzle_smile


def bear(make: Make) -> None:
    """A bear on four legs or sitting: heavy body, small round ears, short tail."""
    _bear(make, "tan", MAIN, MAIN)


def panda(make: Make) -> None:
    """A panda: white body, black legs, ears and eye patches; some hold bamboo."""
    head = _bear(make, "white", ACCENT, ACCENT)
    patch = sphere(0.058, 0.072, 0.03).turn(z=-28, y=18).move(0.092, head[1] + 0.03, head[2] + 0.155)
    make.add("eye patch", pair(patch), ACCENT, "fur")
    if make.chance(0.6):
        stalk = [
            (-0.28, head[1] - 0.42, head[2] + 0.2),
            (0.05, head[1] - 0.22, head[2] + 0.26),
            (0.34, head[1] - 0.05, head[2] + 0.28),
        ]
        make.add("bamboo", tube(stalk, 0.024, count=8), "lime")
        leaf = sphere(0.1, 0.016, 0.035)
        for turn, x in ((40, 0.3), (-30, 0.3), (10, 0.16)):
            make.add(
                "bamboo",
                leaf.move(x=0.08).turn(z=turn).move(x, head[1] - 0.06 - (0.3 - x) * 0.6, head[2] + 0.28),
                "green",
                "leaf",
            )


def _bear(make: Make, muzzle: str, ear: str, leg: str) -> Joint:
    """A bear with its limbs in the colour `leg`; gives the centre of the head."""
    frame = Frame(
        make.vary(0.48, 0.1),
        make.vary(0.42, 0.05),
        0.235,
        0.245,
        (0.12, 0.09),
        (0.1, 0.065, 0.115),
        0.14,
        foot_colour=leg,
        leg_colour=leg,
    )
    stand = four_legs(make, frame, sits=make.chance(0.3))
    head = (0.0, stand.chest[1] + 0.25, stand.chest[2] + 0.2)
    sits = [replace(b, colour=leg) if b.part == "leg" and isinstance(b, Ball) else b for b in stand.blobs]
    blobs = [*sits, Limb(stand.chest, head, 0.19, 0.15), Ball(head, (0.215, 0.195, 0.19))]
    blobs += [
        Limb((0, head[1] - 0.05, head[2] + 0.1), (0, head[1] - 0.065, head[2] + 0.2), 0.1, 0.08, "muzzle", muzzle)
    ]
    if leg != MAIN:
        blobs.append(
            Limb(
                (-0.14, stand.chest[1] + 0.02, stand.chest[2]),
                (0.14, stand.chest[1] + 0.02, stand.chest[2]),
                0.2,
                0.2,
                "leg",
                leg,
            )
        )
    elif make.chance(0.5):
        blobs.append(
            Ball((0, stand.chest[1] - 0.03, stand.chest[2] + 0.12), (0.15, 0.17, 0.13), part="chest", colour=ACCENT)
        )
    blobs += both(Ball((0.155, head[1] + 0.155, head[2] - 0.02), (0.075, 0.075, 0.05), part="ear", colour=ear))
    blobs += [Ball((0, stand.hip[1] + 0.08, stand.hip[2] - 0.24), 0.075, part="tail")]
    make.blend("body", blobs, MAIN, "fur", smooth=0.06, detail=62)
    if leg == MAIN:
        make.add("ear", pair(bead(0.045, 0.045, 0.02).move(0.155, head[1] + 0.155, head[2] + 0.03)), muzzle)
    eyes(make, 0.088, head[1] + 0.045, head[2] + 0.175, 0.033)
    make.add("nose", sphere(0.055, 0.04, 0.04).move(0, head[1] - 0.015, head[2] + 0.275), "black", "glossy")
    muzzle_smile(make, (0, head[1] - 0.07, head[2] + 0.28), 0.06, 0.01)
    return head


def monkey(make: Make) -> None:
    """A monkey sitting or reaching up: heart-shaped face, round ears, long curled tail, banana."""
    hip, neck = 0.16, make.vary(0.46, 0.1)
    head, skull, girth = (0.0, neck + 0.19, 0.05), make.vary(0.195, 0.07), make.vary(0.15, 0.12)
    up = make.chance(0.5)
    hand = (0.36, neck + 0.25, 0.12) if up else (0.2, 0.24, 0.24)
    blobs: list[Blob] = [Limb((0, hip, 0), (0, neck - 0.08, 0.02), girth, 0.8 * girth), Ball(head, (skull, 0.19, 0.18))]
    blobs += [Ball((0, hip + 0.1, 0.08), (0.11, 0.14, 0.1), part="belly", colour=ACCENT)]
    blobs += both(Ball((0.07, head[1] + 0.04, head[2] + 0.12), (0.085, 0.085, 0.07), part="face", colour=ACCENT))
    blobs += [Ball((0, head[1] - 0.075, head[2] + 0.12), (0.125, 0.085, 0.09), part="face", colour=ACCENT)]
    blobs += both(Ball((skull + 0.015, head[1] + 0.02, head[2]), (0.075, 0.08, 0.04), part="ear"))
    blobs += both(Ball((skull + 0.02, head[1] + 0.02, head[2] + 0.03), (0.045, 0.05, 0.025), part="ear", colour=ACCENT))
    for side, end in ((-1, (-0.2, 0.2, 0.24)), (1, hand)):
        shoulder = (side * 0.11, neck - 0.08, 0.02)
        elbow = (side * 0.28, (shoulder[1] + end[1]) / 2 - (0.02 if end is hand and up else 0.05), 0.1)
        blobs += [
            Limb(shoulder, elbow, 0.06, 0.05, "arm"),
            Limb(elbow, end, 0.05, 0.045, "arm"),
            Ball(end, 0.06, part="hand", colour=ACCENT),
        ]
        knee, foot = (side * 0.24, 0.22, 0.2), (side * 0.2, 0.05, 0.28)
        blobs += [Limb((side * 0.1, hip - 0.03, 0.02), knee, 0.08, 0.06, "leg"), Limb(knee, foot, 0.058, 0.045, "leg")]
        blobs += [Ball((foot[0], 0.045, foot[2] + 0.05), (0.06, 0.045, 0.1), part="foot", colour=ACCENT)]
    side = make.choose((-1, 1))
    path = [
        (0, 0.06, -0.12),
        (side * 0.12, 0.07, -0.3),
        (side * 0.32, 0.2, -0.32),
        (side * 0.34, 0.48, -0.25),
        (side * 0.24, 0.52, -0.25),
        (side * 0.24, 0.44, -0.25),
    ]
    blobs += [Limb(tuple(a), tuple(b), 0.036, 0.035, "tail") for a, b in pairwise(curve(path, 16))]
    make.blend("body", blobs, MAIN, "fur", smooth=0.04, detail=66)
    eyes(make, 0.07, head[1] + 0.045, head[2] + 0.185, 0.034)
    make.add("nostril", pair(bead(0.014).move(0.025, head[1] - 0.035, head[2] + 0.205)), "dark brown")
    smile = [
        (-0.07, head[1] - 0.085, head[2] + 0.195),
        (0, head[1] - 0.115, head[2] + 0.21),
        (0.07, head[1] - 0.085, head[2] + 0.195),
    ]
    make.add("mouth", tube(smile, 0.011, count=8, sides=8), "dark brown")
    if make.chance(0.7):
        fruit = [
            (hand[0] - 0.02, hand[1] - 0.06, hand[2] + 0.05),
            (hand[0] + 0.05, hand[1] + 0.06, hand[2] + 0.08),
            (hand[0] + 0.02, hand[1] + 0.2, hand[2] + 0.06),
        ]
        make.add("banana", tube(fruit, [0.015, 0.042, 0.045, 0.015]), "yellow")
