"""`sambok open-items`: the JSON that scripts rely on, the lists that people read, exit codes."""

import json
import os
import signal

import pytest

from ledger.cli.main import main

ACCOUNTS = """\
2026-01-01 open Assets:1510-Kundfordringar
2026-01-01 open Assets:1660-Intern-fordran
2026-01-01 open Assets:1930-Bank
2026-01-01 open Income:3001-Försäljning-25
"""
BOOK = """\
2026-01-10 * "Kund [b]AB[/b]" "Faktura" ^inv-repris-1
  invoice: "1001"
  due: 2026-02-09
  Assets:1510-Kundfordringar     123456.70 SEK
  Income:3001-Försäljning-25

2026-01-31 * "Gemensamt" "Januari" ^ic-repris-1
  Assets:1660-Intern-fordran      300.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Income:3001-Försäljning-25
    partner: "gemensamt"
"""


@pytest.fixture
def sambok(make_workspace, capsys, tmp_path, monkeypatch):
    """Run the command in a workspace with one unit that sells."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    before = signal.getsignal(signal.SIGTERM)

    def run(*args, book=BOOK):
        ws = make_workspace({"repris": {"accounts": ACCOUNTS, "2026-01": book}})
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(ws.root), "open-items", *args])
        shown = capsys.readouterr()
        return ended.value.code, shown.out, shown.err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def test_json(sambok):
    code, out, _ = sambok("--json", "--date", "2026-03-31")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["date"]) == (0, 1, "2026-03-31")
    assert [u["unit"] for u in answer["units"]] == ["gemensamt", "repris"]
    ages = {"not_due": "0.00", "1-30": "0.00", "31-60": "123456.70", "61-90": "0.00", "over_90": "0.00"}
    total = {"kind": "receivable", "currency": "SEK", "open": "123456.70", "items": 1, "ages": ages}
    assert answer["federation"] == {
        "units": ["gemensamt", "repris"],
        "external": [total],
        "internal": [
            total | {"open": "300.00", "ages": ages | {"31-60": "300.00"}},
        ],
        "differences": [{"currency": "SEK", "amount": "300.00"}],
    }
    assert answer["units"][1]["external"]["totals"] == [total]
    assert answer["units"][1]["balances"][0] == {
        "account": "Assets:1510-Kundfordringar", "kind": "receivable", "currency": "SEK", "balance": "123456.70",
    }  # fmt: skip


def test_a_units_list_for_people(sambok):
    code, out, _ = sambok("repris", "--date", "2026-03-31")
    assert code == 0
    (row,) = [row for row in out.splitlines() if "[b]AB" in row]
    assert row.split() == [
        "2026-01-10", "2026-02-09", "50", "1001", "Kund", "[b]AB[/b]", "123,456.70", "SEK",
        "units/repris/books/2026/2026-01.beancount:1",
    ]  # fmt: skip
    assert "Dealings with other units" in out
    assert "Assets:1510-Kundfordringar: balance 123,456.70 SEK, the sum of its items" in out


ON_ITS_WAY = """\
2026-01-30 * "Kortinlösen P-9001" ^dep-1 ^dep-day
  Assets:1581-Kort-på-väg  891.00 SEK
    item: "dep-1"
    reference: "P-9001"
  Income:3001-Försäljning-25

2026-01-31 * "Bankgiro 991-2346" ^dep-2
  reference: "00074"
  Assets:1583-Bankgiro-på-väg  250.00 SEK
  Income:3001-Försäljning-25
"""


def test_money_on_its_way_names_its_account_and_what_the_bank_may_quote(sambok):
    accounts = "2026-01-01 open Assets:1581-Kort-på-väg\n2026-01-01 open Assets:1583-Bankgiro-på-väg\n\n"
    code, out, _ = sambok("repris", "--date", "2026-02-01", book=accounts + ON_ITS_WAY)
    assert code == 0
    rows = [row.split() for row in out.splitlines() if "2026-01.beancount" in row]
    assert [row[:6] for row in rows] == [
        ["2026-01-30", "1581-Kort-på-väg", "2", "P-9001", "891.00", "SEK"],
        ["2026-01-31", "1583-Bankgiro-på-väg", "1", "00074", "250.00", "SEK"],
    ]
    items = json.loads(sambok("repris", "--json", "--date", "2026-02-01", book=accounts + ON_ITS_WAY)[1])
    assert [(i["account"], i["number"], i["reference"]) for i in items["units"][0]["external"]["items"]] == [
        ("Assets:1581-Kort-på-väg", "", "P-9001"),
        ("Assets:1583-Bankgiro-på-väg", "", "00074"),
    ]


def test_the_federations_sums_for_people(sambok):
    code, out, err = sambok("--date", "2026-03-31")
    assert code == 0
    above, below = out.split("Between units: not counted above")
    assert "123,456.70" in above
    assert "300.00" not in above
    assert "300.00" in below
    assert "Claims and debts between units differ by 300.00 SEK" in below
    assert "sambok open-items UNIT" in err


def test_nothing_open(sambok):
    assert "Nothing is open." in sambok("repris", "--date", "2026-01-01")[1]
    assert "Nothing is open." in sambok("--kind", "payable")[1]


@pytest.mark.parametrize(
    ("flag", "day", "said"), [("!", "2026-03-31", True), ("*", "2026-03-31", False), ("!", "2026-01-15", False)]
)
def test_what_only_a_guess_has_settled_is_said(sambok, flag, day, said):
    """A payment that nobody has confirmed takes the only invoice off the list."""
    paid = (
        '2026-01-10 * "Kund" "Faktura" ^inv-repris-1\n  Assets:1510-Kundfordringar  100.00 SEK\n'
        f'  Income:3001-Försäljning-25\n\n2026-01-20 {flag} "Insättning" ^inv-repris-1\n'
        "  Assets:1930-Bank  100.00 SEK\n  Assets:1510-Kundfordringar\n"
    )
    _, out, err = sambok("repris", "--date", day, book=paid)
    assert ("Nothing is open." in out) == (day == "2026-03-31")
    told = "Counted above as booked, but waiting for a person to confirm (flag !): 1; see sambok todo repris."
    assert (told in err) == said


def test_errors(sambok):
    code, out, err = sambok("nobody")
    assert (code, out) == (2, "")
    assert "nobody" in err
    assert sambok("--date", "1800-01-01")[0] == 2
    assert sambok("--kind", "what")[0] == 2
    code, out, err = sambok("--json", book='2026-01-01 * "x"\n  Assets:1510-Kundfordringar  1.00 SEK\n')
    assert code == 1
    answer = json.loads(out)
    assert [u["unit"] for u in answer["units"]] == ["gemensamt"]
    assert [e["unit"] for e in answer["errors"]] == ["repris"]
    assert "units/repris/books/2026/2026-01.beancount:1" in err
