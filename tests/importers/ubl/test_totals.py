"""The arithmetic of EN 16931: each rule broken by itself, tolerances to the last öre, and right sums."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.ubl.problems import UblIncomplete, UblTaxCategory, UblTotalsDiffer
from importers.ubl.read import read_ubl
from importers.ubl.totals import check_adds_up, components, line_works_out
from tests.importers.ubl.build import change, credit, invoice, line

D = Decimal
#: Lines of 100.00 at 25 % and 50.00 at 12 %, 10.00 discount and 4.00 freight at 25 %: 144.00 + 29.50 = 173.50.
WHOLE = invoice(
    line(), line("Kaffe", "50.00", "12"), changes=[change("10.00"), change("4.00", charge=True)], prepaid="73.50",
    rounding="0.25",
)  # fmt: skip


def stated(name, old, new, content=WHOLE):
    """The invoice with another amount in one field."""
    before = f'<cbc:{name} currencyID="SEK">{old}</cbc:{name}>'.encode()
    assert content.count(before) == 1, content.count(before)
    return content.replace(before, before.replace(f">{old}<".encode(), f">{new}<".encode()))


def test_the_whole_adds_up():
    found = read_ubl(WHOLE)
    assert (found.totals.net, found.tax, found.totals.gross, found.totals.payable) == (
        D("144.00"), D("29.50"), D("173.50"), D("100.25"),
    )  # fmt: skip
    check_adds_up(found, "f.xml")
    assert sum(amount for _, amount in components(found)) == D("144.00")


@pytest.mark.parametrize(
    ("field", "old", "new", "rule", "difference"),
    [
        ("LineExtensionAmount", "150.00", "150.01", "BR-CO-10", "0.01"),
        ("LineExtensionAmount", "50.00", "49.99", "BR-CO-10", "0.01"),
        ("AllowanceTotalAmount", "10.00", "11.00", "BR-CO-11", "1.00"),
        ("ChargeTotalAmount", "4.00", "3.00", "BR-CO-12", "-1.00"),
        ("TaxExclusiveAmount", "144.00", "144.01", "BR-CO-13", "0.01"),
        ("TaxAmount", "29.50", "29.51", "BR-CO-14", "0.01"),
        ("TaxInclusiveAmount", "173.50", "173.51", "BR-CO-15", "0.01"),
        ("PayableAmount", "100.25", "100.26", "BR-CO-16", "0.01"),
        ("PrepaidAmount", "73.50", "73.49", "BR-CO-16", "-0.01"),
        ("PayableRoundingAmount", "0.25", "0.26", "BR-CO-16", "-0.01"),
    ],
)
def test_a_sum_that_is_an_ore_off_is_refused_with_the_difference(field, old, new, rule, difference):
    with pytest.raises(UblTotalsDiffer) as caught:
        check_adds_up(read_ubl(stated(field, old, new)), "f.xml")
    told = caught.value.params
    assert (told["rule"], told["difference"], told["currency"]) == (rule, difference, "SEK")
    assert D(told["stated"]) - D(told["computed"]) == D(difference)
    assert caught.value.line


def test_sums_that_are_left_out_count_as_nought():
    """A discount without the sum of discounts."""
    content = WHOLE.replace(b'<cbc:AllowanceTotalAmount currencyID="SEK">10.00</cbc:AllowanceTotalAmount>', b"")
    with pytest.raises(UblTotalsDiffer, match="BR-CO-11"):
        check_adds_up(read_ubl(content), "f.xml")


def vat(taxable, amount, rate="25"):
    """An invoice of one line of 100.00 whose breakdown states something else; its sums follow the breakdown."""
    content = stated("TaxableAmount", "100.00", taxable, invoice(line(rate=rate)))
    content = content.replace(b'TaxAmount currencyID="SEK">25.00<', f'TaxAmount currencyID="SEK">{amount}<'.encode())
    return content.replace(b">125.00<", f">{100 + D(amount)}<".encode())


@pytest.mark.parametrize(
    ("taxable", "amount", "rule"),
    [
        ("100.00", "25.00", None),
        ("100.00", "25.99", None),
        ("100.00", "24.01", None),
        ("100.00", "26.00", "BR-CO-17"),
        ("100.00", "24.00", "BR-CO-17"),
        ("100.99", "25.00", None),
        ("99.01", "25.00", None),
        ("101.00", "25.00", "BR-S-08"),
        ("99.00", "25.00", "BR-S-08"),
    ],
)
def test_vat_and_its_base_may_be_off_by_less_than_one_krona(taxable, amount, rule):
    found = read_ubl(vat(taxable, amount))
    if rule is None:
        check_adds_up(found, "f.xml")
        return
    with pytest.raises(UblTotalsDiffer) as caught:
        check_adds_up(found, "f.xml")
    assert caught.value.params["rule"] == rule


@pytest.mark.parametrize("code", ["Z", "E", "AE", "K", "G", "O"])
def test_a_category_without_vat_has_the_base_of_its_lines_to_the_ore(code):
    content = invoice(line(code=code, rate=None if code == "O" else "0"))
    check_adds_up(read_ubl(content), "f.xml")
    family = "IC" if code == "K" else code
    with pytest.raises(UblTotalsDiffer, match=f"BR-{family}-08"):
        check_adds_up(read_ubl(stated("TaxableAmount", "100.00", "100.01", content)), "f.xml")


@pytest.mark.parametrize("code", ["E", "K"])
def test_a_category_without_vat_has_none(code):
    content = invoice(line(code=code, rate="0")).replace(b">0.00</cbc:TaxAmount>", b">1.00</cbc:TaxAmount>")
    content = content.replace(b'"SEK">100.00</cbc:TaxInclusiveAmount>', b'"SEK">101.00</cbc:TaxInclusiveAmount>')
    content = content.replace(b'"SEK">100.00</cbc:PayableAmount>', b'"SEK">101.00</cbc:PayableAmount>')
    with pytest.raises(UblTotalsDiffer, match=f"BR-{'IC' if code == 'K' else code}-09"):
        check_adds_up(read_ubl(content), "f.xml")


def test_a_line_whose_category_isn_t_in_the_breakdown():
    """The line says 12 %, the breakdown 25 %."""
    content = invoice()
    at = content.rfind(b"<cbc:Percent>25<")
    with pytest.raises(UblTotalsDiffer, match="BR-S-08"):
        check_adds_up(read_ubl(content[:at] + content[at:].replace(b">25<", b">12<")), "f.xml")
    both = invoice(line(), line("Gratis", "0.50", "12"))
    cut = both.index(b"<cac:TaxSubtotal>", both.index(b"</cac:TaxSubtotal>"))
    without = both[:cut] + both[both.index(b"</cac:TaxTotal>") :]
    lowered = without.replace(b'"SEK">25.06<', b'"SEK">25.00<').replace(b">125.56<", b">125.50<")
    with pytest.raises(UblTotalsDiffer, match="BR-S-01"):
        check_adds_up(read_ubl(lowered), "f.xml")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (invoice(changes=[change("1.00", code="", rate=None)]), UblIncomplete),
        (invoice(changes=[change("1.00", code="B", rate="22")]), UblTaxCategory),
        (invoice(line(code="L", rate=None)), UblTaxCategory),
        (invoice(line(code="O", rate="25")), UblTaxCategory),
    ],
)
def test_categories_and_rates_that_there_aren_t(content, problem):
    with pytest.raises(problem):
        check_adds_up(read_ubl(content), "f.xml")


@pytest.mark.parametrize(
    ("given", "computed"),
    [
        ({"quantity": "5", "price": "20"}, None),
        ({"quantity": "5", "price": "19.996"}, None),  # 99.98: two öre
        ({"quantity": "5", "price": "19.994"}, "99.97"),
        ({"quantity": "250", "price": "40", "per": "100"}, None),
        ({"quantity": "-5", "price": "20"}, "-100.00"),
        ({"quantity": "5", "price": "22", "allowances": (("false", "12.00"), ("true", "2.00"))}, None),
        ({"quantity": "5", "price": "22", "allowances": (("true", "2.00"),)}, "112.00"),
        ({"price": "22"}, None),
        ({"quantity": "5"}, None),
        ({"quantity": "5", "price": "22", "per": "0"}, "110.00"),  # of no quantity: taken for one
    ],
)
def test_quantity_times_price(given, computed):
    found = read_ubl(invoice(line(**given))).lines[0]
    assert line_works_out(found, "SEK") == (D(computed) if computed else None)


AMOUNTS = st.integers(-10_000_00, 10_000_00).map(lambda n: D(n).scaleb(-2))
LINES = st.builds(
    lambda net, tax: line(net=str(net), code=tax[0], rate=tax[1]),
    AMOUNTS,
    st.sampled_from([("S", "25"), ("S", "12"), ("S", "6"), ("E", "0"), ("O", None)]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from([invoice, credit]))
def test_every_invoice_of_right_sums_adds_up(lines, make):
    check_adds_up(read_ubl(make(*lines)), "f.xml")


@pytest.mark.parametrize(
    ("net", "code", "rate", "stated", "right"),
    [
        ("100.00", "S", "25", "285.00", True),
        ("100.00", "S", "25", "-285.00", False),
        ("-100.00", "S", "25", "-285.00", True),
        ("-100.00", "S", "25", "285.00", False),
        ("100.00", "E", "0", "285.00", False),
    ],
)
def test_vat_in_both_currencies_turns_the_same_way(net, code, rate, stated, right):
    one = line(net=net, code=code, rate=rate)
    found = read_ubl(invoice(one, currency="EUR", tax_currency="SEK", tax_accounting=stated))
    if right:
        check_adds_up(found, "f.xml")
        return
    with pytest.raises(UblTotalsDiffer) as caught:
        check_adds_up(found, "f.xml")
    assert (caught.value.params["rule"], caught.value.params["stated"]) == ("BR-53", stated)
