"""What a neuron tells those on its own machine: health, readiness by progress, version, metrics, and its pages.

A small HTTP server on loopback beside the neuron's work, on the same event loop. Knows no chain and no protocol.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI

from serving.app import ShellLimits, create_shell
from serving.server import beside, bind
from serving.settings import ShellSettings
from serving.vitals import Vitals

logger = logging.getLogger(__name__)


def status_app(title: str, shell: ShellSettings, vitals: Vitals, pages: APIRouter | None = None) -> FastAPI:
    """Probes and metrics of `vitals`, and the neuron's own pages."""
    app = create_shell(title, shell, vitals, ShellLimits())
    if pages is not None:
        app.include_router(pages)
    return app


@contextlib.asynccontextmanager
async def status_server(app: FastAPI, shell: ShellSettings) -> AsyncIterator[None]:
    """Serves `app` on the shell's loopback port while the context lasts; on no port at all when that is 0.

    Raises SettingsError when the port is taken.
    """
    if not shell.port:
        yield
        return
    async with beside(app, bind(shell.host, shell.port), app.state.vitals, drain_s=0.0):
        logger.info("%s %s: status on http://%s:%d", app.title, app.state.vitals.version(), shell.host, shell.port)
        yield
