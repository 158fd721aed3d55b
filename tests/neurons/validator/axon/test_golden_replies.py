"""Whole replies as peers receive them, pinned byte for byte: header fields and body of each kind of answer.

Values that differ from run to run (times, signatures, ports, the wallet's hotkey) are replaced by placeholders. After
an intended change of the protocol, set WRITE_GOLDEN=1 and run this test to write the file again.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from neurons.wire.synapses import Generate, GetVersion, PullTask, StatusCheck, SubmitResults

GOLDEN = Path(__file__).with_name("golden_replies.json")
NOW = 1_000_000.0
SECRET = bytes(range(32))


async def answers(subnet: Any, peer: Any, keys: Any, verdicts: Any) -> dict[str, httpx.Response]:
    """Return one answer of each kind, by name."""
    world, found = subnet.world, {}
    at = int(NOW * 1e9)
    async with (
        subnet.axon() as axon,
        peer(axon) as miner,
        peer(axon, keys["other"]) as other,
        peer(axon, keys["stranger"]) as stranger,
    ):
        found["version"] = await miner.send(GetVersion())
        found["pull: a task"] = await miner.send(PullTask())
        task_id = found["pull: a task"].json()["task"]["id"]
        world.verdict = verdicts["fault"]
        found["submit: validator fault"] = await miner.send(miner.result(task_id, at=at))
        world.verdict = verdicts["high"]
        found["submit: accepted"] = await miner.send(miner.result(task_id, at=at))
        found["submit: the stored reply"] = await miner.send(miner.result(task_id, at=at, asset=b"another"))
        found["submit: unknown task"] = await miner.send(miner.result("no-such-task", at=at))
        found["pull: cooldown"] = await miner.send(PullTask())
        world.verdict = verdicts["junk"]
        task_id = (await other.pull())["task"]["id"]
        found["submit: rejected"] = await other.send(other.result(task_id, at=at, asset=b"junk"))
        world.now += 200
        at = int(world.now * 1e9)
        world.verdict = verdicts["low"]
        task_id = (await other.pull())["task"]["id"]
        found["submit: low score"] = await other.send(other.result(task_id, at=at, asset=b"low"))
        world.verdict = verdicts["high"]
        task_id = (await miner.pull())["task"]["id"]
        found["submit: copy"] = await miner.send(miner.result(task_id, at=at))
        world.now += 200
        at = int(world.now * 1e9)
        task_id = (await miner.pull())["task"]["id"]
        swapped = miner.result(task_id, at=at)
        swapped.results = ""
        found["submit: bad signature"] = await miner.send(swapped)
        found["submit: declined"] = await miner.send(miner.result(task_id, at=at, asset=b""))
        world.ready = False
        found["pull: validator unready"] = await other.send(PullTask())
        found["organic: queued"] = await stranger.send(Generate(prompt="blue boat"))
        job_id = found["organic: queued"].json()["task_id"]
        found["organic: status"] = await stranger.send(StatusCheck(task_id=job_id))
        found["organic: not found"] = await other.send(StatusCheck(task_id="no-such-job"))
        found["refusal: invalid prompt"] = await stranger.send(Generate(prompt=""))
        found["refusal: not registered"] = await stranger.send(PullTask())
        found["refusal: invalid request"] = await miner.send(miner.result(task_id, at=-1))
        large = SubmitResults(results="x" * 200_000, submit_time=0, signature="")
        found["refusal: no open task"] = await stranger.send(large)
        found["refusal: unknown synapse"] = await miner.client.post(axon.url + "/Synapse")
        found["refusal: method not allowed"] = await miner.client.get(axon.url + "/PullTask")
    return found


def recorded(answer: httpx.Response, names: dict[str, str]) -> dict[str, Any]:
    """Return status, header fields and body text of an answer, with placeholders for what differs between runs."""
    fields = dict(sorted(answer.headers.items()))
    body = stable(answer.text, names)
    fields = {name: stable(text, names) for name, text in fields.items() if name not in ("date", "content-length")}
    for name in fields:
        if name.endswith(("process_time", "nonce", "signature", "port", "header_size", "total_size")):
            fields[name] = f"<{name.rpartition('_')[2]}>"
    return {"status": answer.status_code, "headers": fields, "body": body}


def stable(text: str, names: dict[str, str]) -> str:
    for value, name in names.items():
        text = text.replace(value, f"<{name}>")
    number = r"-?[0-9.]+(?:e-?[0-9]+)?"
    text = re.sub(rf'("(?:process_time|nonce|port|header_size|total_size)": ?){number}', r"\1<number>", text)
    return re.sub(r'("(?:signature|bound_signature)": ?)"[^"]+"', r'\1"<signature>"', text)


@pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")
def test_replies_equal_the_golden_file(subnet: Any, peer: Any, keys: Any, verdicts: Any) -> None:
    subnet.world.now = NOW
    folder = subnet.world.folder
    folder.mkdir(mode=0o700)
    (folder / "secret").write_bytes(SECRET)
    found = asyncio.run(answers(subnet, peer, keys, verdicts))
    names = {subnet.world.hotkey: "validator", found["organic: queued"].json()["task_id"]: "job"}
    replies = {kind: recorded(answer, names) for kind, answer in found.items()}
    if "WRITE_GOLDEN" in os.environ:
        GOLDEN.write_text(json.dumps(replies, indent=1, ensure_ascii=False) + "\n")
    assert replies == json.loads(GOLDEN.read_text())
