"""Builders of large wild animals: elephant, lion, tiger, giraffe."""

from __future__ import annotations

import math
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, capsule, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes, side_eyes
from procedural.objects.parts.quadruped import Frame, Stand, along, band, four_legs, muzzle_smile, spot_on


def elephant(builder: Builder) -> None:
    """An elephant: huge round body, broad ears, curved trunk, tusks, toenails."""
    frame = Frame(
        builder.vary(0.5, 0.08), builder.vary(0.52, 0.05), 0.275, 0.285, (0.12, 0.095), (0.105, 0.06, 0.11), 0.155
    )
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.2, chest[2] + 0.27)
    primitives = [*stand.primitives, Ellipsoid(head, (0.2, 0.215, 0.2)), Capsule(chest, head, 0.2, 0.15)]
    low = builder.chance(0.5)
    nose = [(0, head[1] - 0.05, head[2] + 0.12), (0, head[1] - 0.22, head[2] + 0.3)]
    nose += (
        [(0, 0.2, head[2] + 0.33), (0, 0.12, head[2] + 0.45)]
        if low
        else [(0, head[1] - 0.15, head[2] + 0.5), (0, head[1] + 0.17, head[2] + 0.52)]
    )
    points = [tuple(p) for p in curve(nose, 11)]
    primitives += [
        Capsule(a, b, 0.115 - 0.007 * i, 0.108 - 0.007 * i, "trunk") for i, (a, b) in enumerate(pairwise(points))
    ]
    builder.blend("body", primitives, MAIN, None, smooth=0.08, detail=60)
    flap = builder.between(15, 40)
    for radius, out, colour in ((1.0, 0.0, MAIN), (0.78, 0.022, "pink")):
        ear = sphere(0.2 * radius, 0.25 * radius, 0.035).move(x=0.18, y=-0.04, z=out)
        builder.add("ear", pair(ear.turn(y=flap, z=-8).move(0.14, head[1] + 0.06, head[2] - 0.06)), colour)
    tusk = [
        (0.1, head[1] - 0.12, head[2] + 0.13),
        (0.14, head[1] - 0.26, head[2] + 0.24),
        (0.14, head[1] - 0.24, head[2] + 0.4),
    ]
    builder.add("tusk", pair(tube(tusk, [0.04, 0.035, 0.01])), "cream")
    eyes(builder, 0.11, head[1] + 0.07, head[2] + 0.155, 0.032)
    tail = [(0, hip[1] + 0.05, hip[2] - 0.27), (0, hip[1] - 0.15, hip[2] - 0.34), (0, hip[1] - 0.3, hip[2] - 0.31)]
    builder.add("tail", tube(tail, 0.022), MAIN)
    builder.add("tail", sphere(0.035, 0.065, 0.035).move(*tail[-1]), "dark grey", "fur")
    if builder.pose is None:
        for z in (chest[2] + 0.03, hip[2] + 0.0):
            for turn in (-32, 0, 32):
                nail = bead(0.03, 0.03, 0.016).move(0, 0.04, 0.118).turn(y=turn)
                builder.add("toenail", pair(nail.move(frame.spread, 0, z)), "cream")
    if builder.chance(0.35):
        blanket = sphere(0.3, 0.3, 0.2).keep(lambda p: 0.02 - p[:, 1])
        builder.add("blanket", blanket.move(*along(hip, chest, 0.45)), ACCENT, "cloth")


def _big_cat(builder: Builder) -> tuple[list[Primitive], Joint, Stand]:
    """Blobs of a lion's or tiger's body and head, without ears and mane."""
    frame = Frame(
        builder.vary(0.64, 0.06), builder.vary(0.45, 0.06), 0.2, 0.175, (0.09, 0.068), (0.08, 0.058, 0.1), 0.11
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.25))
    head = (0.0, stand.chest[1] + 0.24, stand.chest[2] + 0.2)
    primitives = [*stand.primitives, Capsule(stand.chest, head, 0.16, 0.14), Ellipsoid(head, (0.185, 0.175, 0.165))]
    primitives += [
        Capsule(
            (0, head[1] - 0.06, head[2] + 0.06), (0, head[1] - 0.075, head[2] + 0.17), 0.1, 0.085, "muzzle", "cream"
        )
    ]
    return primitives, head, stand


