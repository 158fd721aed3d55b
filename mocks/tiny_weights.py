"""Write small random weights of every learned network, and their table, to try a set-up without downloads.

python -m mocks.tiny_weights FOLDER      (about 10 MB; the objects made with them are meaningless)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import yaml

from generation.networks import lgm, matting
from generation.networks.autoencoder import make_vae
from generation.networks.diffusion import SIZES
from generation.networks.text import make_text_encoder
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
    for name, architecture in (("lgm", "lgm-tiny"), ("matting", "u2net-tiny")):
        files = {"weights": f"{name}.safetensors"}
        entries[name] = {"architecture": architecture, "folder": str(folder), "files": files, **_COMMON}
    entries["tokenizer"] = {"folder": str(folder), "files": write_letters(folder), **_COMMON}
    table = folder / "weights.yaml"
    table.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return table


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
