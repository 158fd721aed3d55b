"""Build functions of statues, prizes and festive things. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import star_outline
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both
from procedural.geometry.shapes import Shape, bead, box, cone, cylinder, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.scatter import GOLDEN_ANGLE_ROUNDED


def bust(builder: Builder) -> None:
    """Build a marble bust with curled hair on a pedestal; some have a beard or a laurel."""
    shoulder_reach, face_height = builder.vary(0.4, 0.08), builder.vary(0.235, 0.06)
    has_beard = builder.chance(0.5)
    curl_radius = builder.vary(0.07, 0.15)
    head_y = 1.08

    pedestal = [(0, 0), (0.33, 0), (0.33, 0.08), (0.24, 0.12), (0.19, 0.24), (0.24, 0.32), (0.24, 0.36), (0, 0.36)]
    builder.add("pedestal", lathe(pedestal), ACCENT, "marble")
    torso_and_neck: list[Primitive] = [
        Ellipsoid((0, 0.58, 0), (shoulder_reach, 0.2, 0.2)),
        Ellipsoid((0, 0.44, 0.02), (0.22, 0.16, 0.16)),
        Capsule((0, 0.6, -0.02), (0, 0.95, 0.02), 0.13, 0.115),
    ]
    skull, chin = (
        Ellipsoid((0, head_y, 0.02), (0.2, face_height, 0.225)),
        Ellipsoid((0, head_y - 0.15, 0.08), (0.12, 0.1, 0.13)),
    )
    nose = Capsule((0, head_y + 0.04, 0.22), (0, head_y - 0.06, 0.28), 0.028, 0.045)
    brows = both(Ellipsoid((0.08, head_y + 0.06, 0.2), (0.075, 0.025, 0.045)))
    ears = both(Ellipsoid((0.205, head_y - 0.01, 0.0), (0.03, 0.065, 0.045)))
    lips: list[Primitive] = [
        Ellipsoid((0, head_y - 0.135, 0.215), (0.062, 0.018, 0.03)),
        Ellipsoid((0, head_y - 0.17, 0.21), (0.05, 0.018, 0.03)),
    ]
    statue: list[Primitive] = [*torso_and_neck, skull, chin, nose, *brows, *ears, *lips]
    if has_beard:
        statue += [Ellipsoid((0.075 * i, head_y - 0.23, 0.13 - 0.03 * abs(i)), (0.075, 0.13, 0.08)) for i in (-1, 0, 1)]
    builder.blend("statue", statue, MAIN, "marble", smooth=0.05, detail=60)
    eyes = pair(sphere(0.042, 0.026, 0.03).move(0.082, head_y + 0.015, 0.213))
    builder.add("statue", eyes, MAIN, "marble", 0.62)
    _add_curls(builder, head_y, curl_radius)
    if builder.chance(0.5):
        for i in range(11):
            turn = math.radians(38 + 284 * i / 10)
            blade = sphere(0.085, 0.02, 0.04).turn(z=28).turn(y=math.degrees(turn) + 10)
            spot = (0.255 * math.sin(turn), head_y + 0.14, 0.27 * math.cos(turn))
            builder.add("laurel", blade.move(*spot), "gold", "gold")
    fold = [(-shoulder_reach * 0.85, 0.74, 0.06), (-0.1, 0.56, 0.22), (0.16, 0.44, 0.2), (0.3, 0.4, 0.1)]
    for drop in (0.0, -0.06, -0.12):
        builder.add("robe", tube([(x, y + drop, z) for x, y, z in fold], 0.045), MAIN, "marble", 0.94)


def _add_curls(builder: Builder, head_y: float, radius: float) -> None:
    """Add locks spread evenly over the head, but not on the face and the neck."""
    for i in range(58):
        height, turn = -0.35 + 1.33 * (i + 0.5) / 58, i * GOLDEN_ANGLE_ROUNDED
        across = math.sqrt(max(0.0, 1 - height * height))
        x, z = across * math.sin(turn), across * math.cos(turn)
        on_face = z > 0.15 and height < 0.62
        on_neck = height < -0.1 and z > -0.2
        if on_face or on_neck:
            continue
        lock = bead(radius * builder.between(0.85, 1.15))
        builder.add("hair", lock.move(0.2 * x, head_y + 0.03 + 0.235 * height, 0.01 + 0.23 * z), MAIN, "marble", 0.92)


def chess_piece(builder: Builder) -> None:
    """Build a chess piece on a turned foot: a knight, a rook, a king or a pawn."""
    kind = builder.choose(["knight", "rook", "king", "knight", "pawn"])
    foot = [(0, 0), (0.36, 0), (0.37, 0.07), (0.31, 0.13), (0.3, 0.17), (0.24, 0.22), (0.19, 0.3)]
    builder.add("base", torus(0.335, 0.04).move(y=0.05), ACCENT, "glossy")
    if kind == "knight":
        builder.add("body", lathe([*foot, (0.2, 0.36), (0, 0.38)]), MAIN, "glossy")
        _add_horse_head(builder)
        return
    neck_top = builder.vary({"rook": 0.62, "king": 0.85, "pawn": 0.52}[kind], 0.08)
    neck = curve([(0.19, 0.3), (0.135, neck_top * 0.75), (0.15, neck_top)], 12)
    builder.add("body", lathe([*foot, *map(tuple, neck), (0, neck_top)]), MAIN, "glossy")
    builder.add("collar", torus(0.17, 0.045).move(y=neck_top), ACCENT, "glossy")
    if kind == "pawn":
        builder.add("head", sphere(0.2).move(y=neck_top + 0.2), MAIN, "glossy")
    elif kind == "rook":
        drum = [
            (0, neck_top),
            (0.17, neck_top),
            (0.27, neck_top + 0.1),
            (0.27, neck_top + 0.24),
            (0.17, neck_top + 0.24),
            (0.17, neck_top + 0.16),
            (0, neck_top + 0.16),
        ]
        merlon = box(0.115, 0.12, 0.1, 0.015).move(y=neck_top + 0.28, z=0.22)
        builder.add("head", lathe(drum), MAIN, "glossy")
        builder.add("head", ring(merlon, 6), MAIN, "glossy")
    else:
        crown = [
            (0, neck_top),
            (0.13, neck_top),
            (0.24, neck_top + 0.26),
            (0.2, neck_top + 0.3),
            (0.09, neck_top + 0.35),
            (0, neck_top + 0.36),
        ]
        cross = box(0.07, 0.24, 0.07, 0.015) + box(0.2, 0.07, 0.07, 0.015).move(y=0.03)
        builder.add("head", lathe(crown), MAIN, "glossy")
        builder.add("collar", torus(0.215, 0.03).move(y=neck_top + 0.27), ACCENT, "glossy")
        builder.add("cross", cross.move(y=neck_top + 0.46), ACCENT, "glossy")


def _add_horse_head(builder: Builder) -> None:
    """Add a horse's head that looks toward +z, on a neck that rises from the foot of a chess piece."""
    rise = builder.vary(1.0, 0.08)
    nape, crown = (0, 0.62 * rise, -0.1), 0.9 * rise
    head: list[Primitive] = [
        Capsule((0, 0.34, 0.0), nape, 0.2, 0.17),
        Capsule(nape, (0, crown, 0.02), 0.17, 0.14),
        Capsule((0, crown, 0.05), (0, 0.74 * rise, 0.33), 0.135, 0.085),
        Ellipsoid((0, 0.72 * rise, 0.35), (0.085, 0.075, 0.09)),
        Ellipsoid((0, 0.45, 0.12), (0.15, 0.16, 0.12)),
        *both(Capsule((0.07, 0.99 * rise, -0.02), (0.09, 1.13 * rise, -0.03), 0.05, 0.012)),
    ]
    builder.blend("head", head, MAIN, "glossy", smooth=0.08, detail=64)
    for i in range(7):
        share = i / 6
        y, z = rise * (1.02 - 0.62 * share), -0.12 - 0.15 * math.sin(2.4 * share + 0.25)
        builder.add("mane", sphere(0.05, 0.075, 0.085).move(0, y, z), ACCENT, "glossy")
    builder.add("eye", pair(bead(0.03).move(0.125, crown, 0.11)), "black", "glossy")
    builder.add("eye", pair(bead(0.02).move(0.06, 0.73 * rise, 0.42)), "black", "glossy")


