"""Meeting sheets into the book of their group (SPEC 8)."""

from __future__ import annotations

import datetime as dt

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.letters import head_text, read_text
from importers.meetings.model import Meeting
from importers.meetings.plan import plan_meeting
from importers.meetings.read import delimiter_of, read_meeting
from importers.meetings.sources import cycles_in
from importers.plan import Plan
from ledger.errors import Problem
from ledger.rules.names import folded


class MeetingImporter(SambokImporter):
    """A sheet of one meeting of one cycle."""

    @property
    def is_first(self) -> bool:
        """Whether a damaged sheet is taken for its own; a source that isn't in unit.toml is the only one."""
        return self.source not in self.unit.sources or super().is_first

    def recognises(self, head: bytes) -> bool:
        """Whether its first row names group, meeting or date."""
        return delimiter_of(head_text(head)) is not None

    def meeting(self, source: Source) -> Meeting:
        """What the sheet says.

        Raises:
            Problem: it is damaged, or says what can't be.
        """
        return self.once(source, lambda file: read_meeting(read_text(file.data, file.shown), file.shown))

    def owns(self, source: Source) -> bool:
        """Whether the sheet is of a cycle that this book keeps; a damaged one belongs to the first source."""
        try:
            cycle = folded(self.meeting(source).cycle)
        except Problem:
            return self.is_first
        return self.is_first or any(folded(one.name) == cycle for one in cycles_in(self.ws, self.unit))

    def day(self, source: Source) -> dt.date | None:
        """The day of the meeting."""
        return self.meeting(source).date

    def revises(self, source: Source) -> bool:
        """Whether it is a correction: the sheet that it corrects comes first."""
        return self.meeting(source).corrects

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """The whole meeting, or nothing of it."""
        return plan_meeting(
            view,
            self.ws,
            cycles_in(self.ws, self.unit),
            self.meeting(source),
            file=source.shown,
            document=source.document,
            today=today,
            excerpt=lambda number: self.line(source, number),
        )
