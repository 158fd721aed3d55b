"""The demo as a whole, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from mocks import local_network


def test_a_service_that_cannot_start_ends_the_demo_with_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--out", str(tmp_path), "--config", "no/such.yaml"])
    assert local_network.main() == 1
    assert "no/such.yaml" in capsys.readouterr().err


@pytest.mark.slow
def test_the_whole_demo(tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    local_network.run("golden crown with red gems", tmp_path, "generation/configs/procedural.yaml")
    assert "turntable" in capsys.readouterr().out
