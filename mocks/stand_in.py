"""A stand-in for the validation service, which does not look at assets: scores are fixed, or drawn from their digest.

Fingerprints are those of assets that are all different. The scorer's name is not that of a real one, so no validator
sets weights by it unless --validation.scorer names it.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
from collections.abc import AsyncIterator

from fastapi import FastAPI

from serving.server import bind, serve_in_background
from serving.status import ServiceStatus
from validation.schemas import EMBEDDING_SIZE, Fingerprint, ValidateRequest, ValidateResponse

SCORER = "stand-in@1"


def stand_in(score: float | None = None) -> FastAPI:
    """Return the service's application. Without `score`, scores lie between 0.5 and 1, so that a fifth is rejected."""
    app = FastAPI()

    @app.get("/ready/")
    def ready() -> str:
        return "ready"

    @app.get("/version/")
    def version() -> str:
        return f"1.0.0 {SCORER}+fp32"

    @app.post("/validate/")
    def validate(request: ValidateRequest) -> ValidateResponse:
        digest = hashlib.sha256(request.data.encode()).hexdigest()
        draw = random.Random(digest)
        given = round(draw.uniform(0.5, 1.0), 4) if score is None else score
        embedding = [draw.gauss(0, 10) for _ in range(EMBEDDING_SIZE)]
        return ValidateResponse(
            score=given,
            alignment=given,
            quality=1.0,
            parts={},
            scorer=f"{SCORER}+fp32",
            seed=request.seed,
            fingerprint=Fingerprint(digest=digest, embedding=embedding),
            preview=None,
        )

    return app


@contextlib.asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Serve the app on a free loopback port and yield its address."""
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    async with serve_in_background(app, listener, ServiceStatus(version=lambda: SCORER), drain_s=0.0):
        yield f"http://127.0.0.1:{port}"
