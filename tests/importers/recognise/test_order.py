"""Whatever comes first, it ends the same: invoices, deposits and the bank's lines in any order, placed again each time.

Payments are such as people make: by OCR in full, in part and too much, by number in reference or text, several invoices
in one, twice, taken back, unknown; some without a name or in another's. The bank's own files keep their order.
"""

import datetime as dt
from decimal import Decimal

from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.model import BankLine
from importers.book import BookView
from importers.postings import posting
from importers.recognise.place import Recogniser
from importers.recognise.replace import anew
from importers.recognise.waiting import untouched, waits
from tests.importers.recognise.conftest import source, unit, view

NAMES = ("Kund AB", "Bo Berg", "Anna Holm")
D = Decimal


def march(day):
    return dt.date(2026, 3, day)


def invoice(number, who, amount, ocr, day):
    meta = {"invoice": str(number), "filename": "f", "lineno": number} | ({"reference": f"{number}7"} if ocr else {})
    links = frozenset({f"inv-repris-{number}"})
    postings = [
        posting("Assets:1510-Kundfordringar", D(amount), "SEK"),
        posting("Income:3001-Försäljning-25", -D(amount), "SEK"),
    ]
    return data.Transaction(meta, march(day), "*", NAMES[who], f"Faktura {number}", frozenset(), links, postings)


def deposit(number, amount, day):
    postings = [
        posting("Assets:1582-Swish-på-väg", D(amount), "SEK", {"reference": str(number)}),
        posting("Income:3001-Försäljning-25", -D(amount), "SEK"),
    ]
    meta, links = {"filename": "f", "lineno": number}, frozenset({f"dep-{number}"})
    return data.Transaction(meta, march(day), "*", None, "Swish", frozenset(), links, postings)


@st.composite
def histories(draw):
    """Events in one order, and in another: `("add", entry)` and `("bank", lines)`."""
    told = st.tuples(
        st.integers(0, 2), st.sampled_from(["100.00", "200.00", "-100.00"]), st.booleans(), st.integers(1, 20)
    )
    invoices = [invoice(1001 + i, *one) for i, one in enumerate(draw(st.lists(told, min_size=1, max_size=4)))]
    paid_in = st.tuples(st.sampled_from(["111.00", "222.00"]), st.integers(1, 20))
    # Of two deposits of one amount neither is certain, and one that comes alone is: amounts are each its own here.
    deposits = draw(st.lists(paid_in, max_size=2, unique_by=lambda one: one[0]))
    deposits = [deposit(i + 1, *one) for i, one in enumerate(deposits)]
    lines, together, back = [], set(), set()
    for index in range(draw(st.integers(1, 6))):
        one = _payment(draw, invoices, deposits, together, back, {line.text for _, line in lines}, march(5 + 3 * index))
        if one is not None:
            lines.append((f"bank-{index + 1}", one))
    cut = draw(st.integers(0, len(lines)))
    files = [("bank", part) for part in (lines[:cut], lines[cut:]) if part]
    events = [*(("add", entry) for entry in invoices + deposits), *files]
    left = iter(files)
    return events, [next(left) if kind == "bank" else (kind, what) for kind, what in draw(st.permutations(events))]


def _payment(draw, invoices, deposits, together, back, said, day):
    first, other = draw(st.sampled_from(invoices)), draw(st.sampled_from(invoices))
    number, amount = first.meta["invoice"], first.postings[0].units.number
    ocr = first.meta.get("reference", number)
    name = draw(st.sampled_from([first.payee, first.payee, "", "Zeta"]))
    how = draw(st.sampled_from(["ocr", "part", "over", "number", "text", "two", "back", "card", "deposit"]))
    if how == "card":
        return BankLine(day, D("-17.50"), counterparty="Zeta", text="kortköp")
    if how == "deposit":
        chosen = draw(st.sampled_from(deposits)) if deposits else first
        return BankLine(day, chosen.postings[0].units.number, text="Insättning")
    if how == "two":
        both = {number, other.meta["invoice"]}
        sum_ = amount + other.postings[0].units.number
        known = any(n in text for n in both for text in said)
        if len(both) == 1 or first.payee != other.payee or known or not sum_:
            return None
        together |= both
        return BankLine(day, sum_, counterparty=name, text=f"{number} och {other.meta['invoice']}")
    if how == "back" and number in back:  # one that goes to and fro is a person's
        return None
    back |= {number} if how == "back" else set()
    if number in together:  # whoever pays one of them again has it settled by whichever line is certain first
        return None
    sizes = {"part": amount / 4, "over": amount * 5 / 4, "back": -amount}
    said_so = {"text": f"faktura {number}"} if how == "text" else {"text": f"nr{number}"}  # nr1001 is no word 1001
    quoted = "" if how == "text" else number if how == "number" else ocr
    return BankLine(day, sizes.get(how, amount), counterparty=name, reference=quoted, **said_so)


class World:
    """A book in memory that is fed event by event."""

    def __init__(self, owner=None):
        self.owner = owner or unit()
        self.entries = list(view("").entries)

    def view(self):
        def rank(entry):
            where = str(entry.meta.get("filename")), entry.meta.get("lineno", 0)
            return (entry.date, not isinstance(entry, data.Open), *where)

        return BookView(self.owner, sorted(self.entries, key=rank))

    def take(self, kind, what):
        if kind == "add":
            self.entries.append(what)
        else:
            book = self.view()
            recogniser = Recogniser(book, book.unit.sources[0])
            self.entries += [entry_of(recogniser, line, source_id) for source_id, line in what]
        moved = self.moves()
        self.entries = [moved.get(id(entry), entry) for entry in self.entries]
        assert not self.moves(), "placing again what was just placed changes nothing"

    def moves(self):
        book = self.view()
        waiting = [w for e in book.transactions if waits(book, e) and (w := untouched(book, e)) is not None]
        return {id(move.before): move.after for move in anew(book, waiting, lambda _: True)[0]}

    def lines(self):
        found = [e for e in self.entries if isinstance(e, data.Transaction) and "source-id" in e.meta]
        return {
            e.meta["source-id"]: (e.flag, sorted(e.links), [(p.account, p.units.number, p.flag) for p in e.postings])
            for e in found
        }


def entry_of(recogniser, line, source_id):
    """The entry of a line, as the planner makes it."""
    placed = recogniser.place(line.payments[0], line.date, "SEK", alone=True)
    meta = {"source-id": source_id, "filename": "b", "lineno": int(source_id[5:])}
    meta |= {"reference": line.reference} if line.reference else {}
    meta |= {"suggestion": placed.suggestion} if placed.suggestion else {}
    postings = [posting("Assets:1930-Bank", line.amount, "SEK"), *placed.postings]
    flag = "*" if placed.sure else "!"
    payee = line.counterparty or None
    return data.Transaction(meta, line.date, flag, payee, line.text, frozenset(), placed.links, postings)


@given(histories(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_order_ends_the_same(history, ruled):
    """With a rule, most lines are placed on claims before their invoices are there."""
    rule = {"text": "nr", "account": "Assets:1510-Kundfordringar"}
    owner = unit(source(rule=[rule])) if ruled else unit()
    ends = []
    for events in history:
        world = World(owner)
        for kind, what in events:
            world.take(kind, what)
        ends.append(world.lines())
        paid = [line for kind, what in events if kind == "bank" for line in what]
        assert {i: postings[0][1] for i, (_, _, postings) in ends[-1].items()} == {i: line.amount for i, line in paid}
        assert all(sum(number for _, number, _ in postings) == 0 for _, _, postings in ends[-1].values())
    assert ends[0] == ends[1]
