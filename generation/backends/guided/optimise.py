"""The loop: render the splats, ask the guide what the pictures lack, follow the gradient, let splats come and go.

Knows nothing of networks, prompts, jobs or files.
"""

from __future__ import annotations

import torch

from generation.backends.contract import Progress, Report
from generation.backends.guided.blob import blob
from generation.backends.guided.cloud import Cloud
from generation.backends.guided.growth import Pull, grown
from generation.backends.guided.guidance import Guide
from generation.backends.guided.plan import Step, plan
from generation.backends.guided.settings import Optimisation
from splats.model import Splats
from splats.render import render

STAGE = "optimising"


def optimise(guide: Guide, settings: Optimisation, seed: int, device: torch.device, report: Report) -> Splats:
    """The splats [N] on `device` that `guide` likes, starting from a blob; the same for the same seed on the CPU.

    `report` is called before every step, with a preview every `preview_every` steps. Nothing in a step waits for a
    GPU, but for what gsplat itself does and the steps at which splats come and go. Raises Cancelled through `report`.
    """
    draws = torch.Generator().manual_seed(seed)
    noise = torch.Generator(device).manual_seed(seed)
    cloud = Cloud(blob(settings.blob, draws).to(device), settings.rates)
    pull = Pull(len(cloud), device)
    for step in plan(settings, device, draws):
        preview = settings.preview_every > 0 and step.number % settings.preview_every == 0
        done = (step.number - 1) / settings.steps
        report(Progress(done, STAGE, cloud.snapshot() if preview else None))
        _follow(guide, cloud, step, pull, noise)
        if _grow(cloud, step, pull, settings, noise):
            pull = Pull(len(cloud), device)
    report(Progress(1.0, STAGE))
    return cloud.snapshot()


def _follow(guide: Guide, cloud: Cloud, step: Step, pull: Pull, noise: torch.Generator) -> None:
    """One step down the guide's gradient."""
    splats, views = cloud.splats(), step.views
    means2d_grad = torch.zeros(len(views), len(cloud), 2, device=splats.device, requires_grad=True)
    images, _ = render(splats, views.cameras, views.background, means2d_grad=means2d_grad)
    loss = guide(images.clamp(0, 1), views, step.t, noise)  # as pictures are seen; DreamGaussian clamps as well
    torch.autograd.backward(loss)
    if means2d_grad.grad is not None:
        pull.add(means2d_grad.grad, views.cameras.width)
    cloud.step(step.number)


def _grow(cloud: Cloud, step: Step, pull: Pull, settings: Optimisation, noise: torch.Generator) -> bool:
    """Let splats come and go where it is time to; whether it was. The last step's splats would never be optimised."""
    growing, number = settings.growing, step.number
    if number == settings.steps or not growing.from_step <= number <= growing.until_step:
        return False
    due = _due(growing.every, number)
    if due:
        cloud.change(*grown(cloud.snapshot(), pull.mean(), growing, noise))
    if _due(growing.reset_every, number):
        cloud.cap_opacities(growing.reset_opacity)
    return due


def _due(every: int, number: int) -> bool:
    return every > 0 and number % every == 0
