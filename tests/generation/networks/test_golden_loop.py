"""Score distillation inside the optimisation loop, at the start, middle and end of its schedule, against the formulas
of tests/golden/README.md's networks worked out in double precision, step by step, without the code under test."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from generation.backends.guided.distil import Distillation
from generation.backends.guided.guidance import Views
from generation.backends.guided.optimise import optimise
from generation.backends.guided.settings import Optimisation
from generation.networks import autoencoder, checkpoints
from generation.networks.diffusion import DiffusionSize, LatentDiffusion

CPU = torch.device("cpu")
SCALE = 100.0
STEPS = 50
WATCHED = {1: 980, 25: 500, STEPS: 20}
"""Steps at the start, middle and end, and the noise level the annealed schedule gives them."""

SETTINGS = Optimisation.model_validate(
    {
        "steps": STEPS,
        "preview_every": 0,
        "blob": {"splats": 300, "opacity": 0.5},
        "views": {"count": 4, "layout": "ring", "radius": 2.0, "resolutions": [{"until": 1, "px": 48}]},
        "growing": {"every": 0, "reset_every": 0},
    }
)


@dataclass
class Seen:
    """One watched step: what the guide was given, how the generator stood, and the gradient the loop received."""

    images: Tensor
    views: Views
    t: int
    generator: torch.Generator
    gradient: Tensor | None = None


@pytest.fixture(scope="module")
def model(golden, mvdream: LatentDiffusion) -> LatentDiffusion:
    """The golden MVDream with the golden VAE; its texts are the golden contexts, whatever the prompts."""
    size = autoencoder.VaeSize((32, 64), layers=1)
    state = checkpoints.vae_state(
        golden("vae_tiny", "vae").state("first_stage_model."), autoencoder.make_vae(size).config
    )
    vae = checkpoints.load_network(lambda: autoencoder.make_vae(size), state, torch.float32, CPU)
    g = golden("", "mvdream_sds")
    whole = DiffusionSize(mvdream.size.unet, size, mvdream.size.text, views=4, image_px=32)
    contexts = torch.cat([g["context_neg"], g["context_pos"]])
    ids = {("ugly", "a chair"): torch.arange(2)}
    return replace(
        mvdream, size=whole, vae=vae, tokenizer=lambda prompts: ids[tuple(prompts)], text_encoder=Texts(contexts)
    )


@dataclass
class Texts:
    """A text tower that knows two texts."""

    contexts: Tensor
    device: torch.device = CPU

    def __call__(self, input_ids: Tensor) -> SimpleNamespace:
        return SimpleNamespace(last_hidden_state=self.contexts[input_ids])


@pytest.fixture(scope="module")
def seen(model: LatentDiffusion) -> list[Seen]:
    """The loop run once; unwatched steps cost nothing and pull nowhere."""
    real = Distillation(model, scale=SCALE, negative="ugly").prepare("a chair")
    watched: list[Seen] = []
    number = 0

    def guide(images: Tensor, views: Views, t: int, generator: torch.Generator) -> Tensor:
        nonlocal number
        number += 1
        if number not in WATCHED:
            return 0 * images.sum()
        step = Seen(images.detach().clone(), views, t, generator.clone_state())
        images.register_hook(lambda gradient: setattr(step, "gradient", gradient.clone()))
        watched.append(step)
        return real(images, views, t, generator)

    optimise(guide, SETTINGS, 11, CPU, lambda _: None)
    return watched


def worked_out(model: Any, step: Seen) -> Tensor:
    """The gradient [4, H, W, 3] of the images by the table of score distillation, in double precision."""
    unet, vae = (copy.deepcopy(part).double() for part in (model.unet, model.vae))
    images = step.images.double().requires_grad_()
    small = torch.nn.functional.interpolate(images.permute(0, 3, 1, 2), (32, 32), mode="bilinear", align_corners=False)
    mean, logvar = vae.quant_conv(vae.encoder(2 * small - 1)).chunk(2, dim=1)
    shape = mean.shape
    drawn, noise = (torch.randn(shape, generator=step.generator).double() for _ in range(2))
    latents = 0.18215 * (mean + torch.exp(0.5 * logvar.clamp(-30, 20)) * drawn)

    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    alpha = torch.cumprod(1 - betas, 0)[step.t]
    noisy = (alpha.sqrt() * latents + (1 - alpha).sqrt() * noise).detach()
    cameras = torch.stack(
        [mvdream_camera(a + 90, e) for a, e in zip(step.views.azimuths_deg, step.views.elevations_deg, strict=True)]
    )
    with torch.no_grad():
        without, wanted = (
            unet(
                noisy,
                torch.full((4,), step.t),
                context.double().expand(4, -1, -1),
                class_labels=cameras,
                return_dict=False,
            )[0]
            for context in model.text_encoder.contexts
        )
    direction = without + SCALE * (wanted - without) - noise
    (gradient,) = torch.autograd.grad(latents, images, direction / 4)
    return gradient


def mvdream_camera(azimuth_deg: float, elevation_deg: float) -> Tensor:
    """[16] of a camera on the unit sphere, in MVDream's world with z up: rows as in the golden cameras at e = 15."""
    a, e = torch.deg2rad(torch.tensor([azimuth_deg, elevation_deg], dtype=torch.float64))
    sa, ca, se, ce = a.sin(), a.cos(), e.sin(), e.cos()
    zero, one = torch.zeros_like(a), torch.ones_like(a)
    rows = [
        [ca, -se * sa, ce * sa, ce * sa],
        [sa, se * ca, -ce * ca, -ce * ca],
        [zero, ce, se, se],
        [zero, zero, zero, one],
    ]
    return torch.stack([torch.stack(row) for row in rows]).flatten()


def test_the_camera_formula_is_that_of_the_golden_cameras(golden) -> None:
    g = golden("", "cameras")
    for (elevation, start), wanted in zip(g["get_camera_args"].tolist(), g["get_camera"], strict=True):
        ours = torch.stack([mvdream_camera(start + 90 * i, elevation) for i in range(4)])
        torch.testing.assert_close(ours.float(), wanted, rtol=0, atol=1e-6)


def test_timesteps_at_the_start_middle_and_end(seen: list[Seen]) -> None:
    assert [step.t for step in seen] == list(WATCHED.values())


@pytest.mark.parametrize("index", [0, 1, 2], ids=["start", "middle", "end"])
def test_the_gradient_in_the_loop_equals_the_formula(index: int, model: LatentDiffusion, seen: list[Seen]) -> None:
    step = seen[index]
    wanted = worked_out(model, replace(step, generator=step.generator.clone_state()))
    assert step.gradient is not None
    assert float(wanted.norm()) > 0.1
    assert float((step.gradient - wanted).norm() / wanted.norm()) <= 1e-4
