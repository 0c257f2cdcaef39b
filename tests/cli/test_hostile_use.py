"""Every command, used wrongly or on damaged files: exit codes, no traceback, the other units' figures, whole JSON."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.cli.main import COMMANDS, main

ACCOUNTS = (
    "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Income:3001-Sales\n2026-01-01 open Expenses:4010-Goods\n"
)
SALE = '2026-03-05 * "Sale"\n  voucher: "A-1"\n  Assets:1930-Bank  {amount}.00 SEK\n  Income:3001-Sales\n'
POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
"""
SOURCE = '[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\n'
#: Each command as it is used rightly. `init` and `unit add` make something; `serve` may not listen there.
RIGHT = {
    "init": "init new --currency SEK --central gemensamt",
    "unit add": "unit add syd --name Syd",
    "up": "up --once",
    "todo": "todo",
    "check": "check",
    "import": "import repris --inbox",
    "place": "place",
    "reconcile": "reconcile",
    "open-items": "open-items",
    "levy": "levy",
    "levy simulate": "levy simulate --rate 0.14",
    "loans": "loans list",
    "loans status": "loans status NK26",
    "loans sheet": "loans sheet NK26",
    "loans schedule": "loans schedule NK26 NK26-L01",
    "loans statement": "loans statement NK26 Anna",
    "loans ratios": "loans ratios NK26",
    "loans rotation": "loans rotation NK26",
    "loans propose": "loans propose NK26",
    "loans apply": "loans apply NK26 Anna --amount 600 --months 2",
    "loans buy": "loans buy RF26 repris 3",
    "loans lend": "loans lend RF26 repris 24000",
    "loans repay": "loans repay RF26 repris 8240",
    "loans leave": "loans leave NK26 Anna --decision FS-1",
    "loans write-off": "loans write-off NK26 NK26-L01 --decision FS-1",
    "loans share-out": "loans share-out NK26 --book --decision FS-1",
    "fund": "fund status",
    "fund statement": "fund statement",
    "fund cases": "fund cases",
    "fund case": "fund case L-1",
    "fund pay": "fund pay L-1 1000",
    "fund repay": "fund repay L-1 1000",
    "fund write-down": "fund write-down L-1 1000 --decision FS-1",
    "fund forgive": "fund forgive L-1 1000 --decision FS-1",
    "fund appropriate": "fund appropriate --investment 1000 --decision FS-1",
    "fund simulate": "fund simulate --rate 0.14",
    "solidarity": "solidarity compute",
    "solidarity status": "solidarity status",
    "solidarity book": "solidarity book --decision FS-1",
    "solidarity settle": "solidarity settle repris --year 2026",
    "services": "services status",
    "services unit": "services unit repris",
    "services hundred": "services hundred repris",
    "services keys": "services keys keys.csv --decision FS-1",
    "decision": "decision list",
    "number": "number repris",
    "correct": "correct repris A-1",
    "journal": "journal",
    "close": "close --status",
    "reopen": "reopen 2026-03 --unit repris --decision FS-1",
    "verify": "verify",
    "combine": "combine",
    "runs": "runs",
    "export": "export sie repris",
    "history": "history",
    "archive": "archive 2026 --open --out year.zip",
    "description": "description",
    "serve": "serve --host 0.0.0.0",
}
#: The ones that read books; all of them but `up` know --json.
RULED = (
    "up --once",
    "todo",
    "check",
    "levy",
    "levy simulate --rate 0.14",
    "fund status",
    "fund statement",
    "fund cases",
    "fund simulate --rate 0.14",
    "solidarity compute",
    "solidarity status",
    "services status",
    "decision list",
    "combine",
)  # by the policy, too
READING = (*RULED, "journal", "open-items", "reconcile", "export sie --legal-entity")
JSON = (
    "todo --json",
    "check --json",
    "import repris --inbox --json",
    "open-items --json",
    "levy --json",
    "levy simulate --rate 0.14 --json",
    "fund status --json",
    "fund statement --json",
    "fund cases --json",
    "fund simulate --rate 0.14 --json",
    "solidarity compute --json",
    "solidarity status --json",
    "services status --json",
    "services hundred kafeet --json",
    "decision list --json",
    "journal --json",
    "journal --by account --json",
    "combine --json",
    "combine --lock 2026-03 --json",
)
#: These tell of texts and seals, or of who isn't ready, and have an answer whatever a book's figures are.
TELLING = ("close --status --json", "verify --json", "history --json", "verify", "close --status", "history")


