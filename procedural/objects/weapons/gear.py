"""Build functions of equipment: armour, artillery, treasure, anchors and staffs. Front toward +z, y up."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem
from procedural.geometry.shapes import Floats, bead, box, capsule, cylinder, join, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.wheels import on_axle


def helmet(builder: Builder) -> None:
    """Build a knight's helmet: a round skull, a beaked visor with eye slits and breathing holes, a plume or horns."""
    beak, depth = builder.between(0.12, 0.5), 1.1
    push_out = _visor_warp(beak)

    skull = curve([(0.39, -0.42), (0.4, -0.1), (0.425, 0.12), (0.34, 0.38), (0.15, 0.52), (0.03, 0.55)], 22)
    neck = [(0, -0.56), (0.47, -0.56), (0.39, -0.42)]
    builder.add("skull", lathe([*neck, *map(tuple, skull), (0, 0.55)]).scale(1, 1, depth), MAIN, "metal")
    builder.add("rim", torus(0.46, 0.035).scale(1, 1, depth).move(y=-0.55), "gold", "gold")
    builder.add("rim", torus(0.405, 0.028).scale(1, 1, depth).move(y=-0.4), MAIN, "metal", 0.75)

    visor_profile = [
        (0, -0.36),
        (0.36, -0.36),
        (0.4, -0.3),
        (0.41, -0.18),
        (0.415, -0.05),
        (0.42, 0.08),
        (0.42, 0.2),
        (0.36, 0.26),
        (0, 0.26),
    ]
    visor = lathe(visor_profile, sides=72).warp(push_out).scale(1, 1, depth)
    builder.add("visor", visor, MAIN, "metal", 1.12)
    edge = lathe([(0.42, 0.2), (0.45, 0.22), (0.43, 0.26), (0.36, 0.26)], sides=72, closed=True)
    builder.add("rim", edge.warp(push_out).scale(1, 1, depth), "gold", "gold")
    slit = lathe([(0.41, 0.05), (0.438, 0.05), (0.438, 0.15), (0.41, 0.15)], sides=144, closed=True)
    slit = slit.warp(push_out).scale(1, 1, depth)
    in_front = slit.keep(lambda points: 0.2 - np.cos(np.arctan2(points[:, 0], points[:, 2])))
    builder.add("slit", in_front.keep(lambda points: 0.035 - np.abs(points[:, 0])), "black", "rubber")
    holes = [(math.radians(turn), y) for turn in (14, 25, 36, 47) for y in (-0.05, -0.14, -0.23)]
    on_ring = np.array([(0.404 * math.sin(turn), y, 0.404 * math.cos(turn)) for turn, y in holes])
    for x, y, z in push_out(on_ring):
        builder.add("slit", pair(bead(0.024).move(x, y, z * depth)), "black", "rubber")
    builder.add("hinge", pair(cylinder(0.085, 0.06).turn(z=90).move(0.43, 0.12)), "gold", "gold")

    ridge = [(0, 0.3, 0.4), (0, 0.48, 0.27), (0, 0.58, 0), (0, 0.45, -0.3), (0, 0.1, -0.46), (0, -0.4, -0.44)]
    builder.add("crest", tube(ridge, 0.045, count=40), "gold", "gold")
    if builder.pose == "horned":
        horn = tube([(0.36, 0.25, 0), (0.62, 0.3, 0), (0.76, 0.5, 0), (0.7, 0.78, 0)], [0.13, 0.115, 0.08, 0.0])
        builder.add("bull horn", pair(horn), "cream", "glossy")
        builder.add("rim", pair(torus(0.125, 0.04).turn(z=-80).move(0.42, 0.265)), "gold", "gold")
    else:
        _add_plume(builder)


def _visor_warp(beak: float) -> Callable[[Floats], Floats]:
    """Return a warp that draws the front of a ring of radius about 0.41 out to a beak, and the back in."""

    def push_out(points: Floats) -> Floats:
        front = np.clip(np.cos(np.arctan2(points[:, 0], points[:, 2])), 0, 1)
        nose = np.exp(-(((points[:, 1] + 0.02) / 0.2) ** 2))
        points[:, [0, 2]] *= (0.95 + 0.12 * np.sqrt(front) + (0.06 + beak) * nose * front**4)[:, None]
        return points

    return push_out


