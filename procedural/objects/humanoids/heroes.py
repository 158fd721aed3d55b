"""Builders of fighting figures: knight, viking, pirate. Costumes on the shared `person`."""

from __future__ import annotations

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.shapes import Floats, Shape, box, capsule, cylinder, dome, lathe, pair, sphere, torus
from procedural.geometry.sweeps import prism, tube
from procedural.objects.parts.person import Body, Wear, beard, belt, cape, face, hair_cap, person


def knight(builder: Builder) -> None:
    """A knight in plate armour: helmet with a visor and a plume, sword and shield."""
    plate = Wear(top=MAIN, sleeve=MAIN, trousers=MAIN, shoe=MAIN, hand=MAIN, skin=MAIN, cloth="metal", girth=1.12)
    body = person(builder, plate, ("hold", "hold"))
    r, (_, y, z) = body.radius, body.head
    _helmet(builder, body)
    lean = builder.between(0.5, 1.0)
    crest = [(0, y + 1.05 * r, z + 0.1 * r), (0, y + 1.75 * r, z - 0.3 * r), (0, y + 1.2 * r, z - (1.1 + lean) * r)]
    builder.add("plume", tube(crest, [0.14 * r, 0.3 * r, 0.3 * r, 0.06 * r]), ACCENT, "cloth")
    for side in (-1, 1):
        builder.add("armour", sphere(0.085, 0.075, 0.085).move(side * 0.16, body.neck - 0.04, 0), MAIN, "metal", 0.85)
        builder.add("armour", sphere(0.06).move(side * 0.08, body.hip * 0.55, 0.05), MAIN, "metal", 0.85)
    builder.add("tabard", _tabard(body), ACCENT, "cloth")
    belt(builder, body)
    _sword(builder, body.right, builder.vary(0.5, 0.1))
    _shield(builder, (body.left[0] + 0.03, body.left[1] - 0.02, body.left[2] + 0.05))
    if builder.chance(0.5):
        cape(builder, body, ACCENT, 0.52)


def _helmet(builder: Builder, body: Body) -> None:
    """A closed helmet, round or flat-topped, with a slit to look through and holes to breathe."""
    r, (_, y, z) = body.radius, body.head
    if builder.chance(0.6):
        builder.add("helmet", sphere(r * 1.1, r * 1.12, r * 1.12).move(0, y + 0.02 * r, z), MAIN, "metal")
        builder.add("helmet", torus(r * 1.02, r * 0.1).move(0, y - 0.5 * r, z), MAIN, "metal", 0.8)
        keel = [(0, y - 0.5 * r, z + 1.2 * r), (0, y, z + 1.22 * r), (0, y + 1.2 * r, z)]
        builder.add("visor", tube(keel, 0.06 * r), MAIN, "metal", 0.8)
    else:
        tall = [(0, -1.02), (1.02, -0.98), (1.1, 0.2), (0.95, 0.85), (0.5, 1.12), (0, 1.18)]
        builder.add("helmet", lathe([(a * r, b * r) for a, b in tall]).move(0, y, z), MAIN, "metal")
        builder.add("visor", box(0.14 * r, 1.6 * r, 0.2 * r, 0.02).move(0, y - 0.1 * r, z + 1.08 * r), "gold", "metal")
    for high, low, reach, colour in ((0.4, -0.3, 1.17, MAIN), (0.16, 0.0, 1.2, "black")):
        band = lathe([(r, low * r), (reach * r, low * r), (reach * r, high * r), (r, high * r)], closed=True)
        builder.add("visor", band.keep(lambda p: 0.42 * r - p[:, 2]).move(0, y, z), colour, "metal", 0.85)
    for side in (-1, 1):
        for i in range(3):
            hole = sphere(r * 0.07).move(z=1.08 * r).turn(y=side * (13 + 15 * i)).move(0, y - 0.42 * r, z)
            builder.add("visor", hole, "black")


def _tabard(body: Body) -> Shape:
    g = body.girth
    profile = [(0.128 * g, body.hip + 0.1), (0.137 * g, body.hip + 0.2), (0.125 * g, body.neck - 0.05)]
    skirt = [(0.16 * g, body.hip - 0.05), *profile]
    return lathe(skirt)


def _sword(builder: Builder, hand: Joint, long: float) -> None:
    """A sword held upright."""
    x, y, z = hand
    blade = [(-0.032, 0), (0.032, 0), (0.028, long * 0.8), (0, long), (-0.028, long * 0.8)]
    builder.add("sword", prism(blade, 0.022).move(x, y + 0.07, z), "silver", "metal")
    builder.add("sword", box(0.17, 0.03, 0.04, 0.012).move(x, y + 0.07, z), "gold", "metal")
    builder.add("sword", capsule((x, y - 0.07, z), (x, y + 0.06, z), 0.018), "dark brown", "leather")
    builder.add("sword", sphere(0.028).move(x, y - 0.08, z), "gold", "metal")


