"""The validation service's wire format: requests, responses, limits, the reject list, and how fingerprints compare.

Imports only pydantic, the standard library and `serving.schemas`, so that the neurons can use it without torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from serving.schemas import Prompt, RequestBody, Seed, SpzVersion

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
"""With status 413 or 422, these codes are the miner's fault. Everything else is the validator's."""

MAX_ASSET_BYTES = 64 * 2**20
"""Largest asset once base64 is decoded; the limit of every format."""

MAX_BASE64_CHARS = (MAX_ASSET_BYTES + 2) // 3 * 4
"""Length of `data` for an asset of MAX_ASSET_BYTES."""

MAX_BODY_BYTES = MAX_BASE64_CHARS + 512 * 2**10
"""Largest request body: the longest `data`, and a prompt or metadata written entirely in JSON escapes."""

EMBEDDING_SIZE = 64

NEAR_DUPLICATE_DISTANCE = 1.0
"""Assets whose embeddings are closer than this count as the same asset (figures: docs/scoring.md, "Fingerprint")."""

MAX_METADATA_BYTES = 48 * 2**10
"""Metadata of one conversion, each value as a JSON string in ASCII: what fits a PLY header of 64 KiB."""

_KEY_PATTERN = r"^[A-Za-z0-9_.-]{1,64}$"
MetadataKey = Annotated[str, Field(pattern=_KEY_PATTERN)]
MetadataValue = Annotated[str, Field(max_length=1024)]


def _fits_a_header(metadata: dict[str, str]) -> dict[str, str]:
    size = sum(len(key) + len(json.dumps(value)) + len("comment \n") for key, value in metadata.items())
    if size > MAX_METADATA_BYTES:
        raise ValueError(
            f"takes {size:,} bytes with escapes for characters beyond ASCII; at most {MAX_METADATA_BYTES:,}"
        )
    return metadata


Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=32, description="written into formats that have a place for it"),
    AfterValidator(_fits_a_header),
    WithJsonSchema(  # pydantic's own schema would allow other keys
        {
            "type": "object",
            "patternProperties": {_KEY_PATTERN: {"type": "string", "maxLength": 1024}},
            "additionalProperties": False,
            "maxProperties": 32,
        }
    ),
]


class StrictRequest(RequestBody):
    """Base of all requests: unknown fields are errors, so that a misspelt one is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ValidateRequest(StrictRequest):
    """Body of POST /validate/, which scores how well a splat shows a prompt."""

    prompt: Prompt
    data: str = Field(description="PLY or SPZ, base64, standard alphabet, one line")
    seed: Seed = Field(default=0, description="draws eight of the sixteen views")
    preview: bool = Field(default=False, description="also return the sixteen views as a PNG grid")


class ConvertRequest(StrictRequest):
    """Body of POST /convert/, which converts a splat to another format."""

    data: str = Field(description="PLY or SPZ, base64, standard alphabet, one line")
    to: Literal["ply", "spz", "glb", "splat"]
    spz_version: SpzVersion = Field(default=3, description="of spz; 2 for readers that know nothing later")
    metadata: Metadata = Field(default={})


class Fingerprint(BaseModel):
    """Identifies an asset whatever its file format."""

    digest: str = Field(description="hex SHA-256 of the decoded, quantised, sorted splats")
    embedding: list[float] = Field(min_length=EMBEDDING_SIZE, max_length=EMBEDDING_SIZE)


class ValidateResponse(BaseModel):
    """score = alignment · quality, rounded to 4 decimals; `parts` holds the components of both."""

    score: float = Field(ge=0, le=1)
    alignment: float = Field(ge=0, le=1)
    quality: float = Field(ge=0, le=1)
    parts: dict[str, float]
    scorer: str = Field(description="name@version+dtype")
    seed: int
    fingerprint: Fingerprint
    preview: str | None = Field(description="base64 PNG")
    notes: list[str] = Field(default=[], description="parts of the file that were not scored, a sentence each")


def embedding_distance(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the Euclidean distance of two embeddings; below NEAR_DUPLICATE_DISTANCE they count as the same asset.

    Raises ValueError unless both have EMBEDDING_SIZE numbers.
    """
    if len(a) != EMBEDDING_SIZE or len(b) != EMBEDDING_SIZE:
        raise ValueError(f"embeddings have {EMBEDDING_SIZE} numbers, not {len(a)} and {len(b)}")
    return math.dist(a, b)
