"""Node.js programs that tests use, each installed at an exact version into .cache/node (nothing global).

python -m tools.node_tools pm2    install it if necessary and print the path of the program

Standard library only. Needs npm on the PATH.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from serving.terminal import accept_any_text

ROOT = Path(__file__).resolve().parent.parent
INSTALL_S = 300.0


@dataclass(frozen=True)
class NodeTool:
    """An npm package at one version, and the program in it."""

    package: str
    version: str
    program: str


TOOLS = {
    "pm2": NodeTool("pm2", "7.0.4", "pm2"),
    "playwright-core": NodeTool("playwright-core", "1.65.1", "playwright-core"),
    "splat-transform": NodeTool("@playcanvas/splat-transform", "2.7.1", "splat-transform"),
}


class NodeToolMissing(Exception):
    """npm is missing or could not install the program; the message names the reason."""


def program(name: str) -> Path:
    """Return the program's path, installing it on the first call.

    Raises NodeToolMissing, or KeyError for an unknown name.
    """
    tool = TOOLS[name]
    folder = ROOT / ".cache" / "node" / f"{name}-{tool.version}"
    path = folder / "node_modules" / ".bin" / tool.program
    if path.exists():
        return path
    npm = shutil.which("npm")
    if npm is None:
        raise NodeToolMissing(f"{name} needs Node.js: npm is not on the PATH")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}\n")  # without it, npm installs into a parent folder
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", f"{tool.package}@{tool.version}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode != 0 or not path.exists():
        raise NodeToolMissing(f"npm could not install {tool.package}@{tool.version}: {done.stderr.strip()[-300:]}")
    return path


if __name__ == "__main__":
    accept_any_text()
    sys.stdout.write(f"{program(sys.argv[1])}\n")
