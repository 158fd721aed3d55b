"""Cleaning of prompts: what is kept, dropped, turned into spaces and refused; and the published pattern agrees."""

from __future__ import annotations

import contextlib
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from serving.prompts import PROMPT_MAX_CHARS, PROMPT_PATTERN, PromptError, clean_prompt

PERSIAN = "\u062f\u0648\u0686\u0631\u062e\u0647\u200c\u06cc \u0635\u0648\u0631\u062a\u06cc"
HINDI = "\u0930\u094d\u200d\u092f \u0932\u093e\u0932 \u0915\u093e\u0930"
SINHALA = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"
KANNADA = "\u0cb0\u0ccd\u200c\u0c95"
MONGOLIAN = "\u1830\u1820\u180e\u1820"
ADLAM = "\U0001e900\U0001e946\u200c\U0001e923"
RAINBOW_FLAG = "\U0001f3f3\ufe0f\u200d\U0001f308"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ASTRONAUT = "\U0001f469\U0001f3fd\u200d\U0001f680"
BURNING_HEART = "\u2764\ufe0f\u200d\U0001f525"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"

# Characters that meet: letters with and without joining, marks that reorder or compose, all that is dropped or joined.
MIXED = st.text(
    "\u200d\u0301\u0327"
    "aé \n\t\u00a0\u2028\u200b\u00ad\ufeff\u202e\u200c\u180e\u0651\u0654\u0627\u0647\u0915\u093c\u094d"
    "\u0b47\u0b3e\u1100\u1161\u11a8\u212b\u2764\ufe0f\u2adc\u0338\U0001f3f4\U000e0067\U000e007f\U0001f3fd\x00\ud800",
    max_size=12,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("pink bicycle", "pink bicycle"),
        ("  pink bicycle\r\n", "pink bicycle"),
        ("cafe\u0301", "caf\u00e9"),
        ("青い\u3000自転車", "青い 自転車"),
        ("no\u00a0break", "no break"),
        ("🚲", "🚲"),
        ("two  spaces", "two spaces"),
        (" " + "a" * PROMPT_MAX_CHARS + " ", "a" * PROMPT_MAX_CHARS),
    ],
)
def test_a_prompt_is_trimmed_and_normalised(text: str, cleaned: str) -> None:
    assert clean_prompt(text) == cleaned


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\r", "\t", "\v", "\f", "\x85", "\u2028", "\u2029", "\n\n\t ", " \r\n "])
def test_line_breaks_and_tabs_become_one_space(gap: str) -> None:
    assert clean_prompt(f"red car{gap}with black wheels{gap}") == "red car with black wheels"


@pytest.mark.parametrize(
    "text",
    [PERSIAN, HINDI, SINHALA, KANNADA, MONGOLIAN, ADLAM, RAINBOW_FLAG, FAMILY, ASTRONAUT, BURNING_HEART, WALES],
)
def test_joiners_of_spelling_and_emoji_are_kept(text: str) -> None:
    assert clean_prompt(f"{text} flag") == f"{text} flag"


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d", "\u180e"])
@pytest.mark.parametrize(
    "text", ["red{}car", "{}redcar", "redcar{}", "кр{}ед", "青{}い", "e{}\u0301a", "5{}5", "a {} b"]
)
def test_joiners_without_a_meaning_are_dropped(text: str, joiner: str) -> None:
    assert clean_prompt(text.format(joiner)) == clean_prompt(text.format(""))


def test_a_repeated_joiner_is_kept_once() -> None:
    assert clean_prompt(PERSIAN.replace("\u200c", "\u200c\u200c\u200d")) == PERSIAN


@pytest.mark.parametrize(
    "char", "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2064\u2066\u2067\u2068\u2069\ufeff"
)
def test_invisible_characters_of_pasted_text_are_dropped(char: str) -> None:
    assert clean_prompt(f"{char}ele{char}{char}phant{char}") == "elephant"
    assert clean_prompt(f"cafe{char}\u0301") == "caf\u00e9"


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000", "\ufeff", "\u200b \u200d", "\u2028\u00ad"])
def test_an_empty_prompt_is_refused(text: str) -> None:
    assert refusal(text) == "empty"
    assert not re.search(PROMPT_PATTERN, text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * PROMPT_MAX_CHARS, PROMPT_MAX_CHARS),
        ("\u200b".join("a" * PROMPT_MAX_CHARS), PROMPT_MAX_CHARS),
        ("a \r\n b" + "c" * (PROMPT_MAX_CHARS - 3), PROMPT_MAX_CHARS),
        ("\u1f82" * PROMPT_MAX_CHARS, PROMPT_MAX_CHARS),
        ("\u200d".join(unicodedata.normalize("NFD", "\u1f82" * PROMPT_MAX_CHARS)), PROMPT_MAX_CHARS),
        ("\ufeff" * 50_000 + "a", 1),
    ],
)
def test_the_length_counts_after_cleaning(text: str, length: int) -> None:
    assert len(clean_prompt(text)) == length
    assert refusal(text + "b" * (PROMPT_MAX_CHARS + 1 - length)) == "too_long"