def _add_plume(builder: Builder) -> None:
    """Add three feathers that fall backward, or an upright brush."""
    rise, sweep = builder.vary(0.36, 0.2), builder.vary(0.42, 0.15)
    if builder.chance(0.65):
        for x in (-0.09, 0.0, 0.09):
            length = 1 - 2 * abs(x)
            feather = [
                (x * 0.2, 0.52, 0.02),
                (x * 0.6, 0.52 + rise * length, 0.0),
                (x, 0.5 + rise * length, -sweep),
                (x * 1.3, 0.15, -sweep - 0.36 * length),
                (x * 1.2, -0.2 * length, -sweep - 0.28 * length),
            ]
            shade = 1.1 if x == 0 else 0.92
            builder.add("plume", tube(feather, [0.05, 0.13, 0.16, 0.12, 0.02]), ACCENT, "cloth", shade)
        builder.add("crest", cylinder(0.07, 0.14, top=0.05).move(y=0.58), "gold", "gold")
        return
    for i in range(17):
        angle = math.radians(-38 + 148 * i / 16)
        y, z = 0.14 + 0.42 * math.cos(angle), -0.44 * math.sin(angle)
        tip = (0, y + rise * 0.62 * math.cos(angle), z - rise * 0.62 * math.sin(angle))
        builder.add("plume", capsule((0, y, z), tip, 0.055, 0.065), ACCENT, "cloth", 1.08 if i % 2 else 0.94)


def cannon(builder: Builder) -> None:
    """Build an old cannon: a banded barrel on a wooden carriage with two spoked wheels; some have a pile of balls."""
    tilt, bore = builder.between(10, 24), builder.vary(0.24, 0.08)
    barrel_length = builder.vary(1.3, 0.08)
    wheel_radius, spoke_count = builder.vary(0.38, 0.06), builder.choose([6, 8, 10])
    has_balls = builder.chance(0.6)

    _add_barrel(builder, bore, barrel_length, tilt)
    spoke = capsule((0, 0, 0), (0, 0, wheel_radius - 0.06), 0.032)
    for x in (-0.42, 0.42):
        hub = (x, wheel_radius, 0.0)
        builder.add("wheel", on_axle(torus(wheel_radius - 0.05, 0.055).scale(1, 1.1, 1), hub), ACCENT, "wood")
        builder.add("wheel", on_axle(ring(spoke, spoke_count), hub), ACCENT, "wood", 0.8)
        builder.add("wheel", capsule((x * 0.85, wheel_radius, 0), (x * 1.2, wheel_radius, 0), 0.085), "gold", "gold")
    axle = capsule((-0.4, wheel_radius, 0), (0.4, wheel_radius, 0), 0.05)
    builder.add("carriage", axle, MAIN, "metal", 0.7)
    cheek_outline = [(-0.35, 0.3), (0.28, 0.35), (0.22, 0.58), (-0.2, 0.62), (-1.02, 0.14), (-1.02, 0.0), (-0.86, 0.0)]
    cheek = prism(cheek_outline, 0.09).turn(y=-90).move(x=bore * 1.25 + 0.04)
    builder.add("carriage", pair(cheek), ACCENT, "wood", 0.9)
    crosspieces = row(box(0.42, 0.1, 0.1, 0.02), 2, y=0.2, z=0.62)
    builder.add("carriage", crosspieces.move(y=0.22, z=-0.52), ACCENT, "wood", 0.8)
    if has_balls:
        pile = [(-0.15, 0.1, 0.62), (0.09, 0.1, 0.66), (-0.02, 0.1, 0.84), (-0.03, 0.26, 0.7)]
        balls = join(*(sphere(0.115).move(*place) for place in pile))
        builder.add("cannonball", balls, "black", "metal")


