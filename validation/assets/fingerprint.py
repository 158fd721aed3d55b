"""Fingerprint of an asset: a digest that finds exact copies in any file format, an embedding that finds altered ones.

`validation.schemas.embedding_distance` compares two embeddings; it is there so that the neurons can import it.

Digest: SHA-256 over the sorted rows (x, y, z, r, g, b) of all splats, positions on a grid of 1/4096 and base colours on
SPZ's. Both are the same whether the asset came as PLY or as our SPZ: a PLY holds exactly the float32 values that our
SPZ writer rounds, and the digest first rounds them as that does. Opacities, scales and rotations pass through a
logarithm, a sigmoid or a lossy packing in one format, and about one splat in 10⁵ would round differently: they are left
out, and an asset that differs only there is a copy.

Embedding: 64 numbers that describe how the visible area is distributed round the vertical axis. They do not depend on
the order of the splats, or on the position, size and rotation about y of the object, and hardly on rounding.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from splats.formats.spz_encoder import fractional_bits
from splats.model import BOUNDS_MIN_OPACITY, Splats
from splats.sh import SH_C0
from validation.schemas import EMBEDDING_SIZE

DIGEST_HEADER = b"three-gen:digest:1"
POSITION_GRID = 4096.0
"""12 fractional bits: what most SPZ writers keep."""
POSITION_LIMIT = 2**23 - 1
"""SPZ positions are signed 24-bit integers."""
COLOUR_SCALE = 0.15
"""SPZ's colour byte is 0.15 · 255 · sh0 + 127.5 (nianticlabs/spz)."""

FINE_HEIGHTS = tuple(-1.8 + 3.6 * i / 7 for i in range(8)), 0.25
FINE_RADII = tuple(0.1 + 0.3 * i for i in range(6)), 0.2
HEIGHTS = (-1.5, -0.9, -0.3, 0.3, 0.9, 1.5), 0.3
BROAD_HEIGHTS = (-1.0, 0.0, 1.0), 0.5
BROAD_RADII = (0.2, 0.7, 1.2), 0.3
"""Bumps: centres and width, in units of the root mean square distance, which most assets span from -2 to 2."""

