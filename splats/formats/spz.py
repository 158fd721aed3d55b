"""SPZ files of splats (Niantic): quantised attributes, one section after another, compressed.

    header (16 bytes)  magic "NGSP", version u32, count u32, SH degree u8, fractional bits u8, flags u8, reserved u8
    positions 9 N      x y z, 24-bit signed fixed point with `fractional bits` bits after the point
    opacities N        255 · opacity
    colours 3 N        38.25 · sh0 + 127.5
    scales 3 N         16 · (log scale + 10)
    rotations 4 N      smallest three (version 2: 3 N, x y z with w ≥ 0)
    sh 3 (K - 1) N     128 · sh + 128, coefficient by coefficient, each r g b

Versions 2 and 3 are one gzip stream; some writers use one zstd frame for version 2. Version 4 has a header of 32 bytes
in the clear, a table of sizes, and one zstd stream a section. Positions are world coordinates (RUB: y up).

gsply encodes. Decoding is done here: gsply reads only paths, inflates without a bound, mistakes version 1 (other
positions) for version 2, and its parallel numba kernel aborts the process when two threads decode at once and numba
has neither OpenMP nor TBB.
"""

from __future__ import annotations

import math
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from splats.errors import DecodeError
from splats.formats import limits
from splats.formats.inflate import GZIP_MAGIC, ZSTD_MAGIC, inflate, inflate_start
from splats.formats.raw import deactivate
from splats.model import Splats

MAGIC = b"NGSP"

_HEADER = struct.Struct("<4sIIBBBB")
_HEADER_V4 = struct.Struct("<4sIIBBBBI12x")
_TABLE_ROW = struct.Struct("<QQ")  # compressed, uncompressed size of a stream
_FLAG_EXTENSIONS = 0x2
_MAX_FRACTIONAL_BITS = 24
_FRACTIONAL_BITS = 12
_GZIP_MTIME = slice(4, 8)

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

    def section_sizes(self) -> list[int]:
        """Return the bytes of positions, opacities, colours, scales, rotations and sh."""
        rotation = 3 if self.version == 2 else 4
        return [self.count * each for each in (9, 1, 3, 3, rotation, 3 * ((self.sh_degree + 1) ** 2 - 1))]


def is_spz(data: bytes) -> bool:
    """Check whether `data` starts like an SPZ file: version 4, or a gzip or zstd stream that may hold an older one."""
    return data.startswith((MAGIC, GZIP_MAGIC, ZSTD_MAGIC))


def encode(splats: Splats) -> bytes:
    """Encode `splats` as an SPZ file of version 3. The same splats give the same bytes.

    Positions have 12 fractional bits (steps of 0.00024), fewer only if one lies 2,048 units or more from the origin.
    Values outside the ranges of the format are clamped: scales to e^-10 … e^5.94, sh0 to ±3.33, the rest of sh to
    -1 … 0.99. Raises ValueError for splats that cannot be written (`splats.formats.raw.deactivate`).
    """
    import gsply  # noqa: PLC0415 -- loads numba, which only writers need

    raw = deactivate(splats)
    data = gsply.GSData.from_arrays(
        means=raw.means,
        scales=raw.log_scales,
        quats=raw.quats,
        opacities=raw.logits,
        sh0=raw.sh[:, 0],
        shN=raw.sh[:, 1:] if splats.sh_degree else None,
        format="ply",
    )
    with tempfile.TemporaryDirectory() as folder:  # gsply writes to a path only
        path = Path(folder) / "splats.spz"
        gsply.write_spz(path, data, version=3, fractional_bits=_fractional_bits(raw.means))
        out = bytearray(path.read_bytes())
    out[_GZIP_MTIME] = bytes(4)  # the time of writing
    return bytes(out)


def _fractional_bits(means: _Floats) -> int:
    """Return the bits after the point that the farthest position leaves of the 23 without the sign, 12 at most."""
    _, whole_bits = math.frexp(float(np.abs(means).max()))
    return min(_FRACTIONAL_BITS, 23 - whole_bits)


