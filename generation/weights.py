"""Locate the released weights: a YAML table of hub repositories and folders, and the files it names.

Only files that the table names are downloaded, and no code from a repository is ever run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from serving.settings import Location, SettingsError, read_yaml

DEFAULT_TABLE = Path(__file__).resolve().parent / "configs" / "weights.yaml"

COLOUR_KEY = "colour-key"
"""The value of the option `matting` that names no weights: the background is removed by its colour instead."""


class WeightsMissing(SettingsError):
    """Weights that are not on this machine, or not the expected ones; the message names all of them."""


class WeightsEntry(BaseModel):
    """A set of files that belong together."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    architecture: str = ""
    """Name of a network's size; empty where there is only one."""

    hub: Annotated[str | None, Field(pattern=r"^[\w.-]+/[\w.-]+$")] = None
    revision: Annotated[str, Field(min_length=1)] = "main"
    folder: Annotated[Location | None, Field(min_length=1)] = None
    """On this machine, used instead of the hub: absolute, from ~, or relative to the table's folder."""

    files: Annotated[dict[str, str], Field(min_length=1)]
    """By role: checkpoint, or unet, vae and text_encoder; weights; vocab and merges; and TRELLIS's."""

    licence: Annotated[str, Field(min_length=1)]
    size_mib: Annotated[int, Field(ge=0)]
    sha256: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    """By role; these files are checked each time they are loaded."""

    @property
    def pinned(self) -> bool:
        """Check whether the files cannot change: they are on this machine, of one commit, or all have a SHA-256."""
        commit = re.fullmatch(r"[0-9a-f]{40}", self.revision) is not None
        return self.folder is not None or commit or self.sha256.keys() == self.files.keys()

    @field_validator("files")
    @classmethod
    def _inside(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files.values():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"file {name!r} must lie inside the hub or folder")
        return files

    @model_validator(mode="after")
    def _somewhere(self) -> WeightsEntry:
        if self.hub is None and self.folder is None:
            raise ValueError("give a hub id or a folder")
        if unknown := self.sha256.keys() - self.files.keys():
            raise ValueError(f"sha256 of unknown files: {', '.join(sorted(unknown))}")
        return self


class _Table(RootModel[dict[str, WeightsEntry]]):
    pass


@dataclass(frozen=True)
class WeightsTable:
    """Entries by name, and the folder that relative folders start from."""

    entries: Mapping[str, WeightsEntry]
    folder: Path

    def entry(self, name: str) -> WeightsEntry:
        """Return the entry called `name`. Raises SettingsError."""
        if name not in self.entries:
            raise SettingsError(f"the weights table has no {name!r}; it has: {', '.join(sorted(self.entries))}")
        return self.entries[name]

    def unpinned(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` whose files may change on their hub. Raises SettingsError."""
        return [name for name in dict.fromkeys(names) if not self.entry(name).pinned]


Files = dict[str, Path]
"""Paths by role."""

Fetch = Callable[[str, str, str, bool], Path]
"""(hub id, revision, file, offline) → path on this machine. Raises OSError."""


def read_table(path: Path = DEFAULT_TABLE) -> WeightsTable:
    """Read a weights table. Raises SettingsError."""
    return WeightsTable(read_yaml(path, _Table).root, path.resolve().parent)


def fetch_from_hub(hub: str, revision: str, file: str, offline: bool) -> Path:
    """Return a file of a hub's repository, from the local cache or, unless `offline`, downloaded. Raises OSError."""
    from huggingface_hub import hf_hub_download  # noqa: PLC0415
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    try:
        return Path(hf_hub_download(hub, file, revision=revision, local_files_only=offline))
    except LocalEntryNotFoundError as error:
        raise OSError(
            "not on this machine" if offline else "not on this machine, and the hub cannot be reached"
        ) from error
    except ImportError as error:  # the environment names a SOCKS proxy, and the library for it is missing
        raise OSError(str(error)) from error
    except HfHubHTTPError as error:  # no such repository, revision or file; a gated one; a failing hub
        raise OSError(f"the hub refuses: {str(error).splitlines()[0]}") from error


def commit_of(path: Path) -> str | None:
    """Return the commit of a file in the hub's local cache, or None for any other file."""
    parts = path.parts
    return parts[parts.index("snapshots") + 1] if "snapshots" in parts[:-2] else None


def locate_weights(
    table: WeightsTable, names: Iterable[str], *, offline: bool, fetch: Fetch = fetch_from_hub
) -> dict[str, Files]:
    """Return the files of each of `names`. Raises WeightsMissing, with everything that is missing or wrong."""
    found: dict[str, Files] = {}
    problems: list[str] = []
    for name in dict.fromkeys(names):
        entry = table.entry(name)
        found[name] = {}
        faults: list[str] = []
        for role, file in entry.files.items():
            try:
                found[name][role] = _locate_file(table, entry, file, fetch, offline=offline)
                _check_hash(found[name][role], entry.sha256.get(role))
            except OSError as error:
                faults.append(f"{file}: {error}")
        if faults:
            problems.append(f"  {name} ({_describe(entry)}): {'; '.join(faults)}")
    if problems:
        advice = "fetch them with `python -m generation.preflight --fetch`, or set their `folder` in the weights table"
        raise WeightsMissing("\n".join(["weights are missing:", *problems, advice]))
    return found


def _locate_file(table: WeightsTable, entry: WeightsEntry, file: str, fetch: Fetch, *, offline: bool) -> Path:
    if entry.folder is None:
        return fetch(str(entry.hub), entry.revision, file, offline)
    path = table.folder / entry.folder / file
    if not path.is_file():
        raise OSError(f"{path} does not exist")
    return path


def _check_hash(path: Path, wanted: str | None) -> None:
    if wanted is None:
        return
    with path.open("rb") as file:
        got = hashlib.file_digest(file, "sha256").hexdigest()
    if got != wanted:
        raise OSError(f"its SHA-256 is {got}, not {wanted}")


def _describe(entry: WeightsEntry) -> str:
    source = f"hub {entry.hub}@{entry.revision}" if entry.folder is None else f"folder {entry.folder}"
    return f"{source}, {entry.size_mib} MiB, {entry.licence}"
