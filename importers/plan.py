"""What an import is going to do: the entries it adds, what is known already, and what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from beancount.core import data

from ledger.errors import Problem


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came inside another one: where its copy lies below the unit's folder, its bytes and their SHA-256."""

    document: str
    data: bytes
    digest: str


@dataclass
class Plan:
    """One file, compared with the book.

    Attributes:
        entries: what comes in, in the order in which it shall stand.
        known: what the file repeats, each with the entry in the book.
        opens: accounts that come with the entries.
        notes: what a person should look at; the import is done all the same.
        remarks: plain sentences for the summary.
        attachments: files from inside this one that its entries name; they are kept before the entries are written.
        unsettled: how many of the notes a person must settle before the file is done with; so long it stays in the
            inbox, and is read and told again.
    """

    entries: list[data.Directive] = field(default_factory=list)
    known: list[tuple[data.Directive, data.Directive]] = field(default_factory=list)
    opens: list[data.Open] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    unsettled: int = 0

    @property
    def transactions(self) -> list[data.Transaction]:
        """What comes in, without balances."""
        return [e for e in self.entries if isinstance(e, data.Transaction)]

    @property
    def waiting(self) -> int:
        """Entries flagged `!`: a person places their other side."""
        return sum(1 for e in self.transactions if e.flag == "!")

    def extend(self, other: Plan) -> None:
        """Take another plan's contents after one's own."""
        self.entries += other.entries
        self.known += other.known
        self.opens += other.opens
        self.notes += other.notes
        self.remarks += other.remarks
        self.attachments += other.attachments
        self.unsettled += other.unsettled
