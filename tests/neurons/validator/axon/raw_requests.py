"""Raw requests to an axon, and checks of its refusals."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx


def refusal_code(answer: httpx.Response) -> str:
    """Return the code of a refusal, after checking the refusal's shape."""
    reply = answer.json()
    assert set(reply) == {"message", "code", "detail", "retry_after"}
    assert len(answer.content) < 400
    if reply["retry_after"]:
        assert answer.headers["retry-after"] == str(reply["retry_after"])
    return str(reply["code"])


@contextlib.asynccontextmanager
async def post_raw(
    axon: Any, synapse: str, headers: dict[str, str], body: str = ""
) -> AsyncIterator[asyncio.StreamReader]:
    """Send exactly this as a POST on a connection of its own, and yield the stream of the reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", axon.port)
    try:
        lines = (f"{name}: {text}" for name, text in headers.items())
        writer.write("\r\n".join([f"POST /{synapse} HTTP/1.1", "Host: x", *lines, "", body]).encode())
        yield reader
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def assert_serves(miner: Any) -> None:
    """Check that the axon still hands out tasks."""
    assert (await miner.pull())["task"]["prompt"] == "a red car"
