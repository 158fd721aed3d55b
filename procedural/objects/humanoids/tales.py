"""Builders of people of tales: wizards, kings, mermaids. Costumes on the shared `person`."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, box, capsule, cone, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, star, tube
from procedural.objects.parts.person import (
    Body,
    Wear,
    beard,
    belt,
    cape,
    face,
    gown,
    hair_cap,
    hair_colour,
    long_hair,
    person,
    skin,
)


def wizard(builder: Builder) -> None:
    """A wizard: pointed hat, long white beard, robe with stars, staff with a glowing orb."""
    body = person(builder, Wear(shoe="dark brown", gown=True, skin=skin(builder)), ("hold", "hang"))
    face(builder, body, smile=False)
    wide = builder.vary(0.25, 0.1)
    builder.add("robe", gown(body, wide), MAIN, "cloth")
    builder.add("robe", torus(wide, 0.026).move(y=0.028), ACCENT, "cloth")
    belt(builder, body, ACCENT)
    for hand in (body.right, body.left):
        cuff = torus(0.045, 0.022).turn(x=50).move(hand[0] * 0.97, hand[1] + 0.025, hand[2] - 0.03)
        builder.add("robe", cuff, ACCENT, "cloth")
    beard(builder, body, builder.choose(["white", "light grey", "white"]), builder.between(0.9, 1.7), 0.95)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.3, 1.08), "white", "fur")
    builder.add(
        "hat",
        lathe([(0, -0.02), (1.75 * r, -0.03), (1.8 * r, 0), (1.72 * r, 0.03), (0, 0.06)]).move(0, y + 0.5 * r, z),
        MAIN,
        "cloth",
    )
    tip, high = builder.between(-0.5, 0.5) * r, builder.vary(2.5, 0.1) * r
    cone_path = [(0, y + 0.45 * r, z), (0, y + 0.5 * r + 0.5 * high, z), (tip, y + 0.5 * r + high, z - 0.6 * r)]
    builder.add("hat", tube(cone_path, [1.08 * r, 0.8 * r, 0.45 * r, 0.06 * r], sides=24), MAIN, "cloth")
    builder.add("hat", torus(1.05 * r, 0.12 * r).scale(1, 1.5, 1).move(0, y + 0.62 * r, z), ACCENT, "cloth")
    for i in range(builder.count(7, 10)):
        angle, up = 137.5 * i, builder.between(0.1, 0.75)
        radius = wide * (1 - 0.62 * up) + 0.035 * up
        shape = star(0.034, 0.02).turn(x=-12 - 10 * up).move(z=radius + 0.012).turn(y=angle).move(y=0.36 * up + 0.05)
        builder.add("star", shape, "gold", "metal")
    builder.add("star", star(0.05, 0.025).turn(x=-10).move(0, y + 1.15 * r, z + 0.95 * r), "gold", "metal")
    sx, sz = body.right[0], body.right[2]
    top = y + builder.between(0.3, 0.9) * r
    staff = [(sx, 0.0, sz), (sx - 0.01, top * 0.5, sz + 0.01), (sx, top, sz)]
    builder.add("staff", tube(staff, 0.024), "brown", "wood")
    claw = tube([(0.02, 0, 0), (0.08, 0.06, 0), (0.06, 0.14, 0)], [0.02, 0.016, 0.01], sides=8, count=10)
    builder.add("staff", ring(claw, 4).move(sx, top - 0.02, sz), "brown", "wood")
    builder.add(
        "orb", sphere(0.066).move(sx, top + 0.07, sz), builder.choose(["cyan", "turquoise", "hot pink"]), "glow"
    )


def _crown(builder: Builder, body: Body, points: int, tall: float = 0.75) -> None:
    """A golden crown with jewels on the head."""
    r, (_, y, z) = body.radius, body.head
    low = y + 0.55 * r
    builder.add(
        "crown",
        lathe([(0.8 * r, 0), (0.92 * r, 0), (1.0 * r, 0.45 * tall * r), (0.86 * r, 0.45 * tall * r)], closed=True).move(
            0, low, z
        ),
        "gold",
        "metal",
    )
    spike = cone(0.27 * r, 0.75 * tall * r, sides=10).scale(1, 1, 0.55).move(y=0.7 * tall * r, z=0.93 * r)
    ball = bead(0.11 * r).move(y=1.1 * tall * r, z=0.93 * r)
    builder.add("crown", ring(spike, points).move(0, low, z), "gold", "metal")
    builder.add("jewel", ring(ball, points).move(0, low, z), ACCENT, "crystal")
    builder.add(
        "jewel",
        ring(bead(0.1 * r).move(z=0.96 * r), points, 180 / points).move(0, low + 0.2 * tall * r, z),
        ACCENT,
        "crystal",
    )


def king(builder: Builder) -> None:
    """A king: crown, beard, robe with a white fur trim, cape, sceptre."""
    body = person(builder, Wear(gown=True, girth=1.25, skin=skin(builder)), ("hold", "hang"))
    face(builder, body)
    grey = hair_colour(builder, body.skin, ["white", "brown", "light grey", "dark brown"])
    beard(builder, body, grey, builder.between(0.2, 0.6), 1.3)
    builder.add("hair", hair_cap(body, 0.3, 1.07), grey, "fur")
    wide = builder.vary(0.25, 0.06)
    builder.add("robe", gown(body, wide), MAIN, "cloth")
    builder.add("fur", torus(wide, 0.042).move(y=0.04), "white", "fur")
    front = [(0, body.neck - 0.06, 0.135), (0, body.hip + 0.1, 0.165), (0, 0.2, 0.72 * wide), (0, 0.06, wide)]
    builder.add("fur", tube(front, 0.042), "white", "fur")
    builder.add("fur", torus(0.13, 0.055).scale(1.25, 1, 1).move(y=body.neck - 0.02), "white", "fur")
    for i in range(12):
        angle = 30 * i + 15
        spot = bead(0.016, 0.026, 0.012).move(z=wide + 0.037).turn(y=angle).move(y=0.045)
        builder.add("fur", spot, "black")
    belt(builder, body, "gold")
    cape(builder, body, ACCENT, body.neck - 0.02, 0.62)
    _crown(builder, body, builder.count(5, 7), builder.vary(0.95, 0.15))
    x, y, z = body.right
    builder.add("sceptre", capsule((x, y - 0.25, z), (x, y + 0.2, z), 0.02), "gold", "metal")
    builder.add("sceptre", sphere(0.055).move(x, y + 0.24, z), ACCENT, "crystal")
    builder.add("sceptre", torus(0.05, 0.015).move(x, y + 0.2, z) + sphere(0.025).move(x, y + 0.31, z), "gold", "metal")


def princess(builder: Builder) -> None:
    """A princess or queen: wide ball gown with ruffles, long hair, crown, puffed sleeves."""
    tone = skin(builder)
    body = person(
        builder,
        Wear(sleeve=tone, gown=True, girth=0.85, skin=tone),
        builder.choose([("hang", "hang"), ("hip", "hang"), ("hold", "hang")]),
    )
    face(builder, body, cheeks=True)
    hair = hair_colour(builder, tone)
    long_hair(builder, body, hair, body.hip + builder.between(0.05, 0.2))
    wide = builder.vary(0.32, 0.08)
    top = body.hip + 0.14
    bell = curve([(wide, 0), (wide * 1.02, 0.05), (wide * 0.83, 0.5 * top), (0.16, 0.9 * top), (0.1, top)], 20)
    builder.add("dress", lathe([(0, 0), *map(tuple, bell), (0, top + 0.02)]), MAIN, "cloth")
    folds = builder.count(8, 11)
    loop = tube([(-0.08, 0.03, -0.02), (0, -0.02, 0.015), (0.08, 0.03, -0.02)], 0.024, count=8, sides=8)
    for height, reach in ((0.05, wide * 1.02), (0.5 * top, wide * 0.84)):
        garland = ring(loop.scale(reach * 5.5 / folds / 0.16 * 1.05, 1, 1).move(z=reach), folds)
        builder.add("ruffle", garland.move(y=height), ACCENT, "cloth")
    builder.add("bow", torus(0.096, 0.026).move(y=top), ACCENT, "cloth")
    builder.add("bow", pair(sphere(0.05, 0.036, 0.02).turn(z=20).move(0.05, top, 0.12)), ACCENT, "cloth")
    builder.add("sleeve", pair(sphere(0.082, 0.072, 0.08).move(0.145, body.neck - 0.065, 0)), MAIN, "cloth")
    builder.add("necklace", torus(0.085, 0.014).turn(x=14).move(y=body.neck - 0.01, z=0.02), "gold", "metal")
    _crown(builder, body, 5, builder.vary(0.7, 0.15))


def mermaid(builder: Builder) -> None:
    """A mermaid: long hair, shell top, curved scaly tail with a big fin."""
    tone = skin(builder)
    body = person(
        builder,
        Wear(top=tone, sleeve=tone, gown=True, girth=0.85, skin=tone, cloth=None),
        builder.choose([("hang", "wave"), ("hip", "hang"), ("hang", "hip")]),
    )
    face(builder, body, cheeks=True)
    long_hair(
        builder,
        body,
        builder.choose(["crimson", "orange", "hot pink", "amber", "violet"]),
        body.hip + builder.between(0.0, 0.15),
    )
    swing = builder.choose((-1, 1)) * builder.vary(0.22, 0.2)
    waist = body.hip + 0.1
    path = [
        (0, waist + 0.03, 0),
        (0, body.hip - 0.1, 0.03),
        (swing * 0.2, 0.1, 0.02),
        (swing, 0.07, -0.04),
        (swing * 1.9, 0.2, -0.03),
    ]
    builder.add("tail", tube(path, [0.1, 0.135, 0.12, 0.085, 0.05], count=36, sides=24), MAIN, "glossy")
    builder.add("tail", torus(0.105, 0.028).move(y=waist), ACCENT, "glossy")
    for i, (x, y, z) in enumerate(curve(path, 9)[1:-2]):
        turn = min(i / 5, 1) * math.degrees(math.atan2(swing, 0.1)) * 0.75
        builder.add(
            "scale", torus(0.125 - 0.012 * i, 0.012).scale(1, 1, 1).turn(z=turn).move(x, y, z), MAIN, "glossy", 0.75
        )
    lobe = [(0, 0), (0.05, 0.08), (0.19, 0.2), (0.22, 0.3), (0.1, 0.26), (0.0, 0.17)]
    fin = prism([*lobe, *[(-a, b) for a, b in lobe[-2:0:-1]]], 0.03)
    builder.add("fin", fin.turn(z=-25 if swing > 0 else 25).move(swing * 1.88, 0.17, -0.03), ACCENT, "glossy")
    chest = body.neck - 0.11
    for side in (-1, 1):
        shell = sphere(0.062, 0.056, 0.04).move(side * 0.055, chest, 0.098)
        builder.add("shell", shell, ACCENT, "glossy")
    builder.add("starfish", star(0.07, 0.03).turn(x=-12, y=30).move(*body.face(0.72, 0.62, 1.14)), "yellow")


def santa(builder: Builder) -> None:
    """Santa Claus: red coat with white fur, pointed cap, big beard, sack of presents."""
    suit = Wear(trousers=MAIN, shoe="black", hand=builder.choose(["black", "white", "green"]), girth=1.45)
    body = person(builder, suit, ("hold", "wave" if builder.chance(0.4) else "hang"))
    face(builder, body, smile=False, cheeks=True)
    beard(builder, body, "white", builder.between(0.35, 0.8), 1.4)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.3, 1.08), "white", "fur")
    lean = builder.choose((-1, 1)) * builder.vary(1.0, 0.15) * r
    hat = [
        (0, y + 0.4 * r, z),
        (0, y + 1.2 * r, z - 0.1 * r),
        (lean * 0.7, y + 1.75 * r, z - 0.25 * r),
        (lean * 1.45, y + 1.2 * r, z - 0.3 * r),
    ]
    builder.add("hat", tube(hat, [1.06 * r, 0.75 * r, 0.4 * r, 0.1 * r], sides=24), MAIN, "cloth")
    builder.add("fur", torus(1.0 * r, 0.2 * r).move(0, y + 0.48 * r, z), "white", "fur")
    builder.add("pompom", sphere(0.27 * r).move(*hat[-1]), "white", "fur")
    builder.add(
        "coat",
        lathe([(0.19, body.hip - 0.08), (0.17, body.hip + 0.06), (0.165, body.hip + 0.2), (0.1, body.neck)]),
        MAIN,
        "cloth",
    )
    builder.add("fur", torus(0.185, 0.036).move(y=body.hip - 0.07), "white", "fur")
    builder.add(
        "fur",
        tube([(0, body.hip - 0.05, 0.185), (0, body.hip + 0.15, 0.175), (0, body.neck - 0.05, 0.14)], 0.035),
        "white",
        "fur",
    )
    builder.add("belt", torus(0.172, 0.026).scale(1, 1.4, 1).move(y=body.hip + 0.06), "black", "leather")
    builder.add("buckle", box(0.085, 0.075, 0.03, 0.012).move(0, body.hip + 0.06, 0.215), "gold", "metal")
    for x, hand_y, hand_z in (body.right, body.left):
        builder.add(
            "fur", torus(0.042, 0.026).turn(x=20).move(x * 0.97, hand_y + 0.035, hand_z - 0.015), "white", "fur"
        )
    sack: list[Primitive] = [
        Ellipsoid((-0.24, body.hip + 0.2, -0.2), (0.19, 0.21, 0.18)),
        Capsule((-0.22, body.hip + 0.35, -0.14), (-0.21, body.hip + 0.46, -0.08), 0.07, 0.09),
    ]
    builder.blend("sack", sack, ACCENT, "cloth", smooth=0.08, detail=36)
