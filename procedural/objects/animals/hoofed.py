"""Builders of hoofed animals: horse and zebra, cow, sheep, pig, deer. `equine` is shared with the unicorn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, cone, cylinder, pair, sphere, torus
from procedural.geometry.sweeps import curve, helix, tube
from procedural.objects.parts.eyes import eyes, side_eyes
from procedural.objects.parts.quadruped import Frame, Stand, along, band, four_legs, spot_on


def horse(builder: Builder) -> None:
    """A horse standing or galloping: arched neck, mane, flowing tail, hooves, sometimes a saddle."""
    head = equine(builder, ACCENT, blaze=builder.chance(0.5))
    if builder.chance(0.35) and not head.sits:
        _, y, z = head.chest
        builder.add("saddle", torus(0.19, 0.03).scale(1, 1, 0.8).turn(x=90).move(0, y, z - 0.28), "maroon", "leather")
        seat = sphere(0.15, 0.05, 0.17).move(0, y + 0.185, z - 0.27)
        builder.add("saddle", seat + sphere(0.09, 0.06, 0.04).move(0, y + 0.24, z - 0.4), "maroon", "leather")


def equine(builder: Builder, mane: str | Sequence[str], *, blaze: bool = False, stripes: str | None = None) -> Stand:
    """Body, head, mane, tail of a horse; `mane` names one colour or several side by side."""
    frame = Frame(
        builder.vary(0.62, 0.06),
        builder.vary(0.66, 0.06),
        builder.vary(0.195, 0.06),
        0.185,
        (0.085, 0.048),
        (0.06, 0.055, 0.065),
        0.1,
        foot_part="hoof",
        foot_colour="dark brown",
    )
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    poll = (0.0, chest[1] + builder.vary(0.5, 0.06), chest[2] + 0.3)
    nose = (0.0, poll[1] - builder.vary(0.19, 0.15), poll[2] + 0.28)
    neck = (0.0, chest[1] + 0.05, chest[2] + 0.04)
    primitives = [
        *stand.primitives,
        Capsule(neck, poll, 0.165, 0.1),
        Capsule(poll, along(poll, nose, 0.5), 0.115, 0.095),
    ]
    primitives += [
        Capsule(along(poll, nose, 0.5), nose, 0.09, 0.075, "muzzle"),
        Ellipsoid(nose, 0.086, part="muzzle", colour="dark grey" if stripes else MAIN),
    ]
    if blaze:
        for share in (0.25, 0.45, 0.65, 0.85):
            x, y, z = along(poll, nose, share)
            primitives.append(Ellipsoid((x, y + 0.065, z + 0.05), (0.035, 0.05, 0.05), part="blaze", colour="white"))
    if stripes:
        primitives += _zebra_stripes(stand, neck, poll, stripes)
    builder.blend("body", primitives, MAIN, "fur", smooth=0.08, detail=60 if stripes else 70)
    ear = cone(0.045, 0.14, sides=20).scale(1, 1, 0.6)
    builder.add("ear", pair(ear.turn(z=-12).move(0.065, poll[1] + 0.14, poll[2] - 0.01)), MAIN, "fur")
    x, y, z = along(poll, nose, 0.32)
    side_eyes(builder, 0.097, y + 0.03, z + 0.01, 0.034)
    builder.add("nostril", pair(bead(0.018).move(0.045, nose[1] + 0.01, nose[2] + 0.075)), "black")
    _mane_and_tail(builder, [mane] if isinstance(mane, str) else mane, neck, poll, hip)
    return Stand([], poll, chest, stand.sits)


def _mane_and_tail(builder: Builder, colours: Sequence[str], neck: Joint, poll: Joint, hip: Joint) -> None:
    """Locks along the crest of the neck, a forelock, and a flowing tail, the colours in turn."""
    full = builder.vary(0.075, 0.15)
    locks: list[Primitive] = []
    count = 9
    for i in range(count):
        _, y, z = along((0.0, neck[1] + 0.12, neck[2] - 0.13), (0.0, poll[1] + 0.1, poll[2] - 0.07), i / (count - 1))
        colour = colours[i * len(colours) // count]
        locks.append(Capsule((0, y, z), (0.1 if i % 2 else 0.05, y - 0.1, z - 0.07), full, 0.035, "mane", colour))
    locks.append(
        Capsule((0, poll[1] + 0.1, poll[2]), (0, poll[1] + 0.06, poll[2] + 0.13), 0.05, 0.02, "mane", colours[-1])
    )
    builder.blend("mane", locks, colours[0], "fur", smooth=0.04, detail=40)
    flow = 0.25 if builder.pose == "running" else 0.0
    strands = []
    for i, colour in enumerate(colours if len(colours) > 1 else [*colours] * 3):
        shift = (i - (max(len(colours), 3) - 1) / 2) * 0.035
        path = [
            (shift * 0.4, hip[1] + 0.12, hip[2] - 0.13),
            (shift, hip[1] + 0.05, hip[2] - 0.33 - flow),
            (shift * 2, hip[1] - 0.25 + flow, hip[2] - 0.37 - 1.4 * flow),
            (shift, hip[1] - 0.45 + 1.6 * flow, hip[2] - 0.32 - 2 * flow),
        ]
        points = [tuple(p) for p in curve(path, 7)]
        strands += [
            Capsule(a, b, 0.045 + 0.012 * k, 0.05 + 0.012 * k if k < 5 else 0.03, "tail", colour)
            for k, (a, b) in enumerate(pairwise(points))
        ]
    builder.blend("tail", strands, colours[0], "fur", smooth=0.02, detail=40)


def zebra(builder: Builder) -> None:
    """A zebra: a horse's shape in black and white bands, with a brush of a mane."""
    equine(builder, ("black", "white", "black", "white", "black"), stripes="black")


