"""What can be wrong with shares, loans, charges and fines of a cycle (SPEC 8); the book's figures stand."""

from __future__ import annotations

from ledger.loans.problems import LoanProblem
from ledger.messages import N_


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


class LoanShareOutRest(LoanProblem):
    """All shares are handed in, and something is left that is nobody's; or more was shared out than there was."""

    code = "LOAN_SHARE_OUT_REST"
    message = N_("On {date} the last share is handed in, and {amount} is left in the fund of {cycle}: it is nobody's.")
    remedy = N_(
        "Compare with  sambok loans share-out {cycle} --date {date}  what each got. What is owed is set off against"
        " shares, what is left over is shared out or carried into the next cycle."
    )


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
