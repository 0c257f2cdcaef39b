"""What keeps an owned unit from being worked out against its owners' cost."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class OwnershipNoCost(Problem):
    """An owner that hasn't booked what it paid."""

    code = "OWNERSHIP_NO_COST"
    message = N_("{owner} owns {slug}, but has booked no cost of it for {date}.")
    remedy = N_(
        'Book it on the account for participations, with partner: "{slug}" and ic: "capital" on the posting. If {owner}'
        " founded it later than that, say since when there is such a unit, in its unit.toml: joined = 2026-01-01."
    )


class OwnershipStepEarlier(Problem):
    """A share that changed before the owner's book begins: its opening balance has all cost in one."""

    code = "OWNERSHIP_STEP_EARLIER"
    message = N_("{owner} changed its share of {slug} on {date}, but its book begins later: the price isn't there.")
    remedy = N_(
        "Leave that table out: give the one before it the share that {owner} had when its book began, and net_assets so"
        " that the booked cost less that share of them is the goodwill of the acquisition."
    )


class OwnershipNoEquity(Problem):
    """A unit that was bought before its book begins."""

    code = "OWNERSHIP_NO_EQUITY"
    message = N_("{slug} was bought on {date}, but its book begins no earlier: what was bought isn't there.")
    remedy = N_(
        "Date its opening balance the day before. If its book begins later, say in [[owner]] what it had then:"
        ' net_assets = "1000.00". If its owner founded it, leave since out, and say joined, its first day.'
    )


class OwnershipCapital(Problem):
    """A founded unit whose capital isn't what its owners paid."""

    code = "OWNERSHIP_CAPITAL"
    message = N_(
        "The owners of {slug} have booked {cost} {currency} as its cost, but their part of its capital is {capital}."
    )
    remedy = N_(
        "If they bought it, say since when: since = 2026-01-01. If they founded it, book in both books what was paid"
        ' in; on other accounts than share capital with partner: and ic: "capital".'
    )


class GoodwillImpairment(Problem):
    """A write-down of goodwill that isn't there."""

    code = "GOODWILL_IMPAIRMENT"
    message = N_(
        "{amount} {currency} of goodwill of {slug} are written down on {date}, but {left} {currency} are left."
    )
    remedy = N_("Correct the amount, the date or the unit; goodwill that is amortised away can't be written down.")


class OwnershipGain(Problem):
    """A part sold, with a gain that can't be told from what else the voucher has."""

    code = "OWNERSHIP_GAIN"
    message = N_("{owner} sold a part of {slug} on {date}, and its voucher doesn't say what of it is the gain.")
    remedy = N_(
        'Give the gain or loss partner: "{slug}" and ic: "capital", too: it is no income of the group while it keeps'
        " control, but part of the price."
    )


class OwnershipNetAssets(Problem):
    """Net assets that are stated of a unit whose book has them."""

    code = "OWNERSHIP_NET_ASSETS"
    message = N_("net_assets is stated of {slug}, but its book begins before {since} and says itself what was bought.")
    remedy = N_("Take net_assets out of its unit.toml; if the figure is right, correct the book or since.")


class OwnershipSaleLate(Problem):
    """A sale that is booked after the unit has left."""

    code = "OWNERSHIP_SALE_LATE"
    message = N_("{slug} left on {left}, but {owner} has booked its sale on {date}.")
    remedy = N_("Set left in its unit.toml to {date}, or book the sale on the day on which control ended: {left}.")


class OwnershipNoSale(Problem):
    """A unit that has left without anything being booked for it."""

    code = "OWNERSHIP_NO_SALE"
    message = N_("{slug} left on {left}, but no owner has booked what it got for it.")
    remedy = N_(
        'Book the sale on {left} or before: the participations in credit, with partner: "{slug}" and ic: "capital".'
    )
