"""Rules of a source: what they take, how they split, and which of them are refused where the settings are read."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from importers.bank.model import Part
from importers.problems import ImportAccountMissing
from importers.recognise.place import matches
from importers.recognise.problems import RuleImpossible
from importers.recognise.rules import Rules
from ledger.books.config import UnitFile, read_config
from ledger.books.problems import ConfigInvalid
from ledger.books.sources import RuleTable
from tests.importers.recognise.conftest import IBAN, line, plan, source, squeezed, told, unit, view

RENT = "Expenses:5010-Lokalhyra"
SHOP = "Income:3001-Försäljning-25"


def ruled(rule, *lines, **owner):
    """Entries of lines against an empty book with one rule."""
    table = source(rule=[rule])
    return plan(view("", unit(table, **owner)), *lines)


def test_rent_with_vat_and_a_share_for_the_shop(worked):
    """
    10,000.00 out: a fixed deposit of 1,000.00; of the other 9,000.00 two thirds rent with 25 % VAT within (6,000.00:
    VAT 1,200.00) and a third without. Shares 0.667 and 0.333 of 9,000.00 are 6,003.00 and 2,997.00; VAT 1,200.60.
    =>
    2026-03-02 * "Hyresvärden" "Hyra mars"
      Assets:1930-Bank -10000.00 SEK
      Assets:1510-Kundfordringar 1000.00 SEK
      Expenses:5010-Lokalhyra 4802.40 SEK
      Liabilities:2641-Ingående-moms 1200.60 SEK
      Expenses:6110-Kontorsmaterial 2997.00 SEK
    """
    parts = [
        {"account": "Assets:1510-Kundfordringar", "amount": "1000.00"},
        {"account": RENT, "share": "0.667", "vat": "25"},
        {"account": "Expenses:6110-Kontorsmaterial", "share": "0.333"},
    ]
    made = ruled(
        {"text": "hyra", "split": parts}, line("2026-03-02", "-10000.00", "Hyra mars", counterparty="Hyresvärden")
    )
    expected = test_rent_with_vat_and_a_share_for_the_shop.__doc__.partition("=>\n")[2]
    assert told(made) == squeezed(expected)


@pytest.mark.parametrize(
    ("goal", "amount", "expected"),
    [
        # income: output VAT of its rate, whichever way the money goes; 112.00 holds 12.00, 125.00 holds 25.00
        ({"account": SHOP, "vat": "25"}, "125.00", ["-100.00", "2611 -25.00"]),
        ({"account": SHOP, "vat": "25"}, "-125.00", ["100.00", "2611 25.00"]),
        ({"account": SHOP, "vat": "12"}, "112.00", ["-100.00", "2621 -12.00"]),
        # cost and purchases: input VAT, given back with the purchase
        ({"account": RENT, "vat": "25"}, "-125.00", ["100.00", "2641 25.00"]),
        ({"account": RENT, "vat": "25"}, "125.00", ["-100.00", "2641 -25.00"]),
        ({"account": "Assets:1220-Inventarier", "vat": "25"}, "-125.00", ["100.00", "2641 25.00"]),
        # so little that no VAT is in it
        ({"account": RENT, "vat": "6"}, "-0.05", ["0.05"]),
    ],
)
def test_vat_by_what_the_account_is(goal, amount, expected):
    (entry,) = ruled(goal, line("2026-03-02", amount, "x"))
    first, *more = entry.postings[1:]
    assert [str(first.units.number), *(f"{p.account.split(':')[1][:4]} {p.units.number}" for p in more)] == expected


def test_a_unit_that_may_deduct_half_bears_the_rest_rounded_up():
    """125.05 holds 25.01; half is 12.505, deducted 12.50; cost 112.55."""
    (entry,) = ruled({"account": RENT, "vat": "25"}, line("2026-03-02", "-125.05", "x"), vat_deduction=Decimal("0.5"))
    assert [str(p.units.number) for p in entry.postings] == ["-125.05", "112.55", "12.50"]


@pytest.mark.parametrize(
    ("rule", "taken"),
    [
        ({}, True),
        ({"text": "HYRA"}, True),
        ({"text": "bostads"}, True),  # text is looked for in the counterparty, too
        ({"text": "mars hyra"}, False),
        ({"counterparty": "bostadsbolaget"}, True),
        ({"counterparty": "hyra"}, False),
        ({"counterparty_account": "5050-1055"}, True),
        ({"counterparty_account": "BG 50501055"}, True),
        ({"counterparty_account": "5050-1056"}, False),
        ({"reference": "77 41"}, True),
        ({"reference": "774"}, False),
        ({"direction": "out"}, True),
        ({"direction": "in"}, False),
        ({"amount": "8000.00"}, True),
        ({"amount": "8000.01"}, False),
        ({"min": "8000"}, True),
        ({"min": "8000.01"}, False),
        ({"max": "8000"}, True),
        ({"max": "7999.99"}, False),
        ({"min": "7000", "max": "9000"}, True),
        ({"from": dt.date(2026, 3, 25)}, True),
        ({"from": dt.date(2026, 3, 26)}, False),
        ({"until": dt.date(2026, 3, 25)}, True),
        ({"until": dt.date(2026, 3, 24)}, False),
        ({"days_of_month": [24, 25]}, True),
        ({"days_of_month": [24, 26]}, False),
        ({"text": "hyra", "direction": "in"}, False),  # every condition
    ],
)
def test_what_a_rule_takes(rule, taken):
    paid = line(
        "2026-03-25",
        "-8000.00",
        "Hyra mars",
        counterparty="Bostadsbolaget AB",
        counterparty_account="5050-1055",
        reference="00 7741",
    )
    (entry,) = ruled({"account": RENT, **rule}, paid)
    assert (entry.flag == "*", entry.postings[1].account == RENT) == (taken, taken)


def test_the_first_rule_that_fits_counts():
    rules = [{"account": RENT, "text": "hyra", "narration": "Lokalhyra"}, {"account": SHOP}]
    first, second = plan(
        view("", unit(source(rule=rules))), line("2026-03-02", "-1.00", "Hyra"), line("2026-03-02", "-1.00", "x")
    )
    assert (first.postings[1].account, first.narration) == (RENT, "Lokalhyra")
    assert (second.postings[1].account, second.narration) == (SHOP, "x")


SUPPLIER = {
    "text": "factura ferretería",
    "payee": "Ferretería Ejemplo",
    "account": "Liabilities:2440-Leverantörsskulder",
}


def test_a_rule_says_who_the_other_party_is_where_the_list_has_no_field_for_it():
    entry, other = plan(
        view("", unit(source(rule=[SUPPLIER, {"counterparty": "bo", "payee": "Bo Berg", "account": RENT}]))),
        line("2026-03-02", "-250.00", "Factura Ferretería 77"),
        line("2026-03-02", "-1.00", "Hyra", counterparty="BO B 1234"),
    )
    assert (entry.flag, entry.payee, entry.narration) == ("*", "Ferretería Ejemplo", "Factura Ferretería 77")
    assert (other.flag, other.payee, other.narration) == ("*", "Bo Berg", "Hyra")


def test_the_party_that_a_rule_names_helps_to_find_the_invoice():
    """A number in the reference is an invoice's where the payer is right; 100.00 of 250.00 is a part payment."""
    book = view(
        """
        2026-03-01 * "Ferretería Ejemplo" "Factura 77" ^bill-1
          invoice: "77"
          Liabilities:2440-Leverantörsskulder  -250.00 SEK
          Expenses:4000-Inköp-varor             250.00 SEK
        """,
        unit(source(rule=[SUPPLIER])),
    )
    (entry,) = plan(book, line("2026-03-02", "-100.00", "Pago factura ferretería", reference="77"))
    assert (entry.flag, entry.payee, entry.links) == ("*", "Ferretería Ejemplo", {"bill-1"})


