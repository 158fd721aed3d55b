"""Each file of a finished demo is opened with its own reader."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from mocks.results import FORMATS, BadResult, describe
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats

SPLATS = Splats(
    torch.rand(3, 3, generator=torch.Generator().manual_seed(1)),
    torch.tensor([[1.0, 0, 0, 0]]).expand(3, 4),
    torch.full((3, 3), 0.01),
    torch.ones(3),
    torch.zeros(3, 1, 3),
)


@pytest.mark.parametrize(("kind", "encode"), [("ply", encode_ply), ("spz", encode_spz)])
def test_splats_are_counted(tmp_path: Path, kind: str, encode) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(encode(SPLATS))
    assert describe(path) == "3 splats, SH degree 0"


def test_an_image_is_described_by_its_size(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "PNG")
    (tmp_path / "a.png").write_bytes(buffer.getvalue())
    assert describe(tmp_path / "a.png") == "image, 40×30"


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_file_is_bad(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.{kind}").touch()
    with pytest.raises(BadResult, match="is empty"):
        describe(tmp_path / f"a.{kind}")


@pytest.mark.parametrize("kind", FORMATS)
def test_junk_is_bad(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.{kind}").write_bytes(b"no such thing" * 100)
    with pytest.raises(BadResult, match="cannot open"):
        describe(tmp_path / f"a.{kind}")
