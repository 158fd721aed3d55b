"""Rendering: one contract, three implementations that agree.

`render` is the only call the rest of the project makes. It picks
- "gsplat"  CUDA kernels, differentiable (`splats.renderers.gsplat`),
- "cpu"     a compiled tile rasteriser, differentiable (`splats.renderers.cpu`, `splats.renderers.cpu_gradient`),
- "torch"   readable, slow, differentiable on any device: the oracle the others are tested against
            (`splats.renderers.torch`).

`splats.renderers.contract` defines what all three compute.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from splats.model import Cameras, Splats
from splats.renderers.contract import ALPHA_MIN, BLUR, FAR, LIMIT_MARGIN, NEAR, Rendered

RENDERERS = ("auto", "gsplat", "cpu", "torch")


def render(
    splats: Splats,
    cameras: Cameras,
    background: Sequence[float] | Tensor = (1, 1, 1),
    *,
    renderer: str = "auto",
    means2d_grad: Tensor | None = None,
) -> Rendered:
    """Render `splats` [N] from `cameras` [C] over one `background` colour [3], on the splats' device.

    "auto" is gsplat on CUDA, the compiled renderer on the CPU. `means2d_grad` [C, N, 2], zeros that require a gradient,
    receives in its `.grad` the gradient of the loss with respect to the projected centres, in pixels.
    Raises ValueError for an unknown renderer, a background or `means2d_grad` of the wrong shape, or splats the renderer
    does not accept; RendererMissing when its library or its compiled kernels are missing.
    """
    colour = torch.as_tensor(background, dtype=torch.float32, device=splats.device)
    if colour.shape != (3,):
        raise ValueError(f"background must be [3], not {list(colour.shape)}")
    if means2d_grad is not None and means2d_grad.shape != (len(cameras), len(splats), 2):
        raise ValueError(f"means2d_grad must be [{len(cameras)}, {len(splats)}, 2], not {list(means2d_grad.shape)}")
    cameras = cameras.to(splats.device)
    chosen = ("gsplat" if splats.device.type == "cuda" else "cpu") if renderer == "auto" else renderer
    if chosen == "gsplat":
        from splats.renderers.gsplat import render_gsplat  # noqa: PLC0415  CUDA libraries load only when asked for

        return render_gsplat(splats, cameras, colour, means2d_grad)
    if chosen == "torch":
        from splats.renderers.torch import render_torch  # noqa: PLC0415

        return render_torch(splats, cameras, colour, means2d_grad)
    if chosen == "cpu":
        from splats.renderers.cpu import render_cpu  # noqa: PLC0415

        return render_cpu(splats, cameras, colour, means2d_grad=means2d_grad)
    raise ValueError(f"renderer must be one of {', '.join(RENDERERS)}, not {renderer!r}")


def to_uint8(images: Tensor) -> Tensor:
    """Convert images [...] to 8 bits: clip to [0, 1], then floor(255 x)."""
    return (images.clamp(0, 1) * 255).to(torch.uint8)


def renderer_name(device: torch.device | str = "cpu") -> str:
    """Return the implementation and build that "auto" selects on `device`, for logs and /version/.

    For example "gsplat-1.5.3" or "cpu-numba-znver3-avx2". Raises RendererMissing where `render` would.
    """
    if torch.device(device).type == "cuda":
        from splats.renderers.gsplat import build_name  # noqa: PLC0415
    else:
        from splats.renderers.cpu import build_name  # noqa: PLC0415
    return build_name()


def warm_up(device: torch.device | str = "cpu") -> str:
    """Prepare the renderer for `device` and return its name, so that the first image does not have to wait.

    On the CPU this compiles the kernels, or loads those that an earlier process compiled (set-up does so once).
    """
    view = Cameras(torch.eye(4)[None], torch.tensor([[[8.0, 0, 8], [0, 8, 8], [0, 0, 1]]]), 16, 16)
    one = Splats(
        torch.tensor([[0.0, 0, 1]]),
        torch.tensor([[1.0, 0, 0, 0]]),
        torch.ones(1, 3),
        torch.ones(1),
        torch.ones(1, 1, 3),
    )
    render(one.to(device), view)
    return renderer_name(device)


def covered_pixels(splats: Splats, cameras: Cameras) -> int:
    """Return an upper estimate of the work of rendering: the pixels each splat may touch, summed over splats and views.

    That is, for each visible splat, the area within the image of a box of half sides
    sqrt(2 ln(opacity / ALPHA_MIN)) · sqrt((s f / z)² (1 + (x/z)²) + BLUR) round its centre, where s is its largest
    scale and x/z is clamped as in the projection: the ellipse is taken to be as wide in every direction as along its
    longest axis. Pixels that stop early, thin splats and the compensation of antialiased ones make the true work
    smaller. Cheap: no rotation and no covariance, linear in N · C.
    """
    means, scales = splats.means.detach().double(), splats.scales.detach().amax(dim=-1).double()
    extent = 2 * torch.log(splats.opacities.detach().double() / ALPHA_MIN)  # [N] squared; never drawn where negative
    total = 0.0
    for viewmat, K in zip(cameras.viewmats.to(means), cameras.Ks.to(means), strict=True):
        points = means @ viewmat[:3, :3].T + viewmat[:3, 3]  # [N, 3]
        z = points[:, 2]
        drawn = (z >= NEAR) & (z <= FAR) & (extent >= 0)
        area = torch.ones_like(z)
        for axis, size in ((0, cameras.width), (1, cameras.height)):
            f, c = K[axis, axis], K[axis, 2]
            slope = points[:, axis] / z
            clamped = slope.clamp(-(c + LIMIT_MARGIN * size) / f, (size - c + LIMIT_MARGIN * size) / f)
            half = (extent * ((scales * f / z) ** 2 * (1 + clamped**2) + BLUR)).sqrt()
            centre = slope * f + c
            area *= ((centre + half).clamp(0, size).ceil() - (centre - half).clamp(0, size).floor()).clamp(min=0)
        total += float(area[drawn].sum())
    return int(total)
