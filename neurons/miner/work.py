"""A miner at work: a task from a validator, splats from the generation services, the best one back.

    Validators.choose ─► pull ─► candidates, side by side with those of other tasks ─► deliver ─► feedback

Each generation service does one job at a time and is given back as soon as that is done, so that scoring and sending
never keep it waiting. What goes wrong with one task ends that task alone. Knows no SDK, no HTTP and no chain.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from neurons.miner.candidates import Step
from neurons.miner.craft import Workshop
from neurons.miner.delivery import Clock, deliver
from neurons.miner.peers import CallFailed, Calls, Peer, PullAnswer, SubmitAnswer, Task, shown
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.services.generation_pool import Generators, Slot

logger = logging.getLogger(__name__)

IDLE_S = 1.0
"""Longest nap while no validator may be asked: the chain may bring a new one."""

REFUSED = {
    "unknown_task": "the task is not open any more, or never was",
    "bad_signature": "it does not believe our signature",
    "stale_signature": "our clock and its differ by more than five minutes",
    "downgraded": "it has had bound signatures of this hotkey, and wants them",
    "bound_signature_required": "it wants bound signatures",
    "too_many_submissions": "it could not judge the result three times",
}
"""Codes of a result that was not looked at, with what they mean: the task stays as it was."""


class Miner:
    """Works until `stop` is set, then finishes what can be finished within the rules' `drain_s`."""

    def __init__(
        self,
        calls: Calls,
        validators: Validators,
        generators: Generators,
        workshop: Workshop,
        rules: MinerRules,
        clock: Clock,
        metrics: MinerMetrics,
    ) -> None:
        self._calls, self._validators, self._generators, self._workshop = calls, validators, generators, workshop
        self._rules, self._clock, self._metrics = rules, clock, metrics
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Asks for tasks and works on them until `stop` is set, then drains."""
        self._stop = stop
        asking = asyncio.create_task(self._ask_for_ever())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                asking.result()  # raises what ended it
            asking.cancel()
            await self._drain()
        finally:
            for task in (asking, stopping, *self._open):
                task.cancel()
            await asyncio.gather(asking, stopping, *self._open, return_exceptions=True)

    async def _drain(self) -> None:
        if self._open:
            logger.info("stopping: %d tasks at hand, at most %g s for them", len(self._open), self._rules.drain_s)
            await asyncio.wait(set(self._open), timeout=self._rules.drain_s)
        for task in self._open:  # the validator gives the same task again to whoever comes back in time
            task.cancel()

    async def _ask_for_ever(self) -> None:
        while True:
            wait_s = self._validators.wait_s()
            if wait_s is None or wait_s > 0:
                await self._clock.sleep(min(IDLE_S, IDLE_S if wait_s is None else wait_s))
                continue
            slot = await self._generators.take(first=True)
            peer = self._validators.choose()
            if peer is None:
                self._generators.give_back(slot)
                continue
            work = asyncio.create_task(self._serve(peer, slot))
            self._open.add(work)
            work.add_done_callback(self._open.discard)

    async def _serve(self, peer: Peer, slot: Slot) -> None:
        """One validator's turn, from the pull to its feedback. The place to generate at is given back on the way."""
        try:
            given = await self._pull(peer, slot)
            if given is not None and given.task is not None:
                with self._metrics.at_work():
                    await self._work(peer, given, given.task, slot)
        except Exception:  # the outermost of one task: another validator's is not to suffer
            logger.exception("a task of %s came to a bad end", peer)
            self._metrics.ended("broken")
            self._validators.failed(peer)

    async def _pull(self, peer: Peer, slot: Slot) -> PullAnswer | None:
        """The task, with the place kept for it; or None, with the place given back."""
        answer: PullAnswer | None = None
        try:
            answer = await self._calls.pull(peer)
        except CallFailed as error:
            logger.info("%s gives no answer: %s", peer, error)
            self._metrics.pulled("failed")
            self._validators.failed(peer, error.retry_after_s)
        finally:
            if answer is None or answer.task is None:
                self._generators.give_back(slot)
        if answer is not None:
            self._heard(peer, answer)
        return answer

    def _heard(self, peer: Peer, answer: PullAnswer) -> None:
        self._metrics.pulled("task" if answer.task else answer.code or "nothing")
        self._validators.runs(peer, answer.version)
        if answer.task is not None:
            logger.info("%s gives task %s", peer, shown(answer.task.id))
        elif answer.cooldown_until > self._clock.now():
            logger.debug("%s has no task: %s %s", peer, shown(answer.code), shown(answer.detail))
            self._validators.answered(peer, answer.cooldown_until)
        else:
            logger.info("%s has no task and does not say when to come back: %s", peer, shown(answer.code))
            self._validators.failed(peer)

    async def _work(self, peer: Peer, given: PullAnswer, task: Task, slot: Slot) -> None:
        if task.submit_before <= 0:
            task = replace(task, submit_before=self._clock.now() + self._rules.task_s)
        thresholds = given.thresholds or self._rules.thresholds
        effort, step = await self._workshop.best(
            task, slot, thresholds, given.scorer, given.max_result_bytes, self._stop
        )
        sent = effort.best.results if effort.best is not None and step is Step.SUBMIT else ""
        logger.info("task %s: %s after %s", shown(task.id), "sent" if sent else "declined", effort)
        answer = await deliver(self._calls, peer, task, sent, self._rules, self._clock)
        self._learn(peer, answer, declined=not sent)

    def _learn(self, peer: Peer, answer: SubmitAnswer | None, *, declined: bool) -> None:
        """Books a validator's answer and lets it be asked again when it said."""
        if answer is None:
            self._metrics.ended("lost")
            self._validators.failed(peer)
            return
        kind = _kind(answer, declined=declined)
        if kind == "refused":
            logger.error("%s refused a result: %s", peer, REFUSED[answer.code])
            self._validators.refused(peer)
        else:
            self._validators.judged(peer, answer.cooldown_until)
        self._metrics.ended(kind, answer.code, answer.score)
        score = "no score" if answer.score is None else f"score {answer.score:.4f}"
        logger.info(
            "%s: %s%s, %s, fidelity %.2f; average %.3f, %d accepted in 8 h, reward %.2f",
            peer,
            kind,
            f" ({shown(answer.code)})" if answer.code else "",
            score,
            answer.fidelity,
            answer.average,
            answer.accepted_8h,
            answer.reward,
        )


def _kind(answer: SubmitAnswer, *, declined: bool) -> str:
    if answer.fidelity > 0:
        return "accepted"
    if answer.code in REFUSED:
        return "refused"
    return "declined" if declined else "rejected"
