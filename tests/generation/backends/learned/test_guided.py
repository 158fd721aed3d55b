"""The guided generators from their shipped configurations with tiny weights: their contract and their errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from generation.backends.contract import BackendUnusable, Cancelled, Progress
from generation.backends.guided.load import GuidedGenerator, GuidedOptions
from generation.settings import GenerationConfig
from serving.settings import read_yaml
from splats.model import bounds

SHIPPED = ("text_mv.yaml", "text.yaml")


@pytest.fixture(scope="module")
def pipeline(load) -> GuidedGenerator:
    loaded = load("text_mv.yaml")
    assert isinstance(loaded, GuidedGenerator)
    return loaded


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_numbers_are_the_defaults(name: str, root: Path) -> None:
    """Those of text_mv.yaml, but for what a model of single views needs otherwise; and all are said in both files."""
    options = read_yaml(root / "generation/configs" / name, GenerationConfig).options
    assert options.keys() == GuidedOptions.model_fields.keys() - {"weights"}
    read = GuidedOptions.model_validate(options).optimisation
    usual = type(read)()
    growing = read.growing
    if name == "text.yaml":  # the sizes at which splats split differ, by the percent_dense of each source
        assert growing.split_above == 0.04
        growing = growing.model_copy(update={"split_above": usual.growing.split_above})
    assert (read.blob, read.timesteps, read.rates, growing) == (
        usual.blob,
        usual.timesteps,
        usual.rates,
        usual.growing,
    )
    assert read.views.resolutions == usual.views.resolutions
    for part, model in (("blob", read.blob), ("views", read.views), ("rates", read.rates), ("growing", read.growing)):
        assert options["optimisation"][part].keys() == type(model).model_fields.keys()


@pytest.mark.parametrize("name", SHIPPED)
def test_an_object_is_normalised(name: str, load) -> None:
    seen: list[Progress] = []
    made = load(name)("a red chair", 1, seen.append)
    lower, upper = bounds(made.splats)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-4)
    assert torch.allclose(lower + upper, torch.zeros(3), atol=1e-4)
    assert len(made.splats) > 200  # it has grown
    assert [p.stage for p in seen] == ["reading", *["optimising"] * 4, "tidying"]
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert [p.preview is not None for p in seen] == [False, False, True, False, False, True]


def test_the_object_depends_on_seed_and_prompt(pipeline: GuidedGenerator) -> None:
    def means(prompt: str, seed: int) -> torch.Tensor:
        return pipeline(prompt, seed, lambda _: None).splats.means

    first = means("a red chair", 1)
    assert torch.equal(first, means("a red chair", 1))
    assert not torch.equal(first[:50], means("a red chair", 2)[:50])
    assert not torch.equal(first[:50], means("a blue boat", 1)[:50])


def test_a_cancelled_job_ends_within_a_step(pipeline: GuidedGenerator) -> None:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        pipeline("a red chair", 1, report)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 3}, "step: Extra inputs"),
        ({"optimisation": {"steps": 0}}, "optimisation.steps: "),
        ({"optimisation": {"timesteps": {"low": 500, "high": 400}}}, "low .500. must not be above high"),
        ({"optimisation": {"views": {"elevation_low_deg": 40}}}, "elevation_low_deg must not be above"),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"dtype": "bfloat16"}, "dtype bfloat16 is too coarse for guidance"),
        ({"loss": "l2"}, "loss: "),
        ({"recon_std_rescale": 1.5}, "recon_std_rescale: "),
        ({"optimisation": {"views": {"count": 3}}}, "'mvdream' needs 4 views together"),
        ({"optimisation": {"views": {"layout": "scattered"}}}, "'mvdream' needs 4 views together"),
        ({"candidates": 2}, "2 candidates need a scorer"),
    ],
)
def test_invalid_options_are_refused(load, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BackendUnusable, match=message):
        load("text_mv.yaml", **changes)


@pytest.mark.parametrize("name", [*SHIPPED, "lgm.yaml"])
def test_networks_are_compiled_before_the_service_is_ready(name: str, load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code is made at the first calls of a module after `compile`; loading makes them."""
    compiled: list[torch.nn.Module] = []
    calls: dict[int, int] = {}

    def record(module: torch.nn.Module, **_options: object) -> None:
        compiled.append(module)
        module.register_forward_pre_hook(lambda *_: calls.update({id(module): calls.get(id(module), 0) + 1}))

    monkeypatch.setattr(torch.nn.Module, "compile", record)
    load(name, compiled=True)
    unet, encoder = compiled
    assert calls[id(unet)] == 3
    assert calls.get(id(encoder)) == (None if name == "lgm.yaml" else 3)  # LGM encodes no images


def test_the_x0_loss_optimises_as_well(load) -> None:
    by_noise, by_image = (load("text_mv.yaml", loss=loss)("a red chair", 1, lambda _: None) for loss in ("sds", "x0"))
    assert torch.isfinite(by_image.splats.means).all()
    assert by_noise.splats.means.shape != by_image.splats.means.shape or not torch.equal(
        by_noise.splats.means, by_image.splats.means
    )
