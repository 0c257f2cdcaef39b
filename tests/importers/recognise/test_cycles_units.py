"""Units pay a rotating fund, and it pays them, each from its bank: both books say the same, and all is eliminated.

RF26 as in the samples: shares of 1,000 SEK, 1 % a month on what is left. Kafé borrows 24,000 on 2026-01-10; on
2026-02-10 its first month is over, and 240.00 are owed for it.
"""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.core import data

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.run import import_files
from ledger.books import load_books, open_workspace
from ledger.closing.loans import Event, book_events
from ledger.combine.codes import SETTLED
from ledger.federation import load_federation
from ledger.loans import cycles_of
from ledger.loans.dealings import Deal, lend
from ledger.policy import read_policy

IBANS = {
    "gemensamt": "SE9399900000000000000001",
    "repris": "SE4550000000058398257466",
    "kafe": "SE3550000000054910000003",
}
DECIDED = dt.date(2026, 1, 20)
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Equity:2091-Balanserat-resultat SEK
2020-01-01 open Liabilities:2999-Observationskonto SEK
2020-01-01 open Income:3001-Försäljning-25 SEK
"""
BANK = '[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\n'
POLICY = """\
2025-11-20 custom "decision" "FS-1" "assembly"
  text: "The rotating fund RF26"
2026-01-01 custom "loan-cycle" "RF26" 1000 SEK
  decision: "FS-1"
  ends: 2026-12-10
  loan-multiple: 3
  charge: 0.01
  max-term: 3
"""
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       100000.00 SEK
  Equity:2091-Balanserat-resultat       -100000.00 SEK
"""
ASKED = """
2026-01-05 custom "loan-application" "RF26" 24000.00 SEK
  months: 3
"""
RULE = '[[source.rule]]\ndirection = "in"\naccount = "Income:3001-Försäljning-25"\n'


class Three:
    """Central with the fund, and two units."""

    def __init__(self, ws, folder):
        self.ws = ws
        self.folder = folder
        self.left = dict.fromkeys(IBANS, Decimal(100000))
        self.count = 0

    def bank(self, slug, day, amount, reference, other="", name="Någon"):
        """Import a statement of one line; its entry."""
        self.count += 1
        when, amount = dt.date.fromisoformat(day), Decimal(amount)
        number = IBANS.get(other, "")
        detail = Detail(None, None, counterparty=name, counterparty_account=number, reference=reference)
        entry = Entry(amount, "SEK", when, details=(detail,))
        before, self.left[slug] = self.left[slug], self.left[slug] + amount
        balances = (Balance("OPBD", before, "SEK", when), Balance("CLBD", self.left[slug], "SEK", when))
        statement = Statement(f"S{self.count}", IBANS[slug], "SEK", balances, (entry,))
        path = self.folder / f"{self.count}.xml"
        path.write_bytes(write_camt053([statement], created=CREATED))
        report = import_files(self.ws, self.ws.units[slug], [path]).files[0]
        assert report.status == "imported", report.problem
        return self.lines(slug)[-1]

    def lines(self, slug):
        entries = load_books(self.ws, [slug]).units[slug].entries()
        return [
            e
            for e in entries
            if isinstance(e, data.Transaction) and str(e.meta.get("source-id", "")).startswith("bank-")
        ]

    def pays(self, order, unit, out_day, in_day, amount, reference):
        """A unit pays the fund; the banks' files come in `order`. Its entry, and the fund's."""
        for slug in order:
            if slug == "unit":
                paid = self.bank(unit, out_day, -Decimal(amount), reference, "gemensamt")
            else:
                got = self.bank("gemensamt", in_day, amount, reference, unit)
        return paid, got

    def cycle(self):
        books = load_books(self.ws)
        return cycles_of(books, read_policy(books.central_text, self.ws))["RF26"]

    def check(self):
        """Nothing is wrong, nothing unmatched, and nothing of the fund is left in the combined statements."""
        federation = load_federation(self.ws)
        assert not federation.problems, federation.problems
        assert [u for u in federation.combined.unmatched if u.code not in SETTLED] == []
        lines = federation.combined.lines
        assert [lines.get(n, 0) for n in ("InternalReceivables", "InternalPayables")] == [0, 0]
        assert federation.combined.lines["CashAndBank"] == 300000
        assert self.cycle().problems == ()


