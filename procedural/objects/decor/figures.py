"""Builders of statues, prizes and festive things: bust, chess piece, trophy, gift, wreath, frame. Front toward +z."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import star
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import bead, box, cone, cylinder, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def bust(builder: Builder) -> None:
    """A marble bust on a pedestal: shoulders, neck, a bearded or smooth face, curled hair or a laurel."""
    base = [(0, 0), (0.33, 0), (0.33, 0.08), (0.24, 0.12), (0.19, 0.24), (0.24, 0.32), (0.24, 0.36), (0, 0.36)]
    builder.add("pedestal", lathe(base), ACCENT, "marble")
    wide, long = builder.vary(0.4, 0.08), builder.vary(0.235, 0.06)
    y = 1.08
    primitives: list[Primitive] = [
        Ellipsoid((0, 0.58, 0), (wide, 0.2, 0.2)),
        Ellipsoid((0, 0.44, 0.02), (0.22, 0.16, 0.16)),
        Capsule((0, 0.6, -0.02), (0, 0.95, 0.02), 0.13, 0.115),
        Ellipsoid((0, y, 0.02), (0.2, long, 0.225)),
        Ellipsoid((0, y - 0.15, 0.08), (0.12, 0.1, 0.13)),
        Capsule((0, y + 0.04, 0.22), (0, y - 0.06, 0.28), 0.028, 0.045),
        *both(Ellipsoid((0.08, y + 0.06, 0.2), (0.075, 0.025, 0.045))),
        *both(Ellipsoid((0.205, y - 0.01, 0.0), (0.03, 0.065, 0.045))),
        Ellipsoid((0, y - 0.135, 0.215), (0.062, 0.018, 0.03)),
        Ellipsoid((0, y - 0.17, 0.21), (0.05, 0.018, 0.03)),
    ]
    if builder.chance(0.5):
        primitives += [Ellipsoid((0.075 * i, y - 0.23, 0.13 - 0.03 * abs(i)), (0.075, 0.13, 0.08)) for i in (-1, 0, 1)]
    builder.blend("statue", primitives, MAIN, "marble", smooth=0.05, detail=60)
    builder.add("statue", pair(sphere(0.042, 0.026, 0.03).move(0.082, y + 0.015, 0.213)), MAIN, "marble", 0.62)
    curls = builder.vary(0.07, 0.15)
    for i in range(58):
        lift, turn = -0.35 + 1.33 * (i + 0.5) / 58, i * 2.39996
        flat = math.sqrt(max(0.0, 1 - lift * lift))
        x, z = flat * math.sin(turn), flat * math.cos(turn)
        if (z > 0.15 and lift < 0.62) or (lift < -0.1 and z > -0.2):
            continue
        lock = bead(curls * builder.between(0.85, 1.15))
        builder.add("hair", lock.move(0.2 * x, y + 0.03 + 0.235 * lift, 0.01 + 0.23 * z), MAIN, "marble", 0.92)
    if builder.chance(0.5):
        for i in range(11):
            turn = math.radians(38 + 284 * i / 10)
            blade = sphere(0.085, 0.02, 0.04).turn(z=28).turn(y=math.degrees(turn) + 10)
            spot = (0.255 * math.sin(turn), y + 0.14, 0.27 * math.cos(turn))
            builder.add("laurel", blade.move(*spot), "gold", "gold")
    drape = [(-wide * 0.85, 0.74, 0.06), (-0.1, 0.56, 0.22), (0.16, 0.44, 0.2), (0.3, 0.4, 0.1)]
    for shift in (0.0, -0.06, -0.12):
        builder.add("robe", tube([(x, h + shift, z) for x, h, z in drape], 0.045), MAIN, "marble", 0.94)


def chess_piece(builder: Builder) -> None:
    """A chess piece: a knight's horse head, a castle, a king or a pawn on a turned foot."""
    kind = builder.choose(["knight", "rook", "king", "knight", "pawn"])
    foot = [(0, 0), (0.36, 0), (0.37, 0.07), (0.31, 0.13), (0.3, 0.17), (0.24, 0.22), (0.19, 0.3)]
    builder.add("base", torus(0.335, 0.04).move(y=0.05), ACCENT, "glossy")
    if kind == "knight":
        builder.add("body", lathe([*foot, (0.2, 0.36), (0, 0.38)]), MAIN, "glossy")
        _horse(builder)
        return
    tall = builder.vary({"rook": 0.62, "king": 0.85, "pawn": 0.52}[kind], 0.08)
    neck = curve([(0.19, 0.3), (0.135, tall * 0.75), (0.15, tall)], 12)
    builder.add("body", lathe([*foot, *map(tuple, neck), (0, tall)]), MAIN, "glossy")
    builder.add("collar", torus(0.17, 0.045).move(y=tall), ACCENT, "glossy")
    if kind == "pawn":
        builder.add("head", sphere(0.2).move(y=tall + 0.2), MAIN, "glossy")
    elif kind == "rook":
        drum = [
            (0, tall),
            (0.17, tall),
            (0.27, tall + 0.1),
            (0.27, tall + 0.24),
            (0.17, tall + 0.24),
            (0.17, tall + 0.16),
        ]
        builder.add("head", lathe([*drum, (0, tall + 0.16)]), MAIN, "glossy")
        builder.add("head", ring(box(0.115, 0.12, 0.1, 0.015).move(y=tall + 0.28, z=0.22), 6), MAIN, "glossy")
    else:
        cup = [(0, tall), (0.13, tall), (0.24, tall + 0.26), (0.2, tall + 0.3), (0.09, tall + 0.35), (0, tall + 0.36)]
        builder.add("head", lathe(cup), MAIN, "glossy")
        builder.add("collar", torus(0.215, 0.03).move(y=tall + 0.27), ACCENT, "glossy")
        cross = box(0.07, 0.24, 0.07, 0.015) + box(0.2, 0.07, 0.07, 0.015).move(y=0.03)
        builder.add("cross", cross.move(y=tall + 0.46), ACCENT, "glossy")


