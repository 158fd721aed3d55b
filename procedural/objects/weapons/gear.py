"""Builders of equipment: helmet, cannon, chest, anchor, staff, potion, backpack. Front toward +z, y up."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem
from procedural.geometry.shapes import Floats, bead, box, capsule, cylinder, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def helmet(builder: Builder) -> None:
    """A knight's helmet: round skull, beaked visor with eye slits and breathing holes, crest, plume or horns."""
    beak, deep = builder.between(0.12, 0.5), 1.1
    skull = curve([(0.39, -0.42), (0.4, -0.1), (0.425, 0.12), (0.34, 0.38), (0.15, 0.52), (0.03, 0.55)], 22)
    neck = [(0, -0.56), (0.47, -0.56), (0.39, -0.42)]
    builder.add("skull", lathe([*neck, *map(tuple, skull), (0, 0.55)]).scale(1, 1, deep), MAIN, "metal")
    builder.add("rim", torus(0.46, 0.035).scale(1, 1, deep).move(y=-0.55), "gold", "gold")
    builder.add("rim", torus(0.405, 0.028).scale(1, 1, deep).move(y=-0.4), MAIN, "metal", 0.75)
    push = _visor(beak)
    shell = [(0.36, -0.36), (0.4, -0.3), (0.41, -0.18), (0.415, -0.05), (0.42, 0.08), (0.42, 0.2), (0.36, 0.26)]
    builder.add(
        "visor", lathe([(0, -0.36), *shell, (0, 0.26)], sides=72).warp(push).scale(1, 1, deep), MAIN, "metal", 1.12
    )
    edge = lathe([(0.42, 0.2), (0.45, 0.22), (0.43, 0.26), (0.36, 0.26)], sides=72, closed=True)
    builder.add("rim", edge.warp(push).scale(1, 1, deep), "gold", "gold")
    slit = lathe([(0.41, 0.05), (0.438, 0.05), (0.438, 0.15), (0.41, 0.15)], sides=144, closed=True)
    builder.add(
        "slit", slit.warp(push).scale(1, 1, deep).keep(lambda at: 0.2 - _front(at)).keep(_gap), "black", "rubber"
    )
    holes = [(a, y) for a in (14, 25, 36, 47) for y in (-0.05, -0.14, -0.23)]
    spots = np.array([(0.404 * math.sin(math.radians(a)), y, 0.404 * math.cos(math.radians(a))) for a, y in holes])
    for x, y, z in push(spots):
        builder.add("slit", pair(bead(0.024).move(x, y, z * deep)), "black", "rubber")
    builder.add("hinge", pair(cylinder(0.085, 0.06).turn(z=90).move(0.43, 0.12)), "gold", "gold")
    ridge = [(0, 0.3, 0.4), (0, 0.48, 0.27), (0, 0.58, 0), (0, 0.45, -0.3), (0, 0.1, -0.46), (0, -0.4, -0.44)]
    builder.add("crest", tube(ridge, 0.045, count=40), "gold", "gold")
    if builder.pose == "horned":
        horn = tube([(0.36, 0.25, 0), (0.62, 0.3, 0), (0.76, 0.5, 0), (0.7, 0.78, 0)], [0.13, 0.115, 0.08, 0.0])
        builder.add("bull horn", pair(horn), "cream", "glossy")
        builder.add("rim", pair(torus(0.125, 0.04).turn(z=-80).move(0.42, 0.265)), "gold", "gold")
    else:
        _plume(builder)