def said(entry):
    """The other sides: code, amount, partner, kind, loan."""
    return [
        (p.account.split(":")[1][:4], str(p.units.number), *(p.meta.get(k, "") for k in ("partner", "ic", "loan")))
        for p in entry.postings[1:]
    ]


@pytest.fixture
def three(make_workspace, tmp_path_factory):
    def make(rule="", **more):
        units = {}
        for slug, iban in IBANS.items():
            bank = f'{BANK}bank_account = "{iban}"\n'
            units[slug] = {
                "unit": f'chart = "bas"\n{bank}{rule}',
                "accounts": ACCOUNTS,
                "2026-01": OPENED + more.get(slug, ""),
            }
        return Three(make_workspace(units, policy=POLICY), tmp_path_factory.mktemp("files"))

    return make


ORDERS = pytest.mark.parametrize("order", [("unit", "fund"), ("fund", "unit")])


def lent(three, **more):
    """Shares of both, and Kafé's loan, paid out and received."""
    three = three(**{"kafe": ASKED, **more})
    three.pays(("unit", "fund"), "repris", "2026-01-02", "2026-01-02", "30000", "RF26-S")
    three.pays(("unit", "fund"), "kafe", "2026-01-03", "2026-01-03", "10000", "RF26-S")
    three.bank("gemensamt", "2026-01-10", "-24000", "RF26-L01", "kafe")
    three.bank("kafe", "2026-01-10", "24000", "RF26-L01", "gemensamt")
    return three


@ORDERS
def test_shares(three, order):
    """repris: Dr 1666 / Cr 1930; the fund: Dr 1930 / Cr 2863; one link, whoever imports first."""
    three = three(rule=RULE)
    paid, got = three.pays(order, "repris", "2026-01-02", "2026-01-05", "30000", "RF26-S")
    assert (paid.flag, said(paid)) == ("*", [("1666", "30000.00", "gemensamt", "fund", "")])
    assert (got.flag, said(got)) == ("*", [("2863", "-30000.00", "repris", "fund", "")])
    assert paid.links == got.links
    assert len(paid.links) == 1
    assert (paid.meta["cycle"], got.meta["cycle"]) == ("RF26", "RF26")
    three.check()


@ORDERS
def test_two_equal_payments_are_two(three, order):
    three = three()
    one = three.pays(order, "repris", "2026-01-02", "2026-01-05", "3000", "RF26-S")
    two = three.pays(order, "repris", "2026-01-03", "2026-01-06", "3000", "rf26 s")
    assert one[0].links == one[1].links != two[0].links == two[1].links
    assert three.cycle().fund.shares("repris") == 6000
    three.check()


@ORDERS
def test_a_loan_is_paid_out(three, order):
    three = three(kafe=ASKED)
    three.pays(("unit", "fund"), "kafe", "2026-01-03", "2026-01-03", "10000", "RF26-S")
    for slug in order:
        if slug == "unit":
            got = three.bank("kafe", "2026-01-12", "24000", "RF26-L01", "gemensamt")
        else:
            paid = three.bank("gemensamt", "2026-01-10", "-24000", "RF26-L01", "kafe")
    assert (paid.flag, said(paid)) == ("*", [("1663", "24000.00", "kafe", "loan", "RF26-L01")])
    assert paid.postings[1].meta["term"] == 3
    assert (got.flag, said(got)) == ("*", [("2864", "-24000.00", "gemensamt", "loan", "")])
    assert paid.links == got.links == {"ic-gemensamt-RF26-L01", "RF26-L01"}
    federation = load_federation(three.ws)
    assert [u for u in federation.combined.unmatched if u.code not in SETTLED] == []


UNIT_FIRST, FUND_FIRST = ("unit", "fund"), ("fund", "unit")


