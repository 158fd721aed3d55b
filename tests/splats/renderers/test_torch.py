"""The oracle's gradients; its images are tested in ../test_render.py."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.renderers.torch import blend, project, render_torch

NAMES = TENSORS


def _few_splats_float64(degree: int, colour: float = 1.0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(degree)

    def rand(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator, dtype=torch.float64)

    return {
        "means": rand(4, 3) * 0.4 - 0.2,
        "quats": torch.nn.functional.normalize(rand(4, 4) - 0.5, dim=-1),
        "scales": rand(4, 3) * 0.1 + 0.2,  # wide enough that no pixel lies at the edge of a splat, where it jumps
        "opacities": rand(4) * 0.3 + 0.3,
        "sh": (rand(4, (degree + 1) ** 2, 3) - 0.5) * colour,
    }


@pytest.mark.parametrize("name", [*NAMES, "viewmats"])
@pytest.mark.parametrize(
    ("recompute", "antialiased", "colour"),
    [(True, False, 1.0), (False, False, 1.0), (True, True, 1.0), (True, True, 9.0)],
)
def test_gradients_agree_with_finite_differences(name: str, recompute: bool, antialiased: bool, colour: float) -> None:
    fields = _few_splats_float64(2, colour)
    cameras = orbit([30], [20], radius=2, width=4, height=3)
    fields["viewmats"], K = cameras.viewmats[0].double(), cameras.Ks[0].double()
    background = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)

    def image(value: torch.Tensor) -> torch.Tensor:
        values = fields | {name: value}
        splats = SimpleNamespace(**{field: values[field] for field in NAMES}, antialiased=antialiased)
        projected = project(splats, values["viewmats"], K, 4, 3)
        return blend(projected, 4, 3, background, recompute=recompute)

    assert torch.autograd.gradcheck(image, fields[name].clone().requires_grad_(), eps=1e-7, atol=1e-4)


def test_the_background_has_a_gradient(make_splats: Callable[..., Splats]) -> None:
    background = torch.zeros(3, requires_grad=True)
    cameras = orbit([0], [0], radius=1.7, width=20, height=20)
    images, alpha = render_torch(make_splats(20), cameras, background)
    images.sum().backward()
    torch.testing.assert_close(background.grad, (1 - alpha).sum().detach().expand(3), rtol=1e-5, atol=0)
