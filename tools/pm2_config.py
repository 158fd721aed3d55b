"""Write the PM2 files of a part: absolute paths, an explicit config, and never over an operator's changes.

python -m tools.pm2_config generation --interpreter /abs/bin/python

The first line has a checksum of the rest. A file whose checksum is right is brought up to date; any other was changed
by its operator and is left alone. Standard library only, except for torch, which detects CUDA.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from serving.arguments import FlagParser

ROOT = Path(__file__).resolve().parent.parent
MARK = re.compile(r"^// Written by setup_env\.sh; checksum ([0-9a-f]{64})\..*$")
KILL_TIMEOUT_MS = 40_000
"""Above the 30 s within which every service drains; PM2's own 1.6 s would cut a request in flight."""
BACKOFF_MS = 1000
"""First delay of a restart; each further one is half as long again, up to PM2's 15 s."""
NEVER = 1_000_000_000
"""Restarts after which PM2 gives up on a process that dies within a second: a node may be away for days."""
KEPT = "you changed it; delete it and run this again for a new one"


@dataclass(frozen=True)
class Pm2File:
    """A PM2 file to write: its name in the part's folder, the entries of its services, and what was chosen, and why."""

    name: str
    apps: list[dict[str, object]]
    choice: str


def generation(folder: Path, interpreter: str, cuda: bool) -> list[Pm2File]:
    """Return the file of the generation service, with the generator that suits this machine."""
    learned, procedural = folder / "configs" / "trellis.yaml", folder / "configs" / "procedural.yaml"
    if not cuda:
        config, reason = procedural, "no CUDA device"
    elif not learned.exists():
        config, reason = procedural, "a CUDA device, but configs/trellis.yaml is missing"
    else:
        config, reason = learned, "a CUDA device"
    app = _app("generation", folder, "serve.py", interpreter, ["--config", str(config), "--port", "8093"])
    return [Pm2File("generation.config.js", [app], f"generator {config.stem} ({reason})")]


def validation(folder: Path, interpreter: str, cuda: bool) -> list[Pm2File]:
    """Return the file of the validation service, with the scorer that suits this machine.

    With CUDA that is the network's own, whose weights the operator downloads; the service does not start without them
    and prints where to get them.
    """
    if cuda:
        weights = folder / "weights" / "ViT-B-16.pt"
        scorer = ["--scorer", "clip-vitb16-openai@1", "--weights", str(weights), "--device", "cuda"]
        choice = f"scorer clip-vitb16-openai@1 (a CUDA device); its weights go to {weights}"
    else:
        scorer = ["--scorer", "three-gen-small@1"]
        choice = "scorer three-gen-small@1 (no CUDA device): for testing; the network requires clip-vitb16-openai@1"
    app = _app("validation", folder, "serve.py", interpreter, [*scorer, "--port", "8094"])
    return [Pm2File("validation.config.js", [app], choice)]


def prompter(folder: Path, interpreter: str, cuda: bool) -> list[Pm2File]:  # noqa: ARG001  the same with CUDA
    """Return the files of the collector and of a generator that needs no model."""
    config = folder / "resources" / "generator.yaml"
    collector = _app("collector", folder, "serve_collector.py", interpreter, ["--port", "9100"])
    generator = _app(
        "generator", folder, "serve_generator.py", interpreter, ["--config", str(config), "--port", "9101"]
    )
    return [
        Pm2File("collector.config.js", [collector], "for the validators of the main network"),
        Pm2File(
            "generator.config.js",
            [generator],
            "the built-in grammar; resources/generator_llm.yaml uses models",
        ),
    ]


def neurons(folder: Path, interpreter: str, cuda: bool) -> list[Pm2File]:  # noqa: ARG001  the same with CUDA
    """Return the files of the two neurons, for the main network and the default wallet; operators insert theirs."""
    shared = ["--netuid", "17", "--subtensor.network", "finney", "--wallet.name", "default", "--wallet.hotkey"]
    services = {"generation": "http://127.0.0.1:8093", "validation": "http://127.0.0.1:8094"}
    mine = [*shared, "default", "--axon.port", "8091", "--generation.endpoint", services["generation"]]
    judge = [*shared, "default", "--axon.port", "8092", "--validation.endpoint", services["validation"]]
    choice = "for the main network and the wallet default/default; change it to yours"
    return [
        Pm2File("miner.config.js", [_app("miner", folder, "serve_miner.py", interpreter, mine)], choice),
        Pm2File("validator.config.js", [_app("validator", folder, "serve_validator.py", interpreter, judge)], choice),
    ]


PARTS: dict[str, Callable[[Path, str, bool], list[Pm2File]]] = {
    "generation": generation,
    "validation": validation,
    "neurons": neurons,
    "prompter": prompter,
}
"""The PM2 files of each part that has services, from its folder, the interpreter and whether there is CUDA."""
WITHOUT_TORCH = frozenset({"neurons", "prompter"})
"""Parts whose environments have no torch to detect CUDA with, and do not use it."""


def write(path: Path, apps: list[dict[str, object]]) -> str:
    """Write the PM2 file unless its operator changed it; return "wrote", "unchanged" or "kept"."""
    body = f"module.exports = {json.dumps({'apps': apps}, indent=2, ensure_ascii=False)};\n"
    checksum = hashlib.sha256(body.encode()).hexdigest()
    text = (
        f"// Written by setup_env.sh; checksum {checksum}. Change what you like: set-up then keeps your file.\n{body}"
    )
    if path.exists():
        old = path.read_text(encoding="utf-8")
        if old == text:
            return "unchanged"
        if not _is_ours(old):
            return "kept"
    path.write_text(text, encoding="utf-8")
    return "wrote"


def has_cuda() -> bool:
    """Check whether torch in this environment can use a CUDA device."""
    import torch

    return torch.cuda.is_available()


def main() -> None:
    """Write the PM2 files of one part and print a line about each."""
    parser = FlagParser(description="Write the PM2 files of one part.")
    parser.add_argument("part")
    parser.add_argument("--interpreter", required=True, help="absolute path of the environment's Python")
    parser.add_argument("--cuda", choices=["ask", "yes", "no"], default="ask", help="default: ask torch")
    args = parser.parse_args()
    folder = ROOT / args.part
    if args.part not in PARTS:
        print(f"no PM2 file: {args.part}/ has no service to start")
        return
    cuda = args.cuda == "yes" or (args.cuda == "ask" and args.part not in WITHOUT_TORCH and has_cuda())
    for file in PARTS[args.part](folder, args.interpreter, cuda):
        outcome = write(folder / file.name, file.apps)
        print(f"{outcome} {args.part}/{file.name}: {KEPT if outcome == 'kept' else file.choice}")
        print(f"start it in {args.part}/ with: pm2 start {file.name}")


def _app(name: str, folder: Path, script: str, interpreter: str, args: list[str]) -> dict[str, object]:
    return {
        "name": name,
        "script": script,
        "cwd": str(folder),
        "interpreter": interpreter,
        "args": args,
        "kill_timeout": KILL_TIMEOUT_MS,
        "exp_backoff_restart_delay": BACKOFF_MS,
        "max_restarts": NEVER,
    }


def _is_ours(text: str) -> bool:
    first, _, body = text.partition("\n")
    mark = MARK.match(first)
    return mark is not None and mark[1] == hashlib.sha256(body.encode()).hexdigest()


if __name__ == "__main__":
    main()
