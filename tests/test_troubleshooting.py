"""The operator's pages: each message of docs/troubleshooting.md is in the code, and what pages name exists."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGES = ("neurons", "serving", "validation", "generation", "prompter")
SOURCES_OF_WORDS = {
    "HTTP 429": "the library for websockets",
    "HTTP 503": "the library for websockets",
    "Too Many Requests": "the node's own words",
}
"""Messages whose words are not in the code: who says them."""
LEAST_LETTERS = 4

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "troubleshooting.md"


def messages() -> list[str]:
    """Returns each quotation in the first column of the page's tables."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    found = [quoted for row in rows for quoted in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    return list(dict.fromkeys(found))


@cache
def texts() -> frozenset[str]:
    """Returns the string literals of the packages; what an f-string or a logger inserts is a line end."""
    found = set()
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else "\n" for part in node.values]
                    found.add("".join(map(str, parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(re.sub(r"%[-.\d]*[sdgfr]", "\n", node.value))
    return frozenset(found)


@cache
def all_text() -> str:
    return "\0".join(texts())


def is_known(message: str) -> bool:
    """Checks whether the code has a message. `…` stands for anything, as do numbers, which may be inserted."""
    if re.fullmatch(r"[a-z]+(_[a-z]+)*", message):
        return message.removesuffix("_total") in texts()  # a code, or a metric, whose library adds the suffix
    fragments = [part.strip(" ,:;").removesuffix("_total") for part in re.split(r"…|: |\d+|\"|[{}=]", message)]
    wanted = [part for part in fragments if sum(map(str.isalpha, part)) >= LEAST_LETTERS]
    return bool(wanted) and all(part in all_text() for part in wanted)


def test_the_page_has_messages() -> None:
    assert len(messages()) > 60


@pytest.mark.parametrize("message", messages())
def test_each_message_of_the_page_is_in_the_code(message: str) -> None:
    assert message in SOURCES_OF_WORDS or is_known(message), f"no program says {message!r}"


@pytest.mark.parametrize(
    "message",
    ["the hotkey … is not here", "low_scores", "… is not usable: status 401 …", "…", "the chain is unreachable: …"],
)
def test_a_message_that_no_program_has_is_noticed(message: str) -> None:
    assert not is_known(message)


def commands(page: Path) -> Iterator[str]:
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        yield from block.replace("\\\n", " ").splitlines()


def test_pages_name_files_and_links_that_exist() -> None:
    for page in (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
        for script in re.findall(r"(?<!/)\b((?:neurons|mocks|generation|validation|prompter)/\w+\.py)\b", text):
            assert (ROOT / script).exists(), f"{page.name}: {script}"


def test_links_to_sections_lead_somewhere() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for target, section in re.findall(r"\]\(([\w.]*)#([\w-]+)\)", page.read_text(encoding="utf-8")):
            there = page.parent / target if target else page
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert section in anchors, f"{page.name}: {target}#{section}"


def test_pages_check_out_no_release_that_does_not_exist() -> None:
    for page in (*(ROOT / "docs").glob("*.md"), ROOT / "README.md"):
        assert not re.search(r"git checkout v\d", page.read_text(encoding="utf-8")), page


@pytest.mark.parametrize(
    "made", ["wallets/local/coldkey", "miners/local/miner/lock", "devnet.db", "video.mp4", "bicycle.b64", "crown.spz"]
)
def test_what_the_documented_commands_make_is_ignored_by_git(made: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", made], cwd=ROOT, check=False).returncode == 0


def test_btcli_commands_are_those_of_its_present_release() -> None:
    known = {
        "wallet": {"create", "new-coldkey", "new-hotkey", "swap-hotkey", "transfer"},
        "subnets": {"create", "register", "start"},
        "stake": {"add"},
    }
    flags = {"--uri", "--n-words", "--no-use-password", "--netuid", "--network"}
    flags |= {"--wallet-name", "--wallet-hotkey", "--wallet-path", "--hotkey"}
    lines = [line for page in (ROOT / "docs").glob("*.md") for line in commands(page) if line.startswith("btcli ")]
    assert lines
    for line in lines:
        _, group, command, *rest = line.partition("#")[0].split()
        assert command in known[group], line
        given = {word for word in rest if word.startswith("--")}
        assert given <= flags, line
        assert not (command == "create" and group == "wallet" and "--network" in given), line
