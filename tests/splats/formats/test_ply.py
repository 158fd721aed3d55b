"""PLY files: the layout we write, every layout we read, and the code of every refusal."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splats.errors import DecodeError
from splats.formats import ply
from splats.formats.limits import MAX_SPLATS
from splats.model import Splats

BASE = (
    "x y z f_dc_0 f_dc_1 f_dc_2 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3".split()  # noqa: SIM905
)
FORMATS = {"binary_little_endian": "<", "binary_big_endian": ">"}
TYPES = {"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"} | {
    "float": "f4",
    "double": "f8",
}


def columns_of(splats: Splats) -> dict[str, np.ndarray]:
    """The values of `splats` as a PLY file stores them, by property, each [N], computed without the codec."""
    n, k, _ = splats.sh.shape
    rest = splats.sh[:, 1:].permute(0, 2, 1).reshape(n, 3 * (k - 1))
    table = torch.cat(
        [
            splats.means,
            splats.sh[:, 0],
            torch.logit(splats.opacities)[:, None],
            splats.scales.log(),
            splats.quats,
            rest,
        ],
        dim=1,
    ).double()
    names = [*BASE, *(f"f_rest_{i}" for i in range(3 * (k - 1)))]
    return {name: table[:, i].numpy() for i, name in enumerate(names)}


def body(columns: Mapping[str, np.ndarray], types: Mapping[str, str], form: str) -> bytes:
    if form == "ascii":
        rows = zip(*columns.values(), strict=True)
        return "".join(" ".join(f"{value:.9g}" for value in row) + "\n" for row in rows).encode()
    order = FORMATS[form]
    dtype = np.dtype([(name, order + TYPES[types.get(name, "float")]) for name in columns])
    rows = np.empty(len(next(iter(columns.values()))), dtype)
    for name, values in columns.items():
        rows[name] = values
    return rows.tobytes()


def ply_file(
    columns: Mapping[str, np.ndarray],
    *,
    types: Mapping[str, str] | None = None,
    form: str = "binary_little_endian",
    ahead: str = "",
    ahead_body: bytes = b"",
    after: str = "",
    count: int | None = None,
) -> bytes:
    """A PLY file of `columns`; `ahead` and `after` are header lines of other elements."""
    types = types or {}
    n = len(next(iter(columns.values()))) if count is None else count
    lines = ["ply", f"format {form} 1.0", "comment made by a test", *ahead.splitlines(), f"element vertex {n}"]
    lines += [f"property {types.get(name, 'float')} {name}" for name in columns]
    lines += [*after.splitlines(), "end_header\n"]
    return "\n".join(lines).encode("latin-1") + ahead_body + body(columns, types, form)


def assert_same(got: Splats, wanted: Splats, tolerance: float = 1e-5) -> None:
    for name in ("means", "quats", "scales", "opacities", "sh"):
        torch.testing.assert_close(getattr(got, name), getattr(wanted, name), atol=tolerance, rtol=tolerance)


def code_of(data: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        ply.decode(data)
    return caught.value.code


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_round_trip_keeps_float32_values(make_splats, degree):
    splats = make_splats(50, degree)
    again = ply.decode(ply.encode(splats))
    assert torch.equal(again.means, splats.means)
    assert torch.equal(again.sh, splats.sh)
    assert_same(again, splats, 1e-6)


def test_written_header_is_the_inria_layout(make_splats):
    header, _, rows = ply.encode(make_splats(3, 1)).partition(b"end_header\n")
    names = [line.split()[-1] for line in header.decode().splitlines() if line.startswith("property float ")]
    wanted = "x y z nx ny nz f_dc_0 f_dc_1 f_dc_2".split() + [f"f_rest_{i}" for i in range(9)]  # noqa: SIM905
    assert names == wanted + "opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3".split()  # noqa: SIM905
    assert header.startswith(b"ply\nformat binary_little_endian 1.0\nelement vertex 3\n")
    assert len(rows) == 3 * 26 * 4


def test_written_sh_runs_channel_by_channel(make_splats):
    splats = make_splats(2, 2)
    rows = np.frombuffer(ply.encode(splats).partition(b"end_header\n")[2], "<f4").reshape(2, -1)
    red, green = rows[0, 9:17], rows[0, 17:25]
    assert np.array_equal(red, splats.sh[0, 1:, 0].numpy())
    assert np.array_equal(green, splats.sh[0, 1:, 1].numpy())


def test_opacities_of_exactly_0_and_1_survive(make_splats):
    splats = make_splats(2)
    splats.opacities[:] = torch.tensor([0.0, 1.0])
    faint, solid = ply.decode(ply.encode(splats)).opacities.tolist()
    assert faint < 3e-9
    assert solid == 1.0


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("form", ["binary_little_endian", "binary_big_endian", "ascii"])
def test_reads_every_format_and_degree(make_splats, form, degree):
    splats = make_splats(20, degree)
    assert_same(ply.decode(ply_file(columns_of(splats), form=form)), splats)


@given(seed=st.integers(0, 10_000), form=st.sampled_from([*FORMATS, "ascii"]), degree=st.integers(0, 3))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_any_property_order_with_foreign_properties_of_any_type(make_splats, seed, form, degree):
    chance = random.Random(seed)
    splats = make_splats(5, degree, seed)
    columns = columns_of(splats) | {f"extra_{kind}": np.arange(5) for kind in TYPES}
    names = list(columns)
    chance.shuffle(names)
    types = {name: chance.choice(["float", "double"]) for name in names} | {f"extra_{kind}": kind for kind in TYPES}
    data = ply_file({name: columns[name] for name in names}, types=types, form=form)
    assert_same(ply.decode(data), splats)


@pytest.mark.parametrize("form", ["binary_little_endian", "ascii"])
def test_skips_other_elements(make_splats, form):
    splats = make_splats(4)
    ahead = "element camera 2\nproperty uchar kind\nproperty double focal"
    ahead_body = b"1 2.5\n3 4.5\n" if form == "ascii" else bytes(18)
    after = "element face 1\nproperty list uchar int vertex_indices"
    data = ply_file(columns_of(splats), form=form, ahead=ahead, ahead_body=ahead_body, after=after)
    assert_same(ply.decode(data + b"3 0 1 2\n"), splats)


def test_reads_windows_line_ends_and_binary_comments(make_splats):
    splats = make_splats(3)
    columns = columns_of(splats)
    header, _, rows = ply_file(columns).partition(b"end_header\n")
    header = header.replace(b"comment made by a test", b"comment \xff\xfe\x00 end_header\nobj_info n 1")
    assert_same(ply.decode(header.replace(b"\n", b"\r\n") + b"end_header\r\n" + rows), splats)


def test_normalises_quaternions_of_any_length(make_splats):
    splats = make_splats(2)
    columns = columns_of(splats)
    for name in ("rot_0", "rot_1", "rot_2", "rot_3"):
        columns[name] = columns[name] * [1e-9, 1e3]
    assert_same(ply.decode(ply_file(columns)), splats)


def test_colours_are_not_clamped(make_splats):
    columns = columns_of(make_splats(2))
    columns["f_dc_1"][:] = 42
    assert ply.decode(ply_file(columns)).sh[0, 0, 1] == 42


def test_one_ascii_line_of_all_numbers_is_read_in_pieces(make_splats):
    splats = make_splats(20_000)
    data = ply_file(columns_of(splats), form="ascii")
    assert len(data) > 2 * 2**20  # several pieces, cut within rows
    assert_same(ply.decode(data), splats)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("x", np.nan, "not_finite"),
        ("z", np.inf, "not_finite"),
        ("opacity", -np.inf, "not_finite"),
        ("rot_2", np.nan, "not_finite"),
        ("f_rest_8", np.inf, "not_finite"),
        ("y", 2e6, "out_of_range"),
        ("scale_0", 89.0, "out_of_range"),
        ("scale_1", -104.0, "out_of_range"),
        ("opacity", 1e5, "out_of_range"),
        ("f_dc_2", -1e30, "out_of_range"),
        ("f_rest_0", 5e3, "out_of_range"),
        ("rot_3", 1e20, "out_of_range"),
    ],
)
@pytest.mark.parametrize("form", ["binary_little_endian", "binary_big_endian", "ascii"])
def test_refuses_values_that_are_not_finite_or_out_of_range(make_splats, form, name, value, code):
    columns = columns_of(make_splats(3, 1))
    columns[name][1] = value
    assert code_of(ply_file(columns, form=form)) == code


def test_a_huge_double_is_out_of_range_and_not_infinite(make_splats):
    columns = columns_of(make_splats(3))
    columns["x"][0] = 1e300
    assert code_of(ply_file(columns, types={"x": "double"})) == "out_of_range"


def test_refuses_a_quaternion_of_length_zero(make_splats):
    columns = columns_of(make_splats(3))
    for name in ("rot_0", "rot_1", "rot_2", "rot_3"):
        columns[name][2] = 0
    assert code_of(ply_file(columns)) == "out_of_range"


@pytest.mark.parametrize("form", ["binary_little_endian", "ascii"])
def test_refuses_wrong_counts(make_splats, form):
    columns = columns_of(make_splats(3))
    assert code_of(ply_file(columns, form=form, count=0)) == "too_few"
    assert code_of(ply_file(columns, form=form, count=4)) == "truncated"
    assert code_of(ply_file(columns, form=form, count=MAX_SPLATS + 1)) == "too_many"
    assert code_of(ply_file(columns, form=form, count=10**17)) == "too_many"
    assert code_of(ply_file(columns, form=form, count=10**30)) == "bad_encoding"
    assert code_of(ply_file(columns, form=form, count=2)) == "bad_encoding"  # one row left over


def test_refuses_every_truncation(make_splats):
    data = ply.encode(make_splats(2))
    assert {code_of(data[:size]) for size in range(4, len(data))} == {"truncated"}


def test_white_space_may_follow_the_rows(make_splats):
    data = ply.encode(make_splats(2))
    assert len(ply.decode(data + b"\n")) == 2
    assert code_of(data + b"\0") == "bad_encoding"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("ply\n", "plx\n", "unknown_format"),
        ("format binary_little_endian 1.0\n", "", "bad_encoding"),
        ("little_endian 1.0", "middle_endian 1.0", "unknown_format"),
        ("little_endian 1.0", "little_endian 2.0", "unknown_format"),
        ("comment made by a test", "format ascii 1.0", "unknown_format"),
        ("element vertex 2", "element vertex -2", "bad_encoding"),
        ("element vertex 2", "element vertex ２", "bad_encoding"),
        ("element vertex 2", "element points 2", "unknown_format"),
        ("element vertex 2", "element vertex 2\nelement vertex 2", "bad_encoding"),
        ("comment made by a test", "property float lost", "bad_encoding"),
        ("comment made by a test", "nonsense", "bad_encoding"),
        ("comment made by a test", "element face 1\nproperty list uchar int i", "unknown_format"),
        ("property float y", "property list uchar float y", "unknown_format"),
        ("property float y", "property list uchar y", "bad_encoding"),
        ("property float y", "property quad y", "unknown_format"),
        ("property float y", "property float x", "bad_encoding"),
        ("property float y", "property float", "bad_encoding"),
        ("property float y", "property float v", "unknown_format"),
        ("property float f_dc_2", "property float f_rest_0", "unknown_format"),
        ("property float opacity", "property uint packed_position", "unknown_format"),
        ("end_header\n", "end_heads\n", "truncated"),
    ],
)
def test_refuses_malformed_and_foreign_headers(make_splats, old, new, code):
    data = ply_file(columns_of(make_splats(2)))
    assert old.encode() in data
    assert code_of(data.replace(old.encode(), new.encode(), 1)) == code


def test_refuses_a_header_that_does_not_end():
    assert code_of(b"ply\n" + b"comment x\n" * 100_000) == "too_large"


@pytest.mark.parametrize("rest", [8, 10, 23, 46, 72])
def test_refuses_a_coefficient_count_that_fits_no_degree(make_splats, rest):
    columns = columns_of(make_splats(2)) | {f"f_rest_{i}": np.zeros(2) for i in range(rest)}
    assert code_of(ply_file(columns)) == "unknown_format"


def test_refuses_a_gap_in_the_coefficients(make_splats):
    columns = columns_of(make_splats(2, 1))
    columns["f_rest_9"] = columns.pop("f_rest_3")
    assert code_of(ply_file(columns)) == "unknown_format"


def test_a_huge_foreign_element_is_truncated_before_anything_is_read(make_splats):
    ahead = f"element junk {10**17}\nproperty double a"
    columns = columns_of(make_splats(2))
    assert code_of(ply_file(columns, ahead=ahead)) == "truncated"
    assert code_of(ply_file(columns, ahead=ahead, form="ascii")) == "truncated"


@pytest.mark.parametrize("word", [b"one", b"0x10", b"1,5", b"\xd9\xa1", b"1.2.3", b"1" * 3_000_000 + b"z"])
def test_refuses_words_that_are_not_numbers(make_splats, word):
    data = ply_file(columns_of(make_splats(2)), form="ascii")
    start = data.index(b"end_header\n") + len(b"end_header\n")
    assert code_of(data[:start] + word + b" " + data[start:]) == "bad_encoding"


def test_refuses_an_ascii_body_of_too_many_numbers():
    names = [*BASE, *(f"extra_{i}" for i in range(10))]
    header = "\n".join(["ply", "format ascii 1.0", "element vertex 400000", *(f"property float {n}" for n in names)])
    assert code_of(f"{header}\nend_header\n".encode() + b"1 " * (400_000 * 24)) == "too_large"


@pytest.mark.parametrize(
    ("field", "value"),
    [("means", float("nan")), ("means", 1e7), ("scales", 0.0), ("opacities", 1.5), ("quats", 0.0), ("sh", 1e9)],
)
def test_does_not_write_values_that_it_would_refuse_to_read(make_splats, field, value):
    splats = make_splats(3)
    getattr(splats, field)[1] = value
    with pytest.raises(ValueError, match="cannot write"):
        ply.encode(splats)


def test_does_not_write_an_empty_file(make_splats):
    with pytest.raises(ValueError, match="cannot write 0 splats"):
        ply.encode(make_splats(0))
