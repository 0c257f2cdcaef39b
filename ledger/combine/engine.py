"""The combined statements of a federation, from its books and what the rules make of them (SPEC 10, order).

Booked text → provisional entries → the group's lines → scope → translation → matching → elimination → adjustments →
check. A federation owned by its members is no parent: nothing of equity is eliminated but what units hold in each
other, and the sum is called combined, never consolidated.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.books import Books, UnitBook, Workspace
from ledger.charts import Chart, load_chart
from ledger.combine.adjusting.adjusted import adjustments
from ledger.combine.closing_rates import missing_rates
from ledger.combine.combined import Combined
from ledger.combine.dealings.hints import with_hints
from ledger.combine.dealings.items import Item
from ledger.combine.dealings.pairs import Pairs
from ledger.combine.dealings.settle import Settled
from ledger.combine.dealings.unrealised import Unrealised
from ledger.combine.dealings.written_down import written_down
from ledger.combine.divisions import division_problems
from ledger.combine.flows import LEFT, Part, Source, months_are_enough, whole_months
from ledger.combine.levels import Path, find_level
from ledger.combine.mapping import Mapper
from ledger.combine.model import CTA, ZERO, GroupEntry, GroupPosting, PairRow, Place, Row
from ledger.combine.ownership.owned import ownership
from ledger.combine.period import last_booked
from ledger.combine.presentation import refuse_missing, reporting_in
from ledger.combine.problems import PeriodWrong, UnitErrors
from ledger.combine.provisional import Entries, Run
from ledger.combine.scope import Scope, counting
from ledger.combine.translation import translate_unit
from ledger.errors import Problem, order
from ledger.memo import aside, lasting, memo_of
from ledger.rules.rates import CrossRates, Rates


def combine(
    books: Books,
    run: Run,
    *,
    date_from: dt.date | None = None,
    date_to: dt.date | None = None,
    currency: str | None = None,
    level: str | None = None,
) -> Combined:
    """Combine all books of a federation.

    Args:
        books: the loaded books.
        run: provisional entries.
        date_from: first day of income and expense (default: the start of `date_to`'s fiscal year).
        date_to: day of the balance sheet (default: the end of the last month with a booked posting).
        currency: report in this currency (default: the federation's reporting currency).
        level: combine only units of this level (a name, or a path: `Sverige/Östergötland`); the others are outsiders.

    Returns:
        The combined figures. Units with errors are left out, and `complete` is False.

    Raises:
        PeriodWrong: the period ends before it begins.
        LevelUnknown: no unit has the level.
        LevelAmbiguous: several levels are called so.
        MissingRate: `currency` has no rate.
    """
    own = books.workspace.currency
    if currency in {None, own}:
        return _combined(books, run, date_from, date_to, own, level)
    with aside():  # what is remembered of the ordinary figures stays
        return _combined(books, run, date_from, date_to, str(currency), level)


def _combined(
    books: Books, run: Run, date_from: dt.date | None, date_to: dt.date | None, currency: str, level: str | None
) -> Combined:
    given, ws = books, books.workspace
    path = None if level is None else find_level(ws.units.values(), level)
    date_to = date_to or last_booked(books)
    date_from = date_from or ws.fiscal_year(date_to)[0]
    if date_from > date_to:
        raise PeriodWrong(date_from=date_from, date_to=date_to)
    rates = CrossRates.of(Rates.from_entries(books.central_text.prices, ws.currency), currency)
    ws = reporting_in(ws, rates, date_to)
    books = replace(books, workspace=ws)
    scope, problems = _scope(books, date_from, date_to, path)
    setting = repr((ws.config, ws.units, rates, date_from, date_to, path))
    made = {slug: _part(books, run, slug, scope, rates, setting) for slug in scope.units}
    parts = {slug: part for slug, part in made.items() if isinstance(part, Part)}
    problems += [fault for faults in made.values() if not isinstance(faults, Part) for fault in faults]
    fallen = frozenset(scope.units) - frozenset(parts)
    scope = replace(scope, units={s: scope.units[s] for s in parts}, broken=scope.broken | fallen)
    setting = repr((setting, sorted(scope.units), sorted(scope.broken)))
    parts = {slug: _scoped(ws, part, scope, setting) for slug, part in parts.items()}
    adjusted = adjustments(given, parts, scope, rates)
    done, pairs, faults = _match(books, parts, adjusted.items, (scope, rates, setting))
    entries = [*(e for part in parts.values() for e in part.entries), *adjusted.entries, *done.entries]
    owned = ownership(books, parts, scope, rates, entries)
    entries += owned.entries
    problems += [*adjusted.problems, *faults, *owned.problems]
    problems += [problem for part in parts.values() for problem in part.source.problems]
    problems += [*_closing_vouchers(ws, parts.values()), *division_problems(ws, parts.values())]
    problems += missing_rates(given, parts.values(), books.central_text.prices)
    if currency != given.workspace.currency:
        refuse_missing(problems, currency)
    combined = Combined(
        currency=currency,
        date_from=date_from,
        date_to=date_to,
        complete=not problems and not run.problems and not books.central_text.problems and not ws.problems,
        trial_balance=_rows(parts.values(), entries),
        entries=tuple(sorted(entries, key=lambda e: (e.date, e.column, e.kind, e.key, e.section))),
        unmatched=tuple(done.findings),
        translation=(*(t for part in parts.values() for t in part.translations), *adjusted.translations),
        problems=tuple(sorted(set(problems), key=order)),
        level=level,
        pairs=pairs,
        adjustments=tuple(adjusted.used),
        adjusted_in=given.workspace.currency,
        shares=tuple(owned.shares),
        parts=parts,
        counted=done.counted,
    )
    combined.check()
    return combined


def _scope(books: Books, date_from: dt.date, date_to: dt.date, level: Path | None) -> tuple[Scope, list[Problem]]:
    """The units of a run; those whose books have errors are named, and left out."""
    ws = books.workspace
    wanted = counting(ws.units, date_from, date_to, level)
    unknown = sorted({p.unit for p in ws.problems if p.unit and p.unit not in ws.units})
    problems: list[Problem] = [UnitErrors(unit=s, file=f"units/{s}/unit.toml", slug=s, count=1) for s in unknown]
    good = {}
    for slug, unit in wanted.items():
        book = books.units.get(slug)
        if book is not None and book.ok and slug not in ws.faulty:
            good[slug] = unit
        else:
            count = max(len(book.problems) if book else 1, 1)
            problems.append(UnitErrors(unit=slug, file=ws.shown(unit.main), slug=slug, count=count))
    return Scope(
        ws.units, good, (frozenset(wanted) - frozenset(good)).union(unknown), level, date_from, date_to
    ), problems


def _source(book: UnitBook, provisional: Entries, first_month: int) -> Source:
    return Source(book, provisional.summary, lambda: provisional.entries, tuple(provisional.problems), first_month)


def _closing_vouchers(ws: Workspace, parts: Iterable[Part]) -> list[Problem]:
    """Vouchers that close a whole balance sheet and can't be left out, where they spoil the period's figures."""
    found = []
    for part in parts:
        scope, foreign = part.scope, part.unit.currency != ws.currency
        for doubt in part.source.closings.doubts:
            if doubt.touches(scope.date_from, scope.until(part.unit.slug), foreign=foreign):
                doubt.problem.unit = part.unit.slug
                doubt.problem.file = ws.shown(str(doubt.problem.file))
                found.append(doubt.problem)
    return found


def _part(books: Books, run: Run, slug: str, scope: Scope, rates: Rates, setting: str) -> Part | list[Problem]:
    """A unit's share, or what keeps it out; `setting` is all that it depends on besides the book and its levy."""
    book = books.units[slug]
    unit = book.unit
    try:
        chart = load_chart(unit.chart, unit.folder)
    except Problem as problem:
        return [problem]
    provisional = run.at(slug, scope.until(slug), scope.date_from)
    return memo_of(books.workspace.root).get(
        ("part", slug),
        lambda: _new_part(books.workspace, *_ground(books.workspace, book, provisional, chart), scope, rates),
        same=(book, provisional.summary, chart),
        equal=setting,
    )


def _scoped(ws: Workspace, part: Part, scope: Scope, setting: str) -> Part:
    """The share in a scope that knows which units have fallen out, with what goes out of it."""
    name = ("scoped part", part.unit.slug)
    return memo_of(ws.root).get(name, lambda: _leaving(replace(part, scope=scope)), same=(part,), equal=setting)


def _ground(ws: Workspace, book: UnitBook, provisional: Entries, chart: Chart) -> tuple[Source, Mapper]:
    """What a unit's share rests on, whatever the period: its two stages, and the places of their accounts."""

    def work() -> tuple[Source, Mapper]:
        source = _source(book, provisional, ws.first_month)
        return source, Mapper(book.unit, chart, (row for summary in source.summaries for row in summary.accounts))

    return lasting(ws.root).get(
        ("ground", book.unit.slug),
        work,
        same=(book, provisional.summary, chart),
        equal=(ws.first_month, tuple(provisional.problems)),
    )


def _new_part(ws: Workspace, source: Source, mapper: Mapper, scope: Scope, rates: Rates) -> Part | list[Problem]:
    unit = source.book.unit
    slug = unit.slug
    faults = mapper.problems((row.account for row in source.balances()), ws.shown(unit.main))
    for fault in faults:
        fault.file = ws.shown(fault.file or unit.main)
    if faults:
        return [*faults, UnitErrors(unit=slug, file=ws.shown(unit.main), slug=slug, count=len(faults))]
    flows = None
    if months_are_enough(source, mapper, scope):
        flows = lasting(ws.root).get(
            ("months", slug, ws.currency), lambda: whole_months(source, mapper, ws.currency), same=(source, mapper)
        )
    if flows is not None:
        part = Part(unit, mapper, source, scope, flows)
    else:
        try:
            made = translate_unit(mapper, source.transactions(), scope, rates, ws.first_month)
        except Problem as problem:
            problem.unit = slug
            problem.file = ws.shown(problem.file or ws.prices_file)
            left_out = UnitErrors(unit=slug, file=ws.shown(unit.main), slug=slug, case="beside", cause=problem.code)
            return [problem, left_out]
        part = Part(unit, mapper, source, scope, *made)
    return part


def _leaving(part: Part) -> Part:
    """A legal entity that leaves takes its net assets, with their translation difference, on the line Left."""
    unit, day = part.unit, part.scope.leaves(part.unit.slug)
    if day is None:
        return part
    sums = _sums([part], part.entries)
    taken = [
        GroupPosting(place, column, -amount)
        for (place, column), amount in sorted(sums.items())
        if amount and (place.group.root in {"Assets", "Liabilities"} or column == CTA)
    ]
    if not taken:
        return part
    out = GroupPosting(LEFT, unit.slug, -sum((p.amount for p in taken), ZERO))
    entry = GroupEntry(day, unit.slug, "left", unit.slug, (unit.slug,), (*taken, out))
    return replace(part, entries=(*part.entries, entry))


def _match(
    books: Books,
    parts: dict[str, Part],
    adjusted: Mapping[str, Sequence[Item]],
    terms: tuple[Scope, Rates, object],
) -> tuple[Settled, tuple[PairRow, ...], list[Problem]]:
    """Eliminations and what didn't match, the pair matrix, and what can't be valued."""
    ws = books.workspace
    scope, rates, setting = terms
    pairs = Pairs(ws, parts, scope, rates, setting, adjusted)
    settler = pairs.settle()
    stock = Unrealised(ws, parts, scope, rates, settler.done.entries, settler.done.findings)
    stock.run()
    lowered, odd = written_down(ws, parts, scope, rates)
    settler.done.entries += lowered
    settler.done.findings += odd
    done = settler.finish(ws.config.intragroup.tolerance_total)
    done.findings = with_hints(done.findings, ws, parts)
    return done, pairs.matrix(done, settler), stock.problems


def _sums(parts: Iterable[Part], entries: Iterable[GroupEntry]) -> dict[tuple[Place, str], Decimal]:
    """Σ by place and column."""
    sums: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)
    for part in parts:
        for cell, amount in part.sums.items():
            sums[cell] += amount
    for entry in entries:
        for posting in entry.postings:
            sums[posting.place, posting.column] += posting.amount
    return sums


def _rows(parts: Iterable[Part], entries: Iterable[GroupEntry]) -> tuple[Row, ...]:
    """The trial balance: in the order of the statements, then account, then unit; nothing that is zero."""
    sums = _sums(parts, entries)
    chosen = sorted(sums.items(), key=lambda s: (s[0][0].group.order, s[0][0].account, s[0][1]))
    return tuple(Row(place.line, place.account, column, amount) for (place, column), amount in chosen if amount)
