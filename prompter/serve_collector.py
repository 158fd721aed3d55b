"""The prompt collector on :9100: generators submit to it, validators fetch from it.

python prompter/serve_collector.py [--port P] [--db FILE] [--subtensor.network N] …   (also python -m prompter.…)
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in {None, ""}:  # run as a script: python put this folder on the path, not the repository's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from prompter.collector.keys import DEFAULT_DB
from prompter.collector.service import CollectorSettings, create_app
from prompter.collector.signature import ChainSettings, Gate, chain_opener
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, add_shell_arguments, shell_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until it is told to stop; the exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.require_bound and not args.collector:
        parser.error("--require_bound needs --collector NAME, the address that validators use")
    try:
        settings = CollectorSettings(
            shell=shell_settings(args),
            db=args.db,
            chain=ChainSettings(
                network=args.network,
                chain_endpoint=args.chain_endpoint,
                netuid=args.netuid,
                devnet_path=args.devnet_path,
                min_stake=args.min_stake,
            ),
            max_prompts=args.max_prompts,
            submits_per_minute=args.submits_per_minute,
            fetches_per_hour=args.fetches_per_hour,
            backup_interval_s=args.backup_interval * 3600.0,
        )
        configure_logging(settings.shell)
        gate = Gate(
            chain_opener(settings.chain),
            min_stake=args.min_stake,
            collector=args.collector,
            require_bound=args.require_bound,
        )
        return serve(create_app(settings, gate), settings.shell)
    except (SettingsError, ValueError) as error:
        parser.exit(2, f"serve_collector.py: {error}\n")
    except (sqlite3.Error, OSError) as error:
        parser.exit(2, f"serve_collector.py: cannot use {args.db}: {error}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="serve_collector.py", description="Collects prompts and gives them out.")
    parser.add_argument("--db", type=Path, default=DEFAULT_DB, help="the file of prompts and keys (%(default)s)")
    parser.add_argument(
        "--max_prompts", type=_positive, default=10_000_000, help="the oldest beyond these are dropped (%(default)s)"
    )
    parser.add_argument("--submits_per_minute", type=_positive, default=600, help="of one key (%(default)s)")
    parser.add_argument("--fetches_per_hour", type=_positive, default=30, help="of one hotkey (%(default)s)")
    parser.add_argument("--backup_interval", type=_positive, default=24, help="hours between backups (%(default)s)")
    parser.add_argument("--collector", default="", metavar="NAME", help="this service's address as validators use it")
    parser.add_argument(
        "--require_bound", action="store_true", help="refuse requests that are not bound to --collector"
    )
    parser.add_argument("--min_stake", type=float, default=1000.0, help="stake of a validator (%(default)s)")
    chain = parser.add_argument_group("chain")
    chain.add_argument("--netuid", type=int, default=17, help="the subnet (%(default)s)")
    chain.add_argument("--subtensor.network", dest="network", default="finney", help="finney, test, local or devnet")
    chain.add_argument("--subtensor.chain_endpoint", dest="chain_endpoint", default="", help="a node's own address")
    chain.add_argument("--devnet.path", dest="devnet_path", type=Path, help="the devnet's file")
    add_shell_arguments(parser, default_port=9100)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
