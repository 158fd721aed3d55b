"""The learned generators on each device and in each precision, compared with float32 on the CPU.

The same tests run on the CPU, where `float16` takes the place of another device; those on a GPU need one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from generation.backends.guided.distil import unet_cameras
from generation.backends.guided.guidance import Views
from generation.backends.learned import WeightFiles, read_weights_table
from generation.networks import autoencoder, lgm, matting
from generation.networks.cameras import orbit_poses
from generation.networks.diffusion import Condition, LatentDiffusion
from generation.networks.distillation import distillation_loss
from splats.camera import orbit
from splats.model import TENSORS, Splats

RELATIVE = 1e-2
"""Norm of what differs to norm of the whole. In float32 a GPU convolves in TF32, of 10 bits: as float16, which differs
by 0.006 at most on a CPU, where bfloat16 differs by 0.019."""

GUIDED = 0.1
"""The same for a step at guidance 100, which amplifies rounding: on a CPU 0.04 in float16, 0.27 in bfloat16."""

GUIDANCE = 100.0
"""As in the shipped configurations. The tiny networks' two predictions are 4 to 5 % apart, as those of real ones."""

PLACES = [
    pytest.param("cpu", "float16", id="cpu-float16"),
    pytest.param("cuda", "float32", id="cuda-float32", marks=pytest.mark.gpu),
    pytest.param("cuda", "float16", id="cuda-float16", marks=pytest.mark.gpu),
]
SETUPS = [
    pytest.param("cpu", {}, id="cpu"),
    pytest.param("cuda", {}, id="cuda", marks=pytest.mark.gpu),
    pytest.param("cuda", {"dtype": "float16"}, id="cuda-float16", marks=pytest.mark.gpu),
    pytest.param("cuda", {"dtype": "float16", "compiled": True}, id="cuda-compiled", marks=pytest.mark.gpu),
]


@dataclass(frozen=True)
class Drawn:
    """The input of a step, drawn on the CPU: a GPU draws other numbers from the same seed."""

    images: Tensor
    latents: Tensor
    noise: Tensor
    views: Views


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    random = torch.Generator().manual_seed(1)
    azimuths, elevations = (0.0, 90.0, 180.0, 270.0), (15.0,) * 4
    cameras = orbit(azimuths, elevations, radius=2.5, width=64, height=64)
    return Drawn(
        images=torch.rand(4, 3, 64, 64, generator=random),
        latents=torch.randn(4, 4, 8, 8, generator=random),
        noise=torch.randn(4, 4, 8, 8, generator=random),
        views=Views(cameras, azimuths, elevations, torch.ones(3)),
    )


@pytest.fixture(scope="module")
def files_on(tiny_weights: Path):
    """Return a function that gives the files of all tiny networks: `files_on("cuda", "float16")`."""
    names = ["mvdream", "stable-diffusion", "tokenizer", "lgm", "matting"]
    return lambda device, dtype: WeightFiles(read_weights_table(str(tiny_weights)), names, device, dtype, offline=True)


def condition_of(model: LatentDiffusion, views: Views, scale: float) -> Condition:
    texts = model.embed(["ugly", "a red chair"])
    return Condition(texts, unet_cameras(views, model.device) if model.size.views else None, scale)


def diffusion_outputs(model: LatentDiffusion, drawn: Drawn) -> dict[str, Tensor]:
    """Return the output of each network of the model for the same input."""
    images, latents = drawn.images.to(model.device), drawn.latents.to(model.device)
    condition = condition_of(model, drawn.views, 1.0)
    with torch.no_grad():
        without, with_prompt = model.predict(latents, 500, condition)
        mean, logvar = autoencoder.posterior(model.vae, 2 * images - 1)
        decoded = autoencoder.decode(model.vae, latents)
    named = {"text": condition.texts, "without": without, "with the prompt": with_prompt, "decoded": decoded}
    return {**named, "mean": mean, "logvar": logvar}


def feed_forward_outputs(files: WeightFiles, drawn: Drawn) -> dict[str, Tensor]:
    """Return LGM's output before it becomes splats, and the mask of the object."""
    network, images = files.lgm_model("lgm"), drawn.images.to(files.device)
    rays = lgm.pluecker_rays(orbit_poses((0, 90, 180, 270), [0.0] * 4, lgm.RADIUS), network.input_px).to(files.device)
    sized = torch.nn.functional.interpolate(images, (network.input_px, network.input_px))
    with torch.no_grad():
        numbers = network(lgm.network_input(sized, rays).to(network.conv.weight.dtype))
    return {"lgm": numbers, "mask": matting.object_masks(files.matting_model("matting"), images)}