def _horse(builder: Builder) -> None:
    """A horse's head looking toward +z on a neck rising from the foot of a chess piece."""
    rise = builder.vary(1.0, 0.08)
    primitives: list[Primitive] = [
        Capsule((0, 0.34, 0.0), (0, 0.62 * rise, -0.1), 0.2, 0.17),
        Capsule((0, 0.62 * rise, -0.1), (0, 0.9 * rise, 0.02), 0.17, 0.14),
        Capsule((0, 0.9 * rise, 0.05), (0, 0.74 * rise, 0.33), 0.135, 0.085),
        Ellipsoid((0, 0.72 * rise, 0.35), (0.085, 0.075, 0.09)),
        Ellipsoid((0, 0.45, 0.12), (0.15, 0.16, 0.12)),
        *both(Capsule((0.07, 0.99 * rise, -0.02), (0.09, 1.13 * rise, -0.03), 0.05, 0.012)),
    ]
    builder.blend("head", primitives, MAIN, "glossy", smooth=0.08, detail=64)
    for i in range(7):
        share = i / 6
        lock = sphere(0.05, 0.075, 0.085).move(
            0, rise * (1.02 - 0.62 * share), -0.12 - 0.15 * math.sin(2.4 * share + 0.25)
        )
        builder.add("mane", lock, ACCENT, "glossy")
    builder.add("eye", pair(bead(0.03).move(0.125, 0.9 * rise, 0.11)), "black", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.06, 0.73 * rise, 0.42)), "black", "glossy")


def trophy(builder: Builder) -> None:
    """A prize cup with two handles on a plinth, a star or a laurel on its front."""
    tall, wide = builder.vary(0.56, 0.1), builder.vary(0.33, 0.1)
    builder.add("plinth", box(0.5, 0.16, 0.5, 0.03).move(y=0.08), ACCENT, "wood")
    builder.add("plinth", box(0.4, 0.12, 0.4, 0.03).move(y=0.21), ACCENT, "wood", 0.85)
    plaque = box(0.28, 0.09, 0.03, 0.01).move(y=0.085, z=0.25)
    builder.add("plaque", pair(plaque, "z"), MAIN, "gold")
    foot = [(0, 0.26), (0.17, 0.26), (0.15, 0.31), (0.05, 0.38), (0.08, 0.44), (0.05, 0.5)]
    rim = 0.5 + tall
    bowl = curve([(0.05, 0.5), (wide * 0.78, 0.5 + tall * 0.3), (wide, rim - 0.02), (wide * 1.06, rim)], 20)
    inside = [(wide, rim), (wide * 0.9, rim - 0.1), (0, 0.56)]
    builder.add("cup", lathe([*foot, *map(tuple, bowl), *inside]), MAIN, "gold")
    builder.add("rim", torus(wide * 1.04, 0.035).move(y=rim), MAIN, "gold", 1.1)
    builder.add("rim", torus(wide * 0.93, 0.022).move(y=rim - tall * 0.3), MAIN, "gold", 0.85)
    reach = builder.vary(0.26, 0.15)
    loop = [
        (wide * 0.95, rim - 0.1, 0),
        (wide + reach, rim - 0.06, 0),
        (wide + reach * 0.95, rim - tall * 0.5, 0),
        (wide * 0.62, 0.5 + tall * 0.22, 0),
    ]
    builder.add("handle", pair(tube(loop, 0.042)), MAIN, "gold")
    emblem = prism(star(builder.choose([5, 6, 8]), 0.15, 0.065), 0.08).move(y=0.5 + tall * 0.6, z=wide * 0.93)
    builder.add("star", pair(emblem, "z"), builder.choose(["red", "white", "blue"]), "glossy")
    if builder.chance(0.4):
        builder.add(
            "lid", lathe([(0, 0), (wide, 0), (wide * 0.7, 0.1), (0.05, 0.16), (0, 0.16)]).move(y=rim), MAIN, "gold"
        )
        builder.add("lid", prism(star(5, 0.14, 0.06), 0.07).move(y=rim + 0.27), MAIN, "gold", 1.1)


