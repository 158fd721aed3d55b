"""Build functions of gadgets that make or record sound. Front toward +z, y up; any unit of length."""

from __future__ import annotations

import math

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import Shape, box, capsule, cylinder, dome, join, lathe, pair, sphere, torus
from procedural.geometry.sweeps import helix, prism, tube


def headphones(builder: Builder) -> None:
    """Build over-ear headphones; some have a microphone."""
    half_width, height = builder.vary(0.5, 0.06), builder.vary(0.95, 0.06)
    cup_radius = builder.vary(0.24, 0.08)
    has_microphone = builder.chance(0.5)
    ear_y, arc_y = 0.32, 0.42

    angles = [math.pi * i / 10 for i in range(11)]
    arc = [(half_width * math.cos(a), arc_y + (height - arc_y) * math.sin(a), 0) for a in angles]
    builder.add("band", tube(arc, 0.05, count=40, flat=1.6), MAIN, "glossy")
    pad = [(x * 0.9, arc_y + (y - arc_y) * 0.9, z) for x, y, z in arc[3:8]]
    builder.add("cushion", tube(pad, [0.04, 0.06, 0.04], flat=1.6), ACCENT, "leather")

    cup_profile = [
        (0, -0.06),
        (cup_radius * 0.8, -0.06),
        (cup_radius, 0),
        (cup_radius * 0.9, 0.08),
        (cup_radius * 0.5, 0.11),
        (0, 0.11),
    ]
    for side in (1, -1):
        cup = lathe(cup_profile).turn(z=-90 * side).scale(1, 1.25, 1)
        builder.add("cup", cup.move(side * (half_width + 0.05), ear_y, 0), MAIN, "glossy")
        cap = cylinder(cup_radius * 0.55, 0.04).turn(z=90).scale(1, 1.25, 1)
        builder.add("cup", cap.move(side * (half_width + 0.155), ear_y, 0), ACCENT, "metal")
        cushion = torus(cup_radius * 0.72, cup_radius * 0.3).scale(1, 0.9, 1).turn(z=90).scale(1, 1.25, 1)
        builder.add("cushion", cushion.move(side * (half_width - 0.06), ear_y, 0), ACCENT, "leather")
        slider = capsule((side * half_width, 0.36, 0), (side * half_width, 0.62, 0), 0.032)
        builder.add("band", slider, "silver", "metal")
    if has_microphone:
        tip = (half_width * 0.45, 0.04, 0.56)
        stalk = tube([(half_width + 0.08, 0.22, 0.12), (half_width * 0.95, 0.06, 0.42), tip], 0.018)
        builder.add("microphone", join(stalk, sphere(0.05).move(*tip)), "black")


def radio(builder: Builder) -> None:
    """Build a portable radio with one or two speakers, a tuning scale, a handle and an aerial."""
    width, height, depth = builder.vary(1.1, 0.08), builder.vary(0.66, 0.08), 0.32
    speaker_count = builder.choose([1, 2])
    tuning, aerial_share = builder.between(-0.35, 0.35), builder.between(0.46, 0.62)
    middle, top, front = height / 2 + 0.03, height + 0.03, depth / 2
    if speaker_count == 1:
        speaker_xs, speaker_radius = [-width * 0.25], height * 0.36
        panel_x, panel_width = width * 0.25, width * 0.4
    else:
        speaker_xs, speaker_radius = [-width * 0.33, width * 0.33], height * 0.3
        panel_x, panel_width = 0, width * 0.24

    builder.add("body", box(width, height, depth, 0.06).move(y=middle), MAIN, "glossy")
    for x in speaker_xs:
        _add_speaker(builder, x, middle, front, speaker_radius)
    scale_y = middle + height * 0.24
    builder.add("display", box(panel_width, height * 0.2, 0.04, 0.012).move(panel_x, scale_y, front), "cream", "glow")
    needle = box(0.02, height * 0.19, 0.05, 0.005)
    builder.add("display", needle.move(panel_x + tuning * panel_width, scale_y, front), "red", "glow")
    for side in (-1, 1):
        knob = cylinder(height * 0.11, 0.1).turn(x=90)
        knob = knob.move(panel_x + side * panel_width * 0.28, middle - height * 0.16, front + 0.02)
        builder.add("knob", knob, ACCENT, "metal")

    handle = [
        (-width * 0.36, top - 0.04, 0),
        (-width * 0.32, top + 0.17, 0),
        (width * 0.32, top + 0.17, 0),
        (width * 0.36, top - 0.04, 0),
    ]
    builder.add("handle", tube(handle, 0.035, straight=True), ACCENT, "leather")
    aerial = capsule((width * 0.42, top - 0.03, -0.1), (width * aerial_share, top + 0.62, -0.1), 0.016, 0.01)
    aerial_tip = sphere(0.026).move(*(aerial.upper - 0.01))
    builder.add("antenna", join(aerial, aerial_tip), "silver", "metal")
    foot = box(0.14, 0.05, depth * 0.8, 0.02).move(width * 0.34, 0.02, 0)
    builder.add("foot", pair(foot), "black", "rubber")


