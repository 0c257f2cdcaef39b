"""Errors that people make, put into a clean federation one at a time: each with what must be said of it, and where.

Every function takes a federation without errors and a random generator, and gives the federation with one error, the
code that must be reported, the postings that must be named, and how far its consequences may reach.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from benchmarks.dealings import LATER, OWNED, TO
from benchmarks.vouchers import Federation, Post, Voucher

#: A posting: number of its voucher and its place in it.
Spot = tuple[int, int]


@dataclass(frozen=True)
class Injected:
    """A federation with one error.

    Attributes:
        federation: with it.
        code: what must be reported.
        units: whose files have changed.
        spots: postings that must be named.
        pairs: units between which figures may change; one unit alone: all its pairs.
        deals: whose postings may be named besides.
        places: files and lines that must be named and are no postings; a file alone: any line of it.
        besides: files and lines that may be named besides.
        out: units that are left out because of it.
        texts: written below month files or into new ones, as they stand: paths and texts.
        elsewhere: what something else that is said must name.
        late: the error comes after the figures were locked.
    """

    federation: Federation
    code: str
    units: frozenset[str] = frozenset()
    spots: tuple[Spot, ...] = ()
    pairs: frozenset[str] = frozenset()
    deals: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    besides: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    texts: tuple[tuple[str, str], ...] = ()
    elsewhere: str = ""
    late: bool = False


class Picker:
    """Finds dealings that an error fits into."""

    def __init__(self, federation: Federation, rng: random.Random) -> None:
        self.federation = federation
        self.rng = rng
        self.deals: dict[str, list[int]] = defaultdict(list)
        for number, voucher in enumerate(federation.vouchers):
            if voucher.deal:
                self.deals[voucher.deal].append(number)
        self.goods = {(s.seller, s.unit) for s in federation.stock}

    def simple(self, wanted: Callable[[Voucher, Voucher], bool] = lambda _one, _other: True) -> tuple[int, int]:
        """The two vouchers of a dealing of two, first the issuer's; with a link or a document number."""
        found = []
        for numbers in self.deals.values():
            one, other = (self.federation.vouchers[n] for n in (numbers[0], numbers[-1]))
            named = (one.links or one.document) and LATER not in {one.unit, other.unit}
            stated = {(one.unit, other.unit), (other.unit, one.unit)} & self.goods
            if len(numbers) == 2 and named and not stated and wanted(one, other):
                found.append((numbers[0], numbers[1]))
        return self.rng.choice(found)

    def persons(self, one: Voucher, other: Voucher) -> set[str]:
        """Entities of both sides."""
        return {self.federation.member(v.unit).entity for v in (one, other)}

    def side(self, wanted: Callable[[Voucher, Voucher], bool] = lambda _one, _other: True) -> tuple[int, int]:
        """As `simple`, either side first."""
        found = self.simple(wanted)
        return found if self.rng.random() < 0.5 else (found[1], found[0])

    def changed(self, code: str, number: int, voucher: Voucher, spots: Iterable[int] | None = None) -> Injected:
        """A federation in which one voucher is another; `spots`: postings that must be named, default the tagged."""
        before = self.federation.vouchers[number]
        vouchers = (*self.federation.vouchers[:number], voucher, *self.federation.vouchers[number + 1 :])
        chosen = tagged(voucher) if spots is None else list(spots)
        partners = {p.partner for v in (before, voucher) for p in v.posts if p.partner}
        return Injected(
            replace(self.federation, vouchers=vouchers),
            code,
            units=frozenset({voucher.unit}),
            spots=tuple((number, at) for at in chosen),
            pairs=frozenset({voucher.unit, *partners}),
            deals=frozenset({voucher.deal} - {""}),
        )

    def added(self, code: str, voucher: Voucher, spots: Iterable[int]) -> Injected:
        """A federation with one voucher more."""
        vouchers = (*self.federation.vouchers, voucher)
        number = len(vouchers) - 1
        return Injected(
            replace(self.federation, vouchers=vouchers),
            code,
            units=frozenset({voucher.unit}),
            spots=tuple((number, at) for at in spots),
            pairs=frozenset({voucher.unit, *(p.partner for p in voucher.posts if p.partner)}),
            deals=frozenset({voucher.deal} - {""}),
        )


def tagged(voucher: Voucher) -> list[int]:
    """Places of the postings with a partner."""
    return [at for at, post in enumerate(voucher.posts) if post.partner]


