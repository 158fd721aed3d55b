"""Command lines: a parser that every program uses, and the types of its arguments. Standard library only."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.terminal import accept_any_text


class FlagParser(argparse.ArgumentParser):
    """argparse's parser, without abbreviated flags, with `~` expanded in arguments of `type=Path`.

    From `parse_args` on, the program can print any text on any terminal.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **options})
        self.register("type", Path, _read_path)

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # argparse's overloads
        """Return the namespace; exit with status 2 and one line for arguments that are wrong."""
        accept_any_text()
        return super().parse_args(args, namespace)


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The numbers from `low` to `high`; with `above`, without `low` itself. Can be the type of an argument."""

    low: float
    high: float
    whole: bool = False
    above: bool = False

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        start = f"above {self.low:.12g}, at most" if self.above else f"from {self.low:.12g} to"
        return f"{kind} {start} {self.high:.12g}"

    def __call__(self, text: str) -> float:
        """Return the number, an int if the range has whole ones. Raises ArgumentTypeError that names the range."""
        try:
            number = int(text) if self.whole else float(text)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high or (self.above and number == self.low):
            raise argparse.ArgumentTypeError(f"must be {self}")
        return number


COUNT = NumberRange(1, 1_000_000_000, whole=True)
SEED = NumberRange(0, 2**63 - 1, whole=True)
POSITIVE = NumberRange(0, 1e9, above=True)


def expand_home(path: Path) -> Path:
    """Return the path with `~` or `~user` expanded. Raises ValueError if the home folder is unknown."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(
            f"the home folder of {path.parts[0]} is unknown: set HOME, or give a path without {path.parts[0]}"
        ) from None


def _read_path(text: str) -> Path:
    try:
        return expand_home(Path(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
