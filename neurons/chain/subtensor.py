"""The real chain as a `Chain`, through the synchronous Subtensor of the SDK.

The SDK puts errors of writes into its response object and is not thread-safe. Here every refusal of a write becomes an
`Outcome` with a code, everything that a read raises `ChainUnavailable`, and each call makes one attempt.
`neurons.chain.worker` adds deadlines, pauses, reconnecting and the thread that owns the connection.
"""

from __future__ import annotations

import contextlib
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException

from neurons.chain.contract import ChainError, ChainUnavailable, Outcome, Seat, Snapshot, explain_bad_weights
from neurons.chain.node_socket import NodeLostError, NodeRefusedError

logger = logging.getLogger(__name__)

CODE_BY_NAME = {
    "HotKeyNotRegisteredInSubNet": "not_registered",
    "HotKeyNotRegisteredInNetwork": "not_registered",
    "NotRegistered": "not_registered",
    "SettingWeightsTooFast": "too_soon",
    "CommittingWeightsTooFast": "too_soon",
    "NeuronNoValidatorPermit": "no_permit",
    "NotEnoughStakeToSetWeights": "no_permit",
    "IncorrectWeightVersionKey": "bad_version",
    "UidVecContainInvalidOne": "bad_weights",
    "DuplicateUids": "bad_weights",
    "WeightVecLengthIsLow": "bad_weights",
    "WeightVecNotEqualSize": "bad_weights",
    "MaxWeightExceeded": "bad_weights",
    "UidsLengthExceedUidsInSubNet": "bad_weights",
    "InvalidIpAddress": "bad_address",
    "InvalidIpType": "bad_address",
    "InvalidPort": "bad_address",
    "CommitRevealEnabled": "commit_reveal_on",
    "ServingRateLimitExceeded": "rate_limited",
    "TxRateLimitExceeded": "rate_limited",
}
"""Outcome codes by the error names of the chain's pallet; any other error is "failed", with its name in `detail`."""

NO_ANSWER = (OSError, WebSocketException, NodeLostError)
"""Exceptions for a node that cannot be reached or does not answer: whether it received a write is unknown."""

COMMIT_STORAGE = ("LastEpochBlock", "PendingEpochAt", "SubnetEpochIndex")
"""Storage that a runtime must have for SDK 10.5 to commit weights."""


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """The attributes of an axon that the SDK's `serve_axon` reads."""

    wallet: Any
    external_ip: str
    external_port: int


