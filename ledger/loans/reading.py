"""Which postings of a book belong to which cycle, and what part they have in its fund (SPEC 8).

An account's part follows from its code in the unit's chart, by the role that has it, never from its name. In the book
of a members' own group a participant has a sub-account: `Equity:3010-Shares:Anna`. In the federation's fund a
participant is a unit, named by `partner:` on the posting.

How this module reads a book where it leaves room:

- A posting is of the cycle that it names, else that its voucher names, else of the only one of its book that runs on
  the day: from its first day until it is shared out, and not later than its end if it never had a share. Where several
  run and none is named, or none runs and an account of a fund moves, it is told, and counts for none.
- In the book of a group everything belongs to a cycle. In another book only vouchers that name a cycle, or that move an
  account which funds alone have.
- A box holds one fund's money; a wallet or bank account holds both funds', and of a voucher that moves the social fund
  there, so much is the social fund's.
- What only a callback of M-Pesa tells (`#unconfirmed`) is no money until the statement shows it.
- Money on its way between units is money, but what is on its way in can't be lent yet (`Movement.coming`). What waits
  to be cleared, and other debts, are owed like unpaid expenses.
- The roles of a chart may share a number; then the fund's own comes first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Unit, Workspace, account_code
from ledger.books.guard_profiles import MAX_DECIMALS, MAX_DIGITS
from ledger.books.summary import weight
from ledger.charts import Chart
from ledger.errors import Problem
from ledger.loans.leaves import leaf_of
from ledger.loans.problems import LoanAmountFine, LoanCurrency, LoanCycleUnclear, LoanCycleUnknown, LoanTermUnclear
from ledger.policy import CycleEntry
from ledger.rules.loans.movements import OWN, SOCIAL, Movement, Part
from ledger.rules.names import folded

ZERO = Decimal(0)
#: Parts by the role of their account, in the order in which a shared number is read.
ROLES: dict[str, Part] = {
    "loans": "loans",
    "charges_due": "charges_due",
    "fines_due": "fines_due",
    "shares": "shares",
    "service_charge": "charges",
    "fines": "fines",
    "share_out": "shared_out",
    "unpaid_share_out": "unpaid_share_out",
    "loan_losses": "losses",
    "social_cash": "social_cash",
    "social_fund": "social_fund",
    "outside_loans": "outside",
    "unpaid_expenses": "unpaid_expenses",
    "counting_difference": "differences",
    "gifts": "gifts",
    "carried_in": "carried_in",
    "opening_equity": "carried_in",
    "transit_in": "cash",
    "transit_out": "cash",
}
#: Roles that only a fund has: whatever moves them belongs to a cycle.
FUND_ROLES = "loans charges_due fines_due shares service_charge share_out loan_losses unpaid_share_out".split()
MONEY = ("bank", "cash", "clearing")
#: What a price makes of an amount may be longer than what the guard lets anybody write: sums of it aren't exact.
LARGEST_AMOUNT, DECIMALS = Decimal(10) ** MAX_DIGITS, MAX_DECIMALS
#: No meeting has so many participants.
LARGEST = 1_000_000
#: Of these, what may hold money of the loan fund and of the social fund.
SHARED = ("bank", "clearing")
#: Tag of a payment that no statement has shown yet (`importers.recognise.callbacks`).
UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Came:
    """Who came to a meeting, as its sheet counted them."""

    date: dt.date
    present: int
    represented: int
    members: int


@dataclass
class Reading:
    """What one book says of its cycles.

    Attributes:
        movements: by cycle.
        names: by cycle and participant, how the name is written.
        beside: by cycle and voucher, accounts that have no part in any fund.
        opened: the account of each participant by part, as the book opens it.
        came: by cycle and meeting: its day, who was present, who was represented, of how many.
        last: the day of the book's last transaction.
    """

    movements: dict[str, list[Movement]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    beside: dict[str, dict[int, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    opened: dict[tuple[Part, str], str] = field(default_factory=dict)
    came: dict[str, dict[str, Came]] = field(default_factory=lambda: defaultdict(dict))
    problems: list[Problem] = field(default_factory=list)
    last: dt.date | None = None


@dataclass(frozen=True, slots=True)
class _Account:
    part: Part | None
    fund: bool  # whether only a fund has such an account
    participant: str
    coming: bool = False  # money on its way in
    shared: bool = False  # money of both funds: a wallet, a bank account; a box holds its own alone


def movements_of(
    entries: Iterable[data.Directive], unit: Unit, chart: Chart, cycles: Sequence[CycleEntry], ws: Workspace
) -> Reading:
    """Read what a book says of its cycles.

    Args:
        entries: its booked entries.
        unit: whose book it is; with `combine = false` its members' own.
        chart: the unit's.
        cycles: those that this book keeps.
        ws: the workspace.

    Returns:
        Movements by cycle, and what can't be read, with the place where it stands.
    """
    return _Reader(unit, chart, cycles, ws).run(entries)


class _Reader:
    def __init__(self, unit: Unit, chart: Chart, cycles: Sequence[CycleEntry], ws: Workspace) -> None:
        self.unit, self.chart, self.ws = unit, chart, ws
        self.cycles = {cycle.name: cycle for cycle in cycles}
        self.by_fold = {folded(name): name for name in self.cycles}
        self.persons = not unit.combine
        self.found = Reading()
        self.parts: dict[str, Part] = {}
        for role, part in reversed(ROLES.items()):
            if chart.has_role(role):
                self.parts[chart.role(role).code] = part
        self.funds = {chart.role(role).code for role in FUND_ROLES if chart.has_role(role)}
        self.coming = chart.role("transit_in").code if chart.has_role("transit_in") else None
        self.opens: dict[str, data.Open] = {}
        self.accounts: dict[str, _Account] = {}
        self.shown: dict[str, str] = {}
        self.held: dict[str, Decimal] = defaultdict(Decimal)
        self.given: set[str] = set()
        self.over: dict[str, dt.date] = {}
        self.told: set[tuple[type[Problem], str, int]] = set()

    def run(self, entries: Iterable[data.Directive]) -> Reading:
        transactions = []
        for entry in entries:
            if isinstance(entry, data.Open):
                self.opens[entry.account] = entry
            elif isinstance(entry, data.Transaction):
                transactions.append(entry)
        for account in sorted(self.opens):
            known = self._account(account)
            if known.part in OWN and known.participant:
                self.found.opened.setdefault((known.part, self._person(known.participant)), account)
        transactions.sort(key=lambda entry: entry.date)
        for number, entry in enumerate(transactions):
            self._transaction(number, entry)
        self.found.last = transactions[-1].date if transactions else None
        return self.found

    # --- accounts

    def _account(self, account: str) -> _Account:
        known = self.accounts.get(account)
        if known is None:
            known = self.accounts[account] = self._placed(account)
        return known

    def _placed(self, account: str) -> _Account:
        opened = self.opens.get(account)
        meta = (opened.meta if opened is not None else None) or {}
        code, above = account_code(account, meta), account
        while code is None and ":" in above:
            above = above.rpartition(":")[0]
            code = account_code(above, (self.opens[above].meta if above in self.opens else None))
        named = meta.get("participant")
        below = account.split(":")
        role = next((i for i, part in enumerate(below) if i and account_code(f"X:{part}", None) == code), None)
        leaf = below[-1] if role is not None and role < len(below) - 1 else ""
        part = self._part(account, code)
        shared = part == "cash" and any(self.chart.is_in(name, code) for name in SHARED)
        whose = str(named) if named else leaf if part in OWN else ""
        coming = part == "cash" and code is not None and code == self.coming
        return _Account(part, code in self.funds, whose, coming, shared)

    def _part(self, account: str, code: str | None) -> Part | None:
        found = self.parts.get(code or "")
        if found is not None:
            return found
        if any(self.chart.is_in(name, code) for name in MONEY):
            return "cash"
        root = account.partition(":")[0]
        others: dict[str, Part] = {"Expenses": "expenses", "Income": "gifts", "Liabilities": "unpaid_expenses"}
        return others.get(root)

    def _person(self, name: str) -> str:
        """A participant as everybody is called who is written like it."""
        if not name or not self.persons:
            return name
        return self.shown.setdefault(folded(name) or name, name)

    # --- vouchers

    def _transaction(self, number: int, entry: data.Transaction) -> None:
        ours = self._belongs(entry)
        if not ours:
            return
        common, unclear = self._cycle_of(entry, entry.meta.get("cycle")), False
        rows: dict[str, list[tuple[data.Posting, _Account]]] = defaultdict(list)
        for posting in entry.postings:
            own = (posting.meta or {}).get("cycle")
            name = common if own is None else self._cycle_of(entry, own)
            if name is None:
                unclear = True
            else:
                rows[name].append((posting, self._account(posting.account)))
        if unclear and (self.persons or "cycle" not in entry.meta):
            self._unclear(entry)
        if common is not None:
            self._attendance(entry, common)
        for name, own in rows.items():
            self._voucher(number, entry, self.cycles[name], own)

    def _attendance(self, entry: data.Transaction, cycle: str) -> None:
        """What a meeting's voucher says of who came; of several that stand the last one, which corrects the others."""
        told = [entry.meta.get(key, ZERO) for key in ("present", "represented", "members")]
        if "present" not in entry.meta or "members" not in entry.meta or "corrects" in entry.meta:
            return
        if all(isinstance(n, Decimal) and 0 <= n < LARGEST and n == int(n) for n in told):
            counts = [int(n) for n in told]
            self.found.came[cycle][str(entry.meta.get("meeting") or entry.date)] = Came(entry.date, *counts)

    def _belongs(self, entry: data.Transaction) -> bool:
        if entry.flag == "!" and UNCONFIRMED in (entry.tags or ()):
            return False
        if self.persons or "cycle" in entry.meta:
            return True
        return any("cycle" in (p.meta or {}) or self._account(p.account).fund for p in entry.postings)

    def _cycle_of(self, entry: data.Transaction, said: Any) -> str | None:
        """The cycle that is named, else the only one that runs on the day; None where neither is."""
        if said is not None:
            name = self.by_fold.get(folded(str(said)))
            if name is None:
                known = ", ".join(self.cycles)
                self._tell(LoanCycleUnknown, entry, cycle=said, known=known, slug=self.unit.slug)
            return name
        running = [name for name, cycle in self.cycles.items() if self._runs(cycle, entry.date)]
        return running[0] if len(running) == 1 else None

    def _runs(self, cycle: CycleEntry, day: dt.date) -> bool:
        if day < cycle.start or (cycle.name in self.over and self.over[cycle.name] < day):
            return False
        return day <= cycle.until or self.held[cycle.name] > 0

    def _unclear(self, entry: data.Transaction) -> None:
        running = [name for name, cycle in self.cycles.items() if self._runs(cycle, entry.date)]
        if "cycle" in entry.meta or any("cycle" in (p.meta or {}) for p in entry.postings):
            return  # what it names is told
        if len(running) > 1:
            self._tell(LoanCycleUnclear, entry, cycles=", ".join(running), first=running[0], date=entry.date)
        elif any(self._account(p.account).fund for p in entry.postings):
            names = ", ".join(self.cycles)
            self._tell(
                LoanCycleUnclear, entry, case="none", cycles=names, first=next(iter(self.cycles)), date=entry.date
            )

    def _voucher(
        self, number: int, entry: data.Transaction, cycle: CycleEntry, own: Sequence[tuple[data.Posting, _Account]]
    ) -> None:
        moved: list[Movement] = []
        money = ZERO
        for posting, account in own:
            amount = self._amount(entry, posting, cycle)
            if amount is None or not amount:
                continue
            if account.part is None:
                self.found.beside[cycle.name][number].append(posting.account)
                continue
            moved.append(self._movement(number, entry, posting, account, cycle, amount))
            money += abs(amount) if account.part in {"cash", "social_cash"} else ZERO
        if not money:
            moved = [replace(m, paid=False) for m in moved]
        moved = self._social_money(moved)
        self.found.movements[cycle.name] += moved
        before = self.held[cycle.name]
        self.held[cycle.name] -= sum((m.amount for m in moved if m.part == "shares"), ZERO)
        if self.held[cycle.name] <= 0 < before:
            self.over[cycle.name] = entry.date
        elif self.held[cycle.name] > 0:
            self.over.pop(cycle.name, None)

    def _social_money(self, moved: list[Movement]) -> list[Movement]:
        """Money of the social fund in a wallet or at a bank, which hold both funds' money: as the voucher needs it."""
        needed = -sum((m.amount for m in moved if m.part in SOCIAL), ZERO)
        for place, m in enumerate(moved):
            same_way = m.amount * needed > 0 and abs(m.amount) >= abs(needed)
            if same_way and m.part == "cash" and self._account(m.account).shared:
                rest = [replace(m, amount=m.amount - needed)] if m.amount != needed else []
                return [*moved[:place], *rest, replace(m, part="social_cash", amount=needed), *moved[place + 1 :]]
        return moved

    def _amount(self, entry: data.Transaction, posting: data.Posting, cycle: CycleEntry) -> Decimal | None:
        units = posting.units
        assert units is not None
        amount, currency = (units.number, units.currency) if units.currency == cycle.terms.currency else weight(posting)
        if currency == cycle.terms.currency and amount is not None:
            if abs(amount) < LARGEST_AMOUNT and amount == round(amount, DECIMALS):
                return amount
            self._tell(LoanAmountFine, entry, case="price", account=posting.account, cycle=cycle.name)
            return None
        said = {"currency": currency, "wanted": cycle.terms.currency, "cycle": cycle.name, "account": posting.account}
        self._tell(LoanCurrency, entry, **said)
        return None

    def _movement(
        self,
        number: int,
        entry: data.Transaction,
        posting: data.Posting,
        account: _Account,
        cycle: CycleEntry,
        amount: Decimal,
    ) -> Movement:
        meta = {**entry.meta, **(posting.meta or {})}
        part = account.part
        assert part is not None
        if self.persons:
            who = self._person(str(meta.get("participant") or account.participant or ""))
        else:
            who = str((posting.meta or {}).get("partner") or "")
            if not who and part in OWN:
                who = str(meta.get("participant") or "")
        undoes = "corrects" in entry.meta
        term = self._term(entry, meta.get("term")) if part == "loans" and amount > 0 else None
        loan = str(meta.get("loan") or "") if part in {"loans", "charges_due", "charges", "losses"} else ""
        if part == "loans" and amount > 0 and not loan and not undoes:
            loan = self._loan_id(cycle, entry.date, who)
        if who and part in OWN:
            unit = self.ws.units.get(who)
            self.found.names[cycle.name].setdefault(who, who if self.persons or unit is None else unit.name)
        return Movement(
            date=entry.date,
            part=part,
            amount=amount,
            voucher=number,
            participant=who,
            loan=loan,
            term=term,
            meeting=str(meta.get("meeting") or ""),
            file=self.ws.shown(str(entry.meta["filename"])),
            line=int(entry.meta["lineno"]),
            rolls=str(meta.get("rolls") or "") if part == "loans" and amount > 0 else "",
            account=posting.account,
            undoes=undoes,
            decision=str(meta.get("decision") or ""),
            coming=account.coming,
            accepted=bool(entry.meta.get("accepted-by")) and bool(entry.meta.get("reason")),
        )

    def _term(self, entry: data.Transaction, said: Any) -> int | None:
        if said is None:
            return None
        text = str(said).strip()
        if text.isascii() and text.isdigit() and 0 < int(text) <= 1200:
            return int(text)
        self._tell(LoanTermUnclear, entry, term=text)
        return None

    def _loan_id(self, cycle: CycleEntry, day: dt.date, who: str) -> str:
        base = f"{cycle.name}-{day}-{leaf_of(who)}" if who else f"{cycle.name}-{day}"
        name, number = base, 2
        while name in self.given:
            name, number = f"{base}-{number}", number + 1
        self.given.add(name)
        return name

    def _tell(self, kind: type[Problem], entry: data.Transaction, **params: Any) -> None:
        file, line = self.ws.shown(str(entry.meta["filename"])), int(entry.meta["lineno"])
        if (kind, file, line) not in self.told:  # once a voucher
            self.told.add((kind, file, line))
            said = {"date": entry.date, **params}
            self.found.problems.append(kind(file=file, line=line, unit=self.unit.slug, **said))
