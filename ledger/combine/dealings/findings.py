"""Entries of the unmatched list, and what no partner explains (SPEC 10, error codes)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.books import Workspace
from ledger.books.summary import weight
from ledger.combine.codes import BY_RATES, CODES
from ledger.combine.dealings.items import Item
from ledger.combine.flows import Part
from ledger.combine.model import ZERO, Side, Unmatched
from ledger.messages import N_
from ledger.rules.dealings import KINDS, nearest

ELSEWHERE = N_("The other side is in another period, and booked too far from this one: on {date}, at {place}.")
#: What keeps a posting out of its dealing, and what then is said of the dealing.
FAULTS = frozenset({"MISSING_PARTNER", "UNKNOWN_PARTNER", "SELF_PARTNER", "TAG_ON_NON_IC_ACCOUNT"})
FOLLOWS = frozenset({"ONE_SIDED", "AMOUNT_DIFF", "TOLERANCE", "SAME_SIGN", "DUPLICATE"})
#: The class of a dealing that names none.
OTHER = "other"


def finding(
    code: str,
    kind: str | None,
    units: Iterable[str],
    amount: tuple[Decimal, str],
    sources: Iterable[str],
    key: str,
    *,
    by: str = "",
) -> Unmatched:
    """An entry of the unmatched list; its amount without sign. `by`: the unit that has booked it, where that is one."""
    known = CODES[code]
    return Unmatched(
        code=code,
        kind=kind or OTHER,
        units=tuple(dict.fromkeys(units)),
        amount=abs(amount[0]),
        currency=amount[1],
        sources=tuple(dict.fromkeys(sources)),
        key=key,
        message=known.message,
        remedy_id=known.remedy,
        sides=(Side(by, *amount),) if by else (),
    )


def sides_of(units: Iterable[str], items: Sequence[Item], currency: str) -> tuple[Side, ...]:
    """What each of the units has of a dealing's postings, those that have none among them.

    Args:
        units: slugs.
        items: the postings that a finding is about.
        currency: the reporting currency.
    """
    known = {i.currency for i in items}
    nothing = min(known) if len(known) == 1 else currency
    found = []
    for unit in units:
        own = [i for i in items if i.unit == unit]
        worth = sum((i.amount for i in own), ZERO)
        its = {i.currency for i in own}
        if len(its) == 1:
            found.append(Side(unit, sum((i.document_amount for i in own), ZERO), its.pop(), worth))
        else:
            found.append(Side(unit, worth, currency if own else nothing, worth))
    return tuple(found)


def misspelt(words: Iterable[str], said: Unmatched) -> Unmatched:
    """A finding about kinds of dealing that nobody knows, with those that were meant."""
    params = {"known": ", ".join(KINDS)}
    for word in sorted(set(words)):
        near = nearest(word, KINDS)
        if near:
            params |= {"word": word, "nearest": near}
            break
    hint = N_('It says "{word}": did you mean {nearest}?') if "nearest" in params else ""
    return replace(said, hint=hint, params=tuple(params.items()))


def causes_first(findings: Sequence[Unmatched]) -> list[Unmatched]:
    """The findings, one for a dealing whose tags are wrong: what follows from them is no finding of its own.

    A posting that takes part in nothing is missing on its side: that the dealing has one side, or two that differ, is
    the consequence. The cause takes its units, its amount (what doesn't meet), its places and what is left. Where both
    sides have the same fault under one link, it is one finding, too.

    Args:
        findings: the unmatched list, in any order.
    """
    by_key: dict[str, list[Unmatched]] = defaultdict(list)
    for said in findings:
        by_key[said.key].append(said)
    found = []
    for key in sorted(by_key):
        of_key = sorted(by_key[key], key=lambda f: (f.code, f.units, f.kind, f.sources))
        causes = _together([f for f in of_key if f.code in FAULTS and not f.rests])
        others = [f for f in of_key if f.code not in FAULTS or f.rests]
        for cause in causes:
            follows = [f for f in others if f.code in FOLLOWS and _same_dealing(cause, f)]
            if len(follows) == 1:
                others = [f for f in others if f is not follows[0]]
                cause = _joined(cause, follows[0])  # noqa: PLW2901  the same finding, with more to it
            found.append(cause)
        found += others
    return found


def _same_dealing(cause: Unmatched, other: Unmatched) -> bool:
    """Whether a dealing that doesn't meet is the one that has the fault."""
    named = set(cause.units) & set(other.units)
    return named == set(other.units) or (cause.code != "TAG_ON_NON_IC_ACCOUNT" and cause.units[0] in named)


def _joined(cause: Unmatched, other: Unmatched) -> Unmatched:
    """A fault with what follows from it."""
    return replace(
        cause,
        units=tuple(dict.fromkeys((*cause.units, *other.units))),
        amount=other.amount,
        currency=other.currency,
        sources=tuple(dict.fromkeys((*cause.sources, *other.sources))),
        rests=other.rests,
        sides=other.sides,
    )


def _together(faults: Sequence[Unmatched]) -> list[Unmatched]:
    """Of a link whose two sides have the same fault, one finding."""
    found = []
    for code in sorted({f.code for f in faults}):
        same = [f for f in faults if f.code == code]
        units = {unit for f in same for unit in f.units}
        if len(same) != 2 or len(units) != 2 or same[0].units[0] == same[1].units[0]:
            found += same
            continue
        one, other = same
        sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
        found.append(
            replace(
                one, units=tuple(sorted(units)), sources=sources, sides=tuple(dict.fromkeys((*one.sides, *other.sides)))
            )
        )
    return found


def by_rates(said: Unmatched, section: str, shown: Iterable[Item]) -> Unmatched:
    """A difference of rates, in the words of what it is about: claims have those of the code itself."""
    roots = {i.place.group.root for i in shown}
    about = section
    if "Equity" in roots:
        about = "capital" if section == "balance" else "shared"
    message, remedy = BY_RATES.get(about, ("", said.remedy_id))
    return replace(said, message=message or said.message, remedy_id=remedy)


def elsewhere(said: Unmatched, shown: Sequence[Item], known: Iterable[Item]) -> Unmatched:
    """A finding of which only one side lies in the period, with the place of the other, where it is booked.

    Args:
        said: the finding.
        shown: the postings of the period that show it.
        known: all postings of the dealing, whenever they are.
    """
    units, sections = {i.unit for i in shown}, {i.section for i in shown}
    others = sorted((i for i in known if i.unit not in units and i.section in sections), key=lambda i: i.key)
    if len(units) != 1 or not others:
        return said
    params = (*said.params, ("date", others[-1].date.isoformat()), ("place", others[-1].source))
    sources = tuple(dict.fromkeys((*said.sources, *(i.source for i in others))))
    return replace(said, sources=sources, hint=ELSEWHERE, params=params)


def untagged(part: Part, ws: Workspace, wanted: Collection[str]) -> list[Unmatched]:
    """Balances of the chart's accounts for dealings between units that no partner explains, one finding an account.

    Args:
        part: the unit.
        ws: the workspace.
        wanted: accounts with such a balance.
    """
    if not wanted:
        return []
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in part.source.transactions():
        for posting in entry.postings:
            meta = posting.meta or {}
            if posting.account not in wanted or "partner" in meta or "ic" in meta:
                continue
            if part.assign(posting.account, entry.date) is None:
                continue
            number, currency = weight(posting)
            totals[posting.account, currency] += number
            at = {**entry.meta, **meta}
            places[posting.account, currency].append(f"{ws.shown(at['filename'])}:{at['lineno']}")
    slug = part.unit.slug
    return [
        finding("IC_ACCOUNT_WITHOUT_TAG", None, (slug,), (amount, key[1]), places[key][:10], key[0], by=slug)
        for key, amount in sorted(totals.items())
        if amount
    ]
