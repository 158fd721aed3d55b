"""Build functions of hoofed animals: horse, zebra, cow, sheep and pig."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import along, offset
from procedural.geometry.sdf import Ellipsoid, Primitive, place_at
from procedural.geometry.shapes import bead, cone, cylinder, pair, sphere, torus
from procedural.geometry.sweeps import helix, tube
from procedural.objects.parts.equine import add_equine
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.muzzle import add_nostrils, add_smile
from procedural.objects.parts.quadruped import Feet, Head, Legs, Neck, Quadruped, pose_quadruped, spot_on
from procedural.objects.parts.tails import add_tufted_tail

CURL_TURN = 2.399963
"""Angle in radians from one curl of wool to the next: the golden angle, which spreads them without rows."""


def horse(builder: Builder) -> None:
    """Build a horse, standing or galloping, some with a blaze or a saddle."""
    body = add_equine(builder, [ACCENT], blaze=builder.chance(0.5))
    has_saddle = builder.chance(0.35)
    if has_saddle and not body.sits:
        _, y, z = body.chest
        builder.add("saddle", torus(0.19, 0.03).scale(1, 1, 0.8).turn(x=90).move(0, y, z - 0.28), "maroon", "leather")
        seat = sphere(0.15, 0.05, 0.17).move(0, y + 0.185, z - 0.27)
        builder.add("saddle", seat + sphere(0.09, 0.06, 0.04).move(0, y + 0.24, z - 0.4), "maroon", "leather")


def zebra(builder: Builder) -> None:
    """Build a zebra: a horse's shape in black and white bands, with a brush of a mane."""
    add_equine(builder, ("black", "white", "black", "white", "black"), stripes="black")


def cow(builder: Builder) -> None:
    """Build a cow: big body with patches, horns, pink muzzle and udder; most wear a bell."""
    animal = Quadruped(
        body_length=builder.vary(0.66, 0.06),
        shoulder_height=builder.vary(0.5, 0.05),
        chest_radius=0.245,
        hip_radius=0.23,
        legs=Legs(radius=0.09, ankle_radius=0.065, spread=0.13),
        feet=Feet(radii=(0.07, 0.06, 0.075), part="hoof", colour="dark brown"),
        head=Head(at=(0, builder.vary(0.26, 0.1), 0.3), radii=(0.15, 0.17, 0.15)),
        neck=Neck(radius=0.17, head_radius=0.13),
    )
    spots = [
        (builder.between(0.0, 1.0), builder.between(-1.7, 1.7), builder.between(0.12, 0.2))
        for _ in range(builder.count(7, 9))
    ]
    has_bell = builder.chance(0.7)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    muzzle = Ellipsoid((0, -0.12, 0.12), (0.13, 0.095, 0.1), part="muzzle", colour="pink")
    udder = Ellipsoid((0, -0.2, 0.16), (0.1, 0.09, 0.11), part="udder", colour="pink")
    head_spot = Ellipsoid((0.09, 0.06, 0.06), 0.11, part="spot", colour=ACCENT)
    trunk_spots = [
        spot_on(along(hip, chest, share), (math.sin(angle), math.cos(angle), 0), size=size, trunk_radius=0.235)
        for share, angle, size in spots
    ]
    skin = [*body.skin, *place_at(head, muzzle), *place_at(hip, udder), *trunk_spots, *place_at(head, head_spot)]
    builder.blend("body", skin, MAIN, "fur", smooth=0.07, detail=64)
    ear = sphere(0.1, 0.05, 0.035).turn(z=-12)
    builder.add("ear", pair(ear.move(*offset(head, 0.2, 0.07, -0.02))), ACCENT, "fur")
    horn = [offset(head, 0.09, 0.13), offset(head, 0.18, 0.2), offset(head, 0.19, 0.31, 0.03)]
    builder.add("horn", pair(tube(horn, [0.042, 0.035, 0.01])), "cream")
    add_eyes(builder, *offset(head, 0.085, 0.04, 0.125), 0.032)
    add_nostrils(builder, offset(head, 0.05, -0.095, 0.212), 0.02, "maroon")
    add_tufted_tail(
        builder,
        hip,
        [(0, 0.12, -0.2), (0.03, 0.05, -0.29), (0.05, -0.25, -0.27)],
        radius=0.022,
        tuft=(0.05, -0.29, -0.27),
        tuft_radii=(0.045, 0.08, 0.045),
    )
    if has_bell:
        builder.add("bell", cylinder(0.06, 0.09, top=0.035).move(*offset(chest, 0, -0.08, 0.26)), "gold", "metal")
        builder.add("collar", torus(0.17, 0.022).turn(x=52).move(*offset(chest, 0, 0.09, 0.12)), "red", "leather")


