"""What a figure of the pair matrix is made of: exactly the postings that were counted into it, or taken off it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ledger.combine.dealings.items import Item
from ledger.combine.dealings.matrix import PairRow, pair_matrix
from ledger.combine.model import ADJ, ELIM, ZERO
from ledger.messages import N_, translate
from ledger.web.drilled import Figure, Posting, kind_name, listed, made_posting, where_text
from ledger.web.page import Page
from ledger.web.places import label_of
from ledger.web.words_group import PSEUDO_NAMES

#: `unit=` of both books and what was adjusted.
BOTH = "both"
SECTIONS = {"balance": N_("claims and debts"), "result": N_("income and costs")}


def dealings_figure(page: Page, pair: tuple[str, ...], kind: str, section: str, unit: str) -> Figure | None:
    """A figure of a row of the pair matrix.

    Args:
        page: on which it stands.
        pair: slugs of the two units.
        kind: class of the dealings.
        section: "balance" or "result".
        unit: whose postings: a slug, ADJ, `both`; "" = what was eliminated.
    """
    rows = pair_matrix(page.combined)
    row = next((row for row in rows if (row.units, row.kind, row.section) == (pair, kind, section)), None)
    if row is None or unit not in {"", ADJ, BOTH, *pair}:
        return None
    names = [kind_name(kind), translate(SECTIONS[section]), " – ".join(page.unit_name(slug) for slug in pair)]
    if not unit:
        return _eliminated(page, row, names)
    items = page.combined.counted[row.units, kind, section]
    if unit == BOTH:
        return listed(page, page.say(N_("Both")), names, _postings(page, items, named=True), total=row.unmatched)
    if unit == ADJ:
        chosen = [item for item in items if item.column == ADJ]
        title = translate(PSEUDO_NAMES[ADJ])
        return listed(page, title, names, _postings(page, chosen, named=True), total=row.adjusted)
    chosen = [item for item in items if item.unit == unit and item.column != ADJ]
    total = row.one if unit == pair[0] else row.other
    return listed(page, page.unit_name(unit), names, _postings(page, chosen), total=total)


def _eliminated(page: Page, row: PairRow, names: list[str]) -> Figure | None:
    """What was taken off the first unit's books, and what the second one's gave up for it: as much."""
    postings: list[Posting] = []
    sums = dict.fromkeys(row.units, ZERO)
    for entry in page.combined.entries:
        if entry.column == ELIM and set(entry.units) == set(row.units) and not entry.seller:
            for posting in entry.postings if (entry.kind, entry.section) == (row.kind, row.section) else ():
                sums[posting.unit] -= posting.amount
                made = made_posting(page, entry, posting, -posting.amount)
                postings.append(replace(made, counts=posting.unit == row.units[0]))
    one, other = row.units
    assert sums[one] == row.eliminated == -sums[other], row
    postings.sort(key=lambda posting: posting.date)
    below = [(page.say(N_("Sum, {unit}"), unit=page.unit_name(slug)), sums[slug]) for slug in row.units]
    note = page.say(N_("What was taken off each book. The figure is the first unit's; the other gives up as much."))
    title = translate(PSEUDO_NAMES[ELIM])
    return listed(page, title, names, postings, total=row.eliminated, sums=below, note=note) if postings else None


def _postings(page: Page, items: Iterable[Item], *, named: bool = False) -> list[Posting]:
    """The postings by date; `named`: with the unit before the text."""
    chosen = sorted(items, key=lambda item: item.key)
    texts = {
        slug: _texts(page, slug, {i.source for i in chosen if i.unit == slug}) for slug in {i.unit for i in chosen}
    }
    return [_posting(page, item, texts[item.unit].get(item.source, ""), named=named) for item in chosen]


def _posting(page: Page, item: Item, text: str, *, named: bool) -> Posting:
    language = page.look.workspace.language
    place = f"{item.place.group.label(language)}, {label_of(item.place.account, language)}"
    text = text or item.document or " ".join(item.links)
    if named:
        text = ": ".join(filter(None, (page.unit_name(item.unit), text)))
    where, link = where_text(page, item.source), page.source_link(item.source)
    return Posting(item.date.isoformat(), text, place, item.amount, where, link)


def _texts(page: Page, slug: str, wanted: set[str]) -> dict[str, str]:
    """Texts of a unit's vouchers by the places of their postings; masked where they may name a person."""
    part, found = page.combined.parts[slug], {}
    for entry in part.source.transactions():
        places = {_place(page, {**entry.meta, **(posting.meta or {})}) for posting in entry.postings}
        for place in places & wanted:
            masked = any(part.mapper.is_in("masked", posting.account) for posting in entry.postings)
            text = " · ".join(filter(None, (entry.payee, entry.narration)))
            found[place] = page.say(N_("Text left out: it may name a person")) if masked else text
    return found


def _place(page: Page, meta: dict[str, object]) -> str:
    return f"{page.look.workspace.shown(str(meta['filename']))}:{meta['lineno']}"
