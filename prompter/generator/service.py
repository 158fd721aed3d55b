"""The generator as a process: maker and sender side by side, with the probes and metrics all services have."""

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
from prompter.generator.run import Maker, Source
from prompter.generator.sender import Sender
from prompter.generator.settings import BackendSettings, GeneratorConfig
from prompter.generator.spool import Spool
from prompter.generator.yields import Yields
from serving.app import ShellLimits, create_shell
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus
from serving.tasks import background
from serving.text import package_version

logger = logging.getLogger(__name__)

_SPOOLS_MAX = 16
_REPORT_S = 60.0
_PLACES = ("127.0.0.1", "localhost", "[::1]")
_NO_PROXY: dict[str, httpx.AsyncBaseTransport | None] = {f"all://{place}": None for place in _PLACES}
"""This machine is never asked through a proxy."""


def create_app(config: GeneratorConfig, shell: ShellSettings, *, with_bar: bool = False) -> FastAPI:
    """The generator; it works as long as the application lives. Raises SettingsError."""
    status = ServiceStatus(version=package_version)
    yields = Yields(status.registry, with_bar=with_bar)
    config.collector.key()  # a missing key is told before anything starts
    rng = random.Random()  # noqa: S311  prompts are no secret
    spool = open_spool(config.spool.expanduser(), config.spool_max)
    client = httpx.AsyncClient(mounts=_NO_PROXY)
    sources = [
        Source(f"{number}-{settings.model or settings.kind}", _backend(settings, client, rng))
        for number, settings in enumerate(config.backends)
    ]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        maker = Maker(config, sources, spool, yields, rng)
        sender = Sender(spool, config.collector, client, yields)
        try:
            async with background(maker.run(), sender.run(), _report(yields), on_error=status.fail):
                yield
        finally:
            await client.aclose()
            spool.close()
            yields.close()

    return create_shell("prompt generator", shell, status, ShellLimits(), lifespan)


def open_spool(path: Path, capacity: int) -> Spool:
    """The spool at `path`, or, if another generator has that one, at the first free of `path`.1, .2, …

    Raises SettingsError.
    """
    error: Exception | None = None
    for number in range(_SPOOLS_MAX):
        try:
            return Spool(path.with_name(f"{path.name}.{number}") if number else path, capacity)
        except sqlite3.OperationalError as busy:
            error = busy
            if "locked" not in str(busy):
                break
        except (sqlite3.Error, OSError) as broken:
            error = broken
            break
    raise SettingsError(f"cannot use the spool {path}: {error}")


async def _report(yields: Yields) -> None:
    while True:
        await asyncio.sleep(_REPORT_S)
        logger.info("%s", yields.report(_REPORT_S))


def _backend(settings: BackendSettings, client: httpx.AsyncClient, rng: random.Random) -> Backend:
    if settings.kind == "grammar":
        return grammar_backend(load_grammar(), rng)
    return openai_backend(settings, client, settings.key())
