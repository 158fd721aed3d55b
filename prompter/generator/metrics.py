"""Reports what the generator produces: counters for Prometheus, a log line per minute, a progress bar on a terminal."""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import CollectorRegistry, Counter, Gauge
from tqdm import tqdm

from serving.http_client import Response


class GeneratorMetrics:
    """Counts kept, rejected and delivered prompts. Labels never contain a prompt."""

    def __init__(self, registry: CollectorRegistry, *, with_bar: bool = False) -> None:
        self._bar = tqdm(unit=" prompts", dynamic_ncols=True) if with_bar else None
        self._lately: Tally[str] = Tally()
        self._rejects: Tally[str] = Tally()
        self.kept = Counter("prompts_kept", "Prompts that passed", ["backend", "category"], registry=registry)
        self.rejected = Counter(
            "prompts_rejected", "Prompts dropped, by reason", ["backend", "reason"], registry=registry
        )
        self.failures = Counter("backend_failures", "Requests without a usable answer", ["backend"], registry=registry)
        self.sent = Counter("prompts_delivered", "Prompts sent to the collector", ["outcome"], registry=registry)
        self.lost = Counter("prompts_lost", "Prompts the collector refused permanently", registry=registry)
        self.waiting = Gauge("prompts_waiting", "Prompts in the spool", registry=registry)
        self.per_minute = Gauge(
            "prompts_accepted_per_minute", "New to the collector, in the last minute", registry=registry
        )

    def batch(self, backend: str, category: str, kept: int, rejected: dict[str, int]) -> None:
        """Count a backend's answer."""
        self.kept.labels(backend, category).inc(kept)
        for reason, count in rejected.items():
            self.rejected.labels(backend, reason).inc(count)
        self._lately["kept"] += kept
        self._rejects.update(rejected)
        if self._bar is not None:
            self._bar.update(kept)
            self._bar.set_postfix(category=category, rejected=self._rejects.total(), refresh=False)

    def delivered(self, response: Response) -> None:
        """Count the receipt of a submission."""
        try:
            receipt = response.json()
            for outcome in ("accepted", "duplicates"):
                self.sent.labels(outcome).inc(max(0, int(receipt[outcome])))
                self._lately[outcome] += int(receipt[outcome])
        except (ValueError, KeyError, TypeError):
            self.sent.labels("unknown").inc()

    def report(self, seconds: float) -> str:
        """Return a log line about the last `seconds` and reset its counts."""
        lately, rejects = self._lately, self._rejects
        self._lately, self._rejects = Tally(), Tally()
        rate = lately["accepted"] * 60 / seconds
        self.per_minute.set(rate)
        reasons = ", ".join(f"{reason} {count}" for reason, count in rejects.most_common()) or "none"
        return f"{rate:.0f} accepted/min, {lately['duplicates']} duplicates; {lately['kept']} kept, rejected: {reasons}"

    def close(self) -> None:
        """Close the progress bar."""
        if self._bar is not None:
            self._bar.close()
