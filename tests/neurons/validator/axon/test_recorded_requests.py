"""Requests recorded from the SDK's dendrite, and odd ones, are answered as they always were: status, headers and body.

The requests are in tests/neurons/wire/golden (see recording.py there); the answers are pinned in golden_answers.json.
After an intended change of the protocol, set WRITE_GOLDEN=1 and run this test to write that file again.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.neurons.wire.recordings import NOW_S, VALIDATOR, load_recorded, peer_hotkey

GOLDEN = Path(__file__).with_name("golden_answers.json")
PEERS = ("Mina", "Milo", "Nora", "Lena", "Omar")


async def send(port: int, request: str) -> tuple[int, dict[str, str], bytes]:
    """Send these bytes on a connection of their own; return status, header fields and body; status 0 if it is cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.encode("latin-1"))
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100"):
            head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): text for name, _, text in (field.partition(": ") for field in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return int(line.split()[1]), headers, body
    except asyncio.IncompleteReadError:
        return 0, {}, b""
    finally:
        writer.close()


def stable(status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return an answer with placeholders for what differs from run to run."""
    masked = {"bt_header_axon_process_time", "header_size", "total_size"}
    kept = {name: "<number>" if name in masked else text for name, text in headers.items()}
    for name in ("date", "content-length", "transfer-encoding"):
        kept.pop(name, None)
    text = re.sub(r'("process_time":)[0-9.e-]+(,"ip":[^{}]*},"computed)', r'\1"<number>"\2', body.decode())
    text = re.sub(r'("task_id":)"[\w-]{22,}"', r'\1"<job>"', text)
    return {"status": status, "headers": dict(sorted(kept.items())), "body": text}


async def replay(subnet: Any, recorded: list[dict[str, str]]) -> dict[str, Any]:
    """Send recorded requests one after the other to an axon whose clock stands still; return the answers by name."""
    subnet.world.now, subnet.world.hotkey = float(NOW_S), VALIDATOR.ss58_address
    subnet.wallet = type("Wallet", (), {"hotkey": VALIDATOR, "coldkeypub": VALIDATOR})()
    subnet.registered = tuple(peer_hotkey(name) for name in PEERS)
    subnet.world.folder.mkdir(mode=0o700)
    (subnet.world.folder / "secret").write_bytes(bytes(32))  # of the score seeds
    found = {}
    async with subnet.axon() as axon:
        axon.senders.now_ns = lambda: NOW_S * 10**9
        for one in recorded:
            found[one["name"]] = stable(*await send(axon.port, one["request"]))
    return found


@pytest.mark.parametrize("name", ["sdk_calls", "odd_requests"])
def test_recorded_requests_get_the_answers_that_they_always_got(subnet: Any, name: str) -> None:
    found = asyncio.run(replay(subnet, load_recorded(name)))
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if "WRITE_GOLDEN" in os.environ:
        golden[name] = found
        GOLDEN.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    assert found.keys() == golden[name].keys()
    assert {case: answer for case, answer in found.items() if answer != golden[name][case]} == {}
