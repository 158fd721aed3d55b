"""HTTP requests with bounded responses and one error type, for every client in the project.

CallError                  no complete response; the message names the cause
├── UnreachableError       no connection: the request was not sent
├── ResponseTimeoutError   the request was sent, but no complete response arrived in time
└── ResponseTooLargeError  the body exceeds the caller's limit

A response with an error status is not an exception: the caller knows what its status means.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

SMALL_BYTES = 1 << 20
"""Limit for responses that hold a status, an error or a short document."""

_UNREACHABLE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol)
_ENCODINGS = {"Accept-Encoding": "gzip, deflate"}
"""The encodings that `read_body` can inflate within a bound; httpx by itself offers whatever is installed."""


class CallError(Exception):
    """No complete response."""


class UnreachableError(CallError):
    """No connection could be made."""


class ResponseTimeoutError(CallError):
    """The response did not arrive in time."""


class ResponseTooLargeError(CallError):
    """The response exceeds the caller's limit."""


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response; `body` is inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body. Raises ValueError if it is not JSON."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None

    def error(self) -> tuple[str, str]:
        """Return (code, detail) of a service's error body, each "" where it is missing."""
        try:
            found = self.json()
        except ValueError:
            found = None
        fields = found if isinstance(found, dict) else {}
        return str(fields.get("code", ""))[:100], str(fields.get("detail", ""))[:300]

    @property
    def retry_after_s(self) -> float | None:
        """Seconds of the Retry-After header; None unless it is a whole number of at most five digits."""
        text = self.headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def describe_refusal(response: Response) -> str:
    """Return the status and the code of a response that is an error, and what to do about a key that is refused."""
    code, _ = response.error()
    advice = "; check the key file" if response.status == 401 else ""
    return f"status {response.status}{f' {code}' if code else ''}{advice}"


async def request(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    max_bytes: int = SMALL_BYTES,
    total_s: float | None = None,
    headers: Mapping[str, str] | None = None,
    **options: Any,
) -> Response:
    """Send a request and read the whole response, at most `max_bytes` of body within `total_s` seconds.

    `options` are those of `httpx.AsyncClient.stream`; its `timeout` bounds each read and write. Raises CallError.
    """
    headers = {**_ENCODINGS, **(headers or {})}
    try:
        with wrapped_errors():
            async with asyncio.timeout(total_s), client.stream(method, url, headers=headers, **options) as response:
                return Response(response.status_code, response.headers, await read_body(response, max_bytes))
    except TimeoutError:
        raise ResponseTimeoutError(f"no reply within {total_s:g} s") from None


async def read_body(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the inflated body. It is inflated here, within the bound: httpx would inflate a bomb whole.

    Raises ResponseTooLargeError, or CallError for a body that is truncated or compressed in an unknown way.
    """
    encoding = response.headers.get("content-encoding", "identity")
    if encoding not in {"identity", "gzip", "deflate"}:
        raise CallError("the response is compressed in a way that was not asked for")
    inflate = None if encoding == "identity" else zlib.decompressobj(32 + zlib.MAX_WBITS)  # zlib or gzip, by header
    body = bytearray()
    async for chunk in response.aiter_raw() if inflate else response.aiter_bytes():
        try:
            body += inflate.decompress(chunk, max_bytes + 1 - len(body)) if inflate else chunk
        except zlib.error as error:
            raise CallError(f"the response cannot be inflated: {error}") from None
        if len(body) > max_bytes:
            raise ResponseTooLargeError(f"the response is larger than {max_bytes} bytes")
    if inflate and not inflate.eof:
        raise CallError("the compressed response is truncated")
    return bytes(body)


@contextmanager
def wrapped_errors() -> Iterator[None]:
    """Raise the errors of httpx in the block as CallError."""
    try:
        yield
    except _UNREACHABLE as error:
        raise UnreachableError(f"no connection: {_describe(error)}") from error
    except httpx.ReadTimeout as error:
        raise ResponseTimeoutError("the response did not arrive in time") from error
    except httpx.HTTPError as error:
        raise CallError(f"the connection failed: {_describe(error)}") from error


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
