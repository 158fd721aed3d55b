"""LGM from its shipped configuration with tiny weights: the pipeline's contract, the service, what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image

from generation.app import create_app
from generation.backends import LOADERS
from generation.backends.contract import BackendUnusable, Cancelled, Progress
from generation.backends.lgm import LgmPipeline
from generation.engine import build_engine
from generation.networks.checkpoints import WeightsUnusable
from generation.networks.weights import WeightsMissing
from generation.settings import GenerationConfig, GenerationSettings
from serving.settings import ShellSettings, read_yaml
from splats.codecs import decode
from splats.model import bounds

CONFIG = Path(__file__).parents[4] / "generation/configs/lgm.yaml"


def shipped(table: Path, **changes: object) -> dict[str, Any]:
    """The shipped options, for the tiny weights."""
    options = read_yaml(CONFIG, GenerationConfig).options
    return {**options, "weights": str(table), "offline": True, "dtype": "float32", "steps": 2, **changes}


def load(table: Path, **changes: object):
    return LOADERS["lgm"]("cpu", **shipped(table, **changes))


@pytest.fixture(scope="module")
def pipeline(tiny_weights: Path) -> LgmPipeline:
    loaded = load(tiny_weights)
    assert isinstance(loaded, LgmPipeline)
    return loaded


def test_an_object_comes_normalised_with_its_four_views(pipeline: LgmPipeline) -> None:
    seen: list[Progress] = []
    made = pipeline("a red chair", 1, seen.append)
    lower, upper = bounds(made.splats)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(lower + upper, torch.zeros(3), atol=1e-4)
    assert len(made.images) == 4
    assert Image.open(io.BytesIO(made.images[0])).size == (64, 64)
    assert [progress.stage for progress in seen] == [
        "reading",
        "painting",
        "painting",
        "freeing the object",
        "building",
        "tidying",
    ]
    assert [progress.fraction for progress in seen] == sorted(progress.fraction for progress in seen)
    assert seen[-1].preview is not None


def test_a_seed_decides_the_object(pipeline: LgmPipeline) -> None:
    first, again, other = (pipeline("a red chair", seed, lambda _: None).splats for seed in (1, 1, 2))
    assert torch.equal(first.means, again.means)
    assert first.means.shape != other.means.shape or not torch.equal(first.means, other.means)


def test_a_prompt_decides_the_object(pipeline: LgmPipeline) -> None:
    chair, boat = (pipeline.paint(prompt, 1, lambda _: None) for prompt in ("a red chair", "a blue boat"))
    assert not torch.equal(chair, boat)


def test_a_cancelled_job_ends_within_a_step(pipeline: LgmPipeline) -> None:
    seen = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.stage == "painting":
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline("a red chair", 1, report)
    assert len(seen) == 2


def test_the_front_view_comes_first(pipeline: LgmPipeline) -> None:
    painted = pipeline.paint("a red chair", 1, lambda _: None)
    front = (painted[1].permute(1, 2, 0).clamp(0, 1) * 255).to(torch.uint8).numpy()
    made = pipeline("a red chair", 1, lambda _: None)
    assert (front == Image.open(io.BytesIO(made.images[0]))).all()


def test_the_shipped_configuration_serves_every_route(tiny_weights: Path, until) -> None:
    config = read_yaml(CONFIG, GenerationConfig).model_copy(
        update={"devices": ["cpu"], "options": shipped(tiny_weights)}
    )
    settings = GenerationSettings(ShellSettings(port=0), config)
    app = create_app(settings, build_engine(config.backend, config.options))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        until(lambda: client.get("/ready/").status_code == 200 or app.state.vitals.fatal is not None)
        assert app.state.vitals.fatal is None
        assert "lgm" in client.get("/version/").json()
        form = {"prompt": "a red chair", "seed": 5}
        raw = client.post("/generate_raw/", data={**form, "format": "ply"})
        assert raw.headers["X-Seed"] == "5"
        assert len(decode(raw.content)) > 100
        assert client.post("/generate/", data=form).status_code == 200
        assert client.post("/generate_model/", data=form).content == raw.content
        video = client.post("/generate_video/", data={**form, "video_res": 64})
        assert video.headers["Content-Type"] == "video/mp4"
        job = client.post("/jobs/", json=form).json()["id"]
        assert "event: done" in client.get(f"/jobs/{job}/events").text
        assert all(client.get(f"/jobs/{job}/result.{name}").status_code == 200 for name in ("ply", "spz", "mp4", "png"))


def test_weights_that_are_missing_stop_the_service_with_one_message(tmp_path: Path, until) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(
        "".join(
            f"{name}: {{folder: nowhere, files: {{weights: {name}.pt}}, licence: MIT, size_mib: 1}}\n"
            for name in ("mvdream", "tokenizer", "lgm", "matting")
        )
    )
    config = read_yaml(CONFIG, GenerationConfig).model_copy(update={"devices": ["cpu"], "options": shipped(table)})
    app = create_app(GenerationSettings(ShellSettings(port=0), config), build_engine("lgm", config.options))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        until(lambda: app.state.vitals.fatal is not None)
        told = app.state.vitals.fatal
        assert all(f"{name}.pt" in told for name in ("mvdream", "tokenizer", "lgm", "matting"))
        assert client.get("/ready/").status_code == 503


def test_the_colour_key_needs_no_matting_network_and_is_used_only_by_name(tiny_weights: Path, tmp_path: Path) -> None:
    text = tiny_weights.read_text().replace("matting.safetensors", "gone.safetensors")
    table = tmp_path / "weights.yaml"
    table.write_text(text)
    with pytest.raises(WeightsMissing, match="gone"):
        load(table)
    assert len(load(table, matting="colour-key")("a red chair", 1, lambda _: None).splats) > 100


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"step": 3}, "step: Extra inputs"),
        ({"steps": 0}, "steps: "),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"diffusion": "stable-diffusion"}, "needs a model of 4 views"),
        ({"lgm": "matting"}, "architecture must be one of lgm-big, lgm-tiny, not 'u2net-tiny'"),
        ({"candidates": 2}, "2 candidates need a scorer"),
        ({"candidates": 2, "judge": "file:///etc"}, "address begins with http"),
    ],
)
def test_options_that_cannot_be(tiny_weights: Path, changes: dict[str, object], told: str) -> None:
    with pytest.raises(BackendUnusable, match=told):
        load(tiny_weights, **changes)


def test_a_device_that_is_not_there_is_no_reason_to_use_another(tiny_weights: Path) -> None:
    with pytest.raises(BackendUnusable, match="no CUDA device 'cuda:99'"):
        LOADERS["lgm"]("cuda:99", **shipped(tiny_weights))


def test_weights_of_another_network_are_refused(tiny_weights: Path, tmp_path: Path) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(tiny_weights.read_text().replace("lgm.safetensors", "matting.safetensors"))
    with pytest.raises(WeightsUnusable, match="do not fit Lgm: tensors"):
        load(table)
