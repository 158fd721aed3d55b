"""Floaters are removed, and nothing of the object with them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from generation.backends.floaters import without_floaters
from splats.model import TENSORS, Splats

QUAT = torch.tensor([1.0, 0, 0, 0])


def ball(count: int, centre: tuple[float, float, float], radius: float, *, width: float = 0.05) -> Splats:
    random = torch.Generator().manual_seed(count)
    towards = torch.nn.functional.normalize(torch.randn(count, 3, generator=random), dim=-1)
    return Splats(
        means=torch.tensor(centre) + radius * towards,
        quats=QUAT.repeat(count, 1),
        scales=torch.full((count, 3), width),
        opacities=torch.full((count,), 0.9),
        sh=torch.zeros(count, 1, 3),
    )


def joined(*parts: Splats) -> Splats:
    return Splats(*(torch.cat([getattr(part, name) for part in parts]) for name in TENSORS))


def test_specks_are_removed_and_the_object_keeps_its_order() -> None:
    body, speck = ball(500, (0, 0, 0), 0.4), ball(2, (2, 0, 0), 0.01, width=0.01)
    kept = without_floaters(joined(speck, body))
    assert torch.equal(kept.means, body.means)


def test_a_large_detached_part_is_kept() -> None:
    planet, moon = ball(500, (0, 0, 0), 0.4), ball(60, (2, 0, 0), 0.1)
    assert len(without_floaters(joined(planet, moon))) == 560
    assert len(without_floaters(joined(planet, moon), keep_share=0.2)) == 500


def test_a_thin_thread_of_the_object_is_not_a_floater() -> None:
    thread = ball(40, (0, 0, 0), 0, width=0.01)
    thread = replace(thread, means=torch.linspace(0.4, 1.4, 40)[:, None] * torch.tensor([[1.0, 0, 0]]))
    assert len(without_floaters(joined(ball(500, (0, 0, 0), 0.4), thread))) == 540


def test_invisible_splats_are_removed() -> None:
    body = ball(500, (0, 0, 0), 0.4)
    faint = replace(body, opacities=torch.full((500,), 0.004))
    assert len(without_floaters(joined(body, faint))) == 500
    with pytest.raises(ValueError, match="no splat has an opacity"):
        without_floaters(faint)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_handful_of_splats_is_an_object(count: int) -> None:
    assert len(without_floaters(ball(count, (0, 0, 0), 0.02))) == count
