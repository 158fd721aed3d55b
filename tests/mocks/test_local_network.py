"""The demo as a whole, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mocks import local_network
from mocks.network import Plan
from serving.settings import read_yaml


def test_a_service_that_cannot_start_ends_the_demo_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--out", str(tmp_path), "--config", "no/such.yaml"])
    assert local_network.main() == 1
    assert "no/such.yaml" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_demo(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there: this machine is asked directly
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    config, plan = root / "generation/configs/procedural.yaml", read_yaml(root / "mocks/devnet.yaml", Plan)
    local_network.run("golden crown with red gems", tmp_path, config, plan)
    assert "turntable" in capsys.readouterr().out
    board = json.loads((tmp_path / "network.json").read_text())
    assert board["weights"]["honest"] >= 5 * board["weights"]["cheat"]
    assert {task["miner"] for task in board["tasks"]} == {"honest", "cheat"}
