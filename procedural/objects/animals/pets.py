"""Builders of pets and small furry animals: dog, cat, rabbit, fox, mouse."""

from __future__ import annotations

from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, both
from procedural.geometry.shapes import bead, box, capsule, cone, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import eyes
from procedural.objects.parts.quadruped import Frame, along, band, four_legs, muzzle_smile


def dog(builder: Builder) -> None:
    """A dog standing, sitting or running: snout, hanging ears, tail, collar."""
    frame = Frame(
        builder.vary(0.62, 0.12),
        builder.vary(0.46, 0.1),
        builder.vary(0.19, 0.08),
        builder.vary(0.165, 0.08),
        (0.085, 0.055),
        (0.07, 0.055, 0.09),
        0.105,
        foot_colour=ACCENT,
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.3))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.33, 0.1), chest[2] + 0.16)
    nose = (0.0, head[1] - 0.06, head[2] + builder.vary(0.27, 0.12))
    primitives = [*stand.primitives, Capsule(chest, head, 0.15, 0.12), Ellipsoid(head, (0.185, 0.17, 0.18))]
    primitives += [Capsule((0, head[1] - 0.06, head[2] + 0.08), nose, 0.11, 0.085, "muzzle", ACCENT)]
    primitives += [Ellipsoid((0, chest[1] - 0.02, chest[2] + 0.1), 0.12, part="chest", colour=ACCENT)]
    lift = builder.between(0.15, 0.4)
    tail = (0.0, hip[1] + 0.05, hip[2] - 0.1), (0.0, hip[1] + 0.1 + lift, hip[2] - 0.36)
    primitives += [Capsule(*tail, 0.055, 0.035, "tail"), Ellipsoid(tail[1], 0.042, part="tail", colour=ACCENT)]
    if builder.chance(0.65):
        ear = Capsule(
            (0.15, head[1] + 0.11, head[2] - 0.02), (0.22, head[1] - 0.13, head[2] + 0.02), 0.05, 0.075, "ear", ACCENT
        )
    else:
        ear = Capsule(
            (0.11, head[1] + 0.11, head[2] - 0.02), (0.15, head[1] + 0.28, head[2] - 0.03), 0.07, 0.03, "ear", ACCENT
        )
    builder.blend("body", [*primitives, *both(ear)], MAIN, "fur", smooth=0.08, detail=64)
    eyes(builder, 0.08, head[1] + 0.045, head[2] + 0.155, 0.035)
    builder.add("nose", sphere(0.05, 0.04, 0.04).move(0, nose[1] + 0.045, nose[2] + 0.06), "black", "glossy")
    muzzle_smile(builder, (0, nose[1] - 0.01, nose[2] + 0.085), 0.06, 0.009)
    if builder.chance(0.6):
        tongue = tube(
            [
                (0, nose[1] - 0.055, nose[2] + 0.03),
                (0, nose[1] - 0.085, nose[2] + 0.07),
                (0, nose[1] - 0.13, nose[2] + 0.06),
            ],
            [0.03, 0.035, 0.025],
            flat=0.4,
        )
        builder.add("tongue", tongue, "pink")
    neck = along(chest, head, 0.5)
    builder.add("collar", torus(0.145, 0.026).turn(x=28).move(*neck), "red", "leather")
    builder.add("tag", bead(0.035, 0.035, 0.02).move(0, neck[1] - 0.12, neck[2] + 0.15), "gold", "metal")


