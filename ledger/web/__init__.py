"""Web: own Fava launcher, federation ledger, to-do pages."""

from __future__ import annotations

from ledger.web.server import serve

__all__ = ["serve"]
