from __future__ import annotations

import torch

from benchmarks.blend_gradient import pictures
from splats.camera import orbit
from splats.model import Splats
from splats.render import render

CAMERAS = orbit([20.0, 200.0], [10.0, 30.0], radius=2.1, width=24, height=24)


def long_thin_splats(count: int = 40) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    means = torch.rand(count, 3, generator=draw) - 0.5
    quats = torch.randn(count, 4, generator=draw)
    scales = 0.005 + 0.1 * torch.rand(count, 3, generator=draw)
    values = (means, quats, scales, torch.rand(count, generator=draw), torch.randn(count, 1, 3, generator=draw))
    return [value.requires_grad_() for value in values]


def test_pictures_and_gradients_are_the_torch_renderers() -> None:
    values = long_thin_splats()
    compiled, readable = pictures(Splats(*values), CAMERAS), render(Splats(*values), CAMERAS).images
    torch.testing.assert_close(compiled, readable, atol=1e-5, rtol=0)
    weights = torch.randn(compiled.shape, generator=torch.Generator().manual_seed(1))
    found, expected = (torch.autograd.grad((p * weights).sum(), values) for p in (compiled, readable))
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5 * float(theirs.abs().max()), rtol=1e-3)
