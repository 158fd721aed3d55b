"""Build functions of savoury food. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder, Part
from procedural.geometry.ornament import lumpy
from procedural.geometry.shapes import (
    Floats,
    Shape,
    bead,
    box,
    capsule,
    cylinder,
    grid_faces,
    lathe,
    mesh,
    sphere,
    torus,
)
from procedural.geometry.sweeps import curve, prism, tube
from procedural.objects.parts.scatter import GOLDEN_ANGLE_ROUNDED


def hamburger(builder: Builder) -> None:
    """Build a hamburger: a bun with sesame, one or two thick patties, cheese, tomato and frilly lettuce."""
    patty_count = builder.count(1, 2)
    bun_height = builder.vary(0.15, 0.15)
    bottom = curve([(0.44, 0), (0.5, bun_height * 0.35), (0.5, bun_height * 0.8), (0.46, bun_height)], 14)
    lower_bun = lathe([(0, 0), *map(tuple, bottom), (0, bun_height)])
    builder.add("bun", lower_bun.warp(lumpy(0.006, 0.5)), MAIN, "rubber")
    y = bun_height  # the top of the stack so far
    builder.add("lettuce", _lettuce_leaf(builder, 0.57, 0.05).move(y=y + 0.015), "lime", "leaf")
    for i in range(patty_count):
        thickness = builder.vary(0.2 if patty_count == 1 else 0.15, 0.12)
        edge = curve([(0.48, 0), (0.545, thickness * 0.3), (0.54, thickness * 0.75), (0.48, thickness)], 12)
        patty = lathe([(0, 0), *map(tuple, edge), (0, thickness)], sides=56)
        builder.add("patty", patty.warp(lumpy(0.016, 0.09, i)).move(y=y + 0.02), "brown", "rubber", 0.8)
        y += thickness + 0.02
        cheese_slice = _cheese_slice(builder.vary(0.105, 0.2)).turn(y=builder.between(0, 90))
        builder.add("cheese", cheese_slice.move(y=y + 0.014), "yellow", "glossy", 0.96)
        y += 0.03
    tomato_count = builder.count(2, 3)
    for i in range(tomato_count):
        tomato = cylinder(0.32, 0.055).turn(z=builder.between(-3, 3)).move(x=0.24, y=y + 0.03)
        builder.add("tomato", tomato.turn(y=360 * i / tomato_count + builder.between(0, 60)), "red", "glossy")
    y += 0.05
    builder.add("lettuce", _lettuce_leaf(builder, 0.56, 0.055).move(y=y + 0.02), "green", "leaf", 1.25)
    y += 0.04
    crown_height = builder.vary(0.36, 0.12)
    crown = curve(
        [(0.46, 0), (0.535, 0.06), (0.5, crown_height * 0.55), (0.3, crown_height * 0.9), (0.02, crown_height)], 24
    )
    upper_bun = lathe([(0, 0), *map(tuple, crown), (0, crown_height)])
    builder.add("bun", upper_bun.warp(lumpy(0.008, 0.55)).move(y=y), MAIN, "rubber")
    if builder.chance(0.8):
        _add_sesame(builder, y, crown)


def _add_sesame(builder: Builder, y: float, crown: Floats) -> None:
    """Add seeds on a bun with the profile `crown` [P, 2] that stands on the height y."""
    crown_height = float(crown[-1, 1])
    for i in range(46):
        share = 0.35 + 0.6 * ((i + 0.5) / 46) ** 0.8
        angle = i * GOLDEN_ANGLE_ROUNDED + builder.between(-0.25, 0.25)
        radius = float(np.interp(share * crown_height, crown[:, 1], crown[:, 0]))
        seed = bead(0.021, 0.018, 0.034)
        seed = seed.turn(x=75 * (1 - share), y=math.degrees(angle) + builder.between(-60, 60))
        place = (radius * math.sin(angle), y + crown_height * share + 0.004, radius * math.cos(angle))
        builder.add("sesame", seed.move(*place), "cream")


def _lettuce_leaf(builder: Builder, radius: float, amount: float) -> Shape:
    """Return a disc whose rim waves up and down by `amount`."""
    fold_count, phase = builder.count(8, 11), builder.between(0, 6)
    radii = [radius * share for share in (0, 0.55, 0.75, 0.88, 0.95, 1)]
    profile = [(r, -0.014) for r in radii] + [(r, 0.014) for r in reversed(radii)]

    def wave_rim(points: Floats) -> Floats:
        around = np.arctan2(points[:, 0], points[:, 2])
        outward = (np.hypot(points[:, 0], points[:, 2]) / radius) ** 5
        points[:, 1] += amount * outward * (np.sin(fold_count * around + phase) - 0.25)
        points[:, [0, 2]] *= (1 + 0.07 * outward * np.sin(3 * around + 2 * phase))[:, None]
        return points

    return lathe(profile, sides=88).warp(wave_rim)


def _cheese_slice(droop: float) -> Shape:
    """Return a square slice whose corners hang down over the patty."""
    side = np.linspace(-0.47, 0.47, 13)[:-1]
    outline = [
        *((s, -0.47) for s in side),
        *((0.47, s) for s in side),
        *((-s, 0.47) for s in side),
        *((-0.47, -s) for s in side),
    ]
    squares = [[(x * share, z * share) for x, z in outline] for share in (0.02, 0.4, 0.7, 0.85, 1.0)]
    upper = [[(x, 0.014, z) for x, z in square] for square in squares]
    lower = [[(x, -0.014, z) for x, z in square] for square in squares[::-1]]
    points = np.array([*upper, *lower])  # [rings, points of a ring, 3]
    beyond_patty = np.maximum(np.hypot(points[..., 0], points[..., 2]) - 0.5, 0)
    points[..., 1] -= beyond_patty * droop / 0.16 + 3 * beyond_patty**2
    points[..., [0, 2]] *= (1 - 0.65 * beyond_patty)[..., None]
    rings, around, _ = points.shape
    return mesh(points.reshape(-1, 3), grid_faces(rings, around, False, True))


def pizza(builder: Builder) -> None:
    """Build a thick pizza with a puffed crust and toppings, one slice drawn out."""
    slice_count = builder.choose([6, 8])
    topping = builder.choose(["pepperoni", "olive", "mushroom"])
    slice_deg = 360 / slice_count
    for i in range(slice_count):
        outward, y = (builder.between(0.12, 0.2), 0.04) if i == 0 else (0.008, 0)
        for part in _pizza_slice(builder, 0.5, slice_deg, topping):
            placed = part.shape.move(z=outward, y=y).turn(y=slice_deg * i + 14)
            builder.add(part.name, placed, part.colour, part.material, part.shade)


def _pizza_slice(builder: Builder, radius: float, slice_deg: float, topping: str) -> list[Part]:
    """Return the parts of one slice, its point at the origin and highest, its crust toward +z."""
    turns = np.radians(np.linspace(-slice_deg / 2, slice_deg / 2, 9))
    wedge = [(0.0, 0.0), *((radius * math.sin(turn), radius * math.cos(turn)) for turn in turns)]

    def raise_point(points: Floats) -> Floats:
        points[:, 1] += 0.15 * (1 - np.hypot(points[:, 0], points[:, 2]) / radius) * (points[:, 1] > 0)
        return points

    def layer(scale: float, top: float) -> Shape:
        outline = [(x * scale, z * scale) for x, z in wedge]
        return prism(outline, top + 0.01).turn(x=90).move(y=top / 2).warp(raise_point)

    crust = [((radius - 0.03) * math.sin(turn), 0.06, (radius - 0.03) * math.cos(turn)) for turn in turns]
    parts = [
        Part("crust", layer(0.99, 0.05), MAIN, "rubber"),
        Part("crust", tube(crust, 0.078, straight=True), MAIN, "rubber", 1.05),
        Part("sauce", layer(0.92, 0.075), "red", "glossy", 0.95),
        Part("cheese", layer(0.88, 0.095), ACCENT, "glossy"),
    ]
    piece, colour = {
        "olive": (torus(0.04, 0.022, sides=20), "olive"),
        "mushroom": (bead(0.06, 0.04, 0.06) + cylinder(0.03, 0.05).turn(x=90).move(z=-0.06), "cream"),
        "pepperoni": (cylinder(0.07, 0.03, sides=20), "crimson"),
    }[topping]
    for share, side in ((0.45, 0.6), (0.74, -0.7)):
        turn = side * slice_deg * 0.22 + builder.between(-4, 4)
        laid = piece.turn(x=17).move(y=0.105 + 0.15 * (1 - share), z=radius * share)
        parts.append(Part("topping", laid.turn(y=turn), colour, "glossy"))
    for share in (0.3, 0.56, 0.77):
        turn = builder.between(-slice_deg, slice_deg) * 0.34
        herb = bead(0.038, 0.014, 0.02).turn(y=builder.between(0, 180))
        herb = herb.move(y=0.1 + 0.15 * (1 - share), z=radius * share)
        parts.append(Part("herb", herb.turn(y=turn), "green", "leaf"))
    return parts


def hot_dog(builder: Builder) -> None:
    """Build a hot dog: a sausage in a split bun with a line of mustard; some have lettuce."""
    half_length, sausage_radius = builder.vary(0.52, 0.07), builder.vary(0.135, 0.1)
    sausage_colour = builder.choose(["maroon", "brown", "crimson"])
    wave_count, wave_width = builder.count(4, 7), builder.vary(0.07)

    for side in (-1, 1):
        half_bun = [
            (-half_length * 0.85, 0.12, 0.15 * side),
            (0, 0.11, 0.18 * side),
            (half_length * 0.85, 0.12, 0.15 * side),
        ]
        builder.add("bun", tube(half_bun, [0.08, 0.16, 0.175, 0.16, 0.08]).scale(1, 1.1, 1), MAIN, "rubber")
        for z in (0.14, -0.14):
            end = sphere(0.13, 0.14, 0.14).move(half_length * 0.83 * side, 0.13, z)
            builder.add("bun", end, MAIN, "rubber")
    builder.add("bun", box(half_length * 1.8, 0.12, 0.3, 0.05).move(y=0.08), MAIN, "rubber")
    sausage = [(-half_length * 1.15, 0.3, 0), (0, 0.24, 0), (half_length * 1.15, 0.3, 0)]
    sausage_radii = [0.05, sausage_radius, sausage_radius, sausage_radius, 0.05]
    builder.add("sausage", tube(sausage, sausage_radii, count=40), sausage_colour, "glossy")
    mustard = [
        (
            half_length * share,
            0.24 + 0.06 * share * share + sausage_radius * 0.95,
            wave_width * math.sin(math.pi * wave_count * share),
        )
        for share in np.linspace(-0.9, 0.9, 60)
    ]
    builder.add("mustard", tube(mustard, 0.032, straight=True, sides=10), ACCENT, "glossy")
    if builder.chance(0.6):
        for i in range(9):
            x, side = half_length * (-0.85 + 1.7 * i / 8), (-1) ** i
            lettuce = sphere(0.09, 0.05, 0.05).turn(z=builder.between(-25, 25))
            builder.add("lettuce", lettuce.move(x, 0.27, 0.13 * side), "lime", "leaf")


def fries(builder: Builder) -> None:
    """Build a striped carton full of French fries."""
    height, flare = builder.vary(0.5, 0.08), builder.vary(0.09, 0.2)
    stripe_count = builder.choose([3, 4, 5])

    def flare_upward(points: Floats) -> Floats:
        points[:, 0] *= 1 + flare * 3 * (points[:, 1] / height)
        points[:, 2] *= 1 + flare * 2 * (points[:, 1] / height)
        return points

    dip = [(0.26 * math.cos(a), height - 0.13 * math.sin(a)) for a in np.linspace(0.3, 2.84, 11)]
    front = [(-0.26, 0), (0.26, 0), (0.26, height), *dip, (-0.26, height)]
    back = [(-0.26, 0), (0.26, 0), (0.26, height), (0.14, height + 0.14), (-0.14, height + 0.14), (-0.26, height)]
    builder.add("carton", prism(front, 0.03).move(z=0.14).warp(flare_upward), MAIN, "paper")
    builder.add("carton", prism(back, 0.03).move(z=-0.14).warp(flare_upward), MAIN, "paper")
    for side in (-1, 1):
        wall = box(0.03, height, 0.3).move(side * 0.25, height / 2)
        builder.add("carton", wall.warp(flare_upward), MAIN, "paper", 0.85)
    builder.add("carton", box(0.5, 0.04, 0.3).move(y=0.02), MAIN, "paper")
    for i in range(stripe_count):
        x = 0.44 * (i / (stripe_count - 1) - 0.5)
        stripe = box(0.05, height * 0.66, 0.02).move(x, height * 0.36)
        for z in (0.165, -0.165):
            builder.add("stripe", stripe.move(z=z).warp(flare_upward), ACCENT, "paper")
    for i in range(34):
        column, line = i % 8, i // 8
        x, z = 0.44 * (column / 7 - 0.5) + builder.between(-0.02, 0.02), -0.09 + 0.045 * line
        top = height + builder.between(0.0, 0.32) - 0.55 * abs(x)
        fry = box(0.062, top - 0.1, 0.062, 0.012).turn(y=builder.between(0, 90)).move(y=top / 2)
        fry = fry.turn(x=z * 12 + builder.between(-3, 3), z=-x * 32 + builder.between(-3, 3))
        builder.add("fry", fry.move(x * 0.9, 0.08, z), "yellow", "rubber", builder.between(0.9, 1.05))


def sushi(builder: Builder) -> None:
    """Build sushi on a board: slices of fish on rice, and rolls wrapped in seaweed."""
    builder.add("board", box(1.15, 0.07, 0.72, 0.02).move(y=0.1), "tan", "wood")
    feet = box(0.1, 0.08, 0.6).move(-0.4, 0.04) + box(0.1, 0.08, 0.6).move(0.4, 0.04)
    builder.add("board", feet, "tan", "wood", 0.7)
    for x in (-0.33, -0.02):
        _add_nigiri(builder, x, 0.05, wrapped=builder.chance(0.5))
    roll_count = builder.count(2, 3)
    for i in range(roll_count):
        place = (0.36, 0.24, -0.2 + 0.4 * i / max(1, roll_count - 1))
        builder.add("seaweed", cylinder(0.155, 0.22).move(*place), "dark green", "rubber", 0.6)
        builder.add("rice", cylinder(0.128, 0.24).move(*place), "white", "rubber")
        builder.add("fish", cylinder(0.06, 0.265).move(*place), MAIN if i % 2 else ACCENT, "glossy")
    wasabi = lathe([(0, 0), (0.07, 0), (0.05, 0.06), (0, 0.1)]).warp(lumpy(0.008, 0.05))
    builder.add("wasabi", wasabi.move(0.15, 0.13, -0.27), "lime")


def _add_nigiri(builder: Builder, x: float, z: float, *, wrapped: bool) -> None:
    """Add a slice of fish on rice, perhaps wrapped in a band of seaweed."""
    rice = box(0.22, 0.17, 0.5, 0.08).warp(lumpy(0.008, 0.06))
    builder.add("rice", rice.move(x, 0.22, z), "white", "rubber")
    fish = [(x, 0.27, z - 0.32), (x, 0.34, z - 0.15), (x, 0.35, z + 0.15), (x, 0.25, z + 0.33)]
    builder.add("fish", tube(fish, [0.1, 0.145, 0.145, 0.1], flat=0.48), MAIN, "glossy")
    for offset in (-0.16, -0.05, 0.06, 0.17):
        stripe = capsule((x - 0.09, 0.408, z + offset - 0.03), (x + 0.09, 0.408, z + offset + 0.03), 0.014)
        builder.add("fish", stripe, MAIN, "glossy", 1.35)
    if wrapped:
        builder.add("seaweed", box(0.27, 0.3, 0.1, 0.03).move(x, 0.28, z), "black", "rubber")


def cheese(builder: Builder) -> None:
    """Build a wedge of cheese full of holes."""
    length, height = builder.vary(0.9, 0.06), builder.vary(0.42, 0.1)
    wedge_deg = builder.between(44, 56)
    half_wedge = math.radians(wedge_deg / 2)
    tip_x = -length / 2

    turns = np.radians(np.linspace(-wedge_deg / 2, wedge_deg / 2, 13))
    outline = [(0.0, 0.0), *((length * math.cos(turn), length * math.sin(turn)) for turn in turns)]
    wedge = prism(outline, height).turn(x=-90).move(tip_x, height / 2)
    builder.add("body", wedge, MAIN, "rubber")

    def stretch_to_wall(points: Floats) -> Floats:
        points[:, 1] = height / 2 + (points[:, 1] - height / 2) * (height * 0.98 / 0.06)
        return points

    rind = [(length * math.cos(turn) + tip_x, height / 2, -length * math.sin(turn)) for turn in turns]
    builder.add("rind", tube(rind, 0.03, straight=True).warp(stretch_to_wall), MAIN, "glossy", 0.82)
    for side in (-1, 1):
        for _ in range(7):
            distance, y = builder.between(0.25, 0.9) * length, builder.between(0.18, 0.82) * height
            radius = builder.between(0.035, 0.085)
            hole = bead(radius, radius, 0.022).turn(y=-side * math.degrees(half_wedge))
            place = (distance * math.cos(half_wedge) + tip_x, y, side * distance * math.sin(half_wedge))
            builder.add("hole", hole.move(*place), MAIN, "rubber", 0.55)
    for _ in range(5):
        distance, turn = builder.between(0.3, 0.88) * length, builder.between(-0.7, 0.7) * half_wedge
        radius = builder.between(0.035, 0.08)
        place = (distance * math.cos(turn) + tip_x, height, distance * math.sin(turn))
        builder.add("hole", bead(radius, 0.022, radius).move(*place), MAIN, "rubber", 0.55)
