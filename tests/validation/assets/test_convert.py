from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from serving.schemas import SpzVersion
from splats.codecs import decode, encode_ply, encode_spz
from splats.model import Splats
from validation.assets.convert import convert
from validation.errors import RejectedError, UnsupportedError


def test_spz_becomes_ply_and_back(honest: Splats) -> None:
    ply = convert(encode_spz(honest), "ply", {}).data
    assert ply.startswith(b"ply\n")
    assert torch.allclose(decode(ply).means, honest.means, atol=1 / 4096)
    assert convert(ply, "spz", {}).data[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("version", [2, 3])
def test_spz_is_written_in_the_version_asked_for(honest: Splats, version: SpzVersion) -> None:
    assert gzip.decompress(convert(encode_ply(honest), "spz", {}, version).data)[4] == version


@pytest.mark.parametrize("to", ["ply", "spz"])
@pytest.mark.parametrize("encode", [encode_ply, encode_spz])
def test_the_antialiased_mark_survives(honest: Splats, encode: Callable[[Splats], bytes], to: str) -> None:
    for antialiased in (True, False):
        converted = convert(encode(replace(honest, antialiased=antialiased)), to, {"antialiased": "1"})
        assert decode(converted.data).antialiased == antialiased


def test_a_ply_carries_metadata_as_comments(honest: Splats) -> None:
    ply = convert(encode_ply(honest), "ply", {"prompt": "a café\nend_header", "seed": "7"}).data
    header = ply.split(b"end_header\n", 1)[0].split(b"\n")
    assert rb"comment prompt: a caf\u00e9\nend\u005fheader" in header
    assert b"comment seed: 7" in header
    assert len(decode(ply)) == len(honest)


def test_splats_that_spz_cannot_hold_have_a_code(honest: Splats) -> None:
    tiny = replace(honest, means=honest.means * 1e-4, scales=honest.scales * 1e-4)
    with pytest.raises(RejectedError, match="bring the object to about the size 1 or write PLY") as caught:
        convert(encode_ply(tiny), "spz", {})
    assert caught.value.code == "out_of_range"


def test_losses_are_reported(honest: Splats) -> None:
    payload = bytearray(gzip.decompress(encode_spz(honest)))
    payload[14] |= 2
    with_record = bytes(payload) + struct.pack("<IIf", 0x12340001, 4, 1.0)
    assert convert(with_record, "ply", {}).notes == ("1 SPZ extension record was skipped",)
    assert convert(encode_spz(honest), "ply", {}).notes == ()


@pytest.mark.parametrize("to", ["glb", "splat", "obj"])
def test_formats_that_cannot_be_written_are_refused(honest: Splats, to: str) -> None:
    with pytest.raises(UnsupportedError, match="cannot write"):
        convert(encode_spz(honest), to, {})


def test_what_cannot_be_decoded_has_its_code() -> None:
    with pytest.raises(RejectedError) as caught:
        convert(b"nonsense", "ply", {})
    assert caught.value.code == "unknown_format"