@pytest.fixture
def ws(make_workspace):
    """Two units with sales, and central."""
    return make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-03": SALE.format(amount=1000), "unit": SOURCE},
            "kafeet": {"accounts": ACCOUNTS, "2026-03": SALE.format(amount=500)},
            "gemensamt": {"accounts": ACCOUNTS},
        },
        policy=POLICY,
    )


@pytest.fixture
def sambok(ws, capfd, monkeypatch):
    """Run a command in the federation's folder: exit code, standard output, standard error."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(ws.root)

    def run(line):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(shlex.split(line))
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "PROGRAM_FAULT" not in out + err, err
        if "--json" in line and int(end.value.code or 0) != 2:
            assert json.loads(out)["schema"] == 1
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)


def book(ws, slug="repris"):
    return ws.units[slug].books / "2026" / "2026-03.beancount"


def test_every_command_is_tried():
    assert {name.split()[0] for name in RIGHT} == set(COMMANDS)


# --- wrong use


@pytest.mark.parametrize("command", RIGHT)
def test_an_option_that_does_not_exist(sambok, command):
    code, out, err = sambok(f"{RIGHT[command]} --colour red")
    assert (code, out) == (2, "")
    assert "No such option" in err
    assert "--colour" in err


@pytest.mark.parametrize("command", [*RIGHT, "unit"])
def test_help_is_always_there(sambok, command):
    code, out, err = sambok(f"{command} --help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: sambok {command}")


def test_help_names_the_exit_codes(sambok):
    _, out, _ = sambok("--help")
    assert "\\b" not in out
    assert "  Exit codes: 0 done - 1 the books or the input have errors - 2 wrong use\n" in out


def test_a_misspelt_command_names_the_nearest(sambok):
    code, out, err = sambok("chekc")
    assert (code, out) == (2, "")
    assert "Did you mean check?" in err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("levy --year 26", "--year"),
        ("levy --year now", "--year"),
        ("levy simulate --rate 15", "SIMULATED_LEVY_RATE"),
        ("levy simulate --from 26", "--from"),
        ("combine --from 2026-02-30", "--from"),
        ("combine --to soon", "--to"),
        ("combine --to 9999-12-31", "--to"),
        ("combine --from 0001-01-01 --json", "--from"),
        ("combine --from 2026-04-01 --to 2026-03-31", "PERIOD_WRONG"),
        ("combine --level Mars", "LEVEL_UNKNOWN"),
        ("combine --currency euro --beancount out.beancount", "--currency"),
        ("serve --port 70000", "--port"),
        ("serve --host 0.0.0.0", "HOST_NOT_LOOPBACK"),
        ("up --port 0", "--port"),
        ("loans stauts NK26", "Did you mean status?"),
        ("loans status NK26", "CYCLE_NOT_FOUND"),
        ("loans status", "CYCLE"),
        ("loans status NK26 --date 2026-02-30", "--date"),
        ("loans buy NK26 repris 0", "SHARES"),
        ("loans apply NK26 Anna --amount 5 --months many", "--months"),
        ("loans statement NK26 --html -", "--html"),
        ("fund stauts", "Did you mean status?"),
        ("fund case", "CASE"),
        ("fund case L-1", "FUND_CASE_UNKNOWN"),
        ("fund pay L-1 0", "AMOUNT"),
        ("fund pay L-1 -5", "No such option"),
        ("fund pay L-1 much", "AMOUNT"),
        ("fund repay L-1 NaN", "AMOUNT"),
        ("fund write-down L-1 5", "--decision"),
        ("fund appropriate --decision FS-1", "--investment"),
        ("fund simulate --term cover", "--term"),
        ("fund simulate --component all", "--component"),
        ("fund status --date 2026-02-30", "--date"),
        ("solidarity compute --year 26", "--year"),
        ("solidarity compute --unit repri", "UNIT_UNKNOWN"),
        ("solidarity settle repri --year 2026", "UNIT_UNKNOWN"),
        ("solidarity settle repris", "--year"),
        ("import", "--inbox"),
        ("import repris", "--inbox"),
        ("import repris a.xml --inbox", "--inbox"),
        ("unit", "add"),
        ("unit add Syd --name Syd", "SLUG"),
        ("unit add policy --name Policy", "SLUG"),
        ("unit add syd --name Syd --currency kronor", "--currency"),
        ("unit add syd --name Syd --chart basic", "--chart"),
        ("unit add syd --name Syd --joined 2026-02-30", "--joined"),
        ("unit add syd", "--name"),
        ("unit add repris --name Repris", "UNIT_EXISTS"),
        ("unit add syd --name Syd --code REPRIS", "UNIT_CODE_TAKEN"),
        ("init", "DIR"),
        ("init new", "--currency"),
        ("init . --currency SEK", "WORKSPACE_EXISTS"),
        ("init fava.conf --currency SEK", "DIR"),
        ("init new --currency SEK --language tlh", "--language"),
    ],
)
def test_wrong_use(sambok, ws, line, says):
    before = sorted(p.relative_to(ws.root) for p in (ws.root / "units").rglob("*"))
    code, out, err = sambok(line)
    assert code == 2, err
    assert out == ""
    assert says in err
    assert sorted(p.relative_to(ws.root) for p in (ws.root / "units").rglob("*")) == before
    assert not (ws.root / "new").exists()


@pytest.mark.parametrize("command", [line for name, line in RIGHT.items() if name != "init"])
def test_no_workspace(sambok, command):
    code, out, err = sambok(f"--workspace /nowhere {command}")
    assert (code, out) == (2, "")
    assert "There is no fava.conf" in err or "there is no fava.conf" in err
    assert "[WORKSPACE_MISSING]" in err


def test_no_workspace_in_the_environment(sambok, monkeypatch):
    monkeypatch.setenv("SAMBOK_WORKSPACE", "/nowhere")
    assert sambok("check")[0] == 2


@pytest.mark.parametrize("line", ["check repri", "todo repri", "levy --unit repri", "import repri a.xml"])
def test_an_unknown_unit(sambok, line):
    code, out, err = sambok(line)
    assert (code, out) == (2, "")
    assert "There is no unit called repri. [UNIT_UNKNOWN]" in err
    assert "Did you mean repris?" in err
    code, out, _ = sambok(f"{line} --json")
    assert code == 2
    assert [error["code"] for error in json.loads(out)["errors"]] == ["UNIT_UNKNOWN"]


# --- damaged settings

CONF = {
    # fava.conf                                     the error
    "no TOML": (b"[federation\n", "CONFIG_SYNTAX"),
    "half of it": (b'[federation]\nname = "Samverkan', "CONFIG_SYNTAX"),
    "0 bytes": (b"", "CONFIG_INVALID"),
    "Latin-1": (b'[federation]\nname = "Samverkan \xd6st"\n', "CONFIG_UNREADABLE"),
    "binary": (bytes(range(256)), "CONFIG_UNREADABLE"),
    "a misspelt key": (
        b'[federation]\nnane = "x"\nname = "x"\ncurrency = "SEK"\ncentral = "y"\n',
        "CONFIG_UNKNOWN_KEY",
    ),
    "a number for a text": (b'[federation]\nname = "x"\ncurrency = 752\ncentral = "gemensamt"\n', "CONFIG_INVALID"),
}


@pytest.mark.parametrize("damage", CONF)
@pytest.mark.parametrize("command", [*READING, *JSON, "import repris --inbox", "serve", "unit add syd --name Syd"])
def test_broken_fava_conf(sambok, ws, command, damage):
    data, expected = CONF[damage]
    (ws.root / "fava.conf").write_bytes(data)
    code, out, err = sambok(command)
    assert code == 1
    assert err.startswith("fava.conf")
    assert f"[{expected}]" in err
    assert "    -> " in err
    if "--json" in command:
        assert [(error["code"], error["file"]) for error in json.loads(out)["errors"]] == [(expected, "fava.conf")]
    else:
        assert out == ""


UNIT = {
    # units/repris/unit.toml                          the error
    "no TOML": (b"name = Repris\n", "CONFIG_SYNTAX"),
    "half of it": (b'name = "Repris"\ncode = "REP', "CONFIG_SYNTAX"),
    "0 bytes": (b"", "CONFIG_INVALID"),
    "Latin-1": (b'name = "\xc5ter"\n', "CONFIG_UNREADABLE"),
    "a misspelt key": (b'name = "x"\ncode = "X"\ncurrency = "SEK"\nvat_deducton = 0\n', "CONFIG_UNKNOWN_KEY"),
    "dates the wrong way round": (
        b'name = "x"\ncode = "X"\ncurrency = "SEK"\njoined = 2026-05-01\nleft = 2026-01-01\n',
        "UNIT_DATES",
    ),
    "a chart that isn't there": (
        b'name = "Repris"\ncode = "REPRIS"\ncurrency = "SEK"\nchart = "basic"\n',
        "CHART_MISSING",
    ),
}
BOOK = {
    # units/repris/books/2026/2026-03.beancount       the error
    "0 bytes": (b"", "BOOK_CUT_OFF"),
    "half a voucher": (b'2026-03-05 * "Sale"\n  Assets:1930-Bank  1000.00 SEK\n  Inco', "BOOK_SYNTAX"),
    "half a character": ('2026-03-05 note Assets:1930-Bank "M\u00f6te"\n'.encode()[:-5], "BOOK_NOT_UTF8"),
    "binary": (bytes(range(256)), "BOOK_NOT_UTF8"),
    "another program's": (b"Datum;Text;Belopp\n2026-03-05;Hyra;100,00\n", "BOOK_SYNTAX"),
    "a program": (b'plugin "os"\n', "PLUGIN_REFUSED"),
    "unbalanced": (SALE.format(amount=1).encode()[:-1] + b"  -2.00 SEK\n", "TRANSACTION_UNBALANCED"),
}  # fmt: skip
DAMAGED = [("unit.toml", name) for name in UNIT] + [("books/2026/2026-03.beancount", name) for name in BOOK]


@pytest.fixture(params=DAMAGED, ids=lambda case: f"{case[0].rsplit('/')[-1]}: {case[1]}")
def damaged(ws, request):
    """One unit's file is damaged; the code of the error that comes of it."""
    file, name = request.param
    data, expected = (UNIT if file == "unit.toml" else BOOK)[name]
    (ws.root / "units" / "repris" / file).write_bytes(data)
    return expected


