"""The optimisation loop: render the splats, compute the guide's loss, step along its gradient, densify and prune."""

from __future__ import annotations

import torch

from generation.backends.contract import Progress, Report
from generation.backends.guided.densification import GradientStats, densify
from generation.backends.guided.guidance import Guide
from generation.backends.guided.initial_ball import initial_ball
from generation.backends.guided.parameters import GaussianParameters
from generation.backends.guided.plan import OptimisationStep, plan_steps
from generation.backends.guided.settings import Optimisation
from splats.model import Splats
from splats.render import render

STAGE = "optimising"


def optimise(guide: Guide, settings: Optimisation, seed: int, device: torch.device, report: Report) -> Splats:
    """Optimise a ball of splats under `guide`; return splats [N] on `device`, the same for the same seed on a CPU.

    `report` is called before every step, with a preview every `preview_every` steps. No step waits for the GPU, except
    inside gsplat and when splats are added or pruned. Raises Cancelled through `report`.
    """
    draws = torch.Generator().manual_seed(seed)
    noise = torch.Generator(device).manual_seed(seed)
    params = GaussianParameters(initial_ball(settings.blob, draws).to(device), settings.rates)
    stats = GradientStats(len(params), device)
    for step in plan_steps(settings, device, draws):
        preview = settings.preview_every > 0 and step.number % settings.preview_every == 0
        done = (step.number - 1) / settings.steps
        report(Progress(done, STAGE, params.snapshot() if preview else None))
        _descend(guide, params, step, stats, noise)
        if _densify_if_due(params, step, stats, settings, noise):
            stats = GradientStats(len(params), device)
    report(Progress(1.0, STAGE))
    return params.snapshot()


def _descend(
    guide: Guide, params: GaussianParameters, step: OptimisationStep, stats: GradientStats, noise: torch.Generator
) -> None:
    """Take one step down the guide's gradient."""
    splats, views = params.splats(), step.views
    means2d_grad = torch.zeros(len(views), len(params), 2, device=splats.device, requires_grad=True)
    images, _ = render(splats, views.cameras, views.background, means2d_grad=means2d_grad)
    loss = guide(images.clamp(0, 1), views, step.t, noise)  # as images are displayed; DreamGaussian clamps as well
    torch.autograd.backward(loss)
    if means2d_grad.grad is not None:
        stats.add(means2d_grad.grad, views.cameras.width)
    params.step(step.number)


def _densify_if_due(
    params: GaussianParameters,
    step: OptimisationStep,
    stats: GradientStats,
    settings: Optimisation,
    noise: torch.Generator,
) -> bool:
    """Densify, prune and reset opacities where due; return whether splats were added or pruned.

    Never at the last step, whose new splats would not be optimised.
    """
    growing, number = settings.growing, step.number
    if number == settings.steps or not growing.from_step <= number <= growing.until_step:
        return False
    due = _due(growing.every, number)
    if due:
        kept, added = densify(params.snapshot(), stats.mean(), growing, noise)
        params.update_gaussians(kept, added)
    if _due(growing.reset_every, number):
        params.cap_opacities(growing.reset_opacity)
    return due


def _due(every: int, number: int) -> bool:
    return every > 0 and number % every == 0
