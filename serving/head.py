"""Answers HEAD on every GET route, without a second operation for each in OpenAPI."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_RANGE_HEADERS = frozenset({b"range", b"if-range"})
"""Only GET has ranges (RFC 9110, 14.2): HEAD describes the whole file."""


class HeadByGet:
    """ASGI middleware that handles HEAD as GET and sends the headers alone.

    The response is complete once its headers are sent, so handlers that stream see a disconnect and stop.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # In place, and back at the end: the outer layers see the route that answered, and the method that was asked.
        scope["method"] = "GET"
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in _RANGE_HEADERS]
        try:
            await self.app(scope, receive, _HeadersOnly(send))
        finally:
            scope["method"] = "HEAD"


class _HeadersOnly:
    """The `send` of one request; ends the response after its headers and ignores the body."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b""})
        else:
            await asyncio.sleep(0)  # lets a handler that only sends see the disconnect