def trophy(builder: Builder) -> None:
    """Build a prize cup with two handles on a plinth, a star on its front; some have a lid."""
    cup_height, radius = builder.vary(0.56, 0.1), builder.vary(0.33, 0.1)
    handle_reach = builder.vary(0.26, 0.15)
    star_points, star_colour = builder.choose([5, 6, 8]), builder.choose(["red", "white", "blue"])
    has_lid = builder.chance(0.4)
    cup_base, rim = 0.5, 0.5 + cup_height

    builder.add("plinth", box(0.5, 0.16, 0.5, 0.03).move(y=0.08), ACCENT, "wood")
    builder.add("plinth", box(0.4, 0.12, 0.4, 0.03).move(y=0.21), ACCENT, "wood", 0.85)
    plaque = box(0.28, 0.09, 0.03, 0.01).move(y=0.085, z=0.25)
    builder.add("plaque", pair(plaque, "z"), MAIN, "gold")
    foot = [(0, 0.26), (0.17, 0.26), (0.15, 0.31), (0.05, 0.38), (0.08, 0.44), (0.05, cup_base)]
    bowl = [
        (0.05, cup_base),
        (radius * 0.78, cup_base + cup_height * 0.3),
        (radius, rim - 0.02),
        (radius * 1.06, rim),
    ]
    inside = [(radius, rim), (radius * 0.9, rim - 0.1), (0, 0.56)]
    builder.add("cup", lathe([*foot, *map(tuple, curve(bowl, 20)), *inside]), MAIN, "gold")
    builder.add("rim", torus(radius * 1.04, 0.035).move(y=rim), MAIN, "gold", 1.1)
    builder.add("rim", torus(radius * 0.93, 0.022).move(y=rim - cup_height * 0.3), MAIN, "gold", 0.85)
    handle = [
        (radius * 0.95, rim - 0.1, 0),
        (radius + handle_reach, rim - 0.06, 0),
        (radius + handle_reach * 0.95, rim - cup_height * 0.5, 0),
        (radius * 0.62, cup_base + cup_height * 0.22, 0),
    ]
    builder.add("handle", pair(tube(handle, 0.042)), MAIN, "gold")
    emblem = prism(star_outline(star_points, 0.15, 0.065), 0.08).move(y=cup_base + cup_height * 0.6, z=radius * 0.93)
    builder.add("star", pair(emblem, "z"), star_colour, "glossy")
    if has_lid:
        lid = lathe([(0, 0), (radius, 0), (radius * 0.7, 0.1), (0.05, 0.16), (0, 0.16)])
        builder.add("lid", lid.move(y=rim), MAIN, "gold")
        builder.add("lid", prism(star_outline(5, 0.14, 0.06), 0.07).move(y=rim + 0.27), MAIN, "gold", 1.1)


