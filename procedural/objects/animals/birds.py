"""Build functions of birds: penguin, owl, parrot, duck, rooster and flamingo."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both, chain
from procedural.geometry.shapes import Shape, bead, capsule, cone, cylinder, join, pair, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_eyes, add_glint, add_side_eyes


def penguin(builder: Builder) -> None:
    """Build an upright penguin: white belly, flippers, orange feet and beak; some wear a scarf."""
    neck_height, girth = builder.vary(0.62, 0.08), builder.vary(0.21, 0.1)
    right_lift = builder.between(14, 40)
    left_lift = 130.0 if builder.pose == "waving" else builder.between(14, 40)
    has_scarf = builder.chance(0.5)

    neck = (0.0, neck_height, 0.0)
    head, shoulders = offset(neck, y=0.1, z=0.01), offset(neck, y=-0.12)
    skin = [
        Capsule((0, girth, 0), shoulders, girth, girth * 0.8),
        Ellipsoid(head, (0.165, 0.155, 0.16)),
        Capsule((0, girth * 0.98, 0.085), offset(shoulders, z=0.075), girth * 0.82, girth * 0.62, "belly", "white"),
        *both(Ellipsoid((0.06, head[1] - 0.01, 0.1), (0.08, 0.085, 0.07), part="face", colour="white")),
        Capsule((0, 0.16, -girth * 0.7), (0, 0.05, -girth - 0.12), 0.09, 0.03, "tail"),
    ]
    builder.blend("body", skin, MAIN, None, smooth=0.05, detail=56)
    flipper = sphere(0.045, 0.2, 0.1).move(y=-0.17)
    for side, lift in ((-1, right_lift), (1, left_lift)):
        wing = flipper.turn(x=8, z=side * lift)
        builder.add("wing", wing.move(*offset(shoulders, side * girth * 0.86)), MAIN)
    add_eyes(builder, *offset(head, 0.068, 0.02, 0.145), 0.032)
    beak = cone(0.05, 0.15, sides=20).scale(1.2, 1, 0.75).turn(x=95)
    builder.add("beak", beak.move(*offset(head, y=-0.04, z=0.19)), "orange")
    foot = _bird_foot(sphere(0.045, 0.03, 0.1), length=0.07, spread=28)
    builder.add("foot", pair(foot.move(0.1, 0.025, 0.07)), "orange")
    if has_scarf:
        builder.add("scarf", torus(0.145, 0.045).move(*offset(neck, y=-0.045, z=0.01)), ACCENT, "cloth")
        end = [offset(neck, 0.1, -0.06, 0.13), offset(neck, 0.13, -0.16, 0.19), offset(neck, 0.12, -0.3, 0.21)]
        builder.add("scarf", tube(end, [0.04, 0.045, 0.05], flat=0.4), ACCENT, "cloth")


def owl(builder: Builder) -> None:
    """Build an owl on a branch: huge eyes in pale discs, ear tufts, scalloped breast, folded wings."""
    girth = builder.vary(0.25, 0.08)
    head = (0.0, builder.vary(0.6, 0.06), 0.02)
    iris = builder.choose(["amber", "yellow", "orange"])

    skin = [
        Capsule((0, 0.27, 0), (0, 0.42, 0), girth, girth * 0.9),
        Ellipsoid(head, (0.25, 0.2, 0.2)),
        Capsule((0, 0.26, 0.08), (0, 0.42, 0.075), girth * 0.78, girth * 0.7, "belly", ACCENT),
        *both(Capsule(offset(head, 0.15, 0.1, -0.02), offset(head, 0.23, 0.27, -0.04), 0.075, 0.02, "ear")),
        Capsule((0, 0.2, -0.16), (0, 0.04, -0.32), 0.12, 0.07, "tail"),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.06, detail=56)
    _add_folded_wings(builder, (girth * 0.95, 0.36, -0.03), (0.07, 0.24, 0.17), lean=18, shade=0.72)
    _add_owl_eyes(builder, head, iris)
    builder.add("beak", cone(0.045, 0.12, sides=16).turn(x=150).move(*offset(head, y=-0.07, z=0.215)), "orange")
    _add_breast_feathers(builder, girth * 0.74)
    for side in (-1, 1):
        for toe in (-1, 0, 1):
            claw = sphere(0.022, 0.04, 0.035)
            builder.add("claw", claw.move(side * 0.1 + 0.035 * toe, 0.035, 0.15), "orange")
    branch = tube([(-0.42, -0.02, 0.1), (0, -0.03, 0.11), (0.42, 0.03, 0.08)], [0.05, 0.055, 0.045])
    builder.add("branch", branch, "brown", "wood")
    leaf = sphere(0.075, 0.016, 0.04)
    leaves = leaf.turn(z=40).move(0.45, 0.09, 0.1) + leaf.turn(z=140).move(-0.4, 0.06, 0.13)
    builder.add("branch", leaves, "green", "leaf")


def _add_owl_eyes(builder: Builder, head: Joint, iris: str) -> None:
    """Add pale discs with an iris, a pupil and a glint on each."""
    disc, ring = sphere(0.115, 0.115, 0.045).turn(y=14), sphere(0.078, 0.078, 0.04).turn(y=14)
    builder.add("eye", pair(disc.move(*offset(head, 0.105, 0.02, 0.165))), "cream")
    builder.add("eye", pair(ring.move(*offset(head, 0.108, 0.02, 0.192))), iris, "glossy")
    builder.add("eye", pair(sphere(0.042, 0.042, 0.03).move(*offset(head, 0.112, 0.02, 0.218))), "black", "glossy")
    add_glint(builder, offset(head, 0.125, 0.045, 0.245), 0.014)


def _add_breast_feathers(builder: Builder, girth: float) -> None:
    """Add three rows of scallops on a round breast."""
    scallop = torus(0.045, 0.013, arc_deg=180, sides=14).turn(x=90, z=0)
    for y, count in ((0.42, 3), (0.33, 4), (0.24, 3)):
        for i in range(count):
            x = (i - (count - 1) / 2) * 0.095
            z = 0.075 + math.sqrt(max(girth**2 - x * x, 0.001)) + 0.004
            feather = scallop.turn(z=-90, y=math.degrees(math.asin(x / 0.3)))
            builder.add("feather", feather.move(x, y, z), MAIN, None, 0.85)


def parrot(builder: Builder) -> None:
    """Build a parrot on a perch, or flying: hooked beak, wings of several colours, long tail; some have a crest."""
    tail_length = builder.vary(0.55, 0.15)
    beak_colour = "amber" if builder.chance() else "dark grey"
    has_crest = builder.chance(0.6)
    is_flying = builder.pose == "flying"
    has_stand = not is_flying and builder.chance(0.6)

    skin: list[Primitive] = [
        Capsule((0, 0.36, -0.05), (0, 0.58, 0.04), 0.155, 0.125),
        Ellipsoid((0, 0.74, 0.07), (0.145, 0.145, 0.15)),
        Ellipsoid((0, 0.44, 0.075), (0.11, 0.16, 0.08), part="belly", colour=ACCENT),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.07, detail=52)
    _add_parrot_plumage(builder, tail_length, is_flying=is_flying)
    builder.add("face", pair(sphere(0.075, 0.085, 0.05).turn(y=35).move(0.09, 0.75, 0.155)), "white")
    add_eyes(builder, 0.105, 0.775, 0.19, 0.026)
    beak = [(0, 0.78, 0.2), (0, 0.775, 0.3), (0, 0.7, 0.33), (0, 0.64, 0.29)]
    builder.add("beak", tube(beak, [0.065, 0.062, 0.04, 0.008]), beak_colour, "glossy")
    builder.add("beak", sphere(0.04, 0.035, 0.05).move(0, 0.67, 0.21), "dark grey")
    if has_crest:
        for i, colour in enumerate(("yellow", MAIN, "yellow")):
            feather = [(0, 0.86, 0.1 - 0.05 * i), (0, 0.96, 0.06 - 0.07 * i), (0, 1.0 - 0.03 * i, -0.02 - 0.1 * i)]
            builder.add("crest", tube(feather, [0.03, 0.028, 0.006]), colour)
    builder.add("claw", pair(sphere(0.035, 0.035, 0.06).move(0.07, 0.215, 0.05)), "dark grey")
    if not is_flying:
        builder.add("perch", capsule((-0.36, 0.17, 0.03), (0.36, 0.17, 0.03), 0.036), "brown", "wood")
    if has_stand:
        stand = cylinder(0.032, 0.4).move(0.0, -0.03, 0.03) + cylinder(0.17, 0.045).move(0, -0.24, 0.03)
        builder.add("perch", stand, "brown", "wood")


def _add_parrot_plumage(builder: Builder, tail_length: float, *, is_flying: bool) -> None:
    """Add tail feathers side by side and wings in layers, each in three colours."""
    colours = (MAIN, "yellow", "blue")
    for i, colour in enumerate(colours):
        tip_y = 0.32 - tail_length + 0.07 * i
        for side in (-1, 1):
            feather = [
                (side * 0.03 * i, 0.3, -0.12),
                (side * 0.04 * i, 0.1, -0.2 - 0.02 * i),
                (side * 0.055 * i, tip_y, -0.26),
            ]
            builder.add("tail", tube(feather, [0.055, 0.05, 0.025], flat=0.5), colour)
    for i, (colour, size) in enumerate(zip(colours, (1.0, 0.86, 0.7), strict=True)):
        drop = 0.12 * i
        layer = sphere(0.055, 0.24 * size, 0.13 * size)
        if is_flying:
            layer = layer.turn(z=-100 + 12 * i, y=12).move(0.28 + 1.6 * drop, 0.6 - 0.15 * drop, 0.0 - drop * 0.5)
        else:
            layer = layer.turn(x=24, z=6).move(0.145 + 0.014 * i, 0.5 - drop, -0.06 - 0.45 * drop)
        builder.add("wing", pair(layer), colour, "fur")


def duck(builder: Builder) -> None:
    """Build a duck: broad flat bill, tail turned up, wings at its sides; some have a tuft or a bow."""
    length = builder.vary(0.3, 0.1)
    head = (0.0, builder.vary(0.55, 0.08), length * 0.75)
    wing_lift = 60 if builder.pose == "flying" else builder.between(4, 20)
    has_tuft = builder.chance(0.4)
    has_bow = builder.chance(0.35)

    neck_base = (0, 0.25, length * 0.6)
    tail_root, tail_tip = (0, 0.25, -length * 0.7), (0, 0.42, -length - 0.14)
    skin: list[Primitive] = [
        Ellipsoid((0, 0.22, 0), (0.22, 0.18, length)),
        Capsule(neck_base, head, 0.12, 0.1),
        Ellipsoid(head, (0.155, 0.155, 0.155)),
        Capsule(tail_root, tail_tip, 0.11, 0.035, "tail"),
    ]
    builder.blend("body", skin, MAIN, None, smooth=0.09, detail=52)
    wing = sphere(0.05, 0.12, length * 0.75).move(y=-0.04).turn(x=12, z=wing_lift)
    builder.add("wing", pair(wing.move(0.205, 0.28, -0.03)), MAIN, "fur", 0.88)
    upper_bill = sphere(0.1, 0.03, 0.13).move(*offset(head, y=-0.035, z=0.19))
    lower_bill = sphere(0.08, 0.024, 0.1).move(*offset(head, y=-0.07, z=0.17))
    bill_root = sphere(0.055, 0.05, 0.06).move(*offset(head, y=-0.02, z=0.14))
    builder.add("beak", upper_bill + lower_bill + bill_root, "orange")
    add_eyes(builder, *offset(head, 0.075, 0.045, 0.13), 0.03)
    if has_tuft:
        tuft = [offset(head, y=0.13), offset(head, y=0.24, z=-0.03), offset(head, y=0.25, z=-0.12)]
        builder.add("tuft", tube(tuft, [0.035, 0.03, 0.01]), MAIN)
    foot = _bird_foot(sphere(0.03, 0.02, 0.075), length=0.055, spread=32)
    builder.add("foot", pair(foot.move(0.1, 0.0, 0.02)), "orange")
    builder.add("foot", pair(capsule((0.1, 0.01, 0.02), (0.1, 0.12, 0.0), 0.026)), "orange")
    if has_bow:
        collar = torus(0.118, 0.028).turn(x=28)
        builder.add("bow", collar.move(*offset(head, y=-0.135, z=-0.03)), ACCENT, "cloth")


def rooster(builder: Builder) -> None:
    """Build a rooster, or a hen with a smaller tail: red comb and wattles, arched tail feathers."""
    is_hen = not builder.chance(0.6)
    head = (0.0, builder.vary(0.68, 0.05), 0.24)

    skin: list[Primitive] = [
        Ellipsoid((0, 0.33, 0), (0.2, 0.19, 0.25)),
        Capsule((0, 0.36, 0.12), head, 0.15, 0.085),
        Ellipsoid(head, 0.11),
        Capsule((0, 0.38, -0.14), (0, 0.52, -0.3), 0.12, 0.07, "tail"),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.08, detail=52)
    _add_folded_wings(builder, (0.19, 0.36, -0.03), (0.045, 0.11, 0.17), lean=14, colour=ACCENT)
    if is_hen:
        _add_arched_tail(builder, feathers=4, size=0.45, colours=[MAIN])
    else:
        _add_arched_tail(builder, feathers=7, size=1.0, colours=["dark green", "teal", ACCENT])
    for i, radius in enumerate((0.045, 0.055, 0.042)):
        lobe = sphere(0.022, radius, radius * 0.9)
        builder.add("comb", lobe.move(0, head[1] + 0.12, head[2] + 0.06 - 0.065 * i), "red")
    builder.add("wattle", pair(sphere(0.024, 0.05, 0.026).move(*offset(head, 0.028, -0.1, 0.09))), "red")
    builder.add("beak", cone(0.038, 0.12, sides=16).turn(x=98).move(*offset(head, y=-0.01, z=0.15)), "amber")
    add_side_eyes(builder, *offset(head, 0.085, 0.03, 0.06), 0.024)
    for side in (-1, 1):
        builder.add("leg", capsule((side * 0.085, 0.03, 0.0), (side * 0.08, 0.2, 0.0), 0.022), "amber")
        for turn in (-30, 0, 30, 180):
            toe = capsule((0, 0, 0), (0, 0, 0.09), 0.018, 0.012).turn(y=turn)
            builder.add("foot", toe.move(side * 0.085, 0.018, 0.0), "amber")


def _add_arched_tail(builder: Builder, feathers: int, size: float, colours: list[str]) -> None:
    """Add tail feathers that rise and fall to the back, left and right in turn, the colours in turn."""
    for i in range(feathers):
        x = (-1) ** i * 0.014 * (i + 1)
        rise, reach = 0.3 - 0.05 * i, 0.16 + 0.035 * i
        feather = [
            (x, 0.45, -0.22),
            (x * 1.6, 0.45 + rise * size + 0.06, -0.25 - reach * 0.8 * size),
            (x * 2.2, 0.4 + (rise - 0.12) * size, -0.3 - reach * 1.7 * size),
        ]
        builder.add("tail", tube(feather, [0.05, 0.05, 0.012], flat=0.5), colours[i % len(colours)])


def flamingo(builder: Builder) -> None:
    """Build a flamingo: stilt legs, one perhaps tucked up, S-shaped neck, bent beak with a black tip."""
    trunk = (0.0, builder.vary(0.62, 0.08), 0.0)
    tucks_left_leg = builder.chance(0.65)

    neck = [
        offset(trunk, y=0.06, z=0.15),
        offset(trunk, y=0.14, z=0.33),
        offset(trunk, y=0.33, z=0.25),
        offset(trunk, y=0.5, z=0.2),
        offset(trunk, y=0.56, z=0.3),
    ]
    skin: list[Primitive] = [
        Ellipsoid(trunk, (0.145, 0.14, 0.22)),
        Capsule(trunk, offset(trunk, y=-0.02, z=-0.3), 0.1, 0.035, "tail"),
        *chain(curve(neck, 12), (0.056, 0.054), part="neck"),
        Ellipsoid(offset(trunk, y=0.55, z=0.31), (0.075, 0.075, 0.09), part="head"),
    ]
    builder.blend("body", skin, MAIN, "fur", smooth=0.05, detail=64)
    _add_folded_wings(builder, offset(trunk, 0.135, 0.01, -0.04), (0.045, 0.1, 0.2), lean=10, shade=0.85)
    beak = [
        offset(trunk, y=y, z=z) for y, z in ((0.545, 0.37), (0.53, 0.45), (0.47, 0.48), (0.43, 0.475), (0.4, 0.455))
    ]
    builder.add("beak", tube(beak[:3], [0.048, 0.044, 0.036]), ACCENT)
    builder.add("beak", tube(beak[2:], [0.038, 0.03, 0.008]), "black", "glossy")
    add_side_eyes(builder, *offset(trunk, 0.066, 0.575, 0.33), 0.02)
    _add_stilt_leg(builder, trunk, -0.06, is_tucked=False)
    _add_stilt_leg(builder, trunk, 0.06, is_tucked=tucks_left_leg)


def _add_stilt_leg(builder: Builder, trunk: Joint, x: float, *, is_tucked: bool) -> None:
    """Add a thin leg at `x` with a knob of a joint: bent up under the trunk, or straight down to a foot."""
    hip, height = offset(trunk, x, -0.08), trunk[1]
    if is_tucked:
        heel, end = (x, height * 0.48, 0.16), (x, height * 0.5, -0.08)
    else:
        heel, end = (x, height * 0.48, -0.03), (x, 0.02, 0.0)
    builder.add("leg", capsule(hip, heel, 0.02), MAIN, None, 0.85)
    builder.add("leg", capsule(heel, end, 0.02), MAIN, None, 0.85)
    builder.add("leg", bead(0.03).move(*heel), MAIN, None, 0.8)
    if not is_tucked:
        foot = _bird_foot(sphere(0.022, 0.016, 0.07), length=0.055, spread=35)
        builder.add("foot", foot.move(x, 0.016, 0), MAIN, None, 0.85)


def _add_folded_wings(
    builder: Builder, at: Joint, radii: Joint, *, lean: float, flare: float = 8, colour: str = MAIN, shade: float = 1.0
) -> None:
    """Add a pair of closed wings, leaned back and turned outward (degrees); `at` is the middle of the left one."""
    wing = sphere(*radii).turn(x=lean, z=flare)
    builder.add("wing", pair(wing.move(*at)), colour, "fur", shade)


def _bird_foot(toe: Shape, length: float, spread: float) -> Shape:
    """Return three toes whose middles are `length` from the heel, `spread` degrees apart."""
    return join(*(toe.move(z=length).turn(y=turn) for turn in (-spread, 0, spread)))
