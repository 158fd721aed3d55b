"""The studio page: static files, served without a key; the routes it calls need one."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from serving.files import ServedFile, ServedFolder

STUDIO = Path(__file__).parent / "studio"


def add_studio(app: FastAPI) -> None:
    """Serve the studio at / and its files below /studio/."""

    @app.get("/", include_in_schema=False)
    async def studio() -> ServedFile:
        return ServedFile(STUDIO / "index.html", media_type="text/html")

    app.mount("/studio", ServedFolder(directory=STUDIO), name="studio")
