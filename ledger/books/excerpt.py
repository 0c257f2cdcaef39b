"""The line that an error names, as it stands in its file: nobody should have to open a book to see what is meant.

What finds an error often knows only figures, with the file and line that they come from. The text is looked up where
errors are shown, not where they are found, so that rules stay free of files.

Whoever keeps a book sees its lines. Whoever looks at all books together sees none that may name a person: lines of a
voucher, or of an `open`, with an account that the unit's chart masks (pay, persons' loans, members' contributions;
SPEC 10). Nor are they told which member of a group did what: in a book that is its members' own, what names one is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ledger.books.guard_bytes import clip, read_file
from ledger.books.unitbook import Books
from ledger.books.workspace import Workspace
from ledger.charts import Chart, load_chart
from ledger.errors import Problem

ACCOUNT = re.compile(r"[^\W\d_][\w-]*(?::[\w-]+)+")
#: A numbered part of an account's name, also where a slip of the pen has broken the account in two.
NUMBERED = re.compile(r"(?<![\w-])([0-9]{2,8})-(?=[^\W\d_])")
CODE = re.compile(r"""code:\s*"([0-9]{2,8})\"""")
OPEN = re.compile(r"^\S+ open (\S+)")
#: What stands where a person's name would.
NAMELESS = "…"


class Lines:
    """Lines of books, each file read once.

    Args:
        ws: the workspace; only files below its `units/` are read, as the guard reads them: no links, no strange bytes.
    """

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self._texts: dict[str, list[str]] = {}

    def of(self, file: str) -> list[str]:
        """The lines of a file; none where it can't be read."""
        if file not in self._texts:
            data, _ = read_file(self.ws.root / file, self.ws.units_folder, file)
            self._texts[file] = (data or b"").decode("utf-8").split("\n")
        return self._texts[file]

    def entry(self, file: str, line: int) -> str:
        """The whole directive in which a line stands: from what isn't indented to the next such line."""
        lines = self.of(file)
        start = min(line, len(lines)) - 1
        while start > 0 and (not lines[start].strip() or lines[start][0].isspace()):
            start -= 1
        end = max(start + 1, min(line, len(lines)))
        while end < len(lines) and lines[end][:1].isspace():
            end += 1
        return "\n".join(lines[max(start, 0) : end])


def quote(ws: Workspace, problems: Iterable[Problem]) -> None:
    """Give each problem that names a line of a book, but doesn't show it, that line.

    Args:
        ws: the workspace.
        problems: what is wrong; changed in place.
    """
    texts = Lines(ws)
    for problem in problems:
        if problem.excerpt is not None or not problem.line or not problem.file:
            continue
        lines = texts.of(problem.file)
        if problem.line <= len(lines):
            problem.excerpt = clip(lines[problem.line - 1])


def for_all(books: Books, problems: Iterable[Problem]) -> list[Problem]:
    """Problems as the federation's views show them: without lines of units' books that may name a person.

    Args:
        books: the books.
        problems: with their excerpts; not changed.
    """
    discreet = _Discreet(books)
    return [discreet.shown(problem) for problem in problems]


def discreet(books: Books) -> Callable[[str, str], str]:
    """What a unit's account is called where persons aren't named: by its number where the chart masks it.

    Returns:
        Takes the unit's slug and the account; of a unit whose chart can't be read, only the account's root is said.
    """
    found = _Discreet(books)
    return found.called


class _Discreet:
    """Which lines of units' books are for the unit alone."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.lines = Lines(books.workspace)
        self._charts: dict[str, Chart | None] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def shown(self, problem: Problem) -> Problem:
        """The problem, or a copy without its excerpt, and with accounts called by their numbers."""
        file = problem.file or ""
        slug = file.split("/")[1] if file.startswith("units/") and file.count("/") > 1 else ""
        if slug not in self.books.workspace.units or not file.endswith(".beancount"):
            return problem  # central's own files and settings name no persons
        params = {name: ACCOUNT.sub(lambda m: self._called(slug, m[0]), text) for name, text in problem.params.items()}
        if not self.books.workspace.units[slug].combine:
            params |= dict.fromkeys(problem.personal & params.keys(), NAMELESS)
        excerpt = problem.excerpt
        if excerpt is not None:
            text = f"{excerpt}\n{self.lines.entry(file, problem.line)}" if problem.line else excerpt
            excerpt = None if self.masked(slug, text) else excerpt
        if excerpt == problem.excerpt and params == problem.params:
            return problem
        return Problem.from_dict({**problem.to_dict(), "excerpt": excerpt, "params": params})

    def called(self, slug: str, account: str) -> str:
        """The same where nobody can tell: then it is masked."""
        known = self._chart(slug) is not None
        return self._called(slug, account) if known else f"{account.partition(':')[0]}:…"

    def _called(self, slug: str, account: str) -> str:
        """What an account is called where persons aren't named."""
        chart = self._chart(slug)
        if chart is None or not self.masked(slug, account):
            return account
        code = next(code for code in sorted(self._numbers(slug, account)) if chart.is_in("masked", code))
        return f"{account.partition(':')[0]}:{code}-…"

    def _numbers(self, slug: str, account: str) -> set[str]:
        """The codes that an account may have: on its `open`, and in its name."""
        own = {part.partition("-")[0] for part in account.split(":")[1:] if part[:1].isdigit()}
        return own | {self._coded(slug).get(account, "")}

    def masked(self, slug: str, text: str) -> bool:
        """Whether an account in a text is one of those whose payees are persons; so is any where nobody can tell."""
        chart = self._chart(slug)
        if chart is None:
            return True
        found = {*NUMBERED.findall(text), *CODE.findall(text)}
        for account in ACCOUNT.findall(text):
            found |= self._numbers(slug, account)
        return any(chart.is_in("masked", code) for code in found if code.isdigit())

    def _chart(self, slug: str) -> Chart | None:
        if slug not in self._charts:
            unit = self.books.workspace.units[slug]
            try:
                self._charts[slug] = load_chart(unit.chart, unit.folder)
            except Problem:
                self._charts[slug] = None
        return self._charts[slug]

    def _coded(self, slug: str) -> dict[str, str]:
        """Codes of accounts that carry them on their `open`; of a book that can't be loaded, its accounts file's."""
        if slug not in self._codes:
            book = self.books.units.get(slug)
            if book is not None and book.summary is not None:
                self._codes[slug] = {row.account: row.code for row in book.summary.accounts if row.code}
            else:
                self._codes[slug] = self._read(f"units/{slug}/accounts.beancount")
        return self._codes[slug]

    def _read(self, file: str) -> dict[str, str]:
        found: dict[str, str] = {}
        account = ""
        for line in self.lines.of(file):
            if not line[:1].isspace():
                opened = OPEN.match(line)
                account = opened[1] if opened else ""
            elif account and (code := CODE.search(line)):
                found[account] = code[1]
        return found
