"""Logs a problem once when it begins and once when it ends, however often it is found."""

from __future__ import annotations

import logging

MAX_KINDS = 16
"""Kinds of one problem that are logged before it ends: a text may contain what differs each time."""


class ChangeLog:
    """Logs the changes of one condition: each kind of problem once, then `recovered` once all are over.

    `problem` is the current problem or "". The end of an initial problem is logged as well. An empty `recovered` is not
    logged.
    """

    def __init__(
        self, logger: logging.Logger, recovered: str, *, level: int = logging.WARNING, problem: str = ""
    ) -> None:
        self._logger, self._recovered, self._level = logger, recovered, level
        self._kinds: set[str] = set()
        self.problem = problem

    def note(self, problem: str = "", kind: str = "") -> None:
        """Set the current problem; "" ends it.

        Each kind of problem is logged once until the problem ends. The default `kind` is the text itself; pass one if
        the text contains a count or a time.
        """
        before, self.problem = self.problem, problem
        if not problem:
            self._kinds.clear()
            if before and self._recovered:
                self._logger.info("%s", self._recovered)
        elif (kind or problem) not in self._kinds and len(self._kinds) < MAX_KINDS:
            self._kinds.add(kind or problem)
            self._logger.log(self._level, "%s", problem)
