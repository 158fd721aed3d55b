"""The demo: one prompt through the real generation service, on this machine alone. Run by `make demo`.

PROMPT="pink bicycle" python -m mocks.local_network [--out out]

Reads the prompt from the environment, starts the service on a free loopback port, submits a job, follows it and
writes out/<slug>.{mp4,png,spz,ply}. Exits 0 only if every file is there and decodes.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from mocks.processes import ROOT, ServiceFailed, running
from mocks.results import FORMATS, BadResult, describe
from serving.slugs import slug

JOB_S = 600.0
"""Longest silence of the job's event stream and of one download; the service comments every 15 s."""
BAR_WIDTH = 30


class DemoFailed(Exception):
    """The demo cannot go on; the message says why, for the person who typed `make demo`."""


def submit(client: httpx.Client, prompt: str) -> dict[str, Any]:
    """The new job. Raises DemoFailed with the service's words when it refuses the prompt."""
    answer = client.post("/jobs/", json={"prompt": prompt})
    if answer.status_code != 202:
        raise DemoFailed(f"the service refused the prompt: {answer.json().get('detail', answer.text)}")
    return dict(answer.json())


def follow(client: httpx.Client, job_id: str) -> Iterator[dict[str, Any]]:
    """The job as each event tells it, up to its end."""
    with client.stream("GET", f"/jobs/{job_id}/events") as stream:
        stream.raise_for_status()
        for line in stream.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


def download(client: httpx.Client, job: dict[str, Any], folder: Path, name: str) -> list[Path]:
    """Saves every format of a finished job as `folder`/`name`.<format>."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for extension in FORMATS:
        answer = client.get(f"/jobs/{job['id']}/result.{extension}")
        answer.raise_for_status()
        path = folder / f"{name}.{extension}"
        path.write_bytes(answer.content)
        paths.append(path)
    return paths


def generate(client: httpx.Client, prompt: str, folder: Path) -> list[Path]:
    """One job from prompt to files. Raises DemoFailed when it does not end well."""
    job = submit(client, prompt)
    for now in follow(client, job["id"]):
        job = now
        _show(job)
    if job["status"] != "done":
        error = job.get("error") or {"code": job["status"], "detail": "the service ended its stream"}
        raise DemoFailed(f"the job is {job['status']}: {error['detail']} ({error['code']})")
    _say("understood", f"{job['understood'] or job['prompt']} (seed {job['seed']})")
    return download(client, job, folder, slug(prompt))


def run(prompt: str, folder: Path, config: str) -> None:
    """The whole demo. Raises DemoFailed, ServiceFailed or BadResult."""
    _say("prompt", prompt)
    args = ["--config", str(ROOT / config)]
    with running("generation", "generation/serve.py", args, folder / "logs" / "generation.log") as generation:
        _say("service", f"generation is ready on {generation.url} after {generation.ready_s:.1f} s")
        with httpx.Client(base_url=generation.url, timeout=JOB_S, trust_env=False) as client:
            paths = generate(client, prompt, folder)
    for path in paths:
        _say("made", f"{path}  {path.stat().st_size / 1e6:.2f} MB  {describe(path)}")


def main() -> int:
    """Runs the demo with the prompt of the environment; the exit status."""
    parser = argparse.ArgumentParser(description="Turn the prompt in $PROMPT into a splat and a video.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of the results (out)")
    parser.add_argument(
        "--config", default="generation/configs/procedural.yaml", help="config of the generation service"
    )
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(os.environ.get("PROMPT", "pink bicycle"), args.out, args.config)
    except (DemoFailed, ServiceFailed, BadResult, httpx.HTTPError) as error:
        print(f"demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return 0


def _say(what: str, words: str) -> None:
    print(f"{what:<11} {words}", flush=True)


def _show(job: dict[str, Any]) -> None:
    """One line that fills up on a terminal; elsewhere only the first and the last."""
    share = float(job["progress"])
    words = f"[{'#' * round(share * BAR_WIDTH):<{BAR_WIDTH}}] {share:4.0%}  {job['stage'] or job['status']}"
    ended = job["status"] not in {"queued", "running"}
    if sys.stdout.isatty():
        print(f"\r{'progress':<11} {words:<60}", end="\n" if ended else "", flush=True)
    elif ended:
        _say("progress", words)


if __name__ == "__main__":
    raise SystemExit(main())
