"""setup_env.sh and the scripts of the parts, driven in a copy of the repository with stand-ins on the PATH."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TOOLS = [
    "bash",
    "cat",
    "cksum",
    "tr",
    "awk",
    "sed",
    "grep",
    "uname",
    "df",
    "dirname",
    "mkdir",
    "rm",
    "head",
    "tail",
    "ln",
    "chmod",
    "cp",
    "printf",
    "true",
]

# Answers as an interpreter of the given version would; runs the project's own tools with the real one.
PYTHON = """#!/bin/bash
echo "python $*" >>"$CALLS"
case "$*" in
  *version_info*) exit {unsuitable} ;;
  *sys.executable*) echo "$0" ;;
  *sys.prefix*) echo "${{0%/bin/python}}" ;;
  --version) echo "Python {version}" ;;
  "-c import venv"*) exit {no_venv} ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m uv"*|*"install --quiet --disable-pip-version-check uv") exit 1 ;;
  "-m tools.pm2_config"*) exec "{real}" "$@" --cuda no ;;
  "-m tools.check_environment kernels") ;;
  "-m tools.check_environment"*) echo "renderer: stand-in" ;;
esac
"""
UV = """#!/bin/bash
echo "uv $*" >>"$CALLS"
case "$*" in
  "venv "*) mkdir -p "${@: -1}/bin" && cp "$(dirname "$0")/python3.12" "${@: -1}/bin/python" ;;
  "python find"*) exit 1 ;;
esac
"""
CONDA = """#!/bin/bash
echo "conda $*" >>"$CALLS"
case "$*" in
  "env list") cat "$HOME/envs" 2>/dev/null ;;
  "env create "*) echo "three-gen-mining  $HOME/mining" >"$HOME/envs"
      mkdir -p "$HOME/mining/bin" && cp "$(dirname "$0")/python3.12" "$HOME/mining/bin/python" ;;
  "run --name three-gen-mining python "*) shift 4; exec "$HOME/mining/bin/python" "$@" ;;
