"""Build functions of weapons held in the hands, and of the shield. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem, star_outline
from procedural.geometry.shapes import (
    Floats,
    Shape,
    bead,
    box,
    cone,
    cylinder,
    grid_faces,
    lathe,
    mesh,
    pair,
    row,
    sphere,
    torus,
)
from procedural.geometry.sweeps import prism, tube


def sword(builder: Builder) -> None:
    """Build a knight's sword, point up: a broad ridged blade, a cross guard, a wrapped grip, a pommel with a stone."""
    blade_length, half_width = builder.vary(1.2, 0.08), builder.vary(0.15, 0.12)
    waist = builder.choose([1.0, 0.8])
    guard_reach, guard_lift = builder.vary(0.36, 0.12), builder.choose([0.1, 0.0, -0.09])
    grip_length = builder.vary(0.36, 0.1)
    grip_colour = builder.choose(["brown", "navy", "maroon", "dark green"])
    stone_colour = builder.choose(["red", "turquoise", "purple"])
    pommel_y = -grip_length - 0.06

    blade_profile = [
        (0, 0),
        (half_width, 0),
        (half_width * waist, blade_length * 0.3),
        (half_width * 0.95, blade_length * 0.72),
        (half_width * 0.7, blade_length * 0.86),
        (0, blade_length),
    ]
    blade = lathe(blade_profile, sides=4, crease_deg=8).scale(1, 1, 0.5)
    builder.add("blade", blade, MAIN, "metal")
    fuller = box(half_width * 0.3, blade_length * 0.6, half_width * 0.98, 0.01)
    builder.add("blade", fuller.move(y=blade_length * 0.32), MAIN, "metal", 0.75)

    guard = [
        (-guard_reach, guard_lift, 0),
        (-guard_reach * 0.5, guard_lift * 0.2, 0),
        (0, 0, 0),
        (guard_reach * 0.5, guard_lift * 0.2, 0),
        (guard_reach, guard_lift, 0),
    ]
    builder.add("guard", tube(guard, [0.055, 0.06, 0.08, 0.06, 0.055]), ACCENT, "gold")
    builder.add("guard", pair(sphere(0.085).move(guard_reach, guard_lift)), ACCENT, "gold")
    builder.add("guard", box(0.2, 0.15, 0.19, 0.04), ACCENT, "gold")
    grip = cylinder(0.06, grip_length, top=0.065).move(y=-grip_length / 2)
    builder.add("grip", grip, grip_colour, "leather")
    wraps = row(torus(0.062, 0.022, sides=24), 5, y=grip_length / 5.2).move(y=-grip_length / 2)
    builder.add("grip", wraps, grip_colour, "leather", 0.75)
    builder.add("pommel", sphere(0.115, 0.1, 0.1).move(y=pommel_y), ACCENT, "gold")
    builder.add("gem", pair(gem(0.062).turn(x=90).move(y=pommel_y, z=0.085), "z"), stone_colour, "crystal")
    builder.add("gem", pair(gem(0.065).turn(x=90).move(z=0.09), "z"), stone_colour, "crystal")


def axe(builder: Builder) -> None:
    """Build a battle axe: one or two broad curved blades on a wooden shaft."""
    length = builder.vary(1.35, 0.06)
    blade_reach, half_edge = builder.vary(0.46, 0.1), builder.vary(0.4, 0.12)
    bend = builder.between(0.0, 0.05)
    is_double = builder.chance(0.5)
    tip_height = builder.vary(0.22)
    head_y = length * 0.82

    shaft = [(0, 0, 0), (bend, length * 0.45, 0), (0, length, 0)]
    builder.add("handle", tube(shaft, [0.06, 0.05, 0.055]), "brown", "wood")
    grip = tube([(0, 0.02, 0), (bend * 0.8, length * 0.25, 0)], 0.07, count=3)
    builder.add("handle", grip, ACCENT, "leather")
    builder.add("handle", sphere(0.085), ACCENT, "metal")

    edge = [(blade_reach * math.cos(a), half_edge * math.sin(a) * 1.25) for a in np.linspace(-0.95, 0.95, 17)]
    outline = [(0.03, 0.1), (0.03, -0.1), (blade_reach * 0.35, -0.13), *edge, (blade_reach * 0.35, 0.13)]
    inner_outline = [(x * 0.82 + 0.02, y * 0.8) for x, y in outline]

    def thin_toward_edge(points: Floats) -> Floats:
        points[:, 2] *= np.clip(1.1 - points[:, 0] / blade_reach, 0.14, 1)
        return points

    blade = prism(outline, 0.19).warp(thin_toward_edge)
    cheek = prism(inner_outline, 0.26).warp(thin_toward_edge)
    for shape, shade in ((blade, 1.15), (cheek, 0.85)):
        sides = pair(shape) if is_double else shape
        builder.add("blade", sides.move(y=head_y), MAIN, "metal", shade)
    builder.add("socket", cylinder(0.1, 0.34).move(y=head_y), MAIN, "metal", 0.7)
    if not is_double:
        builder.add("spike", cone(0.1, 0.32).turn(z=90).move(-0.2, head_y), MAIN, "metal", 0.85)
    collar = torus(0.1, 0.035)
    builder.add("socket", collar.move(y=head_y + 0.17) + collar.move(y=head_y - 0.17), ACCENT, "gold")
    builder.add("spike", cone(0.06, tip_height).move(y=length + 0.08), MAIN, "metal")