EMBEDDING_SCALE = 1 / 0.09
"""Factor on all features, which makes NEAR_DUPLICATE_DISTANCE 1. Measured on 69 procedural prompts × 6 seeds: copies
that were requantised, thinned by 5 % or jittered by 0.5 % of their side move by 0.72 at most, two seeds of one prompt
by 1.31 at least. docs/scoring.md, "Fingerprint", has the table."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AssetFingerprint:
    """Digest (64 hex digits) and embedding (EMBEDDING_SIZE numbers)."""

    digest: str
    embedding: tuple[float, ...]


def fingerprint(splats: Splats) -> AssetFingerprint:
    """Return digest and embedding of decoded splats, in world coordinates as submitted (not normalised)."""
    return AssetFingerprint(digest(splats), embedding(splats))


def digest(splats: Splats) -> str:
    """Return the hex SHA-256 of the sorted (x, y, z, r, g, b) rows of all splats.

    Values are rounded to nearest, halves to even, in float32: positions as the SPZ writer does, which changes nothing
    in what it has written, and then to 1/4096; colours to SPZ's bytes. Positions are clamped to ±2,048.
    """
    means = splats.means.numpy()  # [N, 3] float32
    fine = np.float32(2.0 ** fractional_bits(means))
    means = np.round(means * fine) / fine
    sh0 = splats.sh[:, 0].numpy()  # [N, 3] float32
    positions = np.clip(np.round(means * np.float32(POSITION_GRID)), -POSITION_LIMIT - 1, POSITION_LIMIT)
    colours = np.clip(np.round(sh0 * np.float32(COLOUR_SCALE * 255) + np.float32(127.5)), 0, 255)
    grid = positions.astype(np.int64) + (POSITION_LIMIT + 1)  # [N, 3], 24 bits each
    rgb = colours.astype(np.int64)
    high = (grid[:, 0] << 24) | grid[:, 1]  # [N], 48 bits
    low = (grid[:, 2] << 24) | (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]  # [N], 48 bits
    order = np.lexsort((low, high))
    rows = np.stack([high[order], low[order]], axis=1).astype("<i8")  # [N, 2]
    return hashlib.sha256(DIGEST_HEADER + rows.tobytes()).hexdigest()


def embedding(splats: Splats) -> tuple[float, ...]:
    """Return EMBEDDING_SIZE numbers, to be compared by Euclidean distance.

    Each visible splat is weighted by opacity times width, the root of its painted area (at most twice the median: SPZ
    rounds widths by 3 %, and one huge splat must not outweigh the asset). The weighted centroid is the origin, and the
    weighted root mean square distance from it is 1. Heights and radii (distances from the vertical axis) enter through
    smooth overlapping bumps, azimuths only as magnitudes of harmonics.
    """
    visible = splats.select(splats.opacities >= BOUNDS_MIN_OPACITY) if bool((splats.opacities > 0).any()) else splats
    if len(visible) == 0:
        return (0.0,) * EMBEDDING_SIZE
    weights = _weights(visible)  # [N], sum 1
    means = visible.means.numpy().astype(np.float64)
    centred = means - weights @ means
    size = float(np.sqrt(weights @ (centred**2).sum(axis=1)))
    x, y, z = (centred / max(size, 1e-12)).T  # [N] each
    radius = np.hypot(x, z)
    rgb = np.clip(visible.sh[:, 0].numpy().astype(np.float64) * SH_C0, -0.5, 0.5)  # [N, 3], 0 is grey
    fine = _bumps(y, *FINE_HEIGHTS) * weights  # [8, N]
    heights = _bumps(y, *HEIGHTS) * weights  # [6, N]
    features = (
        EMBEDDING_SCALE
        * np.concatenate(
            [
                20 * fine.sum(axis=1),  # 8: area by height
                20 * (_bumps(radius, *FINE_RADII) @ weights),  # 6: area by radius
                10 * (fine[1:-1] @ radius),  # 6: width by height
                20 * ((_bumps(y, *BROAD_HEIGHTS) * weights) @ _bumps(radius, *BROAD_RADII).T).ravel(),  # 9: by both
                10 * _harmonics(x, z, radius, heights[1:5]).ravel(),  # 16: departure from a surface of revolution
                30 * (heights @ rgb).ravel(),  # 18: colour by height
                20 * (weights @ (rgb**2).sum(axis=1, keepdims=True)),  # 1: colourfulness
            ]
        )
    )
    return tuple(round(float(value), 5) for value in features)


def _weights(splats: Splats) -> Array:
    ordered = np.sort(splats.scales.numpy().astype(np.float64), axis=1)  # [N, 3]
    width = np.sqrt(ordered[:, 2] * ordered[:, 1])
    width = np.minimum(width, 2 * np.median(width)) if np.median(width) > 0 else np.ones_like(width)
    weights = splats.opacities.numpy().astype(np.float64) * width
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(splats), 1 / len(splats))


def _bumps(values: Array, centres: tuple[float, ...], width: float) -> Array:
    """Evaluate Gaussian bumps [B, N] at `centres` [B], normalised so that they sum to 1 for every value [N]."""
    bumps = np.exp(-0.5 * ((np.clip(values, -4, 4)[None, :] - np.array(centres)[:, None]) / width) ** 2)
    shares: Array = bumps / (bumps.sum(axis=0) + 1e-12)
    return shares


def _harmonics(x: Array, z: Array, radius: Array, heights: Array) -> Array:
    """Return |Σ weight · r · e^{ikθ}| [4, B] for k = 1 … 4 and each height bump [B, N]; invariant about y."""
    turn = (x + 1j * z) / np.maximum(radius, 1e-9)  # e^{iθ}
    return np.stack([np.abs(heights @ (radius * turn**k)) for k in (1, 2, 3, 4)])
