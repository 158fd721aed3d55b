"""Looks whether this machine can run a configuration of the generation service, and says what to do where it cannot.

python -m generation.preflight [--config FILE] [--fetch]

Every finding is one line (missing weights: one line each); the exit status is 1 if any is a fault. With --fetch,
missing weights are downloaded first. Nothing is changed otherwise, except that gsplat compiles its kernels.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.settings import GenerationConfig
from serving.settings import SettingsError, read_yaml

if TYPE_CHECKING:
    from generation.networks.weights import Files, WeightsTable

DEFAULT_CONFIG = Path(__file__).parent / "configs" / "lgm.yaml"

WEIGHT_OPTIONS = ("diffusion", "tokenizer", "lgm", "matting")
"""Options whose values are names in the weights table."""

COLOUR_KEY = "colour-key"
"""The one value of `matting` that names no weights."""

VRAM_MIB = {"lgm": 10_000, "guided": 16_000}
"""Free memory of the GPU by backend: what LGM's authors give, and the bound that guided optimisation is built for."""

LIBRARIES = ("diffusers", "transformers", "safetensors")
"""What the learned networks are made with."""

DISK_SPARE_MIB = 2048
"""To stay free beside the weights: results, compiled kernels."""


@dataclass(frozen=True)
class Finding:
    """What one look found: `name` of the thing, whether it is well, what was seen, and what to do about it.

    With something to do although it is well, it is a note.
    """

    name: str
    well: bool
    seen: str
    advice: str = ""

    def __str__(self) -> str:
        kind = "FAULT" if not self.well else "note " if self.advice else "ok   "
        line = f"{kind}  {self.name}: {self.seen}"
        return f"{line}\n         → {self.advice}" if self.advice else line


@dataclass(frozen=True)
class Gpu:
    """One line of nvidia-smi."""

    name: str
    driver: str
    total_mib: int
    free_mib: int


@dataclass(frozen=True)
class Machine:
    """What is asked of the machine; tests hand in another.

    gpus         the driver's GPUs; None where there is no driver
    torch_cuda   the CUDA version PyTorch was built for (None: a build without) and how many devices it can use
    libraries    those of LIBRARIES that are not installed
    toolkit      path of the CUDA compiler, None without one
    renderer     renders one splat on CUDA and names the renderer; raises RendererMissing
    free_mib     free disk at a path that need not exist yet
    hub          a file of a hub's repository: (id, revision, file, offline) → its path here; raises OSError
    """

    gpus: Callable[[], list[Gpu] | None]
    torch_cuda: Callable[[], tuple[str | None, int]]
    libraries: Callable[[], list[str]]
    toolkit: Callable[[], str | None]
    renderer: Callable[[], str]
    free_mib: Callable[[Path], int]
    hub: Callable[[str, str, str, bool], Path]


def examine(config: GenerationConfig, machine: Machine, *, fetch: bool = False) -> list[Finding]:
    """All findings for `config`, in the order in which they should be put right."""
    wanted = [device for device in config.devices if device.startswith("cuda")]
    found = _gpu_findings(config, wanted, machine) if wanted else [Finding("GPU", well=True, seen="none is asked for")]
    names = weights_named(config)
    if not names:
        return [*found, Finding("weights", well=True, seen="none are needed")]
    libraries = _library_finding(machine)
    return [*found, libraries, *(_weight_findings(config, names, machine, fetch=fetch) if libraries.well else [])]


def _gpu_findings(config: GenerationConfig, wanted: list[str], machine: Machine) -> list[Finding]:
    without = "or take generation/configs/procedural.yaml, which needs no GPU"
    gpus = machine.gpus()
    if gpus is None:
        advice = f"install NVIDIA's driver (Debian, Ubuntu: the package nvidia-driver) and restart, {without}"
        return [Finding("driver", well=False, seen="there is no NVIDIA driver (no nvidia-smi)", advice=advice)]
    if not gpus:
        advice = f"is it plugged in, and passed to this container or virtual machine (docker: --gpus all)? {without}"
        return [Finding("GPU", well=False, seen="the driver lists none", advice=advice)]
    found = [Finding("driver", well=True, seen=gpus[0].driver)]
    found += [Finding(f"GPU {i}", well=True, seen=f"{gpu.name}, {gpu.total_mib} MiB") for i, gpu in enumerate(gpus)]
    usable = _torch_finding(gpus, machine)
    if not usable.well:
        return [*found, usable]
    found.append(usable)
    found += [_memory_finding(device, gpus, VRAM_MIB.get(config.backend, 0)) for device in wanted]
    return [*found, *_renderer_findings(machine)]


