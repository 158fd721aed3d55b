import math
from collections.abc import Callable

import pytest
import torch

from splats import sh


def _directions(n: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.nn.functional.normalize(torch.randn(n, 3, generator=generator, dtype=torch.float64), dim=-1)


def test_basis_functions_are_orthonormal_over_the_sphere() -> None:
    n = 200  # midpoint rule in z and azimuth, which is area preserving
    z = (torch.arange(n, dtype=torch.float64) + 0.5) / n * 2 - 1
    a = (torch.arange(n, dtype=torch.float64) + 0.5) / n * 2 * math.pi
    z, a = (grid.flatten() for grid in torch.meshgrid(z, a, indexing="ij"))
    r = (1 - z * z).sqrt()
    values = sh.basis(3, torch.stack([r * a.cos(), r * a.sin(), z], dim=-1))  # [n², 16]
    gram = values.T @ values * (4 * math.pi / n**2)
    torch.testing.assert_close(gram, torch.eye(16, dtype=torch.float64), atol=1e-3, rtol=0)


def test_first_degree_has_the_signs_of_3dgs() -> None:
    values = sh.basis(1, torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    c = 0.4886025
    wanted = torch.tensor([[0.0, c, 0.0], [-c, 0.0, 0.0], [0.0, 0.0, -c]])
    torch.testing.assert_close(values[:, 1:], wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize("degree", [0, 1, 2])
def test_lower_degree_is_a_prefix_of_the_third(degree: int) -> None:
    directions = _directions(20)
    torch.testing.assert_close(sh.basis(degree, directions), sh.basis(3, directions)[:, : (degree + 1) ** 2])


def test_degree_beyond_three_is_refused() -> None:
    with pytest.raises(ValueError, match="degree 0 to 3"):
        sh.basis(4, _directions(1))


def test_black_is_the_least_coefficient_with_a_gradient() -> None:
    black = torch.tensor(sh.BLACK)
    below = torch.nextafter(black, torch.tensor(-9.0))
    coefficients = torch.stack([black, below, below]).reshape(1, 1, 3).requires_grad_()
    sh.to_rgb(coefficients).sum().backward()
    assert sh.to_rgb(coefficients).tolist() == [[0, 0, 0]]
    assert (coefficients.grad > 0).flatten().tolist() == [True, False, False]


def test_from_rgb_gives_the_same_colour_from_every_direction() -> None:
    rgb = torch.rand(20, 3, dtype=torch.float64)
    coefficients = sh.from_rgb(rgb)
    torch.testing.assert_close(sh.colours(coefficients, _directions(20)), rgb)
    torch.testing.assert_close(sh.to_rgb(coefficients), rgb)


def test_colours_are_clamped_at_0_and_not_at_1() -> None:
    rgb = torch.tensor([[-60.0, -1e-6, 0.0], [1.0, 1.5, 90.0]], dtype=torch.float64)
    shown = torch.tensor([[0.0, 0.0, 0.0], [1.0, 1.5, 90.0]], dtype=torch.float64)
    torch.testing.assert_close(sh.colours(sh.from_rgb(rgb), _directions(2)), shown)
    torch.testing.assert_close(sh.to_rgb(sh.from_rgb(rgb)), shown)


def test_a_colour_may_be_below_0_from_one_side_only() -> None:
    coefficients = torch.zeros(1, 4, 3)
    coefficients[:, 2] = 3.0  # along z
    ahead, behind = torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([[0.0, 0.0, -1.0]])
    torch.testing.assert_close(sh.colours(coefficients, ahead), torch.full((1, 3), 0.5 + 3 * sh.SH_C1))
    assert sh.colours(coefficients, behind).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("function", [sh.to_rgb, lambda coefficients: sh.colours(coefficients, _directions(1))])
def test_the_gradient_passes_at_0_and_above_and_stops_below(
    function: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    zero = -0.5 / sh.SH_C0
    coefficients = torch.tensor([[[zero * 1.001, zero, 40.0]]], dtype=torch.float64, requires_grad=True)
    assert function(coefficients)[0, :2].tolist() == [0, 0]
    function(coefficients).sum().backward()
    assert coefficients.grad.tolist() == [[[0.0, sh.SH_C0, sh.SH_C0]]]
