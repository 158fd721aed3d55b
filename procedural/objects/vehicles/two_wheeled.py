"""Build functions of vehicles on two wheels. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from procedural.builder import ACCENT, MAIN, Builder
from procedural.geometry.joint import Joint
from procedural.geometry.sdf import Capsule, Ellipsoid, Primitive, RoundedBox
from procedural.geometry.shapes import box, capsule, cylinder, join, pair, ring, row, sphere, torus
from procedural.geometry.sweeps import tube
from procedural.objects.parts.wheels import on_axle


def bicycle(builder: Builder) -> None:
    """Build a city bicycle: spoked wheels, a diamond frame, a saddle, a handlebar and pedals."""
    wheel_radius, half_base = builder.vary(0.34, 0.05), builder.vary(0.53, 0.06)
    saddle_height = builder.vary(0.86, 0.06)
    frame_radius = builder.vary(0.028)
    bar_reach = builder.vary(0.27, 0.1)
    has_mudguard = builder.chance(0.4)

    rear_hub, front_hub = (0.0, wheel_radius, -half_base), (0.0, wheel_radius, half_base)
    crank = (0.0, wheel_radius - 0.04, -0.08)
    seat_lug = (0.0, saddle_height - 0.12, -0.22)
    head_top = (0.0, saddle_height - 0.06, half_base - 0.2)
    head_bottom = (0.0, saddle_height - 0.2, half_base - 0.17)
    steerer_top = (0.0, saddle_height + 0.03, half_base - 0.23)

    for hub in (rear_hub, front_hub):
        _add_spoked_wheel(builder, hub, wheel_radius)
    for start, end in ((crank, seat_lug), (crank, head_bottom), (seat_lug, head_top)):
        builder.add("frame", tube([start, end], frame_radius, count=2))
    for x in (-0.045, 0.045):
        rear_axle, front_axle = (x, wheel_radius, -half_base), (x, wheel_radius, half_base)
        for start in (crank, seat_lug):
            builder.add("frame", tube([start, rear_axle], frame_radius * 0.6, count=2))
        crown, bend = (x, head_bottom[1] - 0.02, head_bottom[2]), (x * 1.1, wheel_radius + 0.15, half_base - 0.08)
        builder.add("fork", tube([crown, bend, front_axle], frame_radius * 0.7))
    builder.add("frame", tube([head_bottom, steerer_top], frame_radius * 1.15, count=2))
    _add_saddle(builder, seat_lug, saddle_height)
    _add_bicycle_bar(builder, saddle_height, half_base - 0.25, bar_reach)
    _add_pedals(builder, crank)
    if has_mudguard:
        guard = torus(wheel_radius + 0.06, 0.022, arc_deg=130).turn(z=90).turn(x=-100)
        builder.add("mudguard", guard.move(*rear_hub))


def _add_spoked_wheel(builder: Builder, hub: Joint, radius: float) -> None:
    spoke = tube([(0, 0, 0), (0, 0, radius - 0.03)], 0.005, count=2, sides=6)
    builder.add("wheel", on_axle(torus(radius, 0.03), hub), "black", "rubber")
    builder.add("rim", on_axle(torus(radius - 0.035, 0.014), hub), "silver", "metal")
    builder.add("spoke", on_axle(ring(spoke, 14), hub), "silver", "metal")
    builder.add("wheel", on_axle(cylinder(0.03, 0.09), hub), "silver", "metal")


def _add_saddle(builder: Builder, seat_lug: Joint, height: float) -> None:
    builder.add("saddle", tube([seat_lug, (0, height, -0.25)], 0.018, count=2), "silver", "metal")
    spine = [(0, height + 0.02, -0.36), (0, height + 0.03, -0.25), (0, height + 0.02, -0.08)]
    saddle = tube(spine, [0.09, 0.08, 0.03, 0.02])
    builder.add("saddle", saddle.scale(1, 0.6, 1).move(y=0.4 * height), ACCENT, "leather")


def _add_bicycle_bar(builder: Builder, stem_base: float, z: float, reach: float) -> None:
    """Add a stem that starts at the height `stem_base`, and a bar that reaches that far to each side."""
    y = stem_base + 0.08
    clamp = (0, y, z + 0.04)
    half_bar = tube([clamp, (reach * 0.6, y + 0.05, z), (reach, y + 0.02, z - 0.14)], 0.016)
    builder.add("handlebar", pair(half_bar), "silver", "metal")
    builder.add("handlebar", tube([(0, stem_base, z + 0.02), clamp], 0.018, count=2), "silver", "metal")
    grip = tube([(reach, y + 0.025, z - 0.08), (reach, y + 0.015, z - 0.2)], 0.024, count=3)
    builder.add("grip", pair(grip), ACCENT, "rubber")


def _add_pedals(builder: Builder, crank: Joint) -> None:
    """Add the chain ring and two pedals, one up and one down."""
    _, y, z = crank
    builder.add("chain", on_axle(cylinder(0.085, 0.012), (0.06, y, z)), "grey", "metal")
    for side in (-1, 1):
        pedal_y, pedal_z = y - 0.12 * side, z + 0.08 * side
        arm = tube([(0.08 * side, y, z), (0.09 * side, pedal_y, pedal_z)], 0.012)
        pedal = box(0.1, 0.025, 0.07, 0.01).move(0.14 * side, pedal_y, pedal_z)
        builder.add("pedal", join(arm, pedal), "black", "rubber")


def motorcycle(builder: Builder) -> None:
    """Build a motorcycle: fat tyres, a tank, an engine, a seat and a high bar."""
    half_base, wheel_radius = builder.vary(0.62, 0.05), builder.vary(0.28, 0.06)
    bar_y = builder.vary(0.96, 0.06)
    rear_hub, front_hub = (0.0, wheel_radius, -half_base), (0.0, wheel_radius, half_base)

    for hub, guard_turn in ((rear_hub, -70), (front_hub, -110)):
        builder.add("wheel", on_axle(torus(wheel_radius - 0.07, 0.085), hub), "black", "rubber")
        builder.add("rim", on_axle(torus(wheel_radius - 0.15, 0.022), hub), "silver", "metal")
        builder.add("rim", on_axle(cylinder(wheel_radius - 0.15, 0.03), hub), "silver", "metal")
        guard = torus(wheel_radius + 0.045, 0.06, arc_deg=120).turn(z=90).turn(x=guard_turn)
        builder.add("mudguard", guard.move(*hub), MAIN, "glossy")

    builder.add("engine", box(0.24, 0.26, 0.34, 0.05).move(y=0.32), "dark grey", "metal")
    cooling_fins = row(box(0.3, 0.025, 0.24, 0.01), 5, y=0.045).turn(x=18)
    builder.add("engine", cooling_fins.move(y=0.47, z=0.05), "silver", "metal")
    tank: list[Primitive] = [
        Ellipsoid((0, 0.72, 0.14), (0.15, 0.12, 0.27)),
        Ellipsoid((0, 0.66, -0.02), (0.11, 0.09, 0.2)),
        Capsule((0, 0.66, -0.2), (0, 0.68, -0.56), 0.1, 0.06),
    ]
    builder.blend("tank", tank, MAIN, "glossy", smooth=0.1, detail=48)
    seat = tube([(0, 0.74, 0.0), (0, 0.7, -0.2), (0, 0.76, -0.45)], [0.1, 0.12, 0.09], flat=0.6)
    builder.add("seat", seat, "dark brown", "leather")

    fork_leg = [(0.1, wheel_radius, half_base), (0.1, 0.66, half_base - 0.22), (0.1, 0.86, half_base - 0.31)]
    builder.add("fork", pair(tube(fork_leg, 0.03, straight=True)), "silver", "metal")
    half_bar = [(0, 0.85, half_base - 0.3), (0.14, bar_y, half_base - 0.32), (0.36, bar_y, half_base - 0.44)]
    builder.add("handlebar", pair(tube(half_bar, 0.022)), "silver", "metal")
    grip = capsule((0.33, bar_y, half_base - 0.42), (0.42, bar_y - 0.005, half_base - 0.47), 0.032)
    builder.add("grip", pair(grip), "black", "rubber")
    lamp = capsule((0, 0.8, half_base - 0.24), (0, 0.79, half_base - 0.14), 0.095)
    builder.add("headlight", lamp, "silver", "metal")
    builder.add("headlight", cylinder(0.08, 0.05).turn(x=84).move(y=0.79, z=half_base - 0.06), "yellow", "glow")
    builder.add("taillight", sphere(0.05).move(y=0.67, z=-half_base - 0.02), "red", "glow")

    pipe = [(0.14, 0.42, 0.18), (0.17, 0.2, 0.12), (0.17, 0.18, -0.2), (0.18, 0.24, -half_base - 0.12)]
    builder.add("exhaust", pair(tube(pipe, [0.035, 0.035, 0.05, 0.065])), "silver", "metal")
    rail = [(0.06, 0.68, half_base - 0.26), (0.09, 0.3, 0.2), (0.09, 0.28, -0.25), (0.06, wheel_radius, -half_base)]
    builder.add("frame", pair(tube(rail, 0.032)), ACCENT)


def scooter(builder: Builder) -> None:
    """Build a motor scooter: a leg shield, a flat floor and a round tail."""
    half_base, wheel_radius = builder.vary(0.5, 0.05), 0.19
    rear_hub, front_hub = (0.0, wheel_radius, -half_base), (0.0, wheel_radius, half_base)

    for hub in (rear_hub, front_hub):
        builder.add("wheel", on_axle(torus(wheel_radius - 0.06, 0.07), hub), "black", "rubber")
        builder.add("rim", on_axle(cylinder(wheel_radius - 0.09, 0.07), hub), "silver", "metal")

    tail = [
        Ellipsoid((0, 0.42, -half_base + 0.02), (0.2, 0.21, 0.36)),
        Ellipsoid((0, 0.5, -half_base + 0.16), (0.16, 0.16, 0.2)),
    ]
    floor = RoundedBox((0, 0.2, 0.0), (0.32, 0.08, 0.56), 0.04)
    steering_column = Capsule((0, 0.24, 0.24), (0, 0.72, half_base - 0.24), 0.09, 0.07)
    leg_shield = RoundedBox((0, 0.5, half_base - 0.22), (0.4, 0.56, 0.07), 0.03, (-18, 0, 0))
    lamp_housing = Ellipsoid((0, 0.9, half_base - 0.33), (0.14, 0.1, 0.13))
    front_mudguard = Ellipsoid((0, 0.32, half_base), (0.11, 0.12, 0.24))
    wheel_wells = [
        Ellipsoid((0, 0.14, half_base), (0.12, 0.16, 0.19), subtract=True),
        Ellipsoid((0, 0.12, -half_base), (0.1, 0.18, 0.2), subtract=True),
    ]
    body: list[Primitive] = [*tail, floor, steering_column, leg_shield, lamp_housing, front_mudguard, *wheel_wells]
    builder.blend("body", body, MAIN, "glossy", smooth=0.09, detail=64)

    seat = tube([(0, 0.66, -0.1), (0, 0.69, -0.3), (0, 0.67, -half_base - 0.2)], [0.11, 0.15, 0.1], flat=0.5)
    builder.add("seat", seat, ACCENT, "leather")
    half_bar = [(0, 0.93, half_base - 0.34), (0.2, 0.98, half_base - 0.38), (0.34, 0.96, half_base - 0.46)]
    builder.add("handlebar", pair(tube(half_bar, 0.022)), "silver", "metal")
    grip = capsule((0.27, 0.97, half_base - 0.42), (0.36, 0.955, half_base - 0.47), 0.033)
    builder.add("grip", pair(grip), "black", "rubber")
    builder.add("headlight", cylinder(0.075, 0.06).turn(x=90).move(y=0.9, z=half_base - 0.21), "yellow", "glow")
    for side in (-1, 1):
        stalk = tube([(0.18 * side, 0.97, half_base - 0.38), (0.26 * side, 1.12, half_base - 0.4)], 0.012, count=2)
        glass = cylinder(0.06, 0.025).turn(x=80).move(0.27 * side, 1.15, half_base - 0.4)
        builder.add("mirror", join(stalk, glass), "silver", "metal")
    builder.add("taillight", sphere(0.05).move(y=0.5, z=-half_base - 0.3), "red", "glow")
