"""What a reader tells of a file that it could not keep whole."""

from __future__ import annotations

from collections.abc import Callable

Note = Callable[[str], None]
"""Called with a sentence about a part of the file that the splats lack."""

MAX_SH_DEGREE = 3
"""Highest degree of spherical harmonics that splats keep."""

READ_SH_DEGREE = 4
"""Highest degree that files may have; of degree 4, the first 16 of 25 coefficients are kept."""

DEGREE_CUT = "spherical harmonics of degree 4 were cut to degree 3: the first 16 of 25 coefficients"


def ignore(sentence: str) -> None:
    """Do nothing with a note."""
