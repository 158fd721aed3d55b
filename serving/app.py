"""Creates the application that every service starts from, with probes, guards, limits, error handlers and metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from serving.bodies import BodyLimit, UnreadBody
from serving.errors import LastResort, error_responses, install_error_handlers
from serving.guards import PAGE_POLICY, Guard, guard_rules
from serving.head import HeadByGet
from serving.metrics import RequestMetrics
from serving.probes import probe_routes
from serving.root_path import RootPath
from serving.schemas import ErrorBody
from serving.settings import ShellSettings
from serving.slashes import EitherSlash
from serving.status import ServiceStatus
from serving.text import package_version

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class ShellLimits:
    """What differs between services: the limits of a request, and what is served without a key.

    max_body_bytes   larger bodies are answered 413
    body_timeout_s   bodies that take longer in total are answered 408
    public_paths     paths besides /health/ that need no key (static pages); a trailing * matches everything below
    page_policy      Content-Security-Policy of its pages
    with_metrics     serve /metrics
    """

    max_body_bytes: int = 64 << 10
    body_timeout_s: float = 30.0
    public_paths: tuple[str, ...] = ()
    page_policy: str = PAGE_POLICY
    with_metrics: bool = True


def create_shell(
    title: str,
    settings: ShellSettings,
    status: ServiceStatus,
    limits: ShellLimits,
    lifespan: Lifespan | None = None,
    middleware: Sequence[Middleware] = (),
) -> FastAPI:
    """Return an application without routes of its own; `app.state.status` is `status`.

    `middleware` runs after the guards and the body limit, whose checks are cheap.
    """
    app = FastAPI(
        title=title,
        version=package_version(),
        lifespan=lifespan,
        docs_url=None,  # the pages load scripts from another origin
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        middleware=[  # outermost first
            Middleware(UnreadBody),
            *([Middleware(RootPath, root_path=settings.root_path)] if settings.root_path else []),
            Middleware(RequestMetrics, registry=status.registry),
            Middleware(Guard, rules=guard_rules(settings, limits.public_paths, limits.page_policy)),
            Middleware(HeadByGet),
            Middleware(LastResort),
            Middleware(BodyLimit, max_bytes=limits.max_body_bytes, timeout_s=limits.body_timeout_s),
            Middleware(EitherSlash),
            *middleware,
        ],
        responses=error_responses(*((401,) if settings.api_keys else ()), 403, 500),
    )
    app.state.status = status
    install_error_handlers(app)
    app.include_router(probe_routes(status, with_metrics=limits.with_metrics))
    _complete_openapi(app, needs_key=bool(settings.api_keys))
    return app


def _complete_openapi(app: FastAPI, *, needs_key: bool) -> None:
    """Declare in OpenAPI the shape of every error, and the key that all routes but /health/ need."""
    build = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = build()
            components = schema.setdefault("components", {})
            components.setdefault("schemas", {})["ErrorBody"] = ErrorBody.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(unused, None)
            for operation in (one for path in schema["paths"].values() for one in path.values()):
                for status, response in operation["responses"].items():
                    if status >= "400":  # statuses are strings here; FastAPI would declare the route's media type
                        response["content"] = {
                            "application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}
                        }
            if needs_key:
                components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
                schema["security"] = [{"bearer": []}]
                schema["paths"]["/health/"]["get"]["security"] = []
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema
