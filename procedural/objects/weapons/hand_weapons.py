"""Builders of weapons: sword, axe, hammer, shield, helmet, bow, cannon. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem, star
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
    """A knight's sword, point up: broad ridged blade, cross guard, wrapped grip, pommel with a stone."""
    long, wide = builder.vary(1.2, 0.08), builder.vary(0.15, 0.12)
    waist = builder.choose([1.0, 0.8])
    profile = [(0, 0), (wide, 0), (wide * waist, long * 0.3), (wide * 0.95, long * 0.72), (wide * 0.7, long * 0.86)]
    blade = lathe([*profile, (0, long)], sides=4, crease_deg=8).scale(1, 1, 0.5)
    builder.add("blade", blade, MAIN, "metal")
    fuller = box(wide * 0.3, long * 0.6, wide * 0.98, 0.01).move(y=long * 0.32)
    builder.add("blade", fuller, MAIN, "metal", 0.75)
    reach, lift = builder.vary(0.36, 0.12), builder.choose([0.1, 0.0, -0.09])
    guard = [
        (-reach, lift, 0),
        (-reach * 0.5, lift * 0.2, 0),
        (0, 0, 0),
        (reach * 0.5, lift * 0.2, 0),
        (reach, lift, 0),
    ]
    builder.add("guard", tube(guard, [0.055, 0.06, 0.08, 0.06, 0.055]), ACCENT, "gold")
    builder.add("guard", pair(sphere(0.085).move(reach, lift)), ACCENT, "gold")
    builder.add("guard", box(0.2, 0.15, 0.19, 0.04), ACCENT, "gold")
    hilt = builder.vary(0.36, 0.1)
    leather = builder.choose(["brown", "navy", "maroon", "dark green"])
    builder.add("grip", cylinder(0.06, hilt, top=0.065).move(y=-hilt / 2), leather, "leather")
    wraps = row(torus(0.062, 0.022, sides=24), 5, y=hilt / 5.2).move(y=-hilt / 2)
    builder.add("grip", wraps, leather, "leather", 0.75)
    builder.add("pommel", sphere(0.115, 0.1, 0.1).move(y=-hilt - 0.06), ACCENT, "gold")
    stone = builder.choose(["red", "turquoise", "purple"])
    builder.add("gem", pair(gem(0.062).turn(x=90).move(y=-hilt - 0.06, z=0.085), "z"), stone, "crystal")
    builder.add("gem", pair(gem(0.065).turn(x=90).move(z=0.09), "z"), stone, "crystal")


def axe(builder: Builder) -> None:
    """A battle axe: one or two broad curved blades on a wooden shaft."""
    long, reach, tall = builder.vary(1.35, 0.06), builder.vary(0.46, 0.1), builder.vary(0.4, 0.12)
    bend = builder.between(0.0, 0.05)
    shaft = [(0, 0, 0), (bend, long * 0.45, 0), (0, long, 0)]
    builder.add("handle", tube(shaft, [0.06, 0.05, 0.055]), "brown", "wood")
    builder.add("handle", tube([(0, 0.02, 0), (bend * 0.8, long * 0.25, 0)], 0.07, count=3), ACCENT, "leather")
    builder.add("handle", sphere(0.085).move(y=0.0), ACCENT, "metal")
    top = long * 0.82
    edge = [(reach * math.cos(a), tall * math.sin(a) * 1.25) for a in np.linspace(-0.95, 0.95, 17)]
    outline = [(0.03, 0.1), (0.03, -0.1), (reach * 0.35, -0.13), *edge, (reach * 0.35, 0.13)]

    def wedge(at: Floats) -> Floats:
        at[:, 2] *= np.clip(1.1 - at[:, 0] / reach, 0.14, 1)
        return at

    blade = prism(outline, 0.19).warp(wedge)
    inner = [(x * 0.82 + 0.02, y * 0.8) for x, y in outline]
    cheek = prism(inner, 0.26).warp(wedge)
    double = builder.chance(0.5)
    for shape, shade in ((blade, 1.15), (cheek, 0.85)):
        builder.add("blade", (pair(shape) if double else shape).move(y=top), MAIN, "metal", shade)
    builder.add("socket", cylinder(0.1, 0.34).move(y=top), MAIN, "metal", 0.7)
    if not double:
        builder.add("spike", cone(0.1, 0.32).turn(z=90).move(-0.2, top), MAIN, "metal", 0.85)
    builder.add("socket", torus(0.1, 0.035).move(y=top + 0.17) + torus(0.1, 0.035).move(y=top - 0.17), ACCENT, "gold")
    builder.add("spike", cone(0.06, builder.vary(0.22)).move(y=long + 0.08), MAIN, "metal")


