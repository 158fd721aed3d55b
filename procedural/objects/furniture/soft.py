"""Builders of furniture to sit and lie on. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.ornament import gem
from procedural.geometry.shapes import box, capsule, cone, cylinder, join, pair, row, sphere
from procedural.geometry.sweeps import prism, tube


def armchair(builder: Builder) -> None:
    """A plump armchair with rolled arms, a tall back and a loose cushion."""
    _upholstered(builder, seats=1, width=builder.vary(0.56, 0.08))


def sofa(builder: Builder) -> None:
    """A sofa for two or three, with throw pillows."""
    seats = builder.choose([2, 3])
    _upholstered(builder, seats=seats, width=builder.vary(0.5, 0.06))


def _upholstered(builder: Builder, seats: int, width: float) -> None:
    wide = seats * width
    deep, back, arm = builder.vary(0.72, 0.06), builder.vary(0.9, 0.1), builder.vary(0.6, 0.06)
    builder.add("base", box(wide + 0.1, 0.26, deep, 0.05).move(y=0.25), MAIN, "cloth")
    builder.add(
        "back",
        box(wide + 0.12, back - 0.2, 0.22, 0.1).turn(x=-7).move(y=0.2 + back / 2, z=-deep / 2 + 0.06),
        MAIN,
        "cloth",
    )
    rolled = builder.chance(0.6)
    for x in (wide / 2 + 0.08, -wide / 2 - 0.08):
        builder.add("arm", box(0.17, arm - 0.12, deep, 0.07).move(x, 0.12 + (arm - 0.12) / 2, 0.01), MAIN, "cloth")
        if rolled:
            builder.add("arm", cylinder(0.115, deep + 0.01).turn(x=90).move(x, arm - 0.02, 0.01), MAIN, "cloth")
            builder.add(
                "arm", cylinder(0.07, deep + 0.05).turn(x=90).move(x, arm - 0.02, 0.01), MAIN, "cloth", shade=0.8
            )
    for i in range(seats):
        x = (i - (seats - 1) / 2) * width
        builder.add("cushion", box(width * 0.97, 0.17, deep - 0.12, 0.07).move(x, 0.44, 0.06), MAIN, "cloth", shade=1.1)
        rest = box(width * 0.95, back - 0.42, 0.16, 0.075).turn(x=-9).move(x, 0.28 + back / 2, -deep / 2 + 0.2)
        builder.add("cushion", rest, MAIN, "cloth", shade=1.1)
    pillow = box(0.32, 0.32, 0.13, 0.064)
    for x in (wide / 2 - 0.2, -wide / 2 + 0.2)[: 2 if seats > 1 else 1]:
        if builder.chance(0.85):
            builder.add(
                "pillow",
                pillow.turn(z=builder.between(-25, 25)).turn(x=-18).move(x * (seats > 1), 0.66, 0.0),
                ACCENT,
                "cloth",
            )
    foot = cone(0.05, 0.14).turn(x=180).move(wide / 2, 0.07, deep / 2 - 0.07)
    builder.add("leg", pair(pair(foot), "z"), "dark brown", "wood")


def bed(builder: Builder) -> None:
    """A bed: headboard, mattress, blanket turned down, pillows."""
    wide, long = builder.choose([0.75, 1.1]) * builder.vary(1, 0.06), builder.vary(1.55, 0.05)
    head = builder.vary(0.85, 0.12)
    z = -long / 2
    builder.add("frame", box(wide + 0.08, 0.16, long + 0.06, 0.03).move(y=0.24), "brown", "wood")
    if builder.chance(0.5):
        outline = [
            (-wide / 2 - 0.06, 0),
            (wide / 2 + 0.06, 0),
            (wide / 2 + 0.06, head * 0.75),
            (wide * 0.25, head * 0.97),
        ]
        outline += [(0, head), (-wide * 0.25, head * 0.97), (-wide / 2 - 0.06, head * 0.75)]
        builder.add("headboard", prism(outline, 0.07).move(z=z - 0.03), "brown", "wood")
    else:
        builder.add("headboard", box(wide + 0.1, 0.12, 0.07, 0.03).move(y=head - 0.05, z=z - 0.03), "brown", "wood")
        builder.add(
            "headboard",
            row(box(0.05, head - 0.1, 0.05, 0.02), 6, x=wide / 5.2).move(y=head / 2, z=z - 0.03),
            "brown",
            "wood",
        )
    builder.add("footboard", box(wide + 0.1, 0.42, 0.06, 0.028).move(y=0.25, z=-z + 0.03), "brown", "wood")
    builder.add(
        "post",
        pair(
            join(
                *(
                    cylinder(0.045, h).move(wide / 2 + 0.05, h / 2, p)
                    for h, p in ((head * 0.82, z - 0.03), (0.5, -z + 0.03))
                )
            )
        ),
        "brown",
        "wood",
        shade=0.8,
    )
    builder.add("mattress", box(wide, 0.2, long - 0.02, 0.06).move(y=0.4), "white", "cloth")
    builder.add("blanket", box(wide + 0.07, 0.24, long * 0.68, 0.06).move(y=0.41, z=long * 0.16), MAIN, "cloth")
    builder.add("blanket", box(wide + 0.075, 0.25, 0.16, 0.06).move(y=0.415, z=-long * 0.16), ACCENT, "cloth")
    count = 2 if wide > 0.95 else 1
    pillow = box(wide / count * 0.8, 0.15, 0.3, 0.07).turn(x=14)
    builder.add("pillow", row(pillow, count, x=wide / 2).move(y=0.55, z=z + 0.24), "white", "cloth")


def bench(builder: Builder) -> None:
    """A park bench: slats on curved iron sides."""
    wide, slats = builder.vary(1.3, 0.1), builder.choose([4, 5])
    for i in range(slats):
        share = i / (slats - 1)
        builder.add(
            "seat",
            box(wide, 0.04, 0.36 / slats, 0.014).move(y=0.45 - 0.02 * share, z=0.22 - 0.36 * share),
            MAIN,
            "wood",
        )
    for i in range(4):
        board = box(wide, 0.085, 0.035, 0.014).turn(x=-14)
        builder.add("back", board.move(y=0.57 + 0.115 * i, z=-0.2 - 0.03 * i), MAIN, "wood")
    frame = [(0, 0.02, 0.3), (0, 0.42, 0.24), (0, 0.42, -0.16), (0, 0.62, -0.235), (0, 0.98, -0.335)]
    arm = [(0, 0.42, 0.22), (0, 0.64, 0.26), (0, 0.68, 0.1), (0, 0.66, -0.24)]
    leg = [(0, 0.43, -0.14), (0, 0.2, -0.22), (0, 0.02, -0.3)]
    iron = join(tube(frame, 0.028), tube(arm, 0.026), tube(leg, 0.028), sphere(0.045).move(y=0.66, z=0.24))
    builder.add("arm", pair(iron.move(x=wide / 2 - 0.1)), ACCENT, "metal")


def rocking_chair(builder: Builder) -> None:
    """A rocking chair on two curved runners."""
    half, tall = builder.vary(0.25, 0.08), builder.vary(1.1, 0.06)
    runner = tube([(0, 0.16, -0.52), (0, 0.03, -0.22), (0, 0.02, 0.12), (0, 0.13, 0.48)], 0.03)
    builder.add("runner", pair(runner.move(x=half)), MAIN, "wood")
    builder.add("seat", box(2 * half + 0.06, 0.05, 0.5, 0.022).turn(x=-5).move(y=0.44, z=0.02), MAIN, "wood")
    for z in (0.2, -0.2):
        builder.add("leg", pair(capsule((half - 0.02, 0.44, z), (half, 0.05, z * 1.1), 0.028)), MAIN, "wood")
    post = tube([(half - 0.01, 0.42, -0.21), (half - 0.01, tall, -0.42)], 0.028, count=2)
    builder.add("back", pair(join(post, sphere(0.042).move(half - 0.01, tall + 0.02, -0.425))), MAIN, "wood")
    builder.add("back", box(2 * half, 0.11, 0.04, 0.018).turn(x=-17).move(y=tall - 0.08, z=-0.4), MAIN, "wood")
    rod = capsule((0, 0.44, -0.215), (0, tall - 0.1, -0.395), 0.014)
    builder.add("back", row(rod, builder.choose([4, 5, 6]), x=2 * half / 6), MAIN, "wood")
    arm = join(
        capsule((half + 0.02, 0.68, -0.29), (half + 0.03, 0.66, 0.22), 0.032),
        capsule((half, 0.44, 0.18), (half + 0.03, 0.66, 0.18), 0.022),
    )
    builder.add("arm", pair(arm), MAIN, "wood")
    builder.add("cushion", box(2 * half - 0.02, 0.08, 0.44, 0.038).turn(x=-5).move(y=0.5, z=0.03), ACCENT, "cloth")


def throne(builder: Builder) -> None:
    """A royal throne: steps, tall pointed back, velvet, gems."""
    wide, tall = builder.vary(0.72, 0.06), builder.vary(1.5, 0.08)
    for i in range(2):
        builder.add(
            "step",
            box(wide + 0.5 - 0.24 * i, 0.08, 0.98 - 0.2 * i, 0.015).move(y=0.04 + 0.08 * i, z=0.06),
            "maroon",
            "cloth",
        )
    builder.add("base", box(wide, 0.36, 0.62, 0.03).move(y=0.32), MAIN, "metal")
    top = [
        (-wide / 2, 0),
        (wide / 2, 0),
        (wide / 2, tall * 0.62),
        (wide * 0.3, tall * 0.72),
        (0, tall * 0.86),
        (-wide * 0.3, tall * 0.72),
        (-wide / 2, tall * 0.62),
    ]
    builder.add("back", prism(top, 0.12).move(y=0.2, z=-0.3), MAIN, "metal")
    inner = [(x * 0.74, y * 0.88 + 0.12) for x, y in top]
    builder.add("cushion", prism(inner, 0.15).move(y=0.2, z=-0.3), ACCENT, "cloth")
    builder.add("cushion", box(wide * 0.78, 0.12, 0.54, 0.05).move(y=0.53, z=0.02), ACCENT, "cloth")
    arm = join(
        box(0.12, 0.1, 0.6, 0.04).move(y=0.76, z=0),
        box(0.1, 0.34, 0.1, 0.03).move(y=0.6, z=0.24),
        sphere(0.085).move(y=0.78, z=0.31),
    )
    builder.add("arm", pair(arm.move(x=wide / 2)), MAIN, "metal")
    for x in (wide / 2, -wide / 2):
        builder.add("spire", cylinder(0.05, tall * 0.72).move(x, 0.2 + tall * 0.36, -0.3), MAIN, "metal")
        builder.add("spire", cone(0.075, 0.2).move(x, 0.3 + tall * 0.72, -0.3), MAIN, "metal")
    colour = builder.choose(["ruby", "sapphire", "emerald"])
    stone = {"ruby": "crimson", "sapphire": "blue", "emerald": "green"}[colour]
    builder.add("gem", gem(0.085).turn(x=90).scale(1, 1.2, 1).move(0, 0.2 + tall * 0.78, -0.22), stone, "crystal")
    builder.add("gem", pair(gem(0.05).turn(x=90).move(wide * 0.36, 0.2 + tall * 0.63, -0.22)), stone, "crystal")
