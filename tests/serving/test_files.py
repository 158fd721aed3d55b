"""Files in ranges and under conditions, as RFC 9110 describes them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.files import ServedFile, ServedFolder, parse_ranges

DATA = bytes(range(100))
MODIFIED = 1_600_000_000
MODIFIED_DATE = "Sun, 13 Sep 2020 12:26:40 GMT"
EARLIER, LATER = "Sun, 13 Sep 2020 12:26:39 GMT", "Mon, 14 Sep 2020 00:00:00 GMT"


@pytest.fixture
def files(make_app: Callable[..., FastAPI], tmp_path: Path) -> TestClient:
    """A service with one file, alone and in a folder."""
    path = tmp_path / "a.bin"
    path.write_bytes(DATA)
    os.utime(path, (MODIFIED, MODIFIED))
    app = make_app()

    @app.get("/file")
    async def file() -> ServedFile:
        return ServedFile(path, headers={"Cache-Control": "private, no-cache"})

    app.mount("/folder", ServedFolder(directory=tmp_path))
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", ["/file", "/folder/a.bin"])
@pytest.mark.parametrize(
    "ignored",
    [
        "items=0-5",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=-",
        "bytes=--5",
        "bytes=+1-2",
        "0-5",
        "bytes=1_0-20",
        "bytes=0-5,x",
        "bytes=0-5,9-3",
        "bytes=0-5;6-7",
        "bytes 0-5",
        "none",
        "bytes=0-" + "9" * 101,
    ],
)
def test_a_range_that_is_not_understood_is_ignored(files: TestClient, path: str, ignored: str) -> None:
    answer = files.get(path, headers={"Range": ignored})
    assert (answer.status_code, answer.content) == (200, DATA)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=99-", 99, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-1000", 0, 99),
        ("bytes=5-999", 5, 99),
        ("BYTES=3-4", 3, 4),
        ("bytes= 3-4 ,", 3, 4),
        ("bytes=10-20,15-30", 10, 30),
        ("bytes=5-6,100-,200-300", 5, 6),
        ("bytes=0003-4", 3, 4),
        ("bytes=0-" + "9" * 100, 0, 99),
    ],
)
def test_one_range_is_sent_alone(files: TestClient, asked: str, first: int, last: int) -> None:
    answer = files.get("/file", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, DATA[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/100"


def test_several_ranges_are_sent_in_parts(files: TestClient) -> None:
    answer = files.get("/file", headers={"Range": "bytes=0-1,-2,500-"})
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert (answer.status_code, kind) == (206, "multipart/byteranges")
    parts = answer.content.split(f"--{boundary}".encode())[1:-1]
    assert [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts] == [DATA[:2], DATA[98:]]
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_more_ranges_than_anyone_needs_are_the_whole_file(files: TestClient) -> None:
    many = ",".join(f"{2 * i % 100}-{2 * i % 100}" for i in range(101))
    assert files.get("/file", headers={"Range": f"bytes={many}"}).status_code == 200


@pytest.mark.parametrize(
    "asked", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300", "bytes=" + "9" * 99 + "-"]
)
def test_ranges_outside_the_file_cannot_be_satisfied(files: TestClient, asked: str) -> None:
    answer = files.get("/file", headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == "bytes */100"


def test_an_empty_file_has_no_ranges() -> None:
    assert parse_ranges("bytes=0-", 0) == []
    assert parse_ranges("bytes=-5", 0) == []


@pytest.mark.parametrize("how", ["{}", "W/{}", '"other", {}', '"a,b" ,W/{}', "*", " * ", '"", {},'])
@pytest.mark.parametrize("path", ["/file", "/folder/a.bin"])
def test_our_own_tag_is_not_sent_again(files: TestClient, path: str, how: str) -> None:
    tag = files.get(path).headers["etag"]
    answer = files.get(path, headers={"If-None-Match": how.format(tag), "Range": "bytes=0-5"})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in answer.headers
    assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    "tags", ['"other"', 'W/"other"', "{bare}", "", "*x", '"*"', '"{bare}', '"x{bare}"', "'{bare}'"]
)
def test_another_tag_is_answered_with_the_file(files: TestClient, tags: str) -> None:
    bare = files.get("/file").headers["etag"].strip('"')
    answer = files.get("/file", headers={"If-None-Match": tags.replace("{bare}", bare), "If-Modified-Since": LATER})
    assert (answer.status_code, answer.content) == (200, DATA)  # If-Modified-Since does not count beside If-None-Match


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (MODIFIED_DATE, 304),
        (LATER, 304),
        (EARLIER, 200),
        ("yesterday", 200),
        ("", 200),
        ("Thu, 01 Jan 99999 00:00:00 GMT", 200),
    ],
)
def test_the_date_counts_without_a_tag(files: TestClient, since: str, status: int) -> None:
    assert files.get("/file").headers["last-modified"] == MODIFIED_DATE
    answer = files.get("/file", headers={"If-Modified-Since": since})
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{tag}", 206),
        (MODIFIED_DATE, 206),
        ("W/{tag}", 200),
        ('"other"', 200),
        (EARLIER, 200),
        (LATER, 200),
        ("*", 200),
    ],
)
def test_a_range_of_another_version_is_the_whole_file(files: TestClient, condition: str, status: int) -> None:
    tag = files.get("/file").headers["etag"]
    answer = files.get("/file", headers={"Range": "bytes=0-5", "If-Range": condition.format(tag=tag)})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-Match": "{tag}"}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Match": "W/{tag}"}, 412),
        ({"If-Unmodified-Since": EARLIER}, 412),
        ({"If-Unmodified-Since": MODIFIED_DATE}, 200),
        ({"If-Match": "{tag}", "If-Unmodified-Since": EARLIER}, 200),
        ({"If-Unmodified-Since": "never"}, 200),
    ],
)
def test_if_match_with_another_version_is_refused(files: TestClient, headers: dict[str, str], status: int) -> None:
    tag = files.get("/file").headers["etag"]
    answer = files.get("/file", headers={name: text.format(tag=tag) for name, text in headers.items()})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "precondition_failed"
