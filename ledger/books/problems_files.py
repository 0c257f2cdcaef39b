"""What is refused of a file or folder before anything is read in it, and why (SPEC 3, 12).

One class per refusal; what its text may not say is in `problems_guard`.
"""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_
from ledger.seals.problems import SealUnreadable

# --- the file itself -------------------------------------------------------------------------------------------------


class BookMissing(Problem):
    """A file that a book needs isn't there."""

    code = "BOOK_MISSING"
    message = N_("The file isn't there.")
    remedy = N_("Put it back (from git, or from a backup); without it the book is not whole.")


class BookUnreadable(Problem):
    """The system refuses to open the file."""

    code = "BOOK_UNREADABLE"
    message = N_("The file can't be read: {reason}.")
    remedy = N_("See that the user who runs Sambok may read the file and every folder above it.")


class BookLinked(Problem):
    """A symbolic link, in the file's place or in a folder's."""

    code = "BOOK_LINKED"
    message = N_("{name} is a link to somewhere else.")
    remedy = N_("Books are plain files in plain folders: replace the link by the file itself.")


class BookHardLinked(Problem):
    """One file under two names: an edit of the book would change the other."""

    code = "BOOK_HARD_LINKED"
    message = N_("The file has a second name (a hard link) somewhere on this disk.")
    remedy = N_("Copy it to a new name, delete this one, and rename the copy: then it is a file of its own.")


class BookNotAFile(Problem):
    """A folder, pipe, socket or device."""

    code = "BOOK_NOT_A_FILE"
    message = N_("{name} is no ordinary file.")
    remedy = N_("Remove it, and put the text file back from git or a backup: a book is a text file.")


class BookName(Problem):
    """A name that doesn't end in `.beancount`."""

    code = "BOOK_NAME"
    message = N_("{name} doesn't end in .beancount.")
    remedy = N_("Only .beancount files are loaded: rename it, or move it out of the book.")


class BookOutside(Problem):
    """A path that leaves the unit's folder."""

    code = "BOOK_OUTSIDE"
    message = N_("{name} lies outside the unit's folder.")
    remedy = N_("A book may only use files of its own unit: move the file into the unit's folder.")


class BookTooBig(Problem):
    """More bytes than a month of any unit needs."""

    code = "BOOK_TOO_BIG"
    message = N_("The file is {size} bytes; at most {limit} are read.")
    remedy = N_("Keep one file a month (books/2026/2026-03.beancount); split this one by month.")


class BookTooManyLines(Problem):
    """More lines than a month of any unit needs."""

    code = "BOOK_TOO_MANY_LINES"
    message = N_("The file has {count} lines; at most {limit} are read.")
    remedy = N_("Keep one file a month (books/2026/2026-03.beancount); split this one by month.")


class BookLongLine(Problem):
    """A line that no person wrote."""

    code = "BOOK_LONG_LINE"
    message = N_("A line of {count} characters; at most {limit} are read.")
    remedy = N_("Break the line, or shorten its text.")


class BookCutOff(Problem):
    """A file of no bytes."""

    code = "BOOK_CUT_OFF"
    message = N_("The file is empty (0 bytes): it was cut off, by a full disk or a crash.")
    remedy = N_(
        "Restore it from git or a backup. If the month really has nothing, write one comment line: ; nothing yet"
    )


class BookUtf16(Problem):
    """Saved as UTF-16."""

    code = "BOOK_UTF16"
    message = N_("The file is saved as UTF-16 (what some programs call Unicode).")
    remedy = N_("Save it again as UTF-8, without byte order mark.")


class BookByteOrderMark(Problem):
    """Three invisible bytes at the start."""

    code = "BOOK_BYTE_ORDER_MARK"
    message = N_("The file begins with an invisible byte order mark.")
    remedy = N_("Save it as UTF-8 without byte order mark (without BOM).")


