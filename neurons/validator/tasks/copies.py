"""Finds copies of accepted assets: the same splats, or the same object slightly changed.

Fingerprints from the validation service are compared: an asset is a copy if its digest equals an earlier one, or if its
embedding is closer to an earlier one than NEAR_DUPLICATE_DISTANCE. The asset accepted first keeps its reward. A miner
may not send its own earlier asset again either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from neurons.validator.tasks.state import Accepted
from validation.schemas import EMBEDDING_SIZE, NEAR_DUPLICATE_DISTANCE, Fingerprint

KEPT_S = 7 * 24 * 3600.0
"""How long an accepted asset is compared with new ones."""
MAX_ASSETS = 500_000
"""At this number the embeddings take 128 MB and a comparison takes tens of milliseconds."""


class CopyIndex:
    """The accepted assets of the last seven days, in memory. The oldest are dropped first if there are too many."""

    def __init__(self, assets: Iterable[Accepted] = (), max_assets: int = MAX_ASSETS) -> None:
        self._assets: deque[Accepted] = deque()
        self._digests: dict[str, int] = {}
        self._vectors = np.empty((1024, EMBEDDING_SIZE), np.float32)
        self._squares = np.empty(1024, np.float32)  # squared norms of the vectors
        self._start = self._end = 0  # the rows in use
        self._max = max_assets
        for asset in assets:
            self.add(asset)

    def __len__(self) -> int:
        return len(self._assets)

    def find(self, fingerprint: Fingerprint) -> str | None:
        """Return how the asset matches an accepted one, "digest" or "likeness", or None if it does not."""
        if fingerprint.digest in self._digests:
            return "digest"
        near = self._nearest(np.asarray(fingerprint.embedding, np.float32)) < NEAR_DUPLICATE_DISTANCE
        return "likeness" if near else None

    def add(self, asset: Accepted) -> None:
        """Add an accepted asset. Assets must be added in the order of their times."""
        if self._end == len(self._vectors):
            self._reallocate()
        self._vectors[self._end] = asset.embedding
        self._squares[self._end] = asset.embedding @ asset.embedding
        self._end += 1
        self._assets.append(asset)
        self._digests[asset.digest] = self._digests.get(asset.digest, 0) + 1
        if len(self._assets) > self._max:
            self._drop_oldest()

    def forget(self, before: float) -> None:
        """Drop assets accepted before a time."""
        while self._assets and self._assets[0].at < before:
            self._drop_oldest()

    def _nearest(self, embedding: NDArray[np.float32]) -> float:
        """Return the distance to the nearest embedding, found by |a - b|² = |a|² - 2ab + |b|² without copying any."""
        if not self._assets:
            return float("inf")
        rows = slice(self._start, self._end)
        partial = self._squares[rows] - 2 * (self._vectors[rows] @ embedding)  # |b|² is the same for all
        return float(np.linalg.norm(self._vectors[rows][partial.argmin()] - embedding))

    def _drop_oldest(self) -> None:
        oldest = self._assets.popleft()
        self._start += 1
        self._digests[oldest.digest] -= 1
        if not self._digests[oldest.digest]:
            del self._digests[oldest.digest]

    def _reallocate(self) -> None:
        """Move the rows in use to the start of arrays that have room for twice as many."""
        count, rows = len(self._assets), slice(self._start, self._end)
        size = max(1024, 2 * count)
        vectors, squares = np.empty((size, EMBEDDING_SIZE), np.float32), np.empty(size, np.float32)
        vectors[:count] = self._vectors[rows]
        squares[:count] = self._squares[rows]
        self._vectors, self._squares = vectors, squares
        self._start, self._end = 0, count
