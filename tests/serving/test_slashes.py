"""Each route is served with and without its final slash."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/health/", "/health", "/metrics", "/metrics/", "/notes/7", "/notes/7/"])
def test_both_forms_answer_without_a_redirect(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code == 200


def test_a_post_keeps_its_body(client: TestClient) -> None:
    assert client.post("/notes", json={"text": "a"}, follow_redirects=False).json()["text"] == "a"


@pytest.mark.parametrize("path", ["/health//", "/nowhere", "/nowhere/", "//"])
def test_other_paths_stay_unknown(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code == 404


def test_a_wrong_method_is_refused_in_both_forms(client: TestClient) -> None:
    assert [client.post(path).status_code for path in ("/health/", "/health")] == [405, 405]


def test_openapi_lists_each_route_once(client: TestClient) -> None:
    paths = list(client.get("/openapi.json").json()["paths"])
    assert len({path.rstrip("/") for path in paths}) == len(paths)
    assert {"/health/", "/ready/", "/version/", "/metrics", "/notes/"} <= set(paths)
