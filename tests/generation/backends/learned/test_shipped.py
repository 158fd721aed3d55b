"""The learned generators' shipped configurations, served with tiny weights; and what stops the service."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from generation.backends import learned
from generation.backends.contract import BackendUnusable
from generation.backends.learned import WeightFiles, read_weights_table
from generation.preflight import WEIGHT_OPTIONS
from splats.codecs import decode
from tests.eventually import eventually

CONFIGS = ("lgm.yaml", "text.yaml", "text_mv.yaml", "trellis.yaml")
FORM = {"prompt": "a red chair", "seed": 5}


def preview_of(client: TestClient, path: str, look: int) -> bytes:
    """Return preview number `look` of a running job."""
    url = f"{path}/preview.png?look={look}"
    eventually(lambda: client.get(path).json()["preview"] == url)
    image = client.get(url)
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    return image.content


@pytest.mark.parametrize("name", CONFIGS)
def test_every_route_is_served(name: str, shipped, serving) -> None:
    config = shipped(name)
    with serving(config) as client:
        assert config.backend in client.get("/version/").json()
        raw = client.post("/generate_raw/", data={**FORM, "format": "ply"})
        assert raw.headers["X-Seed"] == "5"
        assert len(decode(raw.content)) > 100
        assert client.post("/generate/", data=FORM).status_code == 200
        assert client.post("/generate_model/", data=FORM).content == raw.content
        video = client.post("/generate_video/", data={**FORM, "video_res": 64})
        assert video.headers["Content-Type"] == "video/mp4"
        job = f"/jobs/{client.post('/jobs/', json=FORM).json()['id']}"
        assert "event: done" in client.get(f"{job}/events").text
        assert client.get(job).json()["status"] == "done"
        assert all(client.get(f"{job}/result.{kind}").status_code == 200 for kind in ("ply", "spz", "png", "mp4"))
        assert [client.delete(job).status_code, client.get(f"{job}/result.ply").status_code] == [204, 410]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("lgm.yaml", [128, 256]),
        ("text.yaml", [256, 256]),
        ("text_mv.yaml", [256, 256]),
        ("trellis.yaml", [256, 256]),
    ],
)
def test_a_running_job_has_previews(name: str, sizes: list[int], shipped, serving, gate) -> None:
    """LGM its four views, 64 pixels each with tiny weights, then its splats; TRELLIS its voxels; the others splats."""
    with serving(shipped(name), gate) as client:
        path = f"/jobs/{client.post('/jobs/', json=FORM).json()['id']}"
        for look, size in enumerate(sizes, start=1):
            with Image.open(io.BytesIO(preview_of(client, path, look))) as image:
                assert image.size == (size, size)
                assert len(image.getcolors(1 << 16) or ()) > 1  # something is visible
            gate.open.release()
        client.get(f"{path}/events")
        done = client.get(path).json()
        assert (done["status"], done["preview"]) == ("done", None)
        assert client.get(f"{path}/preview.png").json()["code"] == "no_preview"


def test_a_cancelled_job_has_no_preview(shipped, serving, gate) -> None:
    with serving(shipped("lgm.yaml"), gate) as client:
        path = f"/jobs/{client.post('/jobs/', json=FORM).json()['id']}"
        preview_of(client, path, 1)
        client.delete(path)
        gone = client.get(f"{path}/preview.png?look=1")
        assert (gone.status_code, gone.json()["code"]) == (404, "no_preview")


@pytest.mark.parametrize("name", CONFIGS)
def test_missing_weights_stop_the_service_with_one_message(name: str, shipped, application, tmp_path: Path) -> None:
    table = tmp_path / "weights.yaml"
    entry = "{folder: nowhere, files: {weights: %s.pt}, licence: MIT, size_mib: 1}"
    options: dict[str, Any] = shipped(name).options
    names = [options[role] for role in WEIGHT_OPTIONS if role in options]
    table.write_text("".join(f"{name}: {entry % name}\n" for name in names))
    app = application(shipped(name, weights=str(table)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        eventually(lambda: app.state.status.fatal is not None)
        assert all(f"{tmp_path}/nowhere/{name}.pt does not exist" in app.state.status.fatal for name in names)
        assert client.get("/ready/").status_code == 503


@pytest.mark.parametrize("name", CONFIGS)
def test_a_missing_device_is_an_error_without_fallback(name: str, load) -> None:
    with pytest.raises(BackendUnusable, match="no CUDA device 'cuda:99'"):
        load(name, "cuda:99")


@pytest.mark.parametrize(
    ("revision", "offline", "logged"), [("main", False, True), ("main", True, False), ("0" * 40, False, False)]
)
def test_weights_that_may_change_on_their_hub_are_logged(
    revision: str, offline: bool, logged: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table = tmp_path / "weights.yaml"
    table.write_text(
        f"one: {{hub: some/one, revision: {revision!r}, files: {{weights: a}}, licence: MIT, size_mib: 1}}\n"
    )
    with caplog.at_level(logging.WARNING, logger=learned.__name__):  # an SDK imported before may have silenced it
        WeightFiles(read_weights_table(str(table)), ["one"], "cpu", "float32", offline=offline, fetch=lambda *_: table)
    assert ("weights not pinned: one" in caplog.text) is logged
