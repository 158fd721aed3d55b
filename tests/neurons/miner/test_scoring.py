"""A miner's own scores, from a validation service passed in by the test."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from neurons.miner.scoring import OwnScoring
from neurons.services.validation import ValidationPool

SCORED = {
    "score": 0.71,
    "alignment": 0.71,
    "quality": 1.0,
    "parts": {},
    "scorer": "three-gen-small@1+fp32",
    "seed": 7,
    "fingerprint": {"digest": "0" * 64, "embedding": [0.0] * 64},
    "preview": None,
}


def scored(answer: httpx.Response, asked: list[dict] | None = None) -> float | None:
    """The score of a splat by a service that answers so."""

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/version/":
            return httpx.Response(200, json="1.0.0 three-gen-small@1+fp32 cpu")
        if request.url.path == "/ready/":
            return httpx.Response(200)
        if asked is not None:
            asked.append(json.loads(request.content))
        return answer

    async def run() -> float | None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            pool = ValidationPool(["http://val"], client)
            scoring = OwnScoring(pool)
            assert not scoring.predicts("")  # nothing is known of the service yet
            await pool.check()
            assert scoring.predicts("three-gen-small@1+bf16")
            assert scoring.predicts("")
            assert not scoring.predicts("clip-vitb16-openai@1+fp32")
            return await scoring.score("a red car", "eA==", 7)

    return asyncio.run(run())


def test_a_splat_is_scored_as_a_validator_would() -> None:
    asked: list[dict] = []
    assert scored(httpx.Response(200, json=SCORED), asked) == 0.71
    assert asked == [{"prompt": "a red car", "data": "eA==", "seed": 7}]


def test_a_rejected_splat_scores_0() -> None:
    assert scored(httpx.Response(422, json={"code": "too_few", "detail": "7 splats"})) == 0.0


@pytest.mark.parametrize("status", [401, 422, 500, 503])
def test_a_service_that_cannot_judge_gives_no_score(status: int) -> None:
    assert scored(httpx.Response(status, json={"code": "invalid_request", "detail": "?"})) is None
