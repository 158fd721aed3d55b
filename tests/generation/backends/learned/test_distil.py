"""Score distillation as a guidance, with tiny networks: gradients, cameras, determinism."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from generation.backends.guided.distil import Distillation, direction, unet_cameras
from generation.backends.guided.guidance import Views
from generation.backends.learned import WeightFiles, read_weights_table
from generation.networks.cameras import mvdream_cameras, orbit_poses
from splats.camera import orbit

CPU = torch.device("cpu")


def views_at(azimuths: tuple[float, ...], elevation: float = 15.0) -> Views:
    elevations = (elevation,) * len(azimuths)
    cameras = orbit(azimuths, elevations, radius=2.5, width=32, height=32)
    return Views(cameras, azimuths, elevations, torch.ones(3))


@pytest.fixture(scope="module", params=["mvdream", "stable-diffusion"])
def guidance(request: pytest.FixtureRequest, tiny_weights: Path) -> Distillation:
    files = WeightFiles(
        read_weights_table(str(tiny_weights)), [request.param, "tokenizer"], "cpu", "float32", offline=True
    )
    return Distillation(files.diffusion_model(request.param, "tokenizer"), scale=100.0, negative="ugly")


def gradient(guidance: Distillation, prompt: str, *, t: int = 500, seed: int = 0, azimuth: float = 0.0) -> torch.Tensor:
    images = torch.full((4, 32, 32, 3), 0.5, requires_grad=True)
    views = views_at(tuple(azimuth + 90 * i for i in range(4)))
    guidance.prepare(prompt)(images, views, t, torch.Generator().manual_seed(seed)).backward()
    assert images.grad is not None
    return images.grad


def test_the_images_get_a_gradient_that_depends_on_the_seed(guidance: Distillation) -> None:
    first, again, other = (gradient(guidance, "a red chair", seed=seed) for seed in (1, 1, 2))
    assert torch.isfinite(first).all()
    assert float(first.abs().amax(dim=(1, 2, 3)).min()) > 0  # every view gets one
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_gradient_depends_on_prompt_timestep_and_camera(guidance: Distillation) -> None:
    first = gradient(guidance, "a red chair")
    assert not torch.equal(first, gradient(guidance, "a blue boat"))
    assert not torch.equal(first, gradient(guidance, "a red chair", t=100))
    assert not torch.equal(first, gradient(guidance, "a red chair", azimuth=180))


def test_the_networks_get_no_gradient(guidance: Distillation) -> None:
    gradient(guidance, "a red chair")
    networks = (guidance._model.unet, guidance._model.vae, guidance._model.text_encoder)
    assert all(parameter.grad is None for network in networks for parameter in network.parameters())


def test_mvdream_s_front_becomes_ours() -> None:
    cameras = unet_cameras(views_at((0.0, 90.0), elevation=20.0), CPU)
    assert torch.allclose(cameras, mvdream_cameras(orbit_poses([90, 180], [20, 20])), atol=1e-6)


@pytest.mark.parametrize(
    ("azimuth", "name"),
    [
        (0, "front"),
        (59, "front"),
        (-59, "front"),
        (350, "front"),
        (60, "side"),
        (-90, "side"),
        (270, "side"),
        (120, "back"),
        (180, "back"),
        (-180, "back"),
    ],
)
def test_the_view_direction_in_stable_diffusion_s_prompt(azimuth: float, name: str) -> None:
    assert direction(azimuth) == name
