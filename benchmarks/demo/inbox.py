"""What waits in the inboxes (placeholder until the writers are there)."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.demo.book import Book


@dataclass
class Inbox:
    """A unit's `[[source]]` tables and its waiting files, by path below `inbox/`."""

    toml: str
    files: dict[str, bytes] = field(default_factory=dict)


def inboxes(books: dict[str, Book]) -> dict[str, Inbox]:
    """Inboxes by unit."""
    return {slug: Inbox("") for slug in books if not slug}
