"""A program ends with the status of its main function, whatever its threads and its libraries' destructors do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PRELUDE = """
import sys, threading
from serving.ending import run_program
"""


def start(root: Path, code: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", PRELUDE + code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def run(root: Path, code: str) -> tuple[int, str, str]:
    with start(root, code) as child:
        out, err = child.communicate(timeout=60)
    return child.returncode, out, err


@pytest.mark.parametrize(
    ("end", "status", "error"),
    [
        ("return 3", 3, ""),
        ("sys.exit(4)", 4, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit('no such file')", 1, "no such file\n"),
        ("raise KeyboardInterrupt", 130, ""),
    ],
)
def test_the_status_is_that_of_main(root: Path, end: str, status: int, error: str) -> None:
    assert run(root, _main(end)) == (status, "printed\n", error)


def _main(end: str) -> str:
    return f"""
def main():
    print("printed")
    {end}
run_program(main)
"""


def test_an_unexpected_error_is_printed(root: Path) -> None:
    status, _, err = run(root, _main("raise ValueError('unexpected')"))
    assert status == 1
    assert "ValueError: unexpected" in err


@pytest.mark.parametrize(
    "obstacle",
    [
        "threading.Thread(target=threading.Event().wait).start()",
        "globals()['kept'] = type('Kept', (), {'__del__': lambda self: threading.Event().wait()})()",
    ],
)
def test_neither_a_thread_nor_a_destructor_keeps_it_alive(root: Path, obstacle: str) -> None:
    assert run(root, _main(f"{obstacle}\n    return 0")) == (0, "printed\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_main_handles_signals_ends_it_at_once(root: Path, number: signal.Signals) -> None:
    code = """
def main():
    print("importing", flush=True)
    threading.Event().wait()
run_program(main, status_of_early_stop=0)
"""
    with start(root, code) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "importing\n"
        child.send_signal(number)
        assert child.wait(60) == 0


@pytest.mark.parametrize(
    "program", ["neurons/serve_miner.py", "neurons/serve_validator.py", "prompter/serve_collector.py"]
)
def test_programs_handle_signals_before_they_import_what_takes_seconds(root: Path, program: str) -> None:
    load = f"import runpy; runpy.run_path({str(root / program)!r}, run_name='module')"
    assert run(root, f"{load}; print('pydantic' in sys.modules)")[1] == "False\n"
