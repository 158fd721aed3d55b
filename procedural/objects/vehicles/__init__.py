"""Vehicles on land, on water and in the air; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.vehicles import air, land, two_wheeled, water

OBJECTS: dict[str, BuildFunction] = {
    "bicycle": two_wheeled.bicycle,
    "car": land.car,
    "truck": land.truck,
    "bus": land.bus,
    "train": land.train,
    "motorcycle": two_wheeled.motorcycle,
    "tractor": land.tractor,
    "tank": land.tank,
    "scooter": two_wheeled.scooter,
    "airplane": air.airplane,
    "helicopter": air.helicopter,
    "rocket": air.rocket,
    "hot air balloon": air.hot_air_balloon,
    "ufo": air.ufo,
    "sailboat": water.sailboat,
    "submarine": water.submarine,
    "ship": water.ship,
}
"""Build function by object name."""
