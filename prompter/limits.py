"""How often one may ask: a bucket of tokens each, refilled steadily. Memory is bounded by who was let in before."""

from __future__ import annotations

from collections.abc import Callable


class Rate:
    """At most `burst` at once and `per_s` on average, for each name. `now` gives monotonic seconds."""

    def __init__(self, burst: int, per_s: float, now: Callable[[], float]) -> None:
        self._burst = burst
        self._per_s = per_s
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, name: str) -> float:
        """0 if `name` may go on (one token is taken), else seconds until it may."""
        now = self._now()
        level, since = self._buckets.get(name, (float(self._burst), now))
        level = min(self._burst, level + (now - since) * self._per_s)
        if level < 1:
            return (1 - level) / self._per_s
        self._buckets[name] = (level - 1, now)
        return 0.0
