"""Where the federation's folder is: `--workspace`, then `SAMBOK_WORKSPACE`, then the nearest folder above (SPEC 2).

Nothing of the workspace is read here: a command that only repeats its last answer must not pay for its settings.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.books.problems import WorkspaceMissing


def find_root(option: str | None, start: Path | None = None) -> Path:
    """The workspace's folder: `--workspace`, `SAMBOK_WORKSPACE`, or the nearest ancestor with a `fava.conf`.

    Raises:
        WorkspaceMissing: none of them has a `fava.conf`.
    """
    named = option or os.environ.get("SAMBOK_WORKSPACE")
    here = Path(named).absolute() if named else (start or Path.cwd()).absolute()
    for folder in (here,) if named else (here, *here.parents):
        if (folder / "fava.conf").is_file():
            return Path(os.path.realpath(folder))
    raise WorkspaceMissing(start=here)
