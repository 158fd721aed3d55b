"""From a trained model to a scorer folder: weights in half precision, vocabulary, constants fitted on seen looks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from splats.camera import orbit
from splats.model import Cameras, Splats, normalise
from splats.render import render
from tools.scorer_training.captions import all_words
from tools.scorer_training.pictures import IMAGE_PX, SUPERSAMPLE, Studio, looks_of
from tools.scorer_training.prompts import asked_of_things
from tools.scorer_training.training import MEAN, NEGATIVES, STD
from tools.scorer_training.world import Spec, World, load_world
from validation.assets import measures
from validation.assets.views import RADIUS, view_cameras
from validation.calibrate import fit_platt
from validation.scoring.clip import ClipEncoder, load_encoder
from validation.scoring.score import consistency, view_scores, weak_side
from validation.scoring.scorer import (
    SCORERS,
    Alignment,
    Constants,
    Gate,
    Gates,
    ModelFiles,
    WeakSide,
    file_sha256,
    find_scorer_files,
    write_constants,
)

NAME = "three-gen-small"
BIAS = 2.0
"""Doubt counts for the prompt: an honest part too small to be sure of is no reason to refuse an object."""
WEAK_SHARE = 0.5
"""The worst half of the views: which are the worst quarter hangs too much on the seed."""
WEAK_MARGIN = 0.5
"""The gate on them is full at this part of what honest assets have: a steep one multiplies the noise of the seed."""
FIT_SEEDS = 500_000
"""Seeds of the assets that constants are fitted on: shapes neither trained on nor tested."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One asset as the scorer sees it: its look, its caption, unit vectors [16, D] and measures."""

    spec: Spec
    prompt: str
    views: Tensor
    measured: dict[str, float]


def ship(data: Path, version: int, root: Path = SCORERS, assets: int = 240) -> Path:
    """Writes three-gen-small@VERSION under `root` from the run in `data`, fitted to `assets`; returns the folder."""
    world = load_world()
    folder = root / f"{NAME}@{version}"
    folder.mkdir(parents=True)
    trained = torch.load(data / "model.pt", weights_only=True)
    state = {name: value.half().contiguous() for name, value in trained["state"].items()}
    save_file(state, folder / "open_clip_model.safetensors")
    config = {"model_cfg": json.loads((data / "config.json").read_text()), "preprocess_cfg": {"mean": MEAN, "std": STD}}
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")
    shutil.copy(data / "merges.txt.gz", folder / "merges.txt.gz")
    words = all_words(world, json.loads((data / "asked.json").read_text()))
    (folder / "vocabulary.txt").write_text("\n".join(words) + "\n")
    scale = float(trained["state"]["logit_scale"].exp())
    first = _constants(version, file_sha256(folder / "open_clip_model.safetensors"), scale, Gates())
    path = write_constants(first, folder)
    encoder = load_encoder(find_scorer_files(f"{NAME}@{version}", root=root))
    shown = show(_fit_specs(world, assets), world, encoder, FIT_SEEDS)
    fitted = _fit(first, shown, encoder)
    path.unlink()
    write_constants(fitted, folder)
    return folder


def show(specs: Sequence[Spec], world: World, encoder: ClipEncoder, first_seed: int, view_seed: int = 0) -> list[Shown]:
    """Assets of these looks, of seeds from `first_seed` on, as the scorer sees them."""
    studio = Studio(world)
    shown = []
    for i, spec in enumerate(tqdm(specs, desc="assets", disable=None)):
        splats = normalise(studio.asset(spec, first_seed + i, first_seed + i))
        plain = " ".join(word for word in (spec.colour, spec.material, spec.pose, spec.thing) if word)
        prompt = spec.asked.text if spec.asked else plain
        views, measured = look(splats, encoder, view_cameras(view_seed + i, IMAGE_PX * SUPERSAMPLE))
        shown.append(Shown(spec, prompt, views, measured))
    return shown


