"""Errors of whole books: what isn't tagged, has no place, no rate, no cost, or comes too late.

As `benchmarks.mutations`, which has those of dealings; `MUTATIONS` names them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from benchmarks import mutations as of_dealings
from benchmarks import mutations_adjustments as of_adjustments
from benchmarks.dealings import LATER, OWNED
from benchmarks.mutations import Injected, Picker
from benchmarks.vouchers import Post, Voucher


def _new(pick: Picker, unit: str, *posts: Post, deal: str = "new") -> Voucher:
    day = dt.date(2026, pick.rng.randint(1, 5), pick.rng.randint(1, 28))
    return Voucher(unit, day, posts, "New", deal)


def _amount(pick: Picker) -> Decimal:
    return Decimal(pick.rng.randint(10_000, 900_000) * 4) / 100


def _kronor(pick: Picker, entity: str | None = None) -> str:
    usual = [m for m in pick.federation.members if m.currency == "SEK" and m.slug not in {LATER, OWNED, "gemensamt"}]
    return pick.rng.choice([m.slug for m in usual if entity in {None, m.entity}])


def partner_out_of_scope(pick: Picker) -> Injected:
    """A dealing with a unit that hasn't joined yet."""
    unit, amount = _kronor(pick), _amount(pick)
    posts = Post("trade_claim", amount, "SEK", LATER, "trade"), Post("sales", -amount, "SEK", LATER, "trade")
    return pick.added("PARTNER_OUT_OF_SCOPE", _new(pick, unit, *posts), [0, 1])


def ic_account_without_tag(pick: Picker) -> Injected:
    """An account for dealings between units is used without a partner."""
    unit, amount = _kronor(pick), _amount(pick)
    posts = Post("trade_claim", amount, "SEK"), Post("bank", -amount, "SEK")
    return pick.added("IC_ACCOUNT_WITHOUT_TAG", _new(pick, unit, *posts), [0])


def tag_on_non_ic_account(pick: Picker) -> Injected:
    """The bank is tagged instead of the claim."""
    unit, amount = _kronor(pick), _amount(pick)
    posts = Post("bank", amount, "SEK", "gemensamt", "trade"), Post("receivables", -amount, "SEK")
    return pick.added("TAG_ON_NON_IC_ACCOUNT", _new(pick, unit, *posts), [0])


def unmapped_account(pick: Picker) -> Injected:
    """An account that no chart can place."""
    unit, amount = _kronor(pick), _amount(pick)
    posts = Post("Expenses:Annat", amount, "SEK"), Post("bank", -amount, "SEK")
    made = pick.added("UNMAPPED_ACCOUNT", _new(pick, unit, *posts, deal=""), [])
    opens = made.federation.opens(unit).splitlines()
    line = next(at for at, text in enumerate(opens, 1) if "Expenses:Annat" in text)
    return replace(made, places=(f"units/{unit}/accounts.beancount:{line}",), out=frozenset({unit}))


def missing_rate(pick: Picker) -> Injected:
    """A currency has no price at the period's end."""
    currency = pick.rng.choice(["EUR", "CLP", "KES"])
    quotes = pick.federation.quotes
    left = tuple(s for s in quotes.spots if s[0] != currency or s[1] < dt.date(2026, 6, 20))
    out = frozenset(m.slug for m in pick.federation.members if m.currency == currency)
    out |= {v.unit for v in pick.federation.vouchers for p in v.posts if p.currency == currency}  # who holds some
    federation = replace(pick.federation, quotes=replace(quotes, spots=left))
    return Injected(federation, "MISSING_RATE", places=("units/prices.beancount",), out=out, pairs=out)


