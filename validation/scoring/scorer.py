"""A scorer's constants: one folder `name@version` with scorer.json and the files it names, and the checks on them.

`clip` loads the model, `score` has the formulas.

    scorers/NAME@VERSION/
      scorer.json       this module's `Constants`
      distractors.txt   optional: "prompt | word, word …" a line (`validation.scoring.distractors`)
      vocabulary.txt    optional: a word a line (`validation.scoring.words`)
      …                 the model: open_clip config, weights, merges; large weights are given by --weights instead
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from validation.errors import ScorerError

SCORERS = Path(__file__).resolve().parents[1] / "scorers"
"""The scorers of this repository."""

Dtype = Literal["fp32", "bf16"]

Pool = Literal["mean", "odds"]

_FOLDER_NAME = re.compile(r"^([a-z0-9][a-z0-9-]*)@([1-9][0-9]*)$")

Share = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """Base of all sections of scorer.json: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFiles(Section):
    """The open_clip model and its files (relative to the scorer's folder).

    Either `architecture`, a name built into open_clip, or `config`, a JSON file {"model_cfg": …, "preprocess_cfg":
    {"mean", "std"}} as open_clip writes it. If `weights` is null, the operator passes them with --weights, and
    `weights_help` says where to find them. `merges`: gzip BPE merges; null for open_clip's own.
    """

    architecture: str | None = None
    config: str | None = None
    weights: str | None = None
    weights_help: str = ""
    sha256: tuple[str, ...] = Field(default=(), description="accepted digests of the weight file; empty: any")
    merges: str | None = None
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @model_validator(mode="after")
    def _one_source(self) -> ModelFiles:
        if (self.architecture is None) == (self.config is None):
            raise ValueError("give either architecture or config")
        if self.weights is not None and not self.sha256:
            raise ValueError("shipped weights need their sha256")
        return self


class Platt(Section):
    """σ(slope · cosine + offset): an absolute probability next to the relative one."""

    slope: float = Field(gt=0)
    offset: float


class Alignment(Section):
    """How the cosines of the sixteen views are turned into one number (`score.view_scores`, `score.pool_views`)."""

    scale: float = Field(gt=0, description="logit scale of the softmax against the negatives")
    negatives: tuple[str, ...] = Field(min_length=1)
    bias: float = Field(default=0.0, description="added to the prompt's logit: above 0, doubt counts for the prompt")
    platt: Platt | None = None
    drop_below: float | None = Field(default=None, ge=0, le=1)
    pool: Pool = Field(default="mean", description="of the view scores: their mean, or that of their log-odds")


class Distractors(Section):
    """Prompts unlike the one asked for, which it has to beat."""

    file: str
    count: int = Field(ge=1)
    scale: float = Field(gt=0)


class Gate(Section):
    """Factor on the score: 0 for a measure at or below `zero`, 1 at or above `full`, linear between."""

    zero: float
    full: float

    @model_validator(mode="after")
    def _rising(self) -> Gate:
        if not self.zero < self.full:
            raise ValueError("zero must be below full")
        return self


class WeakSide(Gate):
    """Gate on the mean score of the worst `share` of the views: one good side does not make up for the others."""

    share: Share


class Gates(Section):
    """Quality gates by measure (`validation.assets.measures`, `score`). Measures without a gate are only reported."""

    weak_side: WeakSide | None = None
    consistency: Gate | None = None
    sharpness: Gate | None = None
    solidity: Gate | None = None
    coverage: Gate | None = None
    steadiness: Gate | None = None


class Constants(Section):
    """Contents of scorer.json: everything that a score depends on apart from the code."""

    name: str
    version: int = Field(ge=1)
    origin: str = Field(description="where these numbers come from, one or two sentences")
    model: ModelFiles
    image_px: int = Field(ge=16, le=1024, description="side of the images that the model takes")
    supersample: int = Field(
        default=2, ge=1, le=4, description="views are rendered this many times larger, then averaged down"
    )
    alignment: Alignment
    distractors: Distractors | None = None
    gates: Gates = Gates()
    dtypes: tuple[Dtype, ...] = Field(
        default=("fp32", "bf16"), min_length=1, description="data types in which scores agree to a hundredth"
    )
    vocabulary: str | None = Field(default=None, description="words that the model has learned; null: no limit")

    @property
    def render_px(self) -> int:
        """Side of the rendered views."""
        return self.image_px * self.supersample


