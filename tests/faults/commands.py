"""Commands that change books, each on a small federation, as real processes that can be killed, traced and compared.

The clock stands still (`SAMBOK_NOW`), so that whatever happened on the way the end must be the same bytes: books,
seals, histories, documents, locked figures.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from ctypes import CDLL
from dataclasses import dataclass
from pathlib import Path

from ledger.books import main_text, open_workspace
from ledger.cli.main import COMMANDS, main
from tests.closing.worked import KOOP, POLICY, PRICES, REPRIS
from tests.conftest import FAVA_CONF
from tests.faults.test_import_kill import SERVER, statements

NOW = "2026-03-05T10:00:00Z"
STRACE = shutil.which("strace")
#: Calls by which something is made to last, or what is made to last gets its place.
TRACED = "write,fsync,rename,openat,unlink,fchmod,mkdir"
#: prctl: any process may trace this one; where only parents may, strace isn't one.
PR_SET_PTRACER = 0x59616D61
ANYBODY = 2**64 - 1
SOURCE = """
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1920-Giro"
bank_account = "SE4550000000058398257466"
"""
OPENED = "2025-01-01 open Assets:1920-Giro SEK\n2025-01-01 open Liabilities:2999-Observationskonto SEK\n"
#: Sold and not numbered yet, in two months.
UNNUMBERED = """
{day} * "Sale"
  Assets:1930-Bank                         1000.00 SEK
  Income:3001-Sales                       -1000.00 SEK
"""


@dataclass(frozen=True)
class Case:
    """A command, and what it is called on.

    Attributes:
        name: of the case.
        args: what is called.
        before: commands that were called before, undisturbed.
        again: exit codes of the same command once it is done: 0, or "that is done already".
        change: what is put into the federation's folder beforehand.
        steps: fsyncs that one run has at least.
    """

    name: str
    args: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    again: tuple[int, ...] = (0,)
    change: Callable[[Path], None] | None = None
    steps: int = 4


def inboxes(root):
    """Three days of the bank wait."""
    home = root / "units" / "repris"
    (home / "inbox" / "bank").mkdir(parents=True)
    add(home / "unit.toml", SOURCE)
    add(home / "accounts.beancount", OPENED)
    for name, content in list(statements())[:3]:
        (home / "inbox" / "bank" / name).write_bytes(content)


def without_numbers(root):
    year = root / "units" / "repris" / "books" / "2026"
    for day in ("2026-01-20", "2026-02-20", "2026-02-21"):
        add(year / f"{day[:7]}.beancount", UNNUMBERED.format(day=day))


def minutes(root):
    (root / "minutes.pdf").write_bytes(b"%PDF-1.4 minutes of the board\n")


def rotating(root):
    """repris has bought shares of central's loan fund, and borrowed of it: 6,000 at 1 %, 60 on 20 January."""
    units = root / "units"
    add(units / "policy.beancount", CYCLE)
    central = units / "gemensamt"
    add(central / "accounts.beancount", "2025-01-01 open Assets:1930-Bank SEK\n")
    (central / "books" / "2025").mkdir(parents=True)
    (central / "books" / "2025" / "2025-12.beancount").write_text("; December\n", encoding="utf-8")
    for slug, partner, shares, loan, sign in (
        ("gemensamt", "repris", "Liabilities:2863-Shares", "Assets:1663-Loans", "-"),
        ("repris", "gemensamt", "Assets:1666-Shares", "Liabilities:2864-Loan", ""),
    ):
        add(units / slug / "accounts.beancount", f"2025-01-01 open {shares} SEK\n2025-01-01 open {loan} SEK\n")
        other = "" if sign else "-"
        said = '    loan: "RF25-L01"\n    term: 2\n' if sign else ""
        text = DEALINGS.format(partner=partner, shares=shares, loan=loan, sign=sign, other=other, said=said)
        add(units / slug / "books" / "2025" / "2025-12.beancount", text)


