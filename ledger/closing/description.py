"""The system documentation (systemdokumentation), made from what is in force (BFL 5 kap. 11 §; BFNAR 2013:2 9.2-9.15).

An auditor, or whoever takes over, must be able to follow a voucher from its document to the statements: which accounts
there are and what they mean, which series of vouchers, where entries come from, what the program adds by which rule
and decision, how books are closed and sealed, and where everything lies for how long. It is Markdown in the language
of the federation, and holds no clock: the same workspace gives the same text.

It goes to auditors and into archives, and names no person. The words by which a rule knows a payment are often
somebody's name or bank account: the rule is described by what it asks for and where it books, and its words stand in
the unit's settings alone. An account that its chart masks is called by its number.
"""

from __future__ import annotations

import platform
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from ledger.books import program
from ledger.books.excerpt import discreet
from ledger.books.guard_bytes import visible
from ledger.books.sealed import seals_of
from ledger.books.source_rules import RuleTable
from ledger.books.template import PLUGINS
from ledger.books.workspace import Unit
from ledger.charts import load_chart
from ledger.closing.numbering import years_of
from ledger.errors import Problem
from ledger.federation import Federation
from ledger.messages import N_, current, say
from ledger.policy import ALWAYS
from ledger.reports.levy import percent
from ledger.rules.loans.terms import Terms
from ledger.seals import chain

#: Packages on which figures depend.
PACKAGES = ("beancount", "fava", "polars", "pydantic")
#: What of a rule may name a person, and what says where it books.
WORDS = frozenset({"text", "counterparty", "counterparty_account", "reference", "narration", "payee"})
GOALS = frozenset({"account", "split"})
OWN_SERIES = (
    ("L", N_("levy")),
    ("E", N_("exchange differences")),
    ("R", N_("rotating loans")),
    ("F", N_("funds")),
    ("X", N_("corrections")),
    ("Y", N_("year end")),
)
PLACES = (
    ("fava.conf", N_("settings of the federation")),
    ("units/policy.beancount", N_("rates and decisions: only the finance head edits it")),
    ("units/prices.beancount", N_("exchange rates: likewise")),
    ("units/adjustments/", N_("adjustments of the combined statements: likewise")),
    ("units/<unit>/unit.toml", N_("who the unit is, and where its files come from")),
    ("units/<unit>/accounts.beancount", N_("the unit's accounts")),
    ("units/<unit>/books/YYYY/YYYY-MM.beancount", N_("the vouchers of a month")),
    ("units/<unit>/books/YYYY/*.closed.beancount", N_("what a close has booked")),
    ("units/<unit>/documents/", N_("the vouchers' documents, under their SHA-256")),
    ("units/<unit>/seals.jsonl", N_("the seals of closed months, each chained to the one before")),
    ("units/<unit>/history.jsonl", N_("who did what, when, with which version")),
    ("units/history.jsonl", N_("the same of policy, prices and locked figures")),
    ("runs/", N_("combined figures that were locked")),
    (".sambok/", N_("caches; it may be deleted")),
)
RULES = (
    N_("Turnover is counted by posting date, in the unit's currency, without VAT, dealings between units apart."),
    N_("The levy due to date is rate times turnover of the fiscal year, rounded once, half away from zero."),
    N_("While a month is open, levy and exchange differences are worked out anew at each look; its close books them."),
    N_("A loan's charge is owed at each period's end (declining) or from its first day (flat); the close books it."),
    N_("What is held in another currency stands at the closing rate; the difference is income or cost of the month."),
    N_("The combined statements add all units, and eliminate what they have dealt with each other."),
)
SEALING = (
    N_("Each close seals the vouchers of the month: SHA-256 of what each says, of its text, and of its documents."),
    N_("Each seal holds the hash of the one before and of every other unit's latest: nobody can rewrite alone."),
    N_("A correction is a new voucher that names the one it corrects; sealed text is never changed."),
    N_("sambok verify proves it from the text alone; sambok archive --check proves an archive on any machine."),
)
RETENTION = (
    N_(
        "All of this is kept in good order for seven years after the calendar year in which the fiscal year ended (BFL "
        "7 kap. 2 §): sambok archive YEAR makes one file of a year, with all that is needed to read and prove it."
    ),
    N_("The files are plain text in UTF-8 and documents as they came; no program is needed to read them."),
)