def _add_speaker(builder: Builder, x: float, y: float, z: float, radius: float) -> None:
    """Add a round speaker on a panel at z that faces +z."""
    builder.add("speaker", cylinder(radius, 0.05).turn(x=90).move(x, y, z), "black")
    builder.add("speaker", torus(radius, 0.03).turn(x=90).move(x, y, z + 0.015), ACCENT, "metal")
    builder.add("speaker", torus(radius * 0.62, 0.022).turn(x=90).move(x, y, z + 0.025), "dark grey")
    builder.add("speaker", dome(radius * 0.3, 0.05).turn(x=90).move(x, y, z + 0.02), ACCENT, "metal")


def telephone(builder: Builder) -> None:
    """Build an old telephone with a dial and a receiver on a cradle."""
    width, half_receiver = builder.vary(0.78, 0.08), builder.vary(0.46, 0.06)
    dial_centre, dial_tilt = (0.0, 0.27, 0.285), 60

    body = prism([(-0.42, 0), (0.42, 0), (0.34, 0.16), (0.2, 0.4), (-0.26, 0.4), (-0.4, 0.12)], width).turn(y=-90)
    builder.add("body", body, MAIN, "glossy")
    builder.add("body", box(width + 0.06, 0.06, 0.92, 0.025).move(y=0.03), MAIN, "glossy")
    builder.add("dial", cylinder(0.21, 0.05).turn(x=dial_tilt).move(*dial_centre), "white", "glossy")
    builder.add("dial", cylinder(0.09, 0.08).turn(x=dial_tilt).move(*dial_centre), ACCENT, "metal")
    hole = cylinder(0.03, 0.07)
    turns = [0.55 * i - 2.6 for i in range(10)]
    holes = join(*(hole.move(0.15 * math.sin(turn), 0, 0.15 * math.cos(turn)) for turn in turns))
    builder.add("button", holes.turn(x=dial_tilt).move(*dial_centre), "black")

    for x in (0.17, -0.17):
        builder.add("cradle", box(0.07, 0.15, 0.16, 0.03).move(x, 0.46, -0.04), MAIN, "glossy")
        prong = box(0.06, 0.1, 0.05, 0.02).move(x, 0.55, 0.08)
        builder.add("cradle", pair(prong, "z").move(z=-0.04), ACCENT, "metal")
    grip = [
        (-half_receiver, 0.56, -0.04),
        (-half_receiver * 0.5, 0.66, -0.04),
        (half_receiver * 0.5, 0.66, -0.04),
        (half_receiver, 0.56, -0.04),
    ]
    builder.add("receiver", tube(grip, [0.07, 0.06, 0.06, 0.07]), MAIN, "glossy", shade=0.9)
    earpiece = lathe([(0, 0.08), (0.08, 0.07), (0.145, -0.04), (0.14, -0.09), (0, -0.09)]).turn(z=14)
    builder.add("receiver", pair(earpiece.move(half_receiver, 0.54, -0.04)), MAIN, "glossy", shade=0.9)
    cord = helix(0.035, 0.7, 11, 0.014).turn(z=90)
    builder.add("cord", cord.move(-0.2, 0.05, -0.52), ACCENT)


