"""The validator's counters, readiness, progress line and status page."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from neurons.chain.contract import Seat, Snapshot
from neurons.validator.pages import FOLDER, status_pages
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.telemetry import Counters, Telemetry
from neurons.validator.weights import ConfirmedWeights


@dataclass
class Seen:
    """A telemetry whose parts the test sets."""

    telemetry: Telemetry
    registry: CollectorRegistry
    watch: Any
    weights: Any
    pool: Any

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def seen(world: Any) -> Seen:
    registry = CollectorRegistry()
    seats = tuple(Seat(uid, name, "cold", 0.0, 0.0, False, 0, "0.0.0.0", 0) for uid, name in enumerate(("me", "miner")))
    watch = SimpleNamespace(height=120, head_age_s=3.0, problem="", snapshot=Snapshot(17, 118, seats), seat=seats[0])
    weights = SimpleNamespace(confirmed=None, held_back="")
    pool = SimpleNamespace(ready=True, problems=[], scorer="three-gen-small@1+fp32")
    domain: Any = SimpleNamespace(desk=world.desk(), pool=pool)
    telemetry = Telemetry(domain, watch, watch, weights, Counters(registry), lambda: 2)  # type: ignore[arg-type]
    telemetry.register_gauges(registry)
    return Seen(telemetry, registry, watch, weights, pool)


def test_replies_are_counted_only_by_known_codes(seen: Seen) -> None:
    counters = seen.telemetry.counters
    for code in ("", "low_score", "too_few", "validator_fault", "whatever a service made up"):
        counters.count_reply("submit", code)
    counters.count_reply("pull", "")
    counters.count_reply("pull", "cooldown")
    assert (counters.given, counters.accepted, counters.rejected, counters.faults) == (1, 1, 3, 1)
    assert seen.value("axon_replies_total", synapse="submit", code="rejected") == 2.0
    assert seen.value("axon_replies_total", synapse="pull", code="cooldown") == 1.0
    counters.count_refusal("used_nonce")
    counters.count_refusal("made up")
    assert seen.value("axon_refusals_total", code="used_nonce") == 1.0
    assert seen.value("axon_refusals_total", code="other") == 1.0


def test_a_working_validator_is_ready(seen: Seen) -> None:
    assert seen.telemetry.not_ready() == []


def test_not_ready_names_every_reason(seen: Seen) -> None:
    seen.watch.head_age_s, seen.watch.snapshot, seen.pool.ready = 200.0, None, False
    seen.watch.problem = "the axon is not announced on the chain"
    assert seen.telemetry.not_ready() == [
        "the subnet has not been read yet",
        "no new block for 200 s",
        "no validation service is ready",
        "the axon is not announced on the chain",
    ]


def test_a_state_that_cannot_be_written_is_a_reason(seen: Seen) -> None:
    disk = seen.telemetry.domain.desk.state._disk
    disk._log.note("the state cannot be used: the disk is full")
    assert seen.telemetry.not_ready() == ["the state cannot be used: the disk is full"]


def test_gauges_are_read_on_each_scrape(seen: Seen) -> None:
    assert seen.value("chain_block") == 120.0
    seen.watch.height = 121
    seen.weights.confirmed = ConfirmedWeights(119, {1: 1.0}, True)
    assert (seen.value("chain_block"), seen.value("weights_block")) == (121.0, 119.0)
    assert (seen.value("chain_seats"), seen.value("axon_requests_at_work")) == (2.0, 2.0)


def test_the_progress_line_says_why_no_weights_were_set(seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    seen.telemetry.log()
    seen.weights.held_back = "the stake of 1 is below 1000"
    seen.telemetry.log()
    seen.weights.held_back, seen.weights.confirmed = "", ConfirmedWeights(119, {}, True)
    seen.telemetry.log()
    assert "weights not due yet" in caplog.messages[0]
    assert "weights not set (the stake of 1 is below 1000)" in caplog.messages[1]
    assert caplog.messages[2].startswith("block 120, 2 seats; tasks given 0")
    assert "weights set at block 119" in caplog.messages[2]


def page_of(seen: Seen | None, now: float = 0.0) -> TestClient:
    app = FastAPI()
    app.include_router(status_pages(lambda: seen.telemetry if seen else None, TaskRules(), lambda: now))
    return TestClient(app)


def test_the_page_has_a_row_for_each_miner(seen: Seen, world: Any, submission: Any) -> None:
    async def story() -> None:
        for hotkey in ("miner", "gone"):
            pulled = await seen.telemetry.domain.desk.pull(hotkey)
            if hotkey == "miner":
                await seen.telemetry.domain.desk.submit(hotkey, submission(pulled.task.id, hotkey))

    asyncio.run(story())
    seen.weights.confirmed = ConfirmedWeights(119, {1: 1.0}, True)
    page = page_of(seen, world.now).get("/miners/").json()
    assert (page["netuid"], page["block"], page["weights_block"]) == (17, 120, 119)
    first, second = page["miners"]
    assert (first["hotkey"], first["uid"], first["accepted"], first["reward"], first["weight"]) == ("miner", 1, 1, 1, 1)
    assert (second["hotkey"], second["uid"], second["weight"], second["has_task"]) == ("gone", None, 0, True)


def test_the_page_works_before_the_first_sync() -> None:
    client = page_of(None)
    assert client.get("/miners/").json()["not_ready"] == ["the validator is starting"]
    for path, kind in (("/", "text/html"), ("/dashboard.js", "text/javascript"), ("/dashboard.css", "text/css")):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)


@pytest.mark.parametrize("name", ["index.html", "dashboard.js"])
def test_the_page_works_below_a_prefix_that_a_proxy_removes(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert "dashboard.css" in text or "miners/" in text
    assert not re.search(r"""["'`]/[a-z]""", text)


def test_the_page_lists_the_last_tasks_newest_first(world: Any, seen: Seen, submission: Any) -> None:
    async def two_tasks() -> None:
        desk = seen.telemetry.domain.desk
        for hotkey in ("miner", "other"):
            task = await desk.pull(hotkey)
            await desk.submit(hotkey, submission(task.task.id, hotkey))

    asyncio.run(two_tasks())
    newest, oldest = page_of(seen, world.now).get("/tasks/").json()
    assert (newest["hotkey"], oldest["hotkey"]) == ("other", "miner")
    assert (oldest["prompt"], oldest["score"], oldest["fidelity"], oldest["code"]) == ("a red car", 0.9, 1.0, "")


def test_there_are_no_tasks_before_the_first_sync(world: Any) -> None:
    assert page_of(None, world.now).get("/tasks/").json() == []


def test_after_a_restart_the_weights_are_those_that_the_chain_knows(seen: Seen) -> None:
    seen.watch.seat = replace(seen.watch.seat, last_update=90)
    assert seen.value("weights_block") == 90.0
    seen.weights.confirmed = ConfirmedWeights(119, {}, True)
    assert seen.value("weights_block") == 119.0
