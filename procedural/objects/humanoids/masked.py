"""Builders of masked figures: ninja, superhero, astronaut. Costumes on the shared `person`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import box, capsule, cylinder, pair, sphere, torus
from procedural.geometry.sweeps import star, tube
from procedural.objects.parts.eyes import eyes
from procedural.objects.parts.person import Wear, cape, face, hair_cap, hair_colour, person, skin


def ninja(builder: Builder) -> None:
    """A ninja: all covered but the eyes, headband with flying ends, sash, sword on the back."""
    suit = Wear(trousers=MAIN, shoe=MAIN, hand=MAIN, skin=MAIN, girth=0.95)
    body = person(builder, suit, builder.choose([("hold", "hip"), ("front", "back"), ("hip", "hip")]))
    r, (_, y, z) = body.radius, body.head
    tone = skin(builder)
    slit = sphere(r * 1.025, r * 1.005, r * 0.98).keep(
        lambda p: np.maximum(0.5 * r - p[:, 2], np.abs(p[:, 1] - 0.02 * r) - 0.24 * r)
    )
    builder.add("face", slit.move(*body.head), tone)
    x, eye_y, eye_z = body.face(0.34, 0.02, 1.02)
    eyes(builder, x, eye_y, eye_z, r * 0.16)
    for side in (-1, 1):
        brow = [body.face(side * 0.15, 0.17, 1.03), body.face(side * 0.55, 0.3, 1.03)]
        builder.add("eye", tube(brow, 0.05 * r, count=4, sides=8), "black")
    builder.add("headband", torus(r * 0.95, r * 0.12).scale(1, 1.4, 0.97).move(0, y + 0.42 * r, z), ACCENT, "cloth")
    for side in (-1, 1):
        sway = builder.between(0.3, 0.9)
        tail = [
            (0, y + 0.42 * r, z - r),
            (side * 0.3 * r, y + 0.3 * r, z - 1.6 * r),
            (side * sway * r, y + 0.1 * r, z - 2.3 * r),
        ]
        builder.add("headband", tube(tail, [0.1 * r, 0.17 * r, 0.2 * r], flat=0.4), ACCENT, "cloth")
    for hand in (body.right, body.left):
        builder.add("wrap", sphere(0.062).move(hand[0] * 0.96, hand[1] + 0.01, hand[2] - 0.015), ACCENT, "cloth")
    builder.add("sash", torus(0.115 * body.girth, 0.032).scale(1, 1.2, 1).move(y=body.hip + 0.08), ACCENT, "cloth")
    builder.add(
        "sash",
        tube(
            [(0.05, body.hip + 0.06, 0.13), (0.08, body.hip - 0.05, 0.16), (0.08, body.hip - 0.14, 0.14)],
            [0.02, 0.03, 0.035],
            flat=0.5,
        ),
        ACCENT,
        "cloth",
    )
    blade = [(0.22, body.hip - 0.02, -0.17), (-0.16, body.neck + 0.08, -0.17), (-0.3, body.neck + 0.27, -0.17)]
    builder.add("sword", tube(blade[:2], 0.026, count=4), "dark brown", "glossy")
    builder.add("sword", capsule(blade[1], blade[2], 0.024), "red", "leather")
    builder.add(
        "sword",
        cylinder(0.055, 0.02).aim(blade[0], blade[1]).move(-0.19, 0.05 + (body.neck - body.hip) / 2, 0),
        "gold",
        "metal",
    )


def superhero(builder: Builder) -> None:
    """A superhero in a tight suit: cape, mask, emblem, boots and gloves."""
    suit = Wear(trousers=MAIN, shoe=ACCENT, hand=ACCENT, cloth="glossy", girth=1.15, skin=skin(builder))
    body = person(builder, suit, builder.choose([("hip", "hip"), ("hip", "raise"), ("hang", "hip")]))
    face(builder, body)
    r = body.radius
    dark = hair_colour(builder, body.skin, ["black", "dark brown", "amber"])
    builder.add("hair", hair_cap(body, 0.5, 1.07), dark)
    curl = [body.face(0.1, 0.75, 1.1), body.face(-0.05, 0.6, 1.2), body.face(-0.12, 0.42, 1.1)]
    builder.add("hair", tube(curl, [0.2 * r, 0.14 * r, 0.05 * r]), dark)
    if builder.chance(0.7):
        mask = sphere(r * 1.02, r * 1.0, r * 0.975).keep(
            lambda p: np.maximum(0.25 * r - p[:, 2], np.abs(p[:, 1] - 0.04 * r) - 0.22 * r)
        )
        builder.add("mask", mask.move(*body.head), ACCENT)
    chest = (0.0, body.hip + 0.175, 0.125 * body.girth)
    builder.add("emblem", sphere(0.075, 0.07, 0.03).move(*chest), "yellow")
    builder.add("emblem", star(0.055, 0.03).move(chest[0], chest[1], chest[2] + 0.022), ACCENT)
    builder.add("belt", torus(0.112 * body.girth, 0.026).move(y=body.hip + 0.05), "yellow")
    for side in (-1, 1):
        builder.add("trunks", sphere(0.088, 0.07, 0.095).move(side * 0.05, body.hip - 0.005, 0), ACCENT)
    cape(builder, body, ACCENT, builder.vary(0.55, 0.08), builder.vary(0.55, 0.1))
    if builder.pose == "flying":
        builder.parts = [replace(part, shape=part.shape.turn(x=48)) for part in builder.parts]


def astronaut(builder: Builder) -> None:
    """An astronaut: round helmet with a golden or blue visor, pack on the back, tubes, badges."""
    suit = Wear(trousers=MAIN, shoe=MAIN, hand=ACCENT, skin=MAIN, girth=1.3, cloth=None)
    body = person(builder, suit, builder.choose([("hang", "hang"), ("hang", "wave"), ("hold", "hang")]))
    r, (_, y, z) = body.radius, body.head
    builder.add("helmet", sphere(r * 1.25).move(0, y + 0.05 * r, z), MAIN, "glossy")
    builder.add(
        "visor",
        sphere(r * 0.95, r * 0.78, r * 0.62).move(0, y + 0.05 * r, z + 0.75 * r),
        builder.choose(["navy", "amber", "blue"]),
        "glossy",
    )
    rim = torus(r * 0.88, r * 0.1).scale(1.06, 1, 0.88).turn(x=90).move(0, y + 0.05 * r, z + 0.93 * r)
    builder.add("visor", rim, ACCENT)
    builder.add(
        "visor", sphere(r * 0.2, r * 0.13, r * 0.05).turn(z=30).move(-0.36 * r, y + 0.4 * r, z + 1.24 * r), "white"
    )
    builder.add("helmet", pair(cylinder(r * 0.32, r * 0.25).turn(z=90).move(r * 1.22, y, z)), ACCENT)
    builder.add("neck ring", torus(0.115, 0.035).move(y=body.neck + 0.01), "grey", "metal")
    builder.add("backpack", box(0.3, 0.36, 0.15, 0.04).move(0, body.neck - 0.11, -0.18), "light grey")
    builder.add("backpack", pair(cylinder(0.05, 0.28).move(0.08, body.neck - 0.11, -0.26)), ACCENT)
    panel = (0.0, body.hip + 0.15, 0.15)
    builder.add("panel", box(0.16, 0.1, 0.06, 0.015).move(*panel), "grey")
    for i, colour in enumerate(("red", "yellow", "green")):
        builder.add("button", sphere(0.019).move(-0.045 + 0.045 * i, panel[1] + 0.02, 0.185), colour, "glossy")
    builder.add("panel", box(0.1, 0.02, 0.02, 0.005).move(0, panel[1] - 0.025, 0.18), "cyan")
    for side in (-1, 1):
        hose = [
            (side * 0.07, panel[1], 0.16),
            (side * 0.19, panel[1] - 0.02, 0.1),
            (side * 0.17, panel[1] + 0.04, -0.15),
        ]
        builder.add("hose", tube(hose, 0.02), ACCENT)
    for x, hand_y, hand_z in (body.right, body.left):
        builder.add("glove", torus(0.05, 0.022).turn(x=25).move(x * 0.98, hand_y + 0.03, hand_z - 0.02), "grey")
    if builder.pose not in ("sitting", "running"):
        builder.add("boot", pair(torus(0.065, 0.022).move(0.09, 0.13, 0)), ACCENT)