def microphone(builder: Builder) -> None:
    """Build a stage microphone on a stand."""
    height, tilt = builder.vary(1.0, 0.08), builder.between(20, 40)

    def on_stand(shape: Shape) -> Shape:
        return shape.turn(x=tilt).move(y=height * 0.68)

    builder.add("base", lathe([(0, 0), (0.26, 0), (0.25, 0.04), (0.06, 0.08), (0, 0.08)]), ACCENT, "metal")
    builder.add("stand", cylinder(0.028, height * 0.62).move(y=0.05 + height * 0.31), ACCENT, "metal")
    body = lathe([(0, -0.32), (0.055, -0.32), (0.095, 0.06), (0.12, 0.12), (0, 0.12)])
    builder.add("body", on_stand(body), MAIN, "glossy")
    builder.add("ring", on_stand(torus(0.125, 0.026).move(y=0.13)), "gold", "metal")
    head_y = 0.27
    builder.add("head", on_stand(sphere(0.165, 0.175).move(y=head_y)), "silver", "metal")
    meridians = [torus(0.168, 0.012).turn(x=90).turn(y=30 * i).move(y=head_y) for i in range(6)]
    parallels = [
        torus(0.168 * math.cos(latitude), 0.012).move(y=head_y + 0.175 * math.sin(latitude))
        for latitude in (-0.7, -0.25, 0.25, 0.7)
    ]
    builder.add("head", on_stand(join(*meridians, *parallels)), "grey", "metal")
    builder.add("clip", on_stand(torus(0.085, 0.03)), "black", "rubber")
    builder.add("button", on_stand(box(0.035, 0.08, 0.03, 0.01).move(y=-0.06, z=0.08)), "red", "glossy")


def alarm_clock(builder: Builder) -> None:
    """Build a twin-bell alarm clock."""
    radius, depth = builder.vary(0.45, 0.05), builder.vary(0.3, 0.1)
    hour_deg, minute_deg = builder.between(0, 360), builder.between(0, 360)
    y, top, front = radius + 0.12, radius + 0.12 + radius, depth / 2
    dial_z = front + 0.025

    case = [(0, -front), (radius * 0.85, -front), (radius, -depth * 0.2), (radius, front), (0, front)]
    builder.add("body", lathe(case).turn(x=90).move(y=y), MAIN, "glossy")
    builder.add("rim", torus(radius - 0.01, 0.045).turn(x=90).move(y=y, z=front), ACCENT, "metal")
    builder.add("face", cylinder(radius - 0.04, 0.03).turn(x=90).move(y=y, z=front + 0.005), "white", "glossy")
    for i in range(12):
        mark = box(0.03, 0.1 if i % 3 == 0 else 0.055, 0.02, 0.006).move(y=radius * 0.76)
        builder.add("mark", mark.turn(z=-math.degrees(math.pi * i / 6)).move(y=y, z=dial_z), "black")
    hour_hand = box(0.05, radius * 0.5, 0.02, 0.008).move(y=radius * 0.2)
    builder.add("hand", hour_hand.turn(z=hour_deg).move(y=y, z=dial_z + 0.015), "black")
    minute_hand = box(0.036, radius * 0.72, 0.02, 0.008).move(y=radius * 0.3)
    builder.add("hand", minute_hand.turn(z=minute_deg).move(y=y, z=dial_z + 0.03), "black")
    builder.add("hand", sphere(0.045, 0.045, 0.03).move(y=y, z=dial_z + 0.03), "red", "glossy")

    bell = join(dome(0.2, 0.17), sphere(0.035).move(y=0.19), cylinder(0.025, 0.16).move(y=-0.06)).turn(z=-32)
    builder.add("bell", pair(bell.move(radius * 0.58, y + radius * 0.88, 0)), ACCENT, "metal")
    builder.add("hammer", capsule((0, top, 0), (0, top + 0.19, 0), 0.022), "dark grey", "metal")
    builder.add("hammer", capsule((-0.05, top + 0.2, 0), (0.05, top + 0.2, 0), 0.045), "dark grey", "metal")
    handle = [
        (-radius * 0.35, top + 0.12, 0),
        (-radius * 0.25, top + 0.38, 0),
        (radius * 0.25, top + 0.38, 0),
        (radius * 0.35, top + 0.12, 0),
    ]
    builder.add("handle", tube(handle, 0.024), ACCENT, "metal")
    leg = capsule((radius * 0.55, y - radius * 0.75, 0), (radius * 0.8, 0.05, 0), 0.05, 0.035)
    builder.add("leg", pair(leg), ACCENT, "metal")
    key = join(box(0.2, 0.09, 0.03, 0.014), cylinder(0.03, 0.12).turn(x=90))
    builder.add("key", key.move(y=y, z=-front - 0.05), ACCENT, "metal")
