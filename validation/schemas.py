"""What crosses the wire of the validation service: requests, answers, limits, reject list, comparing fingerprints.

Knows only pydantic, the standard library and the shared words of `serving.schemas`, so that the neurons can import it
without torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from serving.schemas import Prompt, Seed

REJECT_CODES = frozenset(
    {
        "bad_encoding",
        "too_large",
        "unknown_format",
        "truncated",
        "too_many",
        "too_few",
        "not_finite",
        "out_of_range",
        "transparent",
        "degenerate_scale",
        "coincident",
        "duplicate",
        "flat",
        "empty_views",
        "too_expensive",
    }
)
"""With status 413 or 422 these are the miner's fault. Everything else is the validator's."""

MAX_ASSET_BYTES = 64 * 2**20
"""Largest asset after base64 (DESIGN limit of every format)."""

MAX_BASE64_CHARS = (MAX_ASSET_BYTES + 2) // 3 * 4
"""Longest `data` that can hold an asset of MAX_ASSET_BYTES."""

MAX_BODY_BYTES = MAX_BASE64_CHARS + 512 * 2**10
"""Largest request body: the longest `data` beside a prompt or metadata written entirely in JSON escapes."""

EMBEDDING_SIZE = 64

NEAR_DUPLICATE_DISTANCE = 1.0
"""Assets whose fingerprint embeddings lie closer than this are one asset (figures: docs/scoring.md, "Fingerprint")."""

_KEY_PATTERN = r"^[A-Za-z0-9_.-]{1,64}$"
MetadataKey = Annotated[str, Field(pattern=_KEY_PATTERN)]
MetadataValue = Annotated[str, Field(max_length=1024)]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=32, description="written into formats that have a place for it"),
    WithJsonSchema(  # pydantic's own would let other keys pass
        {
            "type": "object",
            "patternProperties": {_KEY_PATTERN: {"type": "string", "maxLength": 1024}},
            "additionalProperties": False,
            "maxProperties": 32,
        }
    ),
]


class Request(BaseModel):
    """What all requests share: unknown fields are errors, so that a misspelt one is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ValidateRequest(Request):
    """POST /validate/: how well does this splat show that prompt?"""

    prompt: Prompt
    data: str = Field(description="PLY or SPZ, base64, standard alphabet, one line")
    seed: Seed = Field(default=0, description="draws eight of the sixteen views")
    preview: bool = Field(default=False, description="also return the sixteen views as a PNG grid")


class ConvertRequest(Request):
    """POST /convert/: the same splat in another format."""

    data: str = Field(description="PLY or SPZ, base64, standard alphabet, one line")
    to: Literal["ply", "spz", "glb", "splat"]
    metadata: Metadata = {}


class Fingerprint(BaseModel):
    """What an asset is, whatever its bytes."""

    digest: str = Field(description="hex SHA-256 of the decoded, quantised, sorted splats")
    embedding: list[float] = Field(min_length=EMBEDDING_SIZE, max_length=EMBEDDING_SIZE)


class ValidateResponse(BaseModel):
    """score = alignment · quality, rounded to 4 decimals; `parts` holds everything the two are made of."""

    score: float = Field(ge=0, le=1)
    alignment: float = Field(ge=0, le=1)
    quality: float = Field(ge=0, le=1)
    parts: dict[str, float]
    scorer: str = Field(description="name@version+dtype")
    seed: int
    fingerprint: Fingerprint
    preview: str | None = Field(description="base64 PNG")


def embedding_distance(a: Sequence[float], b: Sequence[float]) -> float:
    """Euclidean distance of two fingerprint embeddings; below NEAR_DUPLICATE_DISTANCE they are one asset.

    Raises ValueError when either does not have EMBEDDING_SIZE numbers.
    """
    if len(a) != EMBEDDING_SIZE or len(b) != EMBEDDING_SIZE:
        raise ValueError(f"embeddings have {EMBEDDING_SIZE} numbers, not {len(a)} and {len(b)}")
    return math.dist(a, b)
