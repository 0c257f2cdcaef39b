"""`sambok services`: the small federation of `tests.services.books`; `tests/services` works its figures out by hand."""

from __future__ import annotations

import csv
import datetime as dt
import json
import signal

import pytest

from ledger.books import load_books, open_workspace
from ledger.books.history import read_history
from ledger.cli.main import main
from ledger.policy import read_policy
from tests.services.books import DECIDED, POLICY, UNITS

UNPLACED = (
    "units/gemensamt/books/2026/2026-02.beancount:24: 100.00 SEK of 2026 belong to no cost centre: 1 postings. The "
    "largest stands here. [SERVICE_COST_UNPLACED]"
)


OVER = (
    "For the assembly: 1,000.00 too much. Next year's service component 7 %, or the money back in proportion to what "
    "each unit paid, or to a fund."
)


@pytest.fixture
def sambok(make_workspace, tmp_path, capfd, monkeypatch):
    """Run a command in the federation's folder: exit code, standard output, standard error. It is 22 April."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-22T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)

    class Stage:
        ws = None

        def make(self, policy=POLICY, **changed):
            self.ws = make_workspace({slug: {**UNITS[slug], **changed.get(slug, {})} for slug in UNITS}, policy=policy)
            monkeypatch.chdir(self.ws.root)
            return self

        def __call__(self, *arguments):
            capfd.readouterr()
            with pytest.raises(SystemExit) as end:
                main([str(a) for a in arguments])
            out, err = capfd.readouterr()
            assert "Traceback" not in out + err
            assert "PROGRAM_FAULT" not in out + err, err
            return int(end.value.code or 0), out, err

    yield Stage().make()
    signal.signal(signal.SIGTERM, before)


def cells(out):
    """Lines of a table, its cells parted by one space."""
    return [" ".join(line.split()) for line in out.splitlines() if line.strip() and "─" not in line]


def test_status(sambok):
    code, out, err = sambok("services", "status", "--year", "2026")
    assert code == 3
    assert err.startswith(UNPLACED)
    assert cells(out) == [
        "Shared services 2026, SEK, shared by step-down",
        "Not final: 36 months are open.",
        "Service Cost in the year Allocated Key Price of one Last year",
        # 800 ÷ 4 seats; 5 200 in halves: 2 600 ÷ 5 vouchers, 2 600 ÷ 40 payslips; 1 420 ÷ 2 units a year
        "IT 1,000.00 800.00 seats 200.00 950.00",
        "Ekonomi 5,000.00 4,680.00 vouchers 50, payslips 50 520.00; 65.00 0.00",
        "Styrelse 900.00 1,420.00 members 710.00 0.00",
        "Not placed 100.00 - - - -",
        "Paid 8,000.00 for services that cost 7,000.00: cover 114.29 %.",
        OVER,
        "Unit Paid Used Net solidarity Of turnover Quarter",
        "kafe 3,200.00 2,280.00 920.00 2.3 % 3",
        "repris 4,800.00 4,620.00 180.00 0.3 % 1",
    ]


def test_status_as_json_and_csv(sambok):
    code, out, _ = sambok("services", "status", "--json")
    answer = json.loads(out)
    assert (code, answer["year"], answer["final"], answer["method"]) == (3, 2026, False, "step-down")
    finance = answer["services"][1]
    assert (finance["service"], finance["cost"], finance["allocated"]) == ("finance", "5000.00", "4680.00")
    assert (finance["key"], finance["prices"]) == (
        {"vouchers": "50", "payslips": "50"},
        {"vouchers": "520", "payslips": "65"},
    )
    assert (answer["not_placed"], answer["cost"], answer["paid"]) == ("100.00", "7000.00", "8000.00")
    assert answer["proposal"]["refund"] == {"kafe": "400.00", "repris": "600.00"}
    assert [error["code"] for error in answer["errors"]] == ["SERVICE_COST_UNPLACED"]
    code, out, _ = sambok("services", "status", "--csv", "out.csv", "--method", "direct")
    assert (code, out) == (3, "")
    rows = list(csv.reader((sambok.ws.root / "out.csv").read_text().splitlines()))
    assert rows == [
        ["unit", "turnover", "paid", "used", "net", "of_turnover", "quartile", "it", "finance", "board"],
        ["kafe", "40000.00", "3200.00", "2166.67", "1033.33", "0.0258", "3", "466.67", "1250.00", "450.00"],
        ["repris", "60000.00", "4800.00", "4733.33", "66.67", "0.0011", "1", "533.33", "3750.00", "450.00"],
        ["not placed", "", "", "100.00", "", "", "", "", "", ""],
    ]


def test_one_unit(sambok):
    code, out, _ = sambok("services", "unit", "repris")
    assert code == 3
    assert cells(out) == [
        "Shared services 2026: repris, SEK",
        "Service Amount",
        "IT 400.00",
        "Ekonomi 3,510.00",
        "Styrelse 710.00",
        "Used 4,620.00",
        "Paid by the levy's service component 4,800.00",
        "Net solidarity: paid less used 180.00",
        "That is 0.3 % of turnover: quarter 1 of 4, where 1 was carried most by the others.",
        # finance works for it (1 of 6 vouchers): it 800 + f / 12, f 5 000 + it / 4 = 5 200 · 48 / 47 = 5 310.638,
        # it 1 242.553, board 900 + f / 12 = 1 342.553; repris it / 2 + f · 5 / 8 + board / 2 = 4 611.70
        "Shared by step-down; by reciprocal it would have used 4,611.70.",
    ]
    answer = json.loads(sambok("services", "unit", "kafe", "--json")[1])
    assert (answer["unit"], answer["paid"], answer["used"], answer["net"]) == ("kafe", "3200.00", "2280.00", "920.00")
    assert answer["by_service"] == {"it": "400.00", "finance": "1170.00", "board": "710.00"}


def test_where_100_went(sambok):
    code, out, _ = sambok("services", "hundred", "repris")
    assert code == 3
    assert cells(out)[2:] == [
        "Of 100 100 SEK",
        "Turnover 100.00 60,000.00",
        "Grants 12.00 7,200.00",
        "In 112.00",
        "Raw materials and consumables 33.33 20,000.00",
        "Other external costs 15.00 9,000.00",
        "Personnel costs 50.00 30,000.00",
        "Shared services 8.00 4,800.00",
        "IT 1.14",
        "Ekonomi 5.72",
        "Styrelse 1.03",
        "Not placed 0.11",
        "Investment fund 2.00 1,200.00",
        "Left with the unit 3.67 2,200.00",
        "Out 112.00",
    ]
    answer = json.loads(sambok("services", "hundred", "repris", "--json")[1])
    assert (answer["total"], answer["left"]["of_hundred"]) == ("112.00", "3.67")
    assert [row["of_hundred"] for row in answer["services"]] == ["1.14", "5.72", "1.03", "0.11"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("status --year 2031", 2, "No unit has books of 2031; there are: 2025, 2026. [SERVICE_NO_YEAR]"),
        ("status --year 26", 2, "Invalid value for '--year'"),
        ("status --method fair", 2, "Invalid value for '--method'"),
        ("status --csv units/x.csv", 2, "OUT_TAKEN"),
        ("unit gemensamt", 2, "gemensamt has no part in 2026"),
        ("unit reprise", 2, "reprise"),
        ("hundred gemensamt", 2, "SERVICE_NOT_MEMBER"),
        ("unit ../repris", 2, ""),
        ("fly", 2, "No such command"),
    ],
)
def test_wrong_use(sambok, arguments, code, said):
    found, out, err = sambok("services", *arguments.split())
    assert (found, out) == (code, "")
    assert said in err


def test_books_with_errors(sambok):
    sambok.make(kafe={"2026-02": '2026-02-10 * "x"\n  Assets:1930-Bank  1.00 SEK\n'})
    code, out, err = sambok("services", "status")
    assert code == 1
    assert "What kafe paid and used is not known" in err
    assert "kafe" not in out
    assert sambok("services", "unit", "kafe")[0] == 1
    sambok.make(gemensamt={"2026-02": '2026-02-10 * "x"\n  Assets:1930-Bank  1.00 SEK\n'})
    code, out, err = sambok("services", "status")
    assert (code, out) == (1, "")
    assert "[SERVICE_CENTRAL_FAULTY]" in err


def test_a_federation_without_cost_centres_hears_what_to_do(sambok):
    sambok.make(policy=DECIDED)
    code, out, err = sambok("services", "status")
    assert code == 3
    assert 'Add to units/policy.beancount:  custom "cost-centre"' in err
    assert "Not placed 7,000.00 - - - -" in cells(out)


# Keys


def policy_of(sambok):
    """Policy as it is read from the disk now, without errors."""
    ws = open_workspace(sambok.ws.root)
    found = read_policy(load_books(ws, []).central_text, ws)
    assert not found.problems, [p.text() for p in found.problems]
    return found


SHEET = "unit;headcount;seats\nrepris;12;2\nkafe;2,5;\nfinance;;3\n"


def keys(sambok, sheet, *more):
    file = sambok.ws.root / "sheet.csv"
    file.write_bytes(sheet if isinstance(sheet, bytes) else sheet.encode())
    return sambok("services", "keys", "sheet.csv", "--decision", "FS-1", "--date", "2026-03-01", *more)


def test_a_sheet_is_entered_once(sambok):
    old = sambok.ws.policy_file.read_text()
    code, out, err = keys(sambok, SHEET)
    assert (code, err) == (0, "Entered: 3; counted already: 1.\n")  # repris has 2 seats already
    assert out.splitlines()[:3] == [
        "2026-03-01 headcount repris 12",
        "2026-03-01 headcount kafe 2.5",
        "2026-03-01 seats finance 3",
    ]
    new = sambok.ws.policy_file.read_text()
    assert new.startswith(old)
    assert new[len(old) :] == (
        '\n2026-03-01 custom "allocation-key" "headcount" "repris" 12\n  decision: "FS-1"\n'
        '2026-03-01 custom "allocation-key" "headcount" "kafe" 2.5\n  decision: "FS-1"\n'
        '2026-03-01 custom "allocation-key" "seats" "finance" 3\n  decision: "FS-1"\n'
    )
    line = int(out.splitlines()[3].removeprefix("units/policy.beancount:"))
    assert new.splitlines()[line - 1].startswith('2026-03-01 custom "allocation-key" "headcount" "repris"')
    counting = policy_of(sambok).funds.key_values(dt.date(2026, 3, 1))
    assert counting["headcount"] == {"repris": 12, "kafe": 25 / 10}
    assert counting["seats"] == {"repris": 2, "kafe": 1, "finance": 3}
    code, out, err = keys(sambok, SHEET)
    assert (code, out, err) == (0, "", "New: 0; counted already: 4. Nothing was written.\n")
    assert sambok.ws.policy_file.read_text() == new
    lines = read_history(sambok.ws.units_folder)
    assert lines[-1].action == "allocation-keys"


def test_a_dry_run_writes_nothing(sambok):
    old = sambok.ws.policy_file.read_text()
    code, out, err = keys(sambok, SHEET, "--dry-run", "--json")
    answer = json.loads(out)
    assert (code, err, answer["line"], answer["known"]) == (0, "", None, 1)
    assert answer["added"][1] == {"key": "headcount", "user": "kafe", "value": "2.5"}
    assert sambok.ws.policy_file.read_text() == old


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        ("unit;headcount\nrepris;twelve\n", ':2: Column headcount: "twelve" is no number from 0 on. [SERVICE_SHEET]'),
        ("unit;headcount\nrepris;-1\n", ':2: Column headcount: "-1" is no number from 0 on.'),
        ("unit;headcount\nrepris;1e9\n", ':2: Column headcount: "1e9" is no number'),
        ("unit;headcount\nrepris;12.345\n", ":2: 12.345 may be thousands or decimals"),
        ("unit;headcount\nrepriss;1\n", ':2: Column unit: "repriss" is neither a unit nor a cost centre.'),
        ("unit;headcount\ngemensamt;1\n", ':2: Column unit: "gemensamt" is neither'),
        ("unit;headcount\nrepris;1\nkafe;1\nrepris;2\n", ':4: Column unit: "repris" stands in row 2, too.'),
        ("unit;vouchers\nrepris;1\n", ":1: Column vouchers: the books have the key vouchers themselves."),
        ("unit;head count\nrepris;1\n", ':1: Column head count: a key can\'t be called "head count".'),
        ('unit;"a"" 1"\nrepris;1\n', ":1: Column a\" 1: a key can't be called"),
        ("unit;\nrepris;1\n", ":1: Column 2: a key can't be called"),
        ("unit;headcount;headcount\nrepris;1;1\n", ":1: The columns aren't named as they must be"),
        ("unit;headcount\nrepris;\n", ":1: The sheet says nothing"),
        ("unit;headcount\n", ":1: The sheet says nothing"),
        ("unit;headcount\nrepris;1;2\n", ":2: This row has 3 columns"),
        ("unit;headcount\nrepris;1", "The file ends in the middle of its last row"),
        ('unit;headcount\nrepris;"1\n', "TABLE_DAMAGED"),
        ("just words\n", ":1: The columns aren't named"),
        ("", "IMPORT_FILE_EMPTY"),
        (b"unit;headcount\nrepris;\x00\n", "["),
        (b"\xff\xfe\x00\x01", "["),
        ('unit;headcount\n"repris""\n2026-01-01 custom ""x""";1\n', "neither a unit nor a cost centre"),
    ],
)
def test_a_bad_sheet_changes_nothing(sambok, sheet, said):
    old = sambok.ws.policy_file.read_bytes()
    code, out, err = keys(sambok, sheet)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("    -> ") == 1
    assert sambok.ws.policy_file.read_bytes() == old


def test_keys_rest_on_a_decision_of_their_day(sambok):
    (sambok.ws.root / "sheet.csv").write_text(SHEET)
    code, _, err = sambok("services", "keys", "sheet.csv", "--decision", "FS-2")
    assert (code, "Did you mean FS-1?" in err) == (2, True)
    code, _, err = sambok("services", "keys", "sheet.csv", "--decision", "FS-1", "--date", "2024-12-31")
    assert code == 2
    assert "The decision FS-1 is of 2025-01-01; keys can't count on it from 2024-12-31 on" in err
    assert sambok("services", "keys", "gone.csv", "--decision", "FS-1")[0] == 2
    assert sambok("services", "keys", ".", "--decision", "FS-1")[0] == 2


def test_a_policy_that_cannot_be_read_is_not_added_to(sambok):
    sambok.ws.policy_file.write_text(POLICY + 'option "title" "x"\n')
    old = sambok.ws.policy_file.read_bytes()
    code, _, err = keys(sambok, SHEET)
    assert code == 1
    assert "units/policy.beancount" in err
    assert sambok.ws.policy_file.read_bytes() == old
