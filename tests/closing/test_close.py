"""The close of a federation, month by month: what stands in the books, in the seals and in the histories afterwards."""

import datetime as dt
import json
import shutil
from dataclasses import replace

import pytest
from beancount import loader
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ledger.books import load_books, open_workspace
from ledger.books.history import check_history, read_history
from ledger.books.sealed import seals_of
from ledger.closing.close import NotReadyError, close_month
from ledger.closing.keys import signing_key
from ledger.closing.together import Wanted, close_months, span
from ledger.combine import combine
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.seals import chain
from ledger.seals.signing import check_signature
from tests.closing.state import state
from tests.closing.worked import POLICY, PRICES, UNITS

END = dt.date(2026, 3, 31)


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return make_workspace(UNITS, policy=POLICY, prices=PRICES)


def everybody_ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


def close(ws, *months, ready=everybody_ready, **wanted):
    return list(close_months(ws, months, Wanted(**wanted), ready=ready))


def text_of(ws, name):
    return (ws.units_folder / name).read_text(encoding="utf-8")


def chains(ws):
    return {slug: seals_of(unit.folder) for slug, unit in ws.units.items()}


def whole(ws):
    """Nothing is wrong with books, seals or histories; plain Beancount loads every book without an error."""
    federation = load_federation(ws)
    assert federation.problems == ()
    found = chains(ws)
    assert chain.check_witnesses(found) == {}
    for slug, unit in ws.units.items():
        assert chain.check_chain(found[slug], slug) == []
        assert list(check_history(read_history(unit.folder))) == []
        _, errors, _ = loader.load_file(str(unit.main))
        assert errors == [], slug
    return federation


def test_a_month_of_everybody(ws):
    """Units by slug, central last; central's seal holds what every unit's close wrote into its book."""
    (done,) = close(ws, "2025-12")
    assert [(c.unit, c.seal.number) for c in done.closed] == [("repris", 1), ("gemensamt", 1)]  # koop begins later
    assert done.closed[0].vouchers == {"repris": ("L-1", "Y-1"), "gemensamt": ("L-1",)}
    assert done.closed[0].carried == "Y-1"
    central = done.closed[1].seal.draft
    assert [(e.voucher, e.file) for e in central.entries if e.type == "transaction"] == [
        ("Y-1", "books/2025/2025-12.closed.beancount"),
        ("L-1", "books/2025/2025-12.repris.closed.beancount"),
    ]
    (twin,) = done.closed[0].seal.draft.twins
    assert (twin.unit, twin.voucher, twin.file) == ("gemensamt", "L-1", central.entries[-1].file)
    assert twin.canonical == central.entries[-1].canonical
    written = text_of(ws, "repris/books/2025/2025-12.closed.beancount")
    assert written.startswith("; Written by the close of 2025-12, Repris")
    whole(ws)


def test_nothing_provisional_is_no_file_but_a_seal(ws):
    close(ws, "2025-12", "2026-01")
    assert not (ws.central.books / "2026" / "2026-01.closed.beancount").exists()
    assert [s.period for s in chains(ws)["gemensamt"]] == ["2025-12", "2026-01"]


def test_what_the_seal_adds_up_to(ws):
    (done,) = close(ws, "2025-12", slugs=("repris",))
    totals = {account.split("-")[0]: str(amount) for account, _, amount in done.closed[0].seal.draft.totals}
    assert totals == {
        "Assets:1930": "10000.00",
        "Equity:2099": "-8500.00",
        "Expenses:6430": "1500.00",
        "Expenses:8999": "8500.00",
        "Income:3001": "-10000.00",
        "Liabilities:2861": "-1500.00",
    }


