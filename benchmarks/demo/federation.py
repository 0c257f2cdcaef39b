"""The whole demo workspace as a dictionary of files: path below the workspace's root, and bytes."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from benchmarks.demo import cast, centres, fund_texts, funds, profiles
from benchmarks.demo.abroad import CAPITAL_DECISION, CHILE, SPAIN, CoopYear
from benchmarks.demo.book import YEAR, Book, Posting
from benchmarks.demo.divisions import SAVING, Year, day, kr
from benchmarks.demo.earlier import before, existed, reopen
from benchmarks.demo.earlier_levy import levies
from benchmarks.demo.group import kenyan_group
from benchmarks.demo.inbox import inboxes
from benchmarks.demo.internal import Internal, tag
from benchmarks.demo.rates import Rates
from benchmarks.demo.rotating import POLICY, Fund
from ledger.books import main_text, open_workspace

SEED = 2026
#: What central earned in 2025 beyond what it needed to go on; the assembly moved it to the funds.
SURPLUS = kr(204_000)
HEAD = "; {slug}: written by hand, by importers, and here by benchmarks/demo.\n"


def build(seed: int = SEED) -> dict[str, bytes]:
    """Every file of the demo workspace.

    Args:
        seed: same seed, same bytes.

    Returns:
        Content by path, `fava.conf` and everything below `units/`.
    """
    rates = Rates(seed)
    books = make_books(rates, seed)
    texts = {
        "fava.conf": cast.FAVA_CONF,
        "units/policy.beancount": cast.POLICY + POLICY + fund_texts.POLICY + centres.policy(),
        "units/prices.beancount": rates.text(),
        "units/adjustments/2026-10-revision.beancount": cast.ADJUSTMENT,
    }
    files: dict[str, bytes] = {}
    sources = inboxes(books, seed)
    for member in cast.MEMBERS:
        home = f"units/{member.slug}"
        source = sources.get(member.slug)
        texts[f"{home}/unit.toml"] = member.toml(source.toml if source else "")
        for path, text in books[member.slug].files().items():
            texts[f"{home}/{path}"] = text
        if source:
            files |= {f"{home}/inbox/{path}": data for path, data in source.files.items()}
    texts |= _mains(texts)
    return dict(sorted((files | {path: text.encode() for path, text in texts.items()}).items()))


def make_books(rates: Rates, seed: int) -> dict[str, Book]:
    """The books of all units, with their dealings."""
    books = {profile.slug: Year(profile, seed).run() for profile in (profiles.CENTRAL, *profiles.PROFILES)}
    _central(books["gemensamt"])
    for country in (SPAIN, CHILE):
        books[country.slug] = CoopYear(country, rates, seed).run()
    internal = Internal(books, rates, seed)
    own_funds = funds.Funds(internal)
    own_funds.before()
    internal.abroad(SPAIN.slug, CHILE.slug)
    internal.run()
    Fund(internal).run()
    own_funds.run()
    books[cast.KENYA.slug] = kenyan_group(cast.KENYA.slug, seed)
    start = kr(60_000)
    books["nystart"].add(
        day(2, 2), "Leaderområdet Exempel", "Bidrag till uppstart", [Posting("1930", start), Posting("3981", -start)]
    )
    aside = kr(40_000)
    books["syateljen"].add(day(11, 12), "", SAVING, [Posting("1940", aside), Posting("1930", -aside)])
    _corrections(books)
    _budgets(books)
    before(books, seed)
    levies(books, existed()[1:], rates)
    own_funds.last_year()
    for slug in existed():
        reopen(books[slug], own_funds.carried(slug))
    centres.tag_costs(books[cast.CENTRAL.slug])
    own_funds.prove()
    return books


def _central(book: Book) -> None:
    """Members' contributions, a bank loan with its instalments, the reserve; what 2025 left."""
    opening = book.vouchers[0]
    opening.postings += [Posting("1930", SURPLUS), Posting("2091", -SURPLUS)]
    meta = (("decision", CAPITAL_DECISION),)
    for country in (SPAIN, CHILE):
        amount = country.capital_in_federation
        book.add(
            book.opened,
            "Ingående balans",
            f"Insats från {country.slug}",
            [Posting("1930", amount), Posting("2083", -amount, tag(country.slug, "capital"))],
            links=(book.next_link(),),
            meta=meta,
        )
    book.add(
        book.opened,
        "Ingående balans",
        "Enskilda medlemmars insatser, reservfond och banklån",
        [
            Posting("1930", kr(735_000)),
            Posting("2083", kr(-87_000)),
            Posting("2086", kr(-48_000)),
            Posting("2350", kr(-600_000)),
        ],
        meta=meta,
    )
    debt = kr(600_000)
    for month in (3, 6, 9):
        interest = kr(debt * Decimal("0.0465") / 4)
        book.add(
            day(month, 29),
            "Sparkassan Exempel",
            f"Amortering och ränta kvartal {month // 3}",
            [Posting("2350", kr(25_000)), Posting("8410", interest), Posting("1930", kr(-25_000) - interest)],
        )
        debt -= kr(25_000)
    bank_interest = kr("412.35")
    book.add(
        day(6, 30), "Sparkassan Exempel", "Ränta", [Posting("1930", bank_interest), Posting("8310", -bank_interest)]
    )


def _corrections(books: dict[str, Book]) -> None:
    """What was found late: a credit note on February's invoice, and a sale in May that nobody had booked."""
    book = books["vaktmasteri"]
    wrong = next(v for v in book.vouchers if v.date.month == 2 and any(p.code == "3041" for p in v.postings))
    net = kr(4_200)
    book.add(
        day(6, 10),
        wrong.payee,
        f"Kreditfaktura till {' '.join(wrong.narration.split()[:2]).lower()}, dubbla timmar",
        [Posting("1510", kr("-5250")), Posting("3041", net), Posting("2611", kr("1050"))],
        corrects=wrong,
    )
    book.add(
        day(6, 24),
        wrong.payee,
        "Utbetalning kreditfaktura",
        [Posting("1510", kr("5250")), Posting("1930", kr("-5250"))],
    )
    garden = books["tradgarden"]
    net, vat = kr("2400"), kr("288")
    garden.add(
        day(7, 8),
        "Torgkunder",
        "Försäljning på torget 23 maj, inte bokförd då",
        [Posting("1930", net + vat), Posting("3002", -net), Posting("2621", -vat)],
        meta=(("concerns", f'"{YEAR}-05"'),),
    )


def _budgets(books: dict[str, Book]) -> None:
    """Fava's own budgets, for the units that have one."""
    for slug, lines in {
        "repris": (("3001", "-150000.00"), ("3041", "-10000.00"), ("7010", "147000.00"), ("5010", "14500.00")),
        "kafe-angen": (("3002", "-85000.00"), ("4000", "20000.00"), ("7010", "72500.00")),
        "gemensamt": (("7210", "106000.00"), ("5910", "4000.00"), ("7610", "5000.00")),
    }.items():
        book = books[slug]
        for code, amount in lines:
            book.custom(book.opened, f'{book.opened} custom "budget" {book.names[code]} "monthly" {amount} SEK')


def _mains(texts: dict[str, str]) -> dict[str, str]:
    """Each unit's `main.beancount`, as the product writes it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, text in texts.items():
            if path.endswith((".toml", ".conf")):
                file = root / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        workspace = open_workspace(root)
        assert not workspace.problems, workspace.problems
        return {f"units/{unit.slug}/main.beancount": main_text(unit) for unit in workspace.units.values()}
