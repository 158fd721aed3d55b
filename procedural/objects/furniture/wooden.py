"""Build functions of wooden furniture and lamps. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.shapes import Shape, box, capsule, cylinder, join, lathe, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import side, tube


def chair(builder: Builder) -> None:
    """Build a wooden chair: four legs, a seat, a back of slats or rungs; some have a cushion."""
    width, seat_y, height = builder.vary(0.5, 0.1), builder.vary(0.46, 0.06), builder.vary(1.0, 0.08)
    thickness, splay = builder.vary(0.032, 0.2), builder.between(0, 0.12)
    lean = builder.between(0.03, 0.09)
    slat_count = builder.count(3, 5) if builder.chance(0.55) else 0
    has_cushion = builder.chance(0.6)
    half = width / 2
    leg_x, back_z = half - 0.04, -half + 0.04

    builder.add("leg", _four_legs(leg_x, leg_x, seat_y, thickness, splay=splay), MAIN, "wood")
    builder.add("seat", box(width, 0.06, width, 0.028).move(y=seat_y), MAIN, "wood")
    post = tube([(leg_x, seat_y, back_z), (leg_x, height, -half + 0.03 - lean)], thickness, count=2)
    builder.add("back", pair(post), MAIN, "wood")
    top_rail = box(width + 0.02, 0.1, 0.05, 0.022)
    builder.add("back", top_rail.move(y=height - 0.02, z=-half + 0.03 - lean), MAIN, "wood")
    if slat_count:
        slat = box(0.045, height - seat_y - 0.04, 0.028, 0.01).turn(x=-6)
        slats = row(slat, slat_count, x=(width - 0.1) / slat_count)
        builder.add("back", slats.move(y=(height + seat_y) / 2, z=back_z - lean / 2), MAIN, "wood")
    else:
        rung = box(width - 0.06, 0.07, 0.03, 0.014)
        for i in range(2):
            share = 0.3 + 0.33 * i
            rung_y = seat_y + (height - seat_y) * share
            builder.add("back", rung.move(y=rung_y, z=back_z - lean * share), MAIN, "wood")
    side_stretcher = box(0.025, 0.03, width - 0.1, 0.01).move(x=half - 0.045)
    cross_stretcher = box(width - 0.1, 0.03, 0.025, 0.01)
    builder.add("leg", join(pair(side_stretcher), cross_stretcher).move(y=seat_y * 0.4), MAIN, "wood")
    if has_cushion:
        cushion = box(width * 0.86, 0.08, width * 0.86, 0.038)
        builder.add("cushion", cushion.move(y=seat_y + 0.06, z=0.01), ACCENT, "cloth")


def _four_legs(x: float, z: float, height: float, thickness: float, *, splay: float = 0.0) -> Shape:
    """Return four tapered legs that stand on y = 0 under the corners (±x, ±z).

    `splay` moves the feet outward by this share of their distance from the middle.
    """
    foot = (x * (1 + splay), 0.5 * thickness, z * (1 + splay))
    return pair(pair(capsule((x, height, z), foot, thickness, thickness * 0.7)), "z")


def stool(builder: Builder) -> None:
    """Build a bar stool: a round seat, three or four splayed legs and a foot ring; some have a cushion."""
    height, radius = builder.vary(0.75, 0.15), builder.vary(0.22, 0.12)
    leg_count = builder.choose([3, 4])
    foot_radius = radius * builder.vary(1.25, 0.1)
    has_cushion = builder.chance(0.5)
    top_radius = radius * 0.6

    leg = capsule((0, height - 0.02, top_radius), (0, 0.03, foot_radius), 0.032, 0.026)
    builder.add("leg", ring(leg, leg_count, 45), MAIN, "wood")
    foot_ring = torus(top_radius + (foot_radius - top_radius) * 0.62, 0.018)
    builder.add("ring", foot_ring.move(y=height * 0.38), ACCENT, "metal")
    seat = lathe([(0, -0.03), (radius * 0.92, -0.03), (radius, 0), (radius * 0.95, 0.04), (0, 0.03)])
    builder.add("seat", seat.move(y=height), MAIN, "wood")
    if has_cushion:
        builder.add("cushion", sphere(radius * 0.98, 0.055, radius * 0.98).move(y=height + 0.045), ACCENT, "leather")


def table(builder: Builder) -> None:
    """Build a dining table: a round one on a column, or one with four legs."""
    height, width = builder.vary(0.72, 0.06), builder.vary(1.3, 0.1)
    if builder.chance(0.35):
        _build_round_table(builder, height, width * 0.42)
    else:
        _build_four_legged_table(builder, height, width)


def _build_round_table(builder: Builder, height: float, radius: float) -> None:
    top = [(0, -0.03), (radius - 0.02, -0.03), (radius, 0), (radius - 0.015, 0.03), (0, 0.03)]
    builder.add("top", lathe(top, sides=56).move(y=height), MAIN, "wood")
    column = [
        (0, 0.06),
        (0.1, 0.08),
        (0.055, 0.24),
        (0.085, height * 0.6),
        (0.06, height * 0.8),
        (0.16, height - 0.03),
        (0, height - 0.02),
    ]
    builder.add("leg", lathe(column), MAIN, "wood")
    foot = tube([(0, 0.14, 0.05), (0, 0.1, 0.2), (0, 0.035, 0.4)], [0.05, 0.045, 0.035])
    builder.add("leg", ring(foot, 4, 45), MAIN, "wood")


def _build_four_legged_table(builder: Builder, height: float, width: float) -> None:
    depth, leg_thickness = builder.vary(0.75, 0.1), builder.vary(0.045)
    has_runner = builder.chance(0.3)

    builder.add("top", box(width, 0.06, depth, 0.02).move(y=height), MAIN, "wood")
    builder.add("leg", _four_legs(width / 2 - 0.08, depth / 2 - 0.08, height, leg_thickness), MAIN, "wood")
    side_rails = pair(box(0.025, 0.1, depth - 0.2, 0.008).move(x=width / 2 - 0.09))
    long_rails = pair(box(width - 0.2, 0.1, 0.025, 0.008).move(z=depth / 2 - 0.09), "z")
    builder.add("frame", join(side_rails, long_rails).move(y=height - 0.07), MAIN, "wood", shade=0.85)
    if has_runner:
        runner = box(width * 0.98, 0.02, depth * 0.32, 0.008)
        builder.add("runner", runner.move(y=height + 0.035), ACCENT, "cloth")


def desk(builder: Builder) -> None:
    """Build a writing desk: drawers on one side, legs on the other, books and perhaps a lamp on top."""
    width, depth, height = builder.vary(1.25, 0.08), builder.vary(0.6, 0.08), 0.74
    drawer_side = builder.choose([-1, 1])
    has_lamp = builder.chance(0.7)
    drawers_x = drawer_side * (width / 2 - 0.24)
    front = depth / 2

    builder.add("top", box(width, 0.05, depth, 0.018).move(y=height), MAIN, "wood")
    cabinet = box(0.4, height - 0.06, depth - 0.08, 0.012)
    builder.add("cabinet", cabinet.move(drawers_x, height / 2 - 0.01, 0), MAIN, "wood", shade=0.9)
    for i in range(3):
        y = height - 0.15 - 0.215 * i
        builder.add("drawer", box(0.35, 0.19, 0.03, 0.01).move(drawers_x, y, front - 0.035), MAIN, "wood")
        handle = capsule((drawers_x - 0.05, y, front - 0.01), (drawers_x + 0.05, y, front - 0.01), 0.016)
        builder.add("handle", handle, ACCENT, "metal")
    leg_x = -drawers_x - drawer_side * 0.12
    leg = capsule((leg_x, height, 0), (leg_x, 0.03, 0), 0.036, 0.028)
    builder.add("leg", pair(leg.move(z=front - 0.07), "z"), MAIN, "wood")
    panel = box(width - 0.4, 0.3, 0.025, 0.008)
    builder.add("panel", panel.move(-drawer_side * 0.1, height - 0.18, -front + 0.06), MAIN, "wood", shade=0.85)
    if has_lamp:
        _add_desk_lamp(builder, -drawers_x, height, -depth * 0.2, drawer_side)
    for i in range(builder.count(1, 3)):
        book = box(0.2, 0.04, 0.27, 0.008).turn(y=builder.between(-15, 15))
        colour = builder.choose(["red", "blue", "green", "orange"])
        builder.add("book", book.move(drawers_x, height + 0.05 + 0.042 * i, 0.02), colour)


def _add_desk_lamp(builder: Builder, x: float, desk_y: float, z: float, direction: int) -> None:
    """Add a lamp whose arm bends toward +x or -x, as `direction` is 1 or -1."""
    builder.add("lamp", cylinder(0.09, 0.03).move(x, desk_y + 0.03, z), ACCENT, "metal")
    arm = [(x, desk_y + 0.03, z), (x - 0.06, desk_y + 0.3, z), (x + direction * 0.14, desk_y + 0.44, z + 0.1)]
    builder.add("lamp", tube(arm, 0.014, straight=True), ACCENT, "metal")
    shade = lathe([(0.02, 0.12), (0.11, 0), (0.1, 0), (0, 0.1)]).turn(z=15 * direction)
    builder.add("lamp", shade.move(x + direction * 0.17, desk_y + 0.34, z + 0.12), ACCENT, "metal")


def bookshelf(builder: Builder) -> None:
    """Build a bookcase full of books in many colours."""
    width, height, depth = builder.vary(0.8, 0.15), builder.vary(1.5, 0.12), 0.3
    shelf_count = builder.choose([4, 5])
    shelf_step = (height - 0.12) / shelf_count
    colours = ["red", "blue", "green", "orange", "purple", "teal", "maroon", "yellow", "white", "navy", "brown"]

    sides = pair(box(0.045, height, depth, 0.012).move(x=width / 2))
    builder.add("frame", sides.move(y=height / 2), MAIN, "wood")
    back = box(width, height - 0.03, 0.03, 0.008)
    builder.add("back", back.move(y=height / 2, z=-depth / 2 + 0.015), MAIN, "wood", shade=0.75)
    shelf = box(width - 0.03, 0.04, depth, 0.01)
    books: dict[str, list[Shape]] = {}
    for level in range(shelf_count + 1):
        y = 0.08 + level * shelf_step
        builder.add("shelf", shelf.move(y=y), MAIN, "wood")
        if level == shelf_count:  # the top stays empty
            break
        x = -width / 2 + 0.04
        while x < width / 2 - 0.1:
            thickness, book_height = builder.between(0.035, 0.075), shelf_step * builder.between(0.55, 0.86)
            if builder.chance(0.92):
                book = box(thickness * 0.92, book_height, 0.2, 0.008)
                book = book.move(x + thickness / 2, y + 0.02 + book_height / 2, builder.between(-0.01, 0.04))
                books.setdefault(builder.choose(colours), []).append(book)
            x += thickness
    for colour, same_colour in books.items():
        builder.add("book", join(*same_colour), colour)
    builder.add("frame", box(width + 0.1, 0.05, depth + 0.05, 0.015).move(y=height + 0.01), MAIN, "wood")


def wardrobe(builder: Builder) -> None:
    """Build a wardrobe with two panelled doors, a cornice and feet; some have a drawer below."""
    width, height, depth = builder.vary(0.95, 0.1), builder.vary(1.5, 0.08), 0.48
    has_arched_cornice, has_drawer = builder.chance(0.5), builder.chance(0.5)
    front = depth / 2
    doors_bottom, doors_top = 0.36 if has_drawer else 0.14, 0.08 + height
    doors_height, door_x = doors_top - doors_bottom, width * 0.228

    builder.add("body", box(width, height, depth, 0.02).move(y=0.1 + height / 2), MAIN, "wood")
    cornice = box(width + 0.1, 0.07, depth + 0.08, 0.025)
    builder.add("cornice", cornice.move(y=0.12 + height), MAIN, "wood", shade=0.8)
    if has_arched_cornice:
        arch = [(-0.4 * width, 0), (0.4 * width, 0), (0.2 * width, 0.09), (0, 0.12), (-0.2 * width, 0.09)]
        pediment = side(arch, 0.05).turn(y=90)
        builder.add("cornice", pediment.move(y=0.15 + height, z=front - 0.04), MAIN, "wood", shade=0.85)
    if has_drawer:
        drawer = box(width * 0.9, 0.17, 0.03, 0.012)
        builder.add("drawer", drawer.move(y=0.24, z=front + 0.008), MAIN, "wood", shade=1.12)
        builder.add("handle", pair(sphere(0.028).move(width * 0.22, 0.24, front + 0.04)), ACCENT, "metal")
    door = box(width * 0.445, doors_height - 0.06, 0.03, 0.012)
    door = door.move(door_x, (doors_top + doors_bottom) / 2, front + 0.008)
    builder.add("door", pair(door), MAIN, "wood", shade=1.12)
    for share, centre in ((0.42, 0.71), (0.36, 0.27)):
        panel = box(width * 0.32, doors_height * share, 0.03, 0.02)
        panel = panel.move(door_x, doors_bottom + doors_height * centre, front + 0.022)
        builder.add("door", pair(panel), MAIN, "wood", shade=0.85)
    handle = capsule((0.035, 0.82, front + 0.045), (0.035, 0.96, front + 0.045), 0.018)
    builder.add("handle", pair(handle), ACCENT, "metal")
    foot = sphere(0.06, 0.055, 0.06).move(width / 2 - 0.07, 0.055, front - 0.07)
    builder.add("foot", pair(pair(foot), "z"), MAIN, "wood", shade=0.7)


def dresser(builder: Builder) -> None:
    """Build a chest of drawers on short legs."""
    width, height, depth = builder.vary(0.95, 0.1), builder.vary(0.78, 0.12), 0.45
    rows, columns = builder.choose([3, 4]), builder.choose([1, 2, 2])
    drawer_height, drawer_width = (height - 0.06) / rows, (width - 0.06) / columns
    front = depth / 2

    builder.add("body", box(width, height, depth, 0.02).move(y=0.16 + height / 2), MAIN, "wood")
    top = box(width + 0.06, 0.045, depth + 0.05, 0.018)
    builder.add("top", top.move(y=0.18 + height), MAIN, "wood", shade=0.85)
    legs = _four_legs(width / 2 - 0.06, front - 0.06, 0.18, 0.038, splay=0.06)
    builder.add("leg", legs, MAIN, "wood", shade=0.7)
    drawer = box(drawer_width * 0.92, drawer_height * 0.86, 0.04, 0.014)
    for i in range(rows):
        for j in range(columns):
            x, y = (j - (columns - 1) / 2) * drawer_width, 0.19 + drawer_height * (i + 0.5)
            builder.add("drawer", drawer.move(x, y, front), ACCENT, "wood")
            builder.add("handle", sphere(0.03).move(x, y, front + 0.04), "gold", "metal")


def lamp(builder: Builder) -> None:
    """Build a floor lamp or a table lamp: a foot, a stem and a glowing shade."""
    height = builder.choose([0.9, 1.5]) * builder.vary(1, 0.08)
    lower_radius, upper_radius = builder.vary(0.3, 0.1), builder.vary(0.17, 0.15)
    shade_height = builder.vary(0.36, 0.12)
    is_table_lamp = height < 1.2
    shade_y = height - 0.12

    builder.add("base", lathe([(0, 0), (0.22, 0), (0.22, 0.03), (0.06, 0.07), (0, 0.07)]), ACCENT, "metal")
    builder.add("stem", cylinder(0.026, height - 0.05).move(y=height / 2), ACCENT, "metal")
    if is_table_lamp:
        belly = sphere(builder.vary(0.15, 0.15), builder.vary(0.2, 0.15))
        builder.add("stem", belly.move(y=0.26), ACCENT, "glossy")
    for y in (height * 0.35, height * 0.7):
        builder.add("stem", sphere(0.045, 0.03).move(y=y), ACCENT, "metal")
    shade = [
        (lower_radius, 0),
        (upper_radius, shade_height),
        (upper_radius - 0.02, shade_height),
        (lower_radius - 0.02, 0),
    ]
    builder.add("shade", lathe(shade, closed=True).move(y=shade_y), MAIN, "cloth", shade=1.1)
    builder.add("shade", torus(lower_radius - 0.01, 0.018).move(y=shade_y), MAIN, shade=0.75)
    builder.add("shade", torus(upper_radius - 0.01, 0.014).move(y=shade_y + shade_height), MAIN, shade=0.75)
    builder.add("bulb", sphere(0.09, 0.12).move(y=height + 0.02), "yellow", "glow")
    cord_x = lower_radius * 0.6
    cord = tube([(cord_x, height - 0.1, 0), (cord_x, height - 0.34, 0)], 0.008, count=2)
    cord_knob = sphere(0.022).move(cord_x, height - 0.35, 0)
    builder.add("cord", join(cord, cord_knob), "gold", "metal")
