"""Reading the finance head's adjustments: who made each, why, who stands behind it, and whose it is (SPEC 10).

An adjustment is a transaction of `units/adjustments/*.beancount` on the group's own accounts, `<Root>:<Line>:<NNNN>-
<Name>`, in the reporting currency:

    2026-12-31 * "Levy of December" ^ic-repris-12
      author: "anna"
      reason: "December's levy isn't booked yet"
      approver: "bo"                    ; or  decision: "FS-2026-12-20-§3"
      reverses: 2027-01-01
      Expenses:OtherExternalCosts:6430-Levy        5000.00 SEK
        unit: "repris"
        partner: "gemensamt"
        ic: "levy"
      Liabilities:InternalPayables:2861-Levy      -5000.00 SEK
        unit: "repris"
        partner: "gemensamt"
        ic: "levy"

Two people stand behind it: its author, and a decision or somebody else who has approved it. `unit:` or `level:`, on the
transaction or a posting, says whose figures it belongs to; without either it is the federation's alone. With `unit:`,
`partner:` and `ic:` a posting stands for what that unit should have booked. An adjustment that says something wrong
counts for nothing, and the run is incomplete; the others stand.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Books, Unit, Workspace
from ledger.charts import Chart, line, lines, load_chart
from ledger.combine.adjusting import problems as found
from ledger.combine.adjusting.adjustment import AdjustedPosting, Adjustment, Adjustments, Owner
from ledger.combine.dealings.items import ASSET
from ledger.combine.levels import find_level, name_of
from ledger.combine.model import ZERO, Place
from ledger.combine.problems import LevelAmbiguous, LevelUnknown
from ledger.errors import Problem, order
from ledger.memo import memo_of
from ledger.policy import read_policy
from ledger.rules.dealings import KINDS, is_shared_out
from ledger.rules.rounding import half_away

#: Metadata of an adjustment and of its postings; `note` and `text` are free.
ENTRY_KEYS = ("author", "reason", "decision", "approver", "reverses", "level", "unit", "document", "note", "text")
POSTING_KEYS = ("unit", "level", "partner", "ic", "document", "note", "text")
OWN_KEYS = frozenset({"filename", "lineno"})
LABEL = re.compile(r"([0-9]{2,8})-.+")
EXAMPLE = "Expenses:OtherExternalCosts:6430-Levy"
#: Lines to which no chart leads, with the case of AdjustmentMade and a line to use instead (`charts/lines.toml`).
MADE = {
    "CTA": ("rates", "Equity:OtherFreeEquity"),
    "Joined": ("", "Equity:OtherFreeEquity"),
    "Left": ("", "Equity:OtherFreeEquity"),
    "Goodwill": ("owned", "Assets:IntangibleAssets"),
    "NonControllingInterest": ("owned", "Assets:IntangibleAssets"),
}


def read_adjustments(books: Books) -> Adjustments:
    """Read all adjustments; it never raises.

    Args:
        books: all books of the workspace, with policy and adjustments.
    """
    if not books.adjustments.entries and not books.adjustments.problems:
        return Adjustments()
    return memo_of(books.workspace.root).get("adjustments", lambda: _Reader(books).run(), same=(books,))


class _Reader:
    def __init__(self, books: Books) -> None:
        self.ws: Workspace = books.workspace
        self.text = books.adjustments
        self.decisions = sorted(read_policy(books.central_text, self.ws).decisions)
        #: Units that are there, but can't be read: what names them isn't wrong.
        self.unread = {p.unit for p in self.ws.problems if p.unit}
        self.problems: list[tuple[dt.date, Problem]] = []
        #: Of the adjustment that is being read.
        self.wrong: list[Problem] = []

    def run(self) -> Adjustments:
        entries: list[Adjustment] = []
        known: dict[Any, Adjustment] = {}
        for entry in self.text.entries:
            self.wrong = []
            read = self._entry(entry)
            if read is not None:
                same = known.setdefault(_said(read), read)
                if same.file != read.file:
                    self._say(entry.meta, found.AdjustmentTwice, other=same.where)
                else:
                    entries.append(read)
            self.problems += ((entry.date, problem) for problem in self.wrong)
        listed = [*self.text.problems, *(problem for _, problem in self.problems)]
        return Adjustments(
            tuple(sorted(entries, key=lambda e: (e.date, e.file, e.line))),
            tuple(sorted(dict.fromkeys(listed), key=order)),
            tuple(self.problems),
        )

    def _say(self, meta: Mapping[str, Any], kind: type[Problem], **params: Any) -> None:
        self.wrong.append(kind(file=self.ws.shown(meta["filename"]), line=meta["lineno"], **params))

    def _entry(self, entry: data.Transaction) -> Adjustment | None:
        """The adjustment; None, with its problems in `wrong`, where it can't be used."""
        meta = entry.meta
        self._keys(meta, ENTRY_KEYS)
        said = {key: _text(meta.get(key)) for key in ("author", "reason", "decision", "approver")}
        for key in ("author", "reason"):
            if not said[key]:
                self._say(meta, found.AdjustmentIncomplete, key=key)
        self._approval(entry, said)
        reverses = meta.get("reverses")
        if reverses is not None and not (type(reverses) is dt.date and reverses > entry.date):
            example = entry.date + dt.timedelta(days=1)
            self._say(meta, found.AdjustmentReverses, date=entry.date, value=reverses, example=example)
        postings = [self._posting(entry, posting) for posting in entry.postings]
        rest = sum((p.amount for p in postings if p is not None), ZERO)
        if rest and None not in postings:
            self._say(meta, found.AdjustmentUnbalanced, difference=rest, currency=self.ws.currency)
        if self.wrong:
            return None
        return Adjustment(
            file=self.ws.shown(meta["filename"]),
            line=meta["lineno"],
            date=entry.date,
            text=" ".join(filter(None, (entry.payee, entry.narration))),
            author=said["author"],
            reason=said["reason"],
            decision=said["decision"] or None,
            approver=said["approver"] or None,
            reverses=reverses,
            links=tuple(sorted(link for link in entry.links or () if link.startswith("ic-"))),
            document=_text(meta.get("document")) or None,
            postings=tuple(p for p in postings if p is not None and p.amount),
        )

    def _keys(self, meta: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in meta:
            if key not in known and key not in OWN_KEYS and not key.startswith("__"):
                near = _nearest(key, known)
                self._say(meta, found.AdjustmentKey, key=key, nearest=near, known=", ".join(known))

    def _approval(self, entry: data.Transaction, said: Mapping[str, str]) -> None:
        """A decision of policy's, or somebody who isn't the author."""
        decision, approver, author = said["decision"], said["approver"], said["author"]
        if not decision and not approver:
            self._say(entry.meta, found.AdjustmentUnapproved)
        if decision and decision not in self.decisions:
            params = {"decision": decision, "nearest": _nearest(decision, self.decisions), "date": str(entry.date)}
            case = "" if self.decisions else "none"
            self._say(entry.meta, found.AdjustmentDecisionUnknown, case=case, **params)
        if approver and author and _folded(approver) == _folded(author):
            self._say(entry.meta, found.AdjustmentOwnApproval, author=author)

    def _posting(self, entry: data.Transaction, posting: data.Posting) -> AdjustedPosting | None:
        """One posting; None, with its problems in `wrong`, where it can't be used."""
        meta = {**entry.meta, **{k: v for k, v in (posting.meta or {}).items() if k in OWN_KEYS}}
        its = {k: v for k, v in (posting.meta or {}).items() if k not in OWN_KEYS and not k.startswith("__")}
        before = len(self.wrong)
        self._keys({**its, **{k: meta[k] for k in OWN_KEYS}}, POSTING_KEYS)
        place = self._place(meta, posting.account)
        amount = self._amount(meta, posting)
        owner = self._owner(entry, meta, its)
        partner, ic = _text(its.get("partner")) or None, _text(its.get("ic")) or None
        if place is not None and (partner or ic) and len(self.wrong) == before:
            self._dealing(meta, place, owner, partner, ic, entry.date)
        if place is None or amount is None or len(self.wrong) > before:
            return None
        source = f"{self.ws.shown(meta['filename'])}:{meta['lineno']}"
        return AdjustedPosting(place, amount, owner, partner, ic, source)

    def _place(self, meta: Mapping[str, Any], account: str) -> Place | None:
        """Line and label of a group account; what is wrong names the nearest right one."""
        root, *rest = account.split(":")
        names = {found.id: found for found in lines()}
        if len(rest) != 2 or not LABEL.fullmatch(rest[1]):
            known = names.get(rest[0]) if rest else None
            example = f"{known.root}:{known.id}:6430-Levy" if known else EXAMPLE
            self._say(meta, found.AdjustmentAccount, account=account, example=example)
            return None
        name, label = rest
        if name not in names:
            near = _nearest(name, [n for n, known in names.items() if known.root == root] or list(names))
            example = f"{names[near].root}:{near}:{label}"
            self._say(meta, found.AdjustmentLine, name=name, nearest=near, example=example)
            return None
        if line(name).root != root:
            example = f"{line(name).root}:{name}:{label}"
            self._say(meta, found.AdjustmentRoot, name=name, root=root, example=example)
            return None
        if name in MADE:
            case, instead = MADE[name]
            self._say(meta, found.AdjustmentMade, case=case, name=name, example=f"{instead}:{label}")
            return None
        return Place(name, label)

    def _amount(self, meta: Mapping[str, Any], posting: data.Posting) -> Decimal | None:
        """Its amount, in whole units of the reporting currency."""
        wanted = self.ws.currency
        assert posting.units is not None
        number, currency = posting.units.number, posting.units.currency
        assert isinstance(number, Decimal)
        if currency != wanted or posting.cost is not None or posting.price is not None:
            given = currency if currency != wanted else "@ …" if posting.price is not None else "{…}"
            self._say(meta, found.AdjustmentCurrency, wanted=wanted, given=given)
            return None
        rounded = half_away(number, wanted)
        if rounded != number:
            self._say(meta, found.AdjustmentAmount, amount=number, currency=wanted, rounded=rounded)
            return None
        return rounded

    def _owner(self, entry: data.Transaction, meta: Mapping[str, Any], its: Mapping[str, Any]) -> Owner:
        """Whose figures a posting belongs to: what it says itself goes before what its transaction says."""
        given = its if "unit" in its or "level" in its else entry.meta
        meta = meta if given is its else entry.meta
        slug, level = _text(given.get("unit")), _text(given.get("level"))
        if slug and level:
            self._say(meta, found.AdjustmentOwner)
            return None
        if slug:
            return slug if self._unit(meta, "unit", slug, entry.date) else None
        return self._level(meta, level) if level else None

    def _unit(self, meta: Mapping[str, Any], key: str, slug: str, day: dt.date) -> bool:
        units = self.ws.units
        if slug not in units and slug not in self.unread:
            near, known = _nearest(slug, units), ", ".join(sorted(units))
            self._say(meta, found.AdjustmentUnit, key=key, slug=slug, nearest=near, known=known)
            return False
        if key == "unit" and slug in units and not units[slug].in_scope(day):
            self._say(meta, found.AdjustmentOutside, slug=slug, date=day)
            return False
        return True

    def _level(self, meta: Mapping[str, Any], level: str) -> tuple[str, ...] | None:
        units = self.ws.units.values()
        try:
            return find_level(units, level)
        except (LevelUnknown, LevelAmbiguous):
            paths = sorted({unit.levels[:depth] for unit in units for depth in range(1, len(unit.levels) + 1)})
            known = ", ".join(name_of(path, paths) for path in paths)
            self._say(meta, found.AdjustmentLevel, level=level, known=known, case="" if paths else "none")
            return None

    def _dealing(
        self,
        meta: Mapping[str, Any],
        place: Place,
        owner: Owner,
        partner: str | None,
        ic: str | None,
        day: dt.date,
    ) -> None:
        """What is wrong with a posting that stands for a dealing of a unit's."""
        slug = owner if isinstance(owner, str) else None
        missing = [key for key, value in (("unit", slug), ("partner", partner), ("ic", ic)) if not value]
        if missing:
            self._say(meta, found.AdjustmentPartner, key=missing[0])
            return
        assert slug is not None
        assert partner is not None
        assert ic is not None
        if ic not in KINDS:
            near = _nearest(ic, KINDS)
            self._say(meta, found.AdjustmentClass, ic=ic, nearest=near, known=", ".join(KINDS))
        if partner == slug:
            self._say(meta, found.AdjustmentSelf, slug=slug)
        elif self._unit(meta, "partner", partner, day) and slug in self.ws.units:
            unit = self.ws.units[slug]
            free = place.is_result or ic == "capital" or is_shared_out(place.group.root, ic)
            if not free and not _in(unit, place, "internal_balance", "internal_allowed"):
                code = place.account.partition("-")[0]
                account = f"{place.group.root}:{place.line}:{place.account}"
                case = "asset" if ic == ASSET and _in(unit, place, "internal_asset") else ""
                self._say(meta, found.AdjustmentDealing, account=account, slug=slug, code=code, case=case)


def _in(unit: Unit, place: Place, *sets: str) -> bool:
    """Whether an account is in one of the sets of the unit's chart, such as those for dealings between units."""
    try:
        chart: Chart = load_chart(unit.chart, unit.folder)
    except Problem:  # the unit itself is left out for it
        return True
    code = place.account.partition("-")[0]
    return any(chart.is_in(name, code) for name in sets)


def _said(entry: Adjustment) -> object:
    """What an adjustment says, wherever it stands."""
    postings = tuple((p.place, p.amount, p.owner, p.partner, p.ic) for p in entry.postings)
    return entry.date, entry.text, entry.author, entry.reason, entry.reverses, entry.links, postings


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0)
    return near[0] if near else "-"
