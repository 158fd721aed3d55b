"""A validation service as the judge of candidates, over loopback."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import torch

from generation.backends.judging import REJECTED_SCORE, JudgeUnreachable, validation_judge
from splats.codecs import decode
from splats.model import Splats

Answer = tuple[int, dict[str, object] | str]


@pytest.fixture
def service() -> Iterator[Callable[[Answer], tuple[str, list[dict[str, str]]]]]:
    """`service((status, body))` gives the address of a service that answers so, and what it was asked."""
    servers: list[HTTPServer] = []

    def start(answer: Answer) -> tuple[str, list[dict[str, str]]]:
        asked: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append({"path": self.path, **json.loads(body)})
                self.send_response(answer[0])
                self.end_headers()
                text = answer[1] if isinstance(answer[1], str) else json.dumps(answer[1])
                self.wfile.write(text.encode())

            def log_message(self, *args: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def splats() -> Splats:
    return Splats(
        torch.rand(10, 3),
        torch.tensor([[1.0, 0, 0, 0]]).repeat(10, 1),
        torch.ones(10, 3),
        torch.ones(10),
        torch.zeros(10, 1, 3),
    )


def test_the_judge_returns_the_service_s_score(service) -> None:
    url, asked = service((200, {"score": 0.75}))
    assert validation_judge(url)("a red chair", splats()) == 0.75
    assert (asked[0]["path"], asked[0]["prompt"]) == ("/validate/", "a red chair")
    assert len(decode(base64.b64decode(asked[0]["data"]))) == 10


def test_a_rejected_asset_scores_below_any_other(service) -> None:
    url, _ = service((422, {"code": "transparent", "detail": "…"}))
    assert validation_judge(url)("a red chair", splats()) == REJECTED_SCORE


@pytest.mark.parametrize(
    "answer",
    [
        (503, {"code": "busy", "detail": "…"}),
        (422, {"code": "invalid_request", "detail": "…"}),
        (422, "<html>"),
        (200, "<html>"),
        (200, {"points": 1}),
    ],
)
def test_an_answer_without_a_score_is_an_error(service, answer: Answer) -> None:
    url, _ = service(answer)
    with pytest.raises(JudgeUnreachable):
        validation_judge(url)("a red chair", splats())


def test_an_unreachable_service_is_an_error() -> None:
    with pytest.raises(JudgeUnreachable, match="returned no score"):
        validation_judge("http://127.0.0.1:9", timeout_s=5)("a red chair", splats())


def test_an_invalid_address_is_refused() -> None:
    with pytest.raises(ValueError, match="must start with http"):
        validation_judge("ftp://somewhere")
