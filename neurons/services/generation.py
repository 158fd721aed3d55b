"""The HTTP client of a generation service: one prompt to the bytes of one splat, through a job that can be cancelled.

GenerationError
├── ServiceAway   the service cannot be reached, restarts, or is full: another may do it, or this one later
└── JobFailed     the service did what it could: this prompt with this seed gave nothing

Knows nothing of tasks, validators or what is in the bytes. Loopback services are never reached through a proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import ValidationError

from serving import http_client
from serving.http_client import CallError, Response, ResponseTooLargeError
from serving.schemas import FINISHED, Job

logger = logging.getLogger(__name__)

ASSET_BYTES = 64 << 20
"""The network's limit of an encoded splat; more is never read."""
CALL_S = 5.0
"""For a small answer."""
SILENCE_S = 45.0
"""The event stream of a living service says something every 15 s."""
PATIENCE_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits between attempts to find a service again that went away in the middle of a job."""


class GenerationError(Exception):
    """No splat."""


class ServiceAway(GenerationError):
    """The service cannot take work now; it may say for how long."""

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class JobFailed(GenerationError):
    """The job failed, by the service's code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class GenerationService:
    """One generation service at `url`. `client` carries the bearer key, if any, and is closed by who made it."""

    url: str
    client: httpx.AsyncClient

    async def ready(self) -> bool:
        """Whether it can take work now."""
        try:
            return (await self._call("GET", "/ready/")).status == 200
        except CallError:
            return False

    async def generate(self, prompt: str, seed: int) -> bytes:
        """An SPZ file. The job does not outlive the call, however that ends. Raises GenerationError."""
        job_id = await self._submit(prompt, seed)
        try:
            await self._follow(job_id)
            return await self._fetch(job_id)
        finally:
            await asyncio.shield(self._drop(job_id))

    async def _submit(self, prompt: str, seed: int) -> str:
        posting = asyncio.ensure_future(self._post(prompt, seed))
        try:
            return await asyncio.shield(posting)
        except asyncio.CancelledError:  # the job may exist by now, and nobody wants it
            with contextlib.suppress(GenerationError):
                await self._drop(await posting)
            raise

    async def _post(self, prompt: str, seed: int) -> str:
        try:
            answer = await self._call("POST", "/jobs/", json={"prompt": prompt, "seed": seed})
        except CallError as error:
            raise ServiceAway(str(error)) from error
        if answer.status != 202:
            raise _refusal(answer)
        return _job(answer.body).id

    async def _follow(self, job_id: str) -> None:
        """Returns when the job is done. A stream that breaks is taken up again: it tells the present state at once."""
        for wait_s in (*PATIENCE_S, None):
            try:
                return await self._listen(job_id)
            except CallError as error:
                if wait_s is None:
                    raise ServiceAway(f"lost in the middle of a job: {error}") from error
                await asyncio.sleep(wait_s)
        return None

    async def _listen(self, job_id: str) -> None:
        timeout = httpx.Timeout(CALL_S, read=SILENCE_S)
        with http_client.wrapped_errors():
            async with self.client.stream("GET", f"{self.url}/jobs/{job_id}/events", timeout=timeout) as stream:
                if stream.status_code != 200:
                    raise ServiceAway(f"the job is lost: status {stream.status_code}")
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and _has_ended(_job(line.removeprefix("data:"))):
                        return
        raise CallError("the event stream ended before the job did")

    async def _fetch(self, job_id: str) -> bytes:
        try:
            answer = await self._call("GET", f"/jobs/{job_id}/result.spz", max_bytes=ASSET_BYTES)
        except ResponseTooLargeError as error:
            raise JobFailed("too_large", f"the splat is larger than {ASSET_BYTES} bytes") from error
        except CallError as error:
            raise ServiceAway(f"the result was lost: {error}") from error
        if answer.status != 200:
            raise _refusal(answer)
        return answer.body

    async def _drop(self, job_id: str) -> None:
        """Cancels a job, or frees its results: best effort, as the service ends and forgets jobs by itself, too."""
        try:
            await self._call("DELETE", f"/jobs/{job_id}")
        except CallError as error:
            logger.info("%s: a job could not be cancelled: %s", self.url, error)

    async def _call(self, method: str, path: str, **options: Any) -> Response:
        return await http_client.request(self.client, method, f"{self.url}{path}", timeout=CALL_S, **options)


def _has_ended(job: Job) -> bool:
    """Whether the job is done. Raises JobFailed or ServiceAway when it ended otherwise."""
    if job.status not in FINISHED:
        return False
    if job.status == "done":
        return True
    code, detail = (job.error.code, job.error.detail) if job.error else (job.status, "no reason given")
    if job.status == "cancelled" or code == "shutting_down":
        raise ServiceAway(f"the job was ended: {code}")
    raise JobFailed(code, detail)


def _job(text: str | bytes) -> Job:
    try:
        return Job.model_validate_json(text)
    except ValidationError as error:
        raise ServiceAway(f"not a generation service of ours: {error.error_count()} fields are wrong") from error


def _refusal(answer: Response) -> GenerationError:
    """Return JobFailed for a refused prompt, ServiceAway for every other status."""
    code, detail = answer.error()
    if answer.status in (413, 422):
        return JobFailed(code or "invalid_request", detail)
    return ServiceAway(f"status {answer.status} {code}".strip(), answer.retry_after_s)