def cat(builder: Builder) -> None:
    """A cat: round head with pointed ears, whiskers, slim body, long curved tail, often striped."""
    frame = Frame(
        builder.vary(0.5, 0.1),
        builder.vary(0.4, 0.08),
        0.15,
        builder.vary(0.155, 0.08),
        (0.07, 0.048),
        (0.06, 0.048, 0.075),
        0.085,
        foot_colour=ACCENT,
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.5))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.28, 0.08), chest[2] + 0.12)
    primitives = [*stand.primitives, Capsule(chest, head, 0.12, 0.1), Ellipsoid(head, (0.215, 0.175, 0.175))]
    primitives += [Ellipsoid((0, head[1] - 0.075, head[2] + 0.13), (0.095, 0.062, 0.07), part="muzzle", colour=ACCENT)]
    primitives += [Ellipsoid((0, chest[1] - 0.02, chest[2] + 0.09), (0.09, 0.13, 0.08), part="chest", colour=ACCENT)]
    striped = builder.chance(0.6)
    primitives += [band(hip, chest, 0.05 + 0.27 * i, 0.163, "dark brown", 0.022) for i in range(4 if striped else 0)]
    swing, high = builder.choose((-1, 1)) * builder.between(0.05, 0.3), builder.between(0.3, 0.5)
    if stand.sits:
        path = [
            (0, 0.07, hip[2] - 0.1),
            (swing * 0.8, 0.07, hip[2] - 0.32),
            (swing * 1.3, 0.2, hip[2] - 0.36),
            (swing * 1.4, 0.38, hip[2] - 0.28),
        ]
    else:
        path = [
            (0, hip[1] + 0.05, hip[2] - 0.08),
            (swing * 0.2, hip[1] + 0.1, hip[2] - 0.3),
            (swing * 0.7, hip[1] + high, hip[2] - 0.32),
            (swing, hip[1] + high + 0.13, hip[2] - 0.2),
        ]
    points = [tuple(p) for p in curve(path, 12)]
    for i, (a, b) in enumerate(pairwise(points)):
        tip = i > 8 or (striped and i in (3, 6))
        colour = ("dark brown" if striped else ACCENT) if tip else MAIN
        primitives.append(Capsule(a, b, 0.048, 0.046, "tail", colour))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.055, detail=66)
    ear = cone(0.088, 0.19, sides=24).scale(1, 1, 0.55)
    inner = cone(0.052, 0.12, sides=16).scale(1, 1, 0.5).move(z=0.03, y=-0.012)
    for shape, colour in ((ear, MAIN), (inner, "pink")):
        builder.add("ear", pair(shape.turn(z=-20).move(0.135, head[1] + 0.19, head[2] - 0.01)), colour, "fur")
    _cat_face(builder, head)
    if builder.chance(0.5):
        neck = along(chest, head, 0.42)
        builder.add("collar", torus(0.125, 0.02).turn(x=25).move(*neck), "red", "leather")
        builder.add("bell", bead(0.035).move(0, neck[1] - 0.085, neck[2] + 0.14), "gold", "metal")


def _cat_face(builder: Builder, head: Joint) -> None:
    """Large slit eyes, a pink nose, a mouth, whiskers and brow stripes."""
    _, y, z = head
    iris = builder.choose(["lime", "amber", "sky blue"])
    builder.add("eye", pair(sphere(0.05, 0.052, 0.03).turn(y=22).move(0.088, y + 0.025, z + 0.152)), iris, "glossy")
    builder.add("eye", pair(bead(0.02, 0.042, 0.02).move(0.096, y + 0.025, z + 0.175)), "black", "glossy")
    builder.add("eye", pair(bead(0.012).move(0.105, y + 0.045, z + 0.187)), "white")
    builder.add("nose", bead(0.028, 0.02, 0.02).move(0, y - 0.045, z + 0.2), "pink")
    muzzle_smile(builder, (0, y - 0.07, z + 0.204), 0.045, 0.008)
    for i in range(3):
        whisker = tube(
            [
                (0.08, y - 0.07, z + 0.17),
                (0.2, y - 0.05 - 0.035 * (i - 1), z + 0.18),
                (0.31, y - 0.06 - 0.07 * (i - 1), z + 0.13),
            ],
            [0.01, 0.009, 0.005],
            count=8,
            sides=6,
        )
        builder.add("whisker", pair(whisker), "white")


def rabbit(builder: Builder) -> None:
    """A rabbit on its haunches or all fours: tall ears pink inside, round tail, buck teeth."""
    frame = Frame(
        0.44, builder.vary(0.26, 0.06), 0.16, 0.21, (0.065, 0.048), (0.055, 0.045, 0.09), 0.1, foot_colour=ACCENT
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.75))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.27, chest[2] + 0.1)
    primitives = [*stand.primitives, Capsule(chest, head, 0.12, 0.1), Ellipsoid(head, (0.165, 0.16, 0.165))]
    primitives += both(
        Ellipsoid((0.055, head[1] - 0.05, head[2] + 0.11), (0.075, 0.06, 0.06), part="muzzle", colour=ACCENT)
    )
    primitives += [Ellipsoid((0, chest[1] - 0.03, chest[2] + 0.08), (0.1, 0.13, 0.09), part="chest", colour=ACCENT)]
    primitives += [Ellipsoid((0, hip[1] + 0.02, hip[2] - 0.21), 0.085, part="tail", colour=ACCENT)]
    long, lean = builder.vary(0.4, 0.15), builder.between(-5, 30)
    flop = builder.chance(0.25)
    if not stand.sits:
        primitives += both(Ellipsoid((0.13, 0.2, hip[2] + 0.04), (0.1, 0.17, 0.17), part="leg"))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.06, detail=60)
    for side in (-1, 1):
        base = (side * 0.07, head[1] + 0.12, head[2] - 0.02)
        tilt = (-130 if flop and side > 0 else -12) * side
        outer, inner = sphere(0.068, long / 2, 0.036), sphere(0.042, long * 0.39, 0.022).move(z=0.021)
        for shape, colour, finish in ((outer, MAIN, "fur"), (inner, "pink", None)):
            builder.add("ear", shape.move(y=long / 2).turn(x=-lean, z=tilt).move(*base), colour, finish)
    eyes(builder, 0.095, head[1] + 0.035, head[2] + 0.125, 0.034)
    builder.add("nose", bead(0.026, 0.02, 0.02).move(0, head[1] - 0.01, head[2] + 0.175), "hot pink")
    builder.add("tooth", box(0.045, 0.055, 0.02, 0.006).move(0, head[1] - 0.1, head[2] + 0.15), "white")
    if builder.chance(0.4):
        _carrot(builder, (0.0, chest[1] - 0.09, chest[2] + 0.2))


