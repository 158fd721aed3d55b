"""A service that a proxy publishes below a prefix, whether the proxy removes the prefix or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient

from serving.app import ShellLimits

KEY = "0123456789abcdef-key"


@pytest.fixture
def below(make_app: Callable[..., FastAPI]) -> TestClient:
    return TestClient(make_app(root_path="/a/splats"), base_url="http://127.0.0.1")


@pytest.mark.parametrize("prefix", ["", "/a/splats"])
@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/notes/7", 200), ("/page/?x=1", 200), ("/nowhere", 404), ("/notes/", 405)]
)
def test_paths_are_served_with_and_without_the_prefix(below: TestClient, prefix: str, path: str, status: int) -> None:
    answer = below.get(prefix + path)
    assert answer.status_code == status
    assert path != "/notes/7" or answer.json() == "7"


@pytest.mark.parametrize(
    "path", ["/a/splatsx/health/", "/a/health/", "/splats/health/", "/a/splats/a/splats/health/", "/A/splats/health/"]
)
def test_other_prefixes_are_unknown(below: TestClient, path: str) -> None:
    assert below.get(path).status_code == 404


def test_a_prefix_that_the_request_names_is_ignored(client: TestClient) -> None:
    headers = {"X-Forwarded-Prefix": "/splats", "X-Script-Name": "/splats", "X-Forwarded-Host": "evil.example"}
    assert client.get("/splats/health/", headers=headers).status_code == 404
    assert client.get("/openapi.json", headers=headers).json().get("servers") is None


def test_openapi_names_the_prefix(below: TestClient) -> None:
    assert below.get("/a/splats/openapi.json").json()["servers"] == [{"url": "/a/splats"}]


@pytest.mark.parametrize("prefix", ["", "/splats"])
def test_a_key_is_needed_for_the_same_paths(make_app: Callable[..., FastAPI], prefix: str) -> None:
    app = make_app(ShellLimits(public_paths=("/", "/page/")), root_path="/splats", api_keys=[KEY])

    @app.get("/")
    async def start() -> str:
        return "start"

    client = TestClient(app, base_url="http://127.0.0.1")
    paths = ("/", "/health/", "/page", "/notes/7", "/splatsx/page/")
    assert [client.get(prefix + path).status_code for path in paths] == [200, 200, 200, 401, 401]
    assert client.get("/splats").json() == "start"


def test_the_host_is_checked_below_the_prefix(below: TestClient) -> None:
    assert below.get("/a/splats/health/", headers={"Host": "evil.example"}).status_code == 403


def test_metrics_have_the_route_without_the_prefix(below: TestClient) -> None:
    below.get("/a/splats/notes/7")
    assert 'http_requests_total{method="GET",route="/notes/{note_id}",status="200"} 1.0' in below.get("/metrics").text


@pytest.mark.parametrize("prefix", ["/notes", "/page", "/health"])
def test_the_services_own_paths_keep_their_meaning(make_app: Callable[..., FastAPI], prefix: str) -> None:
    client = TestClient(make_app(root_path=prefix), base_url="http://127.0.0.1")
    assert client.get("/notes/notes").json() == "notes"
    assert [client.get(path).status_code for path in ("/health/", "/page/", "/notes/7")] == [200] * 3


def test_a_websocket_is_found_below_the_prefix(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(root_path="/splats")

    @app.websocket("/ws/")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("hello")
        await socket.close()

    client = TestClient(app, base_url="http://127.0.0.1")
    for path in ("/ws/", "/splats/ws", "/splats/ws/"):
        with client.websocket_connect(path, headers={"Host": "127.0.0.1"}) as socket:
            assert socket.receive_text() == "hello"