def _zebra_stripes(stand: Stand, neck: Joint, poll: Joint, colour: str) -> list[Primitive]:
    bands: list[Primitive] = [band(stand.hip, stand.chest, 0.2 * i, 0.205, colour, 0.03) for i in range(6)]
    bands += [band(neck, poll, share, 0.175 - 0.06 * share, colour, 0.03) for share in (0.25, 0.5, 0.75)]
    for primitive in stand.primitives:
        if isinstance(primitive, Capsule) and primitive.part == "leg":
            (x, y, z), end, last = primitive.start, primitive.end, float(primitive.end_radius or 0)
            for share in (0.3, 0.75):
                wide = primitive.radius + (last - primitive.radius) * share + 0.008
                bands.append(band((x, y, z), (end[0], end[1], end[2]), share, wide, colour, 0.022))
    return bands


def cow(builder: Builder) -> None:
    """A cow: big body with patches, horns, pink muzzle and udder, bell."""
    frame = Frame(
        builder.vary(0.66, 0.06),
        builder.vary(0.5, 0.05),
        0.245,
        0.23,
        (0.09, 0.065),
        (0.07, 0.06, 0.075),
        0.13,
        foot_part="hoof",
        foot_colour="dark brown",
    )
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + builder.vary(0.26, 0.1), chest[2] + 0.3)
    primitives = [*stand.primitives, Capsule(chest, head, 0.17, 0.13), Ellipsoid(head, (0.15, 0.17, 0.15))]
    primitives += [Ellipsoid((0, head[1] - 0.12, head[2] + 0.12), (0.13, 0.095, 0.1), part="muzzle", colour="pink")]
    primitives += [Ellipsoid((0, hip[1] - 0.2, hip[2] + 0.16), (0.1, 0.09, 0.11), part="udder", colour="pink")]
    for _ in range(builder.count(7, 9)):
        share, angle = builder.between(0.0, 1.0), builder.between(-1.7, 1.7)
        out = (math.sin(angle), math.cos(angle), 0.0)
        primitives.append(spot_on(along(hip, chest, share), out, builder.between(0.12, 0.2), 0.235))
    primitives.append(Ellipsoid((0.09, head[1] + 0.06, head[2] + 0.06), 0.11, part="spot", colour=ACCENT))
    builder.blend("body", primitives, MAIN, "fur", smooth=0.07, detail=64)
    ear = sphere(0.1, 0.05, 0.035).turn(z=-12).move(0.2, head[1] + 0.07, head[2] - 0.02)
    builder.add("ear", pair(ear), ACCENT, "fur")
    horn = [(0.09, head[1] + 0.13, head[2]), (0.18, head[1] + 0.2, head[2]), (0.19, head[1] + 0.31, head[2] + 0.03)]
    builder.add("horn", pair(tube(horn, [0.042, 0.035, 0.01])), "cream")
    eyes(builder, 0.085, head[1] + 0.04, head[2] + 0.125, 0.032)
    builder.add("nostril", pair(bead(0.02).move(0.05, head[1] - 0.095, head[2] + 0.212)), "maroon")
    builder.add(
        "tail",
        tube(
            [
                (0, hip[1] + 0.12, hip[2] - 0.2),
                (0.03, hip[1] + 0.05, hip[2] - 0.29),
                (0.05, hip[1] - 0.25, hip[2] - 0.27),
            ],
            0.022,
        ),
        MAIN,
    )
    builder.add("tail", sphere(0.045, 0.08, 0.045).move(0.05, hip[1] - 0.29, hip[2] - 0.27), ACCENT, "fur")
    if builder.chance(0.7):
        builder.add("bell", cylinder(0.06, 0.09, top=0.035).move(0, chest[1] - 0.08, chest[2] + 0.26), "gold", "metal")
        builder.add("collar", torus(0.17, 0.022).turn(x=52).move(0, chest[1] + 0.09, chest[2] + 0.12), "red", "leather")


