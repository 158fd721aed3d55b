"""Writing SPZ files: both versions, fractional bits, quantisation errors, and what is refused."""

from __future__ import annotations

import gzip
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from splats.formats import spz, spz_encoder
from splats.model import Splats

HEADER = "<4sIIBBBB"

VERSIONS = pytest.mark.parametrize("version", [2, 3])


def header_of(data: bytes) -> tuple[int, ...]:
    """Version, count, degree, fractional bits, flags and the reserved byte."""
    return struct.unpack_from(HEADER, gzip.decompress(data))[1:]


def assert_within_quantisation(again: Splats, splats: Splats, degrees: float) -> None:
    """The tolerances of docs/formats.md."""
    reach = float(splats.means.abs().max())
    assert (again.means - splats.means).abs().max() <= max(2**-24, reach * 2**-23) * 1.001
    assert (again.opacities - splats.opacities).abs().max() <= 0.5 / 255 + 1e-6
    scales = splats.scales.log().clamp(-10, 255 / 16 - 10)
    assert (again.scales.log() - scales).abs().max() <= 0.5 / 16 + 1e-5
    sh0 = splats.sh[:, 0].clamp(-1 / 0.3, 1 / 0.3)
    assert (again.sh[:, 0] - sh0).abs().max() <= 0.5 / 38.25 + 1e-6
    rest = splats.sh[:, 1:].clamp(-1, 127 / 128)
    assert torch.all((again.sh[:, 1:] - rest).abs() <= 0.5 / 128 + 1e-6)
    cosine = (again.quats.double() * splats.quats.double()).sum(1).abs().clamp(max=1)
    assert torch.rad2deg(2 * torch.acos(cosine)).max() <= degrees


