"""Builders of gadgets of glass and light. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Make
from procedural.geometry.shapes import box, capsule, cylinder, dome, lathe, ring, sphere, torus
from procedural.geometry.sweeps import curve, prism, tube


def camera(make: Make) -> None:
    """A photo camera: body, big lens, flash, shutter button, a leather band."""
    wide, tall, deep = make.vary(1.0, 0.08), make.vary(0.64, 0.08), 0.32
    make.add("body", box(wide, tall, deep, 0.07).move(y=tall / 2), MAIN, "glossy")
    make.add("grip", box(wide + 0.02, tall * 0.52, deep + 0.03, 0.05).move(y=tall * 0.44), ACCENT, "leather")
    x, r = make.between(-0.08, 0.08), tall * make.vary(0.36, 0.08)
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
    make.add("lens", lathe([(0, 0), *barrel]).turn(x=90).move(x, tall * 0.46, deep / 2), "black", "glossy")
    make.add("lens", torus(r * 0.95, 0.03).turn(x=90).move(x, tall * 0.46, deep / 2 + 0.05), "silver", "metal")
    make.add("lens", dome(r * 0.7, 0.09).turn(x=90).move(x, tall * 0.46, deep / 2 + 0.25), "blue", "glossy")
    make.add("lens", sphere(r * 0.14).move(x - r * 0.25, tall * 0.46 + r * 0.3, deep / 2 + 0.32), "white", "glow")
    hump = prism([(-0.24, 0), (0.24, 0), (0.15, 0.17), (-0.15, 0.17)], deep * 0.9)
    make.add("viewfinder", hump.move(x, tall - 0.02, 0), MAIN, "glossy")
    make.add("flash", box(0.2, 0.09, 0.03, 0.01).move(x, tall + 0.065, deep * 0.45), "white", "glow")
    make.add("button", cylinder(0.06, 0.07).move(wide * 0.36, tall + 0.02, 0.04), "red", "glossy")
    make.add("dial", cylinder(0.1, 0.08).move(-wide * 0.34, tall + 0.02, 0), "silver", "metal")
    make.add(
        "screen", box(wide * 0.55, tall * 0.6, 0.03, 0.01).move(-0.08, tall * 0.46, -deep / 2 - 0.01), "navy", "glossy"
    )
    if make.chance(0.6):
        loop = [(wide / 2, tall * 0.86, 0), (wide * 0.66, tall * 0.5, -0.1), (wide * 0.5, -0.0, -0.3), (0, 0.02, -0.42)]
        loop += [(-x, y, z) for x, y, z in reversed(loop[:3])]
        make.add("strap", tube(loop, 0.026, count=40), "dark brown", "leather")


def light_bulb(make: Make) -> None:
    """A light bulb: glass, glowing filament, screw cap."""
    r, neck = make.vary(0.4, 0.08), make.vary(0.4, 0.1)
    glass = [
        (0.17, neck),
        (0.21, neck + 0.12),
        (r, neck + 0.52),
        (r * 0.92, neck + 0.74),
        (r * 0.5, neck + 0.94),
        (0, neck + 1.0),
    ]
    make.add("glass", lathe([*map(tuple, curve(glass, 30)), (0, neck + 1.0)]), MAIN, "glass")
    make.add(
        "cap",
        lathe([(0, 0), (0.07, 0), (0.13, 0.08), (0.17, 0.1), (0.17, neck + 0.02), (0, neck + 0.02)]),
        ACCENT,
        "metal",
    )
    for i in range(4):
        make.add("cap", torus(0.17, 0.025).turn(x=5).move(y=0.14 + (neck - 0.14) * i / 3.4), ACCENT, "metal")
    make.add("cap", cylinder(0.07, 0.05).move(y=0.0), "black")
    for side in (1, -1):
        make.add(
            "filament", tube([(0.04 * side, neck, 0), (0.1 * side, neck + 0.5, 0)], 0.014, count=2), "grey", "metal"
        )
    loops = [(0.1 - 0.2 * i / 24, neck + 0.52 + 0.05 * (i % 4 - 1.5), 0.05 * ((i + 1) % 4 - 1.5)) for i in range(25)]
    make.add("filament", tube(loops, 0.022, count=60), "orange", "glow")
    make.add("glow", sphere(r * 0.4, r * 0.45).move(y=neck + 0.54), "yellow", "glow")


def telescope(make: Make) -> None:
    """A telescope on a tripod, looking up and forward."""
    long, tilt = make.vary(1.1, 0.1), make.between(52, 66)
    y = 0.95
    pieces = [(0.13, 0.45, 0.27), (0.105, 0.38, -0.12), (0.08, 0.3, -0.42)]
    for radius, size, place in pieces:
        make.add("tube", cylinder(radius, size * long).move(y=place * long).turn(x=tilt).move(y=y), MAIN, "metal")
        make.add("ring", torus(radius, 0.025).move(y=(place + size / 2) * long).turn(x=tilt).move(y=y), ACCENT, "metal")
    make.add("eyepiece", cylinder(0.05, 0.16).move(y=-0.62 * long).turn(x=tilt).move(y=y), "black", "rubber")
    make.add("lens", dome(0.115, 0.05).move(y=0.495 * long).turn(x=tilt).move(y=y), "sky blue", "glossy")
    make.add("mount", sphere(0.1).move(y=y - 0.13), "dark grey", "metal")
    make.add("mount", cylinder(0.05, 0.2).move(y=y - 0.2), "dark grey", "metal")
    leg = capsule((0, y - 0.24, 0.05), (0, 0.03, 0.48), 0.035, 0.028)
    make.add("leg", ring(leg, 3, 60), "brown", "wood")
    make.add("mount", ring(capsule((0, 0.4, 0.02), (0, 0.38, 0.32), 0.014), 3, 60), "dark grey", "metal")
