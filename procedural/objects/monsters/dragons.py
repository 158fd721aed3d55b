"""Build functions of mythical beasts: dragon, sea serpent and unicorn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint, along, offset
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, both, chain, place_at
from procedural.geometry.shapes import Floats, Shape, bead, capsule, cone, lathe, pair, sphere, torus
from procedural.geometry.sweeps import curve, prism, star, tube
from procedural.objects.parts.equine import add_equine
from procedural.objects.parts.quadruped import STRIDING, Feet, Head, Legs, PosedBody, Quadruped, pose_quadruped
from procedural.objects.parts.wings import add_bat_wings


@dataclass(frozen=True, slots=True, kw_only=True)
class DragonHead:
    """Looks of one dragon's head: `size` relative to the usual one, length of the horns to the back."""

    size: float
    iris: str
    horn_length: float


def dragon(builder: Builder) -> None:
    """Build a dragon: bat wings, horned head on a curved neck, spikes down the back, long tail; some breathe fire."""
    animal = Quadruped(
        body_length=builder.vary(0.5, 0.08),
        shoulder_height=builder.vary(0.4, 0.06),
        chest_radius=0.2,
        hip_radius=0.2,
        legs=Legs(radius=0.105, ankle_radius=0.07, spread=0.145),
        feet=Feet(radii=(0.085, 0.055, 0.115)),
        sits=builder.chance(0.4),
        head=Head(at=(0, builder.vary(0.5, 0.08), builder.vary(0.24, 0.15))),
    )
    tail_swing = builder.choose((-1, 1)) * builder.between(0.15, 0.5)
    head_looks = _vary_head(builder, size=builder.between(1.15, 1.35))
    wing_lift = 18 if builder.pose == "flying" else builder.between(-5, 15)
    has_bright_wings = builder.chance(0.35)
    wing_span, wing_sweep = builder.vary(0.72, 0.1), builder.between(18, 42)
    breathes_fire = builder.pose == "breathing fire" or builder.chance(0.12)

    body = pose_quadruped(animal, builder.pose)
    hip, chest, head = body.hip, body.chest, body.head
    neck = curve([offset(chest, z=0.02), offset(chest, 0, 0.2, 0.16), offset(head, 0, -0.12, -0.14), head], 7)
    tail_height = 0.09 if body.sits else hip[1]
    tail = curve(
        [
            (0, tail_height + 0.03, hip[2] - 0.05),
            (tail_swing * 0.2, tail_height * 0.65 + 0.03, hip[2] - 0.36),
            (tail_swing, 0.14, hip[2] - 0.55),
            (tail_swing * 1.7, 0.3, hip[2] - 0.42),
        ],
        10,
    )
    skin = [*body.skin, *_dragon_trunk(body, neck, tail), *_head_skin(head, head_looks.size)]
    builder.blend("body", skin, MAIN, None, smooth=0.055, detail=72)
    _add_face(builder, head, head_looks)
    _add_spikes(builder, body, neck, tail)
    spade = prism([(0, -0.1), (0.12, 0.0), (0.045, 0.0), (0, 0.2), (-0.045, 0.0), (-0.12, 0.0)], 0.05)
    spade = spade.turn(z=-30 * math.copysign(1, tail_swing))
    builder.add("tail", spade.move(*offset(tail[-1], y=0.03)), ACCENT)
    if builder.pose not in STRIDING:
        claw = cone(0.022, 0.06, sides=10).turn(x=80)
        for z in (chest[2] + 0.17,) if body.sits else (chest[2] + 0.17, hip[2] + 0.13):
            for toe in (-0.05, 0.0, 0.05):
                builder.add("claw", pair(claw.move(animal.legs.spread + toe, 0.028, z)), "cream")
    add_bat_wings(
        builder,
        offset(chest, 0.1, 0.13, -0.12),
        span=wing_span,
        lift=wing_lift,
        sweep=wing_sweep,
        web_colour=ACCENT if has_bright_wings else MAIN,
        web_shade=1.0 if has_bright_wings else 0.62,
    )
    if breathes_fire:
        _add_flame(builder, offset(head, 0, -0.06 * head_looks.size, 0.36 * head_looks.size))


def _dragon_trunk(body: PosedBody, neck: Floats, tail: Floats) -> list[Primitive]:
    """Return a fuller trunk, the neck [7, 3], the tail [10, 3] and a plated belly from throat to hips."""
    hip, chest = body.hip, body.chest
    belly_front = offset(chest, 0, -0.03, 0.075)
    throat = [belly_front, *(offset(joint, 0, -0.015, 0.045) for joint in neck[1:6])]
    return [
        Ellipsoid((0, (hip[1] + chest[1]) / 2 - 0.02, (hip[2] + chest[2]) / 2), (0.2, 0.2, 0.22)),
        *chain(neck, (0.155, 0.143), taper=0.012),
        *chain(tail, (0.14, 0.128), taper=0.012, part="tail"),
        *chain(throat, (0.125, 0.113), taper=0.012, part="belly", colour=ACCENT),
        Capsule(offset(hip, 0, -0.05, 0.1), belly_front, 0.165, 0.155, "belly", ACCENT),
    ]


