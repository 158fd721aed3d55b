"""Builders of great beasts of tales: dragon, sea serpent, unicorn. `bat_wing` is shared with the demon."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, capsule, cone, lathe, pair, sphere, torus
from procedural.geometry.sweeps import curve, prism, star, tube
from procedural.objects.animals.hoofed import equine
from procedural.objects.parts.quadruped import STRIDING, Frame, Stand, along, four_legs


def bat_wing(builder: Builder, root: Joint, span: float, lift: float, sweep: float, skin: str, shade: float) -> None:
    """A pair of bat wings from the shoulder `root`: arm and finger bones, a scalloped skin between them.

    `lift` and `sweep` in degrees turn it up and back. Bones are in the main colour.
    """
    x, y, z = root
    s = span
    outline = [
        (0, 0.05),
        (0.1, 0.26),
        (0.27, 0.52),
        (0.55, 0.62),
        (1.0, 0.5),
        (0.82, 0.28),
        (0.86, 0.02),
        (0.6, 0.05),
        (0.5, -0.22),
        (0.3, -0.02),
        (0.0, -0.12),
    ]
    web = prism([(a * s, b * s) for a, b in outline], 0.03 * s)
    bones = tube([(0, 0, 0), (0.13 * s, 0.3 * s, 0), (0.3 * s, 0.56 * s, 0)], [0.06 * s, 0.045 * s], count=8)
    for end in ((1.0, 0.5), (0.86, 0.02), (0.5, -0.22)):
        finger = [
            (0.3 * s, 0.56 * s, 0),
            (0.3 * s + (end[0] - 0.3) * 0.55 * s, 0.56 * s + (end[1] - 0.56) * 0.4 * s, 0.03 * s),
            (end[0] * s, end[1] * s, 0),
        ]
        bones = bones + tube(finger, [0.042 * s, 0.03 * s, 0.012 * s], count=8, sides=10)
    claw = cone(0.045 * s, 0.14 * s, sides=12).turn(z=20).move(0.28 * s, 0.64 * s)
    for shape, colour, tone in ((web, skin, shade), (bones, MAIN, 1.0), (claw, "cream", 1.0)):
        builder.add("wing", pair(shape.turn(z=lift).turn(y=sweep).move(x, y, z)), colour, None, tone)


def dragon(builder: Builder) -> None:
    """A dragon: bat wings, horned head on a curved neck, spines down the back, long tail; some breathe fire."""
    long, tall = builder.vary(0.5, 0.08), builder.vary(0.4, 0.06)
    frame = Frame(long, tall, 0.2, 0.2, (0.105, 0.07), (0.085, 0.055, 0.115), 0.145)
    stand = four_legs(builder, frame, sits=builder.chance(0.4))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.5, 0.08), chest[2] + builder.vary(0.24, 0.15))
    bend = [(0, chest[1], chest[2] + 0.02), (0, chest[1] + 0.2, chest[2] + 0.16), (0, head[1] - 0.12, head[2] - 0.14)]
    neck = _joints([*bend, head], 7)
    swing, low = builder.choose((-1, 1)) * builder.between(0.15, 0.5), 0.09 if stand.sits else hip[1]
    root = [(0, low + 0.03, hip[2] - 0.05), (swing * 0.2, low * 0.65 + 0.03, hip[2] - 0.36)]
    tail = _joints([*root, (swing, 0.14, hip[2] - 0.55), (swing * 1.7, 0.3, hip[2] - 0.42)], 10)
    grow = builder.between(1.15, 1.35)
    primitives = [*stand.primitives, *_dragon_trunk(stand, neck, tail), *_dragon_head(head, grow)]
    builder.blend("body", primitives, MAIN, None, smooth=0.055, detail=72)
    _dragon_face(builder, head, grow)
    _spikes(builder, neck, tail, stand)
    spade = prism([(0, -0.1), (0.12, 0.0), (0.045, 0.0), (0, 0.2), (-0.045, 0.0), (-0.12, 0.0)], 0.05)
    x, y, z = tail[-1]
    builder.add("tail", spade.turn(z=-30 * math.copysign(1, swing)).move(x, y + 0.03, z), ACCENT)
    if builder.pose not in STRIDING:
        for claw_z in (chest[2] + 0.17, *(() if stand.sits else (hip[2] + 0.13,))):
            for toe in (-0.05, 0.0, 0.05):
                claw = cone(0.022, 0.06, sides=10).turn(x=80)
                builder.add("claw", pair(claw.move(frame.spread + toe, 0.028, claw_z)), "cream")
    lift = 18 if builder.pose == "flying" else builder.between(-5, 15)
    sheer = ACCENT if builder.chance(0.35) else MAIN
    shoulder = (0.1, chest[1] + 0.13, chest[2] - 0.12)
    span, sweep = builder.vary(0.72, 0.1), builder.between(18, 42)
    bat_wing(builder, shoulder, span, lift, sweep, sheer, 1.0 if sheer == ACCENT else 0.62)
    if builder.pose == "breathing fire" or builder.chance(0.12):
        _flame(builder, (0.0, head[1] - 0.06 * grow, head[2] + 0.36 * grow))


def _dragon_trunk(stand: Stand, neck: Sequence[Joint], tail: Sequence[Joint]) -> list[Primitive]:
    """Neck, tail and a plated belly from throat to hips."""
    hip, chest = stand.hip, stand.chest
    primitives: list[Primitive] = [
        Ellipsoid((0, (hip[1] + chest[1]) / 2 - 0.02, (hip[2] + chest[2]) / 2), (0.2, 0.2, 0.22))
    ]
    primitives += [Capsule(a, b, 0.155 - 0.012 * i, 0.143 - 0.012 * i) for i, (a, b) in enumerate(pairwise(neck))]
    primitives += [
        Capsule(a, b, 0.14 - 0.012 * i, 0.128 - 0.012 * i, "tail") for i, (a, b) in enumerate(pairwise(tail))
    ]
    low = (0.0, chest[1] - 0.03, chest[2] + 0.075)
    throat = [low, *((x, y - 0.015, z + 0.045) for x, y, z in neck[1:6])]
    for i, (a, b) in enumerate(pairwise(throat)):
        primitives.append(Capsule(a, b, 0.125 - 0.012 * i, 0.113 - 0.012 * i, "belly", ACCENT))
    return [*primitives, Capsule((0, hip[1] - 0.05, hip[2] + 0.1), low, 0.165, 0.155, "belly", ACCENT)]


def _spikes(builder: Builder, neck: Sequence[Joint], tail: Sequence[Joint], stand: Stand) -> None:
    """Spikes down neck, back and tail."""
    spine = [(x, y + 0.13, z - 0.09) for x, y, z in neck[5:0:-1]]
    out = np.array([0, 0.12, -0.16] if stand.sits else [0, 0.19, -0.06])
    ridge = [along(stand.chest, stand.hip, share) + out for share in (0.25, 0.6, 0.95)]
    spine += [(float(x), float(y), float(z)) for x, y, z in ridge]
    spine += [(x, y + 0.13 - 0.01 * i, z) for i, (x, y, z) in enumerate(tail[2:8])]
    for i, (x, y, z) in enumerate(spine):
        size = 1.25 - abs(i - len(spine) / 2) * 0.07
        spike = cone(0.05 * size, 0.16 * size, sides=10).scale(0.6, 1, 1.15).turn(x=-35 if i < 5 else -15)
        builder.add("spike", spike.move(x, y, z), ACCENT)


def _joints(points: Sequence[Joint], count: int) -> list[Joint]:
    return [(float(x), float(y), float(z)) for x, y, z in curve(points, count)]


def _dragon_head(head: Joint, grow: float) -> list[Primitive]:
    """Skull, snout with nostrils, jaw, brows; `grow` times as large as drawn."""
    return [_grown(primitive, head, grow) for primitive in _skull(head)]


def _grown(primitive: Primitive, about: Joint, grow: float) -> Primitive:
    """The ball or rod stretched about a point."""
    middle = np.array(about)
    if isinstance(primitive, Capsule):
        start, end = (middle + grow * (np.asarray(p) - middle) for p in (primitive.start, primitive.end))
        last = primitive.radius if primitive.end_radius is None else primitive.end_radius
        return replace(primitive, start=start, end=end, radius=primitive.radius * grow, end_radius=last * grow)
    if isinstance(primitive, Ellipsoid):
        centre = middle + grow * (np.asarray(primitive.centre) - middle)
        return replace(primitive, centre=centre, radius=grow * np.broadcast_to(primitive.radius, (3,)))
    raise TypeError("only balls and rods grow")


def _skull(head: Joint) -> list[Primitive]:
    _, y, z = head
    primitives: list[Primitive] = [
        Ellipsoid((0, y + 0.02, z + 0.02), (0.145, 0.125, 0.15)),
        Capsule((0, y - 0.015, z + 0.1), (0, y - 0.03, z + 0.28), 0.1, 0.088, "snout"),
        Capsule((0, y - 0.085, z + 0.08), (0, y - 0.1, z + 0.25), 0.075, 0.06, "jaw", ACCENT),
    ]
    primitives += both(Ellipsoid((0.05, y + 0.035, z + 0.315), 0.045, part="snout"))
    return [*primitives, *both(Ellipsoid((0.085, y + 0.105, z + 0.06), (0.05, 0.045, 0.06), part="brow"))]


def _dragon_face(builder: Builder, head: Joint, grow: float) -> None:
    """Eyes, nostrils, teeth, horns and frilled ears, `grow` times as large as drawn."""
    features = replace(builder, parts=[])
    _draw_face(features, head)
    for part in features.parts:
        shape = part.shape.move(*(-np.array(head))).scale(grow).move(*head)
        builder.add(part.name, shape, part.colour, part.material, part.shade)


def _draw_face(builder: Builder, head: Joint) -> None:
    _, y, z = head
    builder.add(
        "eye",
        pair(sphere(0.055, 0.055, 0.04).turn(y=35).move(0.097, y + 0.06, z + 0.115)),
        builder.choose(["yellow", "amber", "white"]),
        "glossy",
    )
    builder.add("eye", pair(bead(0.024, 0.04, 0.024).turn(y=35).move(0.118, y + 0.06, z + 0.142)), "black", "glossy")
    builder.add("nostril", pair(bead(0.017).move(0.055, y + 0.045, z + 0.357)), "black")
    for i in range(4):
        fang = cone(0.017, 0.05 + 0.02 * (i == 3), sides=8).turn(x=180)
        builder.add("tooth", pair(fang.move(0.093 - 0.006 * i, y - 0.085, z + 0.14 + 0.05 * i)), "white")
    back = builder.between(0.12, 0.24)
    horn = [(0.07, y + 0.11, z - 0.03), (0.11, y + 0.24, z - 0.06 - back * 0.4), (0.12, y + 0.31, z - 0.06 - back)]
    builder.add("horn", pair(tube(horn, [0.042, 0.034, 0.006])), "cream")
    frill = prism([(0, -0.04), (0.17, 0.05), (0.1, 0.0), (0.15, -0.06), (0.06, -0.07)], 0.025)
    builder.add("ear", pair(frill.turn(y=30).move(0.125, y + 0.02, z - 0.02)), ACCENT)


def _flame(builder: Builder, mouth: Joint) -> None:
    """A burst of fire that widens forward from the mouth: yellow, then orange, then red tongues."""
    x, y, z = mouth
    for start, end, wide, colour in (
        (-0.12, 0.16, 0.07, "yellow"),
        (0.04, 0.32, 0.105, "orange"),
        (0.2, 0.5, 0.13, "red"),
    ):
        primitive = sphere(wide, wide, (end - start) / 2).move(x, y - 0.03 * start, z + (start + end) / 2)
        builder.add("flame", primitive, colour, "glow")
    for turn in range(0, 360, 60):
        tongue = cone(0.05, 0.2, sides=10).turn(x=90).move(y=0.08, z=0.5).turn(z=turn)
        builder.add("flame", tongue.move(x, y, z), "red" if turn % 120 else "orange", "glow")


def sea_serpent(builder: Builder) -> None:
    """A sea monster: humps of a long body rising from the water, crested head on a tall neck, tail tip."""
    tall = builder.vary(0.75, 0.1)
    primitives: list[Primitive] = []
    neck = _joints([(0, 0.04, 0.32), (0, 0.24, 0.42), (0, tall * 0.65, 0.36), (0, tall, 0.46)], 8)
    primitives += [Capsule(a, b, 0.15 - 0.008 * i, 0.142 - 0.008 * i) for i, (a, b) in enumerate(pairwise(neck))]
    primitives += [
        Capsule(
            (x, y - 0.01, z + 0.045), (u, v - 0.01, w + 0.045), 0.125 - 0.008 * i, 0.117 - 0.008 * i, "belly", ACCENT
        )
        for i, ((x, y, z), (u, v, w)) in enumerate(pairwise(neck[1:]))
    ]
    humps = ((0.14, -0.02, 0.28, 0.145), (-0.42, 0.0, 0.24, 0.12))
    for middle, x, high, thick in humps:
        arch = _joints(
            [
                (x, 0.03, middle + 0.18),
                (x, high * 0.8, middle + 0.1),
                (x, high, middle),
                (x, high * 0.8, middle - 0.12),
                (x, 0.03, middle - 0.2),
            ],
            8,
        )
        primitives += [Capsule(a, b, thick, thick) for a, b in pairwise(arch)]
        for _, y, z in arch[2:-2]:
            builder.add("spike", cone(0.06, 0.16, sides=10).scale(0.5, 1, 1).move(x, y + thick + 0.03, z), ACCENT)
    tip = _joints([(0, -0.02, -0.72), (0, 0.17, -0.8), (0, 0.38, -0.76)], 5)
    primitives += [Capsule(a, b, 0.09 - 0.014 * i, 0.076 - 0.014 * i, "tail") for i, (a, b) in enumerate(pairwise(tip))]
    head = neck[-1]
    grow = 1.15
    primitives += _dragon_head(head, grow)
    builder.blend("body", primitives, MAIN, "glossy", smooth=0.05, detail=70)
    _dragon_face(builder, head, grow)
    fluke = prism([(0, -0.08), (0.2, 0.12), (0.16, 0.2), (0, 0.1), (-0.16, 0.2), (-0.2, 0.12)], 0.035)
    builder.add("tail", fluke.turn(y=80).move(0, 0.4, -0.76), ACCENT)
    for i in range(4):
        _, y, z = neck[3 + i]
        builder.add("spike", cone(0.055, 0.16, sides=10).scale(0.5, 1, 1).turn(x=-75).move(0, y, z - 0.17), ACCENT)
    water = lathe([(0, -0.12), (0.5, -0.12), (0.56, -0.07), (0.53, -0.02), (0, 0.0)], sides=60).scale(1, 1, 1.75)
    builder.add("water", water.move(z=-0.12), "sky blue", "glass")
    for middle, reach in ((0.35, 0.22), (0.14, 0.2), (-0.42, 0.17), (-0.72, 0.14)):
        builder.add("water", torus(reach, 0.022).move(y=0.0, z=middle), "white")


def unicorn(builder: Builder) -> None:
    """A unicorn: a white horse with a golden spiral horn and a rainbow mane."""
    colours = builder.choose(
        [
            ("hot pink", "violet", "cyan"),
            ("red", "yellow", "green", "blue", "violet"),
            ("lavender", "pink", "sky blue"),
            ("hot pink", "amber", "turquoise"),
        ]
    )
    head = equine(builder, colours)
    _, y, z = head.hip
    tall = builder.vary(0.36, 0.12)
    base, tip = np.array([0, y + 0.1, z + 0.06]), np.array([0, y + 0.1 + tall * 0.9, z + 0.06 + tall * 0.45])
    builder.add("horn", capsule(base, tip, 0.05, 0.008), ACCENT, "metal")
    t = np.linspace(0, 1, 50)
    around = 2 * math.pi * 4 * t
    reach = 0.05 - 0.04 * t
    twist = base + t[:, None] * (tip - base) + np.stack([reach * np.cos(around), 0 * t, reach * np.sin(around)], -1)
    builder.add("horn", tube(twist, 0.014, straight=True, sides=8), ACCENT, "metal", 0.8)
    if builder.chance(0.5):
        _, y, z = head.chest
        builder.add(
            "star",
            pair(star(0.09, 0.04).turn(y=90).move(0.185, y + 0.02, z - 0.42)),
            builder.choose(["hot pink", "gold", "violet"]),
        )