@pytest.mark.parametrize(
    "bad", ["\x00", "\x08", "\x0e", "\x1b", "\x1c", "\x7f", "\x80", "\x9f", "\ufffe", "\ufdd0", "\ufff9", "\U000e0041"]
)
def test_a_control_character_is_refused(bad: str) -> None:
    with pytest.raises(PromptError, match=f"cannot be printed, U\\+{ord(bad):04X}"):
        clean_prompt(f"pink{bad}bicycle")


@pytest.mark.parametrize("bad", [0xD800, 0xDFFF])
def test_a_lone_surrogate_is_refused(bad: int) -> None:
    assert refusal(f"a{chr(bad)}b") == "not_printable"


@pytest.mark.parametrize("text", [WALES[:-1], WALES[1:], "a" + WALES[1:], "\U0001f3f4\U000e007f"])
def test_tags_outside_a_flag_are_refused(text: str) -> None:
    assert refusal(text) == "not_printable"


def test_a_refusal_does_not_quote_the_prompt() -> None:
    with pytest.raises(PromptError, match="cannot be printed") as caught:
        clean_prompt("my secret\x00plan")
    assert "secret" not in str(caught.value)


def test_every_control_and_format_character_this_python_knows_is_dropped_or_refused() -> None:
    kept = []
    for char in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            with contextlib.suppress(ValueError):
                kept += [char] if char in clean_prompt(f"a{char}b") else []
    assert kept == []


def test_letters_that_compose_join_alike() -> None:
    # Otherwise a joiner that was kept after a letter could be dropped after the letter that it composes to.
    for char in map(chr, range(sys.maxunicode + 1)):
        parts = unicodedata.normalize("NFD", char)
        if parts != char == unicodedata.normalize("NFC", char):
            assert joins(parts[0]) == joins(char), f"U+{ord(char):04X}"


@given(MIXED | st.text(max_size=20))
@example("a\u0301\u0651\u200d")
@example("\u200d\u200d")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    with contextlib.suppress(PromptError):
        once = clean_prompt(text)
        assert clean_prompt(once) == once
        assert unicodedata.is_normalized("NFC", once)


@given((MIXED | st.text(max_size=20)).filter(lambda text: "\ud800" not in text))
def test_the_published_pattern_says_what_is_accepted(text: str) -> None:
    assert bool(re.search(PROMPT_PATTERN, text)) == (refusal(text) is None)


@pytest.mark.parametrize(("length", "fits"), [(1, True), (2, True), (1024, True), (1025, False)])
@pytest.mark.parametrize("filling", ["", "\u200b", "\u200d\ufeff"])
def test_the_published_pattern_counts_after_cleaning(length: int, fits: bool, filling: str) -> None:
    text = filling.join("a" * length)
    assert bool(re.search(PROMPT_PATTERN, f"{' ' * 30}{text}\n")) is fits


@pytest.mark.parametrize(("spaces", "fits"), [(511, True), (512, False)])
def test_the_published_pattern_counts_a_run_of_white_space_once(spaces: int, fits: bool) -> None:
    text = "a \u200b\n" * spaces + "aa"  # 2 per run, and two letters
    assert bool(re.search(PROMPT_PATTERN, text)) is fits


@pytest.mark.parametrize(
    "text", [" " * 60_000, "a" + " " * 60_000 + "\x00", "\u200d" * 60_000, "a\u0301\u0327" * 20_000]
)
def test_the_largest_body_takes_no_noticeable_time(text: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(PromptError):
        clean_prompt(text)
    re.search(PROMPT_PATTERN, text)
    assert time.perf_counter() - started < 1.0


def refusal(text: str) -> str | None:
    try:
        clean_prompt(text)
    except PromptError as error:
        return error.code
    return None


def joins(char: str) -> bool:
    return "\u200d" in clean_prompt(f"a{char}\u200da")