@pytest.mark.parametrize(
    ("order", "out_day", "in_day", "loans", "charges"),
    [
        # 8,240 on the day on which 240 are owed.
        (UNIT_FIRST, "2026-02-10", "2026-02-10", "8000.00", "240.00"),
        (FUND_FIRST, "2026-02-10", "2026-02-10", "8000.00", "240.00"),
        (UNIT_FIRST, "2026-02-10", "2026-02-12", "8000.00", "240.00"),
        (FUND_FIRST, "2026-02-10", "2026-02-12", "8000.00", "240.00"),
        # Kafé pays a day before the month ends. What was owed on its day counts, if the fund knows of that ...
        (UNIT_FIRST, "2026-02-09", "2026-02-10", "8240.00", None),
        # ... else the fund's day, which Kafé's book then says, too.
        (FUND_FIRST, "2026-02-09", "2026-02-10", "8000.00", "240.00"),
    ],
)
def test_a_repayment_is_split_alike(three, order, out_day, in_day, loans, charges):
    three = lent(three)
    paid, got = three.pays(order, "kafe", out_day, in_day, "8240", "RF26-L01")
    own = [("2864", loans, "gemensamt", "loan", "")] + (
        [("2865", charges, "gemensamt", "interest", "")] if charges else []
    )
    fund = [("1663", f"-{loans}", "kafe", "loan", "RF26-L01")]
    fund += [("1664", f"-{charges}", "kafe", "interest", "RF26-L01")] if charges else []
    assert (paid.flag, said(paid)) == ("*", own)
    assert (got.flag, said(got)) == ("*", fund)
    assert paid.links == got.links == {"ic-gemensamt-RF26-L01", "RF26-L01"}
    three.check()


@ORDERS
def test_two_repayments_before_the_other_book_has_any(three, order):
    """240 of the first month in February's; 160 of the second in March's, on 16,000 that are left."""
    three = lent(three)
    rows = [("2026-02-10", "8240"), ("2026-03-10", "8160")]
    for slug in order:
        for day, amount in rows:
            if slug == "unit":
                three.bank("kafe", day, -Decimal(amount), "RF26-L01", "gemensamt")
            else:
                three.bank("gemensamt", day, amount, "RF26-L01", "kafe")
    found = [said(e) for e in three.lines("kafe")[-2:]]
    assert found == [
        [("2864", "8000.00", "gemensamt", "loan", ""), ("2865", "240.00", "gemensamt", "interest", "")],
        [("2864", "8000.00", "gemensamt", "loan", ""), ("2865", "160.00", "gemensamt", "interest", "")],
    ]
    assert three.cycle().fund.loans[0].outstanding() == 8000
    three.check()


def test_a_unit_that_has_split_otherwise_is_told(three):
    """Kafé's book lacks its payment of the 240; the fund has it, so all of the 8,240 are principal there."""
    three = lent(three)
    three.bank("kafe", "2026-02-11", "-8240", "RF26-L01", "gemensamt")
    three.bank("gemensamt", "2026-02-10", "240", "RF26-L01", "kafe")
    got = three.bank("gemensamt", "2026-02-11", "8240", "RF26-L01", "kafe")
    assert said(got) == [("1663", "-8240.00", "kafe", "loan", "RF26-L01")]
    assert got.flag == "!"
    assert got.meta["suggestion"].startswith("RF26-L01: kafe has split it otherwise")


@ORDERS
def test_a_fine(three, order):
    three = three()
    paid, got = three.pays(order, "repris", "2026-01-02", "2026-01-02", "250", "RF26-F")
    assert said(paid) == [("6991", "250.00", "gemensamt", "other", "")]
    assert said(got) == [("3991", "-250.00", "repris", "other", "")]
    assert paid.links == got.links
    three.check()


@pytest.mark.parametrize(
    ("slug", "amount", "reference", "other", "why"),
    [
        ("repris", "-30500", "RF26-S", "gemensamt", "30 whole shares of 1000.00, and 500.00 SEK are left over"),
        ("repris", "-30000", "RF26-S", "kafe", "it isn't paid to or by gemensamt, but kafe"),
        ("repris", "-100", "RF26-L01", "gemensamt", "RF26-L01 is a loan of kafe"),
        ("repris", "24000", "RF26-L02", "gemensamt", "repris has applied for no loan of 24000.00 SEK"),
        ("repris", "-20", "RF26-SF", "gemensamt", "units have no social fund of their own"),
        ("repris", "30000", "RF26-S", "gemensamt", "0.00 SEK are due to repris"),
        ("gemensamt", "30000", "RF26-S", "", "which unit Någon is isn't known"),
        ("gemensamt", "100", "RF26-L01", "repris", "the loan is one of kafe, and repris has paid or was paid"),
        ("gemensamt", "25000", "RF26-L01", "kafe", "24240.00 SEK are owed on that day, 760.00 less than was paid"),
    ],
)
def test_what_is_in_doubt_waits(three, slug, amount, reference, other, why):
    entry = lent(three, rule=RULE).bank(slug, "2026-02-09", amount, reference, other)
    assert (entry.flag, said(entry)[0][0]) == ("!", "2999")
    assert why in entry.meta["suggestion"]