def hammer(builder: Builder) -> None:
    """Build a war hammer: a heavy banded block across a short shaft; some have a beak on one side."""
    length = builder.vary(1.0, 0.08)
    head_width, head_height = builder.vary(0.8, 0.08), builder.vary(0.4, 0.1)
    has_beak = builder.chance(0.4)
    gem_colour = builder.choose(["cyan", "red", "lime"])
    has_strap = builder.chance(0.5)
    head_end = head_width / 2

    builder.add("head", box(head_width, head_height, head_height, 0.06).move(y=length), MAIN, "metal")
    face = cylinder(head_height * 0.58, 0.13, sides=8).turn(y=22.5).turn(z=90)
    for side in (1,) if has_beak else (1, -1):
        builder.add("head", face.move(side * (head_end + 0.02), length), MAIN, "metal", 0.85)
    if has_beak:
        beak = [(-head_end + 0.05, length, 0), (-head_end - 0.2, length, 0), (-head_end - 0.4, length - 0.12, 0)]
        builder.add("spike", tube(beak, [0.19, 0]), MAIN, "metal", 0.85)
    for x in (-0.27, 0.27):
        band = box(0.09, head_height + 0.05, head_height + 0.05, 0.02)
        builder.add("band", band.move(x * head_width / 0.8, length), ACCENT, "gold")
    stone = gem(0.1).turn(x=90).move(y=length, z=head_height / 2)
    builder.add("gem", pair(stone, "z"), gem_colour, "crystal")

    builder.add("handle", cylinder(0.075, length).move(y=length / 2), "brown", "wood")
    wraps = row(torus(0.075, 0.032, sides=24), 7, y=0.065)
    builder.add("handle", wraps.move(y=0.3), "dark brown", "leather")
    builder.add("handle", sphere(0.12, 0.1, 0.12), ACCENT, "gold")
    builder.add("band", cylinder(0.12, 0.1).move(y=length - head_height / 2 - 0.03), ACCENT, "gold")
    if has_strap:
        builder.add("strap", torus(0.12, 0.025).turn(x=90).move(y=-0.19), "dark brown", "leather")


def shield(builder: Builder) -> None:
    """Build a knight's shield, pointed below or round, with a rim, studs and a coat of arms."""
    kind = builder.choose(["heater", "heater", "kite", "round"])
    heater_height, kite_height = builder.vary(0.62, 0.06), builder.vary(0.72, 0.06)
    half_height = {"heater": heater_height, "kite": kite_height, "round": 0.5}[kind]
    emblem = builder.choose(["cross", "star", "stripe", "quarters"])
    levels = np.linspace(-1, 1, 27)  # shares of the half height, from the lower end to the upper
    heights, widths = levels * half_height, _half_widths(kind, levels)

    builder.add("face", _curved_plate(heights, widths, 0.07), MAIN)
    rim = _curved_plate(levels * (half_height + 0.05), widths * 1.09 + 0.004, 0.11).move(z=-0.015)
    outside_face = _field_outside(levels * half_height * 0.96, widths * 0.93)
    builder.add("rim", rim.keep(outside_face), ACCENT, "metal")
    back = _curved_plate(heights, widths, 0.05).move(z=-0.03)
    builder.add("face", back.keep(lambda points: points[:, 2] - 0.1), MAIN, "wood", 0.75)
    front = _curved_plate(levels * half_height * 0.95, widths * 0.92, 0.07, columns=41).move(z=0.028)
    builder.add("emblem", front.keep(_field_of_emblem(emblem, half_height)), ACCENT)
    if emblem == "star":
        builder.add("emblem", prism(star_outline(5, 0.26, 0.115), 0.1).move(y=0.05, z=0.15), ACCENT, "metal")
    if emblem in ("cross", "quarters"):
        builder.add("boss", sphere(0.13, 0.13, 0.08).move(y=0.04, z=0.2), ACCENT, "metal")
    for level, width in zip(levels[2:25:4], widths[2:25:4], strict=True):
        stud = bead(0.03).move(float(width) * 0.99, float(level) * half_height, 0.045)
        builder.add("stud", pair(stud), ACCENT, "metal", 0.75)
    strap = tube([(-0.25, 0.05, 0), (0, 0.05, -0.16), (0.25, 0.05, 0)], 0.04, flat=0.6)
    builder.add("strap", strap + strap.move(y=-0.25), "dark brown", "leather")


