"""`fava.conf` and `unit.toml`: what they say counts, and what they can't mean is named with file, key and line."""

import ast
import datetime as dt
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

import ledger.books
from ledger import messages
from ledger.books import find_root, load_books, open_workspace
from ledger.books.config import FederationFile, UnitFile, read_config
from ledger.books.problems import (
    CentralMissing,
    ConfigInvalid,
    ConfigSyntax,
    ConfigUnknownKey,
    ConfigUnreadable,
    UnitCodeTwice,
    UnitDates,
    UnitFolderName,
    UnitUnknown,
    WorkspaceMissing,
)

UNIT = """\
name = "Repris"
code = "REPRIS"
currency = "SEK"
"""
CONF = """\
[federation]
name = "Samverkan Test"
currency = "SEK"
central = "gemensamt"
"""


def read(tmp_path: Path, text: str | bytes, model=UnitFile):
    path = tmp_path / "unit.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_config(path, model, "units/repris/unit.toml")


def test_a_unit_says_who_it_is(tmp_path):
    unit = read(
        tmp_path,
        UNIT
        + """\
entity = "legal_entity"
organisation_number = "769600-0000"
vat_deduction = 0.85
chart = "pgc"
levels = ["Sverige", "Östergötland", "Linköping"]
business_line = "furniture"
joined = 2025-03-01
left = 2026-12-31
status = "closing"
bookkeeping = "fortnox"
combine = false
country = "SE"

[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE3550000000054910000003"
currency = "SEK"

[[source.rule]]
text = "hyra"
direction = "out"
amount = "8000.00"
account = "Expenses:5010-Lokalhyra"
vat = "25"
""",
    )
    assert (unit.name, unit.code, unit.entity, unit.currency) == ("Repris", "REPRIS", "legal_entity", "SEK")
    assert unit.vat_deduction == Decimal("0.85")
    assert unit.levels == ("Sverige", "Östergötland", "Linköping")
    assert (unit.joined, unit.left) == (dt.date(2025, 3, 1), dt.date(2026, 12, 31))
    assert (unit.status, unit.bookkeeping, unit.combine) == ("closing", "fortnox", False)
    rule = unit.source[0].rule[0]
    assert (rule.text, rule.amount, rule.account, rule.vat) == ("hyra", Decimal(8000), "Expenses:5010-Lokalhyra", "25")


def test_what_a_unit_leaves_out_has_the_contracts_default(tmp_path):
    unit = read(tmp_path, UNIT)
    assert (unit.entity, unit.chart, unit.status, unit.bookkeeping) == ("division", "bas", "active", "sambok")
    assert (unit.vat_deduction, unit.combine, unit.levels, unit.joined, unit.left) == (1, True, (), None, None)