esac
"""


@dataclass
class Sandbox:
    """A copy of the repository and a PATH that holds nothing but ordinary commands and the stand-ins put there."""

    root: Path
    bin: Path
    home: Path

    def put(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)

    def put_python(self, name: str, version: str = "3.12.4", suitable: bool = True, no_venv: int = 0) -> None:
        script = PYTHON.format(version=version, unsuitable=int(not suitable), no_venv=no_venv, real=sys.executable)
        self.put(name, script)

    def run(self, script: str = "setup_env.sh", *args: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": str(self.bin), "HOME": str(self.home), "CALLS": str(self.home / "calls"), "LC_ALL": "C"}
        command = [str(self.bin / "bash"), str(self.root / script), *args]
        return subprocess.run(
            command, env=env, cwd="/", capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )

    def calls(self) -> list[str]:
        log = self.home / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def forget_calls(self) -> None:
        (self.home / "calls").unlink()


@pytest.fixture
def sandbox(root: Path, tmp_path: Path) -> Sandbox:
    box = Sandbox(tmp_path / "a copy", tmp_path / "bin", tmp_path / "home")
    box.bin.mkdir()
    box.home.mkdir()
    for folder in ("tools", "serving"):
        shutil.copytree(root / folder, box.root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup_env.sh", "pyproject.toml", "constraints.txt"):
        shutil.copy(root / name, box.root / name)
    for part in ("generation", "validation", "neurons", "prompter"):
        (box.root / part).mkdir()
        for path in [*(root / part).glob("*.sh"), *(root / part).glob("*.yml"), root / part / "requirements.txt"]:
            shutil.copy(path, box.root / part / path.name)
    for tool in TOOLS:
        (box.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    return box


@pytest.fixture
def machine(sandbox: Sandbox) -> Sandbox:
    """An ordinary machine: Python 3.12 and uv."""
    sandbox.put_python("python3.12")
    sandbox.put("uv", UV)
    return sandbox


def only_line(text: str) -> str:
    lines = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_without_python_one_line_says_which_versions_serve(sandbox: Sandbox) -> None:
    done = sandbox.run()
    assert done.returncode == 1
    assert only_line(done.stderr) == "setup: needs a 64-bit Python 3.11, 3.12 or 3.13 on the PATH; found none"


def test_an_old_python_is_named(sandbox: Sandbox) -> None:
    sandbox.put_python("python3", version="3.9.2", suitable=False)
    done = sandbox.run()
    assert done.returncode == 1
    assert only_line(done.stderr).endswith("found Python 3.9.2")


def test_the_newest_python_that_runs_is_taken(sandbox: Sandbox) -> None:
    sandbox.put("python3.13", "#!/bin/bash\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    sandbox.put_python("python3.12", version="3.12.4")
    sandbox.put_python("python3.11", version="3.11.9")
    sandbox.put("uv", UV)
    done = sandbox.run()
    assert done.returncode == 0, done.stderr
    assert f"uv venv --quiet --python {sandbox.bin}/python3.12 {sandbox.root}/.venv" in sandbox.calls()


def test_too_little_disk_space_is_reported_before_anything_is_created(machine: Sandbox) -> None:
    (machine.bin / "df").unlink()
    machine.put(
        "df", "#!/bin/bash\necho Filesystem 1024-blocks Used Available\necho disk 9999999 9999999 3145728 99%\n"
    )
    done = machine.run()
    assert done.returncode == 1
    assert "not enough disk: needs about" in only_line(done.stderr)
    assert "3 GiB are free" in done.stderr
    assert not (machine.root / ".venv").exists()


def test_no_network_is_one_clear_line(machine: Sandbox) -> None:
    machine.put(
        "uv", UV + 'case "$*" in "pip install"*) echo "error: dns error: failed to lookup" >&2; exit 2;; esac\n'
    )
    done = machine.run()
    assert done.returncode == 1
    assert only_line(done.stderr).startswith(
        "setup: no network: could not install the packages; connect and run this again"
    )


def test_another_failure_is_reported_with_the_installers_last_lines(machine: Sandbox) -> None:
    machine.put("uv", UV + 'case "$*" in "pip install"*) echo; echo "no wheel for av"; echo; exit 2;; esac\n')
    done = machine.run()
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("setup: could not install the packages: no wheel for av (details: ")


def test_on_a_terminal_progress_shows_and_a_failure_is_still_reported(machine: Sandbox) -> None:
    machine.put("uv", UV + 'case "$*" in "pip install"*) echo "downloading" >&2; echo "no wheel"; exit 2;; esac\n')
    controller, terminal = pty.openpty()
    env = {"PATH": str(machine.bin), "HOME": str(machine.home), "CALLS": str(machine.home / "calls")}
    command = [str(machine.bin / "bash"), str(machine.root / "setup_env.sh")]
    done = subprocess.run(command, env=env, stderr=terminal, stdout=subprocess.DEVNULL, check=False)
    shown = ""
    while "details" not in shown:
        shown += os.read(controller, 10_000).decode()
    os.close(terminal)
    os.close(controller)
    assert done.returncode == 1
    assert shown.splitlines()[0] == "downloading"
    assert "could not install the packages: no wheel" in shown.splitlines()[-1]


def test_a_failed_install_is_taken_up_again(machine: Sandbox) -> None:
    machine.put("uv", UV + 'case "$*" in "pip install"*) exit 2;; esac\n')
    assert machine.run().returncode == 1
    machine.put("uv", UV)
    machine.forget_calls()
    assert machine.run().returncode == 0
    assert any(call.startswith("uv pip install") for call in machine.calls())


def test_the_second_run_installs_nothing(machine: Sandbox) -> None:
    assert machine.run().returncode == 0
    machine.forget_calls()
    done = machine.run()
    assert done.returncode == 0
    assert done.stdout == done.stderr == ""
    assert not any("install" in call or "venv" in call for call in machine.calls())


def test_new_pins_are_installed(machine: Sandbox) -> None:
    assert machine.run().returncode == 0
    machine.forget_calls()
    with (machine.root / "constraints.txt").open("a") as file:
        file.write("# newer\n")
    assert machine.run().returncode == 0
    assert [call.split()[:3] for call in machine.calls() if call.startswith("uv p")] == [["uv", "pip", "install"]]


def test_a_moved_repository_is_installed_again(machine: Sandbox) -> None:
    assert machine.run().returncode == 0
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    machine.forget_calls()
    assert machine.run().returncode == 0
    assert any(call.startswith("uv pip install") for call in machine.calls())


def test_a_broken_environment_is_created_again(machine: Sandbox) -> None:
    assert machine.run().returncode == 0
    (machine.root / ".venv/bin/python").unlink()
    done = machine.run()
    assert done.returncode == 0
    assert "no longer works; creating it again" in done.stdout
    assert (machine.root / ".venv/bin/python").exists()


def test_without_uv_pip_serves(sandbox: Sandbox) -> None:
    sandbox.put_python("python3.11")
    done = sandbox.run()
    assert done.returncode == 0, done.stderr
    assert "uv not found" in done.stdout
    assert any(call.startswith("python -m pip install --disable-pip-version-check -c") for call in sandbox.calls())


def test_a_python_without_venv_names_the_package_to_install(sandbox: Sandbox) -> None:
    sandbox.put_python("python3", no_venv=1)
    done = sandbox.run()
    assert done.returncode == 1
    assert "apt-get install python3-venv" in only_line(done.stderr)


def test_an_unknown_part_is_refused(machine: Sandbox) -> None:
    done = machine.run("setup_env.sh", "generations")
    assert done.returncode == 1
    assert only_line(done.stderr).startswith("setup: unknown part 'generations'")


def test_without_conda_a_part_gets_a_virtual_environment_of_its_name(machine: Sandbox) -> None:
    done = machine.run("generation/setup_env.sh")
    assert done.returncode == 0, done.stderr
    home = machine.root / ".venvs/three-gen-mining"
    assert f"uv pip install --python {home}/bin/python -r generation/requirements.txt" in machine.calls()
    assert f'"interpreter": "{home}/bin/python"' in (machine.root / "generation/generation.config.js").read_text()
    assert done.stdout.splitlines()[-1] == "renderer: stand-in"


def test_with_conda_a_part_gets_a_conda_environment(machine: Sandbox) -> None:
    machine.put("conda", CONDA)
    done = machine.run("generation/setup_env.sh")
    assert done.returncode == 0, done.stderr
    created = "conda env create --name three-gen-mining --file generation/conda_env_mining.yml"
    assert [call for call in machine.calls() if call.startswith("conda env")] == ["conda env list", created]
    assert not any(call.startswith("uv ") for call in machine.calls())
    config = (machine.root / "generation/generation.config.js").read_text()
    assert f'"interpreter": "{machine.home}/mining/bin/python"' in config


def test_a_conda_environment_is_updated_only_when_something_changed(machine: Sandbox) -> None:
    machine.put("conda", CONDA)
    assert machine.run("generation/setup_env.sh").returncode == 0
    machine.forget_calls()
    assert machine.run("generation/setup_env.sh").returncode == 0
    assert [call for call in machine.calls() if call.startswith("conda env")] == ["conda env list"]
    (machine.root / "constraints.txt").write_text("# newer\n")
    assert machine.run("generation/setup_env.sh").returncode == 0
    assert "conda env update --name three-gen-mining --file generation/conda_env_mining.yml" in machine.calls()


def test_a_conda_that_creates_nothing_is_reported(machine: Sandbox) -> None:
    machine.put("conda", '#!/bin/bash\necho "conda $*" >>"$CALLS"\n')
    done = machine.run("generation/setup_env.sh")
    assert done.returncode == 1
    assert "Conda's environment three-gen-mining has no Python" in only_line(done.stderr)


def test_the_operators_pm2_file_is_kept(machine: Sandbox) -> None:
    assert machine.run("generation/setup_env.sh").returncode == 0
    config = machine.root / "generation/generation.config.js"
    config.write_text(config.read_text().replace("8093", "8193"))
    done = machine.run("generation/setup_env.sh")
    assert done.returncode == 0
    assert "kept generation/generation.config.js: you changed it" in done.stdout
    assert "8193" in config.read_text()


@pytest.mark.parametrize("part", ["validation", "neurons", "prompter"])
def test_every_part_sets_up_by_the_same_script(machine: Sandbox, part: str) -> None:
    done = machine.run(f"{part}/setup_env.sh")
    assert done.returncode == 0, done.stderr
    assert (machine.root / f".venvs/three-gen-{part}/bin/python").exists()
