"""What a rotating loan fund costs: a savings group's book with and without its cycle, and each thing one looks at.

    python -m benchmarks.loans                                     25 members, 52 meetings
    python -m benchmarks.loans --members 25 --meetings 520         ten years of them in one book, as a hard case
    python -m benchmarks.loans --markdown                          the table as docs/benchmarks.md has it

One run writes a seeded group beside a federation's central: at each meeting every member buys shares and pays into the
social fund, one loan is given and the earlier ones are repaid in thirds with their charges. The same book is checked
with the cycle in policy and without it (the difference is what the rules cost); then the group's sheet, a member's
page, the ratios, the schedule of a loan and the proposal to share out, and a meeting's sheet is imported. Each row is a
command of its own in a fresh process.

Compare ratios and processor seconds within one run. It is asserted that the check finds nothing, that all members'
shares together are the fund's, and that the sheet is booked.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from benchmarks.measure import Cost, measure
from ledger.books import main_text, open_workspace

SAMBOK = str(Path(sys.executable).parent / "sambok")
SLUG, CYCLE = "kikundi", "VG26"
FIRST, WEEK = dt.date(2016, 1, 6), dt.timedelta(days=7)
SHARE, SOCIAL, LOAN, TERM = 500, 50, 6000, 3
CONF = '[federation]\nname = "Bench"\ncurrency = "KES"\ncentral = "central"\nlanguage = "en"\n'
UNIT = 'name = "{name}"\ncode = "{code}"\nentity = "legal_entity"\ncurrency = "KES"\n{more}'
PLAIN = {
    "Assets:1010-Loan-fund-box": "1010",
    "Assets:1020-Social-fund-box": "1020",
    "Equity:3020-Social-fund": "3020",
    "Equity:3990-Result-of-the-cycle": "3990",
    "Income:4010-Service-charge": "4010",
}
OWN = {
    "Equity:3010-Shares": "3010",
    "Assets:1110-Loans-to-members": "1110",
    "Assets:1120-Service-charges-due": "1120",
}
POLICY = """\
2016-01-01 custom "decision" "D-1" "assembly"
  text: "The rules of the cycle"
"""
TERMS = f"""\
2016-01-01 custom "loan-cycle" "{CYCLE}" {SHARE} KES
  decision: "D-1"
  book: "{SLUG}"
  max-shares: 5
  charge: 0.05
  method: "declining"
  period: "4-weeks"
  max-term: {TERM}
  rounding: "1"
