"""`sambok combine --lock` and `sambok runs`: what is said, in which words, with which exit code (SPEC 5, 10)."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os

import pytest
from click.testing import CliRunner

from ledger.books import durable, open_workspace
from ledger.books.history import read_history
from ledger.cli.main import cli
from ledger.combine import combine
from ledger.combine.runs.lock import lock_run
from ledger.combine.runs.problems import RunPeriod
from ledger.errors import Problem
from ledger.federation import load_federation
from tests.combine.test_runs import ACCOUNTS, POLICY, PURCHASE, RENT, SALE, month


@pytest.fixture
def ws(make_workspace):
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-03": SALE},
        "gemensamt": {"accounts": ACCOUNTS, "2026-03": PURCHASE.format(amount="100.00")},
    }
    return make_workspace(units, policy=POLICY)


@pytest.fixture
def sambok(ws):
    """`sambok("runs", …)` → (exit code, standard output, standard error)."""

    def run(*args: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(cli, ["--workspace", str(ws.root), *args], standalone_mode=False)
        if isinstance(result.exception, Problem):
            return result.exception.exit_code, result.stdout, result.exception.code
        if result.exception is not None:
            return 2, result.stdout, str(result.exception)
        return result.return_value, result.stdout, result.stderr

    return run


def test_nothing_is_locked_yet(sambok):
    code, out, _ = sambok("runs")
    assert (code, out) == (0, "No figures are locked. To lock some: sambok combine --to DATE --lock NAME\n")
    assert json.loads(sambok("runs", "--json")[1]) == {"schema": 1, "runs": [], "errors": []}


def test_locking_says_the_mark_and_doing_it_again_that_nothing_changed(sambok, ws):
    code, out, err = sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    assert code == 0
    assert "Net sales" in out
    said = json.loads((ws.runs_folder / "2026-03" / "manifest.json").read_text())
    mark = said["digest"][:8]
    assert f"Locked as 2026-03, in runs/2026-03. Mark for the minutes: {mark}\n" in err
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    assert (code, f"Locked as 2026-03 already, and unchanged. Mark for the minutes: {mark}\n" in err) == (0, True)
    code, out, _ = sambok("runs")
    assert code == 0
    assert out.split()[-7:] == ["2026-01-01", "2026-03-31", "700.00", "SEK", mark, "as", "locked"]


def test_a_lock_that_a_crash_kept_from_the_history_comes_into_it_with_the_next_call(sambok, ws):
    federation = load_federation(ws)
    found = combine(federation.books, federation.run, date_to=dt.date(2026, 3, 31))
    mark = lock_run(federation.books, found, "2026-03", complete=True).lock.mark
    assert read_history(ws.units_folder) == ()
    for _ in range(2):
        assert sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")[0] == 0
        (line,) = (line for line in read_history(ws.units_folder) if line.action == "lock")
        assert line.details == {"run": "2026-03", "mark": mark}


def test_json_has_the_lock(sambok):
    code, out, _ = sambok("combine", "--to", "2026-03-31", "--lock", "2026-03", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["lock"]["name"] == "2026-03"
    assert answer["lock"]["new"] is True
    assert answer["lock"]["digest"].startswith(answer["lock"]["mark"])
    assert answer["runs"] == []
    assert "lock" not in json.loads(sambok("combine", "--to", "2026-03-31", "--json")[1])


def test_another_period_under_the_same_name(sambok):
    sambok("combine", "--to", "2026-03-31", "--lock", "first")
    code, _, err = sambok("combine", "--to", "2026-03-30", "--lock", "first")
    assert code == 2
    assert "lock under another name. What differs:  sambok runs first" in err


@pytest.mark.parametrize("args", [("--lock", "Mars"), ("--lock", "x", "--currency", "EUR")])
def test_wrong_use(sambok, args):
    assert sambok("combine", "--to", "2026-03-31", *args)[0] == 2


def test_a_broken_book_is_not_locked(sambok, ws):
    month(ws).write_text("nonsense\n")
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "x")
    assert code == 1
    assert "Nothing was locked: the figures are incomplete" in err
    answer = json.loads(sambok("combine", "--to", "2026-03-31", "--lock", "x", "--json")[1])
    assert "RUN_INCOMPLETE" in {error["code"] for error in answer["errors"]}
    assert not ws.runs_folder.exists()


def test_what_blocks_is_one_list_with_remedies(sambok, ws):
    other = SALE.replace("repris-1", "repris-2").partition("\n\n")[0]
    month(ws).write_text(SALE + "\n" + other + "\n")
    month(ws, "gemensamt").write_text(PURCHASE.format(amount="90.00"))
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "x")
    assert code == 3
    assert err.count("[RUN_BLOCKED]") == 2
    assert "gemensamt – repris differ by 10.00 SEK (ic-repris-1, AMOUNT_DIFF)" in err
    assert "gemensamt – repris differ by 100.00 SEK (ic-repris-2, ONE_SIDED)" in err
    assert "Book the other side with the same link" in err


def test_a_restatement_is_said_by_every_command(sambok, ws):
    sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    month(ws).write_text(SALE + "\n" + RENT)
    for command in (["combine"], ["up", "--once"]):
        code, _, err = sambok(*command)
        assert code == 0
        assert "RESTATED: other figures now." in err
        assert "changed: units/repris/books/2026/2026-03.beancount" in err
        assert "Other external costs 5010-Rent repris: locked 0.00, now 40.00 SEK" in err
    (found,) = json.loads(sambok("combine", "--json")[1])["runs"]
    assert (found["name"], found["ok"], found["status"]) == ("2026-03", False, "restated")
    assert found["changed"] == [{"change": "changed", "file": "units/repris/books/2026/2026-03.beancount"}]
    assert found["differences"] == [
        {"line": "OtherExternalCosts", "account": "5010-Rent", "unit": "repris", "locked": None, "now": "40.00"},
        {"line": "CashAndBank", "account": "1930-Bank", "unit": "repris", "locked": "700.00", "now": "660.00"},
    ]
    assert [(late["code"], late["line"]) for late in found["late"]] == [("LATE_POSTING", 13)]
    code, out, err = sambok("runs", "2026-03")
    assert code == 3
    assert "in the book of repris, Assets:1930-Bank, 2026-03: locked 700.00, now 660.00 SEK" in out
    assert "A voucher of 2026-03-09 over 40.00 SEK came in after 2026-03 was locked. [LATE_POSTING]" in err
    _, out, _ = sambok("todo")
    assert "2026-03 is locked, but its figures are others now: rows that differ: 2; vouchers that came since: 1" in out
    assert "$ sambok runs 2026-03" in out


#: Sold before the locked period: what last year has left is 1,250 more.
OF_LAST_YEAR = """\
2025-12-30 * "Sold to others"
  Assets:1930-Bank  1250.00 SEK
  Income:3001-Sales  -1250.00 SEK
