"""The text header of a PLY file: which elements follow, with how many rows and which properties."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from splats.errors import DecodeError

MAX_HEADER_BYTES = 64 * 2**10
"""A header of degree-3 splats takes 1.6 KB; the rest leaves space for comments and unknown properties."""

_SCALAR_CODES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "float32": "f4",
    "float64": "f8",
}
_BYTE_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_COUNT = re.compile(r"[0-9]{1,18}")
_START = re.compile(rb"ply[ \t]*(\r\n|\n|\r)")
_END = {
    b"\n": re.compile(rb"\nend_header[ \t]*\r?\n"),
    b"\r\n": re.compile(rb"\nend_header[ \t]*\r?\n"),
    b"\r": re.compile(rb"\rend_header[ \t]*\r"),
}
"""The end of the header by the line end of its first line."""


@dataclass(slots=True)
class Element:
    """One kind of row.

    name     vertex, face, …
    count    the number of rows
    scalars  the scalar properties: name → NumPy code without byte order
    layout   all properties in order: the code of a list's count, empty for a scalar, and the code of its values
    """

    name: str
    count: int
    scalars: dict[str, str] = field(default_factory=dict)
    layout: list[tuple[str, str]] = field(default_factory=list)

    @property
    def has_list(self) -> bool:
        """Whether the rows differ in length."""
        return any(count_code for count_code, _ in self.layout)

    def row_dtype(self, byte_order: str) -> np.dtype[np.void]:
        """Return the packed layout of one binary row."""
        return np.dtype([(name, byte_order + code) for name, code in self.scalars.items()])


@dataclass(frozen=True, slots=True)
class Header:
    """The parsed header.

    byte_order  "<", ">" or, for the ascii format, empty
    elements    in the order of the body
    comments    the text of the comment and obj_info lines; bytes beyond ASCII as latin-1
    body_start  the byte of the file at which the body starts
    """

    byte_order: str
    elements: tuple[Element, ...]
    comments: tuple[str, ...]
    body_start: int

    def element(self, name: str) -> Element | None:
        """Return the element of that name, if there is one."""
        return next((element for element in self.elements if element.name == name), None)


def parse_header(data: bytes) -> Header:
    """Parse the header of the PLY file `data`.

    Raises DecodeError `truncated` if the header does not end, `too_large` above MAX_HEADER_BYTES, `unknown_format` for
    a first line, format or type that PLY 1.0 does not define, `bad_encoding` for a malformed line.
    """
    start = _START.match(data)
    if start is None:
        raise DecodeError("unknown_format", "the first line of the file is not 'ply'")
    line_end = start[1]
    end = _END[line_end].search(data, 0, MAX_HEADER_BYTES)
    if end is None:
        if len(data) >= MAX_HEADER_BYTES:
            raise DecodeError("too_large", f"the PLY header does not end within {MAX_HEADER_BYTES:,} bytes")
        raise DecodeError("truncated", "the PLY header has no end_header line")
    # latin-1 maps every byte to a character, and comments may hold any.
    lines = data[: end.start()].decode("latin-1").split(line_end.decode()[-1])[1:]
    byte_order, elements = _parse_lines(lines)
    if byte_order is None:
        raise DecodeError("bad_encoding", "the PLY header has no format line")
    if len({element.name for element in elements}) != len(elements):
        raise DecodeError("bad_encoding", "the PLY header names an element twice")
    words = [line.split(None, 1) for line in lines]
    comments = [pair[1].rstrip() for pair in words if len(pair) == 2 and pair[0] in {"comment", "obj_info"}]
    return Header(byte_order, tuple(elements), tuple(comments), end.end())


def _parse_lines(lines: list[str]) -> tuple[str | None, list[Element]]:
    byte_order: str | None = None
    elements: list[Element] = []
    for line in lines:
        match line.split():
            case [] | ["comment" | "obj_info", *_]:
                continue
            case ["format", name, "1.0"] if byte_order is None and name in _BYTE_ORDERS:
                byte_order = _BYTE_ORDERS[name]
            case ["element", name, count] if _COUNT.fullmatch(count):
                elements.append(Element(name, int(count)))
            case ["property", *words] if elements:
                _add_property(elements[-1], words)
            case ["format", *_]:
                raise DecodeError("unknown_format", f"unknown or second PLY format line: {line[:80]!r}")
            case _:
                raise DecodeError("bad_encoding", f"malformed PLY header line: {line[:80]!r}")
    return byte_order, elements


def _add_property(element: Element, words: list[str]) -> None:
    match words:
        case ["list", count_type, value_type, _] if count_type in _SCALAR_CODES and value_type in _SCALAR_CODES:
            element.layout.append((_SCALAR_CODES[count_type], _SCALAR_CODES[value_type]))
        case [value_type, name] if value_type in _SCALAR_CODES:
            if name in element.scalars:
                raise DecodeError("bad_encoding", f"the PLY element {element.name[:40]!r} has {name[:40]!r} twice")
            element.scalars[name] = _SCALAR_CODES[value_type]
            element.layout.append(("", _SCALAR_CODES[value_type]))
        case [_, _] | ["list", _, _, _]:
            raise DecodeError("unknown_format", f"unknown PLY property type: {' '.join(words)[:80]!r}")
        case _:
            raise DecodeError("bad_encoding", f"malformed PLY property: {' '.join(words)[:80]!r}")
