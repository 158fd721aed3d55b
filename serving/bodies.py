"""Request bodies bounded in bytes and in time, before anything parses them."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import ServiceError, error_response


class BodyLimit:
    """ASGI layer: Content-Length is checked first, then the bytes as they stream in, then the total time they take.

    A body that is too large is answered 413 `too_large`, one that takes too long 408 `slow_body`.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, timeout_s: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            await error_response(400, "invalid_request", "Content-Length is not a number")(scope, receive, send)
            return
        if len(length) > 15 or int(length) > self.max_bytes:
            # The body is not read, so the connection cannot be used again.
            error = self._too_large()
            answer = error_response(error.status_code, error.code, error.detail, {"Connection": "close"})
            await answer(scope, receive, send)
            return
        await self.app(scope, self._bounded(receive), send)

    def _bounded(self, receive: Receive) -> Receive:
        deadline = asyncio.get_running_loop().time() + self.timeout_s
        seen = 0
        complete = False

        async def bounded_receive() -> Message:
            nonlocal seen, complete
            if complete:  # only the disconnect is left to wait for, and that may take as long as the answer
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise ServiceError(
                    408, "slow_body", f"the body did not arrive within {self.timeout_s:g} s", {"Connection": "close"}
                ) from None
            if message["type"] != "http.request":
                return message
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                raise self._too_large()
            complete = not message.get("more_body", False)
            return message

        return bounded_receive

    def _too_large(self) -> ServiceError:
        return ServiceError(413, "too_large", f"the body may have {self.max_bytes} bytes", {"Connection": "close"})