@st.composite
def any_splats(draw: st.DrawFn) -> Splats:
    """Splats of any degree and rotation, colours in and out of the range, around an object of any size up to 2,000."""
    n, degree = draw(st.integers(3, 8)), draw(st.integers(0, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    reach = draw(st.sampled_from([0.05, 0.5, 1.0, 2000.0]))
    spread = draw(st.sampled_from([0.1, 1.0, 5.0]))
    quats = generator.normal(size=(n, 4)) * generator.choice([0.001, 1.0], size=(n, 4)) + 1e-7
    means = generator.uniform(-reach, reach, (n, 3))
    means[:2, 0] = -reach, reach
    arrays = (
        means,
        quats / np.linalg.norm(quats, axis=1, keepdims=True),
        np.exp(generator.uniform(-15, min(5.9, np.log(reach)), (n, 3))),
        np.clip(generator.uniform(-0.2, 1.2, n), 0, 1),
        generator.normal(size=(n, (degree + 1) ** 2, 3)) * spread,
    )
    return Splats(*(torch.from_numpy(a).float() for a in arrays), antialiased=draw(st.booleans()))


@given(splats=any_splats())
@settings(max_examples=30, deadline=None)
def test_round_trip_stays_within_the_quantisation(splats: Splats):
    for version, degrees in ((2, 14.0), (3, 0.3)):  # version 2 loses w where it is small
        again = spz.decode(spz_encoder.encode(splats, version))
        assert_within_quantisation(again, splats, degrees)
        assert again.antialiased == splats.antialiased


@VERSIONS
@given(splats=any_splats())
@settings(max_examples=10, deadline=None)
def test_a_second_round_trip_changes_nothing(version: spz_encoder.SpzVersion, splats: Splats):
    once = spz.decode(spz_encoder.encode(splats, version))
    twice = spz.decode(spz_encoder.encode(once, version))
    for name in ("means", "opacities", "scales", "sh"):
        torch.testing.assert_close(getattr(once, name), getattr(twice, name), atol=1e-6, rtol=1e-5)


def test_rotations_of_version_2_are_exact_to_a_degree_where_w_is_large(make_splats):
    splats = make_splats(2000)
    splats = replace(splats, quats=splats.quats[splats.quats[:, 0].abs() > 0.5].repeat(4, 1)[:2000])
    again = spz.decode(spz_encoder.encode(splats.select(torch.arange(500)), 2))
    cosine = (again.quats.double() * splats.quats[:500].double()).sum(1).abs().clamp(max=1)
    assert torch.rad2deg(2 * torch.acos(cosine)).max() <= 1.5


def test_writes_gzip_of_the_version_asked_for(make_splats):
    data = spz_encoder.encode(make_splats(5, 2))
    assert header_of(data) == (3, 5, 2, 23, 0, 0)
    assert len(gzip.decompress(data)) == 16 + 5 * (20 + 24)
    data = spz_encoder.encode(make_splats(5, 2), 2)
    assert header_of(data) == (2, 5, 2, 23, 0, 0)
    assert len(gzip.decompress(data)) == 16 + 5 * (19 + 24)


@VERSIONS
def test_writes_the_antialiased_mark(make_splats, version):
    splats = make_splats(5)
    assert header_of(spz_encoder.encode(replace(splats, antialiased=True), version))[4] == 1
    assert header_of(spz_encoder.encode(splats, version))[4] == 0


@pytest.mark.parametrize("n", [10, 60_000])
def test_the_same_splats_give_the_same_bytes(make_splats, n):
    first = spz_encoder.encode(make_splats(n))
    assert spz_encoder.encode(make_splats(n)) == first
    assert first[4:8] == bytes(4)  # the time in the gzip header


@pytest.mark.parametrize(
    ("farthest", "bits"),
    [
        (1e-6, 23),
        (0.5, 23),
        (0.99999994, 22),  # 23 bits would round it up to 2^23
        (1.0, 22),
        (-1.0, 22),
        (2.0, 21),
        (2047.9, 12),
        (2048.0, 11),
        (5000.0, 10),
        (-999_999.0, 3),
    ],
)
def test_the_farthest_position_leaves_bits_for_the_fraction(make_splats, farthest, bits):
    splats = make_splats(3)
    splats.means[:] = torch.tensor([[farthest, 0, 0], [0, -farthest, 0], [0, 0, farthest / 3]])
    splats.scales[:] = max(abs(farthest) / 100, 1e-4)
    splats.scales.clamp_(max=300)
    if farthest == 1e-6:
        splats.scales[:] = 1e-4
    data = spz_encoder.encode(splats)
    assert header_of(data)[3] == bits
    assert (spz.decode(data).means - splats.means).abs().max() <= 0.5 / 2**bits + 1e-7 * abs(farthest)


def object_of(side: float, offset: float, scale: float) -> Splats:
    """A cube's eight corners with round splats."""
    corners = torch.cartesian_prod(*[torch.tensor([-side / 2, side / 2])] * 3) + offset
    quats = torch.tensor([1.0, 0, 0, 0]).repeat(8, 1)
    return Splats(corners, quats, torch.full((8, 3), float(scale)), torch.full((8,), 0.9), torch.zeros(8, 1, 3))


@VERSIONS
@pytest.mark.parametrize(
    ("side", "offset", "scale"),
    [(1, 0, 0.01), (0.01, 0, 5e-5), (0.01, 10, 5e-5), (1e3, 0, 300), (1e5, 0, 370), (1e6, 0, 370), (1, 1000, 0.01)],
)
def test_what_is_written_is_within_half_a_percent(side, offset, scale, version):
    splats = object_of(side, offset, scale)
    again = spz.decode(spz_encoder.encode(splats, version))
    assert (again.means - splats.means).abs().max() <= 0.005 * side
    torch.testing.assert_close(again.scales, splats.scales, rtol=0.04, atol=0.005 * side)


@VERSIONS
@pytest.mark.parametrize(
    ("side", "offset", "scale", "match"),
    [
        (1e-3, 0, 1e-6, "it has scales of"),
        (1e-5, 0, 1e-7, "cannot write SPZ"),
        (1e5, 0, 5000, "it has scales of"),
        (1e5, 0, 1e3, "it has scales of"),
        (1, 1e5, 0.01, "rounded by up to"),
        (1, 9e5, 0.01, "rounded by up to"),
        (1e-4, 100, 5e-5, "rounded by up to"),
    ],
)
def test_what_would_change_by_more_than_half_a_percent_is_refused(side, offset, scale, match, version):
    with pytest.raises(ValueError, match=match):
        spz_encoder.encode(object_of(side, offset, scale), version)


def test_flat_splats_of_an_ordinary_object_are_written(make_splats):
    splats = make_splats(50)
    splats.scales[:, 2] = 1e-30
    assert spz.decode(spz_encoder.encode(splats)).scales[:, 2].max() == pytest.approx(np.exp(-10))


def test_a_floater_does_not_hide_the_size_of_the_object(make_splats):
    splats = make_splats(1000)
    splats.means[0] = 9e5
    with pytest.raises(ValueError, match="rounded by up to"):
        spz_encoder.encode(splats)
    splats.means[0] = 1e4
    assert (spz.decode(spz_encoder.encode(splats)).means - splats.means).abs().max() <= 0.5 / 2**9


@pytest.mark.parametrize("scale", [1e-3, 1.0, 300.0])
def test_a_single_splat_is_as_large_as_its_scale(make_splats, scale):
    splats = make_splats(1)
    splats.scales[:] = scale
    assert len(spz.decode(spz_encoder.encode(splats))) == 1
    splats.scales[:] = 1e-6
    with pytest.raises(ValueError, match="cannot write SPZ"):
        spz_encoder.encode(splats)


@pytest.mark.parametrize(("field", "value"), [("means", float("nan")), ("scales", 0.0), ("opacities", 1.5)])
def test_does_not_write_values_that_cannot_be_read(make_splats, field, value):
    splats = make_splats(3)
    getattr(splats, field)[1] = value
    with pytest.raises(ValueError, match="cannot write"):
        spz_encoder.encode(splats)
