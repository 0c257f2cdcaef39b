"""Dealings between the units, booked on both sides with one link (SPEC 3, 10).

Inside the association no VAT and no invoice; across borders no VAT either. The tax account is the association's: each
division hands its payroll tax and VAT over to central, which pays them.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Posting
from benchmarks.demo.divisions import MONTHS, OUTPUT, day, kr, month_end, share
from benchmarks.demo.rates import Rates, draw
from ledger.rules.rounding import half_away

CENTRAL = "gemensamt"
LOAN_DECISION = '"ST-2026-02-17-§6"'
MISMATCH = ("cykelbudet", "repris", 9)


@dataclass(frozen=True)
class Trade:
    """What one division does for another: every so many months, for an amount, goods with their cost."""

    seller: str
    buyer: str
    what: str
    cost_account: str
    low: int
    high: int
    months: tuple[int, ...] = tuple(range(1, 12))
    cost: str | None = None  # share of the price that the goods cost their seller


TRADES = (
    Trade("cykelbudet", "repris", "Transporter", "5710", 4200, 6500),
    Trade("cykelbudet", "syateljen", "Hämtning och leverans", "5710", 1200, 2400),
    Trade("cykelbudet", "gemensamt", "Bud och post", "5710", 800, 1500),
    Trade("stadkraft", "gemensamt", "Städning av kontoret", "5060", 3900, 3900),
    Trade("stadkraft", "nystart", "Städning av tryckeriet", "5060", 1400, 1400, tuple(range(3, 12))),
    Trade("vaktmasteri", "repris", "Tillsyn av lokalen", "5193", 7600, 9400, (3, 6, 9)),
    Trade("kafe-angen", "gemensamt", "Fika till möten", "7631", 1500, 3200),
    Trade("syateljen", "repris", "Kuddar och klädsel", "4000", 6000, 9500, cost="0.65"),
    Trade("tradgarden", "kafe-angen", "Grönsaker", "4000", 1800, 3900, (5, 6, 7, 8, 9, 10), "0.55"),
    Trade("nystart", "gemensamt", "Trycksaker", "6150", 3200, 5200, (3, 6, 9)),
    Trade("repris", "vaktmasteri", "Begagnade möbler till verkstaden", "5410", 12000, 12000, (4,), "0.50"),
)


def tag(partner: str, kind: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The metadata of an intra-group posting."""
    return (("partner", f'"{partner}"'), ("ic", f'"{kind}"'), *more)


