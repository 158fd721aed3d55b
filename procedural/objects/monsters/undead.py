"""Build functions of ghosts and ghouls: ghost, skeleton, zombie, mummy, vampire and demon."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Ellipsoid, Primitive, both
from procedural.geometry.shapes import Floats, bead, box, capsule, cone, cylinder, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import prism, sheet, tube
from procedural.objects.parts.person import (
    ARMS,
    LEGS,
    POSES,
    Body,
    Face,
    Outfit,
    Person,
    add_cape,
    add_person,
    add_short_hair,
    vary_proportions,
)
from procedural.objects.parts.wings import add_bat_wings


def ghost(builder: Builder) -> None:
    """Build a ghost: a floating sheet with a wavy hem, round eyes and mouth, little arms."""
    radius, height = builder.vary(0.26, 0.1), builder.vary(0.8, 0.08)
    folds, lean, fold_phase = builder.count(6, 8), builder.between(-0.14, 0.14), builder.between(0, 6)
    raises_arm = builder.pose == "waving" or builder.chance(0.5)
    mouth_height = 0.085 if builder.chance(0.5) else 0.04

    neck = height - radius
    head = [(radius * math.sin(a), neck + radius * math.cos(a)) for a in np.linspace(1.5, 0, 12)]
    side = [(radius * (1.45 - 0.42 * t), neck * t) for t in np.linspace(0, 0.97, 14)]

    def flutter(points: Floats) -> Floats:
        low = np.clip(1 - points[:, 1] / neck, 0, 1)[:, None] ** 1.3
        wave = np.cos(folds * np.arctan2(points[:, 0], points[:, 2]) + fold_phase)[:, None]
        points *= 1 + low * wave * np.array([0.13, 0, 0.13])
        outer = np.hypot(points[:, 0], points[:, 2])[:, None] > 0.5 * radius
        return np.asarray(points + low * np.where(outer, wave * 0.07, 0.06) * [0, 1, 0] + low**2 * [lean, 0, -0.1])

    cloth = lathe([(0, 0.02), (radius * 0.6, 0.02), *side, *head], sides=72).warp(flutter, 60)
    builder.add("body", cloth, MAIN, "cloth")
    for x, hand in ((-1, 0.4), (1, height - 0.08 if raises_arm else 0.38)):
        arm = capsule((x * radius * 0.7, 0.48, 0.05), (x * (radius + 0.14), hand, 0.17), 0.085, 0.065)
        builder.add("arm", arm, MAIN, "cloth")
    y = height - radius * 0.85
    builder.add("eye", pair(sphere(0.055, 0.08, 0.035).turn(y=22).move(0.095, y, radius * 0.9)), "black", "glossy")
    builder.add("eye", pair(bead(0.018).turn(y=22).move(0.115, y + 0.03, radius * 0.99)), "white")
    mouth = sphere(0.055, mouth_height, 0.035).move(0, y - 0.165, radius * 1.02)
    builder.add("mouth", mouth, "black", "glossy")
    cheek = bead(0.042, 0.026, 0.025).turn(y=38).move(0.175, y - 0.09, radius * 0.84)
    builder.add("cheek", pair(cheek), ACCENT)


def skeleton(builder: Builder) -> None:
    """Build a skeleton: skull with deep sockets and teeth, ribs, spine, pelvis, long bones."""
    skull_radius = builder.vary(0.15, 0.06)
    left_gesture = builder.choose(["wave", "hang", "hip", "raise"])

    hip, neck = 0.46, 0.83
    pose = POSES[builder.pose]
    _skull(builder, neck + skull_radius * 1.1, skull_radius)
    for i in range(7):
        builder.add("spine", bead(0.042, 0.032, 0.042).move(0, hip + 0.02 + i * 0.056, -0.02), MAIN)
    for i, radius in enumerate((0.13, 0.162, 0.174, 0.174)):
        rib = torus(radius, 0.021, sides=30).scale(1, 1.1, 0.72).turn(x=12).move(0, neck - 0.09 - 0.066 * i, 0.045)
        builder.add("rib", rib, MAIN)
    builder.add("rib", capsule((0, neck - 0.06, 0.14), (0, neck - 0.27, 0.165), 0.026), MAIN)
    builder.add("rib", pair(capsule((0.0, neck - 0.03, 0.05), (0.2, neck - 0.03, 0.0), 0.026)), MAIN)
    pelvis: list[Primitive] = [
        *both(Ellipsoid((0.075, hip, 0), (0.085, 0.07, 0.06), (0, 0, 25))),
        Ellipsoid((0, hip - 0.03, 0.01), (0.06, 0.05, 0.05)),
    ]
    builder.blend("pelvis", pelvis, MAIN, smooth=0.03, detail=40)
    for side, gesture, position in (
        (-1, pose.right_arm or "hang", pose.right_leg),
        (1, pose.left_arm or left_gesture, pose.left_leg),
    ):
        shoulder, hip_joint = (side * 0.2, neck - 0.04, 0.0), (side * 0.09, hip - 0.03, 0.0)
        elbow, hand = (offset(shoulder, side * 1.25 * x, 1.25 * y, 1.25 * z) for x, y, z in ARMS[gesture])
        _bones(builder, "arm", [shoulder, elbow, hand])
        _fingers(builder, elbow, hand)
        knee, ankle = (offset(hip_joint, side * 1.42 * x, 1.42 * y, 1.42 * z) for x, y, z in LEGS[position])
        _bones(builder, "leg", [hip_joint, knee, ankle])
        for x in (-0.035, 0.0, 0.035):
            toe = capsule(offset(ankle, y=-0.02), offset(ankle, x, -0.03, 0.11), 0.02)
            builder.add("foot", toe, MAIN)


def _skull(builder: Builder, y: float, r: float) -> None:
    """Add a skull of radius `r` centred at the height `y`."""
    primitives: list[Primitive] = [
        Ellipsoid((0, y + 0.02, 0.01), (r, r * 0.95, r * 1.02)),
        Ellipsoid((0, y - 0.75 * r, 0.07), (0.6 * r, 0.42 * r, 0.55 * r)),
        *both(Ellipsoid((0.4 * r, y - 0.02, 0.03 + 0.95 * r), (0.29 * r, 0.32 * r, 0.3 * r), subtract=True)),
    ]
    builder.blend("skull", primitives, MAIN, None, smooth=0.05, detail=44)
    builder.add("eye", pair(sphere(0.25 * r, 0.28 * r, 0.15 * r).move(0.4 * r, y - 0.02, 0.78 * r)), "black")
    builder.add("nose", cone(0.12 * r, 0.22 * r, sides=3).move(0, y - 0.4 * r, 1.02 * r), "black")
    for i in range(-2, 3):
        gap = box(0.014, 0.055, 0.02, 0.004).move(0.024 * i, y - 0.82 * r, 0.07 + 0.55 * r - 0.003 * i * i)
        builder.add("tooth", gap, "black")


def _bones(builder: Builder, name: str, joints: list[Joint]) -> None:
    """Add two long bones with knobs at their ends."""
    top, middle, end = joints
    for a, b in ((top, middle), (middle, end)):
        builder.add(name, capsule(a, b, 0.025), MAIN)
        for knob in (a, b):
            builder.add(name, bead(0.042).move(*knob), MAIN)


def _fingers(builder: Builder, elbow: Joint, hand: Joint) -> None:
    """Add three fingers that continue the forearm."""
    away = np.array(hand) - np.array(elbow)
    for x in (-0.035, 0.0, 0.035):
        tip = np.array(hand) + away / np.linalg.norm(away) * 0.085 + np.array([x, 0, 0.01])
        builder.add("hand", capsule(hand, tip, 0.017), MAIN)


def zombie(builder: Builder) -> None:
    """Build a zombie: arms stretched out, torn clothes, gaping mouth, uneven eyes, wild hair."""
    arms = builder.choose([("reach", "reach"), ("reach", "reach"), ("reach", "hang")])
    proportions = vary_proportions(builder)
    hair_heights = [builder.between(1.15, 1.45) for _ in range(builder.count(7, 11))]
    rag_lengths = [builder.vary(0.13, 0.3) for _ in range(11)]

    outfit = Outfit(top=ACCENT, sleeves=ACCENT, trousers="navy")
    person = Person(skin=MAIN, arms=arms, outfit=outfit)
    body = add_person(builder, person, proportions)
    _zombie_face(builder, body)
    r, (_, y, z), hip = body.head_radius, body.head, body.hip
    for i, height in enumerate(hair_heights):
        a = 2.4 * i
        root = (0.5 * r * math.sin(a) * (0.3 + 0.07 * i), y + 0.85 * r, z + 0.5 * r * math.cos(a) * (0.3 + 0.07 * i))
        tip = (root[0] * 1.9, y + height * r, z + (root[2] - z) * 1.9)
        builder.add("hair", capsule(root, tip, 0.1 * r, 0.04 * r), "dark grey")
    scar = [body.on_face(-0.5, 0.55, 1.02), body.on_face(-0.15, 0.42, 1.02)]
    builder.add("scar", tube(scar, 0.04 * r, count=4, sides=8), "maroon")
    for i, length in enumerate(rag_lengths):
        rag = cone(0.05, length, sides=6).scale(1, 1, 0.5).turn(x=180).move(y=hip + 0.05, z=0.118 * body.girth + 0.006)
        builder.add("rag", rag.turn(y=math.degrees(2 * math.pi * i / 11)), ACCENT, "cloth", shade=0.9)
    for hand in (body.right_hand, body.left_hand):
        for x in (-0.035, 0.0, 0.035):
            builder.add("hand", capsule(hand, offset(hand, x, -0.02, 0.08), 0.018), MAIN)
        cuff = cylinder(0.062, 0.05).turn(x=90).move(*offset(hand, y=-0.01, z=-0.1))
        builder.add("rag", cuff, ACCENT, "cloth", shade=0.8)
    builder.add("bone", capsule((0.09, hip * 0.5, 0.045), (0.095, hip * 0.5 + 0.08, 0.06), 0.03), "cream")
    patch = box(0.09, 0.08, 0.03, 0.008).turn(z=12).move(-0.05, hip + 0.17, 0.118 * body.girth)
    builder.add("patch", patch, "brown", "cloth")


def _zombie_face(builder: Builder, body: Body) -> None:
    """Add one white and one yellow eye and a gaping mouth with three teeth."""
    r = body.head_radius
    builder.add("eye", sphere(0.27 * r, 0.27 * r, 0.15 * r).move(*body.on_face(0.36, 0.08, 0.98)), "white", "glossy")
    builder.add("eye", sphere(0.2 * r, 0.2 * r, 0.15 * r).move(*body.on_face(-0.36, 0.02, 0.98)), "yellow", "glossy")
    builder.add("eye", bead(0.09 * r).move(*body.on_face(0.38, 0.08, 1.12)), "black")
    builder.add("eye", bead(0.07 * r).move(*body.on_face(-0.36, 0.02, 1.12)), "black")
    builder.add("mouth", sphere(0.36 * r, 0.22 * r, 0.12 * r).move(*body.on_face(0, -0.48, 0.95)), "maroon")
    for x in (-0.18, 0.06, 0.22):
        builder.add("tooth", box(0.12 * r, 0.16 * r, 0.08 * r, 0.003).move(*body.on_face(x, -0.4, 1.03)), "white")


def mummy(builder: Builder) -> None:
    """Build a mummy wrapped in bandages, loose ends hanging, glowing eyes in a dark slit."""
    arms = builder.choose([("reach", "reach"), ("reach", "hold"), ("hang", "reach")])
    proportions = vary_proportions(builder)

    wrapping = Outfit(trousers=MAIN, shoes=MAIN, hands=MAIN)
    person = Person(skin=MAIN, girth=1.05, arms=arms, outfit=wrapping)
    body = add_person(builder, person, proportions)
    r = body.head_radius
    for i in range(7):
        y = -0.78 + 0.27 * i
        if abs(y - 0.03) > 0.16:  # leaves the eyes free
            radius = math.sqrt(max(1 - y * y, 0.05)) * r * 0.98
            _bandage(builder, body.from_head(0, y), radius, 0.1 * r, tilt=9, roll=14)
    slit = sphere(r * 1.03, r * 1.03, r * 1.0).keep(
        lambda p: np.maximum(0.55 * r - p[:, 2], np.abs(p[:, 1] - 0.03 * r) - 0.2 * r)
    )
    builder.add("face", slit.move(*body.head), "black")
    builder.add("eye", pair(sphere(0.16 * r, 0.13 * r, 0.1 * r).move(*body.on_face(0.36, 0.03, 1.0))), ACCENT, "glow")
    for i in range(6):
        _bandage(builder, (0, body.hip + 0.01 + 0.052 * i, 0), 0.118 * body.girth, 0.022, tilt=10, roll=14)
    if builder.pose is None:
        for side in (-1, 1):
            for i in range(4):
                _bandage(builder, (side * 0.078, 0.11 + 0.052 * i, 0.008), 0.062, 0.019, roll=16)
    for x, y, z in (body.right_hand, body.left_hand):
        wrist = torus(0.05, 0.02).turn(x=80).move(x, y - 0.01, z - 0.07)
        builder.add("bandage", wrist, MAIN, "cloth", shade=0.85)
        end = [(x, y - 0.03, z - 0.05), (x * 1.05, y - 0.14, z - 0.02), (x * 0.95, y - builder.between(0.2, 0.32), z)]
        strip = tube(end, [0.03, 0.034, 0.03], flat=0.35, count=10)
        builder.add("bandage", strip, MAIN, "cloth", shade=0.9)
    _, y, z = body.head
    end = [(0, y + 0.3 * r, z - r), (0.08, y - 0.4 * r, z - 1.35 * r), (0.03, y - 1.3 * r, z - 1.5 * r)]
    builder.add("bandage", tube(end, [0.034, 0.04, 0.03], flat=0.35, count=12), MAIN, "cloth", shade=0.9)


def _bandage(
    builder: Builder, at: Joint, radius: float, thickness: float, *, roll: float, tilt: float | None = None
) -> None:
    """Add a ring of bandage of random shade, turned by up to `tilt` degrees about x and `roll` degrees about z."""
    turn_x = 0.0 if tilt is None else builder.between(-tilt, tilt)
    turn_z = builder.between(-roll, roll)
    hoop = torus(radius, thickness, sides=26).turn(x=turn_x, z=turn_z).move(*at)
    builder.add("bandage", hoop, MAIN, "cloth", shade=builder.between(0.8, 1.05))


def vampire(builder: Builder) -> None:
    """Build a vampire: pale face with fangs, slicked hair in a point, long cape with a high collar, red lining."""
    arms = builder.choose([("hip", "hang"), ("hang", "raise"), ("hip", "hip")])
    proportions = vary_proportions(builder)

    suit = Outfit(top="white", trousers=MAIN, shoes="black")
    person = Person(skin="light grey", girth=0.95, arms=arms, outfit=suit, face=Face())
    body = add_person(builder, person, proportions)
    r, hip, neck = body.head_radius, body.hip, body.neck
    add_short_hair(builder, body, "black", "glossy", hairline=0.55)
    peak = cone(0.3 * r, 0.5 * r, sides=3).scale(1.2, 1, 0.35).turn(x=165).move(*body.on_face(0, 0.5, 1.02))
    builder.add("hair", peak, "black", "glossy")
    for side in (-1, 1):
        fang = cone(0.1 * r, 0.28 * r, sides=10).turn(x=180).move(*body.on_face(side * 0.2, -0.55, 1.0))
        builder.add("tooth", fang, "white")
        ear = cone(0.17 * r, 0.5 * r, sides=12).scale(1, 1, 0.5).turn(z=-50 * side)
        builder.add("ear", ear.move(*body.from_head(side * 1.02, 0.15)), "light grey")
    vest = lathe([(0.137, hip + 0.04), (0.148, hip + 0.15), (0.13, hip + 0.23)])
    builder.add("vest", vest.keep(lambda p: 0.02 - p[:, 2]), ACCENT, "cloth")
    builder.add("bow tie", pair(sphere(0.042, 0.034, 0.022).turn(z=20).move(0.04, neck - 0.04, 0.115)), ACCENT)
    add_cape(builder, body, MAIN, length=neck - 0.03, width=0.72)
    spine = [(0, neck, -0.02), (0, neck - 0.12, -0.1), (0, neck / 2, -0.145), (0, 0.06, -0.205)]
    builder.add("lining", sheet(spine, [0.22, 0.29, 0.58, 0.66], cup=0.1), ACCENT, "cloth")
    for size, colour in ((1.0, MAIN), (0.93, ACCENT)):
        collar = lathe([(0.1 * size, 0), (0.22 * size, 0.19)], arc_deg=190, sides=30).turn(y=85)
        builder.add("collar", collar.scale(1, 1, 0.9).move(0, neck - 0.02, 0.0), colour, "cloth")


def demon(builder: Builder) -> None:
    """Build a devil: horns, bat wings, forked tail, trident, mischievous smile."""
    left_arm = builder.choose(["hip", "hang"])
    proportions = vary_proportions(builder)
    horn_height = builder.between(1.6, 2.0)
    has_beard = builder.chance(0.6)
    wing_span = builder.vary(0.5, 0.12)
    wing_colour = ACCENT if builder.chance(0.5) else MAIN

    outfit = Outfit(trousers="black", shoes="black", cloth=None)
    person = Person(skin=MAIN, girth=1.1, arms=("hold", left_arm), outfit=outfit, face=Face())
    body = add_person(builder, person, proportions)
    r = body.head_radius
    for side in (-1, 1):
        brow = [body.on_face(side * 0.12, 0.16, 1.03), body.on_face(side * 0.58, 0.38, 1.03)]
        builder.add("brow", tube(brow, 0.07 * r, count=4), "black")
        fang = cone(0.016, 0.045, sides=8).turn(x=180).move(*body.on_face(side * 0.2, -0.47, 1.02))
        builder.add("tooth", fang, "white")
    horn = [body.from_head(0.5, 0.75), body.from_head(1.0, 1.15), body.from_head(0.85, horn_height, 0.1)]
    builder.add("horn", pair(tube(horn, [0.2 * r, 0.15 * r, 0.02 * r])), ACCENT)
    ear = cone(0.2 * r, 0.6 * r, sides=16).scale(1, 1, 0.5).turn(z=-70).move(*body.from_head(1.15, 0.05))
    builder.add("ear", pair(ear), MAIN)
    if has_beard:
        beard = cone(0.2 * r, 0.5 * r, sides=12).turn(x=172).move(*body.from_head(0, -1.0, 0.75))
        builder.add("beard", beard, "black")
    shoulder = (0.07, body.neck - 0.1, -0.09)
    add_bat_wings(builder, shoulder, span=wing_span, lift=5, sweep=25, web_colour=wing_colour, web_shade=0.65)
    tail = [(0, body.hip, -0.1), (0.08, 0.1, -0.3), (0.25, 0.12, -0.42), (0.3, 0.35, -0.4)]
    builder.add("tail", tube(tail, [0.035, 0.028, 0.024, 0.022]), MAIN)
    spade = prism([(0, -0.05), (0.075, -0.03), (0.0, 0.13), (-0.075, -0.03)], 0.03)
    builder.add("tail", spade.turn(y=45).move(0.3, 0.38, -0.4), ACCENT)
    _trident(builder, body.right_hand)


def _trident(builder: Builder, hand: Joint) -> None:
    """Add a trident that stands on the ground."""
    x, y, z = hand
    builder.add("trident", capsule((x, 0.02, z), (x, y + 0.42, z), 0.018), "dark grey", "metal")
    prongs = [
        (x - 0.09, y + 0.58, z),
        (x - 0.09, y + 0.42, z),
        (x, y + 0.38, z),
        (x + 0.09, y + 0.42, z),
        (x + 0.09, y + 0.58, z),
    ]
    tips = join(*(cone(0.035, 0.08, sides=10).move(x + d, y + 0.6 + 0.02 * (d == 0), z) for d in (-0.09, 0.0, 0.09)))
    middle = capsule((x, y + 0.38, z), (x, y + 0.6, z), 0.018)
    builder.add("trident", tube(prongs, 0.018) + tips + middle, "dark grey", "metal")
