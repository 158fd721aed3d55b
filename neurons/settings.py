"""Settings of the neurons, read once from dotted flags (`--wallet.name`).

Endpoints take one or several addresses, separated by spaces or commas. An unknown flag is an error. Flags of earlier
releases that have no effect any more are accepted and listed in `retired`, so that one log line can name them.
"""

from __future__ import annotations

import ipaddress
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from neurons.chain.settings import ChainSettings, WalletSettings
from serving.settings import (
    NO_FLAG,
    NO_PREFIX,
    Count,
    Flag,
    FrozenSettings,
    Location,
    Port,
    ReadableFile,
    Seconds,
    is_loopback,
    read_flags,
)

RETIRED = re.compile(
    r"^--(neuron\.auto_update_\w+|neuron\.auto_update|storage\.(enabled|service_api_key|endpoint_url))$"
)
"""Flags of earlier releases: the auto-updater and the storage subnet."""


def _addresses(given: Any) -> Any:
    """Split what one flag was given: `a b`, `a,b` and `a, b` are two addresses. Raises ValueError for a bad one."""
    found = tuple(part.rstrip("/") for part in re.split(r"[\s,]+", " ".join(given).strip()) if part)
    for address in found:
        if not _is_http(address):
            raise ValueError(f"{address!r} is not an http address")
    return found


def _external_ip(given: str) -> str:
    """Return an address to announce in its usual form. Raises ValueError for what no peer can connect to."""
    if not given:
        return given
    try:
        address = ipaddress.ip_address(given)
    except ValueError as error:
        raise ValueError(f"{given!r} is not an IP address; it takes no name, brackets or port") from error
    if address.is_unspecified or address.is_multicast:
        raise ValueError(f"no peer can connect to {given}")
    return str(address)


BUNDLED_PROMPTS = Path(__file__).resolve().parent.parent / "prompter/resources/default_prompts.txt"

Endpoints = Annotated[tuple[str, ...], BeforeValidator(_addresses), Flag(("endpoint", "endpoints"))]
Stake = Annotated[float, Field(ge=0, le=1e12)]
Pause = Annotated[float, Field(ge=0, le=31_536_000)]
"""Seconds that may be none."""


class Axon(FrozenSettings):
    """Where peers reach this neuron."""

    port: Annotated[int, Field(ge=1, le=65_535)] = 8092
    """port to listen on"""
    ip: str = "0.0.0.0"  # noqa: S104  peers are on other machines
    """address to listen on"""
    external_ip: Annotated[str, AfterValidator(_external_ip)] = ""
    """address to announce; by default this machine's public address, looked up once"""
    external_port: Port = 0
    """port to announce; 0: the one to listen on"""

    def check_reachable(self, external_ip: str) -> None:
        """Raise ValueError if `external_ip` is an IPv6 address but the axon listens on an IPv4 address."""
        if ":" in external_ip and ":" not in self.ip:
            raise ValueError(f"the axon listens on {self.ip}, so {external_ip} cannot reach it: add --axon.ip ::")

    @model_validator(mode="after")
    def _listens_where_it_is_announced(self) -> Axon:
        self.check_reachable(self.external_ip)
        return self


class Logging(FrozenSettings):
    """How much is logged, and in which form."""

    debug: bool = False
    """log debug lines"""
    trace: bool = False
    """log debug lines, also those of the libraries"""
    as_json: Annotated[bool, Flag(("json",))] = False
    """one JSON object a line"""


class Neuron(FrozenSettings):
    """Intervals, limits, state and status server of the neuron."""

    name: str = ""
    """name of the state's folder; by default miner or validator"""
    sync_interval: Seconds = 600.0
    """seconds between snapshots of the subnet"""
    weight_set_interval: Count = 100
    """blocks between weights"""
    log_info_interval: Seconds = 30.0
    """seconds between progress lines in the log"""
    strong_miners_count: Annotated[int, Field(ge=0, le=65_536)] = 100
    """miners of highest incentive for whom the last copy is kept"""
    min_stake_to_set_weights: Stake = 1000.0
    """stake below which no weights are set"""
    moving_average_alpha: Annotated[float, Field(gt=0, le=1)] = 0.05
    """weight of the newest result in a miner's average"""
    require_bound_signature: bool = False
    """refuse results without a signature over their bytes"""
    state_dir: Path | None = None
    """folder of the state; by default next to the wallets' folder"""
    http_port: Port = 8095
    """loopback port for health, readiness and metrics; 0: do not serve them"""


class Generation(FrozenSettings):
    """Generation services (miner), and the times of a task (validator)."""

    endpoints: Endpoints = ("http://127.0.0.1:8093",)
    """addresses of generation services"""
    api_key_file: ReadableFile | None = None
    """file with their bearer key"""
    task_timeout: Seconds = 600.0
    """seconds from pull to expiry"""
    task_cooldown: Pause = 120.0
    """seconds from one pull to the next"""
    min_cooldown: Pause = 10.0
    """minimum seconds from a result to the next pull"""

    @model_validator(mode="after")
    def _some_endpoint(self) -> Generation:
        if not self.endpoints:
            raise ValueError("--generation.endpoint names no service")
        return self


class Validation(FrozenSettings):
    """Validation services, and the scorer whose scores may become weights."""

    endpoints: Endpoints = ("http://127.0.0.1:8094",)
    """addresses of validation services"""
    api_key_file: ReadableFile | None = None
    """file with their bearer key"""
    scorer: str = ""
    """scorer required for weights; by default the network's own"""


