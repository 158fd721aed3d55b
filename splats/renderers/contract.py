"""The contract of all renderers: constants, the result type, and when gradients are wanted.

All renderers compute the same image, which is also gsplat's (Kerbl et al. 2023; Zwicker et al. 2002 for EWA splatting):
1. cov2d = sharp + BLUR · I, sharp = J R Σ Rᵀ Jᵀ, with the perspective Jacobian J taken at the centre, whose x/z and y/z
   are clamped to the image plus LIMIT_MARGIN of its size on each side.
2. The opacity of antialiased splats is multiplied by √(max(0, det sharp) / det cov2d), so that the blur does not make a
   small splat cover more (Yu et al. 2024, Mip-Splatting; gsplat's "antialiased" mode). Others keep theirs ("classic").
   A splat is dropped when its depth lies outside [NEAR, FAR] or this opacity is below ALPHA_MIN.
3. Front to back by depth (ties: lower index first), at each pixel centre (index + 0.5):
   alpha = min(ALPHA_MAX, opacity · exp(-sigma)), sigma = ½ dᵀ cov2d⁻¹ d; skipped when alpha < ALPHA_MIN; a pixel
   stops *before* the splat that would bring its transmittance to T_STOP or less.
4. colour = Σ alpha T c + background · T, with c ≥ 0 from `splats.sh`: a colour below 0 is clamped before blending.
   Nothing is clamped at 1, neither c nor the image.
The torch and CPU renderers evaluate sigma with the LDLᵀ factors of the conic cov2d⁻¹, as a sum of two squares:

    sigma = ½ (a (dx - shear dy)² + d dy²)    a = cov_yy / det, shear = cov_xy / cov_yy, d = 1 / cov_yy

With gsplat's conic (a, b, c), shear = -b / a and d = c - b² / a. The sum cannot cancel for long thin splats.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from splats.model import TENSORS, Cameras, Splats

# Kernels compiled with these values are cached on disk: see `splats.renderers.compiled` before changing one.
NEAR, FAR = 0.01, 100.0
"""Depths in world units between which splats are drawn."""
BLUR = 0.3
"""Added to both variances of a projected splat, pixels² (gsplat's eps2d): no splat is thinner than a pixel."""
ALPHA_MIN, ALPHA_MAX = 1 / 255, 0.999
"""Smaller alphas are skipped, larger ones clamped."""
T_STOP = 1e-4
"""A pixel stops before its transmittance falls to this."""
LIMIT_MARGIN = 0.15
"""Share of the image size beyond each edge at which x/z and y/z of the Jacobian are clamped."""


class Rendered(NamedTuple):
    """images [C, H, W, 3] float32, background included, not clamped; alpha [C, H, W, 1] coverage in [0, 1]."""

    images: Tensor
    alpha: Tensor


def wants_gradient(splats: Splats, cameras: Cameras, background: Tensor, means2d_grad: Tensor | None = None) -> bool:
    """Check whether the caller may differentiate the images."""
    tensors = [getattr(splats, name) for name in TENSORS]
    inputs = (*tensors, cameras.viewmats, cameras.Ks, background, *([] if means2d_grad is None else [means2d_grad]))
    return torch.is_grad_enabled() and any(t.requires_grad for t in inputs)
