"""A miner built from docs/protocol.md alone: nothing of this repository, only HTTP, JSON, SHA-256 and sr25519."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import time
import uuid
from typing import Any

from bittensor_wallet import Keypair

BODY_HASH = "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"


class ForeignPeer:
    """Signs and sends messages to one validator."""

    def __init__(self, keypair: Keypair, validator: str, port: int) -> None:
        self.keypair, self.validator, self.port = keypair, validator, port
        self.uuid = str(uuid.uuid4())

    def call(self, name: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a message; return the status and the reply."""
        me, nonce = self.keypair.ss58_address, time.time_ns()
        signed = f"{nonce}.{me}.{self.validator}.{self.uuid}.{BODY_HASH}"
        headers = {
            "Content-Type": "application/json",
            "timeout": "30",
            "bt_header_dendrite_hotkey": me,
            "bt_header_dendrite_nonce": str(nonce),
            "bt_header_dendrite_uuid": self.uuid,
            "bt_header_dendrite_signature": "0x" + self.keypair.sign(signed.encode()).hex(),
            "computed_body_hash": BODY_HASH,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", f"/{name}", json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def pull(self) -> dict[str, Any]:
        """Return the reply with a task."""
        status, reply = self.call("PullTask", {})
        assert status == 200, reply
        return reply

    def submit(self, task: dict[str, Any], asset: bytes, netuid: int) -> dict[str, Any]:
        """Return the verdict on an asset."""
        me, at = self.keypair.ss58_address, time.time_ns()
        digest = hashlib.sha256(asset).hexdigest()
        plain = f"{at}{task['prompt']}{self.validator}{me}"
        bound = f"three-gen:submit:1|{netuid}|{task['id']}|{digest}|{at}|{self.validator}|{me}"
        status, reply = self.call(
            "SubmitResults",
            {
                "task": task,
                "results": base64.b64encode(asset).decode(),
                "submit_time": at,
                "signature": base64.b64encode(self.keypair.sign(plain.encode())).decode(),
                "bound_signature": base64.b64encode(self.keypair.sign(bound.encode())).decode(),
            },
        )
        assert status == 200, reply
        return reply