def test_the_next_year_begins_with_last_years_result(ws):
    close(ws, "2025-12", slugs=("repris",))
    text = text_of(ws, "repris/books/2026/2026-01.beancount")
    assert text.startswith(UNITS["repris"]["2026-01"])
    assert '2026-01-01 * "Result of 2025 becomes last year\'s result"\n  voucher: "Y-1"\n' in text
    close(ws, "2026-01", slugs=("repris",))
    sealed = [e.voucher for e in chains(ws)["repris"][1].draft.entries if e.type == "transaction"]
    assert sorted(sealed) == ["A-1", "A-2", "E-1", "L-1", "Y-1"]


def test_figures_stay_the_same_to_the_cent(ws):
    """In March nothing is booked: what is held in euro goes to its closing rate all the same (+5.00, +90.00)."""
    close(ws, "2025-12")
    ends = [dt.date(2026, 1, 31), dt.date(2026, 2, 28), END]
    before = [state(load_federation(ws), end) for end in ends]
    for period in ("2026-01", "2026-02", "2026-03"):
        (done,) = close(ws, period)
        assert [c.unit for c in done.closed] == ["koop", "repris", "gemensamt"]
        assert [state(whole(ws), end) for end in ends] == before
    assert "90.00 SEK" in text_of(ws, "gemensamt/books/2026/2026-03.closed.beancount")
    assert "5.00 SEK" in text_of(ws, "repris/books/2026/2026-03.closed.beancount")
    federation = load_federation(ws)
    assert not any(federation.run.entries(slug) for slug in ws.units)
    months = [m for u in federation.run.statements.values() for y in u.years for m in y.months]
    assert all(m.closed and not m.provisional for m in months)


def test_what_a_book_cannot_hold_stays_on_the_invoice(ws):
    """Koop owes 9,000.00 SEK: in euro at 11.60 775.86 in January, 8,999.98 SEK: 0.02 less, which the invoice bears."""
    path = ws.units["koop"].folder / "accounts.beancount"
    path.write_text(path.read_text() + "2025-01-01 open Liabilities:55241-Debt\n2025-01-01 open Expenses:623-Bought\n")
    tags = '    partner: "gemensamt"\n    ic: "trade"\n'
    month = ws.units["koop"].books / "2026" / "2026-01.beancount"
    month.write_text(
        month.read_text()
        + '\n2026-01-16 * "Bought" ^ic-gemensamt-9\n  voucher: "A-9"\n'
        + "  Expenses:623-Bought        9000.00 SEK @@ 800.00 EUR\n"
        + tags
        + "  Liabilities:55241-Debt    -9000.00 SEK @@ 800.00 EUR\n"
        + tags
    )
    federation = load_federation(ws)

    def eliminated(federation):
        found = combine(federation.books, federation.run, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 1, 31))
        return sorted((u.code, u.key, u.amount) for u in found.unmatched if u.key and "koop" in u.units)

    before = eliminated(federation)
    close(ws, "2025-12", "2026-01")
    assert eliminated(whole(ws)) == before
    assert any(key == "ic-gemensamt-9" for _, key, _ in before)
    assert not any(key.endswith("-rate") for _, key, _ in before)


def test_a_span_closes_month_by_month(ws):
    months = span(ws, (), "2026-02")
    assert months == ["2025-12", "2026-01", "2026-02"]
    done = [[c.unit for c in month.closed] for month in close(ws, *months)]
    assert done == [["repris", "gemensamt"], *[["koop", "repris", "gemensamt"]] * 2]
    assert span(ws, (), "2026-02") == []
    whole(ws)


def files(ws):
    return {path: path.read_bytes() for path in ws.units_folder.rglob("*") if path.is_file()}


def test_run_again_nothing_twice(ws):
    close(ws, "2025-12")
    close(ws, "2026-01", slugs=("repris",))
    (done,) = close(ws, "2026-01")
    assert done.before == ["repris"]
    assert [c.unit for c in done.closed] == ["koop", "gemensamt"]
    before = files(ws)
    (again,) = close(ws, "2026-01")
    assert again.closed == []
    assert again.before == ["koop", "repris", "gemensamt"]
    assert files(ws) == before
    whole(ws)


