"""A unit's translated book on one day: at the closing rate, with its difference, and the proof (IAS 21.39, 41).

Assets and liabilities are remeasured to the spot of the day, the difference goes to CTA account by account; the
roll-forward must give the same figure to the last unit.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.combine.flows import JOINED, RETAINED, cta_place, rounding_place
from ledger.combine.mapping import Mapper
from ledger.combine.model import CTA, ZERO, GroupEntry, GroupPosting, Translation
from ledger.combine.scope import Scope
from ledger.combine.translator import Key, Translator
from ledger.rules.rounding import EXACT, half_away, unit_of


@dataclass(frozen=True)
class Standing:
    """A unit's translated book on one day.

    Attributes:
        rates: closing rates by currency.
        remeasured: what each asset and liability is worth more (debit) at closing than as translated.
        net: net assets by currency, in that currency.
        cta: translation difference by currency, rounding rests included; debit positive.
        exact: the same of unrounded amounts.
    """

    rates: dict[str, Decimal]
    remeasured: dict[Key, Decimal]
    net: dict[str, Decimal]
    cta: dict[str, Decimal]
    exact: dict[str, Decimal]

    @property
    def difference(self) -> Decimal:
        """What assets and liabilities were remeasured by, debit positive on CTA."""
        return -sum(self.remeasured.values(), ZERO)

    def translation(self, base: str) -> Decimal:
        """The translation difference, rounded once for each currency: what CTA's translation account shows."""
        return sum((half_away(amount, base) for amount in self.exact.values()), ZERO)


def standing(translator: Translator, day: dt.date) -> Standing:
    """Remeasure assets and liabilities to the spot of `day`.

    Raises:
        MissingRate: there is a balance in a currency that has no spot on that day.
    """
    rates: dict[str, Decimal] = {}
    remeasured: dict[Key, Decimal] = {}
    net: dict[str, Decimal] = defaultdict(Decimal)
    cta: dict[str, Decimal] = defaultdict(Decimal)
    exact: dict[str, Decimal] = defaultdict(Decimal)
    base = translator.rates.base
    for key, own in sorted(translator.own.items()):
        account, currency = key
        if currency == base:
            continue
        done = translator.done[key]
        if translator.mapper.at(account).group.root in {"Assets", "Liabilities"}:
            if own and currency not in rates:
                rates[currency] = translator.rates.spot(currency, day)
            with localcontext(EXACT):
                closing = own * rates[currency] if own else ZERO
                worth = half_away(closing, base)
                exact[currency] -= closing - translator.unrounded[key]
            if worth != done:
                remeasured[key] = worth - done
            net[currency] += own
            done = worth
        cta[currency] -= done
    return Standing(rates, remeasured, dict(net), dict(cta), dict(exact))


def difference_entries(mapper: Mapper, day: dt.date, closing: Standing, base: str) -> list[GroupEntry]:
    """What assets and liabilities are remeasured by, account by account, against CTA; its rounding stands apart."""
    unit = mapper.unit
    place = cta_place(unit.code)
    found = [
        GroupEntry(
            date=day,
            column=CTA,
            kind="translation",
            key=account,
            units=(unit.slug,),
            postings=(
                GroupPosting(mapper.at(account), unit.slug, amount),
                GroupPosting(place, CTA, -amount),
            ),
        )
        for (account, _), amount in closing.remeasured.items()
    ]
    rounding = closing.difference - closing.translation(base)
    if rounding:
        postings = (GroupPosting(place, CTA, -rounding), GroupPosting(rounding_place(unit.code), CTA, rounding))
        found.append(GroupEntry(day, CTA, "translation", "rounding", (unit.slug,), postings))
    return found


def before_joining(mapper: Mapper, joined: dt.date, then: Standing, scope: Scope, base: str) -> GroupEntry:
    """A difference from before a unit joined is part of what it brought."""
    unit = mapper.unit
    target = JOINED if joined >= scope.date_from else RETAINED
    amount, translation = then.difference, then.translation(base)
    postings = (
        GroupPosting(target, unit.slug, amount),
        GroupPosting(cta_place(unit.code), CTA, -translation),
        GroupPosting(rounding_place(unit.code), CTA, translation - amount),
    )
    day = max(joined, scope.date_from)
    return GroupEntry(day, CTA, "joined", unit.slug, (unit.slug,), tuple(p for p in postings if p.amount))


def roll_forward(
    translator: Translator, start: dt.date, opening: Standing, closing: Standing
) -> tuple[Translation, ...]:
    """The roll-forward of each currency, and that it meets what was posted."""
    base = translator.rates.base
    found = []
    for currency in sorted(closing.cta):
        before = opening.net.get(currency, ZERO)
        with localcontext(EXACT):
            end = closing.rates.get(currency)
            if end is None:  # nothing stands in this currency: every flow has gone out again
                end = ZERO
            expected = before * (end - opening.rates.get(currency, ZERO))
            expected += sum(
                (m.amount * (end - m.rate) for m in translator.moves if m.currency == currency and m.date >= start),
                ZERO,
            )
            # rounded like what is posted: to date, so that periods add up
            stood = opening.exact.get(currency, ZERO)
            told = half_away(stood, base)
            proof = half_away(stood - expected, base) - told
        posted = half_away(closing.exact.get(currency, ZERO), base) - told
        rounding = closing.cta[currency] - opening.cta.get(currency, ZERO) - posted
        bound = unit_of(base) * (translator.postings + 2 * len(translator.own) + 2)
        slug = translator.mapper.unit.slug
        assert posted == proof, (slug, currency, posted, proof)
        assert abs(rounding) <= bound + translator.slack, (slug, currency, rounding)
        stood_by = -sum((amount for (_, c), amount in opening.remeasured.items() if c == currency), ZERO)
        found.append(Translation(slug, currency, before, posted, proof, rounding, stood_by))
    return tuple(found)
