"""Build functions of reptiles and amphibians: turtle, frog, crocodile and snake."""

from __future__ import annotations

import math

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, mirrored, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both, chain
from procedural.geometry.shapes import Floats, bead, cone, cylinder, dome, lathe, pair, ring, sphere, torus
from procedural.geometry.sweeps import curve, tube
from procedural.objects.parts.eyes import add_big_eyes, add_eyes, add_glint
from procedural.objects.parts.muzzle import add_smile
from procedural.objects.parts.quadruped import spot_on


def turtle(builder: Builder) -> None:
    """Build a turtle: domed shell with plates, four stubby legs, long neck, friendly face."""
    shell_radius, shell_height = builder.vary(0.36, 0.06), builder.vary(0.28, 0.12)
    head_lift = builder.between(0.0, 0.15)

    head = (0.0, 0.3 + head_lift, shell_radius * 1.15 + 0.2)
    _add_turtle_shell(builder, shell_radius, shell_height)
    skin: list[Primitive] = [
        Ellipsoid((0, 0.15, 0), (shell_radius * 0.93, 0.09, shell_radius * 1.05)),
        Capsule((0, 0.17, shell_radius * 0.9), head, 0.085, 0.08),
        Ellipsoid(head, (0.115, 0.11, 0.125)),
        Capsule((0, 0.13, -shell_radius), (0, 0.08, -shell_radius - 0.2), 0.05, 0.012, "tail"),
    ]
    for z in (shell_radius * 0.75, -shell_radius * 0.75):
        shoulder = (shell_radius * 0.72, 0.15, z)
        foot = (shoulder[0] * 1.15, 0.06, z * 1.12)
        skin += both(Capsule(shoulder, foot, 0.095, 0.075, "leg"))
    builder.blend("body", skin, MAIN, None, smooth=0.06, detail=60)
    add_eyes(builder, *offset(head, 0.06, 0.04, 0.09), 0.032)
    add_smile(builder, offset(head, 0.06, -0.035, 0.105), offset(head, 0, -0.055, 0.118), 0.01, "dark green")


def _add_turtle_shell(builder: Builder, radius: float, height: float) -> None:
    """Add a dome with a rim, one plate on top and six round it."""
    builder.add("shell", dome(radius, height).scale(1, 1, 1.15).move(y=0.16), ACCENT, "glossy")
    builder.add("shell", torus(radius, 0.045).scale(1, 1, 1.15).move(y=0.165), ACCENT, "glossy", 0.8)
    plate = cylinder(0.125, 0.05, top=0.1, sides=6)
    builder.add("plate", plate.scale(1, 1, 1.1).move(y=0.16 + height), ACCENT, "glossy", 1.25)
    side_plate = plate.scale(0.9).turn(x=52).move(y=0.16 + height * 0.62, z=radius * 0.82)
    for i in range(6):
        builder.add("plate", side_plate.turn(y=60 * i).scale(1, 1, 1.15), ACCENT, "glossy", 1.25)


