"""Histories of downloads: whatever a person fetches from the bank, in whatever order, the book holds each line once.

A truth is made: lines by day, many of them equal, pairs that cancel out, lines without a text. A person downloads
ranges of it again and again: whole days, lists up to this minute, the last lines, several statements in one file,
newest or oldest first, with other references and other punctuation each time. After each import the book must hold
exactly what was downloaded until then. A file may be refused only for a reason that is documented, which is worked out
here from the truth, not from the book.

`SAMBOK_HISTORIES` says how many histories; a campaign runs 10,000: `SAMBOK_HISTORIES=10000 pytest <this file>`.
"""

import datetime as dt
import itertools
import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data

from importers.bank import planner
from importers.bank.chain import until
from importers.bank.model import BankLine, BankStatement
from importers.bank.planner import balance_before, plan_bank
from importers.bank.problems import (
    BankBalanceContradicted,
    BankBalanceEarly,
    BankBalanceOff,
    BankBeforeOpening,
    BankGap,
    BankRestated,
)
from importers.bank.statements import check_overlap, check_whole, in_order, without_repeats
from importers.book import BookView
from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.identity import folded
from importers.postings import posting
from importers.recognise.placed import Placed
from ledger.books import Unit
from ledger.books.sources import SourceTable

HISTORIES = int(os.environ.get("SAMBOK_HISTORIES", "300"))
BATCHES = 10
IBAN = "SE4550000000058398257466"
FIRST = dt.date(2026, 3, 1)
LATER = dt.date(2026, 12, 31)
BANK, SUSPENSE = "Assets:1930-Bank", "Liabilities:2999-Observationskonto"
SOURCE = SourceTable(name="bank", format="camt053", account=BANK)
UNIT = Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas")
AMOUNTS = [Decimal(n) for n in ("1.00", "-1.00", "1.00", "2.50", "-2.50", "30.00", "-30.00", "7.25", "0.01")]
TEXTS = [("", ""), ("", "kaffe"), ("Anna Ek", "faktura 7"), ("", "Swish 0701"), ("Bo", ""), ("Café Å", "kort*4")]


@dataclass(frozen=True)
class Fact:
    """A line of the truth, by its place in it."""

    place: int
    date: dt.date
    amount: Decimal
    counterparty: str
    text: str

    @property
    def said(self):
        return (self.date, self.amount, folded(f"{self.counterparty} {self.text}"))


@dataclass
class Truth:
    """What the bank really booked, and what a person has of it."""

    rng: random.Random
    opening: Decimal
    facts: list[Fact]
    entries: list = field(default_factory=list)
    have: set[int] = field(default_factory=set)  # places
    seen: Counter = field(default_factory=Counter)

    def balance(self, place):
        """Before the line of a place."""
        return self.opening + sum((f.amount for f in self.facts[:place]), Decimal(0))

    def starts(self):
        """The places where a day begins, and the end."""
        days = [f.date for f in self.facts]
        return [i for i in range(len(days)) if i == 0 or days[i] != days[i - 1]] + [len(days)]

    def is_whole(self, place):
        """Whether a day ends before a place."""
        return place in set(self.starts())

    def day_of(self, place):
        """The places of a line's day."""
        return [f.place for f in self.facts if f.date == self.facts[place].date]


def make_truth(rng):
    facts = []
    day = FIRST
    for _ in range(rng.randint(1, 6)):
        rows = []
        for _ in range(rng.choice([0, 1, 1, 2, 3, 4, 5])):
            amount, (who, text) = rng.choice(AMOUNTS), rng.choice(TEXTS)
            rows += rng.choice([[(amount, who, text)]] * 3 + [[(amount, who, text), (-amount, who, text)]])
        if rows and rng.random() < 0.3:
            rows.append(rows[0])
        facts += [Fact(len(facts) + i, day, *row) for i, row in enumerate(rows)]
        day += dt.timedelta(days=rng.choice([1, 1, 1, 2, 4]))
    return Truth(rng, rng.choice([Decimal(0), Decimal("100.00"), Decimal("-5.50")]), facts, opened())


