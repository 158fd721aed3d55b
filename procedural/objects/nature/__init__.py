"""Plants, landscapes and the sky; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.nature import flowers, land, plants, sky, trees

OBJECTS: dict[str, BuildFunction] = {
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
"""Build function by object name."""
