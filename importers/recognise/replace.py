"""Placing again: lines that wait on suspense are looked at anew with what is known now (SPEC 11, Recognition).

An invoice may come after its payment, a deposit's file after the bank's, the other unit's book after this one's. So the
waiting lines of open months are taken out of the picture together and placed again, oldest first; what has become
certain is rewritten in place, with the same `source-id`. It ends the same whichever file came first, and doing it twice
changes nothing. What a person has edited is left alone. All files of a unit change in one job of the one writer.

A rule may have booked a payment on claims or debts before its invoice was there. Then the money is right, but payment
and invoice stand open beside each other: such a payment gets the link of the item that its reference names, else of the
payer's only one with exactly its amount. A link that stands is never taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace as changed

from beancount.core import data

from importers.book import BookView, load_view
from importers.booktext import render
from importers.recognise.callbacks import RECEIPT, is_unconfirmed
from importers.recognise.invoices import settle, settle_party
from importers.recognise.moves import Move, PlaceReport
from importers.recognise.place import Recogniser
from importers.recognise.placed import Payment, Placed, payment
from importers.recognise.pool import Pool
from importers.recognise.texts import Texts
from importers.recognise.waiting import Waiting, rebuilt, unlinked, untouched, waits
from importers.recognise.worth import Worths, with_totals
from ledger.books import Unit, UnitBook, Workspace, load_books
from ledger.books.write import Block, Note, apply, unit_lock
from ledger.errors import Problem
from ledger.subledger import scan_movements

#: Times that what still waits is looked at again; each time more has become certain, so few are enough.
ROUNDS = 10


def place_again(ws: Workspace, unit: Unit, *, dry_run: bool = False) -> PlaceReport:
    """Place a unit's waiting lines with what is known now.

    Args:
        ws: the workspace.
        unit: whose books.
        dry_run: nothing is written.

    Returns:
        What became of them. A problem (books that can't be read, are busy, or changed meanwhile) is in it, and then
        nothing was written.
    """
    report = PlaceReport(unit.slug)
    try:
        with unit_lock(ws, unit.slug):
            _place(ws, unit, report, dry_run=dry_run)
    except Problem as problem:
        problem.unit = unit.slug
        report.problem = problem
        report.moves.clear()
    return report


def _place(ws: Workspace, unit: Unit, report: PlaceReport, *, dry_run: bool) -> None:
    book = load_books(ws, [unit.slug]).units[unit.slug]
    if book.summary is not None and not book.summary.flagged and not _may_link(book):
        return
    view = load_view(ws, unit, own_days=False)
    view.entries = [with_totals(e, unit.currency) for e in view.entries]
    entries = [e for e in view.transactions if waits(view, e)]
    texts = Texts(ws, unit)
    mine = [w for e in entries if (w := untouched(view, e)) is not None and texts.find(e)]
    report.left = len(entries) - len(mine)
    moves, opened = anew(view, mine, texts.find)
    report.moves = moves
    report.waiting = len(entries) - report.placed + sum(m.linked and m.after.flag == "!" for m in moves)
    if report.moves and not dry_run:
        used = {p.account for m in report.moves for p in m.after.postings}
        opens = [Block(e.date, render(e)) for e in opened if e.account in used]
        note = Note("place", details={"entries": str(len(report.moves))})
        apply(ws, unit, texts.changes([(m.before, m.after) for m in report.moves], opens), note=note)


def _may_link(book: UnitBook) -> bool:
    """Whether a book has both, items with a link and payments without one; read from its columns, which is quick."""
    moved = [m for m in scan_movements(book, str) if m.kind != "clearing"]
    return any(m.key for m in moved) and any(not m.key or m.key.startswith("dep-") for m in moved)


def anew(
    view: BookView, waiting: Sequence[Waiting], ours: Callable[[data.Transaction], bool]
) -> tuple[list[Move], list[data.Open]]:
    """Place entries again, until nothing changes: what one of them settles may tell of another.

    Args:
        view: the book.
        waiting: entries of it that wait, in its order.
        ours: whether another entry of it stands as the importer wrote it, so that it may get its link.

    Returns:
        Those that change, and the accounts that must be opened for them.
    """
    first = {_name(w.entry): w.entry for w in waiting}
    entries, now = list(view.entries), list(waiting)
    opened: dict[str, data.Open] = {}

    def mine(entry: data.Transaction) -> bool:
        return _name(entry) in first or ours(entry)

    for _ in range(ROUNDS):
        certain = {id(w.entry): _certain(w) for w in now}
        standing = [e for e in (certain.get(id(e), e) for e in entries) if e is not None]
        rest = BookView(view.unit, standing, view.closed, view.ws)
        asked = {id(w.entry): w for w in now}
        asked |= {id(e): w for e in _transactions(entries) if (w := unlinked(rest, e)) is not None}
        after = _again(rest, [asked[id(e)] for e in entries if id(e) in asked], mine)
        opened |= {e.account: e for e in rest.take_opened()}
        moved = [e for e in _transactions(entries) if id(e) in after and render(e) != render(after[id(e)])]
        first |= {_name(e): e for e in moved if _name(e) not in first}
        entries = [*(opened[a] for a in opened if a not in view.opens), *(after.get(id(e), e) for e in entries)]
        if not moved:
            break
        still = [e for e in _transactions(entries) if e.flag == "!" and _name(e) in first]
        now = [w for e in still if (w := untouched(rest, e)) is not None]
    last = {_name(e): e for e in _transactions(entries)}
    moves = [Move(before, last[name]) for name, before in first.items() if render(before) != render(last[name])]
    return moves, list(opened.values())


def _transactions(entries: Iterable[data.Directive]) -> Iterator[data.Transaction]:
    return (e for e in entries if isinstance(e, data.Transaction))


def _name(entry: data.Transaction) -> str:
    return str(entry.meta.get("source-id", ""))


def _certain(waiting: Waiting) -> data.Transaction | None:
    """What stands of an entry of several payments whatever becomes of those that wait; None of one payment's.

    A deposit is on its way to the bank, and its other payments have settled what they settled. What was called back is
    a deposit of one payment.
    """
    if waiting.alone and not is_unconfirmed(waiting.entry):
        return None
    gone = {place for place, _ in waiting.parts}
    return waiting.entry._replace(postings=[p for i, p in enumerate(waiting.entry.postings) if i not in gone])


def _again(
    view: BookView, asked: Sequence[Waiting], ours: Callable[[data.Transaction], bool]
) -> dict[int, data.Transaction]:
    """Entries placed against a book in which nothing that waits stands, and payments with the item that they name.

    Returns:
        Entries as they become, by the identity of the one that stands.
    """
    recognisers: dict[str, Recogniser] = {}
    found: dict[int, data.Transaction] = {}
    loose: list[Waiting] = []
    pool = view.shared(Pool)
    for one in asked:
        if one.placed:
            named = [(i, p) for i, p in _payments(one) if pool.named({*p.exact, *p.words})]
            links = {i: settle(view, pool, p, on=_account(one, i)) for i, p in named if ours(one.entry)}
            found |= _with(view, one, links)
            loose += [one] if id(one.entry) not in found else []
            continue
        if one.source.name not in recognisers:
            recognisers[one.source.name] = Recogniser(view, one.source)
        recogniser = recognisers[one.source.name]
        units = one.entry.postings[0].units
        assert units is not None
        day, parts = one.entry.date, [part for _, part in one.parts]
        if recogniser.of_bank and len(parts) == len(one.entry.postings) - 1:
            told = () if one.alone else parts
            receipt = str(one.entry.meta.get(RECEIPT, ""))
            placed = recogniser.place_line(one.line, told, day, units.currency, receipt=receipt)
        else:
            placed = [recogniser.place(part, day, units.currency, alone=one.alone) for part in parts]
        found[id(one.entry)] = _rebuilt(view, one, placed)
    return found | _by_party(view, loose, ours)


def _by_party(
    view: BookView, loose: Sequence[Waiting], ours: Callable[[data.Transaction], bool]
) -> dict[int, data.Transaction]:
    """Payments that name nothing, with their payer's item: after all those that do, for theirs is the better right."""
    if not loose:
        return {}
    found: dict[int, data.Transaction] = {}
    pool = view.shared(Pool)
    # What was set off against an earlier claim of the payer has paid that one.
    whole = {(i.where, i.account, i.open) for i in pool.items if len(i.movements) == 1}
    for one in loose:
        where = view.place(one.entry)
        likely = [
            (i, p)
            for i, p in _payments(one)
            if (where, _account(one, i), -p.amount) in whole
            and pool.of_party(p.amount, p.currency, p.part.counterparty)
        ]
        found |= _with(view, one, {i: settle_party(pool, p, _account(one, i)) for i, p in likely if ours(one.entry)})
    return found


def _with(view: BookView, one: Waiting, links: Mapping[int, Placed | None]) -> dict[int, data.Transaction]:
    """The entry with the items that were found for its payments; nothing where none was."""
    found = {place: placed for place, placed in links.items() if placed is not None}
    if not found:
        return {}
    mine = changed(one, parts=tuple(part for part in one.parts if part[0] in found))
    return {id(one.entry): _rebuilt(view, mine, [found[place] for place, _ in mine.parts])}


def _rebuilt(view: BookView, one: Waiting, placed: Sequence[Placed]) -> data.Transaction:
    """The entry with new other sides, which are worth what stood there."""
    if not one.entry.postings[0].price:
        return rebuilt(one, list(placed))
    worths = view.shared(Worths)
    return worths.exact(rebuilt(one, worths.placed(one.entry, [place for place, _ in one.parts], placed)))


def _account(one: Waiting, place: int) -> str:
    return one.entry.postings[place].account


def _payments(one: Waiting) -> Iterator[tuple[int, Payment]]:
    """What waits of an entry, as recognition looks at it."""
    for place, part in one.parts:
        units = one.entry.postings[0].units  # of the line: what waits may stand in the books' currency
        assert units is not None
        yield place, payment(part, one.entry.date, units.currency, alone=one.alone)