class Prompter(FrozenSettings):
    """The collector of fresh prompts."""

    endpoint: str = ""
    """collector to fetch fresh prompts from; without one the bundled prompts are used"""
    fetch_interval: Seconds = 3600.0
    """seconds between fetches"""
    insecure: bool = False
    """allow plain http to another machine"""

    @model_validator(mode="after")
    def _safe_address(self) -> Prompter:
        if not self.endpoint:
            return self
        if not _is_http(self.endpoint):
            raise ValueError("--dataset.prompter.endpoint is not an http address")
        address = urlsplit(self.endpoint)
        if address.scheme == "http" and not is_loopback(address.hostname or "") and not self.insecure:
            raise ValueError(
                "--dataset.prompter.endpoint: plain http to another machine needs --dataset.prompter.insecure"
            )
        return self


class Dataset(FrozenSettings):
    """Where a validator's prompts come from."""

    default_prompts_path: ReadableFile = BUNDLED_PROMPTS
    """file of prompts, one a line"""
    prompter: Prompter = Prompter()


class RateLimit(FrozenSettings):
    """How often one hotkey may send requests."""

    requests: Count = 10
    """requests of one hotkey in each period"""
    period: Seconds = 120.0
    """length of the period in seconds"""


class PublicApi(FrozenSettings):
    """Splats on request for users: the synapses Generate and StatusCheck, and the HTTP interface."""

    enabled: bool = False
    """serve Generate and StatusCheck"""
    whitelist: ReadableFile | None = None
    """file of the hotkeys that may send requests, one a line"""
    whitelist_disabled: bool = False
    """let any hotkey send requests"""
    polling_interval: Annotated[int, Field(ge=1, le=86_400)] = 30
    """seconds between a client's status checks"""
    rate_limit: RateLimit = RateLimit()
    copies: Annotated[int, Field(ge=1, le=32)] = 4
    """miners that one organic job is given to"""
    wait_after_first_copy: Pause = 60.0
    """seconds to wait for better results after the first acceptable one"""
    server_enabled: bool = False
    """serve the HTTP interface, which is not part of this version"""
    server_port: Port = 8888
    """port of the HTTP interface"""
    job_timeout: Seconds = 600.0
    """seconds after which an organic job has failed"""

    @model_validator(mode="after")
    def _serves_somebody(self) -> PublicApi:
        if self.enabled and not self.whitelist_disabled and self.whitelist is None:
            raise ValueError(
                "--public_api.enabled needs --public_api.whitelist FILE or --public_api.whitelist_disabled"
            )
        return self


class Storage(FrozenSettings):
    """Where accepted assets are kept."""

    url: Location = ""
    """folder or fsspec URL; without one, assets are not kept"""
    max_gb: Annotated[float, Field(gt=0, le=1e6)] = 10.0
    """above this size the oldest days are deleted"""


class NeuronSettings(FrozenSettings):
    """Settings that both neurons have."""

    wallet: WalletSettings = WalletSettings()
    chain: Annotated[ChainSettings, NO_PREFIX] = ChainSettings()
    axon: Axon = Axon()
    logging: Logging = Logging()
    neuron: Neuron = Neuron()
    generation: Generation = Generation()
    validation: Validation = Validation()
    retired: Annotated[tuple[str, ...], NO_FLAG] = ()


NeuronModel = TypeVar("NeuronModel", bound=NeuronSettings)


class ValidatorSettings(NeuronSettings):
    """Settings of a validator."""

    dataset: Dataset = Dataset()
    public_api: PublicApi = PublicApi()
    storage: Storage = Storage()
    check: bool = False
    """report whether peers can reach the axon port, and exit"""

    @property
    def scorer(self) -> str:
        """Return `name@version` of the scorer whose scores may become weights."""
        if self.validation.scorer:
            return self.validation.scorer
        return "three-gen-small@1" if self.chain.is_devnet else "clip-vitb16-openai@1"

    @model_validator(mode="after")
    def _can_score(self) -> ValidatorSettings:
        if not self.validation.endpoints:
            raise ValueError("--validation.endpoint names no service")
        return self


class MinerSettings(NeuronSettings):
    """Settings of a miner. Without --validation.endpoint it sends its splats unscored."""

    axon: Axon = Axon(port=8091)
    neuron: Neuron = Neuron(sync_interval=1800.0, http_port=8096)
    validation: Validation = Validation(endpoints=())


def validator_settings(argv: Sequence[str] | None = None) -> ValidatorSettings:
    """Read a validator's flags. Raises and exits as `read_neuron_flags`."""
    return read_neuron_flags(
        ValidatorSettings, "serve_validator.py", argv, "Gives tasks to miners, scores their results and sets weights."
    )


def miner_settings(argv: Sequence[str] | None = None) -> MinerSettings:
    """Read a miner's flags. Raises and exits as `read_neuron_flags`."""
    return read_neuron_flags(
        MinerSettings, "serve_miner.py", argv, "Pulls tasks from validators, generates splats and submits them."
    )


def read_neuron_flags(
    model: type[NeuronModel], program: str, argv: Sequence[str] | None = None, description: str = ""
) -> NeuronModel:
    """Return a neuron's settings from its command line; retired flags are accepted and listed in `retired`.

    Raises SettingsError; exits for --help and for an unknown flag, as argparse does.
    """
    kept, retired = _without_retired(sys.argv[1:] if argv is None else argv)
    return read_flags(model, program, kept, description).model_copy(update={"retired": retired})


def _without_retired(argv: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return the arguments without retired flags and their values, and the names of those flags."""
    kept, retired, skipping = [], [], False
    for argument in argv:
        if argument.startswith("--"):
            flag = argument.partition("=")[0]
            skipping = RETIRED.match(flag) is not None
            retired += [flag] if skipping else []
        if not skipping:
            kept.append(argument)
    return kept, tuple(retired)


def _is_http(address: str) -> bool:
    split = urlsplit(address)
    return split.scheme in ("http", "https") and bool(split.hostname)
