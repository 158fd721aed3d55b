"""Build functions of electronics with a screen, and of the game controller. Front toward +z, y up."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import box, capsule, cylinder, dome, join, pair, row, sphere
from procedural.geometry.sweeps import prism, tube

ICON_COLOURS = ("red", "yellow", "lime", "cyan", "orange", "purple", "pink", "blue")


def smartphone(builder: Builder) -> None:
    """Build an upright smartphone: a screen with icons in front, a camera bump behind."""
    width, height, depth = builder.vary(0.5, 0.06), builder.vary(1.0, 0.04), 0.09
    screen_colour = builder.choose(["navy", "indigo", "black"])
    icon_count = builder.count(12, 20)
    front, icon_step = depth / 2, (width - 0.1) / 4

    builder.add("body", box(width, height, depth, 0.044).move(y=height / 2), MAIN, "glossy")
    screen = box(width - 0.05, height - 0.06, 0.02, 0.009).move(y=height / 2, z=front)
    builder.add("screen", screen, screen_colour, "glossy")
    icon = box(icon_step * 0.7, icon_step * 0.7, 0.02, 0.008)
    for i in range(icon_count):
        column, line = i % 4, i // 4
        x, y = (column - 1.5) * icon_step, height - 0.17 - line * icon_step * 1.15
        builder.add("icon", icon.move(x, y, front + 0.012), ICON_COLOURS[(i * 5 + line) % 8], "glow")
    dock = box(width * 0.8, icon_step * 0.9, 0.02, 0.009)
    builder.add("icon", dock.move(y=0.1, z=front + 0.008), "dark grey", "glossy")
    dock_icon = box(icon_step * 0.66, icon_step * 0.66, 0.02, 0.008)
    for i in range(4):
        builder.add("icon", dock_icon.move((i - 1.5) * icon_step * 0.9, 0.1, front + 0.022), ICON_COLOURS[i], "glow")

    camera_x, camera_y = width / 2 - 0.15, height - 0.17
    bump = box(0.2, 0.22, 0.03, 0.014).move(camera_x, camera_y, -front - 0.005)
    builder.add("camera", bump, MAIN, shade=0.7)
    lens = cylinder(0.036, 0.03).turn(x=90)
    for x, y in ((-0.045, 0.05), (0.045, 0.05), (0, -0.05)):
        builder.add("camera", lens.move(camera_x + x, camera_y + y, -front - 0.025), "black", "glossy")
    builder.add("emblem", sphere(0.06, 0.06, 0.012).move(0, height * 0.55, -front), ACCENT, "metal")
    builder.add("button", box(0.02, 0.14, 0.035, 0.009).move(width / 2, height * 0.68, 0), ACCENT, "metal")


def laptop(builder: Builder) -> None:
    """Build an open laptop: a keyboard, a touchpad and a bright screen with a few windows."""
    width, depth, lid_height = builder.vary(1.0, 0.05), builder.vary(0.68, 0.05), builder.vary(0.66, 0.06)
    lean = builder.between(12, 24)
    screen_colour = builder.choose(["sky blue", "navy", "teal", "indigo"])
    hinge = {"y": 0.05, "z": -depth / 2}

    builder.add("body", box(width, 0.055, depth, 0.026).move(y=0.03), MAIN, "metal")
    keyboard = box(width * 0.88, 0.02, depth * 0.5, 0.008)
    builder.add("keyboard", keyboard.move(y=0.058, z=-depth * 0.16), "dark grey")
    key = box(width * 0.058, 0.02, depth * 0.085, 0.006)
    keys = row(row(key, 12, x=width * 0.071), 4, z=depth * 0.118)
    builder.add("key", keys.move(y=0.07, z=-depth * 0.16), ACCENT)
    touchpad = box(width * 0.3, 0.015, depth * 0.24, 0.006)
    builder.add("touchpad", touchpad.move(y=0.06, z=depth * 0.3), MAIN, shade=0.7)

    lid = box(width, lid_height, 0.045, 0.02).move(y=lid_height / 2)
    builder.add("lid", lid.turn(x=-lean).move(**hinge), MAIN, "metal")
    screen = box(width * 0.92, lid_height * 0.86, 0.02, 0.008).move(y=lid_height / 2, z=0.022)
    builder.add("screen", screen.turn(x=-lean).move(**hinge), screen_colour, "glow")
    for _ in range(builder.count(2, 3)):
        window_width, window_height = builder.between(0.2, 0.42) * width, builder.between(0.18, 0.36) * lid_height
        x, y = builder.between(-0.18, 0.18) * width, lid_height * builder.between(0.38, 0.62)
        colour = builder.choose(["white", "yellow", "pink", "lime"])
        window = box(window_width, window_height, 0.016, 0.006).move(x, y, 0.032)
        builder.add("icon", window.turn(x=-lean).move(**hinge), colour, "glow")
    emblem = sphere(0.07, 0.07, 0.012).move(y=lid_height * 0.5, z=-0.024)
    builder.add("emblem", emblem.turn(x=-lean).move(**hinge), ACCENT, "glow")
    barrel = capsule((-width * 0.35, 0.055, -depth / 2), (width * 0.35, 0.055, -depth / 2), 0.03)
    builder.add("hinge", barrel, "dark grey", "metal")


def computer(builder: Builder) -> None:
    """Build a desktop computer: a monitor on a stand, a tower, a keyboard and a mouse."""
    width, height = builder.vary(1.0, 0.06), builder.vary(0.62, 0.06)  # of the monitor
    screen_colour = builder.choose(["blue", "teal", "navy"])
    lines = [(builder.between(0.25, 0.7), builder.choose(["white", "yellow", "lime", "pink"])) for _ in range(4)]
    button_colour = builder.choose(["lime", "cyan", "red"])
    monitor_x = -0.18
    tower_x = monitor_x + width / 2 + 0.26

    builder.add("monitor", box(width, height, 0.07, 0.03).move(monitor_x, 0.3 + height / 2, -0.1), MAIN)
    screen = box(width * 0.93, height * 0.87, 0.03, 0.01).move(monitor_x, 0.31 + height / 2, -0.07)
    builder.add("screen", screen, screen_colour, "glow")
    for i, (share, colour) in enumerate(lines):
        line = box(width * share, 0.04, 0.02, 0.008)
        builder.add("icon", line.move(monitor_x - width * 0.05, 0.24 + height - 0.11 * i, -0.05), colour, "glow")
    stand = join(cylinder(0.05, 0.3).move(y=0.17), box(0.4, 0.04, 0.26, 0.018).move(y=0.02))
    builder.add("stand", stand.move(monitor_x, 0, -0.12), MAIN, shade=0.75)

    builder.add("tower", box(0.3, 0.82, 0.66, 0.03).move(tower_x, 0.41, -0.12), MAIN)
    builder.add("tower", box(0.24, 0.08, 0.02, 0.008).move(tower_x, 0.72, 0.215), ACCENT)
    builder.add("button", cylinder(0.035, 0.03).turn(x=90).move(tower_x, 0.56, 0.215), button_colour, "glow")
    vents = row(box(0.2, 0.015, 0.02, 0.005), 5, y=0.05)
    builder.add("tower", vents.move(tower_x, 0.25, 0.213), "black")
    builder.add("keyboard", box(0.82, 0.045, 0.28, 0.02).turn(x=5).move(monitor_x, 0.035, 0.36), MAIN)
    keys = row(row(box(0.054, 0.03, 0.046, 0.008), 11, x=0.068), 3, z=0.068)
    builder.add("key", keys.turn(x=5).move(monitor_x, 0.062, 0.35), ACCENT)
    builder.add("mouse", sphere(0.07, 0.045, 0.11).move(tower_x - 0.08, 0.04, 0.4), MAIN, "glossy")


def television(builder: Builder) -> None:
    """Build a television: a flat screen on feet, or an old set with knobs and an aerial."""
    if builder.chance(0.5):
        _build_flat_screen(builder)
    else:
        _build_old_set(builder)


def _build_flat_screen(builder: Builder) -> None:
    width, height = builder.vary(1.2, 0.05), builder.vary(0.7, 0.05)
    sun_share, sun_x_share = builder.between(0.2, 0.28), builder.between(-0.25, 0.25)
    base, middle = 0.14, 0.14 + height / 2

    builder.add("body", box(width, height, 0.08, 0.025).move(y=middle), MAIN)
    screen = box(width * 0.95, height * 0.91, 0.03, 0.008)
    builder.add("screen", screen.move(y=middle, z=0.032), "navy", "glossy")
    sun = cylinder(height * 0.8 * sun_share, 0.014).turn(x=90)
    sun = sun.move(x=width * 0.85 * sun_x_share, y=height * 0.8 * 0.12)
    builder.add("picture", sun.move(y=middle, z=0.052), "orange", "glow")
    sea = box(width * 0.9, height * 0.26, 0.014, 0.004)
    builder.add("picture", sea.move(y=base + height * 0.2, z=0.048), "teal", "glow")
    foot = tube([(width * 0.3, 0.16, 0), (width * 0.34, 0.02, 0.14)], 0.028, count=2)
    builder.add("leg", pair(pair(foot), "z"), ACCENT, "metal")
    back = box(width * 0.6, height * 0.5, 0.08, 0.03)
    builder.add("body", back.move(y=base + height * 0.45, z=-0.06), MAIN, shade=0.7)


def _build_old_set(builder: Builder) -> None:
    width, height, depth = builder.vary(1.0, 0.06), builder.vary(0.75, 0.06), builder.vary(0.5, 0.1)
    aerial_x = builder.between(0.25, 0.4)
    base, middle, front = 0.2, 0.2 + height / 2, depth / 2
    screen_x, knobs_x = -width * 0.12, width * 0.36

    builder.add("body", box(width, height, depth, 0.07).move(y=middle), MAIN, "glossy")
    bezel = box(width * 0.66, height * 0.78, 0.08, 0.04)
    builder.add("screen", bezel.move(screen_x, middle, front - 0.01), "dark grey", "glossy")
    tube_face = sphere(width * 0.29, height * 0.34, 0.07)
    builder.add("screen", tube_face.move(screen_x, middle, front), "sky blue", "glow")
    for y in (0.3, 0.12):
        knob = cylinder(0.07, 0.06).turn(x=90)
        builder.add("knob", knob.move(knobs_x, middle + y, front + 0.02), ACCENT, "metal")
    slots = row(box(0.18, 0.022, 0.03, 0.008), 5, y=0.06)
    builder.add("speaker", slots.move(knobs_x, base + height * 0.28, front), "black")
    leg = capsule((width * 0.34, 0.22, depth * 0.3), (width * 0.4, 0.03, depth * 0.38), 0.035, 0.022)
    builder.add("leg", pair(pair(leg), "z"), "brown", "wood")
    aerial = capsule((0.03, base + height, 0), (aerial_x, 0.55 + height, 0), 0.014)
    builder.add("antenna", pair(aerial), "silver", "metal")
    builder.add("antenna", dome(0.08).move(y=0.19 + height), "black")


def game_controller(builder: Builder) -> None:
    """Build a game controller with its buttons toward the front."""
    width_scale, grip_scale = builder.vary(1.0, 0.06), builder.vary(1.0, 0.25)
    z = 0.15

    outline = [
        (-0.3, 0.3),
        (0.3, 0.3),
        (0.52, 0.24),
        (0.66, -0.06),
        (0.66, -0.36),
        (0.52, -0.42),
        (0.36, -0.2),
        (0.2, -0.12),
        (-0.2, -0.12),
        (-0.36, -0.2),
        (-0.52, -0.42),
        (-0.66, -0.36),
        (-0.66, -0.06),
        (-0.52, 0.24),
    ]
    outline = [(x * width_scale, y * (grip_scale if y < 0 else 1)) for x, y in outline]
    builder.add("body", prism(outline, 0.2, smooth=60), MAIN, "glossy")
    builder.add("body", prism([(x * 0.94, y * 0.92) for x, y in outline], 0.27, smooth=60), MAIN, "glossy")

    cross = join(box(0.2, 0.065, 0.06, 0.02), box(0.065, 0.2, 0.06, 0.02))
    builder.add("pad", cross.move(-0.4, 0.12, z), ACCENT)
    for x, y, colour in ((0, 0.09, "lime"), (0.09, 0, "red"), (0, -0.09, "blue"), (-0.09, 0, "yellow")):
        builder.add("button", cylinder(0.045, 0.07).turn(x=90).move(0.4 + x, 0.12 + y, z), colour, "glossy")
    for x in (0.19, -0.19):
        builder.add("stick", cylinder(0.1, 0.03).turn(x=90).move(x, -0.03, z - 0.005), "dark grey")
        builder.add("stick", cylinder(0.035, 0.12).turn(x=90).move(x, -0.03, z + 0.03), ACCENT, "rubber")
        builder.add("stick", sphere(0.075, 0.075, 0.035).move(x, -0.03, z + 0.1), ACCENT, "rubber")
    builder.add("button", row(box(0.08, 0.035, 0.05, 0.015), 2, x=0.16).move(y=0.19, z=z), "grey")
    builder.add("light", cylinder(0.035, 0.06).turn(x=90).move(y=0.11, z=z), "cyan", "glow")
    builder.add("trigger", pair(box(0.22, 0.1, 0.16, 0.04).move(0.42, 0.29, -0.02)), ACCENT)