def _add_spikes(builder: Builder, body: PosedBody, neck: Floats, tail: Floats) -> None:
    """Add spikes down neck, back and tail, the largest on the back."""
    rise, shift = (0.12, -0.16) if body.sits else (0.19, -0.06)
    spine = [offset(joint, 0, 0.13, -0.09) for joint in neck[5:0:-1]]
    spine += [offset(along(body.chest, body.hip, share), 0, rise, shift) for share in (0.25, 0.6, 0.95)]
    spine += [(x, y + 0.13 - 0.01 * i, z) for i, (x, y, z) in enumerate(tail[2:8])]
    for i, joint in enumerate(spine):
        size = 1.25 - abs(i - len(spine) / 2) * 0.07
        spike = cone(0.05 * size, 0.16 * size, sides=10).scale(0.6, 1, 1.15).turn(x=-35 if i < 5 else -15)
        builder.add("spike", spike.move(*joint), ACCENT)


def _vary_head(builder: Builder, *, size: float) -> DragonHead:
    """Draw the looks of a dragon's head."""
    return DragonHead(
        size=size, iris=builder.choose(["yellow", "amber", "white"]), horn_length=builder.between(0.12, 0.24)
    )


def _head_skin(head: Joint, size: float) -> list[Primitive]:
    """Return skull, snout, nostrils, jaw and brows, `size` times as large as usual."""
    usual: list[Primitive] = [
        Ellipsoid((0, 0.02, 0.02), (0.145, 0.125, 0.15)),
        Capsule((0, -0.015, 0.1), (0, -0.03, 0.28), 0.1, 0.088, "snout"),
        Capsule((0, -0.085, 0.08), (0, -0.1, 0.25), 0.075, 0.06, "jaw", ACCENT),
        *both(Ellipsoid((0.05, 0.035, 0.315), 0.045, part="snout")),
        *both(Ellipsoid((0.085, 0.105, 0.06), (0.05, 0.045, 0.06), part="brow")),
    ]
    return [_scaled(primitive, head, size) for primitive in place_at(head, *usual)]


def _scaled(primitive: Primitive, about: Joint, by: float) -> Primitive:
    """Return the ellipsoid or tapering capsule scaled about a point."""
    middle = np.array(about)
    if isinstance(primitive, Capsule):
        start, end = (middle + by * (np.asarray(point) - middle) for point in (primitive.start, primitive.end))
        end_radius = by * (primitive.radius if primitive.end_radius is None else primitive.end_radius)
        return replace(primitive, start=start, end=end, radius=by * primitive.radius, end_radius=end_radius)
    if isinstance(primitive, Ellipsoid):
        centre = middle + by * (np.asarray(primitive.centre) - middle)
        return replace(primitive, centre=centre, radius=by * np.broadcast_to(primitive.radius, (3,)))
    raise TypeError("only ellipsoids and capsules can be scaled")


def _add_face(builder: Builder, head: Joint, looks: DragonHead) -> None:
    """Add eyes, nostrils, teeth, horns and frilled ears."""

    def add(name: str, left: Shape, at: Joint, colour: str, material: str | None = None) -> None:
        usual = pair(left.move(*at))
        builder.add(name, usual.move(*(-v for v in head)).scale(looks.size).move(*head), colour, material)

    add("eye", sphere(0.055, 0.055, 0.04).turn(y=35), offset(head, 0.097, 0.06, 0.115), looks.iris, "glossy")
    add("eye", bead(0.024, 0.04, 0.024).turn(y=35), offset(head, 0.118, 0.06, 0.142), "black", "glossy")
    add("nostril", bead(0.017), offset(head, 0.055, 0.045, 0.357), "black")
    for i in range(4):
        fang = cone(0.017, 0.07 if i == 3 else 0.05, sides=8).turn(x=180)
        add("tooth", fang, offset(offset(head, 0.093 - 0.006 * i, -0.085, 0.14), z=0.05 * i), "white")
    horn = [
        offset(head, 0.07, 0.11, -0.03),
        offset(offset(head, 0.11, 0.24, -0.06), z=-looks.horn_length * 0.4),
        offset(offset(head, 0.12, 0.31, -0.06), z=-looks.horn_length),
    ]
    add("horn", tube(horn, [0.042, 0.034, 0.006]), (0, 0, 0), "cream")
    frill = prism([(0, -0.04), (0.17, 0.05), (0.1, 0.0), (0.15, -0.06), (0.06, -0.07)], 0.025)
    add("ear", frill.turn(y=30), offset(head, 0.125, 0.02, -0.02), ACCENT)


