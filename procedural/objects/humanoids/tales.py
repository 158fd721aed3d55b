"""Build functions of people from fairy tales and legends: wizard, king, princess, mermaid and Santa Claus."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive
from procedural.geometry.shapes import bead, box, capsule, cone, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, star, tube
from procedural.objects.parts.person import (
    HANG,
    Body,
    Face,
    Outfit,
    Person,
    add_beard,
    add_belt,
    add_cape,
    add_long_hair,
    add_person,
    add_robe,
    add_short_hair,
    choose_hair_colour,
    choose_skin,
    vary_proportions,
)


def wizard(builder: Builder) -> None:
    """Build a wizard: pointed hat, long white beard, robe with stars, staff with a glowing orb."""
    skin = choose_skin(builder)
    proportions = vary_proportions(builder)
    robe_radius = builder.vary(0.25, 0.1)
    beard = builder.choose(["white", "light grey", "white"])
    beard_length = builder.between(0.9, 1.7)
    hat_lean, hat_height = builder.between(-0.5, 0.5), builder.vary(2.5, 0.1)
    star_heights = [builder.between(0.1, 0.75) for _ in range(builder.count(7, 10))]
    staff_top = builder.between(0.3, 0.9)
    orb = builder.choose(["cyan", "turquoise", "hot pink"])

    person = Person(skin=skin, arms=("hold", "hang"), outfit=Outfit(gown=True), face=Face(smile=False))
    body = add_person(builder, person, proportions)
    r, (_, y, z) = body.head_radius, body.head
    add_robe(builder, body, hem_radius=robe_radius)
    builder.add("robe", torus(robe_radius, 0.026).move(y=0.028), ACCENT, "cloth")
    add_belt(builder, body, ACCENT)
    for hand_x, hand_y, hand_z in (body.right_hand, body.left_hand):
        cuff = torus(0.045, 0.022).turn(x=50).move(hand_x * 0.97, hand_y + 0.025, hand_z - 0.03)
        builder.add("robe", cuff, ACCENT, "cloth")
    add_beard(builder, body, beard, length=beard_length, width=0.95)
    add_short_hair(builder, body, "white", "fur", size=1.08)

    brim = lathe([(0, -0.02), (1.75 * r, -0.03), (1.8 * r, 0), (1.72 * r, 0.03), (0, 0.06)])
    builder.add("hat", brim.move(*body.from_head(0, 0.5)), MAIN, "cloth")
    height = hat_height * r
    crown = [
        body.from_head(0, 0.45),
        (0, y + 0.5 * r + 0.5 * height, z),
        (hat_lean * r, y + 0.5 * r + height, z - 0.6 * r),
    ]
    builder.add("hat", tube(crown, [1.08 * r, 0.8 * r, 0.45 * r, 0.06 * r], sides=24), MAIN, "cloth")
    band = torus(1.05 * r, 0.12 * r).scale(1, 1.5, 1).move(*body.from_head(0, 0.62))
    builder.add("hat", band, ACCENT, "cloth")
    for i, up in enumerate(star_heights):
        radius = robe_radius * (1 - 0.62 * up) + 0.035 * up
        shape = star(0.034, 0.02).turn(x=-12 - 10 * up).move(z=radius + 0.012)
        builder.add("star", shape.turn(y=137.5 * i).move(y=0.36 * up + 0.05), "gold", "metal")
    builder.add("star", star(0.05, 0.025).turn(x=-10).move(*body.from_head(0, 1.15, 0.95)), "gold", "metal")
    hand_x, _, hand_z = body.right_hand
    _staff(builder, (hand_x, y + staff_top * r, hand_z), orb)


def _staff(builder: Builder, top: Joint, orb: str) -> None:
    """Add a staff from the ground to `top` with a glowing orb in four claws."""
    x, height, z = top
    builder.add("staff", tube([(x, 0.0, z), (x - 0.01, height * 0.5, z + 0.01), top], 0.024), "brown", "wood")
    claw = tube([(0.02, 0, 0), (0.08, 0.06, 0), (0.06, 0.14, 0)], [0.02, 0.016, 0.01], sides=8, count=10)
    builder.add("staff", ring(claw, 4).move(*offset(top, y=-0.02)), "brown", "wood")
    builder.add("orb", sphere(0.066).move(*offset(top, y=0.07)), orb, "glow")


def _crown(builder: Builder, body: Body, *, points: int, height: float) -> None:
    """Add a golden crown with jewels; `height` is relative to the head's radius."""
    r = body.head_radius
    brow = body.from_head(0, 0.55)
    profile = [(0.8 * r, 0), (0.92 * r, 0), (1.0 * r, 0.45 * height * r), (0.86 * r, 0.45 * height * r)]
    builder.add("crown", lathe(profile, closed=True).move(*brow), "gold", "metal")
    spike = cone(0.27 * r, 0.75 * height * r, sides=10).scale(1, 1, 0.55).move(y=0.7 * height * r, z=0.93 * r)
    builder.add("crown", ring(spike, points).move(*brow), "gold", "metal")
    tip = bead(0.11 * r).move(y=1.1 * height * r, z=0.93 * r)
    builder.add("jewel", ring(tip, points).move(*brow), ACCENT, "crystal")
    gem = bead(0.1 * r).move(z=0.96 * r)
    builder.add("jewel", ring(gem, points, 180 / points).move(*offset(brow, y=0.2 * height * r)), ACCENT, "crystal")


