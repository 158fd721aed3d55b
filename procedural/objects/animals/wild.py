"""Build functions of large wild animals: elephant, lion, tiger and giraffe."""

from __future__ import annotations

import math
from dataclasses import replace

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, both, chain, place_at
from procedural.geometry.shapes import Floats, bead, capsule, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes, add_side_eyes
from procedural.objects.parts.muzzle import add_muzzle_mouth, add_nose, add_nostrils
from procedural.objects.parts.quadruped import (
    Feet,
    Head,
    Legs,
    Muzzle,
    Neck,
    PosedBody,
    Quadruped,
    pose_quadruped,
    spot_on,
    stripe_around,
)
from procedural.objects.parts.tails import add_tufted_tail


def elephant(builder: Builder) -> None:
    """Build an elephant: huge round body, broad ears, curved trunk, tusks, toenails; some wear a blanket."""
    animal = Quadruped(
        body_length=builder.vary(0.5, 0.08),
        shoulder_height=builder.vary(0.52, 0.05),
        chest_radius=0.275,
        hip_radius=0.285,
        legs=Legs(radius=0.12, ankle_radius=0.095, spread=0.155),
        feet=Feet(radii=(0.105, 0.06, 0.11)),
        head=Head(at=(0, 0.2, 0.27), radii=(0.2, 0.215, 0.2)),
    )
    hangs_trunk = builder.chance(0.5)
    ear_turn = builder.between(15, 40)
    has_blanket = builder.chance(0.35)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    trunk = [offset(head, 0, -0.05, 0.12), offset(head, 0, -0.22, 0.3)]
    if hangs_trunk:
        trunk += [(0, 0.2, head[2] + 0.33), (0, 0.12, head[2] + 0.45)]
    else:
        trunk += [offset(head, 0, -0.15, 0.5), offset(head, 0, 0.17, 0.52)]
    skin = [
        *body.skin,
        Capsule(chest, head, 0.2, 0.15),
        *chain(curve(trunk, 11), (0.115, 0.108), taper=0.007, part="trunk"),
    ]
    builder.blend("body", skin, MAIN, None, smooth=0.08, detail=60)
    outer = sphere(0.2, 0.25, 0.035).move(x=0.18, y=-0.04)
    inner = sphere(0.2 * 0.78, 0.25 * 0.78, 0.035).move(x=0.18, y=-0.04, z=0.022)
    for ear, colour in ((outer, MAIN), (inner, "pink")):
        builder.add("ear", pair(ear.turn(y=ear_turn, z=-8).move(*offset(head, 0.14, 0.06, -0.06))), colour)
    tusk = [offset(head, 0.1, -0.12, 0.13), offset(head, 0.14, -0.26, 0.24), offset(head, 0.14, -0.24, 0.4)]
    builder.add("tusk", pair(tube(tusk, [0.04, 0.035, 0.01])), "cream")
    add_eyes(builder, *offset(head, 0.11, 0.07, 0.155), 0.032)
    add_tufted_tail(
        builder,
        hip,
        [(0, 0.05, -0.27), (0, -0.15, -0.34), (0, -0.3, -0.31)],
        radius=0.022,
        tuft=(0, -0.3, -0.31),
        tuft_radii=(0.035, 0.065, 0.035),
        tuft_colour="dark grey",
    )
    if builder.pose is None:
        for z in (chest[2] + 0.03, hip[2]):
            for turn in (-32, 0, 32):
                nail = bead(0.03, 0.03, 0.016).move(0, 0.04, 0.118).turn(y=turn)
                builder.add("toenail", pair(nail.move(animal.legs.spread, 0, z)), "cream")
    if has_blanket:
        blanket = sphere(0.3, 0.3, 0.2).keep(lambda points: 0.02 - points[:, 1])
        builder.add("blanket", blanket.move(*along(hip, chest, 0.45)), ACCENT, "cloth")


