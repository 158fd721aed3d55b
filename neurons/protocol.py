"""The synapses that miners and validators exchange, signing, and the version of this release.

Names, types and defaults are the network's (docs/protocol.md); a peer may declare only some of the fields. Every field
has a default, because the SDK refuses a request if a required one is missing from its headers, and a peer whose class
has defaults does not send it there. `required_hash_fields` stays empty on purpose: the SDK compares the sender's hash
with one computed by the receiver's class, so a peer whose class hashes other fields would be refused; `bound_signature`
protects the body instead.
"""

from __future__ import annotations

import base64
import hashlib
import sys
from typing import Any, ClassVar

import bittensor as bt
from pydantic import Field, ValidationInfo, field_validator

from neurons.chain.signing import verify as verify  # noqa: PLC0414  these are part of the protocol
from neurons.messages import TaskStatus as TaskStatus  # noqa: PLC0414
from neurons.messages import bound_message as bound_message  # noqa: PLC0414
from neurons.messages import result_message as result_message  # noqa: PLC0414
from serving.schemas import RequestBody, default_for_null


class Version(RequestBody):
    """A release. As an integer it is also the `version_key` of weights."""

    major: int = 0
    minor: int = 0
    patch: int = 0

    def __int__(self) -> int:
        return self.major * 10_000 + self.minor * 100 + self.patch


NEURONS_VERSION = Version(major=1, minor=0, patch=0)
"""Version of the neurons in this repository."""


class Task(RequestBody):
    """A prompt to turn into a splat."""

    id: str = ""
    prompt: str = ""


class Feedback(RequestBody):
    """The verdict on a result, and the miner's average and reward."""

    validation_failed: bool = False
    task_fidelity_score: float = 0.0
    average_fidelity_score: float = 0.0
    generations_within_8_hours: int = 0
    current_miner_reward: float = 0.0


NO_FIELDS_HASH = hashlib.sha3_256(b"").hexdigest()
"""The body hash that the SDK computes if `required_hash_fields` is empty."""


class ThreeGenSynapse(bt.Synapse):
    """The SDK's synapse without its repeated work, and with a default for every field. Same wire format.

    `request_fields` are those that a request sets; the reply fills in the others. `stubs` are those of which the
    headers carry an empty value, because the classes of earlier releases have no default for them.
    """

    required_hash_fields: ClassVar[tuple[str, ...]] = ()
    request_fields: ClassVar[frozenset[str]] = frozenset()
    stubs: ClassVar[tuple[str, ...]] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _null_is_default(cls, value: Any, info: ValidationInfo) -> Any:
        """Take null for the default: a peer's own class may declare a field of ours as optional."""
        return default_for_null(cls, value, info)

    def get_required_fields(self) -> list[str]:
        """Return the names of the stubs. Deriving them, as the SDK does, takes 98 % of the time of a call."""
        return list(self.stubs)

    @property
    def body_hash(self) -> str:
        """The hash of no fields."""
        return NO_FIELDS_HASH

    def get_total_size(self) -> int:
        """Return the size of the object alone. The SDK traverses all its contents, for a header that nobody reads."""
        return sys.getsizeof(self)


class PullTask(ThreeGenSynapse):
    """A miner's request for a task. `task` is None during a cooldown or while the validator cannot judge."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"version"})

    version: Version | None = None
    task: Task | None = None
    submit_before: int = 0  # Unix seconds
    cooldown_until: int = 0  # Unix seconds
    cooldown_violations: int = 0
    reason_code: str = ""
    detail: str = ""
    scorer: str = ""
    thresholds: list[float] = Field(default_factory=list)
    max_result_bytes: int = 0


class SubmitResults(ThreeGenSynapse):
    """A miner's result: `results` is base64 (one line) of a PLY or SPZ file, or empty to decline the task."""

    request_fields: ClassVar[frozenset[str]] = frozenset(
        {"task", "results", "submit_time", "signature", "bound_signature"}
    )
    stubs: ClassVar[tuple[str, ...]] = ("results", "submit_time", "signature")

    task: Task | None = None
    results: str = ""
    submit_time: int = 0  # time.time_ns()
    signature: str = ""
    feedback: Feedback | None = None
    cooldown_until: int = 0  # Unix seconds
    bound_signature: str = ""
    reason_code: str = ""
    detail: str = ""
    score: float | None = None
    scorer: str = ""
    seed: int | None = None
    thresholds: list[float] = Field(default_factory=list)
    max_result_bytes: int = 0


class GetVersion(ThreeGenSynapse):
    """A request for the release that a validator runs."""

    version: int = 0
    validation_version: str = ""


class Generate(ThreeGenSynapse):
    """A user's request for a splat, signed with a wallet."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"prompt"})
    stubs: ClassVar[tuple[str, ...]] = ("prompt",)

    prompt: str = ""
    task_id: str | None = None
    polling_interval: int = 30  # seconds


class StatusCheck(ThreeGenSynapse):
    """A user's request for the status of the job that `Generate` started, and for its result."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"task_id"})
    stubs: ClassVar[tuple[str, ...]] = ("task_id",)

    task_id: str = ""
    status: TaskStatus | None = None
    results: str | None = None


SYNAPSES = (PullTask, SubmitResults, GetVersion, Generate, StatusCheck)


def sign(keypair: bt.Keypair, message: bytes) -> str:
    """Return base64 of the sr25519 signature over `message`."""
    return base64.b64encode(keypair.sign(message)).decode()
