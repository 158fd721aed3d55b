"""The CUDA renderer against the oracle: images and gradients, on a GPU, and its call of gsplat on any machine."""

import importlib.abc
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from splats.camera import orbit
from splats.errors import RendererMissing
from splats.model import TENSORS, Splats
from splats.render import render, renderer_name
from splats.renderers.gsplat import render_gsplat
from splats.renderers.torch import render_torch
from tests.splats.renderers import plain_gsplat

MakeSplats = Callable[..., Splats]


KINDS = pytest.mark.parametrize(
    ("degree", "strength", "factor", "antialiased"),
    [
        (0, 1.0, 1.0, False),
        (1, 1.0, 1.0, False),
        (2, 1.0, 1.0, False),
        (3, 1.0, 1.0, False),
        (0, 5.0, 1.0, False),
        (3, 5.0, 1.0, False),
        (0, 1.0, 1.0, True),
        (3, 5.0, 0.1, True),
    ],
)
"""Colours below 0 (strength 5), small splats (factor 0.1), antialiased ones."""


def _splats(splats: Splats, strength: float, factor: float, antialiased: bool) -> Splats:
    return replace(splats, sh=splats.sh * strength, scales=splats.scales * factor, antialiased=antialiased)


@pytest.fixture
def without_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `render_gsplat` call the stand-in for gsplat, with splats on the CPU."""
    for name, module in plain_gsplat.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(Splats, "device", property(lambda _splats: torch.device("cuda")))


@pytest.mark.usefixtures("without_gpu")
def test_a_failed_build_of_the_kernels_is_reported_by_its_last_line(
    monkeypatch: pytest.MonkeyPatch, make_splats: MakeSplats
) -> None:
    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, *_: object) -> None:
            if name == "gsplat.cuda._backend":
                raise RuntimeError("a.cu(3): error\nError building extension 'gsplat_cuda'\nninja: build stopped: 1.\n")

    monkeypatch.delitem(sys.modules, "gsplat.cuda._backend")
    monkeypatch.setattr(sys.modules["gsplat"], "__path__", [], raising=False)
    monkeypatch.setattr(sys.modules["gsplat.cuda"], "__path__", [], raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(RendererMissing, match=r"could not be built: Error building extension 'gsplat_cuda'$"):
        render_gsplat(make_splats(3, 0), orbit([0], [0], radius=2, width=8, height=8), torch.ones(3))


@pytest.mark.usefixtures("without_gpu")
@KINDS
def test_the_call_of_gsplat_asks_for_the_images_of_the_oracle(
    degree: int, strength: float, factor: float, antialiased: bool, make_splats: MakeSplats
) -> None:
    splats = _splats(make_splats(150, degree), strength, factor, antialiased)
    cameras, background = orbit([0, 130], [0, 40], radius=1.7, width=41, height=31), torch.tensor([0.2, 0.5, 0.9])
    leaves = {}
    for render_with in (render_gsplat, render_torch):
        values = {name: getattr(splats, name).clone().requires_grad_() for name in TENSORS}
        means2d_grad = torch.zeros(2, 150, 2, requires_grad=True)
        images, alpha = render_with(replace(splats, **values), cameras, background, means2d_grad)
        weights = torch.linspace(-1, 1, images.numel()).reshape(images.shape)
        (images * weights).sum().backward()
        gradients = {name: value.grad for name, value in values.items()} | {"means2d": means2d_grad.grad}
        leaves[render_with] = (images.detach(), alpha.detach(), gradients)
    (ours, alpha, gradients), (oracle, oracle_alpha, oracle_gradients) = leaves.values()
    assert float((ours - oracle).abs().mean()) < 1e-5
    assert float((alpha - oracle_alpha).abs().mean()) < 1e-5
    for name, gradient in oracle_gradients.items():
        assert (gradients[name] - gradient).norm() <= 1e-2 * gradient.norm(), name


@pytest.mark.gpu
@KINDS
def test_gsplat_agrees_with_the_oracle(
    degree: int, strength: float, factor: float, antialiased: bool, make_splats: MakeSplats
) -> None:
    splats = _splats(make_splats(1500, degree), strength, factor, antialiased)
    cameras = orbit([0, 130], [0, 40], radius=1.7, width=97, height=61)
    oracle = render(splats, cameras, renderer="torch")
    theirs = render(splats.to("cuda"), cameras, renderer="gsplat")
    for ours, wanted in zip(theirs, oracle, strict=True):
        difference = (ours.cpu() - wanted).abs() / strength
        assert float(difference.mean()) < 1e-5
        assert float(difference.max()) < 2e-2


@pytest.mark.gpu
@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize(("strength", "antialiased"), [(1.0, False), (5.0, False), (1.0, True)])
def test_gsplat_has_the_gradients_of_the_oracle(
    name: str, strength: float, antialiased: bool, make_splats: MakeSplats
) -> None:
    splats = _splats(make_splats(100, 1), strength, 1.0, antialiased)
    cameras = orbit([0], [0], radius=1.7, width=48, height=48)
    gradients = []
    for renderer, device in (("torch", "cpu"), ("gsplat", "cuda")):
        value = getattr(splats, name).to(device).requires_grad_()
        images, _ = render(replace(splats.to(device), **{name: value}), cameras, renderer=renderer)
        (images**2).sum().backward()
        gradients.append(value.grad.cpu())
    torch.testing.assert_close(gradients[1], gradients[0], rtol=1e-2, atol=1e-2 * float(gradients[0].abs().max()))


@pytest.mark.gpu
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


@pytest.mark.gpu
def test_without_splats_the_image_is_the_background(make_splats: MakeSplats) -> None:
    images, alpha = render(make_splats(0).to("cuda"), orbit([0], [0], radius=2, width=20, height=10), (0, 1, 0))
    assert images.shape == (1, 10, 20, 3)
    assert float(alpha.max()) == 0
    assert torch.equal(images.cpu(), torch.tensor([0.0, 1, 0]).expand(1, 10, 20, 3))


@pytest.mark.gpu
def test_renderer_name_contains_the_version() -> None:
    assert renderer_name("cuda").startswith("gsplat-1.")
