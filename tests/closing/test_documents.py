"""A voucher's document must be there before the month is closed, and is in the seal then (BFL 5 kap. 6 §; SPEC 7)."""

import datetime as dt
import hashlib

import pytest

from ledger.books import load_books
from ledger.books.sealed import seals_of
from ledger.closing.readiness import readiness
from ledger.closing.together import Wanted, close_months
from ledger.federation import load_federation
from tests.closing.readying import federation_with

TODAY = dt.date(2026, 3, 2)
JANUARY = "units/repris/books/2026/2026-01.beancount"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-02T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")


def rent(number, document, day="2026-01-12", at="voucher"):
    line = f'  document: "{document}"\n'
    top, below = (line, "") if at == "voucher" else ("", f"  {line}")
    return (
        f'{day} * "Rent"\n  voucher: "{number}"\n{top}'
        f"  Expenses:5010-Rent    100.00 SEK\n{below}  Assets:1930-Bank     -100.00 SEK\n\n"
    )


def codes(ws, month):
    found = readiness(load_federation(ws), month, ["repris"], today=TODAY)["repris"]
    return [problem.code for problem in found]


def close(ws, *months):
    return list(close_months(ws, months, Wanted(slugs=("repris",)), ready=readiness))


def put(ws, name, text="what it says"):
    path = ws.units["repris"].folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


#: What a voucher of January names; whether it must be there, as a file below the unit's folder.
NAMES = [
    ("documents/nope.pdf", True),
    ("documents/2026/kvitto", True),
    ("faktura 12.pdf", True),
    ("avtal/2026.jpeg", True),
    ("F-17", False),
    ("2026/17", False),
    ("7", False),
    ("2026.17", False),
    ("documents", False),
]


@pytest.mark.parametrize("at", ["voucher", "posting"])
@pytest.mark.parametrize(("name", "is_file"), NAMES)
def test_what_must_be_there(make_workspace, name, is_file, at):
    """By hand: the voucher stands at line 6, behind the sale's five; its posting's document counts for all of it."""
    ws = federation_with(make_workspace, {"repris/2026-01": rent("A-2", name, at=at)})
    expected = ["DOCUMENT_MISSING"] if is_file else []
    assert codes(ws, "2026-01") == expected
    told = load_federation(ws).problems
    assert [(p.code, p.where, p.params["document"]) for p in told] == [
        (code, f"{JANUARY}:6", f"units/repris/{name}") for code in expected
    ]
    assert load_books(ws).units["repris"].ok  # its figures stand
    if is_file:
        (done,) = close(ws, "2026-01")
        assert (done.closed, [p.code for p in done.blocked["repris"]]) == ([], expected)
        assert not (ws.units["repris"].folder / "seals.jsonl").exists()
        put(ws, name)
        assert load_federation(ws).problems == ()
    (done,) = close(ws, "2026-01")
    sealed = done.closed[0].seal.draft.documents
    assert sealed == (((name, hashlib.sha256(b"what it says").hexdigest()),) if is_file else ())


def test_it_is_told_once_at_the_first_voucher_that_names_it(make_workspace):
    text = rent("A-3", "documents/a.pdf", "2026-01-20") + rent("A-2", "documents/a.pdf", "2026-01-12")
    ws = federation_with(make_workspace, {"repris/2026-01": text})
    (problem,) = load_federation(ws).problems
    assert (problem.where, problem.params["count"]) == (f"{JANUARY}:12", "2")
    assert "2026-01-12 * " in (problem.excerpt or "")


def test_a_later_month_holds_up_no_earlier_one(make_workspace):
    ws = federation_with(make_workspace, {"repris/2026-02": rent("A-2", "documents/a.pdf", "2026-02-03")})
    assert codes(ws, "2026-01") == []
    (done,) = close(ws, "2026-01")
    assert [c.unit for c in done.closed] == ["repris"]
    assert codes(ws, "2026-02") == ["DOCUMENT_MISSING"]


def test_a_document_that_goes_after_the_close_is_for_verify_to_tell(make_workspace):
    """Its hash is in the seal: the books say nothing of it, and the next month isn't held up."""
    ws = federation_with(make_workspace, {"repris/2026-01": rent("A-2", "documents/a.pdf")})
    put(ws, "documents/a.pdf")
    close(ws, "2026-01")
    (ws.units["repris"].folder / "documents/a.pdf").unlink()
    assert load_federation(ws).problems == ()
    assert codes(ws, "2026-02") == []
    assert [name for name, _ in seals_of(ws.units["repris"].folder)[0].draft.documents] == ["documents/a.pdf"]


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_what_is_no_file_is_no_document(make_workspace, tmp_path, kind):
    """Its content couldn't be sealed: a link leads anywhere."""
    ws = federation_with(make_workspace, {"repris/2026-01": rent("A-2", "documents/a.pdf")})
    place = ws.units["repris"].folder / "documents/a.pdf"
    place.parent.mkdir()
    if kind == "folder":
        place.mkdir()
    else:
        (tmp_path / "elsewhere.pdf").write_text("x")
        place.symlink_to(tmp_path / "elsewhere.pdf")
    assert codes(ws, "2026-01") == ["DOCUMENT_MISSING"]
    (problem,) = load_federation(ws).problems
    assert "is a link or a folder" in problem.text()


def test_it_goes_between_the_look_and_the_close(make_workspace):
    """Whoever takes it away meanwhile doesn't get a seal without it."""
    ws = federation_with(make_workspace, {"repris/2026-01": rent("A-2", "documents/a.pdf")})
    put(ws, "documents/a.pdf")
    place = ws.units["repris"].folder / "documents/a.pdf"

    def ready(federation, period, slugs, *, today, without=()):
        del federation, period, today, without
        place.unlink(missing_ok=True)
        return {slug: [] for slug in slugs}

    (done,) = close_months(ws, ["2026-01"], Wanted(slugs=("repris",)), ready=ready)
    assert [p.code for p in done.blocked["repris"]] == ["DOCUMENT_MISSING"]
    assert not (ws.units["repris"].folder / "seals.jsonl").exists()
