"""What a person should hear although their action was done, in the browser: above every page, until it is settled.

A command says it once, when it ends (`ledger.books.notices`). Here nothing ends: what the latest change left to say
stands above the pages until the next change leaves something else, or nothing; that git has no copy, until it has one.
"""

from __future__ import annotations

from ledger.books import Workspace, git, notices
from ledger.books.problems_write import GitFailed
from ledger.errors import Problem


class Heard:
    """The notices of one server."""

    def __init__(self) -> None:
        self._standing: tuple[Problem, ...] = ()

    def hear(self, *, changed: bool) -> None:
        """Take what was told while a request was answered.

        Args:
            changed: whether it changed something, and did; then what was told before is over.
        """
        found = notices.take()
        kept = () if changed else self._standing
        self._standing = tuple(dict.fromkeys([*kept, *found]))

    def standing(self, ws: Workspace, slug: str | None) -> list[Problem]:
        """What is to be shown now.

        Args:
            ws: the workspace.
            slug: the unit whose page it is; None: the federation's, which shows all.
        """
        if any(isinstance(problem, GitFailed) for problem in self._standing) and not git.waits(ws):
            self._standing = tuple(p for p in self._standing if not isinstance(p, GitFailed))
        return [p for p in self._standing if slug is None or p.unit in {None, slug}]


def in_words(problems: list[Problem]) -> list[str]:
    """Each as a sentence with its remedy."""
    return [f"{problem.text()} {problem.remedy_text()}" for problem in problems]
