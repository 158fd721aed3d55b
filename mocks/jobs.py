"""A client of the generation service: submits a prompt as a job, follows it to its end, and saves its files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from mocks.output import say
from mocks.results import FORMATS
from serving.text import slug

BAR_WIDTH = 30


class JobFailedError(Exception):
    """The service refused the prompt or did not finish the job; the message has the reason."""


def submit(client: httpx.Client, prompt: str) -> dict[str, Any]:
    """Submit a job. Raises JobFailedError, with the service's message, if it refuses the prompt."""
    response = client.post("/jobs/", json={"prompt": prompt})
    if response.status_code != 202:
        raise JobFailedError(f"the service refused the prompt: {response.json().get('detail', response.text)}")
    return dict(response.json())


def follow(client: httpx.Client, job_id: str) -> Iterator[dict[str, Any]]:
    """Yield the state of a job from each of its events, until it ends."""
    with client.stream("GET", f"/jobs/{job_id}/events") as stream:
        stream.raise_for_status()
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


def download(client: httpx.Client, job: dict[str, Any], folder: Path, name: str) -> list[Path]:
    """Save every format of a finished job as `folder`/`name`.<format>."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for extension in FORMATS:
        response = client.get(f"/jobs/{job['id']}/result.{extension}")
        response.raise_for_status()
        path = folder / f"{name}.{extension}"
        path.write_bytes(response.content)
        paths.append(path)
    return paths


def generate(client: httpx.Client, prompt: str, folder: Path) -> list[Path]:
    """Run one job from prompt to files, and print its progress. Raises JobFailedError if it is not done."""
    job = submit(client, prompt)
    for latest in follow(client, job["id"]):
        job = latest
        _show(job)
    if job["status"] != "done":
        error = job.get("error") or {"code": job["status"], "detail": "the service ended its stream"}
        raise JobFailedError(f"the job is {job['status']}: {error['detail']} ({error['code']})")
    say("understood", f"{job['understood'] or job['prompt']} (seed {job['seed']})")
    return download(client, job, folder, slug(prompt))


def _show(job: dict[str, Any]) -> None:
    """Print a progress bar on a terminal; elsewhere only its last state."""
    share = float(job["progress"])
    bar = f"[{'#' * round(share * BAR_WIDTH):<{BAR_WIDTH}}] {share:4.0%}  {job['stage'] or job['status']}"
    ended = job["status"] not in {"queued", "running"}
    if sys.stdout.isatty():
        print(f"\r{'progress':<11} {bar:<60}", end="\n" if ended else "", flush=True)
    elif ended:
        say("progress", bar)
