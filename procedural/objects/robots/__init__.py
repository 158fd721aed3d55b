"""Robots; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.robots import fighting, machines, walking

OBJECTS: dict[str, BuildFunction] = {
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
"""Build function by object name."""
