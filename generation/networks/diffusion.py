"""A latent diffusion model: text encoder, U-Net and VAE with released weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generation.networks import checkpoints
from generation.networks.autoencoder import SD_VAE, VaeSize, make_vae
from generation.networks.checkpoints import State, WeightsUnusable
from generation.networks.schedule import alphas_cumprod
from generation.networks.text import SD21_TEXT, TextSize, Tokenizer, embed, make_text_encoder
from generation.networks.unet import SD21_UNET, UNetSize, make_unet


@dataclass(frozen=True)
class DiffusionSize:
    """Sizes of the networks. `views` images of `image_px` pixels are denoised together (0: each by itself)."""

    unet: UNetSize
    vae: VaeSize
    text: TextSize
    views: int
    image_px: int

    @property
    def latent_px(self) -> int:
        """Width and height of the latents."""
        return self.image_px // self.vae.factor


_TINY_UNET = UNetSize((32, 32), layers=1, head_channels=16, context=32, latent_px=8)
_TINY_VAE = VaeSize((32, 32, 32, 32), layers=1)
_TINY_TEXT = TextSize(width=32, layers=1, heads=2)

SIZES = {
    "mvdream-sd21": DiffusionSize(SD21_UNET, SD_VAE, SD21_TEXT, views=4, image_px=256),
    "sd21": DiffusionSize(SD21_UNET, SD_VAE, SD21_TEXT, views=0, image_px=512),
    "mvdream-tiny": DiffusionSize(_TINY_UNET, _TINY_VAE, _TINY_TEXT, views=4, image_px=64),
    "sd-tiny": DiffusionSize(_TINY_UNET, _TINY_VAE, _TINY_TEXT, views=0, image_px=64),
}
"""By the name that a weights table gives. The tiny ones are for trying out a set-up: they generate noise."""


@dataclass(frozen=True)
class Condition:
    """Conditioning of the denoiser.

    texts [2, 77, C]   embeddings of the negative prompt and of the prompt; or [2 B, 77, C], one per row of the batch
    cameras [B, 16]    for MVDream only
    scale              of classifier-free guidance
    """

    texts: Tensor
    cameras: Tensor | None
    scale: float


@dataclass(frozen=True)
class LatentDiffusion:
    """The networks on one device, in evaluation mode, with frozen parameters."""

    size: DiffusionSize
    unet: Any
    vae: Any
    text_encoder: Any
    tokenizer: Tokenizer
    device: torch.device
    dtype: torch.dtype
    alphas: Tensor = field(repr=False)

    def embed(self, prompts: Sequence[str]) -> Tensor:
        """Return text embeddings [B, 77, C]."""
        return embed(self.text_encoder, self.tokenizer(prompts))

    @torch.no_grad()
    def predict(self, noisy: Tensor, t: int, condition: Condition) -> tuple[Tensor, Tensor]:
        """Predict the noise in `noisy` [B, 4, h, w], without and with the prompt, each [B, 4, h, w] float32."""
        rows = noisy.shape[0]
        batch = torch.cat([noisy, noisy]).to(self.dtype, memory_format=torch.channels_last)
        texts, cameras = condition.texts, condition.cameras
        context = texts if texts.shape[0] == 2 * rows else texts.repeat_interleave(rows, dim=0)
        labels = None if cameras is None else cameras.repeat(2, 1).to(self.dtype)
        times = torch.full((2 * rows,), t, device=self.device)
        noise = self.unet(batch, times, context.to(self.dtype), class_labels=labels, return_dict=False)[0]
        without, with_prompt = noise.float().chunk(2)
        return without, with_prompt


def load_diffusion(
    size: DiffusionSize, files: Mapping[str, Path], tokenizer: Tokenizer, device: torch.device, dtype: torch.dtype
) -> LatentDiffusion:
    """Load the model from one "checkpoint", or from "unet", "vae" and "text_encoder".

    The text encoder, which runs once a prompt, is in float32 whatever `dtype` is. Raises WeightsUnusable.
    """
    unet = partial(make_unet, size.unet, size.views)
    vae = partial(make_vae, size.vae)
    text = partial(make_text_encoder, size.text)
    with torch.device("meta"):
        unet_config, vae_config, text_names = unet().config, vae().config, set(text().state_dict())

    def read(role: str) -> State:
        if "checkpoint" in files:
            return whole
        if role not in files:
            raise WeightsUnusable(f"a diffusion model needs a checkpoint, or unet, vae and text_encoder; no {role}")
        return checkpoints.read_state(files[role])

    whole: State = checkpoints.read_state(files["checkpoint"]) if "checkpoint" in files else {}
    place = partial(checkpoints.load_network, dtype=dtype, device=device)
    load_text = partial(checkpoints.load_network, dtype=torch.float32, device=device)
    return LatentDiffusion(
        size=size,
        unet=place(unet, checkpoints.unet_state(read("unet"), unet_config)).to(memory_format=torch.channels_last),
        vae=place(vae, checkpoints.vae_state(read("vae"), vae_config)).to(memory_format=torch.channels_last),
        text_encoder=load_text(text, checkpoints.text_state(read("text_encoder"), size.text.layers, text_names)),
        tokenizer=tokenizer,
        device=device,
        dtype=dtype,
        alphas=alphas_cumprod(device),
    )


COMPILING_CALLS = 3
"""Calls of a compiled network before it runs at full speed: CUDA graphs are warmed up, recorded, then replayed."""


def compile_networks(model: LatentDiffusion) -> None:
    """Compile the denoiser (as CUDA graphs) and the encoder at their first calls, which take minutes. CUDA only.

    The caller makes those calls (COMPILING_CALLS) while it loads, on the thread that later runs its jobs.
    """
    model.unet.compile(mode="reduce-overhead", dynamic=False)
    model.vae.encoder.compile(dynamic=False)
