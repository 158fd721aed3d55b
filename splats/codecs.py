"""Decode and encode splat files: detect the format and call its module in `splats.formats`.

World coordinates are the same in every file (y up, front toward +z); nothing is rotated here.
"""

from __future__ import annotations

from splats.errors import DecodeError
from splats.formats import ply, spz
from splats.formats.limits import MAX_ENCODED_BYTES
from splats.model import Splats


def decode(data: bytes) -> Splats:
    """Return the splats of a PLY or SPZ file, on the CPU. The first bytes decide which of the two it is.

    Safe for untrusted bytes: `splats.formats.limits` bounds time and memory. Raises DecodeError and nothing else;
    docs/formats.md explains each code.
    """
    if len(data) > MAX_ENCODED_BYTES:
        raise DecodeError("too_large", f"the file has {len(data):,} bytes; at most {MAX_ENCODED_BYTES:,} are accepted")
    if data.startswith(ply.MAGIC):
        return ply.decode(data)
    if spz.is_spz(data):
        return spz.decode(data)
    raise DecodeError("unknown_format", "the file is neither PLY nor SPZ")


def encode_ply(splats: Splats) -> bytes:
    """Encode `splats` as a binary little-endian PLY file. Raises ValueError for splats that cannot be written."""
    return ply.encode(splats)


def encode_spz(splats: Splats) -> bytes:
    """Encode `splats` as a gzip SPZ file of version 3. Raises ValueError for splats that cannot be written."""
    return spz.encode(splats)
