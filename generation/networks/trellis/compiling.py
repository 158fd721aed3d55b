"""Compile TRELLIS's transformer blocks and run them once, so that no job waits for the compiler."""

from __future__ import annotations

import torch

from generation.networks.trellis.args import SamplerArgs
from generation.networks.trellis.pipeline import Trellis

_TWO_STEPS = SamplerArgs(steps=2, cfg_strength=1.0, cfg_interval=(0.9, 1.0), rescale_t=1.0)
"""The first guided, the second not: both sizes of a batch."""


def compile_networks(model: Trellis) -> None:
    """Compile both flows' blocks: the structure's for its one size, the latents' for any number of voxels.

    Takes minutes; blocks of one flow share their code.
    """
    for block in model.structure.flow.blocks:
        block.compile(dynamic=False)
    for block in model.latent_flow.blocks:
        block.compile(dynamic=True)
    generator = torch.Generator().manual_seed(0)
    empty = model.embed([""])
    noise = model.structure_noise(generator).to(model.device)
    for _ in model.structure.steps(noise, empty, empty, _TWO_STEPS):
        pass
    side = model.resolution // 2
    for thickness in (2, 4):
        coords = torch.cartesian_prod(torch.arange(side), torch.arange(side), torch.arange(thickness)).to(model.device)
        noise = torch.randn(1, len(coords), model.latent_flow.args.in_channels, generator=generator).to(model.device)
        for _ in model.latent_steps(noise, empty, empty, model.make_pyramid(coords), _TWO_STEPS):
            pass
