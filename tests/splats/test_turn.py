"""Rotations about x and y, checked with rotation matrices and with colours along rotated directions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from splats.model import Splats
from splats.sh import colours
from splats.turn import half_turn_x, rotate_about_y

TURN = torch.diag(torch.tensor([1.0, -1.0, -1.0]))


def rotation(quats: Tensor) -> Tensor:
    """Rotation matrices [N, 3, 3] of unit quaternions [N, 4], wxyz."""
    w, x, y, z = quats.unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)


def random_splats(coefficients: int) -> Splats:
    random = torch.Generator().manual_seed(5)
    return Splats(
        means=torch.randn(20, 3, generator=random),
        quats=normalize(torch.randn(20, 4, generator=random), dim=-1),
        scales=torch.rand(20, 3, generator=random) + 0.01,
        opacities=torch.rand(20, generator=random),
        sh=torch.randn(20, coefficients, 3, generator=random),
    )


def test_half_turn_rotates_means_and_quaternions() -> None:
    before = random_splats(1)
    after = half_turn_x(before)
    torch.testing.assert_close(after.means, before.means @ TURN.T)
    torch.testing.assert_close(rotation(after.quats), TURN @ rotation(before.quats))
    torch.testing.assert_close(after.quats.norm(dim=-1), torch.ones(20))


@pytest.mark.parametrize("coefficients", [1, 4, 9, 16])
def test_half_turn_rotates_colours(coefficients: int) -> None:
    before = random_splats(coefficients)
    directions = normalize(torch.randn(20, 3, generator=torch.Generator().manual_seed(6)), dim=-1)
    turned = colours(half_turn_x(before).sh, directions @ TURN.T)
    torch.testing.assert_close(turned, colours(before.sh, directions))


def test_half_turn_keeps_scales_and_opacities() -> None:
    before = random_splats(4)
    after = half_turn_x(before)
    assert torch.equal(after.scales, before.scales)
    assert torch.equal(after.opacities, before.opacities)


def test_about_y_moves_front_toward_x_and_turns_rotations_with_it() -> None:
    before = random_splats(1)
    after = rotate_about_y(before, 90)
    turn = torch.tensor([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    torch.testing.assert_close(turn @ torch.tensor([0.0, 0, 1]), torch.tensor([1.0, 0, 0]))
    torch.testing.assert_close(after.means, before.means @ turn.T)
    torch.testing.assert_close(rotation(after.quats), turn @ rotation(before.quats))
    torch.testing.assert_close(after.quats.norm(dim=-1), torch.ones(20))
    back = rotate_about_y(after, -90)
    torch.testing.assert_close(back.means, before.means)
    torch.testing.assert_close(rotation(back.quats), rotation(before.quats))


def test_about_y_refuses_view_dependent_colours() -> None:
    with pytest.raises(ValueError, match="not of degree 1"):
        rotate_about_y(random_splats(4), 90)
