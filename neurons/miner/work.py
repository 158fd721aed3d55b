"""A miner's main loop: pull a task from a validator, make candidates, submit the best one.

    choose a validator ─► pull ─► make candidates, in parallel with other tasks ─► deliver ─► note the verdict

Each generation service does one job at a time and is released as soon as that is done, so that it never waits for
scoring or sending. An error in one task ends only that task.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from neurons.messages import SUBMIT_REFUSALS, PullReply, SubmitReply, Task
from neurons.miner.candidate_runner import CandidateRunner
from neurons.miner.candidates import NextAction
from neurons.miner.delivery import Clock, deliver
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.services.generation_pool import GenerationPool, Slot
from neurons.wire.peers import Calls, Peer, PeerError, shorten
from serving.tasks import run_until

logger = logging.getLogger(__name__)

IDLE_S = 1.0
"""Longest wait before the next search for a validator: a new snapshot may contain one."""


class Miner:
    """Works on tasks until it is stopped, then finishes the open ones that take no longer than the rules' `drain_s`."""

    def __init__(
        self,
        calls: Calls,
        validators: Validators,
        pool: GenerationPool,
        runner: CandidateRunner,
        rules: MinerRules,
        clock: Clock,
        metrics: MinerMetrics,
    ) -> None:
        self._calls, self._validators, self._pool, self._runner = calls, validators, pool, runner
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Pull tasks and work on them until `stop` is set, then drain."""
        self._stop = stop
        try:
            await run_until(stop.wait(), self._pull_tasks())
            await self._drain()
        finally:
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _drain(self) -> None:
        if self._open:
            logger.info("stopping: waiting up to %g s for %d open tasks", self._rules.drain_s, len(self._open))
            await asyncio.wait(set(self._open), timeout=self._rules.drain_s)
        for task in self._open:  # a miner that restarts in time gets the same task again
            task.cancel()

    async def _pull_tasks(self) -> None:
        """Start work whenever a validator may be called and a generation service is free, until cancelled."""
        while True:
            wait_s = self._validators.wait_s()
            if wait_s is None or wait_s > 0:
                await self._clock.sleep(min(IDLE_S, IDLE_S if wait_s is None else wait_s))
                continue
            slot = await self._pool.acquire(first=True)
            peer = self._validators.choose()
            if peer is None:
                self._pool.release(slot)
                continue
            work = asyncio.create_task(self._do_task(peer, slot))
            self._open.add(work)
            work.add_done_callback(self._open.discard)

    async def _do_task(self, peer: Peer, slot: Slot) -> None:
        """Pull a task from one validator and work on it. Releases `slot` as soon as it is not needed."""
        try:
            reply = await self._pull(peer, slot)
            if reply is not None and reply.task is not None:
                with self._metrics.open_task():
                    await self._work(peer, reply, reply.task, slot)
        except Exception:  # the outermost of one task: the others go on
            logger.exception("%s: the work on its task failed", peer)
            self._metrics.count_task("broken")
            self._validators.note_failure(peer)

    async def _pull(self, peer: Peer, slot: Slot) -> PullReply | None:
        """Return the validator's reply, None if the call failed. Releases `slot` if there is no task."""
        reply: PullReply | None = None
        try:
            reply = await self._calls.pull(peer)
        except PeerError as error:
            logger.info("%s: the pull failed: %s", peer, error)
            self._metrics.count_pull("failed")
            self._validators.note_failure(peer, error.retry_after_s)
        finally:
            if reply is None or reply.task is None:
                self._pool.release(slot)
        if reply is not None:
            self._note_pull(peer, reply)
        return reply

    def _note_pull(self, peer: Peer, reply: PullReply) -> None:
        self._metrics.count_pull("task" if reply.task else reply.reason_code or "nothing")
        self._validators.note_release(peer, reply.version)
        if reply.task is not None:
            logger.info("%s: task %s", peer, shorten(reply.task.id))
        elif reply.cooldown_until > self._clock.now():
            logger.debug("%s: no task: %s %s", peer, shorten(reply.reason_code), shorten(reply.detail))
            self._validators.note_reply(peer, reply.cooldown_until)
        else:
            logger.info("%s: no task, and no time to call again: %s", peer, shorten(reply.reason_code))
            self._validators.note_failure(peer)

    async def _work(self, peer: Peer, reply: PullReply, task: Task, slot: Slot) -> None:
        """Make the best candidate for a task and deliver it, or decline."""
        # The validator's terms; older ones send none.
        if task.submit_before <= 0:
            task = replace(task, submit_before=self._clock.now() + self._rules.task_s)
        thresholds = reply.thresholds or self._rules.thresholds

        # Make candidates, as many as the time allows.
        effort, action = await self._runner.make_best(
            task, slot, thresholds, reply.scorer, reply.max_result_bytes, self._stop
        )
        results = effort.best.results if effort.best is not None and action is NextAction.SUBMIT else ""
        logger.info("task %s: %s after %s", shorten(task.id), "submitting" if results else "declining", effort)

        # Submit the best one, or decline with an empty result.
        verdict = await deliver(self._calls, peer, task, results, self._rules, self._clock)
        self._note_verdict(peer, task, verdict, declined=not results)

    def _note_verdict(self, peer: Peer, task: Task, reply: SubmitReply | None, *, declined: bool) -> None:
        """Count and log the verdict, and note when the validator may be called again."""
        if reply is None:
            self._metrics.count_task("lost")
            self._validators.note_failure(peer)
            return
        outcome = _classify(reply, declined=declined)
        if outcome == "refused":
            logger.error("%s did not judge the result: %s", peer, SUBMIT_REFUSALS[reply.reason_code])
            over = task.submit_before if reply.reason_code == "too_many_submissions" else 0.0
            self._validators.note_refusal(peer, max(over, reply.cooldown_until))
        else:
            self._validators.note_verdict(peer, reply.cooldown_until)
        self._metrics.count_task(outcome, reply.reason_code, reply.score)
        logger.info(
            "%s: %s%s, %s, fidelity %.2f; average %.3f, %d accepted in 8 h, reward %.2f",
            peer,
            outcome,
            f" ({shorten(reply.reason_code)})" if reply.reason_code else "",
            "no score" if reply.score is None else f"score {reply.score:.4f}",
            reply.task_fidelity_score,
            reply.average_fidelity_score,
            reply.generations_within_8_hours,
            reply.current_miner_reward,
        )


def _classify(reply: SubmitReply, *, declined: bool) -> str:
    if reply.task_fidelity_score > 0:
        return "accepted"
    if reply.reason_code in SUBMIT_REFUSALS:
        return "refused"
    return "declined" if declined else "rejected"
