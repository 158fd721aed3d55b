"""Prometheus metrics of the validation service. Labels are outcome codes and stage names, nothing a client chose."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from validation.admission import Occupancy

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class ValidationMetrics:
    """Counts outcomes, times stages, and reports the occupancy."""

    def __init__(self, registry: CollectorRegistry, occupancy: Occupancy) -> None:
        self._outcomes = Counter(
            "validation_outcomes", "Answered requests by outcome: ok or the code", ["outcome"], registry=registry
        )
        self._stages = Histogram(
            "validation_stage_seconds", "Time by stage", ["stage"], registry=registry, buckets=_SECONDS
        )
        waiting = Gauge("validation_waiting_requests", "Requests being handled", registry=registry)
        waiting.set_function(lambda: occupancy.requests)
        waiting_bytes = Gauge("validation_waiting_bytes", "Bytes in their bodies", registry=registry)
        waiting_bytes.set_function(lambda: occupancy.bytes)

    def outcome(self, code: str) -> None:
        """Count one request that ended with `code`."""
        self._outcomes.labels(code).inc()

    def stage(self, name: str, seconds: float) -> None:
        """Record the seconds that one stage took."""
        self._stages.labels(name).observe(seconds)
