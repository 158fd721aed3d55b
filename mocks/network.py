"""A whole subnet on this machine: devnet, prompter, validation, a validator, an honest miner and one that cheats.

Real programs with ordinary flags from a `Plan` (mocks/devnet.yaml). The generation service is already running.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

import httpx
import yaml
from pydantic import BaseModel, ConfigDict, Field

from mocks.processes import ROOT, Service, drain, free_port, start
from neurons.chain.contract import ChainError, Outcome
from neurons.chain.devnet.chain import Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.wallets import make_wallet
from prompter.collector.keys import KeyRing
from serving.settings import SettingsError

WALLET = "local"
HOTKEYS = ("validator", "honest", "cheat")
PROMPTS = 1_000
"""The smallest batch that a validator accepts from a collector."""

HTTP = "--neuron.http_port"
Flags = dict[str, str | int | float]


class Until(BaseModel):
    """When the demo ends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tasks: Annotated[int, Field(ge=1)]
    within_s: Annotated[float, Field(gt=0)]


class Plan(BaseModel):
    """The contents of mocks/devnet.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chain: dict[str, int | float | bool]
    stake: float
    validator: Flags
    miner: Flags
    until: Until

    def rules(self) -> Rules:
        """Return the devnet's rules. Raises SettingsError for an unknown rule or an invalid value."""
        unknown = self.chain.keys() - {rule.name for rule in fields(Rules)}
        if unknown:
            raise SettingsError(f"the devnet has no rule {', '.join(sorted(unknown))}")
        try:
            return Rules(**self.chain)  # type: ignore[arg-type]
        except ValueError as error:
            raise SettingsError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Network:
    """A running subnet: the file of its devnet, its validator's address, and the hotkeys by name."""

    devnet: Path
    validator_url: str
    hotkeys: Mapping[str, str]
    services: tuple[Service, ...]

    def check(self) -> None:
        """Raise ServiceFailed when one of its programs has ended."""
        for service in self.services:
            service.check()


@contextmanager
def running_network(plan: Plan, generation_url: str, folder: Path) -> Iterator[Network]:
    """Start a subnet with its state in `folder` (new) and its logs in `folder`/logs, and drain it at the end.

    Raises ServiceFailed, ChainError or SettingsError.
    """
    services: list[Service] = []
    devnet, wallets, logs = folder / "devnet.db", folder / "wallets", folder / "logs"
    Ledger.create(devnet, plan.rules(), time.time())
    chain: Flags = {"subtensor.network": "devnet", "devnet.path": str(devnet)}
    try:
        scorer = ["--scorer", "three-gen-small"]
        validation = start("validation", "validation/serve.py", scorer, logs / "validation.log")
        services.append(validation)
        collector = _start_collector(chain, folder)
        services.append(collector)
        services.append(_start_generator(collector.url, folder))
        hotkeys = {hotkey: make_wallet(wallets, WALLET, hotkey) for hotkey in HOTKEYS}
        _take_seats(devnet, hotkeys, plan.stake)
        for service in services:
            service.await_ready()
        _await_prompts(collector)
        neuron: Flags = {**chain, "wallet.path": str(wallets), "wallet.name": WALLET}
        near: Flags = {"validation.endpoint": validation.url, "dataset.prompter.endpoint": collector.url}
        validator = _start_validator({**neuron, **near, **plan.validator}, folder)
        services.append(validator)
        validator.await_ready()
        flags: Flags = {**neuron, "generation.endpoint": generation_url}
        services += _start_miners(flags, {**plan.miner, "validation.endpoint": validation.url}, logs)
        yield Network(devnet, validator.url, hotkeys, tuple(services))
    finally:
        drain(*(service.process for service in services))


def as_arguments(flags: Flags) -> list[str]:
    """Format flags for a neuron's command line."""
    return [word for name, value in flags.items() for word in (f"--{name}", str(value))]


def _take_seats(devnet: Path, hotkeys: Mapping[str, str], stake: float) -> None:
    """Register the hotkeys, each with its own coldkey, and give the validator its stake."""
    for name, hotkey in hotkeys.items():
        chain = Devnet(devnet, hotkey)
        chain.fund(hotkey, 10 * chain.rules.burn)
        _require_ok(chain.register(hotkey))
        if name == "validator":
            _require_ok(chain.set_stake(stake))
        chain.close()


def _require_ok(outcome: Outcome) -> None:
    if not outcome.ok:
        raise ChainError(f"the devnet refused: {outcome.code} {outcome.detail}")


def _start_collector(chain: Flags, folder: Path) -> Service:
    args = ["--db", str(folder / "prompts.db"), *as_arguments(chain)]
    return start("collector", "prompter/serve_collector.py", args, folder / "logs" / "collector.log")


def _start_generator(collector_url: str, folder: Path) -> Service:
    """Start the grammar generator with its shipped configuration, but this collector and spool."""
    config = yaml.safe_load((ROOT / "prompter/resources/generator.yaml").read_text())
    key, file = folder / "generator.key", folder / "generator.yaml"
    key.write_text(KeyRing(folder / "prompts.db").create("generator"))
    config["collector"] |= {"url": collector_url, "every_s": 1, "api_key_file": str(key)}
    config["spool"] = str(folder / "spool.db")
    file.write_text(yaml.safe_dump(config))
    log = folder / "logs" / "generator.log"
    return start("generator", "prompter/serve_generator.py", ["--config", str(file)], log)


def _await_prompts(collector: Service, within_s: float = 60.0) -> None:
    """Wait until the collector has a validator's smallest batch. Raises ServiceFailed."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        shown = httpx.get(f"{collector.url}/metrics", trust_env=False).text
        found = re.search(r"^\w*prompts_stored (\S+)$", shown, re.MULTILINE)
        if found and float(found[1]) >= PROMPTS:
            return
        time.sleep(0.2)
    raise collector.failure(f"has no {PROMPTS} prompts after {within_s:g} s")


def _start_validator(flags: Flags, folder: Path) -> Service:
    own: Flags = {
        "wallet.hotkey": "validator",
        "neuron.state_dir": str(folder / "validator"),
        "axon.port": free_port(),
        "axon.ip": "127.0.0.1",
        "axon.external_ip": "127.0.0.1",
    }
    args = as_arguments({**flags, **own})
    return start("validator", "neurons/serve_validator.py", args, folder / "logs" / "validator.log", HTTP)


def _start_miners(flags: Flags, own: Flags, logs: Path) -> list[Service]:
    """Start the honest miner, which scores its candidates and sends the best, and the cheat, which has no page."""
    honest = as_arguments({**flags, **own, "wallet.hotkey": "honest"})
    cheat = as_arguments({**flags, "wallet.hotkey": "cheat"})
    return [
        start("miner", "neurons/serve_miner.py", honest, logs / "miner.log", HTTP),
        start("cheat", "mocks/cheating_miner.py", cheat, logs / "cheat.log", HTTP),
    ]
