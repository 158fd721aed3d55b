from __future__ import annotations

import pytest
import torch

from splats.codecs import decode, encode_ply, encode_spz
from splats.model import Splats
from validation.assets.convert import convert
from validation.errors import RejectedError, UnsupportedError


def test_spz_becomes_ply_and_back(honest: Splats) -> None:
    ply = convert(encode_spz(honest), "ply", {})
    assert ply.startswith(b"ply\n")
    assert torch.allclose(decode(ply).means, honest.means, atol=1 / 4096)
    assert convert(ply, "spz", {})[:2] == b"\x1f\x8b"


def test_a_ply_carries_metadata_as_comments(honest: Splats) -> None:
    ply = convert(encode_ply(honest), "ply", {"prompt": "a café\nend_header", "seed": "7"})
    header = ply.split(b"end_header\n", 1)[0].split(b"\n")
    assert b"comment prompt: a caf??end-header" in header
    assert b"comment seed: 7" in header
    assert len(decode(ply)) == len(honest)


@pytest.mark.parametrize("to", ["glb", "splat", "obj"])
def test_formats_that_cannot_be_written_are_refused(honest: Splats, to: str) -> None:
    with pytest.raises(UnsupportedError, match="cannot write"):
        convert(encode_spz(honest), to, {})


def test_what_cannot_be_decoded_has_its_code() -> None:
    with pytest.raises(RejectedError) as caught:
        convert(b"nonsense", "ply", {})
    assert caught.value.code == "unknown_format"
