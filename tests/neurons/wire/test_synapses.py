"""The messages are the network's: names, types, order and defaults of their fields."""

from __future__ import annotations

import json
from typing import Any

import pytest

from neurons.messages import TaskStatus
from neurons.wire.synapses import (
    ENVELOPE_FIELDS,
    SYNAPSES,
    Feedback,
    PullTask,
    SubmitResults,
    Synapse,
    Task,
    Terminal,
    Version,
)
from tests.neurons.wire import sdk_peers

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


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_fields_and_defaults_are_the_networks(synapse: type[Synapse]) -> None:
    own = {name: field for name, field in synapse.model_fields.items() if name not in ENVELOPE_FIELDS}
    defaults = {name: field.get_default(call_default_factory=True) for name, field in own.items()}
    assert defaults == OWN_FIELDS[synapse.__name__]


def test_the_envelope_is_that_of_the_sdk() -> None:
    ours, theirs = Synapse().model_dump(), sdk_peers.bt.Synapse().model_dump()
    assert list(ours.items()) == list({**theirs, "name": ""}.items())
    assert list(Terminal().model_dump()) == list(theirs["dendrite"])


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_the_stubs_are_those_that_earlier_classes_require(synapse: type[Synapse]) -> None:
    first = getattr(sdk_peers, synapse.__name__)
    assert list(synapse.stubs) == [name for name, field in first.model_fields.items() if field.is_required()]


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


@pytest.mark.parametrize("synapse", SYNAPSES)
def test_null_for_a_field_is_its_default(synapse: type[Synapse]) -> None:
    assert synapse.model_validate(dict.fromkeys(OWN_FIELDS[synapse.__name__])) == synapse()


def test_null_inside_a_nested_object_is_its_default() -> None:
    assert Feedback.model_validate({"current_miner_reward": None}) == Feedback()
    assert PullTask.model_validate({"task": {"id": "a", "prompt": None}}).task == Task(id="a")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"\xff", b'{"results": 7}', b'{"dendrite": 7}', b"[" * 50_000]
)
def test_a_body_that_is_no_message_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        SubmitResults.from_request(body)


def test_a_request_does_not_set_the_fields_of_the_reply() -> None:
    body = {"name": "Other", "results": "QQ==", "score": "high", "feedback": 7, "own": 1, "timeout": "7"}
    found = SubmitResults.from_request(json.dumps(body).encode())
    assert (found.name, found.results, found.score, found.feedback, found.timeout) == (
        "SubmitResults",
        "QQ==",
        None,
        None,
        7.0,
    )


def test_the_envelope_of_a_reply_is_not_read() -> None:
    found = PullTask.from_reply(b'{"axon": 7, "dendrite": {"hotkey": 7}, "submit_before": 5}')
    assert (found.submit_before, found.axon) == (5, Terminal())


@pytest.mark.parametrize("text", ["a\r\nb: c", "\u2603", " x", "x ", "a\0", "x" * 4097])
def test_an_envelope_that_cannot_be_returned_in_a_header_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the value of a header field"):
        PullTask.from_request(json.dumps({"dendrite": {"uuid": text}}).encode())
