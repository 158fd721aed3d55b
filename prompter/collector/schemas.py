"""What the collector is sent and says. Imports only pydantic and what all services share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

MAX_PROMPTS = 1000
"""Prompts of one submission."""

Text = Annotated[str, Field(max_length=256)]


class Submission(BaseModel):
    """POST /submit. What is not text is rejected one by one, so the list takes anything."""

    model_config = ConfigDict(extra="forbid")

    prompts: Annotated[list[Any], Field(min_length=1)]


class Receipt(BaseModel):
    """What became of a submission: how many are new, known already, or refused, by code."""

    model_config = ConfigDict(frozen=True)

    accepted: int
    duplicates: int
    rejected: dict[str, int]


class Fetch(BaseModel):
    """GET or POST /get: who asks, once, and proves it."""

    model_config = ConfigDict(frozen=True)

    hotkey: Text
    nonce: Annotated[int, Field(ge=0, lt=2**63, description="time.time_ns() of the sender, used once")]
    signature: Text
    collector: Text = ""
    bound: Text = ""


class Prompts(BaseModel):
    """The answer to a fetch."""

    prompts: list[str]
