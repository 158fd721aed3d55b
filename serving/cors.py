"""Lets pages of chosen origins read what GET answers (Cross-Origin Resource Sharing, in the Fetch standard).

Starlette's own middleware would answer before the Host is checked, and its refusals have another shape than our errors.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Scope

from serving.origins import Origin, parse_origin

_METHODS = ("GET", "HEAD")
_EXPOSED = "Accept-Ranges, Content-Disposition, Content-Range, ETag, Retry-After, X-Seed"
"""Besides those that pages can always read, such as Content-Type and Content-Length."""
_REMEMBERED_S = 600


def is_preflight(readers: frozenset[Origin], scope: Scope) -> bool:
    """Check whether a browser asks if a page of one of the `readers` may send a GET. Browsers send no key with it."""
    if scope["type"] != "http" or scope["method"] != "OPTIONS":
        return False
    headers = Headers(scope=scope)
    return headers.get("access-control-request-method") in _METHODS and _may_read(readers, headers)


def preflight_response(request: Headers) -> Response:
    """Return the answer that permits the GET, with whatever headers it has."""
    permitted = {
        "Access-Control-Allow-Origin": request["origin"],
        "Access-Control-Allow-Methods": ", ".join(_METHODS),
        "Access-Control-Max-Age": str(_REMEMBERED_S),
        "Vary": "Origin, Access-Control-Request-Headers",
    }
    if asked := request.get("access-control-request-headers"):
        permitted["Access-Control-Allow-Headers"] = asked
    return Response(status_code=204, headers=permitted)


def permit_reading(readers: frozenset[Origin], scope: Scope, response: MutableHeaders) -> None:
    """Add the headers that let a page of one of the `readers` read the response to a GET."""
    if not readers or scope["type"] != "http" or scope["method"] not in _METHODS:
        return
    request = Headers(scope=scope)
    response.add_vary_header("Origin")  # also without one, for caches
    if _may_read(readers, request):
        response["Access-Control-Allow-Origin"] = request["origin"]
        response["Access-Control-Expose-Headers"] = _EXPOSED


def _may_read(readers: frozenset[Origin], request: Headers) -> bool:
    origins = request.getlist("origin")
    return len(origins) == 1 and parse_origin(origins[0]) in readers
