"""Gives every error one shape, `{"detail": str, "code": str}`, the framework's own errors included.

ServiceError is an HTTPException of the framework, so that it passes unchanged through the framework's body parsing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.schemas import ErrorBody

logger = logging.getLogger(__name__)

_CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "invalid_request",
    500: "internal",
    503: "unavailable",
}
"""Codes of the framework's own errors; the standard phrases change between Python versions."""

_BODY_HEADERS = frozenset({b"content-type", b"content-length"})
"""Headers of the original body, dropped together with it."""


class ServiceError(HTTPException):
    """An error for the client, raised in or below a handler and answered with `status` and `headers`."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.code = code


def busy(code: str, detail: str, retry_after_s: int) -> ServiceError:
    """Return a 503 with Retry-After."""
    return ServiceError(503, code, detail, {"Retry-After": str(max(1, retry_after_s))})


def error_response(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error response, for code that runs outside the framework's handlers."""
    return JSONResponse(ErrorBody(detail=detail, code=code).model_dump(), status_code=status, headers=headers)


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` argument that declares these statuses with the error model."""
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in statuses}


def install_error_handlers(app: FastAPI) -> None:
    """Convert the framework's own errors to our shape."""
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


class LastResort:
    """ASGI middleware that logs unhandled exceptions, answers them 500, and converts error pages to our shape."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        responder = _ErrorShaper(scope, receive, send)
        try:
            await self.app(scope, receive, responder)
        except Exception:
            logger.exception("unhandled error in %s %s", scope["method"], _route_template(scope))
            if responder.started:
                raise
            await error_response(500, "internal", "internal error")(scope, receive, send)


class _ErrorShaper:
    """The `send` of one request; replaces error bodies that are not JSON."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.started = False
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._replaced = _is_foreign_error(message)
            if self._replaced:
                kept = Headers(raw=[(name, value) for name, value in message["headers"] if name not in _BODY_HEADERS])
                await _error_for_status(message["status"], "", kept)(self._scope, self._receive, self._send)
        if not self._replaced:
            await self._send(message)


def _is_foreign_error(start: MutableMapping[str, Any]) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return start["status"] >= 400 and not any(kind.startswith(b"application/json") for kind in kinds)


def _error_for_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "error"
    return error_response(status, _CODES.get(status, "error"), detail or phrase, headers)


def _route_template(scope: Scope) -> str:
    """Return the route's pattern, not the path, which may contain an id."""
    return getattr(scope.get("route"), "path", "(no route)")


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if isinstance(error, ServiceError):
        return error_response(error.status_code, error.code, error.detail, error.headers)
    if isinstance(error, HTTPException) and error.status_code == 204:
        return Response(status_code=204)
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = allowed_methods(request.scope)
        return _error_for_status(405, headers={"Allow": ", ".join(allowed)} if allowed else error.headers)
    if isinstance(error, HTTPException):
        return _error_for_status(error.status_code, str(error.detail), error.headers)
    raise error


def allowed_methods(scope: Scope) -> list[str]:
    """Return the methods of all routes at this path (the framework names those of the first); none below a mount."""
    routes = [route for route in scope["app"].router.routes if not isinstance(route, Mount)]
    asked = {**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))}
    found = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in routes)
    ]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    if not isinstance(error, RequestValidationError):
        raise error
    return error_response(422, "invalid_request", describe_validation(error.errors()))


def describe_validation(problems: Any) -> str:
    """Describe the first three problems in one line; it names fields and never quotes their values."""
    lines = []
    for problem in list(problems)[:3]:
        where = ".".join(str(part) for part in problem["loc"] if part not in {"body", "query", "path"})
        message = str(problem["msg"]).removeprefix("Value error, ")
        lines.append(f"{where}: {message}" if where else message)
    return "; ".join(lines) or "the request is not valid"
