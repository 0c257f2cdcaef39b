"""What the books hold of dealings between units (SPEC 3, 10): this unit's own, and what a partner booked with it.

Both sides of a dealing carry one link. A payment whose other side the partner has booked already takes the partner's
link; else it makes one that the partner finds: from the payee and the payment's reference, or from payer, payee, day
and amount where there is none. A payment that the partner has flagged `!` or put on suspense is a guess of its own: it
gives the link, so that both sides meet, but proves nothing. The partner's book is read only when a payment needs it,
and one that can't be read is as if nothing stood in it: this unit's import doesn't depend on another's errors.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from beancount.core import data

from importers.book import BookView
from importers.identity import digest
from ledger.books import Unit, account_code, load_books
from ledger.charts import Chart, load_chart
from ledger.errors import Problem
from ledger.subledger import ic_link

if TYPE_CHECKING:
    from importers.recognise.placed import Payment

#: How far the two sides of a payment may lie apart (SPEC 10, Matching).
WINDOW = dt.timedelta(days=10)
#: Roles of internal accounts: claim and debt, by the kind of dealing.
ROLES = {
    "trade": ("trade_claim", "trade_debt"),
    "levy": ("levy_claim", "levy_owed"),
    "loan": ("loan_claim", "loan_debt"),
    "fund": ("fund_claim", "fund_owed"),
}
INTERNAL = "internal_balance"
SUSPENSE = "suspense"
MONEY = ("bank", "cash", "clearing")


@dataclass(slots=True, eq=False)
class Paid:
    """A payment that a partner has booked with this unit.

    Attributes:
        amount: on the partner's money accounts; money in is positive.
        links: `ic-` links of its entry.
        ic: the kind of dealing.
        side: `claim` where its posting is on an account for claims, `debt` on one for debts; else empty.
        direct: it was booked straight to income or cost.
        sure: somebody quoted or confirmed it; else it is only the partner's guess.
        own: nothing else of the partner's book has its link.
        answered: this unit has booked its side.
    """

    date: dt.date
    amount: Decimal
    currency: str
    links: tuple[str, ...]
    ic: str
    side: str
    direct: bool
    sure: bool
    own: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A balance posting of this unit with a partner."""

    link: str
    partner: str
    account: str
    ic: str
    amount: Decimal
    currency: str


class Dealings:
    """Dealings of one unit, while payments are placed."""

    def __init__(self, view: BookView) -> None:
        self.view = view
        self._own: dict[str, list[Own]] = defaultdict(list)
        self._links: set[str] = set()
        self._paid: Counter[tuple[str, str, str, Decimal]] = Counter()
        self._of: dict[str, list[Paid]] = {}
        self._theirs: dict[str, set[str]] = {}
        #: Items (account, link) that a payment is guessed to settle: no other guess takes them; who quotes them does.
        self.guessed: set[tuple[str, str]] = set()
        book = _Book(view.unit, view.chart, {n: account_code(n, e.meta) for n, e in view.opens.items()})
        for entry in view.transactions:
            for posting, partner, ic in book.tagged(entry):
                links = _ic(entry)
                self._links |= set(links)
                item = str((posting.meta or {}).get("item", ""))
                link = item if item in links else (links[0] if len(links) == 1 else "")
                units = posting.units
                if link and units and units.number is not None and book.is_in(INTERNAL, posting.account):
                    own = Own(link, partner, posting.account, ic, units.number, units.currency)
                    self._own[link].append(own)
            self._note(book, entry)

    def _note(self, book: _Book, entry: data.Transaction) -> None:
        """Payments with partners that stand in this book: what they answer is answered."""
        for partner in {partner for _, partner, _ in book.tagged(entry)}:
            for paid in book.paid(entry, partner):
                self._paid.update((partner, link, paid.currency, paid.amount) for link in paid.links)

    def kind(self, link: str) -> str:
        """The kind of dealing that a link stands for in this book."""
        return next((own.ic for own in self._own.get(link, ()) if own.ic), "trade")

    def open(self, link: str, partner: str, amount: Decimal, currency: str) -> tuple[str, Decimal] | None:
        """Where a payment of `amount` settles something under `link`, and what is left there; None where nothing is."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for own in self._own.get(link, ()):
            if own.partner == partner and own.currency == currency:
                sums[own.account] += own.amount
        fitting = [(account, left) for account, left in sums.items() if left * amount > 0]
        return max(fitting, key=lambda f: (abs(f[1]), f[0]), default=None)

    def book(
        self, link: str, partner: str, account: str, amount: Decimal, currency: str, ic: str | None = None
    ) -> None:
        """Note a posting that was placed just now."""
        self._links.add(link)
        self._own[link].append(Own(link, partner, account, ic or self.kind(link), amount, currency))

    def known(self, partner: str, link: str) -> bool:
        """Whether the partner's book holds more under a link than payments that are guessed to belong there."""
        self._with(partner)
        return link in self._theirs[partner]

    def answer(self, pay: Payment, partner: str) -> Paid | None:
        """The partner's side of a payment, not answered yet: the same amount, at most ten days apart, the nearest."""
        found = [
            p
            for p in self._with(partner)
            if not p.answered
            and p.links
            and (p.amount, p.currency) == (-pay.amount, pay.currency)
            and abs(p.date - pay.day) <= WINDOW
        ]
        return min(found, key=lambda p: (abs(p.date - pay.day), not p.sure, p.date, p.links), default=None)

    def link(self, pay: Payment, partner: str) -> str:
        """The link of a payment with a partner that a rule places, the same from both sides.

        What the partner guesses that it settles is no reason to say so here: only a link that is the payment's alone is
        taken from a guess.
        """
        answered = self.answer(pay, partner)
        if answered is not None and (answered.sure or (answered.own and answered.links[0] not in self._links)):
            answered.answered = True
            return answered.links[0]
        return self.new_link(pay, partner)

    def new_link(self, pay: Payment, partner: str) -> str:
        """A link of its own: the payee's, by the payment's reference, else by day, payer and amount, counted."""
        me = self.view.unit.slug
        payer, payee = (partner, me) if pay.amount > 0 else (me, partner)
        reference = pay.part.invoice or pay.part.reference
        if reference:
            link = ic_link(payee, reference)
            self._links.add(link)
            return link
        size = f"{abs(pay.amount).normalize():f}"
        for number in range(1, len(self._links) + 2):
            link = ic_link(payee, digest("payment", payer, payee, pay.day, size, pay.currency, number))
            if link not in self._links:
                break
        self._links.add(link)
        return link

    def _with(self, partner: str) -> list[Paid]:
        """What a partner has booked with this unit; answered payments are marked."""
        if partner not in self._of:
            self._theirs[partner] = set()
            self._of[partner] = self._read(partner)
            left = +self._paid
            for paid in self._of[partner]:
                keys = [(partner, link, paid.currency, -paid.amount) for link in paid.links]
                key = next((k for k in keys if left[k] > 0), None)
                if key:
                    left[key] -= 1
                    paid.answered = True
        return self._of[partner]

    def _read(self, partner: str) -> list[Paid]:
        ws = self.view.ws
        if ws is None or partner not in ws.units:
            return []
        unit = ws.units[partner]
        try:
            loaded = load_books(ws, [partner]).units[partner]
            chart = load_chart(unit.chart, unit.folder)
        except Problem:
            return []
        entries = loaded.entries()
        opens = {e.account: account_code(e.account, e.meta) for e in entries if isinstance(e, data.Open)}
        book = _Book(unit, chart, opens)
        found: list[Paid] = []
        times: Counter[str] = Counter()
        for entry in entries:
            if isinstance(entry, data.Transaction):
                times.update(_ic(entry))
                paid = list(book.paid(entry, self.view.unit.slug))
                self._theirs[partner] |= set(_ic(entry)) if not paid or any(p.sure for p in paid) else set()
                found += paid
        for one in found:
            one.own = all(times[link] == 1 for link in one.links)
        return sorted(found, key=lambda p: (p.date, p.links))


