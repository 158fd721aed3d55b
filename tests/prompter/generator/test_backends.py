"""Backends: the request to an OpenAI-compatible server, and answers that cannot be used."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from prompter.generator.backends import BackendError, BackendRequest, openai_backend
from prompter.generator.settings import BackendSettings
from tests.prompter.generator.conftest import client

REQUEST = BackendRequest("be brief", "go", "robots", 5, 0.7)


def complete(handler: Callable[[httpx.Request], httpx.Response]) -> str:
    async def run() -> str:
        settings = BackendSettings(kind="openai", url="http://models/v1", model="llama")
        return await openai_backend(settings, client(handler), "secret")(REQUEST)

    return asyncio.run(run())


def test_a_request_holds_one_user_message_and_the_key() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"choices": [{"message": {"content": "1. red car"}}]})

    assert complete(handler) == "1. red car"
    assert str(seen[0].url) == "http://models/v1/chat/completions"
    assert seen[0].headers["Authorization"] == "Bearer secret"
    assert json.loads(seen[0].content)["messages"] == [{"role": "user", "content": "be brief\n\ngo"}]


@pytest.mark.parametrize("body", ["", "null", "[]", '{"choices": []}', '{"choices": [{"message": {"content": null}}]}'])
def test_an_answer_that_is_not_a_chat_completion_is_an_error(body: str) -> None:
    with pytest.raises(BackendError):
        complete(lambda _: httpx.Response(200, text=body))


def test_the_wait_that_a_busy_server_asks_for_is_in_the_error() -> None:
    with pytest.raises(BackendError, match="status 429") as caught:
        complete(lambda _: httpx.Response(429, headers={"Retry-After": "7"}))
    assert caught.value.wait_s == 7


def test_an_answer_above_the_size_limit_is_an_error() -> None:
    with pytest.raises(BackendError, match="larger than"):
        complete(lambda _: httpx.Response(200, content=b"x" * (2 << 20)))
