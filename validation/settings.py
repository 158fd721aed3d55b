"""Settings of the validation service, read once in `main()` and frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from serving.settings import NO_FLAG, NO_PREFIX, FrozenSettings, Location, Seconds, ShellSettings
from validation.scoring.scorer import Dtype


class ValidationSettings(FrozenSettings):
    """Where the service listens, its scorer, its limits. Every number says where its default comes from."""

    model_config = ConfigDict(title="scorer")  # the heading of these flags in --help

    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=8094)
    scorer: Location = "clip-vitb16-openai"
    """name, name@version or folder"""
    weights: Path | None = None
    """weight file of a scorer that ships none"""
    weights_sha256: Annotated[str | None, Field(pattern=r"^[0-9a-fA-F]{64}$")] = None
    """refuse weights with another digest"""
    dtype: Dtype = "fp32"
    """part of the scorer's name"""
    device: Literal["cpu", "cuda"] = "cpu"
    """where to render and score"""
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    """CPU threads of the model; 0: one per core, as torch chooses"""
    asset_timeout_s: Seconds = 30.0
    """hard limit per asset; the default is ten times the longest that the checks allow on two cores"""

    max_waiting: Annotated[int, NO_FLAG] = 32
    """Requests handled at one time; at about two seconds each the last one waits a minute."""
    max_waiting_bytes: Annotated[int, NO_FLAG] = 512 * 2**20
    """Bytes in their bodies: six of the largest requests."""
    body_timeout_s: Annotated[float, NO_FLAG] = 30.0
    """A client on the same machine or network sends 90 MB in a few seconds."""
    worker_memory_mib: Annotated[int, NO_FLAG] = 4096
    """An asset of a million splats of degree 3 takes 1.1 GiB at its peak."""
