"""Bodies are read as their Content-Type says; what is wrong with a body or its label is named."""

from __future__ import annotations

import json

import httpx
import pytest
from fastapi.testclient import TestClient

JSON = b'{"text": "red car"}'
FORM = b"text=red+car"
MULTIPART = b'--X\r\nContent-Disposition: form-data; name="text"\r\n\r\nred car\r\n--X--\r\n'
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data; boundary=X"


@pytest.mark.parametrize("path", ["/notes/", "/either/"])
@pytest.mark.parametrize(
    "kind",
    ["application/json", "Application/JSON; charset=utf-8", "application/vnd.a+json", "application/json;charset=UTF8"],
)
@pytest.mark.parametrize("body", [JSON, b"\xef\xbb\xbf" + JSON, b"\r\n " + JSON, b"\xef\xbb\xbf \n" + JSON])
def test_json_is_read(client: TestClient, path: str, kind: str, body: bytes) -> None:
    assert sent(client, path, body, kind).json() == {"text": "red car", "count": 0}


@pytest.mark.parametrize("path", ["/forms/", "/either/"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (URLENCODED, FORM),
        (f"{URLENCODED}; charset=utf-8", FORM),
        (MULTIPART_TYPE, MULTIPART),
        (MULTIPART_TYPE, b"preamble\r\n" + MULTIPART + b"epilogue"),
    ],
)
def test_a_form_is_read(client: TestClient, path: str, kind: str, body: bytes) -> None:
    assert sent(client, path, body, kind).json() == {"text": "red car", "count": 0}


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "x-none"])
def test_ascii_json_may_name_any_charset_and_other_json_none_but_utf8(client: TestClient, charset: str) -> None:
    kind = f"application/json; charset={charset}"
    assert sent(client, "/notes/", JSON, kind).status_code == 200
    assert_unsupported(sent(client, "/notes/", '{"text": "café"}'.encode(), kind), "charset")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("path", ["/notes/", "/either/"])
def test_json_in_another_encoding_is_refused(client: TestClient, path: str, encoding: str) -> None:
    body = JSON.decode().encode(encoding)
    assert_unsupported(sent(client, path, body, "application/json"), "UTF-8")
    assert_unsupported(sent(client, path, body, f"application/json; charset={encoding}"), "UTF-8")


@pytest.mark.parametrize("body", [b'{"text": "caf\xe9"}', b'{"text": "\xed\xa0\x80"}', b'{"text": "\\ud800"}'])
def test_json_that_is_not_text_is_refused(client: TestClient, body: bytes) -> None:
    answer = sent(client, "/notes/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"text": ' + b"[" * 900, b'{"text": "a", "count": [9]}'])
def test_json_of_another_shape_is_refused(client: TestClient, body: bytes) -> None:
    answer = sent(client, "/notes/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("kind", [None, "text/plain", URLENCODED, "application/octet-stream", "nonsense"])
def test_json_with_another_label_is_read_where_only_json_is(client: TestClient, kind: str | None) -> None:
    assert sent(client, "/notes/", JSON, kind).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", URLENCODED, "application/xml"])
def test_json_with_another_label_is_refused_where_forms_are_read(client: TestClient, kind: str | None) -> None:
    assert_unsupported(sent(client, "/either/", JSON, kind), "application/json")
    assert_unsupported(sent(client, "/forms/", JSON, kind), URLENCODED)


def test_a_form_sent_to_a_json_route_is_refused_with_the_reason(client: TestClient) -> None:
    assert_unsupported(sent(client, "/notes/", FORM, URLENCODED), "application/json")
    assert_unsupported(sent(client, "/notes/", MULTIPART, MULTIPART_TYPE), "application/json")


def test_json_sent_to_a_form_route_is_refused_with_the_reason(client: TestClient) -> None:
    assert_unsupported(sent(client, "/forms/", JSON, "application/json"), URLENCODED)


def test_a_form_labelled_json_is_refused_with_the_reason(client: TestClient) -> None:
    for path in ("/notes/", "/either/"):
        answer = sent(client, path, FORM, "application/json")
        assert answer.status_code == 422
        assert "not JSON in UTF-8, as Content-Type says" in answer.json()["detail"]


def test_an_unlabelled_form_is_refused_with_the_reason(client: TestClient) -> None:
    assert_unsupported(sent(client, "/forms/", FORM, None), "multipart/form-data")


def test_an_empty_body_lacks_its_fields(client: TestClient) -> None:
    assert "text" in sent(client, "/forms/", b"", None).json()["detail"]


@pytest.mark.parametrize(("body", "count"), [(FORM + b"&count=", 0), (FORM + b"&count=5", 5)])
def test_a_field_left_empty_has_its_default(client: TestClient, body: bytes, count: int) -> None:
    assert sent(client, "/forms/", body, URLENCODED).json()["count"] == count


@pytest.mark.parametrize("body", [b"text=caf%E9", b"text=caf\xe9", b"text=%ff"])
def test_invalid_bytes_are_refused_and_named(client: TestClient, body: bytes) -> None:
    answer = sent(client, "/forms/", body, URLENCODED)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["detail"] == "text: the bytes are not text in utf-8"


def test_unknown_fields_are_ignored_whatever_they_hold(client: TestClient) -> None:
    assert sent(client, "/forms/", FORM + b"&other=%E9", URLENCODED).status_code == 200


def sent(client: TestClient, path: str, body: bytes, kind: str | None) -> httpx.Response:
    return client.post(path, content=body, headers={} if kind is None else {"Content-Type": kind})


def assert_unsupported(answer: httpx.Response, word: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type"), json.dumps(answer.json())
    assert word in answer.json()["detail"]
