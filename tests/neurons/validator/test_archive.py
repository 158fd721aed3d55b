"""Keeping accepted assets: names, the bound, and storage that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurons.validator.archive import AssetArchive

DAY_S = 24 * 3600.0
DIGESTS = [f"{i:064x}" for i in range(4)]


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_assets_are_named_by_date_and_digest(tmp_path: Path) -> None:
    storing = AssetArchive(str(tmp_path), 1000, lambda: 0.0)
    storing.keep(DIGESTS[0], b"ply\nbytes")
    storing.keep(DIGESTS[1], b"\x1f\x8bbytes")
    storing.close()
    assert names(tmp_path) == [f"1970-01-01/{DIGESTS[0]}.ply", f"1970-01-01/{DIGESTS[1]}.spz"]
    assert (tmp_path / names(tmp_path)[0]).read_bytes() == b"ply\nbytes"


def test_any_fsspec_url_will_do() -> None:
    storing = AssetArchive("memory://assets", 1000, lambda: 0.0)
    storing.keep(DIGESTS[0], b"ply")
    storing.close()
    assert storing._files.cat(f"/assets/1970-01-01/{DIGESTS[0]}.ply") == b"ply"


def test_the_oldest_days_go_when_there_is_too_much_also_after_a_restart(tmp_path: Path) -> None:
    for day, digest in enumerate(DIGESTS):
        storing = AssetArchive(str(tmp_path), 100, lambda day=day: day * DAY_S)  # type: ignore[misc]
        storing.keep(digest, bytes(40))
        storing.close()
    assert names(tmp_path) == [f"1970-01-03/{DIGESTS[2]}.spz", f"1970-01-04/{DIGESTS[3]}.spz"]


def test_one_day_cannot_fill_more_than_the_space(tmp_path: Path) -> None:
    storing = AssetArchive(str(tmp_path), 100, lambda: 0.0)
    for digest in DIGESTS:
        storing.keep(digest, bytes(40))
    storing.close()
    assert (len(names(tmp_path)), storing.dropped) == (2, 2)


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x" * 500)
    storing = AssetArchive(str(tmp_path), 100, lambda: 0.0)
    storing.keep(DIGESTS[0], bytes(40))
    storing.close()
    assert len(names(tmp_path)) == 2


def test_storage_that_fails_costs_the_asset_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    storing = AssetArchive(str(tmp_path / "file"), 100, lambda: 0.0)
    storing.keep(DIGESTS[0], bytes(40))
    storing.close()
    assert storing.dropped == 1


def test_nothing_but_a_digest_becomes_a_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        AssetArchive(str(tmp_path), 100, lambda: 0.0).keep("../../x", b"")
