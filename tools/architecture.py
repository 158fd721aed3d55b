"""Draws docs/architecture.md's diagrams from the code, and checks them.

    python -m tools.architecture            write the generated blocks of docs/architecture.md
    python -m tools.architecture --check    exit with 1 if a block differs from the code

A block is the text between <!-- NAME: begin --> and <!-- NAME: end -->. Import diagrams come from import statements,
those inside functions included. A walk lists functions and classes; its text is the first line of their docstrings.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from serving.arguments import FlagParser

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = ("splats", "serving", "procedural", "generation", "validation", "neurons", "prompter")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a walk: a function, class or method of a file."""

    path: str
    symbol: str


DRAWN = ("splats", "procedural", "generation", "validation", "neurons", "neurons/validator")
"""Packages whose folders have a diagram of their own."""

WALKS: dict[str, tuple[Step, ...]] = {
    "prompt to video": (
        Step("generation/http/job_routes.py", "submit_job"),
        Step("generation/service.py", "GenerationService.submit"),
        Step("generation/work/queue.py", "JobQueue.submit"),
        Step("generation/work/queue.py", "JobQueue.run"),
        Step("generation/pipeline.py", "Pipeline.produce"),
        Step("procedural/generate.py", "load_generator"),
        Step("procedural/language/prompt.py", "read_prompt"),
        Step("procedural/assemble.py", "assemble"),
        Step("splats/codecs.py", "encode_spz"),
        Step("splats/video.py", "turntable_mp4"),
        Step("splats/render.py", "render"),
        Step("generation/http/job_routes.py", "get_result"),
    ),
    "task to weights": (
        Step("neurons/miner/work.py", "Miner"),
        Step("neurons/wire/dendrite.py", "Dendrite.pull"),
        Step("neurons/wire/axon.py", "Axon"),
        Step("neurons/wire/senders.py", "SenderRules"),
        Step("neurons/validator/axon/handlers.py", "Handlers.pull"),
        Step("neurons/validator/tasks/desk.py", "Desk.pull"),
        Step("neurons/validator/prompts.py", "Prompts.next"),
        Step("neurons/miner/candidate_runner.py", "CandidateRunner"),
        Step("neurons/services/generation.py", "GenerationClient.generate"),
        Step("neurons/miner/delivery.py", "deliver"),
        Step("neurons/wire/dendrite.py", "Dendrite.submit"),
        Step("neurons/validator/axon/handlers.py", "Handlers.submit"),
        Step("neurons/validator/tasks/desk.py", "Desk.submit"),
        Step("neurons/validator/tasks/trust.py", "verify_submission"),
        Step("neurons/validator/tasks/judging.py", "Judging.judge_submission"),
        Step("neurons/services/validation.py", "ValidationPool.judge"),
        Step("validation/routes.py", "validate"),
        Step("validation/assets/prepare.py", "prepare"),
        Step("validation/scoring/judge.py", "Judge.judge"),
        Step("neurons/validator/tasks/records.py", "add_score"),
        Step("neurons/validator/tasks/state.py", "Store.save"),
        Step("neurons/validator/tasks/rewards.py", "compute_weights"),
        Step("neurons/validator/weights.py", "WeightSetter.consider"),
        Step("neurons/chain/worker.py", "ChainWorker.write"),
    ),
    "generator to validator": (
        Step("prompter/generator/service.py", "create_app"),
        Step("prompter/generator/producer.py", "Producer.produce"),
        Step("prompter/generator/backends.py", "openai_backend"),
        Step("prompter/generator/parse.py", "parse_prompts"),
        Step("prompter/generator/producer.py", "Producer.sift"),
        Step("prompter/generator/spool.py", "Spool.add"),
        Step("prompter/generator/sender.py", "Sender.deliver"),
        Step("prompter/collector/routes.py", "submit"),
        Step("prompter/collector/service.py", "CollectorState.submit"),
        Step("prompter/collector/store.py", "PromptStore.submit"),
        Step("neurons/validator/prompts.py", "keep_fresh"),
        Step("neurons/validator/prompts.py", "CollectorClient.build_request"),
        Step("prompter/collector/routes.py", "get"),
        Step("prompter/collector/policy.py", "FetchPolicy.check"),
        Step("prompter/collector/store.py", "PromptStore.fetch"),
        Step("neurons/validator/prompts.py", "Prompts.replace"),
        Step("neurons/validator/prompts.py", "Prompts.next"),
    ),
}
"""The walks of the page by block name."""


