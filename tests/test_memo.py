"""What is not changed is not worked out again, and nobody can tell: after each edit a process that stays gives the same
bytes as one that has just begun (DESIGN 5)."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ledger import memo
from ledger.books import open_workspace
from ledger.closing.status import board
from ledger.combine import combine, group_entries
from ledger.combine.reports.export import json_text
from ledger.federation import load_federation
from ledger.memo import Memo, memo_of

UNITS = {
    "repris": 'entity = "division"',
    "kafeet": 'entity = "division"',
    "budet": 'entity = "legal_entity"\ncountry = "SE"',
    "andel": 'entity = "legal_entity"\ncurrency = "EUR"\ncountry = "ES"',
}
CODES = {"Assets": (1661, 1930), "Liabilities": (2861,), "Income": (3001,), "Expenses": (4010, 6570)}
OPENS = "".join(
    f"2020-01-01 open {root}:{code}-{root}\n" for root, codes in CODES.items() for code in codes
)  # fmt: skip
POLICY = """\
2026-01-01 custom "decision" "S-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0.{rate}
  decision: "S-1"
2026-01-01 custom "levy-component" "service" 0.125
  decision: "S-1"
2026-01-01 custom "levy-component" "fund" 0.025
  decision: "S-1"
"""
PRICES = "".join(
    f'2026-{day} price EUR 11.{day[:2]}{{}} SEK\n2026-{day} custom "average-rate" "EUR" 11.{day[:2]} SEK\n'
    for day in ("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")
)
NUMBERS = itertools.count(1)


def voucher(day, debit, credit, amount, currency, partner=None, link=""):
    """A voucher of two lines, both with the partner."""
    tag = f'    partner: "{partner}"\n    ic: "trade"\n' if partner else ""
    return f'\n2026-{day} * "x"{link}\n  {debit}  {amount} {currency}\n{tag}  {credit}  -{amount} {currency}\n{tag}'


class Federation:
    """A workspace on disk, and its edits."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, place, text):
        (self.root / place).write_text(text, encoding="utf-8")

    def book(self, slug, text):
        with (self.root / f"units/{slug}/books/2026/2026-01.beancount").open("a", encoding="utf-8") as stream:
            stream.write(text)

    def sale(self, slug, month, amount):
        day = f"{month:02}-15"
        self.book(slug, voucher(day, "Assets:1930-Assets", "Income:3001-Income", amount, currency(slug)))

    def dealing(self, seller, buyer, month, amount, *, sides, linked):
        """A sale between units: both sides, one of them, or two that differ; with a link or found by its amount."""
        link = f" ^ic-{next(NUMBERS)}" if linked else ""
        accounts = (
            ("Assets:1661-Assets", "Income:3001-Income"),
            ("Expenses:4010-Expenses", "Liabilities:2861-Liabilities"),
        )
        if "s" in sides:
            self.book(seller, voucher(f"{month:02}-10", *accounts[0], amount, currency(seller), buyer, link))
        if "b" in sides:
            self.book(buyer, voucher(f"{month:02}-12", *accounts[1], amount, currency(buyer), seller, link))
        if "d" in sides:
            self.book(buyer, voucher(f"{month:02}-12", *accounts[1], amount + 1, currency(buyer), seller, link))

    def opened(self, slug, account):
        """An account of the book's own in the place of the chart's."""
        file = self.root / f"units/{slug}/accounts.beancount"
        line = f"2020-01-01 open {account}\n"
        if line not in file.read_text(encoding="utf-8"):
            file.write_text(file.read_text(encoding="utf-8") + line, encoding="utf-8")

    def untagged(self, slug):
        self.book(slug, voucher("03-03", "Assets:1661-Assets", "Assets:1930-Assets", 70, currency(slug)))

    def broken(self, slug):
        self.book(slug, voucher("03-03", "Assets:1930-Assets", "Assets:1999-Unknown", 70, currency(slug)))

    def mended(self, slug):
        file = self.root / f"units/{slug}/books/2026/2026-01.beancount"
        file.write_text("".join(p for p in file.read_text().split("\n\n") if "Unknown" not in p), encoding="utf-8")

    def policy(self, rate):
        self.write("units/policy.beancount", POLICY.format(rate=rate))

    def prices(self, digit):
        self.write("units/prices.beancount", PRICES.replace("{}", str(digit)))

    def left(self, slug, month):
        left = f"left = 2026-{month:02}-28\n" if month else ""
        settings_ = UNITS[slug]
        money = "" if "currency" in settings_ else 'currency = "SEK"\n'
        names = f'name = "{slug.title()}"\ncode = "{slug.upper()}"\n'
        self.write(f"units/{slug}/unit.toml", f"{names}{money}{settings_}\n{left}")

    def limit(self, amount):
        text = '[federation]\nname = "T"\ncurrency = "SEK"\ncentral = "gemensamt"\nlanguage = "sv"\n'
        self.write("fava.conf", f"{text}[intragroup]\ntolerance = {amount}\n")


def currency(slug):
    return "EUR" if slug == "andel" else "SEK"


def answers(root: Path, date_to: dt.date | None, threshold: int) -> list[str]:
    """All that a federation says: figures, levies, errors, and the view."""
    ws = open_workspace(root)
    known = load_federation(ws)
    statements = {slug: (levy, known.run.entries(slug)) for slug, levy in sorted(known.run.statements.items())}
    combined = combine(known.books, known.run, date_to=date_to)
    found = [json_text(combined), repr(statements), repr(known.run.entries("gemensamt"))]
    found.append(repr([(p.as_json(), p.text()) for p in known.problems]))
    found.append(repr(board(known, ("2026-02", "2026-05"), today=dt.date(2026, 7, 3)).as_json()))  # two other periods
    entries = group_entries(known.books, known.run, combined, language="sv", threshold=threshold, roots={"Assets": "A"})
    for entry in entries:
        ordered = {name: sorted(getattr(entry, name)) for name in ("tags", "links") if hasattr(entry, name)}
        found.append(repr(entry._replace(**ordered)))
    return found


