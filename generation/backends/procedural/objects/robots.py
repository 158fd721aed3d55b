"""Builders of robots and androids. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import robots_fighting as fighting
from generation.backends.procedural.objects import robots_machines as machines
from generation.backends.procedural.objects import robots_walking as walking

BUILDERS: dict[str, Callable[[Make], None]] = {
    "robot": walking.robot,
    "tin robot": walking.tin_robot,
    "robot dog": walking.robot_dog,
    "spider robot": fighting.spider_robot,
    "mech": fighting.mech,
    "drone": machines.drone,
    "rover": machines.rover,
    "robot arm": machines.robot_arm,
    "tracked robot": machines.tracked_robot,
}
"""Builder by the object's name in objects.yaml."""
