"""View-dependent colour from real spherical harmonics, degrees 0 to 3, in the 3DGS convention.

colour(d) = max(0, 0.5 + Σ_k basis_k(d) · sh_k), with d the unit direction from the camera to the splat, in world axes:
no splat emits negative light, in any viewer. There is no upper bound. The gradient is 0 where the sum is below 0, and
passes where it is 0 or more, as in 3DGS. Basis, order and signs: Sloan, "Efficient Spherical Harmonic
Evaluation", JCGT 2(2), 2013, with the Condon-Shortley phase kept, as in 3DGS and gsplat.
"""

from __future__ import annotations

import torch
from torch import Tensor

from splats.model import SH_DEGREE_BY_COUNT

SH_C0 = 0.28209479177387814
"""The constant basis function, 1 / (2 √π)."""

BLACK = torch.nextafter(torch.tensor(-0.5 / SH_C0), torch.tensor(0.0)).item()
"""The least float32 coefficient of degree 0 whose colour is not below 0, so that its gradient passes."""

SH_C1 = 0.4886025119029199
SH_C2 = (1.0925484305920792, 0.31539156525252005, 0.5462742152960396)
SH_C3 = (0.5900435899266435, 2.890611442640554, 0.4570457994644658, 0.3731763325901154, 1.445305721320277)


def basis(degree: int, directions: Tensor) -> Tensor:
    """Evaluate the (degree + 1)² basis functions [..., K] at unit `directions` [..., 3].

    Raises ValueError beyond degree 3.
    """
    if degree not in SH_DEGREE_BY_COUNT.values():
        raise ValueError(f"the spherical harmonics must be of degree 0 to 3, not {degree}")
    x, y, z = directions.unbind(-1)
    terms = [torch.full_like(x, SH_C0)]
    if degree >= 1:
        terms += [-SH_C1 * y, SH_C1 * z, -SH_C1 * x]
    if degree >= 2:
        xx, yy, zz = x * x, y * y, z * z
        terms += [
            SH_C2[0] * x * y,
            -SH_C2[0] * y * z,
            SH_C2[1] * (2 * zz - xx - yy),
            -SH_C2[0] * x * z,
            SH_C2[2] * (xx - yy),
        ]
    if degree >= 3:
        terms += [
            -SH_C3[0] * y * (3 * xx - yy),
            SH_C3[1] * x * y * z,
            -SH_C3[2] * y * (4 * zz - xx - yy),
            SH_C3[3] * z * (2 * zz - 3 * xx - 3 * yy),
            -SH_C3[2] * x * (4 * zz - xx - yy),
            SH_C3[4] * z * (xx - yy),
            -SH_C3[0] * x * (xx - 3 * yy),
        ]
    return torch.stack(terms, dim=-1)


def colours(sh: Tensor, directions: Tensor) -> Tensor:
    """Return the colours [N, 3] of coefficients `sh` [N, K, 3] seen along unit `directions` [N, 3]; at least 0."""
    weights = basis(SH_DEGREE_BY_COUNT[sh.shape[1]], directions)  # [N, K]
    return _not_below_0(0.5 + (weights[:, :, None] * sh).sum(dim=1))


def from_rgb(rgb: Tensor) -> Tensor:
    """Return degree-0 coefficients [N, 1, 3] of the colours `rgb` [N, 3], the same from every direction."""
    return ((rgb - 0.5) / SH_C0)[:, None, :]


def to_rgb(sh: Tensor) -> Tensor:
    """Return the colours [N, 3] of coefficients `sh` [N, 1, 3], which are the same from every direction; at least 0.

    For a higher degree these are the colours without their view-dependent part.
    """
    return _not_below_0(0.5 + SH_C0 * sh[:, 0, :])


def _not_below_0(values: Tensor) -> Tensor:
    return torch.where(values < 0, 0, values)  # the gradient of `clamp` at 0 depends on the version of torch