def hammer(builder: Builder) -> None:
    """A war hammer: a heavy banded block across a short shaft."""
    long, wide, tall = builder.vary(1.0, 0.08), builder.vary(0.8, 0.08), builder.vary(0.4, 0.1)
    head = box(wide, tall, tall, 0.06).move(y=long)
    builder.add("head", head, MAIN, "metal")
    beak = builder.chance(0.4)
    for side in (1,) if beak else (1, -1):
        face = cylinder(tall * 0.58, 0.13, sides=8).turn(y=22.5).turn(z=90)
        builder.add("head", face.move(side * (wide / 2 + 0.02), long), MAIN, "metal", 0.85)
    if beak:
        spike = tube(
            [(-wide / 2 + 0.05, long, 0), (-wide / 2 - 0.2, long, 0), (-wide / 2 - 0.4, long - 0.12, 0)], [0.19, 0]
        )
        builder.add("spike", spike, MAIN, "metal", 0.85)
    for x in (-0.27, 0.27):
        builder.add("band", box(0.09, tall + 0.05, tall + 0.05, 0.02).move(x * wide / 0.8, long), ACCENT, "gold")
    builder.add(
        "gem",
        pair(gem(0.1).turn(x=90).move(y=long, z=tall / 2), "z"),
        builder.choose(["cyan", "red", "lime"]),
        "crystal",
    )
    builder.add("handle", cylinder(0.075, long).move(y=long / 2), "brown", "wood")
    grip = row(torus(0.075, 0.032, sides=24), 7, y=0.065).move(y=0.3)
    builder.add("handle", grip, "dark brown", "leather")
    builder.add("handle", sphere(0.12, 0.1, 0.12).move(y=0.0), ACCENT, "gold")
    builder.add("band", cylinder(0.12, 0.1).move(y=long - tall / 2 - 0.03), ACCENT, "gold")
    if builder.chance(0.5):
        builder.add("strap", torus(0.12, 0.025).turn(x=90).move(y=-0.19), "dark brown", "leather")


def shield(builder: Builder) -> None:
    """A knight's shield, pointed below or round, with a rim, studs and a coat of arms."""
    kind = builder.choose(["heater", "heater", "kite", "round"])
    tall = {"heater": builder.vary(0.62, 0.06), "kite": builder.vary(0.72, 0.06), "round": 0.5}[kind]
    heights = np.linspace(-1, 1, 27)
    if kind == "round":
        widths = 0.5 * np.sqrt(np.clip(1 - heights**2, 0, 1))
    else:
        full = {"heater": 0.25, "kite": 0.45}[kind]
        widths = 0.5 * np.where(
            heights > full, 1.0, np.clip(np.cos((full - heights) / (1 + full) * np.pi / 2), 0, 1) ** 0.8
        )
        widths *= np.where(
            (heights > 0.45) & (kind == "kite"), np.sqrt(np.clip(1 - ((heights - 0.45) / 0.8) ** 2, 0, 1)), 1
        )
    outline = (heights * tall, widths)
    builder.add("face", _plate(*outline, 0.07, 0.16), MAIN)
    rim = _plate(heights * (tall + 0.05), widths * 1.09 + 0.004, 0.11, 0.16).move(z=-0.015)
    builder.add("rim", rim.keep(_outside(heights * tall * 0.96, widths * 0.93)), ACCENT, "metal")
    builder.add("face", _plate(*outline, 0.05, 0.16).move(z=-0.03).keep(lambda at: at[:, 2] - 0.1), MAIN, "wood", 0.75)
    emblem = builder.choose(["cross", "star", "stripe", "quarters"])
    front = _plate(heights * tall * 0.95, widths * 0.92, 0.07, 0.16, across=41).move(z=0.028)
    builder.add("emblem", front.keep(_arms(emblem, tall)), ACCENT)
    if emblem == "star":
        builder.add("emblem", prism(star(5, 0.26, 0.115), 0.1).move(y=0.05, z=0.15), ACCENT, "metal")
    if emblem in ("cross", "quarters"):
        builder.add("boss", sphere(0.13, 0.13, 0.08).move(y=0.04, z=0.2), ACCENT, "metal")
    for index in range(2, 25, 4):
        x = float(widths[index]) * 0.99
        builder.add("stud", pair(bead(0.03).move(x, float(heights[index]) * tall, 0.045)), ACCENT, "metal", 0.75)
    strap = tube([(-0.25, 0.05, 0), (0, 0.05, -0.16), (0.25, 0.05, 0)], 0.04, flat=0.6)
    builder.add("strap", strap + strap.move(y=-0.25), "dark brown", "leather")


