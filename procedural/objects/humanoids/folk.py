"""Builders of everyday people: man, woman, girl, boy, and people at work. Costumes on the shared `person`."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import bead, capsule, cone, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import tube
from procedural.objects.parts.person import (
    Body,
    Wear,
    beard,
    belt,
    face,
    hair_cap,
    hair_colour,
    long_hair,
    person,
    skin,
)


def man(builder: Builder) -> None:
    """A man in a shirt and trousers, some with a beard, glasses, or a tie."""
    tone = skin(builder)
    bare = builder.chance(0.4)
    body = person(builder, Wear(sleeve=tone if bare else MAIN, skin=tone, cloth="cloth"), _stance(builder), 1.12)
    face(builder, body)
    hair = hair_colour(builder, tone)
    builder.add("hair", hair_cap(body, builder.between(0.4, 0.6), 1.08), hair)
    if builder.chance(0.4):
        beard(builder, body, hair, 0.05, 0.9)
    if builder.chance(0.35):
        _glasses(builder, body)
    belt(builder, body)
    builder.add("collar", torus(0.085, 0.026).move(y=body.neck - 0.005), "white", "cloth")
    if bare:
        cuffs = sphere(0.07, 0.06, 0.07).move(0.155, body.neck - 0.085, 0)
        builder.add("body", pair(cuffs), MAIN, "cloth")
    else:
        tie = [(0, body.neck - 0.05, 0.115), (0, body.hip + 0.18, 0.145), (0, body.hip + 0.1, 0.14)]
        builder.add("tie", tube(tie, [0.022, 0.04, 0.03], flat=0.5), builder.choose(["red", "blue", "amber"]), "cloth")


def woman(builder: Builder) -> None:
    """A woman in a knee-long dress with long hair or a bun."""
    tone = skin(builder)
    body = person(builder, Wear(sleeve=tone, trousers=tone, shoe=ACCENT, girth=0.85, skin=tone), _stance(builder), 1.1)
    face(builder, body, cheeks=True)
    hair = hair_colour(builder, tone)
    if builder.chance(0.65):
        long_hair(builder, body, hair, body.hip + builder.between(0.1, 0.28))
    else:
        builder.add("hair", hair_cap(body, 0.45, 1.1), hair)
        _, y, z = body.head
        builder.add("hair", sphere(0.4 * body.radius).move(0, y + 1.0 * body.radius, z - 0.55 * body.radius), hair)
    _dress(builder, body, builder.vary(0.21, 0.1))
    builder.add("necklace", torus(0.08, 0.015).turn(x=12).move(y=body.neck - 0.01, z=0.02), "gold", "metal")


def girl(builder: Builder) -> None:
    """A girl with pigtails and bows, in a short dress."""
    tone = skin(builder)
    body = person(
        builder, Wear(sleeve=tone, trousers="white", shoe=ACCENT, girth=0.85, skin=tone), _stance(builder), 0.82
    )
    face(builder, body, cheeks=True)
    hair = hair_colour(builder, tone)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.45, 1.09), hair)
    drop = builder.between(0.5, 1.3) * r
    tail = [
        (0.9 * r, y + 0.35 * r, z - 0.2 * r),
        (1.55 * r, y + 0.3 * r, z - 0.2 * r),
        (1.6 * r, y + 0.2 * r - drop, z - 0.1 * r),
    ]
    builder.add("hair", pair(tube(tail, [0.18 * r, 0.36 * r, 0.34 * r, 0.05 * r])), hair)
    knot = sphere(0.17 * r) + pair(sphere(0.24 * r, 0.19 * r, 0.1 * r).turn(z=30).move(0.25 * r, 0.05 * r))
    builder.add("bow", pair(knot.turn(z=-30).move(1.08 * r, y + 0.52 * r, z)), ACCENT, "cloth")
    _dress(builder, body, builder.vary(0.21, 0.1))


def boy(builder: Builder) -> None:
    """A boy in a shirt, trousers and a baseball cap."""
    tone = skin(builder)
    body = person(builder, Wear(sleeve=tone, shoe="white", skin=tone), _stance(builder), 0.85)
    face(builder, body)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.4, 1.06), hair_colour(builder, body.skin))
    sleeve = sphere(0.072, 0.066, 0.072).move(0.15, body.neck - 0.085, 0)
    builder.add("shirt", pair(sleeve), MAIN, "cloth")
    for height in (0.12, 0.17):
        builder.add("shirt", torus(0.115 * body.girth, 0.02).move(y=body.hip + height), "white", "cloth")
    turn = 180 if builder.chance(0.3) else 0
    peak = sphere(0.8 * r, 0.1 * r, 0.75 * r).move(z=0.95 * r).turn(x=4, y=turn).move(0, y + 0.52 * r, z)
    builder.add("cap", dome(1.13 * r, 0.85 * r).move(0, y + 0.42 * r, z), MAIN, "cloth")
    builder.add("cap", peak + sphere(0.12 * r).move(0, y + 1.28 * r, z), ACCENT, "cloth")


def chef(builder: Builder) -> None:
    """A chef: tall white hat, double row of buttons, neckerchief, moustache, spoon and pan."""
    body = person(builder, Wear(trousers="dark grey", shoe="black", girth=1.25, skin=skin(builder)), ("hold", "hold"))
    face(builder, body, smile=True)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.3, 1.05), hair_colour(builder, body.skin))
    builder.add("hat", cylinder(0.92 * r, 0.75 * r, top=1.0 * r).move(0, y + 0.85 * r, z), MAIN, "cloth")
    puffs: list[Primitive] = [Ellipsoid((0, y + 1.5 * r, z), (1.0 * r, 0.6 * r, 1.0 * r))]
    high = builder.between(1.45, 1.8)
    for i in range(7):
        point = sphere(0.01).move(z=0.85 * r).turn(y=i * 360 / 7).vertices.mean(axis=0)
        puffs.append(Ellipsoid((point[0], y + high * r, z + point[2]), 0.52 * r))
    builder.blend("hat", puffs, MAIN, "cloth", smooth=0.1 * r, detail=36)
    for side in (-1, 1):
        curl = [
            body.face(0.03 * side, -0.28, 1.06),
            body.face(0.35 * side, -0.36, 1.1),
            body.face(0.62 * side, -0.18, 1.12),
        ]
        builder.add("moustache", tube(curl, [0.12 * r, 0.13 * r, 0.02 * r]), "dark brown", "fur")
        for i in range(3):
            builder.add("button", bead(0.018).move(side * 0.045, body.hip + 0.09 + 0.055 * i, 0.15), "black")
    builder.add("neckerchief", torus(0.1, 0.032).move(y=body.neck - 0.01), ACCENT, "cloth")
    builder.add("neckerchief", sphere(0.04, 0.06, 0.025).move(0, body.neck - 0.06, 0.125), ACCENT, "cloth")
    builder.add(
        "apron",
        lathe([(0.17, body.hip - 0.16), (0.165, body.hip - 0.02), (0.15, body.hip + 0.07)]).keep(
            lambda p: 0.06 - p[:, 2]
        ),
        "light grey",
        "cloth",
    )
    x, hand_y, hand_z = body.right
    builder.add("spoon", capsule((x, hand_y - 0.1, hand_z), (x, hand_y + 0.22, hand_z), 0.016), "tan", "wood")
    builder.add("spoon", sphere(0.045, 0.065, 0.025).move(x, hand_y + 0.26, hand_z), "tan", "wood")
    x, hand_y, hand_z = body.left
    builder.add("pan", capsule((x, hand_y, hand_z - 0.06), (x, hand_y, hand_z + 0.12), 0.018), "black")
    pan = lathe([(0, 0), (0.11, 0), (0.135, 0.05), (0.122, 0.05), (0.1, 0.015), (0, 0.015)])
    builder.add("pan", pan.move(x, hand_y - 0.02, hand_z + 0.24), "dark grey", "metal")
    builder.add("egg", sphere(0.075, 0.014, 0.065).move(x, hand_y + 0.005, hand_z + 0.24), "white")
    builder.add("egg", dome(0.032).move(x, hand_y + 0.01, hand_z + 0.24), "yellow", "glossy")


def clown(builder: Builder) -> None:
    """A clown: curly wig, red nose, ruff, dotted suit, big shoes, balloons or a small hat."""
    suit = Wear(trousers=ACCENT, shoe="red", hand="white", girth=1.3, skin="cream")
    body = person(builder, suit, ("raise", "hang"))
    face(builder, body, smile=False, nose=False)
    r, (_, y, z) = body.radius, body.head
    builder.add("nose", sphere(0.24 * r).move(*body.face(0, -0.12, 1.08)), "red", "glossy")
    grin = [body.face(u, v, 1.03) for u, v in ((-0.5, -0.3), (-0.25, -0.5), (0.25, -0.5), (0.5, -0.3))]
    builder.add("mouth", tube(grin, 0.11 * r), "red")
    builder.add("cheek", pair(sphere(0.15 * r).move(*body.face(0.62, -0.16, 0.96))), "pink")
    wig = builder.choose(["orange", "red", "green", "hot pink"])
    for side in (-1, 1):
        for i in range(6):
            lock = bead(builder.vary(0.42, 0.12) * r)
            angle = 60 * i
            spot = (
                lock.move(y=0.42 * r).turn(x=angle).move(side * (0.95 + 0.12 * (i % 2)) * r, y + 0.25 * r, z - 0.2 * r)
            )
            builder.add("wig", spot, wig, "fur")
    builder.add("wig", sphere(0.8 * r, 0.8 * r, 0.45 * r).move(0, y + 0.2 * r, z - 0.7 * r), wig, "fur")
    frill = ring(bead(0.075, 0.035, 0.07).move(z=0.12), 9)
    builder.add("ruff", frill.move(y=body.neck), "white", "cloth")
    for i in range(3):
        builder.add("pompom", sphere(0.042).move(0, body.hip + 0.03 + 0.085 * i, 0.155 - 0.01 * i), "red", "fur")
    if builder.pose is None:
        builder.add("shoe", pair(sphere(0.09, 0.07, 0.12).move(0.1, 0.065, 0.12)), "red", "glossy")
    hat = y + 0.95 * r
    builder.add(
        "hat",
        lathe([(0, 0), (0.5 * r, 0), (0, builder.between(0.9, 1.3) * r)]).turn(z=-12).move(0.1 * r, hat, z),
        MAIN,
        "cloth",
    )
    builder.add("pompom", sphere(0.15 * r).move(0.35 * r, hat + 1.05 * r, z), "red", "fur")
    x, hand_y, hand_z = body.right
    for i, colour in enumerate(("red", "yellow", "blue")):
        at = (x - 0.03 + 0.15 * (i - 1), hand_y + 0.32 + 0.1 * (i == 1), hand_z - 0.06 + 0.08 * (i != 1))
        builder.add("balloon", sphere(0.105, 0.125, 0.105).move(*at), colour, "glossy")
        builder.add(
            "balloon", tube([(x, hand_y, hand_z), (at[0], at[1] - 0.12, at[2])], 0.009, count=2, sides=6), "grey"
        )


def _stance(builder: Builder) -> tuple[str, str]:
    return builder.choose([("hang", "hang"), ("hip", "hang"), ("hang", "wave"), ("hip", "hip")])


def _dress(builder: Builder, body: Body, wide: float) -> None:
    """A dress to the knee with a sash and puffed sleeves; short when sitting or running."""
    low = body.hip * 0.42 if builder.pose is None or builder.pose == "waving" else body.hip - 0.05
    top, g = body.hip + 0.14, 0.118 * body.girth
    skirt = [
        (0, low),
        (wide, low),
        (wide, low + 0.02),
        (0.7 * wide + 0.2 * g, (low + top) / 2),
        (g + 0.01, top),
        (0, top + 0.02),
    ]
    builder.add("dress", lathe(skirt), MAIN, "cloth")
    builder.add("dress", torus(wide, 0.022).move(y=low + 0.015), ACCENT, "cloth")
    builder.add("sash", torus(g, 0.024).move(y=top - 0.005), ACCENT, "cloth")
    builder.add("dress", pair(sphere(0.074, 0.066, 0.074).move(0.145, body.neck - 0.075, 0)), MAIN, "cloth")


def _glasses(builder: Builder, body: Body) -> None:
    r = body.radius
    x, y, z = body.face(0.36, 0.02, 1.05)
    builder.add("glasses", pair(torus(0.24 * r, 0.04 * r).turn(x=90).move(x, y, z)), "black")
    builder.add("glasses", tube([(-0.15 * r, y, z), (0.15 * r, y, z)], 0.04 * r, count=2, sides=8), "black")


def snowman(builder: Builder) -> None:
    """A snowman: two or three balls of snow, carrot nose, coal buttons, top hat, scarf, twig arms."""
    sizes = builder.choose([(0.34, 0.25, 0.19), (0.33, 0.26, 0.2), (0.36, 0.24)])
    height, middles = 0.0, []
    for size in sizes:
        middles.append(height + size * 0.92)
        builder.add("body", sphere(size).move(y=middles[-1]), MAIN)
        height = middles[-1] + size * 0.72
    r, y, chest, girth = sizes[-1], middles[-1], middles[-2], sizes[-2]
    builder.add("eye", pair(bead(0.17 * r).move(0.34 * r, y + 0.18 * r, 0.9 * r)), "black", "glossy")
    builder.add("nose", cone(0.17 * r, 0.85 * r, sides=20).turn(x=90).move(0, y - 0.05 * r, 1.35 * r), "orange")
    for u in (-0.42, -0.22, 0.0, 0.22, 0.42):
        builder.add("mouth", bead(0.08 * r).move(u * r, y - (0.48 - 0.9 * u * u) * r, 0.87 * r), "black")
    for k in range(builder.count(2, 3)):
        lean = 0.5 - 0.42 * k
        builder.add("button", bead(0.034).move(0, chest + girth * math.sin(lean), girth * math.cos(lean)), "black")
    low = y - 0.82 * r
    builder.add("scarf", torus(0.68 * r, 0.2 * r).move(y=low), ACCENT, "cloth")
    fall = low - 1.15 * r
    out = math.sqrt(max(girth**2 - (chest - fall) ** 2 - (0.5 * r) ** 2, 0.0)) + 0.03
    end = [(0.45 * r, low, 0.68 * r), (0.55 * r, low - 0.45 * r, max(0.9 * r, 0.85 * out)), (0.5 * r, fall, out)]
    builder.add("scarf", tube(end, [0.18 * r, 0.22 * r, 0.24 * r], flat=0.45), ACCENT, "cloth")
    if builder.chance(0.6):
        hat = lathe(
            [(0, 0), (1.15 * r, 0), (1.15 * r, 0.1 * r), (0.75 * r, 0.12 * r), (0.7 * r, 1.05 * r), (0, 1.05 * r)]
        )
        builder.add("hat", hat.move(y=y + 0.72 * r), "black", "cloth")
        builder.add("hat", torus(0.73 * r, 0.09 * r).scale(1, 1.6, 1).move(y=y + 0.97 * r), ACCENT, "cloth")
    else:
        builder.add(
            "hat",
            dome(1.02 * r, 1.0 * r).move(y=y + 0.25 * r) + torus(0.98 * r, 0.16 * r).move(y=y + 0.3 * r),
            ACCENT,
            "cloth",
        )
        builder.add("hat", bead(0.26 * r).move(y=y + 1.35 * r), "white", "fur")
    for side in (-1, 1):
        up = 0.3 if builder.pose == "waving" and side > 0 else builder.between(0.02, 0.16)
        tip = (side * (girth + 0.27), chest + up, 0.06)
        builder.add(
            "arm",
            tube(
                [(side * girth * 0.85, chest + 0.04, 0), (side * (girth + 0.13), chest + 0.05 + up * 0.4, 0.04), tip],
                0.02,
            ),
            "brown",
            "wood",
        )
        for k in (-1, 1):
            builder.add("arm", capsule(tip, (tip[0] + side * 0.07, tip[1] + 0.06 * k, tip[2]), 0.014), "brown", "wood")
