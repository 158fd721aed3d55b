"""A desk with all its dependencies passed in: a judge with a fixed verdict, and a clock that the test sets."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from neurons.messages import SubmitRequest, bound_message, result_message
from neurons.services.validation import Fault, Rejection, Verdict
from neurons.validator.tasks.desk import Desk, DeskDependencies
from neurons.validator.tasks.jobs import JobRules, OrganicJobs
from neurons.validator.tasks.live_state import LiveState
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.state import Store
from neurons.validator.tasks.trust import Identity
from validation.schemas import Fingerprint, ValidateResponse

ME = "validator-hotkey"


def signature(hotkey: str, message: bytes) -> str:
    """Return a fake for a wallet's signature."""
    return base64.b64encode(hashlib.sha256(hotkey.encode() + message).digest()).decode()


def make_scored(score: float, asset: bytes = b"asset", seed: int = 0) -> ValidateResponse:
    """Return a score with a fingerprint derived from the asset."""
    digest = hashlib.sha256(asset).hexdigest()
    embedding = [float(byte) for byte in hashlib.shake_256(asset).digest(64)]
    return ValidateResponse(
        score=score,
        alignment=score,
        quality=1,
        parts={},
        scorer="three-gen-small@1+fp32",
        seed=seed,
        fingerprint=Fingerprint(digest=digest, embedding=embedding),
        preview=None,
    )


@dataclass
class World:
    """Everything that a desk depends on, set by the test. It is also the judge."""

    folder: Path
    now: float = 1_000_000.0
    verdict: Callable[[str, bytes], Verdict] = lambda _prompt, asset: make_scored(0.9, asset)
    ready: bool = True
    judged: list[tuple[str, bytes, int]] = field(default_factory=list)
    before_verdict: Callable[[], object] | None = None
    require_bound: bool = False
    stores: list[Store] = field(default_factory=list)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    hotkey: str = ME
    verify: Callable[[str, bytes, str], bool] = lambda hotkey, message, text: text == signature(hotkey, message)

    scorer: str = "three-gen-small@1+fp32"

    async def judge(self, prompt: str, data: str, seed: int) -> Verdict:
        self.judged.append((prompt, base64.b64decode(data), seed))
        if self.before_verdict is not None:
            await self.before_verdict()  # type: ignore[misc]
        return self.verdict(prompt, base64.b64decode(data))

    def desk(self) -> Desk:
        numbers = itertools.count(int(self.now * 1000))

        needs = DeskDependencies(
            judge=self,
            next_prompt=lambda: "a red car",
            new_task_id=lambda: f"task-{next(numbers)}",
            keep_asset=lambda digest, asset: self.kept.append((digest, asset)),
            now=lambda: self.now,
            strong_miners=100,
        )
        me = Identity(17, self.hotkey, self.verify, self.require_bound)
        jobs = OrganicJobs(JobRules(), needs.now, lambda _hotkey: True)
        self.stores.append(Store(self.folder))
        return Desk(LiveState(self.stores[-1], TaskRules(), needs.now), TaskRules(), me, needs, jobs)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "state")
    yield made
    for store in made.stores:
        store.close()


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Open a store in the test's folder; every store is closed at the end."""
    stores: list[Store] = []

    def opened() -> Store:
        stores.append(Store(tmp_path))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def make_submission(
    task_id: str, hotkey: str, asset: bytes = b"asset", *, bound_at: float | None = None
) -> SubmitRequest:
    """Return a signed result for "a red car", with a bound signature if a time (Unix seconds) is given."""
    at = 7 if bound_at is None else int(bound_at * 1e9)
    bound = bound_message(
        netuid=17, task_id=task_id, asset=asset, submit_time=at, validator_hotkey=ME, miner_hotkey=hotkey
    )
    return SubmitRequest(
        task_id,
        "a red car",
        base64.b64encode(asset).decode(),
        at,
        signature(hotkey, result_message(at, "a red car", ME, hotkey)),
        "" if bound_at is None else signature(hotkey, bound),
    )


@pytest.fixture
def submission() -> Callable[..., SubmitRequest]:
    return make_submission


@pytest.fixture
def verdicts() -> dict[str, Callable[[str, bytes], Verdict]]:
    return {
        "high": lambda _, asset: make_scored(0.9, asset),
        "middling": lambda _, asset: make_scored(0.7, asset),
        "low": lambda _, asset: make_scored(0.3, asset),
        "junk": lambda *_: Rejection("too_few", "7 splats"),
        "fault": lambda *_: Fault("no validation endpoint could judge"),
    }


@pytest.fixture
def scored() -> Callable[..., ValidateResponse]:
    return make_scored