def lion(builder: Builder) -> None:
    """Build a lion: great mane round the face, tufted tail."""
    animal = _vary_big_cat(builder)
    mane_radius = builder.vary(0.155, 0.12)
    tail_lift, tail_swing = builder.between(-0.1, 0.35), builder.between(-0.25, 0.25)

    body = pose_quadruped(animal, builder.pose)
    skin, head = [*body.skin], body.head
    lock_radii = (mane_radius * 0.62, mane_radius * 0.62, mane_radius * 0.55)
    for i in range(11):
        angle = 2 * math.pi * i / 11
        lock = Ellipsoid((0.2 * math.cos(angle), 0.2 * math.sin(angle), 0), lock_radii, part="mane", colour=ACCENT)
        skin += place_at(offset(head, y=0.01, z=-0.02), lock)
    skin += place_at(head, Ellipsoid((0, -0.05, -0.16), (0.23, 0.26, 0.15), part="mane", colour=ACCENT))
    skin += place_at(body.chest, Ellipsoid((0, -0.02, 0.08), (0.16, 0.2, 0.14), part="mane", colour=ACCENT))
    tail = _big_cat_tail(body, tail_lift, tail_swing)
    skin += chain(tail, (0.042, 0.04), part="tail", colour=MAIN)
    skin.append(Ellipsoid(tail[-1], 0.08, part="tail", colour=ACCENT))
    builder.blend("body", skin, MAIN, "fur", smooth=0.05, detail=66)
    _add_big_cat_face(builder, head)


def tiger(builder: Builder) -> None:
    """Build a tiger: black stripes round body and tail, white cheeks and chest."""
    animal = _vary_big_cat(builder)
    tail_lift, tail_swing = builder.between(-0.1, 0.35), builder.between(-0.25, 0.25)

    body = pose_quadruped(animal, builder.pose)
    skin, head = [*body.skin], body.head
    cheek = Ellipsoid((0.14, -0.08, 0.04), (0.085, 0.075, 0.08), part="cheek", colour=ACCENT)
    skin += place_at(head, *both(cheek))
    skin += place_at(body.chest, Ellipsoid((0, -0.08, 0.1), (0.13, 0.14, 0.12), part="chest", colour=ACCENT))
    skin += [
        stripe_around(body.hip, body.chest, 0.22 * i - 0.05, radius=0.19 + 0.006 * i, colour="black") for i in range(5)
    ]
    for x, lean in ((0.0, 0.0), (0.09, 25.0), (-0.09, -25.0)):
        skin += place_at(head, Ellipsoid((x, 0.15, 0.07), (0.018, 0.06, 0.055), (0, 0, lean), "stripe", "black"))
    tail = _big_cat_tail(body, tail_lift, tail_swing)
    for i, ring in enumerate(chain(tail, (0.042, 0.04), part="tail")):
        skin.append(replace(ring, colour="black" if i % 2 else MAIN))
    skin.append(Ellipsoid(tail[-1], 0.05, part="tail", colour="black"))
    builder.blend("body", skin, MAIN, "fur", smooth=0.045, detail=66)
    _add_big_cat_face(builder, head)
    for side in (-1, 1):
        for i in range(2):
            start = offset(offset(head, side * 0.165, 0.03, 0.1), y=-0.055 * i)
            end = offset(offset(head, side * 0.2, 0.04), y=-0.06 * i)
            builder.add("stripe", tube([start, end], 0.016, count=3, sides=8), "black")


def _vary_big_cat(builder: Builder) -> Quadruped:
    """Draw the proportions of a lion or tiger."""
    return Quadruped(
        body_length=builder.vary(0.64, 0.06),
        shoulder_height=builder.vary(0.45, 0.06),
        chest_radius=0.2,
        hip_radius=0.175,
        legs=Legs(radius=0.09, ankle_radius=0.068, spread=0.11),
        feet=Feet(radii=(0.08, 0.058, 0.1)),
        sits=builder.chance(0.25),
        head=Head(at=(0, 0.24, 0.2), radii=(0.185, 0.175, 0.165)),
        neck=Neck(radius=0.16, head_radius=0.14),
        muzzle=Muzzle(start=(0, -0.06, 0.06), tip=(0, -0.075, 0.17), radius=0.1, tip_radius=0.085, colour="cream"),
    )


def _big_cat_tail(body: PosedBody, lift: float, swing: float) -> Floats:
    """Return points [9, 3] along a long tail that stays above the ground."""
    _, y, z = body.hip
    path = [
        (0, y + 0.08, z - 0.1),
        (swing * 0.3, y + 0.1, z - 0.3),
        (swing, max(y - 0.02 + lift, 0.08), z - 0.42),
        (swing * 1.4, max(y + 1.5 * lift, 0.08), z - 0.5),
    ]
    return curve(path, 9)


