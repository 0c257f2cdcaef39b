"""The query page: what it may run, as a list of what is allowed rather than of what is forbidden.

Beanquery's shell has commands that write files, read any path and change settings for everybody (`.output`,
`CREATE TABLE ... USING 'csv:...'`, `.set`). Only what reads the ledger stays; a command that a new version brings is
off until it is put in the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from fava.core.query_shell import FavaBQLShell, QueryShell

from ledger.web.problems import WebQueryRefused

#: Statements and commands that only read the ledger (`do_reload` has nothing to load: the shell has no source).
ALLOWED = frozenset(
    "on_Select on_Balances on_Journal on_Print on_Reload do_reload do_run do_help do_tables do_describe "
    "do_exit do_quit do_EOF".split()
)


def _refused(*_arguments: object) -> None:
    raise WebQueryRefused


class ReadingShell(FavaBQLShell):
    """Fava's shell, which finds only the allowed statements and commands.

    The dispatcher looks up `on_<Statement>` and `do_<command>`; a statement without a handler would be executed as
    it is, so every name gets one.
    """

    def __getattribute__(self, name: str) -> Any:
        """As everywhere, except for commands and statements outside the list."""
        if name.startswith(("do_", "on_")) and name not in ALLOWED:
            return _refused
        return super().__getattribute__(name)


class ReadingQueries(QueryShell):
    """Queries one at a time: the shell keeps its connection and its output on itself."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger)
        self.shell = ReadingShell(ledger)
        self._lock = Lock()

    def execute_query_serialised(self, entries: Sequence[Any], query: str) -> Any:
        """As Fava's, alone."""
        with self._lock:
            return super().execute_query_serialised(entries, query)

    def query_to_file(self, entries: Sequence[Any], query_string: str, result_format: str) -> Any:
        """As Fava's, alone."""
        with self._lock:
            return super().query_to_file(entries, query_string, result_format)
