"""The state of all tasks in memory, backed by the store: every change is on disk before anybody can see it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from neurons.chain.contract import Snapshot
from neurons.messages import SubmitReply
from neurons.validator.tasks import records
from neurons.validator.tasks.copies import KEPT_S, CopyIndex
from neurons.validator.tasks.disk import StateDisk
from neurons.validator.tasks.records import MinerRecord
from neurons.validator.tasks.replies import ClosedTaskSummary
from neurons.validator.tasks.rewards import compute_weights
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Accepted, Store

T = TypeVar("T")

MAX_RECENT = 200
"""Closed tasks kept for the status page, over all miners."""


class LiveState:
    """Miners' records, accepted assets and verdicts in progress. Raises as `Store`.

    `turn` serialises changes: hold it from reading a record until it is saved. `verdicts` maps (hotkey, task id) to the
    judging in progress; such a task does not expire. `recent` has the tasks closed since the start, newest last.
    While the disk cannot be written, every method that would write raises StateUnavailableError.
    """

    def __init__(self, store: Store, rules: TaskRules, now: Callable[[], float]) -> None:
        self._store, self._rules, self._now = store, rules, now
        self.secret = store.secret()
        self._records = {record.hotkey: records.excuse_restart(record, now()) for record in store.records()}
        self.copies = CopyIndex(store.assets(now() - KEPT_S))
        self.turn = asyncio.Lock()
        self.verdicts: dict[tuple[str, str], asyncio.Task[SubmitReply]] = {}
        self.recent: deque[ClosedTaskSummary] = deque(maxlen=MAX_RECENT)
        self._disk = StateDisk()

    @property
    def problem(self) -> str:
        """Why the state cannot be written now, "" if it can."""
        return self._disk.problem

    async def try_write(self) -> None:
        """Find out whether the state can be written again. Raises StateUnavailableError if not."""
        await self._disk.run(self._store.try_write)

    def get_record(self, hotkey: str) -> MinerRecord:
        """Return a miner's record as of now, without what has expired."""
        record = self._records.get(hotkey, MinerRecord(hotkey))
        limited = records.limit_times(record, self._now(), self._rules)
        if limited != record:  # kept, so that a cooldown that was too long ends
            record = self._records[hotkey] = limited
        current = records.drop_expired(record, self._now(), self._rules)
        if record.task is not None and (hotkey, record.task.id) in self.verdicts:
            return replace(current, task=record.task)
        return current

    def list_records(self) -> list[MinerRecord]:
        """Return all miners' records as of now, by hotkey."""
        return [self.get_record(hotkey) for hotkey in sorted(self._records)]

    def find_reply(self, hotkey: str, task_id: str) -> SubmitReply | None:
        """Return the stored reply to a task that this miner has closed."""
        reply = records.find_reply(self.get_record(hotkey), task_id)
        return None if reply is None else SubmitReply.from_json(reply)

    def may_send_large(self, hotkey: str) -> bool:
        """Check whether a hotkey may send a full-size result: it has an open task, or closed one within the hour."""
        record = self.get_record(hotkey)
        return record.task is not None or bool(record.closed)

    def compute_weights(self, snapshot: Snapshot) -> dict[int, float]:
        """Return weights by uid, empty if nobody has earned any."""
        return compute_weights(self.list_records(), snapshot, self._now(), self._rules)

    async def save(self, record: MinerRecord, asset: Accepted | None = None) -> None:
        """Write a record, and the asset accepted with it, to disk; then update memory."""
        await self._disk.run(lambda: self._store.save(record, asset))
        self._records[record.hotkey] = record

    def update_in_memory(self, record: MinerRecord) -> None:
        """Change a record without writing it, for counts that may be lost in a restart."""
        self._records[record.hotkey] = record

    async def drop_departed(self, snapshot: Snapshot) -> None:
        """Delete records of hotkeys that have left the subnet and have nothing left that counts."""
        async with self.turn:
            absent = [self.get_record(hotkey) for hotkey in self._records if hotkey not in snapshot.by_hotkey]
            gone = [r.hotkey for r in absent if r.task is None and not r.closed and not r.accepted_at]
            if snapshot.seats and gone:  # a snapshot without seats is no evidence that anybody left
                await self._disk.run(lambda: self._store.drop(gone))
                for hotkey in gone:
                    del self._records[hotkey]

    async def forget_old(self) -> None:
        """Drop assets and nonces that are too old to matter, in memory and on disk."""
        async with self.turn:
            now = self._now()
            self.copies.forget(now - KEPT_S)
            await self._disk.run(lambda: self._store.forget(assets_before=now - KEPT_S, now=now))

    async def use_nonce(self, hotkey: str, uuid: str, nonce: int) -> bool:
        """Use a nonce up; return False unless it is newer than all that this sender has used. Survives restarts."""
        now = self._now()
        return await self._disk.run(lambda: self._store.use_nonce(hotkey, uuid, nonce, now))

    async def close(self) -> None:
        """Wait for the verdicts in progress, then close the store."""
        await asyncio.gather(*self.verdicts.values(), return_exceptions=True)
        self._disk.close()
        self._store.close()
