"""The weights table: which files are found, missing or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from generation.weights import WeightsMissing, commit_of, fetch_from_hub, locate_weights, read_table
from serving.settings import SettingsError

COMMON = {"licence": "MIT", "size_mib": 3}


def table_of(folder: Path, **entries: dict[str, object]):
    path = folder / "weights.yaml"
    path.write_text(yaml.safe_dump({name: {**COMMON, **entry} for name, entry in entries.items()}, sort_keys=False))
    return read_table(path)


def never(hub: str, revision: str, file: str, offline: bool) -> Path:
    raise AssertionError("the hub was asked")


def test_the_shipped_table_names_every_weight_of_the_shipped_configurations(root) -> None:
    table = read_table()
    for path in (root / "generation/configs").glob("*.yaml"):
        options = yaml.safe_load(path.read_text()).get("options", {})
        names = [options[key] for key in ("diffusion", "tokenizer", "lgm", "matting") if key in options]
        assert all(table.entry(name).licence for name in names), path


def test_the_shipped_table_pins_what_is_known(root) -> None:
    table = read_table(root / "generation/configs/weights.yaml")
    unknown = ["mvdream-folders", "trellis-text-large", "trellis-text-base"]  # sums or commits that no source gives
    assert table.unpinned(table.entries) == unknown
    assert "unet" in table.entry("mvdream-folders").sha256


def test_a_folder_is_used_instead_of_the_hub_and_is_relative_to_the_table(tmp_path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.pt").write_bytes(b"a")
    table = table_of(tmp_path, a={"hub": "some/one", "folder": "models", "files": {"weights": "a.pt"}})
    assert locate_weights(table, ["a"], offline=False, fetch=never) == {"a": {"weights": tmp_path / "models" / "a.pt"}}


def test_the_hub_is_asked_for_the_revision_and_file(tmp_path) -> None:
    asked = []

    def fetch(hub: str, revision: str, file: str, offline: bool) -> Path:
        asked.append((hub, revision, file, offline))
        return tmp_path / file

    table = table_of(tmp_path, a={"hub": "some/one", "revision": "abc", "files": {"weights": "a.pt"}})
    locate_weights(table, ["a", "a"], offline=True, fetch=fetch)
    assert asked == [("some/one", "abc", "a.pt", True)]


def test_all_missing_files_are_reported_at_once(tmp_path) -> None:
    def fetch(hub: str, revision: str, file: str, offline: bool) -> Path:
        raise OSError("not on this machine")

    table = table_of(
        tmp_path,
        one={"hub": "some/one", "files": {"checkpoint": "big.pt"}},
        two={"folder": "nowhere", "files": {"vocab": "v.json", "merges": "m.txt"}},
        fine={"folder": ".", "files": {"weights": "weights.yaml"}},
    )
    with pytest.raises(WeightsMissing) as raised:
        locate_weights(table, ["one", "two", "fine"], offline=True, fetch=fetch)
    message = str(raised.value)
    assert "one (hub some/one@main, 3 MiB, MIT): big.pt: not on this machine" in message
    assert (
        f"v.json: {tmp_path}/nowhere/v.json does not exist; m.txt: {tmp_path}/nowhere/m.txt does not exist" in message
    )
    assert "fine" not in message
    assert "python -m generation.preflight --fetch" in message


def test_a_hash_is_checked(tmp_path) -> None:
    (tmp_path / "a.pt").write_bytes(b"the weights")
    right = hashlib.sha256(b"the weights").hexdigest()
    entry = {"folder": ".", "files": {"weights": "a.pt"}}
    locate_weights(table_of(tmp_path, a={**entry, "sha256": {"weights": right}}), ["a"], offline=True)
    with pytest.raises(WeightsMissing, match=f"its SHA-256 is {right}, not 0000"):
        locate_weights(table_of(tmp_path, a={**entry, "sha256": {"weights": "0" * 64}}), ["a"], offline=True)


@pytest.mark.parametrize(
    ("entry", "pinned"),
    [
        ({"hub": "some/one"}, False),
        ({"hub": "some/one", "revision": "v1.0"}, False),
        ({"hub": "some/one", "revision": "0123456789abcdef0123456789abcdef01234567"}, True),
        ({"hub": "some/one", "sha256": {"vocab": "0" * 64}}, False),
        ({"hub": "some/one", "sha256": {"vocab": "0" * 64, "merges": "0" * 64}}, True),
        ({"hub": "some/one", "folder": "."}, True),
    ],
)
def test_files_that_may_change_on_the_hub_are_not_pinned(tmp_path, entry: dict[str, object], pinned: bool) -> None:
    table = table_of(tmp_path, a={**entry, "files": {"vocab": "v.json", "merges": "m.txt"}})
    assert table.unpinned(["a", "a"]) == ([] if pinned else ["a"])


def test_the_commit_of_a_file_is_in_its_path(tmp_path) -> None:
    assert commit_of(tmp_path / "models--some--one" / "snapshots" / "abc" / "unet" / "a.pt") == "abc"
    assert commit_of(tmp_path / "a.pt") is None


def test_an_unknown_name_lists_the_known_ones(tmp_path) -> None:
    table = table_of(tmp_path, a={"folder": ".", "files": {"weights": "a.pt"}})
    with pytest.raises(SettingsError, match="no 'b'; it has: a"):
        locate_weights(table, ["b"], offline=True)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"files": {"weights": "a.pt"}}, "give a hub id or a folder"),
        ({"folder": ".", "files": {"weights": "../a.pt"}}, "must lie inside the hub or folder"),
        ({"folder": ".", "files": {"weights": "/etc/passwd"}}, "must lie inside the hub or folder"),
        ({"hub": "https://x/y", "files": {"weights": "a.pt"}}, "hub"),
        ({"folder": ".", "files": {"weights": "a"}, "sha256": {"other": "0" * 64}}, "sha256 of unknown files: other"),
        ({"folder": ".", "files": {"weights": "a"}, "trust_remote_code": True}, "trust_remote_code"),
    ],
)
def test_an_invalid_entry_is_refused(tmp_path, entry: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        table_of(tmp_path, a=entry)


def test_offline_the_real_hub_client_stays_on_this_machine() -> None:
    with pytest.raises(OSError, match="not on this machine"):
        fetch_from_hub("three-gen/no-such-weights", "main", "weights.pt", offline=True)
