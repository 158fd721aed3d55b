"""Fewer splats for an object whose splats come in groups that lie together, such as TRELLIS's 32 of a voxel."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from splats.model import TENSORS, Splats

OPACITY_MAX = 0.999
"""Of a merged splat: nothing is drawn more opaque (`splats.renderers.contract`)."""

REACH = 2.0
"""Splats are merged up to this many times the root of the sum of their largest variances apart: farther ones would
smear the one that stays over the space between them, which changes images more than dropping them."""


def merge_groups(splats: Splats, group: int, most: int) -> Splats:
    """Return at most `most` splats of `splats` [N · group], which lie together in groups, in their order.

    The least visible are merged first: each into the nearest of those of its group that stay, such that mass, mean,
    covariance and colour are kept (mass as in Kerbl et al. 2024, A Hierarchical 3D Gaussian Representation: opacity
    times area); those too far from it (REACH) are dropped. One of each group stays; of more than `most` groups the
    least visible are dropped.
    Raises ValueError if the splats are no whole groups.
    """
    count, rest = divmod(len(splats), group)
    if rest or most < 1:
        raise ValueError(f"{len(splats)} splats are no groups of {group}, or most ({most}) is below 1")
    if len(splats) <= most:
        return splats
    mass = visible_mass(splats)
    stays = _most_visible(mass.reshape(count, group), most)  # [N, G]
    chosen = stays.any(dim=1)
    if int(chosen.sum()) < count:
        splats, mass = splats.select(chosen.repeat_interleave(group)), mass[chosen.repeat_interleave(group)]
        stays = stays[chosen]
    return _merge(splats, mass.reshape(-1, group), stays)


def _most_visible(mass: Tensor, most: int) -> Tensor:
    """Return which of the splats [N, G] stay: the first of each group, then the most visible of all, `most` at most."""
    count, group = mass.shape
    first = torch.nn.functional.one_hot(mass.argmax(dim=1), group).bool()
    rank = torch.where(first, mass + 2 * mass.max(), mass).flatten()  # every group's first before all others
    stays = torch.zeros_like(rank, dtype=torch.bool)
    stays[rank.argsort(descending=True, stable=True)[:most]] = True
    return stays.reshape(count, group)


def visible_mass(splats: Splats) -> Tensor:
    """Return [N]: opacity times area, up to a factor, of each splat seen along its shortest axis."""
    scales = splats.scales
    area = scales.prod(dim=-1) / scales.amin(dim=-1)  # [N] of the ellipse of the two longer axes
    return splats.opacities * area


def _merge(splats: Splats, mass: Tensor, stays: Tensor) -> Splats:
    """Return the splats that stay [N, G] of `splats` [N G] with `mass` [N, G], the others merged into them."""
    count, group = mass.shape
    means = splats.means.reshape(count, group, 3)
    distances = torch.cdist(means, means, compute_mode="donot_use_mm_for_euclid_dist")
    distances = distances.masked_fill(~stays[:, None], torch.inf)  # [N, G, G] to those that stay
    own = torch.arange(group, device=mass.device).expand(count, group)
    into = torch.where(stays, own, distances.argmin(dim=-1))  # [N, G]
    sizes = splats.scales.amax(dim=-1).reshape(count, group).square()
    near = distances.gather(2, into[..., None])[..., 0].square() <= REACH**2 * (sizes + sizes.gather(1, into))
    member = torch.nn.functional.one_hot(into, group) * (near | stays)[..., None]  # [N, G, G]
    member = member.transpose(1, 2)  # row i has those merged into i
    kept = splats.select(stays.flatten())
    grown = (member.sum(dim=-1) > 1)[stays]  # [M] of those that stay
    if not grown.any():
        return kept
    return _replaced(kept, grown, _moments(splats, mass, member, into, stays & (member.sum(dim=-1) > 1)))


def _moments(splats: Splats, mass: Tensor, member: Tensor, into: Tensor, grown: Tensor) -> Splats:
    """Return the splats `grown` [N, G] with the moments of their members. Sums are products, whose order is fixed."""
    count, group = mass.shape
    weights = member * mass.clamp(min=torch.finfo(mass.dtype).tiny)[:, None]  # [N, G, G]
    total = weights.sum(dim=-1, keepdim=True)  # [N, G, 1]
    shares = weights / total.clamp(min=torch.finfo(mass.dtype).tiny)

    # Means and covariances relative to the splat that stays, where float32 is precise.
    means = splats.means.reshape(count, group, 3)
    apart = means - means.gather(1, into[..., None].expand(-1, -1, 3))  # [N, G, 3]
    spread = _covariances(splats).reshape(count, group, 9) + (apart[..., :, None] * apart[..., None, :]).flatten(2)
    shift = (shares @ apart)[grown]  # [M, 3]
    covariance = (shares @ spread)[grown].reshape(-1, 3, 3) - shift[:, :, None] * shift[:, None, :]
    quats, scales = _axes(covariance)
    colours = (shares @ splats.sh.reshape(count, group, -1))[grown]  # [M, 3 K]

    opaque = Splats(
        means=means[grown] + shift,
        quats=quats,
        scales=scales,
        opacities=torch.ones_like(scales[:, 0]),
        sh=colours.reshape(-1, *splats.sh.shape[1:]),
        antialiased=splats.antialiased,
    )
    opacities = total[grown][:, 0] / visible_mass(opaque)
    return replace(opaque, opacities=opacities.clamp(max=OPACITY_MAX))


def _replaced(splats: Splats, chosen: Tensor, by: Splats) -> Splats:
    """Return `splats` [N], those `chosen` [N] replaced by the splats of `by`."""
    tensors = {}
    for name in TENSORS:
        tensors[name] = getattr(splats, name).clone()
        tensors[name][chosen] = getattr(by, name)
    return replace(splats, **tensors)


def _covariances(splats: Splats) -> Tensor:
    """Return [N, 3, 3]: R S² Rᵀ."""
    w, x, y, z = splats.quats.unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    axes = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2) * splats.scales[:, None, :]
    return axes @ axes.transpose(-1, -2)


def _axes(covariances: Tensor) -> tuple[Tensor, Tensor]:
    """Return quaternions [N, 4] and scales [N, 3] of covariances [N, 3, 3]."""
    values, vectors = torch.linalg.eigh(covariances.double())
    scales = values.clamp(min=1e-16).sqrt().float()
    vectors = vectors * torch.linalg.det(vectors).sign()[:, None, None]  # right-handed
    return _quaternions(vectors).float(), scales


def _quaternions(rotations: Tensor) -> Tensor:
    """Return unit quaternions [N, 4], wxyz, of rotation matrices [N, 3, 3]: the best-conditioned of four formulas."""
    diagonal = rotations.diagonal(dim1=-2, dim2=-1)  # [N, 3]
    trace = diagonal.sum(dim=-1, keepdim=True)
    squares = torch.cat([1 + trace, 1 - trace + 2 * diagonal], dim=-1).clamp(min=0)  # [N, 4]: 4 w², 4 x², 4 y², 4 z²
    r = rotations
    wx, wy, wz = r[:, 2, 1] - r[:, 1, 2], r[:, 0, 2] - r[:, 2, 0], r[:, 1, 0] - r[:, 0, 1]
    xy, xz, yz = r[:, 0, 1] + r[:, 1, 0], r[:, 0, 2] + r[:, 2, 0], r[:, 1, 2] + r[:, 2, 1]
    a, b, c, d = squares.unbind(-1)
    formulas = torch.stack(
        [torch.stack(row, dim=-1) for row in ([a, wx, wy, wz], [wx, b, xy, xz], [wy, xy, c, yz], [wz, xz, yz, d])],
        dim=1,
    )  # [N, 4, 4]: the quaternion times 4 of its own w, x, y, z
    best = squares.argmax(dim=-1)
    chosen = formulas[torch.arange(len(best), device=best.device), best]
    return torch.nn.functional.normalize(chosen, dim=-1)
