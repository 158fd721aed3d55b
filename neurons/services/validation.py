"""The validation services of a validator as a pool: the least loaded healthy one judges, another takes over.

Three outcomes are kept apart: a score, a rejection with a code (the asset's fault), and a fault of the validator, which
is nobody else's. Knows HTTP and the service's schemas; no miner, no task.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from serving.http_client import CallError, Response, ResponseTimeoutError, request
from validation.schemas import REJECT_CODES, ValidateResponse

logger = logging.getLogger(__name__)

CHECK_S = 5.0
"""Between looks at /ready/."""
ASSET_S = 120.0
"""Longest wait for a verdict: the service's own limit is 30 s an asset, and others may be queued before it."""
IDLE_S = 60.0
"""Longest wait for an idle endpoint to try an asset again on."""
LOOK_S = 0.2
"""Between looks for an idle one."""
AT_ONCE = 16
"""Assets at one endpoint: half of what the service queues, so that its other clients find room."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The asset's own fault, by a code of the reject list."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The validator could not judge."""

    detail: str


Verdict = ValidateResponse | Rejected | Fault


class _Lost(Exception):
    """The service lost the worker that had the asset, or gave no answer in time: perhaps the asset's doing."""


class _Unusable(Exception):
    """This endpoint cannot be used now; another one may."""


@dataclass(eq=False)
class _Endpoint:
    url: str
    ready: bool = False
    scorer: str = ""
    version: str = ""
    at_work: int = 0


class ValidationPool:
    """Judges assets at one of several endpoints. `run` must be running; `client` carries the bearer key, if any."""

    def __init__(
        self, urls: Sequence[str], client: httpx.AsyncClient, asset_s: float = ASSET_S, idle_s: float = IDLE_S
    ) -> None:
        self._endpoints = [_Endpoint(url) for url in urls]
        self._client = client
        self._asset_s, self._idle_s = asset_s, idle_s
        self._room = asyncio.Semaphore(AT_ONCE * len(self._endpoints))

    @property
    def ready(self) -> bool:
        """Whether any endpoint can judge."""
        return any(endpoint.ready for endpoint in self._endpoints)

    @property
    def scorer(self) -> str:
        """The scorer of a ready endpoint, `name@version+dtype`; empty when there is none."""
        return next((endpoint.scorer for endpoint in self._endpoints if endpoint.ready), "")

    @property
    def version(self) -> str:
        """What a ready endpoint says of itself on /version/; empty when there is none."""
        return next((endpoint.version for endpoint in self._endpoints if endpoint.ready), "")

    def all_score_with(self, required: str) -> bool:
        """Whether every endpoint heard of so far announces `required` (`name@version`, of any dtype)."""
        announced = [endpoint.scorer for endpoint in self._endpoints if endpoint.scorer]
        return bool(announced) and all(scorer.partition("+")[0] == required for scorer in announced)

    async def run(self) -> None:
        """Looks at every endpoint again and again, for ever."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_S)

    async def check(self) -> None:
        """Looks at every endpoint once."""
        await asyncio.gather(*(self._look(endpoint) for endpoint in self._endpoints))

    async def judge(self, prompt: str, data: str, seed: int) -> Verdict:
        """The verdict on an asset (base64). A lost worker is tried once more; lost twice, the asset is at fault."""
        body = await asyncio.to_thread(lambda: json.dumps({"prompt": prompt, "data": data, "seed": seed}).encode())
        lost: _Endpoint | None = None
        unusable: list[_Endpoint] = []
        async with self._room:
            while endpoint := await self._choose(unusable, lost):
                endpoint.at_work += 1
                try:
                    return await self._ask(endpoint, body)
                except _Lost as error:
                    logger.warning("%s lost an asset: %s", endpoint.url, error)
                    if lost is not None:
                        return Rejected("too_expensive", "two workers were lost while they had this asset")
                    lost = endpoint
                except _Unusable as error:
                    logger.warning("%s cannot judge: %s", endpoint.url, error)
                    unusable.append(endpoint)
                finally:
                    endpoint.at_work -= 1
        return Fault("no validation endpoint could judge")

    async def _choose(self, unusable: Sequence[_Endpoint], lost: _Endpoint | None) -> _Endpoint | None:
        """The least loaded ready endpoint; after a loss an idle one, if possible another than that of the loss."""
        waited = 0.0
        while True:
            usable = [endpoint for endpoint in self._endpoints if endpoint.ready and endpoint not in unusable]
            best = min(usable, key=lambda endpoint: (endpoint.at_work, endpoint is lost), default=None)
            if best is None or lost is None or not best.at_work:
                return best
            if waited >= self._idle_s:
                return None
            await asyncio.sleep(LOOK_S)
            waited += LOOK_S

    async def _ask(self, endpoint: _Endpoint, body: bytes) -> ValidateResponse | Rejected:
        headers = {"Content-Type": "application/json"}
        try:
            url = f"{endpoint.url}/validate/"
            answer = await request(self._client, "POST", url, content=body, headers=headers, timeout=self._asset_s)
        except ResponseTimeoutError as error:
            raise _Lost(f"no answer within {self._asset_s:.0f} s") from error
        except CallError as error:  # the service itself is gone: assets are handled in workers of its own
            endpoint.ready = False
            raise _Unusable(str(error)) from error
        if answer.status == 200:
            try:
                verdict = ValidateResponse.model_validate_json(answer.body)
            except ValidationError as error:
                raise _Unusable("its answer cannot be read") from error
            endpoint.scorer = verdict.scorer
            return verdict
        found = _error(answer)
        if answer.status in (413, 422) and found.code in REJECT_CODES:
            return found
        if found.code == "worker_lost":
            raise _Lost(found.detail)
        raise _Unusable(f"status {answer.status}, {found.code or 'no code'}")

    async def _look(self, endpoint: _Endpoint) -> None:
        try:
            ready = await request(self._client, "GET", f"{endpoint.url}/ready/", timeout=CHECK_S)
            version = await request(self._client, "GET", f"{endpoint.url}/version/", timeout=CHECK_S)
            endpoint.version = str(version.json())[:200]
            endpoint.scorer = next((word for word in endpoint.version.split() if "@" in word), "")
            endpoint.ready = ready.status == 200 and bool(endpoint.scorer)
        except (CallError, ValueError):
            endpoint.ready = False


def _error(answer: Response) -> Rejected:
    code, detail = answer.error()
    return Rejected(code, detail)
