"""Other elements of a PLY file, ahead of the splats and behind them: skipped in bounded time, lists included."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from splats.errors import DecodeError
from splats.formats.ply_header import parse_header
from splats.formats.ply_rows import MAX_LISTS, read_columns
from splats.formats.ply_text import MAX_NUMBERS

X = np.array([1.5, -2.5, 3.5], "<f4")

MESH = "element face 2\nproperty list uchar int vertex_indices"
MIXED = (
    "element strip 2\nproperty short kind\nproperty list uint uchar name\n"
    "property list int8 double weights\nproperty double last"
)
CAMERA = "element camera 2\nproperty uchar kind\nproperty double focal"


def mixed_row(kind: int, name: bytes, weights: list[float], order: str) -> bytes:
    sized = struct.pack(f"{order}hI", kind, len(name)) + name
    return sized + struct.pack(f"{order}b{len(weights)}dd", len(weights), *weights, 7.0)


def mesh_row(*indices: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}B{len(indices)}i", len(indices), *indices)


def ply(ahead: str, ahead_body: bytes, *, form: str = "binary_little_endian", after: str = "") -> bytes:
    """Three rows of a vertex element with the one property x, behind the rows `ahead_body` of the elements `ahead`."""
    lines = [
        "ply",
        f"format {form} 1.0",
        *ahead.splitlines(),
        "element vertex 3",
        "property float x",
        *after.splitlines(),
    ]
    order = ">" if "big" in form else "<"
    body = b"1.5 -2.5\n3.5\n" if form == "ascii" else X.astype(order + "f4").tobytes()
    return "\n".join([*lines, "end_header\n"]).encode() + ahead_body + body


def read(data: bytes) -> list[float]:
    columns: list[float] = read_columns(data, parse_header(data), {"vertex"})["vertex"]["x"].tolist()
    return columns


def code_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        read(data)
    return caught.value.code


@pytest.mark.parametrize("form", ["binary_little_endian", "binary_big_endian", "ascii"])
def test_skips_elements_of_numbers(form):
    order = ">" if "big" in form else "<"
    body = b"1 2.5\n3 4.5\n" if form == "ascii" else struct.pack(f"{order}BdBd", 1, 2.5, 3, 4.5)
    assert read(ply(CAMERA, body, form=form)) == X.tolist()
    assert read(ply(CAMERA.replace(" 2", " 0"), b"", form=form)) == X.tolist()
    assert read(ply("element empty 5", b"", form=form)) == X.tolist()


@pytest.mark.parametrize("form", ["binary_little_endian", "binary_big_endian", "ascii"])
def test_skips_elements_with_lists(form):
    order = ">" if "big" in form else "<"
    if form == "ascii":
        faces, strips = b"3 0 1 2\n4 0 1\n2 3\n", b"-1 3 65 66 67 2 0.5 0.25 7\n5 0 0 7\n"
    else:
        faces = mesh_row(0, 1, 2, order=order) + mesh_row(0, 1, 2, 3, order=order)
        strips = mixed_row(-1, b"ABC", [0.5, 0.25], order) + mixed_row(5, b"", [], order)
    assert read(ply(MESH, faces, form=form)) == X.tolist()
    assert read(ply(MIXED, strips, form=form)) == X.tolist()
    assert read(ply(f"{MESH}\n{MIXED}", faces + strips, form=form)) == X.tolist()
    assert read(ply(MESH.replace(" 2", " 0"), b"", form=form)) == X.tolist()


def test_lists_of_no_values_take_their_count_alone():
    assert read(ply(MESH, b"\0\0")) == X.tolist()
    assert read(ply(MESH, b"0 0 ", form="ascii")) == X.tolist()


def test_a_text_of_several_pieces_goes_on_behind_a_skipped_element():
    numbers = b" ".join(b"%d.123456" % i for i in range(200_000)) + b"\n"  # more than two mebibytes
    assert read(ply("element camera 100000\nproperty float a\nproperty float b", numbers, form="ascii")) == X.tolist()
    assert read(ply("element blob 1\nproperty list int float a", b"200000 " + numbers, form="ascii")) == X.tolist()


@pytest.mark.parametrize("form", ["binary_little_endian", "ascii"])
def test_what_follows_the_splats_is_not_looked_at(form):
    assert read(ply("", b"", form=form, after=MESH) + b"\3 nonsense") == X.tolist()


@pytest.mark.parametrize("form", ["binary_little_endian", "ascii"])
def test_refuses_truncated_lists(form):
    faces = mesh_row(0, 1, 2) + mesh_row(5) if form == "binary_little_endian" else b"3 0 1 2\n1 5\n"
    data = ply(MESH, faces, form=form)
    start = data.index(b"end_header\n") + len(b"end_header\n")
    ends = range(start, start + len(faces) if form == "ascii" else len(data))
    assert {code_of(data[:end]) for end in ends} == {"truncated"}


@pytest.mark.parametrize(
    ("ahead", "body", "code"),
    [
        ("element face 1\nproperty list char int i", b"\xff", "bad_encoding"),
        ("element face 1\nproperty list int int i", struct.pack("<i", -(2**31)), "bad_encoding"),
        ("element face 1\nproperty list uint double i", struct.pack("<I", 2**32 - 1), "truncated"),
        ("element face 1\nproperty list float int i", struct.pack("<f", 1.0), "unknown_format"),
        (f"element face {10**17}\nproperty list uchar int i", b"", "truncated"),
        (f"element face {MAX_LISTS + 1}\nproperty list uchar int i", bytes(MAX_LISTS + 1), "too_large"),
    ],
)
def test_refuses_impossible_lists(ahead, body, code):
    assert code_of(ply(ahead, body)) == code


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (b"-1", "bad_encoding"),
        (b"1.0", "bad_encoding"),
        (b"x", "bad_encoding"),
        (b"9" * 30, "bad_encoding"),
        (b"100000", "truncated"),
        (b"%d" % (MAX_NUMBERS + 1), "too_large"),
    ],
)
def test_refuses_impossible_counts_in_text(count, code):
    assert code_of(ply("element face 1\nproperty list uchar int i", count + b"\n", form="ascii")) == code


def test_refuses_a_file_that_cannot_hold_the_rows_before_reading_any():
    huge = f"element camera {10**17}\nproperty double a"
    assert code_of(ply(huge, b"")) == "truncated"
    assert code_of(ply(huge, b"", form="ascii")) == "truncated"
