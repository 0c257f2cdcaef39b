"""A random cycle as a book has it: vouchers by the conventions of SPEC 8, as Beancount text, meeting sheets, movements.

Each voucher is one thing that somebody did. What a sheet can hold was done at a meeting; the rest stands in the book as
somebody wrote it there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.movements import Movement
from ledger.rules.loans.terms import Terms
from tests.loans.random.cycles import Cycle
from tests.loans.random.second import LOAN_FUND, Action, Rules

BOOK = "kikundi"
DECISION = "KM-2026-01-02-1"
ACCOUNTS = {
    "box": "Assets:1010-Loan-fund-box",
    "phone": "Assets:1040-Mobile-money",
    "social_cash": "Assets:1020-Social-fund-box",
    "loans": "Assets:1110-Loans-to-members",
    "charges_due": "Assets:1120-Service-charges-due",
    "fines_due": "Assets:1130-Unpaid-fines",
    "outside": "Liabilities:2010-Loans-from-outside",
    "unpaid_expenses": "Liabilities:2020-Unpaid-expenses",
    "unpaid_share_out": "Liabilities:2040-Unpaid-share-out",
    "shares": "Equity:3010-Shares",
    "social_fund": "Equity:3020-Social-fund",
    "carried_in": "Equity:3910-Carried-in",
    "shared_out": "Equity:3990-Result-of-the-cycle",
    "charges": "Income:4010-Service-charge",
    "fines": "Income:4020-Fines",
    "gifts": "Income:4030-Gifts",
    "expenses": "Expenses:5010-Stationery",
    "losses": "Expenses:5040-Loan-losses",
    "differences": "Expenses:5050-Counting-differences",
}
#: Each participant has an account of these.
OWN = ("shares", "loans", "charges_due", "fines_due")
#: What a meeting's sheet has a column for.
COLUMNS = {"shares": "shares", "social": "social", "fine": "fine", "repaid": "repaid", "charge": "charge"}


@dataclass(frozen=True)
class Line:
    """A posting: debit positive."""

    part: str
    amount: Fraction
    who: str = ""
    loan: str = ""
    term: int | None = None
    place: str = ""
    rolls: str = ""

    def account(self) -> str:
        """Where a savings group's own book has it."""
        if self.part == "cash":
            return ACCOUNTS[self.place or "box"]
        return ACCOUNTS[self.part] + (f":{self.who}" if self.part in OWN else "")


@dataclass(frozen=True)
class Voucher:
    """One thing that somebody did, as the book has it."""

    day: dt.date
    text: str
    lines: tuple[Line, ...]
    meeting: str = ""
    who: str = ""
    decision: str = ""

    @property
    def moves_money(self) -> bool:
        """Whether money came or went."""
        return any(line.part in {"cash", "social_cash"} for line in self.lines)


def vouchers(cycle: Cycle) -> list[Voucher]:
    """What a book has of a cycle; fines are taken for those unpaid first."""
    return list(Writer(cycle).run())


