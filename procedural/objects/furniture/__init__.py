"""Furniture; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.furniture import soft, wooden

OBJECTS: dict[str, BuildFunction] = {
    "chair": wooden.chair,
    "armchair": soft.armchair,
    "sofa": soft.sofa,
    "bed": soft.bed,
    "table": wooden.table,
    "desk": wooden.desk,
    "stool": wooden.stool,
    "bookshelf": wooden.bookshelf,
    "wardrobe": wooden.wardrobe,
    "dresser": wooden.dresser,
    "lamp": wooden.lamp,
    "bench": soft.bench,
    "rocking chair": soft.rocking_chair,
    "throne": soft.throne,
}
"""Build function by object name."""
