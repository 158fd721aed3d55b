"""The asynchronous routes: submit a job, poll or follow it, fetch its results, cancel it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from generation.http.routes import MEDIA_TYPES, SEED_HEADER, Service
from generation.schemas import Axes, JobRequest, PromptForm, QuerySpzVersion
from generation.service import RESULT_FORMATS
from generation.work.jobs import GenerationJob
from generation.work.results import StoredFile
from serving.content import body_schema, read_json_or_form
from serving.errors import ServiceError, error_responses
from serving.events import end_if_seen, job_events
from serving.files import ServedFile
from serving.schemas import JOB_ID_PATTERN, Job, ResultName
from serving.text import content_disposition

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES = dict.fromkeys(sorted(set(MEDIA_TYPES.values())), _BINARY)
_PREVIEW: dict[int | str, dict[str, Any]] = {200: {"description": "The preview.", "content": {"image/png": _BINARY}}}
_RESULT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": _FILES},
    206: {"description": "The part of the file asked for by a Range header.", "content": _FILES},
    304: {"description": "The client has the file: If-None-Match or If-Modified-Since."},
}
_NO_MORE_EVENTS: dict[int | str, dict[str, Any]] = {
    204: {"description": "The job has ended, and the event named by Last-Event-ID was its last."}
}
_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"headers": SEED_HEADER | {"Location": {"required": True, "schema": {"type": "string"}}}}
}

router = APIRouter(tags=["jobs"])


async def find_job(
    service: Service,
    job_id: Annotated[str, Path(json_schema_extra={"pattern": JOB_ID_PATTERN}, description="From POST /jobs/.")],
) -> GenerationJob[StoredFile]:
    """Return the job of the path. Raises ServiceError (404)."""
    return service.find(job_id)


Found = Annotated[GenerationJob[StoredFile], Depends(find_job)]


@router.post(
    "/jobs/",
    status_code=202,
    openapi_extra=body_schema(json_model=JobRequest, form_model=PromptForm),
    responses=_ACCEPTED | error_responses(400, 408, 413, 415, 422, 503),
)
async def submit_job(request: Request, response: Response, service: Service) -> Job:
    """Queue a job; the body is JSON or a form."""
    body = await read_json_or_form(request, JobRequest, PromptForm)
    job = service.submit(body.prompt, body.seed)
    response.headers["Location"] = service.url_of(job)
    response.headers["X-Seed"] = str(job.seed)
    return service.snapshot(job)


@router.get("/jobs/{job_id}", responses=error_responses(404))
async def get_job(service: Service, job: Found) -> Job:
    """Return the current state of the job."""
    return service.snapshot(job)


async def find_unseen(
    job: Found,
    last_event_id: Annotated[str | None, Header(description="Of the last event that was received.")] = None,
) -> GenerationJob[StoredFile]:
    """Return the job of the path. Raises HTTPException (204) if it has ended and its last event was received."""
    if job.finished:
        end_if_seen(last_event_id, job.revision)
    return job


@router.get(
    "/jobs/{job_id}/events", response_class=EventSourceResponse, responses=_NO_MORE_EVENTS | error_responses(404)
)
async def follow_job(
    service: Service, job: Annotated[GenerationJob[StoredFile], Depends(find_unseen)]
) -> AsyncIterator[ServerSentEvent]:
    """Stream the state of the job now and after each change, as server-sent events, until it has ended."""
    async for event in job_events(service.snapshots(job)):
        yield event


@router.get(
    "/jobs/{job_id}/result.{name}",
    response_class=Response,
    responses=_RESULT | error_responses(404, 409, 410, 412, 416, 422, 503),
)
async def get_result(
    service: Service,
    job: Found,
    name: Annotated[str, Path(json_schema_extra={"enum": list(get_args(ResultName))})],
    axes: Annotated[Axes, Query(description="Of ply and spz; y_down for INRIA-style viewers.")] = "y_up",
    spz_version: Annotated[QuerySpzVersion, Query(description="Of spz; 2 for readers that know nothing later.")] = 3,
) -> Response:
    """Return a file of a finished job; image and video are encoded on the first request."""
    _check_offered(job, name)
    file = await service.downloads.file(job.id, name, axes, spz_version)
    if file is None:
        raise ServiceError(410, "result_dropped", "the results of this job are no longer kept")
    headers = {
        "Content-Disposition": content_disposition(
            "inline" if name in {"mp4", "png"} else "attachment", job.prompt, name
        ),
        "X-Seed": str(job.seed),
        "Cache-Control": "private, no-cache",  # may be cached, but must be revalidated: it may have been deleted
    }
    return ServedFile(file.path, media_type=MEDIA_TYPES[name], headers=headers)


@router.get(
    "/jobs/{job_id}/preview.png",
    response_class=Response,
    responses=_PREVIEW | error_responses(404, 503),
)
async def get_preview(service: Service, job: Found) -> Response:
    """Return the latest preview of a running job, if its generator reports any."""
    if job.preview is None:
        raise ServiceError(404, "no_preview", "this job has no preview now")
    image = await service.downloads.preview(job.preview)
    return Response(image, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.delete("/jobs/{job_id}", status_code=204, responses=error_responses(404))
async def delete_job(service: Service, job: Found) -> None:
    """Cancel the job, or drop its results if it is done; may be repeated."""
    service.delete(job)


def _check_offered(job: GenerationJob[StoredFile], name: str) -> None:
    if name not in get_args(ResultName):
        raise ServiceError(404, "unknown_format", "no result has this format")
    if name not in RESULT_FORMATS:
        raise ServiceError(404, "format_not_offered", f"this service does not produce {name} files")
    if not job.finished:
        raise ServiceError(409, "not_done", f"the job is {job.status}")
    if job.status != "done":
        raise ServiceError(409, f"job_{job.status}", f"the job was {job.status}; it has no results")
