"""A whole miner, with validators and services passed in by the test."""

from __future__ import annotations

import asyncio
import base64
import gc
import logging
import types
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from prometheus_client import CollectorRegistry

from neurons.chain.contract import Seat, Snapshot
from neurons.messages import PullReply, SubmitReply, Task
from neurons.miner.candidate_runner import CandidateRunner
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.miner.validators import Validators
from neurons.miner.work import Miner
from neurons.services.generation import JobFailedError
from neurons.services.generation_pool import GenerationPool
from neurons.wire.peers import NoReplyError, Peer, PeerError, PeerUnreachableError
from tests.eventually import eventually_async

RULES = replace(MinerRules(), drain_s=1.0)


@dataclass
class FakeValidator:
    """A validator that gives a task after each cooldown, and notes what came."""

    clock: object
    cooldown_s: float = 120.0
    lasts_s: float = 600.0
    on_pull: Callable[[PullReply], PullReply] = lambda answer: answer
    on_submit: Callable[[SubmitReply], SubmitReply] = lambda answer: answer
    pulls: list[float] = field(default_factory=list)
    early: int = 0
    free_at: float = 0.0
    results: list[str] = field(default_factory=list)

    def pull(self) -> PullReply:
        now = self.clock.now()
        self.pulls.append(now)
        if now < self.free_at:
            self.early += 1
            return PullReply(cooldown_until=self.free_at, reason_code="cooldown")
        return self.on_pull(PullReply(task=Task(f"t{len(self.pulls)}", "a red car", now + self.lasts_s)))

    def submit(self, results: str) -> SubmitReply:
        self.results.append(results)
        now = self.clock.now()
        self.free_at = max(now + 10, self.pulls[-1] + self.cooldown_s)
        fidelity = 1.0 if results else 0.0
        return self.on_submit(SubmitReply(task_fidelity_score=fidelity, cooldown_until=self.free_at))


@dataclass
class FakeCalls:
    """The way to all of them."""

    validators: dict[str, FakeValidator]

    async def pull(self, peer: Peer) -> PullReply:
        return self.validators[peer.hotkey].pull()

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitReply:
        return self.validators[peer.hotkey].submit(results)


@dataclass
class World:
    """A miner that has worked for a while."""

    clock: object
    validators: dict[str, FakeValidator]
    services: list
    scoring: object = None
    way: type[FakeCalls] = FakeCalls
    counts: Counter = field(default_factory=Counter)
    drained_s: float = 0.0

    def work(self, until: Callable[[], bool]) -> World:
        asyncio.run(asyncio.wait_for(self._work(until), 20))
        return self

    async def _work(self, until: Callable[[], bool]) -> None:
        clock, registry, loop = self.clock, CollectorRegistry(), asyncio.get_running_loop()
        known = Validators(RULES, clock.now, clock.rng)
        stakes = [Seat(i, h, "c", 9000.0 - i, 0.0, True, 0, "10.0.0.1", 8092) for i, h in enumerate(self.validators)]
        known.update(Snapshot(17, 1, tuple(stakes)), "me")
        generators, metrics = GenerationPool(self.services, clock.now), MinerMetrics(registry)
        await generators.check()
        runner = CandidateRunner(generators, self.scoring, RULES, clock, metrics)
        stop = asyncio.Event()
        miner = Miner(self.way(self.validators), known, generators, runner, RULES, clock, metrics)
        working = asyncio.create_task(miner.run(stop))
        await eventually_async(lambda: until() or working.done())
        stopped_at = loop.time()
        stop.set()
        await working
        self.drained_s = loop.time() - stopped_at
        assert generators.busy == 0, "a place was not given back"
        for metric in registry.collect():
            for sample in metric.samples:
                if sample.name == "miner_tasks_total":
                    self.counts[sample.labels["outcome"]] += int(sample.value)


