"""Records what the SDK's own dendrite and axon say to each other, and odd requests made from that.

python -m tests.neurons.wire.recording     (needs bittensor 10.5 and the port 28092)

Writes golden/sdk_calls.json (request and reply of each call, as bytes in Latin-1) and golden/odd_requests.json
(requests that a client other than the SDK's could send). Keys, times and identifiers are fixed; signatures are random,
so that every run writes other files.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import bittensor as bt

from neurons.messages import bound_message, result_message
from tests.eventually import eventually
from tests.neurons.wire import sdk_peers as peers
from tests.neurons.wire.sdk_peers import key

GOLDEN = Path(__file__).with_name("golden")
NOW_S = 1_700_000_000
NETUID = 17
PROXY_PORT = 28_092
VALIDATOR = key("Victor")
ASSET = base64.b64encode(b"asset").decode()
NO_FIELDS_HASH = "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"

Call = tuple[str, str, Callable[[], Any], str]
"""A call's name, the name of the peer's key, its message, and the hotkey that it is signed for."""


def task(number: int) -> peers.Task:
    """Return the task that a validator gives out as its `number`th."""
    return peers.Task(id=f"task-{NOW_S * 1000 + number}", prompt="a red car")


def sign(peer: str, message: bytes) -> str:
    return base64.b64encode(key(peer).sign(message)).decode()


def old(peer: str, submit_time: int = 0) -> str:
    """Return the signature of the first implementation over a result."""
    return sign(peer, result_message(submit_time, "a red car", VALIDATOR.ss58_address, key(peer).ss58_address))


def bound(peer: str, task_id: str, submit_time: int) -> str:
    """Return the bound signature over a result."""
    message = bound_message(
        netuid=NETUID,
        task_id=task_id,
        asset=b"asset",
        submit_time=submit_time,
        validator_hotkey=VALIDATOR.ss58_address,
        miner_hotkey=key(peer).ss58_address,
    )
    return sign(peer, message)


def calls() -> list[Call]:
    """Return the calls in the order in which they are made."""
    at = NOW_S * 10**9
    ours, foreign = VALIDATOR.ss58_address, key("Mallory").ss58_address
    signed: dict[str, Any] = {"results": ASSET, "submit_time": 0}
    return [
        ("pull", "Mina", lambda: peers.PullTask(version=peers.Version(major=0, minor=9, patch=1)), ours),
        ("submit, old signature", "Mina",
         lambda: peers.SubmitResults(task=task(0), signature=old("Mina"), **signed), ours),
        ("submit again", "Mina", lambda: peers.SubmitResults(task=task(0), signature=old("Mina"), **signed), ours),
        ("pull in the cooldown", "Mina", peers.PullTask, ours),
        ("version", "Mina", peers.GetVersion, ours),
        ("pull, further fields", "Milo", peers.FurtherPull, ours),
        ("submit, wrong bound signature", "Milo",
         lambda: peers.FurtherSubmit(task=task(1), results=ASSET, submit_time=at, signature=old("Milo", at),
                                     bound_signature=bound("Milo", "another task", at)), ours),
        ("submit, bound signature", "Milo",
         lambda: peers.FurtherSubmit(task=task(1), results=ASSET, submit_time=at, signature=old("Milo", at),
                                     bound_signature=bound("Milo", task(1).id, at)), ours),
        ("pull, required nested and unknown fields", "Nora",
         lambda: peers.OtherPull(version=peers.Version(major=1, minor=0, patch=0)), ours),
        ("submit, required nested and unknown fields", "Nora",
         lambda: peers.OtherSubmit(task=task(2), signature=old("Nora"), **signed), ours),
        ("generate", "Stranger", lambda: peers.Generate(prompt="blue boat"), ours),
        ("generate, class with defaults", "Lena", lambda: peers.LenientGenerate(prompt="green tree ☃"), ours),
        ("status", "Stranger", lambda: peers.StatusCheck(task_id="no-such-job"), ours),
        ("status, class with defaults", "Lena", lambda: peers.LenientStatus(task_id="no-such-job"), ours),
        ("pull of a peer with defaults", "Lena", peers.PullTask, ours),
        ("submit, class with defaults", "Lena",
         lambda: peers.LenientSubmit(
             task=peers.Task(id=task(3).id, prompt="blue boat"), results=ASSET,
             signature=sign("Lena", result_message(0, "blue boat", ours, key("Lena").ss58_address))), ours),
        ("pull to decline", "Omar", peers.PullTask, ours),
        ("decline", "Omar",
         lambda: peers.SubmitResults(task=task(4), results="", submit_time=0, signature=""), ours),
        ("submit, unknown task", "Omar",
         lambda: peers.SubmitResults(task=peers.Task(id="no-such"), results=ASSET, submit_time=0, signature="x"), ours),
        ("pull of a stranger", "Stranger", peers.PullTask, ours),
        ("an unknown message", "Mina", peers.Ping, ours),
        ("signed for another axon", "Mina", peers.PullTask, foreign),
        ("hashes a field", "Mina",
         lambda: peers.HashingSubmit(task=task(0), signature=old("Mina"), **signed), ours),
        ("submit time out of range", "Mina",
         lambda: peers.SubmitResults(task=task(0), results=ASSET, submit_time=-1, signature="x"), ours),
    ]  # fmt: skip


class Proxy:
    """Relays one connection at a time to the SDK's axon and keeps the bytes of the last request and reply."""

    def __init__(self, axon_port: int) -> None:
        self.axon_port, self.request, self.reply = axon_port, b"", b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.request = await read_message(reader)
                to, back = await asyncio.open_connection("127.0.0.1", self.axon_port)
                back.write(self.request)
                self.reply = await read_message(to)
                back.close()
                writer.write(self.reply)
        except asyncio.IncompleteReadError:
            writer.close()


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Return the next HTTP message, whose Content-Length is stated."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return head + await reader.readexactly(int(length))


