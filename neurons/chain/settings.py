"""Settings that name a wallet and a chain: part of the command line of every program that uses a chain."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from serving.settings import Flag, FrozenSettings

NETWORKS = {
    "finney": "wss://entrypoint-finney.opentensor.ai:443",
    "test": "wss://test.finney.opentensor.ai:443",
    "archive": "wss://archive.chain.opentensor.ai:443",
    "latent-lite": "wss://lite.sub.latent.to:443",
    "local": "ws://127.0.0.1:9944",
}
"""Nodes of the networks that the SDK knows by name."""


def _network(given: str) -> str:
    """Check the name of a network, or the address of a node in its place. Raises ValueError."""
    if given == "devnet" or given in NETWORKS or _is_node(given):
        return given
    names = ", ".join((*NETWORKS, "devnet"))
    raise ValueError(f"{given!r} is not a network: give one of {names}, or a node's ws:// or wss:// address")


def _nodes(given: Any) -> Any:
    """Split what the flag was given: `a b`, `a,b` and `a, b` are two addresses. Raises ValueError for a bad one."""
    text = given if isinstance(given, str) else " ".join(given)
    found = tuple(part for part in re.split(r"[\s,]+", text.strip()) if part)
    for address in found:
        if not _is_node(address):
            raise ValueError(f"{address!r} is not a node's ws:// or wss:// address")
    return found


def _is_node(address: str) -> bool:
    try:
        split = urlsplit(address)
        return split.scheme in ("ws", "wss") and bool(split.hostname) and split.port != 0
    except ValueError:  # an invalid port, or unbalanced brackets
        return False


class WalletSettings(FrozenSettings):
    """The wallet whose hotkey signs."""

    name: str = "default"
    """name of the coldkey"""
    hotkey: str = "default"
    """name of the hotkey"""
    path: Path = Path("~/.bittensor/wallets")
    """folder of the wallets"""


class ChainSettings(FrozenSettings):
    """The subnet, and the chain that it is on: a public network, your own node, or the embedded devnet."""

    netuid: Annotated[int, Field(ge=0, le=65_535)] = 17
    """number of the subnet"""
    network: Annotated[str, AfterValidator(_network), Flag(("subtensor.network",))] = "finney"
    """finney, test, local or devnet; or a node's ws:// or wss:// address"""
    chain_endpoint: Annotated[tuple[str, ...], BeforeValidator(_nodes), Flag(("subtensor.chain_endpoint",))] = ()
    """ws:// or wss:// addresses of nodes to use in turn, instead of the network's own"""
    devnet_path: Annotated[Path | None, Flag(("devnet.path",))] = None
    """the devnet's file; needed with --subtensor.network devnet"""

    @property
    def is_devnet(self) -> bool:
        """Check whether this is the embedded devnet."""
        return self.network == "devnet"

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Addresses of the nodes to use in turn; not for a devnet."""
        return self.chain_endpoint or (NETWORKS.get(self.network, self.network),)

    @model_validator(mode="after")
    def _devnet_has_a_file(self) -> ChainSettings:
        if self.is_devnet and self.devnet_path is None:
            raise ValueError("--subtensor.network devnet needs --devnet.path FILE")
        return self