@dataclass(frozen=True, slots=True)
class ScorerFiles:
    """Constants, their folder, and the weight file to load."""

    constants: Constants
    folder: Path
    weights: Path

    def path(self, name: str) -> Path:
        """Return the path of a file that the constants name."""
        return self.folder / name


def find_folder(name: str, root: Path = SCORERS) -> Path:
    """Find the folder of "name@version", of "name" (its highest version), or of a path. Raises ScorerError."""
    if "/" in name:
        folder = Path(name)
    elif "@" in name:
        folder = root / name
    else:
        folder = root / f"{name}@{max(versions(name, root), default=0)}"
    if not (folder / "scorer.json").is_file():
        known = ", ".join(sorted(p.name for p in root.iterdir() if _FOLDER_NAME.match(p.name))) if root.is_dir() else ""
        raise ScorerError(
            f"no scorer {name!r}: {folder / 'scorer.json'} does not exist; known scorers: {known or 'none'}"
        )
    return folder


def versions(name: str, root: Path = SCORERS) -> list[int]:
    """Return all versions of the scorer `name` under `root`, in ascending order."""
    matches = [_FOLDER_NAME.match(path.name) for path in root.iterdir()] if root.is_dir() else []
    return sorted(int(match[2]) for match in matches if match and match[1] == name)


def read_constants(folder: Path) -> Constants:
    """Read scorer.json of `folder`. Raises ScorerError if it is invalid or belongs to another folder."""
    path = folder / "scorer.json"
    try:
        constants = Constants.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ScorerError(f"{path} is not a valid scorer: {error}") from error
    if folder.resolve().name != f"{constants.name}@{constants.version}":
        raise ScorerError(
            f"{path} is for {constants.name}@{constants.version}, but its folder is {folder.resolve().name}"
        )
    return constants


def write_constants(constants: Constants, folder: Path) -> Path:
    """Write scorer.json into `folder`, creating it if needed, and return the path. Raises FileExistsError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scorer.json"
    with path.open("x", encoding="utf-8") as file:
        json.dump(constants.model_dump(mode="json"), file, indent=2, ensure_ascii=False)
        file.write("\n")
    return path


def find_scorer_files(
    name: str, weights: Path | None = None, weights_sha256: str | None = None, root: Path = SCORERS
) -> ScorerFiles:
    """Find the scorer `name` and check its files. `weights` replaces the weight file that the scorer ships.

    Raises ScorerError with one message: what is missing, where to put it, and which flag names it.
    """
    folder = find_folder(name, root)
    constants = read_constants(folder)
    model = constants.model
    if weights is None and model.weights is None:
        raise ScorerError(
            f"scorer {constants.name}@{constants.version} needs weights that are not part of the repository: "
            f"{model.weights_help} Then start with --weights PATH, or choose another scorer with --scorer."
        )
    chosen = weights if weights is not None else folder / str(model.weights)
    if not chosen.is_file():
        flag = "--weights" if weights is not None else "its scorer.json"
        raise ScorerError(
            f"the weights of scorer {constants.name}@{constants.version} are not at {chosen} (named by {flag}). "
            f"{model.weights_help}".rstrip()
        )
    accepted = (weights_sha256.lower(),) if weights_sha256 else model.sha256
    if accepted and (found := file_sha256(chosen)) not in accepted:
        raise ScorerError(
            f"{chosen} has SHA-256 {found}, expected {' or '.join(accepted)}: the wrong file, or a damaged one"
        )
    return ScorerFiles(constants, folder, chosen)


def file_sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_dtype(constants: Constants, dtype: Dtype) -> None:
    """Raise ScorerError when the scorer does not support `dtype`."""
    if dtype not in constants.dtypes:
        raise ScorerError(
            f"scorer {constants.name}@{constants.version} supports only {' or '.join(constants.dtypes)}: in {dtype} "
            f"its scores differ. Start without --dtype {dtype}, or choose another scorer with --scorer."
        )


def scorer_name(constants: Constants, dtype: Dtype) -> str:
    """Return the name that every response carries: name@version+dtype."""
    return f"{constants.name}@{constants.version}+{dtype}"
