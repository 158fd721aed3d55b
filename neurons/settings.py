"""The flags of the neurons, read once and turned into frozen settings. Knows no wallet, no chain and no socket.

A flag is `--group.name`: the group is a field of the settings, the name a field of the group. Endpoints take one or
several addresses, separated by spaces or commas. An unknown flag is an error; flags of earlier releases that no longer
act are accepted and named in `retired`, for one line in the log.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

from serving.settings import SettingsError, is_loopback, read_api_keys

RETIRED = re.compile(
    r"^--(neuron\.auto_update_\w+|neuron\.auto_update|storage\.(enabled|service_api_key|endpoint_url))$"
)
"""Flags of earlier releases: the auto-updater and the storage subnet."""


def option(default: Any, text: str, flag: str | None = None) -> Any:
    """A field with its default, its help and, where the flag is not `group.name`, what follows the group in it."""
    return field(default=default, metadata={"help": text, "flag": flag})


@dataclass(frozen=True, slots=True)
class Wallet:
    """Which key signs."""

    name: str = option("default", "coldkey")
    hotkey: str = option("default", "hotkey")
    path: Path = option(Path("~/.bittensor/wallets"), "folder of the wallets")


@dataclass(frozen=True, slots=True)
class Subtensor:
    """Which chain."""

    network: str = option("finney", "finney, test, local or devnet")
    chain_endpoint: str = option("", "a node's ws:// or wss:// address, instead of the network's own")

    @property
    def is_devnet(self) -> bool:
        """Whether this is the embedded devnet."""
        return self.network == "devnet"


@dataclass(frozen=True, slots=True)
class DevnetFile:
    """Where the embedded devnet lies."""

    path: Path | None = option(None, "the devnet's file; with --subtensor.network devnet")


@dataclass(frozen=True, slots=True)
class Axon:
    """Where peers reach this neuron."""

    port: int = option(8092, "port to listen on")
    ip: str = option("0.0.0.0", "address to listen on")  # noqa: S104  peers come from outside
    external_ip: str = option("", "address to announce; without it this machine's own is looked up once")
    external_port: int = option(0, "port to announce; 0: the one listened on")


@dataclass(frozen=True, slots=True)
class Logging:
    """How much is logged, and how."""

    debug: bool = option(False, "log more")
    trace: bool = option(False, "log everything")
    json: bool = option(False, "one JSON object a line")


@dataclass(frozen=True, slots=True)
class Neuron:
    """The neuron itself."""

    name: str = option("", "name in logs; empty: miner or validator")
    sync_interval: float = option(600.0, "seconds between looks at the whole subnet")
    weight_set_interval: int = option(100, "blocks between weights")
    log_info_interval: float = option(30.0, "seconds between lines of progress")
    strong_miners_count: int = option(100, "miners of highest incentive for whom the last copy is kept")
    min_stake_to_set_weights: float = option(1000.0, "stake below which no weights are set")
    moving_average_alpha: float = option(0.05, "weight of the newest result in a miner's average")
    require_bound_signature: bool = option(False, "refuse results whose bytes are not signed")
    state_dir: Path | None = option(None, "folder of the state; default: under the wallet's folder")
    http_port: int = option(8095, "loopback port of health, readiness, metrics; 0: none")


@dataclass(frozen=True, slots=True)
class Generation:
    """Generation services (miner), and the times of a task (validator)."""

    endpoints: tuple[str, ...] = option(("http://127.0.0.1:8093",), "addresses of generation services")
    api_key_file: Path | None = option(None, "bearer key for them")
    task_timeout: float = option(600.0, "seconds from pull to expiry")
    task_cooldown: float = option(120.0, "seconds from one pull to the next")
    min_cooldown: float = option(10.0, "seconds from a result to the next pull, at least")


@dataclass(frozen=True, slots=True)
class Validation:
    """Validation services."""

    endpoints: tuple[str, ...] = option(("http://127.0.0.1:8094",), "addresses of validation services")
    api_key_file: Path | None = option(None, "bearer key for them")
    scorer: str = option("", "scorer required for weights; default: the network's own")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a validator's prompts come from."""

    default_prompts_path: Path = option(
        Path(__file__).resolve().parent.parent / "prompter/resources/default_prompts.txt", "a prompt a line"
    )
    prompter_endpoint: str = option("", "collector to fetch fresh prompts from; empty: none", "prompter.endpoint")
    prompter_fetch_interval: float = option(3600.0, "seconds between fetches", "prompter.fetch_interval")
    prompter_insecure: bool = option(False, "allow plain http to another machine", "prompter.insecure")


