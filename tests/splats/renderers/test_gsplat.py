"""The CUDA renderer against the oracle: images and gradients. Needs a GPU."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.render import render, renderer_name

pytestmark = pytest.mark.gpu
MakeSplats = Callable[..., Splats]


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_gsplat_agrees_with_the_oracle(degree: int, make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(1500, degree), orbit([0, 130], [0, 40], radius=1.7, width=97, height=61)
    oracle = render(splats, cameras, renderer="torch")
    theirs = render(splats.to("cuda"), cameras, renderer="gsplat")
    for ours, wanted in zip(theirs, oracle, strict=True):
        difference = (ours.cpu() - wanted).abs()
        assert float(difference.mean()) < 1e-5
        assert float(difference.max()) < 2e-2


@pytest.mark.parametrize("name", TENSORS)
def test_gsplat_has_the_gradients_of_the_oracle(name: str, make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(100, 1), orbit([0], [0], radius=1.7, width=48, height=48)
    gradients = []
    for renderer, device in (("torch", "cpu"), ("gsplat", "cuda")):
        value = getattr(splats, name).to(device).requires_grad_()
        images, _ = render(replace(splats.to(device), **{name: value}), cameras, renderer=renderer)
        (images**2).sum().backward()
        gradients.append(value.grad.cpu())
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-2, atol=1e-2 * float(gradients[0].abs().max()))


def test_gsplat_has_the_means2d_gradients_of_the_oracle(make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(100), orbit([0, 90], [0, 20], radius=1.7, width=48, height=48)
    gradients = []
    for renderer, device in (("torch", "cpu"), ("gsplat", "cuda")):
        means2d_grad = torch.zeros(2, 100, 2, device=device, requires_grad=True)
        means = splats.means.to(device).requires_grad_()
        images, _ = render(
            replace(splats.to(device), means=means), cameras, renderer=renderer, means2d_grad=means2d_grad
        )
        (images**2).sum().backward()
        gradients.append(means2d_grad.grad.cpu())
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-2, atol=1e-2 * float(gradients[0].abs().max()))


def test_without_splats_the_image_is_the_background(make_splats: MakeSplats) -> None:
    images, alpha = render(make_splats(0).to("cuda"), orbit([0], [0], radius=2, width=20, height=10), (0, 1, 0))
    assert images.shape == (1, 10, 20, 3)
    assert float(alpha.max()) == 0
    assert torch.equal(images.cpu(), torch.tensor([0.0, 1, 0]).expand(1, 10, 20, 3))


def test_renderer_name_contains_the_version() -> None:
    assert renderer_name("cuda").startswith("gsplat-1.")
