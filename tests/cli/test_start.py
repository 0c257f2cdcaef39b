"""How `sambok` begins: what Ctrl-C does before there is anything to interrupt."""

from __future__ import annotations

import signal
import subprocess
import sys

PRESSED = """
import os, signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Pressed())
from ledger.cli.start import main
main()
"""


def pressed_at(name):
    return subprocess.run(
        [sys.executable, "-c", PRESSED.format(name=name), "--version"], capture_output=True, text=True, check=False
    )


def test_ctrl_c_while_the_program_is_read_says_nothing():
    found = pressed_at("click")
    assert (found.returncode, found.stdout, found.stderr) == (-signal.SIGINT, "", "")


def test_without_it_the_command_runs():
    found = pressed_at("nothing")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("sambok")
