"""The splats under optimisation: unconstrained parameters with Adam; its moments survive adding and removing splats."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from generation.backends.guided.settings import Rates
from splats.model import Splats
from splats.sh import BLACK

_ADAM_EPS = 1e-15
"""As in 3DGS: gradients of single splats are far below Adam's usual 1e-8."""

_LOGIT_EPS = 1e-6
"""Opacities are kept this far from 0 and 1, where the logit is not finite."""


class GaussianParameters:
    """N splats of SH degree 0 as parameters: means, unnormalised quats, log scales, logit opacities, coefficients."""

    def __init__(self, splats: Splats, rates: Rates) -> None:
        self._rates = rates
        self._raw = {name: value.requires_grad_() for name, value in _to_raw(splats).items()}
        steady = {"quats": rates.rotation, "scales": rates.scale, "opacities": rates.opacity, "sh": rates.colour}
        groups = [{"params": [self._raw["means"]], "lr": rates.position_first}]
        groups += [{"params": [self._raw[name]], "lr": rate} for name, rate in steady.items()]
        self._names = ("means", *steady)
        self._adam = torch.optim.Adam(groups, eps=_ADAM_EPS)

    def __len__(self) -> int:
        return int(self._raw["means"].shape[0])

    def splats(self) -> Splats:
        """Return the activated splats [N], attached to the autograd graph."""
        return Splats(
            means=self._raw["means"],
            quats=torch.nn.functional.normalize(self._raw["quats"], dim=-1),
            scales=self._raw["scales"].exp(),
            opacities=self._raw["opacities"].sigmoid(),
            sh=self._raw["sh"],
        )

    @torch.no_grad()
    def snapshot(self) -> Splats:
        """Return a detached copy of the activated splats [N]."""
        now = self.splats()
        return Splats(now.means.clone(), now.quats, now.scales, now.opacities, now.sh.clone())

    def step(self, number: int) -> None:
        """Take step `number` (from 1) of Adam, then clear the gradients.

        Colours that the step moved below 0 are set to 0: below it they would have no gradient and stay black for good.
        """
        self._adam.param_groups[0]["lr"] = position_rate(self._rates, number)
        self._adam.step()
        self._adam.zero_grad()
        with torch.no_grad():
            self._raw["sh"].clamp_(min=BLACK)

    @torch.no_grad()
    def update_gaussians(self, kept: Tensor, added: Splats) -> None:
        """Keep the splats at indices `kept` [K] with their Adam moments; append `added`, with moments of zero."""
        raw = _to_raw(added)
        self._replace(
            lambda name, value: torch.cat([value[kept], raw[name]]),
            lambda name, moment: torch.cat([moment[kept], torch.zeros_like(raw[name])]),
            self._names,
        )

    @torch.no_grad()
    def cap_opacities(self, most: float) -> None:
        """Clamp every opacity to at most `most` and reset the moments of the opacities."""
        limit = torch.logit(torch.tensor(most)).item()
        self._replace(
            lambda _, value: value.clamp(max=limit), lambda _, moment: torch.zeros_like(moment), ("opacities",)
        )

    def _replace(
        self,
        value_of: Callable[[str, Tensor], Tensor],
        moment_of: Callable[[str, Tensor], Tensor],
        names: tuple[str, ...],
    ) -> None:
        for group, name in zip(self._adam.param_groups, self._names, strict=True):
            if name not in names:
                continue
            old = self._raw[name]
            new = value_of(name, old).detach().requires_grad_()
            state = self._adam.state.pop(old, {})
            if state:
                moments = {key: moment_of(name, state[key]) for key in ("exp_avg", "exp_avg_sq")}
                self._adam.state[new] = {**state, **moments}
            group["params"] = [new]
            self._raw[name] = new


def position_rate(rates: Rates, number: int) -> float:
    """Return the positions' learning rate at step `number`: log-linear from the first to the last (3DGS)."""
    share = min(number / rates.position_steps, 1.0)
    return float(rates.position_first ** (1 - share) * rates.position_last**share)


def _to_raw(splats: Splats) -> dict[str, Tensor]:
    return {
        "means": splats.means.detach().clone(),
        "quats": splats.quats.detach().clone(),
        "scales": splats.scales.detach().log(),
        "opacities": torch.logit(splats.opacities.detach(), eps=_LOGIT_EPS),
        "sh": splats.sh.detach().clone(),
    }