def _big_cat_face(builder: Builder, head: Joint, ear: str) -> None:
    _, y, z = head
    builder.add("ear", pair(sphere(0.07, 0.07, 0.035).move(0.15, y + 0.16, z + 0.0)), ear, "fur")
    builder.add("ear", pair(sphere(0.042, 0.042, 0.02).move(0.15, y + 0.158, z + 0.028)), "cream")
    eyes(builder, 0.078, y + 0.045, z + 0.14, 0.033)
    builder.add("nose", sphere(0.045, 0.03, 0.03).move(0, y - 0.02, z + 0.245), "dark brown", "glossy")
    muzzle_smile(builder, (0, y - 0.06, z + 0.255), 0.07, 0.01)


def lion(builder: Builder) -> None:
    """A lion: great mane round the face, tufted tail."""
    primitives, head, stand = _big_cat(builder)
    full = builder.vary(0.155, 0.12)
    for i in range(11):
        angle = 2 * math.pi * i / 11
        at = (0.2 * math.cos(angle), head[1] + 0.01 + 0.2 * math.sin(angle), head[2] - 0.02)
        primitives.append(Ellipsoid(at, (full * 0.62, full * 0.62, full * 0.55), part="mane", colour=ACCENT))
    primitives += [Ellipsoid((0, head[1] - 0.05, head[2] - 0.16), (0.23, 0.26, 0.15), part="mane", colour=ACCENT)]
    primitives += [
        Ellipsoid((0, stand.chest[1] - 0.02, stand.chest[2] + 0.08), (0.16, 0.2, 0.14), part="mane", colour=ACCENT)
    ]
    primitives += _tail(builder, stand, ACCENT, 0.08)
    builder.blend("body", primitives, MAIN, "fur", smooth=0.05, detail=66)
    _big_cat_face(builder, head, MAIN)


def tiger(builder: Builder) -> None:
    """A tiger: black stripes round body, legs and tail, white cheeks and chest."""
    primitives, head, stand = _big_cat(builder)
    primitives += both(
        Ellipsoid((0.14, head[1] - 0.08, head[2] + 0.04), (0.085, 0.075, 0.08), part="cheek", colour=ACCENT)
    )
    primitives += [
        Ellipsoid((0, stand.chest[1] - 0.08, stand.chest[2] + 0.1), (0.13, 0.14, 0.12), part="chest", colour=ACCENT)
    ]
    primitives += [band(stand.hip, stand.chest, 0.22 * i - 0.05, 0.19 + 0.006 * i, "black") for i in range(5)]
    for x, lean in ((0.0, 0.0), (0.09, 25.0), (-0.09, -25.0)):
        primitives.append(
            Ellipsoid((x, head[1] + 0.15, head[2] + 0.07), (0.018, 0.06, 0.055), (0, 0, lean), "stripe", "black")
        )
    primitives += _tail(builder, stand, "black", 0.05)
    builder.blend("body", primitives, MAIN, "fur", smooth=0.045, detail=66)
    _big_cat_face(builder, head, MAIN)
    for side in (-1, 1):
        for i in range(2):
            bar = [
                (side * 0.165, head[1] + 0.03 - 0.055 * i, head[2] + 0.1),
                (side * 0.2, head[1] + 0.04 - 0.06 * i, head[2] + 0.0),
            ]
            builder.add("stripe", tube(bar, 0.016, count=3, sides=8), "black")


