"""`sambok close --dry-run` shows what the close then writes: vouchers, their numbers, and accounts that they open."""

import pytest

from ledger.closing.reopen import reopen_month
from ledger.federation import load_federation
from tests.closing.test_close import close, files
from tests.closing.worked import KOOP, POLICY, PRICES, REPRIS, UNITS
from tests.conftest import FAVA_CONF

SPRING = """\
2026-04-30 price EUR 11.35 SEK
2026-04-30 custom "average-rate" "EUR" 11.45 SEK
2026-05-31 price EUR 11.25 SEK
2026-05-31 custom "average-rate" "EUR" 11.30 SEK
2026-06-30 price EUR 11.70 SEK
2026-06-30 custom "average-rate" "EUR" 11.55 SEK
"""


def sale(day, number, amount):
    return (
        f'{day} * "Sale"\n  voucher: "{number}"\n'
        f"  Assets:1930-Bank    {amount} SEK\n  Income:3001-Sales   -{amount} SEK\n\n"
    )


ANGEN = {
    "accounts": "2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Income:3001-Sales SEK\n",
    "2026-01": sale("2026-01-09", "A-1", "777.77"),
    "2026-06": sale("2026-06-09", "A-2", "31415.92"),
}
OF_JUNE = (
    '2026-06-20 * "Services"\n  voucher: "A-3"\n  Assets:572-Bank  1234.57 EUR\n  Income:705-Services  -1234.57 EUR\n'
)
YEAR = {
    "gemensamt": {
        "unit": 'country = "SE"\n',
        "accounts": "2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Expenses:5010-Rent SEK\n",
        "2026-05": '2026-05-02 * "Rent"\n  voucher: "A-1"\n  Expenses:5010-Rent  4000.00 SEK\n  Assets:1930-Bank\n',
    },
    "repris": REPRIS | {"2026-06": sale("2026-06-02", "A-5", "12345.67")},
    "koop": KOOP | {"2026-06": OF_JUNE},
    "angen": ANGEN,
}
MONTHS = ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]


