"""The status server of a neuron on loopback: health, readiness, version, metrics and the neuron's pages."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI

from serving.app import ShellLimits, create_shell
from serving.server import bind, serve_in_background
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from serving.text import format_address

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 64
"""Connections to the status server, for which `serving.connections` reserves files in addition to the axon's."""


def status_app(title: str, shell: ShellSettings, status: ServiceStatus, pages: APIRouter | None = None) -> FastAPI:
    """Return an application with the probes and metrics of `status`, and the neuron's own pages."""
    app = create_shell(title, shell, status, ShellLimits())
    if pages is not None:
        app.include_router(pages)
    return app


@contextlib.asynccontextmanager
async def status_server(app: FastAPI, shell: ShellSettings) -> AsyncIterator[None]:
    """Serve `app` on the shell's port in the block, or nothing if that is 0. Raises SettingsError if it is taken."""
    if not shell.port:
        yield
        return
    listener = bind(shell.host, shell.port)
    async with serve_in_background(app, listener, app.state.status, drain_s=0.0, max_open=MAX_CONNECTIONS):
        address = format_address(shell.host, shell.port)
        logger.info("%s %s: status on http://%s", app.title, app.state.status.version(), address)
        yield
