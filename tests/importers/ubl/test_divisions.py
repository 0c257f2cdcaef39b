"""Divisions of one legal person share its number, and each may number its invoices from 1: they are two invoices."""

import pytest

from importers.run import import_files
from ledger.books import load_books
from tests.importers.ubl.build import invoice, line

UNIT = """\
organisation_number = "769999-0001"
[[source]]
name = "invoices"
format = "ubl"
[source.invoices]
purchases = "Expenses:5710-Frakter"
"""
ACCOUNTS = "2020-01-01 open Expenses:5710-Frakter\n"


def party(slug):
    return {"name": "Samverkan", "endpoint": "7699990001", "ids": (slug,), "country": "SE"}


@pytest.mark.parametrize("net", [("100.00", "100.00"), ("100.00", "250.00")])
def test_two_divisions_may_use_one_number(make_workspace, tmp_path, net):
    ws = make_workspace({slug: {"unit": UNIT, "accounts": ACCOUNTS} for slug in ("repris", "bud", "stad")})
    for slug, amount in zip(("bud", "stad"), net, strict=True):
        file = tmp_path / f"{slug}.xml"
        file.write_bytes(invoice(line(code="O", rate="", net=amount), seller=party(slug), buyer=party("repris")))
        for _ in range(2):  # the second time it is known
            report = import_files(ws, ws.units["repris"], [file])
            assert report.problems == []
    summary = load_books(ws, ["repris"]).units["repris"].summary
    owed = {row.partner: -row.amount for row in summary.partners if row.account.startswith("Liabilities:")}
    assert {slug: f"{amount}" for slug, amount in owed.items()} == {"bud": net[0], "stad": net[1]}
