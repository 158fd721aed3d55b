"""Rate limits by token bucket."""

from __future__ import annotations

from collections.abc import Callable


class RateLimiter:
    """Allow each name `burst` requests at once and `per_s` on average. `now` returns monotonic seconds.

    Buckets are never dropped: pass only names from a bounded set, such as verified keys.
    """

    def __init__(self, burst: int, per_s: float, now: Callable[[], float]) -> None:
        self._burst = burst
        self._per_s = per_s
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, name: str) -> float:
        """Take a token of `name` and return 0, or return the seconds until there is one."""
        now = self._now()
        level, since = self._buckets.get(name, (float(self._burst), now))
        level = min(self._burst, level + (now - since) * self._per_s)
        if level < 1:
            return (1 - level) / self._per_s
        self._buckets[name] = (level - 1, now)
        return 0.0
