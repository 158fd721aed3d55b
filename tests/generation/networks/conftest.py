"""Tiny networks filled by the rule of tests/golden/README.md, and the golden numbers."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

GOLDEN = Path(__file__).resolve().parents[2] / "golden"


def filled(tag: str, name: str, shape: list[int]) -> Tensor:
    """Return the tensor that the fill rule gives for a name."""
    g = np.random.RandomState(zlib.crc32(f"{tag}:{name}".encode())).standard_normal(shape)
    if len(shape) >= 2:
        v = g / math.sqrt(math.prod(shape[1:]))
    elif name.endswith(".weight"):
        v = 1 + 0.1 * g
    else:
        v = 0.1 * g
    probes = {"mvdream": ("input_blocks.0.0.", "input_blocks.1.0.out_layers.3."), "lgm": ("unet.conv_in.",)}
    if name.startswith(probes.get(tag.partition("-")[0], ("\0",))):
        v = v / 512
    if tag.startswith("lgm-") and name in {"conv.weight", "conv.bias"}:
        v[3] *= 8
    return torch.from_numpy(np.asarray(v, dtype=np.float32))


@dataclass(frozen=True)
class Golden:
    """One golden set: `spec` from its JSON, `arrays` from its npz."""

    spec: dict[str, Any]
    arrays: dict[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        return self.arrays[name]

    def state(self, prefix: str = "") -> dict[str, Tensor]:
        """Return the filled state under the reference's names, after checking its hash."""
        shapes = self.spec["state_dict_shapes"]
        state = {name: filled(self.spec["tag"], name, shape) for name, shape in shapes.items()}
        digest = hashlib.sha256(b"".join(state[name].numpy().astype("<f4").tobytes() for name in sorted(state)))
        assert digest.hexdigest() == self.spec["sha256_sorted_keys_f32_le"]
        return {prefix + name: tensor for name, tensor in state.items()}


@cache
def read_golden(spec: str, arrays: str) -> Golden:
    with np.load(GOLDEN / f"{arrays}.npz") as stored:
        tensors = {name: torch.from_numpy(stored[name]) for name in stored}
    return Golden(json.loads((GOLDEN / f"{spec}.json").read_text()) if spec else {}, tensors)


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str], Golden]:
    """Return a function that reads a golden set: `golden("mvdream_tiny", "mvdream_unet")`; no JSON for ""."""
    return read_golden


@pytest.fixture(scope="session")
def key_list() -> Callable[[str], dict[str, Tensor]]:
    """Return a function that gives the tensors of a full-size checkpoint by released name, without values."""

    def read(name: str) -> dict[str, Tensor]:
        shapes = json.loads((GOLDEN / f"{name}.json").read_text())
        return {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}

    return read


@pytest.fixture(scope="session")
def mvdream_unet() -> Any:
    """Return the golden MVDream U-Net."""
    from generation.networks import checkpoints
    from generation.networks.unet import UNetSize, make_unet

    size = UNetSize((32, 64, 64), layers=1, head_channels=16, context=48, latent_px=16)
    state = read_golden("mvdream_tiny", "mvdream_unet").state()
    config = make_unet(size, views=4).config
    converted = checkpoints.unet_state(state, config)
    return checkpoints.load_network(lambda: make_unet(size, views=4), converted, torch.float32, torch.device("cpu"))


@pytest.fixture(scope="session")
def mvdream(mvdream_unet: Any) -> Any:
    """Return the golden MVDream without text encoder and VAE."""
    from generation.networks.diffusion import SIZES, LatentDiffusion
    from generation.networks.schedule import alphas_cumprod

    cpu = torch.device("cpu")
    nothing: Any = None
    size = SIZES["mvdream-tiny"]
    return LatentDiffusion(size, mvdream_unet, nothing, nothing, nothing, cpu, torch.float32, alphas_cumprod())
