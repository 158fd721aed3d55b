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
        if scope["type"] in {"http", "websocket"}:
            path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
            known = known_form(scope)
            if known is not None and known != path:
                scope["path"] = known  # in place, so that outer middleware sees the route
                scope["raw_path"] = raw + b"/" if known.endswith("/") else raw[:-1]
        await self.app(scope, receive, send)


def known_form(scope: Scope) -> str | None:
    """Return the path of a request, with or without its final slash, as a route has it; None if there is no route."""
    path: str = scope["path"]
    other = path[:-1] if path.endswith("/") else f"{path}/"
    if _is_route(scope):
        return path
    return other if not path.endswith("//") and _is_route({**scope, "path": other}) else None


def _is_route(scope: Scope) -> bool:
    return any(route.matches(scope)[0] is not Match.NONE for route in scope["app"].router.routes)
