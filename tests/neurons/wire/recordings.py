"""Reads what recording.py has recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bittensor_wallet import Keypair

GOLDEN = Path(__file__).with_name("golden")
NOW_S = 1_700_000_000
"""The time, in Unix seconds, at which everything was recorded."""
VALIDATOR = Keypair.create_from_uri("//Victor")


def load_recorded(name: str) -> list[dict[str, Any]]:
    """Return the recordings of a file, in their order. Requests and replies are bytes in Latin-1."""
    found: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text())
    return found


def peer_hotkey(name: str) -> str:
    """Return the hotkey of a peer of the recordings."""
    return str(Keypair.create_from_uri(f"//{name}").ss58_address)


def fields_of(message: str) -> dict[str, str]:
    """Return the header fields of a recorded request or reply, with their names in lower case."""
    lines = message.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}


def body_of(message: str) -> bytes:
    """Return the body of a recorded request or reply."""
    return message.partition("\r\n\r\n")[2].encode("latin-1")