def test_of_a_collected_line_the_posting_says_whose_it_is():
    parts = [("-100.00", "", "Factura Ferretería 77", ""), ("-50.00", "Bo", "x", "")]
    (entry,) = plan(view("", unit(source(rule=[SUPPLIER]))), line("2026-03-02", "-150.00", "Lote", parts=parts))
    assert (entry.payee, [(p.meta or {}).get("counterparty") for p in entry.postings]) == (
        None,
        [None, "Ferretería Ejemplo", "Bo"],
    )


def test_food_vat_by_two_rules_on_either_side_of_the_day_the_rate_changes():
    """Swedish VAT on food is 12 %, from 2026-04-01 to 2027-12-31 6 %. 112.00 holds 12.00; 106.00 holds 6.00."""
    shop = {"account": "Income:3002-Försäljning-12"}
    rules = [
        {**shop, "vat": "12", "until": dt.date(2026, 3, 31)},
        {**shop, "vat": "6", "from": dt.date(2026, 4, 1), "until": dt.date(2027, 12, 31)},
    ]
    book = view("", unit(source(rule=rules)))
    before, after = plan(book, line("2026-03-31", "112.00"), line("2026-04-01", "106.00"))
    assert [str(p.units.number) for p in before.postings[1:]] == ["-100.00", "-12.00"]
    assert [str(p.units.number) for p in after.postings[1:]] == ["-100.00", "-6.00"]
    assert after.postings[2].account == "Liabilities:2631-Utgående-moms-6"


