"""One shape for every error: `{"detail": str, "code": str}`, the framework's own included.

ServiceError (an HTTPException of the framework, so that it passes through its body parsing untouched)
└── a status, a machine-readable code, a text for people, headers

Knows no route.
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
from starlette.responses import JSONResponse
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
"""Codes of the framework's own errors. Not made from the standard phrases, which change between Python versions."""


_BODY = frozenset({b"content-type", b"content-length"})
"""Headers that speak of the body that is replaced."""


class ServiceError(HTTPException):
    """Raised anywhere below a handler; answered as `{"detail", "code"}` with `status` and `headers`."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.code = code


def busy(code: str, detail: str, retry_after_s: int) -> ServiceError:
    """503 with a time to come back."""
    return ServiceError(503, code, detail, {"Retry-After": str(max(1, retry_after_s))})


def error_response(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer itself, for code that runs outside the framework's handlers."""
    return JSONResponse(ErrorBody(detail=detail, code=code).model_dump(), status_code=status, headers=headers)


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` argument that declares these statuses with the one error model."""
    return {status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in statuses}


def install_error_handlers(app: FastAPI) -> None:
    """Give the framework's errors our shape."""
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


class LastResort:
    """Outermost layer: an exception nobody caught becomes a logged 500, a foreign error page becomes our shape."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = replaced = False

        async def shaped_send(message: Message) -> None:
            nonlocal started, replaced
            if message["type"] == "http.response.start":
                started = True
                if replaced := _is_foreign_error(message):
                    kept = Headers(raw=[(name, value) for name, value in message["headers"] if name not in _BODY])
                    await _error_for_status(message["status"], "", kept)(scope, receive, send)
                    return
            if not replaced:
                await send(message)

        try:
            await self.app(scope, receive, shaped_send)
        except Exception:
            logger.exception("unhandled error in %s %s", scope["method"], _route_template(scope))
            if started:
                raise
            await error_response(500, "internal", "internal error")(scope, receive, send)


def _is_foreign_error(start: MutableMapping[str, Any]) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return start["status"] >= 400 and not any(kind.startswith(b"application/json") for kind in kinds)


def _error_for_status(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "error"
    return error_response(status, _CODES.get(status, "error"), detail or phrase, headers)


def _route_template(scope: Scope) -> str:
    """The route's pattern, never the path itself: paths may hold ids."""
    return getattr(scope.get("route"), "path", "(no route)")


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001  the framework's shape
    if isinstance(error, ServiceError):
        return error_response(error.status_code, error.code, error.detail, error.headers)
    if isinstance(error, HTTPException):
        return _error_for_status(error.status_code, str(error.detail), error.headers)
    raise error


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    if not isinstance(error, RequestValidationError):
        raise error
    return error_response(422, "invalid_request", describe_validation(error.errors()))


def describe_validation(problems: Any) -> str:
    """One line for the first few problems, naming fields, never quoting what was sent."""
    lines = []
    for problem in list(problems)[:3]:
        where = ".".join(str(part) for part in problem["loc"] if part not in {"body", "query", "path"})
        message = str(problem["msg"]).removeprefix("Value error, ")
        lines.append(f"{where}: {message}" if where else message)
    return "; ".join(lines) or "the request is not valid"
