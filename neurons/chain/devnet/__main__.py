"""Commands of the devnet: python -m neurons.chain.devnet init|wallet|register|set-stake|serve|status|fault."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import Field, asdict, fields
from pathlib import Path
from typing import Any

from neurons.chain.contract import ChainError, Outcome
from neurons.chain.devnet.chain import FAULTS, Devnet
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import COUNTS, Rules
from neurons.chain.wallets import make_wallet
from serving.arguments import COUNT, POSITIVE, FlagParser, NumberRange

PORT = NumberRange(0, 65_535, whole=True)
"""Ports and netuids have 16 bits."""
AMOUNT = NumberRange(0, 1e12)
FREE_BALANCE = 1000.0
"""Balance that a coldkey receives before a registration; on a devnet it is free."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Return 0 if it took effect, 1 if the chain refused it, with one line that says why."""
    args = vars(_parser().parse_args(argv))
    try:
        return int(args["run"](args))
    except (ChainError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> FlagParser:
    parser = FlagParser(prog="python -m neurons.chain.devnet", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    init = _command(commands, "init", "create a devnet", _init)
    for rule in fields(Rules):
        shown = f"default: {rule.default}"
        if isinstance(rule.default, bool):
            init.add_argument(f"--{rule.name}", action=argparse.BooleanOptionalAction, default=rule.default, help=shown)
        else:
            init.add_argument(f"--{rule.name}", type=_range_of(rule), default=rule.default, help=shown)
    wallet = commands.add_parser("wallet", help="create a wallet without passwords")
    _add_wallet(wallet)
    wallet.set_defaults(run=_wallet)
    register = _command(commands, "register", "register a wallet's hotkey", _register)
    _add_wallet(register)
    stake = _command(commands, "set-stake", "set the stake of a wallet's hotkey", _set_stake)
    _add_wallet(stake)
    stake.add_argument("--amount", type=AMOUNT, required=True)
    serve = _command(commands, "serve", "announce the axon of a wallet's hotkey", _serve)
    _add_wallet(serve)
    serve.add_argument("--ip", required=True)
    serve.add_argument("--port", type=PORT, required=True)
    _command(commands, "status", "print block, seats and weights as JSON", _status)
    fault = _command(commands, "fault", "make the next calls fail, to rehearse an outage", _fault)
    fault.add_argument("kind", choices=FAULTS)
    fault.add_argument("--count", type=COUNT, default=1)
    fault.add_argument("--for_s", type=POSITIVE, default=3600.0)
    return parser


def _range_of(rule: Field[Any]) -> NumberRange:
    if rule.name == "netuid":
        return PORT
    low = 1 if rule.name in COUNTS else 0
    return NumberRange(low, 1e9, whole=isinstance(rule.default, int), above=rule.name == "block_time_s")


def _command(commands, name: str, text: str, run) -> FlagParser:  # type: ignore[no-untyped-def]
    command: FlagParser = commands.add_parser(name, help=text, description=text)
    command.add_argument("--devnet.path", type=Path, required=True, help="file of the devnet")
    command.set_defaults(run=run)
    return command


def _add_wallet(command: FlagParser) -> None:
    command.add_argument("--wallet.name", default="default")
    command.add_argument("--wallet.hotkey", default="default")
    command.add_argument("--wallet.path", type=Path, default="~/.bittensor/wallets")
    command.add_argument("--hotkey", help="hotkey address, instead of a wallet")
    command.add_argument("--coldkey", help="coldkey address")


def _addresses(args: dict[str, str]) -> tuple[str, str]:
    """Return the addresses of hotkey and coldkey from the flags or the wallet's public files, without opening a key."""
    if args["hotkey"]:
        return args["hotkey"], args["coldkey"] or args["hotkey"]
    wallet = Path(args["wallet.path"]) / args["wallet.name"]
    hotkey = wallet / "hotkeys" / args["wallet.hotkey"]
    public = hotkey.with_name(f"{hotkey.name}pub.txt")
    return _address(public if public.is_file() else hotkey), _address(wallet / "coldkeypub.txt")


def _address(file: Path) -> str:
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["ss58Address"])
    except (ValueError, KeyError) as error:
        raise ValueError(f"{file} is not a key file") from error


def _init(args: dict[str, object]) -> int:
    rules = Rules(**{rule.name: args[rule.name] for rule in fields(Rules)})  # type: ignore[arg-type]
    path = args["devnet.path"]
    assert isinstance(path, Path)
    Ledger.create(path, rules, time.time())
    print(f"devnet at {path}: a block every {rules.block_time_s:g} s, an epoch every {rules.tempo} blocks")  # noqa: T201
    return 0


def _wallet(args: dict[str, str]) -> int:
    print(make_wallet(Path(args["wallet.path"]), args["wallet.name"], args["wallet.hotkey"]))  # noqa: T201
    return 0


def _open(args: dict[str, str]) -> tuple[Devnet, str]:
    hotkey, coldkey = _addresses(args)
    return Devnet(Path(args["devnet.path"]), hotkey), coldkey


def _register(args: dict[str, str]) -> int:
    chain, coldkey = _open(args)
    chain.fund(coldkey, FREE_BALANCE)
    outcome = chain.register(coldkey)
    while outcome.code == "rate_limited":
        outcome = chain.register(coldkey)
    return _report(chain, outcome)


def _set_stake(args: dict[str, str]) -> int:
    chain, _ = _open(args)
    return _report(chain, chain.set_stake(float(args["amount"])))


def _serve(args: dict[str, str]) -> int:
    chain, _ = _open(args)
    return _report(chain, chain.serve_axon(args["ip"], int(args["port"])))


def _status(args: dict[str, str]) -> int:
    chain = Devnet(Path(args["devnet.path"]), "")
    snapshot = chain.snapshot()
    print(  # noqa: T201
        json.dumps(
            {
                "netuid": snapshot.netuid,
                "block": snapshot.block,
                "rules": asdict(chain.rules),
                "seats": [asdict(seat) for seat in snapshot.seats],
                "weights": chain.weights(),
            },
            indent=1,
        )
    )
    return 0


def _fault(args: dict[str, str]) -> int:
    Devnet(Path(args["devnet.path"]), "").cause_fault(
        args["kind"], count=int(args["count"]), for_s=float(args["for_s"])
    )
    return 0


def _report(chain: Devnet, outcome: Outcome) -> int:
    chain.close()
    print(f"{outcome.code} {outcome.detail}".strip(), f"(block {outcome.block})" if outcome.block else "")  # noqa: T201
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())
