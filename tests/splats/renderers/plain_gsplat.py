"""A stand-in for the gsplat package on a CPU: `rasterization` as gsplat documents it, in float64 and without tiles.

Written from the formulas of gsplat, not from ours, so that it also checks the oracle.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import torch
from torch import Tensor


def modules() -> dict[str, ModuleType]:
    """Return what `sys.modules` must hold for `import gsplat` to find the stand-in."""
    gsplat, cuda, backend = (ModuleType(name) for name in ("gsplat", "gsplat.cuda", "gsplat.cuda._backend"))
    gsplat.rasterization, gsplat.__version__ = rasterization, "1.5.3"  # type: ignore[attr-defined]
    backend._C = object()  # type: ignore[attr-defined]
    return {"gsplat": gsplat, "gsplat.cuda": cuda, "gsplat.cuda._backend": backend}


def rasterization(  # noqa: PLR0917  gsplat's own signature
    means: Tensor,
    quats: Tensor,
    scales: Tensor,
    opacities: Tensor,
    colors: Tensor,
    viewmats: Tensor,
    Ks: Tensor,
    width: int,
    height: int,
    *,
    near_plane: float,
    far_plane: float,
    eps2d: float,
    backgrounds: Tensor,
    packed: bool,
    rasterize_mode: str,
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    """Return images [C, H, W, 3], alphas [C, H, W, 1] and the centres in pixels [C, N, 2] of post-activation values."""
    assert not packed
    assert rasterize_mode in {"classic", "antialiased"}
    assert bool((quats.norm(dim=-1) - 1).abs().max() < 1e-5)
    colors = colors.expand(len(viewmats), -1, -1)
    views = [
        _project(means, quats, scales, viewmat, K, width, height)
        for viewmat, K in zip(viewmats.double(), Ks.double(), strict=True)
    ]
    centres = torch.stack([means2d for means2d, _, _ in views]).float()
    images, alphas = [], []
    for (_, depths, covs), means2d, background, colour in zip(views, centres, backgrounds, colors, strict=True):
        blurred = covs + eps2d * torch.eye(2)
        opacity = opacities.double()
        if rasterize_mode == "antialiased":
            opacity = opacity * (torch.linalg.det(covs) / torch.linalg.det(blurred)).clamp(min=1e-30).sqrt()
        seen = (depths >= near_plane) & (depths <= far_plane) & (opacity >= 1 / 255)
        order = torch.argsort(depths, stable=True)
        order = order[seen[order]]
        x, y = torch.meshgrid(torch.arange(width) + 0.5, torch.arange(height) + 0.5, indexing="xy")
        offset = torch.stack([x, y], dim=-1).reshape(-1, 1, 2) - means2d[order].double()  # [P, M, 2]
        power = torch.einsum("pmi,mij,pmj->pm", offset, torch.linalg.inv(blurred[order]), offset) / 2
        alpha = (opacity[order] * torch.exp(-power)).clamp(max=0.999)
        alpha = torch.where(alpha >= 1 / 255, alpha, 0)
        after = torch.cumprod(1 - alpha, dim=1)
        before = torch.cat([torch.ones(len(after), 1), after[:, :-1]], dim=1)
        weights = torch.where(after > 1e-4, alpha * before, 0)
        total = weights.sum(dim=1, keepdim=True)
        images.append((weights @ colour[order].double() + (1 - total) * background).reshape(height, width, 3))
        alphas.append(total.reshape(height, width, 1))
    return torch.stack(images).float(), torch.stack(alphas).float(), {"means2d": centres}


def _project(
    means: Tensor, quats: Tensor, scales: Tensor, viewmat: Tensor, K: Tensor, width: int, height: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the centres [N, 2] in pixels, the depths [N] and the covariances [N, 2, 2] in pixels², without blur."""
    w, x, y, z = quats.double().unbind(-1)
    zero = torch.zeros_like(w)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).reshape(-1, 3, 3)
    turn = torch.eye(3) + 2 * (w[:, None, None] * cross + cross @ cross)
    half = viewmat[:3, :3] @ turn * scales.double()[:, None]  # [N, 3, 3]
    px, py, pz = (means.double() @ viewmat[:3, :3].T + viewmat[:3, 3]).unbind(-1)
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    margin_x, margin_y = 0.3 * width / (2 * fx), 0.3 * height / (2 * fy)
    tx = pz * (px / pz).clamp(-(cx / fx + margin_x), (width - cx) / fx + margin_x)
    ty = pz * (py / pz).clamp(-(cy / fy + margin_y), (height - cy) / fy + margin_y)
    zero = torch.zeros_like(pz)
    rows = [fx / pz, zero, -fx * tx / pz**2, zero, fy / pz, -fy * ty / pz**2]
    flat = torch.stack(rows, dim=-1).reshape(-1, 2, 3) @ half
    return torch.stack([fx * px / pz + cx, fy * py / pz + cy], dim=-1), pz, flat @ flat.transpose(1, 2)
