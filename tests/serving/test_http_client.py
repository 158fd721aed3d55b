"""The HTTP client: bounded bodies, one error type, Retry-After and error bodies."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from serving.http_client import (
    CallError,
    Response,
    ResponseTimeoutError,
    ResponseTooLargeError,
    UnreachableError,
    request,
)

LIMIT = 1000


class Endless(httpx.AsyncByteStream):
    """A body that never ends, one byte every `pause_s`."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 1
            yield b"x"
            await asyncio.sleep(self.pause_s)


def get(answer: httpx.Response | Exception, total_s: float | None = None) -> Response:
    def handler(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def call() -> Response:
        async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
            return await request(client, "GET", "http://service/", max_bytes=LIMIT, total_s=total_s)

    return asyncio.run(call())


def compressed(body: bytes, encoding: str = "gzip") -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(body))


def test_a_response_has_status_headers_and_body() -> None:
    response = get(httpx.Response(201, json={"score": 0.5}, headers={"X-Model": "small"}))
    assert (response.status, response.headers["x-model"], response.json()) == (201, "small", {"score": 0.5})


def test_a_body_at_the_limit_is_read_and_one_above_it_is_not() -> None:
    assert len(get(httpx.Response(200, content=bytes(LIMIT))).body) == LIMIT
    with pytest.raises(ResponseTooLargeError, match="larger than 1000 bytes"):
        get(httpx.Response(200, content=bytes(LIMIT + 1)))


def test_an_endless_body_is_read_only_up_to_the_limit() -> None:
    body = Endless()
    with pytest.raises(ResponseTooLargeError):
        get(httpx.Response(200, stream=body))
    assert body.sent == LIMIT + 1


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_body_is_inflated(encoding: str, compress) -> None:
    assert get(compressed(compress(b"prompts"), encoding)).body == b"prompts"


def test_a_decompression_bomb_is_not_inflated() -> None:
    with pytest.raises(ResponseTooLargeError):
        get(compressed(gzip.compress(bytes(100 * LIMIT))))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (compressed(b"not gzip"), "cannot be inflated"),
        (compressed(gzip.compress(b"{}")[:9]), "truncated"),
        (compressed(b"{}", "zstd"), "not asked for"),
    ],
)
def test_a_body_that_cannot_be_inflated_is_an_error(answer: httpx.Response, message: str) -> None:
    with pytest.raises(CallError, match=message):
        get(answer)


def test_a_slow_response_is_abandoned_at_the_deadline() -> None:
    with pytest.raises(ResponseTimeoutError, match=r"no reply within 0\.05 s"):
        get(httpx.Response(200, stream=Endless(0.01)), total_s=0.05)


@pytest.mark.parametrize(
    ("original", "wrapped"),
    [
        (httpx.ConnectError("refused"), UnreachableError),
        (httpx.ConnectTimeout(""), UnreachableError),
        (httpx.InvalidURL("no host"), UnreachableError),
        (httpx.ReadTimeout(""), ResponseTimeoutError),
        (httpx.RemoteProtocolError("disconnected"), CallError),
        (httpx.PoolTimeout(""), CallError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_of_httpx_are_wrapped(original: Exception, wrapped: type[CallError]) -> None:
    with pytest.raises(CallError) as raised:
        get(original)
    assert type(raised.value) is wrapped
    assert raised.value.__cause__ is original


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15", 15.0),
        ("0", 0.0),
        ("soon", None),
        ("-1", None),
        ("1e9", None),
        ("99999999", None),
        ("٣", None),
        ("", None),
    ],
)
def test_retry_after_is_a_whole_number_of_seconds(text: str, seconds: float | None) -> None:
    assert Response(503, {"retry-after": text}, b"").retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"code": "busy", "detail": "try again"}', ("busy", "try again")),
        (b'{"code": "busy"}', ("busy", "")),
        (b"[]", ("", "")),
        (b"<html>", ("", "")),
        (b"[" * 100_000, ("", "")),
        (b"\xff", ("", "")),
    ],
)
def test_an_error_body_of_any_shape_is_read(body: bytes, error: tuple[str, str]) -> None:
    assert Response(500, {}, body).error() == error
