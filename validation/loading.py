"""Load an engine from the settings: find the scorer's files, start the worker, load the model."""

from __future__ import annotations

import logging

import torch

from splats.render import renderer_name
from validation.assets.render_spec import RenderSpec
from validation.assets.worker import Worker, WorkerLimits
from validation.engine import Engine
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import ScorerFiles, check_dtype, find_scorer_files, scorer_name
from validation.settings import ValidationSettings

logger = logging.getLogger(__name__)


def find_scorer(settings: ValidationSettings) -> ScorerFiles:
    """Find and check the scorer's files. Raises ScorerError with one message for the operator."""
    files = find_scorer_files(settings.scorer, settings.weights, settings.weights_sha256)
    check_dtype(files.constants, settings.dtype)
    return files


def version_text(settings: ValidationSettings, package: str) -> str:
    """Return the text of /version/: package, scorer, renderer. Raises ScorerError or RendererMissing."""
    scorer = scorer_name(find_scorer(settings).constants, settings.dtype)
    return f"{package} {scorer} {renderer_name(settings.device)}"


def load_engine(settings: ValidationSettings) -> Engine:
    """Load an engine. Raises ScorerError or WorkerLostError, and leaves nothing running."""
    if settings.threads:
        torch.set_num_threads(settings.threads)
    if settings.dtype == "bf16" and settings.device == "cpu" and not has_fast_bf16():
        logger.warning("--dtype bf16 on a CPU without bf16 instructions: correct, but slower than fp32")
    files = find_scorer(settings)
    spec = RenderSpec(files.constants.image_px, files.constants.supersample, settings.device)
    worker = Worker(spec, WorkerLimits(settings.asset_timeout_s, settings.worker_memory_mib))
    try:
        judge = Judge(files, load_encoder(files, settings.dtype, settings.device))
        worker.wait_ready()
    except BaseException:
        worker.close()
        raise
    return Engine(worker, judge, scorer_name(files.constants, settings.dtype))


def has_fast_bf16() -> bool:
    """Check whether this CPU has instructions for bf16 products (avx512_bf16 or AMX)."""
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(value and ("bf16" in name or "amx" in name) for name, value in capabilities.items())
