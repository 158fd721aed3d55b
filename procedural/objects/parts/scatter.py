"""Even scatter: the turn that spreads points over a disc or a sphere without rows."""

from __future__ import annotations

GOLDEN_ANGLE = 2.39996
"""In radians: each point turns by it from the one before, as the seeds of a sunflower do."""
