"""Serves an application below a prefix, where a reverse proxy publishes it: https://example.org/splats/health/."""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.slashes import known_form


class RootPath:
    """ASGI middleware that removes the prefix `root_path` from paths, where the proxy has left it.

    A path that is a route as it is stays so: where a prefix begins like the application's own paths, such as /jobs, the
    proxy must remove it. The code that writes URLs adds the prefix.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.prefix = f"{root_path}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        below = scope["type"] in {"http", "websocket"} and f"{scope['path']}/".startswith(self.prefix)
        if below and known_form(scope) is None:
            scope["path"] = scope["path"][len(self.prefix) - 1 :] or "/"
            scope["raw_path"] = quote(scope["path"]).encode()
        await self.app(scope, receive, send)