def gift(builder: Builder) -> None:
    """Build a wrapped present: a box with a lid, crossed ribbons and a big bow; some have dotted paper."""
    width, height, depth = builder.vary(0.8, 0.12), builder.vary(0.62, 0.2), builder.vary(0.8, 0.1)
    lid_height = builder.vary(0.17, 0.2)
    bow_size = builder.vary(0.3, 0.12)
    loop_count, bow_turn = builder.choose([2, 4]), builder.choose([0, 25])
    has_dots = builder.chance(0.5)
    lid_y, top = height + lid_height / 2 - 0.06, height + lid_height - 0.06

    builder.add("box", box(width, height, depth, 0.02).move(y=height / 2), MAIN, "paper")
    builder.add("lid", box(width + 0.07, lid_height, depth + 0.07, 0.02).move(y=lid_y), MAIN, "paper", 1.08)
    ribbon = 0.16
    box_ribbons = (box(ribbon, height, depth + 0.03), box(width + 0.03, height, ribbon))
    lid_ribbons = (
        box(ribbon + 0.01, lid_height + 0.03, depth + 0.1, 0.01),
        box(width + 0.1, lid_height + 0.03, ribbon + 0.01, 0.01),
    )
    for on_box, on_lid in zip(box_ribbons, lid_ribbons, strict=True):
        builder.add("ribbon", on_box.move(y=height / 2), ACCENT, "cloth")
        builder.add("ribbon", on_lid.move(y=lid_y), ACCENT, "cloth")

    loop = [
        (0, 0, 0),
        (bow_size * 0.7, bow_size * 0.15, 0),
        (bow_size * 1.15, bow_size * 0.75, 0),
        (bow_size * 0.55, bow_size * 0.85, 0),
        (0, 0.02, 0),
    ]
    loops = ring(tube(loop, 0.05, count=30).scale(1, 1, 1.9), loop_count, start_deg=bow_turn)
    builder.add("bow", loops.move(y=top), ACCENT, "cloth")
    builder.add("bow", sphere(0.105, 0.085, 0.105).move(y=top + 0.05), ACCENT, "cloth", 0.9)
    tail = tube([(0, 0.02, 0), (0.17, 0.06, 0.12), (0.3, 0.01, 0.24)], [0.05, 0.045, 0.05], flat=0.4)
    builder.add("bow", ring(tail, 2, start_deg=60).move(y=top), ACCENT, "cloth", 0.95)
    if has_dots:
        for i in range(24):
            u, v = builder.between(-0.42, 0.42), builder.between(0.1, 0.85)
            colour = builder.choose(["white", "yellow"])
            side_width, side_z = (depth, width / 2) if i % 2 else (width, depth / 2)
            dot = bead(0.05, 0.05, 0.018).move(u * side_width, v * height * 0.9, side_z)
            builder.add("dot", dot.turn(y=90 * (i % 4)), colour, "paper")


