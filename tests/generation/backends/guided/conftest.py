"""For tests of the optimisation: images of a known object as guidance, small settings, one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from generation.backends.guided.guidance import Guide, Views
from generation.backends.guided.settings import Optimisation
from splats.model import Splats
from splats.render import render

CPU = torch.device("cpu")


@pytest.fixture(scope="session", autouse=True)
def _one_torch_thread() -> Iterator[None]:
    """Small operations gain nothing from torch's threads, and lose much on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Portrait:
    """A guidance toward the images of `object`, whatever the prompt."""

    object: Splats
    device: torch.device = CPU

    def prepare(self, prompt: str) -> Guide:
        def guide(images: Tensor, views: Views, t: int, generator: torch.Generator) -> Tensor:
            with torch.no_grad():
                wanted = render(self.object, views.cameras, views.background).images
            return 0.5 * (images - wanted).square().sum() / len(views)

        return guide


@pytest.fixture(scope="session")
def portrait() -> Callable[[Splats], Portrait]:
    return Portrait


@pytest.fixture(scope="session")
def small() -> Callable[..., Optimisation]:
    """`small(steps=…, growing={…})`: settings for two images of 128 pixels a step."""

    def make(**changes: object) -> Optimisation:
        growing = {
            "every": 50,
            "threshold": 1.2,
            "split_above": 0.02,
            "drop_above": 0.2,
            "drop_fainter": 0.02,
            "most_splats": 6000,
            "reset_every": 0,
        }
        views = {"count": 2, "layout": "scattered", "radius": 2.0, "resolutions": [{"until": 1, "px": 128}]}
        shape = {"steps": 180, "blob": {"splats": 600}, "views": views, "preview_every": 0, **changes}
        shape["growing"] = growing | dict(changes.get("growing", {}))
        return Optimisation.model_validate(shape)

    return make


@pytest.fixture(scope="session")
def cross() -> Splats:
    """A cheap object: three crossed bars [150], red along x, green along y, blue along z."""
    along = torch.linspace(-0.5, 0.5, 50)
    means = torch.zeros(150, 3)
    colours = torch.zeros(150, 1, 3)
    for axis in range(3):
        means[axis * 50 : (axis + 1) * 50, axis] = along
        colours[axis * 50 : (axis + 1) * 50, 0, axis] = 1.5
    return Splats(
        means=means,
        quats=torch.tensor([1.0, 0, 0, 0]).repeat(150, 1),
        scales=torch.full((150, 3), 0.03),
        opacities=torch.full((150,), 0.9),
        sh=colours,
    )