def frog(builder: Builder) -> None:
    """Build a crouching frog: eyes on top of the head, wide mouth, folded hind legs, webbed toes; some wear a crown."""
    width = builder.vary(0.26, 0.08)
    spots = [
        (builder.between(-0.9, 0.9), builder.between(-0.2, 0.03), builder.between(0.06, 0.085))
        for _ in range(builder.count(4, 6))
    ]
    has_crown = builder.chance(0.3)

    skin: list[Primitive] = [
        Ellipsoid((0, 0.2, -0.05), (width, 0.17, 0.27), (-18, 0, 0)),
        Ellipsoid((0, 0.33, 0.17), (width * 0.92, 0.14, 0.17)),
        Ellipsoid((0, 0.2, 0.12), (width * 0.82, 0.16, 0.19), part="belly", colour=ACCENT),
        *both(Ellipsoid((0.13, 0.45, 0.17), 0.09, part="brow")),
        *both(Ellipsoid((0.27, 0.17, -0.12), (0.1, 0.14, 0.2), (25, 12, 0), part="leg")),
        *both(Capsule((0.3, 0.07, -0.22), (0.34, 0.045, 0.08), 0.06, 0.045, "leg")),
        *both(Capsule((0.2, 0.24, 0.16), (0.25, 0.05, 0.26), 0.065, 0.045, "arm")),
        *_frog_toes((0.34, 0.028, 0.1), turn=10),
        *_frog_toes((0.26, 0.028, 0.28), turn=15),
    ]
    for angle, z, size in spots:
        spine = (0, 0.2 - 0.32 * z, z)
        direction = (math.sin(angle), math.cos(angle), -0.3)
        skin.append(spot_on(spine, direction, size=size, trunk_radius=0.14, colour="dark green"))
    builder.blend("body", skin, MAIN, "glossy", smooth=0.05, detail=60)
    eyeball, pupil = sphere(0.075, 0.075, 0.05).turn(x=-15, y=18), sphere(0.045, 0.038, 0.03).turn(y=18)
    add_big_eyes(builder, (0.142, 0.465, 0.22), eyeball, (0.152, 0.468, 0.258), pupil, "yellow")
    add_glint(builder, (0.165, 0.49, 0.28), 0.014)
    mouth_width = width * 0.92
    mouth = [(mouth_width * 0.93, 0.36, 0.2), (mouth_width * 0.6, 0.305, 0.31), (0, 0.285, 0.345)]
    builder.add("mouth", tube(mirrored(mouth), 0.014), "maroon")
    builder.add("nostril", pair(bead(0.012).move(0.035, 0.385, 0.335)), "dark green")
    if has_crown:
        crown = lathe([(0.08, 0), (0.1, 0), (0.115, 0.06), (0.09, 0.06)], closed=True)
        spike = cone(0.036, 0.09, sides=10).move(y=0.09, z=0.1)
        builder.add("crown", (crown + ring(spike, 6)).move(0, 0.45, 0.13), "gold", "metal")


def _frog_toes(heel: Joint, turn: float) -> list[Primitive]:
    """Return the three toes of a pair of feet; `heel` is the left one, `turn` the degrees that the foot turns out."""
    toes: list[Primitive] = []
    for toe_turn in (-32, 0, 32):
        angle = math.radians(toe_turn + turn)
        tip = (heel[0] + 0.13 * math.sin(angle), 0.025, heel[2] + 0.13 * math.cos(angle))
        toes += both(Capsule(heel, tip, 0.026, 0.03, "foot"))
    return toes


def crocodile(builder: Builder) -> None:
    """Build a crocodile: long toothed jaws, ridged back, thick tail, short legs."""
    length = builder.vary(0.36, 0.08)
    tail_swing = builder.choose((-1, 1)) * builder.between(0.15, 0.4)
    gape = builder.between(0.04, 0.2)

    throat, rump = (0.0, 0.0, length), (0.0, 0.0, -length)  # on the ground
    tail_path = [
        (0, 0.2, 0.6 * -length),
        offset(rump, tail_swing * 0.4, 0.17, -0.1),
        offset(rump, tail_swing, 0.12, -0.36),
        offset(rump, tail_swing * 1.6, 0.06, -0.46),
    ]
    tail = curve(tail_path, 9)
    upper_tip, lower_tip = offset(throat, 0, 0.32 + gape * 0.6, 0.47), offset(throat, 0, 0.2 - gape * 0.4, 0.43)
    skin: list[Primitive] = [
        Capsule((0, 0.22, -length * 0.6), (0, 0.22, length * 0.6), 0.185, 0.185),
        Ellipsoid(offset(throat, 0, 0.28, 0.08), (0.15, 0.12, 0.15)),
        Capsule((0, 0.22, length * 0.6), offset(throat, 0, 0.27, 0.05), 0.16, 0.12),
        Ellipsoid((0, 0.15, 0), (0.16, 0.12, length * 0.9), part="belly", colour=ACCENT),
        *chain(tail, (0.15, 0.134), taper=0.016, part="tail"),
        Capsule(offset(throat, 0, 0.3, 0.12), upper_tip, 0.11, 0.085, "jaw"),
        Ellipsoid(offset(throat, 0, 0.37 + gape * 0.6, 0.47), 0.065, part="jaw"),
        Capsule(offset(throat, 0, 0.2, 0.1), lower_tip, 0.085, 0.065, "jaw", ACCENT),
        *both(Ellipsoid(offset(throat, 0.085, 0.4, 0.08), 0.062, part="brow")),
    ]
    leg_spread = 0.19
    for z in (length * 0.5, -length * 0.45):
        shoulder, ankle = (leg_spread * 0.6, 0.18, z), (leg_spread * 1.25, 0.06, z + 0.03)
        skin += both(Capsule(shoulder, ankle, 0.085, 0.06, "leg"))
        skin += both(Ellipsoid((leg_spread * 1.3, 0.04, z + 0.09), (0.075, 0.04, 0.1), part="foot"))
    builder.blend("body", skin, MAIN, None, smooth=0.045, detail=72)
    _add_ridges(builder, length, tail)
    _add_crocodile_teeth(builder, throat, gape)
    add_big_eyes(
        builder,
        offset(throat, 0.1, 0.425, 0.125),
        bead(0.036),
        offset(throat, 0.108, 0.432, 0.153),
        bead(0.02),
        "yellow",
    )


