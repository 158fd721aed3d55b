"""The validator's read-only status page: its own state, a row per miner, and the last closed tasks."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from neurons.validator.tasks.records import compute_reward
from neurons.validator.tasks.replies import ClosedTaskSummary
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.telemetry import Telemetry
from serving.files import ServedFile

FOLDER = Path(__file__).parent / "dashboard"


class MinerRow(BaseModel):
    """One miner. `uid` is None for a hotkey without a seat; `weight` is from the last confirmed weights."""

    hotkey: str
    uid: int | None
    accepted: int
    average: float
    reward: float
    weight: float
    has_task: bool
    cooldown_until: int
    cooldown_violations: int


class StatusPage(BaseModel):
    """The state of the validator and all miners, as the page shows it."""

    netuid: int | None
    block: int
    seats: int
    scorer: str
    not_ready: list[str]
    tasks_given: int
    accepted: int
    rejected: int
    faults: int
    weights_block: int
    weights_held_back: str
    miners: list[MinerRow]


def status_pages(
    telemetry: Callable[[], Telemetry | None], rules: TaskRules, now: Callable[[], float] = time.time
) -> APIRouter:
    """Return the routes of the page (GET /), its files, and its data as JSON (GET /miners/ and GET /tasks/)."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def page() -> ServedFile:
        return ServedFile(FOLDER / "index.html", media_type="text/html")

    @router.get("/dashboard.js", include_in_schema=False)
    async def script() -> ServedFile:
        return ServedFile(FOLDER / "dashboard.js", media_type="text/javascript")

    @router.get("/dashboard.css", include_in_schema=False)
    async def style() -> ServedFile:
        return ServedFile(FOLDER / "dashboard.css", media_type="text/css")

    @router.get("/miners/", summary="The validator and every miner")
    async def miners() -> StatusPage:
        current = telemetry()
        return build_status_page(current, rules, now()) if current else EMPTY

    @router.get("/tasks/", summary="The last closed tasks, newest first")
    async def tasks() -> list[ClosedTaskSummary]:
        current = telemetry()
        return list(reversed(current.domain.desk.state.recent)) if current else []

    return router


EMPTY = StatusPage(
    netuid=None,
    block=0,
    seats=0,
    scorer="",
    not_ready=["the validator is starting"],
    tasks_given=0,
    accepted=0,
    rejected=0,
    faults=0,
    weights_block=0,
    weights_held_back="",
    miners=[],
)


def build_status_page(telemetry: Telemetry, rules: TaskRules, now: float) -> StatusPage:
    """Return the current state, with the miners sorted by falling reward."""
    snapshot, confirmed, counters = telemetry.sync.snapshot, telemetry.weights.confirmed, telemetry.counters
    seats = snapshot.by_hotkey if snapshot else {}
    weights = confirmed.weights if confirmed else {}
    rows = []
    for record in telemetry.domain.desk.state.list_records():
        uid = seats[record.hotkey].uid if record.hotkey in seats else None
        rows.append(
            MinerRow(
                hotkey=record.hotkey,
                uid=uid,
                accepted=len(record.accepted_at),
                average=round(record.average, 4),
                reward=round(compute_reward(record, now, rules), 4),
                weight=round(weights.get(uid, 0.0), 6) if uid is not None else 0.0,
                has_task=record.task is not None,
                cooldown_until=int(record.cooldown_until),
                cooldown_violations=record.cooldown_violations,
            )
        )
    return StatusPage(
        netuid=snapshot.netuid if snapshot else None,
        block=telemetry.sync.height,
        seats=len(seats),
        scorer=telemetry.domain.pool.scorer,
        not_ready=telemetry.not_ready(),
        tasks_given=counters.given,
        accepted=counters.accepted,
        rejected=counters.rejected,
        faults=counters.faults,
        weights_block=confirmed.block if confirmed else 0,
        weights_held_back=telemetry.weights.held_back,
        miners=sorted(rows, key=lambda row: (-row.reward, row.hotkey)),
    )
