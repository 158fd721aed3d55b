"""HTTP client of a generation service: runs a job that turns a prompt into a splat and can be cancelled.

GenerationError
├── ServiceUnavailableError   the service is down, restarting or full: try another one, or this one later
└── JobFailedError            the service works, but made no splat from this prompt with this seed
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
from serving.http_client import CallError, Response, ResponseTooLargeError, describe_refusal
from serving.schemas import FINISHED, Job

logger = logging.getLogger(__name__)

ASSET_BYTES = 64 << 20
"""The network's limit for an encoded splat; the client never reads more."""
CALL_S = 5.0
"""Timeout of a call with a small response."""
SILENCE_S = 45.0
"""Longest silence of an event stream; a working service sends something every 15 s."""
RECONNECT_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits before each attempt to open the event stream of a running job again."""


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
        return not await self.problem()

    async def problem(self) -> str:
        """Return why the service cannot take work now, "" if it can."""
        try:
            response = await self._call("GET", "/ready/")
        except CallError as error:
            return str(error)
        return "" if response.status == 200 else describe_refusal(response)

    async def generate(self, prompt: str, seed: int) -> bytes:
        """Return an SPZ file. However this call ends, its job ends with it. Raises GenerationError."""
        job_id = await self._submit(prompt, seed)
        try:
            await self._follow(job_id)
            return await self._fetch(job_id)
        finally:
            await asyncio.shield(self._delete(job_id))

    async def _submit(self, prompt: str, seed: int) -> str:
        """Start a job and return its id. If this is cancelled, a job that was started is deleted."""
        posting = asyncio.ensure_future(self._post(prompt, seed))
        try:
            return await asyncio.shield(posting)
        except asyncio.CancelledError:
            with contextlib.suppress(GenerationError):
                await self._delete(await posting)
            raise

    async def _post(self, prompt: str, seed: int) -> str:
        try:
            response = await self._call("POST", "/jobs/", json={"prompt": prompt, "seed": seed})
        except CallError as error:
            raise ServiceUnavailableError(str(error)) from error
        if response.status != 202:
            raise _error_of(response)
        return _parse_job(response.body).id

    async def _follow(self, job_id: str) -> None:
        """Wait until the job is done. A broken event stream is opened again; it begins with the current state."""
        waits_s = iter(RECONNECT_S)
        while True:
            try:
                return await self._read_events(job_id)
            except CallError as error:
                if (wait_s := next(waits_s, None)) is None:
                    raise ServiceUnavailableError(f"disappeared during a job: {error}") from error
                await asyncio.sleep(wait_s)

    async def _read_events(self, job_id: str) -> None:
        """Read the job's events until it is done. Raises CallError if the stream breaks or ends before."""
        timeout = httpx.Timeout(CALL_S, read=SILENCE_S)
        with http_client.wrapped_errors():
            async with self.client.stream("GET", f"{self.url}/jobs/{job_id}/events", timeout=timeout) as stream:
                if stream.status_code != 200:
                    raise ServiceUnavailableError(f"the job is lost: status {stream.status_code}")
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and _is_done(_parse_job(line.removeprefix("data:"))):
                        return
        raise CallError("the event stream ended before the job did")

    async def _fetch(self, job_id: str) -> bytes:
        try:
            response = await self._call("GET", f"/jobs/{job_id}/result.spz", max_bytes=ASSET_BYTES)
        except ResponseTooLargeError as error:
            raise JobFailedError("too_large", f"the splat is larger than {ASSET_BYTES} bytes") from error
        except CallError as error:
            raise ServiceUnavailableError(f"the result was lost: {error}") from error
        if response.status != 200:
            raise _error_of(response)
        return response.body

    async def _delete(self, job_id: str) -> None:
        """Cancel a job or free its results, if possible: the service drops old jobs anyway."""
        try:
            await self._call("DELETE", f"/jobs/{job_id}")
        except CallError as error:
            logger.info("%s: a job could not be deleted: %s", self.url, error)

    async def _call(self, method: str, path: str, **options: Any) -> Response:
        return await http_client.request(self.client, method, f"{self.url}{path}", timeout=CALL_S, **options)


def _is_done(job: Job) -> bool:
    """Check whether the job is done. Raises GenerationError if it ended without a result."""
    if job.status not in FINISHED:
        return False
    if job.status == "done":
        return True
    code, detail = (job.error.code, job.error.detail) if job.error else (job.status, "no reason given")
    if job.status == "cancelled" or code == "shutting_down":
        raise ServiceUnavailableError(f"the service ended the job: {code}")
    raise JobFailedError(code, detail)


def _parse_job(text: str | bytes) -> Job:
    try:
        return Job.model_validate_json(text)
    except ValidationError as error:
        raise ServiceUnavailableError(
            f"not a generation service: {error.error_count()} fields of the job are invalid"
        ) from error


def _error_of(response: Response) -> GenerationError:
    """Return JobFailedError for a refused prompt, ServiceUnavailableError for any other refusal."""
    code, detail = response.error()
    if response.status in (413, 422):
        return JobFailedError(code or "invalid_request", detail)
    return ServiceUnavailableError(f"status {response.status} {code}".strip(), response.retry_after_s)
