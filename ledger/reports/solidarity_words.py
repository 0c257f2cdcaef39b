"""Every figure of a solidarity fund's year in words (SPEC 9).

Nothing is worked out here: the computation's own steps are told, so that whoever reads a sentence can take its figures
and do the sum again.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ledger.messages import N_, say
from ledger.reports.levy import in_full, percent
from ledger.rules.rounding import half_away
from ledger.rules.solidarity.compute import Step
from ledger.rules.solidarity.conditions import Refusal
from ledger.solidarity.fund_year import FundYear

ZERO = Decimal(0)
REFUSED = {
    "waiting": N_("It has been a member for {has} months; {limit} are needed, so it takes no part without a decision."),
    "supported": N_("It was supported in {has} of the years that count, and {limit} is the most: it gets nothing."),
    "lifetime": N_("It has got {has} altogether, and {limit} is the most: it gets nothing more."),
    "not-member": N_("It is no member on the last day of the year."),
}
EXCEPTED = N_("A decision makes an exception for this year.")
BINDS = {
    "need": N_("{cover} of the need"),
    "turnover": N_("{cap} of turnover"),
    "fund": N_("{share} of the fund"),
    "conditions": N_("what the conditions of support leave"),
}
POSITION = {
    "below-floor": N_("below the floor"),
    "within": N_("between floor and target"),
    "above-target": N_("above the target"),
    "above-ceiling": N_("above the ceiling"),
    "no-turnover": N_("there is no turnover to measure it by"),
}


def sentences(found: FundYear, slug: str) -> list[str]:
    """How a unit's claim or call came about, step by step."""
    currency, step = found.currency, found.computed.by_unit.get(slug)
    told = [_refusal(one, currency) for one in found.standings[slug].refusals]
    if step is None:
        return told
    if found.pooled is not None:
        return [*told, _pooling(found, slug)]
    told += _deficit(found, step) if found.units[slug].result < 0 else _surplus(found, step)
    back = found.returned.get(slug)
    if back is not None:
        text = N_("Of support that it got on condition it pays back {amount}: at most {rate} of its surplus.")
        told.append(say(text, amount=in_full(back.amount, currency), rate=percent(found.terms.claw_back_rate)))
    return told


def _refusal(one: Refusal, currency: str) -> str:
    """A condition that the unit doesn't meet."""
    amounts = one.reason == "lifetime"
    has, limit = ((in_full(a, currency) if amounts else f"{a.normalize():f}") for a in (one.has, one.limit))
    text = say(REFUSED[one.reason], has=has, limit=limit)
    return f"{text} {say(EXCEPTED)}" if one.excepted else text


def _pooling(found: FundYear, slug: str) -> str:
    assert found.pooled is not None
    one = next(one for one in found.pooled.transfers if one.unit == slug)
    text = N_(
        "{pooled} of every result is pooled. Its part of the pool by turnover is {got}, it puts in {given}: {amount}."
    )
    part = one.part * Fraction(found.pooled.total)
    share = Fraction(found.terms.pooled)
    return say(
        text,
        pooled=percent(found.terms.pooled),
        got=in_full(_rounded(part * share, found.currency), found.currency),
        given=in_full(half_away(found.terms.pooled * one.result, found.currency), found.currency),
        amount=in_full(one.amount, found.currency),
    )


def _rounded(part: Fraction, currency: str) -> Decimal:
    return half_away(Decimal(part.numerator) / Decimal(part.denominator), currency)


