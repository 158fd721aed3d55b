"""Serves each route with and without its final slash, without a redirect."""

from __future__ import annotations

from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send


class EitherSlash:
    """ASGI middleware that adds or removes one final slash where only the other form of the path is a route.

    Each route stays declared once, so OpenAPI lists it once and a wrong method is still answered 405.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] in {"http", "websocket"} and not _is_route(scope):
            path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
            other = (path[:-1], raw[:-1]) if path.endswith("/") else (f"{path}/", raw + b"/")
            if not path.endswith("//") and _is_route({**scope, "path": other[0]}):
                scope["path"], scope["raw_path"] = other  # in place, so that outer middleware sees the route
        await self.app(scope, receive, send)


def _is_route(scope: Scope) -> bool:
    return any(route.matches(scope)[0] is not Match.NONE for route in scope["app"].router.routes)