def wreath(builder: Builder) -> None:
    """Build an upright wreath of leaves with berries, flowers or baubles and a bow below."""
    leaf_count, radius = builder.count(30, 38), builder.vary(0.42, 0.04)
    builder.add("wreath", torus(radius, 0.085).turn(x=90), MAIN, "leaf", 0.75)
    _add_wreath_leaves(builder, leaf_count, radius)
    _add_wreath_ornaments(builder, builder.choose(["berries", "flowers", "baubles"]), radius)
    loop = [(0, 0, 0), (0.2, 0.14, 0.02), (0.27, 0, 0.02), (0.2, -0.1, 0.02), (0, 0, 0)]
    loops = pair(tube(loop, 0.045, count=28))
    tail = tube([(0, 0, 0), (0.08, -0.16, 0.02), (0.16, -0.32, 0)], [0.04, 0.05, 0.06], flat=0.4)
    for sign in (1, -1):
        builder.add("bow", loops.move(y=-radius, z=0.16 * sign), ACCENT, "cloth")
        builder.add("bow", bead(0.075).move(y=-radius, z=0.18 * sign), ACCENT, "cloth", 0.9)
        builder.add("bow", pair(tail).move(y=-radius, z=0.16 * sign), ACCENT, "cloth", 0.95)


def _add_wreath_leaves(builder: Builder, count: int, radius: float) -> None:
    """Add `count` whorls of four leaves along the ring."""
    blade = lathe([(0, -1), (0.8, -0.5), (1, 0), (0.75, 0.5), (0, 1)], sides=8, crease_deg=80).turn(z=90)
    blade = blade.scale(0.14, 0.026, 0.055).move(x=0.1)
    for i in range(count):
        for lean, around_ring in ((25, 0), (-30, 90), (0, 180), (20, 270)):
            twist, turn = builder.between(-15, 15), 360 * i / count + builder.between(-3, 3)
            shade = builder.between(0.85, 1.2)
            leaf = blade.turn(y=twist, z=62 + lean).move(x=0.07).turn(y=around_ring)
            builder.add("leaf", leaf.move(x=radius).turn(z=turn), MAIN, "leaf", shade)


