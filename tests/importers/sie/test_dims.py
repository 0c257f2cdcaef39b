"""Dimensions and objects: on postings as metadata with their names, and back."""

import datetime as dt

import pytest

from importers.sie.dims import Register, as_meta, by_number, key_of
from importers.sie.model import SieFile

ONLY_SIE = 'chart = "bas"\n[[source]]\nname = "bok"\nformat = "sie4"\n'
BOOK = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Bolaget"
#RAR 0 20260101 20261231
#DIM 1 "Resultatenhet"
#DIM 6 "Projekt"
#UNDERDIM 21 "Butik" 1
#OBJEKT 1 "10" "Köket"
#OBJEKT 21 "B4" "Torget"
#OBJEKT 6 "P1" "Ritat men aldrig använt"
#IB 0 1930 1000.00
#IB 0 2091 -1000.00
#OIB 0 1930 {1 "10"} 400.00
#OIB 0 1930 {1 "20"} 100.00
#UB 0 1930 900.00
#UB 0 2091 -1000.00
#RES 0 6110 100.00
#PBUDGET 0 202601 6110 {} 90.00
#VER A 1 20260105 "Papper"
{
#BTRANS 6540 {} 100.00 20260106 "" "" "anna"
#RTRANS 6110 {1 "10" 21 "B4"} 100.00 20260107 "" "" "eva"
#TRANS 6110 {1 "10" 21 "B4"} 100.00
#TRANS 1930 {} -100.00
}
"""


def test_objects_of_a_row_stand_on_the_posting_with_their_names(feed):
    feed = feed(ONLY_SIE, accounts="; none yet\n")
    report = feed.take(BOOK, "bok.se")
    opening, paper = feed.transactions()
    meta = {k: v for k, v in paper.postings[0].meta.items() if k not in {"filename", "lineno"}}
    assert meta == {
        "cost-centre": "10",
        "cost-centre-name": "Köket",
        "dim-21": "B4",
        "dim-21-name": "Torget",
        "dim-21-kind": "Butik",
        "dim-21-under": "1",
    }
    bank = [(str(p.units.number), p.meta.get("cost-centre")) for p in opening.postings if "1930" in p.account]
    assert bank == [("400.00", "10"), ("100.00", "20"), ("500.00", None)]
    assert paper.meta["history"] == "-6540 100.00 2026-01-06 anna; +6110 100.00 2026-01-07 eva"
    assert "Objects that no row names stay in the archived file: 1." in report.plan.remarks
    assert "Budget rows (#PBUDGET) stay in the archived file: 1." in report.plan.remarks
    assert feed.book().problems == ()


@pytest.mark.parametrize(
    ("dimension", "key"),
    [("1", "cost-centre"), ("6", "project"), ("10", "invoice"), ("3", "dim-3"), ("21", "dim-21"), ("å: {", "dim-x")],
)
def test_what_a_dimension_is_called(dimension, key):
    assert key_of(dimension) == key


def test_metadata_becomes_the_register_again():
    sie = SieFile("cp437", dimensions={"21": "Butik"}, parents={"21": "1"}, objects={("21", "B4"): "Torget"})
    meta = {**as_meta((("1", "10"), ("21", "B4")), sie), "text": "x", "quantity": dt.date(2026, 1, 1)}
    register = Register()
    assert register.read(meta) == (("1", "10"), ("21", "B4"))
    back = SieFile("cp437")
    register.into(back)
    assert back.dimensions == {"1": "Kostnadsställe", "21": "Butik"}
    assert back.parents == {"21": "1"}
    assert back.objects == {("1", "10"): "", ("21", "B4"): "Torget"}


def test_a_later_name_counts_and_no_name_takes_none_away():
    register = Register()
    register.read({"project": "P1", "project-name": "Hus"})
    register.read({"project": "P1", "project-name": "Hus och hem"})
    register.read({"project": "P1"})
    assert register.objects == {("6", "P1"): "Hus och hem"}


def test_numbers_come_by_size_before_words():
    assert sorted(["10", "9", "B", "A", "007"], key=by_number) == ["007", "9", "10", "A", "B"]
