"""A miner at work: a task from a validator, splats from the generation services, the best one back.

    Validators.choose ─► pull ─► candidates, side by side with those of other tasks ─► deliver ─► feedback

Each generation service does one job at a time and is given back as soon as that is done, so that scoring and sending
never keep it waiting. What goes wrong with one task ends that task alone. Knows no SDK, no HTTP and no chain.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Awaitable
from dataclasses import replace
from typing import Protocol, TypeVar

from neurons.clients import GenerationError, JobFailed
from neurons.miner.candidates import Candidate, Effort, Step, better, next_step
from neurons.miner.delivery import Clock, deliver
from neurons.miner.generation import Generators, Slot
from neurons.miner.peers import CallFailed, Calls, Peer, PullAnswer, SubmitAnswer, Task, shown
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators

logger = logging.getLogger(__name__)

T = TypeVar("T")

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


class Scorer(Protocol):
    """A miner's own scoring: see `neurons.miner.scoring.Scoring`."""

    def suits(self, scorer: str) -> bool:
        """Whether its scores tell what this scorer would say."""
        ...

    async def score(self, prompt: str, results: str, seed: int) -> float | None:
        """The score, None when it cannot be had."""
        ...


class Miner:
    """Works until `stop` is set, then finishes what can be finished within the rules' `drain_s`."""

    def __init__(
        self,
        calls: Calls,
        validators: Validators,
        generators: Generators,
        rules: MinerRules,
        clock: Clock,
        metrics: MinerMetrics,
        scoring: Scorer | None = None,
    ) -> None:
        self._calls, self._validators, self._generators = calls, validators, generators
        self._rules, self._clock, self._metrics, self._scoring = rules, clock, metrics, scoring
        self._stop = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self._pace_s = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Asks for tasks and works on them until `stop` is set, and drains."""
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
        now = self._clock.now()
        if task.submit_before <= 0:
            task = replace(task, submit_before=now + self._rules.task_s)
        effort = Effort(
            pulled_at=now,
            deadline=task.submit_before,
            thresholds=given.thresholds or self._rules.thresholds,
            scored=self._scoring is not None and self._scoring.suits(given.scorer),
            pace_s=self._pace_s,
        )
        effort, step = await self._candidates(effort, task, slot, given.max_result_bytes)
        best = effort.best
        sent = best.results if best is not None and step is Step.SUBMIT else ""
        logger.info("task %s: %s after %s", shown(task.id), "sent" if sent else "declined", _told(effort))
        answer = await deliver(self._calls, peer, task, sent, self._rules, self._clock)
        self._learn(peer, answer, declined=not sent)

    async def _candidates(self, effort: Effort, task: Task, slot: Slot, max_chars: int) -> tuple[Effort, Step]:
        """Makes splats until the rules say to send or to decline. `slot` is taken already, for the first one."""
        seed = self._clock.dice.getrandbits(32)
        place: Slot | None = slot
        try:
            while (
                step := next_step(effort, self._clock.now(), self._rules, draining=self._stop.is_set())
            ) is Step.MORE:
                until = effort.last_call(self._rules)
                if place is None:
                    place = await self._in_time(self._generators.take(first=effort.best is None), until, effort)
                if place is None:
                    continue
                taken, place = place, None
                effort = await self._one_more(effort, task, taken, seed, max_chars)
            return effort, step
        finally:
            if place is not None:
                self._generators.give_back(place)

    async def _one_more(self, effort: Effort, task: Task, slot: Slot, seed: int, max_chars: int) -> Effort:
        """The effort with one candidate more, or one failure more."""
        started, own_seed = self._clock.now(), self._clock.dice.getrandbits(32)
        try:
            making = self._generators.generate(slot, task.prompt, own_seed)
            made = await self._in_time(making, effort.last_call(self._rules), effort)
        except GenerationError as error:
            logger.warning("task %s: no splat: %s", shown(task.id), error)
            self._metrics.made("failed")
            return replace(effort, failures=effort.failures + isinstance(error, JobFailed))
        finally:
            self._generators.give_back(slot)
        if made is None:
            self._metrics.made("late")
            return replace(effort, failures=effort.failures + 1)
        results = await asyncio.to_thread(lambda: base64.b64encode(made).decode("ascii"))
        if max_chars and len(results) > max_chars:
            logger.warning("task %s: a splat of %d bytes is too large for its validator", shown(task.id), len(made))
            self._metrics.made("too_large")
            return replace(effort, failures=effort.failures + 1)
        score = await self._score(task.prompt, results, seed) if effort.scored else None
        took_s = self._clock.now() - started
        self._pace_s = self._pace_s + self._rules.smoothing * (took_s - self._pace_s) if self._pace_s else took_s
        self._metrics.made("ok", took_s)
        candidate = Candidate(results, own_seed, score)
        return replace(effort, best=better(effort.best, candidate), made=effort.made + 1, pace_s=self._pace_s)

    async def _score(self, prompt: str, results: str, seed: int) -> float | None:
        assert self._scoring is not None
        return await self._scoring.score(prompt, results, seed)

    async def _in_time(self, work: Awaitable[T], until: float, effort: Effort) -> T | None:
        """What `work` gives, None when it is not there in time, or when the miner stops and has something to send."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stop.wait())
        awaited = {working, stopping} if effort.is_acceptable else {working}
        try:
            await asyncio.wait(
                awaited, timeout=max(0.0, until - self._clock.now()), return_when=asyncio.FIRST_COMPLETED
            )
            return working.result() if working.done() else None
        finally:
            stopping.cancel()
            if not working.done():
                working.cancel()
                await asyncio.wait({working})

    def _learn(self, peer: Peer, answer: SubmitAnswer | None, *, declined: bool) -> None:
        """Books a validator's answer and lets it be asked again when it said."""
        if answer is None:
            self._metrics.ended("lost")
            self._validators.failed(peer)
            return
        kind = _kind(answer, declined=declined)
        if kind == "refused":
            logger.error("%s refused a result: %s", peer, REFUSED[answer.code])
            self._validators.failed(peer)
        else:
            self._validators.answered(peer, answer.cooldown_until)
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


def _told(effort: Effort) -> str:
    score = "not scored" if effort.best is None or effort.best.score is None else f"best scored {effort.best.score:.4f}"
    return f"{effort.made} candidates ({score}), {effort.failures} failures"
