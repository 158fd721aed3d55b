"""docs/protocol.md is true: its bytes, its table of checks, and a peer that is built from it alone."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from neurons.wire import refusals
from neurons.wire.axon import HEAD_CHECKS, SENDER_CHECKS
from tests.neurons.validator.axon.test_recorded_requests import replay, stable
from tests.neurons.wire.foreign_peer import ForeignPeer
from tests.neurons.wire.recordings import body_of, fields_of


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/protocol.md").read_text()


def blocks(page: str) -> list[str]:
    """Return the HTTP messages of the page, as they are on the wire."""
    found = re.findall(r"```http\n(.*?)\n```", page, re.DOTALL)
    return [
        head.replace("\n", "\r\n") + "\r\n\r\n" + body for head, _, body in (one.partition("\n\n") for one in found)
    ]


def test_the_pages_request_gets_the_pages_reply(subnet: Any, page: str) -> None:
    request, reply = blocks(page)
    found = asyncio.run(replay(subnet, [{"name": "pull", "request": request}]))
    assert len(body_of(reply)) == int(fields_of(reply)["content-length"])
    assert found["pull"] == stable(200, fields_of(reply), body_of(reply))


def test_a_peer_built_from_the_page_alone_is_served(subnet: Any, keys: Any) -> None:
    async def story() -> None:
        subnet.world.require_bound = True
        async with subnet.axon() as axon:
            peer = ForeignPeer(keys["miner"], axon.hotkey, axon.port)
            pulled = await asyncio.to_thread(peer.pull)
            reply = await asyncio.to_thread(peer.submit, pulled["task"], b"asset", 17)
            assert (reply["score"], reply["feedback"]["task_fidelity_score"]) == (0.9, 1.0)
            status, refusal = await asyncio.to_thread(peer.call, "Unknown", {})
            assert (status, refusal["code"]) == (404, "unknown_synapse")

    asyncio.run(story())


def test_the_pages_table_has_every_refusal_in_the_order_of_the_checks(page: str) -> None:
    table = page[page.index("| when | check |") : page.index("Null in an optional field")]
    codes = re.findall(r"`([a-z_]+)`", "\n".join(line.rpartition(" | ")[2] for line in table.splitlines()))
    of_the_jobs = {"rate_limited", "queue_full", "invalid_prompt"}
    assert set(codes) == {refusal.code for refusal in refusals.ALL_REFUSALS} - of_the_jobs
    assert list(dict.fromkeys(codes)) == [
        "unknown_synapse",
        "method_not_allowed",
        "stopping",
        "busy",
        "unsupported_media_type",
        "length_required",
        "too_large",
        "no_open_task",
        "invalid_request",
        "starting",
        "not_registered",
        "not_enabled",
        "not_allowed",
        "unsigned",
        "future_nonce",
        "stale_nonce",
        "bad_signature",
        "used_nonce",
        "busy_with_you",
        "slow_body",
        "internal",
    ]
    assert [check.__name__ for check in (*HEAD_CHECKS, *SENDER_CHECKS)] == [
        "check_method",
        "check_stopping",
        "check_number",
        "check_encoding",
        "check_length",
        "check_headers",
        "check_allowed",
        "check_complete",
        "check_hash",
        "check_signature",
        "check_nonce",
    ]
