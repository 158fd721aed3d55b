"""Bounded decompression of gzip and zstd: never more output than the caller asked for, whatever the bytes claim."""

from __future__ import annotations

import zlib

import zstandard

from splats.errors import DecodeError

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

MAX_MEMBERS = 4096
"""Gzip members or zstd frames in a file. Parallel compressors make one of each 64 KiB to 1 MiB, and the largest payload
has 88 MiB."""

_GZIP_WINDOW_BITS = 31  # zlib: 15 bits of window, plus 16 for "a gzip header and trailer"
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # the last three bytes of the magic number; the first is 0x50 to 0x5f
_ZSTD_MAX_WINDOW_BYTES = 2**26  # the largest file; windows of real files have 8 MiB at most
_GZIP_STEP_BYTES = 2**16
_ZSTD_STEP_BYTES = 2**10
"""Input given to zstandard at a time. It inflates all of its input: a block of 128 KiB can be as short as 4 bytes, so
a step of 1 KiB produces at most 32 MiB before the size is checked."""


def inflate_start(data: bytes, size: int) -> bytes:
    """Return the first `size` bytes (a few) of the decompressed gzip or zstd data. Raises like `inflate`."""
    out, _ = _inflate(data, size)
    if len(out) < size:
        raise DecodeError("truncated", f"the compressed data ends after {len(out)} bytes")
    return out[:size]


def inflate(data: bytes, size: int, spare: int = 0) -> bytes:
    """Decompress gzip or zstd data to `size` bytes, and up to `spare` bytes more if there are more.

    The data may have several gzip members or zstd frames (skippable ones included), as parallel compressors write them,
    and zeros behind the last one. Checksums are verified.
    Raises DecodeError `truncated` if the data ends early, `bad_encoding` if it is damaged, decompresses to more, is
    followed by anything else or has more than MAX_MEMBERS members.
    """
    out, at_end = _inflate(data, size + spare + 1)
    if len(out) > size + spare:
        raise DecodeError("bad_encoding", f"the compressed data decompresses to more than the {size:,} bytes announced")
    if len(out) < size or not at_end:
        raise DecodeError("truncated", f"the compressed data ends after {len(out):,} of {size:,} bytes")
    return out


def starts_zstd(data: bytes) -> bool:
    """Whether `data` starts with a zstd frame, be it a skippable one."""
    return data.startswith(ZSTD_MAGIC) or (data[1:4] == _ZSTD_SKIPPABLE and 0x50 <= data[0] <= 0x5F)


def _inflate(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Return `limit` bytes or slightly more, and whether the end of the data was reached."""
    gunzip = data.startswith(GZIP_MAGIC)
    member = _gzip_member if gunzip else _zstd_frame
    try:
        out, at = member(data, 0, limit)
        if at == len(data):  # one member, as nearly always
            return out, True
        pieces = bytearray(out)
        members = 1
        while at is not None and len(pieces) < limit:
            if not (data.startswith(GZIP_MAGIC, at) if gunzip else starts_zstd(data[at : at + 4])):
                if data[at:].strip(b"\0"):
                    raise DecodeError("bad_encoding", "bytes follow the end of the compressed data")
                return bytes(pieces), True
            if members == MAX_MEMBERS:
                raise DecodeError(
                    "bad_encoding", f"the compressed data has more than {MAX_MEMBERS:,} members or frames"
                )
            out, at = member(data, at, limit - len(pieces))
            pieces += out
            members += 1
    except (zlib.error, zstandard.ZstdError) as error:
        raise DecodeError("bad_encoding", f"damaged compressed data: {error}") from None
    return bytes(pieces), at is not None


def _gzip_member(data: bytes, start: int, limit: int) -> tuple[bytes, int | None]:
    """Return up to `limit` bytes of the member at byte `start`, and the byte after it (None if it was not reached)."""
    stream = zlib.decompressobj(_GZIP_WINDOW_BITS)
    if start == 0:  # in one piece, which is the fastest for the only member of a file
        out = stream.decompress(data, limit)
        return out, len(data) - len(stream.unused_data) if stream.eof else None
    pieces = bytearray()
    while start < len(data) and len(pieces) < limit:
        step = data[start : start + _GZIP_STEP_BYTES]
        pieces += stream.decompress(step, limit - len(pieces))
        start += len(step) - len(stream.unconsumed_tail) - len(stream.unused_data)
        if stream.eof:
            return bytes(pieces), start
    return bytes(pieces), None


def _zstd_frame(data: bytes, start: int, limit: int) -> tuple[bytes, int | None]:
    """Return `limit` bytes or slightly more of the frame at byte `start`, and the byte after it (None as above)."""
    stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW_BYTES).decompressobj()
    out = bytearray()
    for at in range(start, len(data), _ZSTD_STEP_BYTES):
        out += stream.decompress(data[at : at + _ZSTD_STEP_BYTES])
        if stream.eof:
            return bytes(out), min(at + _ZSTD_STEP_BYTES, len(data)) - len(stream.unused_data)
        if len(out) >= limit:
            break
    return bytes(out), None
