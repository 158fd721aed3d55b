"""A pool of validation services: the least loaded one that is ready judges an asset; if it fails, another one does.

A verdict is a score, a `Rejection` (the asset is at fault), or a `Fault` (the validator is).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import ValidationError

from serving.changes import ChangeLog
from serving.http_client import CallError, ResponseTimeoutError, describe_refusal, request
from validation.schemas import REJECT_CODES, ValidateResponse

logger = logging.getLogger(__name__)

CHECK_S = 5.0
"""Time between checks of /ready/, and their timeout."""
ASSET_S = 120.0
"""Longest wait for a verdict: the service's own limit is 30 s per asset, and others may be ahead in its queue."""
IDLE_S = 60.0
"""Longest wait for an idle endpoint on which to try an asset again."""
POLL_S = 0.2
"""Time between checks for an idle endpoint."""
MAX_IN_FLIGHT = 16
"""Assets at one endpoint: half of the service's queue; the other half is left to its other clients."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The asset cannot be scored; `code` is one of REJECT_CODES."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The validator could not judge the asset."""

    detail: str


Verdict = ValidateResponse | Rejection | Fault


class _AssetLostError(Exception):
    """The service lost the worker that had the asset, or did not answer in time; the asset may be the cause."""


class _EndpointUnusableError(Exception):
    """This endpoint cannot judge now, but another one may."""


@dataclass(eq=False)
class _Endpoint:
    url: str
    problem: str | None = "not checked yet"  # why it cannot judge; None if it can
    scorer: str = ""
    version: str = ""
    in_flight: int = 0
    log: ChangeLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = ChangeLog(logger, f"{self.url} is ready", problem="not checked yet")

    @property
    def ready(self) -> bool:
        return self.problem is None

    def note(self, problem: str | None) -> None:
        """Record whether the endpoint can score, and log a change."""
        self.problem = problem
        self.log.note(f"{self.url} is not used: {problem}" if problem else "")


def write_request(prompt: str, data: str, seed: int) -> bytes:
    """Return the JSON of a request to /validate/. `data` is base64 and needs no escapes.

    For 16 MiB, looking for any would hold the interpreter's lock, and with it the event loop, for 60 ms.
    """
    fields = json.dumps({"prompt": prompt, "seed": seed})
    return f'{fields[:-1]}, "data": "{data}"}}'.encode()


