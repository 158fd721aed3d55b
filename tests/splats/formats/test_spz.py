"""SPZ files: reading every version, writing version 3, quantisation errors, and the code of every refusal."""

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
from splats.formats import spz
from splats.formats.limits import MAX_SPLATS
from splats.model import TENSORS, Splats

HEADER = "<4sIIBBBB"
SIZES = {2: (9, 1, 3, 3, 3), 3: (9, 1, 3, 3, 4), 4: (9, 1, 3, 3, 4)}

# One splat: position (1, -0.5, 1/4096), opacity 0.4, sh0 at 0.9 of its range, log scales -10, -2 and 5.9375.
POSITION = (4096).to_bytes(3, "little") + (-2048).to_bytes(3, "little", signed=True) + (1).to_bytes(3, "little")
SECTIONS = POSITION + bytes([102, 255, 0, 255, 0, 128, 255])


def payload(
    rotation: bytes, *, magic: bytes = b"NGSP", version: int = 3, count: int = 1, degree: int = 0, bits: int = 12
) -> bytes:
    return struct.pack(HEADER, magic, version, count, degree, bits, 0, 0) + SECTIONS + rotation


def smallest_three(largest: int, *others: tuple[int, int]) -> bytes:
    """Four bytes of a rotation: the index of the largest of xyzw, then (sign, magnitude) of the others in order."""
    packed = largest
    for sign, magnitude in others:
        packed = packed << 10 | sign << 9 | magnitude
    return packed.to_bytes(4, "little")


IDENTITY = smallest_three(3, (0, 0), (0, 0), (0, 0))


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def version_4(payload_3: bytes, *, extra: bytes = b"", table_shift: int = 0) -> bytes:
    """The version 4 file of a version 3 payload."""
    _, _, count, degree, bits, flags, _ = struct.unpack_from(HEADER, payload_3)
    sizes = [each * count for each in (*SIZES[4], 3 * ((degree + 1) ** 2 - 1)) if each]
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


CONTAINERS = pytest.mark.parametrize("pack", [gzip.compress, zstd, version_4])


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


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
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
    three = spz.encode(make_splats(30, degree))
    from_three, from_four = spz.decode(three), spz.decode(version_4(gzip.decompress(three), extra=bytes(24)))
    assert all(torch.equal(getattr(from_three, name), getattr(from_four, name)) for name in TENSORS)


def assert_within_quantisation(again: Splats, splats: Splats) -> None:
    """The tolerances of docs/formats.md."""
    assert (again.means - splats.means).abs().max() <= 0.5 / 4096 + 1e-6
    assert (again.opacities - splats.opacities).abs().max() <= 0.5 / 255 + 1e-6
    scales = splats.scales.log().clamp(-10, 255 / 16 - 10)
    assert (again.scales.log() - scales).abs().max() <= 0.5 / 16 + 1e-5
    sh0 = splats.sh[:, 0].clamp(-1 / 0.3, 1 / 0.3)
    assert (again.sh[:, 0] - sh0).abs().max() <= 0.5 / 38.25 + 1e-6
    rest = splats.sh[:, 1:].clamp(-1, 127 / 128)
    assert torch.all((again.sh[:, 1:] - rest).abs() <= 0.5 / 128 + 1e-6)
    cosine = (again.quats.double() * splats.quats.double()).sum(1).abs().clamp(max=1)
    assert torch.rad2deg(2 * torch.acos(cosine)).max() <= 0.3


@st.composite
def any_splats(draw: st.DrawFn) -> Splats:
    """Any splats that can be written and lie within 2,048 units."""
    n, degree = draw(st.integers(1, 8)), draw(st.integers(0, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    reach = draw(st.sampled_from([1e-6, 0.5, 2000.0]))
    spread = draw(st.sampled_from([0.1, 1.0, 5.0]))
    quats = generator.normal(size=(n, 4)) * generator.choice([0.001, 1.0], size=(n, 4)) + 1e-7
    arrays = (
        generator.uniform(-reach, reach, (n, 3)),
        quats / np.linalg.norm(quats, axis=1, keepdims=True),
        np.exp(generator.uniform(-15, 7, (n, 3))),
        np.clip(generator.uniform(-0.2, 1.2, n), 0, 1),
        generator.normal(size=(n, (degree + 1) ** 2, 3)) * spread,
    )
    return Splats(*(torch.from_numpy(a).float() for a in arrays))


@given(splats=any_splats())
@settings(max_examples=60, deadline=None)
def test_round_trip_stays_within_the_quantisation(splats: Splats):
    assert_within_quantisation(spz.decode(spz.encode(splats)), splats)


@given(splats=any_splats())
@settings(max_examples=20, deadline=None)
def test_a_second_round_trip_changes_nothing(splats: Splats):
    once = spz.decode(spz.encode(splats))
    twice = spz.decode(spz.encode(once))
    for name in ("means", "opacities", "scales", "sh"):
        torch.testing.assert_close(getattr(once, name), getattr(twice, name), atol=1e-6, rtol=1e-5)


def test_writes_gzip_version_3(make_splats):
    data = spz.encode(make_splats(5, 2))
    header = struct.unpack_from(HEADER, gzip.decompress(data))
    assert header == (b"NGSP", 3, 5, 2, 12, 0, 0)
    assert len(gzip.decompress(data)) == 16 + 5 * (20 + 24)


@pytest.mark.parametrize("n", [10, 60_000])  # gsply compresses more than a mebibyte differently
def test_the_same_splats_give_the_same_bytes(make_splats, n):
    first = spz.encode(make_splats(n))
    assert spz.encode(make_splats(n)) == first
    assert first[4:8] == bytes(4)  # the time in the gzip header


def test_far_positions_take_bits_from_the_fraction(make_splats):
    splats = make_splats(3)
    splats.means[0] = torch.tensor([-2047.9, 5000.0, -999_999.0])
    for farthest, bits in ((2, 3), (1, 10), (0, 12)):
        near = splats.means.abs() <= abs(splats.means[0, farthest])
        kept = Splats(splats.means * near, splats.quats, splats.scales, splats.opacities, splats.sh)
        data = spz.encode(kept)
        assert gzip.decompress(data)[13] == bits
        assert (spz.decode(data).means - kept.means).abs().max() <= 0.5 / 2**bits + 1e-3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"magic": b"NGSQ"}, "unknown_format"),
        ({"version": 1}, "unknown_format"),
        ({"version": 4}, "unknown_format"),
        ({"version": 2**31}, "unknown_format"),
        ({"degree": 4}, "unknown_format"),
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


@CONTAINERS
def test_refuses_extensions(pack: Callable[[bytes], bytes]):
    data = bytearray(payload(IDENTITY))
    data[14] = 2
    assert code_of(pack(bytes(data))) == "unknown_format"


def test_refuses_positions_out_of_range():
    far = payload(IDENTITY, bits=1).replace(POSITION, b"\xff\xff\x7f" * 3)
    assert code_of(gzip.compress(far)) == "out_of_range"


@CONTAINERS
def test_refuses_every_truncation(pack: Callable[[bytes], bytes], make_splats):
    data = pack(gzip.decompress(spz.encode(make_splats(3, 1))))
    assert {code_of(data[:size]) for size in range(4, len(data))} == {"truncated"}


@CONTAINERS
def test_refuses_trailing_bytes(pack: Callable[[bytes], bytes]):
    assert code_of(pack(payload(IDENTITY)) + b"\n") == "bad_encoding"


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_refuses_more_than_the_header_announces(pack: Callable[[bytes], bytes]):
    assert code_of(pack(payload(IDENTITY) + b"\0")) == "bad_encoding"


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
