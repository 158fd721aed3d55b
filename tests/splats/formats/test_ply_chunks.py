"""Chunk-compressed PLY files: the values of the format, agreement with gsply, and the code of every refusal."""

from __future__ import annotations

import struct
from pathlib import Path

import gsply
import numpy as np
import pytest
import torch

from splats.errors import DecodeError
from splats.formats import ply

AXES = ("x", "y", "z")
LIMITS = [f"{end}_{kind}{axis}" for kind in ("", "scale_") for end in ("min", "max") for axis in AXES]
COLOUR_LIMITS = [f"{end}_{channel}" for end in ("min", "max") for channel in "rgb"]


def chunked(
    words: np.ndarray,
    *,
    chunks: np.ndarray | None = None,
    colours: bool = False,
    sh: np.ndarray | None = None,
    form: str = "binary_little_endian",
    comment: str = "made by a test",
) -> bytes:
    """The file of `words` [N, 4]: position, rotation, scale, colour. By default each chunk spans 0 to 1."""
    order = ">" if "big" in form else "<"
    names = LIMITS + (COLOUR_LIMITS if colours else [])
    if chunks is None:
        count = -(-len(words) // 256)
        chunks = np.tile([float(name.startswith("max")) for name in names], (count, 1))
    lines = ["ply", f"format {form} 1.0", f"comment {comment}", f"element chunk {len(chunks)}"]
    lines += [f"property float {name}" for name in names]
    lines += [f"element vertex {len(words)}"]
    lines += [f"property uint packed_{name}" for name in ("position", "rotation", "scale", "color")]
    if sh is not None:
        lines += [f"element sh {len(sh)}", *(f"property uchar f_rest_{i}" for i in range(sh.shape[1]))]
    header = "\n".join([*lines, "end_header\n"]).encode()
    body = chunks.astype(order + "f4").tobytes() + words.astype(order + "u4").tobytes()
    return header + body + (sh.astype(np.uint8).tobytes() if sh is not None else b"")


def word(x: int, y: int, z: int) -> int:
    return x << 21 | y << 11 | z


def one(position: int = 0, rotation: int = 512 << 20 | 512 << 10 | 512, scale: int = 0, colour: int = 0) -> np.ndarray:
    return np.array([[position, rotation, scale, colour]], np.uint32)


def code_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        ply.decode(data)
    return caught.value.code


@pytest.mark.parametrize("form", ["binary_little_endian", "binary_big_endian"])
def test_reads_the_values_of_the_format(form):
    spans = {"min_x": -1, "max_x": 1, "min_y": 2, "max_y": 2, "min_z": 0, "max_z": 10}
    spans |= {"min_scale_x": -5, "max_scale_x": -1, "min_scale_y": -80, "max_scale_y": 0, "max_scale_z": -3}
    chunks = np.array([[spans.get(name, 0.0) for name in LIMITS]])
    data = chunked(one(word(2047, 600, 0), scale=word(0, 0, 2047), colour=0xFF003380), chunks=chunks, form=form)
    splats = ply.decode(data)
    assert splats.means.tolist() == [[1, 2, 0]]
    assert splats.scales.log()[0].tolist() == pytest.approx([-5, -80, -3])
    assert (0.5 + 0.28209479177387814 * splats.sh[0, 0]).tolist() == pytest.approx([1, 0, 0.2], abs=1e-6)
    assert splats.opacities.tolist() == pytest.approx([128 / 255])


@pytest.mark.parametrize(("alpha", "opacity"), [(0, 0.0), (255, 1.0), (51, 0.2)])
def test_opacities_run_from_0_to_1(alpha, opacity):
    assert ply.decode(chunked(one(colour=alpha))).opacities.tolist() == pytest.approx([opacity], abs=1e-7)


@pytest.mark.parametrize("largest", [0, 1, 2, 3])
def test_reads_rotations(largest):
    quats = ply.decode(chunked(one(rotation=largest << 30 | 0 << 20 | 512 << 10 | 512))).quats[0].tolist()
    others = quats[:largest] + quats[largest + 1 :]
    assert quats[largest] == pytest.approx(0.5**0.5, abs=1e-3)
    assert others == pytest.approx([-(0.5**0.5), 0, 0], abs=1e-3)


def test_reads_harmonics():
    sh = np.array([[0, 255, 127, 128, 1, 254, 10, 20, 30]])
    coefficients = ply.decode(chunked(one(), sh=sh)).sh[0, 1:]  # [3, 3]: a coefficient, then r g b
    wanted = [-4, 4, -0.015625, 0.015625, -3.953125, 3.953125, -3.671875, -3.359375, -3.046875]
    assert coefficients.T.flatten().tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
@pytest.mark.parametrize("degree", [0, 1, 3])
def test_agrees_with_gsply(tmp_path: Path, count, degree):
    generator = np.random.default_rng(count)
    words = generator.integers(0, 2**32, (count, 4), np.uint32)
    low, high = np.sort(generator.normal(size=(2, -(-count // 256), 9)), axis=0)  # of positions, scales, colours
    table = np.concatenate([low[:, :3], high[:, :3], low[:, 3:6], high[:, 3:6], low[:, 6:], high[:, 6:]], axis=1)
    rest = 3 * ((degree + 1) ** 2 - 1)
    sh = generator.integers(1, 255, (count, rest)) if rest else None
    data = chunked(words, chunks=table, colours=True, sh=sh)
    path = tmp_path / "in.ply"
    path.write_bytes(data)
    theirs, ours = gsply.plyread(path), ply.decode(data)
    np.testing.assert_allclose(ours.means, theirs.means, atol=1e-5)
    np.testing.assert_allclose(ours.scales.log(), theirs.scales, atol=1e-5)
    np.testing.assert_allclose(ours.sh[:, 0], theirs.sh0, atol=1e-5)
    quats = theirs.quats / np.linalg.norm(theirs.quats, axis=1, keepdims=True)
    np.testing.assert_allclose(ours.quats, quats, atol=1e-5)
    np.testing.assert_allclose(ours.opacities, 1 / (1 + np.exp(-theirs.opacities)), atol=1e-4)
    if rest:
        np.testing.assert_allclose(ours.sh[:, 1:], theirs.shN, atol=1e-6)


def test_reads_the_antialiased_mark():
    assert ply.decode(chunked(one(), comment="SplatRenderMode: mip")).antialiased
    assert not ply.decode(chunked(one())).antialiased


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (chunked(one(), chunks=np.zeros((2, 12))), "bad_encoding"),
        (chunked(np.tile(one(), (257, 1)), chunks=np.zeros((1, 12))), "bad_encoding"),
        (chunked(one(), sh=np.zeros((2, 9))), "bad_encoding"),
        (chunked(one(), sh=np.zeros((1, 8))), "unknown_format"),
        (chunked(one(), sh=np.zeros((1, 9))).replace(b"uchar", b"float"), "unknown_format"),
        (chunked(one()).replace(b"element chunk", b"element chunks"), "unknown_format"),
        (chunked(one()).replace(b"min_x", b"mim_x"), "unknown_format"),
        (chunked(one()).replace(b"packed_color", b"packed_colour"), "unknown_format"),
        (chunked(one()).replace(b"uint packed_scale", b"float packed_scale"), "unknown_format"),
        (chunked(one()).replace(b"binary_little_endian", b"ascii"), "unknown_format"),
        (chunked(one()) + b"x", "bad_encoding"),
        (chunked(one(), sh=np.zeros((1, 9)))[:-1], "truncated"),
        (chunked(one())[:-1], "truncated"),
        (chunked(one()).replace(b"vertex 1", b"vertex 256"), "truncated"),
        (chunked(one()).replace(b"vertex 1", b"vertex 0"), "too_few"),
        (chunked(one()).replace(b"vertex 1", b"vertex 1000001"), "too_many"),
        (chunked(one(), chunks=np.full((1, 12), np.nan)), "not_finite"),
        (chunked(one(), chunks=np.full((1, 12), np.inf)), "not_finite"),
        (chunked(one()).replace(struct.pack("<f", 1), b"\1\0\x80\x7f"), "not_finite"),  # a signalling NaN
        (chunked(one(), chunks=np.full((1, 12), 1e30)), "out_of_range"),
    ],
)
def test_refuses_what_is_not_the_format(data, code):
    assert code_of(data) == code


def test_a_refusal_counts_the_splats_of_a_chunk_that_is_not_finite():
    chunks = np.zeros((2, 12))
    chunks[1, 1] = np.nan
    with pytest.raises(DecodeError, match=r"^44 of 300 splats hold NaN values, in y$"):
        ply.decode(chunked(np.tile(one(), (300, 1)), chunks=chunks))


def test_zeros_may_follow():
    assert torch.equal(ply.decode(chunked(one()) + bytes(100)).means, torch.zeros(1, 3))
