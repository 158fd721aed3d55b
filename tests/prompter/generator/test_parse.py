"""Extraction of prompts and numbers from answers as language models really write them."""

from __future__ import annotations

import pytest

from prompter.generator.parse import parse_numbers, parse_prompts

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
        "\u200b1. red sp\u00adorts\u00a0car\n\u200e2. small blue\ttin robot\u200e\n3. a\x1b[0m rose\n4. \ufeff",
    ],
)
def test_prompts_are_extracted_from_any_form_of_list(answer: str) -> None:
    assert parse_prompts(answer) == TWO


@pytest.mark.parametrize(
    "answer", ["", "   \n", "I'm sorry, but I cannot help with that.", "<think>never ends", "```\n```", "[]", "{}"]
)
def test_an_answer_without_prompts_yields_none(answer: str) -> None:
    assert parse_prompts(answer) == []


def test_invalid_json_is_read_line_by_line() -> None:
    assert parse_prompts('["red sports car",\n"small blue tin robot"') == ['["red sports car', "small blue tin robot"]


def test_a_very_long_answer_is_truncated() -> None:
    assert len(parse_prompts("red sports car\n" * 100_000)) < 5000


@pytest.mark.parametrize(
    ("answer", "numbers"),
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
def test_numbers_and_spans_are_parsed(answer: str, numbers: set[int]) -> None:
    assert parse_numbers(answer, 5) == numbers