def test_nobody_is_closed_while_anybody_is_not_ready(ws):
    def ready(federation, period, slugs, *, today, without=()):
        return {slug: [Problem()] if slug == "koop" else [] for slug in slugs}

    close(ws, "2025-12")
    before = files(ws)
    (done,) = close(ws, "2026-01", ready=ready)
    assert (done.closed, list(done.blocked)) == ([], ["koop"])
    assert files(ws) == before
    (done,) = close(ws, "2026-01", ready=ready, only_ready=True)
    assert [c.unit for c in done.closed] == ["repris", "gemensamt"]


def test_what_changes_between_the_look_and_the_close_stops_it(ws):
    """Asked under the locks: nothing can be written after it."""

    def ready(federation, slug):
        assert slug == "repris"
        return [Problem()]

    with pytest.raises(NotReadyError):
        close_month(ws, "repris", "2025-12", ready=ready)
    assert not (ws.units["repris"].folder / "seals.jsonl").exists()


def test_no_month_is_left_out(ws):
    """December is open: closing January first would close it, too, and its levy would be booked by nobody."""
    (done,) = close(ws, "2026-01", slugs=("repris",))
    assert [problem.code for problem in done.blocked["repris"]] == ["CLOSE_EARLIER_OPEN"]
    assert not list(ws.units_folder.glob("*/seals.jsonl"))


def test_a_trial_run_writes_nothing(ws):
    before = files(ws)
    (done,) = close(ws, "2025-12", "2026-01", dry_run=True)
    assert done.period == "2025-12"
    assert "Levy 2025-12" in done.closed[0].texts["units/repris/books/2025/2025-12.closed.beancount"]
    assert files(ws) == before


def test_units_outside_membership_have_nothing_to_close(ws):
    for slug, said in (("koop", "joined = 2026-01-15\n"), ("repris", "left = 2025-12-31\n")):
        toml = ws.units[slug].folder / "unit.toml"
        toml.write_text(toml.read_text() + said)
    ws = open_workspace(ws.root)
    assert [[c.unit for c in month.closed] for month in close(ws, "2025-12", "2026-01")] == [
        ["repris", "gemensamt"],
        ["koop", "gemensamt"],
    ]


def test_a_book_of_its_members_alone_closes_by_itself(ws):
    toml = ws.units["koop"].folder / "unit.toml"
    toml.write_text(toml.read_text() + "combine = false\n")
    ws = open_workspace(ws.root)
    *_, done = close(ws, "2025-12", "2026-01")
    assert [c.unit for c in done.closed] == ["repris", "gemensamt"]
    (done,) = close(ws, "2026-01", slugs=("koop",))
    assert done.closed[0].vouchers == {}
    assert not list(ws.central.books.rglob("*koop*"))


def test_central_without_a_unit(ws):
    """Koop isn't ready; central closes January without it, by decision. Its levy comes in central's February: 1,500 EUR

    at January's closing rate, in the combined statements of January in transit.
    """
    close(ws, "2025-12")
    (done,) = close(ws, "2026-01", without=("koop",), decision="ST-7")
    assert [(c.unit, c.seal.draft.decision) for c in done.closed] == [("repris", None), ("gemensamt", "ST-7")]
    (done,) = close(ws, "2026-01", slugs=("koop",))
    text = text_of(ws, "gemensamt/books/2026/2026-01.koop.closed.beancount")
    assert '2026-02-01 * "Levy 2026-01: Koop"' in text
    assert done.closed[0].vouchers["gemensamt"] == ("L-2",)  # repris' January is L-1
    federation = whole(ws)
    found = combine(federation.books, federation.run, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 1, 31))
    assert [(u.code, str(u.amount)) for u in found.unmatched] == [("CUT_OFF", "1500.00")]
    close(ws, "2026-02")
    late = [e for e in chains(ws)["gemensamt"][2].draft.entries if "2026-01.koop" in e.file]
    assert [e.voucher for e in late] == ["L-2"]
    whole(ws)


