"""What a validator counts and shows: Prometheus metrics, readiness by progress, the line of progress in the log.

Labels are synapse names and codes of ours: never a hotkey, a prompt or anything else that a peer sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from neurons.chain.sync import ChainSync
from neurons.validator.axon.refusals import REFUSAL_CODES
from neurons.validator.domain import Domain
from neurons.validator.registration import Announcer
from neurons.validator.weights import WeightSetter

logger = logging.getLogger(__name__)

STILL_S = 180.0
"""Without a new block for so long (15 of them) a validator is not ready."""
REPLY_CODES = frozenset(
    {
        *("cooldown", "validator_unready", "low_score", "copy", "validator_fault", "unknown_task"),
        *("too_many_submissions", "bad_signature", "stale_signature", "downgraded", "bound_signature_required"),
    }
)
"""Codes of the desk's replies that are counted by name; those of the reject list are counted together."""


class Counters:
    """Counts of what the axon answered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._replies = Counter("axon_replies", "Synapses answered", ["synapse", "code"], registry=registry)
        self._refusals = Counter("axon_refusals", "Requests refused", ["code"], registry=registry)
        self.accepted = self.rejected = self.faults = self.given = 0

    def replied(self, synapse: str, code: str) -> None:
        """A synapse was answered, with this reason code or, empty, as its sender hoped."""
        known = code if code in REPLY_CODES else "rejected" if code else "ok"
        self._replies.labels(synapse, known).inc()
        self.given += synapse == "pull" and known == "ok"
        self.accepted += synapse == "submit" and known == "ok"
        self.rejected += known in ("rejected", "low_score", "copy")
        self.faults += known == "validator_fault"

    def refused(self, code: str) -> None:
        """A request was refused."""
        self._refusals.labels(code if code in REFUSAL_CODES else "other").inc()


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The state that status pages, metrics and the progress log read."""

    domain: Domain
    sync: ChainSync
    announcer: Announcer
    weights: WeightSetter
    counters: Counters
    at_work: Callable[[], int]

    def not_ready(self) -> list[str]:
        """Return why this validator cannot work now, judged by progress and not by what is running."""
        reasons = []
        if self.sync.snapshot is None:
            reasons.append("the subnet has not been read yet")
        if self.sync.head_age_s > STILL_S:
            reasons.append(f"no new block for {self.sync.head_age_s:.0f} s")
        if not self.domain.pool.ready:
            reasons.append("no validation service is ready")
        if not self.announcer.announced:
            reasons.append("the chain does not know the axon")
        return reasons

    def measure(self, registry: CollectorRegistry) -> None:
        """Register gauges that are read on each scrape."""
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "chain_block": ("Highest block seen", lambda: self.sync.height),
            "chain_still_seconds": ("Since the last new block", lambda: self.sync.head_age_s),
            "chain_seats": (
                "Seats when last looked",
                lambda: len(self.sync.snapshot.seats) if self.sync.snapshot else 0,
            ),
            "weights_block": ("Block of the last confirmed weights", self._weights_block),
            "validation_ready": ("Whether a validation service is ready", lambda: self.domain.pool.ready),
            "tasks_open": (
                "Tasks in miners' hands",
                lambda: sum(one.task is not None for one in self.domain.desk.state.list_records()),
            ),
            "axon_requests_at_work": ("Requests being answered", self.at_work),
        }
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=registry).set_function(read)

    def log(self) -> None:
        """Log one line of progress."""
        c, held = self.counters, self.weights.held_back
        logger.info(
            "block %d, %d seats; tasks given %d, accepted %d, rejected %d, validator faults %d; weights %s",
            self.sync.height,
            len(self.sync.snapshot.seats) if self.sync.snapshot else 0,
            *(c.given, c.accepted, c.rejected, c.faults),
            f"held back ({held})"
            if held
            else f"of block {self._weights_block()}"
            if self._weights_block()
            else "not due yet",
        )

    def _weights_block(self) -> int:
        return self.weights.sent.block if self.weights.sent else 0
