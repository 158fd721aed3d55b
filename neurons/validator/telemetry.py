"""The validator's Prometheus metrics, its readiness, and the line of progress in its log.

Metric labels are synapse names and our own codes, never a hotkey, a prompt or anything else that a peer sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from neurons.chain.sync import ChainSync
from neurons.validator.domain import Domain
from neurons.validator.registration import Announcer
from neurons.validator.weights import WeightSetter
from neurons.wire.refusals import REFUSAL_CODES

logger = logging.getLogger(__name__)

MAX_HEAD_AGE_S = 180.0
"""Without a new block for this long (15 block times) a validator is not ready."""
REPLY_CODES = frozenset(
    {
        *("cooldown", "validator_unready", "low_score", "copy", "validator_fault", "unknown_task"),
        *("too_many_submissions", "bad_signature", "stale_signature", "downgraded", "bound_signature_required"),
    }
)
"""The desk's codes, each counted by name; codes of rejected assets are counted together as "rejected"."""


class Counters:
    """Counts the axon's replies and refusals."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._replies = Counter(
            "axon_replies", "Replies to synapses, by synapse and code", ["synapse", "code"], registry=registry
        )
        self._refusals = Counter("axon_refusals", "Refused requests, by code", ["code"], registry=registry)
        self.accepted = self.rejected = self.faults = self.given = 0

    def count_reply(self, synapse: str, code: str) -> None:
        """Count a reply by its reason code, which is empty on success."""
        known = code if code in REPLY_CODES else "rejected" if code else "ok"
        self._replies.labels(synapse, known).inc()
        self.given += synapse == "pull" and known == "ok"
        self.accepted += synapse == "submit" and known == "ok"
        self.rejected += known in ("rejected", "low_score", "copy")
        self.faults += known == "validator_fault"

    def count_refusal(self, code: str) -> None:
        """Count a refused request by its code."""
        self._refusals.labels(code if code in REFUSAL_CODES else "other").inc()


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The state that status pages, metrics and the progress log read."""

    domain: Domain
    sync: ChainSync
    announcer: Announcer
    weights: WeightSetter
    counters: Counters
    active_requests: Callable[[], int]
    clock_problem: Callable[[], str] = lambda: ""

    def not_ready(self) -> list[str]:
        """Return the reasons why this validator cannot work now, empty if it can."""
        reasons = []
        if self.sync.snapshot is None:
            reasons.append("the subnet has not been read yet")
        if self.sync.head_age_s > MAX_HEAD_AGE_S:
            reasons.append(f"no new block for {self.sync.head_age_s:.0f} s")
        if self.domain.desk.state.problem:
            reasons.append(self.domain.desk.state.problem)
        if problem := self.clock_problem():
            reasons.append(problem)
        if not self.domain.pool.ready:
            reasons.append("; ".join(["no validation service is ready", *self.domain.pool.problems]))
        if self.announcer.problem:
            reasons.append(self.announcer.problem)
        return reasons

    def register_gauges(self, registry: CollectorRegistry) -> None:
        """Register gauges that are read on each scrape."""
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "chain_block": ("Highest block seen", lambda: self.sync.height),
            "chain_still_seconds": ("Seconds since the last new block", lambda: self.sync.head_age_s),
            "chain_seats": (
                "Seats in the last snapshot of the subnet",
                lambda: len(self.sync.snapshot.seats) if self.sync.snapshot else 0,
            ),
            "weights_block": ("Block of the last weights on the chain", self._weights_block),
            "validation_ready": ("1 if a validation service is ready, else 0", lambda: self.domain.pool.ready),
            "tasks_open": (
                "Tasks that miners are working on",
                lambda: sum(one.task is not None for one in self.domain.desk.state.list_records()),
            ),
            "axon_requests_at_work": ("Requests being handled", self.active_requests),
        }
        for name, (text, read) in gauges.items():
            Gauge(name, text, registry=registry).set_function(read)

    def log(self) -> None:
        """Log one line of progress."""
        counters = self.counters
        if self.weights.held_back:
            weights = f"not set ({self.weights.held_back})"
        elif self.weights.confirmed:
            weights = f"set at block {self.weights.confirmed.block}"
        else:
            weights = "not due yet"
        logger.info(
            "block %d, %d seats; tasks given %d, accepted %d, rejected %d, validator faults %d; weights %s",
            self.sync.height,
            len(self.sync.snapshot.seats) if self.sync.snapshot else 0,
            counters.given,
            counters.accepted,
            counters.rejected,
            counters.faults,
            weights,
        )

    def _weights_block(self) -> int:
        """Return the block of the last weights, after a restart as the chain knows it; 0 before the first snapshot."""
        confirmed, seat = self.weights.confirmed, self.sync.seat
        return max(confirmed.block if confirmed else 0, seat.last_update if seat else 0)