def unit_errors(pick: Picker) -> Injected:
    """A voucher that doesn't balance."""
    unit = _kronor(pick)
    text = '\n2026-06-20 * "Wrong"\n  Assets:1930-Bank  100.00 SEK\n  Assets:1930-Bank  -90.00 SEK\n'
    out = frozenset({unit})
    last = [s for s in pick.federation.sheets(unit) if s.path <= f"units/{unit}/books/2026/2026-06.beancount"][-1]
    line = last.text.count("\n") + 2
    texts = ((last.path, text),)
    return Injected(
        pick.federation, "UNIT_ERRORS", out, out=out, pairs=out, texts=texts, elsewhere=f"{last.path}:{line}"
    )


def no_cost_for_unrealised(pick: Picker) -> Injected:
    """The seller of goods that are still in stock hasn't said what they cost."""
    at = pick.rng.randrange(len(pick.federation.stock))
    row = pick.federation.stock[at]

    def without(voucher: Voucher) -> Voucher:
        if voucher.unit != row.seller:
            return voucher
        bare = [replace(p, meta=()) if p.partner == row.unit else p for p in voucher.posts]
        return replace(voucher, posts=tuple(bare))

    federation = replace(pick.federation, vouchers=tuple(map(without, pick.federation.vouchers)))
    sheets = [(s.path, s.stock_lines[at]) for s in federation.sheets(row.unit) if at in s.stock_lines]
    places = tuple(f"{path}:{line}" for path, line in sheets)
    both = frozenset({row.seller, row.unit})
    return Injected(federation, "NO_COST_FOR_UNREALISED", frozenset({row.seller}), pairs=both, places=places)


def cost_unreadable(pick: Picker) -> Injected:
    """What the seller says that goods have cost is below zero, in another currency than its books, or in quotes."""
    vouchers = pick.federation.vouchers
    sold = [
        (number, at)
        for number, voucher in enumerate(vouchers)
        for at, post in enumerate(voucher.posts)
        if "cost" in dict(post.meta)
    ]
    number, at = pick.rng.choice(sold)
    voucher = vouchers[number]
    post = voucher.posts[at]
    cost, own = dict(post.meta)["cost"].split()
    other = "EUR" if own != "EUR" else "SEK"
    wrong = pick.rng.choice([f"-{cost} {own}", f"{cost} {other}", f'"{cost} {own}"'])
    posts = (*voucher.posts[:at], replace(post, meta=(("cost", wrong),)), *voucher.posts[at + 1 :])
    made = pick.changed("COST_UNREADABLE", number, replace(voucher, posts=posts), [at])
    # where no other sale has a cost, the buyer's statement of stock is named, too: no profit is taken out of it
    stock = pick.federation.stock
    besides = frozenset(
        f"{sheet.path}:{line}"
        for sheet in pick.federation.sheets(post.partner)
        for row, line in sheet.stock_lines.items()
        if stock[row].seller == voucher.unit
    )
    return replace(made, besides=besides)


def stock_misstated(pick: Picker) -> Injected:
    """Stock below zero."""
    at = pick.rng.randrange(len(pick.federation.stock))
    row = pick.federation.stock[at]
    stock = (*pick.federation.stock[:at], replace(row, amount=-row.amount), *pick.federation.stock[at + 1 :])
    federation = replace(pick.federation, stock=stock)
    sheets = [(s.path, s.stock_lines[at]) for s in federation.sheets(row.unit) if at in s.stock_lines]
    places = tuple(f"{path}:{line}" for path, line in sheets)
    both = frozenset({row.seller, row.unit})
    return Injected(federation, "STOCK_MISSTATED", frozenset({row.unit}), pairs=both, places=places)