@dataclass(frozen=True, slots=True)
class PublicApi:
    """Organic work: the synapses Generate and StatusCheck, and the HTTP interface."""

    enabled: bool = option(False, "serve Generate and StatusCheck")
    whitelist: Path | None = option(None, "hotkeys that may ask, one a line")
    whitelist_disabled: bool = option(False, "anyone may ask")
    polling_interval: int = option(30, "seconds between a client's looks")
    rate_limit_requests: int = option(10, "requests of one hotkey …", "rate_limit.requests")
    rate_limit_period: float = option(120.0, "… in so many seconds", "rate_limit.period")
    copies: int = option(4, "miners that one organic job is given to")
    wait_after_first_copy: float = option(60.0, "seconds to wait for better results after an acceptable one")
    server_enabled: bool = option(False, "serve the HTTP interface")
    server_port: int = option(8888, "its port")
    job_timeout: float = option(600.0, "seconds after which an organic job has failed")


@dataclass(frozen=True, slots=True)
class Storage:
    """Where accepted assets are kept."""

    url: str = option("", "folder or fsspec URL; empty: they are not kept")
    max_gb: float = option(10.0, "oldest days are deleted above this size")


@dataclass(frozen=True, slots=True)
class ValidatorSettings:
    """Everything the operator of a validator chose."""

    wallet: Wallet
    subtensor: Subtensor
    devnet: DevnetFile
    axon: Axon
    logging: Logging
    neuron: Neuron
    generation: Generation
    validation: Validation
    dataset: Dataset
    public_api: PublicApi
    storage: Storage
    netuid: int = 17
    check: bool = False
    retired: tuple[str, ...] = ()

    @property
    def scorer(self) -> str:
        """`name@version` of the scorer whose scores may become weights."""
        shipped = self.subtensor.is_devnet and "three-gen-small@1"
        return self.validation.scorer or shipped or "clip-vitb16-openai@1"


@dataclass(frozen=True, slots=True)
class MinerSettings:
    """Everything the operator of a miner chose. Without --validation.endpoint nothing is scored before it is sent."""

    wallet: Wallet
    subtensor: Subtensor
    devnet: DevnetFile
    axon: Axon
    logging: Logging
    neuron: Neuron
    generation: Generation
    validation: Validation
    netuid: int = 17
    retired: tuple[str, ...] = ()


Settings = TypeVar("Settings", ValidatorSettings, MinerSettings)
Group = TypeVar("Group")

MINER_DEFAULTS: dict[str, Any] = {
    "axon.port": 8091,
    "neuron.sync_interval": 1800.0,
    "neuron.http_port": 8096,
    "validation.endpoint": (),
}
"""Where a miner's defaults differ."""


def validator_settings(argv: Sequence[str] | None = None) -> ValidatorSettings:
    """Settings from flags. Raises SettingsError; exits for --help and for an unknown flag, as argparse does."""
    return _read(ValidatorSettings, "serve_validator.py", argv, {})


def miner_settings(argv: Sequence[str] | None = None) -> MinerSettings:
    """Settings from flags. Raises SettingsError; exits for --help and for an unknown flag, as argparse does."""
    return _read(MinerSettings, "serve_miner.py", argv, MINER_DEFAULTS)


def bearer(api_key_file: Path | None) -> dict[str, str]:
    """The Authorization header for services that want a key: the first of the file. Raises SettingsError."""
    return {"Authorization": f"Bearer {read_api_keys(api_key_file)[0]}"} if api_key_file else {}


def endpoints(text: str) -> tuple[str, ...]:
    """Addresses separated by spaces or commas. Raises ArgumentTypeError for one that is no http address."""
    found = tuple(part.rstrip("/") for part in re.split(r"[\s,]+", text.strip()) if part)
    for address in found:
        split = urlsplit(address)
        if split.scheme not in ("http", "https") or not split.hostname:
            raise argparse.ArgumentTypeError(f"{address!r} is not an http address")
    return found


