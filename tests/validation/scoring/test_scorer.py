from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from validation.errors import ScorerError
from validation.scoring.scorer import (
    Gate,
    ScorerFiles,
    find_folder,
    find_scorer_files,
    read_constants,
    scorer_name,
    versions,
    write_constants,
)


def test_finds_a_scorer_by_name_version_or_path(tiny_scorer: ScorerFiles, scorers: Path) -> None:
    assert find_folder("tiny", scorers) == find_folder("tiny@1", scorers) == tiny_scorer.folder
    assert find_folder(str(tiny_scorer.folder), scorers) == tiny_scorer.folder


def test_a_plain_name_means_the_highest_version(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    for version in (2, 10):
        constants = tiny_scorer.constants.model_copy(update={"version": version})
        write_constants(constants, tmp_path / f"tiny@{version}")
    assert versions("tiny", tmp_path) == [2, 10]
    assert find_folder("tiny", tmp_path).name == "tiny@10"


def test_an_unknown_scorer_is_named_with_the_known_ones(tiny_scorer: ScorerFiles, scorers: Path) -> None:
    with pytest.raises(ScorerError, match=r"no scorer 'huge'.*known scorers: tiny@1"):
        find_folder("huge", scorers)


def test_constants_survive_writing(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    write_constants(tiny_scorer.constants, tmp_path / "tiny@1")
    assert read_constants(tmp_path / "tiny@1") == tiny_scorer.constants


def test_constants_are_never_overwritten(tiny_scorer: ScorerFiles) -> None:
    with pytest.raises(FileExistsError):
        write_constants(tiny_scorer.constants, tiny_scorer.folder)


def test_unknown_fields_are_refused(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    folder = tmp_path / "tiny@1"
    folder.mkdir()
    wrong = {**tiny_scorer.constants.model_dump(), "temprature": 1}
    (folder / "scorer.json").write_text(json.dumps(wrong))
    with pytest.raises(ScorerError, match="temprature"):
        read_constants(folder)


def test_a_folder_must_carry_its_scorers_name(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    write_constants(tiny_scorer.constants, tmp_path / "other@1")
    with pytest.raises(ScorerError, match=r"is for tiny@1, but its folder is other@1"):
        read_constants(tmp_path / "other@1")


def test_missing_weights_are_refused_with_place_and_flag() -> None:
    with pytest.raises(ScorerError, match=r"needs weights.*ViT-B-16\.pt.*--weights PATH"):
        find_scorer_files("clip-vitb16-openai")


def test_weights_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScorerError, match=r"not at .*nowhere\.pt .*--weights"):
        find_scorer_files("clip-vitb16-openai", tmp_path / "nowhere.pt")


def test_damaged_weights_are_refused(tiny_scorer: ScorerFiles, scorers: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "model.safetensors"
    damaged.write_bytes(tiny_scorer.weights.read_bytes()[:-1])
    with pytest.raises(ScorerError, match="has SHA-256"):
        find_scorer_files("tiny", damaged, root=scorers)


def test_a_digest_may_be_asked_for(tmp_path: Path) -> None:
    weights = tmp_path / "ViT-B-16.pt"
    weights.write_bytes(b"something else")
    with pytest.raises(ScorerError, match="expected aaaa"):
        find_scorer_files("clip-vitb16-openai", weights, "a" * 64)


def test_a_scorer_names_its_dtype(tiny_scorer: ScorerFiles) -> None:
    assert scorer_name(tiny_scorer.constants, "bf16") == "tiny@1+bf16"


def test_a_gate_must_rise() -> None:
    with pytest.raises(ValidationError, match="zero must be below full"):
        Gate(zero=0.5, full=0.5)


def test_every_shipped_scorer_can_be_read(root: Path) -> None:
    folders = [path.parent for path in (root / "validation/scorers").glob("*/scorer.json")]
    assert folders
    for folder in folders:
        read_constants(folder)


def test_the_production_scorer_is_the_agreed_formula() -> None:
    constants = read_constants(find_folder("clip-vitb16-openai@1"))
    assert constants.alignment.scale == 100
    assert constants.alignment.negatives == ("empty", "nothing", "false", "wrong", "negative", "not quite right")
    assert constants.alignment.drop_below == 0.4
    assert constants.distractors is not None
    assert constants.distractors.count == 64
    assert constants.model.architecture == "ViT-B-16-quickgelu"