def _plume(builder: Builder) -> None:
    rise, sweep = builder.vary(0.36, 0.2), builder.vary(0.42, 0.15)
    if builder.chance(0.65):
        for x in (-0.09, 0.0, 0.09):
            long = 1 - 2 * abs(x)
            feather = [
                (x * 0.2, 0.52, 0.02),
                (x * 0.6, 0.52 + rise * long, 0.0),
                (x, 0.5 + rise * long, -sweep),
                (x * 1.3, 0.15, -sweep - 0.36 * long),
                (x * 1.2, -0.2 * long, -sweep - 0.28 * long),
            ]
            builder.add(
                "plume", tube(feather, [0.05, 0.13, 0.16, 0.12, 0.02]), ACCENT, "cloth", 1.1 if x == 0 else 0.92
            )
        builder.add("crest", cylinder(0.07, 0.14, top=0.05).move(y=0.58), "gold", "gold")
        return
    for i in range(17):
        angle = math.radians(-38 + 148 * i / 16)
        y, z = 0.14 + 0.42 * math.cos(angle), -0.44 * math.sin(angle)
        tip = (0, y + rise * 0.62 * math.cos(angle), z - rise * 0.62 * math.sin(angle))
        builder.add("plume", capsule((0, y, z), tip, 0.055, 0.065), ACCENT, "cloth", 1.08 if i % 2 else 0.94)


def _visor(beak: float) -> Callable[[Floats], Floats]:
    """Pushes the front of a ring of radius about 0.41 out to a beaked visor; the back draws in under the skull."""

    def push(at: Floats) -> Floats:
        front = np.clip(np.cos(np.arctan2(at[:, 0], at[:, 2])), 0, 1)
        nose = np.exp(-(((at[:, 1] + 0.02) / 0.2) ** 2))
        at[:, [0, 2]] *= (0.95 + 0.12 * np.sqrt(front) + (0.06 + beak) * nose * front**4)[:, None]
        return at

    return push


def _front(at: Floats) -> Floats:
    return np.cos(np.arctan2(at[:, 0], at[:, 2]))


def _gap(at: Floats) -> Floats:
    return 0.035 - np.abs(at[:, 0])


def cannon(builder: Builder) -> None:
    """An old cannon: a banded barrel on a wooden carriage with two spoked wheels."""
    tilt, bore = builder.between(10, 24), builder.vary(0.24, 0.08)
    tube_long = builder.vary(1.3, 0.08)
    back, front = -0.42 * tube_long, 0.58 * tube_long
    wall = [
        (0, back - 0.06),
        (bore * 1.1, back),
        (bore * 1.25, back + 0.1),
        (bore, front - 0.1),
        (bore * 1.2, front - 0.06),
    ]
    wall += [(bore * 1.25, front), (bore * 0.7, front), (bore * 0.68, front - 0.3), (0, front - 0.3)]
    pivot = 0.6
    barrel = lathe(wall).turn(x=90 - tilt).move(y=pivot)
    builder.add("barrel", barrel, MAIN, "metal")
    builder.add("barrel", sphere(bore * 0.45).move(y=back - 0.12).turn(x=90 - tilt).move(y=pivot), MAIN, "metal")
    for share in (0.12, 0.4, 0.66):
        band = torus(bore * (1.25 - 0.25 * share), 0.04).move(y=back + share * tube_long)
        builder.add("band", band.turn(x=90 - tilt).move(y=pivot), "gold", "gold")
    hole = cylinder(bore * 0.69, 0.02).move(y=front - 0.1).turn(x=90 - tilt).move(y=pivot)
    builder.add("muzzle", hole, "black", "rubber")
    size, spokes = builder.vary(0.38, 0.06), builder.choose([6, 8, 10])
    for x in (-0.42, 0.42):
        wheel = torus(size - 0.05, 0.055).scale(1, 1.1, 1).turn(z=90).move(x, size)
        builder.add("wheel", wheel, ACCENT, "wood")
        spoke = capsule((0, 0, 0), (0, 0, size - 0.06), 0.032)
        builder.add("wheel", ring(spoke, spokes).turn(z=90).move(x, size), ACCENT, "wood", 0.8)
        builder.add("wheel", capsule((x * 0.85, size, 0), (x * 1.2, size, 0), 0.085), "gold", "gold")
    builder.add("carriage", capsule((-0.4, size, 0), (0.4, size, 0), 0.05), MAIN, "metal", 0.7)
    side = prism(
        [(-0.35, 0.3), (0.28, 0.35), (0.22, 0.58), (-0.2, 0.62), (-1.02, 0.14), (-1.02, 0.0), (-0.86, 0.0)], 0.09
    )
    cheek = side.turn(y=-90).move(x=bore * 1.25 + 0.04)
    builder.add("carriage", pair(cheek), ACCENT, "wood", 0.9)
    builder.add("carriage", row(box(0.42, 0.1, 0.1, 0.02), 2, y=0.2, z=0.62).move(y=0.22, z=-0.52), ACCENT, "wood", 0.8)
    if builder.chance(0.6):
        pile = [(-0.15, 0.1, 0.62), (0.09, 0.1, 0.66), (-0.02, 0.1, 0.84), (-0.03, 0.26, 0.7)]
        builder.add(
            "cannonball",
            sum((sphere(0.115).move(*at) for at in pile[1:]), sphere(0.115).move(*pile[0])),
            "black",
            "metal",
        )