def sheep(builder: Builder) -> None:
    """Build a sheep: a cloud of wool on thin dark legs, dark face, hanging ears."""
    animal = Quadruped(
        body_length=0.42,
        shoulder_height=builder.vary(0.4, 0.06),
        chest_radius=0.2,
        hip_radius=0.2,
        legs=Legs(radius=0.055, ankle_radius=0.045, spread=0.11, colour=ACCENT),
        feet=Feet(radii=(0.055, 0.05, 0.06), part="hoof", colour="black"),
        head=Head(at=(0, 0.19, 0.24)),
    )
    wool_radius, wool_length = builder.vary(0.25, 0.06), builder.vary(0.36, 0.06)
    curl_radii = [builder.vary(0.1, 0.15) for _ in range(builder.count(26, 34))]

    body = pose_quadruped(animal, builder.pose)
    builder.blend("leg", [limb for limb in body.skin if limb.part], ACCENT, smooth=0.03, detail=44)
    x, y, z = middle = along(body.hip, body.chest, 0.5)
    wool: list[Primitive] = [Ellipsoid(middle, (wool_radius, wool_radius, wool_length))]
    for i, curl_radius in enumerate(curl_radii):
        height = 1 - 2 * (i + 0.5) / len(curl_radii)
        angle, out = CURL_TURN * i, math.sqrt(1 - height * height)
        at = (
            x + wool_radius * out * math.cos(angle),
            y + wool_radius * height,
            z + wool_length * out * math.sin(angle),
        )
        wool.append(Ellipsoid(at, curl_radius))
    head = body.head
    wool += place_at(head, Ellipsoid((0, 0.1, -0.03), (0.11, 0.08, 0.1)), Ellipsoid((0, -0.05, -0.1), 0.15))
    builder.blend("wool", wool, MAIN, "fur", smooth=0.025, detail=60)
    builder.add("head", sphere(0.115, 0.165, 0.125).turn(x=-25).move(*head), ACCENT)
    builder.add("ear", pair(sphere(0.09, 0.04, 0.03).turn(z=-22).move(*offset(head, 0.16, 0.04, -0.02))), ACCENT)
    builder.add("eye", pair(sphere(0.036).move(*offset(head, 0.065, 0.05, 0.1))), "white", "glossy")
    builder.add("eye", pair(bead(0.02).move(*offset(head, 0.068, 0.05, 0.128))), "black", "glossy")
    builder.add("nose", bead(0.03, 0.02, 0.02).move(*offset(head, 0, -0.085, 0.145)), "pink")


def pig(builder: Builder) -> None:
    """Build a pig: round pink body, flat snout, folded ears, curly tail, some with spots."""
    animal = Quadruped(
        body_length=builder.vary(0.42, 0.1),
        shoulder_height=builder.vary(0.35, 0.05),
        chest_radius=0.235,
        hip_radius=builder.vary(0.245, 0.04),
        legs=Legs(radius=0.085, ankle_radius=0.062, spread=0.125),
        feet=Feet(radii=(0.06, 0.05, 0.06), part="hoof", colour="brown"),
        head=Head(at=(0, 0.12, 0.24), radii=(0.205, 0.195, 0.18)),
    )
    ear_fold = builder.between(30, 75)
    spots = [(builder.between(0, 1), builder.between(-1.2, 1.2)) for _ in range(4 if builder.chance(0.4) else 0)]

    body = pose_quadruped(animal, builder.pose)
    hip, head = body.hip, body.head
    builder.blend("body", body.skin, MAIN, None, smooth=0.07, detail=60)
    snout = offset(head, y=-0.03, z=0.2)
    builder.add("snout", cylinder(0.095, 0.13).turn(x=90).scale(1, 0.82, 1).move(*snout), ACCENT)
    builder.add("nostril", pair(bead(0.022, 0.034, 0.014).move(*offset(snout, 0.036, 0, 0.066))), "maroon")
    add_eyes(builder, *offset(head, 0.105, 0.08, 0.135), 0.03)
    ear = cone(0.085, 0.17, sides=24).scale(1, 1, 0.4).turn(x=ear_fold, z=-24)
    builder.add("ear", pair(ear.move(*offset(head, 0.135, 0.195, 0.03))), ACCENT)
    tail = helix(0.045, 0.14, 1.6, 0.02).turn(x=-70).move(*offset(hip, 0, 0.07, -0.28))
    builder.add("tail", tail, ACCENT)
    add_smile(builder, offset(head, 0.07, -0.12, 0.155), offset(head, 0, -0.15, 0.15), 0.012, "maroon")
    for share, angle in spots:
        spot = sphere(0.08, 0.03, 0.08).move(y=0.228).turn(z=math.degrees(angle))
        builder.add("spot", spot.move(*along(hip, body.chest, share)), "brown")
