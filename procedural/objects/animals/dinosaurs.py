"""Builders of dinosaurs: the upright meat eater (Tyrannosaurus), the long-necked and the three-horned plant eaters."""

from __future__ import annotations

import math
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Make
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ball, Blob, Limb, both
from procedural.geometry.shapes import bead, cone, join, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes, side_eyes
from procedural.objects.parts.quadruped import Frame, along, four_legs, spot_on


def tyrannosaur(make: Make) -> None:
    """A Tyrannosaurus: huge toothed jaws, tiny arms, strong hind legs, thick tail, stripes down the back."""
    hip = (0.0, make.vary(0.5, 0.06), -0.06)
    chest, head = (0.0, hip[1] + 0.15, 0.2), (0.0, hip[1] + make.vary(0.38, 0.08), 0.42)
    swing, gape = make.between(-0.25, 0.25), make.between(0.05, 0.14)
    path = [
        hip,
        (swing * 0.2, hip[1] - 0.04, -0.4),
        (swing * 0.7, hip[1] - 0.1, -0.7),
        (swing * 1.4, hip[1] - 0.02, -0.95),
    ]
    tail = [(float(x), float(y), float(z)) for x, y, z in curve(path, 10)]
    blobs: list[Blob] = [Limb(hip, chest, 0.2, 0.175), Limb(chest, head, 0.15, 0.13), Ball(head, (0.17, 0.16, 0.18))]
    blobs += [Limb(a, b, 0.18 - 0.017 * i, 0.163 - 0.017 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))]
    blobs += [Limb((0, head[1] + 0.02, head[2] + 0.1), (0, head[1] + gape * 0.3, head[2] + 0.33), 0.135, 0.105, "jaw")]
    blobs += [
        Limb(
            (0, head[1] - 0.11, head[2] + 0.06), (0, head[1] - 0.12 - gape, head[2] + 0.27), 0.095, 0.07, "jaw", ACCENT
        )
    ]
    blobs += both(Ball((0.09, head[1] + 0.13, head[2] + 0.08), (0.05, 0.045, 0.06), part="brow"))
    blobs += [
        Limb((0, hip[1] - 0.06, hip[2] + 0.1), (0, chest[1] - 0.02, chest[2] + 0.07), 0.16, 0.14, "belly", ACCENT)
    ]
    for side in (-1, 1):
        stride = 0.14 * side if make.pose == "running" else 0.03 * side
        knee, ankle = (side * 0.17, 0.32, 0.1 + stride), (side * 0.16, 0.14, -0.06 + stride)
        foot = (side * 0.16, 0.04, 0.05 + stride)
        blobs += [
            Limb((side * 0.12, hip[1] - 0.02, hip[2]), knee, 0.145, 0.1, "leg"),
            Limb(knee, ankle, 0.09, 0.06, "leg"),
        ]
        blobs += [
            Limb(ankle, foot, 0.06, 0.055, "leg"),
            Ball((foot[0], 0.045, foot[2] + 0.06), (0.09, 0.05, 0.13), part="foot"),
        ]
        elbow, hand = (side * 0.18, chest[1] - 0.09, chest[2] + 0.1), (side * 0.13, chest[1] - 0.12, chest[2] + 0.23)
        blobs += [
            Limb((side * 0.12, chest[1] - 0.03, chest[2] + 0.07), elbow, 0.05, 0.04, "arm"),
            Limb(elbow, hand, 0.04, 0.036, "arm"),
        ]
        for k in (-1, 0, 1):
            claw = cone(0.026, 0.075, sides=10).turn(x=88)
            make.add("claw", claw.move(foot[0] + 0.055 * k, 0.03, foot[2] + 0.19), "cream")
    for a in tail[1:6]:
        blobs.append(
            Ball((a[0], a[1] + 0.13 + 0.018 * a[2], a[2]), (0.075, 0.035, 0.03), part="stripe", colour="dark green")
        )
    make.blend("body", blobs, MAIN, None, smooth=0.06, detail=70)
    _jaws(make, head, gape)


def _jaws(make: Make, head: Joint, gape: float) -> None:
    """Eyes, nostrils and two rows of teeth."""
    _, y, z = head
    eyes(make, 0.1, y + 0.12, z + 0.125, 0.04)
    make.add("nostril", pair(bead(0.02).move(0.05, y + 0.075, z + 0.415)), "black")
    for i in range(5):
        share = i / 4
        x, deep = 0.125 - 0.03 * share, z + 0.15 + 0.21 * share
        fang = cone(0.024, 0.075, sides=8)
        make.add("tooth", pair(fang.turn(x=180).move(x, y - 0.08 + gape * 0.3 * share, deep)), "white")
        make.add("tooth", pair(fang.scale(0.8).move(x * 0.62, y - 0.055 - gape * share * 0.8, deep - 0.05)), "white")


