"""Objects shared by the tests of the splat core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from splats.model import Splats

MakeSplats = Callable[..., Splats]


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread() -> Iterator[None]:
    """Use one thread: small operations gain nothing from more, and lose much when other programs use the cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def hamburger(shared_data: Path) -> bytes:
    """The bytes of a real asset: a PLY file of 52,709 splats, degree 0, no normals."""
    return (shared_data / "hamburger.ply").read_bytes()


@pytest.fixture(scope="session")
def make_splats() -> MakeSplats:
    """`make_splats(n, degree, seed)`: random splats with ordinary values."""
    return _random_splats


@pytest.fixture(scope="session")
def marked_object() -> Splats:
    """A grey box [650 splats] with a red cap on top (+y), a blue nose in front (+z) and a green ear at +x.

    No two directions look alike, so that a rotated or mirrored copy differs from the original.
    """
    generator = torch.Generator().manual_seed(7)
    parts = [
        ((0.0, -0.1, 0.0), (0.4, 0.6, 0.4), (0.6, 0.6, 0.6), 400),
        ((0.0, 0.3, 0.0), (0.4, 0.2, 0.4), (0.9, 0.1, 0.1), 100),
        ((0.0, 0.0, 0.3), (0.1, 0.1, 0.2), (0.1, 0.1, 0.9), 100),
        ((0.3, 0.0, 0.0), (0.2, 0.1, 0.1), (0.1, 0.8, 0.1), 50),
    ]
    means, colours = [], []
    for centre, size, colour, count in parts:
        unit = torch.rand(count, 3, generator=generator) - 0.5  # [M, 3]
        means.append(torch.tensor(centre) + torch.tensor(size) * unit)
        colours.append(torch.tensor(colour).expand(count, 3))
    blank = _random_splats(650, 0, 8)
    sh = (torch.cat(colours) - 0.5) / 0.28209479177387814  # [N, 3]
    return Splats(torch.cat(means), blank.quats, blank.scales, blank.opacities, sh[:, None])


def _random_splats(n: int, degree: int = 0, seed: int = 0) -> Splats:
    generator = torch.Generator().manual_seed(seed)
    quats = torch.randn(n, 4, generator=generator)
    return Splats(
        means=torch.rand(n, 3, generator=generator) - 0.5,
        quats=quats / quats.norm(dim=1, keepdim=True),
        scales=torch.rand(n, 3, generator=generator) * 0.03 + 0.003,
        opacities=torch.rand(n, generator=generator) * 0.9 + 0.05,
        sh=torch.rand(n, (degree + 1) ** 2, 3, generator=generator) * 1.2 - 0.6,
    )
