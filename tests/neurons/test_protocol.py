"""The network's wire format: names, types and defaults of the fields, and the bytes that signatures cover."""

from __future__ import annotations

import base64
import json
from typing import Any

import bittensor as bt
import pytest
from bittensor.core.synapse import Synapse

from neurons import protocol
from neurons.protocol import (
    SYNAPSES,
    Feedback,
    PullTask,
    SubmitResults,
    Task,
    TaskStatus,
    Version,
)

ALICE = bt.Keypair.create_from_uri("//Alice")
BOB = bt.Keypair.create_from_uri("//Bob")

OWN_FIELDS: dict[str, dict[str, Any]] = {
    "PullTask": {
        "version": None,
        "task": None,
        "submit_before": 0,
        "cooldown_until": 0,
        "cooldown_violations": 0,
        "reason_code": "",
        "detail": "",
        "scorer": "",
        "thresholds": [],
        "max_result_bytes": 0,
    },
    "SubmitResults": {
        "task": None,
        "results": "",
        "submit_time": 0,
        "signature": "",
        "feedback": None,
        "cooldown_until": 0,
        "bound_signature": "",
        "reason_code": "",
        "detail": "",
        "score": None,
        "scorer": "",
        "seed": None,
        "thresholds": [],
        "max_result_bytes": 0,
    },
    "GetVersion": {"version": 0, "validation_version": ""},
    "Generate": {"prompt": "", "task_id": None, "polling_interval": 30},
    "StatusCheck": {"task_id": "", "status": None, "results": None},
}
PREFIX = "bt_header_input_obj_"
STUBS = {
    "SubmitResults": ["results", "submit_time", "signature"],
    "Generate": ["prompt"],
    "StatusCheck": ["task_id"],
}


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_fields_and_defaults_are_the_networks(synapse: type[Synapse]) -> None:
    own = {name: field for name, field in synapse.model_fields.items() if name not in Synapse.model_fields}
    defaults = {name: field.get_default(call_default_factory=True) for name, field in own.items()}
    assert defaults == OWN_FIELDS[synapse.__name__]


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_the_headers_carry_the_stubs_that_earlier_classes_require(synapse: type[Synapse]) -> None:
    headers = synapse().to_headers()
    stubs = [name.removeprefix(PREFIX) for name in headers if name.startswith(PREFIX)]
    assert stubs == STUBS.get(synapse.__name__, [])
    assert all(json.loads(base64.b64decode(headers[PREFIX + name])) in ("", 0) for name in stubs)


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_no_field_is_part_of_the_body_hash(synapse: type[Synapse]) -> None:
    assert tuple(synapse.required_hash_fields) == ()


@pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")  # the SDK's own way
@pytest.mark.parametrize("synapse", SYNAPSES)
def test_the_body_hash_is_that_of_the_sdk(synapse: type[Synapse]) -> None:
    made = synapse.model_construct()
    assert made.body_hash == Synapse.body_hash.fget(made)


def test_a_version_is_one_number() -> None:
    assert int(Version(major=2, minor=3, patch=4)) == 20_304


def test_nested_messages_have_defaults() -> None:
    assert Task().model_dump() == {"id": "", "prompt": ""}
    assert Feedback().model_dump() == {
        "validation_failed": False,
        "task_fidelity_score": 0.0,
        "average_fidelity_score": 0.0,
        "generations_within_8_hours": 0,
        "current_miner_reward": 0.0,
    }


def test_task_states_have_the_networks_numbers() -> None:
    assert {state.name: state.value for state in TaskStatus} == {
        "IN_QUEUE": 100,
        "IN_PROGRESS": 102,
        "DONE": 200,
        "NOT_FOUND": 404,
        "RATE_LIMIT": 429,
        "FAILED": 500,
    }


def test_a_message_survives_the_wire() -> None:
    sent = SubmitResults(task=Task(id="t", prompt="p"), results="QUJD", submit_time=1, signature="s")
    received = SubmitResults.model_validate_json(sent.model_dump_json())
    assert (received.task, received.results, received.submit_time) == (sent.task, "QUJD", 1)


def test_a_signature_verifies() -> None:
    message = protocol.result_message(7, "a red car", "V", "M")
    assert message == b"7a red carVM"
    assert protocol.verify(ALICE.ss58_address, message, protocol.sign(ALICE, message))


def test_a_prompt_like_a_hex_number_is_signed_as_text() -> None:
    message = b"0xabcd"
    assert protocol.verify(ALICE.ss58_address, message, protocol.sign(ALICE, message))
    assert not protocol.verify(ALICE.ss58_address, b"\xab\xcd", protocol.sign(ALICE, message))


@pytest.mark.parametrize(
    "signature",
    ["", "=", "no base64!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(64)).decode(), "A" * 10_000],
)
def test_a_malformed_signature_does_not_verify(signature: str) -> None:
    assert not protocol.verify(ALICE.ss58_address, b"message", signature)


def test_a_signature_of_another_hotkey_does_not_verify() -> None:
    assert not protocol.verify(ALICE.ss58_address, b"message", protocol.sign(BOB, b"message"))


def test_an_invalid_hotkey_does_not_verify() -> None:
    assert not protocol.verify("not an address", b"message", protocol.sign(ALICE, b"message"))


BOUND = {
    "netuid": 17,
    "task_id": "t1",
    "asset": b"splats",
    "submit_time": 5,
    "validator_hotkey": "V",
    "miner_hotkey": "M",
}


def test_the_bound_message_is_the_networks() -> None:
    digest = "ae2fa563b55eb72382037673b1b9fcfc5200b713a3b0ede11b152cde98f9e772"  # SHA-256 of b"splats"
    wanted = f"three-gen:submit:1|17|t1|{digest}|5|V|M"
    assert protocol.bound_message(**BOUND) == wanted.encode()  # type: ignore[arg-type]


@pytest.mark.parametrize("field", sorted(BOUND))
def test_every_field_is_bound(field: str) -> None:
    value = BOUND[field]
    other = value + 1 if isinstance(value, int) else value + value[:1]  # type: ignore[operator,index]
    assert protocol.bound_message(**{**BOUND, field: other}) != protocol.bound_message(**BOUND)  # type: ignore[arg-type]


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_null_for_a_field_is_its_default(synapse: type[Synapse]) -> None:
    assert synapse.model_validate(dict.fromkeys(OWN_FIELDS[synapse.__name__])) == synapse()


def test_null_inside_a_nested_object_is_its_default() -> None:
    assert Feedback.model_validate({"current_miner_reward": None}) == Feedback()
    assert PullTask.model_validate({"task": {"id": "a", "prompt": None}}).task == Task(id="a")