"""


@pytest.mark.parametrize(
    ("language", "rent", "years", "earlier"),
    [
        (
            "sv",
            "Övriga externa kostnader 5010-Rent repris: låst 0,00, nu 40,00 SEK",
            "Tidigare år",
            "Balanserat resultat {} repris: låst 0,00, nu -1\N{NO-BREAK SPACE}250,00 SEK",
        ),
        (
            "es",
            "Otros gastos externos 5010-Rent repris: fijado 0,00, ahora 40,00 SEK",
            "Años anteriores",
            "Resultados de ejercicios anteriores {} repris: fijado 0,00, ahora -1.250,00 SEK",
        ),
    ],
    ids=["sv", "es"],
)
def test_what_differs_is_told_in_the_reader_s_language(sambok, ws, monkeypatch, language, rent, years, earlier):
    sambok("combine", "--from", "2026-01-01", "--to", "2026-03-31", "--lock", "2026-03")
    month(ws).write_text(SALE + "\n" + RENT)
    before = month(ws).parent.parent / "2025" / "2025-12.beancount"
    before.parent.mkdir()
    before.write_text(OF_LAST_YEAR)
    accounts = ws.units["repris"].folder / "accounts.beancount"
    accounts.write_text(accounts.read_text().replace("2026-01-01 open", "2025-01-01 open"))
    monkeypatch.setenv("SAMBOK_LANGUAGE", language)
    code, out, _ = sambok("runs", "2026-03")
    assert (code, rent in out, earlier.format(years) in out) == (3, True, True)
    (found,) = json.loads(sambok("runs", "--json")[1])["runs"]
    named = {(row["line"], row["account"], row["now"]) for row in found["differences"]}
    assert {("OtherExternalCosts", "5010-Rent", "40.00"), ("RetainedResult", "Earlier-years", "-1250.00")} <= named
    drilled = sambok("combine", "--drill", f"RetainedResult:{years}:repris")[1]
    assert f" · {years} · repris" in drilled
    assert drilled == sambok("combine", "--drill", "RetainedResult:Earlier-years:repris")[1]


def test_the_same_answer_again_knows_of_a_new_lock(sambok, ws):
    """Answers that are kept (--json) are given again only while the locks are what they were."""
    assert json.loads(sambok("combine", "--json")[1])["runs"] == []
    sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    (ws.runs_folder / "2026-03" / "balances.csv").unlink()
    (found,) = json.loads(sambok("combine", "--json")[1])["runs"]
    assert found["status"] == "damaged"
    assert json.loads(sambok("combine", "--json")[1])["runs"] == [found]


def lock_and_damage(sambok, ws):
    assert sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")[0] == 0
    (ws.runs_folder / "2026-03" / "balances.csv").unlink()


@pytest.mark.parametrize(
    "command", [["combine"], ["check"], ["up", "--once"], ["todo"], ["runs"], ["combine", "--drill", "NetSales"]]
)
def test_a_damaged_lock_is_an_error_of_every_command(sambok, ws, command):
    """All books are right, and still none of them ends well, nor says it twice."""
    lock_and_damage(sambok, ws)
    code, out, err = sambok(*command)
    assert code == 1
    assert (out + err).count("The locked run 2026-03 is damaged or was edited: it is missing.") == 1


@pytest.mark.parametrize("command", [["combine", "--json"], ["check", "--json"], ["runs", "--json"]])
def test_a_damaged_lock_is_among_the_errors_of_an_answer(sambok, ws, command):
    lock_and_damage(sambok, ws)
    for _ in range(2):  # the second is kept from the first
        code, out, _ = sambok(*command)
        answer = json.loads(out)
        assert (code, [error["code"] for error in answer["errors"]]) == (1, ["RUN_DAMAGED"])
    if command[0] == "combine":
        assert answer["complete"] is True


def test_a_damaged_lock_is_no_error_of_a_unit(sambok, ws):
    lock_and_damage(sambok, ws)
    assert sambok("check", "repris")[0] == 0


def test_a_lock_beside_a_damaged_one_is_made_and_still_doesnt_end_well(sambok, ws):
    lock_and_damage(sambok, ws)
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "other")
    assert code == 1
    assert "Locked as other, in runs/other." in err
    assert err.count("[RUN_DAMAGED]") == 1
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    assert (code, err.count("[RUN_DAMAGED]")) == (1, 1)


@pytest.mark.parametrize(("reason", "code"), [(errno.EACCES, 4), (errno.EIO, 4), (errno.ELOOP, 1)])
@pytest.mark.parametrize("command", ["combine", "runs"])
def test_a_lock_that_may_not_be_read_is_not_called_damaged(sambok, monkeypatch, command, reason, code):
    sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    plain = durable.read_plain

    def refuse(path, most=-1):
        if path.name == "balances.csv":
            raise OSError(reason, os.strerror(reason), str(path))
        return plain(path, most)

    monkeypatch.setattr(durable, "read_plain", refuse)
    ended, _, err = sambok(command)
    assert ended == code
    assert err.count("[RUN_UNREADABLE]") == (1 if code == 4 else 0)
    assert err.count("[RUN_DAMAGED]") == (1 if code == 1 else 0)
    assert ("See that the user who runs Sambok may read the file" in err) is (reason == errno.EACCES)
    assert ("have the disk looked at" in err) is (reason == errno.EIO)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--to", "2026-02-28"], "no unit has booked anything from 2026-01-01 to 2026-02-28"),
        (["--from", "2026-03-06", "--to", "2026-03-31"], "no unit has booked anything from 2026-03-06 to 2026-03-31"),
        (
            ["--from", "1999-12-31", "--to", "2026-03-31"],
            "1999-12-31 to 2026-03-31 isn't within the years 2000 to 2199",
        ),
        (["--to", "2199-12-31"], "no unit has booked anything from 2199-01-01 to 2199-12-31"),
        (["--from", "2026-01-01", "--to", "2199-12-31"], "the period ends on 2199-12-31, which isn't over"),
    ],
)
def test_periods_of_which_nothing_is_locked(sambok, ws, args, says):
    code, _, err = sambok("combine", *args, "--lock", "x")
    assert (code, err.count("[RUN_PERIOD]")) == (2, 1)
    assert f"Nothing was locked: {says}" in err
    assert not ws.runs_folder.exists()


def test_a_period_in_which_no_unit_counts(sambok, ws):
    for unit in ws.units.values():
        toml = unit.folder / "unit.toml"
        toml.write_text(toml.read_text() + "joined = 2026-05-01\n")
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "x")
    assert (code, "no unit counts from 2026-01-01 to 2026-03-31" in err) == (2, True)


def test_a_period_that_ends_after_the_last_voucher_is_said(sambok, ws):
    """The sale to others is of 5 March; with rent on the last day there is nothing to say."""
    said = "The period ends on 2026-03-31, and nothing is booked after 2026-03-05"
    assert said in sambok("combine", "--to", "2026-03-31", "--lock", "early")[2]
    answer = json.loads(sambok("combine", "--to", "2026-03-31", "--lock", "early", "--json")[1])
    assert answer["lock"]["nothing_after"] == "2026-03-05"
    month(ws).write_text(SALE + "\n" + RENT.replace("03-09", "03-31"))
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "late")
    assert (code, "nothing is booked after" in err) == (0, False)


@pytest.mark.parametrize(
    ("today", "over"), [("2026-04-01", False), ("2026-04-30", False), ("2026-05-01", True), ("2027-01-01", True)]
)
def test_a_month_that_isnt_over_and_not_booked_isnt_locked(ws, today, over):
    """Nothing is booked in April."""
    federation = load_federation(open_workspace(ws.root))
    found = combine(federation.books, federation.run, date_to=dt.date(2026, 4, 30))
    day = dt.date.fromisoformat(today)
    if not over:
        with pytest.raises(RunPeriod):
            lock_run(federation.books, found, "april", complete=True, today=day)
    assert ws.runs_folder.exists() is False
    assert lock_run(federation.books, found, "april", complete=True, today=day if over else None).new


def test_a_lock_that_nobody_has(sambok):
    sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    assert sambok("runs", "2026-02")[::2] == (2, "RUN_UNKNOWN")


def test_where_nothing_is_locked_no_name_is_proposed(ws):
    result = CliRunner().invoke(cli, ["--workspace", str(ws.root), "runs", "h1"], standalone_mode=False)
    assert isinstance(result.exception, Problem)
    assert result.exception.text("en") == "There is no locked run h1."
    said = "None is locked yet. To lock figures: sambok combine --to DATE --lock NAME"
    assert result.exception.remedy_text("en") == said