def distillation_gradient(model: LatentDiffusion, drawn: Drawn) -> Tensor:
    """The gradient of one step of distillation with respect to the images, without its random draws."""
    images = drawn.images.clone().to(model.device).requires_grad_()
    mean, _ = autoencoder.posterior(model.vae, 2 * images - 1)
    condition = condition_of(model, drawn.views, GUIDANCE)
    distillation_loss(model, autoencoder.SCALING * mean, drawn.noise.to(model.device), 500, condition).backward()
    assert images.grad is not None
    return images.grad


def assert_agree(got: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    """Each part is near the wanted one."""
    distances = {part: relative(got[part], wanted[part]) for part in wanted}
    assert distances == pytest.approx(dict.fromkeys(wanted, 0.0), abs=RELATIVE)


def relative(got: Tensor, wanted: Tensor) -> float:
    return float((got.float().cpu() - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("name", ["mvdream", "stable-diffusion"])
@pytest.mark.parametrize(("device", "dtype"), PLACES)
def test_the_networks_of_a_diffusion_model_agree_with_float32(
    name: str, device: str, dtype: str, files_on: Any, drawn: Drawn
) -> None:
    wanted = diffusion_outputs(files_on("cpu", "float32").diffusion_model(name, "tokenizer"), drawn)
    got = diffusion_outputs(files_on(device, dtype).diffusion_model(name, "tokenizer"), drawn)
    assert_agree(got, wanted)


@pytest.mark.parametrize(("device", "dtype"), PLACES)
def test_lgm_and_matting_agree_with_float32(device: str, dtype: str, files_on: Any, drawn: Drawn) -> None:
    wanted = feed_forward_outputs(files_on("cpu", "float32"), drawn)
    got = feed_forward_outputs(files_on(device, dtype), drawn)
    assert_agree(got, wanted)


@pytest.mark.parametrize("name", ["mvdream", "stable-diffusion"])
@pytest.mark.parametrize(("device", "dtype"), PLACES)
def test_the_gradient_of_distillation_agrees_with_float32(
    name: str, device: str, dtype: str, files_on: Any, drawn: Drawn
) -> None:
    wanted = distillation_gradient(files_on("cpu", "float32").diffusion_model(name, "tokenizer"), drawn)
    got = distillation_gradient(files_on(device, dtype).diffusion_model(name, "tokenizer"), drawn)
    assert torch.isfinite(got).all()
    assert relative(got, wanted) <= GUIDED


@pytest.mark.parametrize("name", ["mvdream", "stable-diffusion"])
def test_the_direction_of_a_step_would_be_wrong_in_bfloat16(name: str, files_on: Any, drawn: Drawn) -> None:
    wanted, got = (
        distillation_gradient(files_on("cpu", dtype).diffusion_model(name, "tokenizer"), drawn)
        for dtype in ("float32", "bfloat16")
    )
    assert relative(got, wanted) > 2 * GUIDED


@pytest.mark.parametrize("name", ["lgm.yaml", "text.yaml", "text_mv.yaml", "trellis.yaml"])
@pytest.mark.parametrize(("device", "options"), SETUPS)
def test_a_whole_generation_is_finite_and_depends_on_its_seed(
    name: str, device: str, options: dict[str, Any], load: Any
) -> None:
    """Without growth: where the last bit of a sum decides, a GPU may keep a splat once and drop it the next time."""
    still = {"optimisation": {"growing": {"every": 0}}, "keep_floaters": True}
    fixed_count = still if name in {"text.yaml", "text_mv.yaml"} else {}
    generate = load(name, device, **fixed_count, **options)
    first, again, other = (generate("a red chair", seed, lambda _: None).splats for seed in (1, 1, 2))
    assert first.device.type == "cpu"
    assert all(torch.isfinite(getattr(first, part)).all() for part in TENSORS)
    assert apart(first, again) <= (0 if device == "cpu" else 1e-3)
    assert apart(first, other) > 1e-2


def apart(one: Splats, other: Splats) -> float:
    """Return the 90th percentile of the distances between the splats of two objects, 1 if their numbers differ.

    Not the maximum: a first step of Adam is as long for a gradient that is only rounding error as for any other.
    """
    if len(one) != len(other):
        return 1.0
    return float((one.means - other.means).norm(dim=-1).quantile(0.9))
