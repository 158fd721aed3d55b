"""The sources of prompts: the embedded grammar, or a model behind an OpenAI-compatible server."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from prompter.generator.grammar import Grammar
from prompter.generator.settings import BackendSettings
from serving.http_client import CallError, Response, request

_MAX_WAIT_S = 3600.0
"""Longest wait that a server may ask for."""


class BackendError(Exception):
    """A backend returned no usable answer. `wait_s` is the wait that its server asks for, else 0."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class BackendRequest:
    """One request to a backend. The grammar uses only `category` and `count`."""

    system: str
    user: str
    category: str
    count: int
    temperature: float


Backend = Callable[[BackendRequest], Awaitable[str]]
"""Returns the text of the answer. Raises BackendError."""


def grammar_backend(grammar: Grammar, rng: random.Random) -> Backend:
    """Return a backend that writes prompts with the grammar, one per line."""

    async def complete(asked: BackendRequest) -> str:
        try:
            return "\n".join(grammar.prompt(asked.category, rng) for _ in range(asked.count))
        except KeyError:
            raise BackendError(f"the grammar has no category {asked.category!r}") from None

    return complete


def openai_backend(settings: BackendSettings, client: httpx.AsyncClient, api_key: str) -> Backend:
    """Return a backend that calls POST {url}/chat/completions."""
    url = f"{settings.url.rstrip('/')}/chat/completions"
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    async def complete(asked: BackendRequest) -> str:
        body = {
            "model": settings.model,
            # One message, since some chat templates (gemma's) have no system role.
            "messages": [{"role": "user", "content": f"{asked.system}\n\n{asked.user}"}],
            "temperature": round(asked.temperature, 3),
            "max_tokens": settings.max_tokens,
            "stream": False,
        }
        try:
            response = await request(client, "POST", url, json=body, headers=headers, timeout=settings.timeout_s)
        except CallError as error:
            raise BackendError(str(error)) from error
        if response.status != 200:
            raise BackendError(f"status {response.status}", retry_wait_s(response))
        return completion_text(response)

    return complete


def completion_text(response: Response) -> str:
    """Return the text of a chat completion. Raises BackendError if the body is anything else."""
    try:
        content = response.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BackendError("the answer is not a chat completion") from error
    if not isinstance(content, str):
        raise BackendError("the answer has no text")
    return content


def retry_wait_s(response: Response) -> float:
    """Return the seconds that the server asks to wait, at most an hour; 0 if it does not ask for any."""
    return min(response.retry_after_s or 0.0, _MAX_WAIT_S)