def test_numbers_give_way_to_the_units_own_series(ws):
    path = ws.units["repris"].books / "2026" / "2026-01.beancount"
    path.write_text(path.read_text().replace('"A-2"', '"L-1"'))
    close(ws, "2025-12")
    (done,) = close(ws, "2026-01", slugs=("repris",))
    assert done.closed[0].vouchers == {"repris": ("SL-1", "E-1"), "gemensamt": ("L-1",)}


def test_equal_books_have_equal_seals(ws, tmp_path):
    """Neither clock nor place nor the order of files is in what is read out for the minutes."""
    other = tmp_path / "other"
    shutil.copytree(ws.root / "units", other / "units")
    shutil.copy(ws.root / "fava.conf", other / "fava.conf")
    close(ws, "2025-12")
    again = open_workspace(other)
    close(again, "2025-12")
    assert [s.content for c in chains(ws).values() for s in c] == [s.content for c in chains(again).values() for s in c]


def test_the_history_tells_of_it_on_both_sides(ws):
    close(ws, "2025-12", "2026-01", slugs=("repris",))
    for slug, first in (("repris", "L-1"), ("gemensamt", "L-1")):
        line = read_history(ws.units[slug].folder)[-1]
        assert (line.action, line.by, line.details["unit"], line.details["period"]) == (
            "close",
            "anna",
            "repris",
            "2026-01",
        )
        assert line.vouchers[0].startswith(first)


