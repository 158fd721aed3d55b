"""Text to splats by TRELLIS: a structure, latents on it, splats of each voxel."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from generation.backends.contract import Generated, GenerationFailed, Progress, Report
from generation.backends.trellis.filtering import compensated
from generation.backends.trellis.merging import merge_groups
from generation.backends.trellis.options import TrellisOptions
from generation.backends.trellis.preview import structure_preview
from generation.networks.trellis.args import SamplerArgs
from generation.networks.trellis.pipeline import StructureStage, Trellis, occupied
from splats.model import TENSORS, normalise

logger = logging.getLogger(__name__)

PRECISIONS = (torch.float16, torch.bfloat16, torch.float32)
"""In the order in which a structure is tried again: each has a wider range, or more digits, than the one before."""

_SHAPED, _DETAILED, _BUILT = 0.40, 0.95, 0.98
"""Fractions of the work done after each stage."""


@dataclass(frozen=True)
class TrellisGenerator:
    """TRELLIS with its networks loaded.

    texts        returns the states [1, L, C] of a text, which are cached
    structure_sampling, latent_sampling   how each stage is sampled
    """

    options: TrellisOptions
    model: Trellis
    texts: Callable[[str], Tensor]
    structure_sampling: SamplerArgs
    latent_sampling: SamplerArgs

    def __call__(self, prompt: str, seed: int, report: Report) -> Generated:
        """See `generation.backends.contract`. Raises GenerationFailed."""
        coords = self.find_structure(prompt, seed, report)
        return self.build_on(coords, prompt, seed, report)

    def find_structure(self, prompt: str, seed: int, report: Report) -> Tensor:
        """Return the occupied voxels [N, 3] of an object of the prompt. Raises GenerationFailed.

        A structure that is empty or not finite, which users of the largest model have seen in half precision, is
        sampled again from the same noise in the next of PRECISIONS.
        """
        report(Progress(0.0, "reading"))
        text, empty = self.texts(prompt + self.options.suffix), self.texts("")
        noise = self.model.structure_noise(torch.Generator().manual_seed(seed)).to(self.model.device)
        used = self.model.structure.flow.dtype
        for dtype in PRECISIONS[PRECISIONS.index(used) :]:
            stage = self.model.structure if dtype == used else self.model.structure.recast(dtype)
            logits = self._sample_structure(stage, noise, text, empty, report)
            fault = "" if torch.isfinite(logits).all() else "not finite"
            coords = occupied(logits[0, 0])
            if not fault and len(coords):
                return coords
            logger.warning("the structure is %s in %s", fault or "empty", str(dtype).removeprefix("torch."))
        raise GenerationFailed(
            "empty_structure",
            f"the structure is {fault or 'empty'} in every precision up to float32: "
            "try another seed, other words, or `trellis: trellis-text-large` in the configuration",
        )

    def build_on(self, coords: Tensor, prompt: str, seed: int, report: Report) -> Generated:
        """Return the object of the prompt on the occupied voxels `coords` [N, 3]. Raises GenerationFailed."""
        text, empty = self.texts(prompt + self.options.suffix), self.texts("")
        pyramid = self.model.make_pyramid(coords)
        report(Progress(_SHAPED, "detailing", structure_preview(pyramid.fine)))
        noise = self._latent_noise(seed, coords)
        latents = noise
        for step in self.model.latent_steps(noise, text, empty, pyramid, self.latent_sampling):
            latents = step.x
            done = (step.index + 1) / self.latent_sampling.steps
            report(Progress(_SHAPED + (_DETAILED - _SHAPED) * done, "detailing"))

        report(Progress(_DETAILED, "building"))
        splats = self.model.splats(latents[0], coords)
        if not all(bool(torch.isfinite(getattr(splats, name)).all()) for name in TENSORS):
            raise GenerationFailed(
                "not_finite",
                "the splats are not finite: try another seed, or set `dtype: bfloat16` in the configuration",
            )
        splats = merge_groups(splats, self.model.splats_per_voxel, self.options.max_splats)
        report(Progress(_BUILT, "tidying", splats))
        return Generated(normalise(compensated(splats, self.options.filter)).to("cpu"))

    def _latent_noise(self, seed: int, coords: Tensor) -> Tensor:
        """Return the noise [1, N, C] at `coords` [N, 3].

        The seed draws the structure's noise first, then that of every voxel, occupied or not: one voxel more or less
        then changes nobody else's. Both on the CPU, so that every device gets the same.
        """
        random = torch.Generator().manual_seed(seed)
        self.model.structure_noise(random)
        return self.model.latent_noise(random).to(self.model.device)[coords.unbind(-1)][None]

    def _sample_structure(
        self, stage: StructureStage, noise: Tensor, text: Tensor, empty: Tensor, report: Report
    ) -> Tensor:
        z = noise
        for step in stage.steps(noise, text, empty, self.structure_sampling):
            z = step.x
            report(Progress(_SHAPED * (step.index + 1) / self.structure_sampling.steps, "shaping"))
        return stage.logits(z)


def share_of(report: Report, first: float, last: float) -> Report:
    """Return a report whose fractions 0 to 1 are those from `first` to `last` of `report`."""
    return lambda progress: report(replace(progress, fraction=first + (last - first) * progress.fraction))