class ValidationPool:
    """Judges assets at one of several endpoints. `run` must be running; `client` carries the bearer key, if any."""

    def __init__(
        self, urls: Sequence[str], client: httpx.AsyncClient, asset_s: float = ASSET_S, idle_s: float = IDLE_S
    ) -> None:
        self._endpoints = [_Endpoint(url) for url in urls]
        self._client = client
        self._asset_s, self._idle_s = asset_s, idle_s
        self._capacity = asyncio.Semaphore(MAX_IN_FLIGHT * len(self._endpoints))

    @property
    def ready(self) -> bool:
        """Check whether any endpoint can judge."""
        return any(endpoint.ready for endpoint in self._endpoints)

    @property
    def problems(self) -> list[str]:
        """Why endpoints cannot judge, one line for each that cannot."""
        return [f"{endpoint.url}: {endpoint.problem}" for endpoint in self._endpoints if endpoint.problem is not None]

    @property
    def scorer(self) -> str:
        """Scorer of a ready endpoint, `name@version+dtype`; "" if none is ready."""
        return next((endpoint.scorer for endpoint in self._endpoints if endpoint.ready), "")

    @property
    def version(self) -> str:
        """The /version/ text of a ready endpoint; "" if none is ready."""
        return next((endpoint.version for endpoint in self._endpoints if endpoint.ready), "")

    def all_score_with(self, required: str) -> bool:
        """Check whether every endpoint reached so far uses the scorer `required` (`name@version`, of any dtype)."""
        announced = [endpoint.scorer for endpoint in self._endpoints if endpoint.scorer]
        return bool(announced) and all(scorer.partition("+")[0] == required for scorer in announced)

    async def run(self) -> None:
        """Check every endpoint periodically, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_S)

    async def check(self) -> None:
        """Check every endpoint once."""
        await asyncio.gather(*(self._check_endpoint(endpoint) for endpoint in self._endpoints))

    async def judge(self, prompt: str, data: str, seed: int) -> Verdict:
        """Return the verdict on an asset (base64). It is tried once more after a loss; a second loss rejects it."""
        body = await asyncio.to_thread(write_request, prompt, data, seed)
        lost: _Endpoint | None = None
        unusable: list[_Endpoint] = []
        async with self._capacity:
            while endpoint := await self._choose(unusable, lost):
                endpoint.in_flight += 1
                try:
                    return await self._ask(endpoint, body)
                except _AssetLostError as error:
                    logger.warning("%s lost an asset: %s", endpoint.url, error)
                    if lost is not None:
                        return Rejection("too_expensive", "two workers were lost while they had this asset")
                    lost = endpoint
                except _EndpointUnusableError as error:
                    logger.warning("%s cannot judge: %s", endpoint.url, error)
                    unusable.append(endpoint)
                finally:
                    endpoint.in_flight -= 1
        return Fault("no validation endpoint could judge")

    async def _choose(self, unusable: Sequence[_Endpoint], lost: _Endpoint | None) -> _Endpoint | None:
        """Return the least loaded usable endpoint, if any; after a loss wait for an idle one, preferably another."""
        waited = 0.0
        while True:
            usable = [endpoint for endpoint in self._endpoints if endpoint.ready and endpoint not in unusable]
            best = min(usable, key=lambda endpoint: (endpoint.in_flight, endpoint is lost), default=None)
            if best is None or lost is None or not best.in_flight:
                return best
            if waited >= self._idle_s:
                return None
            await asyncio.sleep(POLL_S)
            waited += POLL_S

    async def _ask(self, endpoint: _Endpoint, body: bytes) -> ValidateResponse | Rejection:
        headers = {"Content-Type": "application/json"}
        try:
            url = f"{endpoint.url}/validate/"
            response = await request(self._client, "POST", url, content=body, headers=headers, timeout=self._asset_s)
        except ResponseTimeoutError as error:
            raise _AssetLostError(f"no verdict within {self._asset_s:.0f} s") from error
        except CallError as error:  # the service itself is down: an asset can crash only a worker
            endpoint.note(str(error))
            raise _EndpointUnusableError(str(error)) from error
        if response.status == 200:
            try:
                verdict = ValidateResponse.model_validate_json(response.body)
            except ValidationError as error:
                raise _EndpointUnusableError("unreadable verdict") from error
            endpoint.scorer = verdict.scorer
            return verdict
        code, detail = response.error()
        if response.status in (413, 422) and code in REJECT_CODES:
            return Rejection(code, detail)
        if code == "worker_lost":
            raise _AssetLostError(detail)
        if response.status in (401, 403):  # the next asset would be refused as well
            endpoint.note(describe_refusal(response))
        raise _EndpointUnusableError(describe_refusal(response))

    async def _check_endpoint(self, endpoint: _Endpoint) -> None:
        try:
            ready = await request(self._client, "GET", f"{endpoint.url}/ready/", timeout=CHECK_S)
            version = await request(self._client, "GET", f"{endpoint.url}/version/", timeout=CHECK_S)
            if version.status == 200:
                endpoint.version = str(version.json())[:200]
                endpoint.scorer = next((word for word in endpoint.version.split() if "@" in word), "")
        except CallError as error:
            endpoint.note(str(error))
        except ValueError:
            endpoint.note("not a validation service: its version is not JSON")
        else:
            refused = next((one for one in (ready, version) if one.status != 200), None)
            unnamed = None if endpoint.scorer else "not a validation service: its version names no scorer"
            endpoint.note(describe_refusal(refused) if refused else unnamed)
