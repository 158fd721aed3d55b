"""Data types that all services share: errors, prompts, jobs.

Imports only pydantic, the standard library and `serving.prompts`, so that any client can use it.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticUseDefault

from serving.prompts import PROMPT_MAX_CHARS, PROMPT_PATTERN, clean_prompt

SEED_MAX = 2**32 - 1

JOB_ID_PATTERN = r"^[A-Za-z0-9_-]{22,64}$"
"""Pattern that ids are checked against before they are looked up in a table; they are never used in a file path."""


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
            "pattern": PROMPT_PATTERN,
            "description": "1 to 1,024 characters once cleaned: NFC, without invisible characters, spaces joined.",
        }
    ),
]
"""A prompt in a request: checked, and cleaned by `clean_prompt`."""

Seed = Annotated[int, Field(ge=0, le=SEED_MAX), BeforeValidator(_integral)]
SpzVersion = Literal[2, 3]
"""Versions in which SPZ files are written; some readers know only 2."""
JobId = Annotated[str, StringConstraints(pattern=JOB_ID_PATTERN)]
JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
ResultName = Literal["ply", "spz", "glb", "splat", "mp4", "png"]

FINISHED: frozenset[JobStatus] = frozenset({"done", "failed", "cancelled"})


class RequestBody(BaseModel):
    """Base of JSON requests: null for a field that has a default means the default."""

    @field_validator("*", mode="before")
    @classmethod
    def _null_is_default(cls, value: Any, info: ValidationInfo) -> Any:
        return default_for_null(cls, value, info)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Declare that the fields with a default may be null."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for name, field in schema["properties"].items():
            if name not in schema.get("required", ()) and {"type": "null"} not in field.get("anyOf", ()):
                outside = {key: field.pop(key) for key in ("title", "description", "default") if key in field}
                schema["properties"][name] = {"anyOf": [field, {"type": "null"}], **outside}
        return schema


def default_for_null(model: type[BaseModel], value: Any, info: ValidationInfo) -> Any:
    """Return the value, but let the field have its default, if any, for null; for field validators of mode "before"."""
    if value is None and info.field_name is not None and not model.model_fields[info.field_name].is_required():
        raise PydanticUseDefault
    return value


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
