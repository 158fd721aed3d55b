"""The guard: allowed hosts, foreign origins, bearer keys, and the headers of responses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

KEY, OTHER_KEY = "0123456789abcdef-key", "fedcba9876543210-key"
NOTE = {"text": "a"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8093", "localhost", "LOCALHOST:1", "[::1]:8093"])
def test_loopback_hosts_are_allowed(client: TestClient, host: str) -> None:
    assert client.get("/health/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", "", "[::1", "a@localhost:b"])
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/health/", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")


def test_configured_hosts_and_the_bound_one_are_allowed(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(host="10.1.2.3", insecure=True, allowed_hosts=["Studio.Example"])
    client = TestClient(app, base_url="http://studio.example")
    assert client.get("/health/").status_code == 200
    assert client.get("/health/", headers={"Host": "10.1.2.3:8093"}).status_code == 200
    assert client.get("/health/", headers={"Host": "10.1.2.4:8093"}).status_code == 403


def test_a_server_bound_to_all_addresses_allows_any_address_but_no_name(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(host="0.0.0.0", insecure=True), base_url="http://10.9.8.7:8093")
    assert client.get("/health/").status_code == 200
    assert client.get("/health/", headers={"Host": "rebound.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:81"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_another_origin_cannot_send_changes(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/notes/", json=NOTE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:443", "https://localhost"),
        ("localhost", "https://localhost:443"),
        ("localhost:80", "http://localhost"),
        ("localhost", "http://localhost:80"),
        ("localhost", "https://localhost"),
        ("LOCALHOST:8093", "HTTP://LocalHost:8093"),
        ("[::1]:443", "https://[::1]"),
        ("localhost:", "http://localhost"),
    ],
)
def test_a_default_port_makes_no_other_origin(client: TestClient, host: str, origin: str) -> None:
    assert client.post("/notes/", json=NOTE, headers={"Host": host, "Origin": origin}).status_code == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:443", "http://localhost"),
        ("localhost:80", "https://localhost"),
        ("localhost:8093", "http://localhost"),
        ("localhost", "http://localhost:8093"),
        ("localhost", "http://localhost:443"),
        ("localhost", "ftp://localhost"),
        ("localhost", "chrome-extension://localhost"),
        ("localhost", "//localhost"),
        ("localhost", "http://127.0.0.1"),
        ("localhost", "http://evil.example@localhost"),
        ("localhost", "http://localhost/a"),
        ("localhost", "http://localhost http://localhost"),
        ("localhost", "http://localhost:999999"),
        ("localhost", ""),
        ("localhost", "null"),
    ],
)
def test_another_port_name_or_scheme_is_another_origin(client: TestClient, host: str, origin: str) -> None:
    answer = client.post("/notes/", json=NOTE, headers={"Host": host, "Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_every_origin_that_a_request_names_counts(client: TestClient) -> None:
    origins = [("Origin", "http://127.0.0.1"), ("Origin", "http://evil.example")]
    assert client.post("/notes/", json=NOTE, headers=origins).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_our_own_pages_and_programs_can_send_changes(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/notes/", json=NOTE, headers=headers).status_code == 200


def test_a_page_of_another_origin_can_link_here(client: TestClient) -> None:
    assert client.get("/page/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong-wrong-wrong-wrong", f"Basic {KEY}", KEY, "Bearer \xfe"]
)
def test_a_missing_or_wrong_key_is_refused(make_app: Callable[..., FastAPI], authorization: str | None) -> None:
    client = TestClient(make_app(api_keys=[KEY]), base_url="http://127.0.0.1")
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    answer = client.post("/notes/", json=NOTE, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_each_of_several_keys_is_accepted(make_app: Callable[..., FastAPI], key: str) -> None:
    client = TestClient(make_app(api_keys=[KEY, OTHER_KEY]), base_url="http://127.0.0.1")
    assert client.post("/notes/", json=NOTE, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_only_health_and_public_pages_need_no_key(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(api_keys=[KEY]), base_url="http://127.0.0.1")
    statuses = {path: client.get(path).status_code for path in ("/health", "/page/", "/ready/", "/metrics", "/nowhere")}
    assert statuses == {"/health": 200, "/page/": 200, "/ready/": 401, "/metrics": 401, "/nowhere": 401}


def test_openapi_declares_the_key(make_app: Callable[..., FastAPI]) -> None:
    schema = make_app(api_keys=[KEY]).openapi()
    assert schema["security"] == [{"bearer": []}]
    assert schema["paths"]["/health/"]["get"]["security"] == []


def test_pages_can_load_only_from_their_own_origin(client: TestClient) -> None:
    policy = client.get("/page/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.parametrize("media_type", ["video/mp4", "image/png", "audio/mpeg", "image/jpeg"])
def test_an_image_or_video_in_a_tab_of_its_own_may_show_itself(
    make_app: Callable[..., FastAPI], media_type: str
) -> None:
    assert _policy_of(make_app(), media_type) == "frame-ancestors 'none'"


@pytest.mark.parametrize(
    "media_type",
    ["image/svg+xml", "IMAGE/SVG+XML; charset=utf-8", "application/json", "text/xml", "application/xhtml+xml"],
)
def test_a_file_that_could_hold_scripts_may_not_run_them(make_app: Callable[..., FastAPI], media_type: str) -> None:
    policy = _policy_of(make_app(), media_type)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_304_keeps_the_policy_of_the_file_that_the_browser_has(make_app: Callable[..., FastAPI]) -> None:
    """A browser replaces the headers it has kept by those of the 304."""
    app = make_app()

    @app.get("/kept/")
    async def kept() -> Response:
        return Response(status_code=304, headers={"ETag": '"1"'})

    headers = TestClient(app, base_url="http://127.0.0.1").get("/kept/").headers
    assert "content-security-policy" not in headers
    assert headers["x-content-type-options"] == "nosniff"


def _policy_of(app: FastAPI, media_type: str) -> str:
    @app.get("/typed/")
    async def typed() -> Response:
        return Response(b"", headers={"Content-Type": media_type})

    headers = TestClient(app, base_url="http://127.0.0.1").get("/typed/").headers
    assert headers["x-content-type-options"] == "nosniff"
    return headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/health/", "/page/", "/nowhere", "/boom/"])
def test_every_response_forbids_content_sniffing(client: TestClient, path: str) -> None:
    assert client.get(path).headers["x-content-type-options"] == "nosniff"
