"""Build functions of everyday people (man, woman, girl, boy), people at work (chef, clown) and the snowman."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Ellipsoid, Primitive
from procedural.geometry.shapes import bead, capsule, cone, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import tube
from procedural.objects.parts.person import (
    HANG,
    HOLD,
    Body,
    Face,
    Outfit,
    Person,
    add_beard,
    add_belt,
    add_long_hair,
    add_person,
    add_short_hair,
    choose_hair_colour,
    choose_skin,
    vary_proportions,
)


def _choose_arms(builder: Builder) -> tuple[str, str]:
    return builder.choose([HANG, ("hip", "hang"), ("hang", "wave"), ("hip", "hip")])


def man(builder: Builder) -> None:
    """Build a man in a shirt and trousers, some with a beard, glasses, or a tie."""
    skin = choose_skin(builder)
    short_sleeves = builder.chance(0.4)
    arms = _choose_arms(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    hairline = builder.between(0.4, 0.6)
    has_beard = builder.chance(0.4)
    has_glasses = builder.chance(0.35)
    tie_colour = None if short_sleeves else builder.choose(["red", "blue", "amber"])

    outfit = Outfit(sleeves=skin if short_sleeves else MAIN)
    person = Person(skin=skin, height=1.12, arms=arms, outfit=outfit, face=Face())
    body = add_person(builder, person, proportions)
    add_short_hair(builder, body, hair, hairline=hairline, size=1.08)
    if has_beard:
        add_beard(builder, body, hair, length=0.05, width=0.9)
    if has_glasses:
        _glasses(builder, body)
    add_belt(builder, body)
    builder.add("collar", torus(0.085, 0.026).move(y=body.neck - 0.005), "white", "cloth")
    if tie_colour is None:
        builder.add("body", pair(sphere(0.07, 0.06, 0.07).move(0.155, body.neck - 0.085, 0)), MAIN, "cloth")
    else:
        tie = [(0, body.neck - 0.05, 0.115), (0, body.hip + 0.18, 0.145), (0, body.hip + 0.1, 0.14)]
        builder.add("tie", tube(tie, [0.022, 0.04, 0.03], flat=0.5), tie_colour, "cloth")


def _glasses(builder: Builder, body: Body) -> None:
    r = body.head_radius
    x, y, z = body.on_face(0.36, 0.02, 1.05)
    builder.add("glasses", pair(torus(0.24 * r, 0.04 * r).turn(x=90).move(x, y, z)), "black")
    builder.add("glasses", tube([(-0.15 * r, y, z), (0.15 * r, y, z)], 0.04 * r, count=2, sides=8), "black")


def woman(builder: Builder) -> None:
    """Build a woman in a knee-long dress with long hair or a bun."""
    skin = choose_skin(builder)
    arms = _choose_arms(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    hair_end = builder.between(0.1, 0.28) if builder.chance(0.65) else None
    hem_radius = builder.vary(0.21, 0.1)

    outfit = Outfit(sleeves=skin, trousers=skin, shoes=ACCENT)
    person = Person(skin=skin, girth=0.85, height=1.1, arms=arms, outfit=outfit, face=Face(cheeks=True))
    body = add_person(builder, person, proportions)
    if hair_end is not None:
        add_long_hair(builder, body, hair, low=body.hip + hair_end)
    else:
        add_short_hair(builder, body, hair, hairline=0.45, size=1.1)
        builder.add("hair", sphere(0.4 * body.head_radius).move(*body.from_head(0, 1.0, -0.55)), hair)
    _dress(builder, body, hem_radius)
    builder.add("necklace", torus(0.08, 0.015).turn(x=12).move(y=body.neck - 0.01, z=0.02), "gold", "metal")


def _dress(builder: Builder, body: Body, hem_radius: float) -> None:
    """Add a dress with a sash and puffed sleeves, down to the knee; shorter when sitting or running."""
    hem = body.hip * 0.42 if builder.pose in (None, "waving") else body.hip - 0.05
    waist, waist_radius = body.hip + 0.14, 0.118 * body.girth
    skirt = [
        (0, hem),
        (hem_radius, hem),
        (hem_radius, hem + 0.02),
        (0.7 * hem_radius + 0.2 * waist_radius, (hem + waist) / 2),
        (waist_radius + 0.01, waist),
        (0, waist + 0.02),
    ]
    builder.add("dress", lathe(skirt), MAIN, "cloth")
    builder.add("dress", torus(hem_radius, 0.022).move(y=hem + 0.015), ACCENT, "cloth")
    builder.add("sash", torus(waist_radius, 0.024).move(y=waist - 0.005), ACCENT, "cloth")
    builder.add("dress", pair(sphere(0.074, 0.066, 0.074).move(0.145, body.neck - 0.075, 0)), MAIN, "cloth")


def girl(builder: Builder) -> None:
    """Build a girl with pigtails and bows, in a short dress."""
    skin = choose_skin(builder)
    arms = _choose_arms(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    pigtail_length = builder.between(0.5, 1.3)
    hem_radius = builder.vary(0.21, 0.1)

    outfit = Outfit(sleeves=skin, trousers="white", shoes=ACCENT)
    person = Person(skin=skin, girth=0.85, height=0.82, arms=arms, outfit=outfit, face=Face(cheeks=True))
    body = add_person(builder, person, proportions)
    r = body.head_radius
    add_short_hair(builder, body, hair, hairline=0.45, size=1.09)
    pigtail = [
        body.from_head(0.9, 0.35, -0.2),
        body.from_head(1.55, 0.3, -0.2),
        offset(body.from_head(1.6, 0.2, -0.1), y=-pigtail_length * r),
    ]
    builder.add("hair", pair(tube(pigtail, [0.18 * r, 0.36 * r, 0.34 * r, 0.05 * r])), hair)
    bow = sphere(0.17 * r) + pair(sphere(0.24 * r, 0.19 * r, 0.1 * r).turn(z=30).move(0.25 * r, 0.05 * r))
    builder.add("bow", pair(bow.turn(z=-30).move(*body.from_head(1.08, 0.52))), ACCENT, "cloth")
    _dress(builder, body, hem_radius)


def boy(builder: Builder) -> None:
    """Build a boy in a shirt, trousers and a baseball cap."""
    skin = choose_skin(builder)
    arms = _choose_arms(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    cap_turn = 180 if builder.chance(0.3) else 0

    outfit = Outfit(sleeves=skin, shoes="white")
    person = Person(skin=skin, height=0.85, arms=arms, outfit=outfit, face=Face())
    body = add_person(builder, person, proportions)
    r = body.head_radius
    add_short_hair(builder, body, hair, hairline=0.4, size=1.06)
    builder.add("shirt", pair(sphere(0.072, 0.066, 0.072).move(0.15, body.neck - 0.085, 0)), MAIN, "cloth")
    for height in (0.12, 0.17):
        builder.add("shirt", torus(0.115 * body.girth, 0.02).move(y=body.hip + height), "white", "cloth")
    builder.add("cap", dome(1.13 * r, 0.85 * r).move(*body.from_head(0, 0.42)), MAIN, "cloth")
    peak = sphere(0.8 * r, 0.1 * r, 0.75 * r).move(z=0.95 * r).turn(x=4, y=cap_turn).move(*body.from_head(0, 0.52))
    builder.add("cap", peak + sphere(0.12 * r).move(*body.from_head(0, 1.28)), ACCENT, "cloth")


def chef(builder: Builder) -> None:
    """Build a chef: tall white hat, double row of buttons, neckerchief, moustache, spoon and pan."""
    skin = choose_skin(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    hat_height = builder.between(1.45, 1.8)

    outfit = Outfit(trousers="dark grey", shoes="black")
    person = Person(skin=skin, girth=1.25, arms=HOLD, outfit=outfit, face=Face())
    body = add_person(builder, person, proportions)
    r, hip = body.head_radius, body.hip
    add_short_hair(builder, body, hair, size=1.05)
    _toque(builder, body, hat_height)
    for side in (-1, 1):
        curl = [
            body.on_face(0.03 * side, -0.28, 1.06),
            body.on_face(0.35 * side, -0.36, 1.1),
            body.on_face(0.62 * side, -0.18, 1.12),
        ]
        builder.add("moustache", tube(curl, [0.12 * r, 0.13 * r, 0.02 * r]), "dark brown", "fur")
        for i in range(3):
            builder.add("button", bead(0.018).move(side * 0.045, hip + 0.09 + 0.055 * i, 0.15), "black")
    builder.add("neckerchief", torus(0.1, 0.032).move(y=body.neck - 0.01), ACCENT, "cloth")
    builder.add("neckerchief", sphere(0.04, 0.06, 0.025).move(0, body.neck - 0.06, 0.125), ACCENT, "cloth")
    apron = lathe([(0.17, hip - 0.16), (0.165, hip - 0.02), (0.15, hip + 0.07)])
    builder.add("apron", apron.keep(lambda p: 0.06 - p[:, 2]), "light grey", "cloth")
    spoon = body.right_hand
    builder.add("spoon", capsule(offset(spoon, y=-0.1), offset(spoon, y=0.22), 0.016), "tan", "wood")
    builder.add("spoon", sphere(0.045, 0.065, 0.025).move(*offset(spoon, y=0.26)), "tan", "wood")
    _frying_pan(builder, body.left_hand)


def _toque(builder: Builder, body: Body, height: float) -> None:
    """Add a chef's hat whose puffs are centred `height` head radii above the middle of the head."""
    r, (_, y, z) = body.head_radius, body.head
    builder.add("hat", cylinder(0.92 * r, 0.75 * r, top=1.0 * r).move(*body.from_head(0, 0.85)), MAIN, "cloth")
    puffs: list[Primitive] = [Ellipsoid(body.from_head(0, 1.5), (1.0 * r, 0.6 * r, 1.0 * r))]
    for i in range(7):
        point = sphere(0.01).move(z=0.85 * r).turn(y=i * 360 / 7).vertices.mean(axis=0)
        puffs.append(Ellipsoid((point[0], y + height * r, z + point[2]), 0.52 * r))
    builder.blend("hat", puffs, MAIN, "cloth", smooth=0.1 * r, detail=36)


