"""Limits of request bodies; the fixture's application allows 1,000 bytes and 0.3 s."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from serving.app import ShellLimits
from serving.bodies import UnreadBody
from serving.errors import error_response

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


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "x-gzip", "GZIP", "identity, gzip"])
@pytest.mark.parametrize("path", ["/bytes/", "/notes/", "/forms/", "/nowhere/"])
def test_a_compressed_body_is_refused_with_the_reason(client: TestClient, path: str, coding: str) -> None:
    body = gzip.compress(b'{"text": "a"}')
    answer = client.post(path, content=body, headers={"Content-Encoding": coding, "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "compressed" in answer.json()["detail"]
    assert answer.headers["Accept-Encoding"] == "identity"


def test_a_coding_that_changes_nothing_is_accepted(client: TestClient) -> None:
    assert client.post("/notes/", json={"text": "a"}, headers={"Content-Encoding": "identity"}).status_code == 200
    assert client.get("/notes/1", headers={"Content-Encoding": "gzip"}).status_code == 200


def test_a_body_that_does_not_arrive_in_time_is_refused(service: str) -> None:
    answer = talk(service, b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\nx")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code":"slow_body"' in answer


@pytest.mark.parametrize("size", [1001, 200_000, 10_000_000])
@pytest.mark.parametrize("path", ["/bytes/", "/notes/", "/forms/"])
def test_a_client_that_sends_all_before_it_reads_gets_the_413(service: str, path: str, size: int) -> None:
    for _ in range(3):
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(f"{service}{path}", b"a" * size, {"Content-Type": "application/json"}))
        assert caught.value.code == 413
        assert b"too_large" in caught.value.read()


def test_so_does_one_that_sends_chunks(service: str) -> None:
    chunks = b"%x\r\n%s\r\n" % (100_000, b"a" * 100_000) * 50 + b"0\r\n\r\n"
    head = b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(service, head + chunks).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("body", [b"", b"a" * 5_000_000])
def test_so_does_one_that_expects_100_continue(service: str, body: bytes) -> None:
    head = b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n"
    answer = talk(service, head + body)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"100 Continue" not in answer


def test_a_client_that_expects_to_continue_is_answered_100(service: str) -> None:
    head = b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    answer = talk(service, head + b"Connection: close\r\n\r\n", b"abc")
    assert answer.startswith(b"HTTP/1.1 100 ")
    assert answer.endswith(b"\r\n\r\n3")


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("POST /nowhere/", "", 404),
        ("PUT /bytes/", "", 405),
        ("POST /bytes/", "Origin: http://evil.example\r\n", 403),
        ("POST /bytes/", "Content-Encoding: gzip\r\n", 415),
    ],
)
@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_other_refusals_are_read_as_well(
    make_app: Callable[..., FastAPI], live: Live, request_line: str, headers: str, status: int, connection: str
) -> None:
    head = f"{request_line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\nConnection: {connection}\r\n"
    second = b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with live(make_app(limits=ShellLimits(max_body_bytes=1_000_000))) as url:
        answer = talk(url, f"{head}{headers}\r\n".encode() + b"a" * 900_000 + second)
    assert answer.startswith(b"HTTP/1.1 %d" % status)
    assert (b"HTTP/1.1 200" in answer) is (connection == "keep-alive" and status != 415)


def test_a_refused_client_cannot_send_forever() -> None:
    async def story() -> tuple[list[Message], float]:
        sent: list[Message] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await error_response(413, "too_large", "too large")(scope, receive, send)

        async def receive() -> Message:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"a", "more_body": True}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "headers": [(b"transfer-encoding", b"chunked")]}
        started = time.monotonic()
        await UnreadBody(app, total_s=0.2, silence_s=0.1)(scope, receive, send)
        return sent, time.monotonic() - started

    sent, seconds = asyncio.run(story())
    assert 0.2 <= seconds < 2
    assert [message.get("more_body") for message in sent] == [None, True, False]


@pytest.fixture
def service(make_app: Callable[..., FastAPI], live: Live) -> Iterator[str]:
    """The address of a running service."""
    with live(make_app()) as url:
        yield url


def talk(service: str, *pieces: bytes) -> bytes:
    """Send all pieces, then read until the service closes the connection; a reset is an error."""
    host, port = service.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        for piece in pieces:
            raw.sendall(piece)
            time.sleep(0.1)
        return raw.makefile("rb").read()
