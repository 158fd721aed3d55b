"""API keys: active until revoked, unique names, and the command that manages them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prompter.collector.keys import KeyExistsError, KeyRing, main


@pytest.fixture
def ring(db: Path) -> Iterator[KeyRing]:
    ring = KeyRing(db)
    yield ring
    ring.close()


def test_a_key_is_valid_until_it_is_revoked(ring: KeyRing) -> None:
    key = ring.create("one")
    assert ring.owner(key) == "one"
    assert ring.owner("other") is None
    assert ring.revoke("one")
    assert ring.owner(key) is None
    assert not ring.revoke("one")


def test_a_name_can_be_used_only_once(ring: KeyRing) -> None:
    ring.create("one")
    with pytest.raises(KeyExistsError, match="choose another name"):
        ring.create("one")


def test_the_command_prints_the_key_last(db: Path, ring: KeyRing, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create", "one", "--db", str(db)]) == 0
    key = capsys.readouterr().out.splitlines()[-1]
    assert ring.owner(key) == "one"
    assert main(["list", "--db", str(db)]) == 0
    assert key not in capsys.readouterr().out
    assert main(["revoke", "one", "--db", str(db)]) == 0


def test_the_command_writes_the_key_to_a_new_file(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys" / "one.key"
    create = ["create", "one", "--db", str(db), "--key_file"]
    assert main([*create, str(file)]) == 0
    assert file.read_text().strip() == capsys.readouterr().out.splitlines()[-1]
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_text()
    assert main([*create, str(file)]) == 1
    assert "File exists" in capsys.readouterr().err
    assert main([*create, str(tmp_path / "other.key")]) == 1
    assert "choose another name" in capsys.readouterr().err
    assert file.read_text() == first
    assert not (tmp_path / "other.key").exists()


def test_the_command_names_a_key_that_does_not_exist(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "nobody", "--db", str(db)]) == 1
    assert "no active key named 'nobody'" in capsys.readouterr().err
