"""The producer: filters, rotation of backends, the check by another model, and a spool that is full or broken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from prompter.generator.backends import BackendError, BackendRequest
from prompter.generator.metrics import GeneratorMetrics
from prompter.generator.producer import BackendState, Producer
from prompter.generator.spool import DISK_RETRY_S, Spool
from tests.prompter.generator.conftest import config


async def no_sleep(seconds: float) -> None:
    """Return at once."""


def producer(
    spool: Spool, *backends: BackendState, sleep: Callable[[float], Awaitable[None]] = no_sleep, **changes: Any
) -> Producer:
    metrics = GeneratorMetrics(CollectorRegistry())
    return Producer(config(**changes), backends, spool, metrics, random.Random(1), lambda: 0.0, sleep)


def backend(label: str, *answers: str | BackendError) -> BackendState:
    left = list(answers)

    async def complete(_: BackendRequest) -> str:
        answer = left.pop(0)
        if isinstance(answer, BackendError):
            raise answer
        return answer

    return BackendState(label, complete)


def spooled(spool: Spool) -> tuple[str, ...]:
    submission = spool.next_submission(100)
    return submission.prompts if submission is not None else ()


def test_new_prompts_that_pass_the_filters_are_spooled(spool: Spool) -> None:
    model = backend("model", "1. red tin robot\n2. robot 7 in blue\n3. tin red robots\n4. a robot")
    asyncio.run(producer(spool, model).produce("robots", 0))
    assert spooled(spool) == ("red tin robot",)


def test_a_backend_that_fails_backs_off_while_the_other_works(spool: Spool) -> None:
    broken, sound = backend("broken", BackendError("down")), backend("sound", "red tin robot", "blue tin robot")
    both = producer(spool, broken, sound)
    for turn in (0, 1, 2):
        asyncio.run(both.produce("robots", turn))
    assert spooled(spool) == ("red tin robot", "blue tin robot")


def test_one_model_checks_the_prompts_of_the_other(spool: Spool) -> None:
    writer, checker = backend("writer", "red tin robot\nblue tin robot\ngreen tin robot"), backend("checker", "1, 3")
    asyncio.run(producer(spool, writer, checker, check_instruction="good ones?").produce("robots", 0))
    assert spooled(spool) == ("red tin robot", "green tin robot")


def test_the_writer_checks_while_the_other_model_backs_off(spool: Spool) -> None:
    writer, checker = backend("writer", "red tin robot\nblue tin robot", "2"), backend("checker", BackendError("down"))
    asyncio.run(producer(spool, writer, checker, check_instruction="good ones?").produce("robots", 0))
    assert spooled(spool) == ("blue tin robot",)


def test_prompts_are_held_while_the_disk_fails(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 100)
    spool._db.execute("PRAGMA query_only=ON")
    waits = []

    async def repair(seconds: float) -> None:
        waits.append(seconds)
        spool._db.execute("PRAGMA query_only=OFF")

    asyncio.run(producer(spool, backend("m", "red tin robot"), sleep=repair).produce("robots", 0))
    assert waits[0] == DISK_RETRY_S
    assert spooled(spool) == ("red tin robot",)
    spool.close()


def test_a_full_spool_pauses_the_producer(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "full.db", 5)
    spool.add(["one", "two"])
    waits = []

    async def deliver(seconds: float) -> None:
        waits.append(seconds)
        if seconds and (submission := spool.next_submission(10)) is not None:
            spool.remove(submission)

    asyncio.run(producer(spool, backend("m", "red tin robot"), sleep=deliver).produce("robots", 0))
    assert waits[0] == 1
    assert spooled(spool) == ("red tin robot",)
    spool.close()
