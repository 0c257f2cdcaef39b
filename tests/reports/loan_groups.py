"""Savings groups for tests: each event is written as the plain voucher that a bookkeeper would write.

Amounts are those of the test; nothing here works anything out but which month a voucher stands in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from ledger.books import Workspace

OPENED = "2026-01-01"
#: Accounts of the group as a whole, by what the events call them.
COMMON = {
    "box": "Assets:1010-Loan-fund-box",
    "social_box": "Assets:1020-Social-fund-box",
    "shares": "Equity:3010-Shares",
    "bank": "Assets:1030-Bank",
    "other": "Assets:1190-Other-claims",
    "outside": "Liabilities:2010-Loans-from-outside",
    "unpaid": "Liabilities:2020-Unpaid-expenses",
    "social": "Equity:3020-Social-fund",
    "carried": "Equity:3910-Carried-in",
    "result": "Equity:3990-Result-of-the-cycle",
    "charges": "Income:4010-Service-charge",
    "fines": "Income:4020-Fines",
    "gifts": "Income:4030-Gifts",
    "stationery": "Expenses:5010-Stationery",
    "losses": "Expenses:5040-Loan-losses",
    "differences": "Expenses:5050-Counting-differences",
}
#: Those of each participant.
OWN = {
    "shares": "Equity:3010-Shares",
    "loans": "Assets:1110-Loans-to-members",
    "due": "Assets:1120-Service-charges-due",
    "unpaid_fines": "Assets:1130-Unpaid-fines",
}
UNIT = 'chart = "vsla"\ncombine = false\ncurrency = "KES"\n'


def leaf(name: str) -> str:
    """The end of somebody's accounts."""
    return name[0].upper() + name[1:]


class Group:
    """A group's book, voucher by voucher.

    Args:
        names: who takes part.
        cycle: its name; all vouchers say it.
        currency: its currency.
    """

    def __init__(self, *names: str, cycle: str = "NK26", currency: str = "KES") -> None:
        self.names = names
        self.cycle = cycle
        self.currency = currency
        self.months: dict[str, list[str]] = defaultdict(list)

    def voucher(
        self, day: str, text: str, *postings: tuple[str, str] | tuple[str, str, str], meeting: str = ""
    ) -> None:
        """A voucher; a posting is account, amount, and perhaps lines of metadata."""
        lines = [f'{day} * "{text}"', f'  cycle: "{self.cycle}"']
        lines += [f'  meeting: "{meeting}"'] if meeting else []
        for account, amount, *meta in postings:
            lines.append(f"  {self.account(account)}  {amount} {self.currency}")
            lines += [f"    {line}" for text_ in meta for line in text_.splitlines()]
        self.months[day[:7]].append("\n".join(lines) + "\n")

    def account(self, said: str) -> str:
        """`box`, or `loans Anna`."""
        kind, _, name = said.partition(" ")
        return f"{OWN[kind]}:{leaf(name)}" if name else COMMON[kind]

    def buy(self, day: str, meeting: str = "", **paid: str) -> Group:
        """Shares, by what each pays for them."""
        for name, amount in paid.items():
            self.voucher(day, f"{name}: shares", ("box", amount), (f"shares {name}", f"-{amount}"), meeting=meeting)
        return self

    def lend(
        self, day: str, name: str, amount: str, term: int, loan: str, charge: str = "", meeting: str = ""
    ) -> Group:
        """A loan, with the charge that is owed from its first day (flat)."""
        said = f'loan: "{loan}"\nterm: {term}'
        self.voucher(day, f"{name}: loan", (f"loans {name}", amount, said), ("box", f"-{amount}"), meeting=meeting)
        if charge:
            said = f'loan: "{loan}"'
            postings = (f"due {name}", charge, said), ("charges", f"-{charge}", f'{said}\nparticipant: "{name}"')
            self.voucher(day, f"{name}: charge", *postings, meeting=meeting)
        return self

    def repay(self, day: str, name: str, principal: str, charge: str = "", meeting: str = "") -> Group:
        """Principal, and charges that were due."""
        postings = [("box", principal), (f"loans {name}", f"-{principal}")]
        postings += [("box", charge), (f"due {name}", f"-{charge}")] if charge else []
        self.voucher(day, f"{name}: repaid", *postings, meeting=meeting)
        return self

    def fine(self, day: str, name: str, amount: str, *, paid: bool = False, meeting: str = "") -> Group:
        """A fine, paid at once or not."""
        other = ("box" if paid else f"unpaid_fines {name}", amount)
        postings = other, ("fines", f"-{amount}", f'participant: "{name}"')
        self.voucher(day, f"{name}: fine", *postings, meeting=meeting)
        return self

    def gift(self, day: str, amount: str) -> Group:
        """A gift to the group."""
        self.voucher(day, "Gift", ("box", amount), ("gifts", f"-{amount}"))
        return self

    def social(self, day: str, meeting: str = "", **paid: str) -> Group:
        """What each pays into the social fund."""
        for name, amount in paid.items():
            postings = ("social_box", amount), ("social", f"-{amount}", f'participant: "{name}"')
            self.voucher(day, f"{name}: social fund", *postings, meeting=meeting)
        return self

    def accounts(self) -> str:
        """`open` directives of all accounts."""
        lines = [f"{OPENED} open {account} {self.currency}" for account in COMMON.values()]
        for name in self.names:
            for account in OWN.values():
                code = account.partition(":")[2][:4]
                lines += [f"{OPENED} open {account}:{leaf(name)} {self.currency}", f'  code: "{code}"']
                lines.append(f'  participant: "{name}"')
        return "\n".join(lines) + "\n"

    def parts(self) -> dict[str, str]:
        """The unit as `make_workspace` takes it."""
        months = {month: "\n".join(texts) for month, texts in self.months.items()}
        return {"unit": UNIT.replace("KES", self.currency), "accounts": self.accounts(), **months}


def cycle_text(
    name: str = "NK26",
    share_value: str = "100 KES",
    *,
    begins: str = "2026-01-07",
    ends: str = "2026-12-30",
    book: str = "kikundi",
    decision: str = "K-1",
    **terms: str,
) -> str:
    """The directive of a cycle; terms are written as they stand: `charge="0.05"`, `method='"flat"'`."""
    lines = [f'{begins} custom "loan-cycle" "{name}" {share_value}', f'  decision: "{decision}"', f"  ends: {ends}"]
    lines += [f'  book: "{book}"'] if book else []
    lines += [f"  {key.replace('_', '-')}: {value}" for key, value in terms.items()]
    return "\n".join(lines) + "\n"


POLICY = """\
2026-01-01 custom "decision" "K-1" "assembly"
  text: "The group's rules"
2026-12-20 custom "decision" "K-2" "assembly"
  text: "The share-out"
"""


def workspace_of(make: Callable[..., Workspace], group: Group, *cycles: str, policy: str = POLICY) -> Workspace:
    """A workspace in which a group keeps its book as the unit `kikundi`."""
    return make({"kikundi": group.parts()}, policy=policy + "\n".join(cycles or (cycle_text(),)))
