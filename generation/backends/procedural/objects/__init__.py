"""The objects the procedural generator can build: one file a category, one builder function an object.

To add an object: write `def teapot(make: Make) -> None` in its category's file, enter it in that file's `BUILDERS`
under the name it has in `objects.yaml`, and give it a block there (synonyms, colours, parts, poses).
See `generation.backends.procedural.make` for the workbench, `shapes`, `sweeps` and `blend` for the shapes.
"""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import (
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

Builder = Callable[[Make], None]

BUILDERS: dict[str, dict[str, Builder]] = {
    "humanoids": humanoids.BUILDERS,
    "animals": animals.BUILDERS,
    "monsters": monsters.BUILDERS,
    "robots": robots.BUILDERS,
    "buildings": buildings.BUILDERS,
    "nature": nature.BUILDERS,
    "vehicles": vehicles.BUILDERS,
    "weapons": weapons.BUILDERS,
    "food": food.BUILDERS,
    "gadgets": gadgets.BUILDERS,
    "decor": decor.BUILDERS,
    "furniture": furniture.BUILDERS,
    "jewelry": jewelry.BUILDERS,
}
"""Builder by category and object name."""
