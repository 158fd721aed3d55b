"""The studio page: served whole, from its own origin, under a strict policy."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from generation.http.pages import STUDIO


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