def _tail(builder: Builder, stand: Stand, tip: str, tuft: float) -> list[Primitive]:
    """A long tail that ends in a tuft."""
    _, y, z = stand.hip
    lift = builder.between(-0.1, 0.35)
    swing = builder.between(-0.25, 0.25)
    path = [
        (0, y + 0.08, z - 0.1),
        (swing * 0.3, y + 0.1, z - 0.3),
        (swing, max(y - 0.02 + lift, 0.08), z - 0.42),
        (swing * 1.4, max(y + 1.5 * lift, 0.08), z - 0.5),
    ]
    points = [tuple(p) for p in curve(path, 9)]
    banded = tip == "black"
    rope = [
        Capsule(a, b, 0.042, 0.04, "tail", tip if banded and i % 2 else MAIN)
        for i, (a, b) in enumerate(pairwise(points))
    ]
    return [*rope, Ellipsoid(points[-1], tuft, part="tail", colour=tip)]


def giraffe(builder: Builder) -> None:
    """A giraffe: very long neck and legs, brown patches, horns with knobs."""
    frame = Frame(
        builder.vary(0.44, 0.06),
        builder.vary(0.66, 0.05),
        0.17,
        0.15,
        (0.075, 0.045),
        (0.055, 0.05, 0.06),
        0.09,
        foot_part="hoof",
        foot_colour="dark brown",
    )
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.92, 0.08), chest[2] + builder.vary(0.32, 0.15))
    nose = (0.0, head[1] - 0.08, head[2] + 0.2)
    neck = (0.0, chest[1] + 0.05, chest[2] + 0.03)
    primitives = [*stand.primitives, Capsule(neck, head, 0.115, 0.065), Ellipsoid(head, (0.095, 0.095, 0.11))]
    primitives += [
        Capsule(head, nose, 0.085, 0.065),
        Ellipsoid(nose, (0.075, 0.062, 0.06), part="muzzle", colour="cream"),
    ]
    for i in range(5):
        share = 0.08 + 0.2 * i
        at = along(neck, head, share)
        for k in range(3):
            angle = 2.1 * k + 0.8 * i
            primitives.append(
                spot_on(at, (math.cos(angle), 0.2, math.sin(angle)), 0.09 - 0.03 * share, 0.11 - 0.05 * share)
            )
    for i in range(5):
        for side in (-1, 0, 1):
            angle = side * 1.2 + builder.between(-0.2, 0.2)
            at = along(hip, chest, 0.25 * i)
            primitives.append(spot_on(at, (math.sin(angle), math.cos(angle), 0), builder.between(0.075, 0.1), 0.155))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.06, detail=68)
    horn = capsule((0.04, head[1] + 0.07, head[2] - 0.02), (0.05, head[1] + 0.18, head[2] - 0.03), 0.02)
    builder.add("horn", pair(horn), MAIN)
    builder.add("horn", pair(bead(0.034).move(0.05, head[1] + 0.19, head[2] - 0.03)), ACCENT)
    ear = sphere(0.075, 0.035, 0.022).turn(z=18).move(0.135, head[1] + 0.06, head[2] - 0.04)
    builder.add("ear", pair(ear), MAIN, "fur")
    side_eyes(builder, 0.082, head[1] + 0.025, head[2] + 0.05, 0.03)
    builder.add("nostril", pair(bead(0.015).move(0.03, nose[1] + 0.02, nose[2] + 0.055)), "dark brown")
    crest = [along(neck, head, s) for s in (0.1, 0.4, 0.7, 1.0)]
    mane = tube([(0, y + 0.03, z - 0.115 + 0.05 * i / 3) for i, (_, y, z) in enumerate(crest)], 0.035)
    builder.add("mane", mane, ACCENT, "fur")
    path = [(0, hip[1] + 0.08, hip[2] - 0.12), (0, hip[1] - 0.05, hip[2] - 0.2), (0, hip[1] - 0.25, hip[2] - 0.19)]
    builder.add("tail", tube(path, 0.018), MAIN)
    builder.add("tail", sphere(0.035, 0.07, 0.035).move(0, hip[1] - 0.28, hip[2] - 0.19), ACCENT, "fur")
