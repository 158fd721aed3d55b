"""The two routes of the validation service. Bodies are parsed off the event loop, so FastAPI does not read them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from serving.content import body_schema
from serving.errors import error_responses
from validation.schemas import ConvertRequest, ValidateRequest, ValidateResponse
from validation.service import ValidationService

router = APIRouter()

WORK_PATHS = frozenset({"/validate/", "/convert/"})
"""Routes whose requests count towards the occupancy."""


def service_of(request: Request) -> ValidationService:
    """Return the service that the application runs."""
    service: ValidationService = request.app.state.service
    return service


Service = Annotated[ValidationService, Depends(service_of)]


_ERRORS = error_responses(408, 413, 415, 422, 503)
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"X-Notes": {"description": "Parts of the file that were lost.", "schema": {"type": "string"}}},
    }
}


@router.post("/validate/", responses=_ERRORS, openapi_extra=body_schema(json_model=ValidateRequest))
async def validate(request: Request, service: Service) -> ValidateResponse:
    """Score how well a splat shows a prompt."""
    with service.outcome():
        body, data = await service.read(request, ValidateRequest)
        return await service.run(
            request, lambda engine: engine.validate(body.prompt, data, body.seed, preview=body.preview)
        )


@router.post(
    "/convert/",
    responses=_ERRORS | _FILE,
    response_class=Response,
    openapi_extra=body_schema(json_model=ConvertRequest),
)
async def convert(request: Request, service: Service) -> Response:
    """Convert a splat to another format."""
    with service.outcome():
        body, data = await service.read(request, ConvertRequest)
        converted = await service.run(
            request, lambda engine: engine.convert(data, body.to, body.metadata, body.spz_version)
        )
        headers = {"X-Notes": "; ".join(converted.notes)} if converted.notes else {}
        return Response(converted.data, media_type="application/octet-stream", headers=headers)
