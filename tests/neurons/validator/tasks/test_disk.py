"""A disk that cannot be written: the reported error, the reply to miners, and the advice logged at the start."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neurons.validator.tasks.disk import StateDisk
from neurons.validator.tasks.state import StateDamagedError, StateUnavailableError, Store
from serving.sqlite import transaction
from tests.neurons.validator.tasks.pulls import MINER, pull_task


@contextlib.contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Let the store's writes fail as on a full disk: its file may not grow."""
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with contextlib.suppress(sqlite3.OperationalError), transaction(store._db):  # use up the free pages
        for number in range(1000):
            store._db.execute("INSERT INTO nonces VALUES (?, 1, 1)", (f"{number}" * 100,))
    try:
        yield
    finally:
        store._db.execute("PRAGMA max_page_count = 1000000")


def fail(code: int, text: str) -> Any:
    def call() -> None:
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        raise error

    return call


def test_a_failure_is_logged_once_and_the_recovery_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "neurons.validator.tasks.disk")
    now = 0.0
    disk = StateDisk(lambda: now)
    tried: list[float] = []

    async def story() -> None:
        nonlocal now
        for _ in range(5):
            now += 2.0
            with pytest.raises(StateUnavailableError, match="the disk is full"):
                await disk.run(fail(sqlite3.SQLITE_FULL, "database or disk is full"))
        assert "the disk is full" in disk.problem
        with pytest.raises(StateUnavailableError):  # not tried within a second
            await disk.run(lambda: tried.append(now))
        now += 2.0
        await disk.run(lambda: tried.append(now))
        assert disk.problem == ""

    asyncio.run(story())
    disk.close()
    assert tried == [now]
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]


def test_an_error_that_is_a_bug_is_raised_as_it_is() -> None:
    disk = StateDisk()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        asyncio.run(disk.run(fail(sqlite3.SQLITE_ERROR, "no such table")))
    disk.close()


def test_on_a_full_disk_nothing_is_handed_out_and_afterwards_everything_works(world: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        with full_disk(world.stores[-1]):
            with contextlib.suppress(StateUnavailableError):
                for number in range(100):  # until the last page is full
                    await desk.pull(f"miner-{number}")
            with pytest.raises(StateUnavailableError):
                await desk.pull(MINER)
            assert "the disk is full" in desk.state.problem
        await asyncio.sleep(1.1)
        await desk.state.try_write()
        assert desk.state.problem == ""
        assert await pull_task(desk)

    asyncio.run(story())


def test_a_verdict_that_cannot_be_written_does_not_count(world: Any, submission: Any) -> None:
    async def story() -> None:
        desk = world.desk()
        task = await pull_task(desk)
        with contextlib.closing(sqlite3.connect(world.folder / "state.db", isolation_level=None)) as other:

            async def lock() -> None:
                other.execute("BEGIN IMMEDIATE")

            world.stores[-1]._db.execute("PRAGMA busy_timeout = 1")
            world.before_verdict = lock
            for _ in range(4):
                with pytest.raises(StateUnavailableError, match="another process has locked the database"):
                    await desk.submit(MINER, submission(task, MINER))
                other.execute("ROLLBACK")
                await asyncio.sleep(1.1)
        world.before_verdict = None
        assert (await desk.submit(MINER, submission(task, MINER))).generations_within_8_hours == 1

    asyncio.run(story())


def test_a_file_that_is_locked_at_the_start_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neurons.validator.tasks.state.BUSY_S", 0.01)
    Store(tmp_path).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StateUnavailableError, match="another process has locked the database") as caught:
            Store(tmp_path)
    assert "move it aside" not in str(caught.value)


def test_a_start_on_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "open", no_space)
    with pytest.raises(StateUnavailableError, match="the disk is full"):
        Store(tmp_path)


def test_only_a_damaged_file_is_to_be_moved_aside(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StateDamagedError, match="move it aside"):
        Store(tmp_path)
