"""Decode and encode splat files: detect the format and call its module in `splats.formats`.

World coordinates are the same in every file (y up, front toward +z); nothing is rotated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from splats.errors import DecodeError
from splats.formats import ply, spz, spz_encoder
from splats.formats.limits import MAX_ENCODED_BYTES
from splats.formats.notes import Note, ignore
from splats.formats.spz_encoder import SpzVersion
from splats.model import Splats

_NO_METADATA: Mapping[str, str] = MappingProxyType({})

_OTHER_FILES = (
    (b"PK\x03\x04", "a ZIP archive (SOG files are ZIP archives)"),
    (b"glTF", "a GLB file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"RIFF", "a RIFF file, such as WebP"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"version https://git-lfs", "a Git LFS pointer: the file itself was not fetched"),
    (b"<", "HTML or XML"),
    (b"{", "JSON"),
    (b"cGx5", "base64 of a PLY file: it was encoded twice"),
    (b"TkdTU", "base64 of an SPZ file: it was encoded twice"),
    (b"H4sI", "base64 of gzip data: it was encoded twice"),
)
"""First bytes of what is sent by mistake, and what it is."""


def decode(data: bytes, note: Note = ignore) -> Splats:
    """Return the splats of a PLY or SPZ file, on the CPU. The first bytes decide which of the two it is.

    `note` is called with a sentence for each part of the file that the splats lack. Safe for untrusted bytes:
    `splats.formats.limits` bounds time and memory. Raises DecodeError and nothing else; docs/formats.md explains each
    code.
    """
    if len(data) > MAX_ENCODED_BYTES:
        raise DecodeError("too_large", f"the file has {len(data):,} bytes; at most {MAX_ENCODED_BYTES:,} are accepted")
    if data.startswith((ply.MAGIC, ply.BYTE_ORDER_MARK + ply.MAGIC)):
        return ply.decode(data, note)
    if spz.is_spz(data):
        return spz.decode(data, note)
    raise DecodeError("unknown_format", _what_it_is(data))


def _what_it_is(data: bytes) -> str:
    if not data:
        return "the file is empty"
    for start, name in _OTHER_FILES:
        if data.startswith(start):
            return f"the file is neither PLY nor SPZ but {name}"
    return "the file is neither PLY nor SPZ"


def encode_ply(splats: Splats, metadata: Mapping[str, str] = _NO_METADATA) -> bytes:
    """Encode `splats` as a binary little-endian PLY file, with `metadata` as comments.

    Raises ValueError for splats or metadata that cannot be written.
    """
    return ply.encode(splats, metadata)


def encode_spz(splats: Splats, version: SpzVersion = 3) -> bytes:
    """Encode `splats` as a gzip SPZ file of `version` 2 or 3.

    Raises ValueError for splats that cannot be written, or not within half a percent of the object's longest side.
    """
    return spz_encoder.encode(splats, version)
