"""TRELLIS from its shipped configuration with tiny weights: its contract, its retries and its errors."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
import torch

from generation.backends.contract import BackendUnusable, Cancelled, GenerationFailed, Progress
from generation.backends.trellis import load as trellis_load
from generation.backends.trellis.generator import TrellisGenerator
from generation.networks.checkpoints import WeightsUnusable
from generation.networks.trellis.pipeline import StructureStage
from splats.model import TENSORS, Splats, bounds

CHAIR = "a red chair"


@pytest.fixture(scope="module")
def generator(load) -> TrellisGenerator:
    loaded = load("trellis.yaml")
    assert isinstance(loaded, TrellisGenerator)
    return loaded


def silent(progress: Progress) -> None:
    pass


def with_logits(generator: TrellisGenerator, changed: dict[torch.dtype, Any]) -> TrellisGenerator:
    """A generator whose structure's logits are changed by a function of the flow's precision."""

    class Stage(StructureStage):
        def logits(self, z: torch.Tensor) -> torch.Tensor:
            return changed.get(self.flow.dtype, lambda logits: logits)(super().logits(z))

        def recast(self, dtype: torch.dtype) -> StructureStage:
            made = super().recast(dtype)
            return Stage(made.flow, made.decoder)

    half = generator.model.structure.recast(torch.float16)
    return replace(generator, model=replace(generator.model, structure=Stage(half.flow, half.decoder)))


def test_an_object_is_normalised_and_marked(generator: TrellisGenerator) -> None:
    seen: list[Progress] = []
    splats = generator(CHAIR, 1, seen.append).splats
    lower, upper = bounds(splats)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-4)
    assert splats.device.type == "cpu"
    assert splats.antialiased
    stages = ["reading", *["shaping"] * 4, *["detailing"] * 5, "building", "tidying"]
    assert [progress.stage for progress in seen] == stages
    assert [progress.fraction for progress in seen] == sorted(progress.fraction for progress in seen)


def test_the_structure_is_the_preview_until_there_are_splats(generator: TrellisGenerator) -> None:
    seen: list[Progress] = []
    generator(CHAIR, 1, seen.append)
    voxels, splats = [progress.preview for progress in seen if progress.preview is not None]
    assert isinstance(voxels, Splats)
    assert isinstance(splats, Splats)
    coords = generator.find_structure(CHAIR, 1, silent)
    assert len(voxels) == len(coords)
    x, y, z = ((coords + 0.5) / generator.model.resolution - 0.5).unbind(-1)
    assert torch.allclose(voxels.means, torch.stack([x, z, -y], dim=-1))  # z is up in TRELLIS, y here
    assert torch.equal(voxels.sh[:, 0, 0], voxels.sh[:, 0, 2])  # grey


def test_the_object_depends_on_seed_and_prompt_alone(generator: TrellisGenerator) -> None:
    first, again, other, boat = (
        generator(prompt, seed, silent).splats
        for prompt, seed in ((CHAIR, 1), (CHAIR, 1), (CHAIR, 2), ("a blue boat", 1))
    )
    assert all(torch.equal(getattr(first, name), getattr(again, name)) for name in TENSORS)
    assert len(first) != len(other) or not torch.equal(first.means, other.means)
    assert len(first) != len(boat) or not torch.equal(first.means, boat.means)


def test_a_voxel_more_changes_no_other_voxel_s_noise(generator: TrellisGenerator) -> None:
    coords = generator.find_structure(CHAIR, 1, silent)
    fewer = torch.cat([coords[:3], coords[4:]])
    noise, without = generator._latent_noise(1, coords)[0], generator._latent_noise(1, fewer)[0]
    assert torch.equal(torch.cat([noise[:3], noise[4:]]), without)


@pytest.mark.parametrize(
    "fault", [lambda logits: logits * torch.nan, lambda logits: logits.abs().neg()], ids=["not finite", "empty"]
)
def test_a_structure_that_fails_in_half_precision_is_tried_again(
    fault, generator: TrellisGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    failing = with_logits(generator, {torch.float16: fault, torch.bfloat16: fault})
    with caplog.at_level(logging.WARNING, logger="generation.backends.trellis.generator"):
        coords = failing.find_structure(CHAIR, 1, silent)
    assert [record.args[1] for record in caplog.records] == ["float16", "bfloat16"]
    exact = failing.model.structure.recast(torch.float32)  # of the same weights and noise
    wanted = replace(generator, model=replace(generator.model, structure=exact)).find_structure(CHAIR, 1, silent)
    assert torch.equal(coords, wanted)


def test_a_structure_that_fails_in_every_precision_is_a_named_error(generator: TrellisGenerator) -> None:
    def empty(logits: torch.Tensor) -> torch.Tensor:
        return -logits.abs()

    failing = with_logits(generator, {torch.float16: empty, torch.bfloat16: empty, torch.float32: empty})
    with pytest.raises(GenerationFailed, match="the structure is empty in every precision") as raised:
        failing(CHAIR, 1, silent)
    assert raised.value.code == "empty_structure"
    assert CHAIR not in str(raised.value)


def test_splats_that_are_not_finite_are_a_named_error(generator: TrellisGenerator) -> None:
    scale = generator.model.latent_scale.model_copy(update={"std": (float("nan"),) * 8})
    with pytest.raises(GenerationFailed) as raised:
        replace(generator, model=replace(generator.model, latent_scale=scale))(CHAIR, 1, silent)
    assert raised.value.code == "not_finite"


@pytest.mark.parametrize("stage", ["shaping", "detailing"])
def test_a_cancelled_job_ends_within_a_step(stage: str, generator: TrellisGenerator) -> None:
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.stage == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        generator(CHAIR, 1, report)
    assert [progress.stage for progress in seen].count(stage) == 1


def test_there_are_at_most_max_splats(load, generator: TrellisGenerator) -> None:
    assert len(generator(CHAIR, 1, silent).splats) > 3000
    assert len(load("trellis.yaml", max_splats=3000)(CHAIR, 1, silent).splats) == 3000


def test_texts_are_embedded_once(generator: TrellisGenerator) -> None:
    asked: list[str] = []

    def embed(prompts: list[str]) -> torch.Tensor:
        asked.extend(prompts)
        return generator.model.embed(prompts)

    texts = trellis_load.cached_texts(embed)
    for seed in (1, 2):
        replace(generator, texts=texts)(CHAIR, seed, silent)
    assert asked == [CHAIR, ""]


def test_steps_of_the_configuration_override_those_of_the_weights(load) -> None:
    loaded = load("trellis.yaml", structure={"steps": 7}, latents={"steps": None})
    assert loaded.structure_sampling.steps == 7
    assert loaded.latent_sampling.steps == 25
    assert loaded.latent_sampling.cfg_interval == (0.5, 0.95)


@pytest.mark.parametrize("keep", [False, True])
def test_candidates_may_share_a_structure(keep: bool, load, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge likes the last best; with the structure kept, only the second stage is repeated."""
    scores = iter([0.1, 0.2, 0.3])
    monkeypatch.setattr("generation.backends.learned.validation_judge", lambda _url: lambda _prompt, _s: next(scores))
    options = {"candidates": 3, "judge": "http://127.0.0.1:1", "keep_structure": keep}
    seen: list[Progress] = []
    made = load("trellis.yaml", **options)(CHAIR, 1, seen.append)
    stages = [progress.stage.partition(" ")[0] for progress in seen]
    assert stages.count("shaping") == (4 if keep else 12)
    assert stages.count("detailing") == 15
    assert [progress.fraction for progress in seen] == sorted(progress.fraction for progress in seen)
    assert len(made.splats) > 100


