"""Assemble the validation service; docs/scoring.md describes what it does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from serving.app import ShellLimits, create_shell
from serving.tasks import background
from validation import routes
from validation.admission import Admission
from validation.engine import Engine
from validation.schemas import MAX_BODY_BYTES
from validation.service import ValidationService
from validation.settings import ValidationSettings


def create_app(settings: ValidationSettings, version: str, load_engine: Callable[[], Engine]) -> FastAPI:
    """Return the application. `load_engine` runs in a thread once the server is up; if it raises, the server stops."""
    service = ValidationService(settings, version)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with background(service.load(load_engine)):
                yield
        finally:
            service.close()

    limits = ShellLimits(max_body_bytes=MAX_BODY_BYTES, body_timeout_s=settings.body_timeout_s)
    admission = Middleware(
        Admission,
        occupancy=service.occupancy,
        paths=routes.WORK_PATHS,
        assumed_bytes=MAX_BODY_BYTES,
        on_refusal=lambda: service.metrics.outcome("busy"),
    )
    app = create_shell("validation service", settings.shell, service.status, limits, lifespan, [admission])
    app.state.service = service
    app.include_router(routes.router)
    return app
