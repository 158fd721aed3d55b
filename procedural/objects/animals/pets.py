"""Build functions of pets and small furry animals: dog, cat, rabbit and fox."""

from __future__ import annotations

from itertools import pairwise

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, both, place_at
from procedural.geometry.shapes import Floats, bead, box, capsule, cone, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.muzzle import add_muzzle_mouth, add_nose
from procedural.objects.parts.quadruped import (
    Feet,
    Head,
    Legs,
    Muzzle,
    Neck,
    PosedBody,
    Quadruped,
    pose_quadruped,
    stripe_around,
)


def dog(builder: Builder) -> None:
    """Build a dog: snout, hanging or upright ears, raised tail, collar, some with the tongue out."""
    animal = Quadruped(
        body_length=builder.vary(0.62, 0.12),
        shoulder_height=builder.vary(0.46, 0.1),
        chest_radius=builder.vary(0.19, 0.08),
        hip_radius=builder.vary(0.165, 0.08),
        legs=Legs(radius=0.085, ankle_radius=0.055, spread=0.105),
        feet=Feet(radii=(0.07, 0.055, 0.09), colour=ACCENT),
        sits=builder.chance(0.3),
        head=Head(at=(0, builder.vary(0.33, 0.1), 0.16), radii=(0.185, 0.17, 0.18)),
        neck=Neck(radius=0.15, head_radius=0.12),
        muzzle=Muzzle(
            start=(0, -0.06, 0.08),
            tip=(0, -0.06, builder.vary(0.27, 0.12)),
            radius=0.11,
            tip_radius=0.085,
            colour=ACCENT,
        ),
    )
    tail_lift = builder.between(0.15, 0.4)
    has_hanging_ears = builder.chance(0.65)
    shows_tongue = builder.chance(0.6)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head, muzzle_tip = body.hip, body.chest, body.head, body.muzzle_tip
    bib = Ellipsoid((0, -0.02, 0.1), 0.12, part="chest", colour=ACCENT)
    tail_root, tail_tip = offset(hip, y=0.05, z=-0.1), offset(offset(hip, y=0.1, z=-0.36), y=tail_lift)
    if has_hanging_ears:
        ear = Capsule((0.15, 0.11, -0.02), (0.22, -0.13, 0.02), 0.05, 0.075, "ear", ACCENT)
    else:
        ear = Capsule((0.11, 0.11, -0.02), (0.15, 0.28, -0.03), 0.07, 0.03, "ear", ACCENT)
    skin = [
        *body.skin,
        *place_at(chest, bib),
        Capsule(tail_root, tail_tip, 0.055, 0.035, "tail"),
        Ellipsoid(tail_tip, 0.042, part="tail", colour=ACCENT),
        *place_at(head, *both(ear)),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.08, detail=64)
    add_eyes(builder, *offset(head, 0.08, 0.045, 0.155), 0.035)
    add_nose(builder, offset(muzzle_tip, 0, 0.045, 0.06), (0.05, 0.04, 0.04))
    add_muzzle_mouth(builder, offset(muzzle_tip, 0, -0.01, 0.085), width=0.06, thickness=0.009)
    if shows_tongue:
        path = [offset(muzzle_tip, 0, y, z) for y, z in ((-0.055, 0.03), (-0.085, 0.07), (-0.13, 0.06))]
        builder.add("tongue", tube(path, [0.03, 0.035, 0.025], flat=0.4), "pink")
    neck = along(chest, head, 0.5)
    builder.add("collar", torus(0.145, 0.026).turn(x=28).move(*neck), "red", "leather")
    builder.add("tag", bead(0.035, 0.035, 0.02).move(*offset(neck, 0, -0.12, 0.15)), "gold", "metal")


def cat(builder: Builder) -> None:
    """Build a cat: round head with pointed ears, whiskers, slim body, long curved tail, often striped."""
    animal = Quadruped(
        body_length=builder.vary(0.5, 0.1),
        shoulder_height=builder.vary(0.4, 0.08),
        chest_radius=0.15,
        hip_radius=builder.vary(0.155, 0.08),
        legs=Legs(radius=0.07, ankle_radius=0.048, spread=0.085),
        feet=Feet(radii=(0.06, 0.048, 0.075), colour=ACCENT),
        sits=builder.chance(0.5),
        head=Head(at=(0, builder.vary(0.28, 0.08), 0.12), radii=(0.215, 0.175, 0.175)),
        neck=Neck(radius=0.12, head_radius=0.1),
    )
    is_striped = builder.chance(0.6)
    tail_swing, tail_lift = builder.choose((-1, 1)) * builder.between(0.05, 0.3), builder.between(0.3, 0.5)
    iris = builder.choose(["lime", "amber", "sky blue"])
    has_collar = builder.chance(0.5)

    body = pose_quadruped(animal, builder.pose)
    chest, head = body.chest, body.head
    muzzle = Ellipsoid((0, -0.075, 0.13), (0.095, 0.062, 0.07), part="muzzle", colour=ACCENT)
    bib = Ellipsoid((0, -0.02, 0.09), (0.09, 0.13, 0.08), part="chest", colour=ACCENT)
    skin = [*body.skin, *place_at(head, muzzle), *place_at(chest, bib)]
    if is_striped:
        skin += [
            stripe_around(body.hip, chest, 0.05 + 0.27 * i, radius=0.163, colour="dark brown", thickness=0.022)
            for i in range(4)
        ]
    tail = _cat_tail(body, tail_swing, tail_lift)
    for i, (start, end) in enumerate(pairwise(tail)):
        is_dark = i > 8 or (is_striped and i in (3, 6))
        colour = ("dark brown" if is_striped else ACCENT) if is_dark else MAIN
        skin.append(Capsule(start, end, 0.048, 0.046, "tail", colour))
    builder.blend("body", skin, MAIN, "fur", smooth=0.055, detail=66)
    outer = cone(0.088, 0.19, sides=24).scale(1, 1, 0.55)
    inner = cone(0.052, 0.12, sides=16).scale(1, 1, 0.5).move(z=0.03, y=-0.012)
    for ear, colour in ((outer, MAIN), (inner, "pink")):
        builder.add("ear", pair(ear.turn(z=-20).move(*offset(head, 0.135, 0.19, -0.01))), colour, "fur")
    _add_cat_face(builder, head, iris)
    if has_collar:
        neck = along(chest, head, 0.42)
        builder.add("collar", torus(0.125, 0.02).turn(x=25).move(*neck), "red", "leather")
        builder.add("bell", bead(0.035).move(*offset(neck, 0, -0.085, 0.14)), "gold", "metal")


def _cat_tail(body: PosedBody, swing: float, lift: float) -> Floats:
    """Return points [12, 3] along a tail that lies round a sitting cat, or rises behind a standing one."""
    _, y, z = body.hip
    if body.sits:
        path = [
            (0, 0.07, z - 0.1),
            (swing * 0.8, 0.07, z - 0.32),
            (swing * 1.3, 0.2, z - 0.36),
            (swing * 1.4, 0.38, z - 0.28),
        ]
    else:
        path = [
            (0, y + 0.05, z - 0.08),
            (swing * 0.2, y + 0.1, z - 0.3),
            (swing * 0.7, y + lift, z - 0.32),
            (swing, y + lift + 0.13, z - 0.2),
        ]
    return curve(path, 12)


def _add_cat_face(builder: Builder, head: Joint, iris: str) -> None:
    """Add large eyes with slit pupils, a pink nose, a mouth and whiskers."""
    eye = sphere(0.05, 0.052, 0.03).turn(y=22)
    builder.add("eye", pair(eye.move(*offset(head, 0.088, 0.025, 0.152))), iris, "glossy")
    builder.add("eye", pair(bead(0.02, 0.042, 0.02).move(*offset(head, 0.096, 0.025, 0.175))), "black", "glossy")
    builder.add("eye", pair(bead(0.012).move(*offset(head, 0.105, 0.045, 0.187))), "white")
    builder.add("nose", bead(0.028, 0.02, 0.02).move(*offset(head, 0, -0.045, 0.2)), "pink")
    add_muzzle_mouth(builder, offset(head, 0, -0.07, 0.204), width=0.045, thickness=0.008)
    for row in (-1, 0, 1):
        whisker = [
            offset(head, 0.08, -0.07, 0.17),
            offset(offset(head, 0.2, -0.05, 0.18), y=-0.035 * row),
            offset(offset(head, 0.31, -0.06, 0.13), y=-0.07 * row),
        ]
        builder.add("whisker", pair(tube(whisker, [0.01, 0.009, 0.005], count=8, sides=6)), "white")


def rabbit(builder: Builder) -> None:
    """Build a rabbit: tall ears pink inside, round tail, buck teeth, some with a carrot."""
    animal = Quadruped(
        body_length=0.44,
        shoulder_height=builder.vary(0.26, 0.06),
        chest_radius=0.16,
        hip_radius=0.21,
        legs=Legs(radius=0.065, ankle_radius=0.048, spread=0.1),
        feet=Feet(radii=(0.055, 0.045, 0.09), colour=ACCENT),
        sits=builder.chance(0.75),
        head=Head(at=(0, 0.27, 0.1), radii=(0.165, 0.16, 0.165)),
        neck=Neck(radius=0.12, head_radius=0.1),
    )
    ear_length, ear_lean = builder.vary(0.4, 0.15), builder.between(-5, 30)
    has_flopped_ear = builder.chance(0.25)
    has_carrot = builder.chance(0.4)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    cheek = Ellipsoid((0.055, -0.05, 0.11), (0.075, 0.06, 0.06), part="muzzle", colour=ACCENT)
    bib = Ellipsoid((0, -0.03, 0.08), (0.1, 0.13, 0.09), part="chest", colour=ACCENT)
    tail = Ellipsoid((0, 0.02, -0.21), 0.085, part="tail", colour=ACCENT)
    skin = [*body.skin, *place_at(head, *both(cheek)), *place_at(chest, bib), *place_at(hip, tail)]
    if not body.sits:
        skin += both(Ellipsoid((0.13, 0.2, hip[2] + 0.04), (0.1, 0.17, 0.17), part="leg"))
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=60)
    outer = sphere(0.068, ear_length / 2, 0.036)
    inner = sphere(0.042, ear_length * 0.39, 0.022).move(z=0.021)
    for side in (-1, 1):
        tilt = (-130 if has_flopped_ear and side > 0 else -12) * side
        for ear, colour, material in ((outer, MAIN, "fur"), (inner, "pink", None)):
            placed = ear.move(y=ear_length / 2).turn(x=-ear_lean, z=tilt).move(*offset(head, side * 0.07, 0.12, -0.02))
            builder.add("ear", placed, colour, material)
    add_eyes(builder, *offset(head, 0.095, 0.035, 0.125), 0.034)
    builder.add("nose", bead(0.026, 0.02, 0.02).move(*offset(head, 0, -0.01, 0.175)), "hot pink")
    builder.add("tooth", box(0.045, 0.055, 0.02, 0.006).move(*offset(head, 0, -0.1, 0.15)), "white")
    if has_carrot:
        _add_carrot(builder, offset(chest, 0, -0.09, 0.2))


