"""Peers that use only the SDK: the classes that they declare for the network's messages, and their keys."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar

import bittensor as bt
from pydantic import BaseModel


def key(name: str) -> Any:
    """Return a fixed keypair."""
    return bt.Keypair.create_from_uri(f"//{name}")


class Version(BaseModel):
    major: int
    minor: int
    patch: int


class Task(BaseModel):
    id: str = ""
    prompt: str = ""


class Feedback(BaseModel):
    validation_failed: bool = False
    task_fidelity_score: float = 0
    average_fidelity_score: float = 0
    generations_within_8_hours: int = 0
    current_miner_reward: float = 0


class TaskStatus(IntEnum):
    IN_QUEUE = 100
    IN_PROGRESS = 102
    DONE = 200
    NOT_FOUND = 404
    RATE_LIMIT = 429
    FAILED = 500


class PullTask(bt.Synapse):
    """As the first implementation declares it."""

    version: Version | None = None
    task: Task | None = None
    submit_before: int = 0
    cooldown_until: int = 0
    cooldown_violations: int = 0


class SubmitResults(bt.Synapse):
    """As the first implementation declares it: the SDK sends stubs of the fields without defaults in the headers."""

    task: Task | None = None
    results: str
    submit_time: int
    signature: str
    feedback: Feedback | None = None
    cooldown_until: int = 0


class GetVersion(bt.Synapse):
    version: int = 0
    validation_version: str = ""


class Generate(bt.Synapse):
    prompt: str
    task_id: str | None = None
    polling_interval: int = 30


class StatusCheck(bt.Synapse):
    task_id: str
    status: TaskStatus | None = None
    results: str | None = None


def named(name: str, base: type[bt.Synapse], **fields: Any) -> type[Any]:
    """Return another class of a message with this name, as a peer of its own may declare it."""
    annotations = {field: kind for field, (kind, _) in fields.items()}
    defaults = {field: default for field, (_, default) in fields.items() if default is not ...}
    made: type[Any] = type(name, (base,), {"__module__": __name__, "__annotations__": annotations, **defaults})
    return made


FurtherPull = named(
    "PullTask",
    PullTask,
    reason_code=(str, ""),
    detail=(str, ""),
    scorer=(str, ""),
    thresholds=(list[float], []),
    max_result_bytes=(int, 0),
)
FurtherSubmit = named(
    "SubmitResults",
    SubmitResults,
    bound_signature=(str, ""),
    reason_code=(str, ""),
    detail=(str, ""),
    score=(float | None, None),
    scorer=(str, ""),
    seed=(int | None, None),
    thresholds=(list[float], []),
    max_result_bytes=(int, 0),
)
"""With the further fields of docs/protocol.md."""

LenientSubmit = named(
    "SubmitResults",
    bt.Synapse,
    task=(Task | None, None),
    results=(str, ""),
    submit_time=(int, 0),
    signature=(str, ""),
    feedback=(Feedback | None, None),
    cooldown_until=(int, 0),
    score=(Any, "not yet"),
    thresholds=(Any, "none"),
)
LenientGenerate = named("Generate", bt.Synapse, prompt=(str, ""), task_id=(str, ""), polling_interval=(Any, "soon"))
LenientStatus = named(
    "StatusCheck", bt.Synapse, task_id=(str, ""), status=(TaskStatus | None, None), results=(str | None, None)
)
"""With a default for every field, so that no stubs are sent, and fields of the reply of other types than ours."""

OtherPull = named(
    "PullTask", PullTask, version=(Version, ...), note=(str, "hello"), weights=(dict[str, float], {"a": 1.0})
)
OtherSubmit = named(
    "SubmitResults",
    bt.Synapse,
    task=(Task, ...),
    results=(str, ...),
    submit_time=(int, ...),
    signature=(str, ...),
    bound_signature=(str | None, None),
    feedback=(Feedback | None, None),
    compressed=(bool, False),
)
"""With fields that nobody else declares; one of the class's own is null, and `task` has to be there."""

Ping = named("Ping", bt.Synapse, text=(str, "hello"))


class HashingSubmit(SubmitResults):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("results",)


HashingSubmit.__name__ = "SubmitResults"