def _torch_finding(gpus: list[Gpu], machine: Machine) -> Finding:
    built_for, count = machine.torch_cuda()
    if built_for is None:
        advice = "this PyTorch is built without CUDA: run generation/setup_env.sh, which installs the ordinary build"
        return Finding("PyTorch", well=False, seen="has no CUDA", advice=advice)
    if count < 1:
        advice = f"update the driver to one for CUDA {built_for} or newer; CUDA_VISIBLE_DEVICES must not hide the GPU"
        seen = f"is built for CUDA {built_for} and cannot use driver {gpus[0].driver}"
        return Finding("PyTorch", well=False, seen=seen, advice=advice)
    return Finding("PyTorch", well=True, seen=f"CUDA {built_for}, {count} of {len(gpus)} GPUs")


def _memory_finding(device: str, gpus: list[Gpu], needed_mib: int) -> Finding:
    index = int(device.partition(":")[2] or 0)
    if index >= len(gpus):
        advice = f"`devices:` of the configuration may name cuda:0 to cuda:{len(gpus) - 1}"
        return Finding(device, well=False, seen=f"there are only {len(gpus)} GPUs", advice=advice)
    free = gpus[index].free_mib
    advice = "nvidia-smi shows what else uses it; end that, or take another GPU by `devices:`"
    seen = f"{free} MiB of memory free, about {needed_mib} needed"
    well = free >= needed_mib
    return Finding(device, well=well, seen=seen, advice="" if well else advice)


def _renderer_findings(machine: Machine) -> list[Finding]:
    from splats.errors import RendererMissing  # noqa: PLC0415  torch loads here, after the flags were read

    compiler = machine.toolkit()
    toolkit = Finding("CUDA toolkit", well=True, seen=compiler or "no nvcc; gsplat's kernels are compiled already")
    try:
        return [toolkit, Finding("gsplat", well=True, seen=machine.renderer())]
    except RendererMissing as error:
        if compiler is None:
            advice = "install the CUDA toolkit of PyTorch's CUDA version and set CUDA_HOME, or a gsplat built already"
            toolkit = Finding("CUDA toolkit", well=False, seen="there is no nvcc", advice=advice)
        advice = "run generation/setup_env.sh, which installs it; its first use compiles for some minutes"
        return [toolkit, Finding("gsplat", well=False, seen=str(error), advice=advice)]


def weights_named(config: GenerationConfig) -> list[str]:
    """Names in the weights table that the options of `config` give."""
    named = [str(config.options[key]) for key in WEIGHT_OPTIONS if config.options.get(key)]
    return [name for name in named if name != COLOUR_KEY]


def _library_finding(machine: Machine) -> Finding:
    missing = machine.libraries()
    if missing:
        advice = "run generation/setup_env.sh, and start from the environment it makes"
        return Finding("libraries", well=False, seen=f"not installed: {', '.join(missing)}", advice=advice)
    return Finding("libraries", well=True, seen=", ".join(LIBRARIES))


def _weight_findings(config: GenerationConfig, names: list[str], machine: Machine, *, fetch: bool) -> list[Finding]:
    from generation.networks.weights import DEFAULT_TABLE, WeightsMissing, locate, read_table  # noqa: PLC0415

    given = config.options.get("weights")
    table = read_table(Path(str(given)).expanduser() if given else DEFAULT_TABLE)
    needed_mib = sum(table.entry(name).size_mib for name in dict.fromkeys(names))
    try:
        files = locate(table, names, offline=True, fetch=machine.hub)
    except WeightsMissing as error:
        missing = Finding("weights", well=False, seen=str(error), advice="docs/generation.md says more on each")
    else:
        return [Finding("weights", well=True, seen=f"{', '.join(names)} ({needed_mib} MiB)"), *_pins(table, files)]
    disk = _disk_finding(machine, needed_mib)
    if not fetch or not disk.well:
        return [disk, missing]
    try:
        files = locate(table, names, offline=False, fetch=machine.hub)
    except WeightsMissing as error:
        return [disk, Finding("weights", well=False, seen=str(error), advice="docs/generation.md says more on each")]
    return [disk, Finding("weights", well=True, seen=f"fetched: {', '.join(names)}"), *_pins(table, files)]