def _read(kind: type[Settings], program: str, argv: Sequence[str] | None, defaults: dict[str, Any]) -> Settings:
    groups = {name: hint for name, hint in get_type_hints(kind).items() if hasattr(hint, "__dataclass_fields__")}
    parser = argparse.ArgumentParser(prog=program, allow_abbrev=False)
    parser.add_argument("--netuid", type=int, default=17, help="subnet (17)")
    if kind is ValidatorSettings:
        parser.add_argument("--check", action="store_true", help="say whether peers can reach the axon port, and end")
    for group, hint in groups.items():
        for one in fields(hint):
            _add(parser, group, one, get_type_hints(hint)[one.name], defaults)
    known, rest = parser.parse_known_args(argv)
    values, retired = vars(known), []
    while rest:
        flag = rest.pop(0)
        if not RETIRED.match(flag.split("=")[0]):
            parser.error(f"unknown flag: {flag}")
        retired.append(flag.split("=")[0])
        while rest and not rest[0].startswith("--"):
            rest.pop(0)
    made = {group: hint(**{f.name: values[_flag(group, f)] for f in fields(hint)}) for group, hint in groups.items()}
    plain = {"netuid": values["netuid"], "retired": tuple(retired)}
    if kind is ValidatorSettings:
        plain["check"] = values["check"]
    settings = kind(**made, **plain)
    _check(settings)
    return settings


def _flag(group: str, one: Field[Any]) -> str:
    name = "endpoint" if one.name == "endpoints" else one.metadata["flag"] or one.name
    return f"{group}.{name}"


def _add(parser: argparse.ArgumentParser, group: str, one: Field[Any], hint: Any, defaults: dict[str, Any]) -> None:
    flag = _flag(group, one)
    default = defaults.get(flag, one.default)
    assert default is not MISSING
    text = str(one.metadata["help"]).replace("%", "%%")
    if hint is bool:
        parser.add_argument(f"--{flag}", dest=flag, action="store_true", help=text)
    elif one.name == "endpoints":
        names = [f"--{flag}", f"--{flag}s"]
        parser.add_argument(*names, dest=flag, action=_Endpoints, nargs="+", default=default, help=text)
    else:
        kind = hint if hint in (int, float, str) else Path
        shown = "" if default in (None, "") else f" ({default})"
        parser.add_argument(f"--{flag}", dest=flag, type=kind, default=default, help=text + shown)


class _Endpoints(argparse.Action):
    """Joins what one flag was given: `a b`, `a,b` and `a, b` are two addresses."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any) -> None:
        try:
            setattr(namespace, self.dest, endpoints(" ".join(values)))
        except argparse.ArgumentTypeError as error:
            parser.error(f"{self.option_strings[0]}: {error}")


def _check(settings: ValidatorSettings | MinerSettings) -> None:
    """Raises SettingsError for settings that cannot be."""
    if settings.subtensor.is_devnet and settings.devnet.path is None:
        raise SettingsError("--subtensor.network devnet needs --devnet.path FILE")
    if not 0 < settings.neuron.moving_average_alpha <= 1:
        raise SettingsError("--neuron.moving_average_alpha lies between 0 and 1")
    for name in ("port", "external_port"):
        if not 0 <= getattr(settings.axon, name) < 65_536:
            raise SettingsError(f"--axon.{name} is no port")
    if not settings.generation.endpoints:
        raise SettingsError("--generation.endpoint names no service")
    if isinstance(settings, ValidatorSettings):
        _check_validator(settings)


def _check_validator(settings: ValidatorSettings) -> None:
    if not settings.validation.endpoints:
        raise SettingsError("--validation.endpoint names no service")
    if not 1 <= settings.public_api.copies <= 32:
        raise SettingsError("--public_api.copies lies between 1 and 32")
    collector = urlsplit(settings.dataset.prompter_endpoint)
    if not settings.dataset.prompter_endpoint:
        return
    if collector.scheme not in ("http", "https") or not collector.hostname:
        raise SettingsError("--dataset.prompter.endpoint is not an http address")
    if collector.scheme == "http" and not is_loopback(collector.hostname) and not settings.dataset.prompter_insecure:
        raise SettingsError(
            "--dataset.prompter.endpoint: plain http to another machine needs --dataset.prompter.insecure"
        )
