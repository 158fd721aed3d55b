"""Bounded decompression of gzip and zstd: never more output than the caller asked for, whatever the bytes claim."""

from __future__ import annotations

import zlib

import zstandard

from splats.errors import DecodeError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

_GZIP_WINDOW_BITS = 31  # zlib: 15 bits of window, plus 16 for "a gzip header and trailer"
_ZSTD_MAX_WINDOW_BYTES = 2**26  # no payload is larger, and a window never needs to be
_ZSTD_STEP_BYTES = 2**10
"""Input given to zstandard at a time. It inflates all of its input: a block of 128 KiB can be as short as 4 bytes, so
a step of 1 KiB produces at most 32 MiB before the size is checked."""


def inflate_start(data: bytes, size: int) -> bytes:
    """Return the first `size` bytes (a few) of the decompressed gzip or zstd stream `data`. Raises like `inflate`."""
    out, _ = _inflate(data, size)
    if len(out) < size:
        raise DecodeError("truncated", f"the compressed data ends after {len(out)} bytes")
    return out[:size]


def inflate(data: bytes, size: int) -> bytes:
    """Decompress the gzip or zstd stream `data` to exactly `size` bytes and verify its checksum.

    Raises DecodeError `truncated` if the data ends early, `bad_encoding` if it is damaged, decompresses to more, or is
    followed by anything (further gzip members and zstd frames included).
    """
    out, rest = _inflate(data, size + 1)
    if len(out) < size or (rest is None and len(out) == size):
        raise DecodeError("truncated", f"the compressed data ends after {len(out):,} of {size:,} bytes")
    if len(out) > size:
        raise DecodeError("bad_encoding", f"the compressed data decompresses to more than the {size:,} bytes announced")
    if rest:
        raise DecodeError("bad_encoding", "bytes follow the end of the compressed data")
    return out


def _inflate(data: bytes, limit: int) -> tuple[bytes, bytes | None]:
    """Return `limit` bytes or slightly more, and what follows the end of the stream (None if it was not reached)."""
    try:
        return _gunzip(data, limit) if data.startswith(GZIP_MAGIC) else _unzstd(data, limit)
    except (zlib.error, zstandard.ZstdError) as error:
        raise DecodeError("bad_encoding", f"damaged compressed data: {error}") from None


def _gunzip(data: bytes, limit: int) -> tuple[bytes, bytes | None]:
    stream = zlib.decompressobj(_GZIP_WINDOW_BITS)
    out = stream.decompress(data, limit)
    return out, stream.unused_data if stream.eof else None


def _unzstd(data: bytes, limit: int) -> tuple[bytes, bytes | None]:
    stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW_BYTES).decompressobj()
    out = bytearray()
    for start in range(0, len(data), _ZSTD_STEP_BYTES):
        out += stream.decompress(data[start : start + _ZSTD_STEP_BYTES])
        if stream.eof:
            return bytes(out), stream.unused_data + data[start + _ZSTD_STEP_BYTES :]
        if len(out) >= limit:
            break
    return bytes(out), None
