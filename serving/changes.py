"""Logs a problem once when it begins and once when it ends, however often it is found."""

from __future__ import annotations

import logging


class ChangeLog:
    """Logs the changes of one condition. `recovered` is logged when a problem has ended."""

    def __init__(self, logger: logging.Logger, recovered: str) -> None:
        self._logger, self._recovered = logger, recovered
        self.problem = ""

    def note(self, problem: str = "") -> None:
        """Note the present problem, empty if there is none; log it if it differs from the one noted before."""
        if problem == self.problem:
            return
        self.problem = problem
        if problem:
            self._logger.warning("%s", problem)
        else:
            self._logger.info("%s", self._recovered)
