"""TRELLIS from a text to splats: its networks, and what each stage does with them.

Stages return iterators over the sampler's steps, so that callers can report and stop between two of them. No step waits
for the device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from generation.networks import checkpoints
from generation.networks.checkpoints import State, WeightsUnusable
from generation.networks.trellis.args import LatentScale, SamplerArgs
from generation.networks.trellis.gaussians import GaussianDecoder, to_world
from generation.networks.trellis.latents import LatentFlow
from generation.networks.trellis.sampler import Step, euler, network_times
from generation.networks.trellis.structure import StructureDecoder, StructureFlow
from generation.networks.trellis.text import ClipTokenizer, embed
from generation.networks.trellis.voxels import Pyramid, make_pyramid
from splats.model import Splats

TORSO = frozenset({"blocks", "input_blocks", "out_blocks", "middle_block"})
"""Parts whose matrices and biases may be in half precision; all else, and every norm, is float32."""

Network = TypeVar("Network", bound=nn.Module)


def in_torso(name: str) -> bool:
    """Return whether the parameter called `name` has the torso's dtype."""
    return name.partition(".")[0] in TORSO and "norm" not in name


def load_network(make: Callable[[], Network], state: State, dtype: torch.dtype, device: torch.device) -> Network:
    """Load a network with its torso in `dtype` and the rest in float32. Raises WeightsUnusable."""
    cast = {name: tensor.to(device, dtype if in_torso(name) else torch.float32) for name, tensor in state.items()}
    return checkpoints.load_network(make, cast, None, device)


class _Flow(Protocol):
    def modulations(self, t: Tensor) -> list[Tensor]: ...

    def read(self, texts: Tensor) -> list[Tensor]: ...

    def velocity(self, x: Tensor, modulations: list[Tensor], contexts: list[Tensor]) -> Tensor: ...


@dataclass(frozen=True)
class StructureStage:
    """The networks of the first stage."""

    flow: StructureFlow
    decoder: StructureDecoder

    def recast(self, dtype: torch.dtype) -> StructureStage:
        """Return a copy with torsos in `dtype`."""
        flow, decoder = self.flow, self.decoder
        device = flow.pos_emb.device
        return StructureStage(
            load_network(partial(StructureFlow, flow.args), flow.state_dict(), dtype, device),
            load_network(partial(StructureDecoder, decoder.args), decoder.state_dict(), dtype, device),
        )

    def steps(self, noise: Tensor, texts: Tensor, empty: Tensor, args: SamplerArgs) -> Iterator[Step]:
        """Sample latent volumes from `noise` [B, C, r, r, r] for `texts` [B, L, C'], and `empty` [1, L, C']."""
        return _steps(self.flow, noise, texts, empty, args)

    @torch.no_grad()
    def logits(self, z: Tensor) -> Tensor:
        """Return each voxel's logit [B, 1, R, R, R] for latent volumes `z` [B, C, r, r, r]."""
        logits: Tensor = self.decoder(z)
        return logits