def test_tasks_come_after_each_cooldown_and_never_before(fast_clock, fake_service) -> None:
    validator = FakeValidator(fast_clock)
    world = World(fast_clock, {"V": validator}, [fake_service()])
    world.work(lambda: len(validator.results) == 4)
    assert world.counts["accepted"] == 4
    assert validator.early == 0
    assert all(later - earlier >= 120 for earlier, later in pairwise(validator.pulls))


def test_several_services_are_kept_busy_at_once(fast_clock, fake_service) -> None:
    validators = {f"V{i}": FakeValidator(fast_clock) for i in range(5)}
    services = [fake_service(f"http://gen{i}", hold=asyncio.Event()) for i in range(3)]
    world = World(fast_clock, validators, services)

    def all_at_work() -> bool:
        busy = all(service.began for service in services)
        if busy:
            for service in services:
                service.hold.set()
        return sum(len(validator.results) for validator in validators.values()) >= 5

    world.work(all_at_work)
    assert world.counts["accepted"] >= 5
    seeds = [seed for service in services for seed in service.seeds]
    assert len(set(seeds)) == len(seeds)


class SlowVerdict(FakeCalls):
    """The verdict of "slow" comes after that of "other"."""

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitReply:
        while peer.hotkey == "slow" and not self.validators["other"].results:
            await asyncio.sleep(0.001)
        return await super().submit(peer, task, results)


def test_a_slow_verdict_does_not_keep_a_service_waiting(fast_clock, fake_service) -> None:
    validators = {"slow": FakeValidator(fast_clock), "other": FakeValidator(fast_clock)}
    world = World(fast_clock, validators, [fake_service()], way=SlowVerdict)
    world.work(lambda: bool(validators["slow"].results))
    assert world.counts["accepted"] >= 2


def test_a_failed_generation_is_declined(fast_clock, fake_service) -> None:
    def failing(_seed: int) -> bytes:
        raise JobFailedError("generation_failed", "out of memory")

    validator = FakeValidator(fast_clock)
    world = World(fast_clock, {"V": validator}, [fake_service(make=failing)]).work(lambda: len(validator.results) == 2)
    assert validator.results == ["", ""]
    assert world.counts == {"declined": 2}


def test_low_scores_are_declined_and_the_best_is_sent(fast_clock, fake_service, fake_scoring) -> None:
    validator = FakeValidator(fast_clock)
    scoring = fake_scoring([*[0.1] * RULES.max_candidates, 0.2, 0.85])
    service = fake_service()
    world = World(fast_clock, {"V": validator}, [service], scoring).work(lambda: len(validator.results) == 2)
    assert validator.results[0] == ""
    assert base64.b64decode(validator.results[1]) == str(service.seeds[RULES.max_candidates + 1]).encode()
    assert world.counts == {"declined": 1, "accepted": 1}


def raising(error: Exception):
    def raise_it(_answer: object) -> object:
        raise error

    return raise_it


@pytest.mark.parametrize("error", [PeerUnreachableError("no connection"), NoReplyError("lost")], ids=str)
def test_a_validator_that_cannot_be_reached_is_asked_less_and_less(fast_clock, fake_service, error: PeerError) -> None:
    dead, fine = FakeValidator(fast_clock, on_pull=raising(error)), FakeValidator(fast_clock)
    world = World(fast_clock, {"dead": dead, "fine": fine}, [fake_service()]).work(lambda: len(fine.results) == 4)
    assert world.counts == {"accepted": 4}
    assert 2 < len(dead.pulls) < 10
    gaps = [later - earlier for earlier, later in pairwise(dead.pulls)]
    assert gaps[-1] > 4 * gaps[0]


def test_a_refusal_without_a_time_does_not_become_a_busy_loop(fast_clock, fake_service) -> None:
    rude = FakeValidator(fast_clock, on_pull=lambda _answer: PullReply(cooldown_until=1.0))
    fine = FakeValidator(fast_clock)
    World(fast_clock, {"rude": rude, "fine": fine}, [fake_service()]).work(lambda: len(fine.results) == 3)
    assert 2 < len(rude.pulls) < 10