def test_a_split_that_the_payment_is_too_small_for_waits_and_says_why():
    parts = [{"account": RENT, "amount": "100.00"}, {"account": SHOP, "share": "1"}]
    (entry,) = ruled({"split": parts}, line("2026-03-02", "-99.99", "x"))
    assert (entry.flag, entry.meta["suggestion"]) == ("!", f"{RENT}: a rule splits off more than was paid")


def test_a_split_whose_shares_get_nothing_has_no_empty_postings():
    parts = [{"account": RENT, "amount": "100.00"}, {"account": SHOP, "share": "1"}]
    (entry,) = ruled({"split": parts}, line("2026-03-02", "-100.00", "x"))
    assert [str(p.units.number) for p in entry.postings] == ["-100.00", "100.00"]


@given(
    amount=st.decimals("0.01", "99999.99", places=2),
    weights=st.lists(st.integers(1, 50), min_size=1, max_size=6),
    vat=st.sampled_from([None, "25", "12", "6"]),
    sign=st.sampled_from([1, -1]),
)
@settings(max_examples=100, deadline=None)
def test_parts_always_sum_to_the_payment(amount, weights, vat, sign):
    shares = [Decimal(w) / Decimal(sum(weights)) for w in weights]
    shares[-1] = 1 - sum(shares[:-1])
    parts = [{"account": RENT, "share": str(s), "vat": vat} for s in shares]
    (entry,) = ruled({"split": parts}, line("2026-03-02", str(sign * amount)))
    numbers = [p.units.number for p in entry.postings]
    assert sum(numbers) == 0
    assert all(n == n.quantize(Decimal("0.01")) for n in numbers)


UNIT = 'name = "Repris"\ncode = "REPRIS"\ncurrency = "SEK"\n[[source]]\nname = "bank"\nformat = "camt053"\n'
HEAD = "[[source.rule]]\n"
SPLIT = '%s\n[[source.rule.split]]\naccount = "Expenses:1"\n'
PART = '\n[[source.rule.split]]\naccount = "Expenses:2"\n'


@pytest.mark.parametrize(
    ("rule", "row", "reason"),
    [
        ('account = "Utgifter:5010"', 8, "an account such as Expenses:5010-Lokalhyra is needed"),
        ('text = "x"', 7, "a rule has an account, or [[source.rule.split]] tables, one of the two"),
        (
            'account = "Expenses:1"\n[[source.rule.split]]\naccount = "Expenses:2"\nshare = "1"',
            7,
            "a rule has an account, or [[source.rule.split]] tables, one of the two",
        ),
        (
            SPLIT % 'text = "x"' + 'share = "0.5"' + PART + 'share = "0.4"',
            7,
            "the shares of a split must add up to 1",
        ),
        (
            'text = "x"\n[[source.rule.split]]\naccount = "Expenses:1"\namount = "5.00"',
            7,
            "a split without shares needs an amount that its parts add up to",
        ),
        (
            SPLIT % 'amount = "5.00"' + 'amount = "5.00"' + PART + 'share = "1"',
            7,
            "the fixed amounts of a split leave nothing for its shares",
        ),
        (
            '[[source.rule.split]]\naccount = "Expenses:1"\nshare = "1"\namount = "5.00"',
            8,
            "each part of a split has either a share or an amount",
        ),
        (
            'account = "Expenses:1"\nfrom = 2026-02-01\nuntil = 2026-01-31',
            7,
            "until lies before from: the rule would take no line",
        ),
        ('account = "Expenses:1"\nmin = "10"\nmax = "9.99"', 7, "max is less than min: the rule would take no line"),
        ('account = "Expenses:1"\namount = "10"\nmax = "11"', 7, "give amount, or min and max, not both"),
        ('account = "Expenses:1"\namount = "-10"', 9, "an amount above 0 is needed: amounts of rules have no sign"),
        (
            'account = "Liabilities:2440"\nvat = "25"',
            7,
            "VAT can be split off income, cost or purchases (Income, Expenses, Assets) only",
        ),
        (
            'account = "Expenses:1"\npartner = "x"',
            7,
            "partner and ic go together: with whom the dealing is, and of what kind",
        ),
        (
            'account = "Expenses:1"\ntext = " - "',
            9,
            "a text with at least one letter or digit is needed: this one would take every line",
        ),
        (
            'vat = "25"\n[[source.rule.split]]\naccount = "Expenses:1"\nshare = "1"',
            7,
            "where a rule splits, vat, partner, ic and decision stand in its parts",
        ),
        (
            'decision = "D"\n[[source.rule.split]]\naccount = "Expenses:1"\nshare = "1"',
            7,
            "where a rule splits, vat, partner, ic and decision stand in its parts",
        ),
    ],
)
def test_a_rule_that_cannot_work_is_named_with_its_line(tmp_path, rule, row, reason):
    path = tmp_path / "unit.toml"
    path.write_text(UNIT + HEAD + rule + "\n", encoding="utf-8")
    with pytest.raises(ConfigInvalid) as found:
        read_config(path, UnitFile, "units/repris/unit.toml")
    assert (found.value.line, found.value.params["reason"]) == (row, reason)


