"""What can be wrong with a voucher of a loan cycle (SPEC 8). It leaves the book's figures standing.

Which cycle it is of, whose, and what it does to the fund as a whole; what the participants' terms say of shares, loans
and charges: `problems_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_


class LoanProblem(Problem):
    """Something in a cycle's book that its participants haven't agreed on, or that nobody can place."""

    personal = frozenset({"participant", "owner", "loan", "nearest"})


class LoanCycleUnclear(LoanProblem):
    """A voucher that may belong to several cycles, or to none."""

    code = "LOAN_CYCLE_UNCLEAR"
    message = N_("Which loan cycle this belongs to isn't clear: {cycles} all run on {date}.")
    remedy = N_('Name it below the first line of the voucher:  cycle: "{first}"')
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (
            N_("This moves an account of a loan fund, but no cycle of this book runs on {date}. It has: {cycles}."),
            N_('Date it within the cycle, or name the cycle below its first line:  cycle: "{first}"'),
        )
    }


class LoanCycleUnknown(LoanProblem):
    """A cycle that this book doesn't keep."""

    code = "LOAN_CYCLE_UNKNOWN"
    message = N_("The book of {slug} keeps no loan cycle {cycle}.")
    remedy = N_("Cycles of this book: {known}. A new one is entered in units/policy.beancount.")


class LoanCurrency(LoanProblem):
    """An amount in another currency."""

    code = "LOAN_CURRENCY"
    message = N_("{account} has {currency}, but the cycle {cycle} is in {wanted}.")
    remedy = N_("A cycle has one currency: book what was counted in {wanted}.")


class LoanTermUnclear(LoanProblem):
    """A term that is no number of periods."""

    code = "LOAN_TERM_UNCLEAR"
    message = N_("The term of this loan is {term}: that is no number of periods.")
    remedy = N_("Write below the posting how many periods were agreed on:  term: 3")


class LoanParticipantMissing(LoanProblem):
    """Somebody's share or debt, and nobody's."""

    code = "LOAN_PARTICIPANT_MISSING"
    message = N_("{account} moves {amount}, but it isn't said for whom.")
    remedy = N_('Use the participant\'s own account, or add below the posting:  participant: "Anna"')
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "unit": (
            N_("{account} moves {amount}, but it isn't said for which unit."),
            N_('Add below the posting the unit that takes part:  partner: "<unit>"'),
        )
    }


class LoanUnitUnknown(LoanProblem):
    """A participant that is no unit."""

    code = "LOAN_UNIT_UNKNOWN"
    message = N_("{participant} takes part in {cycle}, but there is no such unit.")
    remedy = N_("Did you mean {nearest}?")


class LoanUnitScope(LoanProblem):
    """A participant that isn't, or isn't any more, a member."""

    code = "LOAN_UNIT_SCOPE"
    message = N_("{participant} takes part in {cycle} on {date}, but it is no member on that day.")
    remedy = N_("Correct the voucher's date, or joined and left in units/{participant}/unit.toml.")


class LoanUnitCurrencies(LoanProblem):
    """A participant whose book is in another currency."""

    code = "LOAN_UNIT_CURRENCIES"
    message = N_("{participant} keeps its book in {own}, but the cycle {cycle} is in {currency}.")
    remedy = N_("Only units with books in {currency} can take part: correct the voucher, or open a cycle in {own}.")


class LoanFundIdentity(LoanProblem):
    """The fund has more, or less, than where it came from."""

    code = "LOAN_FUND_IDENTITY"
    message = N_("With this voucher the fund of {cycle} is {amount} off what it came from; it moves {has}.")
    remedy = N_("Post the rest on an account of the fund instead of {accounts}.")


class LoanSocialMixed(LoanProblem):
    """Money between the two funds."""

    code = "LOAN_SOCIAL_MIXED"
    message = N_("{amount} of the loan fund and the social fund of {cycle} are mixed in this voucher.")
    remedy = N_("Post what is paid into the social fund on the social box, what is paid from it likewise.")


class LoanLossDecision(LoanProblem):
    """Money given up, and nobody decided it."""

    code = "LOAN_LOSS_DECISION"
    message = N_("{amount} is written off, and no decision is named.")
    remedy = N_('Name the decision of the participants below the first line of the voucher:  decision: "<id>"')


