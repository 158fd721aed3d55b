"""The best splat that a task's time allows."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from neurons.messages import Task
from neurons.miner.candidate_runner import CandidateRunner
from neurons.miner.candidates import Effort, NextAction
from neurons.miner.rules import MinerRules
from neurons.miner.telemetry import MinerMetrics
from neurons.services.generation import JobFailedError, ServiceUnavailableError
from neurons.services.generation_pool import GenerationPool
from tests.eventually import eventually_async

THRESHOLDS = (0.8, 0.6)


def made(clock, services, scoring=None, *, scorer="", max_chars=0, lasts_s=600.0, rules=None, during=None):
    """Return what the runner makes of one task, and the next action; `during(stop)` runs at the same time."""

    async def run() -> tuple[Effort, NextAction, GenerationPool]:
        generators = GenerationPool(services, clock.now)
        await generators.check()
        checks = asyncio.create_task(generators.run())
        runner = CandidateRunner(generators, scoring, rules or MinerRules(), clock, MinerMetrics(CollectorRegistry()))
        stop = asyncio.Event()
        meanwhile = asyncio.create_task(during(stop)) if during else None
        slot = await generators.acquire(first=True)
        task = Task("t", "a red car", clock.now() + lasts_s)
        effort, step = await asyncio.wait_for(runner.make_best(task, slot, THRESHOLDS, scorer, max_chars, stop), 10)
        checks.cancel()
        if meanwhile is not None:
            await meanwhile
        return effort, step, generators

    effort, step, generators = asyncio.run(run())
    assert generators.busy == 0, "a slot was not released"
    assert all(service.began == service.ended for service in services)
    return effort, step


def failing(error: Exception):
    def make(_seed: int) -> bytes:
        raise error

    return make


def test_without_scoring_the_first_splat_is_sent(fast_clock, fake_service) -> None:
    service = fake_service()
    effort, step = made(fast_clock, [service])
    assert (step, effort.made, service.began) == (NextAction.SUBMIT, 1, 1)
    assert base64.b64decode(effort.best.results) == str(service.seeds[0]).encode()


def test_candidates_have_seeds_of_their_own_and_one_scoring_seed(fast_clock, fake_service, fake_scoring) -> None:
    service, scoring = fake_service(), fake_scoring([0.5, 0.7, 0.9])
    effort, step = made(fast_clock, [service], scoring)
    assert (step, effort.made, effort.best.score) == (NextAction.SUBMIT, 3, 0.9)
    assert len(set(service.seeds)) == 3
    assert len(set(scoring.seeds)) == 1


def test_a_miner_stops_early_at_the_highest_threshold(fast_clock, fake_service, fake_scoring) -> None:
    effort, step = made(fast_clock, [fake_service()], fake_scoring([0.81]))
    assert (step, effort.made) == (NextAction.SUBMIT, 1)


def test_a_candidate_below_the_threshold_is_declined(fast_clock, fake_service, fake_scoring) -> None:
    effort, step = made(fast_clock, [fake_service()], fake_scoring([0.3]))
    assert (step, effort.made) == (NextAction.DECLINE, MinerRules().max_candidates)


def test_a_missing_score_is_not_a_reason_to_decline(fast_clock, fake_service, fake_scoring) -> None:
    effort, step = made(fast_clock, [fake_service()], fake_scoring([None]))
    assert (step, effort.made) == (NextAction.SUBMIT, 1)


@pytest.mark.parametrize(
    ("scorer", "asked"), [("clip-vitb16-openai@1+fp32", 0), ("three-gen-small@1+fp32", 1), ("", 1)]
)
def test_scores_do_not_predict_another_scorer(fast_clock, fake_service, fake_scoring, scorer: str, asked: int) -> None:
    scoring = fake_scoring([0.9])
    assert made(fast_clock, [fake_service()], scoring, scorer=scorer)[1] is NextAction.SUBMIT
    assert len(scoring.seeds) == asked


def test_services_that_would_stand_idle_work_side_by_side(fast_clock, fake_service, fake_scoring) -> None:
    async def release(_stop) -> None:
        await eventually_async(lambda: all(service.began for service in services))
        for service in services:
            service.hold.set()

    services = [fake_service(hold=asyncio.Event()) for _ in range(3)]
    effort, step = made(fast_clock, services, fake_scoring([0.7, 0.9]), during=release)
    assert (step, effort.best.score) == (NextAction.SUBMIT, 0.9)


def test_a_job_that_became_useless_is_cancelled(fast_clock, fake_service, fake_scoring) -> None:
    fast, slow = (fake_service(f"http://{name}", hold=asyncio.Event()) for name in ("fast", "slow"))

    async def release(_stop) -> None:
        await eventually_async(lambda: fast.began and slow.began)
        fast.hold.set()

    effort, step = made(fast_clock, [fast, slow], fake_scoring([0.9]), during=release)
    assert (step, effort.made, slow.began, slow.cancelled) == (NextAction.SUBMIT, 1, 1, 1)


def test_a_failed_job_is_tried_once_more_and_then_declined(fast_clock, fake_service) -> None:
    service = fake_service(make=failing(JobFailedError("generation_failed", "out of memory")))
    effort, step = made(fast_clock, [service])
    assert (step, effort.failures, service.began) == (NextAction.DECLINE, 2, 2)
    assert len(set(service.seeds)) == 2


def test_a_splat_above_the_size_limit_is_not_sent(fast_clock, fake_service) -> None:
    effort, step = made(fast_clock, [fake_service(make=lambda _seed: bytes(100))], max_chars=100)
    assert (step, effort.best) == (NextAction.DECLINE, None)
    assert made(fast_clock, [fake_service(make=lambda _seed: bytes(75))], max_chars=100)[1] is NextAction.SUBMIT


def test_a_service_that_goes_away_is_replaced_by_another(fast_clock, fake_service) -> None:
    away, fine = fake_service("http://away", make=failing(ServiceUnavailableError("gone"))), fake_service("http://fine")
    effort, step = made(fast_clock, [away, fine])
    assert (step, effort.failures, fine.began) == (NextAction.SUBMIT, 0, 1)


def test_without_any_service_a_task_is_declined_before_its_deadline(fast_clock, fake_service) -> None:
    def gone(_seed: int) -> bytes:
        service.up = False
        raise ServiceUnavailableError("gone")

    service = fake_service(make=gone)
    rules = replace(MinerRules(), send_margin_s=0.0)
    assert made(fast_clock, [service], rules=rules, lasts_s=0.2)[1] is NextAction.DECLINE


def test_a_job_that_hangs_is_given_to_another_service(fast_clock, fake_service, fake_scoring, caplog) -> None:
    fine, stuck = fake_service("http://fine"), fake_service("http://stuck", hold=asyncio.Event())
    rules = replace(MinerRules(), hang_s=0.05, hang_factor=0.0, max_candidates=3)
    effort, step = made(fast_clock, [fine, stuck], fake_scoring([0.61, 0.62, 0.63]), rules=rules)
    assert (step, effort.made, effort.failures) == (NextAction.SUBMIT, 3, 0)
    assert fine.began == 3
    assert stuck.began == stuck.cancelled


def test_a_job_that_hangs_is_cancelled_at_the_deadline(fast_clock, fake_service) -> None:
    service = fake_service(hold=asyncio.Event())
    rules = replace(MinerRules(), send_margin_s=0.0)
    assert made(fast_clock, [service], rules=rules, lasts_s=0.2)[1] is NextAction.DECLINE
    assert service.cancelled == service.began


def test_a_miner_that_stops_sends_the_best_it_has(fast_clock, fake_service, fake_scoring) -> None:
    services = [fake_service()]

    async def stopping(stop: asyncio.Event) -> None:
        await eventually_async(lambda: services[0].began >= 2)
        stop.set()

    scoring = fake_scoring([0.7])

    async def score(prompt: str, results: str, seed: int) -> float:
        services[0].hold = asyncio.Event()  # the next one would never finish
        return 0.7

    scoring.score = score
    effort, step = made(fast_clock, services, scoring, during=stopping)
    assert (step, effort.made, services[0].cancelled) == (NextAction.SUBMIT, 1, 1)