@pytest.mark.parametrize(
    ("chart", "country", "rate", "paid", "net", "vat"),
    [
        ("pgc", "CL", "19", "1190.00", "-1000.00", "-190.00"),
        ("pgc", "ES", "21.0", "121.00", "-100.00", "-21.00"),
        ("vsla", "KE", "16", "-58.00", "50.00", "8.00"),
        ("pgc", "ES", "5.2", "105.20", "-100.00", "-5.20"),  # recargo de equivalencia
        ("pgc", "FI", "25.5", "-125.50", "100.00", "25.50"),
        ("bas", "SE", "25.00", "125.00", "-100.00", "-25.00"),
    ],
)
def test_any_country_s_rate_is_split_off(chart, country, rate, paid, net, vat):
    """Gross x rate / (100 + rate), worked by hand; the VAT goes on the chart's own account for it."""
    codes = {"pgc": ("700", "477", "472"), "vsla": ("4100", "2710", "1710"), "bas": ("3001", "2611", "2641")}[chart]
    income, account = f"Income:{codes[0]}-Ventas", "Expenses:5010-Lokalhyra"
    rule = {"account": income if paid[0] != "-" else account, "vat": rate}
    book = view(f"2020-01-01 open {income}\n", unit(source(rule=[rule]), chart=chart, country=country))
    (entry,) = plan(book, line("2026-03-02", paid))
    assert entry.flag == "*"
    assert [str(p.units.number) for p in entry.postings[1:]] == [net, vat]
    assert entry.postings[2].account.split(":")[1].split("-")[0] == (codes[1] if paid[0] != "-" else codes[2])


@pytest.mark.parametrize("rate", ["0", "0.0", "100", "-25", "25,5", "25 %", "2_5", "１９", "1e1", ".5", "", "NaN"])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(ValidationError) as found:
        RuleTable.model_validate({"account": SHOP, "vat": rate})
    assert "above 0 and below 100" in str(found.value)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"account": SHOP, "vat": "21"}, "chart bas has no VAT of 21 %"),
        ({"account": SHOP, "partner": "repris", "ic": "trade"}, "partner is the unit itself"),
        ({"split": [{"account": SHOP, "share": "1", "vat": "16"}]}, "chart bas has no VAT of 16 %"),
    ],
)
def test_a_rule_that_contradicts_its_unit_is_refused_before_any_line(rule, reason):
    with pytest.raises(RuleImpossible) as found:
        plan(view("", unit(source(rule=[rule]))))
    assert found.value.params["reason"] == reason


def test_an_account_that_is_not_open_is_named_with_the_line_of_its_rule(tmp_path):
    text = UNIT + HEAD + f'account = "{RENT}"\ntext = "a"\n' + HEAD + 'text = "b"\n[[source.rule.split]]\nshare = "1"\n'
    (tmp_path / "unit.toml").write_text(text + 'account = "Expenses:9999-Nej"\n', encoding="utf-8")
    table = read_config(tmp_path / "unit.toml", UnitFile, "unit.toml").source[0]
    table = table.model_copy(update={"account": "Assets:1930-Bank", "bank_account": IBAN})
    with pytest.raises(ImportAccountMissing) as found:
        plan(view("", unit(table, folder=tmp_path)), line("2026-03-02", "-1.00", "b"))
    assert (found.value.line, found.value.excerpt) == (14, 'account = "Expenses:9999-Nej"')


def test_rules_are_asked_of_parts_without_their_day():
    rule = RuleTable.model_validate({"text": "café", "account": RENT, "days_of_month": [1], "from": "2026-01-01"})
    assert matches(rule, Part(Decimal(-1), text="CAFÉ Ängen"))
    assert not matches(rule, Part(Decimal(-1), text="kafé"))


def test_a_rule_finds_the_same_in_a_file_and_in_the_book_again():
    """Banks write several spaces; the book keeps one."""
    rules = Rules(
        view("", unit(source(rule=[{"text": "hyra mars", "account": RENT}]))),
        source(rule=[{"text": "hyra mars", "account": RENT}]),
    )
    assert rules.rules[0].text == "hyra mars"
    (entry,) = ruled({"text": "hyra mars", "account": RENT}, line("2026-03-02", "-1.00", "Hyra    mars"))
    assert entry.flag == "*"