def _frying_pan(builder: Builder, hand: Joint) -> None:
    """Add a pan with a fried egg, held forward by its handle."""
    builder.add("pan", capsule(offset(hand, z=-0.06), offset(hand, z=0.12), 0.018), "black")
    pan = lathe([(0, 0), (0.11, 0), (0.135, 0.05), (0.122, 0.05), (0.1, 0.015), (0, 0.015)])
    builder.add("pan", pan.move(*offset(hand, y=-0.02, z=0.24)), "dark grey", "metal")
    builder.add("egg", sphere(0.075, 0.014, 0.065).move(*offset(hand, y=0.005, z=0.24)), "white")
    builder.add("egg", dome(0.032).move(*offset(hand, y=0.01, z=0.24)), "yellow", "glossy")


def clown(builder: Builder) -> None:
    """Build a clown: curly wig, red nose, ruff, suit with pompoms, big shoes, small hat, balloons."""
    proportions = vary_proportions(builder)
    wig = builder.choose(["orange", "red", "green", "hot pink"])
    curls = [(side, i, builder.vary(0.42, 0.12)) for side in (-1, 1) for i in range(6)]
    hat_height = builder.between(0.9, 1.3)

    suit = Outfit(shoes="red", hands="white")
    person = Person(skin="cream", girth=1.3, arms=("raise", "hang"), outfit=suit, face=Face(smile=False, nose=False))
    body = add_person(builder, person, proportions)
    r = body.head_radius
    builder.add("nose", sphere(0.24 * r).move(*body.on_face(0, -0.12, 1.08)), "red", "glossy")
    grin = [body.on_face(x, y, 1.03) for x, y in ((-0.5, -0.3), (-0.25, -0.5), (0.25, -0.5), (0.5, -0.3))]
    builder.add("mouth", tube(grin, 0.11 * r), "red")
    builder.add("cheek", pair(sphere(0.15 * r).move(*body.on_face(0.62, -0.16, 0.96))), "pink")
    for side, i, size in curls:
        curl = bead(size * r).move(y=0.42 * r).turn(x=60 * i)
        builder.add("wig", curl.move(*body.from_head(side * (0.95 + 0.12 * (i % 2)), 0.25, -0.2)), wig, "fur")
    builder.add("wig", sphere(0.8 * r, 0.8 * r, 0.45 * r).move(*body.from_head(0, 0.2, -0.7)), wig, "fur")
    builder.add("ruff", ring(bead(0.075, 0.035, 0.07).move(z=0.12), 9).move(y=body.neck), "white", "cloth")
    for i in range(3):
        pompom = sphere(0.042).move(0, body.hip + 0.03 + 0.085 * i, 0.155 - 0.01 * i)
        builder.add("pompom", pompom, "red", "fur")
    if builder.pose is None:
        builder.add("shoe", pair(sphere(0.09, 0.07, 0.12).move(0.1, 0.065, 0.12)), "red", "glossy")
    hat = body.from_head(0, 0.95)
    shape = lathe([(0, 0), (0.5 * r, 0), (0, hat_height * r)]).turn(z=-12)
    builder.add("hat", shape.move(*offset(hat, x=0.1 * r)), MAIN, "cloth")
    builder.add("pompom", sphere(0.15 * r).move(*offset(hat, 0.35 * r, 1.05 * r)), "red", "fur")
    _balloons(builder, body.right_hand)


