"""Bounds request bodies in bytes and in time, before anything parses them, and lets refused clients read the reason."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ServiceError, error_response

_CLOSE = {"Connection": "close"}
"""The rest of the body is not read, so the connection cannot be used again."""


class BodyLimit:
    """ASGI middleware that limits Content-Length, the bytes that really arrive, and the time they take in total.

    A body that is too large is answered 413 `too_large`, one that takes too long 408 `slow_body`, and a compressed one
    415 `unsupported_media_type`.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, timeout_s: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        coding = headers.get("content-encoding", "").strip().lower()
        if coding not in {"", "identity"} and _has_body(headers):
            await _compressed()(scope, receive, send)
        elif not length.isascii() or not length.isdigit():
            await error_response(400, "invalid_request", "Content-Length is not a number")(scope, receive, send)
        elif len(length) > 15 or int(length) > self.max_bytes:
            error = _too_large(self.max_bytes)
            await error_response(error.status_code, error.code, error.detail, error.headers)(scope, receive, send)
        else:
            await self.app(scope, _BoundedBody(receive, self.max_bytes, self.timeout_s), send)


class _BoundedBody:
    """The `receive` of one request; raises ServiceError when the body exceeds a limit."""

    def __init__(self, receive: Receive, max_bytes: int, timeout_s: float) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._received_bytes = 0
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:  # the next message is the disconnect, which may come only after the response
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            detail = f"the body did not arrive within {self._timeout_s:g} s"
            raise ServiceError(408, "slow_body", detail, _CLOSE) from None
        if message["type"] == "http.request":
            self._received_bytes += len(message.get("body", b""))
            if self._received_bytes > self._max_bytes:
                raise _too_large(self._max_bytes)
            self._complete = not message.get("more_body", False)
        return message


class UnreadBody:
    """ASGI middleware that discards the rest of a body after a response that did not wait for it.

    A connection that is closed with data unread is reset, and most clients then lose the response. So they may go on
    sending for `total_s`, with pauses of `silence_s`.
    """

    def __init__(self, app: ASGIApp, total_s: float = 30.0, silence_s: float = 2.0) -> None:
        self.app = app
        self.total_s = total_s
        self.silence_s = silence_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not _has_body(headers):
            await self.app(scope, receive, send)
            return
        body = _WatchedBody(receive, waits=headers.get("expect", "").lower() == "100-continue")
        unfinished = False

        async def hold_back(message: Message) -> None:
            """Send all but the end of a response that comes before the end of the body."""
            nonlocal unfinished
            if message["type"] == "http.response.start" and body.waits:
                MutableHeaders(scope=message)["Connection"] = "close"  # its body may still follow, or not
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                unfinished = not body.complete
                message = {**message, "more_body": unfinished}
            await send(message)

        await self.app(scope, body.receive, hold_back)
        if unfinished:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.total_s):
                    while not body.complete:
                        await asyncio.wait_for(body.receive(), self.silence_s)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _WatchedBody:
    """The `receive` of one request; `waits` until the first call, if the client expects `100 Continue`."""

    def __init__(self, receive: Receive, *, waits: bool) -> None:
        self._receive = receive
        self.waits = waits
        self.complete = False

    async def receive(self) -> Message:
        self.waits = False
        message = await self._receive()
        self.complete = self.complete or not message.get("more_body", False)  # a disconnect ends it as well
        return message


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _compressed() -> JSONResponse:
    detail = "compressed bodies (Content-Encoding) are not accepted; send the body as it is"
    return error_response(415, "unsupported_media_type", detail, {"Accept-Encoding": "identity", **_CLOSE})


def _too_large(max_bytes: int) -> ServiceError:
    return ServiceError(413, "too_large", f"the body is larger than {max_bytes} bytes", _CLOSE)