def worded(rng, text):
    """The same text as banks write it another time."""
    other = rng.choice([str.upper, str.lower, str.title, str])(text).replace(" ", rng.choice([" ", "  ", ", ", "/"]))
    return rng.choice(["{}", " {}", "{}.", "{} ", "- {}"]).format(other)


def lines_of(truth, places, *, newest_first=False, mixed=False):
    rng = truth.rng
    rows = list(places)
    if mixed:
        rng.shuffle(rows)
        rows.sort(key=lambda i: truth.facts[i].date)
    if newest_first:
        rows.reverse()
    return tuple(
        BankLine(f.date, f.amount, worded(rng, f.counterparty), worded(rng, f.text), bank_ref=str(rng.random()))
        for f in (truth.facts[i] for i in rows)
    )


def statement(truth, first, last, *, balances=True, final=True, **order):
    """The lines of places `first` until before `last`."""
    facts = truth.facts[first:last]
    return BankStatement(
        id=str(truth.rng.random()),
        account="SE1",
        currency="SEK",
        lines=lines_of(truth, range(first, last), **order),
        opening=truth.balance(first) if balances else None,
        closing=truth.balance(last) if balances else None,
        first_day=facts[0].date if final and facts else None,
        last_day=facts[-1].date if final and facts else None,
        final=final,
    )


@dataclass
class Download:
    """A file, what of the truth is in it, the day of its import, and why it may be refused."""

    statements: list[BankStatement]
    first: int
    last: int
    today: dt.date
    balances: bool = True
    final: bool = True


def reach(truth):
    """How much of the truth a person has: a beginning of it, in histories without gaps."""
    return len(truth.have)


def ambiguous(truth, first, last):
    """Whether balances can't tell which of the booked lines of its first day stand before a file's first line."""
    places = truth.day_of(first)
    booked = [i for i in places if i in truth.have]
    within = Counter(truth.facts[i].said for i in places if first <= i < last)
    target = sum((truth.facts[i].amount for i in places if i < first), Decimal(0))
    readings = set()
    for chosen in itertools.product([False, True], repeat=len(booked)):
        before = [i for i, yes in zip(booked, chosen, strict=True) if yes]
        rest = Counter(truth.facts[i].said for i, yes in zip(booked, chosen, strict=True) if not yes)
        if sum((truth.facts[i].amount for i in before), Decimal(0)) == target:
            if not rest - within:
                readings.add(frozenset((within - rest).items()))
            if not within - rest:
                readings.add(frozenset())
    return len(readings) > 1


def next_download(truth):
    """What a person fetches next, in a history without gaps: it begins where they have everything before."""
    rng, starts = truth.rng, truth.starts()
    kind = rng.choice(["days", "days", "list", "list", "tail", "tail", "bare", "several", "halves"])
    have = reach(truth)
    begin = rng.choice([i for i in starts[:-1] if i <= have] or [0])
    order = {"newest_first": rng.random() < 0.3}
    today = LATER
    if kind == "tail" and have:
        begin = rng.randint(0, min(have, len(truth.facts) - 1))
    if kind in {"days", "several"} or (kind == "halves" and rng.random() < 0.5):
        end = rng.choice([i for i in starts if i > begin])
    else:
        end = rng.randint(begin + 1, len(truth.facts))
    if begin not in starts and ambiguous(truth, begin, end):
        truth.seen["ambiguous"] += 1
        begin = max(i for i in starts if i <= begin)
    if kind in {"list", "tail", "bare"}:
        if rng.random() < 0.8:
            today = truth.facts[end - 1].date
        balances = kind != "bare" or not have
        one = statement(truth, begin, end, balances=balances, final=False, **order)
        parts = [replace(s, final=False) for s in until(sorted_by_day(one), today)]
        return Download(parts, begin, end, today, balances=balances, final=False)
    cuts = [begin, end]
    if kind in {"several", "halves"}:
        between = range(begin + 1, end) if kind == "halves" else [i for i in starts if begin < i < end]
        cuts += rng.sample(list(between), min(len(between), rng.randint(0, 3)))
    cuts.sort()
    mixed = kind == "days" and rng.random() < 0.5
    parts = [statement(truth, a, b, mixed=mixed, **order) for a, b in itertools.pairwise(cuts)]
    circle = parts[0].opening == parts[-1].closing
    if len(parts) > 1 and rng.random() < 0.3:
        parts.append(parts[0])
    if have or not circle:  # a first file that comes full circle stands in its order
        rng.shuffle(parts)
    return Download(parts, begin, end, today)


