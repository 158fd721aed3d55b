"""Build functions of fighters: knight, viking and pirate."""

from __future__ import annotations

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.shapes import Floats, box, capsule, cylinder, dome, lathe, pair, sphere, torus
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.person import (
    HOLD,
    Body,
    Face,
    Outfit,
    Person,
    add_beard,
    add_belt,
    add_cape,
    add_person,
    add_short_hair,
    vary_proportions,
)


def knight(builder: Builder) -> None:
    """Build a knight in plate armour: helmet with a visor and a plume, sword and shield."""
    proportions = vary_proportions(builder)
    has_round_helmet = builder.chance(0.6)
    plume_length = 1.1 + builder.between(0.5, 1.0)
    sword_length = builder.vary(0.5, 0.1)
    has_cape = builder.chance(0.5)

    plate = Outfit(trousers=MAIN, shoes=MAIN, hands=MAIN, cloth="metal")
    person = Person(skin=MAIN, girth=1.12, arms=HOLD, outfit=plate)
    body = add_person(builder, person, proportions)
    r, g = body.head_radius, body.girth
    _helmet(builder, body, is_round=has_round_helmet)
    crest = [body.from_head(0, 1.05, 0.1), body.from_head(0, 1.75, -0.3), body.from_head(0, 1.2, -plume_length)]
    builder.add("plume", tube(crest, [0.14 * r, 0.3 * r, 0.3 * r, 0.06 * r]), ACCENT, "cloth")
    for side in (-1, 1):
        pauldron = sphere(0.085, 0.075, 0.085).move(side * 0.16, body.neck - 0.04, 0)
        builder.add("armour", pauldron, MAIN, "metal", shade=0.85)
        knee_cap = sphere(0.06).move(side * 0.08, body.hip * 0.55, 0.05)
        builder.add("armour", knee_cap, MAIN, "metal", shade=0.85)
    tabard = [
        (0.16 * g, body.hip - 0.05),
        (0.128 * g, body.hip + 0.1),
        (0.137 * g, body.hip + 0.2),
        (0.125 * g, body.neck - 0.05),
    ]
    builder.add("tabard", lathe(tabard), ACCENT, "cloth")
    add_belt(builder, body)
    _sword(builder, body.right_hand, sword_length)
    _heater_shield(builder, offset(body.left_hand, 0.03, -0.02, 0.05))
    if has_cape:
        add_cape(builder, body, ACCENT, length=0.52)


def _helmet(builder: Builder, body: Body, *, is_round: bool) -> None:
    """Add a closed helmet, round or flat-topped, with a slit to see through and holes to breathe."""
    r = body.head_radius
    if is_round:
        builder.add("helmet", sphere(r * 1.1, r * 1.12, r * 1.12).move(*body.from_head(0, 0.02)), MAIN, "metal")
        builder.add("helmet", torus(r * 1.02, r * 0.1).move(*body.from_head(0, -0.5)), MAIN, "metal", shade=0.8)
        keel = [body.from_head(0, -0.5, 1.2), body.from_head(0, 0, 1.22), body.from_head(0, 1.2)]
        builder.add("visor", tube(keel, 0.06 * r), MAIN, "metal", shade=0.8)
    else:
        profile = [(0, -1.02), (1.02, -0.98), (1.1, 0.2), (0.95, 0.85), (0.5, 1.12), (0, 1.18)]
        builder.add("helmet", lathe([(x * r, y * r) for x, y in profile]).move(*body.head), MAIN, "metal")
        rib = box(0.14 * r, 1.6 * r, 0.2 * r, 0.02)
        builder.add("visor", rib.move(*body.from_head(0, -0.1, 1.08)), "gold", "metal")
    for top, low, out, colour in ((0.4, -0.3, 1.17, MAIN), (0.16, 0.0, 1.2, "black")):
        band = lathe([(r, low * r), (out * r, low * r), (out * r, top * r), (r, top * r)], closed=True)
        front = band.keep(lambda p: 0.42 * r - p[:, 2]).move(*body.head)
        builder.add("visor", front, colour, "metal", shade=0.85)
    for side in (-1, 1):
        for i in range(3):
            hole = sphere(r * 0.07).move(z=1.08 * r).turn(y=side * (13 + 15 * i))
            builder.add("visor", hole.move(*body.from_head(0, -0.42)), "black")


def _sword(builder: Builder, hand: Joint, length: float) -> None:
    """Add a sword held upright."""
    blade = [(-0.032, 0), (0.032, 0), (0.028, length * 0.8), (0, length), (-0.028, length * 0.8)]
    guard = offset(hand, y=0.07)
    builder.add("sword", prism(blade, 0.022).move(*guard), "silver", "metal")
    builder.add("sword", box(0.17, 0.03, 0.04, 0.012).move(*guard), "gold", "metal")
    grip = capsule(offset(hand, y=-0.07), offset(hand, y=0.06), 0.018)
    builder.add("sword", grip, "dark brown", "leather")
    builder.add("sword", sphere(0.028).move(*offset(hand, y=-0.08)), "gold", "metal")


