"""The validation service on :8094: a prompt and a splat in, a score out.

Speaks HTTP and nothing else: reading, checking and scoring are the engine's. Start it with one of

    python validation/serve.py --scorer three-gen-small
    python validation/serve.py --scorer clip-vitb16-openai --weights ViT-B-16.pt --dtype bf16
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

if __name__ == "__main__":  # run as a file, before anything loads torch
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # import from the repository, not from this folder
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # worker and model share the cores: no spinning at barriers

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.middleware import Middleware

from serving.app import ShellLimits, create_shell
from serving.errors import ServiceError, busy, describe_validation, error_responses
from serving.lane import Lane
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, add_shell_arguments, shell_settings
from serving.versions import package_version
from serving.vitals import Vitals
from splats.errors import RendererMissing
from validation.admission import Admission, Load
from validation.assets.prepare import read_base64
from validation.engine import Engine
from validation.errors import Rejected, ScorerError, Unsupported, WorkerLost
from validation.metrics import ValidationMetrics
from validation.schemas import MAX_BODY_BYTES, ConvertRequest, ValidateRequest, ValidateResponse
from validation.settings import Settings

logger = logging.getLogger(__name__)

PORT = 8094
LISTEN_FOR_HANGUP_S = 0.5

Asked = TypeVar("Asked", ValidateRequest, ConvertRequest)
Result = TypeVar("Result")


class House:
    """What the routes share: the engine once it is loaded, what is waiting, the counters."""

    def __init__(self, settings: Settings, version: str) -> None:
        self.load = Load(settings.max_waiting, settings.max_waiting_bytes)
        self.intake = Lane("intake")
        self.engine: Engine | None = None
        self.vitals = Vitals(
            version=lambda: version, not_ready=self._not_ready, busy=lambda: self.load.requests > 0, stop=self.close
        )
        self.metrics = ValidationMetrics(self.vitals.registry, self.load)

    def close(self) -> None:
        """Ends all work."""
        if self.engine is not None:
            self.engine.close()

    async def read(self, request: Request, model: type[Asked]) -> tuple[Asked, bytes]:
        """The request and the asset in it, parsed off the event loop: a body may have 90 MB."""
        body = await request.body()
        return await self.intake.run(lambda: _parse(body, model))

    async def answer(self, request: Request, work: Callable[[Engine], Awaitable[Result]]) -> Result:
        """What `work` makes with the engine, errors turned into answers; it is dropped when the client hangs up."""
        if self.engine is None or self.vitals.draining:
            raise busy("not_ready", "; ".join(self.vitals.reasons()) or "not ready", 5)
        started, before = time.monotonic(), self.load.requests
        result = await _while_connected(request, work(self.engine))
        self.load.observe((time.monotonic() - started) / max(1, before))
        return result

    @contextlib.contextmanager
    def counted(self) -> Any:
        """Counts how one request ended and gives errors their status."""
        try:
            yield
        except (Rejected, Unsupported, WorkerLost, ServiceError) as error:
            shaped = _shape(error, self.load)
            self.metrics.outcome(shaped.code)
            raise shaped from error
        else:
            self.metrics.outcome("ok")

    def _not_ready(self) -> list[str]:
        return [] if self.engine is not None else ["the scorer is being loaded"]


def create_app(settings: Settings, version: str, load_engine: Callable[[], Engine]) -> FastAPI:
    """The application. `load_engine` runs in a thread once the server is up; when it raises, the server stops."""
    house = House(settings, version)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(_load(house, load_engine))
        yield
        loading.cancel()
        house.close()

    limits = ShellLimits(max_body_bytes=MAX_BODY_BYTES, body_timeout_s=settings.body_timeout_s)
    app = create_shell("validation service", settings.shell, house.vitals, limits, lifespan)
    app.state.house = house
    add_routes(app, house)
    innermost = Middleware(
        Admission,
        load=house.load,
        paths=frozenset({"/validate/", "/convert/"}),
        unannounced=MAX_BODY_BYTES,
        refused=lambda: house.metrics.outcome("busy"),
    )
    app.user_middleware.append(innermost)  # after the guards and the body limit, whose checks cost nothing
    return app


def add_routes(app: FastAPI, house: House) -> None:
    """The two routes of this service; the probes are the shell's."""
    responses = error_responses(408, 413, 422, 503)

    @app.post("/validate/", responses=responses, openapi_extra=_body_of(ValidateRequest))
    async def validate(request: Request) -> ValidateResponse:
        """How well does this splat show that prompt?"""
        with house.counted():
            asked, data = await house.read(request, ValidateRequest)
            return await house.answer(
                request, lambda engine: engine.validate(asked.prompt, data, asked.seed, preview=asked.preview)
            )

    @app.post("/convert/", responses=responses | _FILE, response_class=Response, openapi_extra=_body_of(ConvertRequest))
    async def convert(request: Request) -> Response:
        """The same splat in another format."""
        with house.counted():
            asked, data = await house.read(request, ConvertRequest)
            file = await house.answer(request, lambda engine: engine.convert(data, asked.to, asked.metadata))
            return Response(file, media_type="application/octet-stream")


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


