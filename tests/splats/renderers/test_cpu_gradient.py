"""The fast renderer's gradients agree with the oracle's and depend on nothing but the inputs."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from splats.camera import orbit
from splats.model import TENSORS, Cameras, Splats
from splats.render import render

MakeSplats = Callable[..., Splats]
NAMES = TENSORS


def _cameras() -> Cameras:
    return orbit([0, 100, 220], [0, 30, -30], radius=1.7, width=90, height=70)


def _gradients(splats: Splats, renderer: str, cameras: Cameras | None = None) -> dict[str, torch.Tensor]:
    """Gradients of a loss that weights every pixel and every alpha differently."""
    cameras = cameras or _cameras()
    leaves = {name: getattr(splats, name).clone().requires_grad_() for name in NAMES}
    leaves["background"] = torch.tensor([0.2, 0.5, 0.9], requires_grad=True)
    leaves["means2d_grad"] = torch.zeros(len(cameras), len(splats), 2, requires_grad=True)
    leaves["viewmats"] = cameras.viewmats.clone().requires_grad_()
    moved = replace(cameras, viewmats=leaves["viewmats"])
    rebuilt = replace(splats, **{name: leaves[name] for name in NAMES})
    images, alpha = render(rebuilt, moved, leaves["background"], renderer=renderer, means2d_grad=leaves["means2d_grad"])
    random = torch.Generator().manual_seed(3)
    loss = (images * torch.randn(images.shape, generator=random)).sum()
    (loss + (alpha * torch.randn(alpha.shape, generator=random)).sum()).backward()
    return {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}


@pytest.mark.parametrize(("degree", "wider", "opacity"), [(1, 1.0, None), (0, 8.0, None), (3, 3.0, 1.0)])
def test_gradients_agree_with_the_oracle(
    degree: int, wider: float, opacity: float | None, make_splats: MakeSplats
) -> None:
    splats = make_splats(250, degree)
    splats = replace(splats, scales=splats.scales * wider)
    if opacity is not None:
        splats = replace(splats, opacities=torch.full((250,), opacity))
    ours, oracle = _gradients(splats, "cpu"), _gradients(splats, "torch")
    assert ours.keys() == oracle.keys() == {*NAMES, "background", "means2d_grad", "viewmats"}
    for name, gradient in oracle.items():
        assert (ours[name] - gradient).norm() <= 1e-4 * gradient.norm(), name


@pytest.mark.parametrize("degree", [0, 3])
@pytest.mark.parametrize("antialiased", [False, True])
def test_gradients_agree_for_colours_below_0(degree: int, antialiased: bool, make_splats: MakeSplats) -> None:
    splats = make_splats(200, degree, seed=4)
    wild = replace(splats, sh=splats.sh * 5, antialiased=antialiased)
    ours, oracle = _gradients(wild, "cpu"), _gradients(wild, "torch")
    for name, gradient in oracle.items():
        assert (ours[name] - gradient).norm() <= 1e-4 * gradient.norm(), name
    assert bool((ours["sh"] == 0).any(dim=1).any())


@pytest.mark.parametrize(
    ("factor", "shape"),
    [(0.03, (1.0, 1.0, 1.0)), (1.0, (1.0, 1.0, 1.0)), (1.0, (100.0, 0.01, 0.01)), (1.0, (3.0, 3.0, 1e-6))],
)
def test_gradients_of_antialiased_splats_agree_and_are_finite(
    factor: float, shape: tuple, make_splats: MakeSplats
) -> None:
    splats = make_splats(200, 1, seed=5)
    scales = splats.scales * factor * torch.tensor(shape)
    sized = replace(splats, scales=scales, opacities=splats.opacities.sqrt(), antialiased=True)
    ours, oracle = _gradients(sized, "cpu"), _gradients(sized, "torch")
    for name, gradient in oracle.items():
        assert bool(torch.isfinite(gradient).all()), name
        assert (ours[name] - gradient).norm() <= 1e-3 * gradient.norm(), name


def test_a_dropped_antialiased_splat_has_a_gradient_of_0(make_splats: MakeSplats) -> None:
    splats = make_splats(3)
    scales = torch.tensor([[0.0, 0.0, 0.0], [1e-30, 0.1, 1e-30], [0.1, 0.1, 0.1]])
    gradients = _gradients(replace(splats, scales=scales, antialiased=True), "cpu")
    for name in NAMES:
        assert bool((gradients[name][:2] == 0).all()), name
        assert bool((gradients[name][2] != 0).any()), name


@pytest.mark.parametrize("antialiased", [False, True])
def test_images_are_the_same_with_and_without_a_gradient(antialiased: bool, make_splats: MakeSplats) -> None:
    splats = make_splats(500, 1)
    splats = replace(splats, sh=splats.sh * 3, antialiased=antialiased)
    plain = render(splats, _cameras(), renderer="cpu")
    differentiable = render(replace(splats, sh=splats.sh.clone().requires_grad_()), _cameras(), renderer="cpu")
    assert differentiable.images.requires_grad
    torch.testing.assert_close(differentiable.images.detach(), plain.images, rtol=0, atol=1e-4)
    torch.testing.assert_close(differentiable.alpha.detach(), plain.alpha, rtol=0, atol=1e-4)


def test_gradients_do_not_depend_on_the_number_of_threads(make_splats: MakeSplats) -> None:
    splats, before = make_splats(400), torch.get_num_threads()
    alone = _gradients(splats, "cpu")
    torch.set_num_threads(3)
    try:
        together = _gradients(splats, "cpu")
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(alone[name], together[name]) for name in alone)


def test_splats_out_of_view_have_no_gradient(make_splats: MakeSplats) -> None:
    splats = make_splats(20)
    away = replace(splats, means=splats.means + torch.tensor([0.0, 50.0, 0.0]))
    gradients = _gradients(away, "cpu")
    assert all(bool((gradients[name] == 0).all()) for name in (*NAMES, "means2d_grad"))
    assert bool((gradients["background"] != 0).all())


def test_no_cameras_give_no_images(make_splats: MakeSplats) -> None:
    splats = make_splats(5)
    splats.means.requires_grad_()
    assert render(splats, orbit([], [], radius=2, width=8, height=6)).images.shape == (0, 6, 8, 3)


def test_means2d_grad_of_another_shape_is_refused(make_splats: MakeSplats) -> None:
    with pytest.raises(ValueError, match=r"means2d_grad must be \[3, 5, 2\], not \[5, 2\]"):
        render(make_splats(5), _cameras(), means2d_grad=torch.zeros(5, 2))
