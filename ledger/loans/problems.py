"""What can be wrong with what is booked of a loan cycle (SPEC 8). It leaves the book's figures standing."""

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


class LoanShareWhole(LoanProblem):
    """A part of a share."""

    code = "LOAN_SHARE_WHOLE"
    message = N_("{participant}: {amount} is no whole number of shares of {value}.")
    remedy = N_("Book whole shares; what is left over goes back, or into the social fund, as the group has agreed on.")


class LoanShareShort(LoanProblem):
    """Shares handed in that one doesn't have."""

    code = "LOAN_SHARE_SHORT"
    message = N_("{participant} hands in shares for {amount}, but has only {has}.")
    remedy = N_("Correct the amount, or the name.")


class LoanShareMost(LoanProblem):
    """More shares than may be bought at a meeting."""

    code = "LOAN_SHARE_MOST"
    message = N_("{participant} buys {count} shares at meeting {meeting}; {most} is the most.")
    remedy = N_(
        "Correct the number of shares, or the meeting; what is too much goes back."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanShareLeast(LoanProblem):
    """Fewer."""

    code = "LOAN_SHARE_LEAST"
    message = N_("{participant} buys {count} shares at meeting {meeting}; {least} is the least.")
    remedy = N_(
        "Correct the number of shares, or the meeting."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanJoining(LoanProblem):
    """Somebody who comes later."""

    code = "LOAN_JOINING"
    message = N_("{participant} buys a first share on {date}; who wasn't there on {first} joins the next cycle.")
    remedy = N_(
        "Give the money back, or have it decided otherwise (joining:)."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanEntrance(LoanProblem):
    """Somebody who comes later and doesn't pay what a share is worth."""

    code = "LOAN_ENTRANCE"
    message = N_("{participant} joins later and pays {paid} beyond the shares' price; {due} was agreed on.")
    remedy = N_(
        "Take what a share is worth on the day; post what is beyond its price as a gift to the fund."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanLeaving(LoanProblem):
    """Somebody who leaves with another sum than was agreed on."""

    code = "LOAN_LEAVING"
    message = N_("{participant} leaves with {profit} beyond the price of the shares; {due} was agreed on.")
    remedy = N_('Correct the sum; where the participants decided otherwise, name it in the voucher:  decision: "<id>"')


class LoanLeavingOwing(LoanProblem):
    """Somebody who leaves and owes still."""

    code = "LOAN_LEAVING_OWING"
    message = N_("{participant} hands in the last share and still owes {amount}.")
    remedy = N_("Set the debts off in the same voucher; what nobody will pay is written off by decision.")


class LoanTwice(LoanProblem):
    """Two loans with one id."""

    code = "LOAN_TWICE"
    message = N_("There is a loan {loan} already.")
    remedy = N_('Give the later one an id of its own:  loan: "{loan}b"')


class LoanUnknown(LoanProblem):
    """A loan that was never given."""

    code = "LOAN_UNKNOWN"
    message = N_("{participant} pays on the loan {loan}, but there is no such loan in {cycle}.")
    remedy = N_("Correct loan: (did you mean {nearest}?), or leave it out: then the oldest loan is paid first.")


class LoanOther(LoanProblem):
    """Somebody else's loan."""

    code = "LOAN_OTHER"
    message = N_("{participant} pays on the loan {loan}, but it is {owner}'s.")
    remedy = N_("Post it for {owner}, or correct loan:.")


class LoanLimit(LoanProblem):
    """More than may be borrowed."""

    code = "LOAN_LIMIT"
    message = N_(
        "{participant} borrows {amount}, but may have {limit}: {multiple} x own shares of {savings},"
        " less open loans of {open}."
    )
    remedy = N_(
        "Correct the loan or the shares. What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanCash(LoanProblem):
    """More than there is."""

    code = "LOAN_CASH"
    message = N_("{participant} borrows {amount}, but only {cash} is there on {date}.")
    remedy = N_(
        "Look for a deposit that isn't booked, or correct the loan."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanTermLong(LoanProblem):
    """A longer term than was agreed on."""

    code = "LOAN_TERM_LONG"
    message = N_("{participant} borrows for {term} periods; {most} is the most.")
    remedy = N_(
        "Correct term: below the posting; one period is: {period}."
        " What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanLateBorrower(LoanProblem):
    """Who is late with a loan gets another one."""

    code = "LOAN_LATE_BORROWER"
    message = N_("{participant} borrows again, but is {days} days late with the loan {loan}.")
    remedy = N_(
        "Let the old loan be paid first. What was allowed all the same: accepted-by: and reason: below its first line."
    )


class LoanRepaidMore(LoanProblem):
    """More than was owed."""

    code = "LOAN_REPAID_MORE"
    message = N_("{participant} pays {amount} back, but owes only {owed}.")
    remedy = N_("Post what is too much as a charge, as shares, or as a new loan's repayment; or give it back.")


class LoanFlatCharge(LoanProblem):
    """A charge that isn't what was agreed on."""

    code = "LOAN_FLAT_CHARGE"
    as_written = frozenset({"charge"})
    message = N_("The charge of {participant}'s loan {loan} is booked as {booked}; it is {due}.")
    remedy = N_("{principal} x {charge} x {term} periods is {due}: correct the charge, or the term.")


class LoanChargeOverpaid(LoanProblem):
    """More charge than is owed."""

    code = "LOAN_CHARGE_OVERPAID"
    message = N_("{participant} pays {amount} of charges, {over} more than is owed.")
    remedy = N_("Post what is too much as a repayment, or give it back. What was agreed on says  charge:  of {cycle}.")


class LoanFineFund(LoanProblem):
    """Fines in the wrong fund."""

    code = "LOAN_FINE_FUND"
    message = N_("A fine of {amount} goes into the loan fund, but {cycle} has them go into the social fund.")
    remedy = N_("Post it on the social box and the social fund.")


class LoanFinePaid(LoanProblem):
    """More fines paid than are unpaid."""

    code = "LOAN_FINE_PAID"
    message = N_("{participant} pays unpaid fines of {amount}, but owes only {owed}.")
    remedy = N_("Post what is imposed and paid at once as income (fines), not against unpaid fines.")


#: By what `ledger.rules.loans.checks` calls it.
KINDS: dict[str, type[LoanProblem]] = {
    "identity": LoanFundIdentity,
    "social": LoanSocialMixed,
    "participant": LoanParticipantMissing,
    "loss": LoanLossDecision,
    "early": LoanBeforeCycle,
    "ended": LoanAfterCycle,
    "last_shares": LoanLastShares,
    "last_loans": LoanLastLoans,
    "whole": LoanShareWhole,
    "short": LoanShareShort,
    "most": LoanShareMost,
    "least": LoanShareLeast,
    "joins": LoanJoining,
    "entrance": LoanEntrance,
    "leaves": LoanLeaving,
    "leaves_owing": LoanLeavingOwing,
    "twice": LoanTwice,
    "unknown": LoanUnknown,
    "other": LoanOther,
    "limit": LoanLimit,
    "cash": LoanCash,
    "term": LoanTermLong,
    "late": LoanLateBorrower,
    "repaid": LoanRepaidMore,
    "flat": LoanFlatCharge,
    "overpaid": LoanChargeOverpaid,
    "fines": LoanFineFund,
    "fine_paid": LoanFinePaid,
}
