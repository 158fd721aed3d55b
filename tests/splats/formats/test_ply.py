"""PLY files: the layout we write, every layout we read, and the code of every refusal."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace

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
        ("opacity", np.nan, "not_finite"),
        ("scale_0", np.inf, "not_finite"),
        ("f_dc_0", -np.inf, "not_finite"),
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


@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
@pytest.mark.parametrize("padding", [b"\n", b"\0", b"\r\n \t", bytes(512), b"\n\0\0\n"])
def test_white_space_and_zeros_may_follow_the_rows(make_splats, form, padding):
    data = ply_file(columns_of(make_splats(2)), form=form)
    assert_same(ply.decode(data + padding), make_splats(2))
    assert code_of(data + padding + b" 7") == "bad_encoding"


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


@pytest.mark.parametrize("rest", [8, 10, 23, 46, 71, 73, 105])
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


@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
@pytest.mark.parametrize("kind", ["float", "double"])
def test_infinite_opacities_and_scales_mean_the_end_of_the_range(make_splats, form, kind):
    splats = make_splats(5)
    columns = columns_of(splats)
    columns["opacity"][:3] = np.inf, -np.inf, np.inf
    columns["scale_2"][4] = -np.inf
    read = ply.decode(ply_file(columns, form=form, types=dict.fromkeys(columns, kind)))
    assert read.opacities[:3].tolist() == [1, 0, 1]
    assert read.scales[4, 2] == pytest.approx(np.exp(-80))
    torch.testing.assert_close(read.opacities[3:], splats.opacities[3:])
    torch.testing.assert_close(read.scales[:4], splats.scales[:4])
    again = ply.decode(ply.encode(read))
    assert_same(again, read)


@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
def test_a_refusal_counts_the_splats_that_are_not_finite(make_splats, form):
    columns = columns_of(make_splats(6000, 1))
    columns["scale_1"][7] = -np.inf  # legal
    columns["f_rest_3"][[0, 5999]] = np.inf
    with pytest.raises(DecodeError, match=r"^2 of 6,000 splats hold infinite values, in f_rest_3$"):
        ply.decode(ply_file(columns, form=form))
    columns["x"][[3, 5000]] = np.nan
    columns["opacity"][[3, 4]] = np.nan
    with pytest.raises(DecodeError, match=r"^3 of 6,000 splats hold NaN values, in x, opacity$"):
        ply.decode(ply_file(columns, form=form))


@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
def test_splats_without_a_third_scale_are_flat(make_splats, form):
    splats = make_splats(9, 1)
    columns = columns_of(splats)
    del columns["scale_2"]
    read = ply.decode(ply_file(columns, form=form))
    torch.testing.assert_close(read.scales[:, :2], splats.scales[:, :2])
    assert read.scales[:, 2].tolist() == pytest.approx([np.exp(-80)] * 9)


@pytest.mark.parametrize("lost", ["scale_0", "scale_1", "f_dc_1", "opacity", "rot_3", "y"])
def test_a_refusal_names_the_property_that_is_missing(make_splats, lost):
    columns = columns_of(make_splats(2))
    del columns[lost]
    with pytest.raises(DecodeError, match=f"no property {lost}, which splats need"):
        ply.decode(ply_file(columns))


def test_a_refusal_names_what_the_file_holds_instead():
    points = {name: np.zeros(3) for name in ("x", "y", "z", "red", "green", "blue")}
    with pytest.raises(DecodeError, match="a point cloud or a mesh"):
        ply.decode(ply_file(points))
    with pytest.raises(DecodeError, match="no vertex element; its elements are: splat"):
        ply.decode(ply_file(points).replace(b"element vertex", b"element splat"))


@pytest.mark.parametrize(
    ("kind", "white"),
    [("uchar", 255), ("ushort", 65535), ("int", 255), ("short", 255), ("float", 1), ("float", 255), ("double", 255)],
)
@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
def test_reads_colours_as_red_green_blue(make_splats, kind, white, form):
    columns = columns_of(make_splats(3))
    for name in ("f_dc_0", "f_dc_1", "f_dc_2"):
        del columns[name]
    columns |= {"red": np.array([0, white, 0]), "green": np.array([0, 0, white]), "blue": np.array([0, 0, white])}
    read = ply.decode(ply_file(columns, form=form, types=dict.fromkeys(("red", "green", "blue"), kind)))
    colours = 0.5 + 0.28209479177387814 * read.sh[:, 0]
    torch.testing.assert_close(colours, torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 1]]), atol=1e-6, rtol=0)


def test_coefficients_go_before_red_green_blue(make_splats):
    splats = make_splats(3, 1)
    columns = columns_of(splats) | {name: np.zeros(3) for name in ("red", "green", "blue")}
    assert_same(ply.decode(ply_file(columns)), splats)


@pytest.mark.parametrize(
    ("colours", "types", "code"),
    [
        ("red green", {}, "unknown_format"),
        ("red green blue f_dc_0", {}, "unknown_format"),
        ("red green blue", {"red": "uchar"}, "unknown_format"),
    ],
)
def test_refuses_half_of_the_colours(make_splats, colours, types, code):
    columns = {name: values for name, values in columns_of(make_splats(2)).items() if not name.startswith("f_dc")}
    columns |= {name: np.zeros(2) for name in colours.split()}
    assert code_of(ply_file(columns, types=types)) == code


@pytest.mark.parametrize(("red", "code"), [(np.nan, "not_finite"), (np.inf, "not_finite"), (1e38, "out_of_range")])
def test_refuses_a_red_out_of_range(make_splats, red, code):
    columns = {name: values for name, values in columns_of(make_splats(2)).items() if not name.startswith("f_dc")}
    columns |= {"red": np.array([0, red]), "green": np.zeros(2), "blue": np.zeros(2)}
    assert code_of(ply_file(columns)) == code
    assert code_of(ply_file(columns, types=dict.fromkeys(("red", "green", "blue"), "double"))) == code


@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
def test_keeps_degree_3_of_degree_4(make_splats, form):
    splats = make_splats(4, 3)
    columns = columns_of(splats)
    kept = [[columns.pop(f"f_rest_{15 * channel + i}") for i in range(15)] for channel in range(3)]
    for channel in range(3):
        values = [*kept[channel], *[np.full(4, 9.0)] * 9]
        columns |= {f"f_rest_{24 * channel + i}": value for i, value in enumerate(values)}
    notes: list[str] = []
    assert_same(ply.decode(ply_file(columns, form=form), notes.append), splats)
    assert notes == ["spherical harmonics of degree 4 were cut to degree 3: the first 16 of 25 coefficients"]


def test_coefficients_may_be_numbered_with_leading_zeros(make_splats):
    splats = make_splats(4, 2)
    columns = columns_of(splats)
    padded = {f"f_rest_{int(name[7:]):02d}" if "rest" in name else name: values for name, values in columns.items()}
    assert_same(ply.decode(ply_file(padded)), splats)
    twice = columns | {"f_rest_01": columns["f_rest_1"]}
    del twice["f_rest_23"]
    assert code_of(ply_file(twice)) == "unknown_format"


@pytest.mark.parametrize("name", ["filter_3D", "filter_3d"])
@pytest.mark.parametrize("form", [*FORMATS, "ascii"])
def test_applies_the_3d_filter(make_splats, name, form):
    splats = make_splats(5)
    widths = np.array([0, 1e-6, 0.01, 0.05, 2])
    read = ply.decode(ply_file(columns_of(splats) | {name: widths}, form=form))
    before, f = splats.scales.double(), torch.from_numpy(widths)[:, None]
    after = (before**2 + f**2).sqrt()
    mass = (before.prod(1) / after.prod(1)) * splats.opacities
    torch.testing.assert_close(read.scales.double(), after, rtol=1e-5, atol=0)
    torch.testing.assert_close(read.opacities.double(), mass, rtol=1e-5, atol=1e-9)
    assert b"filter" not in ply.encode(read)


def test_the_3d_filter_of_flat_splats_acts_in_their_plane(make_splats):
    columns = columns_of(make_splats(5)) | {"filter_3D": np.full(5, 0.01)}
    whole = ply.decode(ply_file(columns))
    del columns["scale_2"]
    flat = ply.decode(ply_file(columns))
    torch.testing.assert_close(flat.scales[:, :2], whole.scales[:, :2])
    assert (flat.opacities > whole.opacities).all()


@pytest.mark.parametrize(
    ("width", "code"),
    [(np.nan, "not_finite"), (np.inf, "not_finite"), (-0.1, "out_of_range"), (2e6, "out_of_range")],
)
def test_refuses_3d_filters_out_of_range(make_splats, width, code):
    assert code_of(ply_file(columns_of(make_splats(2)) | {"filter_3D": np.array([0.1, width])})) == code


def test_refuses_scales_that_the_3d_filter_makes_too_large(make_splats):
    columns = columns_of(make_splats(2)) | {"filter_3D": np.array([0.1, 9.9e5])}
    columns["scale_0"][1] = np.log(9.9e5)
    assert code_of(ply_file(columns)) == "out_of_range"


@pytest.mark.parametrize(
    "line",
    [
        "comment SplatRenderMode: mip",
        "comment splatrendermode: mip",
        "comment  SplatRenderMode:mip",
        "comment\tantialiased 1",
        "comment antialiased: true",
        "comment Antialiased = 1",
        "obj_info antialiased 1",
    ],
)
def test_reads_the_antialiased_mark(make_splats, line):
    data = ply_file(columns_of(make_splats(2)))
    assert not ply.decode(data).antialiased
    assert ply.decode(data.replace(b"comment made by a test", line.encode())).antialiased
    assert ply.decode(data.replace(b"comment made by a test", line.encode() + b"\r")).antialiased


@pytest.mark.parametrize(
    "line",
    ["SplatRenderMode: default", "antialiased 0", "not antialiased 1", "SplatRenderMode: mipmap", "antialiased 10"],
)
def test_other_comments_are_no_mark(make_splats, line):
    data = ply_file(columns_of(make_splats(2))).replace(b"made by a test", line.encode())
    assert not ply.decode(data).antialiased


def test_writes_the_antialiased_mark(make_splats):
    marked = replace(make_splats(2), antialiased=True)
    assert ply.encode(marked).startswith(
        b"ply\nformat binary_little_endian 1.0\ncomment SplatRenderMode: mip\ncomment antialiased 1\nelement"
    )
    assert ply.decode(ply.encode(marked)).antialiased
    assert not ply.decode(ply.encode(make_splats(2))).antialiased


def test_metadata_cannot_mark_splats(make_splats):
    data = ply.encode(make_splats(2), {"SplatRenderMode": "mip", "antialiased": "1", "seed": "1"})
    assert b"comment seed: 1\n" in data
    assert not ply.decode(data).antialiased


@pytest.mark.parametrize(
    "value",
    ["café table", "красный велосипед", "🚗 car", "a\nb\tc", 'say "hi" \\ there', "end_header", "\x7f", "", "\u2028"],
)
def test_metadata_survives_as_json_strings(make_splats, value):
    data = ply.encode(make_splats(2), {"prompt": value})
    (line,) = [line for line in data.split(b"end_header\n")[0].split(b"\n") if line.startswith(b"comment")]
    assert line.isascii()
    assert json.loads(f'"{line.decode().removeprefix("comment prompt: ")}"') == value
    assert data.count(b"end_header") == 1
    assert_same(ply.decode(data), make_splats(2))


def test_does_not_write_a_header_that_it_would_refuse_to_read(make_splats):
    with pytest.raises(ValueError, match="cannot write a PLY header"):
        ply.encode(make_splats(2), {f"key{i}": "я" * 1024 for i in range(12)})


def test_reads_a_byte_order_mark(make_splats):
    for form in (*FORMATS, "ascii"):
        assert_same(ply.decode(b"\xef\xbb\xbf" + ply_file(columns_of(make_splats(2)), form=form)), make_splats(2))


def test_reads_line_ends_of_old_macs(make_splats):
    header, end, rows = ply_file(columns_of(make_splats(2))).partition(b"end_header\n")
    data = (header + end).replace(b"\n", b"\r") + b"\n\r" + rows[2:]
    columns = columns_of(make_splats(2))
    columns["x"][0] = np.frombuffer(b"\n\r" + rows[2:4], "<f4")[0]  # the rows may start like a line end
    assert_same(ply.decode(data), ply.decode(ply_file(columns)))
