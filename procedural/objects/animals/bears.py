"""Build functions of bear, panda and monkey."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both, chain, place_at
from procedural.geometry.shapes import bead, pair, sphere
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.muzzle import add_muzzle_mouth, add_nose, add_nostrils, add_smile
from procedural.objects.parts.quadruped import Feet, Head, Legs, Muzzle, Neck, Quadruped, pose_quadruped


def bear(builder: Builder) -> None:
    """Build a bear: heavy body, small round ears, short tail, some with a bright chest."""
    _add_bear(builder, muzzle_colour="tan", limb_colour=MAIN)


def panda(builder: Builder) -> None:
    """Build a panda: white body, black legs, ears and eye patches; some hold bamboo."""
    head = _add_bear(builder, muzzle_colour="white", limb_colour=ACCENT)
    has_bamboo = builder.chance(0.6)

    patch = sphere(0.058, 0.072, 0.03).turn(z=-28, y=18)
    builder.add("eye patch", pair(patch.move(*offset(head, 0.092, 0.03, 0.155))), ACCENT, "fur")
    if has_bamboo:
        stalk = [offset(head, -0.28, -0.42, 0.2), offset(head, 0.05, -0.22, 0.26), offset(head, 0.34, -0.05, 0.28)]
        builder.add("bamboo", tube(stalk, 0.024, count=8), "lime")
        for turn, x in ((40, 0.3), (-30, 0.3), (10, 0.16)):
            stem = offset(offset(head, x, -0.06, 0.28), y=-(0.3 - x) * 0.6)
            leaf = sphere(0.1, 0.016, 0.035).move(x=0.08).turn(z=turn)
            builder.add("bamboo", leaf.move(*stem), "green", "leaf")


def _add_bear(builder: Builder, *, muzzle_colour: str, limb_colour: str) -> Joint:
    """Add a bear whose legs, shoulders and ears have the colour of its limbs, and return the middle of its head."""
    animal = Quadruped(
        body_length=builder.vary(0.48, 0.1),
        shoulder_height=builder.vary(0.42, 0.05),
        chest_radius=0.235,
        hip_radius=0.245,
        legs=Legs(radius=0.12, ankle_radius=0.09, spread=0.14, colour=limb_colour),
        feet=Feet(radii=(0.1, 0.065, 0.115), colour=limb_colour),
        sits=builder.chance(0.3),
        head=Head(at=(0, 0.25, 0.2), radii=(0.215, 0.195, 0.19)),
        neck=Neck(radius=0.19, head_radius=0.15),
        muzzle=Muzzle(start=(0, -0.05, 0.1), tip=(0, -0.065, 0.2), radius=0.1, tip_radius=0.08, colour=muzzle_colour),
    )
    has_dark_limbs = limb_colour != MAIN
    has_bib = not has_dark_limbs and builder.chance(0.5)

    body = pose_quadruped(animal, builder.pose)
    chest, head, skin = body.chest, body.head, [*body.skin]
    if has_dark_limbs:
        skin += place_at(chest, Capsule((-0.14, 0.02, 0), (0.14, 0.02, 0), 0.2, 0.2, "leg", limb_colour))
    if has_bib:
        skin += place_at(chest, Ellipsoid((0, -0.03, 0.12), (0.15, 0.17, 0.13), part="chest", colour=ACCENT))
    ear = Ellipsoid((0.155, 0.155, -0.02), (0.075, 0.075, 0.05), part="ear", colour=limb_colour)
    skin += place_at(head, *both(ear))
    skin += place_at(body.hip, Ellipsoid((0, 0.08, -0.24), 0.075, part="tail"))
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=62)
    if not has_dark_limbs:
        inner_ear = bead(0.045, 0.045, 0.02)
        builder.add("ear", pair(inner_ear.move(*offset(head, 0.155, 0.155, 0.03))), muzzle_colour)
    add_eyes(builder, *offset(head, 0.088, 0.045, 0.175), 0.033)
    add_nose(builder, offset(head, 0, -0.015, 0.275), (0.055, 0.04, 0.04))
    add_muzzle_mouth(builder, offset(head, 0, -0.07, 0.28), width=0.06, thickness=0.01)
    return head


def monkey(builder: Builder) -> None:
    """Build a sitting monkey: heart-shaped face, round ears, long curled tail, one hand raised or low, banana."""
    neck = builder.vary(0.46, 0.1)
    skull, girth = builder.vary(0.195, 0.07), builder.vary(0.15, 0.12)
    raises_hand = builder.chance(0.5)
    tail_side = builder.choose((-1, 1))
    has_banana = builder.chance(0.7)

    hip, head = 0.16, (0.0, neck + 0.19, 0.05)
    right_hand = (-0.2, 0.2, 0.24)
    left_hand = (0.36, neck + 0.25, 0.12) if raises_hand else (0.2, 0.24, 0.24)
    skin: list[Primitive] = [
        Capsule((0, hip, 0), (0, neck - 0.08, 0.02), girth, 0.8 * girth),
        Ellipsoid(head, (skull, 0.19, 0.18)),
        Ellipsoid((0, hip + 0.1, 0.08), (0.11, 0.14, 0.1), part="belly", colour=ACCENT),
    ]
    skin += place_at(
        head,
        *both(Ellipsoid((0.07, 0.04, 0.12), (0.085, 0.085, 0.07), part="face", colour=ACCENT)),
        Ellipsoid((0, -0.075, 0.12), (0.125, 0.085, 0.09), part="face", colour=ACCENT),
        *both(Ellipsoid((skull + 0.015, 0.02, 0), (0.075, 0.08, 0.04), part="ear")),
        *both(Ellipsoid((skull + 0.02, 0.02, 0.03), (0.045, 0.05, 0.025), part="ear", colour=ACCENT)),
    )
    for side, hand, elbow_drop in ((-1, right_hand, 0.05), (1, left_hand, 0.02 if raises_hand else 0.05)):
        shoulder = (side * 0.11, neck - 0.08, 0.02)
        elbow = (side * 0.28, (shoulder[1] + hand[1]) / 2 - elbow_drop, 0.1)
        knee, foot = (side * 0.24, 0.22, 0.2), (side * 0.2, 0.05, 0.28)
        skin += [
            Capsule(shoulder, elbow, 0.06, 0.05, "arm"),
            Capsule(elbow, hand, 0.05, 0.045, "arm"),
            Ellipsoid(hand, 0.06, part="hand", colour=ACCENT),
            Capsule((side * 0.1, hip - 0.03, 0.02), knee, 0.08, 0.06, "leg"),
            Capsule(knee, foot, 0.058, 0.045, "leg"),
            Ellipsoid((foot[0], 0.045, foot[2] + 0.05), (0.06, 0.045, 0.1), part="foot", colour=ACCENT),
        ]
    tail = [(0, 0.06, -0.12), (0.12, 0.07, -0.3), (0.32, 0.2, -0.32), (0.34, 0.48, -0.25)]
    tail += [(0.24, 0.52, -0.25), (0.24, 0.44, -0.25)]
    skin += chain(curve([(tail_side * x, y, z) for x, y, z in tail], 16), (0.036, 0.035), part="tail")
    builder.blend("body", skin, MAIN, "fur", smooth=0.04, detail=66)
    add_eyes(builder, *offset(head, 0.07, 0.045, 0.185), 0.034)
    add_nostrils(builder, offset(head, 0.025, -0.035, 0.205), 0.014, "dark brown")
    add_smile(builder, offset(head, 0.07, -0.085, 0.195), offset(head, 0, -0.115, 0.21), 0.011, "dark brown")
    if has_banana:
        fruit = [
            offset(left_hand, x, y, z) for x, y, z in ((-0.02, -0.06, 0.05), (0.05, 0.06, 0.08), (0.02, 0.2, 0.06))
        ]
        builder.add("banana", tube(fruit, [0.015, 0.042, 0.045, 0.015]), "yellow")
