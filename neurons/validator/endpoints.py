"""The validation services of a validator as a pool: the least loaded healthy one judges, another takes over.

Three outcomes are kept apart: a score, a rejection with a code (the asset's fault), and a fault of the validator, which
is nobody else's. Knows HTTP and the service's schemas; no miner, no task.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from validation.schemas import REJECT_CODES, ValidateResponse

logger = logging.getLogger(__name__)

CHECK_S = 5.0
"""Between looks at /ready/."""
ASSET_S = 120.0
"""Longest wait for a verdict: the service's own limit is 30 s an asset, and others may be queued before it."""
TRIES = 4
"""Endpoints tried for one asset before the validator owns up to a fault."""


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
    """The service lost the process that had the asset, or did not answer in time: perhaps the asset's doing."""


class _Unusable(Exception):
    """This endpoint cannot be used now; another one may."""


@dataclass
class _Endpoint:
    url: str
    ready: bool = False
    scorer: str = ""
    at_work: int = 0


class ValidationPool:
    """Judges assets at one of several endpoints. `run` must be running; `client` carries the bearer key, if any."""

    def __init__(self, urls: Sequence[str], client: httpx.AsyncClient, asset_s: float = ASSET_S) -> None:
        self._endpoints = [_Endpoint(url) for url in urls]
        self._client = client
        self._asset_s = asset_s

    @property
    def ready(self) -> bool:
        """Whether any endpoint can judge."""
        return any(endpoint.ready for endpoint in self._endpoints)

    @property
    def scorers(self) -> frozenset[str]:
        """Scorers of the ready endpoints, `name@version+dtype`."""
        return frozenset(endpoint.scorer for endpoint in self._endpoints if endpoint.ready)

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
        losses, busy = 0, set[str]()
        for _ in range(TRIES):
            endpoint = self._choose(busy)
            if endpoint is None:
                break
            endpoint.at_work += 1
            try:
                return await self._ask(endpoint, prompt, data, seed)
            except _Lost as error:
                losses += 1
                if losses == 2:
                    return Rejected("too_expensive", "two workers were lost while they had this asset")
                logger.warning("%s lost an asset: %s", endpoint.url, error)
            except _Unusable as error:
                busy.add(endpoint.url)
                logger.warning("%s cannot judge: %s", endpoint.url, error)
            finally:
                endpoint.at_work -= 1
        return Fault("no validation endpoint could judge")

    def _choose(self, busy: set[str]) -> _Endpoint | None:
        usable = [endpoint for endpoint in self._endpoints if endpoint.ready and endpoint.url not in busy]
        return min(usable, key=lambda endpoint: endpoint.at_work, default=None)

    async def _ask(self, endpoint: _Endpoint, prompt: str, data: str, seed: int) -> ValidateResponse | Rejected:
        body = {"prompt": prompt, "data": data, "seed": seed}
        try:
            answer = await self._client.post(f"{endpoint.url}/validate/", json=body, timeout=self._asset_s)
        except httpx.ConnectError as error:
            endpoint.ready = False
            raise _Unusable(f"no connection: {error}") from error
        except httpx.TransportError as error:
            raise _Lost(f"no answer: {type(error).__name__}") from error
        if answer.status_code == 200:
            try:
                return ValidateResponse.model_validate_json(answer.content)
            except ValidationError as error:
                raise _Unusable("its answer cannot be read") from error
        found = _error(answer)
        if answer.status_code in (413, 422) and found.code in REJECT_CODES:
            return found
        if found.code == "worker_lost":
            raise _Lost(found.detail)
        raise _Unusable(f"status {answer.status_code}, {found.code or 'no code'}")

    async def _look(self, endpoint: _Endpoint) -> None:
        try:
            ready = await self._client.get(f"{endpoint.url}/ready/", timeout=CHECK_S)
            version = await self._client.get(f"{endpoint.url}/version/", timeout=CHECK_S)
            words = str(version.json()).split()
            endpoint.scorer = next((word for word in words if "@" in word), "")
            endpoint.ready = ready.status_code == 200
        except (httpx.TransportError, json.JSONDecodeError):
            endpoint.ready = False


def _error(answer: httpx.Response) -> Rejected:
    try:
        found = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        found = None
    fields = found if isinstance(found, Mapping) else {}
    return Rejected(str(fields.get("code", "")), str(fields.get("detail", ""))[:300])
