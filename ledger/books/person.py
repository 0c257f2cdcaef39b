"""Who does what is being done: the name that goes into vouchers, the history and git.

It is taken, in this order, from the command line (`--by NAME`), `SAMBOK_BY`, git's `user.name` in the workspace, and
the name that the person is logged in by. It names; it proves nothing: that is for access control and signatures.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import subprocess
import unicodedata
from functools import lru_cache
from pathlib import Path

VARIABLE = "SAMBOK_BY"
LONGEST = 60
#: They would end a text in a book, or a name in git.
NOT_IN_NAMES = str.maketrans(dict.fromkeys('"\\<>', " "))
#: An outer git command (a hook of it runs Sambok, perhaps) must not say which repository is meant.
GIT_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
GIT_SECONDS = 10

_named: list[str] = []


def plain(name: str) -> str:
    """A name as it may stand in a book: one line, composed (NFC), without quotes and control characters."""
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in unicodedata.normalize("NFC", name))
    return " ".join(text.translate(NOT_IN_NAMES).split())[:LONGEST].strip()


def use(name: str | None) -> None:
    """Take `name` for whoever works from now on in this process; None: nobody was named on the command line."""
    _named[:] = [plain(name)] if name and plain(name) else []


def person(root: Path | None = None) -> str:
    """Who works here; never empty.

    Args:
        root: the workspace, whose repository may name somebody; default: the folder that the command was called in.
    """
    if _named:
        return _named[0]
    return plain(os.environ.get(VARIABLE, "")) or git_name(root or Path.cwd()) or _login()


def git_name(root: Path) -> str:
    """Git's `user.name` in a folder; empty where there is none."""
    return _git_value(str(root), "user.name", os.environ.get("HOME", ""), os.environ.get("GIT_CONFIG_GLOBAL", ""))


def git_address(root: Path) -> str:
    """Git's `user.email` in a folder; empty where there is none."""
    return _git_value(str(root), "user.email", os.environ.get("HOME", ""), os.environ.get("GIT_CONFIG_GLOBAL", ""))


def git_environment() -> dict[str, str]:
    """This process's environment as far as git may see it."""
    return {key: value for key, value in os.environ.items() if key not in GIT_PLACES}


@lru_cache(maxsize=16)
def _git_value(root: str, key: str, *surroundings: str) -> str:
    """A value of git's settings; asked once per process, folder and surroundings."""
    del surroundings
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found = subprocess.run(
            ["git", "-C", root, "config", "--get", key],  # noqa: S607  the person's own git
            capture_output=True,
            check=False,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            timeout=GIT_SECONDS,
        )
        return plain(found.stdout.decode("utf-8", "replace"))
    return ""


def _login() -> str:
    """The name that the person is logged in by; the machine's number of them where it knows no name."""
    with contextlib.suppress(KeyError, OSError, ImportError):
        if name := plain(getpass.getuser()):
            return name
    return f"uid {os.getuid()}"