class Writer:
    """Writes a cycle's vouchers in the order in which things happened."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.rules = cycle.rules
        self.unpaid: dict[str, Fraction] = defaultdict(Fraction)
        self.group = Cycle(cycle.rules, cycle.people, (), cycle.day).group()

    def run(self) -> Iterator[Voucher]:
        """Voucher by voucher."""
        before = None
        for action in self.cycle.actions:
            if before is not None:  # the last one may be something that can't be
                self.group.do(before)
            before = action
            for lines in getattr(self, "_" + action.kind)(action):
                shown = tuple(x for x in lines if x.amount)
                text = f"{action.kind} {action.who}".strip()
                decided = DECISION if action.kind in {"loss", "forgive"} else ""
                yield Voucher(action.day, text, shown, action.meeting, action.who, decided)

    def _cash(self, a: Action, amount: Fraction) -> Line:
        return Line("cash", amount, place=a.place)

    def _shares(self, a: Action):
        yield self._cash(a, a.amount), Line("shares", -a.amount, a.who)

    def _social(self, a: Action):
        yield Line("social_cash", a.amount), Line("social_fund", -a.amount)

    def _grant(self, a: Action):
        yield Line("social_cash", -a.amount), Line("social_fund", a.amount)

    def _fine(self, a: Action):
        if self.rules.fines != LOAN_FUND:
            yield Line("social_cash", a.amount), Line("social_fund", -a.amount)
            return
        old = min(a.amount, self.unpaid[a.who])
        self.unpaid[a.who] -= old
        yield self._cash(a, a.amount), Line("fines_due", -old, a.who), Line("fines", old - a.amount)

    def _fined(self, a: Action):
        self.unpaid[a.who] += a.amount
        yield Line("fines_due", a.amount, a.who), Line("fines", -a.amount)

    def _repaid(self, a: Action):
        yield self._cash(a, a.amount), Line("loans", -a.amount, a.who)

    def _charge(self, a: Action):
        yield self._cash(a, a.amount), Line("charges_due", -a.amount, a.who)

    def _loan(self, a: Action):
        yield Line("loans", a.amount, a.who, a.loan, a.term), self._cash(a, -a.amount)
        yield from self._charged(a, a.loan)

    def _charged(self, a: Action, loan: str):
        if self.rules.method != "declining" and self.rules.charge:
            charge = self.group.flat_charge(a.amount, a.term)
            if charge:
                yield Line("charges_due", charge, a.who, loan), Line("charges", -charge, "", loan)

    def _roll(self, a: Action):
        old = self.group.loans[a.loan].open
        yield (
            Line("loans", a.amount, a.who, a.into, a.term, rolls=a.loan),
            Line("loans", -old, a.who, a.loan),
            Line("charges_due", old - a.amount, a.who, a.loan),
        )
        yield from self._charged(a, a.into)

    def _loss(self, a: Action):
        yield Line("losses", a.amount), Line("loans", -a.amount, a.who, a.loan)

    def _gift(self, a: Action):
        yield self._cash(a, a.amount), Line("gifts", -a.amount)

    def _expense(self, a: Action):
        yield Line("expenses", a.amount), self._cash(a, -a.amount)

    def _bill(self, a: Action):
        yield Line("expenses", a.amount), Line("unpaid_expenses", -a.amount)

    def _bill_paid(self, a: Action):
        yield Line("unpaid_expenses", a.amount), self._cash(a, -a.amount)

    def _difference(self, a: Action):
        yield self._cash(a, a.amount), Line("differences", -a.amount)

    def _outside(self, a: Action):
        yield self._cash(a, a.amount), Line("outside", -a.amount)

    def _carried(self, a: Action):
        yield self._cash(a, a.amount), Line("carried_in", -a.amount)

    def _leave(self, a: Action):
        loans, charges, fines = self.group.payoff(a.who, a.day)
        savings = self.group.savings(a.who)
        self.unpaid[a.who] = Fraction(0)
        yield (
            Line("shares", savings, a.who),
            *self._set_off(a.who, loans, charges, fines),
            self._cash(a, loans + charges + fines - savings),
        )

    def _forgive(self, a: Action):
        loans, charges, fines = self.group.payoff(a.who, a.day)
        self.unpaid[a.who] = Fraction(0)
        yield Line("social_fund", a.amount), Line("social_cash", -a.amount)
        yield self._cash(a, a.amount), *self._set_off(a.who, loans, charges, fines)

    def _set_off(self, who: str, loans: Fraction, charges: Fraction, fines: Fraction) -> list[Line]:
        return [Line("loans", -loans, who), Line("charges_due", -charges, who), Line("fines_due", -fines, who)]


# -- as movements ----------------------------------------------------------------------------------------------------


def decimal(amount: Fraction) -> Decimal:
    """An amount that has no more than three decimals."""
    found = Decimal(amount.numerator * 1000 / amount.denominator) / 1000
    whole = Decimal(int(amount * 1000)) / 1000
    assert Fraction(whole) == amount, (amount, found)
    return whole


def movements(written: Sequence[Voucher]) -> list[Movement]:
    """Posting by posting, as a book says it of a cycle."""
    return [
        Movement(
            date=voucher.day,
            part=line.part,
            amount=decimal(line.amount),
            voucher=number,
            participant=line.who,
            loan=line.loan,
            term=line.term,
            meeting=voucher.meeting,
            file="book",
            line=number + 1,
            paid=voucher.moves_money,
            rolls=line.rolls,
            decision=voucher.decision,
        )
        for number, voucher in enumerate(written)
        for line in voucher.lines
    ]


def terms(rules: Rules) -> Terms:
    """As the ledger has them."""
    return Terms(
        name=rules.name,
        currency=rules.currency,
        share_value=Decimal(rules.share_value),
        begins=rules.begins,
        ends=rules.ends,
        max_shares=rules.max_shares,
        loan_multiple=None if rules.loan_multiple is None else Decimal(rules.loan_multiple),
        charge=decimal(rules.charge),
        method=rules.method,
        period=rules.period,
        max_term=rules.max_term,
        part_period=rules.part_period,
        split=rules.split,
        after_term=rules.after_term,
        rounding=decimal(rules.rounding),
        share_out=rules.share_out,
        shortfall=rules.shortfall,
        fines=rules.fines,
        outside_multiple=None if rules.outside_multiple is None else Decimal(rules.outside_multiple),
        late_may_borrow=rules.late_may_borrow,
        meetings=rules.every,
        due_weekday=rules.due_weekday,
        last_shares=rules.last_shares,
        last_loans=rules.last_loans,
    )


# -- as text ---------------------------------------------------------------------------------------------------------


def number(amount: Fraction, rules: Rules) -> str:
    """With the decimals of the cycle's currency."""
    return f"{decimal(amount):.{0 if rules.smallest == 1 else 2}f}"