def _shield(builder: Builder, at: Joint) -> None:
    """A heater shield with a cross, turned a little outward."""
    half = [(0, -0.24), (0.11, -0.12), (0.15, 0.03), (0.155, 0.16), (0.0, 0.18)]
    rim = [(1.13 * a, 1.1 * b) for a, b in half]
    for outline, thick, colour, metal in ((rim, 0.03, "silver", "metal"), (half, 0.05, ACCENT, None)):
        shape = prism([*outline, *[(-a, b) for a, b in outline[-2:0:-1]]], thick)
        builder.add("shield", shape.turn(y=25).move(*at), colour, metal)
    cross = box(0.05, 0.34, 0.062, 0.008).move(y=-0.01) + box(0.23, 0.05, 0.062, 0.008).move(y=0.05)
    builder.add("shield", cross.turn(y=25).move(*at), "white")


def viking(builder: Builder) -> None:
    """A viking: horned helmet, big beard, axe and round shield."""
    body = person(builder, Wear(trousers="brown", hand=None, skin="skin", girth=1.2), ("hold", "hold"))
    face(builder, body, smile=False)
    hair = builder.choose(["orange", "amber", "brown", "cream", "dark brown"])
    beard(builder, body, hair, builder.between(0.5, 0.9), 1.2)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.3, 1.05), hair, "fur")
    for side in (-1, 1):
        braid = [
            (side * 0.8 * r, y - 0.3 * r, z),
            (side * 1.0 * r, y - 1.0 * r, z + 0.3 * r),
            (side * 0.9 * r, y - 1.5 * r, z + 0.5 * r),
        ]
        builder.add("hair", tube(braid, [0.2 * r, 0.2 * r, 0.08 * r]), hair, "fur")
    builder.add("helmet", dome(r * 1.16, r * 0.98).move(0, y + 0.28 * r, z), "grey", "metal")
    builder.add("helmet", torus(r * 1.14, r * 0.11).move(0, y + 0.3 * r, z), "gold", "metal")
    ridge = [
        (0, y + 0.3 * r, z + 1.2 * r),
        (0, y + 1.0 * r, z + 0.85 * r),
        (0, y + 1.28 * r, z),
        (0, y + 0.3 * r, z - 1.2 * r),
    ]
    builder.add("helmet", tube(ridge, 0.09 * r), "gold", "metal")
    spread = builder.vary(1.75, 0.1) * r
    horn = [(1.0 * r, y + 0.55 * r, z), (spread, y + 0.7 * r, z), (spread * 1.08, y + 1.65 * r, z + 0.1 * r)]
    builder.add("horn", pair(tube(horn, [0.26 * r, 0.22 * r, 0.03 * r])), "cream")
    builder.add("fur", torus(0.125, 0.055).scale(1.25, 0.9, 1).move(y=body.neck - 0.03), "brown", "fur", 0.8)
    builder.add(
        "tunic", lathe([(0.165, body.hip - 0.06), (0.13 * body.girth, body.hip + 0.09), (0.11, body.hip + 0.12)])
    )
    belt(builder, body)
    _axe(builder, body.right)
    at = (body.left[0] + 0.04, body.left[1], body.left[2] + 0.04)
    for radius, thick, colour, material in ((0.2, 0.03, "grey", "metal"), (0.175, 0.045, ACCENT, "wood")):
        builder.add("shield", cylinder(radius, thick).turn(x=90).turn(y=30).move(*at), colour, material)
    for angle in (0, 90):
        plank = box(0.33, 0.05, 0.056, 0.01).turn(z=angle + 45)
        builder.add("shield", plank.turn(y=30).move(*at), "cream", "wood")
    builder.add("shield", sphere(0.055).move(z=0.02).turn(y=30).move(*at), "gold", "metal")


def _axe(builder: Builder, hand: Joint) -> None:
    """A bearded axe held upright."""
    x, y, z = hand
    builder.add("axe", capsule((x, y - 0.25, z), (x, y + 0.3, z), 0.02), "brown", "wood")
    blade = [(0.0, 0.05), (-0.08, 0.08), (-0.16, 0.13), (-0.18, 0.02), (-0.15, -0.11), (-0.07, -0.03), (0.0, -0.04)]
    builder.add("axe", prism(blade, 0.035).move(x, y + 0.22, z), "silver", "metal")
    builder.add("axe", cylinder(0.032, 0.1).move(x, y + 0.225, z), "grey", "metal")


