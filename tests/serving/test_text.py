"""File names from prompts, and addresses in URLs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text import SLUG_MAX_CHARS, format_address, slug


@pytest.mark.parametrize(
    ("prompt", "name"),
    [("Pink Bicycle!", "pink-bicycle"), ("knight's helmet", "knights-helmet"), ("café ../../etc", "cafe-etc")],
)
def test_a_slug_is_plain_ascii(prompt: str, name: str) -> None:
    assert slug(prompt) == name


def test_prompts_without_latin_letters_get_distinct_slugs() -> None:
    assert slug("青い自転車") != slug("赤い自転車")


@given(st.text(max_size=300))
def test_a_slug_is_safe_whatever_the_prompt(prompt: str) -> None:
    assert re.fullmatch("[a-z0-9]([a-z0-9-]*[a-z0-9])?", slug(prompt))
    assert len(slug(prompt)) <= SLUG_MAX_CHARS


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("[::1]", "[::1]:80"), ("localhost", "localhost:80")],
)
def test_an_address_is_written_as_urls_have_it(host: str, address: str) -> None:
    assert format_address(host, 80) == address
