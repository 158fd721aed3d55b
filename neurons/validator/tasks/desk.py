"""Hands out tasks, takes results back, has them judged once, and remembers it before it says so.

The life of a task is in `records`; here it meets storage, the judge and concurrent requests. Every change is written
before it is answered. Knows no SDK, no HTTP, no chain: who may speak at all is the axon's business.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from neurons.chain.contract import Snapshot
from neurons.messages import TaskStatus
from neurons.services.validation import Fault, Rejected, Verdict
from neurons.validator.tasks import records
from neurons.validator.tasks.copies import KEPT_S, CopyIndex
from neurons.validator.tasks.jobs import Job, Jobs
from neurons.validator.tasks.records import MinerRecord, OpenTask, Step
from neurons.validator.tasks.replies import ClosedWith, PullReply, Submission, SubmitReply, Terms
from neurons.validator.tasks.rewards import weights_of
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Accepted, Store
from neurons.validator.tasks.trust import BadEncoding, Identity, decode, distrust, score_seed
from validation.schemas import ValidateResponse

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_RECENT = 200
"""Closed tasks that the desk can tell of, whoever held them."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the desk asks for: a verdict on (prompt, base64, seed), readiness, the scorer (of the verdicts to come, and
    whether it is the one that weights need), a prompt, an id, the time; `keep` takes (digest, asset) and returns at
    once."""

    judge: Callable[[str, str, int], Awaitable[Verdict]]
    ready: Callable[[], bool]
    scorer: Callable[[], str]
    scorer_ok: Callable[[], bool]
    next_prompt: Callable[[], str | None]
    new_id: Callable[[], str]
    now: Callable[[], float]
    keep: Callable[[str, bytes], None]
    strong_miners: int


class Desk:
    """All tasks of one validator. Raises StateDamaged when its state cannot be read."""

    def __init__(self, store: Store, rules: TaskRules, me: Identity, around: Surroundings, jobs: Jobs) -> None:
        self._store, self._rules, self._me, self._around, self._jobs = store, rules, me, around, jobs
        self._secret = store.secret()
        self._records = {record.hotkey: record for record in store.records()}
        self._copies = CopyIndex(store.assets(around.now() - KEPT_S))
        self._turn = asyncio.Lock()  # one change at a time, from reading a record to having written it
        self._disk = ThreadPoolExecutor(1, "store")
        self._judging: dict[tuple[str, str], asyncio.Task[SubmitReply]] = {}
        self._strong: frozenset[str] = frozenset()
        self.recent: deque[ClosedWith] = deque(maxlen=MAX_RECENT)
        """The last tasks that were closed since the start, the newest last."""

    async def pull(self, hotkey: str) -> PullReply:
        """The miner's open task, a new one, or why there is none."""
        async with self._turn:
            now = self._around.now()
            record = self._settled(hotkey, now)
            if record.task is not None:
                return self._terms.task(record)
            refused = records.refuse_pull(record, now)
            if refused is not None:
                self._records[hotkey] = refused  # a mere count: not worth a write
                return self._terms.no_task(refused, refused.cooldown_until, "cooldown", "too early for another task")
            job = self._jobs.offer(hotkey, hotkey in self._strong) if self._around.ready() else None
            prompt = job.prompt if job else self._around.next_prompt() if self._around.ready() else None
            if prompt is None:
                until = now + self._rules.unready_cooldown_s
                return self._terms.no_task(record, until, "validator_unready", "no validation service is ready")
            task_id = self._around.new_id()
            record = records.assign(record, task_id, prompt, now, self._rules, job.id if job else None)
            await self._save(record)
            if job is not None:
                self._jobs.take(job, hotkey)
            return self._terms.task(record)

    async def submit(self, hotkey: str, submission: Submission) -> SubmitReply:
        """The reply to a result. Submissions of one task at the same time share one verdict and one reply."""
        if (stored := self._stored(hotkey, submission.task_id)) is not None:
            return stored
        record = self._settled(hotkey, self._around.now())
        if record.task is None or record.task.id != submission.task_id:
            return self._refusal(record, "unknown_task", "no such task is open for this hotkey")
        code = await asyncio.to_thread(distrust, record, record.task, submission, self._me, self._around.now())
        if code:
            return self._refusal(record, code, "the task is untouched")
        if (stored := self._stored(hotkey, submission.task_id)) is not None:  # closed meanwhile
            return stored
        key = (hotkey, submission.task_id)
        if key not in self._judging:
            self._judging[key] = asyncio.create_task(self._take(hotkey, submission))
            self._judging[key].add_done_callback(lambda _: self._judging.pop(key))
        return await asyncio.shield(self._judging[key])  # a miner that hangs up does not undo its result

    def may_send_large(self, hotkey: str) -> bool:
        """Whether results of full size are taken from this hotkey: it holds a task, or closed one within the hour."""
        record = self._settled(hotkey, self._around.now())
        return record.task is not None or bool(record.closed)

    async def generate(self, hotkey: str, prompt: str) -> Job | str:
        """A user with a hotkey asks for a splat: its job, or the code of a refusal."""
        return self._jobs.ask(hotkey, prompt)

    async def status(self, hotkey: str, job_id: str) -> tuple[TaskStatus, str | None]:
        """How far that job is, and its best result (base64) when it is done."""
        job = self._jobs.find(hotkey, job_id)
        if job is None:
            return TaskStatus.NOT_FOUND, None
        return job.status, job.best.results if job.best and job.status is TaskStatus.DONE else None

    def weights(self, snapshot: Snapshot, now: float) -> dict[int, float]:
        """Weights by uid, empty when nobody has earned any."""
        return weights_of(self._records.values(), snapshot, now, self._rules)

    @property
    def scorer_ok(self) -> bool:
        """Whether the scorer is the one whose scores may become weights."""
        return self._around.scorer_ok()

    async def seats(self, snapshot: Snapshot) -> None:
        """To be told after each look at the chain: who is strong, whose records nobody needs any more."""
        ranked = sorted((seat for seat in snapshot.seats if seat.incentive > 0), key=lambda seat: -seat.incentive)
        self._strong = frozenset(seat.hotkey for seat in ranked[: self._around.strong_miners])
        async with self._turn:
            now = self._around.now()
            absent = [self._settled(h, now) for h in self._records if h not in snapshot.by_hotkey]
            gone = [r.hotkey for r in absent if r.task is None and not r.closed and not r.accepted_at]
            if snapshot.seats and gone:
                await self._on_disk(lambda: self._store.drop(gone))
                for hotkey in gone:
                    del self._records[hotkey]

    def standing(self) -> list[MinerRecord]:
        """All miners' records as they are now, by hotkey."""
        now = self._around.now()
        return [self._settled(hotkey, now) for hotkey in sorted(self._records)]

    async def forget(self) -> None:
        """Drops what is too old to matter, in memory and on disk."""
        async with self._turn:
            now = self._around.now()
            self._copies.forget(now - KEPT_S)
            await self._on_disk(lambda: self._store.forget(assets_before=now - KEPT_S, now=now))

    async def use_nonce(self, hotkey: str, uuid: str, nonce: int) -> bool:
        """Whether this nonce is newer than all that this sender has used; remembered across restarts."""
        now = self._around.now()
        return await self._on_disk(lambda: self._store.use_nonce(hotkey, uuid, nonce, now))

    async def close(self) -> None:
        """Waits for verdicts at hand, then closes the store."""
        await asyncio.gather(*self._judging.values(), return_exceptions=True)
        self._disk.shutdown()
        self._store.close()

    @property
    def _terms(self) -> Terms:
        return Terms(self._rules, self._around.scorer())

    def _settled(self, hotkey: str, now: float) -> MinerRecord:
        """The record without what time has taken; a task that is being judged does not expire meanwhile."""
        record = self._records.get(hotkey, MinerRecord(hotkey))
        settled = records.settle(record, now, self._rules)
        if record.task is not None and (hotkey, record.task.id) in self._judging:
            return replace(settled, task=record.task)
        return settled

    def _stored(self, hotkey: str, task_id: str) -> SubmitReply | None:
        reply = records.reply_to(self._settled(hotkey, self._around.now()), task_id)
        return None if reply is None else SubmitReply.from_json(reply)

    async def _take(self, hotkey: str, submission: Submission) -> SubmitReply:
        """Counts a trusted submission, has it judged, closes its task; a fault of ours leaves the task open."""
        started = self._around.now()
        async with self._turn:
            record, step = records.receive(self._settled(hotkey, started), submission.task_id, self._rules)
            task = record.task
            if step is not Step.JUDGE or task is None:
                return self._refusal(record, step.value, "this task takes no further submission")
            await self._save(replace(record, binds=record.binds or bool(submission.bound_signature)))
        reply = await self._judge(hotkey, submission, task, started)
        if task.job is not None and not reply.validation_failed:
            score = reply.score if reply.task_fidelity_score > 0 else None
            self._jobs.answer(task.job, hotkey, score, submission.results)
        return reply

    async def _judge(self, hotkey: str, submission: Submission, task: OpenTask, started: float) -> SubmitReply:
        seed, asset = 0, b""
        verdict: Verdict | None = None
        if submission.results:
            try:
                asset = await asyncio.to_thread(decode, submission.results)
                seed = await asyncio.to_thread(score_seed, self._secret, task.id, asset, hotkey)
                verdict = await self._verdict(task.prompt, submission.results, seed)
            except BadEncoding as error:
                verdict = Rejected("bad_encoding", str(error))
        async with self._turn:
            now = self._around.now()
            record = self._settled(hotkey, now)
            if verdict is None:
                return await self._close(records.decline(record, now, self._rules), task.id)
            if isinstance(verdict, Fault):
                return await self._own_up(record, verdict, now - started)
            if isinstance(verdict, Rejected):
                record = records.judge(record, 0.0, now, self._rules)
                return await self._close(record, task.id, code=verdict.code, detail=verdict.detail)
            return await self._conclude(record, task.id, asset, seed, verdict)

    async def _verdict(self, prompt: str, data: str, seed: int) -> Verdict:
        try:
            return await self._around.judge(prompt, data, seed)
        except Exception as error:  # whatever it is, it is no miner's
            logger.exception("judging failed")
            return Fault(f"judging failed: {type(error).__name__}")

    async def _own_up(self, record: MinerRecord, fault: Fault, lost_s: float) -> SubmitReply:
        now = self._around.now()
        record = records.excuse(record, lost_s, now, self._rules)
        await self._save(record)
        logger.warning("a result could not be judged: %s", fault.detail)
        return replace(self._refusal(record, "validator_fault", fault.detail), validation_failed=True)

    async def _conclude(
        self, record: MinerRecord, task_id: str, asset: bytes, seed: int, verdict: ValidateResponse
    ) -> SubmitReply:
        """Closes the task with a scored result: pays it, or says by which code it was rejected."""
        now = self._around.now()
        fidelity, code, detail, kept = self._rules.fidelity(verdict.score), "", "", None
        if fidelity == 0:
            code, detail = "low_score", f"{verdict.score} is below the lowest threshold"
        elif copied := await asyncio.to_thread(self._copies.find, verdict.fingerprint):
            fidelity, code, detail = 0.0, "copy", f"accepted before, by {copied}"
        else:
            embedding = np.asarray(verdict.fingerprint.embedding, np.float32)
            kept = Accepted(now, record.hotkey, verdict.fingerprint.digest, embedding)
        record = records.judge(record, fidelity, now, self._rules)
        told = SubmitReply(score=verdict.score, scorer=verdict.scorer, seed=seed, task_fidelity_score=fidelity)
        reply = await self._close(record, task_id, told, code, detail, kept)
        if kept is not None:
            self._copies.add(kept)
            self._around.keep(kept.digest, asset)
        return reply

    async def _close(
        self,
        record: MinerRecord,
        task_id: str,
        told: SubmitReply | None = None,
        code: str = "",
        detail: str = "",
        kept: Accepted | None = None,
    ) -> SubmitReply:
        now, task = self._around.now(), self._records[record.hotkey].task
        reply = self._terms.result(record, now, code, detail, told)
        await self._save(records.remember(record, task_id, reply.to_json(), now), kept)
        prompt, fidelity = task.prompt if task else "", reply.task_fidelity_score
        self.recent.append(ClosedWith(now, record.hotkey, task_id, prompt, reply.score, fidelity, code))
        return reply

    def _refusal(self, record: MinerRecord, code: str, detail: str) -> SubmitReply:
        return self._terms.result(record, self._around.now(), code, detail)

    async def _save(self, record: MinerRecord, asset: Accepted | None = None) -> None:
        """First on disk, then in memory: what could not be written has not happened."""
        await self._on_disk(lambda: self._store.save(record, asset))
        self._records[record.hotkey] = record

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)