def decode(data: bytes) -> Splats:
    """Decode the SPZ file `data`: versions 2 and 3 in gzip or zstd, version 4.

    Raises DecodeError with a code for anything but such a file within the limits of `splats.formats.limits`.
    """
    if data.startswith(MAGIC):
        header, sections = _open_v4(data)
    else:
        header, sections = _open_single_stream(data)
    positions, opacities, colours, scales, rotations, rest = sections
    n = header.count
    sh = np.empty((n, (header.sh_degree + 1) ** 2, 3), np.float32)  # [N, K, 3]
    sh[:, 0] = _SH0[colours.reshape(n, 3)]
    sh[:, 1:] = _SH[rest.reshape(n, -1, 3)]
    quats = _first_three(rotations) if header.version == 2 else _smallest_three(rotations)
    return Splats(
        means=torch.from_numpy(_positions(positions, header.fractional_bits)),
        quats=torch.from_numpy(limits.unit_quats(quats)),
        scales=torch.from_numpy(_SCALE[scales.reshape(n, 3)]),
        opacities=torch.from_numpy(_OPACITY[opacities]),
        sh=torch.from_numpy(sh),
    )


def _open_single_stream(data: bytes) -> tuple[_Header, list[_Bytes]]:
    magic, *fields, flags, _ = _HEADER.unpack(inflate_start(data, _HEADER.size))
    if magic != MAGIC:
        raise DecodeError("unknown_format", "the compressed data is not an SPZ file")
    header = _checked_header(*fields, flags=flags, versions=(2, 3))
    payload = inflate(data, _HEADER.size + sum(header.section_sizes()))
    return header, _split_sections(np.frombuffer(payload, np.uint8, offset=_HEADER.size), header)


def _open_v4(data: bytes) -> tuple[_Header, list[_Bytes]]:
    if len(data) < _HEADER_V4.size:
        raise DecodeError("truncated", "the SPZ file ends within its header")
    _, *fields, flags, streams, table_start = _HEADER_V4.unpack_from(data)
    header = _checked_header(*fields, flags=flags, versions=(4,))
    sizes = [size for size in header.section_sizes() if size]
    start = table_start + streams * _TABLE_ROW.size
    if streams != len(sizes) or table_start < _HEADER_V4.size:
        raise DecodeError("bad_encoding", "the table of the SPZ file does not match its header")
    if start > len(data):
        raise DecodeError("truncated", "the SPZ file ends within its table")
    payload = bytearray()
    for row, size in enumerate(sizes):
        packed, unpacked = _TABLE_ROW.unpack_from(data, table_start + row * _TABLE_ROW.size)
        if unpacked != size:
            raise DecodeError("bad_encoding", f"SPZ stream {row} announces {unpacked:,} bytes instead of {size:,}")
        if start + packed > len(data):
            raise DecodeError("truncated", f"the SPZ file ends within stream {row}")
        stream = data[start : start + packed]
        if not stream.startswith(ZSTD_MAGIC):
            raise DecodeError("bad_encoding", f"SPZ stream {row} is not zstd")
        payload += inflate(stream, size)
        start += packed
    if start != len(data):
        raise DecodeError("bad_encoding", "bytes follow the last stream of the SPZ file")
    return header, _split_sections(np.frombuffer(payload, np.uint8), header)


def _checked_header(
    version: int, count: int, sh_degree: int, fractional_bits: int, *, flags: int, versions: tuple[int, ...]
) -> _Header:
    if version not in versions:
        raise DecodeError("unknown_format", f"SPZ version {version} is not supported in this container; 2, 3 and 4 are")
    if sh_degree > 3:
        raise DecodeError("unknown_format", f"spherical harmonics of degree {sh_degree}; 0 to 3 are supported")
    if flags & _FLAG_EXTENSIONS:  # they can change the axes and the range of sh
        raise DecodeError("unknown_format", "SPZ extensions are not supported")
    if not 1 <= fractional_bits <= _MAX_FRACTIONAL_BITS:
        raise DecodeError(
            "out_of_range", f"{fractional_bits} fractional bits; 1 to {_MAX_FRACTIONAL_BITS} are supported"
        )
    limits.check_count(count)
    return _Header(version, count, sh_degree, fractional_bits)


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
