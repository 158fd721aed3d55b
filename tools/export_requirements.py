"""Write requirements.txt and conda_env_*.yml of each part from the extras in pyproject.toml.

python -m tools.export_requirements          write them
python -m tools.export_requirements --check  name the files that differ and exit with status 1

Standard library only. setup_env.sh creates the environments.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from serving.terminal import accept_any_text

ROOT = Path(__file__).resolve().parent.parent
NOTE = "# Written by tools/export_requirements.py from pyproject.toml; change it there."
SELF = re.compile(r"three-gen-subnet\[([a-z,]+)\]")


@dataclass(frozen=True)
class Part:
    """A folder that can be installed on its own: the name of its environment and the extras it needs."""

    folder: str
    environment: str
    extras: tuple[str, ...]


PARTS = (
    Part("generation", "three-gen-mining", ("generation", "gpu")),
    Part("validation", "three-gen-validation", ("validation", "gpu")),
    Part("neurons", "three-gen-neurons", ("neurons",)),
    Part("prompter", "three-gen-prompter", ("prompter",)),
)


def requirements(extras: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    """Return the sorted requirements of the named extras and those they include. KeyError for an unknown extra."""
    found: set[str] = set()
    for name in names:
        for line in extras[name]:
            inner = SELF.fullmatch(line)
            found.update(requirements(extras, tuple(inner[1].split(","))) if inner else [line])
    return sorted(found)


def files(root: Path) -> dict[Path, str]:
    """Return the text of every file this tool writes."""
    with (root / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    texts: dict[Path, str] = {}
    for part in PARTS:
        lines = ["-c ../constraints.txt", *requirements(extras, part.extras)]
        conda = part.environment.removeprefix("three-gen-")
        texts[root / part.folder / "requirements.txt"] = "\n".join([NOTE, *lines]) + "\n"
        texts[root / part.folder / f"conda_env_{conda}.yml"] = _conda_text(part.environment, lines)
    return texts


def _conda_text(environment: str, lines: list[str]) -> str:
    # Only conda-forge: the default channel requires accepting its terms first, which stops an unattended set-up.
    head = [NOTE, f"name: {environment}", "channels:", "  - conda-forge", "  - nodefaults", "dependencies:"]
    return "\n".join([*head, "  - python=3.11", "  - pip", "  - pip:", *(f'      - "{line}"' for line in lines)]) + "\n"


def main() -> int:
    """Write the files, or with --check compare them; return the exit status."""
    accept_any_text()
    wanted = files(ROOT)
    differ = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in differ:
            print(f"{path.relative_to(ROOT)} differs from pyproject.toml: run python -m tools.export_requirements")
        return 1 if differ else 0
    for path in differ:
        path.write_text(wanted[path])
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
