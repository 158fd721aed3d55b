"""Archiving accepted assets: names, the size limit, and failing storage."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from neurons.validator.archive import AssetArchive

DAY_S = 24 * 3600.0
DIGESTS = [f"{i:064x}" for i in range(4)]


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_assets_are_named_by_date_and_digest(tmp_path: Path) -> None:
    archive = AssetArchive(str(tmp_path), 1000, lambda: 0.0)
    archive.keep(DIGESTS[0], b"ply\nbytes")
    archive.keep(DIGESTS[1], b"\x1f\x8bbytes")
    archive.close()
    assert names(tmp_path) == [f"1970-01-01/{DIGESTS[0]}.ply", f"1970-01-01/{DIGESTS[1]}.spz"]
    assert (tmp_path / names(tmp_path)[0]).read_bytes() == b"ply\nbytes"


def test_any_fsspec_url_works() -> None:
    archive = AssetArchive("memory://assets", 1000, lambda: 0.0)
    archive.keep(DIGESTS[0], b"ply")
    archive.close()
    assert fsspec.filesystem("memory").cat(f"/assets/1970-01-01/{DIGESTS[0]}.ply") == b"ply"


def test_the_oldest_days_are_deleted_first_even_after_a_restart(tmp_path: Path) -> None:
    for day, digest in enumerate(DIGESTS):
        archive = AssetArchive(str(tmp_path), 100, lambda day=day: day * DAY_S)  # type: ignore[misc]
        archive.keep(digest, bytes(40))
        archive.close()
    assert names(tmp_path) == [f"1970-01-03/{DIGESTS[2]}.spz", f"1970-01-04/{DIGESTS[3]}.spz"]


def test_one_day_cannot_exceed_the_limit(tmp_path: Path) -> None:
    archive = AssetArchive(str(tmp_path), 100, lambda: 0.0)
    for digest in DIGESTS:
        archive.keep(digest, bytes(40))
    archive.close()
    assert (len(names(tmp_path)), archive.dropped) == (2, 2)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x" * 500)
    archive = AssetArchive(str(tmp_path), 100, lambda: 0.0)
    archive.keep(DIGESTS[0], bytes(40))
    archive.close()
    assert len(names(tmp_path)) == 2


def test_failing_storage_only_drops_the_asset(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    archive = AssetArchive(str(tmp_path / "file"), 100, lambda: 0.0)
    archive.keep(DIGESTS[0], bytes(40))
    archive.close()
    assert archive.dropped == 1


def test_only_a_digest_becomes_a_file_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        AssetArchive(str(tmp_path), 100, lambda: 0.0).keep("../../x", b"")
