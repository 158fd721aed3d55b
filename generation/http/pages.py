"""The studio page: static files, served without a key; the routes it calls need one."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

STUDIO = Path(__file__).parent / "studio"


def add_studio(app: FastAPI) -> None:
    """Serve the studio at / and its files below /studio/."""

    @app.get("/", include_in_schema=False)
    async def studio() -> FileResponse:
        return FileResponse(STUDIO / "index.html", media_type="text/html")

    app.mount("/studio", StaticFiles(directory=STUDIO), name="studio")
