"""Header fields read and written, against what the SDK's own dendrite and axon have sent."""

from __future__ import annotations

from typing import Any

import pytest
from bittensor_wallet import Keypair

from neurons.wire.headers import NO_FIELDS_HASH, read_headers, signed_by, signed_bytes, write_headers
from neurons.wire.refusals import FUTURE_NONCE, STALE_NONCE
from neurons.wire.senders import check_complete, check_time, is_signed
from neurons.wire.synapses import Generate, GetVersion, PullTask, StatusCheck, SubmitResults, Synapse, Task
from tests.neurons.wire import sdk_peers
from tests.neurons.wire.recordings import NOW_S, VALIDATOR, fields_of, load_recorded, peer_hotkey

CALLS = {one["name"]: one for one in load_recorded("sdk_calls")}
MINER = Keypair.create_from_uri("//Mina")
SIZES = ("header_size", "total_size")
"""What the SDK computes from its objects in memory."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"signed for another axon", "hashes a field"}))
def test_the_signature_of_a_recorded_request_verifies(name: str) -> None:
    found = read_headers(fields_of(CALLS[name]["request"]))
    assert check_complete(found) is None
    assert (found.body_hash, found.timeout_s) == (NO_FIELDS_HASH, 12.0)
    assert is_signed(found, VALIDATOR.ss58_address)
    assert not is_signed(found, MINER.ss58_address)


def test_what_is_signed_for_another_axon_does_not_verify() -> None:
    found = read_headers(fields_of(CALLS["signed for another axon"]["request"]))
    assert not is_signed(found, VALIDATOR.ss58_address)
    assert is_signed(found, peer_hotkey("Mallory"))


def sent(name: str, synapse: Synapse) -> tuple[dict[str, str], dict[str, str]]:
    """Return the header fields that we send with a message, and those that the SDK has sent with it."""
    theirs = fields_of(CALLS[name]["request"])
    synapse.timeout = 12.0
    synapse.dendrite = synapse.dendrite.model_copy() if synapse.dendrite else None
    for end, info in (("axon", synapse.axon), ("dendrite", synapse.dendrite)):
        assert info is not None
        for field in type(info).model_fields:
            text = theirs.get(f"bt_header_{end}_{field}")
            setattr(info, field, int(text) if text and field in ("port", "version", "nonce") else text)
    ours = write_headers(synapse, b"{}")
    transport = {"host", "accept", "accept-encoding", "user-agent", "content-length", "content-type"}
    return ours, {field: text for field, text in theirs.items() if field not in transport}


@pytest.mark.parametrize(
    ("name", "synapse"),
    [
        ("pull", PullTask()),
        ("submit, old signature", SubmitResults(task=Task(id="t"), results="QQ==")),
        ("version", GetVersion()),
        ("generate", Generate(prompt="blue boat")),
        ("status", StatusCheck(task_id="x")),
    ],
)
def test_header_fields_are_those_of_the_sdk(name: str, synapse: Synapse) -> None:
    ours, theirs = sent(name, synapse)
    assert {**ours, **dict.fromkeys(SIZES)} == {**theirs, **dict.fromkeys(SIZES)}
    assert all(ours[size].isdecimal() for size in SIZES)


@pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")  # the SDK's own way
@pytest.mark.parametrize("name", ["PullTask", "SubmitResults", "GetVersion", "Generate", "StatusCheck"])
def test_the_body_hash_is_that_of_the_sdk(name: str) -> None:
    assert getattr(sdk_peers, name).model_construct().body_hash == NO_FIELDS_HASH


def test_the_signed_bytes_name_both_hotkeys() -> None:
    assert signed_bytes(5, "M", "V", "u") == f"5.M.V.u.{NO_FIELDS_HASH}".encode()
    end = signed_by(MINER.ss58_address, 5, "V", "u", MINER.sign)
    assert MINER.verify(signed_bytes(5, MINER.ss58_address, "V", "u"), bytes.fromhex(str(end.signature)[2:]))


@pytest.mark.parametrize(
    "field", ["timeout", "header_size", "total_size", "bt_header_dendrite_nonce", "bt_header_axon_port"]
)
@pytest.mark.parametrize("text", ["", "abc", "9" * 5000 + "x", "1 2"])
def test_a_malformed_number_is_a_value_error(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_headers({field: text})


def test_missing_fields_are_empty() -> None:
    found = read_headers({})
    assert (found.hotkey, found.nonce, found.timeout_s) == ("", None, 12.0)
    assert check_complete(found) is not None


@pytest.mark.parametrize(
    ("seconds", "timeout_s", "refusal"),
    [
        (0, 12, None), (30, 12, None), (31, 12, FUTURE_NONCE), (-15, 12, None), (-16, 12, STALE_NONCE),
        (-303, 1e9, None), (-305, 1e9, STALE_NONCE), (-303, float("nan"), None), (-4, 0, STALE_NONCE),
    ],
)  # fmt: skip
def test_a_nonce_is_a_time_near_now(seconds: int, timeout_s: float, refusal: Any) -> None:
    now = NOW_S * 10**9
    assert check_time(now + seconds * 10**9, timeout_s, now) is refusal