def brachiosaur(make: Make) -> None:
    """A long-necked dinosaur: barrel body on pillar legs, swan-like neck with a small head, long tail."""
    frame = Frame(0.46, make.vary(0.4, 0.06), 0.25, 0.25, (0.115, 0.09), (0.095, 0.06, 0.1), 0.15)
    stand = four_legs(make, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + make.vary(0.66, 0.1), chest[2] + make.vary(0.42, 0.12))
    bend = [chest, (0, chest[1] + 0.22, chest[2] + 0.25), (0, head[1] - 0.2, head[2] - 0.1), head]
    swing = make.choose((-1, 1)) * make.between(0.1, 0.35)
    path = [
        hip,
        (swing * 0.3, hip[1] - 0.08, hip[2] - 0.35),
        (swing, hip[1] - 0.24, hip[2] - 0.6),
        (swing * 1.8, hip[1] - 0.22, hip[2] - 0.78),
    ]
    neck, tail = ([(float(x), float(y), float(z)) for x, y, z in curve(line, 9)] for line in (bend, path))
    blobs = [*stand.blobs]
    blobs += [Limb(a, b, 0.19 - 0.016 * i, 0.174 - 0.016 * i, "neck") for i, (a, b) in enumerate(pairwise(neck))]
    blobs += [Limb(a, b, 0.2 - 0.022 * i, 0.178 - 0.022 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))]
    blobs += [
        Ball((0, head[1] + 0.02, head[2] + 0.03), (0.11, 0.105, 0.12)),
        Limb(head, (0, head[1] - 0.03, head[2] + 0.17), 0.085, 0.075, "muzzle"),
    ]
    blobs += [Ball((0, chest[1] - 0.09, 0), (0.2, 0.2, 0.36), part="belly", colour=ACCENT)]
    for _ in range(make.count(7, 10)):
        angle = make.between(-1.3, 1.3)
        blobs.append(
            spot_on(
                along(hip, chest, make.between(-0.1, 1.1)),
                (math.sin(angle), math.cos(angle), 0),
                make.between(0.07, 0.13),
                0.245,
            )
        )
    make.blend("body", blobs, MAIN, None, smooth=0.07, detail=68)
    side_eyes(make, 0.096, head[1] + 0.05, head[2] + 0.06, 0.03)
    make.add("nostril", pair(bead(0.014).move(0.03, head[1] + 0.015, head[2] + 0.24)), "black")
    smile = [
        (-0.08, head[1] - 0.03, head[2] + 0.16),
        (0, head[1] - 0.065, head[2] + 0.235),
        (0.08, head[1] - 0.03, head[2] + 0.16),
    ]
    make.add("mouth", tube(smile, 0.01, count=12, sides=8), "dark green")


def triceratops(make: Make) -> None:
    """A Triceratops: bony frill behind the head, three horns, beak, sturdy legs."""
    frame = Frame(0.5, make.vary(0.38, 0.06), 0.235, 0.235, (0.11, 0.085), (0.09, 0.06, 0.095), 0.145)
    stand = four_legs(make, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.08, chest[2] + 0.32)
    blobs = [*stand.blobs, Limb(chest, head, 0.18, 0.16), Ball(head, (0.165, 0.16, 0.17))]
    blobs += [Limb(head, (0, head[1] - 0.09, head[2] + 0.24), 0.13, 0.06, "beak")]
    blobs += [
        Limb(hip, (0, hip[1] - 0.1, hip[2] - 0.36), 0.2, 0.11, "tail"),
        Limb((0, hip[1] - 0.1, hip[2] - 0.36), (0, hip[1] - 0.24, hip[2] - 0.62), 0.11, 0.03, "tail"),
    ]
    make.blend("body", blobs, MAIN, None, smooth=0.07, detail=64)
    wide, lean = make.vary(0.33, 0.08), make.between(-38, -25)
    at = (0.0, head[1] + 0.15, head[2] - 0.05)
    make.add("frill", sphere(wide, wide * 0.9, 0.05).turn(x=lean).move(*at), MAIN)
    make.add("frill", sphere(wide * 0.82, wide * 0.74, 0.05).move(z=0.022).turn(x=lean).move(*at), ACCENT)
    for i in range(9):
        knob = cone(0.04, 0.09, sides=10).move(y=wide * 0.95).turn(z=-104 + 26 * i).scale(1, 0.9, 1)
        make.add("frill", knob.turn(x=lean).move(*at), MAIN, None, 0.85)
    long = make.vary(0.34, 0.1)
    horn = [
        (0.09, head[1] + 0.12, head[2] + 0.06),
        (0.12, head[1] + 0.2, head[2] + 0.06 + long * 0.6),
        (0.1, head[1] + 0.3, head[2] + 0.06 + long),
    ]
    make.add("horn", pair(tube(horn, [0.05, 0.04, 0.006])), "cream")
    make.add("horn", cone(0.042, 0.14, sides=14).turn(x=35).move(0, head[1] + 0.05, head[2] + 0.24), "cream")
    eyes(make, 0.125, head[1] + 0.05, head[2] + 0.115, 0.034)
    make.add("nostril", pair(bead(0.018).move(0.05, head[1] - 0.045, head[2] + 0.26)), "black")
    for z in (chest[2], hip[2]):
        if make.pose is None:
            toes = join(*(bead(0.03, 0.026, 0.018).move(z=0.105).turn(y=turn) for turn in (-35, 0, 35)))
            make.add("toenail", pair(toes.move(frame.spread, 0.03, z)), "cream")
