"""LGM from its shipped configuration with tiny weights: its contract and its errors."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from generation.backends import contract
from generation.backends.candidates import best_of
from generation.backends.contract import BackendUnusable, Cancelled, ImagePreview, Progress
from generation.backends.lgm import LgmGenerator
from generation.networks import lgm
from generation.networks.cameras import orbit_poses
from generation.networks.checkpoints import WeightsUnusable
from generation.weights import WeightsMissing
from splats.model import Splats, bounds


@pytest.fixture(scope="module")
def pipeline(load) -> LgmGenerator:
    loaded = load("lgm.yaml")
    assert isinstance(loaded, LgmGenerator)
    return loaded


def front_first(pipeline: LgmGenerator) -> list[torch.Tensor]:
    """MVDream's views [3, H, W] of the chair: its second is the front, and the others follow round the object."""
    painted = pipeline.generate_views("a red chair", 1, lambda _: None)
    return [painted[1], painted[2], painted[3], painted[0]]


def as_bytes(image: torch.Tensor) -> bytes:
    """The pixels of an image [3, H, W] in [0, 1], row by row."""
    return (image.permute(1, 2, 0).clamp(0, 1) * 255).to(torch.uint8).numpy().tobytes()


def test_an_object_is_normalised(pipeline: LgmGenerator) -> None:
    seen: list[Progress] = []
    made = pipeline("a red chair", 1, seen.append)
    lower, upper = bounds(made.splats)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(lower + upper, torch.zeros(3), atol=1e-4)
    assert [progress.stage for progress in seen] == [
        "reading",
        "painting",
        "painting",
        "removing the background",
        "building",
        "tidying",
    ]
    assert [progress.fraction for progress in seen] == sorted(progress.fraction for progress in seen)


def test_the_views_are_a_preview_front_first_until_there_are_splats(pipeline: LgmGenerator) -> None:
    seen: list[Progress] = []
    pipeline("a red chair", 1, seen.append)
    shown = {progress.stage: progress.preview for progress in seen if progress.preview is not None}
    assert list(shown) == ["removing the background", "tidying"]
    assert isinstance(shown["tidying"], Splats)
    views = shown["removing the background"]
    assert isinstance(views, ImagePreview)
    with Image.open(io.BytesIO(views.png)) as grid:
        corners = [(0, 0), (64, 0), (0, 64), (64, 64)]
        parts = [grid.crop((x, y, x + 64, y + 64)).tobytes() for x, y in corners]
    assert parts == [as_bytes(view) for view in front_first(pipeline)]
    assert len(set(parts)) == 4


def test_each_candidate_has_its_own_previews(pipeline: LgmGenerator) -> None:
    seen: list[Progress] = []
    best_of(pipeline, 2, lambda *_: 1.0)("a red chair", 1, seen.append)
    shown = [progress.preview for progress in seen if progress.preview is not None]
    assert [type(preview) for preview in shown] == [ImagePreview, Splats, ImagePreview, Splats]
    assert shown[0].png != shown[2].png


def test_the_views_are_encoded_once_when_a_client_looks(pipeline: LgmGenerator, monkeypatch) -> None:
    encoded: list[int] = []
    monkeypatch.setattr(contract, "encode_png", lambda pixels: encoded.append(pixels.numel()) or b"png")
    seen: list[Progress] = []
    pipeline("a red chair", 1, seen.append)
    (views,) = [progress.preview for progress in seen if isinstance(progress.preview, ImagePreview)]
    assert encoded == []
    assert (views.png, views.png) == (b"png", b"png")
    assert len(encoded) == 1


def test_the_cameras_follow_the_elevation(load) -> None:
    level, above = (load("lgm.yaml", elevation_deg=elevation) for elevation in (0, 30))
    poses = orbit_poses((0, 90, 180, 270), [30] * 4, lgm.RADIUS)
    assert not torch.equal(level.rays, above.rays)
    assert torch.equal(above.rays, lgm.pluecker_rays(poses, above.network.input_px))


@pytest.mark.parametrize(("dtype", "of_lgm"), [("float32", "float32"), ("float16", "float16"), ("bfloat16", "float16")])
def test_lgm_never_runs_in_bfloat16(load, dtype: str, of_lgm: str) -> None:
    loaded = load("lgm.yaml", dtype=dtype)
    assert loaded.network.conv.weight.dtype == getattr(torch, of_lgm)
    assert loaded.diffusion.unet.dtype == getattr(torch, dtype)
    assert loaded.diffusion.text_encoder.dtype == torch.float32


def test_the_object_depends_on_the_seed(pipeline: LgmGenerator) -> None:
    first, again, other = (pipeline("a red chair", seed, lambda _: None).splats for seed in (1, 1, 2))
    assert torch.equal(first.means, again.means)
    assert first.means.shape != other.means.shape or not torch.equal(first.means, other.means)


def test_the_object_depends_on_the_prompt(pipeline: LgmGenerator) -> None:
    chair, boat = (pipeline.generate_views(prompt, 1, lambda _: None) for prompt in ("a red chair", "a blue boat"))
    assert not torch.equal(chair, boat)


def test_a_cancelled_job_ends_within_a_step(pipeline: LgmGenerator) -> None:
    seen = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.stage == "painting":
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline("a red chair", 1, report)
    assert len(seen) == 2


def test_the_colour_key_needs_no_matting_network_and_is_used_only_by_name(
    load, tiny_weights: Path, tmp_path: Path
) -> None:
    text = tiny_weights.read_text().replace("matting.safetensors", "gone.safetensors")
    table = tmp_path / "weights.yaml"
    table.write_text(text)
    with pytest.raises(WeightsMissing, match="gone"):
        load("lgm.yaml", weights=str(table))
    assert (
        len(load("lgm.yaml", weights=str(table), matting="colour-key")("a red chair", 1, lambda _: None).splats) > 100
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 3}, "step: Extra inputs"),
        ({"steps": 0}, "steps: "),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"diffusion": "stable-diffusion"}, "needs a model of 4 views"),
        ({"lgm": "matting"}, "architecture must be one of lgm-big, lgm-tiny, not 'u2net-tiny'"),
        ({"candidates": 2}, "2 candidates need a scorer"),
        ({"candidates": 2, "judge": "file:///etc"}, "must start with http"),
    ],
)
def test_invalid_options_are_refused(load, changes: dict[str, object], message: str) -> None:
    with pytest.raises(BackendUnusable, match=message):
        load("lgm.yaml", **changes)


def test_weights_of_another_network_are_refused(load, tiny_weights: Path, tmp_path: Path) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(tiny_weights.read_text().replace("lgm.safetensors", "matting.safetensors"))
    with pytest.raises(WeightsUnusable, match="do not fit Lgm: tensors"):
        load("lgm.yaml", weights=str(table))
