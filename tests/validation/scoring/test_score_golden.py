"""The shipped scorer's scores of twenty assets (tools/make_score_golden.py) hold on every machine."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

import pytest

from generation.backends import LOADERS
from neurons.validator.tasks.rules import TaskRules
from tools.make_score_golden import honest_scores
from validation.assets.prepare import prepare
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import find_scorer_files

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = json.loads((FOLDER / "golden.json").read_text())
SCORES = {f"{row['asset'].removesuffix('.spz')} as {row['prompt']}": row for row in GOLDEN["scores"]}


@pytest.fixture(scope="module")
def judge() -> Judge:
    files = find_scorer_files(GOLDEN["scorer"])
    return Judge(files, load_encoder(files))


@pytest.mark.parametrize("name", SCORES)
def test_a_golden_score_holds_to_a_thousandth(name: str, judge: Judge) -> None:
    row = SCORES[name]
    prepared = prepare((FOLDER / row["asset"]).read_bytes(), row["seed"], judge.render_spec("cpu"))
    assert judge.judge(row["prompt"], prepared).score == pytest.approx(row["score"], abs=1e-3)


@pytest.mark.gpu
@pytest.mark.parametrize("name", SCORES)
def test_a_golden_score_holds_to_a_hundredth_on_a_gpu(name: str, judge: Judge) -> None:
    row = SCORES[name]
    on_gpu = Judge(judge.files, load_encoder(judge.files, device="cuda"))
    prepared = prepare((FOLDER / row["asset"]).read_bytes(), row["seed"], on_gpu.render_spec("cuda"))
    assert on_gpu.judge(row["prompt"], prepared).score == pytest.approx(row["score"], abs=1e-2)


def test_the_generator_still_makes_what_the_scorer_knows(judge: Judge) -> None:
    recorded = json.loads((FOLDER / "honest.json").read_text())
    assert recorded["scorer"] == GOLDEN["scorer"]
    today = honest_scores(judge, LOADERS["procedural"]("cpu"))
    assert list(today) == list(recorded["scores"])
    assert fmean(today.values()) == pytest.approx(fmean(recorded["scores"].values()), abs=0.05)


def test_there_are_twenty_and_none_is_near_a_threshold() -> None:
    assert len(SCORES) == 20
    thresholds = [threshold for threshold, _ in TaskRules().thresholds]
    assert all(abs(row["score"] - threshold) >= 0.02 for row in GOLDEN["scores"] for threshold in thresholds)
