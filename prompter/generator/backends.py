"""Where prompts come from: the embedded grammar, or a model behind an OpenAI-compatible server.

BackendError    no answer, or none that can be used; the backend may be asked again after `wait_s`, if that is given

A backend is an async callable: (instruction for the system, request of the user, category, number, temperature) → text.
"""

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
    """A backend did not answer usefully."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Ask:
    """What a backend is asked for; a grammar needs only the category and the number."""

    system: str
    user: str
    category: str
    count: int
    temperature: float


Backend = Callable[[Ask], Awaitable[str]]


def grammar_backend(grammar: Grammar, rng: random.Random) -> Backend:
    """Prompts from the grammar, one a line."""

    async def answer(ask: Ask) -> str:
        try:
            return "\n".join(grammar.prompt(ask.category, rng) for _ in range(ask.count))
        except KeyError:
            raise BackendError(f"the grammar has no category {ask.category!r}") from None

    return answer


def openai_backend(settings: BackendSettings, client: httpx.AsyncClient, key: str) -> Backend:
    """Prompts from POST {url}/chat/completions."""
    url = f"{settings.url.rstrip('/')}/chat/completions"
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def answer(ask: Ask) -> str:
        body = {
            "model": settings.model,
            # One message: some chat templates (gemma's) know no system role.
            "messages": [{"role": "user", "content": f"{ask.system}\n\n{ask.user}"}],
            "temperature": round(ask.temperature, 3),
            "max_tokens": settings.max_tokens,
            "stream": False,
        }
        try:
            reply = await request(client, "POST", url, json=body, headers=headers, timeout=settings.timeout_s)
        except CallError as error:
            raise BackendError(str(error)) from error
        if reply.status != 200:
            raise BackendError(f"status {reply.status}", wait_s(reply))
        return content_of(reply)

    return answer


def content_of(reply: Response) -> str:
    """The text of a chat completion. Raises BackendError for any other shape."""
    try:
        content = reply.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BackendError("the answer is not a chat completion") from error
    if not isinstance(content, str):
        raise BackendError("the answer has no text")
    return content


def wait_s(reply: Response) -> float:
    """Return the seconds that the server asks to wait, at most an hour; 0 if it asks for none."""
    return min(reply.retry_after_s or 0.0, _MAX_WAIT_S)