def book_text(written: Iterable[Voucher], rules: Rules) -> dict[str, str]:
    """Month by month, the vouchers as plain Beancount text."""
    months: dict[str, list[str]] = defaultdict(list)
    for voucher in written:
        lines = [f'{voucher.day} * "{voucher.text}"', f'  cycle: "{rules.name}"']
        if voucher.meeting:
            lines.append(f'  meeting: "{voucher.meeting}"')
        lines += [f'  decision: "{voucher.decision}"'] if voucher.decision else []
        for line in voucher.lines:
            lines.append(f"  {line.account()}  {number(line.amount, rules)} {rules.currency}")
            lines += [f'    loan: "{line.loan}"'] if line.loan else []
            lines += [f"    term: {line.term}"] if line.term else []
            lines += [f'    rolls: "{line.rolls}"'] if line.rolls else []
        months[f"{voucher.day:%Y-%m}"].append("\n".join(lines) + "\n")
    return {month: "\n".join(texts) for month, texts in sorted(months.items())}


def accounts_text(people: Iterable[str], rules: Rules) -> str:
    """The accounts that a group's book has open, each participant's among them."""
    begin = rules.begins.replace(day=1)
    lines = [f"{begin} open {name} {rules.currency}" for part, name in ACCOUNTS.items() if part not in OWN]
    for part in OWN:
        account = ACCOUNTS[part]
        code = account.rpartition(":")[2].partition("-")[0]
        lines.append(f"{begin} open {account} {rules.currency}")
        for who in people:
            lines.append(f"{begin} open {account}:{who} {rules.currency}")
            lines += [f'  code: "{code}"', f'  participant: "{who}"']
    return "\n".join(lines) + "\n"


def policy_text(*agreed: Rules) -> str:
    """The cycles as policy has them."""
    first = min(rules.begins for rules in agreed)
    texts = [f'{first} custom "decision" "{DECISION}" "assembly"\n  text: "Our savings group\'s rules"\n']
    for rules in agreed:
        keys = {
            "ends": f"{rules.ends}",
            "max-shares": rules.max_shares,
            "loan-multiple": rules.loan_multiple,
            "charge": decimal(rules.charge),
            "method": f'"{rules.method}"',
            "period": f'"{rules.period}"',
            "max-term": rules.max_term,
            "split": f'"{rules.split}"',
            "part-period": f'"{rules.part_period}"',
            "after-term": str(rules.after_term).upper(),
            "rounding": f'"{decimal(rules.rounding).normalize():f}"',
            "share-out": f'"{rules.share_out}"',
            "shortfall": f'"{rules.shortfall}"',
            "fines": f'"{rules.fines}"',
            "outside-multiple": rules.outside_multiple,
            "late-may-borrow": str(rules.late_may_borrow).upper(),
            "due-weekday": rules.due_weekday and f'"{rules.due_weekday}"',
            "last-shares": rules.last_shares,
            "last-loans": rules.last_loans,
            "meetings": f'"{rules.every}"',
            "book": f'"{BOOK}"',
        }
        lines = [f'{rules.begins} custom "loan-cycle" "{rules.name}" {rules.share_value} {rules.currency}']
        lines.append(f'  decision: "{DECISION}"')
        lines += [f"  {key}: {value}" for key, value in keys.items() if value is not None]
        texts.append("\n".join(lines) + "\n")
    return "\n".join(texts)


# -- as meeting sheets -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """What was written down at a meeting."""

    meeting: str
    day: dt.date
    head: str
    rows: tuple[str, ...]

    def text(self, rows: Sequence[str] | None = None) -> str:
        """The file; its rows in any order."""
        columns = "member,present,shares,social,fine,repaid,charge,new_loan,months,note"
        return "\n".join([self.head, columns, *(self.rows if rows is None else rows)]) + "\n"


def sheets(cycle: Cycle) -> list[Sheet]:
    """A sheet for each meeting."""
    rules, group = cycle.rules, Cycle(cycle.rules, cycle.people, (), cycle.day).group()
    rows: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    counted: dict[str, tuple[dt.date, str, str]] = {}
    for action in cycle.actions:
        group.do(action)
        if not action.meeting:
            continue
        row = rows[action.meeting][action.who]
        if action.kind == "loan":
            row |= {"new_loan": number(action.amount, rules), "months": str(action.term)}
        elif action.kind == "shares":
            row["shares"] = str(int(action.amount / rules.share_value))
        else:
            row[COLUMNS[action.kind]] = number(action.amount, rules)
        counted[action.meeting] = action.day, number(group.money["box"], rules), number(group.money["social"], rules)
    found = []
    for meeting, (day, box, social) in counted.items():
        head = f"group,{rules.name},meeting,{meeting},date,{day}"
        head += f",counted_loan_fund,{box},counted_social_fund,{social}"
        columns = ("shares", "social", "fine", "repaid", "charge", "new_loan", "months")
        lines = tuple(
            ",".join([who, "1", *(row.get(name, "") for name in columns), ""]) for who, row in rows[meeting].items()
        )
        found.append(Sheet(meeting, day, head, lines))
    return found
