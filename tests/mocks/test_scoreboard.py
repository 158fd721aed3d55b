"""The scoreboard: which miner earned how much, the file and the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mocks.scoreboard import Scoreboard, Unfair, row


def task(miner: str, score: float | None, code: str = "") -> dict[str, Any]:
    return {"miner": miner, "prompt": "pink bicycle", "score": score, "fidelity": float(not code), "code": code}


def board(honest: float, cheat: float) -> Scoreboard:
    miners = {
        "honest": {"accepted": 2, "average": 1.0, "reward": 2.0},
        "cheat": {"accepted": 0, "average": 0.9, "reward": 0.0},
    }
    tasks = [task("honest", 0.9), task("cheat", 0.1, "low_score"), task("cheat", None, "flat")]
    return Scoreboard(tasks, miners, {"honest": honest, "cheat": cheat}, 42)


@pytest.mark.parametrize(("honest", "cheat"), [(1.0, 0.0), (0.9, 0.1), (5 / 6, 1 / 6)])
def test_an_honest_miner_that_earns_five_times_as_much_is_fair(honest: float, cheat: float) -> None:
    board(honest, cheat).judge()


@pytest.mark.parametrize(
    ("honest", "cheat", "why"), [(0.0, 0.0, "no weight"), (0.8, 0.2, "less than 5 times"), (0.0, 1.0, "no weight")]
)
def test_anything_else_is_not(honest: float, cheat: float, why: str) -> None:
    with pytest.raises(Unfair, match=why):
        board(honest, cheat).judge()


def test_the_board_is_written_with_tasks_scores_rewards_and_weights(tmp_path: Path) -> None:
    written = json.loads(board(1.0, 0.0).write(tmp_path / "network.json").read_text())
    assert [one["code"] for one in written["tasks"]] == ["", "low_score", "flat"]
    assert written["scores"] == {"honest": [0.9], "cheat": [0.1]}
    assert written["rewards"] == {"honest": 2.0, "cheat": 0.0}
    assert written["weights"] == {"honest": 1.0, "cheat": 0.0}


def test_the_table_has_a_row_for_each_task_and_miner() -> None:
    lines = board(1.0, 0.0).table().splitlines()
    assert sum(line.startswith("cheat") for line in lines) == 3
    assert any("low_score" in line for line in lines)


def test_a_long_prompt_is_cut_and_a_missing_score_is_a_dash() -> None:
    shown = row({**task("cheat", None, "flat"), "prompt": "x" * 100})
    assert "…" in shown
    assert "–" in shown
