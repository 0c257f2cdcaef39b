"""Every sample in the books of its seller and of its buyer: the claim is what the oracle says is to be paid."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from importers.ubl.read import read_ubl
from tests.importers.conftest import Feed
from tests.importers.ubl.conftest import weight
from tests.importers.ubl.test_read import FILES

D = Decimal
#: The seller's organisation number of the Swedish samples has a wrong check digit, so it couldn't have sent them.
REFUSED_TO_SELLER = {"se_creditnote.xml", "se_invoice_bad_vat.xml", "se_invoice_bankgiro.xml"}


@pytest.mark.parametrize("selling", [True, False], ids=["seller", "buyer"])
@pytest.mark.parametrize("name", FILES)
def test_a_sample_in_books(samples, make_workspace, tmp_path_factory, name, selling):
    folder = samples / "sweden" / "peppol"
    content = (folder / name).read_bytes()
    found, oracle = read_ubl(content), json.loads((folder / "oracle.json").read_text())[name]
    own = found.seller if selling else found.buyer
    number = own.legal_id or own.vat
    toml = f'name = "{own.name}"\ncode = "U"\nentity = "legal_entity"\ncurrency = "SEK"\n'
    toml += f'organisation_number = "{number}"\n' if number else ""
    toml += '[[source]]\nname = "fakturor"\nformat = "ubl"\n'
    prices = f"{oracle['issue']} price {oracle['currency']} 10.1234 SEK\n" if oracle["currency"] != "SEK" else ""
    ws = make_workspace({"repris": {"unit_toml": toml}}, prices=prices)
    fed = Feed(ws, tmp_path_factory.mktemp("files"))
    report = fed.take(content)
    if selling and name in REFUSED_TO_SELLER:
        assert (report.status, report.problem.code) == ("refused", "UBL_SWEDISH_RULE")
        return
    assert report.status == "imported", report.problem
    (entry,) = fed.transactions()
    turn = (1 if selling else -1) * (-1 if oracle["kind"] == "CreditNote" else 1)
    code = "1510" if selling else "2440"
    claims = [p for p in entry.postings if p.account.split(":")[1].startswith(code)]
    assert claims[0].units.number == turn * D(oracle["payable"])
    assert claims[0].units.currency == oracle["currency"]
    assert [p.units.number for p in claims[1:]] == ([turn * D(oracle["prepaid"])] if oracle["prepaid"] else [])
    assert sum(weight(p) for p in report.plan.transactions[0].postings) == 0
    assert str(entry.date) == oracle["issue"]
    assert str(entry.meta.get("due", "")) == (oracle["due"] or "")
    assert entry.meta["invoice"] == oracle["id"]
    assert entry.meta.get("reference") == (oracle["payment_id"] or None)
    if not selling:
        assert entry.meta.get("payee-account") == oracle["payee"]
    assert fed.book().ok, fed.book().problems
