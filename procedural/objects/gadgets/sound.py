"""Builders of gadgets that one hears. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import box, capsule, cylinder, dome, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import helix, prism, tube


def headphones(builder: Builder) -> None:
    """Over-ear headphones."""
    half, tall = builder.vary(0.5, 0.06), builder.vary(0.95, 0.06)
    arc = [(half * math.cos(a), 0.42 + (tall - 0.42) * math.sin(a), 0) for a in (math.pi * i / 10 for i in range(11))]
    builder.add("band", tube(arc, 0.05, count=40, flat=1.6), MAIN, "glossy")
    pad = [(x * 0.9, 0.42 + (y - 0.42) * 0.9, z) for x, y, z in arc[3:8]]
    builder.add("cushion", tube(pad, [0.04, 0.06, 0.04], flat=1.6), ACCENT, "leather")
    r = builder.vary(0.24, 0.08)
    for side in (1, -1):
        cup = lathe([(0, -0.06), (r * 0.8, -0.06), (r, 0), (r * 0.9, 0.08), (r * 0.5, 0.11), (0, 0.11)]).turn(
            z=-90 * side
        )
        builder.add("cup", cup.scale(1, 1.25, 1).move(side * (half + 0.05), 0.32, 0), MAIN, "glossy")
        cap = cylinder(r * 0.55, 0.04).turn(z=90).scale(1, 1.25, 1).move(side * (half + 0.155), 0.32, 0)
        builder.add("cup", cap, ACCENT, "metal")
        soft = (
            torus(r * 0.72, r * 0.3).scale(1, 0.9, 1).turn(z=90).scale(1, 1.25, 1).move(side * (half - 0.06), 0.32, 0)
        )
        builder.add("cushion", soft, ACCENT, "leather")
        builder.add("band", capsule((side * half, 0.36, 0), (side * half, 0.62, 0), 0.032), "silver", "metal")
    if builder.chance(0.5):
        stalk = [(half + 0.08, 0.22, 0.12), (half * 0.95, 0.06, 0.42), (half * 0.45, 0.04, 0.56)]
        builder.add("microphone", join(tube(stalk, 0.018), sphere(0.05).move(*stalk[2])), "black")


def radio(builder: Builder) -> None:
    """A portable radio: speaker, dial, handle, aerial."""
    wide, tall, deep = builder.vary(1.1, 0.08), builder.vary(0.66, 0.08), 0.32
    builder.add("body", box(wide, tall, deep, 0.06).move(y=tall / 2 + 0.03), MAIN, "glossy")
    z, y = deep / 2, tall / 2 + 0.03
    speakers = builder.choose([1, 2])
    r = tall * (0.36 if speakers == 1 else 0.3)
    for x in ((-wide * 0.25,), (-wide * 0.33, wide * 0.33))[speakers - 1]:
        builder.add("speaker", cylinder(r, 0.05).turn(x=90).move(x, y, z), "black")
        builder.add("speaker", torus(r, 0.03).turn(x=90).move(x, y, z + 0.015), ACCENT, "metal")
        builder.add("speaker", torus(r * 0.62, 0.022).turn(x=90).move(x, y, z + 0.025), "dark grey")
        builder.add("speaker", dome(r * 0.3, 0.05).turn(x=90).move(x, y, z + 0.02), ACCENT, "metal")
    x = wide * 0.25 if speakers == 1 else 0
    span = wide * (0.4 if speakers == 1 else 0.24)
    builder.add("display", box(span, tall * 0.2, 0.04, 0.012).move(x, y + tall * 0.24, z), "cream", "glow")
    builder.add(
        "display",
        box(0.02, tall * 0.19, 0.05, 0.005).move(x + builder.between(-0.35, 0.35) * span, y + tall * 0.24, z),
        "red",
        "glow",
    )
    for i in (-1, 1):
        knob = cylinder(tall * 0.11, 0.1).turn(x=90).move(x + i * span * 0.28, y - tall * 0.16, z + 0.02)
        builder.add("knob", knob, ACCENT, "metal")
    top = tall + 0.03
    grip = [
        (-wide * 0.36, top - 0.04, 0),
        (-wide * 0.32, top + 0.17, 0),
        (wide * 0.32, top + 0.17, 0),
        (wide * 0.36, top - 0.04, 0),
    ]
    builder.add("handle", tube(grip, 0.035, straight=True), ACCENT, "leather")
    aerial = capsule(
        (wide * 0.42, top - 0.03, -0.1), (wide * builder.between(0.46, 0.62), top + 0.62, -0.1), 0.016, 0.01
    )
    builder.add("antenna", join(aerial, sphere(0.026).move(*(aerial.upper - 0.01))), "silver", "metal")
    builder.add("foot", pair(box(0.14, 0.05, deep * 0.8, 0.02).move(wide * 0.34, 0.02, 0)), "black", "rubber")


def telephone(builder: Builder) -> None:
    """An old telephone with a dial and a receiver on a cradle."""
    body = [(-0.42, 0), (0.42, 0), (0.34, 0.16), (0.2, 0.4), (-0.26, 0.4), (-0.4, 0.12)]
    wide = builder.vary(0.78, 0.08)
    builder.add("body", prism(body, wide).turn(y=-90), MAIN, "glossy")
    builder.add("body", box(wide + 0.06, 0.06, 0.92, 0.025).move(y=0.03), MAIN, "glossy")
    lean = {"x": 60}
    centre = (0.0, 0.27, 0.285)
    builder.add("dial", cylinder(0.21, 0.05).turn(**lean).move(*centre), "white", "glossy")
    builder.add("dial", cylinder(0.09, 0.08).turn(**lean).move(*centre), ACCENT, "metal")
    holes = join(
        *(
            cylinder(0.03, 0.07).move(0.15 * math.sin(a), 0, 0.15 * math.cos(a))
            for a in (0.55 * i - 2.6 for i in range(10))
        )
    )
    builder.add("button", holes.turn(**lean).move(*centre), "black")
    for x in (0.17, -0.17):
        builder.add("cradle", box(0.07, 0.15, 0.16, 0.03).move(x, 0.46, -0.04), MAIN, "glossy")
        builder.add("cradle", pair(box(0.06, 0.1, 0.05, 0.02).move(x, 0.55, 0.08), "z").move(z=-0.04), ACCENT, "metal")
    half = builder.vary(0.46, 0.06)
    grip = [(-half, 0.56, -0.04), (-half * 0.5, 0.66, -0.04), (half * 0.5, 0.66, -0.04), (half, 0.56, -0.04)]
    builder.add("receiver", tube(grip, [0.07, 0.06, 0.06, 0.07]), MAIN, "glossy", shade=0.9)
    ear = lathe([(0, 0.08), (0.08, 0.07), (0.145, -0.04), (0.14, -0.09), (0, -0.09)])
    builder.add("receiver", pair(ear.turn(z=14).move(half, 0.54, -0.04)), MAIN, "glossy", shade=0.9)
    cord = helix(0.035, 0.7, 11, 0.014).turn(z=90).move(-0.2, 0.05, -0.52)
    builder.add("cord", cord, ACCENT)


def microphone(builder: Builder) -> None:
    """A stage microphone on a stand."""
    tall = builder.vary(1.0, 0.08)
    builder.add("base", lathe([(0, 0), (0.26, 0), (0.25, 0.04), (0.06, 0.08), (0, 0.08)]), ACCENT, "metal")
    builder.add("stand", cylinder(0.028, tall * 0.62).move(y=0.05 + tall * 0.31), ACCENT, "metal")
    tilt = builder.between(20, 40)
    place = {"y": tall * 0.68}
    body = lathe([(0, -0.32), (0.055, -0.32), (0.095, 0.06), (0.12, 0.12), (0, 0.12)])
    builder.add("body", body.turn(x=tilt).move(**place), MAIN, "glossy")
    builder.add("ring", torus(0.125, 0.026).move(y=0.13).turn(x=tilt).move(**place), "gold", "metal")
    head = sphere(0.165, 0.175).move(y=0.27)
    builder.add("head", head.turn(x=tilt).move(**place), "silver", "metal")
    bars = [torus(0.168, 0.012).turn(x=90).turn(y=30 * i).move(y=0.27) for i in range(6)]
    bars += [torus(0.168 * math.cos(b), 0.012).move(y=0.27 + 0.175 * math.sin(b)) for b in (-0.7, -0.25, 0.25, 0.7)]
    builder.add("head", join(*bars).turn(x=tilt).move(**place), "grey", "metal")
    builder.add("clip", torus(0.085, 0.03).turn(x=tilt).move(**place), "black", "rubber")
    builder.add(
        "button", box(0.035, 0.08, 0.03, 0.01).move(y=-0.06, z=0.08).turn(x=tilt).move(**place), "red", "glossy"
    )


def alarm_clock(builder: Builder) -> None:
    """A twin-bell alarm clock."""
    r, deep = builder.vary(0.45, 0.05), builder.vary(0.3, 0.1)
    y = r + 0.12
    builder.add(
        "body",
        lathe([(0, -deep / 2), (r * 0.85, -deep / 2), (r, -deep * 0.2), (r, deep / 2), (0, deep / 2)])
        .turn(x=90)
        .move(y=y),
        MAIN,
        "glossy",
    )
    builder.add("rim", torus(r - 0.01, 0.045).turn(x=90).move(y=y, z=deep / 2), ACCENT, "metal")
    builder.add("face", cylinder(r - 0.04, 0.03).turn(x=90).move(y=y, z=deep / 2 + 0.005), "white", "glossy")
    z = deep / 2 + 0.025
    for i in range(12):
        a = math.pi * i / 6
        mark = box(0.03, 0.1 if i % 3 == 0 else 0.055, 0.02, 0.006).move(y=r * 0.76).turn(z=-math.degrees(a))
        builder.add("mark", mark.move(y=y, z=z), "black")
    hour, minute = builder.between(0, 360), builder.between(0, 360)
    builder.add("hand", box(0.05, r * 0.5, 0.02, 0.008).move(y=r * 0.2).turn(z=hour).move(y=y, z=z + 0.015), "black")
    builder.add("hand", box(0.036, r * 0.72, 0.02, 0.008).move(y=r * 0.3).turn(z=minute).move(y=y, z=z + 0.03), "black")
    builder.add("hand", sphere(0.045, 0.045, 0.03).move(y=y, z=z + 0.03), "red", "glossy")
    bell = join(dome(0.2, 0.17), sphere(0.035).move(y=0.19), cylinder(0.025, 0.16).move(y=-0.06))
    builder.add("bell", pair(bell.turn(z=-32).move(r * 0.58, y + r * 0.88, 0)), ACCENT, "metal")
    builder.add("hammer", capsule((0, y + r, 0), (0, y + r + 0.19, 0), 0.022), "dark grey", "metal")
    builder.add("hammer", capsule((-0.05, y + r + 0.2, 0), (0.05, y + r + 0.2, 0), 0.045), "dark grey", "metal")
    grip = [
        (-r * 0.35, y + r + 0.12, 0),
        (-r * 0.25, y + r + 0.38, 0),
        (r * 0.25, y + r + 0.38, 0),
        (r * 0.35, y + r + 0.12, 0),
    ]
    builder.add("handle", tube(grip, 0.024), ACCENT, "metal")
    builder.add("leg", pair(capsule((r * 0.55, y - r * 0.75, 0), (r * 0.8, 0.05, 0), 0.05, 0.035)), ACCENT, "metal")
    builder.add(
        "key",
        join(box(0.2, 0.09, 0.03, 0.014), cylinder(0.03, 0.12).turn(x=90)).move(y=y, z=-deep / 2 - 0.05),
        ACCENT,
        "metal",
    )
