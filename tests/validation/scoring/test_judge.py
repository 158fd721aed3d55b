from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from splats.codecs import encode_spz
from splats.model import Splats
from validation.assets.prepare import Prepared, prepare
from validation.errors import ScorerError
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import ScorerFiles


@pytest.fixture(scope="module")
def prepared(honest: Splats, tiny_judge: Judge) -> Prepared:
    return prepare(encode_spz(honest), 0, tiny_judge.render_spec("cpu"))


def test_judges_with_all_parts(tiny_judge: Judge, prepared: Prepared) -> None:
    found = tiny_judge.judge("a green ball", prepared)
    assert 0 <= found.score <= 1
    assert found.parts["outside_vocabulary"] == 0.5
    assert {"views", "contrast", "coverage", "consistency"} <= set(found.parts)


def test_judging_twice_gives_the_same_bits(tiny_judge: Judge, prepared: Prepared) -> None:
    first = tiny_judge.judge("a ball", prepared)
    tiny_judge.judge("another prompt", prepared)
    assert tiny_judge.judge("a ball", prepared) == first


@pytest.mark.parametrize(
    ("name", "content"), [("distractors.txt", "a dog"), ("distractors.txt", ""), ("vocabulary.txt", None)]
)
def test_a_damaged_scorer_is_refused(tiny_scorer: ScorerFiles, tmp_path: Path, name: str, content: str | None) -> None:
    folder = tmp_path / "tiny@1"
    shutil.copytree(tiny_scorer.folder, folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)
    files = ScorerFiles(tiny_scorer.constants, folder, tiny_scorer.weights)
    with pytest.raises(ScorerError):
        Judge(files, load_encoder(files))
