"""Builders of vehicles with an engine that stay on the ground. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.sdf import Capsule, Primitive, RoundedBox
from procedural.geometry.shapes import (
    Floats,
    Shape,
    box,
    capsule,
    cone,
    cylinder,
    dome,
    join,
    lathe,
    pair,
    row,
    sphere,
    torus,
)
from procedural.geometry.sweeps import prism, side, tube
from procedural.objects.parts.eyes import wheel, wheels


def lamps(builder: Builder, x: float, y: float, front: float, back: float, radius: float) -> None:
    """Head lamps at z = front and red tail lamps at z = back."""
    head = cylinder(radius, 0.06).turn(x=90).move(x, y, front)
    builder.add("headlight", pair(head), "yellow", "glow")
    builder.add("taillight", pair(cylinder(radius * 0.8, 0.05).turn(x=90).move(x, y, back)), "red", "glow")


def _leaning(shape: Shape, low: float, high: float, share: float) -> Shape:
    """The shape made narrower (x) from y = low up to y = high."""

    def lean(points: Floats) -> Floats:
        up = ((points[:, 1] - low) / (high - low)).clip(0, 1)
        points[:, 0] *= 1 - share * up
        return points

    return shape.warp(lean)


def car(builder: Builder) -> None:
    """A friendly car: hatchback, saloon or estate by the seed."""
    half, wide = builder.vary(0.95, 0.08), builder.vary(0.8, 0.06)
    r = builder.vary(0.2, 0.08)
    belt, roof = builder.vary(0.52, 0.05), builder.vary(0.88, 0.05)
    tail = builder.choose([-0.88, -0.62, -0.75]) * half  # where the rear window meets the body
    body: list[Primitive] = [RoundedBox((0, 0.36, 0), (wide, 0.36, 2 * half), 0.13)]
    body += [RoundedBox((0, 0.42, half * 0.6), (wide * 0.92, 0.24, half * 0.7), 0.1)]
    for z in (-0.6 * half, 0.62 * half):
        body.append(Capsule((-wide, r, z), (wide, r, z), r * 1.18, subtract=True))
    builder.blend("body", body, MAIN, "glossy", smooth=0.05, detail=64)
    outline = [(0.46 * half, belt - 0.06), (0.16 * half, roof - 0.03), (tail + 0.25, roof - 0.03), (tail, belt - 0.06)]
    builder.add("window", _leaning(side(outline, wide * 0.86), belt, roof, 0.16), "navy", "glossy")
    top = box(wide * 0.8, 0.07, 0.16 * half - tail - 0.25, 0.035)
    builder.add("roof", top.move(0, roof - 0.015, (0.16 * half + tail + 0.25) / 2), MAIN, "glossy")
    for z, y in (outline[0], outline[3]):
        edge = outline[1] if z > 0 else outline[2]
        post = capsule((wide * 0.42, y, z), (wide * 0.365, roof - 0.02, edge[0]), 0.03)
        builder.add("body", pair(post), MAIN, "glossy")
    middle = (outline[0][0] + outline[3][0]) / 2
    builder.add(
        "body",
        pair(capsule((wide * 0.43, belt - 0.05, middle), (wide * 0.37, roof - 0.02, middle), 0.028)),
        MAIN,
        "glossy",
    )
    wheels(builder, wide * 0.42, (-0.6 * half, 0.62 * half), r, 0.16)
    lamps(builder, wide * 0.32, 0.43, half - 0.005, -half + 0.005, 0.075)
    for z in (half + 0.005, -half - 0.005):
        builder.add("bumper", box(wide * 0.96, 0.07, 0.08, 0.03).move(y=0.24, z=z), "light grey", "metal")
    builder.add("grille", box(wide * 0.34, 0.09, 0.03, 0.01).move(y=0.4, z=half + 0.005), "black")
    if builder.chance(0.4):
        builder.add("stripe", box(wide * 0.16, 0.02, half * 0.75, 0.005).move(y=0.545, z=half * 0.58), ACCENT)
    builder.add("mirror", pair(sphere(0.05, 0.04, 0.03).move(wide * 0.52, belt + 0.05, 0.38 * half)), MAIN, "glossy")


def truck(builder: Builder) -> None:
    """A lorry: cab in front, big box or dump bed behind."""
    long, wide, r = builder.vary(1.15, 0.1), 0.78, 0.19
    builder.add("chassis", box(0.5, 0.1, long + 0.75, 0.02).move(y=0.26, z=-0.1), "dark grey", "metal")
    cab = side([(-0.3, 0.2), (0.33, 0.2), (0.35, 0.55), (0.2, 0.98), (-0.3, 0.98)], wide)
    nose = long / 2 + 0.2
    builder.add("cab", cab.move(z=nose), MAIN, "glossy")
    builder.add(
        "window",
        side([(-0.1, 0.62), (0.3, 0.62), (0.19, 0.9), (-0.1, 0.9)], wide + 0.03).move(z=nose),
        "navy",
        "glossy",
    )
    glass = box(wide * 0.86, 0.3, 0.03, 0.01).turn(x=-19).move(y=0.76, z=nose + 0.285)
    builder.add("window", glass, "navy", "glossy")
    bed = nose - 0.4 - long / 2
    if builder.chance(0.65):
        builder.add("box", box(wide * 1.04, 0.9, long, 0.04).move(y=0.8, z=bed), ACCENT)
        builder.add(
            "box", row(box(wide * 1.08, 0.92, 0.03, 0.01), 4, z=long * 0.3).move(y=0.8, z=bed), ACCENT, shade=0.8
        )
    else:
        wall = side([(-long / 2, 0.34), (long / 2, 0.34), (long / 2 + 0.02, 0.98), (-long / 2 - 0.14, 0.86)], 0.05)
        builder.add("box", pair(wall.move(x=wide / 2 - 0.02, z=bed)), ACCENT)
        builder.add("box", box(wide, 0.06, long, 0.02).move(y=0.37, z=bed), ACCENT)
        builder.add("box", box(wide, 0.6, 0.05, 0.01).move(y=0.66, z=bed + long / 2), ACCENT)
        builder.add("box", box(wide, 0.46, 0.05, 0.01).turn(x=-14).move(y=0.6, z=bed - long / 2 - 0.05), ACCENT)
        builder.add("load", sphere(wide * 0.46, 0.3, long * 0.46).move(y=0.8, z=bed), "brown", "stone")
    wheels(builder, wide * 0.42, (nose + 0.02, bed - 0.05, bed - long * 0.36), r, 0.17)
    lamps(builder, wide * 0.34, 0.36, nose + 0.345, bed - long / 2 - 0.02, 0.065)
    builder.add("grille", box(wide * 0.4, 0.2, 0.03, 0.01).move(y=0.42, z=nose + 0.345), "silver", "metal")
    builder.add("bumper", box(wide * 1.02, 0.09, 0.1, 0.03).move(y=0.22, z=nose + 0.34), "light grey", "metal")
    pipe = cylinder(0.035, 0.75).move(wide * 0.46, 0.8, nose - 0.36)
    builder.add("exhaust", pipe, "silver", "metal")


def bus(builder: Builder) -> None:
    """A bus with a row of windows, perhaps a double-decker."""
    half, wide = builder.vary(1.15, 0.1), 0.72
    double = builder.chance(0.45)
    tall = 1.35 if double else 0.85
    builder.add("body", box(wide, tall, 2 * half, 0.1).move(y=0.16 + tall / 2), MAIN, "glossy")
    count = builder.count(4, 5)
    for level in (0, 1) if double else (0,):
        y = 0.68 + 0.58 * level
        step = 2 * half / (count + 0.4)
        pane = box(wide + 0.03, 0.28, step * 0.8, 0.03)
        builder.add("window", row(pane, count, z=step).move(y=y, z=-0.02), "navy", "glossy")
        builder.add("window", box(wide * 0.84, 0.3, 0.03, 0.01).move(y=y, z=half), "navy", "glossy")
        builder.add("window", box(wide * 0.7, 0.26, 0.03, 0.01).move(y=y, z=-half), "navy", "glossy")
    builder.add("stripe", box(wide + 0.03, 0.07, 2 * half - 0.12, 0.02).move(y=0.44), ACCENT)
    builder.add("stripe", box(wide * 0.8, 0.07, 2 * half + 0.03, 0.02).move(y=0.44), ACCENT)
    builder.add("sign", box(wide * 0.6, 0.1, 0.04, 0.01).move(y=0.07 + tall, z=half - 0.005), "amber", "glow")
    wheels(builder, wide * 0.42, (-0.58 * half, 0.6 * half), 0.18, 0.15)
    lamps(builder, wide * 0.36, 0.32, half + 0.005, -half - 0.005, 0.06)
    builder.add("bumper", box(wide * 1.02, 0.08, 2 * half + 0.06, 0.04).move(y=0.2), "dark grey")


def train(builder: Builder) -> None:
    """A steam locomotive with boiler, funnel, cab and cow-catcher."""
    long, r = builder.vary(1.15, 0.1), builder.vary(0.3, 0.08)
    y = 0.42 + r
    builder.add("boiler", cylinder(r, long).turn(x=90).move(y=y, z=0.2), MAIN, "glossy")
    for z in (-0.22, 0.12, 0.46):
        builder.add("band", torus(r, 0.022).turn(x=90).move(y=y, z=0.2 + z * long), ACCENT, "metal")
    front = 0.2 + long / 2
    builder.add("boiler", dome(r * 0.94, 0.1).turn(x=90).move(y=y, z=front), "dark grey", "metal")
    builder.add("headlight", cylinder(0.1, 0.1).turn(x=90).move(y=y + r * 0.9, z=front), "yellow", "glow")
    funnel = lathe([(0, 0), (0.09, 0), (0.08, 0.25), (builder.vary(0.16), 0.42), (0.13, 0.46), (0, 0.4)])
    builder.add("funnel", funnel.move(y=y + r - 0.04, z=front - 0.18), "black")
    builder.add("dome", capsule((0, y + r - 0.05, 0.25), (0, y + r + 0.06, 0.25), 0.12), ACCENT, "metal")
    back = 0.2 - long / 2
    cab = box(2 * r + 0.16, 0.82, 0.5, 0.03)
    builder.add("cab", cab.move(y=0.82, z=back - 0.2), MAIN, "glossy")
    builder.add("roof", box(2 * r + 0.3, 0.08, 0.66, 0.04).move(y=1.26, z=back - 0.2), ACCENT)
    builder.add("window", box(2 * r + 0.19, 0.26, 0.26, 0.02).move(y=1.0, z=back - 0.2), "cream", "glow")
    builder.add("window", pair(box(0.16, 0.2, 0.53, 0.02).move(x=r * 0.72, y=1.05, z=back - 0.2)), "cream", "glow")
    builder.add("chassis", box(2 * r + 0.06, 0.12, long + 0.62, 0.02).move(y=0.38, z=0.02), "black")
    builder.add(
        "coupling",
        cone(2 * r * 0.75, 0.36, sides=4).turn(y=45).scale(1, 1, 0.8).turn(x=40).move(y=0.24, z=front + 0.1),
        "red",
    )
    big = builder.vary(0.25, 0.06)
    for z, size in ((back - 0.15, big), (back + 0.37, big), (front - 0.42, 0.15), (front - 0.1, 0.15)):
        for x in (-r - 0.02, r + 0.02):
            builder.add("wheel", cylinder(size, 0.07).turn(z=90).move(x, size, z), "red", "metal")
            builder.add("wheel", torus(size - 0.02, 0.035).turn(z=90).move(x, size, z), "black", "metal")
            builder.add("wheel", cylinder(size * 0.25, 0.13).turn(z=90).move(x, size, z), "gold", "metal")
    rod = box(0.04, 0.06, 0.66, 0.02).move(x=r + 0.09, y=big * 0.75, z=back + 0.12)
    builder.add("rod", pair(rod), "silver", "metal")


def tractor(builder: Builder) -> None:
    """A farm tractor: huge rear wheels, small front ones, cab, upright exhaust."""
    big, small = builder.vary(0.46, 0.06), builder.vary(0.25, 0.08)
    rim = builder.choose(["yellow", "red", "white"])
    builder.add("bonnet", box(0.42, 0.36, 0.9, 0.09).move(y=0.66, z=0.42), MAIN, "glossy")
    builder.add("grille", box(0.32, 0.24, 0.03, 0.01).move(y=0.64, z=0.87), "black")
    builder.add("chassis", box(0.3, 0.2, 1.3, 0.04).move(y=0.42, z=0.15), "dark grey", "metal")
    builder.add("cab", box(0.6, 0.62, 0.56, 0.03).move(y=1.1, z=-0.28), "sky blue", "glass")
    for x in (-0.29, 0.29):
        for z in (-0.55, -0.01):
            builder.add("cab", box(0.05, 0.66, 0.05, 0.015).move(x, 1.1, z), MAIN, "glossy")
    builder.add("roof", box(0.72, 0.09, 0.7, 0.04).move(y=1.44, z=-0.28), MAIN, "glossy")
    builder.add(
        "seat",
        join(box(0.26, 0.08, 0.26, 0.03).move(y=0.86), box(0.26, 0.34, 0.08, 0.03).move(y=1.0, z=-0.14)).move(z=-0.35),
        "black",
        "leather",
    )
    builder.add("steering wheel", torus(0.12, 0.02).turn(x=50).move(y=1.02, z=-0.06), "black")
    builder.add("cab", box(0.56, 0.3, 0.6, 0.05).move(y=0.68, z=-0.28), MAIN, "glossy")
    for x in (-0.44, 0.44):
        wheel(builder, x, big, -0.36, big, 0.26, rim)
        wheel(builder, x * 0.82, small, 0.68, small, 0.17, rim)
        tread = row(box(0.27, 0.05, 0.06, 0.01), 1).move(y=big)
        treads = [tread.turn(x=30 * i).move(x, big, -0.36) for i in range(12)]
        builder.add("wheel", join(*treads), "black", "rubber")
        guard = torus(big + 0.06, 0.1, arc_deg=110).scale(1, 0.35, 1).turn(z=90).turn(x=-95)
        builder.add("mudguard", guard.scale(2.4, 1, 1).move(x * 0.95, big, -0.36), MAIN, "glossy")
    builder.add("exhaust", cylinder(0.035, 0.5).move(0.13, 1.05, 0.5), "dark grey", "metal")
    builder.add("headlight", pair(cylinder(0.06, 0.05).turn(x=90).move(0.13, 0.78, 0.87)), "yellow", "glow")


def tank(builder: Builder) -> None:
    """A battle tank: tracks, hull, turret, gun."""
    half, gun = builder.vary(0.85, 0.06), builder.vary(0.95, 0.15)
    loop = [
        (-half, 0.3),
        (-half * 0.78, 0.04),
        (half * 0.72, 0.04),
        (half, 0.32),
        (half * 0.9, 0.42),
        (-half * 0.94, 0.42),
    ]
    builder.add("track", pair(side(loop, 0.26).move(x=0.47)), "dark grey", "metal")
    for i in range(5):
        z = half * 0.72 * (i / 2 - 1)
        builder.add("wheel", pair(cylinder(0.15, 0.3).turn(z=90).move(0.47, 0.19, z)), MAIN, shade=0.75)
        builder.add("wheel", pair(cylinder(0.06, 0.33).turn(z=90).move(0.47, 0.19, z)), "grey", "metal")
    hull = side([(-half, 0.3), (half * 0.8, 0.25), (half * 1.04, 0.42), (half * 0.6, 0.58), (-half * 0.98, 0.58)], 0.78)
    builder.add("hull", hull, MAIN)
    builder.add("hull", pair(box(0.3, 0.05, 2 * half, 0.02).move(0.47, 0.47, 0)), MAIN, shade=0.9)
    turret: list[Primitive] = [
        RoundedBox((0, 0.72, -0.1), (0.62, 0.26, 0.78), 0.11),
        RoundedBox((0, 0.7, 0.2), (0.44, 0.2, 0.3), 0.08),
    ]
    builder.blend("turret", turret, MAIN, smooth=0.08, detail=44)
    builder.add("gun", cylinder(0.055, gun).turn(x=90).move(y=0.73, z=0.3 + gun / 2), MAIN, shade=0.8)
    builder.add("gun", cylinder(0.085, 0.16).turn(x=90).move(y=0.73, z=0.26 + gun), MAIN, shade=0.65)
    builder.add("hatch", cylinder(0.14, 0.08).move(-0.12, 0.88, -0.15), MAIN, shade=0.7)
    builder.add("antenna", tube([(0.2, 0.8, -0.4), (0.22, 1.3, -0.46)], 0.012, count=2), "black")
    mark = prism([(0, 0.11), (-0.1, 0.04), (-0.065, -0.09), (0.065, -0.09), (0.1, 0.04)], 0.03)
    builder.add("emblem", pair(mark.turn(y=90).move(0.315, 0.72, -0.15)), ACCENT)
