"""Build functions of gadgets of glass and light. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import box, capsule, cylinder, dome, lathe, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def camera(builder: Builder) -> None:
    """Build a photo camera: a body, a big lens, a flash and a shutter button; some have a strap."""
    width, height, depth = builder.vary(1.0, 0.08), builder.vary(0.64, 0.08), 0.32
    lens_x, lens_radius = builder.between(-0.08, 0.08), height * builder.vary(0.36, 0.08)
    has_strap = builder.chance(0.6)
    lens_y, front = height * 0.46, depth / 2

    builder.add("body", box(width, height, depth, 0.07).move(y=height / 2), MAIN, "glossy")
    grip = box(width + 0.02, height * 0.52, depth + 0.03, 0.05)
    builder.add("grip", grip.move(y=height * 0.44), ACCENT, "leather")
    barrel = [
        (0, 0),
        (lens_radius, 0),
        (lens_radius, 0.1),
        (lens_radius * 0.93, 0.12),
        (lens_radius * 0.93, 0.26),
        (lens_radius * 0.98, 0.28),
        (lens_radius * 0.98, 0.34),
        (lens_radius * 0.82, 0.34),
        (lens_radius * 0.7, 0.26),
        (0, 0.26),
    ]
    builder.add("lens", lathe(barrel).turn(x=90).move(lens_x, lens_y, front), "black", "glossy")
    focus_ring = torus(lens_radius * 0.95, 0.03).turn(x=90)
    builder.add("lens", focus_ring.move(lens_x, lens_y, front + 0.05), "silver", "metal")
    glass = dome(lens_radius * 0.7, 0.09).turn(x=90)
    builder.add("lens", glass.move(lens_x, lens_y, front + 0.25), "blue", "glossy")
    glint = sphere(lens_radius * 0.14)
    glint = glint.move(lens_x - lens_radius * 0.25, lens_y + lens_radius * 0.3, front + 0.32)
    builder.add("lens", glint, "white", "glow")

    viewfinder = prism([(-0.24, 0), (0.24, 0), (0.15, 0.17), (-0.15, 0.17)], depth * 0.9)
    builder.add("viewfinder", viewfinder.move(lens_x, height - 0.02, 0), MAIN, "glossy")
    flash = box(0.2, 0.09, 0.03, 0.01).move(lens_x, height + 0.065, depth * 0.45)
    builder.add("flash", flash, "white", "glow")
    builder.add("button", cylinder(0.06, 0.07).move(width * 0.36, height + 0.02, 0.04), "red", "glossy")
    builder.add("dial", cylinder(0.1, 0.08).move(-width * 0.34, height + 0.02, 0), "silver", "metal")
    screen = box(width * 0.55, height * 0.6, 0.03, 0.01).move(-0.08, lens_y, -front - 0.01)
    builder.add("screen", screen, "navy", "glossy")
    if has_strap:
        right_half = [
            (width / 2, height * 0.86, 0),
            (width * 0.66, height * 0.5, -0.1),
            (width * 0.5, 0.0, -0.3),
        ]
        left_half = [(-x, y, z) for x, y, z in reversed(right_half)]
        strap = tube([*right_half, (0, 0.02, -0.42), *left_half], 0.026, count=40)
        builder.add("strap", strap, "dark brown", "leather")


def light_bulb(builder: Builder) -> None:
    """Build a light bulb: glass, a glowing filament and a screw cap."""
    radius, neck = builder.vary(0.4, 0.08), builder.vary(0.4, 0.1)

    glass = [
        (0.17, neck),
        (0.21, neck + 0.12),
        (radius, neck + 0.52),
        (radius * 0.92, neck + 0.74),
        (radius * 0.5, neck + 0.94),
        (0, neck + 1.0),
    ]
    builder.add("glass", lathe([*map(tuple, curve(glass, 30)), (0, neck + 1.0)]), MAIN, "glass")
    cap = [(0, 0), (0.07, 0), (0.13, 0.08), (0.17, 0.1), (0.17, neck + 0.02), (0, neck + 0.02)]
    builder.add("cap", lathe(cap), ACCENT, "metal")
    for i in range(4):
        thread = torus(0.17, 0.025).turn(x=5)
        builder.add("cap", thread.move(y=0.14 + (neck - 0.14) * i / 3.4), ACCENT, "metal")
    builder.add("cap", cylinder(0.07, 0.05).move(y=0), "black")
    for side in (1, -1):
        wire = tube([(0.04 * side, neck, 0), (0.1 * side, neck + 0.5, 0)], 0.014, count=2)
        builder.add("filament", wire, "grey", "metal")
    coil = [(0.1 - 0.2 * i / 24, neck + 0.52 + 0.05 * (i % 4 - 1.5), 0.05 * ((i + 1) % 4 - 1.5)) for i in range(25)]
    builder.add("filament", tube(coil, 0.022, count=60), "orange", "glow")
    builder.add("glow", sphere(radius * 0.4, radius * 0.45).move(y=neck + 0.54), "yellow", "glow")


def telescope(builder: Builder) -> None:
    """Build a telescope on a tripod, pointed up and forward."""
    length, tilt = builder.vary(1.1, 0.1), builder.between(52, 66)
    pivot_y = 0.95

    for radius, share, centre in ((0.13, 0.45, 0.27), (0.105, 0.38, -0.12), (0.08, 0.3, -0.42)):
        barrel = cylinder(radius, share * length).move(y=centre * length)
        end_ring = torus(radius, 0.025).move(y=(centre + share / 2) * length)
        builder.add("tube", barrel.turn(x=tilt).move(y=pivot_y), MAIN, "metal")
        builder.add("ring", end_ring.turn(x=tilt).move(y=pivot_y), ACCENT, "metal")
    eyepiece = cylinder(0.05, 0.16).move(y=-0.62 * length)
    builder.add("eyepiece", eyepiece.turn(x=tilt).move(y=pivot_y), "black", "rubber")
    lens = dome(0.115, 0.05).move(y=0.495 * length)
    builder.add("lens", lens.turn(x=tilt).move(y=pivot_y), "sky blue", "glossy")

    builder.add("mount", sphere(0.1).move(y=pivot_y - 0.13), "dark grey", "metal")
    builder.add("mount", cylinder(0.05, 0.2).move(y=pivot_y - 0.2), "dark grey", "metal")
    leg = capsule((0, pivot_y - 0.24, 0.05), (0, 0.03, 0.48), 0.035, 0.028)
    builder.add("leg", ring(leg, 3, 60), "brown", "wood")
    brace = capsule((0, 0.4, 0.02), (0, 0.38, 0.32), 0.014)
    builder.add("mount", ring(brace, 3, 60), "dark grey", "metal")
