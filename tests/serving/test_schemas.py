"""The types of requests that all services share."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from pydantic import ConfigDict, Field, ValidationError

from serving.schemas import JOB_ID_PATTERN, Prompt, RequestBody, Seed, new_job_id


class Request(RequestBody):
    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: Prompt
    seed: Annotated[Seed, Field(description="draws the views")] = 7
    tags: dict[str, str] = Field(default={})
    comment: str | None = None


@pytest.mark.parametrize("text", ["", "a\x00b", "a" * 1025])
def test_a_prompt_in_a_request_is_checked(text: str) -> None:
    with pytest.raises(ValidationError):
        Request(prompt=text)


def test_a_prompt_in_a_request_is_cleaned() -> None:
    assert Request(prompt="\ufeffred\ncar").prompt == "red car"


def test_lone_surrogates_in_json_are_refused() -> None:
    with pytest.raises(ValidationError):
        Request.model_validate_json(b'{"prompt": "a\\ud800b"}')


def test_null_for_an_optional_field_is_its_default() -> None:
    body = b'{"prompt": "a", "seed": null, "tags": null, "comment": null}'
    assert Request.model_validate_json(body) == Request.model_validate({"prompt": "a"}) == Request(prompt="a")


@pytest.mark.parametrize(
    "body", [b'{"prompt": null}', b'{"prompt": "a", "other": null}', b'{"prompt": "a", "tags": {"b": null}}']
)
def test_null_for_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        Request.model_validate_json(body)


def test_the_published_schema_allows_null_where_it_is_read() -> None:
    fields = Request.model_json_schema()["properties"]
    assert fields["seed"] == {
        "anyOf": [{"type": "integer", "minimum": 0, "maximum": 2**32 - 1}, {"type": "null"}],
        "default": 7,
        "description": "draws the views",
        "title": "Seed",
    }
    assert {"type": "null"} in fields["tags"]["anyOf"]
    assert fields["comment"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
    assert "anyOf" not in fields["prompt"]


def test_job_ids_match_their_pattern_and_differ() -> None:
    ids = {new_job_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(JOB_ID_PATTERN, one) for one in ids)