def look(splats: Splats, encoder: ClipEncoder, cameras: Cameras) -> tuple[Tensor, dict[str, float]]:
    """Unit vectors [16, D] of a normalised asset's views, and its measures, made as the validation service does."""
    images, alpha = render(splats, cameras)
    images, alpha = images.clamp(0, 1), alpha[..., 0]
    measured = {
        "coverage": measures.coverage(alpha),
        "solidity": measures.solidity(alpha),
        "sharpness": measures.sharpness(images, alpha),
        "steadiness": measures.steadiness(splats),
    }
    return encoder.images(measures.area_average(images, SUPERSAMPLE)), measured


def single_view(splats: Splats, encoder: ClipEncoder, azimuth_deg: float, elevation_deg: float) -> Tensor:
    """The unit vector [D] of one view."""
    size = IMAGE_PX * SUPERSAMPLE
    camera = orbit([azimuth_deg], [elevation_deg], radius=RADIUS, width=size, height=size)
    view = measures.area_average(render(splats, camera).images.clamp(0, 1), SUPERSAMPLE)
    return encoder.images(view.expand(16, -1, -1, -1))[0]


def _fit_specs(world: World, count: int) -> list[Spec]:
    rng = np.random.default_rng(FIT_SEEDS)
    things = [world.things[i] for i in rng.permutation(len(world.things))]
    asked = [one for found in asked_of_things(world, 2, FIT_SEEDS).values() for one in found]
    chosen = [Spec.of(asked[int(i)]) for i in rng.permutation(len(asked))[: count // 2]]
    return chosen + [
        looks_of(things[i % len(things)], 1, world, rng, held_back=False)[0] for i in range(count - len(chosen))
    ]


def _constants(version: int, digest: str, scale: float, gates: Gates) -> Constants:
    return Constants(
        name=NAME,
        version=version,
        origin="Trained and fitted by tools/small_clip on renders of the procedural generator; knows that world alone.",
        model=ModelFiles(
            config="open_clip_config.json",
            weights="open_clip_model.safetensors",
            sha256=(digest,),
            merges="merges.txt.gz",
            mean=MEAN,
            std=STD,
        ),
        image_px=IMAGE_PX,
        supersample=SUPERSAMPLE,
        alignment=Alignment(scale=scale, negatives=NEGATIVES, bias=BIAS, pool="odds"),
        gates=gates,
        dtypes=("fp32",),  # in bf16 its scores move by up to 0.05, and it is no faster
        vocabulary="vocabulary.txt",
    )


def _fit(constants: Constants, shown: Sequence[Shown], encoder: ClipEncoder) -> Constants:
    """Platt constants from right against wrong prompts, gates from the 1 % quantile of honest assets."""
    texts = encoder.texts([s.prompt for s in shown]).double()  # [A, D]
    negatives = encoder.texts(NEGATIVES).double()  # [6, D]
    views = torch.stack([s.views for s in shown]).double()  # [A, 16, D]
    right = torch.einsum("avd,ad->av", views, texts)
    wrong = torch.einsum("avd,ad->av", views, texts.roll(1, 0))
    platt = fit_platt(right.flatten(), wrong.flatten())
    alignment = constants.alignment.model_copy(update={"platt": platt})
    per_view = torch.stack([view_scores(r, v @ negatives.T, alignment) for r, v in zip(right, views, strict=True)])
    good = per_view.mean(dim=1) > 0.5
    weak = torch.tensor([weak_side(row, WEAK_SHARE) for row in per_view[good]])
    alike = torch.tensor([consistency(v) for v in views])
    low = {name: _low([s.measured[name] for s in shown]) for name in shown[0].measured}
    gates = Gates(
        weak_side=WeakSide(share=WEAK_SHARE, zero=0.0, full=max(0.05, WEAK_MARGIN * float(weak.quantile(0.02)))),
        consistency=Gate(zero=0.0, full=max(0.01, float(alike.quantile(0.01)))),
        sharpness=Gate(zero=0.2 * low["sharpness"], full=0.7 * low["sharpness"]),
        solidity=Gate(zero=0.3 * low["solidity"], full=0.8 * low["solidity"]),
        coverage=Gate(zero=0.0, full=0.7 * low["coverage"]),
        steadiness=Gate(zero=0.5, full=0.9),
    )
    return constants.model_copy(update={"alignment": alignment, "gates": gates})


def _low(values: Sequence[float]) -> float:
    return float(np.quantile(values, 0.01))
