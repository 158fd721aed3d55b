"""Even scatter: the angle that spreads points over a disc or a sphere without rows."""

from __future__ import annotations

GOLDEN_ANGLE = 2.399963
"""In radians: each point turns by it from the one before, as the seeds of a sunflower do."""

GOLDEN_ANGLE_ROUNDED = 2.39996
"""The same to five decimals, for decor and food: another rounding would move their parts."""
