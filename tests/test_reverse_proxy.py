"""The nginx configuration of docs/reverse_proxy.md, run as it is but for its ports and its TLS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from mocks.processes import free_port
from neurons.status import status_app
from neurons.validator.pages import status_pages
from neurons.validator.tasks.rules import TaskRules
from serving.app import ShellLimits, create_shell
from serving.settings import ShellSettings
from serving.status import ServiceStatus
from tests.eventually import eventually
from tests.generation.conftest import Pace, app_of
from validation.schemas import MAX_BODY_BYTES

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
SITE, VIEWER = "https://splats.example.org", "https://viewer.example.org"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(NGINX is None, reason="nginx is not installed")]


def scoring_app() -> FastAPI:
    """Stand in for the validation service: it counts bytes."""
    shell = ShellSettings(port=0, root_path="/validation", allowed_hosts=("splats.example.org",))
    status = ServiceStatus(version=lambda: "1")
    app = create_shell("validation", shell, status, ShellLimits(max_body_bytes=MAX_BODY_BYTES))

    @app.post("/convert/")
    async def convert(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture(scope="module")
def site(
    root: Path, live: Callable[..., AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of the site that nginx serves."""
    shell = {"root_path": "/generation", "allowed_hosts": ["splats.example.org"], "allowed_origins": [VIEWER]}
    pages = status_pages(lambda: None, TaskRules())
    status = status_app("validator", ShellSettings(port=0), ServiceStatus(version=lambda: "1"), pages)
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    with ExitStack() as stack:
        urls = [stack.enter_context(live(app)) for app in (app_of(Pace(), shell), scoring_app(), status)]
        (folder / "nginx.conf").write_text(configuration(root, folder, port, urls))
        command = [str(NGINX), "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
        process = subprocess.Popen(command)
        stack.callback(process.wait, timeout=30)
        stack.callback(process.terminate)
        client = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Host": "splats.example.org"}, timeout=30, trust_env=False
            )
        )
        eventually(lambda: is_up(client))
        yield client


def configuration(root: Path, folder: Path, port: int, urls: list[str]) -> str:
    """Return a whole configuration around the documented server, on loopback and without TLS."""
    found = re.search(r"```nginx\n(.*?)```", (root / "docs/reverse_proxy.md").read_text(), re.DOTALL)
    assert found is not None
    server = re.sub(r"\n *ssl_.*", "", found[1]).replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    for documented, url in zip((8093, 8094, 8095), urls, strict=True):
        assert f"http://127.0.0.1:{documented}/" in server
        server = server.replace(f"http://127.0.0.1:{documented}/", f"{url}/")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.getuid() == 0 else ""
    events = "daemon off;\npid nginx.pid;\nevents {}\n"
    return f"{user}{events}http {{\naccess_log off;\n{temporary}{server}}}\n"


def is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/generation/ready/").status_code == 200
    except httpx.TransportError:
        return False


def done_job(site: httpx.Client) -> dict[str, dict[str, str]]:
    accepted = site.post("/generation/jobs/", json={"prompt": "a"}, headers={"Origin": SITE})
    url = accepted.headers["location"]
    assert (accepted.status_code, url) == (202, f"/generation/jobs/{accepted.json()['id']}")
    events = site.get(f"{url}/events").text
    return dict(json.loads(events.rsplit("data: ", 1)[1].split("\n")[0]))


def test_a_job_is_followed_and_its_files_are_fetched_through_the_proxy(site: httpx.Client) -> None:
    job = done_job(site)
    assert job["status"] == "done"
    answers = {name: site.get(path) for name, path in job["results"].items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    path, tag = job["results"]["spz"], answers["spz"].headers["etag"]
    assert site.get(path, headers={"If-None-Match": tag}).status_code == 304
    part = site.get(path, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.content) == (206, b"\x1f\x8b")
    assert site.head(path).headers["etag"] == tag


@pytest.mark.parametrize("page", ["/generation/", "/validator/"])
def test_a_page_and_all_that_it_refers_to_are_found(site: httpx.Client, page: str) -> None:
    answer = site.get(page)
    assert answer.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(named) >= 2
    assert {site.get(httpx.URL(str(answer.url)).join(path)).status_code for path in named} == {200}
    assert site.get(page.rstrip("/")).status_code == 301


def test_the_status_pages_data_are_found_beside_it(site: httpx.Client) -> None:
    assert site.get("/validator/miners/").json()["not_ready"] == ["the validator is starting"]


def test_a_listed_origin_reads_results_and_no_other(site: httpx.Client) -> None:
    path = done_job(site)["results"]["spz"]
    shared = site.get(path, headers={"Origin": VIEWER})
    assert (shared.headers["access-control-allow-origin"], shared.headers["vary"]) == (VIEWER, "Origin")
    assert "access-control-allow-origin" not in site.get(path, headers={"Origin": "https://evil.example"}).headers
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    assert site.options(path, headers={"Origin": VIEWER, **asked}).status_code == 204
    assert site.options(path, headers={"Origin": "https://evil.example", **asked}).status_code == 405
    assert site.post("/generation/jobs/", json={"prompt": "a"}, headers={"Origin": VIEWER}).status_code == 403


def test_other_hosts_are_refused(site: httpx.Client) -> None:
    answer = site.get("/generation/health/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")


def test_the_largest_body_passes(site: httpx.Client) -> None:
    assert site.post("/validation/convert/", content=bytes(MAX_BODY_BYTES)).json() == MAX_BODY_BYTES
