"""The types of requests that all services share."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel, ValidationError

from serving.schemas import JOB_ID_PATTERN, Prompt, new_job_id


class Request(BaseModel):
    prompt: Prompt


@pytest.mark.parametrize("text", ["", "a\x00b", "a" * 1025])
def test_a_prompt_in_a_request_is_checked(text: str) -> None:
    with pytest.raises(ValidationError):
        Request(prompt=text)


def test_a_prompt_in_a_request_is_cleaned() -> None:
    assert Request(prompt="\ufeffred\ncar").prompt == "red car"


def test_lone_surrogates_in_json_are_refused() -> None:
    with pytest.raises(ValidationError):
        Request.model_validate_json(b'{"prompt": "a\\ud800b"}')


def test_job_ids_match_their_pattern_and_differ() -> None:
    ids = {new_job_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(JOB_ID_PATTERN, one) for one in ids)
