"""Settings of the generation service: flags for where it listens, a YAML file for what it does. Read once at start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue

from serving.settings import NO_PREFIX, FrozenSettings, ShellSettings, read_flags, read_yaml

DEFAULT_PORT = 8093
DEFAULT_CONFIG = Path(__file__).parent / "configs" / "procedural.yaml"


Device = Annotated[str, Field(pattern=r"^(cpu|cuda(:\d+)?)$")]


class GenerationConfig(FrozenSettings):
    """The YAML file. Every name but `backend` is optional; an unknown one is an error."""

    model_config = ConfigDict(strict=True)

    backend: Annotated[str, Field(min_length=1)]
    options: dict[str, JsonValue] = Field(default_factory=dict)
    """Arguments of the backend's loader."""

    devices: Annotated[list[Device], Field(min_length=1)] = Field(default_factory=lambda: ["cpu"])
    """One generator and one running job on each."""

    queue_limit: Annotated[int, Field(ge=1, le=10_000)] = 32
    """Jobs that may wait. At a second a job, the last of 32 waits half a minute, which clients still accept."""

    job_timeout_s: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """The subnet's own limit for a task."""

    results_kept_s: Annotated[float, Field(gt=0, le=86_400)] = 1800.0
    results_kept_jobs: Annotated[int, Field(ge=1, le=100_000)] = 128
    """Well above queue_limit, so that no result is dropped while the rest of the queue runs."""

    results_kept_mib: Annotated[int, Field(ge=128, le=1 << 20)] = 1024
    """A procedural job takes about 4 MiB, 6 with its video; an asset has at most 64 MiB per format."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """The settings of the service: the shell from flags, the rest from the YAML file."""

    shell: ShellSettings
    config: GenerationConfig


class GenerationFlags(FrozenSettings):
    """The command line."""

    config: Path = DEFAULT_CONFIG
    """YAML file"""
    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=DEFAULT_PORT)


def read_settings(argv: Sequence[str] | None = None) -> GenerationSettings:
    """Read the flags and the YAML file that they name. Raises SettingsError with one line for the operator."""
    flags = read_flags(GenerationFlags, "serve.py", argv, "Text to 3D Gaussian splats over HTTP.")
    return GenerationSettings(flags.shell, read_yaml(flags.config, GenerationConfig))
