"""The accounts that a meeting is booked on: the group's own by role, each participant's below it (SPEC 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from importers.book import BookView
from ledger.books import account_code
from ledger.loans import Reading, leaf_of
from ledger.rules.loans.movements import Part
from ledger.rules.names import folded

#: The role of a part's account.
ROLES: dict[str, str] = {
    "cash": "cash",
    "shares": "shares",
    "loans": "loans",
    "charges_due": "charges_due",
    "charges": "service_charge",
    "fines_due": "fines_due",
    "fines": "fines",
    "gifts": "gifts",
    "social_cash": "social_cash",
    "social_fund": "social_fund",
    "expenses": "other_costs",
}


@dataclass
class SheetAccounts:
    """The accounts of one book; what it lacks is opened with the entries.

    Attributes:
        view: the book.
        reading: what it says of its cycles.
    """

    view: BookView
    reading: Reading
    ends: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find what participants' accounts end with."""
        for (_, whom), account in sorted(self.reading.opened.items()):
            if account.count(":") > 1:
                self.ends.setdefault(folded(whom), account.split(":", 2)[2])

    def add(self, names: Mapping[str, str]) -> None:
        """Give each participant without accounts an ending of its own, in the names' order, not the rows'."""
        for key in sorted(names):
            if key not in self.ends:
                self.ends[key] = leaf_of(names[key], frozenset(self.ends.values()))

    def role(self, part: str) -> str:
        """The group's own account of a part.

        Raises:
            ChartRoleMissing: the chart has none.
        """
        role = self.view.chart.role(ROLES[part])
        plain = [
            name
            for name, entry in self.view.opens.items()
            if name.count(":") == 1 and account_code(name, entry.meta) == role.code and name not in self.view.closes
        ]
        account = plain[0] if plain else role.account
        self.view.open(account)
        return account

    def own(self, part: Part, name: str) -> str:
        """A participant's own account of a part."""
        known = next(
            (
                account
                for (other, whom), account in self.reading.opened.items()
                if other == part and folded(whom) == folded(name) and account not in self.view.closes
            ),
            None,
        )
        if known is not None:
            return known
        role = self.view.chart.role(ROLES[part])
        account = f"{role.account}:{self.ends[folded(name)]}"
        self.view.open(account, meta={"code": role.code, "participant": name})
        return account
