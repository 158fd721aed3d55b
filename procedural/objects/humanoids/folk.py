"""Builders of everyday people: man, woman, girl, boy, and people at work. Costumes on the shared `person`."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Make
from procedural.geometry.sdf import Ball, Blob
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


def man(make: Make) -> None:
    """A man in a shirt and trousers, some with a beard, glasses, or a tie."""
    tone = skin(make)
    bare = make.chance(0.4)
    body = person(make, Wear(sleeve=tone if bare else MAIN, skin=tone, cloth="cloth"), _stance(make), 1.12)
    face(make, body)
    hair = hair_colour(make, tone)
    make.add("hair", hair_cap(body, make.between(0.4, 0.6), 1.08), hair)
    if make.chance(0.4):
        beard(make, body, hair, 0.05, 0.9)
    if make.chance(0.35):
        _glasses(make, body)
    belt(make, body)
    make.add("collar", torus(0.085, 0.026).move(y=body.neck - 0.005), "white", "cloth")
    if bare:
        cuffs = sphere(0.07, 0.06, 0.07).move(0.155, body.neck - 0.085, 0)
        make.add("body", pair(cuffs), MAIN, "cloth")
    else:
        tie = [(0, body.neck - 0.05, 0.115), (0, body.hip + 0.18, 0.145), (0, body.hip + 0.1, 0.14)]
        make.add("tie", tube(tie, [0.022, 0.04, 0.03], flat=0.5), make.choose(["red", "blue", "amber"]), "cloth")


def woman(make: Make) -> None:
    """A woman in a knee-long dress with long hair or a bun."""
    tone = skin(make)
    body = person(make, Wear(sleeve=tone, trousers=tone, shoe=ACCENT, girth=0.85, skin=tone), _stance(make), 1.1)
    face(make, body, cheeks=True)
    hair = hair_colour(make, tone)
    if make.chance(0.65):
        long_hair(make, body, hair, body.hip + make.between(0.1, 0.28))
    else:
        make.add("hair", hair_cap(body, 0.45, 1.1), hair)
        _, y, z = body.head
        make.add("hair", sphere(0.4 * body.radius).move(0, y + 1.0 * body.radius, z - 0.55 * body.radius), hair)
    _dress(make, body, make.vary(0.21, 0.1))
    make.add("necklace", torus(0.08, 0.015).turn(x=12).move(y=body.neck - 0.01, z=0.02), "gold", "metal")


def girl(make: Make) -> None:
    """A girl with pigtails and bows, in a short dress."""
    tone = skin(make)
    body = person(make, Wear(sleeve=tone, trousers="white", shoe=ACCENT, girth=0.85, skin=tone), _stance(make), 0.82)
    face(make, body, cheeks=True)
    hair = hair_colour(make, tone)
    r, (_, y, z) = body.radius, body.head
    make.add("hair", hair_cap(body, 0.45, 1.09), hair)
    drop = make.between(0.5, 1.3) * r
    tail = [
        (0.9 * r, y + 0.35 * r, z - 0.2 * r),
        (1.55 * r, y + 0.3 * r, z - 0.2 * r),
        (1.6 * r, y + 0.2 * r - drop, z - 0.1 * r),
    ]
    make.add("hair", pair(tube(tail, [0.18 * r, 0.36 * r, 0.34 * r, 0.05 * r])), hair)
    knot = sphere(0.17 * r) + pair(sphere(0.24 * r, 0.19 * r, 0.1 * r).turn(z=30).move(0.25 * r, 0.05 * r))
    make.add("bow", pair(knot.turn(z=-30).move(1.08 * r, y + 0.52 * r, z)), ACCENT, "cloth")
    _dress(make, body, make.vary(0.21, 0.1))


def boy(make: Make) -> None:
    """A boy in a shirt, trousers and a baseball cap."""
    tone = skin(make)
    body = person(make, Wear(sleeve=tone, shoe="white", skin=tone), _stance(make), 0.85)
    face(make, body)
    r, (_, y, z) = body.radius, body.head
    make.add("hair", hair_cap(body, 0.4, 1.06), hair_colour(make, body.skin))
    sleeve = sphere(0.072, 0.066, 0.072).move(0.15, body.neck - 0.085, 0)
    make.add("shirt", pair(sleeve), MAIN, "cloth")
    for height in (0.12, 0.17):
        make.add("shirt", torus(0.115 * body.girth, 0.02).move(y=body.hip + height), "white", "cloth")
    turn = 180 if make.chance(0.3) else 0
    peak = sphere(0.8 * r, 0.1 * r, 0.75 * r).move(z=0.95 * r).turn(x=4, y=turn).move(0, y + 0.52 * r, z)
    make.add("cap", dome(1.13 * r, 0.85 * r).move(0, y + 0.42 * r, z), MAIN, "cloth")
    make.add("cap", peak + sphere(0.12 * r).move(0, y + 1.28 * r, z), ACCENT, "cloth")


def chef(make: Make) -> None:
    """A chef: tall white hat, double row of buttons, neckerchief, moustache, spoon and pan."""
    body = person(make, Wear(trousers="dark grey", shoe="black", girth=1.25, skin=skin(make)), ("hold", "hold"))
    face(make, body, smile=True)
    r, (_, y, z) = body.radius, body.head
    make.add("hair", hair_cap(body, 0.3, 1.05), hair_colour(make, body.skin))
    make.add("hat", cylinder(0.92 * r, 0.75 * r, top=1.0 * r).move(0, y + 0.85 * r, z), MAIN, "cloth")
    puffs: list[Blob] = [Ball((0, y + 1.5 * r, z), (1.0 * r, 0.6 * r, 1.0 * r))]
    high = make.between(1.45, 1.8)
    for i in range(7):
        point = sphere(0.01).move(z=0.85 * r).turn(y=i * 360 / 7).vertices.mean(axis=0)
        puffs.append(Ball((point[0], y + high * r, z + point[2]), 0.52 * r))
    make.blend("hat", puffs, MAIN, "cloth", smooth=0.1 * r, detail=36)
    for side in (-1, 1):
        curl = [
            body.face(0.03 * side, -0.28, 1.06),
            body.face(0.35 * side, -0.36, 1.1),
            body.face(0.62 * side, -0.18, 1.12),
        ]
        make.add("moustache", tube(curl, [0.12 * r, 0.13 * r, 0.02 * r]), "dark brown", "fur")
        for i in range(3):
            make.add("button", bead(0.018).move(side * 0.045, body.hip + 0.09 + 0.055 * i, 0.15), "black")
    make.add("neckerchief", torus(0.1, 0.032).move(y=body.neck - 0.01), ACCENT, "cloth")
    make.add("neckerchief", sphere(0.04, 0.06, 0.025).move(0, body.neck - 0.06, 0.125), ACCENT, "cloth")
    make.add(
        "apron",
        lathe([(0.17, body.hip - 0.16), (0.165, body.hip - 0.02), (0.15, body.hip + 0.07)]).keep(
            lambda p: 0.06 - p[:, 2]
        ),
        "light grey",
        "cloth",
    )
    x, hand_y, hand_z = body.right
    make.add("spoon", capsule((x, hand_y - 0.1, hand_z), (x, hand_y + 0.22, hand_z), 0.016), "tan", "wood")
    make.add("spoon", sphere(0.045, 0.065, 0.025).move(x, hand_y + 0.26, hand_z), "tan", "wood")
    x, hand_y, hand_z = body.left
    make.add("pan", capsule((x, hand_y, hand_z - 0.06), (x, hand_y, hand_z + 0.12), 0.018), "black")
    pan = lathe([(0, 0), (0.11, 0), (0.135, 0.05), (0.122, 0.05), (0.1, 0.015), (0, 0.015)])
    make.add("pan", pan.move(x, hand_y - 0.02, hand_z + 0.24), "dark grey", "metal")
    make.add("egg", sphere(0.075, 0.014, 0.065).move(x, hand_y + 0.005, hand_z + 0.24), "white")
    make.add("egg", dome(0.032).move(x, hand_y + 0.01, hand_z + 0.24), "yellow", "glossy")


def clown(make: Make) -> None:
    """A clown: curly wig, red nose, ruff, dotted suit, big shoes, balloons or a small hat."""
    suit = Wear(trousers=ACCENT, shoe="red", hand="white", girth=1.3, skin="cream")
    body = person(make, suit, ("raise", "hang"))
    face(make, body, smile=False, nose=False)
    r, (_, y, z) = body.radius, body.head
    make.add("nose", sphere(0.24 * r).move(*body.face(0, -0.12, 1.08)), "red", "glossy")
    grin = [body.face(u, v, 1.03) for u, v in ((-0.5, -0.3), (-0.25, -0.5), (0.25, -0.5), (0.5, -0.3))]
    make.add("mouth", tube(grin, 0.11 * r), "red")
    make.add("cheek", pair(sphere(0.15 * r).move(*body.face(0.62, -0.16, 0.96))), "pink")
    wig = make.choose(["orange", "red", "green", "hot pink"])
    for side in (-1, 1):
        for i in range(6):
            lock = bead(make.vary(0.42, 0.12) * r)
            angle = 60 * i
            spot = (
                lock.move(y=0.42 * r).turn(x=angle).move(side * (0.95 + 0.12 * (i % 2)) * r, y + 0.25 * r, z - 0.2 * r)
            )
            make.add("wig", spot, wig, "fur")
    make.add("wig", sphere(0.8 * r, 0.8 * r, 0.45 * r).move(0, y + 0.2 * r, z - 0.7 * r), wig, "fur")
    frill = ring(bead(0.075, 0.035, 0.07).move(z=0.12), 9)
    make.add("ruff", frill.move(y=body.neck), "white", "cloth")
    for i in range(3):
        make.add("pompom", sphere(0.042).move(0, body.hip + 0.03 + 0.085 * i, 0.155 - 0.01 * i), "red", "fur")
    if make.pose is None:
        make.add("shoe", pair(sphere(0.09, 0.07, 0.12).move(0.1, 0.065, 0.12)), "red", "glossy")
    hat = y + 0.95 * r
    make.add(
        "hat",
        lathe([(0, 0), (0.5 * r, 0), (0, make.between(0.9, 1.3) * r)]).turn(z=-12).move(0.1 * r, hat, z),
        MAIN,
        "cloth",
    )
    make.add("pompom", sphere(0.15 * r).move(0.35 * r, hat + 1.05 * r, z), "red", "fur")
    x, hand_y, hand_z = body.right
    for i, colour in enumerate(("red", "yellow", "blue")):
        at = (x - 0.03 + 0.15 * (i - 1), hand_y + 0.32 + 0.1 * (i == 1), hand_z - 0.06 + 0.08 * (i != 1))
        make.add("balloon", sphere(0.105, 0.125, 0.105).move(*at), colour, "glossy")
        make.add("balloon", tube([(x, hand_y, hand_z), (at[0], at[1] - 0.12, at[2])], 0.009, count=2, sides=6), "grey")


def _stance(make: Make) -> tuple[str, str]:
    return make.choose([("hang", "hang"), ("hip", "hang"), ("hang", "wave"), ("hip", "hip")])


def _dress(make: Make, body: Body, wide: float) -> None:
    """A dress to the knee with a sash and puffed sleeves; short when sitting or running."""
    low = body.hip * 0.42 if make.pose is None or make.pose == "waving" else body.hip - 0.05
    top, g = body.hip + 0.14, 0.118 * body.girth
    skirt = [
        (0, low),
        (wide, low),
        (wide, low + 0.02),
        (0.7 * wide + 0.2 * g, (low + top) / 2),
        (g + 0.01, top),
        (0, top + 0.02),
    ]
    make.add("dress", lathe(skirt), MAIN, "cloth")
    make.add("dress", torus(wide, 0.022).move(y=low + 0.015), ACCENT, "cloth")
    make.add("sash", torus(g, 0.024).move(y=top - 0.005), ACCENT, "cloth")
    make.add("dress", pair(sphere(0.074, 0.066, 0.074).move(0.145, body.neck - 0.075, 0)), MAIN, "cloth")


def _glasses(make: Make, body: Body) -> None:
    r = body.radius
    x, y, z = body.face(0.36, 0.02, 1.05)
    make.add("glasses", pair(torus(0.24 * r, 0.04 * r).turn(x=90).move(x, y, z)), "black")
    make.add("glasses", tube([(-0.15 * r, y, z), (0.15 * r, y, z)], 0.04 * r, count=2, sides=8), "black")


def snowman(make: Make) -> None:
    """A snowman: two or three balls of snow, carrot nose, coal buttons, top hat, scarf, twig arms."""
    sizes = make.choose([(0.34, 0.25, 0.19), (0.33, 0.26, 0.2), (0.36, 0.24)])
    height, middles = 0.0, []
    for size in sizes:
        middles.append(height + size * 0.92)
        make.add("body", sphere(size).move(y=middles[-1]), MAIN)
        height = middles[-1] + size * 0.72
    r, y, chest, girth = sizes[-1], middles[-1], middles[-2], sizes[-2]
    make.add("eye", pair(bead(0.17 * r).move(0.34 * r, y + 0.18 * r, 0.9 * r)), "black", "glossy")
    make.add("nose", cone(0.17 * r, 0.85 * r, sides=20).turn(x=90).move(0, y - 0.05 * r, 1.35 * r), "orange")
    for u in (-0.42, -0.22, 0.0, 0.22, 0.42):
        make.add("mouth", bead(0.08 * r).move(u * r, y - (0.48 - 0.9 * u * u) * r, 0.87 * r), "black")
    for k in range(make.count(2, 3)):
        lean = 0.5 - 0.42 * k
        make.add("button", bead(0.034).move(0, chest + girth * math.sin(lean), girth * math.cos(lean)), "black")
    low = y - 0.82 * r
    make.add("scarf", torus(0.68 * r, 0.2 * r).move(y=low), ACCENT, "cloth")
    fall = low - 1.15 * r
    out = math.sqrt(max(girth**2 - (chest - fall) ** 2 - (0.5 * r) ** 2, 0.0)) + 0.03
    end = [(0.45 * r, low, 0.68 * r), (0.55 * r, low - 0.45 * r, max(0.9 * r, 0.85 * out)), (0.5 * r, fall, out)]
    make.add("scarf", tube(end, [0.18 * r, 0.22 * r, 0.24 * r], flat=0.45), ACCENT, "cloth")
    if make.chance(0.6):
        hat = lathe(
            [(0, 0), (1.15 * r, 0), (1.15 * r, 0.1 * r), (0.75 * r, 0.12 * r), (0.7 * r, 1.05 * r), (0, 1.05 * r)]
        )
        make.add("hat", hat.move(y=y + 0.72 * r), "black", "cloth")
        make.add("hat", torus(0.73 * r, 0.09 * r).scale(1, 1.6, 1).move(y=y + 0.97 * r), ACCENT, "cloth")
    else:
        make.add(
            "hat",
            dome(1.02 * r, 1.0 * r).move(y=y + 0.25 * r) + torus(0.98 * r, 0.16 * r).move(y=y + 0.3 * r),
            ACCENT,
            "cloth",
        )
        make.add("hat", bead(0.26 * r).move(y=y + 1.35 * r), "white", "fur")
    for side in (-1, 1):
        up = 0.3 if make.pose == "waving" and side > 0 else make.between(0.02, 0.16)
        tip = (side * (girth + 0.27), chest + up, 0.06)
        make.add(
            "arm",
            tube(
                [(side * girth * 0.85, chest + 0.04, 0), (side * (girth + 0.13), chest + 0.05 + up * 0.4, 0.04), tip],
                0.02,
            ),
            "brown",
            "wood",
        )
        for k in (-1, 1):
            make.add("arm", capsule(tip, (tip[0] + side * 0.07, tip[1] + 0.06 * k, tip[2]), 0.014), "brown", "wood")