def test_a_result_that_is_refused_is_not_made_again_and_again(fast_clock, fake_service) -> None:
    strict = FakeValidator(fast_clock, on_submit=lambda answer: SubmitReply(reason_code="stale_signature"))
    fine = FakeValidator(fast_clock)
    world = World(fast_clock, {"strict": strict, "fine": fine}, [fake_service()])
    strict.cooldown_s = -1e9
    world.work(lambda: len(fine.results) == 3)
    assert world.counts["refused"] == len(strict.results) < 10


def test_a_task_without_submissions_left_is_not_pulled_again_before_it_is_over(fast_clock, fake_service) -> None:
    spent = FakeValidator(fast_clock, on_submit=lambda answer: SubmitReply(reason_code="too_many_submissions"))
    fine = FakeValidator(fast_clock)
    spent.cooldown_s = -1e9
    World(fast_clock, {"spent": spent, "fine": fine}, [fake_service()]).work(lambda: len(spent.results) == 3)
    assert all(later - earlier >= spent.lasts_s for earlier, later in pairwise(spent.pulls))


def test_an_error_in_one_task_ends_that_task_alone(fast_clock, fake_service, caplog) -> None:
    poison = FakeValidator(fast_clock, on_submit=raising(OverflowError("unforeseen")))
    fine = FakeValidator(fast_clock)
    world = World(fast_clock, {"poison": poison, "fine": fine}, [fake_service()]).work(lambda: len(fine.results) == 2)
    assert world.counts["broken"] >= 1
    assert "OverflowError" in caplog.text


def test_a_stop_lets_work_at_hand_finish(fast_clock, fake_service) -> None:
    validator, service = FakeValidator(fast_clock), fake_service(hold=asyncio.Event())

    def begun() -> bool:
        if service.began:
            asyncio.get_running_loop().call_later(0.05, service.hold.set)
        return bool(service.began)

    world = World(fast_clock, {"V": validator}, [service]).work(begun)
    assert len(validator.results) == 1
    assert world.counts == {"accepted": 1}
    assert world.drained_s < RULES.drain_s


def test_a_stop_has_a_time_limit_and_cancels_the_job(fast_clock, fake_service, monkeypatch) -> None:
    validator, service = FakeValidator(fast_clock), fake_service(hold=asyncio.Event())
    world = World(fast_clock, {"V": validator}, [service])
    world.work(lambda: service.began == 1)
    assert validator.results == []  # not declined: a miner that comes back in time is given the same task
    assert service.cancelled == 1


def test_five_hundred_tasks_leave_nothing_behind(fast_clock, fake_service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="neurons")  # pytest keeps every record with its arguments
    fast_clock.speed = 5000.0
    again = {"cooldown_s": 0.0, "lasts_s": 1e6, "on_submit": lambda answer: replace(answer, cooldown_until=1.0)}
    validators = {f"V{i}": FakeValidator(fast_clock, **again) for i in range(5)}
    sizes: list[int] = []

    def enough() -> bool:
        if sum(len(validator.results) for validator in validators.values()) >= 100 * (len(sizes) + 1):
            gc.collect()
            sizes.append(sum(map(of_the_miner, gc.get_objects())))
        return len(sizes) == 5

    World(fast_clock, validators, [fake_service(), fake_service()]).work(enough)
    assert sizes[4] - sizes[1] < 300  # in three hundred tasks: not one object of each is kept


def of_the_miner(thing: object) -> bool:
    """Check whether an object belongs to a miner's work: other tests leave objects in this process too."""
    kind = type(thing)
    return kind is types.CoroutineType or str(getattr(kind, "__module__", "")).startswith(
        ("neurons.", "asyncio", "_asyncio")
    )
