"""The scoreboard of the demo: tasks and rewards of each miner from the validator, weights from the chain."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from mocks.network import Network, Until
from neurons.chain.devnet.chain import Devnet

FAIR = 5.0
"""The honest miner's weight is at least this many times the cheat's."""
READ_S = 1.0
MINERS = ("honest", "cheat")


class Unfair(Exception):
    """The cheat earned too much, or the honest miner nothing."""


@dataclass
class Scoreboard:
    """Closed tasks in order, the miners' rows by name, and their shares of the weights on the chain."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    miners: dict[str, dict[str, Any]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    block: int = 0

    def closed(self, name: str) -> int:
        """Return the number of tasks that this miner closed."""
        return sum(task["miner"] == name for task in self.tasks)

    @property
    def is_fair(self) -> bool:
        """Check whether the honest miner's weight is at least five times the cheat's."""
        honest, cheat = (self.weights.get(name, 0.0) for name in MINERS)
        return honest > 0 and honest >= FAIR * cheat

    def judge(self) -> None:
        """Raise Unfair, with the weights, if the honest miner did not earn FAIR times as much."""
        honest, cheat = (self.weights.get(name, 0.0) for name in MINERS)
        if honest <= 0:
            raise Unfair("the chain has no weight for the honest miner")
        if not self.is_fair:
            raise Unfair(f"the honest miner's weight {honest:.3f} is less than {FAIR:g} times the cheat's {cheat:.3f}")

    def write(self, path: Path) -> Path:
        """Write the board as JSON and return `path`."""
        rewards = {name: row["reward"] for name, row in self.miners.items()}
        scores = {
            name: [task["score"] for task in self.tasks if task["miner"] == name and task["score"] is not None]
            for name in MINERS
        }
        board = {
            "tasks": self.tasks,
            "scores": scores,
            "rewards": rewards,
            "weights": self.weights,
            "block": self.block,
        }
        path.write_text(json.dumps(board, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path

    def table(self) -> str:
        """Format the board as text: each task, then each miner."""
        lines = ["", f"{'miner':<8} {'prompt':<44} {'score':>7} {'paid':>5}  why not"]
        lines += [row(task) for task in self.tasks]
        lines += ["", f"{'miner':<8} {'tasks':>5} {'accepted':>8} {'average':>8} {'reward':>7} {'weight on chain':>16}"]
        for name in MINERS:
            found = self.miners.get(name, {"accepted": 0, "average": 1.0, "reward": 0.0})
            numbers = f"{found['accepted']:>8} {found['average']:>8.3f} {found['reward']:>7.2f}"
            lines.append(f"{name:<8} {self.closed(name):>5} {numbers} {self.weights.get(name, 0.0):>16.3f}")
        return "\n".join([*lines, ""])


def row(task: Mapping[str, Any]) -> str:
    """Format one task of the table."""
    prompt = task["prompt"] if len(task["prompt"]) <= 44 else f"{task['prompt'][:43]}…"
    score = "–" if task["score"] is None else f"{task['score']:.4f}"
    why = task["code"] or ("declined" if task["score"] is None else "")
    return f"{task['miner']:<8} {prompt:<44} {score:>7} {task['fidelity']:>5.2f}  {why}".rstrip()


def watch(network: Network, until: Until) -> Iterator[Scoreboard]:
    """Yield the board every second until both miners closed `until.tasks` and the weights are fair, or time is up.

    Raises ServiceFailed if a program ends.
    """
    deadline = time.monotonic() + until.within_s
    with httpx.Client(base_url=network.validator_url, timeout=10, trust_env=False) as validator:
        board = Scoreboard()
        while time.monotonic() < deadline and not _enough(board, until):
            time.sleep(READ_S)
            network.check()
            board = read_board(network, validator)
            yield board


def read_board(network: Network, validator: httpx.Client) -> Scoreboard:
    """Read the current board from the validator and the chain."""
    names = {hotkey: name for name, hotkey in network.hotkeys.items()}
    tasks = [{"miner": names.get(task["hotkey"], "?"), **task} for task in reversed(validator.get("/tasks/").json())]
    miners = {names[miner["hotkey"]]: miner for miner in validator.get("/miners/").json()["miners"]}
    chain = Devnet(network.devnet, network.hotkeys["validator"])
    snapshot, table = chain.snapshot(), chain.weights()
    chain.close()
    uids = {name: seat.uid for name, hotkey in network.hotkeys.items() if (seat := snapshot.by_hotkey.get(hotkey))}
    given = table.get(uids["validator"], {})
    total = sum(given.values())
    weights = {name: given.get(uids[name], 0) / total if total else 0.0 for name in MINERS}
    return Scoreboard(tasks, miners, weights, snapshot.block)


def _enough(board: Scoreboard, until: Until) -> bool:
    return all(board.closed(name) >= until.tasks for name in MINERS) and board.is_fair
