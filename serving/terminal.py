"""Lets a program print any text, whatever its terminal's encoding. Standard library only."""

from __future__ import annotations

import io
import sys


def accept_any_text() -> None:
    r"""Write characters that the encoding of standard output or error lacks as escapes (`\u2026`), instead of failing.

    ASCII terminals (`LC_ALL=C`, `PYTHONIOENCODING=ascii`) would otherwise end a program at its first accented letter.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a test or a progress bar has put there
            stream.reconfigure(errors="backslashreplace")
