"""Pages of other origins: which may read what GET answers, and what stays refused to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

VIEWER, KEY = "https://viewer.example", "0123456789abcdef-key"
ASKED = {"Origin": VIEWER, "Access-Control-Request-Method": "GET"}


@pytest.fixture
def sharing(make_app: Callable[..., FastAPI]) -> TestClient:
    app = make_app(allowed_origins=[VIEWER, "HTTP://Localhost:5173", "http://plain.example:80"])
    return TestClient(app, base_url="http://127.0.0.1")


def permissions(headers: object) -> set[str]:
    return {name for name in dict(headers) if name.startswith("access-control-")}  # type: ignore[call-overload]


@pytest.mark.parametrize("path", ["/notes/7", "/health", "/nowhere", "/full/", "/boom/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("origin", [VIEWER, "http://localhost:5173", "http://plain.example"])
def test_a_page_of_a_listed_origin_may_read_answers_and_errors(
    sharing: TestClient, path: str, method: str, origin: str
) -> None:
    headers = sharing.request(method, path, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}).headers
    assert headers["access-control-allow-origin"] == origin
    assert headers["vary"] == "Origin"
    assert "ETag" in headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    "origin",
    [
        "http://viewer.example",
        "https://viewer.example:444",
        "https://viewer.example.evil.example",
        "https://a.viewer.example",
        "null",
        "",
        f"{VIEWER}, https://evil.example",
    ],
)
def test_pages_of_other_origins_may_not(sharing: TestClient, origin: str) -> None:
    answer = sharing.get("/notes/7", headers={"Origin": origin})
    assert (answer.status_code, permissions(answer.headers)) == (200, set())
    assert answer.headers["vary"] == "Origin"  # else a cache could give one origin's answer to another
    asked = sharing.options("/notes/7", headers={**ASKED, "Origin": origin})
    assert (asked.status_code, permissions(asked.headers)) == (405, set())


def test_without_an_origin_the_answer_still_varies(sharing: TestClient) -> None:
    headers = sharing.get("/notes/7").headers
    assert (headers["vary"], permissions(headers)) == ("Origin", set())


def test_two_origins_are_none(sharing: TestClient) -> None:
    headers = [("Origin", VIEWER), ("Origin", "https://evil.example")]
    assert permissions(sharing.get("/notes/7", headers=headers).headers) == set()


def test_by_default_no_other_page_may_read(client: TestClient) -> None:
    headers = client.get("/notes/7", headers={"Origin": VIEWER}).headers
    assert permissions(headers) == set()
    assert "vary" not in headers
    assert client.options("/notes/7", headers=ASKED).status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_browser_that_asks_first_is_answered_with_what_is_permitted(sharing: TestClient, method: str) -> None:
    asked = {**ASKED, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,range"}
    answer = sharing.options("/notes/7", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == VIEWER
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    assert answer.headers["access-control-allow-headers"] == "authorization,range"
    assert answer.headers["vary"] == "Origin, Access-Control-Request-Headers"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "get", ""])
def test_changes_are_not_permitted(sharing: TestClient, method: str) -> None:
    answer = sharing.options("/notes/", headers={**ASKED, "Access-Control-Request-Method": method})
    assert (answer.status_code, permissions(answer.headers)) == (405, set())


def test_changes_are_refused_to_a_listed_origin_too(sharing: TestClient) -> None:
    answer = sharing.post("/notes/", json={"text": "a"}, headers={"Origin": VIEWER})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert permissions(answer.headers) == set()


def test_a_key_is_still_needed_but_not_to_ask(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(allowed_origins=[VIEWER], api_keys=[KEY]), base_url="http://127.0.0.1")
    assert client.options("/notes/7", headers=ASKED).status_code == 204
    assert client.options("/notes/7", headers={**ASKED, "Origin": "https://evil.example"}).status_code == 401
    refused = client.get("/notes/7", headers={"Origin": VIEWER})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, VIEWER)
    assert client.get("/notes/7", headers={"Origin": VIEWER, "Authorization": f"Bearer {KEY}"}).status_code == 200


def test_a_listed_origin_does_not_lift_the_check_of_the_host(sharing: TestClient) -> None:
    rebound = {"Host": "viewer.example", "Origin": VIEWER}
    assert sharing.get("/notes/7", headers=rebound).status_code == 403
    assert sharing.options("/notes/7", headers={**ASKED, **rebound}).status_code == 403
