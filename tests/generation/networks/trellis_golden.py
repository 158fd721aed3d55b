"""The golden numbers of TRELLIS: its small networks with their weights, and its folder laid out like the hub."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from generation.networks import checkpoints
from generation.networks.text import END, START
from generation.networks.trellis import args, text
from generation.networks.trellis.gaussians import GaussianDecoder
from generation.networks.trellis.latents import LatentFlow
from generation.networks.trellis.pipeline import StructureStage, Trellis, load_network
from generation.networks.trellis.structure import StructureDecoder, StructureFlow

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
TINY = GOLDEN / "trellis_tiny"
CPU = torch.device("cpu")

NETWORKS: dict[str, tuple[type[Any], Any]] = {
    "SparseStructureFlowModel": (StructureFlow, args.StructureFlowArgs),
    "SparseStructureDecoder": (StructureDecoder, args.StructureDecoderArgs),
    "SLatFlowModel": (LatentFlow, args.LatentFlowArgs),
    "SLatGaussianDecoder": (GaussianDecoder, args.GaussianDecoderArgs),
}


@dataclass(frozen=True)
class Golden:
    """One npz file."""

    config: dict[str, Any]
    arrays: dict[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        return self.arrays[name]

    @property
    def weights(self) -> dict[str, Tensor]:
        return {name.removeprefix("weights."): t for name, t in self.arrays.items() if name.startswith("weights.")}

    def network(self, dtype: torch.dtype = torch.float32) -> Any:
        return network_of(self.config, self.weights, dtype)

    def samples(self) -> list[tuple[Tensor, Tensor]]:
        """Rows [n] of each sample of `input.coords`, and their coordinates [n, 3]."""
        coords = self["input.coords"]
        rows = [(coords[:, 0] == sample).nonzero()[:, 0] for sample in range(int(coords[:, 0].max()) + 1)]
        return [(of, coords[of, 1:]) for of in rows]


@cache
def golden(name: str) -> Golden:
    with np.load(GOLDEN / f"trellis_{name}.npz") as stored:
        config = json.loads(str(stored["config"])) if "config" in stored else {}
        numbers = {key: stored[key] for key in stored if stored[key].dtype.kind != "U"}
    return Golden(config, {key: torch.from_numpy(value) for key, value in numbers.items()})


def make_network(config: dict[str, Any]) -> partial[nn.Module]:
    """Make the network of a reference's class and arguments."""
    network, kind = NETWORKS[config["class"]]
    return partial(network, args.parse_args({"name": config["class"], "args": config["args"]}, kind, "golden"))


def network_of(config: dict[str, Any], weights: dict[str, Tensor], dtype: torch.dtype = torch.float32) -> Any:
    return load_network(make_network(config), weights, dtype, CPU)


def released(stem: str) -> dict[str, Any]:
    """A list of all keys of a full-size file, with their dtypes and shapes."""
    listed: dict[str, Any] = json.loads((GOLDEN / f"trellis_{stem}_state_dict.json").read_text())
    return listed


def files_of(folder: Path) -> dict[str, Path]:
    """The stems (JSON and safetensors) by the name that the pipeline.json in a hub-like `folder` gives them."""
    pipeline = next(folder.glob("*/*/pipeline.json"))
    models = json.loads(pipeline.read_text())["args"]["models"]
    return {
        name: pipeline.parent / path if path.startswith("ckpts/") else folder / path for name, path in models.items()
    }


def letters_tokenizer(folder: Path, vocabulary: int) -> text.ClipTokenizer:
    """A tokenizer of single letters whose last two ids are the start and the end, as tiny encoders have it."""
    words = [chr(code) for code in range(33, 33 + (vocabulary - 2) // 2)]
    ids = {word: i for i, word in enumerate([*words, *(f"{word}</w>" for word in words)])}
    ids |= {START: vocabulary - 2, END: vocabulary - 1}
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return text.ClipTokenizer(folder / "vocab.json", folder / "merges.txt")


def tiny_trellis(folder: Path, dtype: torch.dtype = torch.float32) -> tuple[Trellis, args.PipelineArgs]:
    """The pipeline of trellis_tiny; `folder` takes the tokenizer's files."""

    def load(name: str, network: type[Any], kind: Any) -> Any:
        stem = files_of(TINY)[name]
        read = args.read_args(Path(f"{stem}.json"), kind)
        state = checkpoints.read_state(Path(f"{stem}.safetensors"))
        return load_network(partial(network, read), state, dtype, CPU)

    sampling = args.read_pipeline(next(TINY.glob("*/*/pipeline.json")))
    clip = next(TINY.glob("openai/*/config.json"))
    text_args = args.read_text_args(clip)
    encoder = text.load_text_encoder(text_args, checkpoints.read_state(clip.parent / "model.safetensors"), CPU)
    structure = StructureStage(
        load("sparse_structure_flow_model", StructureFlow, args.StructureFlowArgs),
        load("sparse_structure_decoder", StructureDecoder, args.StructureDecoderArgs),
    )
    made = Trellis(
        structure=structure,
        latent_flow=load("slat_flow_model", LatentFlow, args.LatentFlowArgs),
        gaussian_decoder=load("slat_decoder_gs", GaussianDecoder, args.GaussianDecoderArgs),
        latent_scale=sampling.latent_scale,
        tokenizer=letters_tokenizer(folder, text_args.vocab_size),
        text_encoder=encoder,
        device=CPU,
    )
    return made, sampling


def largest(difference: Tensor) -> float:
    return float(difference.detach().abs().max())