def serve_axon() -> Any:
    """Start the SDK's axon with handlers that answer as a validator of the first implementation does."""

    def blacklist(synapse: Any) -> Any:
        return synapse.dendrite.hotkey == key("Stranger").ss58_address, "not registered"

    async def pull(synapse: peers.PullTask) -> peers.PullTask:
        synapse.task, synapse.submit_before = task(0), NOW_S + 600
        return synapse

    async def submit(synapse: peers.SubmitResults) -> peers.SubmitResults:
        if synapse.submit_time < 0:
            raise RuntimeError("out of range")
        synapse.feedback = peers.Feedback(task_fidelity_score=0.75, average_fidelity_score=0.9)
        synapse.results, synapse.cooldown_until = "", NOW_S + 120
        return synapse

    async def version(synapse: peers.GetVersion) -> peers.GetVersion:
        synapse.version, synapse.validation_version = 901, "0.9.1"
        return synapse

    async def generate(synapse: peers.Generate) -> peers.Generate:
        synapse.task_id = "job-1"
        return synapse

    async def status(synapse: peers.StatusCheck) -> peers.StatusCheck:
        synapse.status = peers.TaskStatus.NOT_FOUND
        return synapse

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wallet: Any = type("Wallet", (), {"hotkey": VALIDATOR, "coldkeypub": VALIDATOR})()
    axon = bt.Axon(wallet, port=port, ip="127.0.0.1", external_ip="127.0.0.1")
    axon.uuid = "00000000-0000-1000-8000-00000000000a"
    axon.fast_config.host = "127.0.0.1"
    names = {
        pull: peers.PullTask,
        submit: peers.SubmitResults,
        version: peers.GetVersion,
        generate: peers.Generate,
        status: peers.StatusCheck,
    }
    for handler, synapse in names.items():
        handler.__annotations__ = {"synapse": synapse, "return": synapse}  # the SDK needs classes, not their names
        axon.attach(handler)
    blacklist.__annotations__ = {"synapse": peers.PullTask}
    axon.blacklist_fns["PullTask"] = blacklist
    axon.start()
    eventually(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    return axon


async def record(axon_port: int) -> list[dict[str, str]]:
    """Make all calls and return what was said, and the status that the SDK's dendrite made of it."""
    proxy, found = Proxy(axon_port), []
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", PROXY_PORT)
    for name, peer, message, hotkey in calls():
        async with bt.Dendrite(key(peer)) as dendrite:
            dendrite.uuid = "00000000-0000-1000-8000-000000000001"
            axon = bt.AxonInfo(
                version=10_005_000, ip="127.0.0.1", port=PROXY_PORT, ip_type=4, hotkey=hotkey, coldkey=hotkey
            )
            synapse = await dendrite.call(axon, message(), timeout=12.0, deserialize=False)
        found.append(
            {
                "name": name,
                "status": synapse.dendrite.status_code,
                "request": proxy.request.decode("latin-1"),
                "reply": proxy.reply.decode("latin-1"),
            }
        )
    server.close()
    return found


class Odd:
    """Builds requests of Omar, who has a task, with a nonce of its own each."""

    def __init__(self) -> None:
        self.nonces = itertools.count(NOW_S * 10**9 + 10**9, 1000)
        self.found: list[dict[str, str]] = []

    def headers(self, nonce: str | None = None, uuid: str = "odd", digest: str = NO_FIELDS_HASH) -> dict[str, str]:
        """Return the headers of a valid request."""
        nonce = str(next(self.nonces)) if nonce is None else nonce
        me = key("Omar")
        message = f"{nonce}.{me.ss58_address}.{VALIDATOR.ss58_address}.{uuid}.{digest}"
        return {
            "Host": f"127.0.0.1:{PROXY_PORT}",
            "name": "PullTask",
            "timeout": "12.0",
            "bt_header_axon_ip": "127.0.0.1",
            "bt_header_axon_port": str(PROXY_PORT),
            "bt_header_axon_hotkey": VALIDATOR.ss58_address,
            "bt_header_dendrite_ip": "192.0.2.1",
            "bt_header_dendrite_version": "10005000",
            "bt_header_dendrite_nonce": nonce,
            "bt_header_dendrite_uuid": uuid,
            "bt_header_dendrite_hotkey": me.ss58_address,
            "bt_header_dendrite_signature": "0x" + me.sign(message.encode()).hex(),
            "header_size": "640",
            "total_size": "3183",
            "computed_body_hash": digest,
            "Content-Type": "application/json",
        }

    def add(
        self,
        name: str,
        body: bytes | str = b"{}",
        line: str = "POST /PullTask",
        /,
        signed: dict[str, str] | None = None,
        **changed: str | None,
    ) -> None:
        """Add a request. `changed` headers are set, or dropped for None; `__` in their names stands for a hyphen."""
        headers: dict[str, str | None] = {**(self.headers() if signed is None else signed)}
        content = body.encode() if isinstance(body, str) else body
        headers["Content-Length"] = str(len(content))
        headers.update({field.replace("__", "-"): value for field, value in changed.items()})
        lines = [f"{line} HTTP/1.1", *(f"{field}: {text}" for field, text in headers.items() if text is not None)]
        raw = "\r\n".join([*lines, "", ""]).encode("latin-1") + content
        self.found.append({"name": name, "request": raw.decode("latin-1")})

    def paths(self) -> None:
        for line in (
            "POST /", "POST /PullTask/", "POST //PullTask", "POST /pulltask", "POST /PullTask?x=1", "POST /PullTask/x",
            "POST /Pull%54ask", "POST /PullTask%2F", "GET /PullTask", "PUT /PullTask", "OPTIONS /PullTask",
            "GET /docs", "GET /openapi.json", "POST /Synapse",
        ):  # fmt: skip
            self.add(f"path: {line}", "{}", line)

    def senders(self) -> None:
        dendrite = "bt_header_dendrite_"
        for field in ("nonce", "uuid", "hotkey", "signature", "version", "ip"):
            self.add(f"sender: no {field}", **{dendrite + field: None})
            self.add(f"sender: empty {field}", **{dendrite + field: ""})
        self.add("sender: no headers at all", signed={"Host": "x", "Content-Type": "application/json"})
        for text in ("abc", "1e3", "-5", "0x10", "1.5", "17e17", "9" * 30, "9" * 5000):
            self.add(f"sender: nonce {text[:40]}", signed=self.headers(text))
        self.add("sender: nonce with spaces", **{dendrite + "nonce": f" {NOW_S * 10**9} "})
        padded = self.headers()
        padded["bt_header_dendrite_nonce"] = "000" + padded["bt_header_dendrite_nonce"]
        self.add("sender: nonce with leading zeros", signed=padded)
        signature = self.headers()["bt_header_dendrite_signature"]
        for name, text in {
            "of another request": signature, "0x alone": "0x", "zeros": "0x" + "00" * 64, "too short": "0x00",
            "not hexadecimal": "0xzz", "too long": "0x" + "00" * 4000,
        }.items():  # fmt: skip
            self.add(f"sender: signature {name}", **{dendrite + "signature": text})
        for name, change in {
            "without 0x": lambda text: text[2:], "in upper case": lambda text: "0x" + text[2:].upper(),
            "with a space": lambda text: text[:10] + " " + text[10:], "with 0X": lambda text: "0X" + text[2:],
        }.items():  # fmt: skip
            signed = self.headers()
            signed["bt_header_dendrite_signature"] = change(signed["bt_header_dendrite_signature"])
            self.add(f"sender: signature {name}", signed=signed)
        self.add("sender: uuid of 64 characters", signed=self.headers(uuid="u" * 64))
        self.add("sender: uuid of 65 characters", signed=self.headers(uuid="u" * 65))
        self.add("sender: hotkey of nobody", **{dendrite + "hotkey": "x"})
        used = self.headers()
        self.add("sender: a nonce", signed=used)
        self.add("sender: the same nonce", signed=used)
        self.add("sender: the same nonce, GetVersion", "{}", "POST /GetVersion", signed=used)
        for seconds in (31, 30, -15, -17):
            self.add(
                f"sender: {seconds} s from now", signed=self.headers(str((NOW_S + seconds) * 10**9), f"u{seconds}")
            )
        for timeout in ("300", "1e9", "nan", "-1", "0"):
            early = self.headers(str((NOW_S - 100) * 10**9), f"t{timeout}")
            self.add(f"sender: 100 s old, timeout {timeout}", signed=early, timeout=timeout)
        self.add("sender: 100 s old, no timeout", signed=self.headers(str((NOW_S - 100) * 10**9), "none"), timeout=None)
        forged = self.headers(str((NOW_S + 60) * 10**9))
        self.add("sender: early and forged", signed={**forged, "bt_header_dendrite_signature": "0x" + "00" * 64})

    def fields(self) -> None:
        for field, texts in {
            "timeout": ("abc", "", "None", "1_0", "inf"),
            "name": (None, "Other", ""),
            "header_size": (None, "abc", "1.5", ""),
            "total_size": (None, "abc", "1_000"),
            "computed_body_hash": (None, "", "A7FF"),
            "bt_header_axon_port": (None, "abc", "99999"),
            "bt_header_axon_ip": (None, ""),
            "bt_header_axon_hotkey": (None, "x"),
            "bt_header_axon_status_code": ("200", "abc"),
            "bt_header_axon_process_time": ("0.5", "abc"),
            "bt_header_axon_nonce": ("abc",),
            "bt_header_axon_unknown": ("x",),
            "bt_header_dendrite_port": ("abc", "80"),
            "bt_header_dendrite_version": ("abc",),
            "bt_header_dendrite_status_code": ("abc",),
            "bt_header_dendrite_process_time": ("abc",),
            "bt_header_unknown": ("x",),
        }.items():
            for text in texts:
                self.add(f"field: {field} {'missing' if text is None else text!r}", **{field: text})
        wrong = self.headers(digest="0" * 64)
        self.add("field: another body hash, signed", signed=wrong)
        for name, text in {
            "no base64": "*", "no JSON": base64.b64encode(b"{").decode(),
            "no UTF-8": base64.b64encode(b"\xff").decode(),
            "a number": base64.b64encode(b"7").decode(), "null": base64.b64encode(b"null").decode(), "empty": "",
            "nested too deeply": base64.b64encode(b"[" * 3000).decode(),
        }.items():  # fmt: skip
            submit = '{"results": "", "task": {"id": "no-such"}}'
            for stub in ("results", "submit_time", "task", "feedback", "unknown", "timeout", "axon"):
                self.add(f"stub: {stub} {name}", submit, "POST /SubmitResults", **{f"bt_header_input_obj_{stub}": text})
        self.add("stub: no name", bt_header_input_obj_="IiI=")
        self.add("stub: no underscore", bt_header_input_obj="IiI=")

    def framing(self) -> None:
        for kind in (None, "", "text/plain", "application/json; charset=utf-8", "application/vnd.x+json",
                     "application/octet-stream", "APPLICATION/JSON", "multipart/form-data; boundary=x"):  # fmt: skip
            self.add(f"framing: Content-Type {kind}", Content__Type=kind)
        for length in (None, "abc", "1e3", "-1", "17000000", "99999999999999999999"):
            self.add(f"framing: Content-Length {length}", Content__Length=length)
        self.add("framing: chunked", b"2\r\n{}\r\n0\r\n\r\n", Content__Length=None, Transfer__Encoding="chunked")
        for coding in ("identity", "gzip", "", "br"):
            self.add(f"framing: Content-Encoding {coding}", Content__Encoding=coding)
        self.add("framing: large body without a task", "{}", "POST /SubmitResults", Content__Length="110000",
                 bt_header_dendrite_hotkey=key("Nobody").ss58_address)  # fmt: skip
        self.add("framing: large pull", Content__Length="110000")
        self.add("framing: Expect", Expect="100-continue")

    def bodies(self) -> None:
        any_message = (
            "", "{}", " {} ", "{", "[]", "null", '"x"', "7", "[" * 5_000, '{"a":' * 300, b"\xff\xfe", b"\xef\xbb\xbf{}",
            "{}".encode("utf-16"), "{}x", "{'a': 1}", '{"a": NaN}', '{"a": "\\ud800"}', '{"a": ' + "9" * 5000 + "}",
            '{"task": "wrong", "reason_code": 7, "submit_before": "soon"}', '{"name": 7}', '{"name": "Other"}',
            '{"name": null}', '{"version": null}', '{"version": {"major": null}}', '{"version": {"major": "1"}}',
            '{"version": {"major": 1.5}}', '{"version": [1]}', '{"version": 7}', '{"version": {"extra": 1}}',
            '{"timeout": "abc"}', '{"timeout": "7"}', '{"timeout": null}', '{"timeout": NaN}', '{"timeout": true}',
            '{"total_size": 1.5}', '{"total_size": "7"}', '{"total_size": null}', '{"header_size": []}',
            '{"computed_body_hash": 7}', '{"computed_body_hash": "x"}', '{"computed_body_hash": null}',
            '{"dendrite": null}', '{"dendrite": {}}', '{"dendrite": 7}', '{"dendrite": {"port": "80", "ip": "x"}}',
            '{"dendrite": {"port": "abc"}}', '{"dendrite": {"status_code": 7.0, "process_time": "1"}}',
            '{"dendrite": {"hotkey": 7}}', '{"dendrite": {"unknown": 7}}', '{"dendrite": {"uuid": "\\u2603"}}',
            '{"dendrite": {"uuid": "a\\r\\nb: c"}}', '{"dendrite": {"nonce": 1e3}}', '{"dendrite": {"nonce": null}}',
            '{"axon": null}', '{"axon": {}}', '{"axon": 7}', '{"axon": {"status_code": 404, "status_message": "x"}}',
            '{"axon": {"ip": "127.0.0.1", "port": 8092, "hotkey": "x"}}', '{"version": {}, "version": null}',
        )  # fmt: skip
        for body in any_message:
            self.add(f"body: {str(body)[:70]}", body)
        for body in (
            "{}", '{"results": null}', '{"results": 7}', '{"results": ""}', '{"results": "", "submit_time": "12"}',
            '{"results": "", "submit_time": 1.0}', '{"results": "", "submit_time": 1.5}',
            '{"results": "", "submit_time": -1}', '{"results": "", "submit_time": 9223372036854775808}',
            '{"results": "", "submit_time": 9223372036854775807}', '{"results": "", "submit_time": 1e400}',
            '{"results": "", "submit_time": 1e18}', '{"results": "", "submit_time": true}',
            '{"results": "", "submit_time": null}', '{"results": "", "signature": null}',
            '{"results": "", "signature": 7}', '{"results": "", "bound_signature": null}',
            '{"results": "", "task": null}',
            '{"results": "", "task": {"id": 7}}', '{"results": "", "task": {"id": "a", "more": 1}}',
            '{"results": "", "task": []}', '{"results": "", "task": {"id": null, "prompt": null}}',
            '{"results": "", "score": "x", "feedback": 7, "seed": {}}', '{"results": "\\ud800"}',
            '{"results": "\\u2603", "task": {"id": "\\u2603"}}',
        ):  # fmt: skip
            self.add(f"submit: {body[:70]}", body, "POST /SubmitResults")
        for body in (
            "{}", '{"prompt": ""}', '{"prompt": 7}', '{"prompt": null}', '{"prompt": "x", "task_id": 7}',
            '{"prompt": "x\\u0000"}', '{"prompt": "x", "polling_interval": "soon"}',
        ):  # fmt: skip
            self.add(f"generate: {body}", body, "POST /Generate")
        for body in ("{}", '{"task_id": 7}', '{"task_id": null}', '{"task_id": "x", "status": 7, "results": 7}'):
            self.add(f"status: {body}", body, "POST /StatusCheck")
        for body in ("{}", '{"version": "x"}', '{"validation_version": 7}'):
            self.add(f"version: {body}", body, "POST /GetVersion")


def odd_requests() -> list[dict[str, str]]:
    """Return the odd requests, as bytes in Latin-1."""
    odd = Odd()
    odd.add("first, to get a task")
    odd.paths()
    odd.senders()
    odd.fields()
    odd.framing()
    odd.bodies()
    return odd.found


def main() -> None:
    clock = itertools.count(NOW_S * 10**9, 1000)
    with (
        patch.object(time, "time_ns", lambda: next(clock)),
        patch("bittensor.utils.networking.get_external_ip", lambda: "192.0.2.1"),
    ):
        axon = serve_axon()
        said = asyncio.run(record(axon.port))
        axon.stop()
    GOLDEN.mkdir(exist_ok=True)
    for name, content in {"sdk_calls": said, "odd_requests": odd_requests()}.items():
        (GOLDEN / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
