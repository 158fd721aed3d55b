"""Bounds request bodies in bytes and in time, before anything parses them."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ServiceError, error_response

_CLOSE = {"Connection": "close"}
"""The rest of the body is not read, so the connection cannot be used again."""


class BodyLimit:
    """ASGI middleware that limits Content-Length, the bytes that really arrive, and the time they take in total.

    A body that is too large is answered 413 `too_large`, one that takes too long 408 `slow_body`.
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
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit():
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


def _too_large(max_bytes: int) -> ServiceError:
    return ServiceError(413, "too_large", f"the body is larger than {max_bytes} bytes", _CLOSE)
