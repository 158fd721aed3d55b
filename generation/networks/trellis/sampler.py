"""Euler's method for a rectified flow (Liu et al. 2022), guided during a part of it (Kynkäänniemi et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generation.networks.trellis.args import SamplerArgs

TIME_SCALE = 1000.0
"""Networks take times from 0 to 1000."""

Velocity = Callable[[Tensor, int], Tensor]
"""(x, step) → the velocity of x. Where the step is guided, x is there twice: for the text, then for the empty text."""


@dataclass(frozen=True)
class Step:
    """A step of the sampler that has been taken.

    index     from 0
    before    the sample before it, x after it, and the velocity between
    t         its time, from 1 (noise) to 0
    """

    index: int
    before: Tensor
    x: Tensor
    velocity: Tensor
    t: float
    sigma_min: float

    def result(self) -> Tensor:
        """Return the result that the velocity points at."""
        return (1 - self.sigma_min) * self.before - (self.sigma_min + (1 - self.sigma_min) * self.t) * self.velocity


def times(args: SamplerArgs) -> list[float]:
    """Return the steps' times and the last one's end [steps + 1], from 1 to 0."""
    even = np.linspace(1, 0, args.steps + 1)  # in float64: ends of the guided interval are compared exactly
    spaced = args.rescale_t * even / (1 + (args.rescale_t - 1) * even)
    return [float(t) for t in spaced]


def guided(args: SamplerArgs) -> list[bool]:
    """Return, for each step, whether guidance applies."""
    low, high = args.cfg_interval
    return [low <= t <= high for t in times(args)[:-1]]


def network_times(args: SamplerArgs, device: torch.device) -> Tensor:
    """Return the steps' times [steps] as networks take them."""
    return torch.tensor([TIME_SCALE * t for t in times(args)[:-1]], dtype=torch.float32, device=device)


def euler(velocity: Velocity, noise: Tensor, args: SamplerArgs) -> Iterator[Step]:
    """Take the steps from `noise` [B, …], yielding each; never waits for the device."""
    schedule, strength = times(args), args.cfg_strength
    x = noise
    for index, with_guidance in enumerate(guided(args)):
        if with_guidance:
            with_text, without = velocity(torch.cat([x, x]), index).chunk(2)
            v = (1 + strength) * with_text - strength * without
        else:
            v = velocity(x, index)
        before, x = x, x - (schedule[index] - schedule[index + 1]) * v
        yield Step(index, before, x, v, schedule[index], args.sigma_min)
