"""Requests of the generation service. Imports only pydantic, the standard library and the shared schemas."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from serving.schemas import SEED_MAX, Prompt, RequestBody, Seed, SpzVersion

VIDEO_MIN_PX, VIDEO_MAX_PX = 64, 2048

SplatFormat = Literal["spz", "ply"]
Axes = Literal["y_up", "y_down"]
"""World axes of a download: the network's, or turned by 180° about x for INRIA-style viewers."""


def _whole_number(value: object) -> object:
    """Convert a form field to an integer: "5" and "5.0" are 5; "1_0" and " 5" are not numbers."""
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,20}(\.0{1,20})?", value):
            raise ValueError("must be a whole number")
        return int(value.partition(".")[0])
    return value


# A form has no null: a field left empty arrives as "" and means the default; the schema declares that.
_EMPTY = {"type": "string", "const": ""}

FormSeed = Annotated[
    Annotated[Seed, BeforeValidator(_whole_number)] | None,
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0, "maximum": SEED_MAX}, _EMPTY]}),
]
FormFormat = Annotated[SplatFormat, WithJsonSchema({"type": "string", "enum": [*get_args(SplatFormat), ""]})]
QuerySpzVersion = Annotated[SpzVersion, BeforeValidator(_whole_number)]
"""The version of SPZ files: 3, or 2 for readers that know nothing later."""
FormSpzVersion = Annotated[
    QuerySpzVersion, WithJsonSchema({"anyOf": [{"type": "integer", "enum": [*get_args(SpzVersion)]}, _EMPTY]})
]
FormVideoRes = Annotated[
    int,
    Field(ge=VIDEO_MIN_PX, le=VIDEO_MAX_PX, multiple_of=2),
    BeforeValidator(_whole_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": VIDEO_MIN_PX, "maximum": VIDEO_MAX_PX, "multipleOf": 2},
                _EMPTY,
            ]
        }
    ),
]


class PromptForm(BaseModel):
    """Fields of /generate_model/, and of /jobs/ when its body is a form. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True)

    prompt: Prompt
    seed: Annotated[FormSeed, Field(description="Drawn fresh when absent; see X-Seed in the response.")] = None


class SplatForm(PromptForm):
    """Fields of /generate/ and /generate_raw/."""

    format: FormFormat = "spz"
    spz_version: Annotated[FormSpzVersion, Field(description="Of spz; 2 for readers that know nothing later.")] = 3


class VideoForm(PromptForm):
    """Fields of /generate_video/."""

    video_res: Annotated[FormVideoRes, Field(description="Width and height in pixels.")] = 1088


class JobRequest(RequestBody):
    """Body of POST /jobs/ as JSON; as a form it has the fields of `PromptForm`."""

    model_config = ConfigDict(frozen=True, strict=True)

    prompt: Prompt
    seed: Annotated[Seed | None, Field(description="Drawn fresh when absent or null; see the job's seed.")] = None
