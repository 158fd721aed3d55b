"""The objects that the procedural generator can build: one folder a category, one build function an object.

docs/procedural.md shows how to add one. `procedural.builder` has the builder that each function is given;
`procedural.geometry` has the shapes, and `parts/` the bodies, faces, wheels and wings that several objects share.
"""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects import (
    animals,
    buildings,
    decor,
    food,
    furniture,
    gadgets,
    humanoids,
    jewelry,
    monsters,
    nature,
    robots,
    vehicles,
    weapons,
)

OBJECTS: dict[str, dict[str, BuildFunction]] = {
    "humanoids": humanoids.OBJECTS,
    "animals": animals.OBJECTS,
    "monsters": monsters.OBJECTS,
    "robots": robots.OBJECTS,
    "buildings": buildings.OBJECTS,
    "nature": nature.OBJECTS,
    "vehicles": vehicles.OBJECTS,
    "weapons": weapons.OBJECTS,
    "food": food.OBJECTS,
    "gadgets": gadgets.OBJECTS,
    "decor": decor.OBJECTS,
    "furniture": furniture.OBJECTS,
    "jewelry": jewelry.OBJECTS,
}
"""Build function by category and object name."""