@pytest.fixture
def year(make_workspace, tmp_path, monkeypatch):
    """Two divisions, one legal person that keeps in euro, and central; the fiscal year ends with June."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-07-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    conf = FAVA_CONF + 'fiscal_year_start = "07-01"\n'
    return make_workspace(YEAR, policy=POLICY, prices=PRICES + SPRING, conf=conf)


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return make_workspace(UNITS | {"angen": ANGEN}, policy=POLICY, prices=PRICES)


def said(month):
    """What a close says that it writes, unit by unit."""
    return [(done.unit, done.vouchers, done.carried, done.texts, done.opened) for done in month.closed]


def shown_and_done(ws, month, **wanted):
    """A dry run, then the close: both must say the same, and the dry run writes nothing."""
    before = files(ws)
    (shown,) = close(ws, month, dry_run=True, **wanted)
    assert files(ws) == before
    (done,) = close(ws, month, **wanted)
    assert said(shown) == said(done)
    assert (shown.before, shown.early, sorted(shown.blocked)) == (done.before, done.early, sorted(done.blocked))
    return done


def test_a_whole_year_is_closed_as_it_was_shown(year):
    """Each unit's levy of June has its own number in central's book, and central's result holds all of them.

    By hand, fiscal year to June 2026, 15 %: repris' turnover 10,000.00 + 100,000.01 + 33,333.33 - 400.00 + 12,345.67 =
    155,279.01, levy 23,291.85; angen's 777.77 + 31,415.92 = 32,193.69, levy 4,829.05; koop's 10,000 + 2,000 + 1,234.57
    EUR, levy 1,985.19 EUR, at the year's end (11.70) 23,226.72. Less 4,000.00 rent: 47,347.62.
    """
    done = [shown_and_done(year, month) for month in MONTHS]
    assert done[-1].blocked == {}
    assert [c.unit for c in done[-1].closed] == ["angen", "koop", "repris", "gemensamt"]
    numbers = [number for closed in done[-1].closed[:3] for number in closed.vouchers["gemensamt"]]
    assert numbers == sorted(set(numbers), key=lambda name: int(name.split("-")[1]))
    assert len(numbers) == 3
    book = load_federation(year).books.units["gemensamt"]
    assert sum(row.amount for row in book.summary.balances if row.account.startswith(("Income:", "Expenses:"))) == 0
    central = done[-1].closed[-1]
    text = central.texts["units/gemensamt/books/2026/2026-06.closed.beancount"]
    result = text[text.index("Result of 2025/2026 to equity") :]
    assert [line.split()[1:] for line in result.splitlines()[-2:]] == [["47347.62", "SEK"], ["-47347.62", "SEK"]]
    assert central.carried == "Y-1"


def not_if(flagged):
    """Readiness as it is, but only what is flagged counts, and whom central waits for."""

    def ready(federation, period, slugs, *, today, without=()):
        del today
        found = {slug: [] for slug in slugs}
        closed = federation.books.closed
        for slug in slugs:
            if slug in flagged:
                found[slug] = [ValueError(slug)]
        open_ = {s for s in federation.books.units if period not in closed.get(s, ()) and s not in {*slugs, *without}}
        if "gemensamt" in slugs and open_ - {"gemensamt"}:
            found["gemensamt"] = [ValueError(sorted(open_ - {"gemensamt"}))]
        return found

    return ready


#: Months closed before as they are; the month that is shown, and how.
SHOWN = [
    ([], "2025-12", {}),
    ([], "2025-12", {"slugs": ("repris",)}),
    (["2025-12"], "2026-01", {"slugs": ("koop", "angen")}),
    (["2025-12"], "2026-01", {"without": ("koop",), "decision": "ST-7"}),
    (["2025-12"], "2026-01", {"without": ("repris", "angen"), "decision": "ST-7"}),
    (["2025-12", "2026-01"], "2026-02", {}),
]


@pytest.mark.parametrize(("before", "month", "wanted"), SHOWN)
def test_it_shows_what_is_done(ws, before, month, wanted):
    close(ws, *before)
    shown_and_done(ws, month, **wanted)


def test_series_that_a_unit_uses_itself(ws):
    """Central numbers vouchers of its own by L: those of the close are SL-1, SL-2, SL-3."""
    path = ws.units["gemensamt"].folder / "accounts.beancount"
    path.write_text("2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Equity:2099-Own SEK\n")
    month = ws.units["gemensamt"].books / "2026" / "2026-01.beancount"
    month.write_text('2026-01-02 * "x"\n  voucher: "L-1"\n  Assets:1930-Bank  1 SEK\n  Equity:2099-Own\n')
    close(ws, "2025-12")
    done = shown_and_done(ws, "2026-01")
    numbers = [number for closed in done.closed[:3] for number in closed.vouchers["gemensamt"]]
    assert numbers == ["SL-1", "SL-2", "SL-3"]


def test_only_those_that_are_ready(ws):
    """Koop isn't: so central isn't either, and it waits for koop alone, in the dry run, too."""
    close(ws, "2025-12")
    wanted = {"ready": not_if({"koop"}), "only_ready": True}
    before = files(ws)
    (shown,) = close(ws, "2026-01", dry_run=True, **wanted)
    assert files(ws) == before
    (done,) = close(ws, "2026-01", **wanted)
    assert [c.unit for c in done.closed] == ["angen", "repris"]
    assert said(shown) == said(done)
    told = [{slug: [str(p) for p in found] for slug, found in month.blocked.items()} for month in (shown, done)]
    assert told[0] == told[1] == {"koop": ["koop"], "gemensamt": ["['koop']"]}


def test_a_month_that_was_opened_again(ws):
    close(ws, "2025-12", "2026-01")
    for slug in ("repris", "gemensamt"):
        reopen_month(ws, ws.units[slug], "2026-01", policy=load_federation(ws).policy, decision="ST-7")
    path = ws.units["repris"].books / "2026" / "2026-01.beancount"
    path.write_text(path.read_text() + "\n" + sale("2026-01-25", "A-20", "1000.00"))
    done = shown_and_done(ws, "2026-01")
    assert [c.unit for c in done.closed] == ["repris", "gemensamt"]
