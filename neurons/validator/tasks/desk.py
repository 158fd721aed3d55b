"""Handles the events of tasks: a miner pulls one, a miner submits a result, the subnet changes.

The rules of a task's life are in `records`; here they meet storage, the judge and concurrent requests. Every change is
written before it is answered. Who may send requests at all is decided by the axon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from neurons.chain.contract import Snapshot
from neurons.messages import PullReply, SubmitReply, SubmitRequest
from neurons.validator.tasks import records
from neurons.validator.tasks.jobs import OrganicJobs
from neurons.validator.tasks.judging import Judge, Judging
from neurons.validator.tasks.live_state import LiveState
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.replies import ReplyBuilder
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.trust import Identity, verify_submission


@dataclass(frozen=True, slots=True)
class DeskDependencies:
    """The desk's dependencies.

    `keep_asset(digest, asset)` archives an accepted asset without blocking. `strong_miners` is how many miners, by
    incentive, may take the reserved last place of an organic job.
    """

    judge: Judge
    next_prompt: Callable[[], str | None]
    new_task_id: Callable[[], str]
    keep_asset: Callable[[str, bytes], None]
    now: Callable[[], float]
    strong_miners: int


class Desk:
    """Gives out tasks and takes results. `state` answers questions about miners, `jobs` about organic work."""

    def __init__(
        self, state: LiveState, rules: TaskRules, me: Identity, needs: DeskDependencies, jobs: OrganicJobs
    ) -> None:
        self.state, self.jobs = state, jobs
        self._rules, self._me, self._needs = rules, me, needs
        self._replies = ReplyBuilder(rules, lambda: needs.judge.scorer, needs.now)
        self._judging = Judging(state, rules, needs.judge, jobs, needs.keep_asset, needs.now)
        self._strong: frozenset[str] = frozenset()

    async def pull(self, hotkey: str) -> PullReply:
        """Return the miner's open task, a new one, or the reason why it gets none."""
        async with self.state.turn:
            now, record = self._needs.now(), self.state.get_record(hotkey)
            if record.task is not None and records.is_exhausted(record.task, self._rules):
                over = record.task.submit_before
                return self._replies.no_task(record, over, "too_many_submissions", "the last task is not over yet")
            if record.task is not None:
                return self._replies.task(record)
            refused = records.refuse_early_pull(record, now)
            if refused is not None:
                self.state.update_in_memory(refused)  # the count of violations is not worth a write
                return self._replies.no_task(refused, refused.cooldown_until, "cooldown", "too early for another task")
            if not self._needs.judge.ready:
                return self._reply_unready(record, now)
            return await self._give_task(record, now)

    async def submit(self, hotkey: str, submission: SubmitRequest) -> SubmitReply:
        """Return the reply to a result. Concurrent submissions of one task share one verdict and one reply."""
        # A task that is closed already gets its stored reply.
        if (stored := self.state.find_reply(hotkey, submission.task_id)) is not None:
            return stored

        # Refuse what is not this miner's open task, or not signed by this miner.
        record = self.state.get_record(hotkey)
        if record.task is None or record.task.id != submission.task_id:
            return self._replies.refusal(record, "unknown_task", "no such task is open for this hotkey")
        code = await asyncio.to_thread(verify_submission, record, record.task, submission, self._me, self._needs.now())
        if code:
            return self._replies.refusal(record, code, "the task is untouched")
        if (stored := self.state.find_reply(hotkey, submission.task_id)) is not None:  # closed during verification
            return stored

        # Judge it once. A miner that disconnects does not cancel its verdict.
        key, verdicts = (hotkey, submission.task_id), self.state.verdicts
        if key not in verdicts:
            verdicts[key] = asyncio.create_task(self._judging.judge_submission(hotkey, submission))
            verdicts[key].add_done_callback(lambda _: verdicts.pop(key))
        return await asyncio.shield(verdicts[key])

    async def update_subnet(self, snapshot: Snapshot) -> None:
        """Rank the strong miners by a new snapshot of the subnet and drop records of departed hotkeys."""
        ranked = sorted((seat for seat in snapshot.seats if seat.incentive > 0), key=lambda seat: -seat.incentive)
        self._strong = frozenset(seat.hotkey for seat in ranked[: self._needs.strong_miners])
        await self.state.drop_departed(snapshot)

    async def _give_task(self, record: MinerRecord, now: float) -> PullReply:
        """Assign an organic job if one has a place for this miner, else the next prompt."""
        hotkey = record.hotkey
        job = self.jobs.offer(hotkey, strong=hotkey in self._strong)
        prompt = job.prompt if job else self._needs.next_prompt()
        if prompt is None:
            return self._reply_unready(record, now)
        task_id = self._needs.new_task_id()
        record = records.assign_task(record, task_id, prompt, now, self._rules, job.id if job else None)
        await self.state.save(record)
        if job is not None:
            self.jobs.take(job, hotkey)
        return self._replies.task(record)

    def _reply_unready(self, record: MinerRecord, now: float) -> PullReply:
        until = now + self._rules.unready_cooldown_s
        return self._replies.no_task(record, until, "validator_unready", "no validation service is ready")
