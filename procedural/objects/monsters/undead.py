"""Builders of ghosts and ghouls: ghost, skeleton, zombie, mummy, vampire, demon."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Ellipsoid, Primitive, both
from procedural.geometry.shapes import Floats, bead, box, capsule, cone, cylinder, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import prism, sheet, tube
from procedural.objects.monsters.dragons import bat_wing
from procedural.objects.parts.person import ARMS, GAITS, LEGS, Wear, cape, face, hair_cap, person


def ghost(builder: Builder) -> None:
    """A ghost: a floating sheet with a wavy hem, round eyes and mouth, little arms."""
    wide, tall = builder.vary(0.26, 0.1), builder.vary(0.8, 0.08)
    folds, lean, turn = builder.count(6, 8), builder.between(-0.14, 0.14), builder.between(0, 6)
    head = [(wide * math.sin(a), tall - wide + wide * math.cos(a)) for a in np.linspace(1.5, 0, 12)]
    side = [(wide * (1.45 - 0.42 * t), (tall - wide) * t) for t in np.linspace(0, 0.97, 14)]

    def flutter(points: Floats) -> Floats:
        low = np.clip(1 - points[:, 1] / (tall - wide), 0, 1)[:, None] ** 1.3
        wave = np.cos(folds * np.arctan2(points[:, 0], points[:, 2]) + turn)[:, None]
        points *= 1 + low * wave * np.array([0.13, 0, 0.13])
        outer = np.hypot(points[:, 0], points[:, 2])[:, None] > 0.5 * wide
        return np.asarray(points + low * np.where(outer, wave * 0.07, 0.06) * [0, 1, 0] + low**2 * [lean, 0, -0.1])

    sheet_body = lathe([(0, 0.02), (wide * 0.6, 0.02), *side, *head], sides=72).warp(flutter, 60)
    builder.add("body", sheet_body, MAIN, "cloth")
    up = builder.pose == "waving" or builder.chance(0.5)
    for way, height in ((-1, 0.4), (1, tall - 0.08 if up else 0.38)):
        arm = capsule((way * wide * 0.7, 0.48, 0.05), (way * (wide + 0.14), height, 0.17), 0.085, 0.065)
        builder.add("arm", arm, MAIN, "cloth")
    top = tall - wide * 0.85
    builder.add("eye", pair(sphere(0.055, 0.08, 0.035).turn(y=22).move(0.095, top, wide * 0.9)), "black", "glossy")
    builder.add("eye", pair(bead(0.018).turn(y=22).move(0.115, top + 0.03, wide * 0.99)), "white")
    scare = builder.chance(0.5)
    mouth = sphere(0.055, 0.085 if scare else 0.04, 0.035)
    builder.add("mouth", mouth.move(0, top - 0.165, wide * 1.02), "black", "glossy")
    builder.add("cheek", pair(bead(0.042, 0.026, 0.025).turn(y=38).move(0.175, top - 0.09, wide * 0.84)), ACCENT)


def skeleton(builder: Builder) -> None:
    """A skeleton: skull with deep sockets and teeth, ribs, spine, pelvis, long bones."""
    hip, neck = 0.46, 0.83
    r = builder.vary(0.15, 0.06)
    head = (0.0, neck + r * 1.1, 0.03)
    skull: list[Primitive] = [
        Ellipsoid((0, head[1] + 0.02, 0.01), (r, r * 0.95, r * 1.02)),
        Ellipsoid((0, head[1] - 0.75 * r, 0.07), (0.6 * r, 0.42 * r, 0.55 * r)),
    ]
    skull += both(Ellipsoid((0.4 * r, head[1] - 0.02, 0.03 + 0.95 * r), (0.29 * r, 0.32 * r, 0.3 * r), subtract=True))
    builder.blend("skull", skull, MAIN, None, smooth=0.05, detail=44)
    builder.add("eye", pair(sphere(0.25 * r, 0.28 * r, 0.15 * r).move(0.4 * r, head[1] - 0.02, 0.78 * r)), "black")
    builder.add("nose", cone(0.12 * r, 0.22 * r, sides=3).move(0, head[1] - 0.4 * r, 1.02 * r), "black")
    for i in range(-2, 3):
        builder.add(
            "tooth",
            box(0.014, 0.055, 0.02, 0.004).move(0.024 * i, head[1] - 0.82 * r, 0.07 + 0.55 * r - 0.003 * i * i),
            "black",
        )
    for i in range(7):
        builder.add("spine", bead(0.042, 0.032, 0.042).move(0, hip + 0.02 + i * 0.056, -0.02), MAIN)
    for i in range(4):
        wide = 0.15 + 0.012 * min(i, 2) - 0.02 * (i == 0)
        rib = torus(wide, 0.021, sides=30).scale(1, 1.1, 0.72).turn(x=12).move(0, neck - 0.09 - 0.066 * i + 0.0, 0.045)
        builder.add("rib", rib, MAIN)
    builder.add("rib", capsule((0, neck - 0.06, 0.14), (0, neck - 0.27, 0.165), 0.026), MAIN)
    builder.add("rib", pair(capsule((0.0, neck - 0.03, 0.05), (0.2, neck - 0.03, 0.0), 0.026)), MAIN)
    pelvis: list[Primitive] = [
        *both(Ellipsoid((0.075, hip, 0), (0.085, 0.07, 0.06), (0, 0, 25))),
        Ellipsoid((0, hip - 0.03, 0.01), (0.06, 0.05, 0.05)),
    ]
    builder.blend("pelvis", pelvis, MAIN, smooth=0.03, detail=40)
    right, left = ("hang", builder.choose(["wave", "hang", "hip", "raise"]))
    if builder.pose in GAITS and builder.pose is not None:
        right, left = (GAITS[builder.pose][2] or right), (GAITS[builder.pose][3] or left)
    for side, gesture, gait in ((-1, right, GAITS[builder.pose][0]), (1, left, GAITS[builder.pose][1])):
        shoulder = (side * 0.2, neck - 0.04, 0.0)
        _bones(builder, shoulder, ARMS[gesture], side, 1.25, "arm")
        _bones(builder, (side * 0.09, hip - 0.03, 0.0), LEGS[gait], side, 1.42, "leg")


def _bones(builder: Builder, top: Joint, joints: tuple[Joint, Joint], side: int, long: float, name: str) -> None:
    """Two long bones with knobs from `top`, and a hand or foot of four small ones."""
    elbow, end = (tuple(t + s * long * j for t, s, j in zip(top, (side, 1, 1), joint, strict=True)) for joint in joints)
    for a, b in ((top, elbow), (elbow, end)):
        builder.add(name, capsule(a, b, 0.025), MAIN)
        for p in (a, b):
            builder.add(name, bead(0.042).move(*p), MAIN)
    for k in (-1, 0, 1):
        if name == "leg":
            builder.add(
                "foot",
                capsule((end[0], end[1] - 0.02, end[2]), (end[0] + 0.035 * k, end[1] - 0.03, end[2] + 0.11), 0.02),
                MAIN,
            )
        else:
            away = np.array(end) - np.array(elbow)
            tip = np.array(end) + away / np.linalg.norm(away) * 0.085 + np.array([0.035 * k, 0, 0.01])
            builder.add("hand", capsule(end, tip, 0.017), MAIN)


def zombie(builder: Builder) -> None:
    """A zombie: arms stretched out, torn clothes, gaping mouth, uneven eyes, wild hair."""
    look = Wear(top=ACCENT, sleeve=ACCENT, trousers="navy", shoe="dark brown", skin=MAIN, girth=1.0)
    reach = builder.choose([("reach", "reach"), ("reach", "reach"), ("reach", "hang")])
    body = person(builder, look, reach)
    r, (_, y, z) = body.radius, body.head
    builder.add("eye", sphere(0.27 * r, 0.27 * r, 0.15 * r).move(*body.face(0.36, 0.08, 0.98)), "white", "glossy")
    builder.add("eye", sphere(0.2 * r, 0.2 * r, 0.15 * r).move(*body.face(-0.36, 0.02, 0.98)), "yellow", "glossy")
    builder.add("eye", bead(0.09 * r).move(*body.face(0.38, 0.08, 1.12)), "black")
    builder.add("eye", bead(0.07 * r).move(*body.face(-0.36, 0.02, 1.12)), "black")
    builder.add("mouth", sphere(0.36 * r, 0.22 * r, 0.12 * r).move(*body.face(0, -0.48, 0.95)), "maroon")
    for u in (-0.18, 0.06, 0.22):
        builder.add("tooth", box(0.12 * r, 0.16 * r, 0.08 * r, 0.003).move(*body.face(u, -0.4, 1.03)), "white")
    for i in range(builder.count(7, 11)):
        a = 2.4 * i
        root = (0.5 * r * math.sin(a) * (0.3 + 0.07 * i), y + 0.85 * r, z + 0.5 * r * math.cos(a) * (0.3 + 0.07 * i))
        tip = (root[0] * 1.9, y + builder.between(1.15, 1.45) * r, z + (root[2] - z) * 1.9)
        builder.add("hair", capsule(root, tip, 0.1 * r, 0.04 * r), "dark grey")
    scar = [body.face(-0.5, 0.55, 1.02), body.face(-0.15, 0.42, 1.02)]
    builder.add("scar", tube(scar, 0.04 * r, count=4, sides=8), "maroon")
    for i in range(11):
        angle = 2 * math.pi * i / 11
        rag = cone(0.05, builder.vary(0.13, 0.3), sides=6).scale(1, 1, 0.5).turn(x=180)
        at = rag.move(y=body.hip + 0.05, z=0.118 * body.girth + 0.006).turn(y=math.degrees(angle))
        builder.add("rag", at, ACCENT, "cloth", 0.9)
    for hand in (body.right, body.left):
        for k in (-1, 0, 1):
            finger = capsule(hand, (hand[0] + 0.035 * k, hand[1] - 0.02, hand[2] + 0.08), 0.018)
            builder.add("hand", finger, MAIN)
        builder.add(
            "rag", cylinder(0.062, 0.05).turn(x=90).move(hand[0], hand[1] - 0.01, hand[2] - 0.1), ACCENT, "cloth", 0.8
        )
    builder.add("bone", capsule((0.09, body.hip * 0.5, 0.045), (0.095, body.hip * 0.5 + 0.08, 0.06), 0.03), "cream")
    builder.add(
        "patch",
        box(0.09, 0.08, 0.03, 0.008).turn(z=12).move(-0.05, body.hip + 0.17, 0.118 * body.girth),
        "brown",
        "cloth",
    )


def mummy(builder: Builder) -> None:
    """A mummy wrapped in bandages, loose ends hanging, glowing eyes in a dark slit."""
    wrap = Wear(trousers=MAIN, shoe=MAIN, hand=MAIN, skin=MAIN, girth=1.05)
    body = person(builder, wrap, builder.choose([("reach", "reach"), ("reach", "hold"), ("hang", "reach")]))
    r, (_, y, z) = body.radius, body.head
    for i in range(7):
        height = -0.78 + 0.27 * i
        if abs(height - 0.03) > 0.16:
            reach = math.sqrt(max(1 - height * height, 0.05))
            hoop = torus(reach * r * 0.98, 0.1 * r, sides=26).turn(x=builder.between(-9, 9), z=builder.between(-14, 14))
            builder.add("bandage", hoop.move(0, y + height * r, z), MAIN, "cloth", builder.between(0.8, 1.05))
    slit = sphere(r * 1.03, r * 1.03, r * 1.0).keep(
        lambda p: np.maximum(0.55 * r - p[:, 2], np.abs(p[:, 1] - 0.03 * r) - 0.2 * r)
    )
    builder.add("face", slit.move(*body.head), "black")
    builder.add("eye", pair(sphere(0.16 * r, 0.13 * r, 0.1 * r).move(*body.face(0.36, 0.03, 1.0))), ACCENT, "glow")
    for i in range(6):
        hoop = torus(0.118 * body.girth, 0.022, sides=26).turn(x=builder.between(-10, 10), z=builder.between(-14, 14))
        builder.add("bandage", hoop.move(y=body.hip + 0.01 + 0.052 * i), MAIN, "cloth", builder.between(0.8, 1.05))
    if builder.pose is None:
        for side in (-1, 1):
            for i in range(4):
                hoop = torus(0.062, 0.019, sides=26).turn(z=builder.between(-16, 16))
                builder.add(
                    "bandage",
                    hoop.move(side * 0.078, 0.11 + 0.052 * i, 0.008),
                    MAIN,
                    "cloth",
                    builder.between(0.8, 1.05),
                )
    for x, hand_y, hand_z in (body.right, body.left):
        builder.add("bandage", torus(0.05, 0.02).turn(x=80).move(x, hand_y - 0.01, hand_z - 0.07), MAIN, "cloth", 0.85)
        strip = [
            (x, hand_y - 0.03, hand_z - 0.05),
            (x * 1.05, hand_y - 0.14, hand_z - 0.02),
            (x * 0.95, hand_y - builder.between(0.2, 0.32), hand_z),
        ]
        builder.add("bandage", tube(strip, [0.03, 0.034, 0.03], flat=0.35, count=10), MAIN, "cloth", 0.9)
    tail = [(0, y + 0.3 * r, z - r), (0.08, y - 0.4 * r, z - 1.35 * r), (0.03, y - 1.3 * r, z - 1.5 * r)]
    builder.add("bandage", tube(tail, [0.034, 0.04, 0.03], flat=0.35, count=12), MAIN, "cloth", 0.9)


def vampire(builder: Builder) -> None:
    """A vampire: pale face with fangs, slicked hair in a point, long cape with a high collar, red lining."""
    suit = Wear(top="white", sleeve=MAIN, trousers=MAIN, shoe="black", skin="light grey", girth=0.95)
    body = person(builder, suit, builder.choose([("hip", "hang"), ("hang", "raise"), ("hip", "hip")]))
    face(builder, body)
    r, (_, y, z) = body.radius, body.head
    builder.add("hair", hair_cap(body, 0.55, 1.07), "black", "glossy")
    peak = cone(0.3 * r, 0.5 * r, sides=3).scale(1.2, 1, 0.35).turn(x=165).move(*body.face(0, 0.5, 1.02))
    builder.add("hair", peak, "black", "glossy")
    for side in (-1, 1):
        builder.add(
            "tooth", cone(0.1 * r, 0.28 * r, sides=10).turn(x=180).move(*body.face(side * 0.2, -0.55, 1.0)), "white"
        )
        builder.add(
            "ear",
            cone(0.17 * r, 0.5 * r, sides=12)
            .scale(1, 1, 0.5)
            .turn(z=-50 * side)
            .move(side * 1.02 * r, y + 0.15 * r, z),
            "light grey",
        )
    builder.add(
        "vest",
        lathe([(0.137, body.hip + 0.04), (0.148, body.hip + 0.15), (0.13, body.hip + 0.23)]).keep(
            lambda p: 0.02 - p[:, 2]
        ),
        ACCENT,
        "cloth",
    )
    builder.add("bow tie", pair(sphere(0.042, 0.034, 0.022).turn(z=20).move(0.04, body.neck - 0.04, 0.115)), ACCENT)
    cape(builder, body, MAIN, body.neck - 0.03, 0.72)
    lining = sheet(
        [(0, body.neck, -0.02), (0, body.neck - 0.12, -0.1), (0, body.neck / 2, -0.145), (0, 0.06, -0.205)],
        [0.22, 0.29, 0.58, 0.66],
        cup=0.1,
    )
    builder.add("lining", lining, ACCENT, "cloth")
    for out, colour in ((1.0, MAIN), (0.93, ACCENT)):
        collar = lathe([(0.1 * out, 0), (0.22 * out, 0.19)], arc_deg=190, sides=30).turn(y=85)
        builder.add("collar", collar.scale(1, 1, 0.9).move(0, body.neck - 0.02, 0.0), colour, "cloth")


def demon(builder: Builder) -> None:
    """A devil: horns, bat wings, forked tail, trident, mischievous smile."""
    look = Wear(trousers="black", shoe="black", skin=MAIN, cloth=None, girth=1.1)
    body = person(builder, look, ("hold", builder.choose(["hip", "hang"])))
    face(builder, body)
    r, (_, y, z) = body.radius, body.head
    for side in (-1, 1):
        brow = [body.face(side * 0.12, 0.16, 1.03), body.face(side * 0.58, 0.38, 1.03)]
        builder.add("brow", tube(brow, 0.07 * r, count=4), "black")
        fang = body.face(side * 0.2, -0.47, 1.02)
        builder.add("tooth", cone(0.016, 0.045, sides=8).turn(x=180).move(*fang), "white")
    horn = [
        (0.5 * r, y + 0.75 * r, z),
        (1.0 * r, y + 1.15 * r, z),
        (0.85 * r, y + builder.between(1.6, 2.0) * r, z + 0.1 * r),
    ]
    builder.add("horn", pair(tube(horn, [0.2 * r, 0.15 * r, 0.02 * r])), ACCENT)
    ear = cone(0.2 * r, 0.6 * r, sides=16).scale(1, 1, 0.5).turn(z=-70).move(1.15 * r, y + 0.05 * r, z)
    builder.add("ear", pair(ear), MAIN)
    if builder.chance(0.6):
        builder.add("beard", cone(0.2 * r, 0.5 * r, sides=12).turn(x=172).move(0, y - 1.0 * r, z + 0.75 * r), "black")
    bat_wing(
        builder,
        (0.07, body.neck - 0.1, -0.09),
        builder.vary(0.5, 0.12),
        5,
        25,
        ACCENT if builder.chance(0.5) else MAIN,
        0.65,
    )
    path = [(0, body.hip, -0.1), (0.08, 0.1, -0.3), (0.25, 0.12, -0.42), (0.3, 0.35, -0.4)]
    builder.add("tail", tube(path, [0.035, 0.028, 0.024, 0.022]), MAIN)
    spade = prism([(0, -0.05), (0.075, -0.03), (0.0, 0.13), (-0.075, -0.03)], 0.03)
    builder.add("tail", spade.turn(y=45).move(0.3, 0.38, -0.4), ACCENT)
    x, y, z = body.right
    builder.add("trident", capsule((x, 0.02, z), (x, y + 0.42, z), 0.018), "dark grey", "metal")
    fork = tube(
        [
            (x - 0.09, y + 0.58, z),
            (x - 0.09, y + 0.42, z),
            (x, y + 0.38, z),
            (x + 0.09, y + 0.42, z),
            (x + 0.09, y + 0.58, z),
        ],
        0.018,
    )
    tips = join(*(cone(0.035, 0.08, sides=10).move(x + d, y + 0.6 + 0.02 * (d == 0), z) for d in (-0.09, 0.0, 0.09)))
    builder.add("trident", fork + tips + capsule((x, y + 0.38, z), (x, y + 0.6, z), 0.018), "dark grey", "metal")
