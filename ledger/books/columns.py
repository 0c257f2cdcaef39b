"""Booked entries as columns, and back.

Three tables make a book: *transactions* (one row each, with the number of its postings), *postings* (in the order of
their transactions) and *directives* (everything else). Numbers are kept as the exact text that Beancount would print,
because a Parquet decimal column has one scale and drops what doesn't fit. Beside it stands `weight`, what the posting
weighs in its transaction's balance, as a decimal for sums; where a weight has more digits than that column takes, it is
null there and only the text counts (`ledger.books.scan` reads it).

Entries rebuilt from columns are identical by `repr` to the ones they were made of.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

import polars as pl
from beancount.core import convert, data
from beancount.core.amount import Amount
from beancount.core.interpolate import AUTOMATIC_TOLERANCES
from beancount.utils.defdict import ImmutableDictWithDefault

from ledger.books.cells import CellError, dumps, loads, pack, pack_entry, unpack, unpack_entry

#: Digits after the point that the decimal column keeps, and what fits into it.
SCALE = 10
WEIGHT = pl.Decimal(38, SCALE)
_EPOCH = dt.date(1970, 1, 1).toordinal()
_FITS = r"^-?[0-9]{1,18}(\.[0-9]{1,10})?$"

TRANSACTIONS = {
    "place": pl.UInt32,  # index in the book's list of entries
    "date": pl.Date,
    "flag": pl.String,
    "payee": pl.String,
    "narration": pl.String,
    "tags": pl.String,  # separated by spaces
    "links": pl.String,
    "postings": pl.UInt32,
    "file": pl.String,
    "line": pl.Int64,
    "meta": pl.String,  # [[key, cell], ...] after filename and lineno
    "tolerances": pl.String,
}
POSTINGS = {
    "date": pl.Date,
    "account": pl.String,
    "number": pl.String,
    "currency": pl.String,
    "cost": pl.String,
    "price": pl.String,
    "price_currency": pl.String,
    "flag": pl.String,
    "file": pl.String,  # where it differs from its transaction's
    "line": pl.Int64,
    "meta": pl.String,
    "weight": WEIGHT,
    "weight_text": pl.String,  # where it differs from `number`
    "weight_currency": pl.String,  # where it differs from `currency`
}
DIRECTIVES = {"place": pl.UInt32, "date": pl.Date, "kind": pl.String, "account": pl.String, "directive": pl.String}
TABLES: dict[str, dict[str, Any]] = {
    "transactions": TRANSACTIONS,
    "postings": POSTINGS,
    "directives": DIRECTIVES,
}


class ColumnsError(ValueError):
    """Columns that this program didn't write."""


def encode(entries: Iterable[data.Directive]) -> dict[str, bytes]:
    """Booked entries as Parquet, one table a name of `TABLES`."""
    writer = _Writer()
    for place, entry in enumerate(entries):
        if type(entry) is data.Transaction:
            writer.transaction(place, entry)
        else:
            account = getattr(entry, "account", None)
            row = (place, entry.date.toordinal(), type(entry).__name__, account, dumps(pack_entry(entry)))
            writer.directives.append(row)
    return {
        "transactions": _bytes(_frame(writer.transactions, TRANSACTIONS)),
        "postings": _bytes(_weighed(writer.postings)),
        "directives": _bytes(_frame(writer.directives, DIRECTIVES)),
    }