def _add_carrot(builder: Builder, at: Joint) -> None:
    builder.add("carrot", cone(0.05, 0.22, sides=20).turn(z=115).move(*at), "orange")
    leaves = ring(capsule((0, 0, 0), (0.03, 0.1, 0), 0.014), 4).turn(z=-65)
    builder.add("carrot", leaves.move(*offset(at, -0.1, 0.045)), "green", "leaf")


def fox(builder: Builder) -> None:
    """Build a fox: pointed snout with white cheeks, big ears with dark tips, dark socks, bushy white-tipped tail."""
    animal = Quadruped(
        body_length=builder.vary(0.52, 0.1),
        shoulder_height=builder.vary(0.42, 0.08),
        chest_radius=0.155,
        hip_radius=0.14,
        legs=Legs(radius=0.075, ankle_radius=0.042, spread=0.085),
        feet=Feet(radii=(0.052, 0.045, 0.075), colour="dark brown"),
        sits=builder.chance(0.35),
        head=Head(at=(0, 0.28, 0.14), radii=(0.19, 0.15, 0.16)),
        neck=Neck(radius=0.13, head_radius=0.1),
        muzzle=Muzzle(start=(0, -0.02, 0.08), tip=(0, -0.07, builder.vary(0.3, 0.08)), radius=0.1, tip_radius=0.035),
    )
    tail_swing, tail_lift = builder.choose((-1, 1)) * builder.between(0.0, 0.25), builder.between(0.0, 0.3)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head, snout = body.hip, body.chest, body.head, body.muzzle_tip
    cheek = Capsule((0.1, -0.06, 0.07), (0.24, -0.1, 0.02), 0.075, 0.02, "cheek", ACCENT)
    jaw = Capsule(offset(head, 0, -0.1, 0.08), offset(snout, 0, -0.025, -0.02), 0.07, 0.03, "muzzle", ACCENT)
    bib = Ellipsoid((0, -0.03, 0.09), (0.1, 0.15, 0.09), part="chest", colour=ACCENT)
    tail_root = offset(hip, z=-0.1)
    tail_bush = offset(offset(hip, y=0.02, z=-0.42), tail_swing, tail_lift * 0.6)
    tail_tip = offset(offset(hip, y=0.1, z=-0.66), tail_swing * 1.5, tail_lift)
    skin = [
        *body.skin,
        *place_at(head, *both(cheek)),
        jaw,
        *place_at(chest, bib),
        Capsule(tail_root, tail_bush, 0.05, 0.135, "tail"),
        Capsule(tail_bush, tail_tip, 0.13, 0.04, "tail", ACCENT),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=68)
    tip = cone(0.1, 0.24, sides=24).scale(1, 1, 0.5)
    inner = cone(0.1, 0.24, sides=24).scale(0.62, 0.62, 0.5).move(z=0.028, y=-0.02)
    base = cone(0.108, 0.15, sides=24).scale(1, 1, 0.58)
    for ear, colour, at in (
        (tip, "dark brown", (0.115, 0.19, -0.02)),
        (inner, "cream", (0.115, 0.19, -0.02)),
        (base, MAIN, (0.105, 0.13, -0.02)),
    ):
        builder.add("ear", pair(ear.turn(z=-16).move(*offset(head, *at))), colour, "fur")
    add_eyes(builder, *offset(head, 0.078, 0.035, 0.135), 0.032)
    add_nose(builder, offset(snout, 0, 0.02, 0.03), (0.036, 0.03, 0.032))
    if builder.pose != "running" and not body.sits:
        sock = lathe([(0.056, 0.05), (0.058, 0.13), (0.05, 0.17)])
        for z in (chest[2] + 0.02, hip[2] - 0.012):
            builder.add("sock", pair(sock.move(animal.legs.spread, 0, z)), "dark brown", "fur")
