"""What the federation's own funds wait for: applications to decide on, cases to look at, a year to book (SPEC 9).

An application waits for central, with what it lacks for the unit that wrote it. A case on watch or in default waits for
both. A year of the solidarity fund that is closed in every book waits for the assembly until it is booked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from ledger.federation import Federation
from ledger.funds.applications import applications, open_applications
from ledger.messages import N_, say
from ledger.reports.fund import COVENANTS, STATES, fund_statement
from ledger.reports.fund_cases import CaseLine
from ledger.reports.levy import in_full
from ledger.reports.task import Task
from ledger.solidarity.fund_year import FundYear, fund_year


def fund_tasks(federation: Federation, unit: str | None = None, *, today: dt.date) -> tuple[Task, ...]:
    """The funds' tasks.

    Args:
        federation: as it stands.
        unit: whose list it is for (slug); None = the federation's, each thing once.
        today: what is late is late on this day.
    """
    central = federation.workspace.central
    if central is None:
        return ()
    found = [*_applications(federation, central.slug, today), *_cases(federation, central.slug, unit, today)]
    found += _years(federation, central.slug, today)
    return tuple(task for task in found if unit is None or task.unit == unit)


def _applications(federation: Federation, central: str, today: dt.date) -> Iterator[Task]:
    funds = federation.policy.funds
    decided = {*funds.agreements, *(entry.case for entry in funds.states)}
    currency = federation.workspace.units[central].currency
    for one in open_applications(applications(federation.books), decided, today):
        slug = one.unit if one.lacks else central
        text = N_("{case_name}: {unit} asks for {amount} {currency}; board or assembly decide.")
        if one.lacks:
            text = N_("{case_name}: the application lacks {keys}.")
        said = {
            "unit": one.unit,
            "amount": in_full(one.amount, currency),
            "currency": currency,
            "keys": ", ".join(one.lacks),
        }
        yield Task(
            kind="fund",
            unit=slug,
            text=say(text, case_name=one.case, **said),
            where=f"{one.file}:{one.line}",
            command=f"sambok fund case {one.case}",
            page=f"/{slug}/extension/InvestmentFund/",
            date=one.date,
            amount=(one.amount, currency),
        )


def _cases(federation: Federation, central: str, unit: str | None, today: dt.date) -> Iterator[Task]:
    if not federation.policy.funds.agreements:
        return
    found = fund_statement(federation, federation.workspace.fiscal_year(today)[0], today)
    for line in found.cases if found is not None else ():
        if line.state in {"watch", "default"}:
            yield _case(line, central, found.currency if found is not None else "")
            if unit == line.case.unit:
                yield _case(line, unit, found.currency if found is not None else "")


def _case(line: CaseLine, slug: str, currency: str) -> Task:
    """A case that asks for somebody, with what is broken."""
    kept = N_("not kept: {promise}")
    broken = [say(kept, promise=say(COVENANTS[one.name])) for one in line.promises if not one.met]
    if line.late.amount:
        text = N_("{amount} {currency} late since {day}")
        broken.append(say(text, amount=in_full(line.late.amount, currency), currency=currency, day=line.late.since))
    text = N_("{case_name}, {unit}: {state}. {broken}")
    said = {"unit": line.case.unit, "state": say(STATES[line.state]), "broken": "; ".join(broken)}
    return Task(
        kind="fund",
        unit=slug,
        text=say(text, case_name=line.case.name, **said).rstrip(),
        command=f"sambok fund case {line.case.name}",
        page=f"/{slug}/extension/InvestmentFund/",
        date=line.late.since,
        amount=(line.late.amount, currency) if line.late.amount else None,
    )


def _years(federation: Federation, central: str, today: dt.date) -> Iterator[Task]:
    """The last year that is over, where it is closed, gives or takes something, and isn't booked."""
    ws = federation.workspace
    year = ws.fiscal_year(ws.fiscal_year(today)[0] - dt.timedelta(days=1))[0].year
    known = any(levy.year(year) for levy in federation.run.statements.values())
    if not federation.funds or not federation.books.closed.get(central) or not known:
        return
    found = fund_year(federation.books, federation.policy, federation.run, year)
    if found.final and _differs(found):
        text = N_("Solidarity fund {year}: all books are closed. The assembly decides, then it is booked.")
        yield Task(
            kind="fund",
            unit=central,
            text=say(text, year=year),
            command=f"sambok solidarity compute --year {year}",
            page=f"/{central}/extension/Solidarity/?{urlencode({'year': year})}",
        )


def _differs(found: FundYear) -> bool:
    """Whether something is to be paid or called that isn't booked."""
    return any(amount != found.booked.get(slug, 0) for slug, amount in found.transfers.items())
