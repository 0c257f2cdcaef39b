"""What causes an error and is no text: links, locks, damaged caches, machines that refuse.

An `act` prepares the workspace, then the row's command runs. A `do` meets the error itself, where no command line leads
there every time, and returns it.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from beancount.parser.parser import parse_file

from importers.base import LARGEST
from ledger import federation
from ledger.books import CentralText, load, load_books, pool
from ledger.books import fingerprint as looks
from ledger.books.cache import SUMMARY
from ledger.books.excerpt import quote
from ledger.books.guard import read_file
from ledger.books.problems_load import problems_of
from ledger.closing.freeze import frozen
from ledger.combine.runs import store
from ledger.combine.runs.lock import lock_run
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.policy import read_policy
from ledger.seals.signing import Signer
from plugins import levy

from .stage import Stage, last_day

MARCH = "units/repris/books/2026/2026-03.beancount"
NOTE = '2026-03-05 note Assets:1930-Bank "Rent"\n'
SALE = '2026-03-05 * "Sale"\n  Assets:1930-Bank  100.00 SEK\n  Income:3001-Sales\n'


def met(call: Any, *args: Any, **kwargs: Any) -> list[Problem]:
    """The problem that a call raises."""
    with pytest.raises(Problem) as caught:
        call(*args, **kwargs)
    return [caught.value]


# --- files and folders


def remove_accounts(stage: Stage) -> None:
    (stage.root / "units/repris/accounts.beancount").unlink()


def no_permission(stage: Stage) -> None:
    """A folder that can't be listed; a superuser may list all, so a file stands in its place."""
    books = stage.root / "units/repris/books"
    shutil.rmtree(books)
    books.write_text("; March\n")


def link_month(stage: Stage) -> None:
    secret = stage.root.parent / "secret.beancount"
    secret.write_text("; a secret\n")
    month = stage.root / MARCH
    month.unlink()
    month.symlink_to(secret)


def hard_link_month(stage: Stage) -> None:
    (stage.root / "elsewhere.beancount").hardlink_to(stage.root / MARCH)


def pipe_as_accounts(stage: Stage) -> None:
    remove_accounts(stage)
    os.mkfifo(stage.root / "units/repris/accounts.beancount")


def huge_month(stage: Stage) -> None:
    with (stage.root / MARCH).open("wb") as stream:
        stream.truncate((8 << 20) + 1)


def many_lines(stage: Stage) -> None:
    stage.write("2026-03", ";\n" * 200_001)


def long_line(stage: Stage) -> None:
    stage.write("2026-03", "; " + "x" * 1_999 + "\n")


def remove_months(stage: Stage) -> None:
    shutil.rmtree(stage.root / "units/repris/books/2026")


def many_problems(stage: Stage) -> None:
    stage.write("2026-03", '2026-03-05 price EUR 11.40 SEK\noption "title" "x"\n' * 30)


def long_text(stage: Stage) -> None:
    stage.write("2026-03", '2026-03-05 * "Minutes' + "\nof the meeting" * 70 + '"\n  Assets:1930-Bank  1 SEK\n')


def read_wrong_name(stage: Stage) -> list[Problem]:
    file = stage.root / "units/repris/books/2026/2026-03.txt"
    return read_file(file, stage.root / "units/repris", stage.ws.shown(file), unit="repris")[1]


def read_outside(stage: Stage) -> list[Problem]:
    file = stage.root / "units/gemensamt/accounts.beancount"
    return read_file(file, stage.root / "units/repris", stage.ws.shown(file), unit="repris")[1]


# --- the readers


def _died(stage: Stage, **how: str) -> None:
    real = pool.Pool.run

    def run(self, tasks):
        for answer in real(self, tasks):
            yield pool.Answer(answer.task, **how) if answer.task.name == "repris" else answer

    stage.monkeypatch.setattr(pool.Pool, "run", run)


def dying_reader(stage: Stage) -> None:
    _died(stage, died="crashed", detail="SIGSEGV")


def endless_reader(stage: Stage) -> None:
    _died(stage, died="timed out", detail="60")


def no_processes(stage: Stage) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    stage.monkeypatch.setattr(load, "shared_pool", lambda: pool.Pool(1))
    stage.monkeypatch.setattr(subprocess, "Popen", refuse)


