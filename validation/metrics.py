"""Prometheus metrics of the validation service. Labels are outcome codes and stage names, nothing a client chose."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from validation.admission import Load

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class ValidationMetrics:
    """Outcomes, seconds by stage, and what is waiting."""

    def __init__(self, registry: CollectorRegistry, load: Load) -> None:
        self._outcomes = Counter(
            "validation_outcomes", "Answered requests by outcome: ok or the code", ["outcome"], registry=registry
        )
        self._stages = Histogram(
            "validation_stage_seconds", "Time by stage", ["stage"], registry=registry, buckets=_SECONDS
        )
        waiting = Gauge("validation_waiting_requests", "Requests in the house", registry=registry)
        waiting.set_function(lambda: load.requests)
        waiting_bytes = Gauge("validation_waiting_bytes", "Their bodies", registry=registry)
        waiting_bytes.set_function(lambda: load.bytes)

    def outcome(self, code: str) -> None:
        """One request ended with `code`."""
        self._outcomes.labels(code).inc()

    def stage(self, name: str, seconds: float) -> None:
        """One stage took this long."""
        self._stages.labels(name).observe(seconds)