def _balloons(builder: Builder, hand: Joint) -> None:
    """Add three balloons on strings."""
    x, y, z = hand
    for i, colour in enumerate(("red", "yellow", "blue")):
        at = (x - 0.03 + 0.15 * (i - 1), y + 0.32 + 0.1 * (i == 1), z - 0.06 + 0.08 * (i != 1))
        builder.add("balloon", sphere(0.105, 0.125, 0.105).move(*at), colour, "glossy")
        builder.add("balloon", tube([hand, offset(at, y=-0.12)], 0.009, count=2, sides=6), "grey")


def snowman(builder: Builder) -> None:
    """Build a snowman: two or three balls of snow, carrot nose, coal buttons, top hat, scarf, twig arms."""
    radii = builder.choose([(0.34, 0.25, 0.19), (0.33, 0.26, 0.2), (0.36, 0.24)])
    buttons = builder.count(2, 3)
    has_top_hat = builder.chance(0.6)
    lifts = {side: 0.3 if builder.pose == "waving" and side > 0 else builder.between(0.02, 0.16) for side in (-1, 1)}

    top, middles = 0.0, []
    for radius in radii:
        middles.append(top + radius * 0.92)
        builder.add("body", sphere(radius).move(y=middles[-1]), MAIN)
        top = middles[-1] + radius * 0.72
    (chest, chest_radius), (y, r) = list(zip(middles, radii, strict=True))[-2:]
    builder.add("eye", pair(bead(0.17 * r).move(0.34 * r, y + 0.18 * r, 0.9 * r)), "black", "glossy")
    builder.add("nose", cone(0.17 * r, 0.85 * r, sides=20).turn(x=90).move(0, y - 0.05 * r, 1.35 * r), "orange")
    for x in (-0.42, -0.22, 0.0, 0.22, 0.42):
        builder.add("mouth", bead(0.08 * r).move(x * r, y - (0.48 - 0.9 * x * x) * r, 0.87 * r), "black")
    for i in range(buttons):
        lean = 0.5 - 0.42 * i
        coal = bead(0.034).move(0, chest + chest_radius * math.sin(lean), chest_radius * math.cos(lean))
        builder.add("button", coal, "black")
    neck = y - 0.82 * r
    builder.add("scarf", torus(0.68 * r, 0.2 * r).move(y=neck), ACCENT, "cloth")
    end = neck - 1.15 * r
    z = math.sqrt(max(chest_radius**2 - (chest - end) ** 2 - (0.5 * r) ** 2, 0.0)) + 0.03  # in front of the chest
    scarf = [(0.45 * r, neck, 0.68 * r), (0.55 * r, neck - 0.45 * r, max(0.9 * r, 0.85 * z)), (0.5 * r, end, z)]
    builder.add("scarf", tube(scarf, [0.18 * r, 0.22 * r, 0.24 * r], flat=0.45), ACCENT, "cloth")
    if has_top_hat:
        brim = [(0, 0), (1.15 * r, 0), (1.15 * r, 0.1 * r)]
        hat = lathe([*brim, (0.75 * r, 0.12 * r), (0.7 * r, 1.05 * r), (0, 1.05 * r)])
        builder.add("hat", hat.move(y=y + 0.72 * r), "black", "cloth")
        builder.add("hat", torus(0.73 * r, 0.09 * r).scale(1, 1.6, 1).move(y=y + 0.97 * r), ACCENT, "cloth")
    else:
        cap = dome(1.02 * r, 1.0 * r).move(y=y + 0.25 * r) + torus(0.98 * r, 0.16 * r).move(y=y + 0.3 * r)
        builder.add("hat", cap, ACCENT, "cloth")
        builder.add("hat", bead(0.26 * r).move(y=y + 1.35 * r), "white", "fur")
    for side, lift in lifts.items():
        shoulder = (side * chest_radius * 0.85, chest + 0.04, 0)
        elbow = (side * (chest_radius + 0.13), chest + 0.05 + lift * 0.4, 0.04)
        hand = (side * (chest_radius + 0.27), chest + lift, 0.06)
        builder.add("arm", tube([shoulder, elbow, hand], 0.02), "brown", "wood")
        for up in (-1, 1):
            builder.add("arm", capsule(hand, offset(hand, side * 0.07, 0.06 * up), 0.014), "brown", "wood")
