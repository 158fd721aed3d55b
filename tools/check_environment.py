"""Check that an environment works, delete stale kernels, prepare the renderer and print its name.

python -m tools.check_environment PART

Run by setup_env.sh with the environment's Python. Exits with status 1 and one line that names the fault.
"""

from __future__ import annotations

import hashlib
import importlib
import shutil
import subprocess
import sys
from pathlib import Path

from serving.terminal import accept_any_text

SPLATS = Path(__file__).resolve().parent.parent / "splats"

MODULES = {
    "everything": ["torch", "torchvision", "bittensor", "gsply", "av", "pytest"],
    "generation": ["torch", "numba", "zstandard", "av", "trimesh", "fastapi"],
    "validation": ["torch", "torchvision", "open_clip", "numba", "zstandard", "fastapi"],
    "neurons": ["bittensor", "fastapi"],
    "prompter": ["bittensor", "fastapi"],
    "kernels": [],
}
"""Modules that each part must be able to import; `kernels` only checks the compiled kernels."""


def broken(modules: list[str]) -> str | None:
    """Return the first of `modules` that does not import, with the reason in one line, or None."""
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:  # torchvision with an incompatible torch raises RuntimeError
            return f"{name} does not import: {error!s}".splitlines()[0]
    return None


def gpu_complaint(torch_sees_cuda: bool, driver_lists: str | None) -> str | None:
    """Return one line on why torch cannot use this machine's NVIDIA device, or None if it can or there is none.

    `driver_lists` is the output of `nvidia-smi -L`, None without a driver.
    """
    if torch_sees_cuda or not driver_lists:
        return None
    return f"the driver lists {driver_lists.splitlines()[0]}, but PyTorch cannot use it: is the driver too old?"


def renderer_lines(cuda: bool) -> list[str]:
    """Prepare the renderer and return a line with its name, preceded by the reason if CUDA cannot render."""
    from splats.errors import RendererMissing
    from splats.render import warm_up

    complaint = []
    if cuda:
        try:
            return [f"renderer: {warm_up('cuda')}"]
        except RendererMissing as error:
            complaint = [f"setup: the CUDA device cannot render yet: {error}"]
    return [*complaint, f"renderer: {warm_up('cpu')}"]


def forget_stale_kernels(folder: Path) -> bool:
    """Delete the compiled kernels cached under `folder` if any source under `folder` has changed since.

    numba notices only a change of a kernel's own file, not of what it takes from another. Return whether they were
    deleted.
    """
    stamp = folder / "__pycache__" / "kernels.sha256"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.rglob("*.py")))).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    for kernel in (*folder.rglob("__pycache__/*.nbi"), *folder.rglob("__pycache__/*.nbc")):
        kernel.unlink()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest)
    return True


def main() -> int:
    """Print the findings and return the exit status."""
    accept_any_text()
    part = sys.argv[1]
    forget_stale_kernels(SPLATS)
    fault = broken(MODULES[part])
    if fault:
        print(f"setup: the environment does not work: {fault}", file=sys.stderr)
        return 1
    if "torch" in MODULES[part]:
        import torch

        complaint = gpu_complaint(torch.cuda.is_available(), _driver_lists())
        if complaint:
            print(f"setup: {complaint}")
        for line in renderer_lines(torch.cuda.is_available()):
            print(line)
    return 0


def _driver_lists() -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    found = subprocess.run([program, "-L"], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else None


if __name__ == "__main__":
    raise SystemExit(main())
