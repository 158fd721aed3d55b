"""The synchronous routes: one request, one response; the job is cancelled if the client disconnects."""

from __future__ import annotations

import asyncio
import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.types import Receive

from generation.schemas import Axes, PromptForm, SplatForm, VideoForm
from generation.service import GenerationService
from generation.work.jobs import GenerationJob, Output, encoder_name
from serving.content import body_schema, read_form
from serving.errors import ServiceError, busy, error_responses
from serving.tasks import client_disconnected, run_until
from serving.text import content_disposition

MEDIA_TYPES = {
    "ply": "application/octet-stream",
    "spz": "application/octet-stream",
    "mp4": "video/mp4",
    "png": "image/png",
}

SEED_HEADER: dict[str, Any] = {
    "X-Seed": {"description": "The seed used.", "required": True, "schema": {"type": "integer"}}
}


async def service_of(request: Request) -> GenerationService:
    """Return the running service behind this application."""
    service: GenerationService = request.app.state.service
    return service


Service = Annotated[GenerationService, Depends(service_of)]


def binary(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` entry of a route that answers with a file."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": description, "headers": SEED_HEADER, "content": content}}


_ERRORS = error_responses(400, 408, 413, 415, 422, 503)

router = APIRouter(tags=["generate"])


@router.post(
    "/generate/",
    responses=binary(MEDIA_TYPES["spz"], "The splat in base64, one line.") | _ERRORS,
    openapi_extra=body_schema(form_model=SplatForm),
)
async def generate(request: Request, service: Service) -> Response:
    """Generate a splat, in base64 as miners submit it."""
    form = await read_form(request, SplatForm)
    job = service.submit_once(form.prompt, form.seed, splat_output(form))
    data = await result_while_connected(service, job, request.receive)
    encoded = await asyncio.to_thread(base64.b64encode, data)
    return _answer(job, encoded, MEDIA_TYPES[form.format])


@router.post(
    "/generate_raw/",
    responses=binary(MEDIA_TYPES["spz"], "The splat's bytes.") | _ERRORS,
    openapi_extra=body_schema(form_model=SplatForm),
)
async def generate_raw(request: Request, service: Service) -> Response:
    """Generate a splat and return its bytes."""
    form = await read_form(request, SplatForm)
    job = service.submit_once(form.prompt, form.seed, splat_output(form))
    data = await result_while_connected(service, job, request.receive)
    return _answer(job, data, MEDIA_TYPES[form.format], content_disposition("attachment", job.prompt, form.format))


@router.post(
    "/generate_model/",
    responses=binary(MEDIA_TYPES["ply"], "A PLY file.") | _ERRORS,
    openapi_extra=body_schema(form_model=PromptForm),
)
async def generate_model(
    request: Request,
    service: Service,
    axes: Annotated[Axes, Query(description="y_down for INRIA-style viewers.")] = "y_up",
) -> Response:
    """Generate a splat as a PLY download."""
    form = await read_form(request, PromptForm)
    job = service.submit_once(form.prompt, form.seed, Output("ply", y_down=axes == "y_down"))
    data = await result_while_connected(service, job, request.receive)
    return _answer(job, data, MEDIA_TYPES["ply"], content_disposition("attachment", job.prompt, "ply"))


@router.post(
    "/generate_video/",
    responses=binary(MEDIA_TYPES["mp4"], "A turntable video.") | _ERRORS,
    openapi_extra=body_schema(form_model=VideoForm),
)
async def generate_video(request: Request, service: Service) -> Response:
    """Generate an object and return its turntable video."""
    form = await read_form(request, VideoForm)
    job = service.submit_once(form.prompt, form.seed, Output("mp4", form.video_res))
    data = await result_while_connected(service, job, request.receive)
    return _answer(job, data, MEDIA_TYPES["mp4"], content_disposition("inline", job.prompt, "mp4"))


def splat_output(form: SplatForm) -> Output:
    """Return the file that the form asks for."""
    return Output(form.format, encoder=encoder_name(form.format, form.spz_version))


async def result_while_connected(service: GenerationService, job: GenerationJob[bytes], receive: Receive) -> bytes:
    """Return the job's one file; cancel the job if the client disconnects. Raises ServiceError if there is none."""
    try:
        await run_until(client_disconnected(receive), job.ended.wait())
    finally:
        service.queue.cancel(job)  # has no effect on a job that has ended
    if job.result is not None:
        (data,) = job.result.files.values()
        return data
    if job.error is None:
        raise ServiceError(499, "client_closed_request", "the client disconnected")
    if job.error.code == "shutting_down":
        raise busy(job.error.code, job.error.detail, 10)
    raise ServiceError(500, job.error.code, job.error.detail)


def _answer(job: GenerationJob[bytes], data: bytes, media_type: str, disposition: str | None = None) -> Response:
    headers = {"X-Seed": str(job.seed)}
    if disposition is not None:
        headers["Content-Disposition"] = disposition
    return Response(data, media_type=media_type, headers=headers)
