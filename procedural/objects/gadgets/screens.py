"""Builders of gadgets and electronics. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import Shape, box, capsule, cylinder, dome, join, pair, row, sphere
from procedural.geometry.sweeps import prism, tube

ICONS = ("red", "yellow", "lime", "cyan", "orange", "purple", "pink", "blue")
"""Colours of what shines on screens."""


def smartphone(builder: Builder) -> None:
    """A smartphone standing upright: screen with icons in front, camera bump behind."""
    wide, tall, deep = builder.vary(0.5, 0.06), builder.vary(1.0, 0.04), 0.09
    builder.add("body", box(wide, tall, deep, 0.044).move(y=tall / 2), MAIN, "glossy")
    builder.add(
        "screen",
        box(wide - 0.05, tall - 0.06, 0.02, 0.009).move(y=tall / 2, z=deep / 2),
        builder.choose(["navy", "indigo", "black"]),
        "glossy",
    )
    size = (wide - 0.1) / 4
    for i in range(builder.count(12, 20)):
        column, line = i % 4, i // 4
        icon = box(size * 0.7, size * 0.7, 0.02, 0.008)
        place = ((column - 1.5) * size, tall - 0.17 - line * size * 1.15, deep / 2 + 0.012)
        builder.add("icon", icon.move(*place), ICONS[(i * 5 + line) % 8], "glow")
    builder.add("icon", box(wide * 0.8, size * 0.9, 0.02, 0.009).move(y=0.1, z=deep / 2 + 0.008), "dark grey", "glossy")
    for i in range(4):
        builder.add(
            "icon",
            box(size * 0.66, size * 0.66, 0.02, 0.008).move((i - 1.5) * size * 0.9, 0.1, deep / 2 + 0.022),
            ICONS[i],
            "glow",
        )
    builder.add(
        "camera", box(0.2, 0.22, 0.03, 0.014).move(wide / 2 - 0.15, tall - 0.17, -deep / 2 - 0.005), MAIN, shade=0.7
    )
    for x, y in ((-0.045, 0.05), (0.045, 0.05), (0, -0.05)):
        lens = cylinder(0.036, 0.03).turn(x=90).move(wide / 2 - 0.15 + x, tall - 0.17 + y, -deep / 2 - 0.025)
        builder.add("camera", lens, "black", "glossy")
    emblem = sphere(0.06, 0.06, 0.012).move(0, tall * 0.55, -deep / 2)
    builder.add("emblem", emblem, ACCENT, "metal")
    builder.add("button", box(0.02, 0.14, 0.035, 0.009).move(wide / 2, tall * 0.68, 0), ACCENT, "metal")


def laptop(builder: Builder) -> None:
    """An open laptop: keyboard, touch pad, a bright screen."""
    wide, deep, tall = builder.vary(1.0, 0.05), builder.vary(0.68, 0.05), builder.vary(0.66, 0.06)
    lean = builder.between(12, 24)
    builder.add("body", box(wide, 0.055, deep, 0.026).move(y=0.03), MAIN, "metal")
    builder.add("keyboard", box(wide * 0.88, 0.02, deep * 0.5, 0.008).move(y=0.058, z=-deep * 0.16), "dark grey")
    key = box(wide * 0.058, 0.02, deep * 0.085, 0.006)
    keys = row(row(key, 12, x=wide * 0.071), 4, z=deep * 0.118)
    builder.add("key", keys.move(y=0.07, z=-deep * 0.16), ACCENT)
    builder.add("touchpad", box(wide * 0.3, 0.015, deep * 0.24, 0.006).move(y=0.06, z=deep * 0.3), MAIN, shade=0.7)
    frame = [box(wide, tall, 0.045, 0.02)]
    up = {"y": 0.05, "z": -deep / 2}
    builder.add("lid", join(*frame).move(y=tall / 2).turn(x=-lean).move(**up), MAIN, "metal")
    screen = box(wide * 0.92, tall * 0.86, 0.02, 0.008).move(y=tall / 2, z=0.022)
    builder.add(
        "screen", screen.turn(x=-lean).move(**up), builder.choose(["sky blue", "navy", "teal", "indigo"]), "glow"
    )
    for _ in range(builder.count(2, 3)):
        w, h = builder.between(0.2, 0.42) * wide, builder.between(0.18, 0.36) * tall
        x, y = builder.between(-0.18, 0.18) * wide, tall * builder.between(0.38, 0.62)
        window = box(w, h, 0.016, 0.006).move(x, y, 0.032)
        builder.add(
            "icon", window.turn(x=-lean).move(**up), builder.choose(["white", "yellow", "pink", "lime"]), "glow"
        )
    builder.add(
        "emblem", sphere(0.07, 0.07, 0.012).move(y=tall * 0.5, z=-0.024).turn(x=-lean).move(**up), ACCENT, "glow"
    )
    builder.add(
        "hinge", capsule((-wide * 0.35, 0.055, -deep / 2), (wide * 0.35, 0.055, -deep / 2), 0.03), "dark grey", "metal"
    )


def computer(builder: Builder) -> None:
    """A desktop computer: monitor on a stand, tower, keyboard and mouse."""
    wide, tall = builder.vary(1.0, 0.06), builder.vary(0.62, 0.06)
    shift = -0.18
    builder.add("monitor", box(wide, tall, 0.07, 0.03).move(shift, 0.3 + tall / 2, -0.1), MAIN)
    builder.add(
        "screen",
        box(wide * 0.93, tall * 0.87, 0.03, 0.01).move(shift, 0.31 + tall / 2, -0.07),
        builder.choose(["blue", "teal", "navy"]),
        "glow",
    )
    for i in range(4):
        line = box(wide * builder.between(0.25, 0.7), 0.04, 0.02, 0.008)
        builder.add(
            "icon",
            line.move(shift - wide * 0.05, 0.24 + tall - 0.11 * i, -0.05),
            builder.choose(["white", "yellow", "lime", "pink"]),
            "glow",
        )
    builder.add(
        "stand",
        join(cylinder(0.05, 0.3).move(y=0.17), box(0.4, 0.04, 0.26, 0.018).move(y=0.02)).move(shift, 0, -0.12),
        MAIN,
        shade=0.75,
    )
    x = shift + wide / 2 + 0.26
    builder.add("tower", box(0.3, 0.82, 0.66, 0.03).move(x, 0.41, -0.12), MAIN)
    builder.add("tower", box(0.24, 0.08, 0.02, 0.008).move(x, 0.72, 0.215), ACCENT)
    builder.add(
        "button", cylinder(0.035, 0.03).turn(x=90).move(x, 0.56, 0.215), builder.choose(["lime", "cyan", "red"]), "glow"
    )
    builder.add("tower", row(box(0.2, 0.015, 0.02, 0.005), 5, y=0.05).move(x, 0.25, 0.213), "black")
    builder.add("keyboard", box(0.82, 0.045, 0.28, 0.02).turn(x=5).move(shift, 0.035, 0.36), MAIN)
    keys = row(row(box(0.054, 0.03, 0.046, 0.008), 11, x=0.068), 3, z=0.068)
    builder.add("key", keys.turn(x=5).move(shift, 0.062, 0.35), ACCENT)
    builder.add("mouse", sphere(0.07, 0.045, 0.11).move(x - 0.08, 0.04, 0.4), MAIN, "glossy")


def television(builder: Builder) -> None:
    """A television: a flat screen on feet, or an old set with knobs and an aerial."""
    if builder.chance(0.5):
        wide, tall = builder.vary(1.2, 0.05), builder.vary(0.7, 0.05)
        builder.add("body", box(wide, tall, 0.08, 0.025).move(y=0.14 + tall / 2), MAIN)
        builder.add(
            "screen", box(wide * 0.95, tall * 0.91, 0.03, 0.008).move(y=0.14 + tall / 2, z=0.032), "navy", "glossy"
        )
        builder.add(
            "picture", _picture(builder, wide * 0.85, tall * 0.8).move(y=0.14 + tall / 2, z=0.052), "orange", "glow"
        )
        builder.add(
            "picture", box(wide * 0.9, tall * 0.26, 0.014, 0.004).move(y=0.14 + tall * 0.2, z=0.048), "teal", "glow"
        )
        foot = tube([(wide * 0.3, 0.16, 0), (wide * 0.34, 0.02, 0.14)], 0.028, count=2)
        builder.add("leg", pair(pair(foot), "z"), ACCENT, "metal")
        builder.add(
            "body", box(wide * 0.6, tall * 0.5, 0.08, 0.03).move(y=0.14 + tall * 0.45, z=-0.06), MAIN, shade=0.7
        )
        return
    wide, tall, deep = builder.vary(1.0, 0.06), builder.vary(0.75, 0.06), builder.vary(0.5, 0.1)
    builder.add("body", box(wide, tall, deep, 0.07).move(y=0.2 + tall / 2), MAIN, "glossy")
    builder.add(
        "screen",
        box(wide * 0.66, tall * 0.78, 0.08, 0.04).move(-wide * 0.12, 0.2 + tall / 2, deep / 2 - 0.01),
        "dark grey",
        "glossy",
    )
    builder.add(
        "screen",
        sphere(wide * 0.29, tall * 0.34, 0.07).move(-wide * 0.12, 0.2 + tall / 2, deep / 2 + 0.0),
        "sky blue",
        "glow",
    )
    for y in (0.3, 0.12):
        builder.add(
            "knob",
            cylinder(0.07, 0.06).turn(x=90).move(wide * 0.36, 0.2 + tall / 2 + y, deep / 2 + 0.02),
            ACCENT,
            "metal",
        )
    lines = row(box(0.18, 0.022, 0.03, 0.008), 5, y=0.06)
    builder.add("speaker", lines.move(wide * 0.36, 0.2 + tall * 0.28, deep / 2), "black")
    leg = capsule((wide * 0.34, 0.22, deep * 0.3), (wide * 0.4, 0.03, deep * 0.38), 0.035, 0.022)
    builder.add("leg", pair(pair(leg), "z"), "brown", "wood")
    aerial = capsule((0.03, 0.2 + tall, 0), (builder.between(0.25, 0.4), 0.55 + tall, 0), 0.014)
    builder.add("antenna", pair(join(aerial)), "silver", "metal")
    builder.add("antenna", dome(0.08).move(y=0.19 + tall), "black")


def _picture(builder: Builder, wide: float, tall: float) -> Shape:
    """A round sun somewhere on a screen."""
    return (
        cylinder(tall * builder.between(0.2, 0.28), 0.014)
        .turn(x=90)
        .move(x=wide * builder.between(-0.25, 0.25), y=tall * 0.12)
    )


def game_controller(builder: Builder) -> None:
    """A game controller, its buttons toward the front."""
    outline = [
        (-0.3, 0.3),
        (0.3, 0.3),
        (0.52, 0.24),
        (0.66, -0.06),
        (0.66, -0.36),
        (0.52, -0.42),
        (0.36, -0.2),
        (0.2, -0.12),
    ]
    outline += [(-x, y) for x, y in reversed(outline[4:])] + [(-0.66, -0.06), (-0.52, 0.24)]
    wide, grips = builder.vary(1.0, 0.06), builder.vary(1.0, 0.25)
    outline = [(x * wide, y * (grips if y < 0 else 1)) for x, y in outline]
    builder.add("body", prism(outline, 0.2, smooth=60), MAIN, "glossy")
    builder.add("body", prism([(x * 0.94, y * 0.92) for x, y in outline], 0.27, smooth=60), MAIN, "glossy")
    z = 0.15
    cross = join(box(0.2, 0.065, 0.06, 0.02), box(0.065, 0.2, 0.06, 0.02))
    builder.add("pad", cross.move(-0.4, 0.12, z), ACCENT)
    for (x, y), colour in zip(
        ((0, 0.09), (0.09, 0), (0, -0.09), (-0.09, 0)), ("lime", "red", "blue", "yellow"), strict=True
    ):
        builder.add("button", cylinder(0.045, 0.07).turn(x=90).move(0.4 + x, 0.12 + y, z), colour, "glossy")
    for x in (0.19, -0.19):
        builder.add("stick", cylinder(0.1, 0.03).turn(x=90).move(x, -0.03, z - 0.005), "dark grey")
        builder.add("stick", cylinder(0.035, 0.12).turn(x=90).move(x, -0.03, z + 0.03), ACCENT, "rubber")
        builder.add("stick", sphere(0.075, 0.075, 0.035).move(x, -0.03, z + 0.1), ACCENT, "rubber")
    builder.add("button", row(box(0.08, 0.035, 0.05, 0.015), 2, x=0.16).move(y=0.19, z=z), "grey")
    builder.add("light", cylinder(0.035, 0.06).turn(x=90).move(y=0.11, z=z), "cyan", "glow")
    builder.add("trigger", pair(box(0.22, 0.1, 0.16, 0.04).move(0.42, 0.29, -0.02)), ACCENT)
