"""The generation service on :8093: text to 3D Gaussian splats over HTTP.

python generation/serve.py [--config FILE] [--host H] [--port P] …   (from anywhere; also python -m generation.serve)

Assembles the parts and nothing else; docs/generation.md describes the routes.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

if __package__ in {None, ""}:  # run as a script: python put this folder on the path, not the repository's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from fastapi import FastAPI

from generation import job_routes, routes
from generation.engine import Engine, UnknownBackend, build_engine
from generation.pages import add_studio
from generation.service import GenerationService
from generation.settings import GenerationSettings, parser, read_settings
from generation.telemetry import ProgressBar
from serving.app import ShellLimits, create_shell
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError
from serving.versions import package_version
from serving.vitals import Vitals

MAX_BODY_BYTES = 64 << 10
"""A prompt of 1,024 four-byte characters, percent-encoded, takes 12 KiB; the rest is room for multipart."""

BODY_TIMEOUT_S = 15.0


def create_app(settings: GenerationSettings, engine: Engine, *, bar: ProgressBar | None = None) -> FastAPI:
    """The application; its lifespan loads the generator while the probes already answer."""
    vitals = Vitals(version=lambda: f"{package_version()} {engine.backend} {engine.renderer()}")
    service = GenerationService(settings.config, engine, vitals, bar)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001  the framework's shape
        async with service.running():
            yield

    limits = ShellLimits(MAX_BODY_BYTES, BODY_TIMEOUT_S, public_paths=("/", "/studio/*"))
    app = create_shell("three-gen generation", settings.shell, vitals, limits, lifespan)
    app.state.service = service
    app.include_router(routes.router)
    app.include_router(job_routes.router)
    add_studio(app)
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until it is told to stop; the exit status."""
    arguments = parser()
    try:
        settings = read_settings(arguments.parse_args(argv))
        configure_logging(settings.shell)
        engine = build_engine(settings.config.backend, settings.config.options)
        bar = ProgressBar() if sys.stderr.isatty() and settings.shell.logging == "plain" else None
        return serve(create_app(settings, engine, bar=bar), settings.shell)
    except (SettingsError, UnknownBackend) as error:
        arguments.exit(2, f"serve.py: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
