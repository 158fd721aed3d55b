"""A small application to test the shell with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.testclient import TestClient
from pydantic import BaseModel

from serving.app import ShellLimits, create_shell
from serving.content import read_form, read_json, read_json_or_form
from serving.errors import ServiceError
from serving.schemas import Prompt
from serving.settings import ShellSettings
from serving.status import ServiceStatus


class Note(BaseModel):
    text: Prompt
    count: int = 0


class NoteForm(BaseModel):
    text: Prompt
    count: int = 0


def add_bodies(app: FastAPI) -> None:
    @app.post("/notes/")
    async def add_note(request: Request) -> Note:
        return await read_json(request, Note)

    @app.post("/forms/")
    async def add_form(request: Request) -> NoteForm:
        return await read_form(request, NoteForm)

    @app.post("/either/")
    async def add_either(request: Request) -> Note | NoteForm:
        return await read_json_or_form(request, Note, NoteForm)


def add_routes(app: FastAPI) -> None:
    @app.get("/notes/{note_id}")
    async def get_note(note_id: str) -> str:
        return note_id

    @app.get("/boom/")
    async def boom() -> str:
        raise RuntimeError("a secret detail")

    @app.get("/full/")
    async def full() -> str:
        raise ServiceError(503, "queue_full", "come back later", {"Retry-After": "7"})

    @app.get("/foreign/")
    async def foreign() -> PlainTextResponse:
        return PlainTextResponse("not our shape", status_code=416, headers={"Content-Range": "bytes */5"})

    @app.get("/page/")
    async def page() -> HTMLResponse:
        return HTMLResponse("<p>hello")

    @app.post("/bytes/")
    async def count_bytes(request: Request) -> int:
        return len(await request.body())

    @app.get("/hang/")
    async def hang() -> str:
        await asyncio.sleep(1000)
        return "never"


@pytest.fixture
def make_app() -> Callable[..., FastAPI]:
    """Return a function that makes an application. Further keyword arguments are shell settings."""

    def make(limits: ShellLimits | None = None, status: ServiceStatus | None = None, **settings: object) -> FastAPI:
        shell = ShellSettings.model_validate({"port": 0, **settings})
        app = create_shell(
            "trial",
            shell,
            status or ServiceStatus(version=lambda: "trial 1"),
            limits or ShellLimits(max_body_bytes=1000, body_timeout_s=0.3, public_paths=("/page/",)),
        )
        add_routes(app)
        add_bodies(app)
        return app

    return make


@pytest.fixture
def client(make_app: Callable[..., FastAPI]) -> TestClient:
    return TestClient(make_app(), base_url="http://127.0.0.1")
