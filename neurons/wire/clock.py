"""Notices that many signed requests are refused for their time, which means that this machine's clock may be wrong.

Of each hotkey only the last few requests of ten minutes count, so that one miner with a wrong clock proves nothing
about ours unless it is the only one.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from serving.changes import ChangeLog

logger = logging.getLogger(__name__)

WINDOW_S = 600.0
PER_HOTKEY = 5
MIN_REFUSED = 5


class RequestTimes:
    """The recent requests whose signature has verified, and how their times were judged. `now` is monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._recent: dict[str, deque[tuple[float, str]]] = {}  # by hotkey: time, and "stale", "future" or ""
        self._log = ChangeLog(logger, "the times of requests are right again")

    def note(self, hotkey: str, refused_as: str = "") -> None:
        """Note a request: `refused_as` is "stale" or "future", or "" if its time was right."""
        self._recent.setdefault(hotkey, deque(maxlen=PER_HOTKEY)).append((self._now(), refused_as))
        if refused_as or self._log.problem:
            self._log.note(self.problem(), "time")

    def problem(self) -> str:
        """Return what is wrong if at least half of the recent requests were refused for their time, else ""."""
        since = self._now() - WINDOW_S
        for hotkey, requests in list(self._recent.items()):
            while requests and requests[0][0] < since:
                requests.popleft()
            if not requests:
                del self._recent[hotkey]
        kinds = [kind for requests in self._recent.values() for _, kind in requests]
        stale, future = kinds.count("stale"), kinds.count("future")
        if stale + future < MIN_REFUSED or 2 * (stale + future) < len(kinds):
            return ""
        side = "behind" if future > stale else "ahead"
        return (
            f"{stale + future} of the last {len(kinds)} requests were refused as stale ({stale}) or future ({future}): "
            f"this machine's clock may be {side}; check that it is synchronised (NTP)"
        )
