"""Reads text files with one entry a line, as people write them: prompts, hotkeys."""

from __future__ import annotations

import re
from pathlib import Path

_LINE_END = re.compile(rb"\r\n|\n|\r")
_QUOTED = re.compile(r"""\s*(?:"((?:[^"]|"")*)"|'([^']*)')\s*(?:\#.*)?""")

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF16_SIGNS = (b"\n\0", b"\0\n", b"\r\0", b"\0\r", b"\0\0")
"""Line ends in UTF-16, and what UTF-32 and binary files contain."""


class NotTextError(ValueError):
    """The file is not text, or not in UTF-8."""


def read_list(path: Path) -> tuple[list[str], int]:
    """Return the entries of a UTF-8 file, with or without a byte-order mark, and the number of lines not in UTF-8.

    Empty lines are left out, and so is what follows a `#`. An entry may be in quotes, within which a `#` is itself and
    two double quotes stand for one. Raises OSError, or NotTextError for UTF-16, UTF-32 and binary files.
    """
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if data.startswith(_UTF16_MARKS) or any(mark in data for mark in _UTF16_SIGNS):
        raise NotTextError(f"{path} is not text in UTF-8: it looks like UTF-16 or a binary file; save it as UTF-8")
    entries, undecodable = [], 0
    for line in _LINE_END.split(data):
        try:
            entry = _entry(line.decode())
        except UnicodeDecodeError:
            undecodable += 1
            continue
        if entry:
            entries.append(entry)
    return entries, undecodable


def _entry(line: str) -> str:
    if quoted := _QUOTED.fullmatch(line):
        double, single = quoted.groups()
        return (double.replace('""', '"') if double is not None else single).strip()
    return line.partition("#")[0].strip()
