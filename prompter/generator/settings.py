"""Settings of the generator, from its YAML file. Keys are read from an environment variable or another file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from prompter.generator.filters import FilterRules
from serving.settings import FrozenSettings, SettingsError, read_api_keys


class ApiKeySource(FrozenSettings):
    """Names an environment variable or a file that contains an API key, or neither."""

    api_key_env: str | None = None
    api_key_file: Path | None = None

    @model_validator(mode="after")
    def _one_source(self) -> ApiKeySource:
        if self.api_key_env and self.api_key_file:
            raise ValueError("set api_key_env or api_key_file, not both")
        return self

    def key(self) -> str:
        """Return the key, "" if none is configured. Raises SettingsError if it is configured but missing."""
        if self.api_key_file is not None:
            return read_api_keys(self.api_key_file)[0]
        if self.api_key_env is None:
            return ""
        if not (key := os.environ.get(self.api_key_env, "").strip()):
            raise SettingsError(f"the environment variable {self.api_key_env} (api_key_env) is not set")
        return key


class CollectorTarget(ApiKeySource):
    """The collector to submit to: `batch` prompts at once, or whatever is waiting after `every_s`."""

    url: Annotated[str, Field(pattern=r"^https?://")] = "http://127.0.0.1:9100"
    batch: Annotated[int, Field(ge=1, le=1000)] = 500
    every_s: Annotated[float, Field(gt=0)] = 10.0
    timeout_s: Annotated[float, Field(gt=0)] = 30.0


class BackendSettings(ApiKeySource):
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


class GeneratorConfig(FrozenSettings):
    """The generator's whole configuration."""

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
    spool: Annotated[Path, Field(validate_default=True)] = Path("~/.three-gen/spool.db")
    spool_max: Annotated[int, Field(ge=1)] = 200_000

    @model_validator(mode="after")
    def _fits(self) -> GeneratorConfig:
        if self.spool_max < self.batch_size:
            raise ValueError("spool_max is smaller than batch_size: a batch would never fit")
        if self.temperature[0] > self.temperature[1]:
            raise ValueError("temperature: the lower bound comes first")
        return self
