"""The messages that miners and validators exchange ("synapses"), as they are on the wire, and this release's version.

Names, types, order and defaults are the network's (docs/protocol.md); a peer may declare only some of the fields, and
further ones of its own. The first seven fields of every message are the envelope: the SDK sends there what the headers
say as well, and an axon returns them as they came.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import from_json

from neurons.messages import TaskStatus
from serving.schemas import RequestBody

MAX_HEADER_CHARS = 4096
"""Longest text of the envelope: it is returned in a header field."""
_HEADER_TEXT = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


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


def _truncate(value: object) -> object:
    """Round a JSON number towards zero, as the SDK does."""
    return int(value) if isinstance(value, float) and abs(value) < 2**63 else value


def _check_header_text(text: str) -> str:
    """Return a text that can be the value of a header field. Raises ValueError for any other."""
    if len(text) > MAX_HEADER_CHARS or not _HEADER_TEXT.fullmatch(text):
        raise ValueError("not the value of a header field")
    return text


Whole = Annotated[int, BeforeValidator(_truncate)]
HeaderText = Annotated[str, AfterValidator(_check_header_text)]


class Terminal(BaseModel):
    """One end of a call, as the envelope describes it."""

    status_code: Whole | None = None
    status_message: HeaderText | None = None
    process_time: float | None = None  # seconds
    ip: HeaderText | None = None
    port: Whole | None = None
    version: Whole | None = None  # of the SDK, as an integer
    nonce: Whole | None = None  # Unix nanoseconds
    uuid: HeaderText | None = None
    hotkey: HeaderText | None = None
    signature: HeaderText | None = None


class Synapse(RequestBody):
    """The envelope of every message.

    `request_fields` are those that a request sets; the reply fills in the others. `stubs` are the values that the
    headers of a message carry for fields without a default in the classes of earlier releases, in base64.
    """

    request_fields: ClassVar[frozenset[str]] = frozenset()
    stubs: ClassVar[dict[str, str]] = {}

    name: str = ""
    timeout: float | None = 12.0  # seconds
    total_size: Whole | None = 0
    header_size: Whole | None = 0
    dendrite: Terminal | None = Field(default_factory=Terminal)
    axon: Terminal | None = Field(default_factory=Terminal)
    computed_body_hash: str | None = ""

    @classmethod
    def from_request(cls, body: bytes) -> Self:
        """Parse a request, ignoring the fields of the reply. Raises ValueError if it is not a valid request."""
        return cls._read(body, cls.request_fields | (ENVELOPE_FIELDS - {"name"}))

    @classmethod
    def from_reply(cls, body: bytes) -> Self:
        """Parse a reply, ignoring its unsigned envelope. Raises ValueError if it is not a valid reply."""
        return cls._read(body, cls.model_fields.keys() - ENVELOPE_FIELDS)

    @classmethod
    def _read(cls, body: bytes, names: frozenset[str] | set[str]) -> Self:
        found: Any = from_json(body)
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")  # noqa: TRY004  what callers catch
        return cls.model_validate({name: found[name] for name in names if name in found})


ENVELOPE_FIELDS = frozenset(Synapse.model_fields)
EMPTY_TEXT, ZERO = "IiI=", "MA=="
"""Base64 of the JSON of an empty string and of 0."""


class PullTask(Synapse):
    """A miner's request for a task. `task` is None during a cooldown or while the validator cannot judge."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"version"})

    name: str = "PullTask"
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


class SubmitResults(Synapse):
    """A miner's result: `results` is base64 (one line) of a PLY or SPZ file, or empty to decline the task."""

    request_fields: ClassVar[frozenset[str]] = frozenset(
        {"task", "results", "submit_time", "signature", "bound_signature"}
    )
    stubs: ClassVar[dict[str, str]] = {"results": EMPTY_TEXT, "submit_time": ZERO, "signature": EMPTY_TEXT}

    name: str = "SubmitResults"
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


class GetVersion(Synapse):
    """A request for the release that a validator runs."""

    name: str = "GetVersion"
    version: int = 0
    validation_version: str = ""


class Generate(Synapse):
    """A user's request for a splat, signed with a wallet."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"prompt"})
    stubs: ClassVar[dict[str, str]] = {"prompt": EMPTY_TEXT}

    name: str = "Generate"
    prompt: str = ""
    task_id: str | None = None
    polling_interval: int = 30  # seconds


class StatusCheck(Synapse):
    """A user's request for the status of the job that `Generate` started, and for its result."""

    request_fields: ClassVar[frozenset[str]] = frozenset({"task_id"})
    stubs: ClassVar[dict[str, str]] = {"task_id": EMPTY_TEXT}

    name: str = "StatusCheck"
    task_id: str = ""
    status: TaskStatus | None = None
    results: str | None = None


SYNAPSES = (PullTask, SubmitResults, GetVersion, Generate, StatusCheck)
