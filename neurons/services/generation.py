"""HTTP client of a generation service: turns a prompt into the bytes of a splat, through a job that can be cancelled.

GenerationError
├── ServiceUnavailableError   the service is down, restarting or full: try another one, or this one later
└── JobFailedErrorError            the service works, but this prompt with this seed gave no splat
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
"""The network's limit for an encoded splat; more is never read."""
CALL_S = 5.0
"""Timeout of a small response."""
SILENCE_S = 45.0
"""Longest silence of an event stream; a working service sends something every 15 s."""
PATIENCE_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits between attempts to reach a service again that disappeared in the middle of a job."""


class GenerationError(Exception):
    """No splat was made."""


class ServiceUnavailableError(GenerationError):
    """The service cannot take work now, perhaps for `retry_after_s` seconds."""

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class JobFailedError(GenerationError):
    """The job failed, with the service's error code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class GenerationClient:
    """Client of the service at `url`. `client` carries the bearer key, if any, and belongs to the caller."""

    url: str
    client: httpx.AsyncClient

    async def ready(self) -> bool:
        """Check whether the service can take work now."""
        try:
            return (await self._call("GET", "/ready/")).status == 200
        except CallError:
            return False

    async def generate(self, prompt: str, seed: int) -> bytes:
        """Return an SPZ file. The job never outlives this call, however it ends. Raises GenerationError."""
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
        except asyncio.CancelledError:  # the job may exist by now: delete it
            with contextlib.suppress(GenerationError):
                await self._drop(await posting)
            raise

    async def _post(self, prompt: str, seed: int) -> str:
        try:
            answer = await self._call("POST", "/jobs/", json={"prompt": prompt, "seed": seed})
        except CallError as error:
            raise ServiceUnavailableError(str(error)) from error
        if answer.status != 202:
            raise _refusal(answer)
        return _job(answer.body).id

    async def _follow(self, job_id: str) -> None:
        """Return when the job is done. A broken event stream is opened again; it begins with the current state."""
        for wait_s in (*PATIENCE_S, None):
            try:
                return await self._listen(job_id)
            except CallError as error:
                if wait_s is None:
                    raise ServiceUnavailableError(f"disappeared during a job: {error}") from error
                await asyncio.sleep(wait_s)
        return None

    async def _listen(self, job_id: str) -> None:
        timeout = httpx.Timeout(CALL_S, read=SILENCE_S)
        with http_client.wrapped_errors():
            async with self.client.stream("GET", f"{self.url}/jobs/{job_id}/events", timeout=timeout) as stream:
                if stream.status_code != 200:
                    raise ServiceUnavailableError(f"the job is lost: status {stream.status_code}")
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and _has_ended(_job(line.removeprefix("data:"))):
                        return
        raise CallError("the event stream ended before the job did")

    async def _fetch(self, job_id: str) -> bytes:
        try:
            answer = await self._call("GET", f"/jobs/{job_id}/result.spz", max_bytes=ASSET_BYTES)
        except ResponseTooLargeError as error:
            raise JobFailedError("too_large", f"the splat is larger than {ASSET_BYTES} bytes") from error
        except CallError as error:
            raise ServiceUnavailableError(f"the result was lost: {error}") from error
        if answer.status != 200:
            raise _refusal(answer)
        return answer.body

    async def _drop(self, job_id: str) -> None:
        """Cancel a job or free its results; best effort, since the service drops old jobs anyway."""
        try:
            await self._call("DELETE", f"/jobs/{job_id}")
        except CallError as error:
            logger.info("%s: a job was not cancelled: %s", self.url, error)

    async def _call(self, method: str, path: str, **options: Any) -> Response:
        return await http_client.request(self.client, method, f"{self.url}{path}", timeout=CALL_S, **options)


def _has_ended(job: Job) -> bool:
    """Check whether the job is done. Raises JobFailedError or ServiceUnavailableError if it ended otherwise."""
    if job.status not in FINISHED:
        return False
    if job.status == "done":
        return True
    code, detail = (job.error.code, job.error.detail) if job.error else (job.status, "no reason given")
    if job.status == "cancelled" or code == "shutting_down":
        raise ServiceUnavailableError(f"the job was ended: {code}")
    raise JobFailedError(code, detail)


def _job(text: str | bytes) -> Job:
    try:
        return Job.model_validate_json(text)
    except ValidationError as error:
        raise ServiceUnavailableError(
            f"this is not a generation service: {error.error_count()} fields of its job are invalid"
        ) from error


def _refusal(answer: Response) -> GenerationError:
    """Return JobFailedError for a refused prompt, ServiceUnavailableError for every other status."""
    code, detail = answer.error()
    if answer.status in (413, 422):
        return JobFailedError(code or "invalid_request", detail)
    return ServiceUnavailableError(f"status {answer.status} {code}".strip(), answer.retry_after_s)