def _add_big_cat_face(builder: Builder, head: Joint) -> None:
    """Add round ears, eyes, a nose and a mouth."""
    builder.add("ear", pair(sphere(0.07, 0.07, 0.035).move(*offset(head, 0.15, 0.16))), MAIN, "fur")
    builder.add("ear", pair(sphere(0.042, 0.042, 0.02).move(*offset(head, 0.15, 0.158, 0.028))), "cream")
    add_eyes(builder, *offset(head, 0.078, 0.045, 0.14), 0.033)
    add_nose(builder, offset(head, 0, -0.02, 0.245), (0.045, 0.03, 0.03), "dark brown")
    add_muzzle_mouth(builder, offset(head, 0, -0.06, 0.255), width=0.07, thickness=0.01)


def giraffe(builder: Builder) -> None:
    """Build a giraffe: very long neck and legs, brown patches, horns with knobs."""
    neck_base = (0.0, 0.05, 0.03)
    animal = Quadruped(
        body_length=builder.vary(0.44, 0.06),
        shoulder_height=builder.vary(0.66, 0.05),
        chest_radius=0.17,
        hip_radius=0.15,
        legs=Legs(radius=0.075, ankle_radius=0.045, spread=0.09),
        feet=Feet(radii=(0.055, 0.05, 0.06), part="hoof", colour="dark brown"),
        head=Head(at=(0, builder.vary(0.92, 0.08), builder.vary(0.32, 0.15)), radii=(0.095, 0.095, 0.11)),
        neck=Neck(radius=0.115, head_radius=0.065, base=neck_base),
    )
    trunk_spots = [
        (0.25 * i, side * 1.2 + builder.between(-0.2, 0.2), builder.between(0.075, 0.1))
        for i in range(5)
        for side in (-1, 0, 1)
    ]

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head, skin = body.hip, body.chest, body.head, [*body.skin]
    neck, nose = offset(chest, *neck_base), offset(head, 0, -0.08, 0.2)
    skin += [
        Capsule(head, nose, 0.085, 0.065),
        Ellipsoid(nose, (0.075, 0.062, 0.06), part="muzzle", colour="cream"),
    ]
    for i in range(5):
        share = 0.08 + 0.2 * i
        for k in range(3):
            angle = 2.1 * k + 0.8 * i
            direction = (math.cos(angle), 0.2, math.sin(angle))
            size, neck_radius = 0.09 - 0.03 * share, 0.11 - 0.05 * share
            skin.append(spot_on(along(neck, head, share), direction, size=size, trunk_radius=neck_radius))
    for share, angle, size in trunk_spots:
        direction = (math.sin(angle), math.cos(angle), 0.0)
        skin.append(spot_on(along(hip, chest, share), direction, size=size, trunk_radius=0.155))
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=68)
    horn = capsule(offset(head, 0.04, 0.07, -0.02), offset(head, 0.05, 0.18, -0.03), 0.02)
    builder.add("horn", pair(horn), MAIN)
    builder.add("horn", pair(bead(0.034).move(*offset(head, 0.05, 0.19, -0.03))), ACCENT)
    ear = sphere(0.075, 0.035, 0.022).turn(z=18)
    builder.add("ear", pair(ear.move(*offset(head, 0.135, 0.06, -0.04))), MAIN, "fur")
    add_side_eyes(builder, *offset(head, 0.082, 0.025, 0.05), 0.03)
    add_nostrils(builder, offset(nose, 0.03, 0.02, 0.055), 0.015, "dark brown")
    crest = [along(neck, head, share) for share in (0.1, 0.4, 0.7, 1.0)]
    mane = [offset(offset(root, y=0.03, z=-0.115), z=0.05 * i / 3) for i, root in enumerate(crest)]
    builder.add("mane", tube(mane, 0.035), ACCENT, "fur")
    add_tufted_tail(
        builder,
        hip,
        [(0, 0.08, -0.12), (0, -0.05, -0.2), (0, -0.25, -0.19)],
        radius=0.018,
        tuft=(0, -0.28, -0.19),
        tuft_radii=(0.035, 0.07, 0.035),
    )
