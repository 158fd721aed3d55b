"""The generator: backends, spool, sender, the endless round, and all of it against a real collector."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from prompter.generator.backends import Ask, BackendError, openai_backend
from prompter.generator.run import Maker, Source
from prompter.generator.sender import DISK_S, Sender
from prompter.generator.service import create_app, open_spool
from prompter.generator.settings import BackendSettings, CollectorTarget, GeneratorConfig
from prompter.generator.spool import Parcel, Spool
from prompter.generator.yields import Yields
from serving.settings import SettingsError, ShellSettings
from tests.eventually import eventually

ASK = Ask("be brief", "go", "robots", 5, 0.7)


def client(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(handler))


def config(**changes: Any) -> GeneratorConfig:
    simple = {"backends": [{"kind": "grammar"}], "categories": ["robots"], "instruction": "{category}", "batch_size": 5}
    return GeneratorConfig.model_validate({**simple, **changes})


async def nap(seconds: float) -> None:
    """No time passes."""


@pytest.fixture
def spool(tmp_path: Path) -> Any:
    spool = Spool(tmp_path / "spool.db", 100)
    yield spool
    spool.close()


def ask_openai(handler: Callable[[httpx.Request], httpx.Response]) -> str:
    settings = BackendSettings(kind="openai", url="http://models/v1", model="llama")
    return asyncio.run(openai_backend(settings, client(handler), "secret")(ASK))  # type: ignore[arg-type]


def test_a_model_is_asked_the_way_all_servers_understand() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"choices": [{"message": {"content": "1. red car"}}]})

    assert ask_openai(handler) == "1. red car"
    assert str(seen[0].url) == "http://models/v1/chat/completions"
    assert seen[0].headers["Authorization"] == "Bearer secret"
    assert json.loads(seen[0].content)["messages"] == [{"role": "user", "content": "be brief\n\ngo"}]


@pytest.mark.parametrize("body", ["", "null", "[]", '{"choices": []}', '{"choices": [{"message": {"content": null}}]}'])
def test_an_answer_of_another_shape_is_an_error(body: str) -> None:
    with pytest.raises(BackendError):
        ask_openai(lambda _: httpx.Response(200, text=body))


def test_a_busy_server_says_when_to_come_back() -> None:
    with pytest.raises(BackendError, match="status 429") as caught:
        ask_openai(lambda _: httpx.Response(429, headers={"Retry-After": "7"}))
    assert caught.value.wait_s == 7


def test_an_endless_answer_is_cut_off() -> None:
    with pytest.raises(BackendError, match="larger than"):
        ask_openai(lambda _: httpx.Response(200, content=b"x" * (2 << 20)))


def test_a_parcel_stays_the_same_until_it_is_delivered(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 100)
    spool.add(["one", "two", "three"])
    first = spool.parcel(2)
    spool.close()
    spool = Spool(tmp_path / "spool.db", 100)
    spool.add(["four"])
    assert spool.parcel(50) == first
    assert first is not None
    assert first.prompts == ("one", "two")
    spool.delivered(first)
    second = spool.parcel(50)
    assert second is not None
    assert second.prompts == ("three", "four")
    assert second.token != first.token
    spool.close()


def test_a_second_generator_takes_another_spool(tmp_path: Path) -> None:
    first, second = (open_spool(tmp_path / "spool.db", 10) for _ in range(2))
    assert (tmp_path / "spool.db.1").exists()
    first.close()
    second.close()


def test_a_spool_that_cannot_be_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingsError, match="cannot use the spool"):
        open_spool(tmp_path / "file" / "spool.db", 10)


def deliver(spool: Spool, answers: list[httpx.Response | None]) -> tuple[list[str], list[float], Yields]:
    """Sends one parcel; None in `answers` stands for a collector that cannot be reached."""
    tokens, naps = [], []
    yields = Yields(CollectorRegistry())

    def handler(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["Idempotency-Key"])
        answer = answers[len(tokens) - 1]
        if answer is None:
            raise httpx.ConnectError("refused")
        return answer

    async def note(seconds: float) -> None:
        naps.append(seconds)

    spool.add(["red car", "blue car"])
    parcel = spool.parcel(10)
    assert parcel is not None
    asyncio.run(Sender(spool, CollectorTarget(), client(handler), yields, note).deliver(parcel))
    return tokens, naps, yields


def test_an_unreachable_collector_loses_nothing(spool: Spool) -> None:
    receipt = httpx.Response(200, json={"accepted": 2, "duplicates": 0, "rejected": {}})
    asks_to_wait = httpx.Response(429, headers={"Retry-After": "30"})
    tokens, naps, yields = deliver(spool, [None, None, asks_to_wait, httpx.Response(401), receipt])
    assert len(set(tokens)) == 1
    assert naps == [1, 2, 30, 8]
    assert spool.count == 0
    assert yields.sent.labels("accepted")._value.get() == 2


def test_what_the_collector_never_takes_does_not_block_the_rest(spool: Spool) -> None:
    _, naps, yields = deliver(spool, [httpx.Response(422, json={"code": "invalid_request", "detail": ""})])
    assert naps == []
    assert spool.count == 0
    assert yields.lost._value.get() == 2


def maker(spool: Spool, sources: list[Source], **changes: Any) -> Maker:
    return Maker(config(**changes), sources, spool, Yields(CollectorRegistry()), random.Random(1), lambda: 0.0, nap)


def source(label: str, *answers: str | BackendError) -> Source:
    left = list(answers)

    async def ask(_: Ask) -> str:
        answer = left.pop(0)
        if isinstance(answer, BackendError):
            raise answer
        return answer

    return Source(label, ask)


def spooled(spool: Spool) -> tuple[str, ...]:
    parcel = spool.parcel(100)
    return parcel.prompts if isinstance(parcel, Parcel) else ()


def test_what_passes_goes_to_the_spool(spool: Spool) -> None:
    model = source("model", "1. red tin robot\n2. robot 7 in blue\n3. tin red robots\n4. a robot")
    asyncio.run(maker(spool, [model]).make("robots", 0))
    assert spooled(spool) == ("red tin robot",)


def test_a_backend_that_fails_rests_while_the_other_works(spool: Spool) -> None:
    broken, sound = source("broken", BackendError("down")), source("sound", "red tin robot", "blue tin robot")
    one = maker(spool, [broken, sound])
    for turn in (0, 1, 2):
        asyncio.run(one.make("robots", turn))
    assert spooled(spool) == ("red tin robot", "blue tin robot")


def test_one_model_checks_the_prompts_of_the_other(spool: Spool) -> None:
    writer, checker = source("writer", "red tin robot\nblue tin robot\ngreen tin robot"), source("checker", "1, 3")
    asyncio.run(maker(spool, [writer, checker], check_instruction="good ones?").make("robots", 0))
    assert spooled(spool) == ("red tin robot", "green tin robot")


def test_while_the_checker_rests_the_writer_checks(spool: Spool) -> None:
    writer, checker = source("writer", "red tin robot\nblue tin robot", "2"), source("checker", BackendError("down"))
    asyncio.run(maker(spool, [writer, checker], check_instruction="good ones?").make("robots", 0))
    assert spooled(spool) == ("blue tin robot",)


def test_a_disk_that_refuses_loses_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 100)
    spool._db.execute("PRAGMA query_only=ON")
    waits = []

    async def mend(seconds: float) -> None:
        waits.append(seconds)
        spool._db.execute("PRAGMA query_only=OFF")

    yields = Yields(CollectorRegistry())
    one = Maker(config(), [source("m", "red tin robot")], spool, yields, random.Random(1), lambda: 0.0, mend)
    asyncio.run(one.make("robots", 0))
    assert waits[0] == DISK_S
    assert spooled(spool) == ("red tin robot",)
    spool.close()


def test_a_full_spool_makes_the_generator_wait(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "full.db", 5)
    spool.add(["one", "two"])
    waits = []

    async def note(seconds: float) -> None:
        waits.append(seconds)
        if seconds and (parcel := spool.parcel(10)) is not None:
            spool.delivered(parcel)

    one = Maker(
        config(),
        [source("m", "red tin robot")],
        spool,
        Yields(CollectorRegistry()),
        random.Random(1),
        lambda: 0.0,
        note,
    )
    asyncio.run(one.make("robots", 0))
    assert waits[0] == 1
    assert spooled(spool) == ("red tin robot",)
    spool.close()


def test_a_key_that_is_configured_and_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="NO_SUCH_KEY"):
        create_app(config(collector={"api_key_env": "NO_SUCH_KEY"}), ShellSettings(port=0))


def stored(collector: str) -> float:
    found = re.search(r"^prompts_stored (\S+)$", httpx.get(f"{collector}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_grammar_and_collector_together(collector: str, key: str, live: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(key)
    target = {"url": collector, "batch": 100, "every_s": 0.2, "api_key_file": str(tmp_path / "key")}
    chosen = config(collector=target, spool=tmp_path / "own.db", burst=100, prompts_per_minute=1)
    with live(create_app(chosen, ShellSettings(port=0))) as generator:
        eventually(lambda: stored(collector) >= 100)
        assert httpx.get(f"{generator}/ready/").status_code == 200
        assert 'prompts_kept_total{backend="0-grammar",category="robots"}' in httpx.get(f"{generator}/metrics").text


def test_the_report_tells_the_yield_and_starts_anew() -> None:
    yields = Yields(CollectorRegistry())
    yields.batch("model", "robots", 8, {"scene": 1, "length": 3})
    yields.delivered(httpx.Response(200, json={"accepted": 6, "duplicates": 2, "rejected": {}}))
    assert yields.report(30.0) == "12 accepted/min, 2 known already; 8 made, rejected: length 3, scene 1"
    assert yields.report(30.0) == "0 accepted/min, 0 known already; 0 made, rejected: none"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spool_max": 4}, "no batch would ever fit"),
        ({"temperature": [1.0, 0.5]}, "the lower bound comes first"),
        ({"collector": {"api_key_env": "A", "api_key_file": "b"}}, "not both"),
        ({"backends": [{"kind": "openai", "url": "http://models/v1"}]}, "needs url and model"),
        ({"instruction": "no place for it"}, "category"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_configuration_that_cannot_be_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(**changes)
