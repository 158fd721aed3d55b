"""Check whether this machine can run a configuration of the generation service, and how to fix what is missing.

python -m generation.preflight [--config FILE] [--fetch]

Prints one line for each finding (and for each missing set of weights); exits with status 1 if any is a fault. With
--fetch, missing weights are downloaded first. Nothing else is changed, except that gsplat compiles its kernels.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generation.settings import GenerationConfig
from generation.weights import (
    COLOUR_KEY,
    DEFAULT_TABLE,
    Files,
    WeightsMissing,
    WeightsTable,
    commit_of,
    fetch_from_hub,
    locate_weights,
    read_table,
)
from serving.arguments import FlagParser, expand_home
from serving.settings import SettingsError, read_yaml

DEFAULT_CONFIG = Path(__file__).parent / "configs" / "lgm.yaml"

WEIGHT_OPTIONS = ("diffusion", "tokenizer", "lgm", "matting", "trellis", "decoders", "text_encoder")
"""Options whose values are names in the weights table."""

VRAM_MIB = {"lgm": 10_000, "guided": 16_000, "trellis": 12_000}
"""Free GPU memory needed, by backend: LGM's as its authors give it; for guided and
TRELLIS, the bound they are designed for."""

LIBRARIES = ("diffusers", "transformers", "safetensors")
"""Libraries of the learned networks."""

DISK_SPARE_MIB = 2048
"""Disk space needed in addition to the weights, for results and compiled kernels."""


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    name    what was checked
    ok      whether it is usable
    found   what was found
    advice  what to do about it; if it is usable nevertheless, the finding is a note
    """

    name: str
    ok: bool
    found: str
    advice: str = ""

    def __str__(self) -> str:
        kind = "FAULT" if not self.ok else "note " if self.advice else "ok   "
        line = f"{kind}  {self.name}: {self.found}"
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
    """Access to the machine; tests pass a fake.

    gpus         the driver's GPUs; None without a driver
    torch_cuda   the CUDA version that PyTorch was built for (None: without CUDA), and how many devices it can use
    libraries    those of LIBRARIES that are not installed
    toolkit      path of the CUDA compiler, None without one
    renderer     renders one splat on CUDA and names the renderer; raises RendererMissing or any build error
    free_mib     free disk space at a path, which need not exist yet
    hub          (repository, revision, file, offline) → path of the file on this machine; raises OSError
    compiler_cuda  the CUDA version of the compiler at a path, None where it does not say
    """

    gpus: Callable[[], list[Gpu] | None]
    torch_cuda: Callable[[], tuple[str | None, int]]
    libraries: Callable[[], list[str]]
    toolkit: Callable[[], str | None]
    renderer: Callable[[], str]
    free_mib: Callable[[Path], int]
    hub: Callable[[str, str, str, bool], Path]
    compiler_cuda: Callable[[str], str | None] = lambda _path: None


def examine(config: GenerationConfig, machine: Machine, *, fetch: bool = False) -> list[Finding]:
    """Check everything that `config` needs; return the findings in the order in which faults should be fixed."""
    wanted = [device for device in config.devices if device.startswith("cuda")]
    findings = (
        _gpu_findings(config, wanted, machine)
        if wanted
        else [Finding("GPU", ok=True, found="not used by this configuration")]
    )
    names = weight_names(config)
    if not names:
        return [*findings, Finding("weights", ok=True, found="not needed")]
    libraries = _library_finding(machine)
    return [*findings, libraries, *(_weight_findings(config, names, machine, fetch=fetch) if libraries.ok else [])]


def _gpu_findings(config: GenerationConfig, wanted: list[str], machine: Machine) -> list[Finding]:
    without = "or use generation/configs/procedural.yaml, which needs no GPU"
    gpus = machine.gpus()
    if gpus is None:
        advice = f"install NVIDIA's driver (Debian, Ubuntu: the package nvidia-driver) and restart, {without}"
        return [Finding("driver", ok=False, found="no NVIDIA driver (nvidia-smi not found)", advice=advice)]
    if not gpus:
        advice = f"check that it is passed to this container or virtual machine (docker: --gpus all), {without}"
        return [Finding("GPU", ok=False, found="the driver lists no GPU", advice=advice)]
    findings = [Finding("driver", ok=True, found=gpus[0].driver)]
    findings += [Finding(f"GPU {i}", ok=True, found=f"{gpu.name}, {gpu.total_mib} MiB") for i, gpu in enumerate(gpus)]
    usable = _torch_finding(gpus, machine)
    findings.append(usable)
    if not usable.ok:
        return findings
    findings += [_memory_finding(device, gpus, VRAM_MIB.get(config.backend, 0)) for device in wanted]
    return [*findings, *_renderer_findings(machine)]


