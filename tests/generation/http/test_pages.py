"""The studio page: served whole, from its own origin, under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from generation.http.pages import STUDIO

KEY = "0123456789abcdef-key"


def test_the_studio_is_a_page_with_a_strict_policy(shared: TestClient) -> None:
    page = shared.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_everything_the_page_refers_to_is_served_by_the_service(shared: TestClient) -> None:
    page = shared.get("/").text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {"/studio/studio.js", "/studio/studio.css"} <= set(named)
    assert all(shared.get(path).status_code == 200 for path in named)


def test_the_downloads_say_what_each_version_of_spz_is_for(shared: TestClient) -> None:
    page = shared.get("/").text
    assert 'data-format="spz" data-spz-version="2"' in page
    assert re.search(r"SPZ is version 3, for SuperSplat.*SPZ 2 is for Unity and\s+three\.js", page, re.DOTALL)


@pytest.mark.parametrize("asked", ["/", "/splats", "/splats/"])
def test_below_a_prefix_the_page_refers_to_files_below_it(make_app: Callable[..., FastAPI], asked: str) -> None:
    client = TestClient(make_app(shell={"root_path": "/splats/", "api_keys": [KEY]}), base_url="http://127.0.0.1")
    named = re.findall(r'(?:src|href)="([^"]+)"', client.get(asked).text)
    assert {"/splats/studio/studio.js", "/splats/studio/studio.css"} <= set(named)
    for path in named:  # the proxy may remove the prefix or leave it
        assert [client.get(form).status_code for form in (path, path.removeprefix("/splats"))] == [200, 200]


def test_the_page_finds_the_service_beside_its_script() -> None:
    text = (STUDIO / "studio.js").read_text()
    assert "import.meta.url" in text
    assert not re.search(r"""["'`]/[a-z]""", text)


def test_the_page_has_no_inline_script_style_or_handler() -> None:
    text = (STUDIO / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son[a-z]+=", text)


@pytest.mark.parametrize("name", sorted(path.name for path in STUDIO.glob("*.js")))
def test_scripts_write_text_as_text(name: str) -> None:
    text = (STUDIO / name).read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)


@pytest.mark.parametrize("path", ["/studio/", "/studio/nothing.js", "/studio/../serve.py", "/studio/%2e%2e/serve.py"])
def test_nothing_else_is_served(shared: TestClient, path: str) -> None:
    answer = shared.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
