"""SPZ files of splats (Niantic): quantised attributes, one section after another, compressed.

    header (16 bytes)  magic "NGSP", version u32, count u32, SH degree u8, fractional bits u8, flags u8, reserved u8
    positions 9 N      x y z, 24-bit signed fixed point with `fractional bits` bits after the point
    opacities N        255 · opacity
    colours 3 N        38.25 · sh0 + 127.5
    scales 3 N         16 · (log scale + 10)
    rotations 4 N      smallest three (version 2: 3 N, x y z with w ≥ 0)
    sh 3 (K - 1) N     128 · sh + 128, coefficient by coefficient, each r g b

Flag 1 marks antialiased splats, flag 2 extension records. Versions 2 and 3 are compressed as a whole, by gzip or zstd,
or not at all; extension records follow the sections. Version 4 has a header of 32 bytes in the clear, the extension
records, a table of sizes, and zstd data for each section. Positions are world coordinates (RUB: y up).

`splats.formats.spz_encoder` writes. gsply's reader is not used: it reads only paths, inflates without a bound, mistakes
version 1 (other positions) for version 2, and its parallel numba kernel aborts the process when two threads decode at
once and numba has neither OpenMP nor TBB.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from splats.errors import DecodeError
from splats.formats import limits, spz_extensions
from splats.formats.inflate import GZIP_MAGIC, inflate, inflate_start, starts_zstd
from splats.formats.notes import DEGREE_CUT, MAX_SH_DEGREE, READ_SH_DEGREE, Note, ignore
from splats.model import Splats

MAGIC = b"NGSP"
HEADER = struct.Struct("<4sIIBBBB")
FLAG_ANTIALIASED = 0x1
FLAG_EXTENSIONS = 0x2

_HEADER_V4 = struct.Struct("<4sIIBBBBI12x")
_TABLE_ROW = struct.Struct("<QQ")  # compressed, uncompressed size of a stream
_MAX_FRACTIONAL_BITS = 24
_MAX_SPARE_BYTES = 2**20
"""Bytes that may follow the sections within the compressed data: extension records, or zeros."""

_Bytes = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float32]

# Every value except positions and rotations is one byte. The tables are computed in float64 and rounded once, so they
# are the same on every machine.
_BYTES = np.arange(256, dtype=np.float64)
_OPACITY = (_BYTES / 255).astype(np.float32)
_SH0 = ((_BYTES / 255 - 0.5) / 0.15).astype(np.float32)
_SCALE = np.exp(_BYTES / 16 - 10).astype(np.float32)
_SH = ((_BYTES - 128) / 128).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    count: int
    sh_degree: int
    fractional_bits: int
    flags: int

    def section_sizes(self) -> list[int]:
        """Return the bytes of positions, opacities, colours, scales, rotations and sh."""
        rotation = 3 if self.version == 2 else 4
        return [self.count * each for each in (9, 1, 3, 3, rotation, 3 * ((self.sh_degree + 1) ** 2 - 1))]

    @property
    def has_extensions(self) -> bool:
        """Whether extension records are announced."""
        return bool(self.flags & FLAG_EXTENSIONS)


def is_spz(data: bytes) -> bool:
    """Check whether `data` starts like an SPZ file: its magic, or a gzip or zstd stream that may hold it."""
    return data.startswith((MAGIC, GZIP_MAGIC)) or starts_zstd(data[:4])


def decode(data: bytes, note: Note = ignore) -> Splats:
    """Decode the SPZ file `data`: version 2 or 3 in gzip, zstd or uncompressed, version 4.

    `note` is called with a sentence for each part of the file that the splats lack. Raises DecodeError with a code for
    anything else, for a file that contradicts its header, and beyond the limits of `splats.formats.limits`.
    """
    is_v4 = data.startswith(MAGIC) and data[4:8] not in {b"\2\0\0\0", b"\3\0\0\0"}
    header, sections = _open_v4(data, note) if is_v4 else _open_legacy(data, note)
    positions, opacities, colours, scales, rotations, rest = sections
    n = header.count
    if header.sh_degree > MAX_SH_DEGREE:
        note(DEGREE_CUT)
    kept = (min(header.sh_degree, MAX_SH_DEGREE) + 1) ** 2
    sh = np.empty((n, kept, 3), np.float32)  # [N, K, 3]
    sh[:, 0] = _SH0[colours.reshape(n, 3)]
    sh[:, 1:] = _SH[rest.reshape(n, -1, 3)[:, : kept - 1]]
    quats = _first_three(rotations) if header.version == 2 else _smallest_three(rotations)
    return Splats(
        means=torch.from_numpy(_positions(positions, header.fractional_bits)),
        quats=torch.from_numpy(limits.unit_quats(quats)),
        scales=torch.from_numpy(_SCALE[scales.reshape(n, 3)]),
        opacities=torch.from_numpy(_OPACITY[opacities]),
        sh=torch.from_numpy(sh),
        antialiased=bool(header.flags & FLAG_ANTIALIASED),
    )


def _open_legacy(data: bytes, note: Note) -> tuple[_Header, list[_Bytes]]:
    """Open version 2 or 3."""
    plain = data.startswith(MAGIC)
    if plain and len(data) < HEADER.size:
        raise DecodeError("truncated", "the SPZ file ends within its header")
    magic, *fields, flags, _ = HEADER.unpack(data[: HEADER.size] if plain else inflate_start(data, HEADER.size))
    if magic != MAGIC:
        holds = " but a PLY file: send that as it is" if magic[:3] == b"ply" else ""
        raise DecodeError("unknown_format", f"the compressed data is not an SPZ file{holds}")
    header = _checked_header(*fields, flags=flags, compressed=not plain)
    size = HEADER.size + sum(header.section_sizes())
    payload = data if plain else inflate(data, size, _MAX_SPARE_BYTES)
    if len(payload) < size:
        raise DecodeError("truncated", f"the SPZ file has {len(payload):,} bytes and needs {size:,}")
    after = payload[size:]
    if header.has_extensions:
        spz_extensions.check(after[:_MAX_SPARE_BYTES], note)
    elif after.strip(b"\0"):
        raise DecodeError("bad_encoding", f"the SPZ file has {len(after):,} bytes more than its header announces")
    return header, _split_sections(np.frombuffer(payload, np.uint8, size - HEADER.size, HEADER.size), header)


def _open_v4(data: bytes, note: Note) -> tuple[_Header, list[_Bytes]]:
    if len(data) < _HEADER_V4.size:
        raise DecodeError("truncated", "the SPZ file ends within its header")
    _, *fields, flags, streams, table_start = _HEADER_V4.unpack_from(data)
    header = _checked_header(*fields, flags=flags, compressed=False)
    sizes = header.section_sizes()
    if streams != len(sizes):  # an empty section has a stream in some files, and none in most
        sizes = [size for size in sizes if size]
    if streams != len(sizes) or table_start < _HEADER_V4.size:
        raise DecodeError("bad_encoding", "the table of the SPZ file does not match its header")
    if table_start + streams * _TABLE_ROW.size > len(data):
        raise DecodeError("truncated", "the SPZ file ends within its table")
    if header.has_extensions:
        if table_start - _HEADER_V4.size > _MAX_SPARE_BYTES:
            raise DecodeError("too_large", f"the SPZ extensions take {table_start - _HEADER_V4.size:,} bytes")
        spz_extensions.check(data[_HEADER_V4.size : table_start], note)
    payload, end = _inflate_streams(data, table_start, sizes)
    if data[end:].strip(b"\0"):
        raise DecodeError("bad_encoding", "bytes follow the last stream of the SPZ file")
    return header, _split_sections(np.frombuffer(payload, np.uint8), header)


def _inflate_streams(data: bytes, table_start: int, sizes: list[int]) -> tuple[bytearray, int]:
    """Return the streams of version 4, which have to decompress to `sizes`, and the byte after the last one."""
    payload = bytearray()
    start = table_start + len(sizes) * _TABLE_ROW.size
    for row, size in enumerate(sizes):
        packed, unpacked = _TABLE_ROW.unpack_from(data, table_start + row * _TABLE_ROW.size)
        if unpacked != size:
            raise DecodeError("bad_encoding", f"SPZ stream {row} announces {unpacked:,} bytes instead of {size:,}")
        if start + packed > len(data):
            raise DecodeError("truncated", f"the SPZ file ends within stream {row}")
        stream = data[start : start + packed]
        if stream or size:
            if not starts_zstd(stream[:4]):
                raise DecodeError("bad_encoding", f"SPZ stream {row} is not zstd")
            payload += inflate(stream, size)
        start += packed
    return payload, start


def _checked_header(
    version: int, count: int, sh_degree: int, fractional_bits: int, *, flags: int, compressed: bool
) -> _Header:
    if version == 4 and compressed:
        detail = "SPZ version 4 within gzip or zstd: it compresses its own sections, so send it uncompressed"
        raise DecodeError("unknown_format", detail)
    if version not in {2, 3, 4}:
        raise DecodeError("unknown_format", f"SPZ version {version}; versions 2, 3 and 4 are read")
    if sh_degree > READ_SH_DEGREE:
        detail = f"spherical harmonics of degree {sh_degree}; 0 to {READ_SH_DEGREE} are read"
        raise DecodeError("unknown_format", detail)
    if not 1 <= fractional_bits <= _MAX_FRACTIONAL_BITS:
        raise DecodeError(
            "out_of_range", f"{fractional_bits} fractional bits; 1 to {_MAX_FRACTIONAL_BITS} are supported"
        )
    limits.check_count(count)
    return _Header(version, count, sh_degree, fractional_bits, flags)


def _split_sections(payload: _Bytes, header: _Header) -> list[_Bytes]:
    return np.split(payload, np.cumsum(header.section_sizes())[:-1])


def _positions(section: _Bytes, fractional_bits: int) -> _Floats:
    wide = np.zeros((len(section) // 3, 4), np.uint8)  # [3 N, 4]: the 24 bits on top of an int32, for its sign
    wide[:, 1:] = section.reshape(-1, 3)
    fixed = wide.view("<i4").reshape(-1, 3) >> 8  # [N, 3]
    means = fixed.astype(np.float32) / np.float32(1 << fractional_bits)
    limits.check_range("positions", means, -limits.MAX_POSITION, limits.MAX_POSITION)
    return means


def _first_three(section: _Bytes) -> _Floats:
    """Return quaternions [N, 4] wxyz from x, y, z in bytes; w ≥ 0 completes the length to 1."""
    quats = np.empty((len(section) // 3, 4), np.float32)
    quats[:, 1:] = section.reshape(-1, 3) / np.float32(127.5) - np.float32(1)
    quats[:, 0] = np.sqrt(np.maximum(0, 1 - np.einsum("nk,nk->n", quats[:, 1:], quats[:, 1:])))
    return quats


def _smallest_three(section: _Bytes) -> _Floats:
    """Return quaternions [N, 4] wxyz from 32 bits: 2 name the largest component (order xyzw), 10 hold each other one.

    Those are a sign bit and 9 bits of magnitude up to √½, the last component lowest; the largest is positive.
    """
    packed = section.view("<u4").copy()  # [N]
    largest = packed >> 30
    xyzw = np.empty((len(packed), 4), np.float32)
    for axis in (3, 2, 1, 0):
        stored = largest != axis
        magnitude = (packed & 511).astype(np.float32) * np.float32(math.sqrt(0.5) / 511)
        xyzw[:, axis] = np.where(stored, np.where(packed & 512, -magnitude, magnitude), 0)
        packed = np.where(stored, packed >> 10, packed)
    rest = np.sqrt(np.maximum(0, 1 - np.einsum("nk,nk->n", xyzw, xyzw)))
    xyzw[np.arange(len(packed)), largest] = rest
    return np.roll(xyzw, 1, axis=1)