@pytest.mark.parametrize("name", ["trellis-text-large", "trellis-text-base"])
def test_other_sizes_are_chosen_by_name(name: str, load) -> None:
    assert load("trellis.yaml", trellis=name).options.trellis == name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": 3}, "step: Extra inputs"),
        ({"structure": {"steps": 0}}, "structure.steps: "),
        ({"max_splats": 2_000_000}, "max_splats: "),
        ({"filter": "sharp"}, "filter: "),
        ({"dtype": "int8"}, "dtype must be one of"),
        ({"trellis": "lgm"}, "weights 'lgm' need a file called 'pipeline'"),
        ({"decoders": "trellis-text-base"}, "need a file called 'structure_decoder_args'"),
        ({"candidates": 2}, "2 candidates need a scorer"),
        ({"candidates": 2, "keep_structure": True}, "2 candidates need a scorer"),
    ],
)
def test_invalid_options_are_refused(load, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BackendUnusable, match=message):
        load("trellis.yaml", **changes)


def test_weights_of_another_network_are_refused(load, tiny_weights, tmp_path) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(tiny_weights.read_text().replace("trellis/latent_flow.safetensors", "lgm.safetensors"))
    with pytest.raises(WeightsUnusable, match="do not fit LatentFlow: tensors"):
        load("trellis.yaml", weights=str(table))