def _kept(stage: Stage) -> Any:
    (found,) = (stage.ws.state_folder / "cache" / "units" / "repris").iterdir()
    return found


def changed_while_read(stage: Stage) -> list[Problem]:
    stage.write("2026-03", SALE)
    book = load_books(stage.ws).units["repris"]
    for table in _kept(stage).glob("*.parquet"):
        table.unlink()
    stage.write("2026-03", "; all gone\n")
    return met(book.entries)


def damaged_cache(stage: Stage) -> list[Problem]:
    """A section that isn't what it says, under a digest that fits."""
    stage.write("2026-03", SALE)
    load_books(stage.ws)
    file = _kept(stage) / SUMMARY
    head, facts, *sections = file.read_bytes().split(b"\n", 1)[1].split(b"\n")
    body = b"\n".join([head, facts, *([b'[["x"]]'] * len(sections))])
    file.write_bytes(looks.digest_of(file.parent.name.encode(), body).encode() + b"\n" + body)
    load._memory.clear()
    summary = load_books(stage.ws).units["repris"].summary
    return met(lambda: summary.turnover)


# --- what Beancount says


class ValidationError(NamedTuple):
    """What Beancount's checks say."""

    source: dict[str, Any]
    message: str
    entry: None = None


class ParserError(ValidationError):
    """What Beancount's parser says."""


class LoadError(ValidationError):
    """What Beancount's loader says."""


def _beancount_says(stage: Stage, error: ValidationError) -> list[Problem]:
    return problems_of([error], unit="repris", shown=stage.ws.shown, excerpt=lambda _file, _line: "2026-03-05 * Rent")


def unreadable_entry(stage: Stage) -> list[Problem]:
    return _beancount_says(stage, ParserError({"filename": str(stage.root / MARCH), "lineno": 1}, "syntax error"))


def incomplete_book(stage: Stage) -> list[Problem]:
    main = {"filename": str(stage.ws.units["repris"].main), "lineno": 0}
    return _beancount_says(stage, LoadError(main, 'File glob "books/*/*.beancount" does not match any files'))


# --- files that are imported


def _edited(stage: Stage, new: str, template: str, *changes: str) -> None:
    """A file beside its template, with parts of it replaced."""
    text = (stage.root / template).read_text(encoding="utf-8")
    for old, put in zip(changes[::2], changes[1::2], strict=True):
        assert old in text
        text = text.replace(old, put)
    stage.write(new, text)


def huge_statement(stage: Stage) -> None:
    with (stage.root / "march.xml").open("wb") as stream:
        stream.truncate(LARGEST + 1)


def linked_statement(stage: Stage) -> None:
    folder = stage.root / "units/repris/inbox/bank"
    folder.mkdir(parents=True)
    (folder / "march.xml").symlink_to(stage.root / "march.xml")


def archived_otherwise(stage: Stage) -> None:
    assert stage.sambok("import repris march.xml")[0] == 0
    (kept,) = (stage.root / "units/repris/documents").rglob("*.xml")
    kept.chmod(0o644)
    kept.write_text("somebody's edit")


def restated(stage: Stage) -> None:
    assert stage.sambok("import repris march.xml")[0] == 0
    _edited(stage, "april.xml", "march.xml", ">100.00<", ">150.00<", ">900.00<", ">950.00<")


def overlapping(stage: Stage) -> None:
    text = (stage.root / "march.xml").read_text(encoding="utf-8")
    start, end = text.index("<Stmt>"), text.index("</Stmt>") + len("</Stmt>")
    second = text[start:end].replace("<Id>", "<Id>B", 1)
    stage.write("two.xml", text[:end] + "\n" + second + text[end:])


def older_year(stage: Stage) -> None:
    assert stage.sambok("import repris march.se")[0] == 0
    _edited(stage, "2025.se", "march.se", "2026", "2025")


def voucher_changed(stage: Stage) -> None:
    assert stage.sambok("import repris march.se")[0] == 0
    _edited(stage, "changed.se", "march.se", "200.00", "300.00", "800.00", "700.00")


def voucher_alike(stage: Stage) -> None:
    balances = "#IB 0 1930 1000.00\n#IB 0 2091 -1000.00\n#UB 0 1930 800.00\n#UB 0 2091 -1000.00\n#RES 0 5010 200.00\n"
    _edited(stage, "bare.se", "march.se", balances, "", "#VER A 1", '#VER "" ""')
    assert stage.sambok("import repris bare.se")[0] == 0
    _edited(stage, "again.se", "bare.se", '"Rent"\n{', '"Rent for March"\n{')