def months_unknown(pick: Picker) -> Injected:
    """The buyer of a machine states no months of useful life that anybody could count."""
    seller, amount = _kronor(pick, "division"), _amount(pick)
    others = [m.slug for m in pick.federation.members if (m.currency, m.entity) == ("SEK", "division")]
    buyer = pick.rng.choice([slug for slug in others if slug != seller])
    day = dt.date(2026, pick.rng.randint(1, 5), pick.rng.randint(1, 28))
    sold = (
        Post("trade_claim", amount, "SEK", buyer, "asset"),
        Post("Income:3973-Vinst-sålda-inventarier", -amount, "SEK", buyer, "asset"),
    )
    months = (("months", pick.rng.choice(["0", "-12", '"five"'])),)
    bought = (
        Post("Assets:1220-Inventarier", amount, "SEK", seller, "asset", meta=months),
        Post("trade_debt", -amount, "SEK", seller, "asset"),
    )
    new = tuple(
        Voucher(unit, day, posts, "Machine", "machine", (f"ic-{seller}-machine",))
        for unit, posts in ((seller, sold), (buyer, bought))
    )
    both = frozenset({seller, buyer})
    vouchers = (*pick.federation.vouchers, *new)
    spots = ((len(vouchers) - 1, 0),)
    federation = replace(pick.federation, vouchers=vouchers)
    return Injected(federation, "MONTHS_UNKNOWN", both, spots, both, frozenset({"machine"}))


def ownership_no_cost(pick: Picker) -> Injected:
    """What an owner has paid isn't booked as a cost of the unit."""
    number = next(n for n, v in enumerate(pick.federation.vouchers) if v.deal == "owned")
    voucher = pick.federation.vouchers[number]
    bare = replace(voucher, posts=tuple(replace(p, partner="", ic="") for p in voucher.posts))
    made = pick.changed("OWNERSHIP_NO_COST", number, bare, [])
    return replace(made, places=(f"units/{OWNED}/unit.toml",), pairs=frozenset({OWNED, "gemensamt"}))


def ownership_gap(pick: Picker) -> Injected:
    """Owners that have more than the whole."""
    other = _kronor(pick)
    more = f'[[owner]]\nunit = "{other}"\nshare = "0.30"\nsince = 2026-01-01\n'
    members = tuple(replace(m, owners=m.owners + more) if m.slug == OWNED else m for m in pick.federation.members)
    out = frozenset({OWNED})
    federation = replace(pick.federation, members=members)
    return Injected(federation, "OWNERSHIP_GAP", out, pairs=out, out=out, places=(f"units/{OWNED}/unit.toml",))


def late_posting(pick: Picker) -> Injected:
    """A voucher comes into a period whose figures are locked."""
    unit, amount = _kronor(pick), _amount(pick)
    posts = Post("bank_fees", amount, "SEK"), Post("bank", -amount, "SEK")
    made = pick.added("LATE_POSTING", _new(pick, unit, *posts, deal=""), [])
    number = len(made.federation.vouchers) - 1
    sheets = [s for s in made.federation.sheets(unit) if (number, 0) in s.lines]
    places = tuple(f"{s.path}:{s.lines[number, 0] - 1}" for s in sheets)  # the voucher's own line
    return replace(made, places=places, late=True)


#: Every class of error, in the order of SPEC 10; then what it doesn't name.
MUTATIONS: tuple[Callable[[Picker], Injected], ...] = (
    of_dealings.missing_partner,
    of_dealings.unknown_partner,
    of_dealings.self_partner,
    of_dealings.partner_asymmetric,
    of_dealings.one_sided,
    of_dealings.amount_diff,
    of_dealings.fx_diff,
    of_dealings.tolerance,
    of_dealings.cut_off,
    of_dealings.class_mismatch,
    of_dealings.same_sign,
    of_dealings.duplicate,
    partner_out_of_scope,
    ic_account_without_tag,
    tag_on_non_ic_account,
    of_dealings.vat_on_internal,
    of_dealings.vat_missing,
    of_dealings.on_suspense,
    of_dealings.ic_unknown,
    unmapped_account,
    missing_rate,
    cost_unreadable,
    no_cost_for_unrealised,
    stock_misstated,
    months_unknown,
    unit_errors,
    late_posting,
    ownership_no_cost,
    ownership_gap,
    *of_adjustments.MUTATIONS,
)
