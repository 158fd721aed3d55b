"""Load the networks that a learned generator's options name; shared by the loaders."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch

from generation.backends.candidates import best_of
from generation.backends.contract import BackendUnusable, Generator
from generation.backends.judging import validation_judge
from generation.backends.options import LearnedOptions
from generation.networks import checkpoints, diffusion, lgm, matting
from generation.networks.text import Tokenizer
from generation.networks.trellis import args as trellis_args
from generation.networks.trellis.gaussians import GaussianDecoder
from generation.networks.trellis.latents import LatentFlow
from generation.networks.trellis.pipeline import StructureStage, Trellis
from generation.networks.trellis.pipeline import load_network as load_trellis_network
from generation.networks.trellis.structure import StructureDecoder, StructureFlow
from generation.networks.trellis.text import TEXT_PREFIX, ClipTokenizer, load_text_encoder
from generation.weights import DEFAULT_TABLE, Fetch, WeightsTable, fetch_from_hub, locate_weights, read_table

logger = logging.getLogger(__name__)

Size = TypeVar("Size")

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class WeightFiles:
    """The files of all weights that a generator needs, located together so that one message names all missing ones."""

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
        """Raises BackendUnusable for the device or dtype, SettingsError for unknown names, WeightsMissing for files."""
        self.device = find_device(device)
        if dtype not in DTYPES:
            raise BackendUnusable(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
        self.dtype = DTYPES[dtype]
        self._table = table
        names = list(names)
        self._files = locate_weights(table, names, offline=offline, fetch=fetch)
        if not offline and (unpinned := table.unpinned(names)):
            logger.warning(
                "weights not pinned: %s; `python -m generation.preflight` shows the commits to pin", ", ".join(unpinned)
            )

    def diffusion_model(self, name: str, tokenizer: str) -> diffusion.LatentDiffusion:
        """Load a diffusion model by its weights' name. Raises BackendUnusable, WeightsUnusable."""
        size = self._size(diffusion.SIZES, name)
        words = Tokenizer(self._file(tokenizer, "vocab"), self._file(tokenizer, "merges"))
        return diffusion.load_diffusion(size, self._files[name], words, self.device, self.dtype)

    def lgm_model(self, name: str) -> lgm.Lgm:
        """Load LGM by its weights' name, in float16 or float32. Raises BackendUnusable, WeightsUnusable.

        bfloat16 would move its splats by about the distance between them.
        """
        size = self._size(lgm.SIZES, name)
        state = checkpoints.read_state(self._file(name, "weights"))
        dtype = torch.float16 if self.dtype == torch.bfloat16 else self.dtype
        return checkpoints.load_network(lambda: lgm.Lgm(size), state, dtype, self.device)

    def matting_model(self, name: str) -> matting.Matting:
        """Load the matting network by its weights' name, in float32. Raises BackendUnusable, WeightsUnusable."""
        size = self._size(matting.SIZES, name)
        state = checkpoints.read_state(self._file(name, "weights"))
        return checkpoints.load_network(lambda: matting.Matting(size), state, torch.float32, self.device)

    def trellis_model(
        self, name: str, decoders: str, text_encoder: str, tokenizer: str
    ) -> tuple[Trellis, trellis_args.PipelineArgs]:
        """Load TRELLIS by its weights' names, and how they are sampled. Raises BackendUnusable, WeightsUnusable.

        The text encoder is in float32; of the other networks the blocks have the dtype.
        """
        sampling = trellis_args.read_pipeline(self._file(name, "pipeline"))
        clip = trellis_args.read_text_args(self._file(text_encoder, "config"))
        state = checkpoints.read_state(self._file(text_encoder, "weights"), prefix=TEXT_PREFIX)

        def load(owner: str, role: str, network: Callable[[Any], Any], kind: Any) -> Any:
            args = trellis_args.read_args(self._file(owner, f"{role}_args"), kind)
            tensors = checkpoints.read_state(self._file(owner, role))
            return load_trellis_network(lambda: network(args), tensors, self.dtype, self.device)

        structure = StructureStage(
            load(name, "structure_flow", StructureFlow, trellis_args.StructureFlowArgs),
            load(decoders, "structure_decoder", StructureDecoder, trellis_args.StructureDecoderArgs),
        )
        model = Trellis(
            structure=structure,
            latent_flow=load(name, "latent_flow", LatentFlow, trellis_args.LatentFlowArgs),
            gaussian_decoder=load(decoders, "gaussian_decoder", GaussianDecoder, trellis_args.GaussianDecoderArgs),
            latent_scale=sampling.latent_scale,
            tokenizer=ClipTokenizer(self._file(tokenizer, "vocab"), self._file(tokenizer, "merges")),
            text_encoder=load_text_encoder(clip, state, self.device),
            device=self.device,
        )
        return model, sampling

    def _size(self, sizes: Mapping[str, Size], name: str) -> Size:
        architecture = self._table.entry(name).architecture
        if architecture not in sizes:
            known = ", ".join(sorted(sizes))
            raise BackendUnusable(f"weights {name!r}: architecture must be one of {known}, not {architecture!r}")
        return sizes[architecture]

    def _file(self, name: str, role: str) -> Path:
        if role not in self._files[name]:
            raise BackendUnusable(f"weights {name!r} need a file called {role!r} in the table")
        return self._files[name][role]


def read_weights_table(weights: str | None) -> WeightsTable:
    """Read the table that the option `weights` names, relative to the working folder; by default the shipped one."""
    return read_table(Path(weights) if weights else DEFAULT_TABLE)


def find_device(name: str) -> torch.device:
    """Return the device called `name`. Raises BackendUnusable if it does not exist; nothing falls back to the CPU."""
    device = torch.device(name)
    if device.type == "cuda" and (not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count()):
        raise BackendUnusable(
            f"there is no CUDA device {name!r}: `python -m generation.preflight` shows why; "
            "`devices: [cpu]` with `dtype: float32` works, but far slower"
        )
    return device


def best_candidate(generate: Generator, options: LearnedOptions) -> Generator:
    """Return a generator that keeps the best of `options.candidates` objects, as the validation service scores them.

    Raises BackendUnusable for several candidates without a judge, or an address that is not http(s).
    """
    try:
        score = validation_judge(options.judge) if options.judge is not None else None
        return best_of(generate, options.candidates, score)
    except ValueError as error:
        raise BackendUnusable(f"{error}: set judge to a validation service's address") from error