def modules(package: str) -> dict[str, Path]:
    """Return the file of every module of a package by dotted name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_names(path: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports; `from a import b` yields a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(name: str, known: Iterable[str]) -> str | None:
    """Return the module of `known` that an imported name belongs to."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in known), None)


def import_pairs(package: str | None = None) -> set[tuple[str, str]]:
    """Return (importer, imported) pairs: top-level packages, or the folders and files directly inside one package."""
    files = {name: path for each in PACKAGES for name, path in modules(each).items()}
    pairs = set()
    for path in files.values():
        for target in {module_of(imported, files) for imported in imported_names(path)} - {None}:
            ends = node_of(path, package), node_of(files[str(target)], package)
            if ends[0] and ends[1] and ends[0] != ends[1]:
                pairs.add(ends)
    return pairs


def node_of(path: Path, package: str | None) -> str:
    """Return the node that a file belongs to: its package, or the folder or file within `package`; "" for none."""
    parts = path.relative_to(ROOT).parts
    if package is None:
        return f"{parts[0]}/"
    inside = Path(package).parts
    if parts[: len(inside)] != inside or parts[-1] == "__init__.py":
        return ""
    rest = parts[len(inside) :]
    return rest[0] if len(rest) == 1 else f"{rest[0]}/"


def import_diagram(pairs: set[tuple[str, str]]) -> str:
    """Return a Mermaid flowchart of imports without those that others imply. Raises ValueError for a circle."""
    reachable = transitive_closure(pairs)
    if circle := sorted(a for a, b in reachable if a == b):
        raise ValueError(f"a circle of imports through {', '.join(circle)}")
    nodes = {end for pair in pairs for end in pair}
    direct = {(a, b) for a, b in pairs if not any((a, m) in reachable and (m, b) in reachable for m in nodes)}
    lines = [f'    {identifier(a)}["{a}"] --> {identifier(b)}["{b}"]' for a, b in sorted(direct)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def transitive_closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return all (importer, imported) pairs, those through other nodes included."""
    closed = set(pairs)
    while more := {(a, d) for a, b in closed for c, d in closed if b == c} - closed:
        closed |= more
    return closed


def identifier(folder: str) -> str:
    """Return a Mermaid node id."""
    return re.sub(r"\W", "_", folder)


def walk(steps: tuple[Step, ...]) -> str:
    """Return the numbered list of a walk. Raises LookupError for a symbol without a docstring, or that is gone."""
    return "\n".join(
        f"{number}. [`{step.path}`](../{step.path}) `{step.symbol}`: {summary(step)}"
        for number, step in enumerate(steps, start=1)
    )


def summary(step: Step) -> str:
    """Return the first sentence of a symbol's docstring."""
    node: ast.AST = ast.parse((ROOT / step.path).read_text(encoding="utf-8"))
    for name in step.symbol.split("."):
        children = [
            child
            for child in getattr(node, "body", [])
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and child.name == name
        ]
        if not children:
            raise LookupError(f"{step.path} has no {step.symbol}")
        node = children[0]
    text = ast.get_docstring(node)  # type: ignore[arg-type]
    if not text:
        raise LookupError(f"{step.path}: {step.symbol} has no docstring")
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.?])\s", paragraph)[0]


def blocks() -> dict[str, str]:
    """Return the text of every generated block by name."""
    drawn = {
        "imports": import_diagram(import_pairs()),
        **{f"imports of {package}": import_diagram(import_pairs(package)) for package in DRAWN},
    }
    return {**drawn, **{name: walk(steps) for name, steps in WALKS.items()}}


def filled(page: str) -> str:
    """Return the page with every block replaced. Raises LookupError for a block that the page does not have."""
    for name, text in blocks().items():
        pattern = re.compile(rf"(<!-- {re.escape(name)}: begin -->\n).*?(<!-- {re.escape(name)}: end -->)", re.DOTALL)
        if not pattern.search(page):
            raise LookupError(f"{PAGE.name} has no block {name!r}")
        page = pattern.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)  # type: ignore[misc]
    return page


def main() -> int:
    """Write or check the page and return the exit status."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    page = PAGE.read_text(encoding="utf-8")
    drawn = filled(page)
    if arguments.check:
        if drawn != page:
            print(f"{PAGE.relative_to(ROOT)} differs from the code: run `python -m tools.architecture`")
        return int(drawn != page)
    PAGE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