def _body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a body that the route parses itself."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _parse(body: bytes, model: type[Asked]) -> tuple[Asked, bytes]:
    try:
        asked = model.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise ServiceError(422, "invalid_request", describe_validation(problems)) from None
    return asked.model_copy(update={"data": ""}), read_base64(asked.data)


def _shape(error: Rejected | Unsupported | WorkerLost | ServiceError, load: Load) -> ServiceError:
    if isinstance(error, Rejected):
        return ServiceError(413 if error.code == "too_large" else 422, error.code, error.detail)
    if isinstance(error, Unsupported):
        return ServiceError(422, "unsupported_format", str(error))
    if isinstance(error, WorkerLost):
        return busy(
            "worker_lost", "the worker was lost while it had this asset; another one is starting", load.retry_after_s()
        )
    return error


async def _while_connected(request: Request, work: Awaitable[Result]) -> Result:
    task = asyncio.ensure_future(work)
    while not (await asyncio.wait({task}, timeout=LISTEN_FOR_HANGUP_S))[0]:
        if await request.is_disconnected():
            task.cancel()
            raise ServiceError(408, "client_gone", "the client hung up")
    return task.result()


async def _load(house: House, load_engine: Callable[[], Engine]) -> None:
    try:
        engine = await asyncio.to_thread(load_engine)
    except (ScorerError, WorkerLost) as error:
        house.vitals.fatal = str(error)
        return
    except Exception:
        logger.exception("loading failed")
        house.vitals.fatal = "the scorer could not be loaded"
        return
    engine.on_stage = house.metrics.stage
    house.engine = engine
    logger.info("ready: %s", house.vitals.version())


def parse_arguments(argv: list[str] | None) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    """The flags of this service."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Scores Gaussian splats against prompts.")
    add_shell_arguments(parser, PORT)
    group = parser.add_argument_group("scorer")
    group.add_argument("--scorer", default="clip-vitb16-openai", help="name, name@version or folder (%(default)s)")
    group.add_argument("--weights", type=Path, metavar="PATH", help="weight file of a scorer that ships none")
    group.add_argument("--weights_sha256", metavar="HEX", help="refuse weights with another digest")
    group.add_argument(
        "--dtype", choices=["fp32", "bf16"], default="fp32", help="part of the scorer's name (%(default)s)"
    )
    group.add_argument(
        "--device", choices=["cpu", "cuda"], default="cpu", help="where to render and score (%(default)s)"
    )
    group.add_argument("--threads", type=int, default=0, help="CPU threads of the model; 0: one per core")
    group.add_argument("--asset_timeout_s", type=float, default=30.0, help="hard limit per asset (%(default)s)")
    return parser, parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serves until a signal; the exit status. Refuses to start, with one line, when something is missing."""
    parser, args = parse_arguments(argv)
    from validation.load import load_engine, version_text  # noqa: PLC0415  imports torch: not for --help

    try:
        shell = shell_settings(args)
        configure_logging(shell)
        names = ("scorer", "weights", "weights_sha256", "dtype", "device", "threads", "asset_timeout_s")
        settings = Settings(shell=shell, **{name: getattr(args, name) for name in names})
        version = version_text(settings, package_version())
        return serve(create_app(settings, version, lambda: load_engine(settings)), shell)
    except (SettingsError, ScorerError, RendererMissing) as error:
        parser.error(str(error))
    except ValidationError as error:
        parser.error(describe_validation(error.errors()))


if __name__ == "__main__":
    sys.exit(main())
