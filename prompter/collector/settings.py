"""Settings of the collector, read once from flags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from neurons.chain.settings import ChainSettings
from prompter.collector.keys import DEFAULT_DB
from serving.settings import NO_FLAG, NO_PREFIX, Count, Flag, FrozenSettings, ShellSettings


class CollectorSettings(FrozenSettings):
    """Where the collector listens, what it stores, who may use it and how often."""

    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=9100)
    db: Path = DEFAULT_DB
    """file of prompts and keys"""
    max_prompts: Count = 10_000_000
    """prompts stored; the oldest beyond these are dropped"""
    submits_per_minute: Count = 600
    """submissions of one key"""
    fetches_per_hour: Count = 30
    """fetches of one hotkey"""
    fetch_limit: Annotated[Count, NO_FLAG] = 100_000
    """Prompts in one answer."""
    backup_interval_h: Annotated[int, Field(ge=1, le=8760), Flag(("backup_interval",))] = 24
    """hours between backups"""
    collector: str = ""
    """this service's address as validators use it"""
    require_bound: bool = False
    """refuse requests that are not bound to --collector"""
    min_stake: Annotated[float, Field(ge=0, le=1e12)] = 1000.0
    """least stake of a validator"""
    chain: Annotated[ChainSettings, NO_PREFIX] = ChainSettings()

    @model_validator(mode="after")
    def _bound_to_an_address(self) -> CollectorSettings:
        if self.require_bound and not self.collector:
            raise ValueError("--require_bound needs --collector NAME, the address that validators use")
        return self