def gift(builder: Builder) -> None:
    """A wrapped present: a box with a lid, ribbons crossing it and a great bow."""
    wide, tall, deep = builder.vary(0.8, 0.12), builder.vary(0.62, 0.2), builder.vary(0.8, 0.1)
    builder.add("box", box(wide, tall, deep, 0.02).move(y=tall / 2), MAIN, "paper")
    lid = builder.vary(0.17, 0.2)
    builder.add("lid", box(wide + 0.07, lid, deep + 0.07, 0.02).move(y=tall + lid / 2 - 0.06), MAIN, "paper", 1.08)
    top = tall + lid - 0.06
    for x, z in ((0.16, deep), (wide, 0.16)):
        builder.add(
            "ribbon",
            box(x + (0.03 if x > 0.2 else 0), tall, z + (0.03 if z > 0.2 else 0)).move(y=tall / 2),
            ACCENT,
            "cloth",
        )
        over = box(x + (0.1 if x > 0.2 else 0.01), lid + 0.03, z + (0.1 if z > 0.2 else 0.01), 0.01)
        builder.add("ribbon", over.move(y=tall + lid / 2 - 0.06), ACCENT, "cloth")
    size = builder.vary(0.3, 0.12)
    loop = [
        (0, 0, 0),
        (size * 0.7, size * 0.15, 0),
        (size * 1.15, size * 0.75, 0),
        (size * 0.55, size * 0.85, 0),
        (0, 0.02, 0),
    ]
    ribbon = tube(loop, 0.05, count=30).scale(1, 1, 1.9)
    loops = builder.choose([2, 4])
    builder.add("bow", ring(ribbon, loops, start_deg=builder.choose([0, 25])).move(y=top), ACCENT, "cloth")
    builder.add("bow", sphere(0.105, 0.085, 0.105).move(y=top + 0.05), ACCENT, "cloth", 0.9)
    tail = tube([(0, 0.02, 0), (0.17, 0.06, 0.12), (0.3, 0.01, 0.24)], [0.05, 0.045, 0.05], flat=0.4)
    builder.add("bow", ring(tail, 2, start_deg=60).move(y=top), ACCENT, "cloth", 0.95)
    if builder.chance(0.5):
        for i in range(24):
            face, u, v = i % 4, builder.between(-0.42, 0.42), builder.between(0.1, 0.85)
            far = (deep if face % 2 == 0 else wide) / 2
            across = wide if face % 2 == 0 else deep
            dot = bead(0.05, 0.05, 0.018).move(u * across, v * tall * 0.9, far)
            builder.add("dot", dot.turn(y=90 * face), builder.choose(["white", "yellow"]), "paper")


