"""Find the rows of elements in the body of a PLY file and return their columns."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError
from splats.formats.ply_header import Element, Header
from splats.formats.ply_text import parse_numbers, skip_rows

Columns = dict[str, npt.NDArray[np.generic]]
"""The values of an element by property, each [rows]."""

MAX_LISTS = 1_000_000
"""Lists ahead of the splats, which have to be gone through one by one: about a second."""

_PADDING = b"\0 \t\r\n\f\v"
"""Bytes that may follow the last row: tools pad files to a multiple of a block, and texts end with line ends."""


def read_columns(data: bytes, header: Header, wanted: Collection[str]) -> dict[str, Columns]:
    """Return the columns of the elements that are named in `wanted` and stand in `header`, by element.

    Elements ahead of them are skipped, lists included; nothing behind the last one is looked at. Nothing is allocated
    for a row before the file is known to be long enough for it.
    Raises DecodeError `truncated` for missing rows, `bad_encoding` for a word that is not a number or for bytes behind
    the last row, `too_large` for more numbers or lists than can be read in bounded time.
    """
    last = max(i for i, element in enumerate(header.elements) if element.name in wanted)
    order = header.byte_order
    if not order:
        data = data.rstrip(_PADDING)
    found: dict[str, Columns] = {}
    at = header.body_start
    for element in header.elements[: last + 1]:
        if element.name in wanted:
            found[element.name], at = (
                _binary_columns(data, at, element, order) if order else _text_columns(data, at, element)
            )
        else:
            at = _skip_binary(data, at, element, order) if order else skip_rows(data, at, element)
    if last == len(header.elements) - 1 and data[at:].strip(_PADDING):
        raise DecodeError("bad_encoding", f"{len(data) - at:,} bytes follow the last row of the PLY file")
    return found


def _binary_columns(data: bytes, start: int, element: Element, byte_order: str) -> tuple[Columns, int]:
    dtype = element.row_dtype(byte_order)
    end = start + element.count * dtype.itemsize
    _check_end(data, end)
    rows = np.frombuffer(data, dtype, element.count, start)
    return {name: rows[name] for name in element.scalars}, end


def _text_columns(data: bytes, start: int, element: Element) -> tuple[Columns, int]:
    width = len(element.scalars)
    values, end = parse_numbers(data, start, element.count * width)
    table = values.reshape(element.count, width)  # [N, P]
    return {name: table[:, i] for i, name in enumerate(element.scalars)}, end


def _skip_binary(data: bytes, at: int, element: Element, byte_order: str) -> int:
    """Return the byte after the rows of `element`, which start at byte `at`."""
    if not element.has_list:
        end = at + element.count * element.row_dtype(byte_order).itemsize
        _check_end(data, end)
        return end
    _check_end(data, at + element.count)  # a row of lists has at least a byte
    lists = element.count * sum(1 for count_code, _ in element.layout if count_code)
    if lists > MAX_LISTS:
        raise DecodeError(
            "too_large", f"{lists:,} PLY lists stand ahead of the splats; at most {MAX_LISTS:,} are accepted"
        )
    layout = [
        (np.dtype(count_code or "u1"), np.dtype(code).itemsize, bool(count_code)) for count_code, code in element.layout
    ]
    if any(is_list and count_type.kind == "f" for count_type, _, is_list in layout):
        raise DecodeError(
            "unknown_format", f"the lists of the PLY element {element.name[:40]!r} have fractional counts"
        )
    endian: Literal["little", "big"] = "big" if byte_order == ">" else "little"
    for _ in range(element.count):
        for count_type, size, is_list in layout:
            if not is_list:
                at += size
                continue
            count = int.from_bytes(data[at : at + count_type.itemsize], endian, signed=count_type.kind == "i")
            if count < 0:
                raise DecodeError(
                    "bad_encoding", f"a list of the PLY element {element.name[:40]!r} has the count {count}"
                )
            at += count_type.itemsize + count * size
        _check_end(data, at)
    return at


def _check_end(data: bytes, end: int) -> None:
    if end > len(data):
        raise DecodeError("truncated", f"the PLY file needs {end:,} bytes and has {len(data):,}")
