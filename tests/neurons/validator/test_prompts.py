"""The order of prompts, and which fetched batches are accepted."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import random
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from neurons.validator.prompts import (
    MAX_BATCH,
    MAX_BATCH_BYTES,
    BadBatchError,
    Batch,
    CollectorClient,
    Prompts,
    fetch,
    keep_fresh,
)
from serving.http_client import CallError, ResponseTooLargeError
from tests.eventually import eventually_async

THOUSAND = [f"prompt {i}" for i in range(1000)]


def prompts_of(tmp_path: Path, *lines: str) -> Prompts:
    path = tmp_path / "prompts.txt"
    path.write_text("\n".join(lines))
    return Prompts(path, random.Random(1))


def collector() -> CollectorClient:
    return CollectorClient("http://127.0.0.1:9100", "hotkey", lambda message: f"signed {message.decode()}", lambda: 77)


def fetched(answer: httpx.Response) -> Batch:
    async def story() -> Batch:
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as client:
            return await fetch(collector(), client)

    return asyncio.run(story())


def batch_of(prompts: list[Any]) -> httpx.Response:
    body = gzip.compress(json.dumps({"prompts": prompts}).encode())
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(body))


def test_each_prompt_is_used_once_before_any_is_repeated(tmp_path: Path) -> None:
    prompts = prompts_of(tmp_path, "a", "b", "c", "", "b")
    assert Counter(prompts.next() for _ in range(6)) == {"a": 2, "b": 2, "c": 2}


def test_a_fresh_batch_does_not_repeat_used_prompts_first(tmp_path: Path) -> None:
    prompts = prompts_of(tmp_path, "a", "b", "c")
    used = prompts.next()
    prompts.replace(Batch(("a", "b", "c"), 0))
    assert {prompts.next(), prompts.next(), used} == {"a", "b", "c"}


def test_a_file_without_prompts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBatchError, match="holds no prompt"):
        prompts_of(tmp_path, "", "  ")


def test_a_file_is_cleaned_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_bytes(
        b"\xef\xbb\xbfred car\r\ncaf\xc3\xa9 table\n"
        + "one\u2028line\n".encode()
        + b"caf\xe9\na\x00b\nlast\xc2\xad one"
    )
    prompts = Prompts(tmp_path / "prompts.txt", random.Random(0))
    assert {prompts.next() for _ in range(8)} == {"red car", "caf\u00e9 table", "one line", "last one"}


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_bytes("red car\nblue boat".encode("utf-16"))
    with pytest.raises(BadBatchError, match="is not text in UTF-8"):
        Prompts(tmp_path / "prompts.txt", random.Random(0))


def test_what_is_dropped_from_a_file_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "neurons.validator.prompts")
    lines = ["\ufeff# mine", '"a red car"', "a red car", '{"prompt": "a cup"}', "x" * 2000, "a \x1b[31mcup", "a [b]"]
    path = tmp_path / "prompts.txt"
    path.write_bytes("\n".join(lines).encode() + b"\na caf\xe9\n")
    prompts = Prompts(path, random.Random(1))
    assert {prompts.next() for _ in range(2)} == {"a red car", "a [b]"}
    assert caplog.messages == [f"2 prompts from {path}; 4 lines dropped, 1 repeated"]


def test_a_file_of_json_holds_no_prompt(tmp_path: Path) -> None:
    with pytest.raises(BadBatchError, match=r"holds no prompt in UTF-8 \(1 lines dropped\)"):
        prompts_of(tmp_path, '["a red car", "a cup"]')


def test_the_request_is_signed_alone_and_bound_to_the_collector() -> None:
    assert collector().build_request() == {
        "hotkey": "hotkey",
        "nonce": 77,
        "signature": "signed 77hotkey",
        "collector": "http://127.0.0.1:9100",
        "bound": "signed three-gen:get:1|http://127.0.0.1:9100|77|hotkey",
    }


def test_bad_lines_are_dropped_and_counted() -> None:
    batch = fetched(batch_of([*THOUSAND, "", "a\x00b", 5, "x" * 1025, " prompt 1 "]))
    assert (len(batch.prompts), batch.dropped) == (1000, 4)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, json={"code": "low_stake"}),
        httpx.Response(302, headers={"Location": "http://elsewhere/"}),
        batch_of(THOUSAND[:-1]),
        batch_of(["a"] * (MAX_BATCH + 1)),
        httpx.Response(200, stream=httpx.ByteStream(b"[]")),
        httpx.Response(200, stream=httpx.ByteStream(b"[" * 100_000)),
    ],
)
def test_anything_else_is_not_a_batch(answer: httpx.Response) -> None:
    with pytest.raises(BadBatchError):
        fetched(answer)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip")),
        httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(gzip.compress(b"{}")[:9])),
        httpx.Response(200, headers={"Content-Encoding": "zstd"}, stream=httpx.ByteStream(b"{}")),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_an_error(answer: httpx.Response) -> None:
    with pytest.raises(CallError):
        fetched(answer)


def test_a_decompression_bomb_is_not_decompressed() -> None:
    bomb = gzip.compress(bytes(MAX_BATCH_BYTES + 10))
    with pytest.raises(ResponseTooLargeError, match="larger"):
        fetched(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb)))


def test_failed_fetches_keep_the_current_prompts(tmp_path: Path) -> None:
    prompts = prompts_of(tmp_path, "bundled")
    answers = iter([httpx.ConnectError("nobody"), httpx.Response(500), batch_of(THOUSAND)])
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(prompts.next())
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            task = asyncio.create_task(keep_fresh(prompts, collector(), client, 0.01))
            await eventually_async(lambda: prompts.next() != "bundled")
            task.cancel()

    asyncio.run(story())
    assert asked[:3] == ["bundled"] * 3