@ORDERS
def test_what_both_books_have_decided_is_only_paid(three, order):
    """A loan that was decided stands in both books, its money on its way; the bank's lines take that off."""
    three = three()
    three.pays(("unit", "fund"), "repris", "2026-01-02", "2026-01-02", "30000", "RF26-S")
    terms, central, repris = three.cycle().terms, three.ws.units["gemensamt"], three.ws.units["repris"]

    def make(book, unit):
        return lend(Deal(terms=terms, book=book, unit=unit, date=DECIDED), "RF26-L01", Decimal(9000), 3)

    book_events(
        three.ws, central, [Event(repris, make)], currency="SEK", cycle="RF26", by="anna", today=dt.date(2026, 3, 31)
    )
    for slug in order:
        if slug == "fund":
            paid = three.bank("gemensamt", "2026-01-21", "-9000", "RF26-L01", "repris")
        else:
            got = three.bank("repris", "2026-01-22", "9000", "RF26-L01", "gemensamt")
    assert (paid.flag, said(paid)) == ("*", [("2899", "9000.00", "repris", "other", "")])
    assert (got.flag, said(got)) == ("*", [("1685", "-9000.00", "gemensamt", "other", "")])
    assert paid.links == got.links == {"ic-gemensamt-RF26-L01"}
    assert three.cycle().fund.loans[0].outstanding() == 9000
    three.check()
    # The same reference once more is no second payment of it.
    again = three.bank("gemensamt", "2026-01-25", "-9000", "RF26-L01", "repris")
    assert "RF26-L01 was given already on 2026-01-20" in again.meta["suggestion"]


def test_a_fund_whose_book_cant_be_read_makes_payments_wait(three):
    """Central's error is none of the unit's: its payment waits, and is placed when central's book is mended."""
    three = three()
    file = three.ws.units["gemensamt"].folder / "books/2026/2026-01.beancount"
    whole = file.read_text()
    file.write_text(whole + '\n2026-01-02 * "No such account"\n  Assets:1999-Gone  1.00 SEK\n  Assets:1930-Bank\n')
    paid = three.bank("repris", "2026-01-02", "-3000", "RF26-S", "gemensamt")
    assert (paid.flag, paid.meta["suggestion"]) == ("!", "RF26-S: the fund's book can't be read")
    file.write_text(whole)
    three.bank("repris", "2026-01-05", "-1", "", "")
    assert said(three.lines("repris")[0]) == [("1666", "3000.00", "gemensamt", "fund", "")]
    assert three.lines("repris")[0].flag == "*"


def test_a_members_own_group_is_no_fund_of_units(three):
    """A unit's payment that names a cycle of a group's own book is an ordinary payment."""
    three = three(rule=RULE)
    policy = three.ws.root / "units/policy.beancount"
    policy.write_text(policy.read_text() + '  book: "kafe"\n')
    toml = three.ws.units["kafe"].folder / "unit.toml"
    toml.write_text("combine = false\n" + toml.read_text())
    three.ws = open_workspace(three.ws.root)
    assert said(three.bank("repris", "2026-01-02", "3000", "RF26-S"))[0][0] == "3001"


def test_importing_again_adds_nothing(three):
    three = lent(three)
    before = {slug: len(three.lines(slug)) for slug in IBANS}
    for path in sorted(three.folder.iterdir()):
        for slug, iban in IBANS.items():
            if iban.encode() in path.read_bytes().split(b"<Ntry>")[0]:
                again = path.with_name(f"again-{path.name}")
                again.write_bytes(path.read_bytes().replace(b"18:00:00", b"19:00:00"))
                report = import_files(three.ws, three.ws.units[slug], [again]).files[0]
                assert report.status == "known", report.problem
    assert {slug: len(three.lines(slug)) for slug in IBANS} == before