def _add_ridges(builder: Builder, length: float, tail: Floats) -> None:
    """Add two rows of spikes down the back and one down the tail [9, 3]."""
    for i in range(9):
        z = length * 0.75 - i * length * 0.17
        builder.add("ridge", pair(cone(0.04, 0.1, sides=8).move(0.065, 0.415, z)), MAIN, None, 0.75)
    for x, y, z in tail[1:-1]:
        spike = cone(0.04, 0.13, sides=8).move(x, y + 0.14 + (z + length) * 0.06, z)
        builder.add("ridge", spike, MAIN, None, 0.75)


def _add_crocodile_teeth(builder: Builder, throat: Joint, gape: float) -> None:
    """Add six pairs of teeth to each jaw."""
    upper, lower = cone(0.022, 0.06, sides=8).turn(x=180), cone(0.02, 0.055, sides=8)
    for i in range(6):
        z = throat[2] + 0.2 + 0.053 * i
        upper_lift, lower_drop = gape * 0.6 * (i + 1.5) / 6.5, gape * 0.3 * i / 6
        builder.add("tooth", pair(upper.move(0.09 - 0.003 * i, 0.255 + upper_lift, z)), "white")
        builder.add("tooth", pair(lower.move(0.07 - 0.003 * i, 0.25 - lower_drop, z - 0.02)), "white")


def snake(builder: Builder) -> None:
    """Build a coiled snake with its head raised: bands, forked tongue."""
    turns = builder.between(2.0, 2.6)
    neck_length = builder.vary(0.38, 0.15)
    band_step = builder.count(4, 5)

    t = np.linspace(0, 1, 46)
    angle, coil_radius, thickness = 2 * math.pi * turns * t, 0.4 * (1 - 0.55 * t), 0.105
    coil = np.stack([coil_radius * np.sin(angle), 0.1 + 0.42 * t**1.15, coil_radius * np.cos(angle)], -1)
    x, top, z = coil[-1]
    nape = (0.0, top + neck_length, 0.0)
    bend = (x * 0.3, top + 0.18, z * 0.3 - 0.04)
    neck = curve([coil[-3], coil[-1], bend, offset(nape, z=-0.02), offset(nape, y=0.1, z=0.14)], 14)
    path = np.concatenate([coil[:-3], neck])
    tail_radii = np.interp(np.linspace(0, 1, 12), [0, 1], [0.015, thickness])
    radii = np.concatenate([tail_radii, np.full(len(path) - 12, thickness)])
    radii[-12:] = np.linspace(thickness, 0.075, 12)
    builder.add("body", tube(path, list(radii), straight=True, sides=18), MAIN, "glossy")
    for i in range(6, len(path) - 6, band_step):
        band = tube(path[i : i + 2], [radii[i] * 1.06, radii[i + 1] * 1.06], straight=True, sides=18)
        builder.add("stripe", band, ACCENT, "glossy")

    head = offset(nape, y=0.12, z=0.17)
    builder.add("head", sphere(0.125, 0.085, 0.165).move(*head), MAIN, "glossy")
    eye, pupil = offset(head, 0.08, 0.055, 0.05), offset(head, 0.094, 0.062, 0.08)
    add_big_eyes(builder, eye, sphere(0.042), pupil, bead(0.024, 0.03, 0.02), "yellow")
    tongue_root, fork = offset(head, y=-0.03, z=0.14), offset(head, y=-0.04, z=0.28)
    builder.add("tongue", tube([tongue_root, fork], 0.016, count=4), "red")
    builder.add("tongue", pair(tube([fork, offset(head, 0.05, -0.06, 0.37)], [0.015, 0.008], count=4)), "red")
