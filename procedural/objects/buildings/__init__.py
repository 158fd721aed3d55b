"""Buildings and structures; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.buildings import houses, places, shelters

OBJECTS: dict[str, BuildFunction] = {
    "house": houses.house,
    "castle": houses.castle,
    "lighthouse": houses.lighthouse,
    "windmill": houses.windmill,
    "church": places.church,
    "pagoda": places.pagoda,
    "skyscraper": places.skyscraper,
    "temple": places.temple,
    "barn": shelters.barn,
    "igloo": shelters.igloo,
    "tent": shelters.tent,
}
"""Build function by object name."""
