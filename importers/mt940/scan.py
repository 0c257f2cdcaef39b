"""An MT940 file as messages and fields, nothing passed over (SWIFT Standards MT, category 9, MT 940).

A message is `:20:` reference, `:25:` account, `:28C:` number and page, `:60F:` opening balance, then for each booked
line `:61:` and what the bank says of it in `:86:`, at last `:62F:` closing balance; `M` instead of `F` where the page
isn't the first or last. Banks add `:21:`, `:13D:`, `:64:`, `:65:`, `:90D:`, `:90C:` and `:NS:`, end it with `-`, and
may wrap it in SWIFT's blocks `{1:…}{4: … -}`.

The order is checked here, field by field, and whatever stands where none belongs is refused: a reader that skips what
it doesn't know (as the library does) makes a shorter statement of a damaged one. A file cut off is seen by what its
last message lacks. It can't be seen where it was cut between two messages: each is a whole statement. Then the first
ones come in, and the others when the file comes whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from importers.bank.letters import lines_of
from importers.mt940.problems import Mt940CutOff, Mt940Unexpected, Mt940WrongKind
from ledger.books.guard_bytes import clip
from ledger.messages import N_, say

TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)", re.DOTALL | re.ASCII)
ENVELOPE = re.compile(r"(?:\{[1235S]:(?:[^{}]|\{[^{}]*\})*\})*(\{4:)?", re.ASCII)
KIND = re.compile(r"\{2:[IO]([0-9]{3})", re.ASCII)
#: What banks write before a message instead of SWIFT's blocks: `ABNANL2A`, `940`, `0000 01INGBNL2AXXXX00001`.
HEADING = re.compile(r"[A-Z0-9][A-Z0-9 ./:+-]{0,60}", re.ASCII)
MOST_HEADINGS = 4
#: Control characters that SWIFT's lines and DOS leave around messages.
AROUND = " \t\x00\x01\x03\x1a$"
#: Fields that a message has at most once before its lines: in this order, or (banks differ) anywhere among them.
HEAD = ("20", "25", "28", "60")
ANYWHERE = frozenset({"13", "21"})
NEEDED = (
    ("25", N_("account (:25:)")),
    ("60", N_("opening balance (:60F:)")),
    ("62", N_("closing balance (:62F:)")),
)
#: Tags with the letters that they may have.
KNOWN = frozenset("20 21 25 25P 28 28C 13 13D 60F 60M 61 86 62F 62M 64 65 90 90C 90D NS".split())
#: Lines of one field: SWIFT allows 6, banks write a few more.
MOST_ROWS = 200
SEVERAL_LINES = frozenset({"61", "86", "NS"})


@dataclass(slots=True)
class Field:
    """`:tag:text`; its further lines are kept apart."""

    tag: str
    line: int
    rows: list[str]

    @property
    def text(self) -> str:
        """Its first line."""
        return self.rows[0]

    @property
    def name(self) -> str:
        """The tag without its letter: `60` of `60F` and `60M`."""
        return self.tag[:2]


@dataclass(slots=True)
class Booked:
    """`:61:` and what belongs to it."""

    entry: Field
    details: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """One message: a statement, or a page of one."""

    line: int
    fields: dict[str, Field] = field(default_factory=dict)
    lines: list[Booked] = field(default_factory=list)
    totals: list[Field] = field(default_factory=list)
    informing: list[Field] = field(default_factory=list)
    last: Field | None = None
    #: Whether the file ends within its last line.
    open_end: bool = False


def scan(text: str, shown: str) -> Iterator[Message]:
    """Every message of a file, each as soon as it is whole.

    Args:
        text: its letters.
        shown: its name in problems.

    Raises:
        Mt940WrongKind, Mt940Unexpected, Mt940CutOff: with the line.
    """
    scanner = _Scanner(shown)
    row, number = "", 1
    for number, row in lines_of(text):
        scanner.take(row, number)
        yield from scanner.taken()
    scanner.end(number, open_end=bool(row.strip()))
    yield from scanner.taken()


class _Scanner:
    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.whole: list[Message] = []
        self.any = False
        self.message: Message | None = None
        self.wrapped_at = 0  # the line of a `{4:` that is still open
        self.headings = 0

    def take(self, row: str, number: int) -> None:
        line = row.rstrip()
        match = TAG.match(line) if line.startswith(":") else None
        if match is not None:
            self.field(Field(match[1], number, [match[2]]))
        elif line == "-" or line.startswith("-}"):
            self.close(line[1:], number)
        elif self.message is None:
            self.between(line.strip(AROUND), number)
        elif not line.strip(AROUND):
            return
        elif line.startswith(":") or self.message.last is None or self.message.last.tag not in SEVERAL_LINES:
            self.unexpected(line, number, N_("it is no field, and the field before it has one line"))
        else:
            self.message.last.rows.append(line)
            if len(self.message.last.rows) > MOST_ROWS:
                self.unexpected(line, number, N_("the field before it has lines without end"))

    def unexpected(self, found: str, number: int, reason: str) -> None:
        raise Mt940Unexpected(
            file=self.shown, line=number, excerpt=clip(found), found=clip(found[:30]), reason=say(reason)
        )

    def misplaced(self, found: Field, reason: str) -> None:
        tag = f":{found.tag}:"
        excerpt = clip(f"{tag}{found.text}")
        raise Mt940Unexpected(file=self.shown, line=found.line, excerpt=excerpt, found=tag, reason=say(reason))

    def between(self, line: str, number: int) -> None:
        """What stands between messages: SWIFT's blocks, or a bank's heading."""
        if not line:
            return
        kind = KIND.search(line) if line.startswith("{") else re.fullmatch(r"(94[0-9])(?: [0-9]{2})?", line, re.ASCII)
        if kind and kind[1] != "940":
            raise Mt940WrongKind(file=self.shown, line=number, excerpt=clip(line), kind=f"MT{kind[1]}")
        if line.startswith("{"):
            match = ENVELOPE.fullmatch(line)
            if match is None or self.wrapped_at:
                self.unexpected(line, number, N_("SWIFT's blocks aren't whole"))
            elif match[1]:
                self.wrapped_at = number
            return
        self.headings += 1
        if self.wrapped_at or self.headings > MOST_HEADINGS or not HEADING.fullmatch(line):
            self.unexpected(line, number, N_("a message begins with :20:"))

    def close(self, rest: str, number: int) -> None:
        """`-`, or `-}` where the message is wrapped."""
        if rest.startswith("}") != bool(self.wrapped_at) or (self.message is None and self.wrapped_at):
            self.unexpected(f"-{rest}", number, N_("it ends no message"))
        self.finish()
        self.wrapped_at = 0
        if rest[1:]:
            self.between(rest[1:].strip(AROUND), number)

    def finish(self) -> None:
        """The message is at its end: it must be whole."""
        message, self.message = self.message, None
        if message is None:
            return
        for name, what in NEEDED:
            if name not in message.fields:
                raise Mt940CutOff(file=self.shown, line=message.line, what=say(what))
        self.whole.append(message)
        self.any = True

    def taken(self) -> list[Message]:
        """The messages that are whole since the last call."""
        if not self.whole:
            return self.whole
        found, self.whole = self.whole, []
        return found

    def end(self, number: int, *, open_end: bool) -> None:
        """The file is at its end."""
        if self.message is not None:
            self.message.open_end = open_end
        self.finish()
        if self.wrapped_at:
            raise Mt940CutOff(
                file=self.shown, line=self.wrapped_at, what=say(N_("end (-}}), as its beginning ({{4:) demands"))
            )
        if not self.any:
            raise Mt940CutOff(file=self.shown, line=number, what=say(N_("beginning (:20:)")))

    def field(self, found: Field) -> None:
        if found.name == "20":
            if self.message is not None and self.wrapped_at:
                self.misplaced(found, N_("the message before it isn't ended"))
            self.finish()
            self.message = Message(found.line)
            self.headings = 0
        message = self.message
        if found.tag == "34F":
            raise Mt940WrongKind(file=self.shown, line=found.line, kind="MT942")
        if message is None:
            self.misplaced(found, N_("a message begins with :20:"))
            return
        if found.tag not in KNOWN:
            self.misplaced(found, N_("MT940 has no such field"))
        message.last = found
        if "62" in message.fields:
            self.after(message, found)
        elif "60" in message.fields:
            self.within(message, found)
        else:
            self.before(message, found)

    def before(self, message: Message, found: Field) -> None:
        """The fields from `:20:` to the opening balance."""
        if found.tag == "NS":
            message.informing.append(found)
            return
        name = found.name
        late = name in HEAD and any(after in message.fields for after in HEAD[HEAD.index(name) :])
        if late or name in message.fields or (name not in HEAD and name not in ANYWHERE):
            self.misplaced(found, N_("a field before it is missing, or stands twice"))
        message.fields[name] = found

    def within(self, message: Message, found: Field) -> None:
        """The booked lines, up to the closing balance."""
        if found.tag == "61":
            message.lines.append(Booked(found))
        elif found.tag in {"86", "NS"} and message.lines:
            message.lines[-1].details.append(found)
        elif found.name == "62":
            message.fields["62"] = found
        elif found.name == "90":
            message.totals.append(found)
        elif found.tag == "NS":
            message.informing.append(found)
        else:
            self.misplaced(found, N_("it stands among the lines"))

    def after(self, message: Message, found: Field) -> None:
        """What informs after the closing balance: nothing of it is booked."""
        if found.name == "90":
            message.totals.append(found)
        elif found.tag in {"64", "65", "86", "NS"}:
            message.informing.append(found)
        else:
            self.misplaced(found, N_("the statement is closed already"))