def wreath(builder: Builder) -> None:
    """A wreath of leaves standing upright, with berries or flowers and a bow below."""
    leaves, size = builder.count(30, 38), builder.vary(0.42, 0.04)
    builder.add("wreath", torus(size, 0.085).turn(x=90), MAIN, "leaf", 0.75)
    blade = lathe([(0, -1), (0.8, -0.5), (1, 0), (0.75, 0.5), (0, 1)], sides=8, crease_deg=80).turn(z=90)
    blade = blade.scale(0.14, 0.026, 0.055).move(x=0.1)
    for i in range(leaves):
        turn = 360 * i / leaves
        for lean, twist in ((25, 0), (-30, 90), (0, 180), (20, 270)):
            leaf = blade.turn(y=builder.between(-15, 15), z=62 + lean).turn(y=0).move(x=0.07).turn(y=twist)
            builder.add(
                "leaf",
                leaf.move(x=size).turn(z=turn + builder.between(-3, 3)),
                MAIN,
                "leaf",
                builder.between(0.85, 1.2),
            )
    kind = builder.choose(["berries", "flowers", "baubles"])
    count = {"berries": 12, "flowers": 7, "baubles": 8}[kind]
    for i in range(count):
        turn = 2 * math.pi * (i + 0.5) / count + math.pi / 2
        spot = (size * math.cos(turn), size * math.sin(turn), 0.0)
        for sign in (1, -1):
            if kind == "flowers":
                bloom = ring(bead(0.06, 0.025, 0.045).move(x=0.06), 5).turn(x=90)
                builder.add("flower", bloom.move(spot[0], spot[1], 0.13 * sign), ACCENT)
                builder.add("flower", bead(0.035).move(spot[0], spot[1], 0.15 * sign), "yellow")
            else:
                ball = bead(0.075 if kind == "baubles" else 0.045).move(spot[0], spot[1], 0.11 * sign)
                builder.add("berry", row(ball, 1 if kind == "baubles" else 2, x=0.07, y=0.05), ACCENT, "glossy")
    for sign in (1, -1):
        loop = [(0, 0, 0), (0.2, 0.14, 0.02), (0.27, 0, 0.02), (0.2, -0.1, 0.02), (0, 0, 0)]
        builder.add("bow", pair(tube(loop, 0.045, count=28)).move(y=-size, z=0.16 * sign), ACCENT, "cloth")
        builder.add("bow", bead(0.075).move(y=-size, z=0.18 * sign), ACCENT, "cloth", 0.9)
        tail = tube([(0, 0, 0), (0.08, -0.16, 0.02), (0.16, -0.32, 0)], [0.04, 0.05, 0.06], flat=0.4)
        builder.add("bow", pair(tail).move(y=-size, z=0.16 * sign), ACCENT, "cloth", 0.95)


def picture_frame(builder: Builder) -> None:
    """A framed landscape leaning on its stand."""
    wide, tall = builder.choose([(1.0, 0.76), (0.78, 1.0)])
    border, lean = builder.vary(0.11, 0.15), -12.0

    def put(name: str, shape: object, colour: str, material: str | None, shade: float = 1.0) -> None:
        builder.add(name, shape.turn(x=lean).move(y=tall / 2), colour, material, shade)  # type: ignore[attr-defined]

    for y in (tall / 2, -tall / 2):
        put("frame", box(wide + border, border, 0.12, 0.04).move(y=y), MAIN, "gold")
    for x in (wide / 2, -wide / 2):
        put("frame", box(border, tall + border, 0.12, 0.04).move(x), MAIN, "gold")
    for x in (-1, 1):
        for y in (-1, 1):
            boss = sphere(border * 0.62, border * 0.62, 0.09).move(x * wide / 2, y * tall / 2, 0.03)
            put("frame", boss, MAIN, "gold", 0.9)
    put("frame", box(wide, tall, 0.05).move(z=-0.03), MAIN, "wood", 0.6)
    inner = border / 2
    put(
        "picture",
        box(wide - inner, tall - inner, 0.03).move(z=0.01),
        builder.choose(["sky blue", "coral", "lavender"]),
        None,
    )
    put("picture", sphere(0.12, 0.12, 0.02).move(wide * 0.2, tall * 0.2, 0.03), "yellow", None)
    for height, colour, phase in ((0.02, "teal", 0.0), (-0.12, "green", 2.0), (-0.25, "lime", 4.2)):
        xs = np.linspace(-wide / 2 + inner / 2, wide / 2 - inner / 2, 20)
        hills = [(x, height * tall + 0.07 * math.sin(7 * x + phase + 3 * builder.between(0, 0.1))) for x in xs]
        outline = [(xs[0], -tall / 2 + inner / 2), (xs[-1], -tall / 2 + inner / 2), *hills[::-1]]
        put("picture", prism(outline, 0.03).move(z=0.025 + 0.012 * (0.02 - height) / 0.1), colour, None)
    strut = [(0, tall * 0.32, -0.02 - 0.03), (0, -tall * 0.52, -0.36)]
    builder.add("stand", tube([(x, y + tall / 2, z) for x, y, z in strut], 0.045, count=2), ACCENT, "wood")
    builder.add("stand", cone(0.04, 0.06).move(y=tall * 0.8, z=-0.12), ACCENT, "wood")
    builder.add("stand", cylinder(0.03, 0.26).turn(x=90).move(y=0.12, z=-0.2), ACCENT, "wood")