def _half_widths(kind: str, levels: Floats) -> Floats:
    """Return a shield's half widths [R] at `levels` [R] from -1, the lower end, to 1, the upper end."""
    if kind == "round":
        return np.asarray(0.5 * np.sqrt(np.clip(1 - levels**2, 0, 1)))
    shoulder = {"heater": 0.25, "kite": 0.45}[kind]  # the level below which the sides curve in to the point
    below = np.clip(np.cos((shoulder - levels) / (1 + shoulder) * np.pi / 2), 0, 1) ** 0.8
    widths = 0.5 * np.where(levels > shoulder, 1.0, below)
    if kind == "kite":
        rounded_top = np.sqrt(np.clip(1 - ((levels - 0.45) / 0.8) ** 2, 0, 1))
        widths = widths * np.where(levels > 0.45, rounded_top, 1)
    return np.asarray(widths)


def _curved_plate(heights: Floats, widths: Floats, thickness: float, *, columns: int = 25) -> Shape:
    """Return a plate that faces +z, with half `widths` [R] at `heights` [R] and its middle bulging forward."""
    bulge = 0.16
    x, y = widths[:, None] * np.linspace(-1, 1, columns), np.broadcast_to(heights[:, None], (len(heights), columns))
    z = bulge * (1 - (x / max(float(widths.max()), 1e-9)) ** 2)
    edge, wall = (
        np.concatenate([np.stack([x, y, z + half], -1), np.stack([x, y, z - half], -1)[:, ::-1]], axis=1)
        for half in (0.0, thickness / 2)
    )
    rings = np.concatenate([edge[:1], wall, edge[-1:]])  # [R + 2, 2 columns, 3], closed at both ends
    return mesh(rings.reshape(-1, 3), grid_faces(len(rings), 2 * columns, False, True)[:, ::-1])


def _field_outside(heights: Floats, widths: Floats) -> Callable[[Floats], Floats]:
    """Return a field that is below 0 outside a symmetric outline of half `widths` [R] at `heights` [R]."""

    def field(points: Floats) -> Floats:
        half_width = np.where(np.abs(points[:, 1]) < heights.max(), np.interp(points[:, 1], heights, widths), 0.0)
        return np.asarray(half_width - np.abs(points[:, 0]))

    return field


def _field_of_emblem(emblem: str, half_height: float) -> Callable[[Floats], Floats]:
    """Return a field that is below 0 on the painted part of a coat of arms: for a star, a ring round it."""
    if emblem == "cross":
        return lambda points: np.minimum(np.abs(points[:, 0]), np.abs(points[:, 1] - 0.05)) - 0.07
    if emblem == "quarters":
        return lambda points: np.asarray(points[:, 0] * (points[:, 1] - 0.05) * 8)
    if emblem == "stripe":
        return lambda points: np.abs(points[:, 1] + points[:, 0] * half_height * 1.2) - 0.13
    return lambda points: np.abs(np.hypot(points[:, 0], points[:, 1] - 0.05) - 0.36) - 0.03


def bow(builder: Builder) -> None:
    """Build a drawn bow with an arrow on its string."""
    limb_height, belly = builder.vary(0.75, 0.08), builder.vary(0.34, 0.12)
    curl = builder.between(0.0, 0.14)
    draw = builder.between(0.1, 0.3)
    feather_colour = builder.choose(["red", "white", "sky blue"])
    nock, arrow_tip = (-belly - draw, 0.0, 0.0), 0.55

    limb = [
        (0.05, 0, 0),
        (0.1, 0.18 * limb_height, 0),
        (0, 0.62 * limb_height, 0),
        (-belly, limb_height, 0),
        (-belly - curl * 0.4, limb_height + curl, 0),
    ]
    builder.add("limb", pair(tube(limb, [0.095, 0.09, 0.075, 0.055, 0.035]), "y"), MAIN, "wood")
    for share in (0.42, 0.72):
        band = torus(0.075, 0.026).turn(z=25).move(0.035 - (share - 0.42) * 0.45, share * limb_height)
        builder.add("band", pair(band, "y"), ACCENT, "gold")
    wraps = row(torus(0.075, 0.042, sides=24), 7, y=0.26 / 7)
    builder.add("grip", wraps.move(0.055), ACCENT, "leather")
    for side in (1, -1):
        builder.add("string", tube([(-belly, side * limb_height, 0), nock], 0.014, count=2), "cream")
    arrow = tube([(nock[0] - 0.06, 0, 0), (arrow_tip, 0, 0)], 0.026, count=2)
    builder.add("arrow", arrow, "tan", "wood")
    arrowhead = cone(0.085, 0.2, sides=4).turn(z=-90)
    builder.add("arrow", arrowhead.move(arrow_tip + 0.06), "silver", "metal")
    vane = prism([(0, 0.02), (-0.06, 0.11), (0.13, 0.11), (0.2, 0.02)], 0.03)
    vanes = vane + vane.turn(x=120) + vane.turn(x=240)
    builder.add("feather", vanes.move(nock[0]), feather_colour)
