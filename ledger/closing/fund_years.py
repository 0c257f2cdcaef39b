"""What the assembly decides of the funds once a year: appropriations, the solidarity fund's claims and calls (SPEC 9).

An appropriation moves last year's result to the funds' equity, and is central's alone; what of it was earmarked already
and what is added tells `ledger.funds.book`. What units are supported with and asked for by the solidarity fund is
booked of all units at once, after the year and on a decision that followed it, in the year that is open then; it is
owed until it is paid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledger.books import Unit, Workspace
from ledger.books.write import federation_lock, source_ids
from ledger.closing.fund_checks import check_bank, decision_left, refuse_changed, refuse_faulty, text
from ledger.closing.fund_deeds import Asked, book_dealings, central_of, quoted, spot_of
from ledger.closing.loan_deeds import Done, check_decision
from ledger.closing.problems_funds import FundAppropriation, FundDecisionEarly
from ledger.closing.two_books import Event
from ledger.closing.year_end import brought_forward
from ledger.federation import Federation, load_federation
from ledger.funds import dealings
from ledger.funds.dealings import Deal
from ledger.funds.problems import FundUnknown
from ledger.funds.rows import SOLIDARITY
from ledger.loans.dealings import Accounts, Both
from ledger.provisional.accounts import RoleAccounts
from ledger.rules.rounding import half_away
from ledger.solidarity.fund_year import FundYear
from ledger.solidarity.problems import SolidarityNotBooked, SolidarityNotFinal

ZERO = Decimal(0)
#: What a unit gets of the solidarity fund, is asked for, and pays back: unit, claim, call, paid back.
Transfer = tuple[str, Decimal, Decimal, Decimal]
KINDS = ("claim", "call", "claw-back")


def appropriate(ws: Workspace, moved: Mapping[str, Decimal], asked: Asked) -> Done:
    """The assembly moves last year's result to the funds; negative: from them. Central's book alone.

    Args:
        ws: the workspace.
        moved: by fund: `investment`, `solidarity`.
        asked: the decision, and the day.

    Raises:
        FundAppropriation: nothing is moved, more than a fund has, or by another body than the assembly.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: nothing allows it.
        Problem: why it can't be else; nothing was written.
    """
    central = central_of(ws)
    with federation_lock(ws, [central.slug]):
        federation = load_federation(ws)
        refuse_faulty(federation)
        check_decision(ws, federation.policy, asked.decision, asked.date)
        decision = federation.policy.decisions[asked.decision]
        where: dict[str, Any] = {"file": decision.file, "line": decision.line}
        if not any(moved.values()):
            raise FundAppropriation
        if decision.body != "assembly":
            raise quoted(ws, FundAppropriation(**where, case="body", decision=decision.id, body=decision.body))

        def make(book: Accounts, _: Accounts) -> Both:
            assert isinstance(book, RoleAccounts)
            last = book.chart.role("prior_year_result").code in book.by_code
            result = "prior_year_result" if last else "retained_result"
            said: dict[str, Any] = {"currency": central.currency, "date": asked.date, "decision": asked.decision}
            both = dealings.appropriate(book, moved, result=result, language=ws.language, **said)
            if str(both.book[0].meta["source-id"]) not in source_ids(central):
                _refuse_less(federation, moved, asked.date)
                _refuse_beyond(federation, moved, asked.date)
                decision_left(federation, asked.decision, max(_moved(moved, 1), _moved(moved, -1)))
            return both

        return book_dealings(ws, [Event(central, make)], asked, {"decision": asked.decision})


def book_solidarity(ws: Workspace, year: int, transfers: Sequence[Transfer], asked: Asked) -> Done:
    """Book all claims and calls of a year of the solidarity fund, and what is paid back of earlier support.

    Each unit's claim, call and claw-back of a year is booked once, whatever the day. They are paid later.

    Args:
        ws: the workspace.
        year: the fiscal year, by the calendar year in which it begins.
        transfers: amounts in central's currency; what is 0 isn't booked.
        asked: the decision, and the day.

    Raises:
        FundDecisionEarly: the decision isn't later than the year's last day.
        FundPayment: it is more than what is left of the decision.
        ChainBroken, SealBroken: what was sealed isn't what it was, so the year may not be what was closed.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: nothing allows it.
        Problem: why it can't be else; nothing was written.
    """
    central = central_of(ws)
    with federation_lock(ws, [central.slug, *(slug for slug, *_ in transfers)]):
        federation = load_federation(ws)
        refuse_faulty(federation)
        check_decision(ws, federation.policy, asked.decision, asked.date)
        decision, last = federation.policy.decisions[asked.decision], _last(ws, year)
        if decision.date <= last:
            said: dict[str, Any] = {"decision": decision.id, "date": decision.date, "year": year, "last": last}
            raise quoted(ws, FundDecisionEarly(file=decision.file, line=decision.line, **said))
        refuse_changed(federation)
        decision_left(federation, asked.decision, _unbooked(central, year, transfers))
        events = [event for one in transfers for event in _transfer(federation, year, one, asked)]
        return book_dealings(ws, events, asked, {"year": str(year), "decision": asked.decision})


def settle(ws: Workspace, year: int, slug: str, asked: Asked) -> Done:
    """Pay what is owed of a year of the solidarity fund: to the unit, or by it; claims and calls set off.

    Args:
        ws: the workspace.
        year: the fiscal year that claims and calls are for.
        slug: the unit.
        asked: the day, and the accounts that the money is on.

    Raises:
        FundBank: the money is on no account for money.
        SolidarityNotBooked: nothing of the year is booked of the unit.
        Problem: why it can't be else; nothing was written.
    """
    central, unit = central_of(ws), ws.unit(slug)
    with federation_lock(ws, [central.slug, unit.slug]):
        federation = load_federation(ws)
        refuse_faulty(federation)
        check_bank(federation, central, asked.bank)
        check_bank(federation, unit, asked.unit_bank)
        fund = federation.funds.get(SOLIDARITY)
        if fund is None:
            raise FundUnknown(file=ws.shown(central.main), central=central.slug)
        rows = [r for r in fund.rows if r.unit == slug and r.kind == "owed" and r.date <= asked.date]
        rows = [row for row in rows if row.year == year]
        if not rows and not [r for r in fund.rows if r.unit == slug and r.kind in KINDS and fund.of_year(r) == year]:
            raise SolidarityNotBooked(year=year, slug=slug)
        owed = sum((row.amount for row in rows), ZERO)  # by the unit, where it is above zero
        if not owed:
            return Done({}, "", 0)
        deal = _deals(federation, year, slug, asked)
        event = Event(unit, lambda book, own: dealings.settle(deal(book, own), -owed))
        return book_dealings(ws, [event], asked, {"year": str(year)})


def transfers_of(ws: Workspace, found: FundYear, day: dt.date) -> list[Transfer]:
    """A computed year's claims, calls and claw-backs in central's currency.

    Args:
        ws: the workspace.
        found: the year.
        day: whose spot counts where central's currency isn't the reporting currency.

    Raises:
        SolidarityNotFinal: it isn't closed in all books.
        Problem: a unit's figures aren't known, or a rate.
    """
    for problem in found.problems:
        raise problem
    for slug, months in sorted(found.open_months.items()):
        raise SolidarityNotFinal(year=found.year, slug=slug, months=", ".join(months))
    central = central_of(ws)
    rate = Decimal(1)
    if central.currency != found.currency:
        rate = spot_of(load_federation(ws), central, found.currency, day) or rate

    def own(amount: Decimal) -> Decimal:
        return half_away(amount * rate, central.currency)

    made = []
    for slug in sorted({*found.transfers, *found.returned}):
        net, back = found.transfers.get(slug, ZERO), found.returned.get(slug)
        made.append((slug, own(max(net, ZERO)), own(max(-net, ZERO)), own(back.amount) if back else ZERO))
    return [one for one in made if any(one[1:])]


def _deals(federation: Federation, year: int, slug: str, asked: Asked) -> Callable[[Accounts, Accounts], Deal]:
    """What all events between the solidarity fund and a unit say of a year."""
    ws = federation.workspace
    central = central_of(ws)
    spot = spot_of(federation, ws.unit(slug), central.currency, asked.date)

    def deal(book: Accounts, own: Accounts) -> Deal:
        return Deal(
            case=f"{SOLIDARITY}-{year}",
            book=book,
            unit=own,
            currency=central.currency,
            date=asked.date,
            spot=spot,
            bank=asked.bank,
            unit_bank=asked.unit_bank,
            number=asked.number,
            decision=asked.decision,
            fund=SOLIDARITY,
            year=year,
            language=ws.language,
        )

    return deal


def _transfer(federation: Federation, year: int, one: Transfer, asked: Asked) -> Iterator[Event]:
    slug, claim, called, paid_back = one
    unit, deal = federation.workspace.unit(slug), _deals(federation, year, slug, asked)
    if claim:
        yield Event(unit, lambda book, own: dealings.support(deal(book, own), claim))
    if called:
        yield Event(unit, lambda book, own: dealings.call(deal(book, own), called))
    if paid_back:
        yield Event(unit, lambda book, own: dealings.call(deal(book, own), paid_back, claw_back=True))


def _unbooked(central: Unit, year: int, transfers: Sequence[Transfer]) -> Decimal:
    """What of it central's book doesn't have yet: claims, calls and what is paid back, as decisions are used up."""
    known = source_ids(central)
    parts = ((slug, kind, amount) for slug, *rest in transfers for kind, amount in zip(KINDS, rest, strict=True))
    return sum((amount for slug, kind, amount in parts if dealings.yearly_id(year, kind, slug) not in known), ZERO)


def _last(ws: Workspace, year: int) -> dt.date:
    return ws.fiscal_year(dt.date(year, ws.first_month, 1))[1]


def _moved(moved: Mapping[str, Decimal], sign: int) -> Decimal:
    """What goes to the funds, or from them."""
    return sum((max(sign * amount, ZERO) for amount in moved.values()), ZERO)


def _refuse_beyond(federation: Federation, moved: Mapping[str, Decimal], day: dt.date) -> None:
    """Raise FundAppropriation where more is added than the result brought forward has, less what is earmarked."""
    ws = federation.workspace
    central, first = central_of(ws), ws.fiscal_year(day)[0]
    earmarked = ZERO
    for fund, amount in moved.items():
        book = federation.funds.get(fund)
        years = book.earmarked_by_year(day) if book is not None else {}
        earlier = sum((part for year, part in years.items() if year < first.year), ZERO)
        earmarked += max(min(amount, earlier), ZERO)
    added = sum(moved.values(), ZERO) - earmarked
    left = max(brought_forward(federation.books.units[central.slug], first, day) - earmarked, ZERO)
    if added > left:
        parts: dict[str, Any] = {"asked": text(added, central.currency), "there": text(left, central.currency)}
        raise FundAppropriation(case="surplus", date=day, **parts)


def _refuse_less(federation: Federation, moved: Mapping[str, Decimal], day: dt.date) -> None:
    """Raise FundAppropriation where more is taken from a fund than what stands in it."""
    currency = central_of(federation.workspace).currency
    for fund, amount in moved.items():
        there = federation.funds[fund].equity(day) if fund in federation.funds else ZERO
        if amount < 0 and -amount > there:
            said: dict[str, Any] = {
                "asked": text(-amount, currency),
                "there": text(there, currency),
                "fund": fund,
                "date": day,
            }
            raise FundAppropriation(case="less", **said)