@pytest.mark.parametrize(
    ("text", "row", "key", "nearest"),
    [
        ("vat_deducton = 0.5", 4, "vat_deducton", "vat_deduction"),
        ("Name = 'x'", 4, "Name", "name"),
        ("organization_number = '1'", 4, "organization_number", "organisation_number"),
        ("level = ['a']", 4, "level", "levels"),
        ("\n# a remark\nstate = 'active'", 6, "state", "status"),
        ("[[source]]\nname = 'bank'\nformat = 'sie4'\nacount = 'x'", 7, "source.acount", "account"),
        (
            "[[source]]\nname = 'a'\nformat = 'sie4'\n[[source]]\nname = 'b'\nformat = 'sie4'\nfomat = 'x'",
            10,
            None,
            "format",
        ),
        (
            "[[source]]\nname = 'a'\nformat = 'camt053'\n[[source.rule]]\naccount = 'x'\ncounterpart = 'y'",
            9,
            "source.rule.counterpart",
            "counterparty",
        ),
        ("[levels]\na = 1", 4, "levels", None),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_valid_one(tmp_path, text, row, key, nearest):
    with pytest.raises((ConfigUnknownKey, ConfigInvalid)) as error:
        read(tmp_path, UNIT + text)
    problem = error.value
    assert (problem.file, problem.line) == ("units/repris/unit.toml", row)
    assert problem.excerpt == (UNIT + text).splitlines()[row - 1]
    if key is not None:
        assert problem.params["key"] == key
    if nearest is not None:
        assert isinstance(problem, ConfigUnknownKey)
        assert problem.params["nearest"] == nearest
        assert nearest in problem.remedy_text()


@pytest.mark.parametrize(
    ("text", "row", "key", "nearest"),
    [
        ("[federation]\nname = 'x'\ncurency = 'SEK'\ncentral = 'c'", 3, "federation.curency", "currency"),
        (CONF + "[intragrup]\ntolerance = '1'", 5, "intragrup", "intragroup"),
        (CONF + "[intragroup]\ntolerence = '1'", 6, "intragroup.tolerence", "tolerance"),
        (CONF + "[server]\nports = 1", 6, "server.ports", "port"),
    ],
)
def test_an_unknown_key_of_the_federation_likewise(tmp_path, text, row, key, nearest):
    with pytest.raises(ConfigUnknownKey) as error:
        read(tmp_path, text, FederationFile)
    assert (error.value.line, error.value.params["key"], error.value.params["nearest"]) == (row, key, nearest)


@pytest.mark.parametrize(
    ("text", "row", "key"),
    [
        (UNIT.replace("SEK", "kr"), 3, "currency"),
        (UNIT.replace("SEK", "sek"), 3, "currency"),
        (UNIT.replace('"Repris"', '""'), 1, "name"),
        (UNIT.replace('"Repris"', f'"{"x" * 121}"'), 1, "name"),
        (UNIT.replace('"Repris"', "7"), 1, "name"),
        (UNIT.replace('"Repris"', '"two\\nlines"'), 1, "name"),
        (UNIT.replace("REPRIS", "repris"), 2, "code"),
        (UNIT.replace("REPRIS", "Re pris"), 2, "code"),
        (UNIT.replace("REPRIS", "Re:pris"), 2, "code"),
        (UNIT.replace("REPRIS", "ELIM"), 2, "code"),
        (UNIT.replace("REPRIS", "ADJ"), 2, "code"),
        (UNIT.replace("REPRIS", "CTA"), 2, "code"),
        (UNIT.replace("REPRIS", "-A"), 2, "code"),
        (UNIT + "entity = 'company'", 4, "entity"),
        (UNIT + "status = 'open'", 4, "status"),
        (UNIT + "vat_deduction = 1.01", 4, "vat_deduction"),
        (UNIT + "vat_deduction = -0.1", 4, "vat_deduction"),
        (UNIT + "vat_deduction = nan", 4, "vat_deduction"),
        (UNIT + "joined = 2026-02-30", None, None),
        (UNIT + "joined = 'soon'", 4, "joined"),
        (UNIT + "levels = 'Sverige'", 4, "levels"),
        (UNIT + "levels = [1]", 4, "levels"),
        (UNIT + "combine = 'perhaps'", 4, "combine"),
        (UNIT + "country = 'Sweden'", 4, "country"),
        (UNIT + "[[source]]\nname = 'bank'\nformat = 'mt999'", 6, "source.format"),
        (UNIT + "[[source]]\nname = '../bank'\nformat = 'sie4'", 5, "source.name"),
        (UNIT + "[source]\nname = 'bank'\nformat = 'sie4'", 4, "source"),
        ('code = "A"\ncurrency = "SEK"\n', None, "name"),
        ("", None, None),
    ],
)
def test_an_impossible_value_is_named_with_its_line(tmp_path, text, row, key):
    with pytest.raises((ConfigInvalid, ConfigSyntax)) as error:
        read(tmp_path, text)
    if key is not None:
        assert error.value.params["key"] == key
        assert error.value.line == row
    assert error.value.file == "units/repris/unit.toml"
    assert error.value.text()
    assert error.value.remedy_text()


SOURCE = "[[source]]\nname = 'a'\nformat = '{format}'\n"
RULE = SOURCE.format(format="camt053") + "[[source.rule]]\naccount = 'Expenses:5010-Hyra'\n"
SPLIT = "[[source.rule]]\n[[source.rule.split]]\naccount = 'Expenses:5010-Hyra'\n"
QUOTES = "write it in quotes, so that no computer rounds it: "
FORM = 'a number in quotes is needed, with a point and without spaces, such as "1250.50"'


@pytest.mark.parametrize(
    ("text", "row", "key", "reason"),
    [
        # money isn't TOML's binary number, and is written as books write it
        (RULE + "amount = 5.0", 9, "source.rule.amount", QUOTES + '"5.0"'),
        (RULE + "min = 7000.10", 9, "source.rule.min", QUOTES + '"7000.1"'),
        (RULE + "max = 1e3", 9, "source.rule.max", QUOTES + '"1000.0"'),
        (RULE + "amount = inf", 9, "source.rule.amount", QUOTES + '"inf"'),
        (RULE + "amount = true", 9, "source.rule.amount", FORM),
        (RULE + "amount = '7000,10'", 9, "source.rule.amount", FORM),
        (RULE + "amount = '7 000.10'", 9, "source.rule.amount", FORM),
        (RULE + "min = '1E+1000000'", 9, "source.rule.min", FORM),
        (RULE + "min = '10000000000000000'", 9, "source.rule.min", FORM),
        (RULE + "min = 'NaN'", 9, "source.rule.min", FORM),
        (RULE + "min = '1_000'", 9, "source.rule.min", FORM),
        (RULE + "min = '\uff11'", 9, "source.rule.min", FORM),
        (SOURCE.format(format="camt053") + SPLIT + "share = 0.5", 10, "source.rule.split.share", QUOTES + '"0.5"'),
        (SOURCE.format(format="till") + "[source.takings]\nvat_tolerance = 0.5", 8, None, QUOTES + '"0.5"'),
        # a setting that has no effect
        (SOURCE.format(format="camt053") + "[source.csv]\nbank = 'seb'", 7, "source.csv", "but csv, mpesa"),
        (SOURCE.format(format="ubl") + "takings = {}", 7, "source.takings", "format ubl doesn't use it"),
        (
            SOURCE.format(format="till") + "[source.invoices]",
            7,
            "source.invoices",
            "format till doesn't use it, but ubl",
        ),
        (SOURCE.format(format="sie4") + SPLIT + "share = '1'", 7, "source.rule", "format sie4 doesn't use it"),
        (SOURCE.format(format="till") + "rule = [{account = 'Income:3001'}]", 7, "source.rule", "till doesn't use it"),
        (SOURCE.format(format="mpesa") + "[source.csv]\nskip_types = ['a']\n", 7, "source.csv", "skip_types"),
        (
            SOURCE.format(format="mpesa") + "csv = {bank = 'seb'}",
            7,
            "source.csv",
            "doesn't use bank, but dates, encoding",
        ),
        # tables of which there may be several
        ("source = 'bank'", 4, "source", "double brackets are needed: [[source]]"),
        ("[source]\nname = 'a'", 4, "source", "double brackets are needed: [[source]]"),
        (SOURCE.format(format="csv") + "[source.rule]\n", 7, "source.rule", "double brackets are needed: [[rule]]"),
        ("levels = 'Sverige'", 4, "levels", "a list in brackets is needed"),
        (
            SOURCE.format(format="ubl") * 2,
            4,
            "source",
            "two sources are called a; each needs a name, and a folder inbox/a/",
        ),
        # texts that would go into entries
        (
            SOURCE.format(format="mt940") + "account = 'Assets:1930-Bank 5 SEK'",
            7,
            "source.account",
            "an account such as",
        ),
        (SOURCE.format(format="mt940") + "account = '1930'", 7, "source.account", "an account such as"),
        (SOURCE.format(format="mt940") + 'bank_account = "a\\nb"', 7, "source.bank_account", "one line"),
    ],
)
def test_settings_that_would_mean_something_else_or_nothing(tmp_path, text, row, key, reason):
    with pytest.raises(ConfigInvalid) as error:
        read(tmp_path, UNIT + text)
    assert reason in error.value.params["reason"]
    assert error.value.line == row
    if key is not None:
        assert error.value.params["key"] == key


@pytest.mark.parametrize("written", ["'8000.00'", "'8000'", "8000", "' 8000.0 '", "'+8000'"])
def test_an_exact_number_however_it_is_written(tmp_path, written):
    (source,) = read(tmp_path, UNIT + RULE + f"amount = {written}").source
    assert source.rule[0].amount == Decimal(8000)


@pytest.mark.parametrize("lines", ["dates = ['%d-%m-%Y']", "order = 'newest-first'", "encoding = 'utf-8'", ""])
def test_what_mpesa_may_say(tmp_path, lines):
    text = UNIT + SOURCE.format(format="mpesa") + f"[source.csv]\n{lines}\n"
    assert read(tmp_path, text).source[0].csv is not None


def test_what_the_settings_page_shows_can_be_used_as_it_stands(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    formats = [source.format for text in shown for source in read(tmp_path, UNIT + text).source]
    assert set(formats) >= {"camt053", "csv", "swish", "card", "till", "ubl", "sie4"}


def test_a_byte_order_mark_says_nothing(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbf" + UNIT.encode()).name == "Repris"
    with pytest.raises(ConfigUnknownKey) as error:
        read(tmp_path, b"\xef\xbb\xbf" + UNIT.replace("name", "nam", 1).encode())
    assert (error.value.line, error.value.excerpt[:3]) == (1, "nam")


def test_an_excerpt_is_one_line_that_a_terminal_can_show(tmp_path):
    with pytest.raises(ConfigSyntax) as error:
        read(tmp_path, UNIT + "x = " + "[" * 5000)
    assert len(error.value.excerpt) <= 161
    with pytest.raises(ConfigSyntax) as error:
        read(tmp_path, UNIT + "x\x00\x1b[31m")
    assert error.value.excerpt == "x<U+0000><U+001B>[31m"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (CONF.replace("SEK", "kronor"), "federation.currency"),
        (CONF + 'language = "fi"', "federation.language"),
        (CONF + 'fiscal_year_start = "02-29"', "federation.fiscal_year_start"),
        (CONF + 'fiscal_year_start = "13-01"', "federation.fiscal_year_start"),
        (CONF + "[intragroup]\ntolerance = '-1'", "intragroup.tolerance"),
        (CONF + "[intragroup]\ntolerance = 'one'", "intragroup.tolerance"),
        (CONF + "[server]\nport = 0", "server.port"),
        (CONF + "[server]\nport = 70000", "server.port"),
        ("[federation]\nname = 'x'\ncentral = 'c'", "federation.currency"),
        ("", "federation"),
    ],
)
def test_an_impossible_value_of_the_federation_likewise(tmp_path, text, key):
    with pytest.raises(ConfigInvalid) as error:
        read(tmp_path, text, FederationFile)
    assert error.value.params["key"] == key


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (UNIT + "status = active", 4),
        (UNIT + 'status = "active', 4),
        (UNIT + UNIT, 4),
        (UNIT + "[[source]\n", 4),
        (UNIT + "joined = 2026-02-30", None),
    ],
)
def test_broken_toml_is_said_with_its_line(tmp_path, text, row):
    with pytest.raises(ConfigSyntax) as error:
        read(tmp_path, text)
    assert error.value.line == row or row is None
    if row is not None:
        assert error.value.excerpt == text.splitlines()[row - 1]


