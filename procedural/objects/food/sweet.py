"""Build functions of sweets and drinks. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.ornament import heart, lumpy, pleats, star_outline
from procedural.geometry.shapes import Floats, Shape, bead, box, capsule, cylinder, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.scatter import GOLDEN_ANGLE_ROUNDED

SPRINKLE_COLOURS = ("red", "yellow", "cyan", "lime", "white", "purple")


def _sprinkle() -> Shape:
    return capsule((-0.028, 0, 0), (0.028, 0, 0), 0.017)


def _point_on_ring(radius: float, y: float, turn: float) -> Joint:
    """Return the point at `radius` from the y axis in the direction `turn`, in radians from +z toward +x."""
    return radius * math.sin(turn), y, radius * math.cos(turn)


def cake(builder: Builder) -> None:
    """Build a birthday cake of one to three tiers: dripping or piped icing, candles or cherries on top."""
    tiers = builder.choose([1, 2, 2, 3])
    tier_height = builder.vary({1: 0.36, 2: 0.3, 3: 0.26}[tiers], 0.08)
    has_drips = builder.chance(0.7)

    plate = lathe([(0, 0), (0.36, 0), (0.62, 0.05), (0.62, 0.07), (0, 0.05)])
    builder.add("plate", plate, "white", "glossy")
    y, radius = 0.05, 0.5
    for tier in range(tiers):
        profile = [(0, 0), (radius, 0), (radius, tier_height - 0.04), (radius - 0.04, tier_height), (0, tier_height)]
        builder.add("cake", lathe(profile, sides=72).move(y=y), MAIN, "rubber", 1.0 - 0.05 * tier)
        bead_count = max(10, round(radius * 36))
        rim_bead = bead(0.052, 0.045, 0.052).move(y=y + 0.03, z=radius + 0.01)
        builder.add("icing", ring(rim_bead, bead_count), ACCENT, "glossy")
        if has_drips:
            builder.add("icing", _dripping_icing(builder, radius, tier_height).move(y=y), ACCENT, "glossy")
        else:
            piping = torus(radius - 0.02, 0.045, sides=72).warp(pleats(bead_count, 0.02))
            builder.add("icing", piping.move(y=y + tier_height), ACCENT, "glossy")
        y += tier_height
        radius *= builder.vary(0.68, 0.05)
    top_radius = radius / 0.68
    if builder.chance(0.6):
        _add_candles(builder, y, top_radius)
    else:
        _add_cherries(builder, y, top_radius * 0.72)


def _dripping_icing(builder: Builder, radius: float, height: float) -> Shape:
    """Return a sheet of icing over the top edge of a tier that runs down its side in drops."""
    wave_count, phase = builder.count(8, 11), builder.between(0, 6)
    # y from 0 to 1 is the way up the side, beyond 1 the top
    profile = [
        (radius + 0.026, 0.0),
        (radius + 0.034, 0.25),
        (radius + 0.03, 0.6),
        (radius + 0.026, 1.0),
        (radius - 0.04, 1.18),
        (0, 1.2),
    ]

    def run_down(points: Floats) -> Floats:
        around = np.arctan2(points[:, 0], points[:, 2])
        drop = np.clip(0.5 + 0.5 * np.cos(wave_count * around + phase), 0, 1) ** 0.8
        drop = drop * (0.75 + 0.35 * np.sin(2.6 * around + phase)) * 0.55 * height + 0.07
        above_edge = np.maximum(points[:, 1] - 1, 0) * 0.2
        points[:, 1] = height - 0.03 + above_edge - drop * np.clip(1 - points[:, 1], 0, 1)
        return points

    return lathe(profile, sides=110).warp(run_down)


def _add_candles(builder: Builder, y: float, top_radius: float) -> None:
    count = builder.count(3, 7) if top_radius > 0.3 else builder.count(1, 4)
    height = builder.vary(0.2, 0.15)
    flame = lathe([(0, 0), (0.034, 0.035), (0.03, 0.07), (0, 0.14)])
    for i in range(count):
        x, _, z = _point_on_ring(top_radius * 0.6 if count > 1 else 0.0, y, 2 * math.pi * i / count)
        candle = cylinder(0.032, height).move(x, y + height / 2, z)
        builder.add("candle", candle, SPRINKLE_COLOURS[i % len(SPRINKLE_COLOURS)])
        builder.add("flame", flame.move(x, y + height + 0.01, z), "amber", "glow")


def _add_cherries(builder: Builder, y: float, ring_radius: float) -> None:
    """Add a ring of cherries round a swirl of icing."""
    count = builder.count(6, 8)
    builder.add("cherry", ring(bead(0.062).move(y=y + 0.06, z=ring_radius), count), "red", "glossy")
    stem = tube([(0, 0.1, 0), (0.02, 0.17, 0.02), (0.06, 0.21, 0.03)], 0.014)
    builder.add("cherry", ring(stem.move(y=y, z=ring_radius), count), "dark green")
    swirl = lathe([(0, 0), (0.13, 0), (0.12, 0.05), (0.06, 0.1), (0, 0.17)], sides=60).warp(pleats(7, 0.12))
    builder.add("icing", swirl.move(y=y), ACCENT, "glossy")


def cupcake(builder: Builder) -> None:
    """Build a cupcake: a pleated case, a swirl of icing, sprinkles, a cherry or a star on top."""
    case_height, swirl_turns = builder.vary(0.42, 0.08), builder.count(3, 4)
    icing_height = builder.vary(0.5, 0.1)
    peak = case_height + icing_height + 0.14

    case = lathe([(0, 0), (0.3, 0), (0.345, case_height / 2), (0.4, case_height), (0, case_height)], sides=100)
    builder.add("case", case.warp(pleats(20, 0.035)), ACCENT, "paper")
    builder.add("cake", sphere(0.4, 0.1, 0.4).move(y=case_height), "tan", "rubber")
    steps = np.linspace(0, 1, 26 * swirl_turns)
    angle = 2 * math.pi * swirl_turns * steps
    radius = 0.3 * (1 - steps) ** 0.85
    swirl_y = case_height + 0.09 + icing_height * steps**1.1
    swirl = np.stack([radius * np.sin(angle), swirl_y, radius * np.cos(angle)], -1)
    thicknesses = list(0.145 - 0.105 * np.linspace(0, 1, 8))
    builder.add("icing", tube(swirl, thicknesses, straight=True, sides=16), MAIN, "glossy")
    core = lathe([(0, 0), (0.34, 0), (0.3, icing_height * 0.35), (0.14, icing_height * 0.8), (0, icing_height)])
    builder.add("icing", core.move(y=case_height + 0.05), MAIN, "glossy")
    for i in range(30):
        share = (i + 0.5) / 34
        place = _point_on_ring(
            0.43 * (1 - share) ** 0.85, case_height + 0.14 + icing_height * share, i * GOLDEN_ANGLE_ROUNDED
        )
        sprinkle = _sprinkle().turn(y=builder.between(0, 180), z=builder.between(-50, 50))
        builder.add("sprinkle", sprinkle.move(*place), SPRINKLE_COLOURS[i % len(SPRINKLE_COLOURS)])
    if builder.chance(0.65):
        builder.add("cherry", bead(0.1).move(y=peak + 0.03), "red", "glossy")
        stem = tube([(0, peak + 0.1, 0), (0.02, peak + 0.19, 0), (0.08, peak + 0.25, 0)], 0.017)
        builder.add("cherry", stem, "dark green")
    else:
        builder.add("topper", prism(star_outline(5, 0.14, 0.065), 0.06).move(y=peak + 0.08), "yellow", "glossy")


def ice_cream(builder: Builder) -> None:
    """Build ice cream in a waffle cone: one to three scoops, a cherry, sprinkles or a wafer."""
    scoop_count = builder.choose([1, 2, 2, 3])
    cone_height, radius = builder.vary(0.6, 0.06), builder.vary(0.31, 0.05)

    builder.add("cone", lathe([(0, 0), (0.02, 0), (0.27, cone_height), (0.2, cone_height)]), "tan", "rubber")
    builder.add("cone", torus(0.265, 0.035).move(y=cone_height - 0.01), "tan", "rubber", 0.9)
    for side in (1, -1):
        steps = np.linspace(0.12, 1, 10)
        angle = side * 1.9 * steps
        groove = np.stack([0.268 * steps * np.sin(angle), cone_height * steps, 0.268 * steps * np.cos(angle)], -1)
        grooves = ring(tube(groove, 0.012, straight=True, sides=6), 9)
        builder.add("cone", grooves, "tan", "rubber", 0.72)
    y = cone_height + 0.1
    for i, flavour in enumerate((MAIN, ACCENT, MAIN)[:scoop_count]):
        scoop = sphere(radius).warp(lumpy(0.008, 0.16, i))
        builder.add("scoop", scoop.move(y=y), flavour, "rubber")
        skirt = torus(radius * 0.93, 0.055, sides=64).warp(pleats(builder.count(8, 12), 0.05)).warp(lumpy(0.012, 0.2))
        builder.add("scoop", skirt.move(y=y - radius * 0.32), flavour, "rubber", 0.97)
        y += radius * 1.12
        radius *= 0.92
    top = y - radius * 0.18
    if builder.chance(0.5):
        for i in range(26):
            height = 0.25 + 0.7 * (i + 0.5) / 26  # on a sphere of radius 1
            sprinkle = _sprinkle().turn(y=builder.between(0, 180), z=builder.between(-40, 40))
            ring_radius = math.sqrt(1 - height * height) * radius * 1.1
            place = _point_on_ring(ring_radius, top - radius * 1.02 + height * radius * 1.1, i * GOLDEN_ANGLE_ROUNDED)
            builder.add("sprinkle", sprinkle.move(*place), SPRINKLE_COLOURS[i % len(SPRINKLE_COLOURS)])
    else:
        wafer = cylinder(0.05, 0.5).turn(z=-24).move(0.17, top + 0.08, -0.05)
        builder.add("wafer", wafer, "golden brown", "rubber")
    builder.add("cherry", bead(0.09).move(y=top + 0.06), "red", "glossy")
    stem = tube([(0, top + 0.12, 0), (-0.02, top + 0.2, 0), (-0.07, top + 0.26, 0)], 0.015)
    builder.add("cherry", stem, "dark green")


def donut(builder: Builder) -> None:
    """Build a ring donut with dripping icing, and sprinkles or a zigzag of icing over it."""
    ring_radius, thickness = 0.36, builder.vary(0.16, 0.12)
    tilt = builder.between(11, 20)
    wave_count, phase = builder.count(6, 9), builder.between(0, 6)
    style = builder.choose(["sprinkles", "sprinkles", "stripes"])

    dough = torus(ring_radius, thickness, sides=72).scale(1, 0.92, 1)
    builder.add("dough", dough.turn(x=tilt), "golden brown", "rubber")

    def below_edge(points: Floats) -> Floats:
        around = np.arctan2(points[:, 0], points[:, 2])
        edge = thickness * (-0.12 + 0.2 * np.sin(wave_count * around + phase) + 0.1 * np.sin(3 * around))
        return np.asarray(edge - points[:, 1])

    icing_radius = thickness + 0.022
    angles = np.linspace(0, 2 * np.pi, 29)[:-1]
    profile = [(ring_radius + icing_radius * math.cos(a), icing_radius * 0.94 * math.sin(a)) for a in angles]
    icing = lathe(profile, sides=96, closed=True).keep(below_edge)
    builder.add("icing", icing.turn(x=tilt), MAIN, "glossy")
    if style == "sprinkles":
        for i in range(54):
            across = math.radians(builder.between(15, 165))
            y, z = (thickness + 0.025) * 0.94 * math.sin(across), ring_radius + (thickness + 0.025) * math.cos(across)
            sprinkle = _sprinkle().turn(y=builder.between(0, 180)).turn(x=90 - math.degrees(across))
            sprinkle = sprinkle.move(y=y, z=z).turn(y=math.degrees(i * GOLDEN_ANGLE_ROUNDED)).turn(x=tilt)
            builder.add("sprinkle", sprinkle, SPRINKLE_COLOURS[i % len(SPRINKLE_COLOURS)])
    else:
        zigzag_count = builder.count(13, 17)
        around = np.linspace(0, 2 * np.pi, 160)
        swing = np.pi / 2 + 1.15 * np.sin(zigzag_count * around)
        radius = ring_radius + (thickness + 0.03) * np.cos(swing)
        height = (thickness + 0.03) * 0.94 * np.sin(swing)
        line = np.stack([radius * np.sin(around), height, radius * np.cos(around)], -1)
        zigzag = tube(line[:-1], 0.018, closed=True, straight=True, sides=8)
        builder.add("sprinkle", zigzag.turn(x=tilt), ACCENT, "glossy")


def cup(builder: Builder) -> None:
    """Build a cup of coffee or cocoa with a heart or stripes on it; some stand on a saucer."""
    height, radius = builder.vary(0.74, 0.12), builder.vary(0.38, 0.06)
    base_share = builder.between(0.78, 1.0)  # of the radius at the rim
    topping = builder.choose(["heart", "swirl", "marshmallow"])
    has_heart, has_saucer = builder.chance(0.5), builder.chance(0.6)
    base_radius = radius * base_share

    profile = [
        (0, 0),
        (base_radius * 0.9, 0),
        (base_radius, 0.05),
        (radius, height),
        (radius - 0.05, height),
        (base_radius - 0.05, 0.1),
        (0, 0.08),
    ]
    builder.add("cup", lathe(profile), MAIN, "glossy")
    builder.add("rim", torus(radius - 0.022, 0.03).move(y=height), MAIN, "glossy", 1.1)
    builder.add("drink", cylinder(radius - 0.035, 0.04).move(y=height * 0.86), "brown", "glossy", 0.75)
    if topping == "heart":
        builder.add("foam", prism(heart(0.16), 0.03).turn(x=-90).move(y=height * 0.86 + 0.03), "cream")
    elif topping == "swirl":
        cream = sphere(radius * 0.72, 0.12, radius * 0.72).warp(lumpy(0.012, 0.15))
        builder.add("foam", cream.move(y=height * 0.9), "white")
    else:
        for x, z in ((-0.1, 0.05), (0.1, 0.1), (0.03, -0.12)):
            marshmallow = box(0.15, 0.13, 0.15, 0.05).turn(y=30 + 90 * x)
            builder.add("foam", marshmallow.move(x, height * 0.9, z), "white")
    handle = [
        (radius * 0.93, 0.8 * height, 0),
        (radius + 0.24, 0.78 * height, 0),
        (radius + 0.24, 0.3 * height, 0),
        (radius * 0.9, 0.22 * height, 0),
    ]
    builder.add("handle", tube(handle, 0.062), MAIN, "glossy")
    if has_heart:
        emblem = prism(heart(0.13), 0.06).move(y=height * 0.47, z=radius * (base_share + 1) / 2)
        builder.add("stripe", pair(emblem, "z"), ACCENT, "glossy")
    else:
        for share in (0.3, 0.62):
            stripe_radius = radius * (base_share + (1 - base_share) * share) + 0.006
            builder.add("stripe", cylinder(stripe_radius, 0.07).move(y=height * share), ACCENT, "glossy")
    if has_saucer:
        saucer = lathe([(0, -0.06), (0.28, -0.06), (0.62, 0.03), (0.62, 0.055), (0.3, 0), (0, 0)])
        builder.add("saucer", saucer, MAIN, "glossy", 0.95)
        builder.add("saucer", torus(0.615, 0.022, sides=64).move(y=0.042), ACCENT, "glossy")


def bottle(builder: Builder) -> None:
    """Build a bottle with a cork or a crown cap and a label."""
    radius, body_height, neck_height = builder.vary(0.24, 0.12), builder.vary(0.68, 0.1), builder.vary(0.42, 0.15)
    shoulder_height = builder.between(0.12, 0.3)
    cap_colour = None if builder.chance(0.5) else builder.choose(["red", "gold", "white"])
    emblem = builder.choose([star_outline(5, 0.13, 0.06), heart(0.12), star_outline(8, 0.13, 0.09)])
    emblem_colour = builder.choose(["red", "gold", "navy"])
    throat, top = body_height + shoulder_height, body_height + shoulder_height + neck_height * 0.75

    shoulder_points = [
        (radius, body_height),
        (radius * 0.8, body_height + shoulder_height * 0.6),
        (0.085, throat),
        (0.08, throat + neck_height * 0.4),
    ]
    shoulder = curve(shoulder_points, 16)
    profile = [
        (0, 0),
        (radius * 0.9, 0),
        (radius, 0.04),
        (radius, body_height),
        *map(tuple, shoulder[1:]),
        (0.08, top),
        (0, top),
    ]
    builder.add("bottle", lathe(profile), MAIN, "glass")
    builder.add("neck", torus(0.085, 0.03).move(y=top - 0.05), MAIN, "glass", 0.9)
    if cap_colour is None:
        builder.add("cap", cylinder(0.075, 0.12).move(y=top + 0.05), "tan", "wood")
    else:
        crown_cap = cylinder(0.1, 0.09).warp(pleats(16, 0.04))
        builder.add("cap", crown_cap.move(y=top + 0.03), cap_colour, "metal")
    label_bottom, label_top = body_height * 0.22, body_height * 0.78
    label = cylinder(radius + 0.01, label_top - label_bottom, sides=48)
    builder.add("label", label.move(y=(label_bottom + label_top) / 2), ACCENT, "paper")
    builder.add("emblem", pair(prism(emblem, 0.05).move(y=body_height / 2, z=radius), "z"), emblem_colour)
    for y in (label_bottom + 0.02, label_top - 0.02):
        builder.add("emblem", cylinder(radius + 0.018, 0.025, sides=48).move(y=y), emblem_colour)
