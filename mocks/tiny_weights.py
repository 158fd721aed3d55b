"""Write small random weights of every learned network, and their table, to try a set-up without downloads.

python -m mocks.tiny_weights FOLDER      (about 10 MB; the objects made with them are meaningless)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml

from generation.networks import lgm, matting
from generation.networks.autoencoder import make_vae
from generation.networks.diffusion import SIZES
from generation.networks.text import make_text_encoder
from generation.networks.trellis.args import (
    GaussianDecoderArgs,
    LatentFlowArgs,
    StructureDecoderArgs,
    StructureFlowArgs,
    TextArgs,
    parse_args,
)
from generation.networks.trellis.gaussians import GaussianDecoder
from generation.networks.trellis.latents import LatentFlow
from generation.networks.trellis.structure import StructureDecoder, StructureFlow
from generation.networks.trellis.text import TEXT_PREFIX
from generation.networks.trellis.text import make_text_encoder as make_clip_text
from generation.networks.unet import make_unet
from serving.terminal import accept_any_text

_COMMON = {"licence": "MIT", "size_mib": 10}


def write_tiny_weights(folder: Path) -> Path:
    """Write the weights into `folder` and return the path of their table, which has the names of the shipped one."""
    from safetensors.torch import save_file  # noqa: PLC0415

    entries: dict[str, object] = {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for name, architecture in (("mvdream", "mvdream-tiny"), ("stable-diffusion", "sd-tiny")):
            size = SIZES[architecture]
            networks = {
                "unet": make_unet(size.unet, size.views),
                "vae": make_vae(size.vae),
                "text_encoder": make_text_encoder(size.text),
            }
            files = {role: f"{name}/{role}.safetensors" for role in networks}
            (folder / name).mkdir(parents=True)
            for role, network in networks.items():
                save_file(network.state_dict(), folder / files[role])
            entries[name] = {"architecture": architecture, "folder": str(folder), "files": files, **_COMMON}
        save_file(_visible(lgm.Lgm(lgm.SIZES["lgm-tiny"])).state_dict(), folder / "lgm.safetensors")
        save_file(matting.Matting(matting.SIZES["u2net-tiny"]).state_dict(), folder / "matting.safetensors")
        entries |= _write_trellis(folder)
    for name, architecture in (("lgm", "lgm-tiny"), ("matting", "u2net-tiny")):
        files = {"weights": f"{name}.safetensors"}
        entries[name] = {"architecture": architecture, "folder": str(folder), "files": files, **_COMMON}
    entries["tokenizer"] = {"folder": str(folder), "files": write_letters(folder), **_COMMON}
    table = folder / "weights.yaml"
    table.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return table


def _write_trellis(folder: Path) -> dict[str, object]:
    """Write a TRELLIS of 16³ voxels under the names of every released size; return the table's entries."""
    from safetensors.torch import save_file  # noqa: PLC0415

    flow: dict[str, object] = {
        "in_channels": 8,
        "out_channels": 8,
        "model_channels": 24,
        "cond_channels": 32,
        "num_blocks": 1,
    }
    flow |= {"num_heads": 2, "qk_rms_norm": True}
    representation: dict[str, object] = {
        "lr": {"_rotation": 0.1},
        "perturb_offset": True,
        "voxel_size": 1.5,
        "num_gaussians": 32,
    }
    representation |= {"3d_filter_kernel_size": 0.0009, "scaling_bias": 0.004, "opacity_bias": 0.1}
    decoder: dict[str, object] = {
        "resolution": 16,
        "model_channels": 24,
        "latent_channels": 8,
        "num_blocks": 2,
        "num_heads": 2,
    }
    decoder |= {"attn_mode": "swin", "window_size": 8}
    described: dict[str, tuple[str, Callable[[Any], Any], Any, dict[str, object]]] = {
        "structure_flow": (
            "SparseStructureFlowModel",
            StructureFlow,
            StructureFlowArgs,
            {**flow, "resolution": 4, "patch_size": 1, "qk_rms_norm_cross": True},
        ),
        "latent_flow": (
            "SLatFlowModel",
            LatentFlow,
            LatentFlowArgs,
            {**flow, "resolution": 16, "patch_size": 2, "num_io_res_blocks": 2, "io_block_channels": [8]},
        ),
        "structure_decoder": (
            "SparseStructureDecoder",
            StructureDecoder,
            StructureDecoderArgs,
            {"latent_channels": 8, "num_res_blocks": 1, "channels": [16, 8, 8]},
        ),
        "gaussian_decoder": (
            "SLatGaussianDecoder",
            GaussianDecoder,
            GaussianDecoderArgs,
            {**decoder, "representation_config": {**representation, "scaling_activation": "softplus"}},
        ),
    }
    (folder / "trellis").mkdir()
    files: dict[str, str] = {}
    for role, (name, network, kind, args) in described.items():
        content: dict[str, object] = {"name": name, "args": args}
        files |= {f"{role}_args": f"trellis/{role}.json", role: f"trellis/{role}.safetensors"}
        (folder / files[f"{role}_args"]).write_text(json.dumps(content), encoding="utf-8")
        save_file(network(parse_args(content, kind, role)).state_dict(), folder / files[role])

    sampler = {"name": "FlowEulerGuidanceIntervalSampler", "args": {"sigma_min": 1e-5}}
    sampler |= {"params": {"steps": 25, "cfg_strength": 7.5, "cfg_interval": [0.5, 0.95], "rescale_t": 3.0}}
    scale = {"mean": [0.0] * 8, "std": [2.5] * 8}
    pipeline = {"sparse_structure_sampler": sampler, "slat_sampler": sampler, "slat_normalization": scale}
    files["pipeline"] = "trellis/pipeline.json"
    (folder / files["pipeline"]).write_text(json.dumps({"args": pipeline}), encoding="utf-8")

    text = TextArgs(hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2)
    clip = {"config": "clip.json", "weights": "clip.safetensors"}
    (folder / clip["config"]).write_text(json.dumps({"text_config": text.model_dump()}), encoding="utf-8")
    state = make_clip_text(text).state_dict()
    named = {TEXT_PREFIX + name.removeprefix(TEXT_PREFIX): tensor for name, tensor in state.items()}
    save_file(named, folder / clip["weights"])

    decoders = {role: files.pop(role) for role in list(files) if role.startswith(("structure_dec", "gaussian_dec"))}
    at = {"folder": str(folder), **_COMMON}
    models = {f"trellis-text-{size}": {"files": files, **at} for size in ("base", "large", "xlarge")}
    return {**models, "trellis-decoders": {"files": decoders, **at}, "clip-text": {"files": clip, **at}}


def _visible(network: lgm.Lgm) -> lgm.Lgm:
    """Spread the splats, which are all alike with random weights, and make them visible."""
    network.conv.weight.mul_(4)
    assert network.conv.bias is not None
    network.conv.state_dict()["bias"][3] += 2
    return network


def write_letters(folder: Path) -> dict[str, str]:
    """Write a vocabulary of single letters, without merges, with the end marks where CLIP has them."""
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    ids = {word: i for i, word in enumerate([*letters, *(f"{letter}</w>" for letter in letters)])}
    ids |= {"<|startoftext|>": 49406, "<|endoftext|>": 49407}
    (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    return {"vocab": "vocab.json", "merges": "merges.txt"}


if __name__ == "__main__":
    accept_any_text()
    print(write_tiny_weights(Path(sys.argv[1])))