def _heater_shield(builder: Builder, at: Joint) -> None:
    """Add a shield with a cross, turned a little outward."""
    half = [(0, -0.24), (0.11, -0.12), (0.15, 0.03), (0.155, 0.16), (0.0, 0.18)]
    rim = [(1.13 * x, 1.1 * y) for x, y in half]
    for outline, thickness, colour, material in ((rim, 0.03, "silver", "metal"), (half, 0.05, ACCENT, None)):
        plate = prism([*outline, *[(-x, y) for x, y in outline[-2:0:-1]]], thickness)
        builder.add("shield", plate.turn(y=25).move(*at), colour, material)
    cross = box(0.05, 0.34, 0.062, 0.008).move(y=-0.01) + box(0.23, 0.05, 0.062, 0.008).move(y=0.05)
    builder.add("shield", cross.turn(y=25).move(*at), "white")


def viking(builder: Builder) -> None:
    """Build a viking: horned helmet, big beard, axe and round shield."""
    proportions = vary_proportions(builder)
    hair = builder.choose(["orange", "amber", "brown", "cream", "dark brown"])
    beard_length = builder.between(0.5, 0.9)
    horn_spread = builder.vary(1.75, 0.1)

    person = Person(girth=1.2, arms=HOLD, outfit=Outfit(trousers="brown"), face=Face(smile=False))
    body = add_person(builder, person, proportions)
    r, (_, y, z) = body.head_radius, body.head
    add_beard(builder, body, hair, length=beard_length, width=1.2)
    add_short_hair(builder, body, hair, "fur", size=1.05)
    for side in (-1, 1):
        braid = [
            body.from_head(side * 0.8, -0.3),
            body.from_head(side * 1.0, -1.0, 0.3),
            body.from_head(side * 0.9, -1.5, 0.5),
        ]
        builder.add("hair", tube(braid, [0.2 * r, 0.2 * r, 0.08 * r]), hair, "fur")
    builder.add("helmet", dome(r * 1.16, r * 0.98).move(*body.from_head(0, 0.28)), "grey", "metal")
    builder.add("helmet", torus(r * 1.14, r * 0.11).move(*body.from_head(0, 0.3)), "gold", "metal")
    ridge = [
        body.from_head(0, 0.3, 1.2),
        body.from_head(0, 1.0, 0.85),
        body.from_head(0, 1.28),
        body.from_head(0, 0.3, -1.2),
    ]
    builder.add("helmet", tube(ridge, 0.09 * r), "gold", "metal")
    spread = horn_spread * r
    horn = [(1.0 * r, y + 0.55 * r, z), (spread, y + 0.7 * r, z), (spread * 1.08, y + 1.65 * r, z + 0.1 * r)]
    builder.add("horn", pair(tube(horn, [0.26 * r, 0.22 * r, 0.03 * r])), "cream")
    collar = torus(0.125, 0.055).scale(1.25, 0.9, 1).move(y=body.neck - 0.03)
    builder.add("fur", collar, "brown", "fur", shade=0.8)
    tunic = [(0.165, body.hip - 0.06), (0.13 * body.girth, body.hip + 0.09), (0.11, body.hip + 0.12)]
    builder.add("tunic", lathe(tunic))
    add_belt(builder, body)
    _axe(builder, body.right_hand)
    _round_shield(builder, offset(body.left_hand, x=0.04, z=0.04))


def _axe(builder: Builder, hand: Joint) -> None:
    """Add a bearded axe held upright."""
    builder.add("axe", capsule(offset(hand, y=-0.25), offset(hand, y=0.3), 0.02), "brown", "wood")
    blade = [(0.0, 0.05), (-0.08, 0.08), (-0.16, 0.13), (-0.18, 0.02), (-0.15, -0.11), (-0.07, -0.03), (0.0, -0.04)]
    builder.add("axe", prism(blade, 0.035).move(*offset(hand, y=0.22)), "silver", "metal")
    builder.add("axe", cylinder(0.032, 0.1).move(*offset(hand, y=0.225)), "grey", "metal")


def _round_shield(builder: Builder, at: Joint) -> None:
    """Add a wooden shield with an iron rim, two crossed planks and a boss, turned a little outward."""
    for radius, thickness, colour, material in ((0.2, 0.03, "grey", "metal"), (0.175, 0.045, ACCENT, "wood")):
        builder.add("shield", cylinder(radius, thickness).turn(x=90).turn(y=30).move(*at), colour, material)
    for angle in (45, 135):
        plank = box(0.33, 0.05, 0.056, 0.01).turn(z=angle)
        builder.add("shield", plank.turn(y=30).move(*at), "cream", "wood")
    builder.add("shield", sphere(0.055).move(z=0.02).turn(y=30).move(*at), "gold", "metal")


