"""Junk as language models really return it, and the prompts in it."""

from __future__ import annotations

import pytest

from prompter.generator.parse import named_numbers, parse_prompts

TWO = ["red sports car", "small blue tin robot"]


@pytest.mark.parametrize(
    "answer",
    [
        "1. red sports car\n2. small blue tin robot",
        "1) Red sports car".replace("Red", "red") + "\n\n2) small blue tin robot\n",
        "Sure! Here are 2 prompts:\n\n1. **red sports car**\n2. **small blue tin robot**\n\nI hope these help!",
        "- red sports car.\n* small blue tin robot.",
        "• “red sports car”\n• “small blue tin robot”",
        '```json\n["red sports car", "small blue tin robot"]\n```',
        '{"prompts": [{"prompt": "red sports car"}, {"prompt": "small blue tin robot"}]}',
        "<think>A car, then\n1. a robot?</think>\n1. red sports car\n2. small blue tin robot",
        "<|assistant|>\n1: red sports car\n2: small blue tin robot<|eot_id|>",
        "Category: vehicles:\nPrompt 1: red sports car\nPrompt 2: small blue tin robot\nNote: both are simple.",
        "1. red sports car 2. small blue tin robot",
        "(1) `red sports car`,\n(2) `small blue tin robot`,",
        "\ufeff> 1.  red   sports car\r\n> 2. small blue tin robot\r\n",
    ],
)
def test_the_prompts_are_found_in_the_junk(answer: str) -> None:
    assert parse_prompts(answer.lstrip("\ufeff")) == TWO


@pytest.mark.parametrize(
    "answer", ["", "   \n", "I'm sorry, but I cannot help with that.", "<think>never ends", "```\n```", "[]", "{}"]
)
def test_nothing_is_found_in_nothing(answer: str) -> None:
    assert parse_prompts(answer) == []


def test_a_broken_list_is_read_by_lines() -> None:
    assert parse_prompts('["red sports car",\n"small blue tin robot"') == ['["red sports car', "small blue tin robot"]


def test_an_endless_answer_is_cut() -> None:
    assert len(parse_prompts("red sports car\n" * 100_000)) < 5000


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ("1, 3", {1, 3}),
        ("Good prompts: 2 and 4.", {2, 4}),
        ("1-3, 5", {1, 2, 3, 5}),
        ("2 to 3", {2, 3}),
        ("<think>1 is odd</think>\n4", {4}),
        ("All of them.", {1, 2, 3, 4, 5}),
        ("None.", set()),
        ("0, 6, 900", set()),
        ("", set()),
    ],
)
def test_the_numbers_that_a_checker_names(answer: str, named: set[int]) -> None:
    assert named_numbers(answer, 5) == named
