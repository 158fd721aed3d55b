"""Build functions of people with masks or helmets: ninja, superhero and astronaut."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import offset
from procedural.geometry.shapes import box, capsule, cylinder, pair, sphere, torus
from procedural.geometry.sweeps import star, tube
from procedural.objects.parts.eyes import add_eyes
from procedural.objects.parts.person import (
    HANG,
    Face,
    Outfit,
    Person,
    add_cape,
    add_person,
    add_short_hair,
    choose_hair_colour,
    choose_skin,
    vary_proportions,
)


def ninja(builder: Builder) -> None:
    """Build a ninja: all covered but the eyes, headband with flying ends, sash, sword on the back."""
    arms = builder.choose([("hold", "hip"), ("front", "back"), ("hip", "hip")])
    proportions = vary_proportions(builder)
    skin = choose_skin(builder)
    band_ends = {side: builder.between(0.3, 0.9) for side in (-1, 1)}

    suit = Outfit(trousers=MAIN, shoes=MAIN, hands=MAIN)
    person = Person(skin=MAIN, girth=0.95, arms=arms, outfit=suit)
    body = add_person(builder, person, proportions)
    r = body.head_radius
    slit = sphere(r * 1.025, r * 1.005, r * 0.98).keep(
        lambda p: np.maximum(0.5 * r - p[:, 2], np.abs(p[:, 1] - 0.02 * r) - 0.24 * r)
    )
    builder.add("face", slit.move(*body.head), skin)
    add_eyes(builder, *body.on_face(0.34, 0.02, 1.02), r * 0.16)
    for side in (-1, 1):
        brow = [body.on_face(side * 0.15, 0.17, 1.03), body.on_face(side * 0.55, 0.3, 1.03)]
        builder.add("eye", tube(brow, 0.05 * r, count=4, sides=8), "black")
    band = torus(r * 0.95, r * 0.12).scale(1, 1.4, 0.97).move(*body.from_head(0, 0.42))
    builder.add("headband", band, ACCENT, "cloth")
    for side, spread in band_ends.items():
        end = [
            body.from_head(0, 0.42, -1),
            body.from_head(side * 0.3, 0.3, -1.6),
            body.from_head(side * spread, 0.1, -2.3),
        ]
        builder.add("headband", tube(end, [0.1 * r, 0.17 * r, 0.2 * r], flat=0.4), ACCENT, "cloth")
    for x, y, z in (body.right_hand, body.left_hand):
        builder.add("wrap", sphere(0.062).move(x * 0.96, y + 0.01, z - 0.015), ACCENT, "cloth")

    hip, neck = body.hip, body.neck
    builder.add("sash", torus(0.115 * body.girth, 0.032).scale(1, 1.2, 1).move(y=hip + 0.08), ACCENT, "cloth")
    sash_end = [(0.05, hip + 0.06, 0.13), (0.08, hip - 0.05, 0.16), (0.08, hip - 0.14, 0.14)]
    builder.add("sash", tube(sash_end, [0.02, 0.03, 0.035], flat=0.5), ACCENT, "cloth")
    tip, guard, pommel = (0.22, hip - 0.02, -0.17), (-0.16, neck + 0.08, -0.17), (-0.3, neck + 0.27, -0.17)
    builder.add("sword", tube([tip, guard], 0.026, count=4), "dark brown", "glossy")
    builder.add("sword", capsule(guard, pommel, 0.024), "red", "leather")
    disc = cylinder(0.055, 0.02).aim(tip, guard).move(-0.19, 0.05 + (neck - hip) / 2, 0)
    builder.add("sword", disc, "gold", "metal")


def superhero(builder: Builder) -> None:
    """Build a superhero in a tight suit: cape, mask, emblem, boots and gloves."""
    skin = choose_skin(builder)
    arms = builder.choose([("hip", "hip"), ("hip", "raise"), ("hang", "hip")])
    proportions = vary_proportions(builder)
    hair = choose_hair_colour(builder, skin, ["black", "dark brown", "amber"])
    has_mask = builder.chance(0.7)
    cape_length, cape_width = builder.vary(0.55, 0.08), builder.vary(0.55, 0.1)

    suit = Outfit(trousers=MAIN, shoes=ACCENT, hands=ACCENT, cloth="glossy")
    person = Person(skin=skin, girth=1.15, arms=arms, outfit=suit, face=Face())
    body = add_person(builder, person, proportions)
    r, g, hip = body.head_radius, body.girth, body.hip
    add_short_hair(builder, body, hair, hairline=0.5)
    curl = [body.on_face(0.1, 0.75, 1.1), body.on_face(-0.05, 0.6, 1.2), body.on_face(-0.12, 0.42, 1.1)]
    builder.add("hair", tube(curl, [0.2 * r, 0.14 * r, 0.05 * r]), hair)
    if has_mask:
        mask = sphere(r * 1.02, r * 1.0, r * 0.975).keep(
            lambda p: np.maximum(0.25 * r - p[:, 2], np.abs(p[:, 1] - 0.04 * r) - 0.22 * r)
        )
        builder.add("mask", mask.move(*body.head), ACCENT)
    chest = (0.0, hip + 0.175, 0.125 * g)
    builder.add("emblem", sphere(0.075, 0.07, 0.03).move(*chest), "yellow")
    builder.add("emblem", star(0.055, 0.03).move(*offset(chest, z=0.022)), ACCENT)
    builder.add("belt", torus(0.112 * g, 0.026).move(y=hip + 0.05), "yellow")
    for side in (-1, 1):
        builder.add("trunks", sphere(0.088, 0.07, 0.095).move(side * 0.05, hip - 0.005, 0), ACCENT)
    add_cape(builder, body, ACCENT, length=cape_length, width=cape_width)
    if builder.pose == "flying":
        builder.parts = [replace(part, shape=part.shape.turn(x=48)) for part in builder.parts]


def astronaut(builder: Builder) -> None:
    """Build an astronaut: round helmet with a golden or blue visor, pack on the back, tubes, badges."""
    arms = builder.choose([HANG, ("hang", "wave"), ("hold", "hang")])
    proportions = vary_proportions(builder)
    visor_colour = builder.choose(["navy", "amber", "blue"])

    suit = Outfit(trousers=MAIN, shoes=MAIN, hands=ACCENT, cloth=None)
    person = Person(skin=MAIN, girth=1.3, arms=arms, outfit=suit)
    body = add_person(builder, person, proportions)
    r = body.head_radius
    builder.add("helmet", sphere(r * 1.25).move(*body.from_head(0, 0.05)), MAIN, "glossy")
    visor = sphere(r * 0.95, r * 0.78, r * 0.62).move(*body.from_head(0, 0.05, 0.75))
    builder.add("visor", visor, visor_colour, "glossy")
    rim = torus(r * 0.88, r * 0.1).scale(1.06, 1, 0.88).turn(x=90).move(*body.from_head(0, 0.05, 0.93))
    builder.add("visor", rim, ACCENT)
    glint = sphere(r * 0.2, r * 0.13, r * 0.05).turn(z=30).move(*body.from_head(-0.36, 0.4, 1.24))
    builder.add("visor", glint, "white")
    builder.add("helmet", pair(cylinder(r * 0.32, r * 0.25).turn(z=90).move(*body.from_head(1.22, 0))), ACCENT)
    builder.add("neck ring", torus(0.115, 0.035).move(y=body.neck + 0.01), "grey", "metal")
    pack = body.neck - 0.11
    builder.add("backpack", box(0.3, 0.36, 0.15, 0.04).move(0, pack, -0.18), "light grey")
    builder.add("backpack", pair(cylinder(0.05, 0.28).move(0.08, pack, -0.26)), ACCENT)

    panel = body.hip + 0.15
    builder.add("panel", box(0.16, 0.1, 0.06, 0.015).move(0, panel, 0.15), "grey")
    for x, colour in ((-0.045, "red"), (0.0, "yellow"), (0.045, "green")):
        builder.add("button", sphere(0.019).move(x, panel + 0.02, 0.185), colour, "glossy")
    builder.add("panel", box(0.1, 0.02, 0.02, 0.005).move(0, panel - 0.025, 0.18), "cyan")
    for side in (-1, 1):
        hose = [(side * 0.07, panel, 0.16), (side * 0.19, panel - 0.02, 0.1), (side * 0.17, panel + 0.04, -0.15)]
        builder.add("hose", tube(hose, 0.02), ACCENT)
    for x, y, z in (body.right_hand, body.left_hand):
        builder.add("glove", torus(0.05, 0.022).turn(x=25).move(x * 0.98, y + 0.03, z - 0.02), "grey")
    if builder.pose not in ("sitting", "running"):
        builder.add("boot", pair(torus(0.065, 0.022).move(0.09, 0.13, 0)), ACCENT)
