"""Bounded decompression: exact sizes pass, everything else is refused before it can grow."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard

from splats.errors import DecodeError
from splats.formats.inflate import MAX_MEMBERS, inflate, inflate_start, starts_zstd

TEXT = b"splats " * 10_000

Compress = Callable[[bytes], bytes]


def zstd_without_size(data: bytes) -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(data) + stream.flush()


COMPRESSORS = pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress, zstd_without_size]
)


def code_of(data: bytes, size: int, spare: int = 0) -> str:
    with pytest.raises(DecodeError) as caught:
        inflate(data, size, spare)
    return caught.value.code


@COMPRESSORS
def test_inflates_the_announced_size(compress: Compress):
    assert inflate(compress(TEXT), len(TEXT)) == TEXT
    assert inflate_start(compress(TEXT), 10) == TEXT[:10]


@COMPRESSORS
def test_refuses_other_sizes(compress: Compress):
    assert code_of(compress(TEXT), len(TEXT) + 1) == "truncated"
    assert code_of(compress(TEXT), len(TEXT) - 1) == "bad_encoding"


@COMPRESSORS
def test_refuses_every_truncation(compress: Compress):
    packed = compress(TEXT)
    assert {code_of(packed[:size], len(TEXT)) for size in range(4, len(packed))} == {"truncated"}


@COMPRESSORS
@pytest.mark.parametrize("cuts", [[35_000], [3], [1, 2, 3, 69_999], list(range(0, 70_000, 700))])
def test_reads_several_members(compress: Compress, cuts: list[int]):
    packed = b"".join(compress(TEXT[at:to]) for at, to in itertools.pairwise([0, *cuts, len(TEXT)]))
    assert inflate(packed, len(TEXT)) == TEXT
    assert inflate_start(packed, 10) == TEXT[:10]
    assert code_of(packed, len(TEXT) - 1) == "bad_encoding"
    assert code_of(packed, len(TEXT) + 1) == "truncated"
    assert code_of(packed[:-1], len(TEXT)) == "truncated"


@pytest.mark.parametrize("at", [0, 1, 2])
def test_skips_what_zstd_marks_as_skippable(at: int):
    frames = [zstd_without_size(TEXT[:100]), zstd_without_size(TEXT[100:])]
    frames.insert(at, b"\x5f\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc")
    assert starts_zstd(b"".join(frames))
    assert inflate(b"".join(frames), len(TEXT)) == TEXT


@COMPRESSORS
def test_zeros_may_follow(compress: Compress):
    packed = compress(TEXT)
    assert inflate(packed + b"\0", len(TEXT)) == TEXT
    assert inflate(packed + packed + bytes(5000), 2 * len(TEXT)) == TEXT + TEXT


@COMPRESSORS
def test_refuses_other_trailing_bytes(compress: Compress):
    packed = compress(TEXT)
    assert code_of(packed + b"\n", len(TEXT)) == "bad_encoding"
    assert code_of(packed + bytes(5000) + b"x", len(TEXT)) == "bad_encoding"
    assert code_of(packed + packed, len(TEXT)) == "bad_encoding"
    assert code_of(packed + packed[:20], len(TEXT)) == "truncated"


@COMPRESSORS
def test_returns_what_is_spare(compress: Compress):
    packed = compress(TEXT)
    assert inflate(packed, len(TEXT) - 10, spare=10) == TEXT
    assert inflate(packed, len(TEXT), spare=10) == TEXT
    assert code_of(packed, len(TEXT) - 10, spare=9) == "bad_encoding"


@COMPRESSORS
def test_refuses_too_many_members(compress: Compress):
    assert inflate(compress(b"") * (MAX_MEMBERS - 1) + compress(TEXT), len(TEXT)) == TEXT
    assert code_of(compress(b"") * MAX_MEMBERS + compress(TEXT), len(TEXT)) == "bad_encoding"


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress])
def test_refuses_damage(compress: Compress):
    packed = bytearray(compress(TEXT))
    packed[-3] ^= 0x40  # the checksum, or the size beside it
    assert code_of(bytes(packed), len(TEXT)) == "bad_encoding"


def gzip_bomb() -> bytes:
    block, stream = bytes(2**20), zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join(stream.compress(block) for _ in range(256)) + stream.flush()


def zstd_bomb() -> bytes:
    """A frame of 5 GB of zeros in 160 KB: each block of 128 KiB is 4 bytes long."""
    block = (2**17 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"  # a run of 2^17 bytes
    return b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x38" + block * 40_000


@pytest.mark.parametrize("bomb", [gzip_bomb, zstd_bomb])
def test_a_decompression_bomb_takes_bounded_memory(bomb: Callable[[], bytes]):
    data = bomb()
    tracemalloc.start()
    try:
        assert code_of(data, 1_000_000) == "bad_encoding"
        assert len(inflate_start(data, 16)) == 16
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 128 * 2**20


def test_refuses_a_huge_zstd_window():
    window = zstandard.ZstdCompressionParameters(window_log=27)
    stream = zstandard.ZstdCompressor(compression_params=window).compressobj()
    assert code_of(stream.compress(TEXT) + stream.flush(), len(TEXT)) == "bad_encoding"


def test_a_zstd_frame_that_announces_a_huge_size_is_refused():
    frame = b"\x28\xb5\x2f\xfd" + b"\xe0" + (2**40).to_bytes(8, "little") + b"\x01\x00\x00"
    assert code_of(frame, 100) == "bad_encoding"