def describe(federation: Federation) -> str:
    """The whole text.

    Args:
        federation: as it stands; units with errors are described as far as they can be read.
    """
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_Text(federation).lines())).rstrip("\n") + "\n"


class _Text:
    def __init__(self, federation: Federation) -> None:
        self.federation = federation
        self.ws = federation.workspace
        self.called = discreet(federation.books)
        self.number = 0

    def lines(self) -> Iterator[str]:
        yield "# " + say(N_("System documentation: {name}"), name=_plain(self.ws.config.federation.name))
        yield from self._section(N_("Organisation"), self._organisation())
        yield from self._section(N_("Units"), self._units())
        yield from self._section(N_("Accounts"), self._accounts())
        yield from self._section(N_("Series of vouchers"), self._series())
        yield from self._section(N_("Where entries come from"), self._sources())
        yield from self._section(N_("What the program adds, and by which rule"), self._rules())
        yield from self._section(N_("Rates and decisions"), self._policy())
        yield from self._section(N_("Closing, seals and history"), self._closing())
        yield from self._section(N_("Schedule"), self._schedule())
        yield from self._section(N_("Where everything lies"), _places())
        yield from self._section(N_("How long it is kept"), (f"{say(text)}\n" for text in RETENTION))
        yield from self._section(N_("Versions"), _versions())

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        self.number += 1
        yield f"\n## {self.number} {say(title)}\n"
        yield from lines

    def _organisation(self) -> Iterator[str]:
        said = self.ws.config.federation
        central = self.ws.central
        yield from _table(
            (N_("What"), N_("Value")),
            [
                (say(N_("Name")), said.name),
                (say(N_("Reporting currency")), said.currency),
                (say(N_("First day of the fiscal year")), said.fiscal_year_start),
                (say(N_("Language")), said.language),
                (say(N_("Central unit")), f"{central.name} ({central.slug})" if central else said.central),
                (say(N_("Tolerance of a pair, and of a period")), self._tolerance()),
            ],
        )
        yield ""
        yield say(N_("Legal persons, with their units:"))
        yield ""
        persons: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.ws.units.values():
            persons[unit.legal_person].append(unit)
        for units in persons.values():
            numbers = sorted({unit.organisation_number or "" for unit in units} - {""})
            names = ", ".join(_plain(unit.name) for unit in units)
            yield f"- {names}" + (f" ({', '.join(numbers)})" if numbers else "")

    def _tolerance(self) -> str:
        said = self.ws.config.intragroup
        return f"{said.tolerance} / {said.tolerance_total} {self.ws.currency}"

    def _units(self) -> Iterator[str]:
        heads = (N_("Unit"), N_("Name"), N_("Code"), N_("Kind"), N_("Currency"), N_("Chart"), N_("Level"), N_("Member"))
        rows = []
        for unit in self.ws.units.values():
            member = f"{unit.joined or ''}–{unit.left or ''}" if unit.joined or unit.left else say(N_("always"))
            kind = f"{unit.entity}, {unit.status}" + ("" if unit.combine else ", combine = false")
            level = " / ".join(unit.levels) or "-"
            rows.append((unit.slug, unit.name, unit.code, kind, unit.currency, unit.chart, level, member))
        yield from _table(heads, rows)
        broken = sorted(problem.unit or problem.where for problem in self.ws.left_out)
        if broken:
            yield "\n" + say(N_("Left out, because their settings have errors: {units}."), units=", ".join(broken))

    def _accounts(self) -> Iterator[str]:
        """Each chart's roles, and the accounts that books open, with the line that they stand on."""
        by_chart: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in self.ws.units.values():
            own = unit.slug if unit.chart.endswith(".toml") else ""
            by_chart[unit.chart, own].append(unit)
        for (name, _), units in sorted(by_chart.items()):
            yield "### " + say(N_("Chart {name}"), name=_plain(name)) + "\n"
            yield say(N_("Units: {units}."), units=", ".join(unit.slug for unit in units)) + "\n"
            try:
                chart = load_chart(name, units[0].folder)
            except Problem as problem:
                yield problem.text() + "\n"
                continue
            yield say(N_("Digest of its file: {digest}."), digest=chart.digest[:16]) + "\n"
            rows: dict[tuple[str, str], tuple[str, set[str]]] = {}
            for unit in units:
                summary = self.federation.books.units[unit.slug].summary
                for row in summary.accounts if summary is not None else ():
                    line = chart.place(row.account, row.code)
                    text = line.label(current()) if line is not None else "-"
                    account = self.called(unit.slug, row.account)
                    rows.setdefault((account, row.code or "-"), (text, set()))[1].add(unit.slug)
            heads = (N_("Account"), N_("Code"), N_("Line of the statements"), N_("Units"))
            found = [(a, c, text, str(len(slugs))) for (a, c), (text, slugs) in sorted(rows.items())]
            yield from _table(heads, found)
            yield ""
            roles = [(role, chart.role(role).account) for role in sorted(chart.roles)]
            yield from _table((N_("Role for the program's rules"), N_("Account")), roles)
            yield ""

    def _series(self) -> Iterator[str]:
        yield say(N_("A series runs 1, 2, 3 ... over a fiscal year without a gap; a gap has its reason in the book."))
        yield ""
        letters = ", ".join(f"{letter} {say(text)}" for letter, text in OWN_SERIES)
        yield say(
            N_("Series of the program's own: {series}; with an S before it where a unit uses the letter."),
            series=letters,
        )
        yield ""
        rows = []
        for slug, book in self.federation.books.units.items():
            if book.ok:
                for year in years_of(self.federation.books, slug):
                    for name, one in year.series.items():
                        last = max(one.used, default=0)
                        rows.append((slug, str(year.year), name or "-", one.hand, f"{min(one.used, default=0)}-{last}"))
        yield from _table((N_("Unit"), N_("Fiscal year"), N_("Series"), N_("Whose"), N_("Numbers")), rows)

    def _sources(self) -> Iterator[str]:
        yield say(N_("By hand into the month's file, in the browser, or imported from these sources:")) + "\n"
        rows = [
            (unit.slug, source.name, source.format, source.account or "-", str(len(source.rule)))
            for unit in self.ws.units.values()
            for source in unit.sources
        ]
        yield from _table((N_("Unit"), N_("Source"), N_("Format"), N_("Account"), N_("Rules")), rows)
        yield ""
        mapped = [
            (unit.slug, source.name, str(number), self._goals(unit.slug, rule), _rule(rule))
            for unit in self.ws.units.values()
            for source in unit.sources
            for number, rule in enumerate(source.rule, 1)
        ]
        if mapped:
            yield say(N_("Rules by which imported payments find their account, the first that fits:")) + "\n"
            yield (
                say(N_("The words behind … may name persons; they stand in units/<unit>/unit.toml, in this order."))
                + "\n"
            )
            yield from _table((N_("Unit"), N_("Source"), N_("No."), N_("Account"), N_("Rule")), mapped)

    def _goals(self, slug: str, rule: RuleTable) -> str:
        """Where a rule books."""
        if rule.account is not None:
            return self.called(slug, rule.account)
        parts = ((part.amount if part.share is None else part.share, part) for part in rule.split)
        return ", ".join(f"{self.called(slug, part.account)} ({size})" for size, part in parts)

    def _rules(self) -> Iterator[str]:
        for text in RULES:
            yield f"- {say(text)}"
        yield ""
        for name in PLUGINS:
            doc = (import_module(name).__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
            yield f"- `{name}`: {doc}"
        yield ""
        yield say(N_("Digest of the rules' sources: {digest}."), digest=program.rules())

    def _policy(self) -> Iterator[str]:
        policy = self.federation.policy
        decisions = [
            (d.id, d.date.isoformat(), d.body, d.text, f"{d.amount} {d.currency}" if d.amount is not None else "-")
            for d in sorted(policy.decisions.values(), key=lambda d: (d.date, d.id))
        ]
        yield from _table((N_("Decision"), N_("Date"), N_("Body"), N_("Text"), N_("Amount")), decisions)
        yield ""
        values = [
            *((say(N_("levy rate of {unit}"), unit=e.scope), percent(e.rate), e) for e in policy.rates),
            *((say(N_("component {name}"), name=e.name), percent(e.share), e) for e in policy.components),
            *((f"levy-{e.kind} {e.scope}", f"{e.amount} {e.currency}", e) for e in policy.amounts),
            *(
                (say(N_("loan cycle {name} in {unit}"), name=e.name, unit=e.book), _terms(e.terms), e)
                for e in policy.cycles
            ),
            *((say(N_("base")), ("+" if e.include else "-") + str(e.codes), e) for e in policy.base),
        ]
        rows = [
            (what, value, e.start.isoformat(), "-" if e.until == ALWAYS else e.until.isoformat(), e.decision)
            for what, value, e in values
        ]
        yield from _table((N_("What"), N_("Value"), N_("From"), N_("Until"), N_("Decision")), rows)

    def _closing(self) -> Iterator[str]:
        for text in SEALING:
            yield f"- {say(text)}"
        yield ""
        rows = []
        for slug, unit in self.ws.units.items():
            try:
                seals = seals_of(unit.folder)
            except Problem as problem:
                rows.append((slug, "-", problem.text(), "-"))
                continue
            if seals:
                closed = {seal.period: seal.draft.kind == "close" for seal in seals}
                months = [period for period, is_closed in closed.items() if is_closed]
                mark = chain.fingerprint(seals[-1].content)
                rows.append((slug, max(months, default="-"), str(len(seals)), mark))
        yield from _table((N_("Unit"), N_("Latest month"), N_("Seals"), N_("Fingerprint")), rows)

    def _schedule(self) -> Iterator[str]:
        jobs = self.ws.config.schedule
        if not jobs:
            yield say(N_("Nothing is scheduled: people run the commands."))
            return
        yield from _table((N_("Job"), N_("When")), [(name, str(value)) for name, value in sorted(jobs.items())])


def _places() -> Iterator[str]:
    yield from _table((N_("Place"), N_("What lies there")), [(f"`{place}`", say(text)) for place, text in PLACES])


def _versions() -> Iterator[str]:
    rows = [("Sambok", program.version()), ("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:
            rows.append((name, "-"))
    yield from _table((N_("Program"), N_("Version")), rows)


def _rule(rule: RuleTable) -> str:
    """What a rule asks for and says, without the words that may name a person."""
    said = rule.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True)
    parts = [f"{key} = {'…' if key in WORDS else value}" for key, value in said.items() if key not in GOALS]
    if rule.split:
        parts.append(say(N_("split in {count}"), count=len(rule.split)))
    return ", ".join(parts)


def _terms(terms: Terms) -> str:
    """A cycle's share value and charge: `1000 SEK, 1 % declining, month`."""
    share = f"{terms.share_value} {terms.currency}"
    return f"{share}, {percent(terms.charge)} {terms.method}, {terms.period}" if terms.charge else share


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield say(N_("None."))
        return
    yield "| " + " | ".join(say(head) for head in heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_plain(cell) for cell in row) + " |"


def _plain(text: str) -> str:
    """A text as it may stand in a cell: one line, no marks."""
    return re.sub(r"([\\|<>\[\]])", r"\\\1", visible(text)) if not text.startswith("`") else text