class Internal:
    """Books dealings into two books at a time."""

    def __init__(self, books: dict[str, Book], rates: Rates, seed: int) -> None:
        """`books` are those of all units, made and filled with everything else."""
        self.books = books
        self.rates = rates
        self.rng = random.Random(f"{seed}:internal")

    def run(self) -> None:
        """All of the year's dealings inside the association."""
        for trade in TRADES:
            unpaid = kr(0)
            for month in trade.months:
                unpaid += self._trade(trade, month)
                if unpaid and (month % 3 == 0 or len(trade.months) == 1):
                    what = f"Avräkning {trade.what.lower()}"
                    self.pay(trade.buyer, trade.seller, day(month + 1, 10), what, unpaid, "trade")
                    unpaid = kr(0)
        for slug, book in self.books.items():
            if slug != CENTRAL and book.currency == "SEK":
                self._taxes(slug)
                self._levy(slug)
        self._taxes(CENTRAL)
        self._central_pays_tax()
        self._loan()
        self._stock()

    def pair(
        self,
        issuer: str,
        other: str,
        date: dt.date,
        narration: str,
        sides: tuple[list[Posting], list[Posting]],
        *,
        comments: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
        meta: tuple[tuple[str, str], ...] = (),
        settles: str | None = None,
    ) -> str:
        """Book both sides; the link they share (`settles`: that of what is paid)."""
        number = settles or self.books[issuer].next_link()
        link = (number,)
        names = {slug: slug.replace("-", " ").capitalize() for slug in (issuer, other)}
        self.books[issuer].add(date, names[other], narration, sides[0], links=link, meta=meta, comment=comments[0])
        self.books[other].add(date, names[issuer], narration, sides[1], links=link, meta=meta, comment=comments[1])
        return number

    def pay(self, payer: str, payee: str, date: dt.date, what: str, amount: Decimal, kind: str) -> None:
        """`payer` pays what it owes `payee`, through the bank, on the same day in both books."""
        owed, claim = ("2861", "1661") if kind == "levy" else ("2860", "1660")
        self.pair(
            payer,
            payee,
            date,
            what,
            (
                [Posting(owed, amount, tag(payee, kind)), Posting("1930", -amount)],
                [Posting("1930", amount), Posting(claim, -amount, tag(payer, kind))],
            ),
        )

    def _trade(self, trade: Trade, month: int) -> Decimal:
        """Book one delivery on both sides; what is to be paid for it."""
        date = month_end(month) if trade.cost is None else day(month, draw(self.rng, 6, 24))
        amount = kr(Decimal(draw(self.rng, trade.low * 2, trade.high * 2)) / 2)
        cost = () if trade.cost is None else (("cost", f"{share(amount, trade.cost)} SEK"),)
        what = f"{trade.what} {MONTHS[month - 1]}"
        bought = amount
        comments: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        if (trade.seller, trade.buyer, month) == MISMATCH:
            bought = amount - 500
            comments = (
                (f"Avsiktlig skillnad i demon: Repris har bokfört 500,00 kr mindre ({bought}).",),
                (f"Avsiktlig skillnad i demon: Cykelbudet har bokfört 500,00 kr mer ({amount}).",),
            )
        self.pair(
            trade.seller,
            trade.buyer,
            date,
            what,
            (
                [
                    Posting("1660", amount, tag(trade.buyer, "trade")),
                    Posting("3090", -amount, tag(trade.buyer, "trade", *cost)),
                ],
                [
                    Posting(trade.cost_account, bought, tag(trade.seller, "trade")),
                    Posting("2860", -bought, tag(trade.seller, "trade")),
                ],
            ),
            comments=comments,
        )
        return amount if bought == amount else kr(0)  # what is in dispute isn't paid

    def _taxes(self, slug: str) -> None:
        """Payroll tax each month, VAT each quarter: to the tax account, and from there to central."""
        book = self.books[slug]
        for month in range(book.opened.month, 12):
            end = month_end(month)
            moved = {
                code: sum((v.amount(code) for v in book.vouchers if v.date <= end), Decimal(0))
                for code in (
                    "2710",
                    "2731",
                    *OUTPUT.values(),
                    "2641",
                )
            }
            postings = [Posting(code, -moved[code]) for code in ("2710", "2731")]
            if month % 3 == 0:
                vat = -sum((moved[code] for code in (*OUTPUT.values(), "2641")), Decimal(0))
                book.add(
                    end,
                    "Moms",
                    f"Momsredovisning kvartal {month // 3}",
                    [*(Posting(code, -moved[code]) for code in (*OUTPUT.values(), "2641")), Posting("2650", -vat)],
                )
                postings.append(Posting("2650", vat))
            total = sum((p.amount for p in postings), Decimal(0))
            date = day(month + 1, 12)
            title = f"Skatter och avgifter {MONTHS[month - 1]}"
            book.add(date, "Skattekonto", title, [*postings, Posting("1630", -total)])
            if slug != CENTRAL:
                self.pair(
                    slug,
                    CENTRAL,
                    date,
                    f"{title} till gemensamt",
                    (
                        [Posting("1630", total), Posting("2860", -total, tag(CENTRAL, "other"))],
                        [Posting("1660", total, tag(slug, "other")), Posting("1630", -total)],
                    ),
                )
                if total > 0:
                    self.pay(slug, CENTRAL, date + dt.timedelta(days=1), f"Betalning {title}", total, "other")
                else:
                    self.refund(slug, date + dt.timedelta(days=1), f"Återbetalning {title}", -total)

    def refund(self, slug: str, date: dt.date, what: str, amount: Decimal) -> None:
        """Central pays a division back what its input VAT exceeds its taxes by."""
        self.pair(
            CENTRAL,
            slug,
            date,
            what,
            (
                [Posting("1660", amount, tag(slug, "other")), Posting("1930", -amount)],
                [Posting("1930", amount), Posting("2860", -amount, tag(CENTRAL, "other"))],
            ),
        )

    def _central_pays_tax(self) -> None:
        book = self.books[CENTRAL]
        for month in range(1, 12):
            date = day(month + 1, 15)
            due = -sum((v.amount("1630") for v in book.vouchers if v.date <= date), Decimal(0))
            book.add(
                date,
                "Skatteverket",
                f"Inbetalning till skattekontot {MONTHS[month - 1]}",
                [Posting("1630", due), Posting("1930", -due)],
            )

    def _levy(self, slug: str) -> None:
        """Every quarter a payment on account: about 15 % (Nystart 5 %) of the quarter's turnover, whole thousands."""
        book = self.books[slug]
        rate = Decimal("0.05") if slug == "nystart" else Decimal("0.14")
        for quarter in (1, 2, 3):
            months = range(3 * quarter - 2, 3 * quarter + 1)
            turnover = -sum(
                (
                    posting.amount
                    for voucher in book.vouchers
                    if voucher.date.year == YEAR and voucher.date.month in months
                    for posting in voucher.postings
                    if posting.code.startswith("30") and not posting.meta
                ),
                Decimal(0),
            )
            amount = (turnover * rate / 1000).to_integral_value() * 1000
            if slug == "stadkraft":
                amount = min(amount, Decimal(40_000))
            if amount > 0:
                title = f"Gemensam avgift kvartal {quarter}, på konto"
                self.pay(slug, CENTRAL, day(3 * quarter + 1, 20), title, kr(amount), "levy")

    def _loan(self) -> None:
        amount, start = kr(180_000), dt.date(YEAR, 3, 2)
        meta = (("decision", LOAN_DECISION),)
        self.pair(
            CENTRAL,
            "repris",
            start,
            "Lån till ny lokal",
            (
                [Posting("1320", amount, tag("repris", "loan")), Posting("1930", -amount)],
                [Posting("1930", amount), Posting("2360", -amount, tag(CENTRAL, "loan"))],
            ),
            meta=meta,
        )
        for month, interest in ((3, "580.00"), (6, "1800.00"), (9, "1800.00")):
            owed = kr(interest)
            what = f"Ränta 4 % till {month_end(month)}"
            self.pair(
                CENTRAL,
                "repris",
                month_end(month),
                what,
                (
                    [
                        Posting("1660", owed, tag("repris", "interest")),
                        Posting("8360", -owed, tag("repris", "interest")),
                    ],
                    [Posting("8460", owed, tag(CENTRAL, "interest")), Posting("2860", -owed, tag(CENTRAL, "interest"))],
                ),
            )
            self.pay("repris", CENTRAL, day(month + 1, 7), f"Betalning ränta kvartal {month // 3}", owed, "interest")

    def _stock(self) -> None:
        """At the end of October Repris still holds cushions that it bought from Syateljén, at the price it paid."""
        stock = kr("11400.00")
        self.books["repris"].add(
            LAST_BOOKED,
            "Inventering",
            "Kuddar i lager",
            [Posting("1460", stock), Posting("4960", -stock)],
        )
        self.books["repris"].custom(LAST_BOOKED, f'{LAST_BOOKED} custom "internal-stock" "syateljen" {stock} SEK')

    def abroad(self, spain: str, chile: str) -> None:
        """Dealings with the co-ops abroad: no VAT across the border, each invoice in one currency for both sides."""
        for month in (2, 5, 8):
            self._fee_to_spain(spain, month)
        for month in (3, 6, 9):
            self._goods_from_chile(chile, month)

    def _fee_to_spain(self, spain: str, month: int) -> None:
        amount, date, paid = kr(9000), day(month, 16), day(month + 1, 16)
        euro = half_away(amount / self.rates.spot("EUR", date), "EUR")
        later = half_away(amount / self.rates.spot("EUR", paid), "EUR")
        trade = tag(spain, "trade")
        back = tag(CENTRAL, "trade")
        link = self.pair(
            CENTRAL,
            spain,
            date,
            f"Gemensam webbutik kvartal {month // 3 + 1}",
            (
                [Posting("1660", amount, trade), Posting("3308", -amount, trade)],
                [Posting("623", euro, back, (amount, "SEK")), Posting("55241", -euro, back, (-amount, "SEK"))],
            ),
        )
        difference = later - euro
        self.pair(
            spain,
            CENTRAL,
            paid,
            f"Betalning webbutik kvartal {month // 3 + 1}",
            (
                [
                    Posting("55241", euro, back, (amount, "SEK")),
                    Posting("668" if difference > 0 else "768", difference),
                    Posting("572", -later),
                ],
                [Posting("1930", amount), Posting("1660", -amount, trade)],
            ),
            settles=link,
        )

    def _goods_from_chile(self, chile: str, month: int) -> None:
        pesos = Decimal(draw(self.rng, 380, 520) * 1000)
        date, paid = day(month, 18), day(month + 1, 17)
        cost = half_away(pesos * Decimal("0.62"), "CLP")
        sek = half_away(pesos * self.rates.spot("CLP", date), "SEK")
        later = half_away(pesos * self.rates.spot("CLP", paid), "SEK")
        bought = tag(chile, "trade")
        sold = tag("repris", "trade")
        link = self.pair(
            chile,
            "repris",
            date,
            "Vävda filtar",
            (
                [Posting("55231", pesos, sold), Posting("700", -pesos, (*sold, ("cost", f"{cost} CLP")))],
                [Posting("4000", sek, bought, (pesos, "CLP")), Posting("2860", -sek, bought, (-pesos, "CLP"))],
            ),
        )
        difference = later - sek
        self.pair(
            "repris",
            chile,
            paid,
            "Betalning vävda filtar",
            (
                [
                    Posting("2860", sek, bought, (pesos, "CLP")),
                    Posting("7960" if difference > 0 else "3960", difference),
                    Posting("1930", -later),
                ],
                [Posting("572", pesos), Posting("55231", -pesos, sold)],
            ),
            settles=link,
        )