def test_check_names_the_damage(sambok, damaged):
    code, out, err = sambok("check")
    assert (code, out) == (1, "")
    assert f"[{damaged}]" in err
    code, out, _ = sambok("check --json")
    assert code == 1
    answer = json.loads(out)
    (first, *_) = [error for error in answer["errors"] if error["code"] == damaged]
    assert (first["unit"], first["file"].startswith("units/repris/")) == ("repris", True)
    assert {error["unit"] for error in answer["errors"]} == {"repris"}, "the others are right"


def sales_of(answer):
    """Each unit's sales to customers."""
    return {row["unit"]: row["amount"] for row in answer["trial_balance"] if row["account"] == "3001-Sales"}


def test_combine_keeps_the_other_units_figures(sambok, damaged):
    code, out, _ = sambok("combine --json")
    assert code == 1
    answer = json.loads(out)
    assert answer["complete"] is False
    assert {error["unit"] for error in answer["errors"]} == {"repris"}
    assert sales_of(answer) == {"kafeet": "-500.00"}, "left out, and never counted as zero"
    code, out, err = sambok("combine")
    assert code == 1
    assert "INCOMPLETE" in out
    assert "repris" in err


def test_levy_keeps_the_other_units_figures(sambok, damaged):
    code, out, _ = sambok("levy --json")
    assert code == 1
    answer = json.loads(out)
    due = {unit["unit"]: unit["due"] for unit in answer["units"]}
    assert due["kafeet"] == "75.00", "15 % of 500.00"
    assert "repris" not in due
    assert {error["unit"] for error in answer["errors"]} == {"repris"}
    assert sambok("levy --unit kafeet")[0] == 0


