"""The validator's domain assembled from flags, with a validation service and a collector over HTTP."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from neurons.settings import ValidatorSettings, validator_settings
from neurons.validator.domain import allowed, job_rules, open_domain, task_rules
from neurons.validator.prompts import BadBatchError
from neurons.validator.tasks.trust import Identity
from serving.app import ShellLimits, create_shell
from serving.settings import SettingsError, ShellSettings
from serving.status import ServiceStatus

MINER = "miner-hotkey"
KEY = "k" * 32


def services(scored: Any) -> FastAPI:
    """Return one app that is a validation service, which requires a key, and a collector, which must not see it."""
    status = ServiceStatus(version=lambda: "1.0.0 three-gen-small@1+fp32 cpu-native", busy=lambda: False)
    limits = ShellLimits(public_paths=("/get",))
    app = create_shell("both", ShellSettings(port=0, api_keys=(KEY,)), status, limits)

    @app.post("/validate/")
    async def validate() -> Any:
        return scored(0.9)

    @app.post("/get")
    async def get(request: Request) -> dict[str, list[str]]:
        assert "authorization" not in request.headers
        return {"prompts": [f"fresh prompt {i}" for i in range(1000)]}

    return app


@pytest.fixture
def flags(tmp_path: Path) -> list[str]:
    (tmp_path / "key").write_text(KEY + "\n")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "prompts.txt").write_text("a red car\n")
    return [
        *("--subtensor.network", "devnet", "--devnet.path", "devnet.db"),
        *("--validation.api_key_file", str(tmp_path / "key")),
        *("--dataset.default_prompts_path", str(tmp_path / "prompts.txt")),
        *("--storage.url", str(tmp_path / "assets")),
    ]


def me() -> Identity:
    return Identity(17, "validator-hotkey", lambda *_: True)


def test_a_task_from_pull_to_score(live: Any, scored: Any, submission: Any, flags: list[str], tmp_path: Path) -> None:
    async def story(settings: ValidatorSettings) -> None:
        async with open_domain(settings, tmp_path / "state", me(), lambda _: "signed") as domain:
            await domain.pool.check()
            assert domain.scorer_ok
            task = (await domain.desk.pull(MINER)).task
            assert task is not None
            reply = await domain.desk.submit(MINER, submission(task.id, MINER))
            assert (reply.score, reply.scorer) == (0.9, "three-gen-small@1+fp32")

    with live(services(scored)) as url:
        asyncio.run(story(validator_settings([*flags, "--validation.endpoint", url])))
    assert len(list((tmp_path / "assets").rglob("*.spz"))) == 1  # written before the domain ended


def test_fresh_prompts_come_from_the_collector(live: Any, scored: Any, flags: list[str], tmp_path: Path) -> None:
    async def story(settings: ValidatorSettings) -> None:
        async with open_domain(settings, tmp_path / "state", me(), lambda _: "signed") as domain:
            await domain.pool.check()
            for number in range(1000):
                task = (await domain.desk.pull(f"miner-{number}")).task
                assert task is not None
                if task.prompt.startswith("fresh"):
                    return
                await asyncio.sleep(0.01)
        pytest.fail("no fresh prompt came")

    with live(services(scored)) as url:
        more = ["--validation.endpoint", url, "--dataset.prompter.endpoint", url]
        asyncio.run(story(validator_settings([*flags, *more])))


def test_no_tasks_are_given_while_the_services_are_down(flags: list[str], tmp_path: Path) -> None:
    async def story() -> None:
        settings = validator_settings([*flags, "--validation.endpoint", "http://127.0.0.1:9"])
        async with open_domain(settings, tmp_path / "state", me(), lambda _: "signed") as domain:
            assert (await domain.desk.pull(MINER)).reason_code == "validator_unready"
            assert not domain.scorer_ok

    asyncio.run(story())


def test_opening_does_not_wait_for_a_validation_service(flags: list[str], tmp_path: Path) -> None:
    async def story(settings: ValidatorSettings) -> None:
        async with open_domain(settings, tmp_path / "state", me(), lambda _: "signed") as domain:
            assert "not checked yet" in domain.pool.problems[0]

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        asyncio.run(story(validator_settings([*flags, "--validation.endpoint", url])))


def test_a_missing_or_empty_prompt_file_is_refused_at_start(flags: list[str], tmp_path: Path) -> None:
    async def opened() -> None:
        async with open_domain(validator_settings(flags), tmp_path / "state", me(), lambda _: "signed"):
            pass

    (tmp_path / "prompts.txt").write_text("\n")
    with pytest.raises(BadBatchError):
        asyncio.run(opened())
    (tmp_path / "prompts.txt").unlink()
    with pytest.raises(SettingsError, match=r"prompts\.txt: No such file"):
        asyncio.run(opened())


def test_flags_become_rules() -> None:
    times = ["--generation.task_timeout", "60", "--generation.task_cooldown", "12", "--generation.min_cooldown", "1"]
    shares = ["--public_api.copies", "2", "--public_api.rate_limit.requests", "5"]
    settings = validator_settings([*times, *shares, "--neuron.moving_average_alpha", "0.1"])
    rules = task_rules(settings)
    assert (rules.task_timeout_s, rules.task_cooldown_s, rules.min_cooldown_s, rules.average_alpha) == (60, 12, 1, 0.1)
    assert (job_rules(settings.public_api).copies, job_rules(settings.public_api).rate_requests) == (2, 5)


@pytest.mark.parametrize(
    ("flags", "listed", "stranger"),
    [
        ([], False, False),
        (["--public_api.enabled", "--public_api.whitelist", "{}/allowed"], True, False),
        (["--public_api.enabled", "--public_api.whitelist_disabled"], True, True),
    ],
)
def test_flags_decide_who_may_ask_for_organic_work(
    tmp_path: Path, flags: list[str], listed: bool, stranger: bool
) -> None:
    (tmp_path / "allowed").write_text("alice\n")
    may = allowed(validator_settings([flag.format(tmp_path) for flag in flags]).public_api)
    assert (may("alice"), may("bob")) == (listed, stranger)


def test_a_whitelist_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text("alice\n", encoding="utf-16")
    settings = validator_settings(["--public_api.enabled", "--public_api.whitelist", str(tmp_path / "allowed")])
    with pytest.raises(SettingsError, match=r"^--public_api\.whitelist: .* is not text in UTF-8"):
        allowed(settings.public_api)
