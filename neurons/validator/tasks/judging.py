"""Judges submissions whose signatures have verified, and closes their tasks with what they earned."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from neurons.messages import SubmitReply, SubmitRequest
from neurons.services.validation import Fault, Rejection, Verdict
from neurons.validator.tasks import records
from neurons.validator.tasks.jobs import OrganicJobs
from neurons.validator.tasks.live_state import LiveState
from neurons.validator.tasks.records import MinerRecord, OpenTask, SubmissionAction
from neurons.validator.tasks.replies import ClosedTaskSummary, ReplyBuilder
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Accepted
from neurons.validator.tasks.trust import BadEncodingError, decode_results, derive_seed
from validation.schemas import ValidateResponse

logger = logging.getLogger(__name__)


class Judge(Protocol):
    """The validation services, as `neurons.services.validation.ValidationPool` offers them."""

    @property
    def ready(self) -> bool:
        """True while an asset can be judged."""

    @property
    def scorer(self) -> str:
        """The scorer in use, `name@version+dtype`."""

    async def judge(self, prompt: str, data: str, seed: int) -> Verdict:
        """Return the verdict on an asset (base64)."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A decoded asset with the seed of its views and the verdict, which is None for a declined task."""

    verdict: Verdict | None
    asset: bytes = b""
    seed: int = 0


class Judging:
    """Takes a verified submission from its count to its reply. `keep_asset(digest, asset)` archives accepted assets."""

    def __init__(
        self,
        state: LiveState,
        rules: TaskRules,
        judge: Judge,
        jobs: OrganicJobs,
        keep_asset: Callable[[str, bytes], None],
        now: Callable[[], float],
    ) -> None:
        self._state, self._rules, self._judge, self._jobs = state, rules, judge, jobs
        self._keep_asset, self._now = keep_asset, now
        self._replies = ReplyBuilder(rules, lambda: judge.scorer, now)

    async def judge_submission(self, hotkey: str, submission: SubmitRequest) -> SubmitReply:
        """Return the reply to a submission. On a validator error the task stays open."""
        started = self._now()

        # Note on disk that it is being judged, so that a restart of the validator costs the miner nothing.
        async with self._state.turn:
            record, action = records.receive_submission(
                self._state.get_record(hotkey), submission.task_id, started, self._rules
            )
            task = record.task
            if action is SubmissionAction.TOO_MANY:
                return self._replies.exhausted(record)
            if action is not SubmissionAction.JUDGE or task is None:
                return self._replies.refusal(record, action.value, "this task takes no further submission")
            await self._state.save(replace(record, binds=record.binds or bool(submission.bound_signature)))

        # Judge it without holding the lock: this takes seconds.
        judged = await self._obtain_verdict(hotkey, task, submission.results)

        # Close the task by the verdict, or keep it open if the validator failed.
        async with self._state.turn:
            record = self._state.get_record(hotkey)
            reply = await self._apply_verdict(record, task, judged, started)

        # Pass the result on to the user who asked for it.
        if task.job is not None and not reply.validation_failed:
            score = reply.score if reply.task_fidelity_score > 0 else None
            self._jobs.answer(task.job, hotkey, score, submission.results)
        return reply

    async def _obtain_verdict(self, hotkey: str, task: OpenTask, results: str) -> _Judged:
        if not results:
            return _Judged(None)
        try:
            asset = await asyncio.to_thread(decode_results, results)
        except BadEncodingError as error:
            return _Judged(Rejection("bad_encoding", str(error)))
        seed = await asyncio.to_thread(derive_seed, self._state.secret, task.id, asset, hotkey)
        try:
            verdict = await self._judge.judge(task.prompt, results, seed)
        except Exception as error:  # an unforeseen error is the validator's, never the miner's
            logger.exception("judging failed")
            verdict = Fault(f"judging failed: {type(error).__name__}")
        return _Judged(verdict, asset, seed)

    async def _apply_verdict(self, record: MinerRecord, task: OpenTask, judged: _Judged, started: float) -> SubmitReply:
        now, verdict = self._now(), judged.verdict
        if verdict is None:
            return await self._close_task(records.decline_task(record, now, self._rules), task)
        if isinstance(verdict, Fault):
            return await self._answer_validator_fault(record, verdict, now - started)
        if isinstance(verdict, Rejection):
            record = records.add_score(record, 0.0, now, self._rules)
            return await self._close_task(record, task, code=verdict.code, detail=verdict.detail)
        return await self._close_scored(record, task, judged, verdict)

    async def _answer_validator_fault(self, record: MinerRecord, fault: Fault, lost_s: float) -> SubmitReply:
        record = records.excuse_fault(record, lost_s, self._now(), self._rules)
        await self._state.save(record)
        logger.warning("a result could not be judged: %s", fault.detail)
        return replace(self._replies.refusal(record, "validator_fault", fault.detail), validation_failed=True)

    async def _close_scored(
        self, record: MinerRecord, task: OpenTask, judged: _Judged, verdict: ValidateResponse
    ) -> SubmitReply:
        """Accept a scored result, or reject it for a low score or as a copy."""
        now = self._now()
        fidelity, code, detail, accepted = self._rules.fidelity(verdict.score), "", "", None
        if fidelity == 0:
            code, detail = "low_score", f"{verdict.score} is below the lowest threshold"
        elif copied := await asyncio.to_thread(self._state.copies.find, verdict.fingerprint):
            fidelity, code, detail = 0.0, "copy", f"accepted before, by {copied}"
        else:
            embedding = np.asarray(verdict.fingerprint.embedding, np.float32)
            accepted = Accepted(now, record.hotkey, verdict.fingerprint.digest, embedding)
        record = records.add_score(record, fidelity, now, self._rules)
        result = SubmitReply(score=verdict.score, scorer=verdict.scorer, seed=judged.seed, task_fidelity_score=fidelity)
        reply = await self._close_task(record, task, result, code, detail, accepted)
        if accepted is not None:
            self._state.copies.add(accepted)
            self._keep_asset(accepted.digest, judged.asset)
        return reply

    async def _close_task(
        self,
        record: MinerRecord,
        task: OpenTask,
        result: SubmitReply | None = None,
        code: str = "",
        detail: str = "",
        accepted: Accepted | None = None,
    ) -> SubmitReply:
        """Save the closed task with its reply and, in the same write, the accepted asset."""
        now = self._now()
        reply = self._replies.result(record, code, detail, result)
        await self._state.save(records.store_reply(record, task.id, reply.to_json(), now), accepted)
        self._state.recent.append(
            ClosedTaskSummary(now, record.hotkey, task.id, task.prompt, reply.score, reply.task_fidelity_score, code)
        )
        return reply
