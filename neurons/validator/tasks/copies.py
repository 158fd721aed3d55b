"""Finds copies of assets that were accepted before: the same splats, or the same object slightly changed.

Compares fingerprints from the validation service: equal digests, or embeddings closer to each other than
NEAR_DUPLICATE_DISTANCE. The asset accepted first keeps its reward; a miner's own earlier asset counts too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from neurons.validator.tasks.state import Accepted
from validation.schemas import EMBEDDING_SIZE, NEAR_DUPLICATE_DISTANCE, Fingerprint

KEPT_S = 7 * 24 * 3600.0
MAX_ASSETS = 500_000
"""128 MB of embeddings; one comparison then takes tens of milliseconds."""


class CopyIndex:
    """The accepted assets of the last seven days, in memory; the oldest go first when there are too many."""

    def __init__(self, assets: Iterable[Accepted] = (), max_assets: int = MAX_ASSETS) -> None:
        self._assets: deque[Accepted] = deque()
        self._digests: dict[str, int] = {}
        self._vectors = np.empty((1024, EMBEDDING_SIZE), np.float32)
        self._squares = np.empty(1024, np.float32)
        self._start = self._end = 0
        self._max = max_assets
        for asset in assets:
            self.add(asset)

    def __len__(self) -> int:
        return len(self._assets)

    def find(self, fingerprint: Fingerprint) -> str | None:
        """Return how the asset matches an accepted one, "digest" or "likeness", or None if it is new."""
        if fingerprint.digest in self._digests:
            return "digest"
        near = self._nearest(np.asarray(fingerprint.embedding, np.float32)) < NEAR_DUPLICATE_DISTANCE
        return "likeness" if near else None

    def add(self, asset: Accepted) -> None:
        """Add an accepted asset. Assets must be added in the order of time."""
        if self._end == len(self._vectors):
            self._make_room()
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
        """Distance to the nearest, by |a - b|² = |a|² - 2ab + |b|²: one pass over memory, no copy of it."""
        if not self._assets:
            return float("inf")
        held = slice(self._start, self._end)
        candidates = self._squares[held] - 2 * (self._vectors[held] @ embedding)
        return float(np.linalg.norm(self._vectors[held][candidates.argmin()] - embedding))

    def _drop_oldest(self) -> None:
        oldest = self._assets.popleft()
        self._start += 1
        self._digests[oldest.digest] -= 1
        if not self._digests[oldest.digest]:
            del self._digests[oldest.digest]

    def _make_room(self) -> None:
        held, size = slice(self._start, self._end), max(1024, 2 * len(self._assets))
        vectors, squares = np.empty((size, EMBEDDING_SIZE), np.float32), np.empty(size, np.float32)
        vectors[: len(self._assets)] = self._vectors[held]
        squares[: len(self._assets)] = self._squares[held]
        self._vectors, self._squares = vectors, squares
        self._start, self._end = 0, len(self._assets)
