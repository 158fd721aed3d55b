"""Build functions of furniture to sit and lie on. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem
from procedural.geometry.shapes import box, capsule, cone, cylinder, join, pair, row, sphere
from procedural.geometry.sweeps import prism, tube


def armchair(builder: Builder) -> None:
    """Build a plump armchair with a tall back and a loose cushion."""
    _build_upholstered_seat(builder, seats=1, seat_width=builder.vary(0.56, 0.08))


def sofa(builder: Builder) -> None:
    """Build a sofa for two or three, with throw pillows."""
    seats = builder.choose([2, 3])
    _build_upholstered_seat(builder, seats=seats, seat_width=builder.vary(0.5, 0.06))


def _build_upholstered_seat(builder: Builder, seats: int, seat_width: float) -> None:
    depth, back_height = builder.vary(0.72, 0.06), builder.vary(0.9, 0.1)
    arm_height, has_rolled_arms = builder.vary(0.6, 0.06), builder.chance(0.6)
    width = seats * seat_width
    back_z = -depth / 2

    builder.add("base", box(width + 0.1, 0.26, depth, 0.05).move(y=0.25), MAIN, "cloth")
    back = box(width + 0.12, back_height - 0.2, 0.22, 0.1).turn(x=-7)
    builder.add("back", back.move(y=0.2 + back_height / 2, z=back_z + 0.06), MAIN, "cloth")
    arm = box(0.17, arm_height - 0.12, depth, 0.07)
    roll, roll_core = cylinder(0.115, depth + 0.01).turn(x=90), cylinder(0.07, depth + 0.05).turn(x=90)
    for x in (width / 2 + 0.08, -width / 2 - 0.08):
        builder.add("arm", arm.move(x, 0.12 + (arm_height - 0.12) / 2, 0.01), MAIN, "cloth")
        if has_rolled_arms:
            builder.add("arm", roll.move(x, arm_height - 0.02, 0.01), MAIN, "cloth")
            builder.add("arm", roll_core.move(x, arm_height - 0.02, 0.01), MAIN, "cloth", shade=0.8)
    seat_cushion = box(seat_width * 0.97, 0.17, depth - 0.12, 0.07)
    back_cushion = box(seat_width * 0.95, back_height - 0.42, 0.16, 0.075).turn(x=-9)
    for i in range(seats):
        x = (i - (seats - 1) / 2) * seat_width
        builder.add("cushion", seat_cushion.move(x, 0.44, 0.06), MAIN, "cloth", shade=1.1)
        builder.add("cushion", back_cushion.move(x, 0.28 + back_height / 2, back_z + 0.2), MAIN, "cloth", shade=1.1)
    for x in (width / 2 - 0.2, -width / 2 + 0.2) if seats > 1 else (0.0,):
        if builder.chance(0.85):
            pillow = box(0.32, 0.32, 0.13, 0.064).turn(z=builder.between(-25, 25)).turn(x=-18)
            builder.add("pillow", pillow.move(x, 0.66, 0.0), ACCENT, "cloth")
    foot = cone(0.05, 0.14).turn(x=180).move(width / 2, 0.07, depth / 2 - 0.07)
    builder.add("leg", pair(pair(foot), "z"), "dark brown", "wood")


def bed(builder: Builder) -> None:
    """Build a single or double bed: a headboard, a mattress, a blanket turned down, pillows."""
    width, length = builder.choose([0.75, 1.1]) * builder.vary(1, 0.06), builder.vary(1.55, 0.05)
    head_height = builder.vary(0.85, 0.12)
    has_solid_headboard = builder.chance(0.5)
    head_z, foot_z = -length / 2, length / 2

    builder.add("frame", box(width + 0.08, 0.16, length + 0.06, 0.03).move(y=0.24), "brown", "wood")
    if has_solid_headboard:
        outline = [
            (-width / 2 - 0.06, 0),
            (width / 2 + 0.06, 0),
            (width / 2 + 0.06, head_height * 0.75),
            (width * 0.25, head_height * 0.97),
            (0, head_height),
            (-width * 0.25, head_height * 0.97),
            (-width / 2 - 0.06, head_height * 0.75),
        ]
        builder.add("headboard", prism(outline, 0.07).move(z=head_z - 0.03), "brown", "wood")
    else:
        rail = box(width + 0.1, 0.12, 0.07, 0.03)
        builder.add("headboard", rail.move(y=head_height - 0.05, z=head_z - 0.03), "brown", "wood")
        bars = row(box(0.05, head_height - 0.1, 0.05, 0.02), 6, x=width / 5.2)
        builder.add("headboard", bars.move(y=head_height / 2, z=head_z - 0.03), "brown", "wood")
    footboard = box(width + 0.1, 0.42, 0.06, 0.028)
    builder.add("footboard", footboard.move(y=0.25, z=foot_z + 0.03), "brown", "wood")
    head_post_height = head_height * 0.82
    head_post = cylinder(0.045, head_post_height).move(width / 2 + 0.05, head_post_height / 2, head_z - 0.03)
    foot_post = cylinder(0.045, 0.5).move(width / 2 + 0.05, 0.25, foot_z + 0.03)
    builder.add("post", pair(join(head_post, foot_post)), "brown", "wood", shade=0.8)

    builder.add("mattress", box(width, 0.2, length - 0.02, 0.06).move(y=0.4), "white", "cloth")
    blanket = box(width + 0.07, 0.24, length * 0.68, 0.06)
    builder.add("blanket", blanket.move(y=0.41, z=length * 0.16), MAIN, "cloth")
    fold = box(width + 0.075, 0.25, 0.16, 0.06)
    builder.add("blanket", fold.move(y=0.415, z=-length * 0.16), ACCENT, "cloth")
    pillow_count = 2 if width > 0.95 else 1
    pillow = box(width / pillow_count * 0.8, 0.15, 0.3, 0.07).turn(x=14)
    pillows = row(pillow, pillow_count, x=width / 2)
    builder.add("pillow", pillows.move(y=0.55, z=head_z + 0.24), "white", "cloth")


def bench(builder: Builder) -> None:
    """Build a park bench: slats on curved iron sides."""
    width, slat_count = builder.vary(1.3, 0.1), builder.choose([4, 5])

    seat_slat = box(width, 0.04, 0.36 / slat_count, 0.014)
    for i in range(slat_count):
        share = i / (slat_count - 1)
        builder.add("seat", seat_slat.move(y=0.45 - 0.02 * share, z=0.22 - 0.36 * share), MAIN, "wood")
    back_slat = box(width, 0.085, 0.035, 0.014).turn(x=-14)
    for i in range(4):
        builder.add("back", back_slat.move(y=0.57 + 0.115 * i, z=-0.2 - 0.03 * i), MAIN, "wood")
    frame = [(0, 0.02, 0.3), (0, 0.42, 0.24), (0, 0.42, -0.16), (0, 0.62, -0.235), (0, 0.98, -0.335)]
    arm = [(0, 0.42, 0.22), (0, 0.64, 0.26), (0, 0.68, 0.1), (0, 0.66, -0.24)]
    back_leg = [(0, 0.43, -0.14), (0, 0.2, -0.22), (0, 0.02, -0.3)]
    arm_knob = sphere(0.045).move(y=0.66, z=0.24)
    iron = join(tube(frame, 0.028), tube(arm, 0.026), tube(back_leg, 0.028), arm_knob)
    builder.add("arm", pair(iron.move(x=width / 2 - 0.1)), ACCENT, "metal")


def rocking_chair(builder: Builder) -> None:
    """Build a rocking chair on two curved runners."""
    half, height = builder.vary(0.25, 0.08), builder.vary(1.1, 0.06)
    rod_count = builder.choose([4, 5, 6])
    seat_y, post_x = 0.44, half - 0.01

    runner = tube([(0, 0.16, -0.52), (0, 0.03, -0.22), (0, 0.02, 0.12), (0, 0.13, 0.48)], 0.03)
    builder.add("runner", pair(runner.move(x=half)), MAIN, "wood")
    builder.add("seat", box(2 * half + 0.06, 0.05, 0.5, 0.022).turn(x=-5).move(y=seat_y, z=0.02), MAIN, "wood")
    for z in (0.2, -0.2):
        leg = capsule((half - 0.02, seat_y, z), (half, 0.05, z * 1.1), 0.028)
        builder.add("leg", pair(leg), MAIN, "wood")
    post = tube([(post_x, 0.42, -0.21), (post_x, height, -0.42)], 0.028, count=2)
    post_knob = sphere(0.042).move(post_x, height + 0.02, -0.425)
    builder.add("back", pair(join(post, post_knob)), MAIN, "wood")
    top_rail = box(2 * half, 0.11, 0.04, 0.018).turn(x=-17)
    builder.add("back", top_rail.move(y=height - 0.08, z=-0.4), MAIN, "wood")
    rod = capsule((0, seat_y, -0.215), (0, height - 0.1, -0.395), 0.014)
    builder.add("back", row(rod, rod_count, x=2 * half / 6), MAIN, "wood")
    armrest = capsule((half + 0.02, 0.68, -0.29), (half + 0.03, 0.66, 0.22), 0.032)
    arm_post = capsule((half, seat_y, 0.18), (half + 0.03, 0.66, 0.18), 0.022)
    builder.add("arm", pair(join(armrest, arm_post)), MAIN, "wood")
    cushion = box(2 * half - 0.02, 0.08, 0.44, 0.038).turn(x=-5)
    builder.add("cushion", cushion.move(y=0.5, z=0.03), ACCENT, "cloth")


def throne(builder: Builder) -> None:
    """Build a royal throne: steps, a tall pointed back, velvet and gems."""
    width, height = builder.vary(0.72, 0.06), builder.vary(1.5, 0.08)
    stone_colour = builder.choose(["crimson", "blue", "green"])
    base_y, back_z = 0.2, -0.3

    for i in range(2):
        step = box(width + 0.5 - 0.24 * i, 0.08, 0.98 - 0.2 * i, 0.015)
        builder.add("step", step.move(y=0.04 + 0.08 * i, z=0.06), "maroon", "cloth")
    builder.add("base", box(width, 0.36, 0.62, 0.03).move(y=0.32), MAIN, "metal")
    back = [
        (-width / 2, 0),
        (width / 2, 0),
        (width / 2, height * 0.62),
        (width * 0.3, height * 0.72),
        (0, height * 0.86),
        (-width * 0.3, height * 0.72),
        (-width / 2, height * 0.62),
    ]
    builder.add("back", prism(back, 0.12).move(y=base_y, z=back_z), MAIN, "metal")
    padding = prism([(x * 0.74, y * 0.88 + 0.12) for x, y in back], 0.15)
    builder.add("cushion", padding.move(y=base_y, z=back_z), ACCENT, "cloth")
    builder.add("cushion", box(width * 0.78, 0.12, 0.54, 0.05).move(y=0.53, z=0.02), ACCENT, "cloth")
    armrest, arm_post = box(0.12, 0.1, 0.6, 0.04).move(y=0.76), box(0.1, 0.34, 0.1, 0.03).move(y=0.6, z=0.24)
    arm_knob = sphere(0.085).move(y=0.78, z=0.31)
    builder.add("arm", pair(join(armrest, arm_post, arm_knob).move(x=width / 2)), MAIN, "metal")
    for x in (width / 2, -width / 2):
        shaft = cylinder(0.05, height * 0.72).move(x, base_y + height * 0.36, back_z)
        builder.add("spire", shaft, MAIN, "metal")
        builder.add("spire", cone(0.075, 0.2).move(x, 0.3 + height * 0.72, back_z), MAIN, "metal")
    top_stone = gem(0.085).turn(x=90).scale(1, 1.2, 1).move(0, base_y + height * 0.78, -0.22)
    builder.add("gem", top_stone, stone_colour, "crystal")
    side_stone = gem(0.05).turn(x=90).move(width * 0.36, base_y + height * 0.63, -0.22)
    builder.add("gem", pair(side_stone), stone_colour, "crystal")