def _frame(rows: list[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    """Rows as a table; dates come as ordinals, which is the quickest."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pl.DataFrame([_series(name, column, schema[name]) for name, column in zip(schema, columns, strict=True)])


def _series(name: str, column: tuple[Any, ...], kind: Any) -> pl.Series:
    if kind is pl.Date:
        return (pl.Series(name, column, dtype=pl.Int32) - _EPOCH).cast(pl.Date)
    return pl.Series(name, column, dtype=kind)


def _bytes(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="lz4", statistics=False)
    return out.getvalue()


def _weighed(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """The postings' table; its decimal column is made of the texts, and empty where one doesn't fit."""
    frame = _frame(rows, {name: kind for name, kind in POSTINGS.items() if name != "weight"})
    text = frame["number"]
    if frame["weight_text"].null_count() < frame.height:
        text = frame.select(pl.coalesce("weight_text", "number")).to_series()
    if not _short(text) and not text.str.contains(_FITS).all(ignore_nulls=False):
        text = frame.select(pl.when(text.str.contains(_FITS)).then(text)).to_series()
    return frame.with_columns(text.cast(WEIGHT, strict=True).alias("weight")).select(list(POSTINGS))


def _short(text: pl.Series) -> bool:
    """Whether all numbers are so short that they surely fit, which is cheaper to see than that they fit."""
    longest = text.str.len_bytes().max()
    return (
        text.null_count() == 0
        and (longest is None or cast("int", longest) <= 12)
        and not text.str.contains("E", literal=True).any()
    )


class _Writer:
    """Rows of the three tables."""

    def __init__(self) -> None:
        self.transactions: list[tuple[Any, ...]] = []
        self.postings: list[tuple[Any, ...]] = []
        self.directives: list[tuple[Any, ...]] = []
        self.tolerances: dict[int, tuple[Any, str]] = {}

    def transaction(self, place: int, entry: Any) -> None:
        """Rows of one transaction."""
        meta, date, flag, payee, narration, tags, links, postings = entry
        day = date.toordinal()
        tolerances = None
        if AUTOMATIC_TOLERANCES in meta and next(reversed(meta)) == AUTOMATIC_TOLERANCES:
            tolerances = self._tolerances(meta[AUTOMATIC_TOLERANCES])
            meta = dict(meta)
            del meta[AUTOMATIC_TOLERANCES]
        file, line, extra = _split(meta)
        tag_text = " ".join(sorted(tags)) if tags else None
        link_text = " ".join(sorted(links)) if links else None
        self.transactions.append(
            (place, day, flag, payee, narration, tag_text, link_text, len(postings), file, line, extra, tolerances)
        )
        for account, units, cost, price, mark, own in postings:
            where, at, more = _split(own)
            if where == file:
                where = None
            number, currency = units
            text = str(number) if type(number) is Decimal else None
            row: tuple[Any, ...]
            if cost is None and price is None:
                row = (day, account, text, currency, None, None, None, mark, where, at, more, None, None)
            else:
                row = (day, account, text, currency, *_held(cost, price), mark, where, at, more)
                row = (*row, *_other_weight(account, units, cost, price))
            self.postings.append(row)

    def _tolerances(self, value: Any) -> str:
        """The text of a tolerance; most transactions share one object."""
        known = self.tolerances.get(id(value))
        if known is None:
            known = self.tolerances[id(value)] = (value, dumps(pack(value)))
        return known[1]


def _held(cost: Any, price: Amount | None) -> tuple[str | None, str | None, str | None]:
    """Cost and price of a posting as texts."""
    return (
        None if cost is None else dumps(pack(cost)),
        None if price is None else str(price.number),
        None if price is None else price.currency,
    )


def _other_weight(account: str, units: Amount, cost: Any, price: Amount | None) -> tuple[str | None, str | None]:
    """Weight and its currency, where they aren't the posting's own."""
    number, currency = convert.get_weight(data.Posting(account, units, cost, price, None, None))
    own = str(number)
    return (None if own == str(units.number) else own, None if currency == units.currency else currency)


def _split(meta: dict[str, Any] | None) -> tuple[str | None, int | None, str | None]:
    """File, line, and the rest as text (None where there is no rest). All of it is rest where the first two aren't."""
    if meta is None:
        return None, None, None
    if len(meta) >= 2:
        items = iter(meta.items())
        (first, file), (second, line) = next(items), next(items)
        if first == "filename" and second == "lineno" and type(file) is str and type(line) is int:
            if len(meta) == 2:
                return file, line, None
            return file, line, dumps([[key, pack(value)] for key, value in items])
    return None, None, dumps([[key, pack(value)] for key, value in meta.items()])


def joinable(transactions: pl.DataFrame, postings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables with the number of the transaction (`transaction`), by which they are joined.

    Args:
        transactions: all of them, with their column `postings`.
        postings: all of them.
    """
    numbered = transactions.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("transaction"))
    owners = numbered.select(pl.col("transaction").repeat_by("postings").explode())["transaction"].drop_nulls()
    return numbered, postings.with_columns(owners)


def read(blob: bytes, table: str, columns: list[str] | None = None) -> pl.DataFrame:
    """One table, checked for its shape.

    Args:
        blob: the Parquet bytes.
        table: its name in `TABLES`.
        columns: only these; default all.

    Raises:
        ColumnsError: not a table of this program.
    """
    schema = TABLES[table]
    try:
        frame = pl.read_parquet(io.BytesIO(blob), columns=columns)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise ColumnsError(str(error)[:120]) from error
    expected = {name: schema[name] for name in columns or schema}
    if dict(frame.schema) != expected:
        raise ColumnsError(f"{table}: {frame.schema}")
    return frame


def decode(tables: dict[str, bytes]) -> list[data.Directive]:
    """The entries that `encode` wrote, in their order.

    Raises:
        ColumnsError: not tables of this program.
    """
    frames = {name: read(tables[name], name) for name in TABLES}
    try:
        return _Reader(frames).entries()
    except (CellError, TypeError, ValueError, KeyError, IndexError, StopIteration, ArithmeticError) as error:
        raise ColumnsError(str(error)[:120]) from error


class _Reader:
    """Entries from the three tables."""

    def __init__(self, frames: dict[str, pl.DataFrame]) -> None:
        self.frames = frames
        self.tolerances: dict[str, Any] = {}

    def entries(self) -> list[data.Directive]:
        transactions, postings, directives = (self.frames[name] for name in TABLES)
        if transactions["postings"].sum() != postings.height:
            raise ColumnsError("postings without transactions")
        out: list[Any] = [None] * (transactions.height + directives.height)
        for place, text in zip(directives["place"], directives["directive"], strict=True):
            out[place] = unpack_entry(loads(text))
        files = transactions["file"].to_list()
        counts = transactions["postings"].to_list()
        rows = self._postings(postings, [f for f, n in zip(files, counts, strict=True) for _ in range(n)])
        start = 0
        columns = (transactions[name].to_list() for name in TRANSACTIONS)
        for place, date, flag, payee, narration, tags, links, count, file, line, extra, tolerances in zip(
            *columns, strict=True
        ):
            meta = _join(file, line, extra)
            if tolerances is not None:
                meta[AUTOMATIC_TOLERANCES] = self._tolerances(tolerances)
            out[place] = data.Transaction(
                meta,
                date,
                flag,
                payee,
                narration,
                frozenset(tags.split(" ")) if tags else data.EMPTY_SET,
                frozenset(links.split(" ")) if links else data.EMPTY_SET,
                rows[start : start + count],
            )
            start += count
        if None in out:
            raise ColumnsError("a place is empty")
        return out

    def _tolerances(self, text: str) -> Any:
        found = self.tolerances.get(text)
        if found is None:
            found = self.tolerances[text] = unpack(loads(text))
            if not isinstance(found, ImmutableDictWithDefault):
                raise ColumnsError("no tolerances")
        return found

    def _postings(self, frame: pl.DataFrame, files: list[str | None]) -> list[data.Posting]:
        names = ("account", "number", "currency", "cost", "price", "price_currency", "flag", "file", "line", "meta")
        rows = []
        known: dict[str, str] = {}  # one string for each account and file, as the parser has it
        missing = unpack({"missing": None})
        columns = (frame[name].to_list() for name in names)
        for account, number, currency, cost, price, price_currency, flag, own, line, extra, of_transaction in zip(
            *columns, files, strict=True
        ):
            file = None if line is None else own or of_transaction
            rows.append(
                data.Posting(
                    known.setdefault(account, account),
                    Amount(missing if number is None else Decimal(number), known.setdefault(currency, currency)),
                    None if cost is None else unpack(loads(cost)),
                    None if price is None else Amount(Decimal(price), price_currency),
                    flag,
                    None
                    if line is None and extra is None
                    else _join(file and known.setdefault(file, file), line, extra),
                )
            )
        return rows


def _join(file: str | None, line: int | None, extra: str | None) -> dict[str, Any]:
    meta: dict[str, Any] = {} if file is None else {"filename": file, "lineno": line}
    if extra is not None:
        for key, value in loads(extra):
            meta[key] = value if type(value) is str else unpack(value)
    return meta


def exact_weight(number: str | None, weight_text: str | None) -> Decimal:
    """A posting's weight from its texts."""
    return Decimal(weight_text or number or 0)


def sum_weights(frame: pl.DataFrame) -> dict[tuple[str, str], Decimal]:
    """Σ weight per account and currency.

    Args:
        frame: postings, with `account`, `number`, `currency`, `weight`, `weight_text` and `weight_currency`.

    Raises:
        OverflowError: the sum could leave the decimal column.
    """
    frame = frame.with_columns(pl.coalesce("weight_currency", "currency").alias("weight_currency"))
    largest = frame["weight"].abs().max()
    if largest is not None and Decimal(str(largest)) * frame.height >= Decimal(10) ** (38 - SCALE):
        raise OverflowError("a sum of weights may not fit")
    sums: dict[tuple[str, str], Decimal] = {}
    for account, currency, total in (
        frame.group_by("account", "weight_currency").agg(pl.col("weight").sum()).iter_rows()
    ):
        sums[account, currency] = total
    unfit = frame.filter(pl.col("weight").is_null())
    for account, currency, number, text in zip(
        *(unfit[name].to_list() for name in ("account", "weight_currency", "number", "weight_text")), strict=True
    ):
        sums[account, currency] += exact_weight(number, text)
    return sums
