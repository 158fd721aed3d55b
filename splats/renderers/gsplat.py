"""The CUDA renderer, by gsplat's kernels: differentiable, and the fastest where there is a GPU.

Needs the `gpu` extra (gsplat 1.5.3 or later) and a CUDA device.
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
    splats: Splats, cameras: Cameras, background: torch.Tensor, means2d_grad: torch.Tensor | None = None
) -> Rendered:
    """Render as `splats.render.render`, over a `background` [3] on the splats' device; `means2d_grad` is [C, N, 2].

    Colours are evaluated here, by the same formula for every renderer.
    Raises ValueError for splats that are not on a CUDA device, RendererMissing without gsplat or its kernels.
    """
    if splats.device.type != "cuda":
        raise ValueError(f"the gsplat renderer takes splats on a CUDA device, not on {splats.device}")
    gsplat = _gsplat()
    if _kernels() is None:
        raise RendererMissing("gsplat found no CUDA compiler to build its kernels: install the CUDA toolkit (nvcc)")
    count = len(cameras)
    if len(splats) == 0 or count == 0:  # gsplat's tile sort rejects empty input
        size = (count, cameras.height, cameras.width)
        return Rendered(background.expand(*size, 3).clone(), splats.means.new_zeros(*size, 1))
    images, alpha, meta = gsplat.rasterization(
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
        rasterize_mode="antialiased" if splats.antialiased else "classic",
    )
    if means2d_grad is not None and meta["means2d"].requires_grad:
        meta["means2d"].register_hook(partial(_accumulate, means2d_grad))  # gsplat takes no offsets to means2d
    return Rendered(images, alpha)


def _kernels() -> Any:
    """Return gsplat's kernels, compiled the first time, or None without a compiler. Raises RendererMissing."""
    try:
        from gsplat.cuda._backend import _C  # noqa: PLC0415
    except Exception as error:  # the compiler's and the loader's errors have no common class
        raise RendererMissing(f"gsplat's CUDA kernels could not be built: {_last_line(str(error))}") from error
    return _C


def _last_line(text: str) -> str:
    """Return the last line of a build's output that says something of the fault."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith("ninja: build stopped")]
    return (useful or lines or ["no reason given"])[-1]


def build_name() -> str:
    """Return the version, such as "gsplat-1.5.3". Raises RendererMissing without gsplat."""
    return f"gsplat-{_gsplat().__version__}"


def _accumulate(leaf: torch.Tensor, gradient: torch.Tensor) -> None:
    leaf.grad = gradient.clone() if leaf.grad is None else leaf.grad + gradient


def _gsplat() -> Any:
    try:
        import gsplat  # noqa: PLC0415  a CUDA library, imported only where it is used
    except ImportError as error:
        raise RendererMissing("gsplat is not installed: pip install 'three-gen-subnet[gpu]'") from error
    return gsplat


def _colours(splats: Splats, cameras: Cameras) -> torch.Tensor:
    """Return colours [N, 3], or [C, N, 3] where they depend on the view."""
    if splats.sh_degree == 0:
        return sh.to_rgb(splats.sh)
    views = []
    for viewmat in cameras.viewmats:
        camera_centre = -viewmat[:3, :3].T @ viewmat[:3, 3]
        views.append(sh.colours(splats.sh, torch.nn.functional.normalize(splats.means - camera_centre, dim=-1)))
    return torch.stack(views)
