"""Builders of plants, landscapes and the sky. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import nature_flowers as flowers
from generation.backends.procedural.objects import nature_land as land
from generation.backends.procedural.objects import nature_plants as plants
from generation.backends.procedural.objects import nature_sky as sky
from generation.backends.procedural.objects import nature_trees as trees

BUILDERS: dict[str, Callable[[Make], None]] = {
    "tree": trees.tree,
    "pine tree": trees.pine,
    "christmas tree": trees.christmas_tree,
    "palm tree": plants.palm,
    "cherry tree": trees.cherry_tree,
    "bush": trees.bush,
    "flower": flowers.flower,
    "sunflower": flowers.sunflower,
    "rose": flowers.rose,
    "tulip": flowers.tulip,
    "mushroom": plants.mushroom,
    "cactus": plants.cactus,
    "leaf": plants.leaf,
    "rock": land.rock,
    "crystal": land.crystal,
    "mountain": land.mountain,
    "volcano": land.volcano,
    "floating island": land.island,
    "cloud": sky.cloud,
    "sun": sky.sun,
    "moon": sky.moon,
    "planet": sky.planet,
    "rainbow": sky.rainbow,
}
"""Builder by the object's name in objects.yaml."""
