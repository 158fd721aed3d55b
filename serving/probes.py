"""GET /health/, /ready/, /version/ and /metrics, for supervisors, clients and Prometheus."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict

from serving.errors import busy, error_responses
from serving.status import ServiceStatus


class Health(BaseModel):
    """The process is alive, possibly busy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The service can take work now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["ready"] = "ready"


def probe_routes(status: ServiceStatus, *, with_metrics: bool = True) -> APIRouter:
    """Return the probes of a service; a public one leaves out the metrics."""
    router = APIRouter(tags=["probes"])

    @router.get("/health/", summary="Is the process alive?")
    async def health() -> Health:
        return Health()

    @router.get("/ready/", summary="Can it take work?", responses=error_responses(503))
    async def ready() -> Ready:
        if reasons := status.reasons():
            raise busy("not_ready", "; ".join(reasons), 5)
        return Ready()

    @router.get("/version/", summary="Versions of the service and of what it computes with")
    async def version() -> str:
        return status.version()

    if with_metrics:

        @router.get(
            "/metrics",
            summary="Prometheus metrics",
            response_class=Response,
            responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        )
        async def metrics() -> Response:
            return Response(generate_latest(status.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
