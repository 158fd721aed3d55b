from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from serving.settings import ShellSettings
from splats.codecs import decode, encode_ply, encode_spz
from splats.model import Splats
from tests.http_methods import compare_head_with_get, paths_of
from validation.app import create_app
from validation.engine import Engine
from validation.errors import ScorerError, WorkerLostError
from validation.schemas import MAX_BASE64_CHARS, MAX_BODY_BYTES
from validation.scoring.judge import Judge
from validation.serve import main
from validation.settings import ValidationSettings

SETTINGS = ValidationSettings(shell=ShellSettings(port=8094))
URL = "http://127.0.0.1:8094"


def make_app(engine: Callable[[], Engine], settings: ValidationSettings = SETTINGS) -> FastAPI:
    return create_app(settings, "1.0.0 tiny@1+fp32 cpu", engine)


@pytest.fixture
def client(tiny_engine: Callable[[], Engine]) -> Iterator[TestClient]:
    with TestClient(make_app(tiny_engine), base_url=URL) as client:
        wait_until_ready(client)
        yield client


def wait_until_ready(client: TestClient) -> None:
    while client.get("/ready/").status_code != 200:
        pass


@pytest.fixture(scope="module")
def body(honest: Splats) -> dict[str, Any]:
    return {"prompt": "a red ball", "data": base64.b64encode(encode_spz(honest)).decode(), "seed": 3}