def _carrot(builder: Builder, at: Joint) -> None:
    root = cone(0.05, 0.22, sides=20).turn(z=115).move(*at)
    builder.add("carrot", root, "orange")
    leaf = ring(capsule((0, 0, 0), (0.03, 0.1, 0), 0.014), 4).turn(z=-65).move(at[0] - 0.1, at[1] + 0.045, at[2])
    builder.add("carrot", leaf, "green", "leaf")


def fox(builder: Builder) -> None:
    """A fox: pointed snout with white cheeks, big ears with black tips, black socks, bushy tail with a white tip."""
    frame = Frame(
        builder.vary(0.52, 0.1),
        builder.vary(0.42, 0.08),
        0.155,
        0.14,
        (0.075, 0.042),
        (0.052, 0.045, 0.075),
        0.085,
        foot_colour="dark brown",
        leg_colour=MAIN,
    )
    stand = four_legs(builder, frame, sits=builder.chance(0.35))
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.28, chest[2] + 0.14)
    snout = (0.0, head[1] - 0.07, head[2] + builder.vary(0.3, 0.08))
    primitives = [*stand.primitives, Capsule(chest, head, 0.13, 0.1), Ellipsoid(head, (0.19, 0.15, 0.16))]
    primitives += [Capsule((0, head[1] - 0.02, head[2] + 0.08), snout, 0.1, 0.035, "muzzle")]
    primitives += both(
        Capsule(
            (0.1, head[1] - 0.06, head[2] + 0.07), (0.24, head[1] - 0.1, head[2] + 0.02), 0.075, 0.02, "cheek", ACCENT
        )
    )
    primitives += [
        Capsule(
            (0, head[1] - 0.1, head[2] + 0.08), (0, snout[1] - 0.025, snout[2] - 0.02), 0.07, 0.03, "muzzle", ACCENT
        )
    ]
    primitives += [Ellipsoid((0, chest[1] - 0.03, chest[2] + 0.09), (0.1, 0.15, 0.09), part="chest", colour=ACCENT)]
    side, lift = builder.choose((-1, 1)) * builder.between(0.0, 0.25), builder.between(0.0, 0.3)
    root = (0.0, hip[1], hip[2] - 0.1)
    bush = (side, hip[1] + 0.02 + lift * 0.6, hip[2] - 0.42)
    tip = (side * 1.5, hip[1] + 0.1 + lift, hip[2] - 0.66)
    primitives += [Capsule(root, bush, 0.05, 0.135, "tail"), Capsule(bush, tip, 0.13, 0.04, "tail", ACCENT)]
    builder.blend("body", primitives, MAIN, "fur", smooth=0.06, detail=68)
    for scale, colour, ahead in ((1.0, "dark brown", 0.0), (0.62, "cream", 0.028)):
        ear = cone(0.1, 0.24, sides=24).scale(scale, scale, 0.5).move(z=ahead, y=-0.02 if ahead else 0)
        builder.add("ear", pair(ear.turn(z=-16).move(0.115, head[1] + 0.19, head[2] - 0.02)), colour, "fur")
    base = cone(0.108, 0.15, sides=24).scale(1, 1, 0.58)
    builder.add("ear", pair(base.turn(z=-16).move(0.105, head[1] + 0.13, head[2] - 0.02)), MAIN, "fur")
    eyes(builder, 0.078, head[1] + 0.035, head[2] + 0.135, 0.032)
    builder.add("nose", sphere(0.036, 0.03, 0.032).move(0, snout[1] + 0.02, snout[2] + 0.03), "black", "glossy")
    if builder.pose != "running" and not stand.sits:
        for z in (chest[2] + 0.02, hip[2] - 0.012):
            sock = lathe([(0.056, 0.05), (0.058, 0.13), (0.05, 0.17)])
            builder.add("sock", pair(sock.move(frame.spread, 0, z)), "dark brown", "fur")
