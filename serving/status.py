"""The state of a service that its handlers, its probes and its server share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

logger = logging.getLogger(__name__)


def _always_ready() -> list[str]:
    return []


@dataclass
class ServiceStatus:
    """The state of one service. Used on the event loop only.

    version     returns the text of /version/
    not_ready   returns the reasons why it cannot serve now, empty when it can
    busy        returns whether a graceful stop should wait for accepted work
    stop        ends the remaining work; called once after that wait
    registry    its Prometheus metrics, one registry per application
    draining    the service is stopping: refuse new work
    fatal       why the service cannot continue; the server logs it and exits with status 1
    """

    version: Callable[[], str]
    not_ready: Callable[[], list[str]] = _always_ready
    busy: Callable[[], bool] = lambda: False
    stop: Callable[[], None] = lambda: None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    draining: bool = False
    fatal: str | None = None

    def fail(self, error: Exception) -> None:
        """Log an error that the service cannot survive, and let the server stop."""
        logger.error("the service cannot continue", exc_info=error)
        self.fatal = f"{type(error).__name__}: {error}"

    def reasons(self) -> list[str]:
        """Return the reasons why /ready/ answers 503, empty when it answers 200."""
        if self.fatal is not None:
            return [self.fatal]
        return ["the service is shutting down"] if self.draining else self.not_ready()
