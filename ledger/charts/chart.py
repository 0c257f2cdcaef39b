"""A chart of accounts: from an account's code to its line, and from a rule's role to its account (SPEC 3, 10).

An account carries a code; the chart places it on exactly one of the group's lines by the most specific range that
holds the code. A code that no range holds is unplaced, and so is an account whose Beancount root contradicts its
line: a receivable opened under Income would change the result, so nobody guesses. Rules never name a number: they ask
for a role ("levy_cost"), and the chart says which account that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ledger.charts.group import Line
from ledger.charts.problems import AccountWrongRoot, ChartInvalid, ChartRoleMissing
from ledger.charts.ranges import CodeSet, Range
from ledger.messages import current


@dataclass(frozen=True, slots=True)
class Role:
    """The account that a rule posts to, as the chart opens it: code `6430`, account `Expenses:6430-…`."""

    name: str
    code: str
    account: str


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account that the chart knows by name. `starter`: a new unit's book opens it."""

    code: str
    account: str
    starter: bool


@dataclass(frozen=True)
class Rule:
    """Every code in `range` stands on `line`, unless a more specific rule holds it."""

    range: Range
    line: Line

    @property
    def side(self) -> str:
        """What two rules for one range must differ in: the line's root, income and expense being one."""
        return "Result" if self.line.statement == "income" else self.line.root


@dataclass(frozen=True)
class Chart:
    """A chart as its file gives it. `digest` changes when anything in it does: caches depend on it."""

    name: str
    digest: str
    accounts: Mapping[str, ChartAccount]
    rules: tuple[Rule, ...]  # most specific first
    unmapped: Mapping[Range, str]  # why these codes have no line
    roles: Mapping[str, str]
    sets: Mapping[str, CodeSet]
    _placed: dict[str, tuple[Line, ...]] = field(default_factory=dict, repr=False, compare=False)
    _members: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False, compare=False)

    def lines_of(self, code: str | None) -> tuple[Line, ...]:
        """The line a code belongs to; two where the root decides (a current account that may turn either way)."""
        if code is None:
            return ()
        if code not in self._placed:
            self._placed[code] = self._find(code)
        return self._placed[code]

    def _find(self, code: str) -> tuple[Line, ...]:
        best: Range | None = None
        found: list[Line] = []
        for rule in self.rules:
            if best is not None and rule.range != best:
                if rule.range.breadth > best.breadth:
                    break
                continue
            if code in rule.range:
                best = rule.range
                found.append(rule.line)
        if best is None or self.why_unmapped(code, best) is not None:
            return ()
        return tuple(found)

    def why_unmapped(self, code: str, than: Range | None = None) -> str | None:
        """The chart's reason for giving `code` no line on purpose, if it has one (more specific than `than`)."""
        held = [r for r in self.unmapped if code in r and (than is None or r.breadth <= than.breadth)]
        return self.unmapped[min(held, key=lambda r: r.breadth)] if held else None

    def place(self, account: str, code: str | None) -> Line | None:
        """The group line that an account belongs to.

        Args:
            account: full Beancount account; its root must fit the line.
            code: its code in this chart, or None.

        Returns:
            The line, or None where the chart can't place it (`root_conflict` says whether the root is why).
        """
        root = account.partition(":")[0]
        return next((found for found in self.lines_of(code) if found.takes(root)), None)

    def root_conflict(self, account: str, code: str | None) -> AccountWrongRoot | None:
        """The problem of an account whose root contradicts its code; None where that isn't what is wrong."""
        found = self.lines_of(code)
        root = account.partition(":")[0]
        if not found or any(line.takes(root) for line in found):
            return None
        right = " / ".join(dict.fromkeys(line.root for line in found))
        return AccountWrongRoot(
            account=account,
            root=root,
            name=self.name,
            account_code=code,
            line_label=found[0].label(current()),
            right=right,
        )

    def role(self, name: str) -> Role:
        """The account of a role, as the chart opens it.

        Raises:
            ChartRoleMissing: this chart (a unit's own one, then) gives the role no account.
        """
        if name not in self.roles:
            raise ChartRoleMissing(name=self.name, role=name)
        code = self.roles[name]
        return Role(name, code, self.accounts[code].account)

    def has_role(self, name: str) -> bool:
        """Whether the chart gives the role an account."""
        return name in self.roles

    def role_account(self, name: str, opened: Mapping[str, str]) -> str:
        """The account a rule posts to in one book: the unit's own with that code, else the chart's (SPEC 3).

        Args:
            name: the role.
            opened: the unit's accounts by code.

        Raises:
            ChartRoleMissing: as `role`.
        """
        role = self.role(name)
        return opened.get(role.code, role.account)

    def range(self, name: str) -> CodeSet:
        """A named set of codes: `"turnover"`, `"internal_balance"` … A set the chart doesn't name is empty."""
        return self.sets.get(name, CodeSet(()))

    def is_in(self, name: str, code: str | None) -> bool:
        """Whether a code belongs to a named set."""
        if code is None:
            return False
        known = self._members.get((name, code))  # asked once a posting, answered once a code
        if known is None:
            known = self._members[name, code] = code in self.range(name)
        return known

    def near(self, name: str, code: str) -> ChartAccount | None:
        """The named account of a set that is nearest to `code`; None where none begins with the same digits."""
        same = max(2, min(3, len(code) - 1))
        found = [a for a in self.accounts.values() if a.code[:same] == code[:same] and self.is_in(name, a.code)]
        return min(
            found, key=lambda a: (abs(int(a.code.ljust(8, "0")) - int(code.ljust(8, "0"))), a.code), default=None
        )

    @cached_property
    def starters(self) -> tuple[ChartAccount, ...]:
        """What a new unit's book opens, in the order of the codes."""
        return tuple(sorted((a for a in self.accounts.values() if a.starter), key=lambda a: a.code))

    def _check_crossing(self) -> None:
        """Of two ranges that overlap, one must hold the other: else neither is the more specific one."""
        around: list[Range] = []
        for rule in sorted(self.rules, key=lambda rule: (len(rule.range.low), rule.range.low, -int(rule.range.high))):
            here = rule.range
            while around and (len(around[-1].low) != len(here.low) or around[-1].high < here.low):
                around.pop()
            if around and around[-1].high < here.high:
                raise ChartInvalid(key=f"lines.{rule.line.id}", reason=f"{here} and {around[-1]} cross")
            around.append(here)

    def check(self) -> None:
        """Refuse a chart that contradicts itself.

        Raises:
            ChartInvalid: two rules for one range and root, ranges that cross, a role without account, or a named
                account that its own chart can't place.
        """
        self._check_crossing()
        seen: set[tuple[Range, str]] = set()
        for rule in self.rules:
            if (rule.range, rule.side) in seen:
                raise ChartInvalid(key=f"lines.{rule.line.id}", reason=f"{rule.range} stands on two lines")
            seen.add((rule.range, rule.side))
        for name, code in self.roles.items():
            if code not in self.accounts:
                raise ChartInvalid(key=f"roles.{name}", reason=f"no account {code} in [accounts]")
        for code, known in self.accounts.items():
            if self.place(known.account, code) is None:
                raise ChartInvalid(key=f"accounts.{code}", reason=f"{known.account} has no line")
