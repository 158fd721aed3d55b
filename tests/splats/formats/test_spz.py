"""Reading SPZ files: every version and container, extension records, and the code of every refusal."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable

import numpy as np
import pytest
import torch
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splats.errors import DecodeError
from splats.formats import spz, spz_encoder
from splats.formats.limits import MAX_SPLATS
from splats.model import TENSORS

HEADER = "<4sIIBBBB"
SIZES = {2: (9, 1, 3, 3, 3), 3: (9, 1, 3, 3, 4), 4: (9, 1, 3, 3, 4)}

# One splat: position (1, -0.5, 1/4096), opacity 0.4, sh0 at 0.9 of its range, log scales -10, -2 and 5.9375.
POSITION = (4096).to_bytes(3, "little") + (-2048).to_bytes(3, "little", signed=True) + (1).to_bytes(3, "little")
SECTIONS = POSITION + bytes([102, 255, 0, 255, 0, 128, 255])


def payload(
    rotation: bytes,
    *,
    magic: bytes = b"NGSP",
    version: int = 3,
    count: int = 1,
    degree: int = 0,
    bits: int = 12,
    flags: int = 0,
) -> bytes:
    return struct.pack(HEADER, magic, version, count, degree, bits, flags, 0) + SECTIONS + rotation


def smallest_three(largest: int, *others: tuple[int, int]) -> bytes:
    """Four bytes of a rotation: the index of the largest of xyzw, then (sign, magnitude) of the others in order."""
    packed = largest
    for sign, magnitude in others:
        packed = packed << 10 | sign << 9 | magnitude
    return packed.to_bytes(4, "little")


IDENTITY = smallest_three(3, (0, 0), (0, 0), (0, 0))


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def version_4(payload_3: bytes, *, extra: bytes = b"", table_shift: int = 0, keep_empty: bool = False) -> bytes:
    """The version 4 file of a version 3 payload."""
    _, _, count, degree, bits, flags, _ = struct.unpack_from(HEADER, payload_3)
    sizes = [each * count for each in (*SIZES[4], 3 * ((degree + 1) ** 2 - 1)) if each or keep_empty]
    streams, start = [], 16
    for size in sizes:
        streams.append((zstd(payload_3[start : start + size]), size))
        start += size
    table = b"".join(struct.pack("<QQ", len(stream), size + table_shift) for stream, size in streams)
    header = struct.pack("<4sIIBBBBI12x", b"NGSP", 4, count, degree, bits, flags, len(sizes), 32 + len(extra))
    return header + extra + table + b"".join(stream for stream, _ in streams)


def code_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        spz.decode(data)
    return caught.value.code


CONTAINERS = pytest.mark.parametrize("pack", [gzip.compress, zstd, bytes, version_4])


@CONTAINERS
def test_reads_the_values_of_the_format(pack: Callable[[bytes], bytes]):
    splats = spz.decode(pack(payload(IDENTITY)))
    assert splats.means.tolist() == [[1.0, -0.5, 1 / 4096]]
    assert splats.opacities.tolist() == pytest.approx([0.4])
    assert splats.sh[0, 0].tolist() == pytest.approx([1 / 0.3, -1 / 0.3, 1 / 0.3])
    assert splats.scales[0].log().tolist() == pytest.approx([-10, -2, 5.9375])
    assert splats.quats.tolist() == [[1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("packed", "wxyz"),
    [
        (smallest_three(3, (0, 511), (1, 0), (0, 0)), (0.5**0.5, 0.5**0.5, 0, 0)),
        (smallest_three(0, (1, 511), (0, 0), (0, 0)), (0, 0.5**0.5, -(0.5**0.5), 0)),
        (smallest_three(1, (0, 0), (0, 511), (0, 0)), (0, 0, 0.5**0.5, 0.5**0.5)),
        (smallest_three(2, (0, 0), (0, 0), (1, 511)), (-(0.5**0.5), 0, 0, 0.5**0.5)),
        (b"\xff\xff\xff\xff", (0, -(3**-0.5), -(3**-0.5), -(3**-0.5))),  # too long for a rotation: normalised
    ],
)
def test_reads_smallest_three_rotations(packed: bytes, wxyz: tuple[float, ...]):
    quats = spz.decode(gzip.compress(payload(packed))).quats
    assert quats[0].tolist() == pytest.approx(wxyz, abs=1e-6)


@pytest.mark.parametrize("pack", [gzip.compress, zstd, bytes])
@pytest.mark.parametrize(
    ("packed", "wxyz"),
    [
        (bytes([255, 127, 128]), (0, 1, 0, 0)),
        (bytes([128, 128, 0]), (0, 0, 0, -1)),
        (bytes([127, 128, 127]), (1, 0, 0, 0)),
        (bytes([255, 255, 0]), (0, 3**-0.5, 3**-0.5, -(3**-0.5))),
    ],
)
def test_reads_version_2(pack: Callable[[bytes], bytes], packed: bytes, wxyz: tuple[float, ...]):
    quats = spz.decode(pack(payload(packed, version=2))).quats
    assert quats[0].tolist() == pytest.approx(wxyz, abs=0.01)
    assert float(quats.norm()) == pytest.approx(1)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_version_4_decodes_like_version_3(make_splats, degree):
    three = spz_encoder.encode(make_splats(30, degree))
    from_three, from_four = spz.decode(three), spz.decode(version_4(gzip.decompress(three), extra=bytes(24)))
    assert all(torch.equal(getattr(from_three, name), getattr(from_four, name)) for name in TENSORS)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"magic": b"NGSQ"}, "unknown_format"),
        ({"version": 1}, "unknown_format"),
        ({"version": 4}, "unknown_format"),
        ({"version": 2**31}, "unknown_format"),
        ({"version": 5}, "unknown_format"),
        ({"degree": 4}, "truncated"),
        ({"degree": 5}, "unknown_format"),
        ({"degree": 255}, "unknown_format"),
        ({"degree": 1}, "truncated"),
        ({"count": 0}, "too_few"),
        ({"count": 2}, "truncated"),
        ({"count": MAX_SPLATS}, "truncated"),
        ({"count": MAX_SPLATS + 1}, "too_many"),
        ({"count": 2**32 - 1}, "too_many"),
        ({"bits": 0}, "out_of_range"),
        ({"bits": 25}, "out_of_range"),
    ],
)
@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_refuses_headers_with_a_bad_field(pack: Callable[[bytes], bytes], change: dict[str, int], code: str):
    assert code_of(pack(payload(IDENTITY, **change))) == code


ORBIT = struct.pack("<II3f", 0xADBE0002, 12, -0.5, 1.2, 0.3)
UNKNOWN = struct.pack("<II", 0x12340001, 0)
RUB = struct.pack("<III", 0xADBE0003, 4, 4)
UNSPECIFIED = struct.pack("<III", 0xADBE0003, 4, 0)


def with_records(pack: Callable[..., bytes], records: bytes) -> bytes:
    data = payload(IDENTITY, flags=2)
    return pack(data, extra=records) if pack is version_4 else pack(data + records)


@CONTAINERS
@pytest.mark.parametrize(
    ("records", "skipped"),
    [
        (b"", None),
        (ORBIT, "1 SPZ extension record was skipped"),
        (UNKNOWN + ORBIT + UNKNOWN, "3 SPZ extension records were skipped"),
        (ORBIT + bytes(100), "1 SPZ extension record was skipped"),
        (UNKNOWN + bytes(3), "1 SPZ extension record was skipped"),
        (RUB + UNSPECIFIED, None),
    ],
)
def test_skips_extension_records(pack: Callable[..., bytes], records: bytes, skipped: str | None):
    notes: list[str] = []
    splats = spz.decode(with_records(pack, records), notes.append)
    assert splats.means.tolist() == [[1.0, -0.5, 1 / 4096]]
    assert notes == ([skipped] if skipped else [])


@CONTAINERS
@pytest.mark.parametrize(
    ("records", "code"),
    [
        (struct.pack("<III", 0xADBE0003, 4, 6), "unknown_format"),  # RDF
        (ORBIT + struct.pack("<III", 0xADBE0003, 4, 16), "unknown_format"),
        (ORBIT[:-1], "bad_encoding"),
        (struct.pack("<II", 0xADBE0002, 2**32 - 1) + bytes(12), "bad_encoding"),
        (ORBIT + b"\1\0\0", "bad_encoding"),
        (ORBIT + bytes(8) + b"x", "bad_encoding"),
    ],
)
def test_refuses_extension_records(pack: Callable[..., bytes], records: bytes, code: str):
    assert code_of(with_records(pack, records)) == code


def test_refuses_more_extensions_than_a_mebibyte():
    assert code_of(version_4(payload(IDENTITY, flags=2), extra=bytes(2**20 + 1))) == "too_large"
    assert code_of(gzip.compress(payload(IDENTITY, flags=2) + bytes(2**20 + 1))) == "bad_encoding"


@CONTAINERS
def test_reads_the_antialiased_mark(pack: Callable[[bytes], bytes]):
    assert spz.decode(pack(payload(IDENTITY, flags=1))).antialiased
    assert not spz.decode(pack(payload(IDENTITY, flags=0x84))).antialiased  # unknown flags


@CONTAINERS
def test_keeps_degree_3_of_degree_4(pack: Callable[[bytes], bytes], make_splats):
    splats = make_splats(30, 3)
    whole = gzip.decompress(spz_encoder.encode(splats))
    start = 16 + 30 * 20
    rows = np.frombuffer(whole, np.uint8, offset=start).reshape(30, 45)
    deeper = np.concatenate([rows, np.full((30, 27), 200, np.uint8)], axis=1)
    notes: list[str] = []
    read = spz.decode(pack(whole[:12] + b"\4" + whole[13:start] + deeper.tobytes()), notes.append)
    assert torch.equal(read.sh, spz.decode(gzip.compress(whole)).sh)
    assert notes == ["spherical harmonics of degree 4 were cut to degree 3: the first 16 of 25 coefficients"]


def test_reads_an_empty_stream_for_the_harmonics():
    assert len(spz.decode(version_4(payload(IDENTITY), keep_empty=True))) == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("cut", [1, 10, 16, 20])
def test_reads_several_members(pack: Callable[[bytes], bytes], cut: int):
    data = payload(IDENTITY)
    assert len(spz.decode(pack(data[:cut]) + pack(data[cut:]) + bytes(100))) == 1


def test_refuses_positions_out_of_range():
    far = payload(IDENTITY, bits=1).replace(POSITION, b"\xff\xff\x7f" * 3)
    assert code_of(gzip.compress(far)) == "out_of_range"


@CONTAINERS
def test_refuses_every_truncation(pack: Callable[[bytes], bytes], make_splats):
    data = pack(gzip.decompress(spz_encoder.encode(make_splats(3, 1))))
    assert {code_of(data[:size]) for size in range(4, len(data))} == {"truncated"}


@CONTAINERS
def test_zeros_may_follow(pack: Callable[[bytes], bytes]):
    assert len(spz.decode(pack(payload(IDENTITY)) + bytes(512))) == 1
    if pack is not version_4:
        assert len(spz.decode(pack(payload(IDENTITY) + bytes(512)))) == 1


@CONTAINERS
def test_refuses_trailing_bytes(pack: Callable[[bytes], bytes]):
    assert code_of(pack(payload(IDENTITY)) + b"\n") == "bad_encoding"
    assert code_of(pack(payload(IDENTITY)) + bytes(512) + b"x") == "bad_encoding"


@pytest.mark.parametrize("pack", [gzip.compress, zstd, bytes])
def test_refuses_more_than_the_header_announces(pack: Callable[[bytes], bytes]):
    assert code_of(pack(payload(IDENTITY) + b"\1")) == "bad_encoding"
    assert code_of(pack(payload(IDENTITY) + ORBIT)) == "bad_encoding"  # not announced


def test_refuses_version_4_tables_that_do_not_match_the_header():
    good = version_4(payload(IDENTITY))
    assert len(spz.decode(good)) == 1

    def with_field(form: str, offset: int, value: int) -> bytes:
        data = bytearray(good)
        struct.pack_into(form, data, offset, value)
        return bytes(data)

    assert code_of(version_4(payload(IDENTITY), table_shift=1)) == "bad_encoding"
    assert code_of(with_field("<B", 15, 4)) == "bad_encoding"  # streams
    assert code_of(with_field("<I", 16, 16)) == "bad_encoding"  # where the table starts
    assert code_of(with_field("<I", 16, 2**32 - 1)) == "truncated"
    assert code_of(with_field("<Q", 32, 2**64 - 1)) == "truncated"  # the length of the first stream
    assert code_of(with_field("<Q", 32, 0)) == "bad_encoding"
    assert code_of(with_field("<Q", 40, 2**63)) == "bad_encoding"
    assert code_of(with_field("<I", 4, 5)) == "unknown_format"  # version
    assert code_of(with_field("<I", 8, MAX_SPLATS + 1)) == "too_many"


def test_a_refusal_names_the_version_and_the_container():
    with pytest.raises(DecodeError, match="SPZ version 1; versions 2, 3 and 4 are read"):
        spz.decode(gzip.compress(payload(IDENTITY, version=1)))
    with pytest.raises(DecodeError, match="SPZ version 4 within gzip or zstd"):
        spz.decode(gzip.compress(version_4(payload(IDENTITY))))
    with pytest.raises(DecodeError, match="not an SPZ file but a PLY file"):
        spz.decode(gzip.compress(b"ply\nformat ascii 1.0\n"))


def test_refuses_compressed_data_of_another_kind():
    assert code_of(gzip.compress(b"hello")) == "truncated"
    assert code_of(gzip.compress(b"hello, this is a text of some length")) == "unknown_format"
    assert code_of(zstd(b"hello, this is a text of some length")) == "unknown_format"


@given(st.binary(max_size=200))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_any_section_bytes_make_unit_quaternions(noise: bytes):
    rotation = (noise + bytes(4))[:4]
    quats = spz.decode(gzip.compress(payload(rotation))).quats
    assert float(quats.norm(dim=1)) == pytest.approx(1, abs=1e-5)
