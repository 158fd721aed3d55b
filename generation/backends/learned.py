"""From names in a generator's YAML options to networks on a device. Shared by the learned generators' loaders."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import torch

from generation.backends.candidates import Scorer
from generation.backends.contract import BackendUnusable
from generation.backends.judging import validation_judge
from generation.networks import checkpoints, lgm, matting
from generation.networks.diffusion import SIZES, LatentDiffusion, load_diffusion
from generation.networks.text import Tokenizer
from generation.networks.weights import DEFAULT_TABLE, Fetch, Files, WeightsTable, fetch_from_hub, locate, read_table

logger = logging.getLogger(__name__)

Size = TypeVar("Size")

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

LGM_SIZES = {
    "lgm-big": lgm.BIG,
    "lgm-tiny": lgm.LgmSize(32, (32, 64, 64), (False, True, True), (64, 64), (True, False), layers=1),
}
"""By the name that a weights table gives; "tiny" is for trying a set-up out."""


class Shelf:
    """The files of all weights that one generator needs, found together, so that what is missing is said together."""

    def __init__(
        self,
        table: WeightsTable,
        names: Iterable[str],
        device: str,
        dtype: str,
        *,
        offline: bool,
        fetch: Fetch = fetch_from_hub,
    ) -> None:
        """Raises BackendUnusable for a device that is not there, SettingsError for names, WeightsMissing for files."""
        self.device = usable_device(device)
        if dtype not in DTYPES:
            raise BackendUnusable(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
        self.dtype = DTYPES[dtype]
        self._table = table
        names = list(names)
        self._files = locate(table, names, offline=offline, fetch=fetch)
        if not offline and (loose := table.unpinned(names)):
            logger.warning("weights not pinned: %s; `python -m generation.preflight` says to what", ", ".join(loose))

    def diffusion_model(self, name: str, tokenizer: str) -> LatentDiffusion:
        """A diffusion model by its weights' name. Raises BackendUnusable, WeightsUnusable."""
        words = self._files[tokenizer]
        size = self._one_of(SIZES, name)
        vocabulary = Tokenizer(_role(words, "vocab", tokenizer), _role(words, "merges", tokenizer))
        return load_diffusion(size, self._files[name], vocabulary, self.device, self.dtype)

    def lgm_model(self, name: str) -> lgm.Lgm:
        """LGM by its weights' name. Raises BackendUnusable, WeightsUnusable."""
        size = self._one_of(LGM_SIZES, name)
        state = checkpoints.read_state(_role(self._files[name], "weights", name))
        return checkpoints.load(lambda: lgm.Lgm(size), state, self.dtype, self.device)

    def matting_model(self, name: str) -> matting.Matting:
        """The matting network by its weights' name, in float32. Raises BackendUnusable, WeightsUnusable."""
        size = self._one_of(matting.SIZES, name)
        state = checkpoints.read_state(_role(self._files[name], "weights", name))
        return checkpoints.load(lambda: matting.Matting(size), state, torch.float32, self.device)

    def _one_of(self, sizes: Mapping[str, Size], name: str) -> Size:
        architecture = self._table.entry(name).architecture
        if architecture not in sizes:
            known = ", ".join(sorted(sizes))
            raise BackendUnusable(f"weights {name!r}: architecture must be one of {known}, not {architecture!r}")
        return sizes[architecture]


def table_of(weights: str | None) -> WeightsTable:
    """The table that a YAML file's `weights:` names, relative to the working folder; none: the shipped one."""
    return read_table(Path(weights).expanduser() if weights else DEFAULT_TABLE)


def usable_device(name: str) -> torch.device:
    """The device called `name`. Raises BackendUnusable where there is none; nothing falls back to the CPU."""
    device = torch.device(name)
    if device.type == "cuda" and (not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count()):
        raise BackendUnusable(
            f"there is no CUDA device {name!r}: `python -m generation.preflight` says why; "
            "`devices: [cpu]` works, far slower, with `dtype: float32`"
        )
    return device


def scorer_of(judge: str | None) -> Scorer | None:
    """The scorer that a YAML file's `judge:` names: the address of a validation service. Raises BackendUnusable."""
    if judge is None:
        return None
    try:
        return validation_judge(judge)
    except ValueError as error:
        raise BackendUnusable(str(error)) from error


def _role(files: Files, role: str, name: str) -> Path:
    if role not in files:
        raise BackendUnusable(f"weights {name!r} need a file called {role!r} in the table")
    return files[role]
