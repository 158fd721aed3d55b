"""The synchronous routes: their answers and refusals."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from splats.codecs import decode
from splats.turn import half_turn_x
from tests.eventually import eventually

Live = Callable[[FastAPI], AbstractContextManager[str]]

ROUTES = ["/generate/", "/generate_raw/", "/generate_model/", "/generate_video/"]

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = b'preamble\r\n--X\r\nContent-Disposition: form-data; name="prompt"%b\r\n\r\n%b\r\n--X--\r\n'


def test_generate_is_one_line_of_base64_of_what_generate_raw_answers(shared: TestClient) -> None:
    fields = {"prompt": "pink bicycle", "seed": "7"}
    encoded = shared.post("/generate/", data=fields)
    raw = shared.post("/generate_raw/", data=fields)
    assert encoded.headers["content-type"] == raw.headers["content-type"] == "application/octet-stream"
    assert base64.b64decode(encoded.content, validate=True) == raw.content
    assert len(decode(raw.content)) == 200


def test_spz_is_the_default_format(shared: TestClient) -> None:
    assert shared.post("/generate_raw/", data={"prompt": "a"}).content.startswith(b"\x1f\x8b")
    assert shared.post("/generate_raw/", data={"prompt": "a", "format": "ply"}).content.startswith(b"ply\n")


def test_generate_model_is_a_ply_download_named_after_the_prompt(shared: TestClient) -> None:
    answer = shared.post("/generate_model/", data={"prompt": 'Pink "bicycle"\t'})
    assert answer.content.startswith(b"ply\n")
    disposition = "attachment; filename=\"pink-bicycle.ply\"; filename*=UTF-8''pink-bicycle.ply"
    assert answer.headers["content-disposition"] == disposition


def test_generate_model_turns_the_splats_for_viewers_with_y_down(shared: TestClient) -> None:
    fields = {"prompt": "a", "seed": "3"}
    upright = decode(shared.post("/generate_model/", data=fields).content)
    turned = decode(shared.post("/generate_model/?axes=y_down", data=fields).content)
    torch.testing.assert_close(turned.means, half_turn_x(upright).means)


def test_generate_video_has_the_resolution_asked_for(shared: TestClient) -> None:
    answer = shared.post("/generate_video/", data={"prompt": "a", "video_res": "64"})
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content == b"mp4 of 64 px"
    assert shared.post("/generate_video/", data={"prompt": "a"}).content == b"mp4 of 1088 px"


def test_only_the_requested_file_is_encoded(client: TestClient, pace: Any) -> None:
    client.post("/generate/", data={"prompt": "a"})
    assert pace.encodings == ["spz"]


@pytest.mark.parametrize("route", ROUTES)
def test_a_given_seed_is_used_and_returned(client: TestClient, pace: Any, route: str) -> None:
    answer = client.post(route, data={"prompt": "a", "seed": "4294967295"})
    assert answer.headers["x-seed"] == "4294967295"
    assert pace.calls == [("a", 4294967295)]


@pytest.mark.parametrize("route", ROUTES)
def test_a_missing_seed_is_drawn_and_returned(shared: TestClient, route: str) -> None:
    seeds = {int(shared.post(route, data={"prompt": "a"}).headers["x-seed"]) for _ in range(3)}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_an_empty_optional_field_of_a_page_means_the_default(shared: TestClient) -> None:
    fields = {"prompt": "a", "seed": "", "format": "", "video_res": ""}
    assert shared.post("/generate_raw/", data=fields).content.startswith(b"\x1f\x8b")
    assert shared.post("/generate_video/", data=fields).content == b"mp4 of 1088 px"
    assert shared.post("/jobs/", data=fields).status_code == 202


def test_multipart_forms_and_fields_of_other_routes_are_taken(client: TestClient) -> None:
    fields = {"prompt": (None, "a"), "video_res": (None, "64"), "extra": (None, "x")}
    assert client.post("/generate_raw/", files=fields).status_code == 200


@pytest.mark.parametrize("route", ROUTES)
def test_a_pasted_prompt_is_cleaned(client: TestClient, pace: Any, route: str) -> None:
    assert (
        client.post(route, data={"prompt": "\ufeffred\u00ad car\r\nwith\twheels\u202c", "seed": "1"}).status_code == 200
    )
    assert pace.calls == [("red car with wheels", 1)]


@pytest.mark.parametrize(
    ("kind", "body", "prompt"),
    [
        (URLENCODED, "prompt=café".encode(), "café"),  # curl -d "prompt=café"
        (URLENCODED, "prompt=🚗 car".encode(), "🚗 car"),
        (URLENCODED, b"prompt=caf%C3%A9+table", "café table"),
        (f"{URLENCODED}; charset=iso-8859-1", b"prompt=caf%E9", "café"),
        (URLENCODED, b"_charset_=windows-1251&prompt=\xea\xf0\xe0\xf1", "крас"),
        ("multipart/form-data; boundary=X", MULTIPART % (b"", "café".encode()), "café"),
        (
            "multipart/form-data; boundary=X",
            MULTIPART % (b"\r\nContent-Type: text/plain; charset=latin1", b"caf\xe9"),
            "café",
        ),
    ],
)
@pytest.mark.parametrize("path", [*ROUTES, "/jobs/"])
def test_a_form_arrives_as_it_was_sent(
    make_app: Callable[..., FastAPI], live: Live, pace: Any, path: str, kind: str, body: bytes, prompt: str
) -> None:
    with live(make_app()) as url:
        eventually(lambda: httpx.get(f"{url}/ready/").status_code == 200)
        assert httpx.post(f"{url}{path}", content=body, headers={"Content-Type": kind}).is_success
        eventually(lambda: [asked for asked, _ in pace.calls] == [prompt])


@pytest.mark.parametrize("route", [*ROUTES, "/jobs/"])
def test_invalid_bytes_are_refused(shared: TestClient, route: str) -> None:
    answer = shared.post(route, content=b"prompt=caf%E9", headers={"Content-Type": URLENCODED})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", ["application/json", URLENCODED, "text/plain"])
def test_json_is_not_read_and_the_reason_names_content_type(shared: TestClient, route: str, kind: str) -> None:
    answer = shared.post(route, content=b'{"prompt": "a"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "Content-Type" in answer.json()["detail"]


@pytest.mark.parametrize("prompt", ["", "  ", "\u200b", "\x00", "a\x1bb", "a" * 1025, "a\U000e0041b"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_bad_prompt_is_refused(shared: TestClient, route: str, prompt: str) -> None:
    answer = shared.post(route, data={"prompt": prompt})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "prompt" in answer.json()["detail"]


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5", "1e3", "1_0", " 1", "x", "true", "9" * 5000])
def test_a_bad_seed_is_refused(shared: TestClient, seed: str) -> None:
    answer = shared.post("/generate/", data={"prompt": "a", "seed": seed})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "seed" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/generate/", "/generate_raw/"])
@pytest.mark.parametrize(
    ("asked", "version"), [({}, 3), ({"spz_version": "3"}, 3), ({"spz_version": "2"}, 2), ({"spz_version": ""}, 3)]
)
def test_spz_is_written_in_the_version_asked_for(
    shared: TestClient, path: str, asked: dict[str, str], version: int
) -> None:
    data = shared.post(path, data={"prompt": "a", **asked}).content
    file = gzip.decompress(data if path == "/generate_raw/" else base64.b64decode(data))
    assert file[:8] == b"NGSP" + version.to_bytes(4, "little")


@pytest.mark.parametrize("version", ["1", "4", "two", "2.5", "-2"])
def test_another_version_of_spz_is_refused(shared: TestClient, version: str) -> None:
    answer = shared.post("/generate_raw/", data={"prompt": "a", "spz_version": version})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "spz_version" in answer.json()["detail"]


def test_the_version_of_spz_does_not_matter_to_ply(shared: TestClient) -> None:
    form = {"prompt": "a", "format": "ply", "spz_version": "2"}
    assert shared.post("/generate_raw/", data=form).content.startswith(b"ply\n")


@pytest.mark.parametrize("name", ["glb", "SPZ", "x"])
def test_a_bad_format_is_refused(shared: TestClient, name: str) -> None:
    answer = shared.post("/generate/", data={"prompt": "a", "format": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("size", ["63", "62", "65", "2050", "0", "-64", "64.5"])
def test_a_bad_resolution_is_refused(shared: TestClient, size: str) -> None:
    answer = shared.post("/generate_video/", data={"prompt": "a", "video_res": size})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "video_res" in answer.json()["detail"]


def test_bad_axes_are_refused(shared: TestClient) -> None:
    assert shared.post("/generate_model/?axes=sideways", data={"prompt": "a"}).status_code == 422


def test_an_oversize_body_is_refused(shared: TestClient) -> None:
    answer = shared.post("/generate/", data={"prompt": "a" * 70_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_foreign_page_is_refused(shared: TestClient, headers: dict[str, str]) -> None:
    answer = shared.post("/generate/", data={"prompt": "a"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_a_foreign_host_is_refused(shared: TestClient) -> None:
    answer = shared.post("/generate/", data={"prompt": "a"}, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "host_not_allowed")


def test_the_wrong_key_is_refused_and_the_right_one_served(
    make_app: Callable[..., FastAPI], ready: Callable[[TestClient], None]
) -> None:
    key = "0123456789abcdef"
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(make_app(shell={"api_keys": [key]}), base_url="http://127.0.0.1", headers=headers) as client:
        ready(client)
        assert client.post("/generate/", data={"prompt": "a"}).status_code == 200
        refused = client.post("/generate/", data={"prompt": "a"}, headers={"Authorization": "Bearer wrong"})
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
        assert client.get("/", headers={"Authorization": ""}).status_code == 200


def test_a_failing_generator_is_a_server_error_and_the_next_request_is_served(client: TestClient) -> None:
    answer = client.post("/generate/", data={"prompt": "boom"})
    assert (answer.status_code, answer.json()["code"]) == (500, "generation_failed")
    assert "secret" not in answer.text
    assert client.post("/generate/", data={"prompt": "a"}).status_code == 200


def test_the_wrong_method_lists_the_allowed_ones(shared: TestClient) -> None:
    answer = shared.get("/generate/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
