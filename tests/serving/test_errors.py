"""Every error has the body `{"detail": str, "code": str}`, the framework's own included."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.app import ShellLimits


def detail_of(answer: httpx.Response, status: int, code: str) -> str:
    """Check the shape of an error and return its detail."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"detail", "code"}
    assert body["code"] == code
    assert isinstance(body["detail"], str)
    return str(body["detail"])


def test_an_unknown_route(client: TestClient) -> None:
    detail_of(client.get("/nowhere/"), 404, "not_found")


def test_a_wrong_method(client: TestClient) -> None:
    answer = client.delete("/notes/")
    detail_of(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_a_wrong_field_is_named_and_its_value_is_not_quoted(client: TestClient) -> None:
    detail = detail_of(client.post("/notes/", json={"text": "fine", "count": "my secret"}), 422, "invalid_request")
    assert "count" in detail
    assert "secret" not in detail


def test_malformed_json(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    detail_of(client.post("/notes/", content=b'{"text": ', headers=headers), 422, "invalid_request")


def test_a_number_of_too_many_digits_is_refused(make_app: Callable[..., FastAPI]) -> None:
    client = TestClient(make_app(limits=ShellLimits(max_body_bytes=10_000)), base_url="http://127.0.0.1")
    body = b'{"text": "a", "count": ' + b"9" * 5000 + b"}"
    answer = client.post("/notes/", content=body, headers={"Content-Type": "application/json"})
    detail_of(answer, answer.status_code, "invalid_request")
    assert answer.status_code in {400, 422}


def test_a_malformed_form(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    detail_of(client.post("/forms/", content=b"junk", headers=headers), 400, "invalid_request")


def test_a_service_error_keeps_its_headers(client: TestClient) -> None:
    answer = client.get("/full/")
    detail_of(answer, 503, "queue_full")
    assert answer.headers["retry-after"] == "7"


def test_an_error_page_is_converted_to_our_shape(client: TestClient) -> None:
    answer = client.get("/foreign/")
    detail_of(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == "bytes */5"


def test_an_unhandled_error_is_logged_and_its_message_is_not_sent(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="serving.errors"):
        detail = detail_of(client.get("/boom/"), 500, "internal")
    assert "secret" not in detail
    assert "RuntimeError: a secret detail" in caplog.text


def test_invalid_http_is_refused_in_our_shape(
    make_app: Callable[..., FastAPI], live: Callable[..., AbstractContextManager[str]]
) -> None:
    with live(make_app()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\nbroken header\r\n\r\n")
            answer = raw.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"code":"invalid_request"' in answer