def _add_flame(builder: Builder, mouth: Joint) -> None:
    """Add a burst of fire that widens forward from the mouth: yellow, then orange, then red tongues."""
    for start, end, radius, colour in (
        (-0.12, 0.16, 0.07, "yellow"),
        (0.04, 0.32, 0.105, "orange"),
        (0.2, 0.5, 0.13, "red"),
    ):
        ball = sphere(radius, radius, (end - start) / 2)
        builder.add("flame", ball.move(*offset(mouth, 0, -0.03 * start, (start + end) / 2)), colour, "glow")
    for turn in range(0, 360, 60):
        tongue = cone(0.05, 0.2, sides=10).turn(x=90).move(y=0.08, z=0.5).turn(z=turn)
        builder.add("flame", tongue.move(*mouth), "red" if turn % 120 else "orange", "glow")


def sea_serpent(builder: Builder) -> None:
    """Build a sea serpent: humps of a long body rising from the water, crested head on a tall neck, tail fluke."""
    height = builder.vary(0.75, 0.1)
    head_looks = _vary_head(builder, size=1.15)

    neck = curve([(0, 0.04, 0.32), (0, 0.24, 0.42), (0, height * 0.65, 0.36), (0, height, 0.46)], 8)
    throat = [offset(joint, 0, -0.01, 0.045) for joint in neck[1:]]
    skin: list[Primitive] = [
        *chain(neck, (0.15, 0.142), taper=0.008),
        *chain(throat, (0.125, 0.117), taper=0.008, part="belly", colour=ACCENT),
    ]
    for middle, x, hump_height, radius in ((0.14, -0.02, 0.28, 0.145), (-0.42, 0.0, 0.24, 0.12)):
        skin += _add_hump(builder, middle, x, hump_height, radius)
    tail = curve([(0, -0.02, -0.72), (0, 0.17, -0.8), (0, 0.38, -0.76)], 5)
    skin += chain(tail, (0.09, 0.076), taper=0.014, part="tail")
    x, y, z = neck[-1]
    head = (x, y, z)
    skin += _head_skin(head, head_looks.size)
    builder.blend("body", skin, MAIN, "glossy", smooth=0.05, detail=70)
    _add_face(builder, head, head_looks)
    fluke = prism([(0, -0.08), (0.2, 0.12), (0.16, 0.2), (0, 0.1), (-0.16, 0.2), (-0.2, 0.12)], 0.035)
    builder.add("tail", fluke.turn(y=80).move(0, 0.4, -0.76), ACCENT)
    for _, y, z in neck[3:7]:
        builder.add("spike", cone(0.055, 0.16, sides=10).scale(0.5, 1, 1).turn(x=-75).move(0, y, z - 0.17), ACCENT)
    water = lathe([(0, -0.12), (0.5, -0.12), (0.56, -0.07), (0.53, -0.02), (0, 0.0)], sides=60).scale(1, 1, 1.75)
    builder.add("water", water.move(z=-0.12), "sky blue", "glass")
    for z, radius in ((0.35, 0.22), (0.14, 0.2), (-0.42, 0.17), (-0.72, 0.14)):
        builder.add("water", torus(radius, 0.022).move(y=0.0, z=z), "white")


def _add_hump(builder: Builder, middle: float, x: float, height: float, radius: float) -> list[Primitive]:
    """Return a hump of the body round z = `middle`, and add its spikes."""
    arch = [
        (x, 0.03, middle + 0.18),
        (x, height * 0.8, middle + 0.1),
        (x, height, middle),
        (x, height * 0.8, middle - 0.12),
        (x, 0.03, middle - 0.2),
    ]
    ridge = curve(arch, 8)
    for _, y, z in ridge[2:-2]:
        builder.add("spike", cone(0.06, 0.16, sides=10).scale(0.5, 1, 1).move(x, y + radius + 0.03, z), ACCENT)
    return [*chain(ridge, (radius, radius))]


def unicorn(builder: Builder) -> None:
    """Build a unicorn: a white horse with a golden spiral horn and a rainbow mane; some have a star on the flank."""
    mane = builder.choose(
        [
            ("hot pink", "violet", "cyan"),
            ("red", "yellow", "green", "blue", "violet"),
            ("lavender", "pink", "sky blue"),
            ("hot pink", "amber", "turquoise"),
        ]
    )
    body = add_equine(builder, mane)
    horn_length = builder.vary(0.36, 0.12)
    star_colour = builder.choose(["hot pink", "gold", "violet"]) if builder.chance(0.5) else None

    root = np.array(offset(body.head, 0, 0.1, 0.06))
    tip = root + np.array([0, horn_length * 0.9, horn_length * 0.45])
    builder.add("horn", capsule(root, tip, 0.05, 0.008), ACCENT, "metal")
    t = np.linspace(0, 1, 50)
    angle = 2 * math.pi * 4 * t
    radius = 0.05 - 0.04 * t
    spiral = root + t[:, None] * (tip - root) + np.stack([radius * np.cos(angle), 0 * t, radius * np.sin(angle)], -1)
    builder.add("horn", tube(spiral, 0.014, straight=True, sides=8), ACCENT, "metal", 0.8)
    if star_colour:
        flank = offset(body.chest, 0.185, 0.02, -0.42)
        builder.add("star", pair(star(0.09, 0.04).turn(y=90).move(*flank)), star_colour)
