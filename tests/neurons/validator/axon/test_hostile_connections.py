"""Requests from strangers and scanners, more requests than the axon takes, and errors inside the validator."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from neurons.wire.bodies import BodyRules
from neurons.wire.synapses import Generate, PullTask
from tests.neurons.validator.axon.raw_requests import refusal_code


def test_an_unregistered_hotkey_is_refused_with_a_retry_time(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon, keys["stranger"]) as stranger:
            answer = await stranger.send(PullTask())
            assert (answer.status_code, refusal_code(answer)) == (403, "not_registered")
            assert axon.refused == ["not_registered"]
            assert (await stranger.send(Generate(prompt="a red car"))).json()["task_id"]  # organic users need none

    asyncio.run(story())


def test_nobody_is_served_before_the_first_sync(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            axon.senders.snapshot = None
            assert refusal_code(await miner.send(PullTask())) == "starting"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/", 404, "unknown_synapse"),
        ("POST", "/Synapse", 404, "unknown_synapse"),
        ("GET", "/../../etc/passwd", 404, "unknown_synapse"),
        ("GET", "/docs", 404, "unknown_synapse"),
        ("GET", "/openapi.json", 404, "unknown_synapse"),
        ("GET", "/PullTask", 405, "method_not_allowed"),
    ],
)
def test_scanners_learn_nothing(subnet: Any, peer: Any, method: str, path: str, status: int, code: str) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            answer = await miner.client.request(method, axon.url + path)
            assert (answer.status_code, refusal_code(answer)) == (status, code)

    asyncio.run(story())


def test_requests_above_the_limit_are_refused(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with replace(subnet, rules=BodyRules(max_requests=0)).axon() as axon, peer(axon) as miner:
            answer = await miner.send(PullTask())
            assert (answer.status_code, refusal_code(answer)) == (503, "busy")

    asyncio.run(story())


def test_an_internal_error_is_reported_as_such_and_logged(
    subnet: Any, peer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            with contextlib.closing(sqlite3.connect(subnet.world.folder / "state.db")) as db, db:
                db.execute("DROP TABLE miners")
            answer = await miner.send(PullTask())
            assert (answer.status_code, refusal_code(answer)) == (500, "internal")

    asyncio.run(story())
    assert "a PullTask could not be answered" in caplog.text


def test_a_locked_database_is_answered_as_internal_with_a_time_to_come_back(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as miner:
            subnet.world.stores[-1]._db.execute("PRAGMA busy_timeout = 1")
            with contextlib.closing(sqlite3.connect(subnet.world.folder / "state.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                for _ in range(3):
                    answer = await miner.send(PullTask())
                    assert (answer.status_code, refusal_code(answer)) == (500, "internal")
                    assert answer.headers["retry-after"] == "30"
            await asyncio.sleep(1.1)
            assert (await miner.pull())["task"]["id"]

    asyncio.run(story())


def test_the_port_is_closed_after_shutdown(subnet: Any) -> None:
    async def story() -> int:
        async with subnet.axon() as axon:
            return int(axon.port)

    port = asyncio.run(story())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
