"""Both formats through `splats.codecs`: detection, limits, axes, and that only DecodeError is ever raised."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from functools import partial

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from splats import codecs
from splats.errors import DecodeError
from splats.formats.limits import MAX_ENCODED_BYTES, MAX_SPLATS
from splats.model import Splats
from tools import fuzz_codecs

ENCODERS = pytest.mark.parametrize(
    "encode", [codecs.encode_ply, codecs.encode_spz, partial(codecs.encode_spz, version=2)], ids=["ply", "spz", "spz 2"]
)


def code_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        codecs.decode(data)
    return caught.value.code


def colour_at(splats: Splats, direction: tuple[float, float, float]) -> list[float]:
    """Mean colour [3] of the ten splats farthest in `direction`."""
    farthest = (splats.means @ torch.tensor(direction, dtype=torch.float32)).topk(10).indices
    return (0.5 + 0.28209479177387814 * splats.sh[farthest, 0]).mean(0).tolist()


@ENCODERS
def test_the_marked_object_keeps_its_axes(marked_object, encode):
    splats = codecs.decode(encode(marked_object))
    assert len(splats) == len(marked_object)
    assert colour_at(splats, (0, 1, 0)) == pytest.approx([0.9, 0.1, 0.1], abs=0.01)  # red cap on top
    assert colour_at(splats, (0, 0, 1)) == pytest.approx([0.1, 0.1, 0.9], abs=0.01)  # blue nose in front
    assert colour_at(splats, (1, 0, 0)) == pytest.approx([0.1, 0.8, 0.1], abs=0.01)  # green ear at +x
    assert (splats.means - marked_object.means).abs().max() < 0.5 / 4096 + 1e-6
    assert ((splats.quats * marked_object.quats).sum(1).abs() > (0.995 if "version" in str(encode) else 0.99999)).all()


def test_reads_a_real_asset(hamburger):
    splats = codecs.decode(hamburger)
    assert (len(splats), splats.sh_degree) == (52_709, 0)
    assert splats.means.amin().item() == pytest.approx(-0.48828125)
    assert splats.opacities.amax().item() == pytest.approx(0.99951, abs=1e-5)
    torch.testing.assert_close(splats.quats.norm(dim=1), torch.ones(52_709))


def test_a_real_asset_survives_both_formats(hamburger):
    splats = codecs.decode(hamburger)
    as_ply, as_spz = codecs.encode_ply(splats), codecs.encode_spz(splats)
    assert len(as_spz) < len(hamburger) / 3
    assert torch.equal(codecs.decode(as_ply).means, splats.means)
    assert (codecs.decode(as_spz).means - splats.means).abs().max() <= 2**-24


@ENCODERS
def test_every_format_keeps_the_antialiased_mark(make_splats, encode):
    assert codecs.decode(encode(replace(make_splats(3), antialiased=True))).antialiased
    assert not codecs.decode(encode(make_splats(3))).antialiased


@ENCODERS
def test_encodes_splats_that_require_gradients(make_splats, encode):
    splats = make_splats(3)
    leaves = Splats(splats.means.requires_grad_(), splats.quats, splats.scales, splats.opacities, splats.sh)
    assert len(codecs.decode(encode(leaves))) == 3


@pytest.mark.parametrize("data", [b"", b"p", b"hello", b"PK\x03\x04", b"\x89PNG\r\n", b"PLY\n", b"NGS", bytes(100)])
def test_refuses_other_formats(data):
    assert code_of(data) == "unknown_format"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04...", "a ZIP archive"),
        (b"glTF\x02\0\0\0", "a GLB file"),
        (b"<!doctype html>", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (base64.b64encode(b"ply\nformat"), "base64 of a PLY file"),
        (base64.b64encode(b"NGSP\2\0\0\0"), "base64 of an SPZ file"),
        (base64.b64encode(gzip.compress(b"NGSP")), "base64 of gzip"),
        (bytes(100), "neither PLY nor SPZ"),
    ],
)
def test_a_refusal_names_what_the_file_is(data, said):
    with pytest.raises(DecodeError, match=said):
        codecs.decode(data)


def test_refuses_too_many_bytes_before_parsing():
    assert code_of(bytes(MAX_ENCODED_BYTES + 1)) == "too_large"
    assert code_of(b"ply\n" + bytes(MAX_ENCODED_BYTES - 4)) == "too_large"  # a header that does not end


def test_the_limit_on_the_count_keeps_decoded_splats_below_256_mib():
    floats_each = 3 + 4 + 3 + 1 + 16 * 3
    assert MAX_SPLATS * floats_each * 4 <= 256 * 2**20


@given(prefix=st.sampled_from([b"", b"ply\n", b"NGSP", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]), noise=st.binary())
@example(prefix=b"ply\nformat ascii 1.0\nend_header\n", noise=b"")
@example(prefix=b"NGSP", noise=b"\x04\0\0\0" + b"\xff" * 60)
@settings(max_examples=200)
def test_any_bytes_decode_or_are_refused(prefix, noise):
    fuzz_codecs.check(prefix + noise)


def test_damaged_files_decode_or_are_refused(capsys):
    fuzz_codecs.run_builtin(1000, seed=20)
    printed = capsys.readouterr().out
    assert all(code in printed for code in ("ok", "truncated", "bad_encoding", "unknown_format", "out_of_range"))


def test_the_fuzzer_starts_from_valid_files():
    for kind, data in fuzz_codecs.seed_files():
        whole = kind == "ply" or data[4] == 4
        assert {fuzz_codecs.check(wrap(data)) for wrap in (fuzz_codecs.WRAPS[:1] if whole else fuzz_codecs.WRAPS)} == {
            "ok"
        }