def pirate(builder: Builder) -> None:
    """A pirate: hat with a skull, eye patch, striped shirt under a coat, cutlass, hook or peg leg."""
    body = person(
        builder, Wear(top="white", trousers="dark brown", shoe="black", skin="skin", girth=1.1), ("hold", "hang")
    )
    face(builder, body, smile=True)
    r, (_, y, z) = body.radius, body.head
    dark = builder.choose(["black", "dark brown", "orange"])
    builder.add("hair", hair_cap(body, 0.3, 1.06), dark, "fur")
    if builder.chance(0.75):
        beard(builder, body, dark, builder.between(0.05, 0.4), 0.9)
    _tricorne(builder, body)
    patch = body.face(0.36, 0.04, 1.06)
    builder.add("eye patch", sphere(r * 0.26, r * 0.24, r * 0.1).turn(y=20).move(*patch), "black", "leather")
    builder.add("eye patch", torus(r * 0.99, r * 0.04).turn(z=24).move(0, y + 0.12 * r, z), "black", "leather")
    for i in range(4):
        builder.add(
            "stripe", torus(0.113 * body.girth, 0.02, sides=30).move(y=body.hip + 0.06 + 0.055 * i), "red", "cloth"
        )
    coat = lathe(
        [
            (0.2, body.hip - 0.16),
            (0.15 * body.girth, body.hip + 0.05),
            (0.145 * body.girth, body.neck - 0.06),
            (0.09, body.neck),
        ]
    )
    builder.add("coat", coat.keep(lambda p: p[:, 2] - 0.3 * np.abs(p[:, 0]) - 0.04), MAIN, "cloth")
    builder.add("coat", torus(0.1, 0.035).scale(1.1, 1, 1).move(y=body.neck - 0.01, z=-0.01), ACCENT, "cloth")
    belt(builder, body, "black")
    x, hand_y, hand_z = body.right
    blade = [
        (x, hand_y + 0.05, hand_z),
        (x - 0.02, hand_y + 0.25, hand_z + 0.06),
        (x - 0.03, hand_y + 0.45, hand_z + 0.22),
    ]
    builder.add("sword", tube(blade, [0.035, 0.045, 0.045, 0.01], flat=0.4), "silver", "metal")
    builder.add("sword", torus(0.06, 0.014).turn(z=90).move(x, hand_y, hand_z + 0.01), "gold", "metal")
    x, hand_y, hand_z = body.left
    builder.add("hook", cylinder(0.04, 0.06, top=0.055).move(x, hand_y + 0.02, hand_z), "gold", "metal")
    hook = [
        (x, hand_y - 0.03, hand_z),
        (x, hand_y - 0.1, hand_z + 0.02),
        (x, hand_y - 0.13, hand_z + 0.08),
        (x, hand_y - 0.07, hand_z + 0.11),
    ]
    builder.add("hook", tube(hook, [0.024, 0.022, 0.02, 0.006]), "silver", "metal")


def _tricorne(builder: Builder, body: Body) -> None:
    """A cocked hat with a skull and crossbones."""
    r, (_, y, z) = body.radius, body.head
    brim = lathe([(0, 0), (1.6 * r, 0.0), (1.66 * r, 0.05 * r), (1.6 * r, 0.1 * r), (0, 0.12 * r)], sides=60)

    def cock(points: Floats) -> Floats:
        out = np.hypot(points[:, 0], points[:, 2]) / (1.6 * r)
        around = np.arctan2(points[:, 0], points[:, 2])
        points[:, 1] += 0.75 * r * np.maximum(out - 0.5, 0) * 2 * (0.55 + 0.45 * np.cos(3 * around))
        return points

    builder.add("hat", brim.warp(cock).turn(x=-6).move(0, y + 0.5 * r, z), "black", "leather")
    builder.add("hat", dome(1.08 * r, 0.8 * r).move(0, y + 0.5 * r, z), "black", "leather")
    front = (0.0, y + 1.02 * r, z + 1.46 * r)
    builder.add("skull", sphere(0.27 * r, 0.25 * r, 0.12 * r).move(*front), "white")
    builder.add("skull", sphere(0.16 * r, 0.12 * r, 0.1 * r).move(0, front[1] - 0.24 * r, front[2]), "white")
    builder.add("skull", pair(sphere(0.08 * r).move(0.1 * r, front[1], front[2] + 0.1 * r)), "black")
