"""HEAD on GET routes, over the framework's client and a real connection."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from serving.files import ServedFile
from tests.eventually import eventually
from tests.http_methods import compare_head_with_get, paths_of

KEY = "0123456789abcdef-key"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/page/", 200),
        ("/page", 200),
        ("/notes/7", 200),
        ("/full/", 503),
        ("/boom/", 500),
        ("/foreign/", 416),
        ("/nowhere", 404),
        ("/forms/", 405),
        ("/openapi.json", 200),
    ],
)
def test_head_has_the_status_and_headers_of_get(client: TestClient, path: str, status: int) -> None:
    assert compare_head_with_get(client, path) == status


def test_every_documented_path_answers_head(client: TestClient) -> None:
    paths = [path for path in paths_of(client) if path not in {"/hang/", "/metrics"}]
    assert {compare_head_with_get(client, path) for path in paths} == {200, 500, 503, 416}
    assert client.head("/metrics").headers["content-type"] == client.get("/metrics").headers["content-type"]


def test_head_needs_the_key_as_get_does(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(api_keys=[KEY]), base_url="http://127.0.0.1")
    assert client.head("/notes/7").status_code == 401
    assert client.head("/notes/7", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
    assert client.head("/notes/7", headers={"Host": "evil.example"}).status_code == 403


def test_openapi_does_not_list_head(client: TestClient) -> None:
    assert not any("head" in operations for operations in client.get("/openapi.json").json()["paths"].values())


def test_the_metrics_count_head_as_head(client: TestClient) -> None:
    client.head("/notes/7")
    assert 'http_requests_total{method="HEAD",route="/notes/{note_id}",status="200"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize(
    ("path", "allow"), [("/notes/", "POST"), ("/page", "GET, HEAD"), ("/two/", "GET, HEAD, DELETE")]
)
def test_allow_names_the_methods_of_all_routes_at_a_path(
    make_app: Callable[..., FastAPI], path: str, allow: str
) -> None:
    app = make_app()

    @app.delete("/two/")
    async def drop() -> None: ...

    @app.get("/two/")
    async def read() -> None: ...

    client = TestClient(app, base_url="http://127.0.0.1")
    answers = [client.request(method, path) for method in ("PATCH", "OPTIONS", "BREW")]
    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, allow)] * 3


def test_a_range_is_ignored_because_only_get_has_ranges(make_app: Callable[..., FastAPI], tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))
    app = make_app()

    @app.get("/file/")
    async def file() -> ServedFile:
        return ServedFile(tmp_path / "a")

    client = TestClient(app, base_url="http://127.0.0.1")
    answer = client.head("/file/", headers={"Range": "bytes=0-5"})
    assert (answer.status_code, answer.headers["content-length"]) == (200, "100")


def test_a_stream_is_not_started_for_its_headers(
    make_app: Callable[..., FastAPI], live: Callable[..., AbstractContextManager[str]]
) -> None:
    app, ended = make_app(), []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
        finally:
            ended.append(True)

    @app.get("/endless/")
    async def stream() -> StreamingResponse:
        return StreamingResponse(endless(), media_type="text/plain")

    with live(app) as url, httpx.Client(base_url=url) as client:
        head = client.head("/endless/")
        assert (head.status_code, head.content, head.headers["transfer-encoding"]) == (200, b"", "chunked")
        assert client.get("/health/").status_code == 200  # the connection is still in step
        eventually(lambda: bool(ended) or not client.get("/ready/").is_success)


@pytest.mark.parametrize("path", ["/page/", "/boom/", "/foreign/", "/nowhere", "/health/"])
def test_nothing_follows_the_headers_on_the_wire(
    make_app: Callable[..., FastAPI], live: Callable[..., AbstractContextManager[str]], path: str
) -> None:
    with live(make_app()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(f"HEAD {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            head, _, body = raw.makefile("rb").read().partition(b"\r\n\r\n")
    assert body == b""
    assert b"content-length: " in head.lower()
