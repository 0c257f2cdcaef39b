"""The committed demo federation is its generator's output, and says nothing that its books may not say."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from benchmarks.demo import build, cast
from benchmarks.demo.__main__ import differences, write
from benchmarks.demo.earlier import existed
from benchmarks.demo.rates import last_bank_day
from benchmarks.demo.sealed import is_seal
from ledger.books import load_books, main_text, open_workspace
from ledger.policy import read_policy
from tests.demo.conftest import ROOT, sambok


def test_the_committed_text_is_the_generators_byte_for_byte(demo_files, held):
    if held is None:
        assert [path for path in differences(ROOT, demo_files) if not is_seal(path)] == []
        return
    text = {path: data for path, data in held.items() if not is_seal(path)}
    assert sorted(text) == sorted(demo_files)
    assert [path for path in text if text[path] != demo_files[path]] == []


def test_2025_is_closed_in_every_book_that_it_has_and_all_of_it_holds(sealed_copy):
    ws = open_workspace(sealed_copy)
    closed = {slug: months for slug, months in load_books(ws).closed.items() if months}
    assert sorted(closed) == sorted(existed())
    assert {tuple(sorted(months)) for months in closed.values()} == {tuple(f"2025-{m:02}" for m in range(1, 13))}
    assert sambok(sealed_copy, "verify").return_value == 0
    march = sealed_copy / "units/repris/books/2025/2025-03.beancount"
    march.write_text(march.read_text(encoding="utf-8").replace("Bidrag", "Gåva", 1), encoding="utf-8")
    assert sambok(sealed_copy, "verify").return_value == 1


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(demo_files):
    assert build() == demo_files
    other = build(seed=7)
    assert other["units/repris/books/2026/2026-03.beancount"] != demo_files["units/repris/books/2026/2026-03.beancount"]


def test_check_names_what_was_altered_added_and_removed(demo_files, tmp_path):
    write(tmp_path, demo_files)
    assert differences(tmp_path, demo_files) == []
    march = "units/repris/books/2026/2026-03.beancount"
    (tmp_path / march).write_bytes(demo_files[march] + b"\n")
    (tmp_path / "units/repris/notes.txt").write_text("mine")
    (tmp_path / "fava.conf").unlink()
    assert differences(tmp_path, demo_files) == ["fava.conf", march, "units/repris/notes.txt"]


def test_who_takes_part(demo_root):
    ws = open_workspace(demo_root)
    assert ws.problems == ()
    divisions = [u for u in ws.units.values() if u.entity == "division" and u.slug != "gemensamt"]
    places = {"Finspång", "Kinda", "Linköping", "Norrköping", "Ydre", "Katrineholm", "Vingåker", "Tranås"}
    assert {u.levels[-1] for u in divisions} == places
    assert {u.legal_person for u in divisions} == {ws.central.legal_person}
    assert {(u.currency, u.chart) for u in ws.units.values() if u.entity == "legal_entity"} == {
        ("EUR", "pgc"),
        ("CLP", "pgc"),
        ("KES", "vsla"),
    }
    assert [u.slug for u in ws.units.values() if not u.combine] == ["kikundi-mfano"]
    assert all(unit.main.read_text() == main_text(unit) for unit in ws.units.values())


def luhn(number: str) -> bool:
    """Whether the last digit is the check digit (modulus 10): every second digit from the right counts double."""
    doubled = [int(c) * (1 + place % 2) for place, c in enumerate(reversed(number))]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def test_nobody_can_have_its_numbers(demo_files):
    """Organisation, VAT and bankgiro numbers fail their own check digit; OCR numbers, which nobody owns, pass it."""
    assert luhn("650861")  # 1 + 12 -> 3 + 8 + 0 + 5 + 12 -> 3 = 20
    assert not luhn("650862")
    waiting = {path: data.decode("latin-1") for path, data in demo_files.items() if "/inbox/" in path}
    everything = "\n".join([*waiting.values(), *(d.decode() for p, d in demo_files.items() if p.endswith(".toml"))])
    owned = [cast.ORGANISATION.replace("-", "")]
    owned += re.findall(r"SE(\d{10})01\b", everything)
    owned += re.findall(r"<cbc:ID>(\d{8})</cbc:ID><cac:FinancialInstitutionBranch>", everything)
    owned += re.findall(r'format = "bgmax"\nbank_account = "(\d+)"', everything)
    assert len(set(owned)) == 4
    assert not [number for number in owned if luhn(number)]
    quoted = re.findall(r"<Ref>(\d+)</Ref>", everything)
    quoted += [row[12:37].strip() for row in everything.split("\n") if re.match(r"20\d{10} +\d", row)]
    assert len(quoted) > 5
    assert all(luhn(number) for number in quoted)


def test_its_text_passes_the_guard_and_its_policy_is_sound(demo_root):
    ws = open_workspace(demo_root)
    books = load_books(ws)
    assert books.problems == ()
    assert read_policy(books.central_text, ws).problems == ()
    assert 1500 <= books.transactions <= 4500


def test_unit_text_is_what_SPEC_3_allows(demo_files):  # noqa: N802  the contract's own name
    for path, data in demo_files.items():
        if not path.endswith(".beancount") or path.count("/") == 1:
            continue
        text = data.decode()
        assert not re.search(r"^\d{4}-\d\d-\d\d (pad|price|commodity|query)\b", text, re.MULTILINE), path
        assert all(link.isascii() for link in re.findall(r"\^(\S+)", text)), path
        if "/books/" in path:
            assert re.fullmatch(
                r"units/[a-z-]+/books/(2025/2025-(0[1-9]|1[0-2])|2026/2026-(0[1-9]|1[01]))\.beancount", path
            )
            dates = set(re.findall(r"^(\d{4}-\d\d)-\d\d ", text, re.MULTILINE))
            assert dates == {path[-17:-10]}, path


@pytest.mark.parametrize("currency", ["EUR", "CLP", "KES"])
def test_no_rate_is_ever_missing(currency, demo_files):
    text = demo_files["units/prices.beancount"].decode()
    prices = re.findall(rf"^(\S+) price {currency}  (\S+) SEK", text, re.MULTILINE)
    spots = {dt.date.fromisoformat(day): Decimal(rate) for day, rate in prices}
    day = dt.date(2026, 1, 1)
    while day <= dt.date(2026, 11, 30):
        assert any(day - dt.timedelta(days=back) in spots for back in range(8)), day
        day += dt.timedelta(days=1)
    averages = re.findall(rf'^(\S+) custom "average-rate" "{currency}" (\S+) SEK', text, re.MULTILINE)
    assert len(averages) == (11 if currency == "KES" else 23)
    if currency != "KES":
        assert all(last_bank_day(2025, month) in spots for month in range(1, 13))
    averages = averages[-11:]
    assert all(last_bank_day(2026, month) in spots for month in range(1, 12))
    for month, (_, average) in enumerate(averages, 1):
        rates = [rate for day, rate in spots.items() if (day.year, day.month) == (2026, month)]
        assert abs(sum(rates) / len(rates) - Decimal(average)) <= Decimal(1).scaleb(rates[0].as_tuple().exponent) / 2


def test_each_quiet_fact_is_there(demo_files):
    """The story that docs/demo.md tells."""

    def text(slug: str) -> str:
        return "".join(d.decode() for p, d in demo_files.items() if p.startswith(f"units/{slug}/books"))

    assert text("vaktmasteri").count('corrects: "A-') == 1
    assert 'concerns: "2026-05"' in text("tradgarden")
    assert 'custom "internal-stock" "syateljen" 11400.00 SEK' in text("repris")
    assert text("repris").count("Avsiktlig skillnad") == text("cykelbudet").count("Avsiktlig skillnad") == 1
    assert 'custom "budget"' in text("kafe-angen")
    assert "Utgående-moms-6" not in "".join(
        demo_files[f"units/kafe-angen/books/2026/2026-0{month}.beancount"].decode() for month in (1, 2)
    )
    assert "Utgående-moms-6" in demo_files["units/kafe-angen/books/2026/2026-04.beancount"].decode()
    assert not re.search(r"\d\.\d", " ".join(re.findall(r"(\S+) CLP$", text("coop-sur"), re.MULTILINE)))
