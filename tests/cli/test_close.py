"""`sambok close` and `sambok reopen`: what they print, their JSON, their exit codes."""

import json
import os
import signal

import pytest

from ledger.cli.main import main
from tests.closing.worked import POLICY, PRICES, UNITS


@pytest.fixture
def sambok(make_workspace, capsys, tmp_path, monkeypatch):
    """Run a command in the worked federation, on 2026-03-05."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)
    ws = make_workspace(UNITS, policy=POLICY, prices=PRICES)

    def run(*args):
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(ws.root), *args])
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    run.ws = ws
    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def rows(out):
    """The words of each line of a table."""
    return [line.split() for line in out.splitlines() if line.strip(" -─━")]


def test_a_month_becomes_final(sambok):
    code, out, err = sambok("close", "2025-12", "--by", "anna")
    assert code == 0, err
    assert rows(out)[1][:3] == ["repris", "2025-12", "10"]  # 3 accounts and 4 more, a sale, the levy, the transfer
    assert "gemensamt L-1" in out
    assert "For the minutes" in err
    code, out, err = sambok("close", "2025-12")
    assert (code, out) == (0, "")
    assert "2025-12 is closed already: gemensamt, repris." in err


def test_what_is_closed_already_is_one_line(sambok):
    """December, and January of all, have been closed; February of repris, too."""
    assert sambok("close", "--until", "2026-01")[0] == 0
    assert sambok("close", "2026-02", "--unit", "repris")[0] == 0
    _, _, err = sambok("close", "2026")
    (line,) = [line for line in err.splitlines() if "losed already" in line]
    assert line == "Closed already: 2026-01: gemensamt, koop; 2026-01 – 2026-02: repris."
    _, _, err = sambok("close", "2026")
    (line,) = [line for line in err.splitlines() if "losed already" in line]
    assert line == "2026-01 to 2026-02 are closed already: gemensamt, koop, repris."


FUND = {
    "unit": "combine = false\n",
    "accounts": "2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Liabilities:2890-Savings SEK\n",
    "2025-12": '2025-12-05 * "Saved"\n  voucher: "A-1"\n  Assets:1930-Bank  10 SEK\n  Liabilities:2890-Savings\n',
}
#: What is asked for; what the close of it says of a book that no combined statement holds, on March 5.
APART = [
    (("2025",), "sambok close 2025 --unit fund"),
    (("2026-01",), "sambok close 2026-01 --unit fund"),
    (("--until", "2026-01"), "sambok close --until 2026-01 --unit fund"),
    (("2026",), "sambok close 2026 --unit fund"),
    (("2025-11",), ""),  # its book begins in December
    (("2026-01", "--unit", "repris"), ""),
]


@pytest.mark.parametrize(("args", "command"), APART)
def test_a_book_that_no_statement_holds_is_left_out_and_named(sambok, make_workspace, args, command):
    ws = make_workspace(UNITS | {"fund": FUND}, policy=POLICY, prices=PRICES)
    _, _, err = sambok("close", *args)
    said = [line for line in err.splitlines() if "Left out" in line]
    told = "Left out, as no combined statement holds them: fund. Each is closed by itself:  "
    assert said == ([told + command] if command else [])
    assert not (ws.units["fund"].folder / "seals.jsonl").exists()


def test_once_it_is_closed_nothing_is_left_out(sambok, make_workspace):
    make_workspace(UNITS | {"fund": FUND}, policy=POLICY, prices=PRICES)
    code, out, _ = sambok("close", "2025-12", "--json")
    assert (code, json.loads(out)["apart"]) == (0, ["fund"])
    assert sambok("close", "2025-12", "--unit", "fund")[0] == 0
    code, out, err = sambok("close", "2025-12")
    assert (code, out) == (0, "")
    assert err == "2025-12 is closed already: gemensamt, repris.\n"


def test_json_of_a_close(sambok):
    code, out, _ = sambok("close", "--until", "2026-01", "--json")
    said = json.loads(out)
    assert (code, said["schema"], said["errors"]) == (0, 1, [])
    assert [(m["period"], [c["unit"] for c in m["closed"]]) for m in said["months"]] == [
        ("2025-12", ["repris", "gemensamt"]),
        ("2026-01", ["koop", "repris", "gemensamt"]),
    ]
    repris = said["months"][0]["closed"][0]
    assert repris["vouchers"] == {"gemensamt": ["L-1"], "repris": ["L-1", "Y-1"]}
    assert (repris["carried"], repris["number"], len(repris["content"])) == ("Y-1", 1, 64)
    assert len(said["fingerprint"]) == len("K7QX-2MPD")


def test_a_fiscal_year_stops_at_the_month_that_is_not_over(sambok):
    code, out, err = sambok("close", "2026")
    assert code == 3
    assert "CLOSE_EARLIER_OPEN" in err  # December 2025 comes first
    assert sambok("close", "2025")[0] == 0
    code, out, err = sambok("close", "2026")
    assert code == 3
    assert [row[:2] for row in rows(out) if row[0] == "repris"] == [
        ["repris", "2026-01"],
        ["repris", "2026-02"],
    ]
    assert "CLOSE_NOT_OVER" in err


def test_several_months_are_one_table(sambok):
    code, out, err = sambok("close", "--until", "2026-02")
    assert code == 0, err
    assert [row[0] for row in rows(out)].count("Unit") == 1
    assert [row[1] for row in rows(out)[1:]] == ["2025-12"] * 2 + ["2026-01"] * 3 + ["2026-02"] * 3
    assert err.count("For the minutes") == 1


def test_before_the_book_begins_there_is_nothing_to_close(sambok):
    """Koop's first posting is of January 2026."""
    code, out, err = sambok("close", "2025-11", "--unit", "koop")
    assert (code, out) == (0, "")
    assert "koop: the book begins in 2026-01; there is nothing to close before." in err
    assert not (sambok.ws.units["koop"].folder / "seals.jsonl").exists()
    code, out, err = sambok("close", "2025-12", "--unit", "koop", "--unit", "repris", "--json")
    (month,) = json.loads(out)["months"]
    assert (month["early"], [c["unit"] for c in month["closed"]]) == ({"koop": "2026-01"}, ["repris"])


