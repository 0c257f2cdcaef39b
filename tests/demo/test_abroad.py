"""November abroad: a Spanish statement, a Chilean list, a Kenyan wallet; figures added up from the files."""

from __future__ import annotations

from decimal import Decimal

from tests.demo import waiting
from tests.demo.waiting import comma, norma_amount


def test_spanish_lines_go_where_their_texts_say(imported):
    records = waiting.norma(imported.before)
    texts = [r[4:42].strip() for r in records if r.startswith("23")]
    amounts = dict(zip(texts, (norma_amount(r, 28) for r in records if r.startswith("22")), strict=True))
    rent = -amounts["Alquiler noviembre"]
    net = (rent / Decimal("1.21")).quantize(Decimal("0.01"))
    assert (imported.moved("koop-reusa", "621"), imported.moved("koop-reusa", "472")) == (net, rent - net)
    assert imported.moved("koop-reusa", "626") == -amounts["Comisiones"]
    assert imported.moved("koop-reusa", "465") == -amounts["Pago nómina noviembre"]
    withheld, social = imported.moved("koop-reusa", "4751"), imported.moved("koop-reusa", "476")
    assert withheld + social == -amounts["Retenciones y cotizaciones octubre"]
    assert withheld * 31 == social * 11  # 11 % and 31 % of the same wages
    assert imported.balance("koop-reusa", "555") == -amounts["Bizum recibido"]


def test_references_settle_what_was_open_in_october(imported):
    for slug, codes in (("koop-reusa", ("400",)), ("coop-sur", ("400", "430"))):
        october = (imported.before / f"units/{slug}/books/2026/2026-10.beancount").read_text()
        assert october.count("  invoice: ") == {"koop-reusa": 2, "coop-sur": 4}[slug]
        assert [imported.balance(slug, code) for code in codes] == [0] * len(codes)
        assert imported.items(slug) == {}


def test_chilean_amounts_have_no_decimals(imported):
    rows = waiting.cartola(imported.before)
    (rent,) = [comma(row["Cargos"]) for row in rows if row["Descripción"].startswith("Alquiler")]
    assert imported.moved("coop-sur", "621") * 119 == rent * 100
    assert imported.moved("coop-sur", "621") + imported.moved("coop-sur", "472") == rent
    (vat,) = [comma(row["Cargos"]) for row in rows if row["Descripción"].startswith("Pago IVA")]
    assert imported.moved("coop-sur", "4750") == vat
    assert all(
        p.units.number == int(p.units.number)
        for e in imported.entries("coop-sur")
        for p in e.postings
        if p.units.currency == "CLP"
    )


def test_the_wallet_holds_what_its_statement_says(imported):
    rows = waiting.mpesa(imported.before)
    done = [row for row in rows if row["Transaction Status"] == "Completed"]
    (failed,) = [row for row in rows if row not in done]
    balance = Decimal(0)
    for row in done:
        balance += Decimal((row["Paid In"] or row["Withdrawn"]).replace(",", ""))
        assert balance == Decimal(row["Balance"].replace(",", "")) >= 0
    assert imported.balance("kikundi-mfano", "1040") == balance
    paid = {
        account: sum(Decimal(r["Paid In"].replace(",", "")) for r in done if r["A/C No."].upper().startswith(account))
        for account in ("KM27-S", "KM27 S", "KM27-F", "KIKOMBE")
    }
    sheets = waiting.sheets(imported.before)
    bought = sum(500 * int(row["shares"]) for sheet in sheets for row in sheet)
    fined = sum(int(row["fine"]) for sheet in sheets for row in sheet)
    lent = sum(int(row["new_loan"] or 0) for sheet in sheets for row in sheet)
    assert imported.moved("kikundi-mfano", "3010") == -bought - paid["KM27-S"] - paid["KM27 S"]
    assert imported.moved("kikundi-mfano", "4020") == -fined - paid["KM27-F"]
    assert imported.moved("kikundi-mfano", "1110") == lent
    assert imported.balance("kikundi-mfano", "2900") == -paid["KIKOMBE"]
    charges = [Decimal(r["Withdrawn"]) for r in done if "Charge" in r["Details"]]
    assert imported.moved("kikundi-mfano", "5020") == -sum(charges)
    assert failed["Paid In"]
    assert sum("Agent" in r["Details"] for r in done) == 2
    taken = sum(Decimal(r["Withdrawn"].replace(",", "")) for r in done if "Agent" in r["Details"])
    assert imported.moved("kikundi-mfano", "1010") == bought + fined - lent - taken


def test_members_have_numbers_and_no_names(imported):
    payers = {row["Other Party Info"] for row in waiting.mpesa(imported.before)} - {"", "Agent 4411"}
    assert payers
    assert all(payer.split(" - ")[1][:7] == "MEMBER " and payer[4:8] == "****" for payer in payers)
