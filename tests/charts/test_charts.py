"""Charts: an account has one line, by its first digits; a rule's role has one account; own charts stay data."""

import os
import re
from pathlib import Path

import pytest
from beancount.parser import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.charts import SHIPPED, CodeSet, Range, line, lines, load_chart
from ledger.charts.problems import (
    AccountWrongRoot,
    ChartInvalid,
    ChartMissing,
    ChartOutside,
    ChartRoleMissing,
    ChartSyntax,
)

BAS = load_chart("bas", Path())
PGC = load_chart("pgc", Path())
VSLA = load_chart("vsla", Path())
CHARTS = [BAS, PGC, VSLA]
#: What the rules of SPEC 6 and 10 post to; every chart must answer.
NEEDED = """
levy_cost levy_owed levy_claim levy_income fund_income fund_claim fund_owed trade_claim trade_debt loan_claim loan_debt
transit_in transit_out capital_held member_contributions input_vat output_vat reverse_output_vat reverse_input_vat
exchange_gain exchange_loss suspense bank cash receivables payables rounding inventory cost_of_goods opening_equity
retained_result result_for_year result_transfer investment_fund solidarity_fund refund_owed sales purchases
fund_support fund_contribution fund_grants fund_losses fund_stakes loan_allowance
""".split()


@pytest.mark.parametrize(
    ("account", "code", "expected"),
    [
        ("Income:3001-Försäljning", "3001", "NetSales"),
        ("Income:3799-Justering", "3799", "NetSales"),
        ("Expenses:3740-Öresutjämning", "3740", "NetSales"),  # income and expense are one statement
        ("Income:3988-Lönebidrag", "3988", "OtherOperatingIncome"),
        ("Expenses:6430-Avgift", "6430", "OtherExternalCosts"),
        ("Expenses:64301-Avgift-del", "64301", "OtherExternalCosts"),  # a sub-account of 6430
        ("Expenses:4001-Varor", "4001", "RawMaterials"),
        ("Expenses:4211-Sålt", "4211", "GoodsForResale"),  # the narrower range wins
        ("Expenses:4960-Lager", "4960", "GoodsForResale"),
        ("Income:8999-Resultat", "8999", "ResultTransfer"),
        ("Assets:1661-Intern", "1661", "InternalReceivables"),
        ("Liabilities:2861-Intern", "2861", "InternalPayables"),
        ("Assets:1510-Kunder", "1510", "TradeReceivables"),
        ("Liabilities:2999-Obs", "2999", "AccruedExpenses"),
        ("Equity:2083-Insatser", "2083", "MemberContributions"),
        ("Equity:2091-Balanserat", "2091", "RetainedResult"),
        ("Assets:3001-Fel", "3001", None),  # the root contradicts the line
        ("Income:1510-Fel", "1510", None),
        ("Liabilities:2083-Fel", "2083", None),
        ("Equity:2010-Eget", "2010", None),  # sole traders: left out on purpose
        ("Equity:9001-Internt", "9001", None),
        ("Assets:Bank", None, None),
        ("Assets:Bank", "19", "CashAndBank"),  # all of 19 is one line
        ("Assets:Bank", "1", None),  # class 1 is many lines
        ("Assets:Bank", "0001", None),
        ("Assets:Bank", "x1930", None),
        ("Assets:Bank", "", None),
    ],
)
def test_bas_places(account, code, expected):
    found = BAS.place(account, code)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("account", "code", "expected"),
    [
        ("Income:70500001-Servicios", "70500001", "NetSales"),
        ("Income:708-Devoluciones", "708", "NetSales"),
        ("Income:7595-Cuota", "7595", "OtherOperatingIncome"),
        ("Expenses:62950000-Cuota", "62950000", "OtherExternalCosts"),
        ("Assets:55232-Cuota", "55232", "InternalReceivables"),  # a current account turns either way:
        ("Liabilities:55242-Cuota", "55242", "InternalPayables"),  # its root decides
        ("Equity:552-Cuenta", "552", None),
        ("Assets:5720001-Banco", "5720001", "CashAndBank"),
        ("Liabilities:4752-Impuesto", "4752", "TaxLiabilities"),
        ("Liabilities:4750-IVA", "4750", "OtherLiabilities"),
        ("Assets:407-Anticipos", "407", "Inventories"),
        ("Liabilities:400-Proveedores", "400", "TradePayables"),
        ("Equity:129-Resultado", "129", "ResultForYear"),
        ("Assets:281-Amortización", "281", "MachineryAndEquipment"),
        ("Assets:2811-Amortización", "2811", "LandAndBuildings"),
        ("Equity:900-Ingresos", "900", None),
    ],
)
def test_pgc_places(account, code, expected):
    found = PGC.place(account, code)
    assert (found.id if found else None) == expected


