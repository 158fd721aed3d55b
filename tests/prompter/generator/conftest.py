"""Fixtures of the generator's tests: a small configuration, a spool and a mocked HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from prompter.generator.settings import GeneratorConfig
from prompter.generator.spool import Spool


def client(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(handler))


def config(**changes: Any) -> GeneratorConfig:
    simple = {"backends": [{"kind": "grammar"}], "categories": ["robots"], "instruction": "{category}", "batch_size": 5}
    return GeneratorConfig.model_validate({**simple, **changes})


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.db", 100)
    yield spool
    spool.close()
