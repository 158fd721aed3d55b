"""Build functions of vehicles with an engine that stay on the ground. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Primitive, RoundedBox
from procedural.geometry.shapes import (
    Floats,
    Shape,
    box,
    capsule,
    cone,
    cylinder,
    dome,
    join,
    lathe,
    pair,
    row,
    sphere,
    torus,
)
from procedural.geometry.sweeps import prism, side, tube
from procedural.objects.parts.wheels import add_wheel, add_wheels, on_axle


def car(builder: Builder) -> None:
    """Build a friendly car: a hatchback, a saloon or an estate."""
    half_length, width = builder.vary(0.95, 0.08), builder.vary(0.8, 0.06)
    wheel_radius = builder.vary(0.2, 0.08)
    belt, roof = builder.vary(0.52, 0.05), builder.vary(0.88, 0.05)
    rear_window_z = builder.choose([-0.88, -0.62, -0.75]) * half_length  # where it meets the body
    has_stripe = builder.chance(0.4)

    axles = (-0.6 * half_length, 0.62 * half_length)
    front, back = half_length + 0.005, -half_length - 0.005
    roof_front, roof_back = 0.16 * half_length, rear_window_z + 0.25
    belt_front = 0.46 * half_length

    body: list[Primitive] = [
        RoundedBox((0, 0.36, 0), (width, 0.36, 2 * half_length), 0.13),
        RoundedBox((0, 0.42, half_length * 0.6), (width * 0.92, 0.24, half_length * 0.7), 0.1),
    ]
    for z in axles:
        wheel_arch = Capsule((-width, wheel_radius, z), (width, wheel_radius, z), wheel_radius * 1.18, subtract=True)
        body.append(wheel_arch)
    builder.blend("body", body, MAIN, "glossy", smooth=0.05, detail=64)

    cabin = [
        (belt_front, belt - 0.06),
        (roof_front, roof - 0.03),
        (roof_back, roof - 0.03),
        (rear_window_z, belt - 0.06),
    ]
    builder.add("window", _narrow_upward(side(cabin, width * 0.86), belt, roof, 0.16), "navy", "glossy")
    top = box(width * 0.8, 0.07, 0.16 * half_length - rear_window_z - 0.25, 0.035)
    top_z = (0.16 * half_length + rear_window_z + 0.25) / 2
    builder.add("roof", top.move(0, roof - 0.015, top_z), MAIN, "glossy")
    for low_z, high_z in ((belt_front, roof_front), (rear_window_z, roof_back)):
        post = capsule((width * 0.42, belt - 0.06, low_z), (width * 0.365, roof - 0.02, high_z), 0.03)
        builder.add("body", pair(post), MAIN, "glossy")
    middle = (belt_front + rear_window_z) / 2
    middle_post = capsule((width * 0.43, belt - 0.05, middle), (width * 0.37, roof - 0.02, middle), 0.028)
    builder.add("body", pair(middle_post), MAIN, "glossy")

    add_wheels(builder, width * 0.42, axles, wheel_radius, 0.16)
    _add_lamps(builder, width * 0.32, 0.43, half_length - 0.005, -half_length + 0.005, 0.075)
    for z in (front, back):
        builder.add("bumper", box(width * 0.96, 0.07, 0.08, 0.03).move(y=0.24, z=z), "light grey", "metal")
    builder.add("grille", box(width * 0.34, 0.09, 0.03, 0.01).move(y=0.4, z=front), "black")
    if has_stripe:
        stripe = box(width * 0.16, 0.02, half_length * 0.75, 0.005)
        builder.add("stripe", stripe.move(y=0.545, z=half_length * 0.58), ACCENT)
    mirror = sphere(0.05, 0.04, 0.03).move(width * 0.52, belt + 0.05, 0.38 * half_length)
    builder.add("mirror", pair(mirror), MAIN, "glossy")


def _add_lamps(builder: Builder, x: float, y: float, front: float, back: float, radius: float) -> None:
    """Add headlights at (±x, y, front) and red tail lights at (±x, y, back)."""
    headlight = cylinder(radius, 0.06).turn(x=90).move(x, y, front)
    builder.add("headlight", pair(headlight), "yellow", "glow")
    taillight = cylinder(radius * 0.8, 0.05).turn(x=90).move(x, y, back)
    builder.add("taillight", pair(taillight), "red", "glow")


def _narrow_upward(shape: Shape, low: float, high: float, share: float) -> Shape:
    """Return the shape with its width (x) reduced from y = low on, by `share` at y = high."""

    def narrow(points: Floats) -> Floats:
        up = ((points[:, 1] - low) / (high - low)).clip(0, 1)
        points[:, 0] *= 1 - share * up
        return points

    return shape.warp(narrow)


def truck(builder: Builder) -> None:
    """Build a lorry: a cab in front, a closed box or a dump bed behind."""
    bed_length, width, wheel_radius = builder.vary(1.15, 0.1), 0.78, 0.19
    is_closed = builder.chance(0.65)
    cab_z = bed_length / 2 + 0.2
    cab_front = cab_z + 0.345
    bed_z = cab_z - 0.4 - bed_length / 2

    builder.add("chassis", box(0.5, 0.1, bed_length + 0.75, 0.02).move(y=0.26, z=-0.1), "dark grey", "metal")
    cab = side([(-0.3, 0.2), (0.33, 0.2), (0.35, 0.55), (0.2, 0.98), (-0.3, 0.98)], width)
    builder.add("cab", cab.move(z=cab_z), MAIN, "glossy")
    side_windows = side([(-0.1, 0.62), (0.3, 0.62), (0.19, 0.9), (-0.1, 0.9)], width + 0.03)
    builder.add("window", side_windows.move(z=cab_z), "navy", "glossy")
    windscreen = box(width * 0.86, 0.3, 0.03, 0.01).turn(x=-19)
    builder.add("window", windscreen.move(y=0.76, z=cab_z + 0.285), "navy", "glossy")

    if is_closed:
        _add_cargo_box(builder, width, bed_length, bed_z)
    else:
        _add_dump_bed(builder, width, bed_length, bed_z)

    axles = (cab_z + 0.02, bed_z - 0.05, bed_z - bed_length * 0.36)
    add_wheels(builder, width * 0.42, axles, wheel_radius, 0.17)
    _add_lamps(builder, width * 0.34, 0.36, cab_front, bed_z - bed_length / 2 - 0.02, 0.065)
    builder.add("grille", box(width * 0.4, 0.2, 0.03, 0.01).move(y=0.42, z=cab_front), "silver", "metal")
    builder.add("bumper", box(width * 1.02, 0.09, 0.1, 0.03).move(y=0.22, z=cab_z + 0.34), "light grey", "metal")
    builder.add("exhaust", cylinder(0.035, 0.75).move(width * 0.46, 0.8, cab_z - 0.36), "silver", "metal")


def _add_cargo_box(builder: Builder, width: float, length: float, z: float) -> None:
    builder.add("box", box(width * 1.04, 0.9, length, 0.04).move(y=0.8, z=z), ACCENT)
    ribs = row(box(width * 1.08, 0.92, 0.03, 0.01), 4, z=length * 0.3)
    builder.add("box", ribs.move(y=0.8, z=z), ACCENT, shade=0.8)


def _add_dump_bed(builder: Builder, width: float, length: float, z: float) -> None:
    front, back = length / 2, -length / 2
    wall = side([(back, 0.34), (front, 0.34), (front + 0.02, 0.98), (back - 0.14, 0.86)], 0.05)
    builder.add("box", pair(wall.move(x=width / 2 - 0.02, z=z)), ACCENT)
    builder.add("box", box(width, 0.06, length, 0.02).move(y=0.37, z=z), ACCENT)
    builder.add("box", box(width, 0.6, 0.05, 0.01).move(y=0.66, z=z + length / 2), ACCENT)
    tailgate = box(width, 0.46, 0.05, 0.01).turn(x=-14)
    builder.add("box", tailgate.move(y=0.6, z=z - length / 2 - 0.05), ACCENT)
    builder.add("load", sphere(width * 0.46, 0.3, length * 0.46).move(y=0.8, z=z), "brown", "stone")


def bus(builder: Builder) -> None:
    """Build a bus with one or two rows of windows."""
    half_length, width = builder.vary(1.15, 0.1), 0.72
    is_double_decker = builder.chance(0.45)
    window_count = builder.count(4, 5)
    height = 1.35 if is_double_decker else 0.85
    window_step = 2 * half_length / (window_count + 0.4)

    builder.add("body", box(width, height, 2 * half_length, 0.1).move(y=0.16 + height / 2), MAIN, "glossy")
    for level in (0, 1) if is_double_decker else (0,):
        y = 0.68 + 0.58 * level
        side_panes = row(box(width + 0.03, 0.28, window_step * 0.8, 0.03), window_count, z=window_step)
        builder.add("window", side_panes.move(y=y, z=-0.02), "navy", "glossy")
        builder.add("window", box(width * 0.84, 0.3, 0.03, 0.01).move(y=y, z=half_length), "navy", "glossy")
        builder.add("window", box(width * 0.7, 0.26, 0.03, 0.01).move(y=y, z=-half_length), "navy", "glossy")
    builder.add("stripe", box(width + 0.03, 0.07, 2 * half_length - 0.12, 0.02).move(y=0.44), ACCENT)
    builder.add("stripe", box(width * 0.8, 0.07, 2 * half_length + 0.03, 0.02).move(y=0.44), ACCENT)
    destination = box(width * 0.6, 0.1, 0.04, 0.01)
    builder.add("sign", destination.move(y=0.07 + height, z=half_length - 0.005), "amber", "glow")
    add_wheels(builder, width * 0.42, (-0.58 * half_length, 0.6 * half_length), 0.18, 0.15)
    _add_lamps(builder, width * 0.36, 0.32, half_length + 0.005, -half_length - 0.005, 0.06)
    builder.add("bumper", box(width * 1.02, 0.08, 2 * half_length + 0.06, 0.04).move(y=0.2), "dark grey")


def train(builder: Builder) -> None:
    """Build a steam locomotive with a boiler, a funnel, a cab and a cow-catcher."""
    length, boiler_radius = builder.vary(1.15, 0.1), builder.vary(0.3, 0.08)
    funnel_radius = builder.vary(0.16)
    driving_radius = builder.vary(0.25, 0.06)

    boiler_y, boiler_top = 0.42 + boiler_radius, 0.42 + boiler_radius + boiler_radius
    front, back = 0.2 + length / 2, 0.2 - length / 2
    cab_z = back - 0.2

    builder.add("boiler", cylinder(boiler_radius, length).turn(x=90).move(y=boiler_y, z=0.2), MAIN, "glossy")
    for share in (-0.22, 0.12, 0.46):
        band = torus(boiler_radius, 0.022).turn(x=90)
        builder.add("band", band.move(y=boiler_y, z=0.2 + share * length), ACCENT, "metal")
    builder.add("boiler", dome(boiler_radius * 0.94, 0.1).turn(x=90).move(y=boiler_y, z=front), "dark grey", "metal")
    headlight = cylinder(0.1, 0.1).turn(x=90)
    builder.add("headlight", headlight.move(y=boiler_y + boiler_radius * 0.9, z=front), "yellow", "glow")
    funnel = lathe([(0, 0), (0.09, 0), (0.08, 0.25), (funnel_radius, 0.42), (0.13, 0.46), (0, 0.4)])
    builder.add("funnel", funnel.move(y=boiler_top - 0.04, z=front - 0.18), "black")
    steam_dome = capsule((0, boiler_top - 0.05, 0.25), (0, boiler_top + 0.06, 0.25), 0.12)
    builder.add("dome", steam_dome, ACCENT, "metal")

    builder.add("cab", box(2 * boiler_radius + 0.16, 0.82, 0.5, 0.03).move(y=0.82, z=cab_z), MAIN, "glossy")
    builder.add("roof", box(2 * boiler_radius + 0.3, 0.08, 0.66, 0.04).move(y=1.26, z=cab_z), ACCENT)
    side_windows = box(2 * boiler_radius + 0.19, 0.26, 0.26, 0.02)
    builder.add("window", side_windows.move(y=1.0, z=cab_z), "cream", "glow")
    end_window = box(0.16, 0.2, 0.53, 0.02).move(x=boiler_radius * 0.72, y=1.05, z=cab_z)
    builder.add("window", pair(end_window), "cream", "glow")
    builder.add("chassis", box(2 * boiler_radius + 0.06, 0.12, length + 0.62, 0.02).move(y=0.38, z=0.02), "black")
    cow_catcher = cone(2 * boiler_radius * 0.75, 0.36, sides=4).turn(y=45).scale(1, 1, 0.8).turn(x=40)
    builder.add("coupling", cow_catcher.move(y=0.24, z=front + 0.1), "red")

    driving_axles, leading_axles = (back - 0.15, back + 0.37), (front - 0.42, front - 0.1)
    for axles, radius in ((driving_axles, driving_radius), (leading_axles, 0.15)):
        for z in axles:
            for x in (-boiler_radius - 0.02, boiler_radius + 0.02):
                _add_train_wheel(builder, (x, radius, z), radius)
    rod = box(0.04, 0.06, 0.66, 0.02).move(x=boiler_radius + 0.09, y=driving_radius * 0.75, z=back + 0.12)
    builder.add("rod", pair(rod), "silver", "metal")


def _add_train_wheel(builder: Builder, hub: Joint, radius: float) -> None:
    builder.add("wheel", on_axle(cylinder(radius, 0.07), hub), "red", "metal")
    builder.add("wheel", on_axle(torus(radius - 0.02, 0.035), hub), "black", "metal")
    builder.add("wheel", on_axle(cylinder(radius * 0.25, 0.13), hub), "gold", "metal")


def tractor(builder: Builder) -> None:
    """Build a farm tractor: huge rear wheels, small front ones, a cab and an upright exhaust."""
    rear_radius, front_radius = builder.vary(0.46, 0.06), builder.vary(0.25, 0.08)
    rim = builder.choose(["yellow", "red", "white"])

    builder.add("bonnet", box(0.42, 0.36, 0.9, 0.09).move(y=0.66, z=0.42), MAIN, "glossy")
    builder.add("grille", box(0.32, 0.24, 0.03, 0.01).move(y=0.64, z=0.87), "black")
    builder.add("chassis", box(0.3, 0.2, 1.3, 0.04).move(y=0.42, z=0.15), "dark grey", "metal")
    builder.add("cab", box(0.6, 0.62, 0.56, 0.03).move(y=1.1, z=-0.28), "sky blue", "glass")
    for x in (-0.29, 0.29):
        for z in (-0.55, -0.01):
            builder.add("cab", box(0.05, 0.66, 0.05, 0.015).move(x, 1.1, z), MAIN, "glossy")
    builder.add("roof", box(0.72, 0.09, 0.7, 0.04).move(y=1.44, z=-0.28), MAIN, "glossy")
    seat = join(box(0.26, 0.08, 0.26, 0.03).move(y=0.86), box(0.26, 0.34, 0.08, 0.03).move(y=1.0, z=-0.14))
    builder.add("seat", seat.move(z=-0.35), "black", "leather")
    builder.add("steering wheel", torus(0.12, 0.02).turn(x=50).move(y=1.02, z=-0.06), "black")
    builder.add("cab", box(0.56, 0.3, 0.6, 0.05).move(y=0.68, z=-0.28), MAIN, "glossy")

    for x in (-0.44, 0.44):
        rear_hub = (x, rear_radius, -0.36)
        add_wheel(builder, rear_hub, rear_radius, 0.26, rim)
        add_wheel(builder, (x * 0.82, front_radius, 0.68), front_radius, 0.17, rim)
        tread = box(0.27, 0.05, 0.06, 0.01).move(y=rear_radius)
        treads = [tread.turn(x=30 * i).move(*rear_hub) for i in range(12)]
        builder.add("wheel", join(*treads), "black", "rubber")
        guard = torus(rear_radius + 0.06, 0.1, arc_deg=110).scale(1, 0.35, 1).turn(z=90).turn(x=-95).scale(2.4, 1, 1)
        builder.add("mudguard", guard.move(x * 0.95, rear_radius, -0.36), MAIN, "glossy")
    builder.add("exhaust", cylinder(0.035, 0.5).move(0.13, 1.05, 0.5), "dark grey", "metal")
    builder.add("headlight", pair(cylinder(0.06, 0.05).turn(x=90).move(0.13, 0.78, 0.87)), "yellow", "glow")


def tank(builder: Builder) -> None:
    """Build a battle tank: tracks, a hull, a turret and a gun."""
    half_length, gun_length = builder.vary(0.85, 0.06), builder.vary(0.95, 0.15)

    track = [
        (-half_length, 0.3),
        (-half_length * 0.78, 0.04),
        (half_length * 0.72, 0.04),
        (half_length, 0.32),
        (half_length * 0.9, 0.42),
        (-half_length * 0.94, 0.42),
    ]
    builder.add("track", pair(side(track, 0.26).move(x=0.47)), "dark grey", "metal")
    for i in range(5):
        hub = (0.47, 0.19, half_length * 0.72 * (i / 2 - 1))
        builder.add("wheel", pair(on_axle(cylinder(0.15, 0.3), hub)), MAIN, shade=0.75)
        builder.add("wheel", pair(on_axle(cylinder(0.06, 0.33), hub)), "grey", "metal")

    hull = [
        (-half_length, 0.3),
        (half_length * 0.8, 0.25),
        (half_length * 1.04, 0.42),
        (half_length * 0.6, 0.58),
        (-half_length * 0.98, 0.58),
    ]
    builder.add("hull", side(hull, 0.78), MAIN)
    builder.add("hull", pair(box(0.3, 0.05, 2 * half_length, 0.02).move(0.47, 0.47, 0)), MAIN, shade=0.9)
    turret: list[Primitive] = [
        RoundedBox((0, 0.72, -0.1), (0.62, 0.26, 0.78), 0.11),
        RoundedBox((0, 0.7, 0.2), (0.44, 0.2, 0.3), 0.08),
    ]
    builder.blend("turret", turret, MAIN, smooth=0.08, detail=44)
    builder.add("gun", cylinder(0.055, gun_length).turn(x=90).move(y=0.73, z=0.3 + gun_length / 2), MAIN, shade=0.8)
    builder.add("gun", cylinder(0.085, 0.16).turn(x=90).move(y=0.73, z=0.26 + gun_length), MAIN, shade=0.65)
    builder.add("hatch", cylinder(0.14, 0.08).move(-0.12, 0.88, -0.15), MAIN, shade=0.7)
    builder.add("antenna", tube([(0.2, 0.8, -0.4), (0.22, 1.3, -0.46)], 0.012, count=2), "black")
    emblem = prism([(0, 0.11), (-0.1, 0.04), (-0.065, -0.09), (0.065, -0.09), (0.1, 0.04)], 0.03)
    builder.add("emblem", pair(emblem.turn(y=90).move(0.315, 0.72, -0.15)), ACCENT)
