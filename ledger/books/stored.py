"""A book's entries as the cache keeps them; where somebody deleted or damaged it, the text is read again."""

from __future__ import annotations

from beancount.core import data

from ledger.books.cache import Cache, Partition, make_partition
from ledger.books.pool import Pool, Task
from ledger.books.problems_load import BookMoved


class StoredEntries:
    """A book's entries, decoded from its columns each time they are asked for.

    Args:
        cache: where its partition lies.
        pool: reads the book anew where somebody has deleted that.
        task: of reading it; named after the unit.
        partition: what was read.
    """

    def __init__(self, cache: Cache, pool: Pool, task: Task, partition: Partition) -> None:
        self.cache = cache
        self.pool = pool
        self.task = task
        self.slug = task.name
        self.partition = partition

    def __call__(self) -> list[data.Directive]:
        """The entries, in Beancount's order."""
        from ledger.books.columns import decode  # noqa: PLC0415  Polars is large, and group figures don't need it

        return decode(self.tables())

    def table(self, name: str) -> bytes:
        """One table."""
        return self.tables((name,))[name]

    def tables(self, names: tuple[str, ...] = ("transactions", "postings", "directives")) -> dict[str, bytes]:
        """The book's tables; read anew from its text where somebody deleted or damaged the cache.

        Raises:
            BookMoved: the text isn't any more what the summary was made of.
        """
        found = self.cache.tables(self.slug, self.partition, names)
        if found is not None:
            return found
        (answer,) = self.pool.run([self.task])
        try:
            partition, summary = make_partition(self.partition.key, answer.head, answer.blobs)
        except (ValueError, KeyError, TypeError) as error:
            raise BookMoved(unit=self.slug, file=f"units/{self.slug}/main.beancount") from error
        if partition.digests != self.partition.digests:
            raise BookMoved(unit=self.slug, file=f"units/{self.slug}/main.beancount")
        if not self.cache.keep(self.slug, partition, summary):
            self.partition = partition
        return {name: partition.tables[name] for name in names}
