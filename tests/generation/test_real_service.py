"""The service without fakes: the shipped configuration, the procedural generator, the real encoders."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import av
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from generation.app import create_app
from generation.pipeline import build_pipeline
from generation.settings import read_settings
from splats.codecs import decode


@pytest.fixture(scope="module")
def real() -> Iterator[TestClient]:
    settings = read_settings([])
    pipeline = build_pipeline(settings.config.backend, settings.config.options)
    with TestClient(create_app(settings, pipeline), base_url="http://127.0.0.1") as client:
        while client.get("/ready/").status_code != 200:
            pass
        yield client


def test_a_prompt_becomes_the_same_splat_for_the_same_seed(real: TestClient) -> None:
    fields = {"prompt": "pink bicycle", "seed": "7"}
    first, second = (real.post("/generate/", data=fields).content for _ in range(2))
    assert first == second
    assert 20_000 <= len(decode(base64.b64decode(first))) <= 60_000


def test_a_prompt_becomes_a_video(real: TestClient) -> None:
    video = real.post("/generate_video/", data={"prompt": "pink bicycle", "video_res": "64"}).content
    with av.open(io.BytesIO(video)) as container:
        (stream,) = container.streams.video
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (64, 64)


def test_a_job_has_an_image_and_what_was_understood(real: TestClient) -> None:
    job = real.post("/jobs/", json={"prompt": "pink bicycle", "seed": 7}).json()
    real.get(f"/jobs/{job['id']}/events")
    done = real.get(f"/jobs/{job['id']}").json()
    assert "bicycle" in done["understood"]
    with Image.open(io.BytesIO(real.get(done["results"]["png"]).content)) as image:
        assert image.size == (512, 512)


def test_the_version_names_backend_and_renderer(real: TestClient) -> None:
    package, backend, renderer = real.get("/version/").json().split()
    assert package[0].isdigit()
    assert backend == "procedural"
    assert renderer
