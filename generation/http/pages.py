"""The studio page: static files, served without a key; the routes it calls need one."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from serving.files import ServedFolder

STUDIO = Path(__file__).parent / "studio"


def add_studio(app: FastAPI, root_path: str) -> None:
    """Serve the studio at / and its files below /studio/; the page finds them below `root_path`."""
    page = (STUDIO / "index.html").read_text(encoding="utf-8").replace('"/studio/', f'"{root_path}/studio/')

    @app.get("/", include_in_schema=False)
    async def studio() -> HTMLResponse:
        return HTMLResponse(page)

    app.mount("/studio", ServedFolder(directory=STUDIO), name="studio")