def _posts(voucher: Voucher, change: Callable[[Post], Post], only: int | None = None) -> Voucher:
    """The voucher with its tagged postings changed; one of them, or all."""
    posts = [
        change(post) if post.partner and (only is None or at == only) else post for at, post in enumerate(voucher.posts)
    ]
    return replace(voucher, posts=tuple(posts))


def missing_partner(pick: Picker) -> Injected:
    """`partner:` is forgotten on a posting."""
    number, _ = pick.side()
    voucher = pick.federation.vouchers[number]
    at = pick.rng.choice(tagged(voucher))
    return pick.changed("MISSING_PARTNER", number, _posts(voucher, lambda p: replace(p, partner=""), at), [at])


def _partner(pick: Picker, code: str, partner: Callable[[Voucher], str]) -> Injected:
    number, _ = pick.side(lambda one, _: bool(one.links))
    voucher = pick.federation.vouchers[number]
    name = partner(voucher)
    return pick.changed(code, number, _posts(voucher, lambda p: replace(p, partner=name)))


def unknown_partner(pick: Picker) -> Injected:
    """The partner's name is misspelt."""
    return _partner(pick, "UNKNOWN_PARTNER", lambda v: f"{next(p.partner for p in v.posts if p.partner)}x")


def self_partner(pick: Picker) -> Injected:
    """A unit names itself."""
    return _partner(pick, "SELF_PARTNER", lambda v: v.unit)


def partner_asymmetric(pick: Picker) -> Injected:
    """A side names a third unit."""

    def third(voucher: Voucher) -> str:
        both = {voucher.unit, *(p.partner for p in voucher.posts)}
        return pick.rng.choice(
            [m.slug for m in pick.federation.members if m.slug not in both | {LATER, OWNED} and m.currency == "SEK"]
        )

    return _partner(pick, "PARTNER_ASYMMETRIC", third)


def one_sided(pick: Picker) -> Injected:
    """One side isn't booked."""
    number, other = pick.side()
    gone, stays = (pick.federation.vouchers[n] for n in (number, other))
    vouchers = (*pick.federation.vouchers[:number], *pick.federation.vouchers[number + 1 :])
    at = other - (other > number)
    claims = [i for i in tagged(stays) if not stays.posts[i].role.endswith(RESULTS)] or tagged(stays)
    return Injected(
        replace(pick.federation, vouchers=vouchers),
        "ONE_SIDED",
        units=frozenset({gone.unit}),
        spots=tuple((at, i) for i in claims),
        pairs=frozenset({gone.unit, stays.unit}),
        deals=frozenset({gone.deal}),
    )


#: Endings of roles that are income or expense.
RESULTS = ("sales", "purchases", "income", "cost")


def _claims(voucher: Voucher) -> list[int]:
    return [i for i in tagged(voucher) if not voucher.posts[i].role.endswith(RESULTS)] or tagged(voucher)


def amount_diff(pick: Picker) -> Injected:
    """One side books a quarter more."""
    number, _ = pick.side(lambda one, other: one.posts[0].worth is None and other.posts[0].worth is None)
    voucher = pick.federation.vouchers[number]
    more = replace(voucher, posts=tuple(p.times(Decimal("1.25")) for p in voucher.posts))
    return pick.changed("AMOUNT_DIFF", number, more, _claims(voucher))


def fx_diff(pick: Picker) -> Injected:
    """A side books income or cost at a rate of its own: the document agrees, the reporting currency doesn't."""
    _, number = pick.simple(
        lambda one, other: other.posts[0].worth is not None and one.posts[1].role == "sales" and len(other.posts) == 2
    )
    voucher = pick.federation.vouchers[number]
    posts = []
    for post in voucher.posts:
        assert post.worth is not None
        posts.append(replace(post, worth=round(post.worth * Decimal("1.05"), 2)))
    return pick.changed("FX_DIFF", number, replace(voucher, posts=tuple(posts)), [1])


def tolerance(pick: Picker) -> Injected:
    """Between legal persons a side rounds: forty öre."""

    def fits(one: Voucher, other: Voucher) -> bool:
        alike = {p.currency for v in (one, other) for p in v.posts} == {"SEK"}
        return alike and one.posts[0].role == "trade_claim" and "legal_entity" in pick.persons(one, other)

    number, _ = pick.side(fits)
    voucher = pick.federation.vouchers[number]
    posts = list(voucher.posts)
    for at in (0, 1):
        sign = 1 if posts[at].amount > 0 else -1
        posts[at] = replace(posts[at], amount=posts[at].amount + sign * Decimal("0.40"))
    return pick.changed("TOLERANCE", number, replace(voucher, posts=tuple(posts)), [0])


