"""What the shell needs to know of the service it wears, and what it tells it. No HTTP, no route."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

logger = logging.getLogger(__name__)


def _nothing_wrong() -> list[str]:
    return []


@dataclass
class Vitals:
    """The state of one service, shared by its handlers, the probes and the server loop. Used on the event loop only.

    version     text of /version/
    not_ready   why it cannot serve now, empty when it can
    busy        whether accepted work is left that a graceful stop should wait for
    stop        ends what is left of that work; called once when the wait is over
    registry    its Prometheus metrics, one registry per application
    draining    a stop was asked for: refuse new work
    fatal       the service cannot go on and says why; the server logs it and exits with status 1
    """

    version: Callable[[], str]
    not_ready: Callable[[], list[str]] = _nothing_wrong
    busy: Callable[[], bool] = lambda: False
    stop: Callable[[], None] = lambda: None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    draining: bool = False
    fatal: str | None = None

    def fail(self, error: Exception) -> None:
        """Log an error that the service cannot survive, and let the server end."""
        logger.error("the service cannot go on", exc_info=error)
        self.fatal = f"{type(error).__name__}: {error}"

    def reasons(self) -> list[str]:
        """Why /ready/ says no, empty when it says yes."""
        if self.fatal is not None:
            return [self.fatal]
        return ["the service is shutting down"] if self.draining else self.not_ready()
