"""The prompt type: cleaning, refusals, and a published pattern that agrees with both."""

from __future__ import annotations

import contextlib
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from serving.schemas import JOB_ID_PATTERN, PROMPT_MAX_CHARS, Prompt, clean_prompt, new_job_id


class Request(BaseModel):
    prompt: Prompt


PATTERN = Request.model_json_schema()["properties"]["prompt"]["pattern"]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("pink bicycle", "pink bicycle"),
        ("  pink bicycle\r\n", "pink bicycle"),
        ("cafe\u0301", "caf\u00e9"),
        ("青い\u3000自転車", "青い 自転車"),
        ("no\u00a0break", "no break"),
        ("🚲", "🚲"),
        (" " + "a" * PROMPT_MAX_CHARS + " ", "a" * PROMPT_MAX_CHARS),
    ],
)
def test_a_prompt_is_cleaned(text: str, cleaned: str) -> None:
    assert Request(prompt=text).prompt == cleaned


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000", "a" * (PROMPT_MAX_CHARS + 1)])
def test_an_empty_or_too_long_prompt_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Request(prompt=text)


@pytest.mark.parametrize("bad", ["\x00", "\n", "\x1b", "\x7f", "\u200b", "\u202e", "\u2028", "\U000e0041", "\ufeff"])
def test_an_unprintable_character_is_refused_and_named(bad: str) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{ord(bad):04X}"):
        Request(prompt=f"pink{bad}bicycle")


def test_a_refusal_does_not_quote_the_prompt() -> None:
    with pytest.raises(ValueError, match="cannot be printed") as caught:
        clean_prompt("my secret\x00plan")
    assert "secret" not in str(caught.value)


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValidationError):
        Request.model_validate_json(b'{"prompt": "a\\ud800b"}')


@given(st.text(min_size=1, max_size=20))
def test_the_published_pattern_matches_what_is_accepted(text: str) -> None:
    try:
        clean_prompt(text)
        accepted = True
    except ValueError:
        accepted = False
    assert bool(re.search(PATTERN, text)) == accepted


@pytest.mark.parametrize(("length", "fits"), [(1, True), (2, True), (1024, True), (1025, False)])
def test_the_published_pattern_counts_after_trimming(length: int, fits: bool) -> None:
    assert bool(re.search(PATTERN, " " * 30 + "a" * length + "\n")) is fits


def test_every_control_and_format_character_is_refused() -> None:
    unprintable = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    accepted = []
    for char in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(char) in unprintable:
            with contextlib.suppress(ValueError):
                accepted.append(clean_prompt(f"a{char}b"))
    assert accepted == []


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = clean_prompt(text)
    except ValueError:
        return
    assert clean_prompt(once) == once


def test_job_ids_match_their_pattern_and_differ() -> None:
    ids = {new_job_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(JOB_ID_PATTERN, one) for one in ids)
