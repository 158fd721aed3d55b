"""Strict loading of released weights: every tensor of a network, of the right shape, and no other.

Two layouts of a diffusion model are supported:
- "ldm"     one file with the original names (`model.diffusion_model.…`, `first_stage_model.…`, `cond_stage_model.…`);
- "folders" unet/, vae/, text_encoder/ with diffusers' names, or a unet/ with the original names without their prefix.
Files are safetensors, or pickles read with `weights_only=True`; neither can run code.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

UNET_PREFIX, VAE_PREFIX, TEXT_PREFIX = "model.diffusion_model.", "first_stage_model.", "cond_stage_model.model."

State = Mapping[str, Tensor]
Network = TypeVar("Network", bound=torch.nn.Module)


class WeightsUnusable(Exception):
    """Weights that do not fit the network; the message names the file or the difference."""


def read_state(path: Path, prefix: str = "") -> dict[str, Tensor]:
    """Read the tensors of a safetensors file or a pickle, memory-mapped where possible. Raises WeightsUnusable.

    With a `prefix` only those whose names start with it; of a safetensors file no others are read.
    """
    try:
        if path.suffix == ".safetensors":
            from safetensors import safe_open  # noqa: PLC0415

            with safe_open(path, framework="pt") as file:
                return {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
        mapped = zipfile.is_zipfile(path)  # PyTorch before 1.6 wrote plain pickles
        loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise WeightsUnusable(f"{path} cannot be read as weights: {str(error).splitlines()[0]}") from error
    except Exception as error:  # safetensors' own error class has no public base
        raise WeightsUnusable(f"{path} cannot be read as weights: {error}") from error
    state = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else None
    if not isinstance(state, dict) or not all(isinstance(tensor, Tensor) for tensor in state.values()):
        raise WeightsUnusable(f"{path} holds no state dict")
    return {name: tensor for name, tensor in state.items() if name.startswith(prefix)}


def load_network(make: Callable[[], Network], state: State, dtype: torch.dtype | None, device: torch.device) -> Network:
    """Make a network and assign the tensors of `state` to it, on `device`, frozen. Raises WeightsUnusable.

    Floating-point tensors become `dtype`; with None they keep theirs. The counters of batch normalisation, which
    PyTorch before 0.4.1 did not have, are 0 where they are absent.
    """
    with torch.device("meta"):
        network = make()
    wanted = network.state_dict()
    counters = {name: torch.tensor(0) for name in wanted if name.endswith(".num_batches_tracked")}
    state = {**counters, **state}
    _compare(wanted, state, type(network).__name__)
    placed = {
        name: tensor.to(device=device, dtype=(dtype if tensor.is_floating_point() else None) or tensor.dtype)
        for name, tensor in state.items()
    }
    network.load_state_dict(placed, strict=True, assign=True)
    return _finish_buffers(network, device).requires_grad_(requires_grad=False).eval()


def unet_state(state: State, config: Mapping[str, Any]) -> State:
    """Return a U-Net's tensors by diffusers' names, from either layout. `config` is that of the diffusers network.

    Raises WeightsUnusable for a state without a U-Net.
    """
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint  # noqa: PLC0415

    if any(name.startswith(UNET_PREFIX) for name in state):
        original = _without_prefix(state, UNET_PREFIX)
    elif "input_blocks.0.0.weight" in state:
        original = dict(state)
    elif "conv_in.weight" in state:
        return state
    else:
        raise WeightsUnusable("the checkpoint holds no U-Net")
    # diffusers' name for MVDream's camera embedding is that of a projected label.
    renamed = {
        f"{UNET_PREFIX}{name.replace('camera_embed.', 'label_emb.0.')}": tensor for name, tensor in original.items()
    }
    wants_cameras, has_cameras = config.get("class_embed_type") == "projection", "camera_embed.0.weight" in original
    if wants_cameras != has_cameras:
        raise WeightsUnusable(
            f"the U-Net {'has' if has_cameras else 'has no'} camera embedding: not this model's weights"
        )
    converted: dict[str, Tensor] = convert_ldm_unet_checkpoint(renamed, config=dict(config))
    return converted


def vae_state(state: State, config: Mapping[str, Any]) -> State:
    """Return a VAE's tensors by diffusers' names, from either layout.

    Raises WeightsUnusable for a state without a VAE.
    """
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint  # noqa: PLC0415

    if any(name.startswith(VAE_PREFIX) for name in state):
        converted: dict[str, Tensor] = convert_ldm_vae_checkpoint(dict(state), config=dict(config))
        return converted
    if "encoder.conv_in.weight" not in state:
        raise WeightsUnusable("the checkpoint holds no VAE")
    old_names = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
    return {_replace_all(name, old_names): tensor for name, tensor in state.items()}


def text_state(state: State, layers: int, names: set[str]) -> State:
    """Return the first `layers` blocks of a text tower by transformers' `names`, from either layout.

    OpenCLIP's last block, projection and logit scale are left out: Stable Diffusion 2 does not use them.
    Raises WeightsUnusable for a state without a text tower.
    """
    if f"{TEXT_PREFIX}positional_embedding" in state:
        state = _transformers_names(_without_prefix(state, TEXT_PREFIX), layers)
    elif not any(name.endswith("embeddings.position_embedding.weight") for name in state):
        raise WeightsUnusable("the checkpoint holds no text encoder")
    prefix = "text_model."
    bare = {name.removeprefix(prefix): tensor for name, tensor in state.items() if not name.endswith("position_ids")}
    return {f"{prefix}{name}" if f"{prefix}{name}" in names else name: tensor for name, tensor in bare.items()}


_BLOCK_NAMES = {
    "transformer.resblocks.": "encoder.layers.",
    ".ln_1.": ".layer_norm1.",
    ".ln_2.": ".layer_norm2.",
    ".mlp.c_fc.": ".mlp.fc1.",
    ".mlp.c_proj.": ".mlp.fc2.",
    ".attn.": ".self_attn.",
    "ln_final.": "final_layer_norm.",
    "token_embedding.": "embeddings.token_embedding.",
}


def _transformers_names(state: State, layers: int) -> dict[str, Tensor]:
    converted = {"embeddings.position_embedding.weight": state["positional_embedding"]}
    unused = {"positional_embedding", "text_projection", "logit_scale", "attn_mask"}
    for name, tensor in state.items():
        parts = name.split(".")
        if name in unused or (parts[:2] == ["transformer", "resblocks"] and int(parts[2]) >= layers):
            continue
        renamed = _replace_all(name, _BLOCK_NAMES)
        if ".in_proj_" in renamed:  # query, key and value in one
            for part, piece in zip("qkv", tensor.chunk(3), strict=True):
                converted[renamed.replace("in_proj_", f"{part}_proj.")] = piece
        else:
            converted[renamed] = tensor
    return converted


def _replace_all(name: str, table: Mapping[str, str]) -> str:
    for old, new in table.items():
        name = name.replace(old, new)
    return name


def _without_prefix(state: State, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}


def _compare(wanted: State, given: State, network: str) -> None:
    missing, unknown = sorted(wanted.keys() - given.keys()), sorted(given.keys() - wanted.keys())
    shared = wanted.keys() & given.keys()
    reshaped = sorted(name for name in shared if wanted[name].shape != given[name].shape)
    differences = [(missing, "missing"), (unknown, "unknown"), (reshaped, "of another shape")]
    listed = [f"{len(names)} {difference} (such as {names[0]})" for names, difference in differences if names]
    if listed:
        raise WeightsUnusable(f"the weights do not fit {network}: tensors {', '.join(listed)}")


def _finish_buffers(network: Network, device: torch.device) -> Network:
    """Recompute the buffers that no checkpoint holds (position ids), since meta tensors hold no data."""
    empty = [name for name, buffer in network.named_buffers() if buffer.is_meta and device.type != "meta"]
    for name in empty:
        owner, _, leaf = name.rpartition(".")
        if leaf != "position_ids":
            raise WeightsUnusable(f"{type(network).__name__} has a buffer without data: {name}")
        shape = network.get_buffer(name).shape
        network.get_submodule(owner).register_buffer(
            leaf, torch.arange(shape[-1], device=device).expand(shape), persistent=False
        )
    return network
