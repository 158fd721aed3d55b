"""Requests that RFC 9112 allows and h11 leaves to its users: empty lines, absolute targets; HTTP/1.0 beside them."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import h11
import pytest
from fastapi import FastAPI

from serving.parsing import RequestParser

GET = b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
KEPT = GET.replace(b"Connection: close\r\n", b"")
POST = b"POST /bytes/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc"

Send = Callable[..., list[int]]


@pytest.fixture
def send(make_app: Callable[..., FastAPI], live: Callable[..., AbstractContextManager[str]]) -> Iterator[Send]:
    """Send bytes to a server and return the statuses of its answers, once it has closed the connection."""
    with live(make_app(), headers_timeout_s=5) as url:
        host, port = url.removeprefix("http://").split(":")

        def answers(*pieces: bytes) -> list[int]:
            with socket.create_connection((host, int(port)), timeout=30) as connection:
                for piece in pieces:
                    connection.sendall(piece)
                received = connection.makefile("rb").read()
            return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]

        yield answers


def parse(*pieces: bytes) -> list[object]:
    """Return the events that a parser finds, given one piece of the input after another."""
    parser = RequestParser()
    events: list[object] = []
    for piece in pieces:
        parser.receive_data(piece)
        while (event := parser.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            events.append(event)
    return events


@pytest.mark.parametrize("lines", [b"\r\n", b"\n", b"\r\n\r\n\r\n", b"\n\r\n\n", b"\r\n" * 5000])
def test_empty_lines_before_a_request_are_ignored(send: Send, lines: bytes) -> None:
    assert send(lines + GET) == [200]


def test_empty_lines_between_requests_are_ignored(send: Send) -> None:
    assert send(POST + b"\r\n" + KEPT + b"\n\r\n" + GET) == [200] * 3


@pytest.mark.parametrize("cut", range(1, 7))
def test_empty_lines_may_arrive_in_pieces(cut: int) -> None:
    data = b"\r\n\n\r\n" + GET
    first, *_ = parse(data[:cut], data[cut:])
    assert isinstance(first, h11.Request)
    assert first.target == b"/health/"


@pytest.mark.parametrize("junk", [b"\r", b"\r\r\n", b" \r\n", b"\r\n ", b"\0\r\n", b"\r\n\r"])
def test_other_characters_before_a_request_are_refused(send: Send, junk: bytes) -> None:
    assert send(junk + GET) == [400]


def test_empty_lines_do_not_keep_a_connection_open(
    make_app: Callable[..., FastAPI], live: Callable[..., AbstractContextManager[str]]
) -> None:
    with live(make_app(), headers_timeout_s=0.2) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(KEPT)
            assert connection.recv(8) == b"HTTP/1.1"
            connection.sendall(b"\r\n")
            connection.makefile("rb").read()  # until the server closes


def test_lines_may_end_with_a_line_feed_alone(send: Send) -> None:
    assert send(GET.replace(b"\r\n", b"\n")) == [200]


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        (b"http://localhost:8093/health/", b"/health/", b"localhost:8093"),
        (b"HTTP://LocalHost/a?b=c/d", b"/a?b=c/d", b"LocalHost"),
        (b"https://[::1]:443/", b"/", b"[::1]:443"),
        (b"http://localhost", b"/", b"localhost"),
        (b"http://localhost?a=http://b/", b"/?a=http://b/", b"localhost"),
        (b"http:///health/", b"/health/", b""),
        (b"/http://evil.example/", b"/http://evil.example/", b"elsewhere"),
        (b"/a?b=http://evil.example/", b"/a?b=http://evil.example/", b"elsewhere"),
        (b"ftp://localhost/", b"ftp://localhost/", b"elsewhere"),
        (b"*", b"*", b"elsewhere"),
    ],
)
def test_an_absolute_target_is_a_path_and_a_host(target: bytes, path: bytes, host: bytes) -> None:
    request = parse(b"GET " + target + b" HTTP/1.1\r\nHost: elsewhere\r\nX-Other: 1\r\n\r\n")[0]
    assert isinstance(request, h11.Request)
    assert (request.method, request.target, request.http_version) == (b"GET", path, b"1.1")
    assert sorted(request.headers) == [(b"host", host), (b"x-other", b"1")]


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (b"http://127.0.0.1/health/", b"127.0.0.1", 200),
        (b"http://127.0.0.1:1/health?x=1", b"evil.example", 200),  # RFC 9112, 3.2.2: the Host header is ignored
        (b"http://evil.example/health/", b"127.0.0.1", 403),
        (b"http://user@127.0.0.1/health/", b"127.0.0.1", 403),
        (b"http://127.0.0.1/nowhere", b"127.0.0.1", 404),
        (b"ftp://127.0.0.1/health/", b"127.0.0.1", 404),
        (b"http:///health/", b"127.0.0.1", 403),
    ],
)
def test_the_host_of_an_absolute_target_counts(send: Send, target: bytes, host: bytes, status: int) -> None:
    request = b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    assert send(request) == [status]


def test_a_body_follows_an_absolute_target(send: Send) -> None:
    assert send(POST.replace(b" /", b" http://127.0.0.1/") + GET) == [200] * 2


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n", b"Connection: close\r\n"])
@pytest.mark.parametrize("path", [b"/health/", b"/ready", b"/health?probe=1", b"http://127.0.0.1/version/"])
def test_a_probe_in_http_1_0_without_a_host_is_answered(send: Send, path: bytes, connection: bytes) -> None:
    assert send(b"GET " + path + b" HTTP/1.0\r\n" + connection + b"\r\n") == [200]


def test_nothing_else_is_answered_without_a_host(send: Send) -> None:
    for line in (b"GET /metrics", b"GET /page/", b"POST /health/", b"GET /version/", b"GET /health/x"):
        assert send(line + b" HTTP/1.0\r\n\r\n") == [403]
    assert send(b"GET /health/ HTTP/1.0\r\nHost: evil.example\r\n\r\n") == [403]
    assert send(b"GET /health/ HTTP/1.0\r\nHost:\r\n\r\n") == [403]


def test_a_request_in_http_1_1_needs_a_host(send: Send) -> None:
    assert send(b"GET /health/ HTTP/1.1\r\n\r\n") == [400]
