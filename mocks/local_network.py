"""Run the demo of `make demo`: turn a prompt into a splat and a video, then run a whole subnet on this machine.

PROMPT="pink bicycle" python -m mocks.local_network [--out out] [--plan mocks/devnet.yaml]

Writes out/<slug>.{mp4,png,spz,ply} and out/network.json. Exits 0 only if every file is there and decodes, and the
honest miner's weight, read back from the chain, is at least five times the cheat's.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import httpx

from mocks.jobs import JobFailedError, generate
from mocks.network import Network, Plan, running_network
from mocks.output import say
from mocks.processes import ROOT, Service, ServiceFailed, running
from mocks.results import BadResult, describe
from mocks.scoreboard import Scoreboard, Unfair, row, watch
from neurons.chain.contract import ChainError
from serving.arguments import FlagParser
from serving.settings import SettingsError, read_yaml

JOB_S = 600.0
"""Longest silence on the job's event stream or a download; the service sends a comment every 15 s."""


def run(prompt: str, folder: Path, config: Path, plan: Plan) -> None:
    """Run the whole demo. Raises JobFailedError, ServiceFailed, BadResult, ChainError, SettingsError or Unfair."""
    say("prompt", prompt)
    args = ["--config", str(config)]
    with running("generation", "generation/serve.py", args, folder / "logs" / "generation.log") as generation:
        say("service", f"generation is ready on {generation.url} after {generation.ready_s:.1f} s")
        make_files(prompt, generation, folder)
        say("network", "starting a devnet, a prompter, a validator, an honest miner and one that cheats")
        state = folder / "network"
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        with running_network(plan, generation.url, state) as network:
            board = follow(network, plan)
    path = board.write(folder / "network.json")
    print(board.table(), flush=True)
    say("made", str(path))
    board.judge()


def make_files(prompt: str, generation: Service, folder: Path) -> None:
    """Generate the splat, image and video of a prompt and check each file. Raises JobFailedError or BadResult."""
    with httpx.Client(base_url=generation.url, timeout=JOB_S, trust_env=False) as client:
        for path in generate(client, prompt, folder):
            say("made", f"{path}  {path.stat().st_size / 1e6:.2f} MB  {describe(path)}")


def follow(network: Network, plan: Plan) -> Scoreboard:
    """Follow the network until the chain has its weights, and print each task as it closes."""
    board, printed = Scoreboard(), 0
    for board in watch(network, plan.until):
        for task in board.tasks[printed:]:
            say("task", row(task))
        printed = len(board.tasks)
    return board


def main() -> int:
    """Run the demo with the prompt of the environment and return the exit status."""
    parser = FlagParser(description="Turn the prompt in $PROMPT into a splat and a video; run a subnet.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of the results (default: out)")
    procedural = ROOT / "generation/configs/procedural.yaml"
    parser.add_argument("--config", type=Path, default=procedural, help="configuration of the generation service")
    parser.add_argument("--plan", type=Path, default=ROOT / "mocks/devnet.yaml", help="rules and flags of the network")
    args = parser.parse_args()
    try:
        prompt = os.environ.get("PROMPT", "pink bicycle")
        run(prompt, args.out, args.config, read_yaml(args.plan, Plan))
    except (JobFailedError, ServiceFailed, BadResult, ChainError, SettingsError, Unfair, httpx.HTTPError) as error:
        print(f"demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise SystemExit(main())
