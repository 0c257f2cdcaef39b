"""The key that signs seals, where the federation has one (`ledger.seals.signing`).

It is the person's or the server's own, never a part of the workspace: whoever copies the books must not get it. So its
place is named by the environment, `SAMBOK_SIGNING_KEY`: a PEM file that only its owner may read.
"""

from __future__ import annotations

import os
from pathlib import Path

from ledger.books import Workspace
from ledger.closing.problems import SigningKeyInWorkspace
from ledger.seals.signing import Signer

VARIABLE = "SAMBOK_SIGNING_KEY"


def signing_key(ws: Workspace) -> Signer | None:
    """The key by which seals are signed here; None where none is named.

    Raises:
        SigningKeyInWorkspace: it lies among the books.
        SigningKeyRefused: it is no key, or others may read it.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return None
    path = Path(named).expanduser()
    if path.resolve().is_relative_to(ws.root.resolve()):
        raise SigningKeyInWorkspace(path=named)
    return Signer.load(path)