class BookNotUtf8(Problem):
    """Bytes that are no UTF-8."""

    code = "BOOK_NOT_UTF8"
    message = N_("This line isn't UTF-8 (byte {byte}). Read as Windows text (Latin-1) it says: {guess}")
    remedy = N_("Open the file as Windows-1252 or Latin-1, see that å, ä, ö and ñ look right, and save it as UTF-8.")


class BookNotNfc(Problem):
    """Letters composed of two characters: two accounts may look the same and differ."""

    code = "BOOK_NOT_NFC"
    message = N_("A letter on this line is stored as two characters (not Unicode NFC).")
    remedy = N_("Write the letter again from the keyboard, or save the file in Unicode form NFC.")


class BookCharacter(Problem):
    """A character that can't be seen, or that turns text around."""

    code = "BOOK_CHARACTER"
    message = N_("The invisible character {character} stands here.")
    remedy = N_("Delete it: write the word again by hand. (It often comes with text copied from a web page or a PDF.)")


class BookLineEnds(Problem):
    """Carriage returns without line feeds: some programs see one line, others many."""

    code = "BOOK_LINE_ENDS"
    message = N_("The line ends in an old-style carriage return alone.")
    remedy = N_("Save the file with line ends LF (Unix) or CRLF (Windows).")


class BookMergeConflict(Problem):
    """Two versions of the file stand in it, one of which must go."""

    code = "BOOK_MERGE_CONFLICT"
    message = N_("Two versions of these lines stand here: git could not merge them.")
    remedy = N_("Keep the right lines, and delete the lines that begin with <<<<<<<, =======, and >>>>>>>.")


# --- folders ---------------------------------------------------------------------------------------------------------


class BooksStray(Problem):
    """Something below `books/` that is no month file."""

    code = "BOOKS_STRAY"
    message = N_("{name} has no place below books/; a copy of a month would count twice.")
    remedy = N_(
        "Below books/ lie only month files, as books/2026/2026-03.beancount. Compare it with the month's own file, "
        "move over what is missing there, and take it out of books/."
    )


class BooksNone(Problem):
    """No month file at all."""

    code = "BOOKS_NONE"
    message = N_("There is no month file below books/.")
    remedy = N_("Make the first one, as books/2026/2026-01.beancount, with one comment line: ; nothing yet")


class FileHidden(Problem):
    """A text or settings whose name begins with a dot: nothing ever reads it."""

    code = "FILE_HIDDEN"
    message = N_("{name} begins with a dot: it is never read, and many programs don't show it.")
    remedy = N_("Rename it without the dot if it belongs there; else take it away.")


class FileStray(Problem):
    """A text beside `books/`, or beside the units, that no book includes: nothing ever reads it."""

    code = "FILE_STRAY"
    message = N_("{name} is never read: what it says counts nowhere.")
    remedy = N_(
        "Beside books/ a unit has main.beancount and accounts.beancount alone. Move what it says into the month files "
        "(books/2026/2026-03.beancount), or take it out of the unit's folder."
    )
    cases: ClassVar = {
        "units": (
            message,
            N_(
                "Beside the units' folders lie policy.beancount and prices.beancount alone. Move what it says into one "
                "of them, into units/adjustments/ or into a unit's month files; else take it away."
            ),
        )
    }


class AdjustmentsStray(Problem):
    """Something among the adjustments that is no file of them."""

    code = "ADJUSTMENTS_STRAY"
    message = N_("{name} has no place in units/adjustments/; a copy of an adjustment would count twice.")
    remedy = N_(
        "Only plain files lie there, named with a-z, 0-9 and single hyphens, as 2026-12-levy.beancount; no folders. "
        "Compare it with the file that it is a copy of, and take it out, or rename it."
    )


class ClosedWithoutSeal(Problem):
    """Vouchers that claim to be of a close that never was."""

    code = "CLOSED_WITHOUT_SEAL"
    message = N_("{name} says that {period} is closed, but no seal of {slug} says so.")
    remedy = N_(
        "Only  sambok close  writes such files. Restore seals.jsonl from git or a backup, or move the file away and "
        "close the month again."
    )


#: A chain of seals that can't be read says nothing about what is closed.
SealsUnreadable = SealUnreadable