def king(builder: Builder) -> None:
    """Build a king: crown, beard, robe with a white fur trim, cape, sceptre."""
    skin = choose_skin(builder)
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin, ["white", "brown", "light grey", "dark brown"])
    beard_length = builder.between(0.2, 0.6)
    robe_radius = builder.vary(0.25, 0.06)
    crown_points, crown_height = builder.count(5, 7), builder.vary(0.95, 0.15)

    person = Person(skin=skin, girth=1.25, arms=("hold", "hang"), outfit=Outfit(gown=True), face=Face())
    body = add_person(builder, person, proportions)
    add_beard(builder, body, hair, length=beard_length, width=1.3)
    add_short_hair(builder, body, hair, "fur")
    add_robe(builder, body, hem_radius=robe_radius)
    builder.add("fur", torus(robe_radius, 0.042).move(y=0.04), "white", "fur")
    trim = [
        (0, body.neck - 0.06, 0.135),
        (0, body.hip + 0.1, 0.165),
        (0, 0.2, 0.72 * robe_radius),
        (0, 0.06, robe_radius),
    ]
    builder.add("fur", tube(trim, 0.042), "white", "fur")
    builder.add("fur", torus(0.13, 0.055).scale(1.25, 1, 1).move(y=body.neck - 0.02), "white", "fur")
    for i in range(12):
        spot = bead(0.016, 0.026, 0.012).move(z=robe_radius + 0.037).turn(y=30 * i + 15).move(y=0.045)
        builder.add("fur", spot, "black")
    add_belt(builder, body, "gold")
    add_cape(builder, body, ACCENT, length=body.neck - 0.02, width=0.62)
    _crown(builder, body, points=crown_points, height=crown_height)
    _sceptre(builder, body.right_hand)


def _sceptre(builder: Builder, hand: Joint) -> None:
    """Add a golden sceptre with a crystal."""
    top = offset(hand, y=0.2)
    builder.add("sceptre", capsule(offset(hand, y=-0.25), top, 0.02), "gold", "metal")
    builder.add("sceptre", sphere(0.055).move(*offset(hand, y=0.24)), ACCENT, "crystal")
    mount = torus(0.05, 0.015).move(*top) + sphere(0.025).move(*offset(hand, y=0.31))
    builder.add("sceptre", mount, "gold", "metal")