def treasure_chest(builder: Builder) -> None:
    """A wooden chest with iron bands, its round lid open over gold coins and gems."""
    wide, tall, deep = builder.vary(1.0, 0.06), builder.vary(0.42, 0.1), builder.vary(0.62, 0.06)
    opening = builder.between(35, 75)
    builder.add("body", box(wide, tall, deep, 0.03).move(y=tall / 2), MAIN, "wood")
    for y in (0.33, 0.67):
        builder.add("body", box(wide + 0.02, 0.018, deep + 0.02).move(y=y * tall), MAIN, "wood", 0.6)
    angles = np.linspace(0, np.pi, 17)
    half = deep / 2
    cover = [(-half * math.cos(a), half * 0.85 * math.sin(a)) for a in angles]
    lid = prism(cover, wide).turn(y=90)
    bands = row(prism([(1.06 * z, 1.06 * y) for z, y in cover], 0.09).turn(y=90), 3, x=wide * 0.41)
    inside = prism([(0.9 * z, 0.9 * y - 0.012) for z, y in cover], wide * 0.92).turn(y=90)
    for name, shape, colour, material, shade in (
        ("lid", lid, MAIN, "wood", 1.0),
        ("band", bands, ACCENT, "metal", 1.0),
        ("lid", inside, MAIN, "wood", 0.5),
    ):
        swung = shape.move(z=half).turn(x=-opening).move(y=tall + 0.02, z=-half)
        builder.add(name, swung, colour, material, shade)
    builder.add(
        "band", row(box(0.09, tall + 0.03, deep + 0.05, 0.01), 3, x=wide * 0.41).move(y=tall / 2), ACCENT, "metal"
    )
    builder.add("band", box(wide + 0.04, 0.05, deep + 0.04, 0.01).move(y=tall - 0.02), ACCENT, "metal")
    builder.add("lock", box(0.17, 0.2, 0.1, 0.03).move(y=tall * 0.72, z=half + 0.03), "gold", "gold")
    builder.add("lock", bead(0.03).move(y=tall * 0.72, z=half + 0.09), "black", "rubber")
    heap = sphere(wide * 0.46, 0.2, deep * 0.45).move(y=tall)
    builder.add("coin", heap, "gold", "gold", 0.9)
    for i in range(46):
        x, z = builder.between(-0.9, 0.9), builder.between(-0.85, 0.85)
        high = tall + 0.2 * math.sqrt(max(0.0, 1 - (x * x + z * z) * 0.62))
        spot = (x * wide * 0.44, high, z * deep * 0.44)
        if i % 6 == 0:
            builder.add(
                "gem",
                gem(0.07).turn(x=builder.between(-40, 40)).move(*spot),
                builder.choose(["red", "cyan", "lime"]),
                "crystal",
            )
        else:
            coin = cylinder(0.065, 0.025, sides=18).turn(x=builder.between(-60, 60), z=builder.between(-60, 60))
            builder.add("coin", coin.move(*spot), "gold", "gold", 1.1)