def sorted_by_day(one):
    """As the reader of a list gives it: oldest first."""
    days = [line.date for line in one.lines]
    turned = one.lines[::-1] if days[0] > days[-1] else one.lines
    return replace(one, lines=tuple(turned))


def documented(truth, download):
    """Whether a file may be refused because it tells less of a day than the book holds."""
    first_day, last_day = truth.day_of(download.first), truth.day_of(download.last - 1)
    before = [i for i in first_day if i < download.first and i in truth.have]
    after = [i for i in last_day if i >= download.last and i in truth.have]
    passed = sum((truth.facts[i].amount for i in first_day if i < download.first), Decimal(0))
    if before and (not download.balances or passed == 0):
        return True  # begins in the middle of a day, and no balance tells where
    return bool(after) and (download.final or not download.balances)  # a statement that tells less of its last day


def before_opening(truth, download):
    """Whether a file holds lines from before the first file, for which the opening balance stands that it brought."""
    return download.first < min(truth.have)


def contradicts(truth, download):
    """Whether a file may be refused because it breaks a balance that is right without it.

    It holds some of the lines between two other files which cancel out all together; or older ones than the first file,
    which opened with zero, so that nothing stands for them.
    """
    new = [i for i in range(download.first, download.last) if i not in truth.have]
    for place in truth.starts():
        missing = [i for i in range(min(truth.have), place) if i not in truth.have]
        moved = [i for i in new if i < place]
        if not sum(truth.facts[i].amount for i in missing) and sum(truth.facts[i].amount for i in moved):
            return True
    return before_opening(truth, download)


REASONS = {BankRestated: documented, BankBeforeOpening: before_opening, BankBalanceContradicted: contradicts}


class Simple:
    """Everything waits: where the other side goes is tested elsewhere."""

    def __init__(self, *_):
        pass

    def place_line(self, line, parts, _, currency, **_more):
        return [Placed((posting(SUSPENSE, -p.amount, currency),), sure=False) for p in parts or (line,)]


def take(truth, download):
    """Import a download as the importer does; a balance that proves early is removed, as its remedy says."""
    statements = without_repeats([check_whole(s, "f") for s in download.statements])
    for _ in range(len(truth.entries) + 1):
        view = BookView(UNIT, truth.entries)
        ordered = in_order(statements, balance_before(view, SOURCE, statements))
        check_overlap(ordered, "f")
        try:
            plan = plan_bank(view, SOURCE, ordered, file="f", document="d/x", today=download.today)
        except BankBalanceEarly as problem:
            truth.seen["early"] += 1
            early = dt.date.fromisoformat(problem.params["day"]) + dt.timedelta(days=1)
            truth.entries = [e for e in truth.entries if not (isinstance(e, data.Balance) and e.date == early)]
            continue
        return plan
    raise AssertionError("refused again and again")


def remember(truth, plan):
    entries = [*truth.entries, *plan.opens, *plan.entries]
    truth.entries = sorted(entries, key=lambda e: (e.date, data.SORT_ORDER.get(type(e), 0)))


def lines_among(entries):
    """The bank's lines, but for its opening balance, as the truth tells them."""
    found = [e for e in entries if isinstance(e, data.Transaction) and e.narration != "Opening balance per bank"]
    return Counter((e.date, e.postings[0].units.number, folded(f"{e.payee or ''} {e.narration}")) for e in found)


def opened():
    return [data.Open({}, dt.date(2020, 1, 1), name, None, None) for name in (BANK, SUSPENSE)]


