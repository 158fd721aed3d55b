"""One step of score distillation and the four-view sampler against the reference's numbers."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from generation.networks import four_views, schedule
from generation.networks.cameras import mvdream_cameras
from generation.networks.diffusion import Condition
from generation.networks.distillation import distillation_loss, reconstruction_loss


def largest(difference: torch.Tensor) -> float:
    return float(difference.abs().max())


def relative(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((got - wanted).norm() / wanted.norm())


def both(g) -> torch.Tensor:
    return torch.cat([g["context_neg"], g["context_pos"]])


def test_one_step_of_distillation(golden, mvdream) -> None:
    g = golden("", "mvdream_sds")
    cameras, t = mvdream_cameras(g["poses_opengl"]), int(g["t"])
    condition = Condition(both(g), cameras, float(g["guidance_scale"]))
    noisy = schedule.add_noise(g["latents"], g["noise"], mvdream.alphas[t])
    without, with_prompt = mvdream.predict(noisy, t, condition)
    latents = g["latents"].clone().requires_grad_()
    loss = distillation_loss(mvdream, latents, g["noise"], t, condition)
    loss.backward()

    assert largest(cameras - g["unet_camera"]) <= 1e-6
    assert largest(noisy - g["latents_noisy"]) <= 1e-5
    assert largest(without - g["eps_uncond"]) <= 1e-4
    assert largest(with_prompt - g["eps_cond"]) <= 1e-4
    assert float(loss.detach()) == pytest.approx(float(g["loss"]), rel=1e-5)
    assert latents.grad is not None
    assert relative(latents.grad, g["grad_latents"]) <= 1e-4


@pytest.mark.parametrize("t", [980, 630, 20])
def test_the_gradient_over_the_whole_schedule(golden, mvdream, mvdream_unet, t: int) -> None:
    """Against the definition, written out in float64: both predictions by calls of their own, no loss, no autograd."""
    g = golden("", "mvdream_sds")
    cameras, times = mvdream_cameras(g["poses_opengl"]), torch.full((4,), t)
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    alpha = float(np.cumprod(1 - betas)[t])
    noisy = (alpha**0.5 * g["latents"].double() + (1 - alpha) ** 0.5 * g["noise"].double()).float()
    without, with_prompt = (
        mvdream_unet(noisy, times, g[name].repeat_interleave(4, dim=0), class_labels=cameras).sample.double()
        for name in ("context_neg", "context_pos")
    )
    wanted = (without + 100 * (with_prompt - without) - g["noise"].double()) / 4

    latents = g["latents"].clone().requires_grad_()
    distillation_loss(mvdream, latents, g["noise"], t, Condition(both(g), cameras, 100.0)).backward()
    assert latents.grad is not None
    assert relative(latents.grad.double(), wanted) <= 1e-4


@pytest.mark.parametrize("rescale", [0.0, 0.5, 1.0])
def test_the_gradient_of_the_reconstruction_loss(golden, mvdream, rescale: float) -> None:
    """Against the definition, written out in float64 for the one set of four views."""
    g = golden("", "mvdream_sds")
    condition = Condition(both(g), mvdream_cameras(g["poses_opengl"]), 50.0)
    alpha, t = float(mvdream.alphas[630]), 630
    noisy = schedule.add_noise(g["latents"], g["noise"], mvdream.alphas[t])
    without, with_prompt = (prediction.double() for prediction in mvdream.predict(noisy, t, condition))
    guided, plain = (
        (noisy.double() - (1 - alpha) ** 0.5 * prediction) / alpha**0.5
        for prediction in (without + 50 * (with_prompt - without), with_prompt)
    )
    factor = float(plain.std() / guided.std())
    wanted = (g["latents"].double() - guided * (rescale * factor + 1 - rescale)) / 4

    latents = g["latents"].clone().requires_grad_()
    reconstruction_loss(mvdream, latents, g["noise"], t, condition, rescale=rescale).backward()
    assert latents.grad is not None
    assert relative(latents.grad.double(), wanted) <= 1e-4


@pytest.mark.parametrize("loss", [distillation_loss, partial(reconstruction_loss, rescale=0.5)], ids=["sds", "x0"])
def test_a_step_that_is_not_finite_has_no_gradient(golden, mvdream, loss) -> None:
    g = golden("", "mvdream_sds")
    condition = Condition(both(g) * float("nan"), mvdream_cameras(g["poses_opengl"]), 100.0)
    latents = g["latents"].clone().requires_grad_()
    loss(mvdream, latents, g["noise"], 500, condition).backward()
    assert latents.grad is not None
    assert float(latents.grad.abs().max()) == 0


def test_a_step_is_weighted_by_its_noise(golden, mvdream) -> None:
    g = golden("", "mvdream_sds")
    condition = Condition(both(g), mvdream_cameras(g["poses_opengl"]), 100.0)
    gradients = []
    for weighted in (False, True):
        latents = g["latents"].clone().requires_grad_()
        distillation_loss(mvdream, latents, g["noise"], int(g["t"]), condition, weighted=weighted).backward()
        gradients.append(latents.grad)
    assert relative(gradients[1], (1 - mvdream.alphas[int(g["t"])]) * gradients[0]) <= 1e-5


def test_the_sampler(golden, mvdream) -> None:
    g = golden("", "mvdream_sampler")
    cameras = four_views.view_cameras(-float(g["elevation"]), torch.device("cpu"))  # LGM's sign
    condition = Condition(both(g), cameras, float(g["guidance_scale"]))
    steps, seen = int(g["num_steps"]), []
    assert schedule.ddim_timesteps(steps) == g["timesteps"].tolist()
    assert largest(cameras - g["camera"]) <= 1e-6
    final = four_views.denoise(mvdream, g["initial_latents"], condition, steps, seen.append)
    assert relative(final, g["final_latents"]) <= 1e-4
    assert seen == [1, 2, 3, 4, 5]


def test_the_first_step_of_the_sampler(golden, mvdream) -> None:
    g = golden("", "mvdream_sampler")
    condition = Condition(both(g), g["camera"], float(g["guidance_scale"]))
    noise = schedule.apply_guidance(*mvdream.predict(g["initial_latents"], 801, condition), condition.scale)
    first = schedule.ddim_step(g["initial_latents"], noise, mvdream.alphas[801], mvdream.alphas[601])
    assert relative(first, g["first_step_latents"]) <= 1e-4


def test_thirty_steps_begin_at_958() -> None:
    assert schedule.ddim_timesteps(30)[:2] == [958, 925]
    assert len(schedule.ddim_timesteps(30)) == 30
    with pytest.raises(ValueError, match="1 to 1000"):
        schedule.ddim_timesteps(0)