def test_scores_an_asset_with_every_field(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/validate/", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"score", "alignment", "quality", "parts", "scorer", "seed", "fingerprint", "preview", "notes"}
    assert 0 <= found["score"] <= 1
    assert round(found["score"], 4) == found["score"]
    assert (found["scorer"], found["seed"], found["preview"]) == ("tiny@1+fp32", 3, None)
    assert len(found["fingerprint"]["digest"]) == 64
    assert len(found["fingerprint"]["embedding"]) == 64
    assert found["parts"]["outside_vocabulary"] == 0


def test_the_seed_is_zero_and_there_is_no_preview_unless_asked(client: TestClient, body: dict[str, Any]) -> None:
    found = client.post("/validate", json={"prompt": body["prompt"], "data": body["data"]}).json()
    assert (found["seed"], found["preview"]) == (0, None)


def test_a_preview_is_a_png_of_all_views(client: TestClient, body: dict[str, Any]) -> None:
    preview = client.post("/validate/", json={**body, "preview": True}).json()["preview"]
    image = Image.open(io.BytesIO(base64.b64decode(preview, validate=True)))
    assert (image.format, image.size) == ("PNG", (256, 256))


def test_ply_and_spz_of_one_asset_have_one_digest(client: TestClient, body: dict[str, Any], honest: Splats) -> None:
    ply = {**body, "data": base64.b64encode(encode_ply(honest)).decode()}
    first, second = (client.post("/validate/", json=sent).json() for sent in (body, ply))
    assert first["fingerprint"]["digest"] == second["fingerprint"]["digest"]
    assert abs(first["score"] - second["score"]) < 0.02


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ("", 422, "unknown_format"),
        ("!!!!", 422, "bad_encoding"),
        ("c3BsYXQ", 422, "bad_encoding"),
        (base64.b64encode(b"ply\n").decode(), 422, "truncated"),
        ("A" * (MAX_BASE64_CHARS + 4), 413, "too_large"),
        ("A" * (MAX_BODY_BYTES + 4), 413, "too_large"),
    ],
)
def test_the_miners_faults_have_codes_of_the_reject_list(client: TestClient, data: str, status: int, code: str) -> None:
    answer = client.post("/validate/", json={"prompt": "a ball", "data": data})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""},
        {"prompt": "x" * 1025},
        {"prompt": "a\u0000b"},
        {"prompt": None},
        {"seed": -1},
        {"seed": 2**32},
        {"seed": "1"},
        {"preview": "yes"},
        {"data": 5},
        {"sead": 1},
    ],
)
def test_the_validators_faults_are_invalid_requests(
    client: TestClient, body: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = client.post("/validate/", json={**body, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_null_for_an_optional_field_is_its_default(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/validate/", json={**body, "seed": None, "preview": None}).json()["seed"] == 0
    converted = client.post("/convert/", json={"data": body["data"], "to": "ply", "metadata": None})
    assert converted.status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"prompt=a&data=b", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        ('{"prompt": "a"}'.encode("utf-16"), "application/json"),
        ('{"prompt": "é"}'.encode("latin-1"), "application/json; charset=iso-8859-1"),
    ],
)
@pytest.mark.parametrize("path", ["/validate/", "/convert/"])
def test_bodies_of_another_kind_are_refused(client: TestClient, path: str, content: bytes, kind: str) -> None:
    answer = client.post(path, content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_byte_order_mark_is_skipped(client: TestClient, honest: Splats) -> None:
    body = {"data": base64.b64encode(encode_spz(honest)).decode(), "to": "ply"}
    content = b"\xef\xbb\xbf" + json.dumps(body).encode()
    assert client.post("/convert/", content=content, headers={"Content-Type": "application/json"}).status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"prompt": "\\ud800"}', b"[" * 100_000, b"NaN"])
def test_bodies_that_are_not_a_json_object_are_invalid_requests(client: TestClient, content: bytes) -> None:
    answer = client.post("/validate/", content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_the_prompt_is_brought_to_one_form(client: TestClient, body: dict[str, Any]) -> None:
    scores = [
        client.post("/validate/", json={**body, "prompt": prompt}).json()["score"]
        for prompt in ("  café ", "cafe\u0301")
    ]
    assert scores[0] == scores[1]


def test_converts_between_formats(client: TestClient, body: dict[str, Any], honest: Splats) -> None:
    answer = client.post("/convert/", json={"data": body["data"], "to": "ply", "metadata": {"seed": "3"}})
    assert answer.headers["content-type"] == "application/octet-stream"
    assert b"comment seed: 3\n" in answer.content[:200]
    assert len(decode(answer.content)) == len(honest)


def test_converting_to_a_format_that_is_not_written_is_the_callers_fault(
    client: TestClient, body: dict[str, Any]
) -> None:
    answer = client.post("/convert/", json={"data": body["data"], "to": "glb"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_format")


@pytest.mark.parametrize("version", [None, 2, 3])
def test_converts_to_the_version_of_spz_asked_for(
    client: TestClient, body: dict[str, Any], version: int | None
) -> None:
    answer = client.post("/convert/", json={"data": body["data"], "to": "spz", "spz_version": version})
    assert gzip.decompress(answer.content)[4] == (version or 3)
    assert "x-notes" not in answer.headers


def test_tells_what_of_a_file_is_not_used(client: TestClient, body: dict[str, Any]) -> None:
    payload = bytearray(gzip.decompress(base64.b64decode(body["data"])))
    payload[14] |= 2
    data = base64.b64encode(bytes(payload) + bytes([1, 0, 0, 1, 0, 0, 0, 0])).decode()
    converted = client.post("/convert/", json={"data": data, "to": "ply"})
    assert converted.headers["x-notes"] == "1 SPZ extension record was skipped"
    assert client.post("/validate/", json={**body, "data": data}).json()["notes"] == [converted.headers["x-notes"]]
    assert client.post("/validate/", json=body).json()["notes"] == []


def test_the_largest_metadata_gives_a_file_that_can_be_read(client: TestClient, body: dict[str, Any]) -> None:
    metadata = {f"key{i}": "я" * 1000 for i in range(8)}
    answer = client.post("/convert/", json={"data": body["data"], "to": "ply", "metadata": metadata})
    assert len(decode(answer.content)) > 0


@pytest.mark.parametrize(
    "change",
    [
        {"to": "exe"},
        {"spz_version": 1},
        {"spz_version": 4},
        {"spz_version": "2"},
        {"metadata": {"bad key": "x"}},
        {"metadata": {"k": "x" * 1025}},
        {"metadata": {f"key{i}": "я" * 1000 for i in range(9)}},  # with escapes, more than a header may have
    ],
)
def test_a_conversion_that_makes_no_sense_is_an_invalid_request(
    client: TestClient, body: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = client.post("/convert/", json={"data": body["data"], "to": "ply", **change})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_metrics_count_outcomes_and_time_stages(client: TestClient, body: dict[str, Any]) -> None:
    client.post("/validate/", json=body)
    client.post("/validate/", json={**body, "data": "!"})
    text = client.get("/metrics").text
    assert 'validation_outcomes_total{outcome="ok"} 1.0' in text
    assert 'validation_outcomes_total{outcome="bad_encoding"} 1.0' in text
    assert 'validation_stage_seconds_count{stage="render"} 1.0' in text
    assert 'validation_stage_seconds_count{stage="model"} 1.0' in text
    assert "validation_waiting_requests 0.0" in text


def test_version_names_scorer_and_renderer(client: TestClient) -> None:
    assert client.get("/version/").json() == "1.0.0 tiny@1+fp32 cpu"


class LosingTasks:
    """A worker that is always lost."""

    def call(self, task: str, *values: object) -> Any:
        raise WorkerLostError("killed")

    def close(self) -> None:
        pass


def test_a_lost_worker_is_the_services_fault(tiny_judge: Judge, body: dict[str, Any]) -> None:
    with TestClient(make_app(lambda: Engine(LosingTasks(), tiny_judge, "tiny@1+fp32")), base_url=URL) as client:
        wait_until_ready(client)
        answer = client.post("/validate/", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "worker_lost")
    assert int(answer.headers["retry-after"]) >= 1


def test_a_scorer_that_cannot_be_loaded_stops_the_server(body: dict[str, Any]) -> None:
    def broken() -> Engine:
        raise ScorerError("the weights are damaged")

    app = make_app(broken)
    with TestClient(app, base_url=URL) as client:
        while app.state.status.fatal is None:
            client.get("/health/")
        assert client.get("/ready/").status_code == 503
        assert client.post("/validate/", json=body).status_code == 503
    assert app.state.status.fatal == "the weights are damaged"


def test_a_draining_server_takes_no_new_work(client: TestClient, body: dict[str, Any]) -> None:
    client.app.state.status.draining = True  # type: ignore[attr-defined]
    answer = client.post("/validate/", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "retry-after" in answer.headers


async def ready_client(app: FastAPI, engine: Engine) -> httpx.AsyncClient:
    app.state.service.engine = engine
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=URL, timeout=120)


def test_scores_are_bit_equal_alone_and_under_sixteen_requests(
    tiny_engine: Callable[[], Engine], body: dict[str, Any]
) -> None:
    prompts = ["a red ball", "a dog", "a blue nose", "something else entirely"]

    async def compare() -> None:
        async with await ready_client(make_app(tiny_engine), tiny_engine()) as client:
            sent = [{**body, "prompt": prompts[i % 4], "seed": i % 2} for i in range(16)]
            together = await asyncio.gather(*(client.post("/validate/", json=one) for one in sent))
            alone = [await client.post("/validate/", json=one) for one in sent[:4]]
        texts = [json.dumps(answer.json(), sort_keys=True) for answer in together]
        assert [answer.status_code for answer in together] == [200] * 16
        assert texts[:4] == [json.dumps(answer.json(), sort_keys=True) for answer in alone]
        assert len(set(texts)) == 4
        assert all(texts[i] == texts[i % 4] for i in range(16))

    asyncio.run(compare())


def test_a_full_service_says_when_to_come_back(tiny_engine: Callable[[], Engine], body: dict[str, Any]) -> None:
    async def fill() -> None:
        app = make_app(tiny_engine, SETTINGS.model_copy(update={"max_waiting": 2}))
        async with await ready_client(app, tiny_engine()) as client:
            answers = await asyncio.gather(*(client.post("/validate/", json=body) for _ in range(5)))
            after = await client.post("/validate/", json=body)
        assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503]
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert refused.json()["code"] == "busy"
        assert int(refused.headers["retry-after"]) >= 1
        assert after.status_code == 200

    asyncio.run(fill())


def test_too_many_bytes_in_the_house_are_refused_before_they_are_read(
    tiny_engine: Callable[[], Engine], body: dict[str, Any]
) -> None:
    with TestClient(
        make_app(tiny_engine, SETTINGS.model_copy(update={"max_waiting_bytes": 10})), base_url=URL
    ) as client:
        assert client.post("/validate/", json=body).json()["code"] == "busy"
        assert client.get("/health/").status_code == 200


class BusyTasks(LosingTasks):
    """A worker whose task runs until it is closed."""

    def __init__(self) -> None:
        self.end = threading.Event()

    def call(self, task: str, *values: object) -> Any:
        self.end.wait(30)
        raise WorkerLostError("ended")

    def close(self) -> None:
        self.end.set()


def test_a_disconnect_ends_the_wait_for_the_result(tiny_judge: Judge, body: dict[str, Any]) -> None:
    async def hang_up() -> None:
        engine = Engine(BusyTasks(), tiny_judge, "tiny@1+fp32")
        app = make_app(lambda: engine)
        app.state.service.engine = engine
        incoming = iter([{"type": "http.request", "body": json.dumps(body).encode()}])

        async def receive() -> Any:
            return next(incoming, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            pass

        headers = [(b"host", b"127.0.0.1"), (b"content-length", b"1000")]
        scope = {"type": "http", "method": "POST", "path": "/validate/", "headers": headers, "query_string": b""}
        scope |= {"raw_path": b"/validate/", "scheme": "http", "http_version": "1.1", "root_path": ""}
        await asyncio.wait_for(app(scope, receive, send), 10)
        assert (app.state.service.occupancy.requests, app.state.service.occupancy.bytes) == (0, 0)
        engine.close()

    asyncio.run(hang_up())


def test_refuses_to_start_without_weights(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--scorer", "clip-vitb16-openai", "--port", "0"])
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert "ViT-B-16.pt" in message
    assert "--weights PATH" in message


def test_refuses_to_start_in_a_dtype_in_which_the_scorer_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--scorer", "three-gen-small", "--dtype", "bf16", "--port", "0"])
    assert "three-gen-small@1 supports only fp32" in capsys.readouterr().err


def test_refuses_to_bind_beyond_loopback_without_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--host", "0.0.0.0"])
    assert "--api_key_file" in capsys.readouterr().err


def test_refuses_a_setting_that_makes_no_sense(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["--weights_sha256", "xyz"])
    assert "weights_sha256" in capsys.readouterr().err


def test_every_get_route_answers_head(client: TestClient) -> None:
    paths = [path for path in paths_of(client) if path != "/metrics"]
    assert {compare_head_with_get(client, path) for path in paths} == {200}
    assert client.head("/metrics").status_code == 200
    assert [compare_head_with_get(client, path) for path in ("/validate/", "/convert/")] == [405, 405]
    assert client.get("/validate/").headers["allow"] == "POST"