class SubtensorChain:
    """One SDK connection for one wallet's hotkey, to be used by one thread at a time.

    sdk: a connected `bittensor.Subtensor`; see `connect`. Raises ChainUnavailable if the node gives no usable answer,
    ChainError if there is no such subnet or if it hides weights in a way that the SDK does not support.
    """

    def __init__(self, sdk: Any, wallet: Any, netuid: int) -> None:
        self._sdk = sdk
        self._wallet = wallet
        self._netuid = netuid
        self._head = 0
        if not self._call("subnet_exists", netuid=netuid):
            raise ChainError(f"this network has no subnet {netuid}: see --netuid and --subtensor.network")
        self._hidden = bool(self._call("commit_reveal_enabled", netuid=netuid))
        if self._hidden:
            self._check_commit_storage()

    def block(self) -> int:
        """Return the number of the best head, which never decreases within one instance."""
        self._head = max(self._head, int(self._call("get_current_block")))
        return self._head

    def timestamp(self) -> float:
        """Return when the best head was made, in Unix seconds; 0 if the chain does not know."""
        return float(self._call("get_timestamp").timestamp())

    def uid(self, hotkey: str) -> int | None:
        """Return the uid of a hotkey, None if it is not registered."""
        uid = self._call("get_uid_for_hotkey_on_subnet", hotkey_ss58=hotkey, netuid=self._netuid)
        return None if uid is None else int(uid)

    def snapshot(self) -> Snapshot:
        """Return all seats at one block. Takes seconds for a full subnet."""
        graph = self._call("metagraph", netuid=self._netuid)
        try:
            seats = tuple(self._seat(graph, i) for i in range(len(graph.hotkeys)))
            return Snapshot(self._netuid, int(graph.block.item()), seats)
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise ChainUnavailable(f"the metagraph is unusable: {error}") from error

    def serve_axon(self, ip: str, port: int) -> Outcome:
        """Announce the address of the hotkey's axon."""
        response = self._write("serve_axon", netuid=self._netuid, axon=_Endpoint(self._wallet, ip, port))
        if response.success and "already served" in str(response.message):
            return Outcome(True, "unchanged", "already announced", None, True)
        return self._to_outcome(response, visible=True)

    def set_weights(self, weights: Mapping[int, float], version_key: int) -> Outcome:
        """Make one attempt to set the wallet's weights, or to commit them if the subnet hides weights."""
        reason = explain_bad_weights(weights)
        if reason is not None:
            return Outcome(False, "bad_weights", reason, None, True)
        positive = {uid: float(value) for uid, value in sorted(weights.items()) if value > 0}
        response = self._write(
            "set_weights",
            netuid=self._netuid,
            uids=list(positive),
            weights=list(positive.values()),
            version_key=version_key,
            max_attempts=1,
        )
        return self._to_outcome(response, visible=not self._hidden)

    def blocks_until_weights(self) -> int:
        """Return the number of blocks until the SDK's own check, stricter than the chain's, allows weights; 0: now."""
        uid = self.uid(self._wallet.hotkey.ss58_address)
        if uid is None:
            return 0
        since = self._call("blocks_since_last_update", netuid=self._netuid, uid=uid)
        limit = self._call("weights_rate_limit", netuid=self._netuid)
        if since is None or limit is None:
            raise ChainUnavailable("the chain returned no last update or no rate limit")
        return max(0, int(limit) + 1 - int(since))

    def close(self) -> None:
        """Close the connection."""
        self._sdk.close()

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            return getattr(self._sdk, name)(**arguments)
        except Exception as error:  # the SDK does not document what it raises
            raise ChainUnavailable(f"{name}: {_explain(error)}") from error

    def _write(self, name: str, **arguments: Any) -> Any:
        wallet = {} if name == "serve_axon" else {"wallet": self._wallet}
        response = self._call(name, **wallet, **arguments, raise_error=False)
        if isinstance(response.error, NO_ANSWER):
            raise ChainUnavailable(f"{name}: {_explain(response.error)}") from response.error
        return response

    def _to_outcome(self, response: Any, *, visible: bool) -> Outcome:
        if response.success:
            return Outcome(True, "ok" if visible else "committed", "", self._block_of(response), visible)
        if response.error is None and response.message is None:
            return Outcome(
                False, "too_soon", "the SDK sent nothing: too few blocks have passed since the last weights", None, True
            )
        if isinstance(response.error, Mapping):
            name = str(response.error.get("name"))
            return Outcome(False, CODE_BY_NAME.get(name, "failed"), name, self._block_of(response), True)
        refused = isinstance(response.error, NodeRefusedError)
        text = str(response.error if refused else response.message or response.error)
        if "not registered" in text:
            return Outcome(False, "not_registered", text, None, True)
        return Outcome(False, "rejected" if response.error is not None else "failed", text, None, True)

    def _block_of(self, response: Any) -> int | None:
        number = getattr(getattr(response, "extrinsic_receipt", None), "block_number", None)
        return None if number is None else int(number)

    def _seat(self, graph: Any, i: int) -> Seat:
        axon = graph.axons[i]
        stake, incentive = float(graph.S[i]), float(graph.I[i])
        if not (math.isfinite(stake) and math.isfinite(incentive)):
            raise ValueError(f"seat {i} has no finite stake or incentive")
        serving = axon.ip not in ("0.0.0.0", "", "0") and 0 < int(axon.port) < 65_536  # noqa: S104  compared, not bound
        return Seat(
            uid=int(graph.uids[i]),
            hotkey=str(graph.hotkeys[i]),
            coldkey=str(graph.coldkeys[i]),
            stake=stake,
            incentive=incentive,
            validator_permit=bool(graph.validator_permit[i]),
            last_update=int(graph.last_update[i]),
            ip=str(axon.ip) if serving else "0.0.0.0",  # noqa: S104
            port=int(axon.port) if serving else 0,
        )

    def _check_commit_storage(self) -> None:
        missing = [name for name in COMMIT_STORAGE if not self._has_storage(name)]
        if missing:
            raise ChainError(
                f"subnet {self._netuid} hides weights (commit-reveal), but the node lacks {', '.join(missing)}:"
                " use a node with a newer runtime, or turn commit-reveal off on a local subnet"
            )

    def _has_storage(self, name: str) -> bool:
        try:
            return self._sdk.substrate.get_metadata_storage_function("SubtensorModule", name) is not None
        except Exception as error:  # the SDK does not document what it raises
            raise ChainUnavailable(f"metadata: {_explain(error)}") from error


def connect(endpoint: str, wallet: Any, netuid: int) -> SubtensorChain:
    """Connect to a network (finney, test, …) or a ws:// or wss:// address. Raises ChainUnavailable or ChainError."""
    from neurons.chain.node import NodeSubtensor  # noqa: PLC0415  takes seconds; the devnet does without

    with contextlib.ExitStack() as stack:
        try:
            sdk = NodeSubtensor(network=endpoint)
            stack.callback(sdk.close)
            chain = SubtensorChain(sdk, wallet, netuid)
        except ChainUnavailable as error:
            raise ChainUnavailable(f"{_without_secrets(endpoint)}: {error}") from error
        except ChainError:
            raise
        except Exception as error:  # the SDK does not document what it raises
            raise ChainUnavailable(f"{_without_secrets(endpoint)}: {_explain(error)}") from error
        stack.pop_all()
        return chain


def _explain(error: Exception) -> str:
    """Return what happened in the words of the node or of the network, if it is one of their errors."""
    if isinstance(error, (*NO_ANSWER, NodeRefusedError)):
        return str(error) or type(error).__name__
    logger.debug("an error of the SDK", exc_info=error)
    return f"unusable answer ({type(error).__name__}: {error})"


def _without_secrets(endpoint: str) -> str:
    """Return an address without its user, path and query, which may contain a key."""
    url = urlsplit(endpoint)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}" if url.netloc else endpoint