def pirate(builder: Builder) -> None:
    """Build a pirate: hat with a skull, eye patch, striped shirt under a coat, cutlass and hook."""
    proportions = vary_proportions(builder)
    hair = builder.choose(["black", "dark brown", "orange"])
    beard_length = builder.between(0.05, 0.4) if builder.chance(0.75) else None

    outfit = Outfit(top="white", trousers="dark brown", shoes="black")
    person = Person(girth=1.1, arms=("hold", "hang"), outfit=outfit, face=Face())
    body = add_person(builder, person, proportions)
    r, g = body.head_radius, body.girth
    add_short_hair(builder, body, hair, "fur", size=1.06)
    if beard_length is not None:
        add_beard(builder, body, hair, length=beard_length, width=0.9)
    _tricorne(builder, body)
    patch = sphere(r * 0.26, r * 0.24, r * 0.1).turn(y=20).move(*body.on_face(0.36, 0.04, 1.06))
    builder.add("eye patch", patch, "black", "leather")
    strap = torus(r * 0.99, r * 0.04).turn(z=24).move(*body.from_head(0, 0.12))
    builder.add("eye patch", strap, "black", "leather")
    for i in range(4):
        stripe = torus(0.113 * g, 0.02, sides=30).move(y=body.hip + 0.06 + 0.055 * i)
        builder.add("stripe", stripe, "red", "cloth")
    profile = [
        (0.2, body.hip - 0.16),
        (0.15 * g, body.hip + 0.05),
        (0.145 * g, body.neck - 0.06),
        (0.09, body.neck),
    ]
    coat = lathe(profile).keep(lambda p: p[:, 2] - 0.3 * np.abs(p[:, 0]) - 0.04)
    builder.add("coat", coat, MAIN, "cloth")
    collar = torus(0.1, 0.035).scale(1.1, 1, 1).move(y=body.neck - 0.01, z=-0.01)
    builder.add("coat", collar, ACCENT, "cloth")
    add_belt(builder, body, "black")
    _cutlass(builder, body.right_hand)
    _hook(builder, body.left_hand)


def _tricorne(builder: Builder, body: Body) -> None:
    """Add a cocked hat with a skull."""
    r = body.head_radius
    brim = lathe([(0, 0), (1.6 * r, 0.0), (1.66 * r, 0.05 * r), (1.6 * r, 0.1 * r), (0, 0.12 * r)], sides=60)

    def cock(points: Floats) -> Floats:
        out = np.hypot(points[:, 0], points[:, 2]) / (1.6 * r)
        around = np.arctan2(points[:, 0], points[:, 2])
        points[:, 1] += 0.75 * r * np.maximum(out - 0.5, 0) * 2 * (0.55 + 0.45 * np.cos(3 * around))
        return points

    crown = body.from_head(0, 0.5)
    builder.add("hat", brim.warp(cock).turn(x=-6).move(*crown), "black", "leather")
    builder.add("hat", dome(1.08 * r, 0.8 * r).move(*crown), "black", "leather")
    skull = body.from_head(0, 1.02, 1.46)
    builder.add("skull", sphere(0.27 * r, 0.25 * r, 0.12 * r).move(*skull), "white")
    builder.add("skull", sphere(0.16 * r, 0.12 * r, 0.1 * r).move(*offset(skull, y=-0.24 * r)), "white")
    builder.add("skull", pair(sphere(0.08 * r).move(*offset(skull, x=0.1 * r, z=0.1 * r))), "black")


def _cutlass(builder: Builder, hand: Joint) -> None:
    """Add a curved sword held upright."""
    blade = [offset(hand, y=0.05), offset(hand, -0.02, 0.25, 0.06), offset(hand, -0.03, 0.45, 0.22)]
    builder.add("sword", tube(blade, [0.035, 0.045, 0.045, 0.01], flat=0.4), "silver", "metal")
    builder.add("sword", torus(0.06, 0.014).turn(z=90).move(*offset(hand, z=0.01)), "gold", "metal")


def _hook(builder: Builder, hand: Joint) -> None:
    """Add a hook in place of the hand."""
    builder.add("hook", cylinder(0.04, 0.06, top=0.055).move(*offset(hand, y=0.02)), "gold", "metal")
    hook = [
        offset(hand, y=-0.03),
        offset(hand, y=-0.1, z=0.02),
        offset(hand, y=-0.13, z=0.08),
        offset(hand, y=-0.07, z=0.11),
    ]
    builder.add("hook", tube(hook, [0.024, 0.022, 0.02, 0.006]), "silver", "metal")
