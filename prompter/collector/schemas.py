"""The bodies of the collector's requests and responses, with their limits. Imports only pydantic and shared schemas."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas import RequestBody

MAX_PROMPTS = 1000
"""Prompts in one submission."""

Text = Annotated[str, Field(max_length=256)]


class Submission(BaseModel):
    """POST /submit. The list takes anything, since prompts that are not text are rejected one by one."""

    model_config = ConfigDict(extra="forbid")

    prompts: Annotated[list[Any], Field(min_length=1)]


class Receipt(BaseModel):
    """The answer to a submission: how many prompts were new, how many known already, how many rejected by code."""

    model_config = ConfigDict(frozen=True)

    accepted: int
    duplicates: int
    rejected: dict[str, int]


class Fetch(RequestBody):
    """GET or POST /get: a request for prompts, signed by a hotkey and valid once."""

    model_config = ConfigDict(frozen=True)

    hotkey: Text
    nonce: Annotated[int, Field(ge=0, lt=2**63, description="time.time_ns() of the sender, used once")]
    signature: Text
    collector: Text = ""
    bound: Text = ""


class Prompts(BaseModel):
    """The answer to a fetch."""

    prompts: list[str]