def test_a_wrong_root_is_said_with_the_right_one():
    problem = BAS.root_conflict("Assets:3001-Försäljning", "3001")
    assert isinstance(problem, AccountWrongRoot)
    assert problem.text() == (
        "Assets:3001-Försäljning stands under Assets, but the chart bas has 3001 on the line Net sales (Income)."
    )
    assert problem.remedy_text().startswith("Open the account under Income")
    assert BAS.root_conflict("Income:3001-Försäljning", "3001") is None
    assert BAS.root_conflict("Assets:Bank", None) is None


@pytest.mark.parametrize("chart", CHARTS, ids=SHIPPED)
def test_roles_have_accounts_that_beancount_and_the_chart_accept(chart):
    missing = [name for name in NEEDED if not chart.has_role(name)]
    assert not missing
    for name in chart.roles:
        role = chart.role(name)
        assert chart.place(role.account, role.code) is not None
        assert role.account.split(":")[1].startswith(f"{role.code}-")
    text = "".join(f"2026-01-01 open {known.account}\n" for known in chart.accounts.values())
    entries, errors, _ = parser.parse_string(text)
    assert not errors
    assert len(entries) == len(chart.accounts)


@pytest.mark.parametrize(
    ("name", "code", "line_id"),
    [
        ("levy_cost", "6430", "OtherExternalCosts"),
        ("levy_owed", "2861", "InternalPayables"),
        ("levy_claim", "1661", "InternalReceivables"),
        ("levy_income", "3680", "NetSales"),
        ("fund_income", "3990", "OtherOperatingIncome"),
        ("transit_in", "1685", "OtherReceivables"),
        ("transit_out", "2899", "OtherLiabilities"),
        ("suspense", "2999", "AccruedExpenses"),
        ("inventory", "1460", "Inventories"),
        ("cost_of_goods", "4960", "GoodsForResale"),
        ("exchange_gain", "3960", "OtherOperatingIncome"),
        ("exchange_loss", "7960", "OtherOperatingExpenses"),
    ],
)
def test_bas_roles_are_those_of_the_contract(name, code, line_id):
    role = BAS.role(name)
    assert role.code == code
    found = BAS.place(role.account, role.code)
    assert found is not None
    assert found.id == line_id


@pytest.mark.parametrize("chart", CHARTS, ids=SHIPPED)
def test_internal_claims_and_debts_stand_on_the_internal_lines_and_carry_partners(chart):
    for name in ("levy_claim", "fund_claim", "trade_claim", "loan_claim"):
        role = chart.role(name)
        assert chart.place(role.account, role.code) == line("InternalReceivables")
        assert chart.is_in("internal_balance", role.code)
    for name in ("levy_owed", "fund_owed", "trade_debt", "loan_debt"):
        role = chart.role(name)
        assert chart.place(role.account, role.code) == line("InternalPayables")
        assert chart.is_in("internal_balance", role.code)
    for name in ("transit_in", "transit_out"):
        assert chart.is_in("internal_balance", chart.role(name).code)
    for name in ("capital_held", "member_contributions"):
        assert chart.is_in("internal_allowed", chart.role(name).code)
    for name in ("bank", "receivables", "payables"):
        assert not chart.is_in("internal_allowed", chart.role(name).code)


@pytest.mark.parametrize("chart", CHARTS, ids=SHIPPED)
def test_whatever_must_carry_a_partner_may(chart):
    for code in (f"{n:05d}" for n in range(10000, 100000, 7)):
        if chart.is_in("internal_balance", code):
            assert chart.is_in("internal_allowed", code)


@pytest.mark.parametrize("chart", CHARTS, ids=SHIPPED)
def test_the_levy_never_feeds_on_itself(chart):
    for name in ("levy_income", "fund_income", "exchange_gain", "interest_income"):
        assert not chart.is_in("turnover", chart.role(name).code)