def _add_barrel(builder: Builder, bore: float, length: float, tilt: float) -> None:
    """Add a barrel made upright round y = 0, then laid forward and raised `tilt` degrees above the horizon."""
    breech, muzzle = -0.42 * length, 0.58 * length
    barrel = [
        (0, breech - 0.06),
        (bore * 1.1, breech),
        (bore * 1.25, breech + 0.1),
        (bore, muzzle - 0.1),
        (bore * 1.2, muzzle - 0.06),
        (bore * 1.25, muzzle),
        (bore * 0.7, muzzle),
        (bore * 0.68, muzzle - 0.3),
        (0, muzzle - 0.3),
    ]
    parts = [
        ("barrel", lathe(barrel), MAIN, "metal"),
        ("barrel", sphere(bore * 0.45).move(y=breech - 0.12), MAIN, "metal"),
    ]
    for share in (0.12, 0.4, 0.66):
        band = torus(bore * (1.25 - 0.25 * share), 0.04).move(y=breech + share * length)
        parts.append(("band", band, "gold", "gold"))
    parts.append(("muzzle", cylinder(bore * 0.69, 0.02).move(y=muzzle - 0.1), "black", "rubber"))
    for name, shape, colour, material in parts:
        builder.add(name, shape.turn(x=90 - tilt).move(y=0.6), colour, material)


def treasure_chest(builder: Builder) -> None:
    """Build a wooden chest with iron bands, its round lid open over gold coins and gems."""
    width, height, depth = builder.vary(1.0, 0.06), builder.vary(0.42, 0.1), builder.vary(0.62, 0.06)
    opening_deg = builder.between(35, 75)
    half_depth = depth / 2

    builder.add("body", box(width, height, depth, 0.03).move(y=height / 2), MAIN, "wood")
    for share in (0.33, 0.67):
        builder.add("body", box(width + 0.02, 0.018, depth + 0.02).move(y=share * height), MAIN, "wood", 0.6)

    lid_arc = [(-half_depth * math.cos(a), half_depth * 0.85 * math.sin(a)) for a in np.linspace(0, np.pi, 17)]
    lid = prism(lid_arc, width).turn(y=90)
    lid_bands = row(prism([(1.06 * z, 1.06 * y) for z, y in lid_arc], 0.09).turn(y=90), 3, x=width * 0.41)
    lid_inside = prism([(0.9 * z, 0.9 * y - 0.012) for z, y in lid_arc], width * 0.92).turn(y=90)
    for name, shape, colour, material, shade in (
        ("lid", lid, MAIN, "wood", 1.0),
        ("band", lid_bands, ACCENT, "metal", 1.0),
        ("lid", lid_inside, MAIN, "wood", 0.5),
    ):
        opened = shape.move(z=half_depth).turn(x=-opening_deg).move(y=height + 0.02, z=-half_depth)
        builder.add(name, opened, colour, material, shade)

    bands = row(box(0.09, height + 0.03, depth + 0.05, 0.01), 3, x=width * 0.41)
    builder.add("band", bands.move(y=height / 2), ACCENT, "metal")
    builder.add("band", box(width + 0.04, 0.05, depth + 0.04, 0.01).move(y=height - 0.02), ACCENT, "metal")
    builder.add("lock", box(0.17, 0.2, 0.1, 0.03).move(y=height * 0.72, z=half_depth + 0.03), "gold", "gold")
    builder.add("lock", bead(0.03).move(y=height * 0.72, z=half_depth + 0.09), "black", "rubber")
    _add_treasure(builder, width, depth, height)


def _add_treasure(builder: Builder, width: float, depth: float, y: float) -> None:
    """Add a heap of coins and gems that fills a chest up to the height y and above."""
    builder.add("coin", sphere(width * 0.46, 0.2, depth * 0.45).move(y=y), "gold", "gold", 0.9)
    for i in range(46):
        x, z = builder.between(-0.9, 0.9), builder.between(-0.85, 0.85)
        top = y + 0.2 * math.sqrt(max(0.0, 1 - (x * x + z * z) * 0.62))
        place = (x * width * 0.44, top, z * depth * 0.44)
        if i % 6 == 0:
            stone = gem(0.07).turn(x=builder.between(-40, 40))
            builder.add("gem", stone.move(*place), builder.choose(["red", "cyan", "lime"]), "crystal")
        else:
            coin = cylinder(0.065, 0.025, sides=18).turn(x=builder.between(-60, 60), z=builder.between(-60, 60))
            builder.add("coin", coin.move(*place), "gold", "gold", 1.1)