def test_what_lies_before_a_closed_book_was_never_closed(sambok):
    """Central's and repris' books begin in December 2025, koop's in January 2026."""
    assert sambok("close", "--until", "2026-01")[0] == 0
    begins = [
        "gemensamt, repris: the book begins in 2025-12; there is nothing to close before.",
        "koop: the book begins in 2026-01; there is nothing to close before.",
    ]
    for year in ("2024", "2025-11"):
        code, out, err = sambok("close", year)
        assert (code, out, err.splitlines()) == (0, "", begins)
    assert sambok("close", "2025")[2].splitlines() == [*begins, "2025-12 is closed already: gemensamt, repris."]
    (month,) = json.loads(sambok("close", "2025-12", "--json")[1])["months"]
    assert (month["before"], month["early"]) == (["repris", "gemensamt"], {"koop": "2026-01"})


def test_all_are_not_closed_without_one_whose_settings_cannot_be_read(sambok):
    settings = sambok.ws.units["koop"].folder / "unit.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text("name = \n", encoding="utf-8")
    for more in ((), ("--ready",)):
        code, _, err = sambok("close", "2025-12", *more)
        assert code == 3
        assert "2025-12: units that aren't ready: gemensamt, koop. What they lack (1):" in err
        assert err.count("units/koop/unit.toml:1: ") == err.count("[CONFIG_SYNTAX]") == 1
    assert (sambok.ws.units["repris"].folder / "seals.jsonl").exists()  # --ready closes those that are
    code, out, _ = sambok("close", "2025-12", "--json")
    said = json.loads(out)
    assert (code, said["months"][0]["blocked"]) == (3, ["gemensamt", "koop"])
    assert [error["code"] for error in said["errors"]] == ["CONFIG_SYNTAX"]
    settings.write_text(right, encoding="utf-8")
    assert sambok("close", "--until", "2026-01")[0] == 0
    settings.write_text("name = \n", encoding="utf-8")
    assert sambok("close", "2026-01")[0] == 0  # its January is closed already


def test_nobody_is_closed_while_one_is_not_ready(sambok):
    book = sambok.ws.units["koop"].books / "2026" / "2026-01.beancount"
    book.write_text(book.read_text().replace("2026-01-20 *", "2026-01-20 !"))
    assert sambok("close", "2025-12")[0] == 0
    code, out, err = sambok("close", "2026-01", "--json")
    assert code == 3
    assert {problem["code"] for problem in json.loads(out)["errors"]} == {"CLOSE_FLAGGED"}
    assert sambok("close", "2026-01")[0] == 3
    code, out, err = sambok("close", "2026-01", "--ready")
    assert code == 3
    assert [row[0] for row in rows(out)] == ["Unit", "repris"]
    assert "CLOSE_UNIT_OPEN" in err
    code, out, err = sambok("close", "2026-01", "--unit", "gemensamt", "--without", "koop", "--decision", "ST-7")
    assert code == 0, err