def _add_wreath_ornaments(builder: Builder, kind: str, radius: float) -> None:
    """Add berries, flowers or baubles round the ring, on the front and the back."""
    count = {"berries": 12, "flowers": 7, "baubles": 8}[kind]
    bloom = ring(bead(0.06, 0.025, 0.045).move(x=0.06), 5).turn(x=90)
    for i in range(count):
        turn = 2 * math.pi * (i + 0.5) / count + math.pi / 2
        x, y = radius * math.cos(turn), radius * math.sin(turn)
        for sign in (1, -1):
            if kind == "flowers":
                builder.add("flower", bloom.move(x, y, 0.13 * sign), ACCENT)
                builder.add("flower", bead(0.035).move(x, y, 0.15 * sign), "yellow")
            elif kind == "baubles":
                builder.add("berry", bead(0.075).move(x, y, 0.11 * sign), ACCENT, "glossy")
            else:
                berry = bead(0.045).move(x, y, 0.11 * sign)
                builder.add("berry", row(berry, 2, x=0.07, y=0.05), ACCENT, "glossy")


def picture_frame(builder: Builder) -> None:
    """Build a framed landscape that leans on its stand."""
    width, height = builder.choose([(1.0, 0.76), (0.78, 1.0)])
    border = builder.vary(0.11, 0.15)
    sky = builder.choose(["sky blue", "coral", "lavender"])

    def lean(shape: Shape) -> Shape:
        return shape.turn(x=-12.0).move(y=height / 2)

    for y in (height / 2, -height / 2):
        builder.add("frame", lean(box(width + border, border, 0.12, 0.04).move(y=y)), MAIN, "gold")
    for x in (width / 2, -width / 2):
        builder.add("frame", lean(box(border, height + border, 0.12, 0.04).move(x)), MAIN, "gold")
    for x in (-1, 1):
        for y in (-1, 1):
            corner_boss = sphere(border * 0.62, border * 0.62, 0.09).move(x * width / 2, y * height / 2, 0.03)
            builder.add("frame", lean(corner_boss), MAIN, "gold", 0.9)
    builder.add("frame", lean(box(width, height, 0.05).move(z=-0.03)), MAIN, "wood", 0.6)

    inset = border / 2
    builder.add("picture", lean(box(width - inset, height - inset, 0.03).move(z=0.01)), sky)
    sun = sphere(0.12, 0.12, 0.02).move(width * 0.2, height * 0.2, 0.03)
    builder.add("picture", lean(sun), "yellow")
    left, right, bottom = -width / 2 + inset / 2, width / 2 - inset / 2, -height / 2 + inset / 2
    for level, colour, phase in ((0.02, "teal", 0.0), (-0.12, "green", 2.0), (-0.25, "lime", 4.2)):
        ridge = [
            (x, level * height + 0.07 * math.sin(7 * x + phase + 3 * builder.between(0, 0.1)))
            for x in np.linspace(left, right, 20)
        ]
        hills = prism([(left, bottom), (right, bottom), *ridge[::-1]], 0.03)
        builder.add("picture", lean(hills.move(z=0.025 + 0.012 * (0.02 - level) / 0.1)), colour)

    strut = [(0, height * 0.32 + height / 2, -0.05), (0, -height * 0.52 + height / 2, -0.36)]
    builder.add("stand", tube(strut, 0.045, count=2), ACCENT, "wood")
    builder.add("stand", cone(0.04, 0.06).move(y=height * 0.8, z=-0.12), ACCENT, "wood")
    builder.add("stand", cylinder(0.03, 0.26).turn(x=90).move(y=0.12, z=-0.2), ACCENT, "wood")