def _deficit(found: FundYear, step: Step) -> list[str]:
    """A unit whose year ended below zero."""
    currency, terms = found.currency, found.terms

    def text(amount: Decimal) -> str:
        return in_full(amount, currency)

    bears = N_(
        "Deficit {deficit}. It bears {part} of its turnover itself, {deductible}, and what it has saved beyond {free} "
        "of turnover, {kept}."
    )
    told = [
        say(
            bears,
            deficit=text(-step.result),
            part=percent(terms.deductible),
            deductible=text(step.deductible),
            free=percent(terms.free),
            kept=text(step.kept),
        )
    ]
    if not step.need:
        return [*told, say(N_("That covers the deficit: nothing is needed."))]
    limits = N_(
        "Need {need}. It gets the smallest of {cover} of the need, {by_need}; {cap} of turnover, {by_turnover}; and "
        "{share} of the fund, {by_fund}."
    )
    shares = {"cover": percent(terms.cover), "cap": percent(terms.cap), "share": percent(terms.share)}
    told.append(
        say(
            limits,
            need=text(step.need),
            by_need=text(step.limit_need),
            by_turnover=text(step.limit_turnover),
            by_fund=text(step.limit_fund),
            **shares,
        )
    )
    if step.limit_conditions is not None:
        told.append(say(N_("The conditions of support leave at most {amount}."), amount=text(step.limit_conditions)))
    assert step.binds is not None
    decides = say(BINDS[step.binds], **shares)
    told.append(say(N_("{what} decides: {claim}."), what=decides, claim=text(step.claim_before_scaling)))
    if step.claim != step.claim_before_scaling:
        cut = N_("Fund and calls together don't hold all claims, so all are cut alike: it gets {claim}.")
        told.append(say(cut, claim=text(step.claim)))
    return told


def _surplus(found: FundYear, step: Step) -> list[str]:
    """A unit that others may call on."""
    currency = found.currency
    if not found.computed.shortfall:
        return [
            say(
                N_("Surplus {result}. The fund holds all claims: nothing is called."),
                result=in_full(step.result, currency),
            )
        ]
    text = N_(
        "Surplus {result}. The fund lacks {shortfall}; units with a surplus share it in proportion, each at most "
        "{part} of its surplus, {cap}. It is called for {call}."
    )
    return [
        say(
            text,
            result=in_full(step.result, currency),
            shortfall=in_full(found.computed.shortfall, currency),
            part=percent(found.terms.call),
            cap=in_full(step.call_cap, currency),
            call=in_full(step.call, currency),
        )
    ]


def open_sentence(found: FundYear) -> str:
    """What keeps a year from being final; nothing where it is."""
    if found.final:
        return ""
    if not found.open_months:  # a book with errors has none, and is told by name
        units = ", ".join(problem.unit or "" for problem in found.problems)
        return say(N_("Not final: the year of {units} is not known."), units=units)
    text = N_("Not final: {count} months of {units} books are open. So it would be if the year ended now.")
    months = sum(len(one) for one in found.open_months.values())
    return say(text, count=months, units=len(found.open_months))


def fund_sentence(found: FundYear) -> str:
    """The fund before and after what the year moved."""
    currency = found.currency
    back = sum((one.amount for one in found.returned.values()), ZERO)
    said = {
        "opening": found.computed.fund_open,
        "claims": sum((amount for amount in found.transfers.values() if amount > 0), ZERO),
        "called": found.computed.called,
        "back": back,
        "closing": found.computed.fund_close + back,
    }
    told = {key: in_full(half_away(amount, currency), currency) for key, amount in said.items()}
    text = N_("Fund before claims {opening}; claims {claims}; called {called}; fund after {closing}.")
    with_back = N_(
        "Fund before claims {opening}; claims {claims}; called {called}; paid back {back}; fund after {closing}."
    )
    return say(with_back if back else text, **told)


def band_sentence(found: FundYear) -> str:
    """Where the fund stands in its band, and what next year's components should be."""
    band, currency = found.band, found.currency
    text = N_(
        "After this year the fund has {fund}: {position} (floor {floor}, target {target}, ceiling {ceiling}). Proposed "
        "for next year: solidarity {solidarity}, service {service}."
    )
    told = say(
        text,
        fund=in_full(band.fund, currency),
        position=say(POSITION[band.position]),
        floor=in_full(half_away(band.floor, currency), currency),
        target=in_full(half_away(band.target, currency), currency),
        ceiling=in_full(half_away(band.ceiling, currency), currency),
        solidarity=percent(band.next_solidarity),
        service=percent(band.next_service),
    )
    if band.excess:
        more = N_("{amount} is above the ceiling and may go to the investment fund by decision.")
        told += " " + say(more, amount=in_full(band.excess, currency))
    return told
