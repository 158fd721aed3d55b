"""Builders of reptiles and amphibians: turtle, frog, crocodile, snake."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, cone, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.quadruped import spot_on


def turtle(builder: Builder) -> None:
    """A turtle: domed shell with plates, four stubby legs, long neck, friendly face."""
    wide, tall = builder.vary(0.36, 0.06), builder.vary(0.28, 0.12)
    builder.add("shell", dome(wide, tall).scale(1, 1, 1.15).move(y=0.16), ACCENT, "glossy")
    builder.add("shell", torus(wide, 0.045).scale(1, 1, 1.15).move(y=0.165), ACCENT, "glossy", 0.8)
    plate = cylinder(0.125, 0.05, top=0.1, sides=6)
    builder.add("plate", plate.scale(1, 1, 1.1).move(y=0.16 + tall), ACCENT, "glossy", 1.25)
    for i in range(6):
        lean = plate.scale(0.9).turn(x=52).move(y=0.16 + tall * 0.62, z=wide * 0.82).turn(y=60 * i)
        builder.add("plate", lean.scale(1, 1, 1.15), ACCENT, "glossy", 1.25)
    lift = builder.between(0.0, 0.15)
    head = (0.0, 0.3 + lift, wide * 1.15 + 0.2)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.15, 0), (wide * 0.93, 0.09, wide * 1.05)),
        Capsule((0, 0.17, wide * 0.9), head, 0.085, 0.08),
    ]
    primitives += [
        Ellipsoid(head, (0.115, 0.11, 0.125)),
        Capsule((0, 0.13, -wide), (0, 0.08, -wide - 0.2), 0.05, 0.012, "tail"),
    ]
    for x, z in ((wide * 0.72, wide * 0.75), (wide * 0.72, -wide * 0.75)):
        primitives += both(Capsule((x, 0.15, z), (x * 1.15, 0.06, z * 1.12), 0.095, 0.075, "leg"))
    builder.blend("body", primitives, MAIN, None, smooth=0.06, detail=60)
    add_eyes(builder, 0.06, head[1] + 0.04, head[2] + 0.09, 0.032)
    smile = [
        (-0.06, head[1] - 0.035, head[2] + 0.105),
        (0, head[1] - 0.055, head[2] + 0.118),
        (0.06, head[1] - 0.035, head[2] + 0.105),
    ]
    builder.add("mouth", tube(smile, 0.01, count=8, sides=8), "dark green")


def frog(builder: Builder) -> None:
    """A frog crouching: eyes on top of the head, wide mouth, folded hind legs, webbed toes."""
    wide = builder.vary(0.26, 0.08)
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.2, -0.05), (wide, 0.17, 0.27), (-18, 0, 0)),
        Ellipsoid((0, 0.33, 0.17), (wide * 0.92, 0.14, 0.17)),
        Ellipsoid((0, 0.2, 0.12), (wide * 0.82, 0.16, 0.19), part="belly", colour=ACCENT),
    ]
    primitives += both(Ellipsoid((0.13, 0.45, 0.17), 0.09, part="brow"))
    primitives += both(Ellipsoid((0.27, 0.17, -0.12), (0.1, 0.14, 0.2), (25, 12, 0), part="leg"))
    primitives += both(Capsule((0.3, 0.07, -0.22), (0.34, 0.045, 0.08), 0.06, 0.045, "leg"))
    primitives += both(Capsule((0.2, 0.24, 0.16), (0.25, 0.05, 0.26), 0.065, 0.045, "arm"))
    for at, turn in (((0.34, 0.028, 0.1), 10), ((0.26, 0.028, 0.28), 15)):
        for toe in (-32, 0, 32):
            a = math.radians(toe + turn)
            primitives += both(
                Capsule(at, (at[0] + 0.13 * math.sin(a), 0.025, at[2] + 0.13 * math.cos(a)), 0.026, 0.03, "foot")
            )
    for _ in range(builder.count(4, 6)):
        angle, z = builder.between(-0.9, 0.9), builder.between(-0.2, 0.03)
        out = (math.sin(angle), math.cos(angle), -0.3)
        primitives.append(
            spot_on(
                (0, 0.2 - 0.32 * z, z), out, size=builder.between(0.06, 0.085), trunk_radius=0.14, colour="dark green"
            )
        )
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.05, detail=60)
    builder.add("eye", pair(sphere(0.075, 0.075, 0.05).turn(x=-15, y=18).move(0.142, 0.465, 0.22)), "yellow", "glossy")
    builder.add("eye", pair(sphere(0.045, 0.038, 0.03).turn(y=18).move(0.152, 0.468, 0.258)), "black", "glossy")
    builder.add("eye", pair(bead(0.014).move(0.165, 0.49, 0.28)), "white")
    w = wide * 0.92
    smile = [
        (-w * 0.93, 0.36, 0.2),
        (-w * 0.6, 0.305, 0.31),
        (0, 0.285, 0.345),
        (w * 0.6, 0.305, 0.31),
        (w * 0.93, 0.36, 0.2),
    ]
    builder.add("mouth", tube(smile, 0.014), "maroon")
    builder.add("nostril", pair(bead(0.012).move(0.035, 0.385, 0.335)), "dark green")
    if builder.chance(0.3):
        crown = lathe([(0.08, 0), (0.1, 0), (0.115, 0.06), (0.09, 0.06)], closed=True)
        spike = cone(0.036, 0.09, sides=10).move(y=0.09, z=0.1)
        builder.add("crown", (crown + ring(spike, 6)).move(0, 0.45, 0.13), "gold", "metal")


def crocodile(builder: Builder) -> None:
    """A crocodile: long toothed jaws, ridged back, thick tail, short legs."""
    long = builder.vary(0.36, 0.08)
    swing = builder.choose((-1, 1)) * builder.between(0.15, 0.4)
    open_by = builder.between(0.04, 0.2)
    back = -long
    path = [
        (0, 0.2, 0.6 * back),
        (swing * 0.4, 0.17, back - 0.1),
        (swing, 0.12, back - 0.36),
        (swing * 1.6, 0.06, back - 0.46),
    ]
    tail = [tuple(p) for p in curve(path, 9)]
    primitives: list[Primitive] = [
        Capsule((0, 0.22, -long * 0.6), (0, 0.22, long * 0.6), 0.185, 0.185),
        Ellipsoid((0, 0.28, long + 0.08), (0.15, 0.12, 0.15)),
    ]
    primitives += [
        Capsule((0, 0.22, long * 0.6), (0, 0.27, long + 0.05), 0.16, 0.12),
        Ellipsoid((0, 0.15, 0), (0.16, 0.12, long * 0.9), part="belly", colour=ACCENT),
    ]
    primitives += [
        Capsule(a, b, 0.15 - 0.016 * i, 0.134 - 0.016 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))
    ]
    primitives += [
        Capsule((0, 0.3, long + 0.12), (0, 0.32 + open_by * 0.6, long + 0.47), 0.11, 0.085, "jaw"),
        Ellipsoid((0, 0.37 + open_by * 0.6, long + 0.47), 0.065, part="jaw"),
    ]
    primitives += [Capsule((0, 0.2, long + 0.1), (0, 0.2 - open_by * 0.4, long + 0.43), 0.085, 0.065, "jaw", ACCENT)]
    primitives += both(Ellipsoid((0.085, 0.4, long + 0.08), 0.062, part="brow"))
    for x, z in ((0.19, long * 0.5), (0.19, -long * 0.45)):
        primitives += both(Capsule((x * 0.6, 0.18, z), (x * 1.25, 0.06, z + 0.03), 0.085, 0.06, "leg"))
        primitives += both(Ellipsoid((x * 1.3, 0.04, z + 0.09), (0.075, 0.04, 0.1), part="foot"))
    builder.blend("body", primitives, MAIN, None, smooth=0.045, detail=72)
    for i in range(9):
        z = long * 0.75 - i * long * 0.17
        builder.add("ridge", pair(cone(0.04, 0.1, sides=8).move(0.065, 0.415, z)), MAIN, None, 0.75)
    for x, y, z in tail[1:-1]:
        builder.add("ridge", cone(0.04, 0.13, sides=8).move(x, y + 0.14 + (z + long) * 0.06, z), MAIN, None, 0.75)
    for i in range(6):
        z = long + 0.2 + 0.053 * i
        lift = open_by * 0.6 * (i + 1.5) / 6.5
        builder.add(
            "tooth", pair(cone(0.022, 0.06, sides=8).turn(x=180).move(0.09 - 0.003 * i, 0.255 + lift, z)), "white"
        )
        builder.add(
            "tooth",
            pair(cone(0.02, 0.055, sides=8).move(0.07 - 0.003 * i, 0.25 - open_by * 0.3 * i / 6, z - 0.02)),
            "white",
        )
    builder.add("eye", pair(bead(0.036).move(0.1, 0.425, long + 0.125)), "yellow", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.108, 0.432, long + 0.153)), "black", "glossy")


def snake(builder: Builder) -> None:
    """A snake coiled up with its head raised: bands, forked tongue."""
    turns = builder.between(2.0, 2.6)
    t = np.linspace(0, 1, 46)
    angle = 2 * math.pi * turns * t
    reach, thick = 0.4 * (1 - 0.55 * t), 0.105
    coil = np.stack([reach * np.sin(angle), 0.1 + 0.42 * t**1.15, reach * np.cos(angle)], -1)
    high = builder.vary(0.38, 0.15)
    top = coil[-1][1]
    last = coil[-1]
    neck = curve(
        [
            coil[-3],
            last,
            (last[0] * 0.3, top + 0.18, last[2] * 0.3 - 0.04),
            (0, top + high, -0.02),
            (0, top + high + 0.1, 0.14),
        ],
        14,
    )
    path = np.concatenate([coil[:-3], neck])
    radii = np.concatenate([np.interp(np.linspace(0, 1, 12), [0, 1], [0.015, thick]), np.full(len(path) - 12, thick)])
    radii[-12:] = np.linspace(thick, 0.075, 12)
    builder.add("body", tube(path, list(radii), straight=True, sides=18), MAIN, "glossy")
    for i in range(6, len(path) - 6, builder.count(4, 5)):
        band = tube(path[i : i + 2], [radii[i] * 1.06, radii[i + 1] * 1.06], straight=True, sides=18)
        builder.add("stripe", band, ACCENT, "glossy")
    head = (0.0, top + high + 0.12, 0.17)
    builder.add("head", sphere(0.125, 0.085, 0.165).move(*head), MAIN, "glossy")
    builder.add("eye", pair(sphere(0.042).move(0.08, head[1] + 0.055, head[2] + 0.05)), "yellow", "glossy")
    builder.add("eye", pair(bead(0.024, 0.03, 0.02).move(0.094, head[1] + 0.062, head[2] + 0.08)), "black", "glossy")
    tongue = [(0, head[1] - 0.03, head[2] + 0.14), (0, head[1] - 0.04, head[2] + 0.28)]
    builder.add("tongue", tube(tongue, 0.016, count=4), "red")
    fork = tube([tongue[1], (0.05, head[1] - 0.06, head[2] + 0.37)], [0.015, 0.008], count=4)
    builder.add("tongue", pair(fork), "red")
