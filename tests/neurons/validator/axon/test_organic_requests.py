"""Organic requests through the axon: who may send them, how many, and who sees the result."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from neurons.wire.synapses import Generate, StatusCheck
from tests.neurons.validator.axon.raw_requests import refusal_code


@pytest.mark.parametrize(("may_ask", "code"), [(None, "not_enabled"), (lambda _hotkey: False, "not_allowed")])
def test_organic_requests_are_limited_to_allowed_hotkeys(subnet: Any, peer: Any, may_ask: Any, code: str) -> None:
    async def story() -> None:
        async with replace(subnet, may_ask=may_ask).axon() as axon, peer(axon) as user:
            assert refusal_code(await user.send(Generate(prompt="a red car"))) == code

    asyncio.run(story())


def test_only_the_user_who_asked_sees_the_job(subnet: Any, peer: Any, keys: Any) -> None:
    async def story() -> None:
        async with (
            subnet.axon() as axon,
            peer(axon, keys["stranger"]) as user,
            peer(axon) as miner,
            peer(axon, keys["other"]) as other,
        ):
            job = (await user.send(Generate(prompt="blue boat"))).json()
            assert job["polling_interval"] == 30
            check = StatusCheck(task_id=job["task_id"])
            assert (await user.send(check)).json()["status"] == 100
            task = (await miner.pull())["task"]
            assert task["prompt"] == "blue boat"
            assert (await user.send(check)).json()["status"] == 102
            await miner.send(miner.result(task["id"], "blue boat"))
            assert (await other.send(check)).json()["status"] == 404

    asyncio.run(story())


def test_the_eleventh_request_is_rate_limited(subnet: Any, peer: Any) -> None:
    async def story() -> None:
        async with subnet.axon() as axon, peer(axon) as user:
            answers = [await user.send(Generate(prompt="a red car")) for _ in range(11)]
            assert [answer.status_code for answer in answers] == [200] * 10 + [429]
            assert refusal_code(answers[-1]) == "rate_limited"
            assert refusal_code(await user.send(Generate(prompt="\x00"))) == "invalid_prompt"

    asyncio.run(story())
