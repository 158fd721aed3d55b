"""The generator as a service: its spool file, a missing key, and a run against a real collector."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from prompter.generator.service import create_app, open_spool
from serving.settings import SettingsError, ShellSettings
from tests.eventually import eventually
from tests.prompter.generator.conftest import config


def test_a_second_generator_uses_another_spool(tmp_path: Path) -> None:
    first, second = (open_spool(tmp_path / "spool.db", 10) for _ in range(2))
    assert (tmp_path / "spool.db.1").exists()
    first.close()
    second.close()


def test_a_spool_that_cannot_be_created_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingsError, match="cannot use the spool"):
        open_spool(tmp_path / "file" / "spool.db", 10)


def test_a_missing_key_is_reported_at_start() -> None:
    with pytest.raises(SettingsError, match="NO_SUCH_KEY"):
        create_app(config(collector={"api_key_env": "NO_SUCH_KEY"}), ShellSettings(port=0))


def stored(collector: str) -> float:
    found = re.search(r"^prompts_stored (\S+)$", httpx.get(f"{collector}/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_prompts_of_the_grammar_reach_the_collector(collector: str, key: str, live: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(key)
    target = {"url": collector, "batch": 100, "every_s": 0.2, "api_key_file": str(tmp_path / "key")}
    chosen = config(collector=target, spool=tmp_path / "own.db", burst=100, prompts_per_minute=1)
    with live(create_app(chosen, ShellSettings(port=0))) as generator:
        eventually(lambda: stored(collector) >= 100)
        assert httpx.get(f"{generator}/ready/").status_code == 200
        assert 'prompts_kept_total{backend="0-grammar",category="robots"}' in httpx.get(f"{generator}/metrics").text
