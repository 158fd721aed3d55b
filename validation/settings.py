"""Settings of the validation service, read once in `main()` and frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.settings import ShellSettings
from validation.scoring.scorer import Dtype


class Settings(BaseModel):
    """What the operator chose; every number says where its default comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shell: ShellSettings
    scorer: str = "clip-vitb16-openai"
    weights: Path | None = None
    weights_sha256: Annotated[str | None, Field(pattern=r"^[0-9a-fA-F]{64}$")] = None
    dtype: Dtype = "fp32"
    device: Literal["cpu", "cuda"] = "cpu"
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    """CPU threads of the model; 0 leaves the choice to torch (one per core)."""

    max_waiting: int = 32
    """Requests handled at one time; at about two seconds each the last one waits a minute."""
    max_waiting_bytes: int = 512 * 2**20
    """Bytes in their bodies: six of the largest requests."""
    body_timeout_s: float = 30.0
    """A client on the same machine or network sends 90 MB in a few seconds."""
    asset_timeout_s: float = 30.0
    """Ten times the longest that the checks allow an asset to take on two cores."""
    worker_memory_mib: int = 4096
    """An asset of a million splats of degree 3 takes 1.1 GiB at its peak."""