@pytest.mark.parametrize(
    ("data", "row", "says"),
    [
        ("name = 'Åbo'".encode("latin-1"), 1, "UTF-8"),
        (b"a = 1\nb = '\xff'", 2, "UTF-8"),
        (b"#" * ((1 << 20) + 1), None, "bytes"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, data, row, says):
    with pytest.raises(ConfigUnreadable) as error:
        read(tmp_path, data)
    assert error.value.line == row
    assert says in error.value.text()


def test_a_missing_or_odd_file_is_no_traceback(tmp_path):
    for path in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(ConfigUnreadable):
            read_config(path, UnitFile, "unit.toml")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("levels = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("vat_deduction = " + "9" * 20000, "4300 digits"),
    ],
)
def test_text_that_no_reader_can_follow_is_a_fault_of_the_file(tmp_path, row, says):
    with pytest.raises(ConfigSyntax) as error:
        read(tmp_path, UNIT + row + "\n")
    assert says in error.value.text()


@pytest.mark.parametrize("row", ["joined = 0001-01-01", "left = 9999-12-31"])
def test_members_come_and_go_on_days_that_have_neighbours(tmp_path, row):
    with pytest.raises(ConfigInvalid) as error:
        read(tmp_path, UNIT + row + "\n")
    assert (error.value.line, error.value.params["key"]) == (4, row.split()[0])


def test_pipes_and_links_are_neither_opened_nor_shown(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")  # opened like a file, it would wait for ever
    (tmp_path / "secret.json").write_text("TOKEN-7F3A\n", encoding="utf-8")
    (tmp_path / "link.toml").symlink_to("secret.json")
    for name, says in (("pipe.toml", "no ordinary file"), ("link.toml", "a link to somewhere else")):
        with pytest.raises(ConfigUnreadable) as error:
            read_config(tmp_path / name, UnitFile, "unit.toml")
        assert says in error.value.text()
        assert "TOKEN-7F3A" not in f"{error.value.text()}{error.value.excerpt}"


# The workspace as a whole


def make(root: Path, units: dict[str, str], conf: str = CONF) -> Path:
    (root / "fava.conf").write_text(conf, encoding="utf-8")
    for slug, text in units.items():
        folder = root / "units" / slug
        folder.mkdir(parents=True)
        (folder / "unit.toml").write_text(text, encoding="utf-8")
    return root


def toml(code: str, more: str = "") -> str:
    return f'name = "{code}"\ncode = "{code}"\ncurrency = "SEK"\n{more}'


def test_a_faulty_unit_is_left_out_and_the_others_stand(tmp_path):
    ws = open_workspace(
        make(
            tmp_path,
            {
                "gemensamt": toml("GEM"),
                "repris": toml("REP", "colour = 'red'"),
                "cafe": toml("CAFE"),
                "empty": "",
                "Bad_Name": toml("BAD"),
                "x" * 31: toml("LONG"),
            },
        )
    )
    assert list(ws.units) == ["cafe", "gemensamt"]
    assert {(type(p), p.unit) for p in ws.problems} == {
        (ConfigUnknownKey, "repris"),
        (ConfigInvalid, "empty"),
        (UnitFolderName, None),
    }
    assert sum(isinstance(p, UnitFolderName) for p in ws.problems) == 2


def test_folders_that_are_no_units_are_passed_over(tmp_path):
    root = make(tmp_path, {"gemensamt": toml("GEM")})
    for name in ("adjustments", ".git", ".new-abc"):
        (root / "units" / name).mkdir()
    (root / "units" / "policy.beancount").write_text("", encoding="utf-8")
    assert open_workspace(root).problems == ()


@pytest.mark.parametrize("name", ["policy", "prices", "adjustments"])
def test_a_unit_that_is_called_as_no_unit_may_be_is_named_once(tmp_path, name):
    root = make(tmp_path, {"gemensamt": toml("GEM"), name: toml("SALES")})
    for file in ("main.beancount", "accounts.beancount"):
        (root / "units" / name / file).write_text('option "title" "Sales"\n', encoding="utf-8")
    (root / "units" / name / "books").mkdir()
    ws = open_workspace(root)
    (problem,) = ws.problems
    assert (problem.code, problem.file, list(ws.units)) == ("UNIT_FOLDER_NAME", f"units/{name}", ["gemensamt"])
    with pytest.raises(UnitFolderName):
        ws.unit(name)
    books = load_books(ws)
    assert (books.adjustments.problems, books.adjustments.files) == ((), ())


def test_beside_a_misplaced_unit_adjustments_stand(tmp_path):
    root = make(tmp_path, {"gemensamt": toml("GEM"), "adjustments": toml("SALES")})
    for file in ("main.beancount", "2026-12-levy.beancount"):
        (root / "units/adjustments" / file).write_text("; none\n", encoding="utf-8")
    books = load_books(open_workspace(root))
    assert [Path(file).name for file in books.adjustments.files] == ["2026-12-levy.beancount"]


@pytest.mark.parametrize("text", ['"no"', '"false"', "0", "1", '"true"', '""'])
def test_yes_or_no_is_true_or_false(tmp_path, text):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "repris": toml("REP", f"combine = {text}")}))
    (problem,) = ws.problems
    assert (problem.code, problem.unit, problem.line) == ("CONFIG_INVALID", "repris", 4)
    assert problem.text("en") == "The value of combine can't be used: true or false is needed, without quotes."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"X"', "E, F, L, R, X and Y are Sambok's own series."),
        ('"a"', "a capital letter is needed, or up to eight capital letters and digits, such as A or LF."),
        ('"A-B"', "a capital letter is needed, or up to eight capital letters and digits, such as A or LF."),
    ],
)
def test_series_that_no_unit_can_have(tmp_path, text, reason):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "repris": toml("REP", f"series = {text}")}))
    (problem,) = ws.problems
    assert problem.text("en") == f"The value of series can't be used: {reason}"