def add(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


CYCLE = """
2025-01-01 custom "loan-cycle" "RF25" 1000 SEK
  decision: "A"
  ends: 2026-12-10
  charge: 0.01
  max-term: 3
"""
DEALINGS = """
2025-12-11 * "Shares" ^ic-gemensamt-RF25-S
  voucher: "B-1"
  cycle: "RF25"
  Assets:1930-Bank  {other}6000.00 SEK
  {shares}  {sign}6000.00 SEK
    partner: "{partner}"
    ic: "fund"

2025-12-20 * "Loan" ^ic-gemensamt-RF25-L01
  voucher: "B-2"
  cycle: "RF25"
  Assets:1930-Bank  {sign}6000.00 SEK
  {loan}  {other}6000.00 SEK
    partner: "{partner}"
    ic: "loan"
{said}"""
CLOSE = ("close", "2025-12")
MINUTES = ("--amount", "5000 SEK", "--document", "minutes.pdf")
CASES = {
    case.name: case
    for case in (
        Case("import", ("import", "repris", "--inbox"), change=inboxes, steps=8),
        Case("close", CLOSE, steps=12),
        Case("close several months", ("close", "--until", "2026-01"), steps=20),
        Case("close of a loan fund", ("close", "2026-01"), before=(CLOSE,), change=rotating, steps=12),
        Case("shares of a loan fund", ("loans", "buy", "RF25", "repris", "3", "--date", "2026-02-10"), change=rotating),
        Case("correct", ("correct", "repris", "A-3"), again=(1,)),
        Case("number", ("number", "repris"), change=without_numbers),
        Case("reopen", ("reopen", "2025-12", "--unit", "repris", "--decision", "ST-7"), before=(CLOSE,), again=(3,)),
        Case(
            "decision add",
            ("decision", "add", "B-9", "--body", "board", "--date", "2026-03-01", "--text", "A till", *MINUTES),
            again=(2,),
            change=minutes,
        ),
        Case("lock", ("combine", "--to", "2025-12-31", "--lock", "2025-12"), before=(CLOSE,), steps=6),
    )
}


def lay_out(root, case):
    """A federation as the case wants it."""
    units = {"gemensamt": {"unit": 'country = "SE"\n'}, "repris": REPRIS, "koop": KOOP}
    folder = root / "units"
    folder.mkdir(parents=True)
    (root / "fava.conf").write_text(FAVA_CONF, encoding="utf-8")
    (folder / "policy.beancount").write_text(POLICY, encoding="utf-8")
    (folder / "prices.beancount").write_text(PRICES, encoding="utf-8")
    for slug, parts in units.items():
        extra = parts.get("unit", "")
        currency = "" if "currency" in extra else 'currency = "SEK"\n'
        months = {name: text for name, text in parts.items() if name[:4].isdigit()} or {"2026-01": "; nothing yet\n"}
        (folder / slug).mkdir()
        (folder / slug / "unit.toml").write_text(f'name = "{slug.title()}"\ncode = "{slug.upper()}"\n{currency}{extra}')
        (folder / slug / "accounts.beancount").write_text(parts.get("accounts", "; no accounts\n"), encoding="utf-8")
        for month, text in months.items():
            file = folder / slug / "books" / month[:4] / f"{month}.beancount"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for unit in open_workspace(root).units.values():
        unit.main.write_text(main_text(unit), encoding="utf-8")
    if case.change is not None:
        case.change(root)
    for args in case.before:
        code, told = run(root, args)
        assert code == 0, told


def work(root, args, wait):
    """A command's whole life in a process of its own; `wait`: it begins when it is told that it is looked at."""
    os.setpgid(0, 0)
    os.chdir(root)
    os.environ |= {"SAMBOK_NOW": NOW, "SAMBOK_BY": "anna", "SAMBOK_CACHE": str(cache_of(root))}
    os.environ.pop("SAMBOK_WORKSPACE", None)
    output = os.open(told_by(root), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if wait is not None:
        CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
        wait.recv()
    main(["-w", str(root), *args])


def cache_of(root):
    return root.with_name(f"{root.name}-cache")


def told_by(root):
    return root.with_name(f"{root.name}-told")


def begin(root, args, wait=None):
    process = SERVER.Process(target=work, args=(root, args, wait))
    process.start()
    return process


def run(root, args):
    """Call a command undisturbed: its exit code, and what it has said."""
    process = begin(root, args)
    process.join(120)
    told = told_by(root).read_text(encoding="utf-8")
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{args} doesn't end: {told}")
    return process.exitcode, told


def traced(root, args, inject=None):
    """Call a command whose system calls are traced from its beginning: how it ended, what it said, its calls.

    `inject` is strace's fault: `fsync:error=ENOSPC:when=3`, `rename:signal=KILL:when=1`.
    """
    here, there = SERVER.Pipe()
    log = root.with_name(f"{root.name}-trace")
    process = begin(root, args, there)
    options = ["-qq", "-y", "-o", str(log), "-e", "signal=none", "-e", f"trace={TRACED}"]
    if inject is not None:
        options += ["-e", f"inject={inject}"]
    tracer = subprocess.Popen([STRACE, *options, "-p", str(process.pid)], stderr=subprocess.PIPE)
    try:
        while f"TracerPid:\t{tracer.pid}\n" not in Path(f"/proc/{process.pid}/status").read_text(encoding="ascii"):
            assert tracer.poll() is None, tracer.stderr.read()
        here.send("go")
        process.join(120)
        assert process.exitcode is not None, (args, inject)
    finally:
        kill(process)
        tracer.wait(60)
        tracer.stderr.close()
    return process.exitcode, told_by(root).read_text(encoding="utf-8"), log.read_text(errors="replace").splitlines()


def kill(process, *, group=False):
    """End a command at once: by itself, or with whatever it has started."""
    if group:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def stands(root):
    """All that a federation keeps: books, seals, histories, documents, inboxes, locked figures."""
    kept = (*(root / "units").rglob("*"), *(root / "runs").rglob("*"), root / "fava.conf")
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in kept if p.is_file()}


#: What the commands load when they are called; loaded once here.
SERVER.set_forkserver_preload(
    [
        "tests.faults.commands",
        *(module for module, _ in COMMANDS.values()),
        *(f"importers.{name}" for name in ("run", "archive", "bank.planner", "camt.read")),
        *(f"ledger.closing.{name}" for name in ("assign", "correct", "decisions", "readiness", "together", "verify")),
        *(f"ledger.{name}" for name in ("federation", "combine", "combine.runs.lock", "books.write", "books.excerpt")),
    ]
)