def anchor(builder: Builder) -> None:
    """Build a ship's anchor: a ring, a stock, a shank and curved arms with flukes; most have a rope round them."""
    height, reach = builder.vary(1.15, 0.06), builder.vary(0.52, 0.1)
    stock_reach, stock_turn = builder.vary(0.34, 0.1), builder.choose([0, 90])
    has_rope = builder.chance(0.7)

    builder.add("shank", capsule((0, 0.06, 0), (0, height, 0), 0.09, 0.07), MAIN, "metal")
    builder.add("ring", torus(0.14, 0.045).turn(x=90).move(y=height + 0.17), MAIN, "metal", 0.85)
    stock = capsule((-stock_reach, 0, 0), (stock_reach, 0, 0), 0.06) + pair(sphere(0.095).move(stock_reach))
    builder.add("stock", stock.turn(y=stock_turn).move(y=height - 0.1), ACCENT, "metal")
    arms = [(-reach, 0.42, 0), (-reach * 0.75, 0.14, 0), (0, 0, 0), (reach * 0.75, 0.14, 0), (reach, 0.42, 0)]
    builder.add("arm", tube(arms, [0.05, 0.085, 0.11, 0.085, 0.05], count=40), MAIN, "metal")
    fluke = prism([(0.2, -0.12), (0.02, 0.3), (-0.2, -0.12), (0, -0.02)], 0.12)
    builder.add("fluke", pair(fluke.turn(z=-12).move(reach, 0.42)), MAIN, "metal", 0.9)
    if has_rope:
        steps = np.linspace(0, 1, 60)
        angle = 2 * np.pi * 1.75 * steps
        radius = 0.15 + 0.06 * np.sin(np.pi * steps)
        coil = np.stack([radius * np.sin(angle), 0.25 + (height - 0.42) * steps, radius * np.cos(angle)], -1)
        builder.add("rope", tube(coil, 0.038, straight=True, sides=10), "beige", "cloth")


def staff(builder: Builder) -> None:
    """Build a wizard's staff: a gnarled stick whose claws hold a large crystal."""
    height, bend = builder.vary(1.25, 0.06), builder.vary(0.07, 0.5)
    claw_count, size = builder.choose([3, 3, 4]), builder.vary(0.21, 0.12)
    has_round_crystal = builder.chance(0.4)

    stick = [(0, 0, 0), (bend, height * 0.3, 0.02), (-bend, height * 0.62, -0.02), (0, height, 0)]
    builder.add("shaft", tube(stick, [0.05, 0.062, 0.055, 0.075], count=40), MAIN, "wood")
    for share in (0.12, 0.47, 0.56):
        x = np.interp(share, [0, 0.3, 0.62, 1], [0, bend, -bend, 0])
        builder.add("band", torus(0.062, 0.03).move(x, share * height), "gold", "gold")
    claw = [(0, 0, 0.03), (0, 0.05, size * 1.2), (0, size * 1.3, size * 1.45), (0, size * 2.4, size * 1.0)]
    claws = ring(tube(claw, [0.07, 0.045, 0.035, 0.0]), claw_count, start_deg=45)
    builder.add("claw", claws.move(y=height - 0.05), MAIN, "wood", 1.1)
    if has_round_crystal:
        crystal = sphere(size * 1.1)
    else:
        crystal = lathe([(0, -1.5), (0.9, -0.5), (0.95, 0.5), (0, 1.6)], sides=6, crease_deg=4).scale(size)
    builder.add("crystal", crystal.move(y=height + size * 1.35), ACCENT, "crystal")
    builder.add("band", torus(0.085, 0.035).move(y=height - 0.06), "gold", "gold")
    straps = ring(capsule((0.07, 0, 0), (0.14, -0.2, 0), 0.03), 2)
    builder.add("strap", straps.move(y=height - 0.1), ACCENT, "cloth")
    builder.add("shaft", sphere(0.075, 0.05, 0.075), MAIN, "wood", 0.8)