def test_a_units_series(tmp_path):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "repris": toml("REP", 'series = "LF2"')}))
    assert (ws.units["repris"].series, ws.units["gemensamt"].series) == ("LF2", None)


def test_what_settings_refuse_is_a_known_reason():
    """Each text that a check of settings gives is one of `REASONS`, so that it is told in the reader's language."""
    checks = [*Path(ledger.books.__file__).parent.glob("source*.py"), *map(_beside, ("config", "owners", "tables"))]
    unknown = []
    for file in checks:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
                (text,) = node.args
                said = text.values if isinstance(text, ast.JoinedStr) else [text]
                plain = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in said)
                if not any(pattern.fullmatch(plain) for pattern, _ in messages._reasons()):
                    unknown.append(plain)
    assert unknown == []


def _beside(name):
    return Path(ledger.books.__file__).parent / f"{name}.py"


def test_a_folder_without_settings_is_a_problem_of_that_unit(tmp_path):
    root = make(tmp_path, {"gemensamt": toml("GEM")})
    (root / "units" / "tom").mkdir()
    ws = open_workspace(root)
    assert [(type(p), p.unit, p.file) for p in ws.problems] == [(ConfigUnreadable, "tom", "units/tom/unit.toml")]


def test_two_units_cannot_share_a_code(tmp_path):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "a": toml("Same"), "b": toml("SAME")}))
    assert [(type(p), p.unit) for p in ws.problems] == [(UnitCodeTwice, "a"), (UnitCodeTwice, "b")]
    assert {"a", "b"} <= set(ws.problems[0].text().replace(" and ", " ").split())