@pytest.mark.parametrize("command", [*READING, *JSON])
def test_no_command_gives_up(sambok, damaged, command):
    code, out, err = sambok(command)
    # No file waits in the inbox: importing has nothing to do with the damage, unless the unit isn't known for it.
    assert code == 1 or ("import" in command and (code == 0 or "UNIT_UNKNOWN" in out + err))


@pytest.mark.parametrize("command", TELLING)
def test_what_is_sealed_is_told_whatever_is_damaged(sambok, damaged, command):
    del damaged
    assert sambok(command)[0] in (0, 1, 3), "3: somebody isn't ready"


def test_a_broken_central_unit_stops_no_unit(sambok, ws):
    (ws.root / "units/gemensamt/unit.toml").write_text("name = \n", encoding="utf-8")
    code, out, _ = sambok("check --json")
    assert code == 1
    assert {error["code"] for error in json.loads(out)["errors"]} >= {"CONFIG_SYNTAX", "CENTRAL_MISSING"}
    code, out, _ = sambok("combine --json")
    assert code == 1
    assert sales_of(json.loads(out)) == {"kafeet": "-500.00", "repris": "-1000.00"}
    for command in (*READING, *JSON):
        sambok(command)


CENTRAL = {
    # units/policy.beancount        the error
    "policy: 0 bytes": ("policy", b"", "BOOK_CUT_OFF"),
    "policy: half a line": ("policy", b'2026-01-01 custom "levy', "BOOK_SYNTAX"),
    "policy: gone": ("policy", None, "BOOK_MISSING"),
    "policy: 15 for 15 %": ("policy", POLICY.replace("0.15", "15").encode(), "POLICY_RATE_RANGE"),
    "prices: 0 bytes": ("prices", b"", "BOOK_CUT_OFF"),
    "prices: no price": ("prices", b'2026-01-01 * "x"\n', "DIRECTIVE_REFUSED"),
}


