"""The generator's YAML file. Secrets are never in it: it names an environment variable or a file that holds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from prompter.generator.filters import FilterRules
from serving.settings import SettingsError, read_api_keys


class Secret(BaseModel):
    """Where a key is: at most one of an environment variable and a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key_env: str | None = None
    api_key_file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Secret:
        if self.api_key_env and self.api_key_file:
            raise ValueError("name api_key_env or api_key_file, not both")
        return self

    def key(self) -> str:
        """The key, empty if none is configured. Raises SettingsError if it is configured and not there."""
        if self.api_key_file is not None:
            return read_api_keys(self.api_key_file.expanduser())[0]
        if self.api_key_env is None:
            return ""
        if not (key := os.environ.get(self.api_key_env, "").strip()):
            raise SettingsError(f"the environment has no {self.api_key_env}, which the configuration names")
        return key


class CollectorTarget(Secret):
    """The collector to submit to; `batch` prompts at once, or what there is after `every_s`."""

    url: Annotated[str, Field(pattern=r"^https?://")] = "http://127.0.0.1:9100"
    batch: Annotated[int, Field(ge=1, le=1000)] = 500
    every_s: Annotated[float, Field(gt=0)] = 10.0
    timeout_s: Annotated[float, Field(gt=0)] = 30.0


class BackendSettings(Secret):
    """One source of prompts: the grammar, or a model behind an OpenAI-compatible server (`url` ends in /v1)."""

    kind: Literal["grammar", "openai"]
    url: Annotated[str, Field(pattern=r"^(https?://.*)?$")] = ""
    model: str = ""
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    max_tokens: Annotated[int, Field(ge=16)] = 1024

    @model_validator(mode="after")
    def _openai_needs_a_server(self) -> BackendSettings:
        if self.kind == "openai" and not (self.url and self.model):
            raise ValueError("a backend of kind openai needs url and model")
        return self


class GeneratorConfig(BaseModel):
    """Everything the generator is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    collector: CollectorTarget = CollectorTarget()
    backends: Annotated[tuple[BackendSettings, ...], Field(min_length=1)]
    categories: Annotated[tuple[str, ...], Field(min_length=1)]
    instruction: Annotated[str, Field(pattern=r"\{category\}")]
    check_instruction: str | None = None
    filters: FilterRules = FilterRules()
    batch_size: Annotated[int, Field(ge=1, le=200)] = 20
    temperature: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(le=2)]] = (0.5, 1.1)
    prompts_per_minute: Annotated[float, Field(gt=0)] = 600.0
    burst: Annotated[int, Field(ge=1)] = 2000
    spool: Path = Path("~/.three-gen/spool.db")
    spool_max: Annotated[int, Field(ge=1)] = 200_000

    @model_validator(mode="after")
    def _fits(self) -> GeneratorConfig:
        if self.spool_max < self.batch_size:
            raise ValueError("spool_max is smaller than batch_size: no batch would ever fit")
        if self.temperature[0] > self.temperature[1]:
            raise ValueError("temperature: the lower bound comes first")
        return self
