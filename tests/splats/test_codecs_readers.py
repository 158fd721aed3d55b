"""Files we write, opened by other readers: gsply, and PlayCanvas splat-transform through npm."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gsply
import numpy as np
import pytest
import torch

from splats import codecs
from splats.model import Splats
from splats.turn import half_turn_x

Convert = Callable[..., Splats]


@pytest.fixture(scope="session")
def splat_transform(node_tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """`splat_transform(data, "spz", "ply", *flags)`: the splats of `data` after the tool has converted it."""
    tool = node_tool("splat-transform")
    work = tmp_path_factory.mktemp("splat-transform")

    def convert(data: bytes, source: str, target: str, *flags: str) -> Splats:
        (work / f"in.{source}").write_bytes(data)
        command = [str(tool), "-q", "-w", "-g", "cpu", *flags, f"in.{source}", f"out.{target}"]
        subprocess.run(command, cwd=work, check=True, timeout=60)
        return codecs.decode((work / f"out.{target}").read_bytes())

    return convert


FIXED_POINT_12 = 0.5 / 2**12 + 1e-6
"""The greatest change of a position within 2,048 units where a writer keeps 12 fractional bits, as most do."""


def assert_same(got: Splats, wanted: Splats, *, sh_tolerance: float = 1e-5, mean_tolerance: float = 1e-5) -> None:
    assert len(got) == len(wanted)
    assert got.sh_degree == wanted.sh_degree
    torch.testing.assert_close(got.means, wanted.means, atol=mean_tolerance, rtol=0)
    torch.testing.assert_close(covariances(got), covariances(wanted), atol=1e-8, rtol=1e-3)
    torch.testing.assert_close(got.opacities, wanted.opacities, atol=1e-4, rtol=0)
    assert (got.sh - wanted.sh).abs().max() <= sh_tolerance


def covariances(splats: Splats) -> torch.Tensor:
    """Covariances [N, 3, 3], which do not depend on the order in which a reader stores the axes."""
    w, x, y, z = splats.quats.double().unbind(1)
    rows = [
        torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], dim=1),
        torch.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], dim=1),
        torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], dim=1),
    ]
    axes = torch.stack(rows, dim=1) * splats.scales[:, None]  # [N, 3, 3]
    return axes @ axes.transpose(1, 2)


@pytest.mark.parametrize(
    ("encode", "read"),
    [
        (codecs.encode_ply, gsply.plyread),
        (codecs.encode_spz, gsply.read_spz),
        (partial(codecs.encode_spz, version=2), gsply.read_spz),
    ],
)
@pytest.mark.parametrize("degree", [0, 3])
def test_gsply_reads_what_we_write(make_splats, tmp_path, encode, read, degree):
    data = encode(make_splats(40, degree))
    path = tmp_path / "splats.bin"
    path.write_bytes(data)
    theirs, ours = read(path), codecs.decode(data)
    np.testing.assert_allclose(theirs.means, ours.means, atol=1e-6)
    quats = theirs.quats / np.linalg.norm(theirs.quats, axis=1, keepdims=True)  # of version 2, about 1 long
    np.testing.assert_allclose(quats, ours.quats, atol=1e-5)
    np.testing.assert_allclose(np.exp(theirs.scales), ours.scales, rtol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-theirs.opacities)), ours.opacities, atol=1e-5)
    np.testing.assert_allclose(theirs.sh0, ours.sh[:, 0], atol=1e-5)
    if degree:
        np.testing.assert_allclose(theirs.shN, ours.sh[:, 1:], atol=1e-5)


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_we_read_what_gsply_writes(make_splats, tmp_path, version, degree):
    wanted = codecs.decode(codecs.encode_spz(make_splats(40, degree)))
    (tmp_path / "in.spz").write_bytes(codecs.encode_spz(wanted))
    gsply.write_spz(tmp_path / "out.spz", gsply.read_spz(tmp_path / "in.spz"), version=version)
    assert_same(codecs.decode((tmp_path / "out.spz").read_bytes()), wanted, mean_tolerance=FIXED_POINT_12)


def test_we_read_gsplys_ply_without_normals(make_splats, tmp_path):
    wanted = make_splats(40, 3)
    (tmp_path / "in.ply").write_bytes(codecs.encode_ply(wanted))
    gsply.plywrite(tmp_path / "out.ply", gsply.plyread(tmp_path / "in.ply"))
    data = (tmp_path / "out.ply").read_bytes()
    assert b"nx" not in data[:200]
    assert_same(codecs.decode(data), wanted)


@pytest.mark.slow
@pytest.mark.parametrize("degree", [0, 3])
def test_splat_transform_reads_our_ply(make_splats, splat_transform, degree):
    splats = make_splats(40, degree)
    assert_same(splat_transform(codecs.encode_ply(splats), "ply", "ply"), splats)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3", "4"])
def test_splat_transform_reads_our_spz_and_we_read_its(make_splats, splat_transform, version):
    data = codecs.encode_spz(make_splats(40, 3))
    again = splat_transform(data, "spz", "spz", "--spz-version", version)
    # it stores 5 bits for degree 1 and 4 for the rest
    assert_same(again, codecs.decode(data), sh_tolerance=0.07, mean_tolerance=FIXED_POINT_12)


# splat-transform assumes y down in PLY and y up in SPZ, and rotates by 180° about x between the two.


@pytest.mark.slow
@pytest.mark.parametrize("degree", [0, 3])
def test_splat_transform_rotates_our_spz_into_its_ply(make_splats, splat_transform, degree):
    data = codecs.encode_spz(make_splats(40, degree))
    assert_same(splat_transform(data, "spz", "ply"), half_turn_x(codecs.decode(data)), sh_tolerance=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("degree", [0, 1, 3])
def test_we_read_splat_transforms_chunk_compressed_ply(make_splats, splat_transform, degree):
    splats = make_splats(600, degree)
    again = splat_transform(codecs.encode_ply(splats), "ply", "compressed.ply")
    assert len(again) == len(splats)
    order = nearest(again.means, splats.means)  # it writes them in another order
    assert (again.means - splats.means[order]).abs().max() <= 0.002
    assert (again.opacities - splats.opacities[order]).abs().max() <= 0.5 / 255 + 1e-4
    assert (again.sh[:, 0] - splats.sh[order, 0]).abs().max() <= 0.01
    assert (again.sh[:, 1:] - splats.sh[order, 1:]).abs().max() <= 1 / 64 + 1e-5 if degree else True


def nearest(means: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """The index [N] in `others` of the position nearest to each of `means`."""
    return torch.cdist(means, others).argmin(dim=1)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["spz", "ply"])
def test_splat_transform_sees_the_marked_object_upright(marked_object, splat_transform, source):
    data = codecs.encode_spz(marked_object) if source == "spz" else codecs.encode_ply(half_turn_x(marked_object))
    converted = splat_transform(data, source, "spz", "--spz-version", "3")
    colours = 0.5 + 0.28209479177387814 * converted.sh[:, 0]
    top, front, right = (converted.means[:, axis].argmax() for axis in (1, 2, 0))
    assert colours[top].tolist() == pytest.approx([0.9, 0.1, 0.1], abs=0.01)
    assert colours[front].tolist() == pytest.approx([0.1, 0.1, 0.9], abs=0.01)
    assert colours[right].tolist() == pytest.approx([0.1, 0.8, 0.1], abs=0.01)
    assert len(converted) == len(marked_object)
    assert (converted.means - marked_object.means).abs().max() < 0.5 / 4096 + 1e-5
    difference = covariances(converted) - covariances(marked_object)
    assert difference.abs().max() < 0.08 * covariances(marked_object).abs().max()  # steps of 6 % in the scales