@pytest.mark.parametrize(
    ("codes", "out"),
    [
        ({"gemensamt": "GEM", "dos": "UNO", "uno": "UNO"}, {"dos": "uno"}),  # the folder of that name keeps it
        ({"gemensamt": "GEM", "dos": "DOS", "uno": "Dos"}, {"uno": "dos"}),
        ({"gemensamt": "UNO", "dos": "DOS", "uno": "UNO"}, {"uno": "gemensamt"}),  # central is never left out
        ({"gemensamt": "GEM", "a": "XYZ", "b": "XYZ", "c": "Xyz"}, {"a": "b", "b": "a", "c": "a"}),  # nobody can tell
    ],
)
def test_who_is_left_out_where_codes_are_the_same(tmp_path, codes, out):
    """A slip in one unit's settings must not take another unit's book out of the figures."""
    ws = open_workspace(make(tmp_path, {slug: toml(code) for slug, code in codes.items()}))
    assert {p.unit: p.params["other"] for p in ws.problems} == out
    assert {type(p) for p in ws.problems} == {UnitCodeTwice}


@pytest.mark.parametrize("levels", ['["", "x"]', '["Norra/Södra"]', '["x", "  "]'])
def test_a_level_has_a_name_that_can_stand_in_a_path(tmp_path, levels):
    root = make(tmp_path, {"gemensamt": toml("GEM"), "a": toml("A") + f"levels = {levels}\n"})
    (problem,) = open_workspace(root).problems
    assert (problem.code, problem.unit, problem.file) == ("CONFIG_INVALID", "a", "units/a/unit.toml")
    assert "levels" in problem.text()