class LoanAmountFine(LoanProblem):
    """An amount that no money can be counted in."""

    code = "LOAN_AMOUNT_FINE"
    message = N_("{account} moves {amount}, but the smallest amount is {smallest}.")
    remedy = N_("Round it to whole {smallest}, and the other postings of the voucher likewise.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "price": (
            N_("The price of what {account} moves makes an amount of it that nobody can count in {cycle}."),
            N_("Correct the price, or book what was counted in the cycle's currency."),
        )
    }


class LoanDebtMoved(LoanProblem):
    """A debt that becomes somebody else's, and nobody has agreed to it."""

    code = "LOAN_DEBT_MOVED"
    message = N_("{amount} that {owner} owes becomes {participant}'s debt, and no money moves.")
    remedy = N_(
        "Correct the name. A loan that is taken over is one of its own: write how many periods below its posting:"
        '  term: 3  What the participants have decided otherwise they name below the first line:  decision: "<id>"'
    )


class LoanSharesMoved(LoanProblem):
    """Shares that become somebody else's, and nobody has decided it."""

    code = "LOAN_SHARES_MOVED"
    message = N_("Shares of {owner} for {amount} become {participant}'s, and no money moves: no terms allow that.")
    remedy = N_(
        "Correct the name. Who leaves hands shares in, and is paid; who joins buys them. Where the participants have"
        ' decided that shares change hands, name it below the first line:  decision: "<id>"'
    )


class LoanUnowed(LoanProblem):
    """Income that nobody owes."""

    code = "LOAN_UNOWED"
    message = N_("A charge of {amount} is booked, but it isn't said whose.")
    remedy = N_('Add below the posting who pays it:  participant: "Anna"')
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "unit": (
            N_("A charge of {amount} is booked, but it isn't said which unit's."),
            N_('Add below the posting the unit that pays it:  partner: "<unit>"'),
        ),
        "loan": (
            N_("{participant} is charged {amount}, but has no loan."),
            N_("Correct the name, or book the loan first."),
        ),
        "claim": (
            N_("{participant} owes {amount} more, but it is nobody's income."),
            N_('Post it as income, too. Where it takes a payment back, say which voucher:  corrects: "<voucher>"'),
        ),
        "nowhere": (
            N_("{amount} is booked as income, but nobody pays or owes it."),
            N_("Post it against the money that was paid, or against what a participant owes."),
        ),
    }


class LoanProfitLoose(LoanProblem):
    """Profit that is shared out for no shares."""

    code = "LOAN_PROFIT_LOOSE"
    message = N_("{amount} of what is shared out is booked, but nobody hands in shares for it.")
    remedy = N_("Post profit and shares in one voucher; what isn't profit goes on another account.")


class LoanMoneyBelow(LoanProblem):
    """Less than nothing in the box."""

    code = "LOAN_MONEY_BELOW"
    message = N_("At the end of {date} there is {amount} in the fund of {cycle}: less than nothing.")
    remedy = N_(
        "Look for a deposit that isn't booked, or for a payment that is booked twice."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "social_cash": (
            N_("At the end of {date} there is {amount} in the social fund of {cycle}: less than nothing."),
            N_(
                "Look for a deposit that isn't booked, or for a payment that is booked twice."
                " What was allowed all the same: accepted-by: and reason: below its first line."
            ),
        )
    }


class LoanBeforeCycle(LoanProblem):
    """A voucher before the cycle."""

    code = "LOAN_BEFORE_CYCLE"
    message = N_("This voucher is of {date}, but {cycle} begins on {begins}.")
    remedy = N_("Date it {begins} or later, or let it name the cycle that it belongs to.")


class LoanAfterCycle(LoanProblem):
    """Shares or loans after the end."""

    code = "LOAN_AFTER_CYCLE"
    message = N_("{cycle} ended on {ends}: no shares are sold and no loans given on {date}.")
    remedy = N_(
        "Book it in the next cycle, or have the end moved by decision (ends:)."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanLastShares(LoanProblem):
    """Shares after their last day."""

    code = "LOAN_LAST_SHARES"
    message = N_("{participant} buys shares on {date}; the last day for that was {last}.")
    remedy = N_(
        "Give the money back, or have the day moved by decision (last-shares:)."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanLastLoans(LoanProblem):
    """A loan after their last day."""

    code = "LOAN_LAST_LOANS"
    message = N_("{participant} gets a loan on {date}; the last day for that was {last}.")
    remedy = N_(
        "Correct the date, or have the day moved by decision (last-loans:)."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )
