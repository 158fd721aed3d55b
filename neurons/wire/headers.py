"""The header fields of requests and replies, and the bytes that their signature covers. Pure functions.

The SDK sends the envelope of a message twice: in the body, and as header fields named `bt_header_dendrite_…` (the
sender), `bt_header_axon_…` (the receiver) and `bt_header_input_obj_…` (empty values, "stubs"). Only the header fields
of the sender are signed, and only they are believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from neurons.wire.synapses import Synapse, Terminal

SENDER, RECEIVER, STUB = "bt_header_dendrite_", "bt_header_axon_", "bt_header_input_obj_"
DEFAULT_TIMEOUT_S = 12.0
"""How long a sender waits that does not say how long."""
SDK_VERSION = 10_005_000
"""The release of the SDK whose wire format this is, as the header says it: 10.5.0."""
NO_FIELDS_HASH = hashlib.sha3_256(b"").hexdigest()
"""The body hash of a message that hashes no fields, as all messages of this network do: the SDK compares the sender's
hash with one computed by the receiver's class, so that a peer whose class hashed other fields would be refused."""

_OF_AN_END: dict[str, Callable[[str], Any]] = {
    "status_code": int,
    "port": int,
    "version": int,
    "nonce": int,
    "process_time": float,
}
_NUMBERS: dict[str, Callable[[str], Any]] = {"timeout": float, "header_size": int, "total_size": int} | {
    end + field: convert for end in (SENDER, RECEIVER) for field, convert in _OF_AN_END.items()
}


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """What the header fields of a request say. Texts are empty, and the nonce None, if they are missing."""

    hotkey: str
    uuid: str
    nonce: int | None  # Unix nanoseconds
    signature: str  # hexadecimal, with or without 0x
    timeout_s: float
    body_hash: str


def read_headers(fields: Mapping[str, str]) -> RequestHeaders:
    """Read the header fields of a request, whose names are in lower case. Raises ValueError for a malformed number."""
    numbers = {name: convert(fields[name]) for name, convert in _NUMBERS.items() if name in fields}
    return RequestHeaders(
        hotkey=fields.get(SENDER + "hotkey", ""),
        uuid=fields.get(SENDER + "uuid", ""),
        nonce=numbers.get(SENDER + "nonce"),
        signature=fields.get(SENDER + "signature", ""),
        timeout_s=numbers.get("timeout", DEFAULT_TIMEOUT_S),
        body_hash=fields.get("computed_body_hash", ""),
    )


def write_headers(synapse: Synapse, body: bytes) -> dict[str, str]:
    """Return the header fields of a message with this body."""
    fields = {"name": synapse.name, "timeout": str(synapse.timeout)}
    for prefix, end in ((RECEIVER, synapse.axon), (SENDER, synapse.dendrite)):
        if end is not None:
            fields.update({prefix + name: str(value) for name, value in end if value is not None})
    fields.update({STUB + name: value for name, value in synapse.stubs.items()})
    fields["header_size"] = str(sum(len(name) + len(value) for name, value in fields.items()))
    fields["total_size"] = str(len(body))
    fields["computed_body_hash"] = NO_FIELDS_HASH
    return fields


def signed_bytes(nonce: int, sender: str, receiver: str, uuid: str) -> bytes:
    """Return the bytes that the header's signature covers: they name both hotkeys, but neither message nor body."""
    return f"{nonce}.{sender}.{receiver}.{uuid}.{NO_FIELDS_HASH}".encode()


def signed_by(hotkey: str, nonce: int, receiver: str, uuid: str, sign: Callable[[bytes], bytes]) -> Terminal:
    """Return the sender's end of a call; `sign(message)` signs as `hotkey`."""
    signature = sign(signed_bytes(nonce, hotkey, receiver, uuid))
    return Terminal(
        ip="0.0.0.0",  # noqa: S104  the axon sees our address on the connection
        version=SDK_VERSION,
        nonce=nonce,
        uuid=uuid,
        hotkey=hotkey,
        signature=f"0x{signature.hex()}",
    )