def princess(builder: Builder) -> None:
    """Build a princess or queen: wide ball gown with ruffles, long hair, crown, puffed sleeves."""
    skin = choose_skin(builder)
    arms = builder.choose([HANG, ("hip", "hang"), ("hold", "hang")])
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin)
    hair_end = builder.between(0.05, 0.2)
    hem_radius = builder.vary(0.32, 0.08)
    folds = builder.count(8, 11)
    crown_height = builder.vary(0.7, 0.15)

    outfit = Outfit(sleeves=skin, gown=True)
    person = Person(skin=skin, girth=0.85, arms=arms, outfit=outfit, face=Face(cheeks=True))
    body = add_person(builder, person, proportions)
    add_long_hair(builder, body, hair, low=body.hip + hair_end)
    waist = body.hip + 0.14
    bell = [
        (hem_radius, 0),
        (hem_radius * 1.02, 0.05),
        (hem_radius * 0.83, 0.5 * waist),
        (0.16, 0.9 * waist),
        (0.1, waist),
    ]
    profile = [(0, 0), *map(tuple, curve(bell, 20)), (0, waist + 0.02)]
    builder.add("dress", lathe(profile), MAIN, "cloth")
    fold = tube([(-0.08, 0.03, -0.02), (0, -0.02, 0.015), (0.08, 0.03, -0.02)], 0.024, count=8, sides=8)
    for height, radius in ((0.05, hem_radius * 1.02), (0.5 * waist, hem_radius * 0.84)):
        garland = ring(fold.scale(radius * 5.5 / folds / 0.16 * 1.05, 1, 1).move(z=radius), folds)
        builder.add("ruffle", garland.move(y=height), ACCENT, "cloth")
    builder.add("bow", torus(0.096, 0.026).move(y=waist), ACCENT, "cloth")
    builder.add("bow", pair(sphere(0.05, 0.036, 0.02).turn(z=20).move(0.05, waist, 0.12)), ACCENT, "cloth")
    builder.add("sleeve", pair(sphere(0.082, 0.072, 0.08).move(0.145, body.neck - 0.065, 0)), MAIN, "cloth")
    builder.add("necklace", torus(0.085, 0.014).turn(x=14).move(y=body.neck - 0.01, z=0.02), "gold", "metal")
    _crown(builder, body, points=5, height=crown_height)


def mermaid(builder: Builder) -> None:
    """Build a mermaid: long hair, shell top, curved scaly tail with a big fin."""
    skin = choose_skin(builder)
    arms = builder.choose([("hang", "wave"), ("hip", "hang"), ("hang", "hip")])
    proportions = vary_proportions(builder)
    hair = builder.choose(["crimson", "orange", "hot pink", "amber", "violet"])
    hair_end = builder.between(0.0, 0.15)
    tail_swing = builder.choose((-1, 1)) * builder.vary(0.22, 0.2)

    outfit = Outfit(top=skin, sleeves=skin, gown=True, cloth=None)
    person = Person(skin=skin, girth=0.85, arms=arms, outfit=outfit, face=Face(cheeks=True))
    body = add_person(builder, person, proportions)
    add_long_hair(builder, body, hair, low=body.hip + hair_end)
    waist = body.hip + 0.1
    tail = [
        (0, waist + 0.03, 0),
        (0, body.hip - 0.1, 0.03),
        (tail_swing * 0.2, 0.1, 0.02),
        (tail_swing, 0.07, -0.04),
        (tail_swing * 1.9, 0.2, -0.03),
    ]
    builder.add("tail", tube(tail, [0.1, 0.135, 0.12, 0.085, 0.05], count=36, sides=24), MAIN, "glossy")
    builder.add("tail", torus(0.105, 0.028).move(y=waist), ACCENT, "glossy")
    for i, at in enumerate(curve(tail, 9)[1:-2]):
        turn = min(i / 5, 1) * math.degrees(math.atan2(tail_swing, 0.1)) * 0.75
        scales = torus(0.125 - 0.012 * i, 0.012).scale(1).turn(z=turn).move(*at)
        builder.add("scale", scales, MAIN, "glossy", shade=0.75)
    lobe = [(0, 0), (0.05, 0.08), (0.19, 0.2), (0.22, 0.3), (0.1, 0.26), (0.0, 0.17)]
    fin = prism([*lobe, *[(-x, y) for x, y in lobe[-2:0:-1]]], 0.03)
    fin = fin.turn(z=-25 if tail_swing > 0 else 25).move(tail_swing * 1.88, 0.17, -0.03)
    builder.add("fin", fin, ACCENT, "glossy")
    for side in (-1, 1):
        shell = sphere(0.062, 0.056, 0.04).move(side * 0.055, body.neck - 0.11, 0.098)
        builder.add("shell", shell, ACCENT, "glossy")
    builder.add("starfish", star(0.07, 0.03).turn(x=-12, y=30).move(*body.on_face(0.72, 0.62, 1.14)), "yellow")


