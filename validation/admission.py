"""Admission control: a bounded number of requests, and of bytes in their bodies, at one time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.errors import error_response


@dataclass
class Occupancy:
    """Requests being handled now, and the moving mean of the time one takes. Used on the event loop only."""

    max_requests: int
    max_bytes: int
    requests: int = 0
    bytes: int = 0
    mean_seconds: float = 1.0

    def fits(self, size: int) -> bool:
        """Check whether one more request with a body of `size` bytes may be admitted."""
        return self.requests < self.max_requests and self.bytes + size <= self.max_bytes

    def retry_after_s(self) -> int:
        """Return the seconds after which about half of the waiting requests will be done: 1 to 60."""
        return max(1, min(60, round(self.requests * self.mean_seconds / 2)))

    def observe(self, seconds: float) -> None:
        """Record how long one request took, waiting excluded."""
        self.mean_seconds += 0.1 * (seconds - self.mean_seconds)


class Admission:
    """ASGI middleware of the work routes: admits a request before its body is read, or answers 503."""

    def __init__(
        self,
        app: ASGIApp,
        occupancy: Occupancy,
        paths: Collection[str],
        assumed_bytes: int,
        on_refusal: Callable[[], None],
    ) -> None:
        """Count a body without a Content-Length as `assumed_bytes`; call `on_refusal` for each refused request."""
        self.app = app
        self.occupancy = occupancy
        self.paths = paths
        self.assumed_bytes = assumed_bytes
        self.on_refusal = on_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.paths:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        size = self.assumed_bytes if "transfer-encoding" in headers else int(headers.get("content-length", "0"))
        if not self.occupancy.fits(size):
            self.on_refusal()
            after = {"Retry-After": str(self.occupancy.retry_after_s()), "Connection": "close"}  # the body is not read
            await error_response(503, "busy", "too much work is waiting", after)(scope, receive, send)
            return
        self.occupancy.requests += 1
        self.occupancy.bytes += size
        try:
            await self.app(scope, receive, send)
        finally:
            self.occupancy.requests -= 1
            self.occupancy.bytes -= size