def _pins(table: WeightsTable, found: Mapping[str, Files]) -> list[Finding]:
    """A note on weights that their hub may replace, with the commit that is here now."""
    from generation.networks.weights import commit_of  # noqa: PLC0415

    loose = {name: commit_of(next(iter(found[name].values()))) for name in table.unpinned(found)}
    if not loose:
        return []
    seen = ", ".join(f"{name} ({table.entry(name).revision})" for name in loose)
    commits = ", ".join(f"`revision: {commit}` for {name}" for name, commit in loose.items() if commit)
    advice = f"their hub may change them; to keep what is here, write into the weights table: {commits or '`sha256`'}"
    return [Finding("not pinned", well=True, seen=seen, advice=advice)]


def _disk_finding(machine: Machine, needed_mib: int) -> Finding:
    folder = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    free, needed = machine.free_mib(folder), needed_mib + DISK_SPARE_MIB
    advice = "make room, or set HF_HOME to a folder on a larger disk"
    seen = f"{free} MiB free at {folder}, about {needed} needed"
    well = free >= needed
    return Finding("disk", well=well, seen=seen, advice="" if well else advice)


def read_gpus(text: str) -> list[Gpu]:
    """The GPUs in nvidia-smi's CSV of name, driver, total and free memory; a line that is something else is none."""
    rows = [[part.strip() for part in line.split(",")] for line in text.splitlines()]
    fitting = [row for row in rows if len(row) == 4 and row[2].isdigit() and row[3].isdigit()]
    return [Gpu(name, driver, int(total), int(free)) for name, driver, total, free in fitting]


def this_machine() -> Machine:
    """The machine we are on."""
    return Machine(_gpus, _torch_cuda, _missing_libraries, _toolkit, _renderer, _free_mib, _hub)


def _gpus() -> list[Gpu] | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = "--query-gpu=name,driver_version,memory.total,memory.free"
    command = [program, query, "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no word from outside
    return read_gpus(done.stdout) if done.returncode == 0 else []


def _torch_cuda() -> tuple[str | None, int]:
    import torch  # noqa: PLC0415

    return torch.version.cuda, torch.cuda.device_count() if torch.cuda.is_available() else 0


def _missing_libraries() -> list[str]:
    return [name for name in LIBRARIES if importlib.util.find_spec(name) is None]


def _toolkit() -> str | None:
    home = os.environ.get("CUDA_HOME")
    return shutil.which("nvcc", path=f"{home}/bin" if home else None)


def _renderer() -> str:
    from splats.render import warm_up  # noqa: PLC0415

    return warm_up("cuda")


def _free_mib(folder: Path) -> int:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free >> 20


def _hub(repository: str, revision: str, file: str, offline: bool) -> Path:
    from generation.networks.weights import fetch_from_hub  # noqa: PLC0415

    return fetch_from_hub(repository, revision, file, offline)


def main(argv: Sequence[str] | None = None, machine: Machine | None = None) -> int:
    """Prints the findings; the exit status."""
    parser = argparse.ArgumentParser(prog="preflight", description="Can this machine run a generation configuration?")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="YAML file (generation/configs/lgm.yaml)")
    parser.add_argument("--fetch", action="store_true", help="download the weights that are missing")
    args = parser.parse_args(argv)
    try:
        found = examine(read_yaml(args.config, GenerationConfig), machine or this_machine(), fetch=args.fetch)
    except SettingsError as error:
        parser.exit(2, f"preflight: {error}\n")
    faults = sum(not finding.well for finding in found)
    told = f"{faults} faults: put the first right, then run this again" if faults else "ready: everything is there"
    sys.stdout.write("\n".join([*map(str, found), told]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
