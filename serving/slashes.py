"""Routes answer with and without the final slash, without a redirect."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class EitherSlash:
    """ASGI layer that adds or removes one final slash where only the other form of the path is a route.

    Each route stays declared once, so OpenAPI lists it once and a wrong method is still answered 405.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] in {"http", "websocket"} and not self._is_route(scope):
            path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
            other = (path[:-1], raw[:-1]) if path.endswith("/") else (f"{path}/", raw + b"/")
            if not path.endswith("//") and self._is_route({**scope, "path": other[0]}):
                scope["path"], scope["raw_path"] = other  # in place: the outer layers see the route that answered
        await self.app(scope, receive, send)

    def _is_route(self, scope: Scope) -> bool:
        return any(route.matches(scope)[0] is not Match.NONE for route in self.routes)