def sheep(builder: Builder) -> None:
    """A sheep: a cloud of wool on thin dark legs, dark face, hanging ears."""
    frame = Frame(
        0.42,
        builder.vary(0.4, 0.06),
        0.2,
        0.2,
        (0.055, 0.045),
        (0.055, 0.05, 0.06),
        0.11,
        foot_part="hoof",
        foot_colour="black",
        leg_colour=ACCENT,
    )
    stand = four_legs(builder, frame)
    builder.blend("leg", [b for b in stand.primitives if b.part], ACCENT, smooth=0.03, detail=44)
    middle = along(stand.hip, stand.chest, 0.5)
    wide, long = builder.vary(0.25, 0.06), builder.vary(0.36, 0.06)
    curl = builder.count(26, 34)
    wool: list[Primitive] = [Ellipsoid(middle, (wide, wide, long))]
    for i in range(curl):
        height = 1 - 2 * (i + 0.5) / curl
        angle, flat = 2.399963 * i, math.sqrt(1 - height * height)
        at = (
            middle[0] + wide * flat * math.cos(angle),
            middle[1] + wide * height,
            middle[2] + long * flat * math.sin(angle),
        )
        wool.append(Ellipsoid(at, builder.vary(0.1, 0.15)))
    head = (0.0, stand.chest[1] + 0.19, stand.chest[2] + 0.24)
    wool += [
        Ellipsoid((0, head[1] + 0.1, head[2] - 0.03), (0.11, 0.08, 0.1)),
        Ellipsoid((0, head[1] - 0.05, head[2] - 0.1), 0.15),
    ]
    builder.blend("wool", wool, MAIN, "fur", smooth=0.025, detail=60)
    builder.add("head", sphere(0.115, 0.165, 0.125).turn(x=-25).move(*head), ACCENT)
    ear = sphere(0.09, 0.04, 0.03).turn(z=-22).move(0.16, head[1] + 0.04, head[2] - 0.02)
    builder.add("ear", pair(ear), ACCENT)
    builder.add("eye", pair(sphere(0.036).move(0.065, head[1] + 0.05, head[2] + 0.1)), "white", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.068, head[1] + 0.05, head[2] + 0.128)), "black", "glossy")
    builder.add("nose", bead(0.03, 0.02, 0.02).move(0, head[1] - 0.085, head[2] + 0.145), "pink")


def pig(builder: Builder) -> None:
    """A pig: round pink body, flat snout, folded ears, curly tail."""
    frame = Frame(
        builder.vary(0.42, 0.1),
        builder.vary(0.35, 0.05),
        0.235,
        builder.vary(0.245, 0.04),
        (0.085, 0.062),
        (0.06, 0.05, 0.06),
        0.125,
        foot_part="hoof",
        foot_colour="brown",
    )
    stand = four_legs(builder, frame)
    hip, chest = stand.hip, stand.chest
    head = (0.0, chest[1] + 0.12, chest[2] + 0.24)
    primitives = [*stand.primitives, Ellipsoid(head, (0.205, 0.195, 0.18))]
    builder.blend("body", primitives, MAIN, None, smooth=0.07, detail=60)
    nose = (0.0, head[1] - 0.03, head[2] + 0.2)
    builder.add("snout", cylinder(0.095, 0.13).turn(x=90).scale(1, 0.82, 1).move(*nose), ACCENT)
    builder.add("nostril", pair(bead(0.022, 0.034, 0.014).move(0.036, nose[1], nose[2] + 0.066)), "maroon")
    eyes(builder, 0.105, head[1] + 0.08, head[2] + 0.135, 0.03)
    fold = cone(0.085, 0.17, sides=24).scale(1, 1, 0.4).turn(x=builder.between(30, 75), z=-24)
    builder.add("ear", pair(fold.move(0.135, head[1] + 0.195, head[2] + 0.03)), ACCENT)
    tail = helix(0.045, 0.14, 1.6, 0.02).turn(x=-70).move(0, hip[1] + 0.07, hip[2] - 0.28)
    builder.add("tail", tail, ACCENT)
    smile = [
        (-0.07, head[1] - 0.12, head[2] + 0.155),
        (0, head[1] - 0.15, head[2] + 0.15),
        (0.07, head[1] - 0.12, head[2] + 0.155),
    ]
    builder.add("mouth", tube(smile, 0.012, count=8, sides=8), "maroon")
    if builder.chance(0.4):
        for _ in range(4):
            at = along(hip, chest, builder.between(0, 1))
            angle = builder.between(-1.2, 1.2)
            spot = sphere(0.08, 0.03, 0.08).move(y=0.228).turn(z=math.degrees(angle)).move(*at)
            builder.add("spot", spot, "brown")