"""


@dataclass
class Group:
    """A group that is played meeting by meeting; whole shillings throughout."""

    members: int
    rng: random.Random
    months: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    box: int = 0
    social: int = 0
    shares: int = 0
    lent: list[tuple[int, dt.date, int]] = field(default_factory=list)  # member, day, what is left
    loans: int = 0
    vouchers: int = 0

    def names(self) -> list[str]:
        """Members' names."""
        return [f"Member {number:02d}" for number in range(self.members)]

    def write(self, day: dt.date, meeting: int, what: str, rows: list[tuple[str, int, str]]) -> None:
        """One voucher."""
        self.vouchers += 1
        lines = [
            f'{day} * "Meeting {meeting}: {what}"',
            f'  voucher: "A-{self.vouchers}"',
            f'  cycle: "{CYCLE}"',
            f'  meeting: "{meeting}"',
            '  decision: "D-1"',  # what the book asks for where no cycle allows it
            *(f"  {account}  {amount}.00 KES{more}" for account, amount, more in rows if amount),
        ]
        self.months[f"{day:%Y-%m}"].append("\n".join(lines) + "\n")
        self.box += sum(amount for account, amount, _ in rows if ":1010" in account)
        self.social += sum(amount for account, amount, _ in rows if ":1020" in account)

    def meet(self, meeting: int, day: dt.date) -> None:
        """Shares, social fund, repayments, then one loan."""
        bought = [self.rng.randint(1, 5) for _ in range(self.members)]
        self.shares += sum(bought)
        own = [(f"Equity:3010-Shares:M{n:02d}", -SHARE * count, "") for n, count in enumerate(bought)]
        self.write(day, meeting, "shares", [("Assets:1010-Loan-fund-box", SHARE * sum(bought), ""), *own])
        paid = SOCIAL * self.members
        rows = [("Assets:1020-Social-fund-box", paid, ""), ("Equity:3020-Social-fund", -paid, "")]
        self.write(day, meeting, "social fund", rows)
        self._repay(meeting, day)
        self.loans += 1
        member = meeting % self.members
        more = f'\n    loan: "{CYCLE}-L{self.loans:03d}"\n    term: {TERM}'
        account = f"Assets:1110-Loans-to-members:M{member:02d}"
        self.write(day, meeting, "a loan", [(account, LOAN, more), ("Assets:1010-Loan-fund-box", -LOAN, "")])
        self.lent.append((self.loans, day, LOAN))

    def _repay(self, meeting: int, day: dt.date) -> None:
        rows: list[tuple[str, int, str]] = []
        left = []
        for number, given, before in self.lent:
            owed = before
            weeks, begun = divmod((day - given).days, 28)
            if not begun and weeks:
                member, loan = number % self.members, f'\n    loan: "{CYCLE}-L{number:03d}"'
                rows += [
                    (f"Assets:1120-Service-charges-due:M{member:02d}", -owed * 5 // 100, loan),
                    (f"Assets:1110-Loans-to-members:M{member:02d}", -LOAN // TERM, loan),
                ]
                owed -= LOAN // TERM
            left += [(number, given, owed)] if owed else []
        self.lent = left
        if rows:
            total = -sum(amount for _, amount, _ in rows)
            self.write(day, meeting, "repaid", [("Assets:1010-Loan-fund-box", total, ""), *rows])

    def sheet(self, meeting: int, day: dt.date) -> str:
        """The next meeting's filled-in sheet: shares alone."""
        rows = [f"{name},1,2,{SOCIAL},,,,,," for name in self.names()]
        box, social = self.box + 2 * SHARE * self.members, self.social + SOCIAL * self.members
        head = f"group,{CYCLE},meeting,{meeting},date,{day},counted_loan_fund,{box},counted_social_fund,{social}"
        return "\n".join([head, "member,present,shares,social,fine,repaid,charge,new_loan,months,note", *rows, ""])


def write(root: Path, group: Group) -> None:
    """The workspace."""
    account = '{} open {} KES\n  code: "{}"\n'
    day = dt.date(FIRST.year, 1, 1)
    opened = [account.format(day, name, code) for name, code in PLAIN.items()]
    for name, code in OWN.items():
        for number, member in enumerate(group.names()):
            opened.append(account.format(day, f"{name}:M{number:02d}", code) + f'  participant: "{member}"\n')
    files = {
        "fava.conf": CONF,
        "units/prices.beancount": "; none\n",
        "units/policy.beancount": POLICY + TERMS,
        "units/central/unit.toml": UNIT.format(name="Central", code="CENTRAL", more=""),
        "units/central/accounts.beancount": "; none\n",
        f"units/central/books/{FIRST:%Y}/{FIRST:%Y-%m}.beancount": "; none\n",
        f"units/{SLUG}/unit.toml": UNIT.format(
            name="Kikundi", code="KIKUNDI", more='chart = "vsla"\ncombine = false\n'
        ),
        f"units/{SLUG}/accounts.beancount": "".join(opened),
        **{f"units/{SLUG}/books/{m[:4]}/{m}.beancount": "\n".join(text) for m, text in group.months.items()},
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for unit in open_workspace(root).units.values():
        unit.main.write_text(main_text(unit), encoding="utf-8")


class Bench:
    """One group, and what was measured on it."""

    def __init__(self, home: Path, repeat: int) -> None:
        self.root, self.answer, self.repeat = home / "workspace", home / "answer", repeat
        self.rows: dict[str, list[Cost]] = {}

    def run(self, name: str, *arguments: str, cold: bool = False, once: bool = False) -> Any:
        """Measure a command; what it printed, where that is JSON."""
        for _ in range(1 if once else self.repeat):
            if cold:
                shutil.rmtree(self.root / ".sambok", ignore_errors=True)
            env = {"SAMBOK_NOW": "2026-11-22T10:00:00Z", "SAMBOK_BY": "benchmark", "SAMBOK_WORKSPACE": str(self.root)}
            cost = measure([SAMBOK, *arguments], env=env, out=self.answer)
            assert cost.code == 0, f"{name} ended with {cost.code}: {self.answer.read_text(encoding='utf-8')[:2000]}"
            self.rows.setdefault(name, []).append(cost)
        text = self.answer.read_text(encoding="utf-8")
        return json.loads(text) if "--json" in arguments else text

    def cost(self, name: str) -> Cost:
        """The median run by processor time."""
        ranked = sorted(self.rows[name], key=lambda cost: cost.cpu)
        return ranked[(len(ranked) - 1) // 2]

    def measure(self, group: Group, last: dt.date, meeting: int) -> None:
        """Everything."""
        policy = self.root / "units" / "policy.beancount"
        policy.write_text(POLICY, encoding="utf-8")
        self.run("check, no cycle, no cache", "check", cold=True)
        self.run("check, no cycle", "check")
        policy.write_text(POLICY + TERMS, encoding="utf-8")
        self.run("check, no cache", "check", cold=True)
        self.run("check", "check")
        day = str(last)
        found = self.run("loans status", "loans", "status", CYCLE, "--date", day, "--json")
        rows = [row["shares"] for row in found["participants"]]
        assert sum(map(Decimal, rows)) == group.shares, f"{sum(map(Decimal, rows))} shares, not {group.shares}"
        self.run("loans statement, one member", "loans", "statement", CYCLE, "Member 01", "--date", day)
        self.run("loans ratios", "loans", "ratios", CYCLE, "--date", day)
        self.run("loans schedule", "loans", "schedule", CYCLE, f"{CYCLE}-L001")
        self.run("loans share-out, proposal", "loans", "share-out", CYCLE, "--date", day)
        self.run("loans sheet, the next one", "loans", "sheet", CYCLE)
        sheet = self.root.parent / "sheet.csv"
        sheet.write_text(group.sheet(meeting, last + WEEK), encoding="utf-8")
        self.run("import of a sheet", "import", SLUG, str(sheet), once=True)
        self.run("check after it", "check", once=True)

    def table(self, *, markdown: bool) -> str:
        """The figures for people."""
        base = self.cost("check, no cycle").cpu
        lines = ["| | processor s | × `check` without a cycle | s | MB |", "|---|---|---|---|---|"] if markdown else []
        for name in self.rows:
            c = self.cost(name)
            cells = (name, f"{c.cpu:.2f}", f"{c.cpu / max(base, 0.01):.2f}", f"{c.wall:.2f}", f"{c.parent_mb:.0f}")
            lines.append(
                "| " + " | ".join(cells) + " |" if markdown else f"{name:34}" + "".join(f"{x:>9}" for x in cells[1:])
            )
        return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--members", default=25, show_default=True)
@click.option("--meetings", default=52, show_default=True)
@click.option("--repeat", default=3, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--markdown", is_flag=True, help="the table in Markdown")
@click.option("--keep", type=click.Path(path_type=Path), help="leave the workspace in this folder")
def main(*, members: int, meetings: int, repeat: int, seed: int, markdown: bool, keep: Path | None) -> None:
    """Measure."""
    group = Group(members, random.Random(seed))
    for number in range(1, meetings + 1):
        group.meet(number, FIRST + WEEK * (number - 1))
    with tempfile.TemporaryDirectory(prefix="sambok-bench-") as temporary:
        home = keep or Path(temporary) / "group"
        bench = Bench(home, repeat)
        write(bench.root, group)
        print(
            f"{members} members, {meetings} meetings, {group.vouchers} vouchers, {group.loans} loans", file=sys.stderr
        )
        bench.measure(group, FIRST + WEEK * (meetings - 1), meetings + 1)
        print(bench.table(markdown=markdown))


if __name__ == "__main__":
    main()
