"""Assemble the generation service; docs/generation.md describes the routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from generation.http import job_routes, routes
from generation.http.pages import add_studio
from generation.pipeline import Pipeline
from generation.service import GenerationService
from generation.settings import GenerationSettings
from generation.telemetry import ProgressBar
from serving.app import ShellLimits, create_shell
from serving.status import ServiceStatus
from serving.text import package_version

MAX_BODY_BYTES = 64 << 10
"""A prompt of 1,024 four-byte characters, percent-encoded, takes 12 KiB; the rest is room for multipart."""

BODY_TIMEOUT_S = 15.0


def create_app(settings: GenerationSettings, pipeline: Pipeline, *, bar: ProgressBar | None = None) -> FastAPI:
    """Return the application; its lifespan loads the generator while the probes already answer."""
    status = ServiceStatus(version=lambda: f"{package_version()} {pipeline.backend} {pipeline.renderer_name()}")
    service = GenerationService(settings.config, pipeline, status, bar, settings.shell.root_path)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001  FastAPI passes it
        async with service.running():
            yield

    limits = ShellLimits(MAX_BODY_BYTES, BODY_TIMEOUT_S, public_paths=("/", "/studio/*"))
    app = create_shell("three-gen generation", settings.shell, status, limits, lifespan)
    app.state.service = service
    app.include_router(routes.router)
    app.include_router(job_routes.router)
    add_studio(app, settings.shell.root_path)
    return app