SLUGS = st.sampled_from(sorted(UNITS))
MONTHS = st.integers(1, 6)
AMOUNTS = st.integers(1, 4)
EDIT = st.one_of(
    st.tuples(st.just("sale"), SLUGS, MONTHS, AMOUNTS),
    st.tuples(
        st.just("dealing"),
        st.sampled_from(list(itertools.permutations([*sorted(UNITS), "gemensamt"], 2))),
        MONTHS,
        AMOUNTS,
        st.sampled_from(["sb", "s", "b", "sd"]),
        st.booleans(),
    ),
    st.tuples(st.sampled_from(["untagged", "broken", "mended"]), SLUGS),
    st.tuples(
        st.just("opened"),
        st.sampled_from([*sorted(UNITS), "gemensamt"]),
        st.sampled_from(["Income:3680-Own", "Expenses:6430-Own"]),
    ),
    st.tuples(st.just("policy"), st.sampled_from(["15", "150", "12"])),
    st.tuples(st.just("prices"), st.integers(0, 9)),
    st.tuples(st.just("left"), SLUGS, st.sampled_from([None, 2, 5])),
    st.tuples(st.just("limit"), st.sampled_from([0, 1, 500])),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("opened", "gemensamt", "Income:3680-Own"), ("opened", "repris", "Expenses:6430-Own")], None, 0)
@example([("prices", 7), ("policy", "12"), ("left", "andel", 5), ("broken", "budet")], None, 10**6)
@example([("dealing", ("repris", "budet"), 3, 4, "sd", True), ("limit", 500), ("limit", 0)], None, 0)
@example([("sale", "repris", 2, 3), ("sale", "andel", 2, 3), ("untagged", "repris")], None, 10**6)
@given(
    st.lists(EDIT, min_size=1, max_size=6),
    st.sampled_from([None, dt.date(2026, 3, 11)]),
    st.sampled_from([0, 10**6]),
)
def test_a_process_that_stays_says_what_a_fresh_one_says(make_workspace, edits, date_to, threshold):
    units = {slug: {"unit": text, "accounts": OPENS} for slug, text in UNITS.items()}
    texts = {slug: {**parts, "2026-01": "; begun\n"} for slug, parts in units.items()}
    texts["gemensamt"] = {"accounts": OPENS, "2026-01": "; begun\n"}
    federation = Federation(make_workspace(texts).root)
    federation.limit(0)
    federation.policy("15")
    federation.prices(1)
    for slug, month in (("repris", 2), ("andel", 3), ("budet", 6)):
        federation.left(slug, None)
        federation.sale(slug, month, 1000)
    federation.dealing("repris", "andel", 3, 9, sides="sb", linked=True)
    assert '"complete": true' in answers(federation.root, date_to, threshold)[0]
    for name, *given_ in edits:
        if name == "dealing":
            (seller, buyer), month, amount, sides, linked = given_
            federation.dealing(seller, buyer, month, amount, sides=sides, linked=linked)
        else:
            getattr(federation, name)(*given_)
        stayed = answers(federation.root, date_to, threshold)
        memo.forget()
        assert stayed == answers(federation.root, date_to, threshold), name


def test_a_result_serves_as_long_as_nothing_it_is_made_of_changes():
    kept, made, book = Memo(), iter("abcdef"), object()

    def take(name, *same, equal=None):
        return kept.get(name, lambda: next(made), same=same, equal=equal)

    assert take("levy", book, equal="rates") == "a"
    assert take("levy", book, equal="rates") == "a"
    assert take("part", book, equal="rates") == "b", "another result of the same book"
    assert take("levy", object(), equal="rates") == "c", "another book"
    assert take("levy", book, equal="rates") == "d", "only the latest is kept"
    assert take("levy", book, equal="other rates") == "e"
    assert take("levy", book, book, equal="other rates") == "f"


def test_a_failure_is_not_kept():
    kept = Memo()
    with pytest.raises(ZeroDivisionError):
        kept.get("x", lambda: 1 // 0)
    assert kept.get("x", lambda: 1) == 1


def test_workspaces_know_nothing_of_each_other(tmp_path):
    assert memo_of(tmp_path / "a") is memo_of(tmp_path / "a")
    assert memo_of(tmp_path / "a") is not memo_of(tmp_path / "b")
    for name in range(memo.KEPT + 1):
        memo_of(tmp_path / str(name))
    assert len(memo._memos) == memo.KEPT


def test_what_is_asked_aside_replaces_nothing_and_another_period_remembers_itself(tmp_path):
    """Figures of other months are kept beside the usual ones, for a fiscal year's months; asked once, they are gone."""
    made = iter(range(100))

    def take():
        return memo_of(tmp_path).get("part", lambda: next(made))

    assert take() == 0
    with memo.aside():
        assert take() == 1
        assert memo.lasting(tmp_path).get("part", lambda: next(made)) == 0, "what no period has to do with"
    for month in range(memo.KEPT_BESIDE + 1):
        with memo.beside(tmp_path, month):
            assert take() == 2 + month
    with memo.beside(tmp_path, 1):
        assert take() == 3, "it is still known"
    with memo.beside(tmp_path, 0):
        assert take() == 3 + memo.KEPT_BESIDE, "the one that was asked for the longest time ago isn't"
    assert take() == 0
