"""Assembles the generator: producer and sender as background tasks of a service with probes and metrics only."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from prompter.generator.backends import Backend, grammar_backend, openai_backend
from prompter.generator.grammar import load_grammar
from prompter.generator.metrics import GeneratorMetrics
from prompter.generator.producer import BackendState, Producer
from prompter.generator.sender import Sender
from prompter.generator.settings import BackendSettings, GeneratorConfig
from prompter.generator.spool import Spool
from serving.app import ShellLimits, create_shell
from serving.proxies import outgoing_client
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus
from serving.tasks import background
from serving.text import package_version

logger = logging.getLogger(__name__)

_SPOOLS_MAX = 16
_REPORT_S = 60.0


def create_app(config: GeneratorConfig, shell: ShellSettings, *, with_bar: bool = False) -> FastAPI:
    """Return the application; its lifespan runs the generator. Raises SettingsError."""
    status = ServiceStatus(version=package_version)
    metrics = GeneratorMetrics(status.registry, with_bar=with_bar)
    config.collector.key()  # report a missing key before anything starts
    rng = random.Random()  # noqa: S311  prompts are not secret
    spool = open_spool(config.spool, config.spool_max)
    client = outgoing_client([config.collector.url, *(backend.url for backend in config.backends if backend.url)])
    backends = [
        BackendState(f"{number}-{settings.model or settings.kind}", _backend(settings, client, rng))
        for number, settings in enumerate(config.backends)
    ]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        producer = Producer(config, backends, spool, metrics, rng)
        sender = Sender(spool, config.collector, client, metrics)
        try:
            async with background(producer.run(), sender.run(), _report(metrics), on_error=status.fail):
                yield
        finally:
            await client.aclose()
            spool.close()
            metrics.close()

    return create_shell("prompt generator", shell, status, ShellLimits(), lifespan)


def open_spool(path: Path, capacity: int) -> Spool:
    """Open the spool at `path` or, if other generators use it, the first free of `path`.1, `path`.2, …

    Raises SettingsError.
    """
    error: Exception | None = None
    for number in range(_SPOOLS_MAX):
        try:
            return Spool(path.with_name(f"{path.name}.{number}") if number else path, capacity)
        except sqlite3.OperationalError as locked:
            error = locked
            if "locked" not in str(locked):
                break
        except (sqlite3.Error, OSError) as failure:
            error = failure
            break
    raise SettingsError(f"cannot use the spool {path}: {error}; `spool` in the configuration names another file")


async def _report(metrics: GeneratorMetrics) -> None:
    while True:
        await asyncio.sleep(_REPORT_S)
        logger.info("%s", metrics.report(_REPORT_S))


def _backend(settings: BackendSettings, client: httpx.AsyncClient, rng: random.Random) -> Backend:
    if settings.kind == "grammar":
        return grammar_backend(load_grammar(), rng)
    return openai_backend(settings, client, settings.key())