def other_finding(stage: Stage) -> list[Problem]:
    return _beancount_says(stage, ValidationError({"filename": str(stage.root / MARCH), "lineno": 1}, "Something else"))


# --- rules and commands


def unknown_policy(stage: Stage) -> list[Problem]:
    stage.write("policy", '2026-01-01 custom "levy-rat" "*" 0.15\n')
    entries, _, _ = parse_file(str(stage.ws.policy_file))
    found = read_policy(CentralText(tuple(entries), (), ""), stage.ws).problems
    return list(found)


def moved_while_locking(stage: Stage) -> list[Problem]:
    stage.write("2026-03", SALE)
    found = federation.load_federation(stage.ws)
    stage.write("2026-03", SALE + "\n" + NOTE)
    return met(lock_run, found.books, found.combined, "2026-03", complete=True)


def others_lock(stage: Stage) -> None:
    """A superuser may read all, so it is the system's answer that is another."""

    def refuse(path: Path, *_: int) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    stage.monkeypatch.setattr(store.durable, "read_plain", refuse)


def book_elsewhere(stage: Stage) -> list[Problem]:
    return met(levy.find, stage.root / "copy" / "main.beancount")


def full_disk(stage: Stage) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    stage.monkeypatch.setattr(os, "rename", refuse)
    stage.monkeypatch.setattr(os, "replace", refuse)
    stage.monkeypatch.setattr(os, "fsync", refuse)


def own_fault(stage: Stage) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("division by zero")

    stage.monkeypatch.setattr(federation, "load_books", fail)


def endless_list(stage: Stage) -> None:
    rows = "".join(f"2026-03-06;Sale;1,00;{n},00\n" for n in range(1, 200_002))
    stage.write("march.csv", f"Day;Text;Amount;Balance\n{rows}")


def endless_statement(stage: Stage) -> None:
    _edited(
        stage,
        "march.xml",
        "march.xml",
        "</Ntry>\n</Stmt>",
        f"<NtryDtls>{'<TxDtls/>' * 300_000}</NtryDtls>\n</Ntry>\n</Stmt>",
    )


def endless_sie(stage: Stage) -> None:
    stage.write("march.se", "#FLAGGA 0\n" + "#PROSA x\n" * 400_000)


def statement_gone(stage: Stage) -> None:
    (kept,) = (stage.root / "units/repris/documents").rglob("*.xml")
    kept.chmod(0o644)
    kept.unlink()


def endless_message(stage: Stage) -> None:
    stage.write("march.sta", ":20:S1\r\n" + "\r\n" * 1_000_001)


# --- seals


def key_for_all(stage: Stage) -> list[Problem]:
    stage.monkeypatch.chdir(stage.root)
    key = Path("seal.pem")
    key.write_text("-----BEGIN PRIVATE KEY-----\n")
    key.chmod(0o644)
    return met(Signer.load, key)


def key_among_the_books(stage: Stage) -> None:
    stage.monkeypatch.chdir(stage.root)
    Path("seal.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    stage.monkeypatch.setenv("SAMBOK_SIGNING_KEY", "seal.pem")


# --- the clock


def in_march(stage: Stage) -> None:
    stage.monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")


def clock_of_words(stage: Stage) -> None:
    stage.monkeypatch.setenv("SAMBOK_NOW", "yesterday")


# --- the close


def decision_of_next_year(stage: Stage) -> None:
    stage.write("policy", f'{last_day()} custom "decision" "FS-1" "assembly"\n')


def year_without_its_account(stage: Stage) -> list[Problem]:
    found = met(frozen, load_federation(stage.ws), "repris", "2026-12")
    quote(stage.ws, found)  # as the close does
    return found


def levy_without_central(stage: Stage) -> list[Problem]:
    return met(frozen, load_federation(stage.ws), "repris", "2026-03")


def year_closed(stage: Stage) -> None:
    """The fiscal year is over, and repris has closed its last two months."""
    stage.monkeypatch.setenv("SAMBOK_NOW", "2027-01-05T10:00:00Z")
    code, _, err = stage.sambok("close --until 2026-12 --unit repris")
    assert code == 0, err