@pytest.mark.parametrize("damage", CENTRAL)
@pytest.mark.parametrize("command", [*RULED, "todo --json", "check --json", "levy --json", "combine --json"])
def test_damaged_policy_and_rates(sambok, ws, command, damage):
    name, data, expected = CENTRAL[damage]
    file = ws.root / "units" / f"{name}.beancount"
    file.unlink() if data is None else file.write_bytes(data)
    code, out, err = sambok(command)
    assert code == 1
    assert file.name in out + err
    assert expected in out + err or "todo" in command, "the list says what to do, in its own words"


# --- files that commands are given


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.xml", None, "IMPORT_FILE_MISSING"),
        ("a.xml", b"", "IMPORT_FILE_EMPTY"),
        ("a.xml", b"   \n", "IMPORT_FILE_EMPTY"),
        ("a.xml", b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkTo', "IMPORT_XML"),
        ("a.xml", bytes(range(256)) * 9, "IMPORT_UNKNOWN_FORMAT"),
        ("a.se", b"#FLAGGA 0\n#SIETYP 4\n", "IMPORT_UNKNOWN_FORMAT"),
        ("a.csv", b"Datum;Belopp\n", "IMPORT_UNKNOWN_FORMAT"),
        ("units", None, "IMPORT_FILE_MISSING"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["", " --dry-run", " --json", " --dry-run --json"])
def test_import_of_a_bad_file_changes_nothing(sambok, ws, name, data, expected, way):
    if data is not None:
        (ws.root / name).write_bytes(data)
    before = book(ws).read_bytes()
    code, out, err = sambok(f"import repris {name}{way}")
    assert code == 1
    assert f"[{expected}]" in err
    assert name in err
    if "--json" in way:
        assert [error["code"] for error in json.loads(out)["errors"]] == [expected]
    assert book(ws).read_bytes() == before
    assert not (ws.root / "units/repris/documents").exists()


def test_one_bad_file_stops_no_other_inbox(sambok, ws):
    inbox = ws.root / "units/repris/inbox/bank"
    inbox.mkdir(parents=True)
    (inbox / "bad.xml").write_bytes(b"")
    for command in ("import --inbox", "import --inbox --json", "up --once"):
        code, _, err = sambok(command)
        assert code == 1
        assert "units/repris/inbox/bank/bad.xml: " in err
    assert (inbox / "bad.xml").exists(), "what was refused stays"


@pytest.mark.parametrize("option", ["--beancount", "--hledger", "--parquet"])
def test_export_to_where_nothing_can_be_written(sambok, ws, option):
    (ws.root / "taken").write_text("a file\n", encoding="utf-8")
    (ws.root / "folder").mkdir()
    assert sambok(f"combine {option} taken/deeper/out")[0] == 2
    for name in ("units/repris/books/2026/2026-03.beancount", "units/new", "fava.conf"):
        before = (ws.root / name).read_bytes() if (ws.root / name).exists() else None
        assert sambok(f"combine {option} {name}")[0] == 2
        assert ((ws.root / name).read_bytes() if (ws.root / name).exists() else None) == before
    wrong = "taken" if option == "--parquet" else "folder"
    assert sambok(f"combine {option} {wrong}")[0] == 2
    assert (ws.root / "taken").read_text(encoding="utf-8") == "a file\n"


def test_a_currency_without_rates_is_an_error_not_zero(sambok):
    code, out, err = sambok("combine --currency EUR")
    assert (code, out) == (1, "")
    assert "[MISSING_RATE]" in err
    assert sambok("combine --currency EUR --json")[0] == 1


def test_a_federation_without_units(sambok, ws):
    (ws.root / "units").rename(ws.root / "elsewhere")
    for command in (*READING, *JSON):
        code, out, err = sambok(command)
        assert code == (2 if any(f" {name}" in command for name in ("repris", "kafeet")) else 1), command
        assert any(word in out + err for word in ("gemensamt", "units/policy.beancount", "UNIT_UNKNOWN")), command


# --- where output can't be written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("command", ["combine", "levy", "check"])
def test_a_terminal_without_our_letters_shows_question_marks(ws, command, encoding):
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace("Samverkan Test", "Łódź Σ"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ledger.cli.main", "--workspace", str(ws.root), command],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "SAMBOK_LANGUAGE": "sv"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 3}, done.stderr
    assert b"PROGRAM_FAULT" not in done.stderr


@pytest.fixture
def full_device() -> Path:
    """A device that takes nothing, as a full disk."""
    device = Path("/dev/full")
    if not device.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"continuous integration needs {device}")
        pytest.skip(f"{device}, a device that is always full, is not on this machine")
    return device


@pytest.mark.parametrize("command", ["combine", "combine --json", "todo --json", "check --json"])
def test_a_full_disk_behind_standard_output_is_no_traceback(ws, full_device, command):
    with full_device.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ledger.cli.main", "--workspace", str(ws.root), *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 4, done.stderr
    assert b"MACHINE_FAILED" in done.stderr
    assert b"Traceback" not in done.stderr
