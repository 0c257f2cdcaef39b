"""Why a dealing between units doesn't match, and what a bookkeeper does about it (SPEC 10, error codes)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.messages import N_


@dataclass(frozen=True)
class Code:
    """One code. `settled`: it needs no person, so a command may end with 0."""

    code: str
    message: str
    remedy: str
    settled: bool = False


_ALL = (
    Code(
        "MISSING_PARTNER",
        N_("A posting says ic: but not with whom."),
        N_('Add partner: "<slug>" to the posting.'),
    ),
    Code(
        "UNKNOWN_PARTNER",
        N_("The partner is no unit of the federation."),
        N_("Correct the partner's name; an outside customer or supplier takes no partner:."),
    ),
    Code(
        "SELF_PARTNER",
        N_("A unit names itself as its partner."),
        N_("Name the other unit, or take partner: away."),
    ),
    Code(
        "IC_UNKNOWN",
        N_("What the posting says in ic: is no kind of dealing."),
        N_("Give the posting one of these: {known}."),
    ),
    Code(
        "MONTHS_UNKNOWN",
        N_("What the posting says in months: can be no useful life."),
        N_("Write a whole number from 1 to 1200 without quotes; what is never depreciated, such as land, has none."),
    ),
    Code(
        "COST_UNREADABLE",
        N_("What the posting says in cost: can't be what the goods have cost: no profit is taken out by it."),
        N_(
            "Write an amount in {currency}, as the seller's book has the sale, without quotes:"
            " 0 or more for goods sold, with a minus for goods taken back."
        ),
    ),
    Code(
        "PARTNER_ASYMMETRIC",
        N_("Two units share the link, but they don't name each other."),
        N_("Correct partner: on the side that names the wrong unit, or the link on the side that has the wrong one."),
    ),
    Code(
        "ONE_SIDED",
        N_("Only one side has booked the dealing."),
        N_("Book the other side with the same link, or correct the one that is wrong."),
    ),
    Code(
        "ON_SUSPENSE",
        N_("One side waits on suspense for its account."),
        N_("Put the right account in place of suspense, and * for !. Its partner, ic and link stay as they are."),
    ),
    Code(
        "AMOUNT_DIFF",
        N_("The two sides have different amounts."),
        N_("Compare both vouchers; the side that is wrong books the difference with the same link."),
    ),
    Code(
        "FX_DIFF",
        N_("Both sides agree in the invoice's currency, but not in the reporting currency."),
        N_("Nothing to correct if both used a right rate; remeasure the claim at the closing rate."),
        settled=True,
    ),
    Code(
        "TOLERANCE",
        N_("The sides differ by no more than the tolerance."),
        N_("Nothing to do now; if it comes again, agree on how to round."),
        settled=True,
    ),
    Code(
        "CUT_OFF",
        N_("The other side lies in another period, at most ten days away: shown as in transit."),
        N_("Nothing to do: it is taken back on the period's next day, when the other side is booked."),
        settled=True,
    ),
    Code(
        "CLASS_MISMATCH",
        N_("The two sides say different kinds of dealing (ic:)."),
        N_("Agree on what it is, and give both postings the same ic:."),
    ),
    Code(
        "SAME_SIGN",
        N_("Both sides book a claim, or both a debt."),
        N_("One side has debit and credit the wrong way round: correct its voucher."),
    ),
    Code(
        "DUPLICATE",
        N_("One side has booked the dealing twice."),
        N_("Book the second voucher back, or give it its own link if it is another dealing."),
    ),
    Code(
        "PARTNER_OUT_OF_SCOPE",
        N_("The partner was not in scope on that day: it counts as an outsider."),
        N_("Nothing to do, unless joined or left in its unit.toml is wrong."),
        settled=True,
    ),
    Code(
        "IC_ACCOUNT_WITHOUT_TAG",
        N_("An account for dealings between units holds postings without a partner."),
        N_('Add partner: "<slug>" and ic: to the postings, or move them to another account.'),
    ),
    Code(
        "TAG_ON_NON_IC_ACCOUNT",
        N_("A balance account that isn't for dealings between units carries a partner."),
        N_("Move the posting to the chart's account for dealings between units, or take partner: away."),
    ),
    Code(
        "VAT_ON_INTERNAL",
        N_("VAT is booked on a dealing between two units of one legal person."),
        N_("Book it without VAT: within one legal person nothing is sold, so there is no VAT and no invoice."),
    ),
    Code(
        "VAT_MISSING",
        N_("A sale between two legal persons stands on an account with VAT, but no VAT is booked."),
        N_("Add output VAT to the seller's voucher and invoice, or move the sale to the account without VAT."),
    ),
    Code(
        "NO_COST_FOR_UNREALISED",
        N_("Goods from another unit are still in stock, but the seller hasn't said what they cost."),
        N_("The seller adds cost: to the income posting of those sales."),
    ),
    Code(
        "STOCK_MISSTATED",
        N_("What is stated of goods from another unit in stock can't be right."),
        N_("Correct the statement of internal stock, or the purchases that it is compared with."),
    ),
    Code(
        "UNIT_ERRORS",
        N_("The other side's book is left out: it has errors, or a rate is missing."),
        N_("Correct what is named of that unit here and by sambok check, then look again."),
    ),
)
#: What rates alone make of a dealing's other sections (FX_DIFF speaks of claims): message ("" = the same), remedy.
BY_RATES = {
    "result": (
        "",
        N_("Nothing to correct if both used a right rate: what the rates make of it stays in the result."),
    ),
    "shared": (
        N_("Both sides agree in the document's currency; in the reporting currency the rates of their days differ."),
        N_("Nothing to correct: what was shared out has its day's rate, what was received the month's average."),
    ),
    "capital": (
        N_("What one side holds in the other was paid in at another rate on each side."),
        N_("Nothing to correct: capital keeps the rate of the day on which it was paid in."),
    ),
    "asset": (
        N_("Both sides agree on the price of the asset in the document's currency, not in the reporting currency."),
        N_("Nothing to correct: the seller's price has the month's average rate, the buyer's asset the closing rate."),
    ),
}
#: What is said where the period before was CUT_OFF, instead of what its own row says.
TAKEN_BACK = N_("The period before has shown this as in transit: taken back, now that it is booked.")
#: What is said where it is central's side of a levy that is CUT_OFF, its month being closed.
LEVY_LATER = N_("Central's month was closed: its side of the levy stands in a later one, and is shown as in transit.")
NOTHING = N_("Nothing to do.")
#: What holds until a dealing's two sides agree: within one legal person, and between two.
BLOCKED = N_("Until then the close is blocked: both units are one legal person.")
DISCLOSED = N_("Until then it is disclosed in the notes.")
CODES = {code.code: code for code in _ALL}
#: Codes after which a command still ends with 0.
SETTLED = frozenset(code.code for code in _ALL if code.settled)
