"""Builders of furniture. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import Shape, box, capsule, cylinder, join, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import side, tube


def legs(x: float, z: float, tall: float, thick: float, *, taper: float = 0.7, splay: float = 0.0) -> Shape:
    """Four legs standing on y = 0 under the corners (±x, ±z)."""
    foot = (x * (1 + splay), 0.5 * thick, z * (1 + splay))
    return pair(pair(capsule((x, tall, z), foot, thick, thick * taper)), "z")


def chair(builder: Builder) -> None:
    """A wooden chair: four legs, seat, a back of slats or rungs, often a cushion."""
    wide, seat, tall = builder.vary(0.5, 0.1), builder.vary(0.46, 0.06), builder.vary(1.0, 0.08)
    half, thick = wide / 2, builder.vary(0.032, 0.2)
    builder.add("leg", legs(half - 0.04, half - 0.04, seat, thick, splay=builder.between(0, 0.12)), MAIN, "wood")
    builder.add("seat", box(wide, 0.06, wide, 0.028).move(y=seat), MAIN, "wood")
    lean = builder.between(0.03, 0.09)
    post = tube([(half - 0.04, seat, -half + 0.04), (half - 0.04, tall, -half + 0.03 - lean)], thick, count=2)
    builder.add("back", pair(post), MAIN, "wood")
    top = box(wide + 0.02, 0.1, 0.05, 0.022).move(y=tall - 0.02, z=-half + 0.03 - lean)
    builder.add("back", top, MAIN, "wood")
    if builder.chance(0.55):
        count = builder.count(3, 5)
        slat = box(0.045, tall - seat - 0.04, 0.028, 0.01).turn(x=-6)
        slats = row(slat, count, x=(wide - 0.1) / count)
        builder.add("back", slats.move(y=(tall + seat) / 2, z=-half + 0.04 - lean / 2), MAIN, "wood")
    else:
        for i in range(2):
            up = 0.3 + 0.33 * i
            rung = box(wide - 0.06, 0.07, 0.03, 0.014)
            builder.add("back", rung.move(y=seat + (tall - seat) * up, z=-half + 0.04 - lean * up), MAIN, "wood")
    stretch = join(pair(box(0.025, 0.03, wide - 0.1, 0.01).move(x=half - 0.045)), box(wide - 0.1, 0.03, 0.025, 0.01))
    builder.add("leg", stretch.move(y=seat * 0.4), MAIN, "wood")
    if builder.chance(0.6):
        builder.add("cushion", box(wide * 0.86, 0.08, wide * 0.86, 0.038).move(y=seat + 0.06, z=0.01), ACCENT, "cloth")


def stool(builder: Builder) -> None:
    """A bar stool: round seat, three or four splayed legs, a foot ring."""
    tall, r = builder.vary(0.75, 0.15), builder.vary(0.22, 0.12)
    count = builder.choose([3, 4])
    out = r * builder.vary(1.25, 0.1)
    leg = capsule((0, tall - 0.02, r * 0.6), (0, 0.03, out), 0.032, 0.026)
    builder.add("leg", ring(leg, count, 45), MAIN, "wood")
    builder.add("ring", torus(r * 0.6 + (out - r * 0.6) * 0.62, 0.018).move(y=tall * 0.38), ACCENT, "metal")
    builder.add(
        "seat", lathe([(0, -0.03), (r * 0.92, -0.03), (r, 0), (r * 0.95, 0.04), (0, 0.03)]).move(y=tall), MAIN, "wood"
    )
    if builder.chance(0.5):
        builder.add("cushion", sphere(r * 0.98, 0.055, r * 0.98).move(y=tall + 0.045), ACCENT, "leather")


def table(builder: Builder) -> None:
    """A dining table with four legs, or a round one on a column."""
    tall, wide = builder.vary(0.72, 0.06), builder.vary(1.3, 0.1)
    if builder.chance(0.35):
        r = wide * 0.42
        builder.add(
            "top",
            lathe([(0, -0.03), (r - 0.02, -0.03), (r, 0), (r - 0.015, 0.03), (0, 0.03)], sides=56).move(y=tall),
            MAIN,
            "wood",
        )
        column = [
            (0, 0.06),
            (0.1, 0.08),
            (0.055, 0.24),
            (0.085, tall * 0.6),
            (0.06, tall * 0.8),
            (0.16, tall - 0.03),
            (0, tall - 0.02),
        ]
        builder.add("leg", lathe(column), MAIN, "wood")
        foot = tube([(0, 0.14, 0.05), (0, 0.1, 0.2), (0, 0.035, 0.4)], [0.05, 0.045, 0.035])
        builder.add("leg", ring(foot, 4, 45), MAIN, "wood")
        return
    deep = builder.vary(0.75, 0.1)
    builder.add("top", box(wide, 0.06, deep, 0.02).move(y=tall), MAIN, "wood")
    builder.add("leg", legs(wide / 2 - 0.08, deep / 2 - 0.08, tall, builder.vary(0.045)), MAIN, "wood")
    rails = join(
        pair(box(0.025, 0.1, deep - 0.2, 0.008).move(x=wide / 2 - 0.09)),
        pair(box(wide - 0.2, 0.1, 0.025, 0.008).move(z=deep / 2 - 0.09), "z"),
    )
    builder.add("frame", rails.move(y=tall - 0.07), MAIN, "wood", shade=0.85)
    if builder.chance(0.3):
        builder.add("runner", box(wide * 0.98, 0.02, deep * 0.32, 0.008).move(y=tall + 0.035), ACCENT, "cloth")


def desk(builder: Builder) -> None:
    """A writing desk: a pedestal of drawers on one side, legs on the other, a lamp or books on top."""
    wide, deep, tall = builder.vary(1.25, 0.08), builder.vary(0.6, 0.08), 0.74
    builder.add("top", box(wide, 0.05, deep, 0.018).move(y=tall), MAIN, "wood")
    hand = builder.choose([-1, 1])
    x = hand * (wide / 2 - 0.24)
    builder.add(
        "cabinet", box(0.4, tall - 0.06, deep - 0.08, 0.012).move(x, tall / 2 - 0.01, 0), MAIN, "wood", shade=0.9
    )
    for i in range(3):
        y = tall - 0.15 - 0.215 * i
        builder.add("drawer", box(0.35, 0.19, 0.03, 0.01).move(x, y, deep / 2 - 0.035), MAIN, "wood")
        builder.add(
            "handle", capsule((x - 0.05, y, deep / 2 - 0.01), (x + 0.05, y, deep / 2 - 0.01), 0.016), ACCENT, "metal"
        )
    leg = capsule((-x - hand * 0.12, tall, 0), (-x - hand * 0.12, 0.03, 0), 0.036, 0.028)
    builder.add("leg", pair(leg.move(z=deep / 2 - 0.07), "z"), MAIN, "wood")
    builder.add(
        "panel",
        box(wide - 0.4, 0.3, 0.025, 0.008).move(-hand * 0.1, tall - 0.18, -deep / 2 + 0.06),
        MAIN,
        "wood",
        shade=0.85,
    )
    if builder.chance(0.7):
        base = (-x, tall + 0.03, -deep * 0.2)
        builder.add("lamp", cylinder(0.09, 0.03).move(*base), ACCENT, "metal")
        arm = [
            (base[0], tall + 0.03, base[2]),
            (base[0] - 0.06, tall + 0.3, base[2]),
            (base[0] + hand * 0.14, tall + 0.44, base[2] + 0.1),
        ]
        builder.add("lamp", tube(arm, 0.014, straight=True), ACCENT, "metal")
        shade = lathe([(0.02, 0.12), (0.11, 0), (0.1, 0), (0, 0.1)]).turn(z=15 * hand)
        builder.add("lamp", shade.move(base[0] + hand * 0.17, tall + 0.34, base[2] + 0.12), ACCENT, "metal")
    for i in range(builder.count(1, 3)):
        book = box(0.2, 0.04, 0.27, 0.008).turn(y=builder.between(-15, 15))
        builder.add(
            "book", book.move(x, tall + 0.05 + 0.042 * i, 0.02), builder.choose(["red", "blue", "green", "orange"])
        )


def bookshelf(builder: Builder) -> None:
    """A bookcase full of books in many colours."""
    wide, tall, deep = builder.vary(0.8, 0.15), builder.vary(1.5, 0.12), 0.3
    shelves = builder.choose([4, 5])
    sides = pair(box(0.045, tall, deep, 0.012).move(x=wide / 2))
    builder.add("frame", sides.move(y=tall / 2), MAIN, "wood")
    builder.add(
        "back", box(wide, tall - 0.03, 0.03, 0.008).move(y=tall / 2, z=-deep / 2 + 0.015), MAIN, "wood", shade=0.75
    )
    step = (tall - 0.12) / shelves
    colours = ["red", "blue", "green", "orange", "purple", "teal", "maroon", "yellow", "white", "navy", "brown"]
    books: dict[str, list[Shape]] = {}
    for level in range(shelves + 1):
        y = 0.08 + level * step
        builder.add("shelf", box(wide - 0.03, 0.04, deep, 0.01).move(y=y), MAIN, "wood")
        x = -wide / 2 + 0.04
        while level < shelves and x < wide / 2 - 0.1:
            thick, high = builder.between(0.035, 0.075), step * builder.between(0.55, 0.86)
            if builder.chance(0.92):
                book = box(thick * 0.92, high, 0.2, 0.008).move(
                    x + thick / 2, y + 0.02 + high / 2, builder.between(-0.01, 0.04)
                )
                books.setdefault(builder.choose(colours), []).append(book)
            x += thick
    for colour, same in books.items():
        builder.add("book", join(*same), colour)
    builder.add("frame", box(wide + 0.1, 0.05, deep + 0.05, 0.015).move(y=tall + 0.01), MAIN, "wood")


def wardrobe(builder: Builder) -> None:
    """A wardrobe with two panelled doors, a cornice, feet, perhaps a drawer below."""
    wide, tall, deep = builder.vary(0.95, 0.1), builder.vary(1.5, 0.08), 0.48
    builder.add("body", box(wide, tall, deep, 0.02).move(y=0.1 + tall / 2), MAIN, "wood")
    builder.add("cornice", box(wide + 0.1, 0.07, deep + 0.08, 0.025).move(y=0.12 + tall), MAIN, "wood", shade=0.8)
    if builder.chance(0.5):
        arc = side([(-0.4 * wide, 0), (0.4 * wide, 0), (0.2 * wide, 0.09), (0, 0.12), (-0.2 * wide, 0.09)], 0.05).turn(
            y=90
        )
        builder.add("cornice", arc.move(y=0.15 + tall, z=deep / 2 - 0.04), MAIN, "wood", shade=0.85)
    low = 0.36 if builder.chance(0.5) else 0.14
    if low > 0.3:
        builder.add(
            "drawer", box(wide * 0.9, 0.17, 0.03, 0.012).move(y=0.24, z=deep / 2 + 0.008), MAIN, "wood", shade=1.12
        )
        builder.add("handle", pair(sphere(0.028).move(wide * 0.22, 0.24, deep / 2 + 0.04)), ACCENT, "metal")
    high = 0.08 + tall
    door = box(wide * 0.445, high - low - 0.06, 0.03, 0.012).move(wide * 0.228, (high + low) / 2, deep / 2 + 0.008)
    builder.add("door", pair(door), MAIN, "wood", shade=1.12)
    for share, up in ((0.42, 0.71), (0.36, 0.27)):
        panel = box(wide * 0.32, (high - low) * share, 0.03, 0.02).move(
            wide * 0.228, low + (high - low) * up, deep / 2 + 0.022
        )
        builder.add("door", pair(panel), MAIN, "wood", shade=0.85)
    builder.add(
        "handle",
        pair(capsule((0.035, 0.82, deep / 2 + 0.045), (0.035, 0.96, deep / 2 + 0.045), 0.018)),
        ACCENT,
        "metal",
    )
    builder.add(
        "foot",
        pair(pair(sphere(0.06, 0.055, 0.06).move(wide / 2 - 0.07, 0.055, deep / 2 - 0.07)), "z"),
        MAIN,
        "wood",
        shade=0.7,
    )


def dresser(builder: Builder) -> None:
    """A chest of drawers on short legs."""
    wide, tall, deep = builder.vary(0.95, 0.1), builder.vary(0.78, 0.12), 0.45
    builder.add("body", box(wide, tall, deep, 0.02).move(y=0.16 + tall / 2), MAIN, "wood")
    builder.add("top", box(wide + 0.06, 0.045, deep + 0.05, 0.018).move(y=0.18 + tall), MAIN, "wood", shade=0.85)
    builder.add("leg", legs(wide / 2 - 0.06, deep / 2 - 0.06, 0.18, 0.038, splay=0.06), MAIN, "wood", shade=0.7)
    rows, columns = builder.choose([3, 4]), builder.choose([1, 2, 2])
    high, across = (tall - 0.06) / rows, (wide - 0.06) / columns
    for i in range(rows):
        for j in range(columns):
            x, y = (j - (columns - 1) / 2) * across, 0.19 + high * (i + 0.5)
            builder.add("drawer", box(across * 0.92, high * 0.86, 0.04, 0.014).move(x, y, deep / 2), ACCENT, "wood")
            builder.add("handle", sphere(0.03).move(x, y, deep / 2 + 0.04), "gold", "metal")


def lamp(builder: Builder) -> None:
    """A floor or table lamp: foot, stem, a glowing shade."""
    tall = builder.choose([0.9, 1.5]) * builder.vary(1, 0.08)
    low, high = builder.vary(0.3, 0.1), builder.vary(0.17, 0.15)
    shade_tall = builder.vary(0.36, 0.12)
    builder.add("base", lathe([(0, 0), (0.22, 0), (0.22, 0.03), (0.06, 0.07), (0, 0.07)]), ACCENT, "metal")
    builder.add("stem", cylinder(0.026, tall - 0.05).move(y=tall / 2), ACCENT, "metal")
    if tall < 1.2:
        builder.add("stem", sphere(builder.vary(0.15, 0.15), builder.vary(0.2, 0.15)).move(y=0.26), ACCENT, "glossy")
    for y in (tall * 0.35, tall * 0.7):
        builder.add("stem", sphere(0.045, 0.03).move(y=y), ACCENT, "metal")
    cone = lathe([(low, 0), (high, shade_tall), (high - 0.02, shade_tall), (low - 0.02, 0)], closed=True)
    builder.add("shade", cone.move(y=tall - 0.12), MAIN, "cloth", shade=1.1)
    builder.add("shade", torus(low - 0.01, 0.018).move(y=tall - 0.12), MAIN, shade=0.75)
    builder.add("shade", torus(high - 0.01, 0.014).move(y=tall - 0.12 + shade_tall), MAIN, shade=0.75)
    builder.add("bulb", sphere(0.09, 0.12).move(y=tall + 0.02), "yellow", "glow")
    cord = tube([(low * 0.6, tall - 0.1, 0), (low * 0.6, tall - 0.34, 0)], 0.008, count=2)
    builder.add("cord", join(cord, sphere(0.022).move(low * 0.6, tall - 0.35, 0)), "gold", "metal")
