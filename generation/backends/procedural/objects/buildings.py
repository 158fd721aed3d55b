"""Builders of buildings and structures. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make

BUILDERS: dict[str, Callable[[Make], None]] = {}
"""Builder by the object's name in objects.yaml."""
