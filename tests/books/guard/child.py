"""A long-lived process that guards texts for the tests, so that a text that kills the reader is seen, not suffered.

Reads `{"size": n, ...arguments of parse_guarded}` and n bytes; writes one JSON object: the problems; whether what
passed is what plain Beancount makes of it; what booking and checking it raised; and every file, module or program that
was opened meanwhile.
"""

import datetime as dt
import io
import json
import sys

sys.path.insert(0, sys.argv[1])

from beancount.core import data
from beancount.ops import validation
from beancount.parser import booking, parser

from ledger.books.guard import PROFILES, parse_guarded
from ledger.books.limits import apply_limits

WATCHED = (
    "open",
    "import",
    "exec",
    "os.system",
    "os.exec",
    "os.remove",
    "subprocess.Popen",
    "socket.connect",
    "ctypes",
)
events: list[str] = []
watching: list[bool] = []


def hook(event: str, args: tuple[object, ...]) -> None:
    if watching and event.startswith(WATCHED):
        events.append(f"{event} {args!r}"[:200])


def booked(entries: list, options: dict) -> str:
    """What Beancount raises (not reports) when it books and validates what the guard passed."""
    try:
        entries = sorted(entries, key=data.entry_sortkey)
        entries, _ = booking.book(entries, options)
        validation.validate(entries, options, None, None)
    except Exception as error:  # noqa: BLE001  the test asks whether anything at all was raised
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> None:
    source = sys.stdin.buffer
    parse_guarded(
        b"2026-01-01 open Assets:A\n", file="/w", shown="w", profile=PROFILES["books"], today=dt.date(2026, 1, 1)
    )
    apply_limits(cpu=None)
    sys.addaudithook(hook)
    for line in iter(source.readline, b""):
        job = json.loads(line)
        text = source.read(job.pop("size"))
        job["profile"] = PROFILES[job["profile"]]
        job["today"] = dt.date.fromisoformat(job["today"])
        events.clear()
        watching.append(True)
        parsed = parse_guarded(text, **job)
        watching.clear()
        answer = {
            "problems": [p.to_dict() for p in parsed.problems],
            "events": list(events),
            "same": None,
            "raised": "",
        }
        if not parsed.problems:
            entries, errors, options = parser.parse_file(io.BytesIO(text), report_filename=job["file"])
            ours, theirs = dict(parsed.options), dict(options)
            displays = [str(ours.pop("dcontext")) == str(theirs.pop("dcontext"))]
            answer["same"] = (
                repr(entries) == repr(parsed.entries)
                and not errors
                and displays == [True]
                and repr(ours) == repr(theirs)
            )
            answer["entries"] = len(entries)
            answer["raised"] = booked(parsed.entries, options)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
