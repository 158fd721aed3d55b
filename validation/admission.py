"""How much may wait: so many requests, and so many bytes of bodies. Knows no engine and no route's meaning."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.errors import error_response


@dataclass
class Load:
    """What is in the house now, and the mean time one request has taken lately; used on the event loop only."""

    max_requests: int
    max_bytes: int
    requests: int = 0
    bytes: int = 0
    mean_seconds: float = 1.0

    def fits(self, size: int) -> bool:
        """Whether one more request with a body of `size` bytes may come in."""
        return self.requests < self.max_requests and self.bytes + size <= self.max_bytes

    def retry_after_s(self) -> int:
        """When about half of what waits will be done: 1 to 60."""
        return max(1, min(60, round(self.requests * self.mean_seconds / 2)))

    def observe(self, seconds: float) -> None:
        """One request took this long from its turn to its answer."""
        self.mean_seconds += 0.1 * (seconds - self.mean_seconds)


class Admission:
    """ASGI layer in front of the work routes: takes a request in whole before its body is read, or answers 503."""

    def __init__(
        self, app: ASGIApp, load: Load, paths: Collection[str], unannounced: int, refused: Callable[[], None]
    ) -> None:
        """`unannounced`: what a body without a Content-Length counts as. `refused` is told of every refusal."""
        self.app = app
        self.load = load
        self.paths = paths
        self.unannounced = unannounced
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.paths:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        size = self.unannounced if "transfer-encoding" in headers else int(headers.get("content-length", "0"))
        if not self.load.fits(size):
            self.refused()
            after = {"Retry-After": str(self.load.retry_after_s()), "Connection": "close"}  # the body is not read
            await error_response(503, "busy", "too much work is waiting", after)(scope, receive, send)
            return
        self.load.requests += 1
        self.load.bytes += size
        try:
            await self.app(scope, receive, send)
        finally:
            self.load.requests -= 1
            self.load.bytes -= size