def test_the_central_unit_must_be_there(tmp_path):
    ws = open_workspace(make(tmp_path, {"repris": toml("REP")}))
    assert [type(p) for p in ws.problems] == [CentralMissing]
    assert ws.central is None
    assert "units/gemensamt" in ws.problems[0].text()
    assert "sambok unit add gemensamt" in ws.problems[0].remedy_text()


def test_no_unit_leaves_before_it_joins(tmp_path):
    late = "joined = 2026-03-01\nleft = 2026-02-28\n"
    same = "joined = 2026-03-01\nleft = 2026-03-01\n"
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "a": toml("A", late), "b": toml("B", same)}))
    assert [(type(p), p.unit) for p in ws.problems] == [(UnitDates, "a")]
    assert "b" in ws.units


@pytest.mark.parametrize(
    ("more", "day", "expected"),
    [
        ("", "2000-01-01", True),
        ("joined = 2026-03-01", "2026-02-28", False),
        ("joined = 2026-03-01", "2026-03-01", True),
        ("left = 2026-03-31", "2026-03-31", True),
        ("left = 2026-03-31", "2026-04-01", False),
        ("combine = false", "2026-03-01", False),
        ("status = 'test'", "2026-03-01", True),
        ("status = 'closing'", "2026-03-01", True),
    ],
)
def test_joined_and_left_are_both_inside(tmp_path, more, day, expected):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM", more)}))
    assert ws.units["gemensamt"].in_scope(dt.date.fromisoformat(day)) is expected