def cut_off(pick: Picker) -> Injected:
    """One side books on the last day, the other some days after the period's end."""
    number, other = pick.side(lambda one, two: all(p.worth is None for v in (one, two) for p in v.posts))
    vouchers = list(pick.federation.vouchers)
    late = dt.timedelta(days=pick.rng.randint(1, 8))
    vouchers[number] = replace(vouchers[number], date=TO + late)
    vouchers[other] = replace(vouchers[other], date=TO)
    return Injected(
        replace(pick.federation, vouchers=tuple(vouchers)),
        "CUT_OFF",
        units=frozenset({vouchers[number].unit, vouchers[other].unit}),
        spots=tuple((number, at) for at in tagged(vouchers[number])),
        pairs=frozenset({vouchers[number].unit, vouchers[other].unit}),
        deals=frozenset({vouchers[number].deal}),
    )


def class_mismatch(pick: Picker) -> Injected:
    """The sides say different kinds of dealing."""
    number, _ = pick.side(lambda one, _: one.posts[0].ic != "capital")
    return pick.changed(
        "CLASS_MISMATCH", number, _posts(pick.federation.vouchers[number], lambda p: replace(p, ic="other"))
    )


def same_sign(pick: Picker) -> Injected:
    """Debit and credit are the wrong way round."""
    number, _ = pick.side()
    voucher = pick.federation.vouchers[number]
    turned = replace(voucher, posts=tuple(p.times(Decimal(-1)) for p in voucher.posts))
    return pick.changed("SAME_SIGN", number, turned, _claims(voucher))


def duplicate(pick: Picker) -> Injected:
    """A voucher is booked twice."""
    number, _ = pick.side()
    voucher = pick.federation.vouchers[number]
    return pick.added("DUPLICATE", voucher, _claims(voucher))


def vat_on_internal(pick: Picker) -> Injected:
    """VAT within one legal person."""

    def fits(one: Voucher, other: Voucher) -> bool:
        return one.posts[0].role == "trade_claim" and pick.persons(one, other) == {"division"}

    number, _ = pick.simple(fits)
    voucher = pick.federation.vouchers[number]
    vat = abs(voucher.posts[0].amount) / 4
    posts = (*voucher.posts, Post("output_vat", -vat, "SEK"), Post("bank", vat, "SEK"))
    return pick.changed("VAT_ON_INTERNAL", number, replace(voucher, posts=posts), [2])


def vat_missing(pick: Picker) -> Injected:
    """A sale between two legal persons of one country without VAT, in both books."""

    def fits(one: Voucher, other: Voucher) -> bool:
        return len(one.posts) == 3 and one.posts[1].role == "sales" and one.posts[0].currency == "SEK" and bool(other)

    number, other = pick.simple(fits)
    vouchers = list(pick.federation.vouchers)
    for at in (number, other):
        claim, net, vat = vouchers[at].posts
        claim = replace(claim, amount=claim.amount + vat.amount)
        vouchers[at] = replace(vouchers[at], posts=(claim, net))
    units = frozenset({vouchers[number].unit, vouchers[other].unit})
    federation = replace(pick.federation, vouchers=tuple(vouchers))
    deal = frozenset({vouchers[number].deal})
    return Injected(federation, "VAT_MISSING", units, ((number, 1),), units, deal)


def on_suspense(pick: Picker) -> Injected:
    """A side's claim or debt waits on suspense."""
    number, _ = pick.side(lambda one, _: one.posts[0].role == "trade_claim")
    voucher = pick.federation.vouchers[number]
    posts = (replace(voucher.posts[0], role="suspense"), *voucher.posts[1:])
    return pick.changed("ON_SUSPENSE", number, replace(voucher, posts=posts, flag="!"), [0])


def ic_unknown(pick: Picker) -> Injected:
    """The kind of dealing is misspelt."""
    number, _ = pick.side(lambda one, _: one.posts[0].ic == "trade")
    voucher = pick.federation.vouchers[number]
    return pick.changed("IC_UNKNOWN", number, _posts(voucher, lambda p: replace(p, ic="trdae")))
