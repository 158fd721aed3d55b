"""Builders of gadgets of glass and light. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import box, capsule, cylinder, dome, lathe, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def camera(builder: Builder) -> None:
    """A photo camera: body, big lens, flash, shutter button, a leather band."""
    wide, tall, deep = builder.vary(1.0, 0.08), builder.vary(0.64, 0.08), 0.32
    builder.add("body", box(wide, tall, deep, 0.07).move(y=tall / 2), MAIN, "glossy")
    builder.add("grip", box(wide + 0.02, tall * 0.52, deep + 0.03, 0.05).move(y=tall * 0.44), ACCENT, "leather")
    x, r = builder.between(-0.08, 0.08), tall * builder.vary(0.36, 0.08)
    barrel = [
        (r, 0),
        (r, 0.1),
        (r * 0.93, 0.12),
        (r * 0.93, 0.26),
        (r * 0.98, 0.28),
        (r * 0.98, 0.34),
        (r * 0.82, 0.34),
        (r * 0.7, 0.26),
        (0, 0.26),
    ]
    builder.add("lens", lathe([(0, 0), *barrel]).turn(x=90).move(x, tall * 0.46, deep / 2), "black", "glossy")
    builder.add("lens", torus(r * 0.95, 0.03).turn(x=90).move(x, tall * 0.46, deep / 2 + 0.05), "silver", "metal")
    builder.add("lens", dome(r * 0.7, 0.09).turn(x=90).move(x, tall * 0.46, deep / 2 + 0.25), "blue", "glossy")
    builder.add("lens", sphere(r * 0.14).move(x - r * 0.25, tall * 0.46 + r * 0.3, deep / 2 + 0.32), "white", "glow")
    hump = prism([(-0.24, 0), (0.24, 0), (0.15, 0.17), (-0.15, 0.17)], deep * 0.9)
    builder.add("viewfinder", hump.move(x, tall - 0.02, 0), MAIN, "glossy")
    builder.add("flash", box(0.2, 0.09, 0.03, 0.01).move(x, tall + 0.065, deep * 0.45), "white", "glow")
    builder.add("button", cylinder(0.06, 0.07).move(wide * 0.36, tall + 0.02, 0.04), "red", "glossy")
    builder.add("dial", cylinder(0.1, 0.08).move(-wide * 0.34, tall + 0.02, 0), "silver", "metal")
    builder.add(
        "screen", box(wide * 0.55, tall * 0.6, 0.03, 0.01).move(-0.08, tall * 0.46, -deep / 2 - 0.01), "navy", "glossy"
    )
    if builder.chance(0.6):
        loop = [(wide / 2, tall * 0.86, 0), (wide * 0.66, tall * 0.5, -0.1), (wide * 0.5, -0.0, -0.3), (0, 0.02, -0.42)]
        loop += [(-x, y, z) for x, y, z in reversed(loop[:3])]
        builder.add("strap", tube(loop, 0.026, count=40), "dark brown", "leather")


def light_bulb(builder: Builder) -> None:
    """A light bulb: glass, glowing filament, screw cap."""
    r, neck = builder.vary(0.4, 0.08), builder.vary(0.4, 0.1)
    glass = [
        (0.17, neck),
        (0.21, neck + 0.12),
        (r, neck + 0.52),
        (r * 0.92, neck + 0.74),
        (r * 0.5, neck + 0.94),
        (0, neck + 1.0),
    ]
    builder.add("glass", lathe([*map(tuple, curve(glass, 30)), (0, neck + 1.0)]), MAIN, "glass")
    builder.add(
        "cap",
        lathe([(0, 0), (0.07, 0), (0.13, 0.08), (0.17, 0.1), (0.17, neck + 0.02), (0, neck + 0.02)]),
        ACCENT,
        "metal",
    )
    for i in range(4):
        builder.add("cap", torus(0.17, 0.025).turn(x=5).move(y=0.14 + (neck - 0.14) * i / 3.4), ACCENT, "metal")
    builder.add("cap", cylinder(0.07, 0.05).move(y=0.0), "black")
    for side in (1, -1):
        builder.add(
            "filament", tube([(0.04 * side, neck, 0), (0.1 * side, neck + 0.5, 0)], 0.014, count=2), "grey", "metal"
        )
    loops = [(0.1 - 0.2 * i / 24, neck + 0.52 + 0.05 * (i % 4 - 1.5), 0.05 * ((i + 1) % 4 - 1.5)) for i in range(25)]
    builder.add("filament", tube(loops, 0.022, count=60), "orange", "glow")
    builder.add("glow", sphere(r * 0.4, r * 0.45).move(y=neck + 0.54), "yellow", "glow")


def telescope(builder: Builder) -> None:
    """A telescope on a tripod, looking up and forward."""
    long, tilt = builder.vary(1.1, 0.1), builder.between(52, 66)
    y = 0.95
    pieces = [(0.13, 0.45, 0.27), (0.105, 0.38, -0.12), (0.08, 0.3, -0.42)]
    for radius, size, place in pieces:
        builder.add("tube", cylinder(radius, size * long).move(y=place * long).turn(x=tilt).move(y=y), MAIN, "metal")
        builder.add(
            "ring", torus(radius, 0.025).move(y=(place + size / 2) * long).turn(x=tilt).move(y=y), ACCENT, "metal"
        )
    builder.add("eyepiece", cylinder(0.05, 0.16).move(y=-0.62 * long).turn(x=tilt).move(y=y), "black", "rubber")
    builder.add("lens", dome(0.115, 0.05).move(y=0.495 * long).turn(x=tilt).move(y=y), "sky blue", "glossy")
    builder.add("mount", sphere(0.1).move(y=y - 0.13), "dark grey", "metal")
    builder.add("mount", cylinder(0.05, 0.2).move(y=y - 0.2), "dark grey", "metal")
    leg = capsule((0, y - 0.24, 0.05), (0, 0.03, 0.48), 0.035, 0.028)
    builder.add("leg", ring(leg, 3, 60), "brown", "wood")
    builder.add("mount", ring(capsule((0, 0.4, 0.02), (0, 0.38, 0.32), 0.014), 3, 60), "dark grey", "metal")