def test_documents_are_sealed_with_what_names_them(ws):
    unit = ws.units["repris"]
    (unit.folder / "documents").mkdir()
    (unit.folder / "documents" / "invoice.txt").write_bytes(b"hello")
    path = unit.books / "2025" / "2025-12.beancount"
    path.write_text(path.read_text().replace('"A-1"', '"A-1"\n  document: "documents/invoice.txt"'))
    (done,) = close(ws, "2025-12", slugs=("repris",))
    assert done.closed[0].seal.draft.documents == (
        ("documents/invoice.txt", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    )


def test_gaps_and_accepted_lines_are_on_record(ws):
    unit = ws.units["repris"]
    path = unit.books / "2025" / "2025-12.beancount"
    path.write_text(
        path.read_text()
        + '\n2025-12-20 ! "Swish"\n  voucher: "A-4"\n  accepted-by: "eva"\n  reason: "asked"\n'
        + "  Assets:1930-Bank  10.00 SEK\n  Liabilities:2999-Suspense  -10.00 SEK\n"
        + '\n2025-12-31 event "voucher-gap" "A-2..A-3 the pad was torn"\n'
    )
    accounts = unit.folder / "accounts.beancount"
    accounts.write_text(accounts.read_text() + "2025-01-01 open Liabilities:2999-Suspense SEK\n")
    (done,) = close(ws, "2025-12", slugs=("repris",))
    draft = done.closed[0].seal.draft
    assert draft.gaps == (("A-2..A-3", "the pad was torn"),)
    assert draft.accepted == (("A-4", "eva", "asked"),)


def test_every_seal_sees_the_others(ws):
    close(ws, "2025-12", "2026-01")
    found = chains(ws)
    seen = {slug: [[w.unit for w in seal.draft.witnesses] for seal in seals] for slug, seals in found.items()}
    assert seen == {
        "repris": [[], ["gemensamt", "koop"]],
        "gemensamt": [["repris"], ["koop", "repris"]],
        "koop": [["gemensamt", "repris"]],
    }
    line = json.loads(text_of(ws, "gemensamt/seals.jsonl").splitlines()[1])
    assert line["witness"]["units"][0] == ["koop", 1, found["koop"][0].content]


def test_a_faulty_policy_closes_nobody(ws):
    """Even where nobody asks whether they are ready: what the levy is isn't known."""
    ws.policy_file.write_text(POLICY.replace('"service" 0.125', '"service" 0.130'))
    (done,) = close(ws, "2025-12")
    assert done.closed == []
    assert not list(ws.units_folder.glob("*/seals.jsonl"))


def test_no_levy_is_booked_on_one_side_only(ws):
    """Central's book has an error: repris could be closed by itself, but nothing would take its levy."""
    path = ws.central.books / "2026" / "2026-01.beancount"
    path.write_text('2026-01-05 * "Rent"\n  Expenses:5010-Hire  100.00 SEK\n  Assets:1930-Bank\n')
    (done,) = close(ws, "2025-12", slugs=("repris",))
    assert [problem.code for problem in done.blocked["repris"]] == ["CLOSE_CENTRAL_FAULTY"]
    assert not list(ws.units_folder.glob("*/seals.jsonl"))


def test_seals_are_signed_where_there_is_a_key(ws, tmp_path, monkeypatch):
    made = Ed25519PrivateKey.generate()
    key = tmp_path.parent / f"{tmp_path.name}.pem"
    key.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    monkeypatch.setenv("SAMBOK_SIGNING_KEY", str(key))
    list(close_months(ws, ["2025-12"], Wanted(), ready=everybody_ready, signer=signing_key(ws)))
    for slug in ("repris", "gemensamt"):
        (seal,) = chains(ws)[slug]
        assert seal.key
        assert check_signature(seal, [seal.key]) is None
        assert check_signature(replace(seal, by="eva"), [seal.key]) is not None


def test_the_year_end_leaves_the_combined_result(ws):
    """Repris 2025: 10,000 sold, 1,500 levy that central has as income: 10,000 for the federation, before and after."""

    def look():
        federation = load_federation(ws)
        found = combine(federation.books, federation.run, date_from=dt.date(2025, 1, 1), date_to=dt.date(2025, 12, 31))
        assert found.problems == ()
        lines = {line: str(amount) for line, amount in found.lines.items() if "Result" not in line}
        return str(found.result), lines

    before = look()
    assert before[0] == "10000.00"
    close(ws, "2025-12")
    assert look() == before


def test_a_unit_in_another_currency_ends_its_year(make_workspace, ws):
    """500 EUR sold at 11.10 (December's average), 75.00 of levy: the transfer moves what was translated, exactly."""
    accounts = "2025-01-01 open Assets:1940-Bank EUR\n2025-01-01 open Income:3001-Sales EUR\n"
    sale = '2025-12-20 * "Sale"\n  voucher: "A-1"\n  Assets:1940-Bank  500.00 EUR\n  Income:3001-Sales  -500.00 EUR\n'
    unit = 'currency = "EUR"\nentity = "legal_entity"\ncountry = "SE"\n'
    ws = make_workspace(
        {**UNITS, "export": {"unit": unit, "accounts": accounts, "2025-12": sale}}, policy=POLICY, prices=PRICES
    )
    end = dt.date(2025, 12, 31)

    def look():
        federation = load_federation(ws)
        found = combine(federation.books, federation.run, date_from=dt.date(2025, 1, 1), date_to=end)
        assert found.problems == ()
        return found.result, [(t.unit, t.posted, t.proof) for t in found.translation]

    before = look()
    (done,) = close(ws, "2025-12")
    assert "Y-1" in done.closed[0].vouchers["export"]
    assert look() == before
    whole(ws)


def test_loading_finds_nothing_late(ws):
    close(ws, *span(ws, (), "2026-02"))
    books = load_books(ws)
    assert books.problems == ()
    assert {slug: sorted(months) for slug, months in books.closed.items()} == {
        "gemensamt": ["2025-12", "2026-01", "2026-02"],
        "koop": ["2026-01", "2026-02"],
        "repris": ["2025-12", "2026-01", "2026-02"],
    }