def _torch_finding(gpus: list[Gpu], machine: Machine) -> Finding:
    built_for, count = machine.torch_cuda()
    if built_for is None:
        advice = "run generation/setup_env.sh, which installs the build with CUDA"
        return Finding("PyTorch", ok=False, found="built without CUDA", advice=advice)
    if count < 1:
        advice = f"update the driver to one for CUDA {built_for} or newer, and check CUDA_VISIBLE_DEVICES"
        found = f"built for CUDA {built_for}, which driver {gpus[0].driver} does not support"
        return Finding("PyTorch", ok=False, found=found, advice=advice)
    return Finding("PyTorch", ok=True, found=f"CUDA {built_for}, {count} of {len(gpus)} GPUs usable")


def _memory_finding(device: str, gpus: list[Gpu], needed_mib: int) -> Finding:
    index = int(device.partition(":")[2] or 0)
    if index >= len(gpus):
        advice = f"name cuda:0 to cuda:{len(gpus) - 1} in `devices:` of the configuration"
        return Finding(device, ok=False, found=f"no such device; number of GPUs: {len(gpus)}", advice=advice)
    free = gpus[index].free_mib
    advice = "stop the other programs that nvidia-smi lists, or choose another GPU by `devices:`"
    found = f"{free} MiB of memory free, about {needed_mib} needed"
    ok = free >= needed_mib
    return Finding(device, ok=ok, found=found, advice="" if ok else advice)


