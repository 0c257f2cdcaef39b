"""What can be wrong with a BgMax file."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class BgMaxTestFile(Problem):
    """A file that Bankgirot marked as a test: no money has moved."""

    code = "BGMAX_TEST_FILE"
    message = N_("Bankgirot has marked this file as a test (T in its first record): no money has moved.")
    remedy = N_("Delete it. Files of real payments are marked P.")


class BgMaxOtherFile(Problem):
    """Another of Bankgirot's products."""

    code = "BGMAX_OTHER_FILE"
    message = N_("This is a file of {product}, not of payments received (BgMax).")
    remedy = N_("What was paid out comes with the bank's statement. Order the BgMax file of Bankgiro Inbetalningar.")


class BgMaxRecord(Problem):
    """A record that can't be read."""

    code = "BGMAX_RECORD"
    message = N_("Record {record} can't be read: {what} is {text}.")
    remedy = N_("The file is damaged or was edited in another program. Download it again.")


class BgMaxOrder(Problem):
    """A record where the layout has no place for it."""

    code = "BGMAX_ORDER"
    message = N_("Record {record} can't stand here: {what}.")
    remedy = N_("A part of the file is missing, or two files were put together. Download it again.")


class BgMaxCutOff(Problem):
    """A file without its end record."""

    code = "BGMAX_CUT_OFF"
    message = N_("The file ends without its end record (70): it was cut off.")
    remedy = N_("Download it again, and don't open and save it in another program.")


class BgMaxCount(Problem):
    """A count in the file that isn't the count of its records."""

    code = "BGMAX_COUNT"
    message = N_("Record {record} announces {what}: {declared}; the file holds {found}.")
    remedy = N_("Records are missing or were added. Nothing was booked; download the file again.")