def bow(builder: Builder) -> None:
    """A bow drawn by its string, an arrow across it."""
    high, belly = builder.vary(0.75, 0.08), builder.vary(0.34, 0.12)
    curl = builder.between(0.0, 0.14)
    limb = [
        (0.05, 0, 0),
        (0.1, 0.18 * high, 0),
        (0, 0.62 * high, 0),
        (-belly, high, 0),
        (-belly - curl * 0.4, high + curl, 0),
    ]
    upper = tube(limb, [0.095, 0.09, 0.075, 0.055, 0.035])
    builder.add("limb", pair(upper, "y"), MAIN, "wood")
    for y in (0.42, 0.72):
        ring_at = torus(0.075, 0.026).turn(z=25).move(0.035 - (y - 0.42) * 0.45, y * high)
        builder.add("band", pair(ring_at, "y"), ACCENT, "gold")
    builder.add("grip", _wrap(0.26), ACCENT, "leather")
    draw = builder.between(0.1, 0.3)
    nock = (-belly - draw, 0.0, 0.0)
    for side in (1, -1):
        builder.add("string", tube([(-belly, side * high, 0), nock], 0.014, count=2), "cream")
    tip = 0.55
    builder.add("arrow", tube([(nock[0] - 0.06, 0, 0), (tip, 0, 0)], 0.026, count=2), "tan", "wood")
    builder.add("arrow", cone(0.085, 0.2, sides=4).turn(z=-90).move(tip + 0.06), "silver", "metal")
    feather = prism([(0, 0.02), (-0.06, 0.11), (0.13, 0.11), (0.2, 0.02)], 0.03)
    vanes = feather + feather.turn(x=120) + feather.turn(x=240)
    builder.add("feather", vanes.move(nock[0] + 0.0), builder.choose(["red", "white", "sky blue"]))


def _wrap(tall: float) -> Shape:
    """A wrapped grip round the middle of a bow."""
    return row(torus(0.075, 0.042, sides=24), 7, y=tall / 7).move(0.055)


def _plate(heights: Floats, widths: Floats, thick: float, bulge: float, across: int = 25) -> Shape:
    """A curved plate facing +z, from half `widths` [R] at `heights` [R]; `bulge` is how far its middle stands out."""
    u = np.linspace(-1, 1, across)
    x, y = widths[:, None] * u, np.broadcast_to(heights[:, None], (len(heights), across))
    middle = bulge * (1 - (x / max(float(widths.max()), 1e-9)) ** 2)
    rings = [
        np.concatenate([np.stack([x, y, middle + half], -1), np.stack([x, y, middle - half], -1)[:, ::-1]], axis=1)
        for half in (0.0, thick / 2)
    ]
    stack = np.concatenate([rings[0][:1], rings[1], rings[0][-1:]])  # [R + 2, 2 across, 3], shut at both ends
    return mesh(stack.reshape(-1, 3), grid_faces(len(stack), 2 * across, False, True)[:, ::-1])


def _outside(heights: Floats, widths: Floats) -> Callable[[Floats], Floats]:
    """A field below 0 outside a symmetric outline."""
    return lambda at: np.asarray(
        np.where(np.abs(at[:, 1]) < heights.max(), np.interp(at[:, 1], heights, widths), 0.0) - np.abs(at[:, 0])
    )


def _arms(kind: str, tall: float) -> Callable[[Floats], Floats]:
    """A field below 0 on the figure of a coat of arms."""
    if kind == "cross":
        return lambda at: np.minimum(np.abs(at[:, 0]), np.abs(at[:, 1] - 0.05)) - 0.07
    if kind == "quarters":
        return lambda at: np.asarray(at[:, 0] * (at[:, 1] - 0.05) * 8)
    if kind == "stripe":
        return lambda at: np.abs(at[:, 1] + at[:, 0] * tall * 1.2) - 0.13
    return lambda at: np.abs(np.hypot(at[:, 0], at[:, 1] - 0.05) - 0.36) - 0.03