def _renderer_findings(machine: Machine) -> list[Finding]:
    compiler = machine.toolkit()
    toolkit = Finding("CUDA toolkit", ok=True, found=compiler or "no nvcc; gsplat's kernels are already compiled")
    try:
        return [toolkit, Finding("gsplat", ok=True, found=machine.renderer())]
    except Exception as error:  # a build can fail with any error of its tools; RendererMissing names the fix itself
        reason = next((line for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
        if compiler is None or not _same_major(machine, compiler):
            toolkit = _toolkit_fault(machine, compiler)
        advice = (
            "run generation/setup_env.sh, which installs it; the first use compiles its kernels, which takes minutes"
        )
        return [toolkit, Finding("gsplat", ok=False, found=reason.strip(), advice=advice)]


def _same_major(machine: Machine, compiler: str) -> bool:
    """Whether the compiler is of PyTorch's CUDA major version, as far as both say; PyTorch refuses any other."""
    ours, torchs = machine.compiler_cuda(compiler), machine.torch_cuda()[0]
    return ours is None or torchs is None or ours.partition(".")[0] == torchs.partition(".")[0]


def _toolkit_fault(machine: Machine, compiler: str | None) -> Finding:
    major = (machine.torch_cuda()[0] or "").partition(".")[0]
    found = "nvcc not found"
    if compiler is not None:
        found = f"{compiler} is of CUDA {machine.compiler_cuda(compiler)}, PyTorch of CUDA {machine.torch_cuda()[0]}"
    advice = f"install the CUDA toolkit {major}.x and set CUDA_HOME to it, or install a prebuilt gsplat"
    return Finding("CUDA toolkit", ok=False, found=found, advice=advice)


def weight_names(config: GenerationConfig) -> list[str]:
    """Return the names of weights that the options of `config` refer to."""
    named = [str(config.options[key]) for key in WEIGHT_OPTIONS if config.options.get(key)]
    return [name for name in named if name != COLOUR_KEY]


def _library_finding(machine: Machine) -> Finding:
    missing = machine.libraries()
    if missing:
        advice = "run generation/setup_env.sh, and use the environment it creates"
        return Finding("libraries", ok=False, found=f"not installed: {', '.join(missing)}", advice=advice)
    return Finding("libraries", ok=True, found=", ".join(LIBRARIES))


def _weight_findings(config: GenerationConfig, names: list[str], machine: Machine, *, fetch: bool) -> list[Finding]:
    given = config.options.get("weights")
    table = read_table(_expand(str(given)) if given else DEFAULT_TABLE)
    needed_mib = sum(table.entry(name).size_mib for name in dict.fromkeys(names))
    try:
        files = locate_weights(table, names, offline=True, fetch=machine.hub)
    except WeightsMissing as error:
        missing = Finding("weights", ok=False, found=str(error), advice="see docs/generation.md, section Weights")
    else:
        return [Finding("weights", ok=True, found=f"{', '.join(names)} ({needed_mib} MiB)"), *_pins(table, files)]
    disk = _disk_finding(machine, needed_mib)
    if not fetch or not disk.ok:
        return [disk, missing]
    try:
        files = locate_weights(table, names, offline=False, fetch=machine.hub)
    except WeightsMissing as error:
        return [disk, Finding("weights", ok=False, found=str(error), advice="see docs/generation.md, section Weights")]
    return [disk, Finding("weights", ok=True, found=f"fetched: {', '.join(names)}"), *_pins(table, files)]


def _pins(table: WeightsTable, files: Mapping[str, Files]) -> list[Finding]:
    """Note the weights that may change on their hub, and the commits that are on this machine."""
    unpinned = {name: commit_of(next(iter(files[name].values()))) for name in table.unpinned(files)}
    if not unpinned:
        return []
    found = ", ".join(f"{name} ({table.entry(name).revision})" for name in unpinned)
    commits = ", ".join(f"`revision: {commit}` for {name}" for name, commit in unpinned.items() if commit)
    advice = f"they may change on their hub; to keep these, add to the weights table: {commits or '`sha256`'}"
    return [Finding("not pinned", ok=True, found=found, advice=advice)]


def _disk_finding(machine: Machine, needed_mib: int) -> Finding:
    folder = _expand(os.environ.get("HF_HOME", "~/.cache/huggingface"))
    free, needed = machine.free_mib(folder), needed_mib + DISK_SPARE_MIB
    advice = "free some space, or set HF_HOME to a folder on a larger disk"
    found = f"{free} MiB free at {folder}, about {needed} needed"
    ok = free >= needed
    return Finding("disk", ok=ok, found=found, advice="" if ok else advice)


def _expand(path: str) -> Path:
    try:
        return expand_home(Path(path))
    except ValueError as error:
        raise SettingsError(str(error)) from error


def read_gpus(text: str) -> list[Gpu]:
    """Parse nvidia-smi's CSV of name, driver, total and free memory; lines in any other form are skipped."""
    rows = [[part.strip() for part in line.split(",")] for line in text.splitlines()]
    fitting = [row for row in rows if len(row) == 4 and row[2].isdigit() and row[3].isdigit()]
    return [Gpu(name, driver, int(total), int(free)) for name, driver, total, free in fitting]


def this_machine() -> Machine:
    """Return the access to this machine."""
    return Machine(
        _gpus, _torch_cuda, _missing_libraries, _toolkit, _renderer, _free_mib, fetch_from_hub, _compiler_cuda
    )


def _gpus() -> list[Gpu] | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    query = "--query-gpu=name,driver_version,memory.total,memory.free"
    command = [program, query, "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no outside input
    return read_gpus(done.stdout) if done.returncode == 0 else []


def _torch_cuda() -> tuple[str | None, int]:
    import torch  # noqa: PLC0415

    return torch.version.cuda, torch.cuda.device_count() if torch.cuda.is_available() else 0


def _missing_libraries() -> list[str]:
    return [name for name in LIBRARIES if importlib.util.find_spec(name) is None]


def _toolkit() -> str | None:
    home = os.environ.get("CUDA_HOME")
    return shutil.which("nvcc", path=f"{home}/bin" if home else None)


def _compiler_cuda(path: str) -> str | None:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  from the PATH
    release = re.search(r"release (\d+\.\d+)", done.stdout)
    return release[1] if release else None


def _renderer() -> str:
    from splats.render import warm_up  # noqa: PLC0415

    return warm_up("cuda")


def _free_mib(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free >> 20


def main(argv: Sequence[str] | None = None, machine: Machine | None = None) -> int:
    """Print the findings; return the exit status."""
    parser = FlagParser(prog="preflight", description="Check whether this machine can run a configuration.")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="YAML file (generation/configs/lgm.yaml)")
    parser.add_argument("--fetch", action="store_true", help="download missing weights")
    args = parser.parse_args(argv)
    try:
        findings = examine(read_yaml(args.config, GenerationConfig), machine or this_machine(), fetch=args.fetch)
    except SettingsError as error:
        parser.exit(2, f"preflight: {error}\n")
    faults = sum(not finding.ok for finding in findings)
    summary = f"{faults} faults: fix the first one and run this again" if faults else "ready: everything is in place"
    sys.stdout.write("\n".join([*map(str, findings), summary]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