@dataclass(frozen=True)
class _Book:
    """How one unit's book tells money and internal accounts."""

    unit: Unit
    chart: Chart
    codes: dict[str, str | None]

    def is_in(self, name: str, account: str) -> bool:
        return self.chart.is_in(name, self.codes.get(account))

    def tagged(self, entry: data.Transaction) -> Iterable[tuple[data.Posting, str, str]]:
        """Postings with a partner, who it is, and the kind of dealing."""
        for posting in entry.postings:
            meta = posting.meta or {}
            if "partner" in meta:
                yield posting, str(meta["partner"]), str(meta.get("ic", ""))

    def money(self, entry: data.Transaction) -> dict[str, Decimal]:
        """What an entry moves on accounts of money, by currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        own = {s.account for s in self.unit.sources if s.account}
        for posting in entry.postings:
            account, units = posting.account, posting.units
            money = account in own or any(self.is_in(name, account) for name in MONEY)
            if money and units is not None and units.number is not None:
                sums[units.currency] += units.number
        return {currency: amount for currency, amount in sums.items() if amount}

    def paid(self, entry: data.Transaction, partner: str) -> Iterable[Paid]:
        """The payments with `partner` that an entry is."""
        own = [(posting, ic) for posting, with_whom, ic in self.tagged(entry) if with_whom == partner]
        if not own:
            return
        others = {with_whom for _, with_whom, _ in self.tagged(entry)} != {partner}
        for posting, ic in own:
            links = _ic(entry)
            item = str((posting.meta or {}).get("item", ""))
            if item in links:
                links = (item,)
            money = self.money(entry)
            units = posting.units
            if units is None or units.number is None or units.currency not in money:
                continue
            # A collected line holds payments of others as well: then the posting tells this one's amount.
            collected = others or len(own) > 1 or len(entry.postings) > 2
            amount = -units.number if collected else money[units.currency]
            waits = self.is_in(SUSPENSE, posting.account)
            direct = not waits and not self.is_in(INTERNAL, posting.account)
            side, sure = self.side(posting.account), not self.in_doubt(entry, posting)
            yield Paid(entry.date, amount, units.currency, links, ic or "trade", side, direct, sure)

    def in_doubt(self, entry: data.Transaction, posting: data.Posting) -> bool:
        """Whether nobody has said yet that a posting is right: it waits, alone or with its whole entry.

        Whoever puts `*` for `!` in the entry's first line has confirmed all of it but what is still on suspense.
        """
        if self.is_in(SUSPENSE, posting.account):
            return True
        waiting = [p for p in entry.postings if p.flag == "!" or self.is_in(SUSPENSE, p.account)]
        return entry.flag == "!" and (not waiting or any(p is posting for p in waiting))

    def side(self, account: str) -> str:
        """Whether an internal account is for claims or for debts, by the chart's roles."""
        code = self.codes.get(account)
        for claim, debt in ROLES.values():
            for role, side in ((claim, "claim"), (debt, "debt")):
                if self.chart.has_role(role) and self.chart.role(role).code == code:
                    return side
        return ""


def _ic(entry: data.Transaction) -> tuple[str, ...]:
    return tuple(sorted(link for link in entry.links or () if link.startswith("ic-")))