def test_central_does_not_do_without_a_unit_on_a_decision_that_has_ended(sambok):
    policy = sambok.ws.policy_file
    policy.write_text(policy.read_text() + '2026-01-02 custom "decision" "ST-1" "board"\n  until: 2026-03-04\n')
    args = ("close", "2025-12", "--unit", "gemensamt", "--without", "repris", "--decision", "ST-1")
    code, out, err = sambok(*args)
    assert (code, out) == (3, "")
    assert "could be used until 2026-03-04, and that day is past. [CLOSE_DECISION_ENDED]" in err
    assert not (sambok.ws.central.folder / "seals.jsonl").exists()


def test_a_trial_run(sambok):
    before = {p: p.read_bytes() for p in sambok.ws.units_folder.rglob("*") if p.is_file()}
    code, out, err = sambok("close", "2025-12", "--unit", "repris", "--dry-run")
    assert code == 0
    assert "; units/repris/books/2025/2025-12.closed.beancount" in out
    assert '2025-12-31 * "Levy 2025-12"' in out
    assert "Nothing was written." in err
    assert {p: p.read_bytes() for p in sambok.ws.units_folder.rglob("*") if p.is_file()} == before


def test_a_trial_run_with_nothing_to_book_says_so(sambok):
    """Of January central has nothing of its own: it takes the other side of the others' levies alone."""
    assert sambok("close", "2025-12")[0] == 0
    code, out, err = sambok("close", "2026-01", "--dry-run")
    assert (code, "2026-01.koop.closed.beancount" in out) == (0, True)
    assert "2026-01: there is nothing to book for gemensamt; the close would only seal the month." in err
    assert sambok("close", "2026-01", "--unit", "koop", "--unit", "repris")[0] == 0
    code, out, err = sambok("close", "2026-01", "--dry-run")
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "2026-01: there is nothing to book for gemensamt; the close would only seal the month.",
        "2026-01 is closed already: koop, repris.",
        "Nothing was written.",
    ]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["close"], "Give a period"),
        (["close", "2025-12", "--until", "2026-01"], "Give a period"),
        (["close", "2025-12", "--without", "koop"], "--without UNIT needs --decision ID"),
        (["close", "2025-12", "--decision", "ST-7"], "--without UNIT needs --decision ID"),
        (["close", "2025-12", "--unit", "koopp"], "koop"),
        (["close", "december"], "neither a month nor a fiscal year"),
        (["reopen", "2025-12", "--unit", "repris"], "--decision"),
    ],
)
def test_wrong_use(sambok, args, says):
    code, out, err = sambok(*args)
    assert code in (1, 2)
    assert out == ""
    assert says in err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["archive"], "Ange ett år och --out FILE.zip, eller --check FILE.zip."),
        (["journal", "--from", "2026-02-01", "--to", "2026-01-01"], "Perioden slutar innan den börjar."),
        (["verify", "--key", "x"], "x är ingen publik nyckel: 44 tecken behövs, så som förseglingarna har dem."),
    ],
)
def test_wrong_use_is_told_in_the_federations_language(sambok, args, says):
    conf = sambok.ws.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace('language = "en"', 'language = "sv"'), encoding="utf-8")
    code, out, err = sambok(*args)
    assert (code, out) == (2, "")
    assert says in err


def test_a_month_is_opened_again(sambok):
    assert sambok("close", "2025-12")[0] == 0
    code, out, err = sambok("reopen", "2025-12", "--unit", "repris", "--decision", "ST-7", "--by", "eva")
    assert (code, out) == (0, "")
    assert "repris: 2025-12 is open again by ST-7." in err
    code, out, _ = sambok("close", "2025-12", "--unit", "repris", "--json")
    assert (code, json.loads(out)["months"][0]["closed"][0]["entries"]) == (0, 0)
    code, out, err = sambok("reopen", "2026-01", "--unit", "repris", "--decision", "ST-7", "--json")
    assert code == 3
    assert json.loads(out)["errors"][0]["code"] == "REOPEN_NOT_CLOSED"
