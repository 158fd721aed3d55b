"""The extension records of SPZ files: vendors' additions, each with a type and a length, which readers may skip.

type u32 (vendor in the upper 16 bits), length u32, `length` bytes
"""

from __future__ import annotations

import struct

from splats.errors import DecodeError
from splats.formats.notes import Note

_RECORD = struct.Struct("<II")
_COORDINATE_SYSTEM = 0xADBE0003
"""SPZ_ADOBE_coordinate_system: the axes of the file as u32, one of a list of which 0 is unknown and 4 is RUB."""

_RUB = {0, 4}
"""The axes that every file without the record has; readers take 0 for RUB."""


def check(records: bytes, note: Note) -> None:
    """Go through `records`, with zeros behind the last one, and tell `note` how many were skipped.

    Raises DecodeError `unknown_format` for a record that changes the axes, `bad_encoding` for one that is cut short.
    """
    at = skipped = 0
    while at < len(records):
        if len(records) - at < _RECORD.size:
            _check_zeros(records[at:])
            break
        kind, length = _RECORD.unpack_from(records, at)
        if kind == 0:  # no record has this type
            _check_zeros(records[at:])
            break
        at += _RECORD.size
        payload = records[at : at + min(length, 4)]
        at += length
        if at > len(records):
            raise DecodeError("bad_encoding", f"the SPZ extension {kind:#010x} is longer than the file")
        if kind == _COORDINATE_SYSTEM and int.from_bytes(payload, "little") not in _RUB:
            detail = "the SPZ extension SPZ_ADOBE_coordinate_system gives the file other axes: save it as RUB"
            raise DecodeError("unknown_format", detail)
        skipped += kind != _COORDINATE_SYSTEM
    if skipped:
        note(f"{skipped:,} SPZ extension {'record was' if skipped == 1 else 'records were'} skipped")


def _check_zeros(rest: bytes) -> None:
    if rest.strip(b"\0"):
        raise DecodeError("bad_encoding", f"{len(rest):,} bytes of the SPZ extensions are no record")
