"""The guided generators from their shipped configurations, with tiny weights: contract, service, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient

from generation.app import create_app
from generation.backends import LOADERS
from generation.backends.contract import BackendUnusable, Cancelled, Progress
from generation.backends.guided.load import GuidedOptions, GuidedPipeline
from generation.engine import build_engine
from generation.networks.weights import WeightsMissing
from generation.settings import GenerationConfig, GenerationSettings
from serving.settings import ShellSettings, read_yaml
from splats.codecs import decode
from splats.model import bounds

CONFIGS = Path(__file__).parents[4] / "generation/configs"
SHIPPED = ("text_mv.yaml", "text.yaml")

LEAN = {
    "steps": 3,
    "preview_every": 2,
    "blob": {"splats": 200, "opacity": 0.5},
    "growing": {"every": 2, "threshold": 1e-9, "drop_above": 1.0},
}
"""What is changed of the shipped numbers, for tests; pictures stay as small as the schedule starts."""


def shipped(table: Path, config: str = "text_mv.yaml", **changes: Any) -> dict[str, Any]:
    """The shipped options, for the tiny weights and a CPU."""
    options = dict(read_yaml(CONFIGS / config, GenerationConfig).options)
    optimisation = dict(options["optimisation"])
    for name, value in (LEAN | changes.pop("optimisation", {})).items():
        optimisation[name] = {**optimisation[name], **value} if isinstance(value, dict) else value
    optimisation["views"] = {
        **optimisation["views"],
        "resolutions": [{"until": 1, "px": 64}],
        **changes.pop("views", {}),
    }
    given = {"weights": str(table), "offline": True, "dtype": "float32", "optimisation": optimisation}
    return {**options, **given, **changes}


def load(table: Path, config: str = "text_mv.yaml", **changes: Any) -> Any:
    return LOADERS["guided"]("cpu", **shipped(table, config, **changes))


@pytest.fixture(scope="module")
def pipeline(tiny_weights: Path) -> GuidedPipeline:
    loaded = load(tiny_weights)
    assert isinstance(loaded, GuidedPipeline)
    return loaded


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_numbers_are_the_defaults(name: str) -> None:
    """Those of text_mv.yaml, but for what a model of single views needs otherwise; and all are said in both files."""
    options = read_yaml(CONFIGS / name, GenerationConfig).options
    assert options.keys() == GuidedOptions.model_fields.keys() - {"weights"}
    read = GuidedOptions.model_validate(options).optimisation
    usual = type(read)()
    assert (read.blob, read.timesteps, read.rates, read.growing) == (
        usual.blob,
        usual.timesteps,
        usual.rates,
        usual.growing,
    )
    assert read.views.resolutions == usual.views.resolutions
    for part, model in (("blob", read.blob), ("views", read.views), ("rates", read.rates), ("growing", read.growing)):
        assert options["optimisation"][part].keys() == type(model).model_fields.keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_an_object_comes_normalised(name: str, tiny_weights: Path) -> None:
    seen: list[Progress] = []
    made = load(tiny_weights, name)("a red chair", 1, seen.append)
    lower, upper = bounds(made.splats)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(lower + upper, torch.zeros(3), atol=1e-4)
    assert len(made.splats) > 200  # it has grown
    assert [p.stage for p in seen] == ["reading", *["optimising"] * 4, "tidying"]
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert [p.preview is not None for p in seen] == [False, False, True, False, False, True]


def test_a_seed_and_a_prompt_decide_the_object(pipeline: GuidedPipeline) -> None:
    def means(prompt: str, seed: int) -> torch.Tensor:
        return pipeline(prompt, seed, lambda _: None).splats.means

    first = means("a red chair", 1)
    assert torch.equal(first, means("a red chair", 1))
    assert not torch.equal(first[:50], means("a red chair", 2)[:50])
    assert not torch.equal(first[:50], means("a blue boat", 1)[:50])


def test_a_cancelled_job_ends_within_a_step(pipeline: GuidedPipeline) -> None:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline("a red chair", 1, report)
    assert len(seen) == 3


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_configuration_serves_every_route(name: str, tiny_weights: Path, until) -> None:
    config = read_yaml(CONFIGS / name, GenerationConfig).model_copy(
        update={"devices": ["cpu"], "options": shipped(tiny_weights, name)}
    )
    app = create_app(GenerationSettings(ShellSettings(port=0), config), build_engine(config.backend, config.options))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        until(lambda: client.get("/ready/").status_code == 200 or app.state.vitals.fatal is not None)
        assert app.state.vitals.fatal is None
        assert "guided" in client.get("/version/").json()
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
        assert all(client.get(f"/jobs/{job}/result.{kind}").status_code == 200 for kind in ("ply", "spz", "png"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"step": 3}, "step: Extra inputs"),
        ({"optimisation": {"steps": 0}}, "optimisation.steps: "),
        ({"optimisation": {"timesteps": {"low": 500, "high": 400}}}, "low .500. must not be above high"),
        ({"views": {"elevation_low_deg": 40}}, "elevation_low_deg must not be above"),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"views": {"count": 3}}, "'mvdream' sees 4 views together"),
        ({"views": {"layout": "scattered"}}, "'mvdream' sees 4 views together"),
        ({"candidates": 2}, "2 candidates need a scorer"),
    ],
)
def test_options_that_cannot_be(tiny_weights: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(BackendUnusable, match=told):
        load(tiny_weights, **changes)


def test_a_device_that_is_not_there_is_no_reason_to_use_another(tiny_weights: Path) -> None:
    with pytest.raises(BackendUnusable, match="no CUDA device 'cuda:99'"):
        LOADERS["guided"]("cuda:99", **shipped(tiny_weights))


def test_weights_that_are_missing_are_named_together(tiny_weights: Path, tmp_path: Path) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(
        "".join(
            f"{name}: {{folder: nowhere, files: {{weights: {name}.pt}}, licence: MIT, size_mib: 1}}\n"
            for name in ("mvdream", "tokenizer")
        )
    )
    with pytest.raises(WeightsMissing, match=r"(?s)mvdream\.pt.*tokenizer\.pt"):
        load(table)