@pytest.mark.parametrize(
    ("chart", "code", "expected"),
    [
        (BAS, "3000", True),
        (BAS, "3001", True),
        (BAS, "3399", True),
        (BAS, "3400", False),
        (BAS, "3404", False),
        (BAS, "3500", True),
        (BAS, "3559", True),
        (BAS, "3560", False),
        (BAS, "3570", False),
        (BAS, "3580", True),
        (BAS, "3669", True),
        (BAS, "3670", False),
        (BAS, "3680", False),
        (BAS, "3689", False),
        (BAS, "3690", True),
        (BAS, "3731", True),
        (BAS, "3799", True),
        (BAS, "3800", False),
        (BAS, "3988", False),
        (BAS, "30011", True),
        (BAS, "34011", False),
        (BAS, None, False),
        (PGC, "700", True),
        (PGC, "70500001", True),
        (PGC, "706", True),  # cash discounts, returns and rebates are booked here to be taken off
        (PGC, "708", True),
        (PGC, "709", True),
        (PGC, "707", False),
        (PGC, "740", False),
        (PGC, "759", False),
        (VSLA, "4010", False),
        (VSLA, "4020", False),
        (VSLA, "4040", True),
    ],
)
def test_turnover_of_the_levy(chart, code, expected):
    assert chart.is_in("turnover", code) is expected


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("protected", ["2070", "2083", "2089", "2898"], ["2069", "2090", "2091", "2899"]),
        (
            "internal_balance",
            ["1660", "1669", "1685", "2860", "2869", "2899"],
            ["1510", "1930", "1680", "2898", "2890"],
        ),
        ("result_transfer", ["8990", "8999"], ["8980", "3001"]),
        ("result_equity", ["2091", "2098", "2099"], ["2083", "2086"]),
        ("masked", ["7010", "7699", "2710", "2393", "1610"], ["6990", "1510", "2440"]),
        ("vat", ["2611", "2641", "2650", "1650"], ["2710", "2660", "1630"]),
        ("inventory", ["1410", "1460"], ["1470", "1480", "1510"]),
    ],
)
def test_bas_sets(name, inside, outside):
    assert [c for c in inside if not BAS.is_in(name, c)] == []
    assert [c for c in outside if BAS.is_in(name, c)] == []


def test_a_rule_posts_to_the_units_own_account_with_the_roles_code():
    assert BAS.role_account("levy_cost", {"6430": "Expenses:6430-Vår-avgift"}) == "Expenses:6430-Vår-avgift"
    assert BAS.role_account("levy_cost", {"6431": "Expenses:6431-Annat"}) == BAS.role("levy_cost").account
    with pytest.raises(ChartRoleMissing) as error:
        BAS.role("levy_dance")
    assert "levy_dance" in error.value.text()


def test_lines_are_about_forty_in_k2_order():
    ids = [each.id for each in lines()]
    assert 40 <= len(ids) <= 55
    assert len(set(ids)) == len(ids)
    assert [each.order for each in lines()] == list(range(1, len(ids) + 1))
    first_of = {root: min(each.order for each in lines() if each.root == root) for root in ("Assets", "Equity")}
    assert max(each.order for each in lines() if each.statement == "income") < first_of["Assets"] < first_of["Equity"]
    assert first_of["Equity"] < min(each.order for each in lines() if each.root == "Liabilities")
    for pair in ("NetSales OtherOperatingIncome", "RawMaterials PersonnelCosts", "TradeReceivables CashAndBank"):
        before, after = pair.split()
        assert line(before).order < line(after).order
    for name in ("InternalReceivables", "InternalPayables"):
        assert line(name).label("en").startswith("Internal accounts")


@pytest.mark.parametrize("language", ["sv", "en", "es"])
def test_lines_are_parts_of_accounts_that_sort_in_order(language):
    parts = [each.component(language) for each in lines()]
    assert parts == sorted(parts)
    assert len({each.label(language) for each in lines()}) == len(parts)
    text = "".join(f"2026-01-01 open {each.root}:{each.component(language)}:X\n" for each in lines())
    assert not parser.parse_string(text)[1]
    assert all(re.fullmatch(r"[0-9]{2}(-[^\W_]+)+", part) for part in parts)


def test_a_label_in_an_unknown_language_is_english():
    assert line("NetSales").label("fi") == "Net sales"
    assert line("NetSales").component("sv") == "01-Nettoomsättning"


@given(st.from_regex(r"[0-9]{1,8}", fullmatch=True))
@settings(max_examples=200, deadline=None)
def test_no_code_stands_on_two_lines_of_one_root(code):
    for chart in CHARTS:
        found = chart.lines_of(code)
        assert len({each.root for each in found}) == len(found)
        for each in found:
            assert chart.place(f"{each.root}:{code}-X", code) == each


