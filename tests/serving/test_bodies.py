"""Limits of request bodies; the fixture's application allows 1,000 bytes and 0.3 s."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

Live = Callable[[FastAPI], AbstractContextManager[str]]


def test_a_body_at_the_limit_is_read(client: TestClient) -> None:
    assert client.post("/bytes/", content=b"x" * 1000).json() == 1000


def test_a_body_above_the_limit_is_refused_by_its_content_length(client: TestClient) -> None:
    answer = client.post("/bytes/", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/bytes/", "/notes/", "/forms/"])
def test_a_body_without_a_content_length_is_refused_at_the_limit(client: TestClient, path: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"text=" + b"x" * 95

    headers = {"Content-Type": "application/x-www-form-urlencoded"} if path == "/forms/" else {}
    answer = client.post(path, content=chunks(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "9" * 40])
def test_an_invalid_content_length_is_refused(client: TestClient, length: str) -> None:
    answer = client.post("/bytes/", content=b"x", headers={"Content-Length": length})
    assert answer.status_code in {400, 413}
    assert set(answer.json()) == {"detail", "code"}


def test_a_body_that_does_not_arrive_in_time_is_refused(make_app: Callable[..., FastAPI], live: Live) -> None:
    with live(make_app()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as raw:
            raw.sendall(b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nx")
            answer = raw.makefile("rb").read()  # returns because the connection is closed
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"slow_body"' in answer
