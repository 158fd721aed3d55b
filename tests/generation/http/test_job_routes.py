"""The asynchronous routes: a job's life as a client sees it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.schemas import JOB_ID_PATTERN, Job
from splats.codecs import decode
from splats.turn import half_turn_x
from tests.eventually import eventually
from tests.http_methods import compare_head_with_get, paths_of


def submit(client: TestClient, prompt: str, **fields: object) -> dict[str, Any]:
    answer = client.post("/jobs/", json={"prompt": prompt, **fields})
    assert answer.status_code == 202
    return dict(answer.json())


def finished(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """The job at its end, which its event stream waits for."""
    text = client.get(f"/jobs/{job['id']}/events").text
    return dict(json.loads(text.rsplit("data: ", 1)[1].split("\n")[0]))


def test_a_job_is_accepted_with_its_location_and_its_seed(shared: TestClient) -> None:
    answer = shared.post("/jobs/", json={"prompt": " pink bicycle ", "seed": 5})
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{job['id']}"
    assert answer.headers["x-seed"] == "5"
    assert re.fullmatch(JOB_ID_PATTERN, job["id"])
    assert (job["prompt"], job["seed"], job["results"], job["finished_at"]) == ("pink bicycle", 5, {}, None)
    assert set(job) == set(Job.model_fields)


@pytest.mark.parametrize("prefix", ["", "/splats"])
def test_below_a_prefix_every_url_has_it(
    make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None], prefix: str
) -> None:
    with TestClient(make_app(shell={"root_path": "/splats"}), base_url="http://127.0.0.1") as client:
        ready(client)
        answer = client.post(f"{prefix}/jobs/", json={"prompt": "a"})
        url = answer.headers["location"]
        assert (answer.status_code, url) == (202, f"/splats/jobs/{answer.json()['id']}")
        job = json.loads(client.get(f"{url}/events").text.rsplit("data: ", 1)[1].split("\n")[0])
        assert job["results"] == {name: f"{url}/result.{name}" for name in ("ply", "spz", "mp4", "png")}
        assert all(client.get(path).status_code == 200 for path in job["results"].values())
        assert client.get(url.removeprefix("/splats")).json() == job
        assert client.delete(url).status_code == 204


@pytest.mark.parametrize("how", ["data", "files"])
def test_a_job_can_be_submitted_as_a_form(shared: TestClient, how: str) -> None:
    fields = {"prompt": "a", "seed": "5"} if how == "data" else {"prompt": (None, "a"), "seed": (None, "5")}
    answer = shared.post("/jobs/", **{how: fields})  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["seed"]) == (202, 5)


def test_a_done_job_has_what_was_understood_and_its_results(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    assert (job["status"], job["progress"], job["position"], job["error"]) == ("done", 1.0, None, None)
    assert job["understood"] == "understood a"
    assert datetime.fromisoformat(job["finished_at"]) >= datetime.fromisoformat(job["created_at"])
    assert set(job["results"]) == {"ply", "spz", "mp4", "png"}
    assert shared.get(f"/jobs/{job['id']}").json() == job


@pytest.mark.parametrize(
    ("name", "kind", "begins"),
    [
        ("ply", "application/octet-stream", b"ply\n"),
        ("spz", "application/octet-stream", b"\x1f\x8b"),
        ("mp4", "video/mp4", b"mp4"),
        ("png", "image/png", b"png"),
    ],
)
def test_each_result_has_its_media_type(shared: TestClient, name: str, kind: str, begins: bytes) -> None:
    job = finished(shared, submit(shared, "Pink Bicycle"))
    answer = shared.get(job["results"][name])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.content.startswith(begins)
    assert f"filename=\"pink-bicycle.{name}\"; filename*=UTF-8''" in answer.headers["content-disposition"]


def test_a_download_is_named_after_a_prompt_of_any_script(shared: TestClient) -> None:
    answer = shared.get(finished(shared, submit(shared, "красный велосипед"))["results"]["ply"])
    name = answer.headers["content-disposition"].partition("filename*=UTF-8''")[2]
    assert unquote(name) == "красный-велосипед.ply"


def test_a_result_can_be_fetched_as_spz_of_either_version(shared: TestClient) -> None:
    url = finished(shared, submit(shared, "a"))["results"]["spz"]
    files = [shared.get(url, params={"spz_version": version}) for version in (3, 2, 2)]
    assert [gzip.decompress(file.content)[4] for file in files] == [3, 2, 2]
    assert files[0].content == shared.get(url).content
    turned = shared.get(url, params={"spz_version": 2, "axes": "y_down"}).content
    assert gzip.decompress(turned)[4] == 2
    assert torch.allclose(decode(turned).means[:, 1], -decode(files[1].content).means[:, 1])
    assert shared.get(url.replace(".spz", ".ply"), params={"spz_version": 2}).content.startswith(b"ply\n")


@pytest.mark.parametrize("version", ["1", "4", "x", ""])
def test_a_result_of_another_version_of_spz_is_refused(shared: TestClient, version: str) -> None:
    url = finished(shared, submit(shared, "a"))["results"]["spz"]
    answer = shared.get(url, params={"spz_version": version})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_an_image_is_made_once_however_often_it_is_fetched(client: TestClient, pace: Any) -> None:
    job = finished(client, submit(client, "a"))
    assert pace.encodings == ["ply", "spz"]
    for _ in range(3):
        client.get(job["results"]["mp4"])
    assert pace.encodings == ["ply", "spz", "mp4"]


def test_a_part_of_a_result_can_be_fetched(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    part = shared.get(job["results"]["ply"], headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b"ply")
    beyond = shared.get(job["results"]["ply"], headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")


@pytest.mark.parametrize("name", ["ply", "spz", "mp4", "png"])
def test_a_result_is_not_sent_again_to_a_client_that_has_it(shared: TestClient, name: str) -> None:
    url = finished(shared, submit(shared, "a"))["results"][name]
    tag = shared.get(url).headers["etag"]
    known, other = (shared.get(url, headers={"If-None-Match": asked}) for asked in (tag, '"other"'))
    assert (known.status_code, known.content, other.status_code) == (304, b"", 200)
    assert known.headers["cache-control"] == "private, no-cache"
    turned = shared.get(url, params={"axes": "y_down"}, headers={"If-None-Match": tag})
    assert turned.status_code == (200 if name in {"ply", "spz"} else 304)  # other splats, but the same image


def test_a_range_of_another_unit_is_ignored(shared: TestClient) -> None:
    url = finished(shared, submit(shared, "a"))["results"]["spz"]
    assert shared.get(url, headers={"Range": "items=0-5"}).status_code == 200


@pytest.mark.parametrize("name", ["mp4", "png"])
def test_an_image_or_video_opened_in_a_tab_may_show_itself(shared: TestClient, name: str) -> None:
    headers = shared.get(finished(shared, submit(shared, "a"))["results"][name]).headers
    assert headers["content-disposition"].startswith("inline")
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"


def test_head_has_the_headers_of_get_for_every_route_of_a_job(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    path = f"/jobs/{job['id']}"
    statuses = [compare_head_with_get(shared, url) for url in (path, f"{path}/events", *job["results"].values())]
    assert statuses == [200] * 6
    refused = [f"{path}/preview.png", f"{path}/result.glb", f"{path}/result.ply?axes=x", "/jobs/" + "A" * 22]
    assert [compare_head_with_get(shared, url) for url in refused] == [404, 404, 422, 404]


def test_head_of_a_running_job_waits_for_nothing(client: TestClient, pace: Any) -> None:
    path = f"/jobs/{submit(client, 'slow')['id']}"
    events = client.head(f"{path}/events")
    assert (events.status_code, events.content) == (200, b"")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert compare_head_with_get(client, f"{path}/result.ply") == 409
    pace.go.set()


def test_head_makes_a_video_that_the_get_after_it_finds(client: TestClient, pace: Any) -> None:
    job = finished(client, submit(client, "a"))
    length = client.head(job["results"]["mp4"]).headers["content-length"]
    assert len(client.get(job["results"]["mp4"]).content) == int(length)
    assert pace.encodings == ["ply", "spz", "mp4"]


def test_every_other_route_answers_head(shared: TestClient) -> None:
    paths = ["/", "/studio/studio.js", "/studio/icon.svg", *paths_of(shared)]
    assert {compare_head_with_get(shared, path) for path in paths if path != "/metrics"} == {200}
    assert shared.head("/metrics").status_code == 200


def test_allow_names_every_method_of_a_job(shared: TestClient) -> None:
    path = f"/jobs/{finished(shared, submit(shared, 'a'))['id']}"
    assert shared.put(path).headers["allow"] == "GET, HEAD, DELETE"
    assert shared.put(f"{path}/events").headers["allow"] == "GET, HEAD"
    assert shared.get("/jobs/").headers["allow"] == "POST"
    assert shared.post("/studio/studio.js").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("name", ["ply", "spz"])
def test_splats_are_served_with_y_down_on_request(shared: TestClient, name: str) -> None:
    job = finished(shared, submit(shared, "a", seed=4))
    upright = decode(shared.get(job["results"][name]).content)
    turned = decode(shared.get(job["results"][name], params={"axes": "y_down"}).content)
    torch.testing.assert_close(turned.means, half_turn_x(upright).means, atol=1e-3, rtol=0)


def test_formats_that_are_not_offered_are_not_found(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    for name, code in {"glb": "format_not_offered", "splat": "format_not_offered", "exe": "unknown_format"}.items():
        answer = shared.get(f"/jobs/{job['id']}/result.{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("job_id", ["doesnotexist", "A" * 22, "A" * 65, "..%2F..%2Fetc", "ä" * 22])
@pytest.mark.parametrize("path", ["", "/events", "/result.ply"])
def test_an_unknown_job_is_not_found(shared: TestClient, job_id: str, path: str) -> None:
    answer = shared.get(f"/jobs/{job_id}{path}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"detail", "code"}


def test_a_result_before_the_job_is_done_is_a_conflict(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow")
    answer = client.get(f"/jobs/{job['id']}/result.ply")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_done")


def test_a_result_after_it_was_dropped_is_gone_but_the_job_is_remembered(client: TestClient) -> None:
    job = finished(client, submit(client, "a"))
    assert client.delete(f"/jobs/{job['id']}").status_code == 204
    answer = client.get(f"/jobs/{job['id']}/result.ply")
    assert (answer.status_code, answer.json()["code"]) == (410, "result_dropped")
    remembered = client.get(f"/jobs/{job['id']}").json()
    assert (remembered["status"], remembered["results"]) == ("done", {})


def test_the_oldest_results_are_dropped(make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None]) -> None:
    with TestClient(make_app(results_kept_jobs=2), base_url="http://127.0.0.1") as client:
        ready(client)
        jobs = [finished(client, submit(client, "a")) for _ in range(3)]
        assert [client.get(job["results"]["ply"]).status_code for job in jobs] == [410, 200, 200]


def test_results_expire(make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None]) -> None:
    with TestClient(make_app(results_kept_s=0.001), base_url="http://127.0.0.1") as client:
        ready(client)
        first = finished(client, submit(client, "a"))
        finished(client, submit(client, "b"))  # the next one to finish sweeps
        assert client.get(f"/jobs/{first['id']}/result.ply").status_code == 410


def test_deleting_may_be_repeated(client: TestClient) -> None:
    job = submit(client, "slow")
    assert [client.delete(f"/jobs/{job['id']}").status_code for _ in range(2)] == [204, 204]
    assert client.delete("/jobs/" + "A" * 22).status_code == 404


def test_a_running_job_is_cancelled(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow")
    eventually(lambda: client.get(f"/jobs/{job['id']}").json()["status"] == "running")
    client.delete(f"/jobs/{job['id']}")
    assert client.get(f"/jobs/{job['id']}").json()["status"] == "cancelled"
    assert client.get(f"/jobs/{job['id']}/result.ply").json()["code"] == "job_cancelled"
    eventually(lambda: pace.cancelled == ["slow"])  # the generator itself was cancelled
    assert finished(client, submit(client, "next"))["status"] == "done"


def test_a_queued_job_is_cancelled_and_never_runs(client: TestClient, pace: Any) -> None:
    first, second, third = (submit(client, f"slow {i}") for i in range(3))
    eventually(lambda: bool(client.get(f"/jobs/{first['id']}").json()["status"] == "running"))
    assert client.get(f"/jobs/{third['id']}").json()["position"] == 2
    client.delete(f"/jobs/{second['id']}")
    assert client.get(f"/jobs/{third['id']}").json()["position"] == 1
    pace.go.set()
    assert finished(client, third)["status"] == "done"
    assert [prompt for prompt, _ in pace.calls] == ["slow 0", "slow 2"]


def test_one_job_runs_at_a_time_in_order(client: TestClient, pace: Any) -> None:
    jobs = [submit(client, f"slow {i}") for i in range(4)]
    pace.go.set()
    assert [finished(client, job)["status"] for job in jobs] == ["done"] * 4
    assert pace.most_running == 1
    assert [prompt for prompt, _ in pace.calls] == [f"slow {i}" for i in range(4)]


def test_a_failed_job_has_an_error_without_details(client: TestClient) -> None:
    job = finished(client, submit(client, "boom"))
    assert (job["status"], job["error"]["code"], job["results"]) == ("failed", "generation_failed", {})
    assert "secret" not in job["error"]["detail"]
    assert client.get(f"/jobs/{job['id']}/result.ply").json()["code"] == "job_failed"


def test_events_start_at_once_have_rising_ids_and_end_with_the_job(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow")
    with client.stream("GET", f"/jobs/{job['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        pace.go.set()
        blocks = "".join(stream.iter_text()).strip().split("\n\n")
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    kinds = [event["event"] for event in events]
    assert kinds[-1] == "done"
    assert set(kinds[:-1]) <= {"progress"}
    ids = [int(event["id"]) for event in events]
    assert ids == sorted(set(ids))
    progress = [json.loads(event["data"])["progress"] for event in events]
    assert progress == sorted(progress)


def test_a_running_job_has_a_preview(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow look 3")
    path = f"/jobs/{job['id']}"
    eventually(lambda: client.get(path).json()["preview"] is not None)
    url = client.get(path).json()["preview"]
    assert url == f"{path}/preview.png?look=1"
    image = client.get(url)
    assert (image.content, image.headers["content-type"]) == (b"png of 256 px", "image/png")
    pace.go.set()
    eventually(lambda: client.get(path).json()["status"] == "done")
    assert client.get(path).json()["preview"] is None
    assert client.get(url).json()["code"] == "no_preview"


def test_an_invisible_unfinished_object_has_no_preview(client: TestClient) -> None:
    path = f"/jobs/{submit(client, 'slow look 0')['id']}"
    eventually(lambda: client.get(path).json()["preview"] is not None)
    answer = client.get(f"{path}/preview.png")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_preview")


def test_events_carry_the_preview(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow look 3")
    eventually(lambda: client.get(f"/jobs/{job['id']}").json()["preview"] is not None)
    with client.stream("GET", f"/jobs/{job['id']}/events") as stream:
        pace.go.set()
        text = "".join(stream.iter_text())
    assert f"/jobs/{job['id']}/preview.png?look=1" in text


def test_events_of_a_finished_job_are_its_last(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    text = shared.get(f"/jobs/{job['id']}/events").text
    assert text.count("event: ") == 1
    assert text.startswith("event: done\n")


def test_a_browser_that_reconnects_after_the_last_event_gets_204(shared: TestClient) -> None:
    job = finished(shared, submit(shared, "a"))
    path = f"/jobs/{job['id']}/events"
    last = int(re.findall(r"^id: (\d+)$", shared.get(path).text, re.MULTILINE)[-1])
    answers = {seen: shared.get(path, headers={"Last-Event-ID": seen}) for seen in (str(last), str(last + 1))}
    assert [(answer.status_code, answer.content) for answer in answers.values()] == [(204, b"")] * 2
    for seen in (str(last - 1), "", "x", "-1"):
        text = shared.get(path, headers={"Last-Event-ID": seen}).text
        assert (text.count("event: "), f"id: {last}\n" in text) == (1, True)
    shared.delete(f"/jobs/{job['id']}")  # its results are dropped, but nothing new has happened to the job
    assert shared.get(path, headers={"Last-Event-ID": str(last)}).status_code == 204


def test_events_of_a_running_job_are_sent_whatever_was_seen(client: TestClient, pace: Any) -> None:
    job = submit(client, "slow")
    with client.stream("GET", f"/jobs/{job['id']}/events", headers={"Last-Event-ID": "999999"}) as stream:
        assert stream.status_code == 200
        pace.go.set()
        assert "event: done" in "".join(stream.iter_text())


@pytest.mark.parametrize("how", ["failed", "cancelled"])
def test_the_last_event_of_a_job_without_result_is_sent_once_as_well(client: TestClient, pace: Any, how: str) -> None:
    job = submit(client, "boom" if how == "failed" else "slow")
    if how == "cancelled":
        client.delete(f"/jobs/{job['id']}")
    text = client.get(f"/jobs/{job['id']}/events").text
    last = re.findall(r"^id: (\d+)$", text, re.MULTILINE)[-1]
    assert f"event: {how}" in text
    assert client.get(f"/jobs/{job['id']}/events", headers={"Last-Event-ID": last}).status_code == 204


def test_events_of_a_job_that_is_forgotten_are_not_found(shared: TestClient) -> None:
    answer = shared.get("/jobs/" + "A" * 22 + "/events", headers={"Last-Event-ID": "5"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_job")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"seed": 1}',
        b'{"prompt": 5}',
        b'{"prompt": "\xff"}',
        b'{"prompt":' + b"[" * 2000,
        b'{"prompt": "a", "seed": "5"}',
        b'{"prompt": "a", "seed": 5.5}',
        b'{"prompt": "a", "seed": true}',
        b'{"prompt": "a", "seed": ' + b"9" * 5000 + b"}",
    ],
)
def test_an_invalid_body_is_refused(shared: TestClient, body: bytes) -> None:
    answer = shared.post("/jobs/", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml"])
def test_a_body_of_another_kind_is_refused(shared: TestClient, kind: str) -> None:
    answer = shared.post("/jobs/", content=b'{"prompt": "a"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "Content-Type" in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"prompt=%00", b"seed=5", b"prompt=a&seed=x", b"%%%", b"prompt=a&prompt=", b""])
def test_an_invalid_form_is_refused(shared: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = shared.post("/jobs/", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_file_in_a_form_is_refused(shared: TestClient) -> None:
    answer = shared.post("/jobs/", files={"prompt": ("a.txt", b"a")})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
