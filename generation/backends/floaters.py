"""Removal of floaters: small groups of splats that touch nothing, which optimisation and networks leave behind."""

from __future__ import annotations

import numpy as np
import torch

from splats.model import Splats

MIN_OPACITY = 0.005
"""Fainter splats are dropped (LGM's own limit): they cost time and are invisible over black and white."""

REACH = 3.0
"""Two splats touch if their centres are at most this many times the sum of their largest scales apart."""

NEIGHBOURS = 8
"""Nearest neighbours of each splat that are tested for touching it."""

KEEP_SHARE = 0.01
"""A part is kept if it has at least this share of the object's visible surface."""


def without_floaters(splats: Splats, *, keep_share: float = KEEP_SHARE) -> Splats:
    """Return the splats [M] without floaters, in their order.

    Splats that touch form a part, weighted by the sum of opacity × area. The heaviest part is kept, and every other
    with at least `keep_share` of the total. Raises ValueError when nothing is visible.
    """
    visible = splats.select(splats.opacities >= MIN_OPACITY)
    if len(visible) == 0:
        raise ValueError(f"no splat has an opacity of at least {MIN_OPACITY}")
    parts = torch.from_numpy(_parts(visible)).to(visible.device)  # [M]
    largest = visible.scales.sort(dim=-1, descending=True).values
    weight = (visible.opacities * largest[:, 0] * largest[:, 1]).double()  # [M] opacity × area, up to a factor
    weights = torch.zeros(int(parts.max()) + 1, dtype=torch.float64, device=visible.device)
    weights.index_add_(0, parts, weight)
    stays = weights >= keep_share * weights.sum()
    stays[weights.argmax()] = True
    return visible.select(stays[parts])


def _parts(splats: Splats) -> np.ndarray:
    """Return the index of the part that each splat belongs to, [M]."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415  heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    means = splats.means.detach().cpu().double().numpy()
    widths = splats.scales.detach().amax(dim=-1).cpu().double().numpy()
    count = len(means)
    distances, others = cKDTree(means).query(means, k=min(NEIGHBOURS + 1, count))  # [M, k], itself among them
    distances, others = distances.reshape(count, -1), others.reshape(count, -1)
    touches = distances <= REACH * (widths[:, None] + widths[others])
    rows = np.repeat(np.arange(count), touches.sum(axis=1))
    pairs = coo_matrix((np.ones(len(rows)), (rows, others[touches])), shape=(count, count))
    return np.asarray(connected_components(pairs, directed=False)[1], dtype=np.int64)