def santa(builder: Builder) -> None:
    """Build Santa Claus: red coat with white fur, pointed cap, big beard, sack of presents."""
    mittens = builder.choose(["black", "white", "green"])
    left_arm = "wave" if builder.chance(0.4) else "hang"
    proportions = vary_proportions(builder)
    beard_length = builder.between(0.35, 0.8)
    hat_lean = builder.choose((-1, 1)) * builder.vary(1.0, 0.15)

    outfit = Outfit(trousers=MAIN, shoes="black", hands=mittens)
    person = Person(girth=1.45, arms=("hold", left_arm), outfit=outfit, face=Face(smile=False, cheeks=True))
    body = add_person(builder, person, proportions)
    r, (_, y, z), hip, neck = body.head_radius, body.head, body.hip, body.neck
    add_beard(builder, body, "white", length=beard_length, width=1.4)
    add_short_hair(builder, body, "white", "fur", size=1.08)
    lean = hat_lean * r
    hat = [
        body.from_head(0, 0.4),
        body.from_head(0, 1.2, -0.1),
        (lean * 0.7, y + 1.75 * r, z - 0.25 * r),
        (lean * 1.45, y + 1.2 * r, z - 0.3 * r),
    ]
    builder.add("hat", tube(hat, [1.06 * r, 0.75 * r, 0.4 * r, 0.1 * r], sides=24), MAIN, "cloth")
    builder.add("fur", torus(1.0 * r, 0.2 * r).move(*body.from_head(0, 0.48)), "white", "fur")
    builder.add("pompom", sphere(0.27 * r).move(*hat[-1]), "white", "fur")

    coat = lathe([(0.19, hip - 0.08), (0.17, hip + 0.06), (0.165, hip + 0.2), (0.1, neck)])
    builder.add("coat", coat, MAIN, "cloth")
    builder.add("fur", torus(0.185, 0.036).move(y=hip - 0.07), "white", "fur")
    trim = [(0, hip - 0.05, 0.185), (0, hip + 0.15, 0.175), (0, neck - 0.05, 0.14)]
    builder.add("fur", tube(trim, 0.035), "white", "fur")
    builder.add("belt", torus(0.172, 0.026).scale(1, 1.4, 1).move(y=hip + 0.06), "black", "leather")
    builder.add("buckle", box(0.085, 0.075, 0.03, 0.012).move(0, hip + 0.06, 0.215), "gold", "metal")
    for hand_x, hand_y, hand_z in (body.right_hand, body.left_hand):
        cuff = torus(0.042, 0.026).turn(x=20).move(hand_x * 0.97, hand_y + 0.035, hand_z - 0.015)
        builder.add("fur", cuff, "white", "fur")
    sack: list[Primitive] = [
        Ellipsoid((-0.24, hip + 0.2, -0.2), (0.19, 0.21, 0.18)),
        Capsule((-0.22, hip + 0.35, -0.14), (-0.21, hip + 0.46, -0.08), 0.07, 0.09),
    ]
    builder.blend("sack", sack, ACCENT, "cloth", smooth=0.08, detail=36)
