"""The spool: a pending submission survives restarts."""

from __future__ import annotations

from pathlib import Path

from prompter.generator.spool import Spool


def test_a_submission_stays_the_same_until_it_is_removed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", 100)
    spool.add(["one", "two", "three"])
    first = spool.next_submission(2)
    spool.close()
    spool = Spool(tmp_path / "spool.db", 100)
    spool.add(["four"])
    assert spool.next_submission(50) == first
    assert first is not None
    assert first.prompts == ("one", "two")
    spool.remove(first)
    second = spool.next_submission(50)
    assert second is not None
    assert second.prompts == ("three", "four")
    assert second.token != first.token
    spool.close()
