"""Data types that all services share: errors, prompts, jobs.

Imports only pydantic and the standard library, so that any client can use it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

PROMPT_MAX_CHARS = 1024
SEED_MAX = 2**32 - 1

JOB_ID_PATTERN = r"^[A-Za-z0-9_-]{22,64}$"
"""Pattern that ids are checked against before they are looked up in a table; they are never used in a file path."""

_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Controls, format characters (zero-width, bidirectional, tags), line separators and non-characters. They are listed
# because str.isprintable depends on the Unicode tables of the Python version, and all nodes must agree on each prompt.
# Surrogates cannot be encoded in UTF-8 and are not in the published pattern. Private-use characters are allowed: they
# hide nothing, and 137,468 of them would make the pattern slow.
_UNPRINTABLE = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_SPACE = re.compile(f"[{_SPACES}]")
_UNPRINTABLE_CHAR = re.compile(rf"[{_UNPRINTABLE}\ud800-\udfff]")
_EDGE = rf"[ \t\r\n{_SPACES}]*"
_VISIBLE = f"[^ {_SPACES}{_UNPRINTABLE}]"
# The length is part of the pattern because it counts after trimming, which minLength and maxLength cannot express.
_PATTERN = f"^{_EDGE}{_VISIBLE}([^{_UNPRINTABLE}]{{0,{PROMPT_MAX_CHARS - 2}}}{_VISIBLE})?{_EDGE}$"


def clean_prompt(text: str) -> str:
    """Return the prompt in the form that the whole network uses: Unicode NFC, trimmed, each kind of space as U+0020.

    Raises ValueError, without quoting the prompt, if it is empty, longer than 1,024 characters or not printable.
    """
    prompt = unicodedata.normalize("NFC", _SPACE.sub(" ", text)).strip(" \t\r\n")
    if not prompt:
        raise ValueError("the prompt is empty")
    if len(prompt) > PROMPT_MAX_CHARS:
        raise ValueError(f"the prompt has {len(prompt)} characters; {PROMPT_MAX_CHARS} are allowed")
    if bad := _UNPRINTABLE_CHAR.search(prompt):
        raise ValueError(f"the prompt contains a character that cannot be printed, U+{ord(bad.group()):04X}")
    return prompt


def _integral(value: object) -> object:
    """Convert 5.0 to 5, also for strict types: JSON has only one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def new_job_id() -> str:
    """Return 22 random URL-safe characters (128 bits)."""
    return secrets.token_urlsafe(16)


Prompt = Annotated[
    str,
    AfterValidator(clean_prompt),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _PATTERN,
            "description": "1 to 1,024 printable characters after trimming; normalized to Unicode NFC.",
        }
    ),
]
"""A prompt in a request: checked, and cleaned by `clean_prompt`."""

Seed = Annotated[int, Field(ge=0, le=SEED_MAX), BeforeValidator(_integral)]
JobId = Annotated[str, StringConstraints(pattern=JOB_ID_PATTERN)]
JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
ResultName = Literal["ply", "spz", "glb", "splat", "mp4", "png"]

FINISHED: frozenset[JobStatus] = frozenset({"done", "failed", "cancelled"})


class ErrorBody(BaseModel):
    """The body of every response with a status of 400 or more."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    detail: Annotated[str, Field(description="For people.")]
    code: Annotated[str, Field(description="For programs.", pattern=r"^[a-z0-9_]+$")]


class JobError(ErrorBody):
    """The reason why a job failed."""


class Job(BaseModel):
    """One job as a client sees it; the same shape on every service that has jobs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: JobId
    status: JobStatus
    position: Annotated[int | None, Field(ge=1, description="Place in the queue, 1 is next; null once it runs.")]
    progress: Annotated[float, Field(ge=0, le=1)]
    stage: str
    prompt: Annotated[str, Field(min_length=1, max_length=PROMPT_MAX_CHARS)]
    seed: Seed | None
    understood: Annotated[str | None, Field(description="How the generator read the prompt, if it can tell.")]
    created_at: datetime
    finished_at: datetime | None
    error: JobError | None
    results: Annotated[
        dict[ResultName, str],
        Field(description="URL by format; empty until the job is done, and again once its files are deleted."),
    ]
    preview: Annotated[
        str | None, Field(description="URL of an image of the unfinished object; each new image has a new URL.")
    ] = None