def follow(truth, download):
    """One step of a history."""
    try:
        plan = take(truth, download)
    except (BankRestated, BankBeforeOpening, BankBalanceContradicted) as problem:
        if not REASONS[type(problem)](truth, download):
            raise
        truth.seen["refused"] += 1
        return
    truth.seen["imported"] += 1
    had = set(truth.have)
    truth.have |= set(range(download.first, download.last))
    remember(truth, plan)
    assert lines_among(plan.entries).total() == len(truth.have - had)
    assert lines_among(truth.entries) == Counter(truth.facts[i].said for i in truth.have)
    assert [type(note) for note in plan.notes if type(note) is not BankBalanceOff] == expected_gaps(
        truth, download, had
    )
    if truth.have == set(range(min(truth.have), max(truth.have) + 1)):  # no gap: the books reach every balance
        assert plan.notes == []


def expected_gaps(truth, download, had):
    """Whether something is missing just before a download, which doesn't cancel out."""
    block = list(itertools.takewhile(lambda i: i not in had, range(download.first - 1, -1, -1)))
    earlier = [i for i in range(download.first) if i in had]
    missing = [i for i in range(min(had, default=0), download.first) if i not in had]
    sums = [sum((truth.facts[i].amount for i in places), Decimal(0)) for places in (block, missing)]
    fresh = any(i not in had for i in truth.day_of(download.first))
    return [BankGap] if earlier and fresh and all(sums) else []


def any_days(truth):
    """Whole days, from anywhere to anywhere: a person forgets some, and fetches them later."""
    starts = truth.starts()
    begin = truth.rng.choice(starts[:-1])
    end = truth.rng.choice([i for i in starts if i > begin])
    one = statement(truth, begin, end, mixed=truth.rng.random() < 0.5, newest_first=truth.rng.random() < 0.3)
    return Download([one], begin, end, LATER)


@pytest.mark.parametrize("fetch", [next_download, any_days])
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_history_is_in_the_book_once(batch, fetch, monkeypatch):
    monkeypatch.setattr(planner, "Recogniser", Simple)
    seen = Counter()
    for number in range(batch, HISTORIES, BATCHES):
        truth = make_truth(random.Random(number))  # noqa: S311  no cryptography
        if not truth.facts:
            continue
        try:
            for _ in range(truth.rng.randint(2, 8)):
                follow(truth, fetch(truth))
            first = min(truth.have)
            follow(truth, Download([statement(truth, first, len(truth.facts))], first, len(truth.facts), LATER))
            assert truth.have == set(range(first, len(truth.facts)))
        except Exception as error:
            raise AssertionError(f"history {number}: {error!r}") from error
        seen += truth.seen
    assert seen["imported"] > seen["refused"]


def camt(truth, download):
    """A file of the download's statements."""
    made = dt.datetime(2026, 4, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=truth.rng.randint(0, 9**6))
    statements = []
    for s in download.statements:
        entries = tuple(
            Entry(
                n.amount,
                "SEK",
                n.date,
                text=n.text,
                reference=n.bank_ref,
                details=(Detail(counterparty=n.counterparty),),
            )
            for n in s.lines
        )
        balances = (Balance("OPBD", s.opening, "SEK", s.first_day), Balance("CLBD", s.closing, "SEK", s.last_day))
        statements.append(Statement(s.id, IBAN, "SEK", balances, entries, date_from=s.first_day, date_to=s.last_day))
    return write_camt053(statements, created=made)


@pytest.mark.parametrize("number", range(3))
def test_histories_through_files_and_books(number, feed):
    """The same on disk: files of camt.053, read, guarded and written, with what recognises the other sides."""
    truth = make_truth(random.Random(number + 1000))  # noqa: S311  no cryptography
    feed = feed()
    for step in range(4):
        if step < 3:
            download = any_days(truth)
        else:
            first = min(truth.have)
            download = Download([statement(truth, first, len(truth.facts))], first, len(truth.facts), LATER)
        report = feed.take(camt(truth, download), f"{step}.xml")
        if report.problem is not None:
            assert REASONS[type(report.problem)](truth, download)
        else:
            truth.have |= set(range(download.first, download.last))
        assert lines_among(feed.transactions()) == Counter(truth.facts[i].said for i in truth.have)
    assert feed.book().problems == ()
