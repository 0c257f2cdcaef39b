"""A figure and what it is made of, as the page that opens figures shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from flask import request

from ledger.combine.model import ZERO, GroupEntry, GroupPosting
from ledger.combine.reports.names import KINDS
from ledger.messages import N_, translate
from ledger.web.page import Page
from ledger.web.places import DRILL, label_of

#: So many postings stand on a page.
SHOWN = 300


@dataclass(frozen=True)
class Share:
    """A part of a figure: a unit's or a month's; `count` of its postings where it is known."""

    name: str
    link: str
    amount: Decimal
    count: int | None = None


@dataclass(frozen=True)
class Posting:
    """One posting; `link` opens its source, `where` names it. One that doesn't `count` is no part of the figure."""

    date: str
    text: str
    account: str
    amount: Decimal
    where: str
    link: str
    counts: bool = True


@dataclass(frozen=True)
class Figure:
    """A figure and what it is made of: shares, or postings.

    Attributes:
        sums: what stands below the list: names and amounts.
        note: how the list is to be read, where that isn't plain.
        back: the address of the list above this one.
        more: the address of the postings that follow.
        ledger: (account, address) in the unit's own ledger.
        equity: amounts are those of the changes in equity, which are positive there.
    """

    title: str
    names: list[str]
    amount: Decimal
    shares: list[Share]
    postings: Sequence[Posting]
    sums: Sequence[tuple[str, Decimal]] = ()
    note: str = ""
    back: str = ""
    more: str = ""
    ledger: tuple[tuple[str, str], ...] = ()
    equity: bool = False


def start() -> int:
    """Of a long list, the first posting that is asked for."""
    asked = re.fullmatch(r"[0-9]{1,9}", request.args.get("start", ""))
    return int(asked[0]) if asked else 0


def sum_name(page: Page, count: int) -> str:
    """What the sum below a list is called; of one that goes over several pages it is the sum of them all."""
    if count <= SHOWN:
        return page.say(N_("Sum"))
    return page.say(N_("Sum of all {count} postings"), count=count)


def listed(
    page: Page,
    title: str,
    names: list[str],
    postings: Sequence[Posting],
    *,
    total: Decimal | None = None,
    sums: Sequence[tuple[str, Decimal]] = (),
    note: str = "",
) -> Figure:
    """A list of postings, so many at a time.

    Args:
        page: on which it stands.
        title: whose figure it is.
        names: what figure it is.
        postings: all of them.
        total: the figure, which those that count must add up to; None = whatever they add up to.
        sums: what stands below them; without any, the figure does.
        note: how it is to be read.
    """
    found = sum((posting.amount for posting in postings if posting.counts), ZERO)
    assert total in {None, found}, (title, names, total, found)
    at, asked = start(), [(k, v) for k, v in request.args.items(multi=True) if k not in {"start", "partial"}]
    more = f"/{page.ledger.slug}/extension/{DRILL}/?{urlencode([*asked, ('start', str(at + SHOWN))])}"
    return Figure(
        title,
        names,
        found,
        [],
        postings[at : at + SHOWN],
        sums=sums or [(sum_name(page, len(postings)), found)],
        note=note,
        more=more if at + SHOWN < len(postings) else "",
    )


def kind_name(kind: str) -> str:
    """A kind of dealing."""
    return translate(KINDS.get(kind, KINDS["other"]))


def where_text(page: Page, file: str) -> str:
    """A place as a reader knows it: a voucher's file and line, or the rule that made the entry."""
    made = re.match(r"<([\w-]+)>", file)
    return page.say(N_("made by a rule: {name}"), name=made[1]) if made else file


def made_posting(page: Page, entry: GroupEntry, posting: GroupPosting, amount: Decimal | None = None) -> Posting:
    """A posting of an entry that no unit wrote, at the posting which it answers."""
    language = page.look.workspace.language
    place = f"{posting.place.group.label(language)}, {label_of(posting.place.account, language)}"
    return Posting(
        entry.date.isoformat(),
        page.unit_name(posting.unit or None),
        place,
        posting.amount if amount is None else amount,
        where_text(page, posting.source),
        page.source_link(posting.source),
    )
