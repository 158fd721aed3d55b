"""File names from prompts, and addresses in URLs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text import SLUG_MAX_CHARS, content_disposition, format_address, full_name, slug


@pytest.mark.parametrize(
    ("prompt", "name"),
    [("Pink Bicycle!", "pink-bicycle"), ("knight's helmet", "knights-helmet"), ("café ../../etc", "cafe-etc")],
)
def test_a_slug_is_plain_ascii(prompt: str, name: str) -> None:
    assert slug(prompt) == name


def test_prompts_without_latin_letters_get_distinct_slugs() -> None:
    assert slug("青い自転車") != slug("赤い自転車")


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Pink Bicycle!", "pink-bicycle"),
        ("café ../../etc", "café-etc"),
        ("красный велосипед", "красный-велосипед"),
        ("🚗 car", "🚗-car"),
        ("دوچرخه‌ی صورتی", "دوچرخه‌ی-صورتی"),
        ('C:\\a|b?*<>"', "c-a-b"),
        ("«»…", "splat-" + slug("«»…").removeprefix("splat-")),
    ],
)
def test_a_full_name_keeps_every_script(prompt: str, name: str) -> None:
    assert full_name(prompt) == name


@given(st.text(max_size=300))
def test_a_full_name_is_safe_whatever_the_prompt(prompt: str) -> None:
    name = full_name(prompt)
    assert 1 <= len(name) <= SLUG_MAX_CHARS
    assert not set(name) & set("\\/:*?\"<>|. ;%'\n\r\0")
    assert len(name.encode()) <= 250


def test_a_download_has_its_name_in_ascii_and_whole() -> None:
    assert content_disposition("attachment", "café table", "spz") == (
        "attachment; filename=\"cafe-table.spz\"; filename*=UTF-8''caf%C3%A9-table.spz"
    )
    assert content_disposition("inline", "Pink Bicycle", "mp4").startswith('inline; filename="pink-bicycle.mp4"; ')


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