@given(st.integers(1000, 9999), st.integers(1000, 9999), st.from_regex(r"[0-9]{4,8}", fullmatch=True))
@settings(max_examples=200, deadline=None)
def test_a_range_holds_what_begins_within_it(one, other, code):
    low, high = sorted((one, other))
    assert (code in Range(str(low), str(high))) == (low <= int(code[:4]) <= high)


@given(st.from_regex(r"[0-9]{1,3}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_a_short_code_is_in_a_range_if_all_that_begins_so_is(code):
    found = Range("3000", "3799")
    every = [f"{n:04d}" for n in range(10000) if f"{n:04d}".startswith(code)]
    assert (code in found) == all(each in found for each in every)


@pytest.mark.parametrize("text", ["", "30-4000", "3799-3000", "3000–3799", "abc", "3000-", "123456789"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValueError, match=r"range|digits"):
        Range.parse(text)


def test_sets_say_what_they_are():
    assert str(BAS.range("turnover")) == "3000-3799 less 3400-3499, 3560-3579, 3670-3689"
    assert str(BAS.range("protected")) == "2070-2089, 2898"
    assert str(CodeSet(())) == "-"


OWN = """
extends = "bas"

[accounts.Income]
3050 = "Second-hand"

[lines]
GoodsForResale = ["4000-4199"]
OtherOperatingIncome = ["3700-3799"]

[roles]
sales = "3050"

[ranges]
turnover = ["3000-3199"]
"""


def write(folder: Path, text: str | bytes, name: str = "own.toml") -> Path:
    data = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    return folder


def test_a_byte_order_mark_says_nothing(tmp_path):
    assert load_chart("own.toml", write(tmp_path, b"\xef\xbb\xbf" + OWN.encode())).name == "own.toml"


def test_an_own_chart_says_only_what_differs(tmp_path):
    chart = load_chart("own.toml", write(tmp_path, OWN))
    assert chart.lines_of("4010") == (line("GoodsForResale"),)
    assert chart.lines_of("4410") == BAS.lines_of("4410")
    assert chart.lines_of("3740") == (line("OtherOperatingIncome"),)
    assert chart.role("sales").account == "Income:3050-Second-hand"
    assert chart.role("levy_cost") == BAS.role("levy_cost")
    assert chart.is_in("turnover", "3150")
    assert not chart.is_in("turnover", "3500")
    assert chart.digest != BAS.digest


def test_an_edited_chart_is_another_chart(tmp_path):
    before = load_chart("own.toml", write(tmp_path, OWN))
    after = load_chart("own.toml", write(tmp_path, OWN.replace("4000-4199", "4000-4299")))
    assert before.digest != after.digest
    assert after.lines_of("4250") == (line("GoodsForResale"),)


def test_an_own_range_takes_the_place_of_the_same_range(tmp_path):
    chart = load_chart("own.toml", write(tmp_path, 'extends = "bas"\n[lines]\nOtherOperatingIncome = ["3000-3799"]\n'))
    assert chart.lines_of("3001") == (line("OtherOperatingIncome"),)


@pytest.mark.parametrize(
    ("text", "problem", "row", "says"),
    [
        ("name = \n", ChartSyntax, 1, "Invalid value"),
        (b"name = '\xff'\n", ChartSyntax, 1, "not UTF-8"),
        ('extends = "bas"\nlines = [', ChartSyntax, 2, "end of document"),
        ("lines = " + "[" * 5000, ChartSyntax, 1, "nested too deeply"),
        ('\ncolour = "red"\n', ChartInvalid, 2, "nearest valid one is"),
        ('[lines]\nNetSale = ["30"]\n', ChartInvalid, 2, "NetSales"),
        ('[lines]\nNetSales = ["39-30"]\n', ChartInvalid, 2, "the lower one first"),
        ('[lines]\nNetSales = "30"\n', ChartInvalid, 2, "a list of texts"),
        ('[lines]\nNetSales = ["30"]\nOwnWorkCapitalised = ["30"]\n', ChartInvalid, 3, "30 stands on two lines"),
        ('[lines]\nNetSales = ["30-35"]\nOwnWorkCapitalised = ["34-38"]\n', ChartInvalid, 3, "34-38 and 30-35 cross"),
        ('[roles]\nbank = "1930"\n', ChartInvalid, 2, "no account 1930"),
        ("[roles]\nbank = 1930\n", ChartInvalid, 2, "a text in double quotes"),
        ('[accounts.Assets]\n1930 = "Bank"\n', ChartInvalid, 2, "has no line"),
        ('[accounts.Assets]\n1930 = "Min bank"\n', ChartInvalid, 2, "only letters, digits"),
        ('[accounts.Cash]\n1930 = "Bank"\n', ChartInvalid, 1, "one of Assets"),
        ('[accounts.Assets]\nbank = "Bank"\n', ChartInvalid, 2, "1 to 8 digits"),
        ('extends = "ifrs"\n', ChartInvalid, 1, "one of bas, pgc, vsla"),
        ('starter = ["1"]\n', ChartInvalid, 1, "no account 1"),
        ("lines = 3\n", ChartInvalid, 1, "a table is needed"),
        ('[ranges]\nturnover = {includes = ["30"]}\n', ChartInvalid, 2, "include and exclude"),
        ('[unmapped]\nx = "why"\n', ChartInvalid, 2, "no range"),
        (b"#" * (1 << 20) + b"##", ChartInvalid, None, "more than"),
    ],
)
def test_what_a_chart_cannot_mean_is_refused_with_its_place(tmp_path, text, problem, row, says):
    with pytest.raises(problem) as error:
        load_chart("own.toml", write(tmp_path, text))
    assert error.value.file == f"units/{tmp_path.name}/own.toml"
    assert error.value.line == row
    assert says in error.value.text()
    assert error.value.unit == tmp_path.name
    assert error.value.remedy_text()


@pytest.mark.parametrize("name", ["ifrs", "BAS", "own.txt", ""])
def test_a_chart_that_is_not_there_is_named_with_those_that_are(tmp_path, name):
    with pytest.raises(ChartMissing) as error:
        load_chart(name, tmp_path)
    assert "bas, pgc, vsla" in error.value.remedy_text()
    assert (error.value.file, error.value.unit) == (f"units/{tmp_path.name}/unit.toml", tmp_path.name)
    with pytest.raises(ChartMissing):
        load_chart("missing.toml", tmp_path)


def test_a_chart_outside_the_units_folder_is_never_opened(tmp_path):
    unit = tmp_path / "unit"
    (unit / "sub").mkdir(parents=True)
    write(tmp_path, OWN)
    (unit / "link.toml").symlink_to(tmp_path / "own.toml")
    (unit / "way").symlink_to(tmp_path)
    (unit / "folder.toml").mkdir()
    os.mkfifo(unit / "pipe.toml")  # opening it would hang
    names = ["../own.toml", str(tmp_path / "own.toml"), "link.toml", "way/own.toml", "folder.toml", "pipe.toml"]
    for name in names:
        with pytest.raises(ChartOutside):
            load_chart(name, unit)
    write(unit / "sub", OWN)
    assert load_chart("sub/own.toml", unit).is_in("turnover", "3001")


@pytest.mark.parametrize("name", ["turnover", "protected", "internal_balance", "a set that no chart names"])
def test_a_set_of_codes_can_be_written_down_and_read_again(name):
    for chart in (BAS, PGC, VSLA):
        assert CodeSet.parse(str(chart.range(name))) == chart.range(name)
    assert "3450" not in CodeSet.parse("- less 3400-3499")


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_members_capital_reserves_funds_and_refunds_are_protected_in_every_chart(chart):
    """SPEC 4: BAS 2070-2089 and 2898 are these; in other charts what stands on the same lines."""
    roles = ("member_contributions", "reserve_fund", "investment_fund", "solidarity_fund", "refund_owed")
    assert [chart.is_in("protected", chart.roles[role]) for role in roles] == [True] * 5
    guarded = {"MemberContributions", "DebentureContributions", "RestrictedReserves", "EarmarkedFunds"}
    for code, known in chart.accounts.items():
        place = chart.place(known.account, code)
        assert chart.is_in("protected", code) == (place.id in guarded or code == chart.roles["refund_owed"]), code


@pytest.mark.parametrize(
    ("code", "held"),
    [("100", True), ("1001", True), ("103", False), ("110", True), ("112", True), ("1121", True), ("113", False),
     ("1134", False), ("1135", True), ("1136", True), ("1137", False), ("114", True), ("118", True), ("119", False),
     ("120", False), ("129", False), ("526", True), ("5260", True), ("527", False)],
)  # fmt: skip
def test_what_the_spanish_chart_protects(code, held):
    assert PGC.is_in("protected", code) is held