@dataclass(frozen=True)
class Trellis:
    """The networks on one device, in evaluation mode, with frozen parameters."""

    structure: StructureStage
    latent_flow: LatentFlow
    gaussian_decoder: GaussianDecoder
    latent_scale: LatentScale
    tokenizer: ClipTokenizer
    text_encoder: Any
    device: torch.device

    def __post_init__(self) -> None:
        self._check()

    @property
    def resolution(self) -> int:
        """Voxels along each side of an object."""
        return self.latent_flow.args.resolution

    @property
    def splats_per_voxel(self) -> int:
        """Splats that the decoder makes of each voxel."""
        return self.gaussian_decoder.args.representation.num_gaussians

    def embed(self, prompts: Sequence[str]) -> Tensor:
        """Return the states of the texts [B, L, C'], float32."""
        return embed(self.text_encoder, self.tokenizer(prompts))

    def structure_noise(self, generator: torch.Generator) -> Tensor:
        """Draw the noise of one structure [1, C, r, r, r], on the generator's device."""
        args = self.structure.flow.args
        shape = (1, args.in_channels, *(args.resolution,) * 3)
        return torch.randn(shape, generator=generator, device=generator.device)

    def latent_noise(self, generator: torch.Generator) -> Tensor:
        """Draw the noise of every voxel, occupied or not [R, R, R, C], on the generator's device.

        A voxel more or less in the structure then changes nobody else's noise.
        """
        shape = (*(self.resolution,) * 3, self.latent_flow.args.in_channels)
        return torch.randn(shape, generator=generator, device=generator.device)

    def latent_steps(
        self, noise: Tensor, texts: Tensor, empty: Tensor, pyramid: Pyramid, args: SamplerArgs
    ) -> Iterator[Step]:
        """Sample latents, still normalised, from `noise` [1, N, C] at the voxels of `pyramid.fine`."""
        return _steps(_AtVoxels(self.latent_flow, pyramid), noise, texts, empty, args)

    @torch.no_grad()
    def splats(self, latents: Tensor, coords: Tensor) -> Splats:
        """Return the splats [G N], by voxel, of normalised latents [N, C] at `coords` [N, 3], in the project's axes."""
        decoder, scale = self.gaussian_decoder, self.latent_scale
        scaled = latents * latents.new_tensor(scale.std) + latents.new_tensor(scale.mean)
        return to_world(decoder.splats(decoder(scaled, coords, decoder.make_windows(coords)), coords))

    def make_pyramid(self, coords: Tensor) -> Pyramid:
        """Return the tables of an object's occupied voxels `coords` [N, 3]."""
        return make_pyramid(coords, self.resolution)

    def _check(self) -> None:
        """Check that the networks fit each other. Raises WeightsUnusable."""
        flow, decoder = self.structure.flow.args, self.structure.decoder.args
        latent, gaussian = self.latent_flow.args, self.gaussian_decoder.args
        decoded = flow.resolution * 2 ** (len(decoder.channels) - 1)
        text = self.text_encoder.config.hidden_size
        pairs = [
            ("channels of the structure's latents", flow.out_channels, decoder.latent_channels),
            ("resolutions of structure and latents", decoded, latent.resolution),
            ("resolutions of latents and splats", latent.resolution, gaussian.resolution),
            ("channels of the latents", latent.out_channels, gaussian.latent_channels),
            ("channels of the latents and of their scale", latent.out_channels, len(self.latent_scale.std)),
            ("widths of text and structure flow", text, flow.cond_channels),
            ("widths of text and latent flow", text, latent.cond_channels),
        ]
        if different := [f"{name} ({one} and {other})" for name, one, other in pairs if one != other]:
            raise WeightsUnusable(f"the networks do not fit each other: {', '.join(different)}")


@dataclass(frozen=True)
class _AtVoxels:
    """The latent flow of one object."""

    flow: LatentFlow
    pyramid: Pyramid

    def modulations(self, t: Tensor) -> list[Tensor]:
        return self.flow.modulations(t)

    def read(self, texts: Tensor) -> list[Tensor]:
        return self.flow.read(texts)

    def velocity(self, x: Tensor, modulations: list[Tensor], contexts: list[Tensor]) -> Tensor:
        return self.flow.velocity(x, modulations, contexts, self.pyramid)


@torch.no_grad()
def _steps(flow: _Flow, noise: Tensor, texts: Tensor, empty: Tensor, args: SamplerArgs) -> Iterator[Step]:
    # What does not depend on the sample is computed once: time embeddings of all steps, keys and values of the texts.
    modulations = flow.modulations(network_times(args, noise.device))  # each [steps, …]
    contexts = flow.read(torch.cat([texts, empty.expand_as(texts)]))  # each [2, 2 B, L, H, d]

    def velocity(x: Tensor, step: int) -> Tensor:
        """Of [B, …] with the texts, or of [2 B, …], the latter half with the empty text."""
        now = [modulation[step : step + 1] for modulation in modulations]
        return flow.velocity(x, now, [context[:, : len(x)] for context in contexts])

    yield from euler(velocity, noise, args)


def occupied(logits: Tensor) -> Tensor:
    """Return the coordinates [N, 3] of the voxels of logits [R, R, R] above 0, x slowest."""
    return (logits > 0).nonzero()
