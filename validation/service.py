"""The running service behind the routes: the engine once it is loaded, occupancy, metrics, error mapping."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from fastapi import Request
from pydantic import ValidationError

from serving.content import json_bytes
from serving.errors import ServiceError, busy, describe_validation
from serving.executor import SingleThreadExecutor
from serving.status import ServiceStatus
from serving.tasks import client_disconnected, run_until
from validation.admission import Occupancy
from validation.assets.prepare import decode_base64
from validation.engine import Engine
from validation.errors import RejectedError, ScorerError, UnsupportedError, WorkerLostError
from validation.metrics import ValidationMetrics
from validation.schemas import ConvertRequest, ValidateRequest
from validation.settings import ValidationSettings

logger = logging.getLogger(__name__)

Body = TypeVar("Body", ValidateRequest, ConvertRequest)
Result = TypeVar("Result")


class ValidationService:
    """State of one running service. `app.state.service` holds it."""

    def __init__(self, settings: ValidationSettings, version: str) -> None:
        self.occupancy = Occupancy(settings.max_waiting, settings.max_waiting_bytes)
        self.engine: Engine | None = None
        self.status = ServiceStatus(
            version=lambda: version,
            not_ready=self._not_ready,
            busy=lambda: self.occupancy.requests > 0,
            stop=self.close,
        )
        self.metrics = ValidationMetrics(self.status.registry, self.occupancy)
        self._parsing = SingleThreadExecutor("parsing")

    async def load(self, load_engine: Callable[[], Engine]) -> None:
        """Load the engine in a thread; a failure becomes the fatal error that stops the server."""
        try:
            engine = await asyncio.to_thread(load_engine)
        except (ScorerError, WorkerLostError) as error:
            self.status.fatal = str(error)
            return
        except Exception:
            logger.exception("loading failed")
            self.status.fatal = "the scorer could not be loaded"
            return
        engine.on_stage = self.metrics.stage
        self.engine = engine
        logger.info("ready: %s", self.status.version())

    def close(self) -> None:
        """Stop all work."""
        if self.engine is not None:
            self.engine.close()

    async def read(self, request: Request, model: type[Body]) -> tuple[Body, bytes]:
        """Return the parsed body and the asset in it. A body may have 90 MB, so it is parsed off the event loop.

        Raises ServiceError `invalid_request` and RejectedError `bad_encoding` or `too_large`.
        """
        body, content_type = await request.body(), request.headers.get("content-type", "")
        return await self._parsing.run(lambda: _parse(body, content_type, model))

    async def run(self, request: Request, work: Callable[[Engine], Awaitable[Result]]) -> Result:
        """Return the result of `work`, which is cancelled when the client disconnects.

        Raises ServiceError `not_ready` or `client_gone`, and what `work` raises.
        """
        if self.engine is None or self.status.draining:
            raise busy("not_ready", "; ".join(self.status.reasons()) or "not ready", 5)
        started, before = time.monotonic(), self.occupancy.requests
        result = await run_until(client_disconnected(request.receive), work(self.engine))
        if result is None:
            raise ServiceError(408, "client_gone", "the client disconnected")
        self.occupancy.observe((time.monotonic() - started) / max(1, before))
        return result

    @contextlib.contextmanager
    def outcome(self) -> Iterator[None]:
        """Count how the request in the `with` block ended, and map its error to an HTTP status."""
        try:
            yield
        except (RejectedError, UnsupportedError, WorkerLostError, ServiceError) as error:
            mapped = _http_error(error, self.occupancy)
            self.metrics.outcome(mapped.code)
            raise mapped from error
        else:
            self.metrics.outcome("ok")

    def _not_ready(self) -> list[str]:
        return [] if self.engine is not None else ["the scorer is being loaded"]


def _parse(body: bytes, content_type: str, model: type[Body]) -> tuple[Body, bytes]:
    try:
        parsed = model.model_validate_json(json_bytes(body, content_type))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise ServiceError(422, "invalid_request", describe_validation(problems)) from None
    return parsed.model_copy(update={"data": ""}), decode_base64(parsed.data)


def _http_error(
    error: RejectedError | UnsupportedError | WorkerLostError | ServiceError, occupancy: Occupancy
) -> ServiceError:
    if isinstance(error, RejectedError):
        return ServiceError(413 if error.code == "too_large" else 422, error.code, error.detail)
    if isinstance(error, UnsupportedError):
        return ServiceError(422, "unsupported_format", str(error))
    if isinstance(error, WorkerLostError):
        detail = "the worker was lost while it had this asset; another one is starting"
        return busy("worker_lost", detail, occupancy.retry_after_s())
    return error