def anchor(builder: Builder) -> None:
    """A ship's anchor: ring, stock, shank, curved arms with flukes, a rope round it."""
    tall, reach = builder.vary(1.15, 0.06), builder.vary(0.52, 0.1)
    builder.add("shank", capsule((0, 0.06, 0), (0, tall, 0), 0.09, 0.07), MAIN, "metal")
    builder.add("ring", torus(0.14, 0.045).turn(x=90).move(y=tall + 0.17), MAIN, "metal", 0.85)
    stock = builder.vary(0.34, 0.1)
    turn = builder.choose([0, 90])
    bar = capsule((-stock, 0, 0), (stock, 0, 0), 0.06) + pair(sphere(0.095).move(stock))
    builder.add("stock", bar.turn(y=turn).move(y=tall - 0.1), ACCENT, "metal")
    arm = [(-reach, 0.42, 0), (-reach * 0.75, 0.14, 0), (0, 0, 0), (reach * 0.75, 0.14, 0), (reach, 0.42, 0)]
    builder.add("arm", tube(arm, [0.05, 0.085, 0.11, 0.085, 0.05], count=40), MAIN, "metal")
    fluke = prism([(0.2, -0.12), (0.02, 0.3), (-0.2, -0.12), (0, -0.02)], 0.12)
    builder.add("fluke", pair(fluke.turn(z=-12).move(reach, 0.42)), MAIN, "metal", 0.9)
    turns = 1.75
    steps = np.linspace(0, 1, 60)
    angle = 2 * np.pi * turns * steps
    radius = 0.15 + 0.06 * np.sin(np.pi * steps)
    rope = np.stack([radius * np.sin(angle), 0.25 + (tall - 0.42) * steps, radius * np.cos(angle)], -1)
    if builder.chance(0.7):
        builder.add("rope", tube(rope, 0.038, straight=True, sides=10), "beige", "cloth")


def staff(builder: Builder) -> None:
    """A wizard's staff: a gnarled stick, its claws holding a great crystal."""
    tall, bend = builder.vary(1.25, 0.06), builder.vary(0.07, 0.5)
    stick = [(0, 0, 0), (bend, tall * 0.3, 0.02), (-bend, tall * 0.62, -0.02), (0, tall, 0)]
    builder.add("shaft", tube(stick, [0.05, 0.062, 0.055, 0.075], count=40), MAIN, "wood")
    for share in (0.12, 0.47, 0.56):
        builder.add(
            "band",
            torus(0.062, 0.03).move(np.interp(share, [0, 0.3, 0.62, 1], [0, bend, -bend, 0]), share * tall),
            "gold",
            "gold",
        )
    claws, size = builder.choose([3, 3, 4]), builder.vary(0.21, 0.12)
    claw = tube(
        [(0, 0, 0.03), (0, 0.05, size * 1.2), (0, size * 1.3, size * 1.45), (0, size * 2.4, size * 1.0)],
        [0.07, 0.045, 0.035, 0.0],
    )
    builder.add("claw", ring(claw, claws, start_deg=45).move(y=tall - 0.05), MAIN, "wood", 1.1)
    round_stone = builder.chance(0.4)
    stone = (
        sphere(size * 1.1)
        if round_stone
        else lathe([(0, -1.5), (0.9, -0.5), (0.95, 0.5), (0, 1.6)], sides=6, crease_deg=4).scale(size)
    )
    builder.add("crystal", stone.move(y=tall + size * 1.35), ACCENT, "crystal")
    builder.add("band", torus(0.085, 0.035).move(y=tall - 0.06), "gold", "gold")
    builder.add("strap", ring(capsule((0.07, 0, 0), (0.14, -0.2, 0), 0.03), 2).move(y=tall - 0.1), ACCENT, "cloth")
    builder.add("shaft", sphere(0.075, 0.05, 0.075), MAIN, "wood", 0.8)
