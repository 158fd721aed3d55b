"""The contract of `splats.render` on CUDA, by gsplat's kernels: differentiable, and the fastest where there is a GPU.

Needs the `gpu` extra (gsplat 1.5.3 or later) and a CUDA device. Knows nothing of the other renderers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from splats import sh
from splats.errors import RendererMissing
from splats.model import Cameras, Splats
from splats.renderers.contract import BLUR, FAR, NEAR, Rendered


def render_gsplat(
    splats: Splats, cameras: Cameras, background: torch.Tensor, screen: torch.Tensor | None = None
) -> Rendered:
    """The pictures of `splats.render.render`, for a `background` [3] on the splats' device, `screen` [C, N, 2].

    Colours are made here and handed over finished, because gsplat's own spherical harmonics clamp at 0.
    Raises ValueError for splats that are not on a CUDA device, RendererMissing without gsplat or its build.
    """
    if splats.device.type != "cuda":
        raise ValueError(f"the gsplat renderer takes splats on a CUDA device, not on {splats.device}")
    gsplat = _gsplat()
    from gsplat.cuda._backend import _C  # noqa: PLC0415  builds them the first time

    if _C is None:
        raise RendererMissing("gsplat found no CUDA compiler to build its kernels: install the CUDA toolkit (nvcc)")
    count = len(cameras)
    if len(splats) == 0 or count == 0:  # gsplat's tile sort takes no empty input
        size = (count, cameras.height, cameras.width)
        return Rendered(background.expand(*size, 3).clone(), splats.means.new_zeros(*size, 1))
    images, alpha, parts = gsplat.rasterization(
        splats.means,
        torch.nn.functional.normalize(splats.quats, dim=-1),
        splats.scales,
        splats.opacities,
        _colours(splats, cameras),
        cameras.viewmats,
        cameras.Ks,
        cameras.width,
        cameras.height,
        near_plane=NEAR,
        far_plane=FAR,
        eps2d=BLUR,
        backgrounds=background.expand(count, 3),
        packed=False,
    )
    if screen is not None and parts["means2d"].requires_grad:
        parts["means2d"].register_hook(partial(_add_gradient, screen))  # gsplat takes no shifts: only their gradient
    return Rendered(images, alpha)


def build_name() -> str:
    """Such as "gsplat-1.5.3". Raises RendererMissing without gsplat."""
    return f"gsplat-{_gsplat().__version__}"


def _add_gradient(screen: torch.Tensor, gradient: torch.Tensor) -> None:
    screen.grad = gradient.clone() if screen.grad is None else screen.grad + gradient


def _gsplat() -> Any:
    try:
        import gsplat  # noqa: PLC0415  a CUDA library: imported where it is used
    except ImportError as error:
        raise RendererMissing("gsplat is not installed: pip install 'three-gen-subnet[gpu]'") from error
    return gsplat


def _colours(splats: Splats, cameras: Cameras) -> torch.Tensor:
    """Colours [N, 3], or [C, N, 3] where they depend on the view."""
    if splats.sh_degree == 0:
        return sh.to_rgb(splats.sh)
    views = []
    for viewmat in cameras.viewmats:
        camera_centre = -viewmat[:3, :3].T @ viewmat[:3, 3]
        views.append(sh.colours(splats.sh, torch.nn.functional.normalize(splats.means - camera_centre, dim=-1)))
    return torch.stack(views)