def test_divisions_are_one_legal_person_and_each_entity_its_own(tmp_path):
    """SPEC 1: all divisions together, whether they state the number or not."""
    entity = "entity = 'legal_entity'\n"
    number = "organisation_number = '769600-0000'\n"
    units = {
        "gemensamt": toml("GEM", number),
        "a": toml("A"),
        "b": toml("B", entity),
        "c": toml("C", entity + number),
        "d": toml("D", "organisation_number = '7696000000'\n"),
    }
    ws = open_workspace(make(tmp_path, units))
    person = {slug: unit.legal_person for slug, unit in ws.units.items()}
    assert person["gemensamt"] == person["a"] == person["d"]
    assert len({person["a"], person["b"], person["c"]}) == 3
    assert ws.problems == ()


def test_divisions_with_different_numbers_are_named(tmp_path):
    number = "organisation_number = '{}'\n"
    units = {
        "a": toml("A", number.format("769600-0001")),
        "b": toml("B", number.format("769600-0000")),
        "gemensamt": toml("GEM", number.format("769600-0000")),
    }
    ws = open_workspace(make(tmp_path, units))
    [problem] = ws.problems
    assert (problem.code, problem.unit, problem.file) == ("DIVISION_NUMBER", "a", "units/a/unit.toml")
    assert problem.params["other"] == "gemensamt"
    assert ws.faulty == {"a"}


@pytest.mark.parametrize(
    ("start", "day", "first", "last"),
    [
        ("01-01", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("07-01", "2026-06-30", "2025-07-01", "2026-06-30"),
        ("07-01", "2026-07-01", "2026-07-01", "2027-06-30"),
        ("03-01", "2024-02-29", "2023-03-01", "2024-02-29"),
    ],
)
def test_a_fiscal_year_may_begin_in_any_month(tmp_path, start, day, first, last):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM")}, CONF + f'fiscal_year_start = "{start}"\n'))
    found = ws.fiscal_year(dt.date.fromisoformat(day))
    assert [d.isoformat() for d in found] == [first, last]


def test_an_unknown_unit_is_answered_with_the_nearest_one(tmp_path):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM"), "repris": toml("REP")}))
    assert ws.unit("repris").slug == "repris"
    for name in ("repirs", "REPRIS"):
        with pytest.raises(UnitUnknown) as error:
            ws.unit(name)
        assert error.value.remedy_text() == "Did you mean repris? The units are: gemensamt, repris."
    assert error.value.exit_code == 2


def test_the_workspace_is_found_by_option_then_environment_then_above(tmp_path, monkeypatch):
    roots = {}
    for name in ("option", "environment", "above"):
        roots[name] = tmp_path / name
        roots[name].mkdir()
        make(roots[name], {"gemensamt": toml("GEM")})
    deep = roots["above"] / "units" / "gemensamt"
    monkeypatch.chdir(deep)
    assert find_root(None) == roots["above"]
    monkeypatch.setenv("SAMBOK_WORKSPACE", str(roots["environment"]))
    assert find_root(None) == roots["environment"]
    assert find_root(str(roots["option"])) == roots["option"]
    with pytest.raises(WorkspaceMissing):
        find_root(str(roots["option"] / "units"))  # a named folder is taken at its word
    monkeypatch.delenv("SAMBOK_WORKSPACE")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceMissing) as error:
        find_root(None)
    assert error.value.exit_code == 2


def test_paths_are_shown_as_users_know_them(tmp_path):
    ws = open_workspace(make(tmp_path, {"gemensamt": toml("GEM")}))
    assert ws.shown(tmp_path / "units" / "gemensamt" / "unit.toml") == "units/gemensamt/unit.toml"
    assert ws.shown("/elsewhere/file") == "/elsewhere/file"
    assert ws.shown("<levy>") == "<levy>"
    unit = ws.units["gemensamt"]
    assert ws.shown(unit.month_file(dt.date(2026, 3, 31))) == "units/gemensamt/books/2026/2026-03.beancount"


def test_a_federation_that_cannot_be_read_stops_at_once(tmp_path):
    (tmp_path / "fava.conf").write_text("[federation\n", encoding="utf-8")
    with pytest.raises(ConfigSyntax) as error:
        open_workspace(tmp_path)
    assert (error.value.file, error.value.line) == ("fava.conf", 1)
