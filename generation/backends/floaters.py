"""Dropping what floats beside an object: specks that touch nothing, as optimisation and networks leave them behind.

Knows nothing of where the splats come from.
"""

from __future__ import annotations

import numpy as np
import torch

from splats.model import Splats

MIN_OPACITY = 0.005
"""Fainter splats are dropped (LGM's own limit): they cost time and show nothing, over black or white."""

REACH = 3.0
"""Two splats touch when their centres are no further apart than this many times the sum of their widths."""

NEIGHBOURS = 8
"""Splats nearest to each that are asked whether they touch it."""

KEEP_SHARE = 0.01
"""A part that touches no other stays when it has this share of the whole object's visible surface."""


def without_floaters(splats: Splats, *, keep_share: float = KEEP_SHARE) -> Splats:
    """The splats [M] of the parts that matter, in their order.

    Splats that touch form a part; its weight is the sum of opacity × area over its splats. The heaviest part stays,
    and every other of at least `keep_share` of the whole. Raises ValueError when nothing is visible.
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
    """Number of the part [M] that each splat belongs to."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415  scipy only where it is used
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
