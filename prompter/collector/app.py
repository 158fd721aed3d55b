"""Assembles the collector; docs/prompter.md describes its routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from prompter.collector import routes
from prompter.collector.policy import FetchPolicy
from prompter.collector.service import CollectorState
from prompter.collector.settings import CollectorSettings
from serving.app import ShellLimits, create_shell
from serving.tasks import background


def create_app(settings: CollectorSettings, policy: FetchPolicy) -> FastAPI:
    """Return the application. Raises sqlite3.Error or OSError if its file cannot be opened."""
    state = CollectorState(settings, policy)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            async with background(state.keep_backups(), on_error=state.status.fail):
                yield
        finally:
            await state.close()

    app = create_shell("prompt collector", settings.shell, state.status, ShellLimits(max_body_bytes=1 << 20), lifespan)
    app.state.collector = state
    app.include_router(routes.router)
    return app
