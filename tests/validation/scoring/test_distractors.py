from __future__ import annotations

from pathlib import Path

import pytest

from validation.scoring.distractors import read_distractors, select_unlike

LINES = ["# comment", "a red car | car, vehicle", "a dog | dog, animal", "", "a tree | tree"]


def test_reads_prompts_and_their_like_words() -> None:
    found = read_distractors(LINES)
    assert [d.prompt for d in found] == ["a red car", "a dog", "a tree"]
    assert found[0].like == {"car", "vehicle"}


def test_a_line_without_like_words_is_refused() -> None:
    with pytest.raises(ValueError, match="similar words"):
        read_distractors(["a red car"])


def test_leaves_out_what_is_like_the_prompt() -> None:
    assert select_unlike("two dogs", read_distractors(LINES), 2) == [0, 2]


def test_fills_up_when_everything_is_like_the_prompt() -> None:
    assert select_unlike("a car, a dog and a tree", read_distractors(LINES), 2) == [0, 1]


def test_the_bundled_list_has_64_prompts_unlike_any_category(root: Path) -> None:
    text = (root / "validation/scorers/clip-vitb16-openai@1/distractors.txt").read_text(encoding="utf-8")
    bundled = read_distractors(text.splitlines())
    for prompt in (
        "a human figure",
        "an animal",
        "a monster",
        "a robot",
        "a building",
        "a plant",
        "a vehicle",
        "a weapon",
    ):
        words = set(prompt.split())
        picked = select_unlike(prompt, bundled, 64)
        assert len(picked) == 64
        assert not any(words & bundled[index].like for index in picked)


def test_the_bundled_prompts_are_all_different(root: Path) -> None:
    text = (root / "validation/scorers/clip-vitb16-openai@1/distractors.txt").read_text(encoding="utf-8")
    prompts = [d.prompt for d in read_distractors(text.splitlines())]
    assert len(set(prompts)) == len(prompts)
