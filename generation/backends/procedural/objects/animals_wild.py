"""Builders of large wild animals: elephant, lion, tiger, giraffe, bear, panda, monkey."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from generation.backends.procedural.blend import Ball, Blob, Limb, both
from generation.backends.procedural.features import eyes, side_eyes
from generation.backends.procedural.make import ACCENT, MAIN, Make
from generation.backends.procedural.objects.beast import Frame, Stand, along, band, four_legs, muzzle_smile, spot_on
from generation.backends.procedural.objects.person import Joint
from generation.backends.procedural.shapes import bead, capsule, pair, sphere
from generation.backends.procedural.sweeps import curve, tube


def elephant(make: Make) -> None:
    """An elephant: huge round body, broad ears, curved trunk, tusks, toenails."""
    frame = Frame(make.vary(0.5, 0.08), make.vary(0.52, 0.05), 0.275, 0.285, (0.12, 0.095), (0.105, 0.06, 0.11), 0.155)
    stand = four_legs(make, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.2, chest[2] + 0.27)
    blobs = [*stand.blobs, Ball(head, (0.2, 0.215, 0.2)), Limb(chest, head, 0.2, 0.15)]
    low = make.chance(0.5)
    nose = [(0, head[1] - 0.05, head[2] + 0.12), (0, head[1] - 0.22, head[2] + 0.3)]
    nose += (
        [(0, 0.2, head[2] + 0.33), (0, 0.12, head[2] + 0.45)]
        if low
        else [(0, head[1] - 0.15, head[2] + 0.5), (0, head[1] + 0.17, head[2] + 0.52)]
    )
    points = [tuple(p) for p in curve(nose, 11)]
    blobs += [Limb(a, b, 0.115 - 0.007 * i, 0.108 - 0.007 * i, "trunk") for i, (a, b) in enumerate(pairwise(points))]
    make.blend("body", blobs, MAIN, None, smooth=0.08, detail=60)
    flap = make.between(15, 40)
    for radius, out, colour in ((1.0, 0.0, MAIN), (0.78, 0.022, "pink")):
        ear = sphere(0.2 * radius, 0.25 * radius, 0.035).move(x=0.18, y=-0.04, z=out)
        make.add("ear", pair(ear.turn(y=flap, z=-8).move(0.14, head[1] + 0.06, head[2] - 0.06)), colour)
    tusk = [
        (0.1, head[1] - 0.12, head[2] + 0.13),
        (0.14, head[1] - 0.26, head[2] + 0.24),
        (0.14, head[1] - 0.24, head[2] + 0.4),
    ]
    make.add("tusk", pair(tube(tusk, [0.04, 0.035, 0.01])), "cream")
    eyes(make, 0.11, head[1] + 0.07, head[2] + 0.155, 0.032)
    tail = [(0, hip[1] + 0.05, hip[2] - 0.27), (0, hip[1] - 0.15, hip[2] - 0.34), (0, hip[1] - 0.3, hip[2] - 0.31)]
    make.add("tail", tube(tail, 0.022), MAIN)
    make.add("tail", sphere(0.035, 0.065, 0.035).move(*tail[-1]), "dark grey", "fur")
    if make.pose is None:
        for z in (chest[2] + 0.03, hip[2] + 0.0):
            for turn in (-32, 0, 32):
                nail = bead(0.03, 0.03, 0.016).move(0, 0.04, 0.118).turn(y=turn)
                make.add("toenail", pair(nail.move(frame.spread, 0, z)), "cream")
    if make.chance(0.35):
        blanket = sphere(0.3, 0.3, 0.2).keep(lambda p: 0.02 - p[:, 1])
        make.add("blanket", blanket.move(*along(hip, chest, 0.45)), ACCENT, "cloth")


def _big_cat(make: Make) -> tuple[list[Blob], Joint, Stand]:
    """Blobs of a lion's or tiger's body and head, without ears and mane."""
    frame = Frame(make.vary(0.64, 0.06), make.vary(0.45, 0.06), 0.2, 0.175, (0.09, 0.068), (0.08, 0.058, 0.1), 0.11)
    stand = four_legs(make, frame, sits=make.chance(0.25))
    head = (0.0, stand.chest[1] + 0.24, stand.chest[2] + 0.2)
    blobs = [*stand.blobs, Limb(stand.chest, head, 0.16, 0.14), Ball(head, (0.185, 0.175, 0.165))]
    blobs += [
        Limb((0, head[1] - 0.06, head[2] + 0.06), (0, head[1] - 0.075, head[2] + 0.17), 0.1, 0.085, "muzzle", "cream")
    ]
    return blobs, head, stand


def _big_cat_face(make: Make, head: Joint, ear: str) -> None:
    _, y, z = head
    make.add("ear", pair(sphere(0.07, 0.07, 0.035).move(0.15, y + 0.16, z + 0.0)), ear, "fur")
    make.add("ear", pair(sphere(0.042, 0.042, 0.02).move(0.15, y + 0.158, z + 0.028)), "cream")
    eyes(make, 0.078, y + 0.045, z + 0.14, 0.033)
    make.add("nose", sphere(0.045, 0.03, 0.03).move(0, y - 0.02, z + 0.245), "dark brown", "glossy")
    muzzle_smile(make, (0, y - 0.06, z + 0.255), 0.07, 0.01)


def lion(make: Make) -> None:
    """A lion: great mane round the face, tufted tail."""
    blobs, head, stand = _big_cat(make)
    full = make.vary(0.155, 0.12)
    for i in range(11):
        angle = 2 * math.pi * i / 11
        at = (0.2 * math.cos(angle), head[1] + 0.01 + 0.2 * math.sin(angle), head[2] - 0.02)
        blobs.append(Ball(at, (full * 0.62, full * 0.62, full * 0.55), part="mane", colour=ACCENT))
    blobs += [Ball((0, head[1] - 0.05, head[2] - 0.16), (0.23, 0.26, 0.15), part="mane", colour=ACCENT)]
    blobs += [Ball((0, stand.chest[1] - 0.02, stand.chest[2] + 0.08), (0.16, 0.2, 0.14), part="mane", colour=ACCENT)]
    blobs += _tail(make, stand, ACCENT, 0.08)
    make.blend("body", blobs, MAIN, "fur", smooth=0.05, detail=66)
    _big_cat_face(make, head, MAIN)


def tiger(make: Make) -> None:
    """A tiger: black stripes round body, legs and tail, white cheeks and chest."""
    blobs, head, stand = _big_cat(make)
    blobs += both(Ball((0.14, head[1] - 0.08, head[2] + 0.04), (0.085, 0.075, 0.08), part="cheek", colour=ACCENT))
    blobs += [Ball((0, stand.chest[1] - 0.08, stand.chest[2] + 0.1), (0.13, 0.14, 0.12), part="chest", colour=ACCENT)]
    blobs += [band(stand.hip, stand.chest, 0.22 * i - 0.05, 0.19 + 0.006 * i, "black") for i in range(5)]
    for x, lean in ((0.0, 0.0), (0.09, 25.0), (-0.09, -25.0)):
        blobs.append(Ball((x, head[1] + 0.15, head[2] + 0.07), (0.018, 0.06, 0.055), (0, 0, lean), "stripe", "black"))
    blobs += _tail(make, stand, "black", 0.05)
    make.blend("body", blobs, MAIN, "fur", smooth=0.045, detail=66)
    _big_cat_face(make, head, MAIN)
    for side in (-1, 1):
        for i in range(2):
            bar = [
                (side * 0.165, head[1] + 0.03 - 0.055 * i, head[2] + 0.1),
                (side * 0.2, head[1] + 0.04 - 0.06 * i, head[2] + 0.0),
            ]
            make.add("stripe", tube(bar, 0.016, count=3, sides=8), "black")


def _tail(make: Make, stand: Stand, tip: str, tuft: float) -> list[Blob]:
    """A long tail that ends in a tuft."""
    _, y, z = stand.hip
    lift = make.between(-0.1, 0.35)
    swing = make.between(-0.25, 0.25)
    path = [
        (0, y + 0.08, z - 0.1),
        (swing * 0.3, y + 0.1, z - 0.3),
        (swing, max(y - 0.02 + lift, 0.08), z - 0.42),
        (swing * 1.4, max(y + 1.5 * lift, 0.08), z - 0.5),
    ]
    points = [tuple(p) for p in curve(path, 9)]
    banded = tip == "black"
    rope = [
        Limb(a, b, 0.042, 0.04, "tail", tip if banded and i % 2 else MAIN) for i, (a, b) in enumerate(pairwise(points))
    ]
    return [*rope, Ball(points[-1], tuft, part="tail", colour=tip)]


def giraffe(make: Make) -> None:
    """A giraffe: very long neck and legs, brown patches, horns with knobs."""
    frame = Frame(
        make.vary(0.44, 0.06),
        make.vary(0.66, 0.05),
        0.17,
        0.15,
        (0.075, 0.045),
        (0.055, 0.05, 0.06),
        0.09,
        foot_part="hoof",
        foot_colour="dark brown",
    )
    stand = four_legs(make, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + make.vary(0.92, 0.08), chest[2] + make.vary(0.32, 0.15))
    nose = (0.0, head[1] - 0.08, head[2] + 0.2)
    neck = (0.0, chest[1] + 0.05, chest[2] + 0.03)
    blobs = [*stand.blobs, Limb(neck, head, 0.115, 0.065), Ball(head, (0.095, 0.095, 0.11))]
    blobs += [Limb(head, nose, 0.085, 0.065), Ball(nose, (0.075, 0.062, 0.06), part="muzzle", colour="cream")]
    for i in range(5):
        share = 0.08 + 0.2 * i
        at = along(neck, head, share)
        for k in range(3):
            angle = 2.1 * k + 0.8 * i
            blobs.append(spot_on(at, (math.cos(angle), 0.2, math.sin(angle)), 0.09 - 0.03 * share, 0.11 - 0.05 * share))
    for i in range(5):
        for side in (-1, 0, 1):
            angle = side * 1.2 + make.between(-0.2, 0.2)
            at = along(hip, chest, 0.25 * i)
            blobs.append(spot_on(at, (math.sin(angle), math.cos(angle), 0), make.between(0.075, 0.1), 0.155))
    make.blend("body", blobs, MAIN, "fur", smooth=0.06, detail=68)
    make.add(
        "horn",
        pair(capsule((0.04, head[1] + 0.07, head[2] - 0.02), (0.05, head[1] + 0.18, head[2] - 0.03), 0.02)),
        MAIN,
    )
    make.add("horn", pair(bead(0.034).move(0.05, head[1] + 0.19, head[2] - 0.03)), ACCENT)
    ear = sphere(0.075, 0.035, 0.022).turn(z=18).move(0.135, head[1] + 0.06, head[2] - 0.04)
    make.add("ear", pair(ear), MAIN, "fur")
    side_eyes(make, 0.082, head[1] + 0.025, head[2] + 0.05, 0.03)
    make.add("nostril", pair(bead(0.015).move(0.03, nose[1] + 0.02, nose[2] + 0.055)), "dark brown")
    crest = [along(neck, head, s) for s in (0.1, 0.4, 0.7, 1.0)]
    mane = tube([(0, y + 0.03, z - 0.115 + 0.05 * i / 3) for i, (_, y, z) in enumerate(crest)], 0.035)
    make.add("mane", mane, ACCENT, "fur")
    make.add(
        "tail",
        tube(
            [(0, hip[1] + 0.08, hip[2] - 0.12), (0, hip[1] - 0.05, hip[2] - 0.2), (0, hip[1] - 0.25, hip[2] - 0.19)],
            0.018,
        ),
        MAIN,
    )
    make.add("tail", sphere(0.035, 0.07, 0.035).move(0, hip[1] - 0.28, hip[2] - 0.19), ACCENT, "fur")


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
    hip, neck = 0.16, 0.46
    head = (0.0, neck + 0.19, 0.05)
    up = make.chance(0.5)
    hand = (0.36, neck + 0.25, 0.12) if up else (0.2, 0.24, 0.24)
    blobs: list[Blob] = [Limb((0, hip, 0), (0, neck - 0.08, 0.02), 0.155, 0.12), Ball(head, (0.2, 0.19, 0.18))]
    blobs += [Ball((0, hip + 0.1, 0.08), (0.11, 0.14, 0.1), part="belly", colour=ACCENT)]
    blobs += both(Ball((0.07, head[1] + 0.04, head[2] + 0.12), (0.085, 0.085, 0.07), part="face", colour=ACCENT))
    blobs += [Ball((0, head[1] - 0.075, head[2] + 0.12), (0.125, 0.085, 0.09), part="face", colour=ACCENT)]
    blobs += both(Ball((0.215, head[1] + 0.02, head[2]), (0.075, 0.08, 0.04), part="ear"))
    blobs += both(Ball((0.22, head[1] + 0.02, head[2] + 0.03), (0.045, 0.05, 0.025), part="ear", colour=ACCENT))
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
