"""The result store's bounds; nothing stays on disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation.work.folders import claimed_folder
from generation.work.results import UNLINK_AFTER_S, ResultLimits, ResultStore


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock, tmp_path: Path) -> Iterator[ResultStore]:
    with ResultStore(ResultLimits(jobs=3, size=100, age_s=60), tmp_path, clock) as made:
        yield made


def kept(store: ResultStore) -> str:
    return "".join(name for name in "abcdef" if store.has(name))


def put(store: ResultStore, job: str, size: int = 1) -> None:
    store.keep(job, {"ply": store.write(b"x" * size)})


def test_a_file_is_found_under_its_job(store: ResultStore) -> None:
    put(store, "a", 5)
    file = store.find("a", "ply")
    assert file is not None
    assert (file.path.read_bytes(), file.size, store.size) == (b"xxxxx", 5, 5)
    assert store.find("a", "spz") is None
    assert store.find("b", "ply") is None


def test_the_number_of_jobs_is_bounded_and_the_oldest_dropped(store: ResultStore) -> None:
    for job in "abcd":
        put(store, job)
    assert kept(store) == "bcd"


def test_the_bytes_are_bounded(store: ResultStore) -> None:
    for job in "abc":
        put(store, job, 40)
    assert (kept(store), store.size) == ("bc", 80)


def test_files_added_later_count(store: ResultStore) -> None:
    put(store, "a", 40)
    put(store, "b", 40)
    store.keep("b", {"mp4": store.write(b"x" * 40)})
    assert (kept(store), store.size) == ("b", 80)


def test_one_job_above_the_bound_is_not_kept(store: ResultStore) -> None:
    put(store, "a", 101)
    assert (kept(store), store.size) == ("", 0)


def test_results_expire(store: ResultStore, clock: Clock) -> None:
    put(store, "a")
    clock.now += 59
    put(store, "b")
    clock.now += 2
    store.sweep()
    assert kept(store) == "b"


def test_a_dropped_file_is_deleted_a_little_later(store: ResultStore, clock: Clock) -> None:
    put(store, "a")
    file = store.find("a", "ply")
    store.drop("a")
    assert file is not None
    assert file.path.exists()  # an answer may be about to open it
    clock.now += UNLINK_AFTER_S + 1
    store.sweep()
    assert not file.path.exists()


def test_dropping_twice_is_harmless(store: ResultStore) -> None:
    put(store, "a", 7)
    store.drop("a")
    store.drop("a")
    assert store.size == 0


def test_the_folder_is_private_and_removed_with_the_store(clock: Clock, tmp_path: Path) -> None:
    with ResultStore(ResultLimits(3, 100, 60), tmp_path, clock) as store:
        put(store, "a")
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    first, lock = claimed_folder(tmp_path, "kept-")
    second, other_lock = claimed_folder(tmp_path, "kept-")
    assert first.exists()
    assert second.exists()
    lock.close()
    other_lock.close()


def test_the_folder_of_a_killed_process_is_removed(tmp_path: Path, root: Path) -> None:
    program = (
        "import os, pathlib, sys; from generation.work.folders import claimed_folder\n"
        "folder, lock = claimed_folder(pathlib.Path(sys.argv[1]), 'kept-'); (folder / 'f').write_text('x')\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=root, check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "f").exists()
    folder, lock = claimed_folder(tmp_path, "kept-")
    assert list(tmp_path.iterdir()) == [folder]
    lock.close()
