"""A small honest object, a tiny scorer with random weights, and an engine that runs in the test's process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mocks.cheats import make_splats
from splats.model import Splats, concatenate
from validation.assets.convert import convert
from validation.assets.prepare import prepare
from validation.assets.render_spec import RenderSpec
from validation.engine import Engine
from validation.scoring.judge import Judge
from validation.scoring.scorer import (
    Alignment,
    Constants,
    Distractors,
    Gates,
    ModelFiles,
    ScorerFiles,
    find_scorer_files,
    write_constants,
)

MODEL = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


def ellipsoid(
    count: int, radii: tuple[float, float, float], centre: tuple[float, float, float], rgb: tuple[float, float, float]
) -> Splats:
    """Disc splats on the surface of an ellipsoid, evenly spread (Fibonacci), shaded a little by height."""
    index = torch.arange(count) + 0.5
    height = 1 - 2 * index / count
    turn = index * 2.399963229728653  # golden angle
    ring = (1 - height**2).sqrt()
    unit = torch.stack([ring * turn.cos(), height, ring * turn.sin()], dim=1)
    means = unit * torch.tensor(radii) + torch.tensor(centre)
    shade = 0.75 + 0.25 * height[:, None]
    spacing = 2 * max(radii) / count**0.5
    return make_splats(means, torch.tensor(rgb) * shade, torch.full((count, 3), spacing))


@pytest.fixture(scope="session")
def honest() -> Splats:
    """A red body with a blue nose toward +z, 6,000 splats."""
    body = ellipsoid(4_500, (0.5, 0.35, 0.4), (0, 0, 0), (0.9, 0.2, 0.2))
    return concatenate(body, ellipsoid(1_500, (0.12, 0.12, 0.15), (0, 0.05, 0.42), (0.2, 0.3, 0.9)))


@pytest.fixture(scope="session")
def tiny_scorer(tmp_path_factory: pytest.TempPathFactory) -> ScorerFiles:
    """A complete scorer folder, "tiny@1", around a random model of 32 px."""
    import open_clip
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("scorers") / "tiny@1"
    folder.mkdir()
    torch.manual_seed(0)
    save_file(dict(open_clip.CLIP(**MODEL).state_dict()), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_cfg": MODEL}))
    (folder / "distractors.txt").write_text("a red car | car\na dog | dog, hound\na tall tree | tree\n")
    (folder / "vocabulary.txt").write_text("red\nball\n")
    model = ModelFiles(
        config="config.json",
        weights="model.safetensors",
        sha256=(hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(),),
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
    )
    constants = Constants(
        name="tiny",
        version=1,
        origin="random weights",
        model=model,
        image_px=32,
        alignment=Alignment(scale=10, negatives=("empty", "nothing"), drop_below=0.4),
        distractors=Distractors(file="distractors.txt", count=2, scale=10),
        gates=Gates(),
        vocabulary="vocabulary.txt",
    )
    write_constants(constants, folder)
    return find_scorer_files("tiny", root=folder.parent)


@pytest.fixture(scope="session")
def tiny_judge(tiny_scorer: ScorerFiles) -> Judge:
    from validation.scoring.clip import load_encoder

    return Judge(tiny_scorer, load_encoder(tiny_scorer))


class InProcess:
    """The worker's tasks without its process."""

    def __init__(self, spec: RenderSpec) -> None:
        self.spec = spec
        self.closed = False

    def call(self, task: str, *values: Any) -> Any:
        if task == "convert":
            return convert(*values)
        data, seed, preview = values
        return prepare(data, seed, self.spec, preview=preview)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="session")
def in_process() -> Callable[[RenderSpec], InProcess]:
    """Makes the stand-in for a worker."""
    return InProcess


@pytest.fixture
def tiny_engine(tiny_judge: Judge, in_process: Callable[[RenderSpec], InProcess]) -> Callable[[], Engine]:
    """Makes an engine with the tiny scorer and everything in this process."""
    return lambda: Engine(in_process(tiny_judge.render_spec("cpu")), tiny_judge, "tiny@1+fp32")


@pytest.fixture(scope="session")
def scorers(tiny_scorer: ScorerFiles) -> Path:
    """The folder that holds the tiny scorer's folder."""
    return tiny_scorer.folder.parent
