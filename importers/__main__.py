"""beangulp's own command line over a unit's importers: `python -m importers UNIT identify|extract|archive …`."""

import sys

import beangulp

from importers.beangulp_config import config
from ledger.errors import EXIT_USAGE, Problem


def main() -> None:
    """Make the unit's importers and hand over to beangulp."""
    if len(sys.argv) < 2 or sys.argv[1] in {"-h", "--help"}:
        sys.stderr.write("Usage: python -m importers UNIT identify|extract|archive ...\n")
        sys.exit(0 if len(sys.argv) > 1 else EXIT_USAGE)
    slug = sys.argv.pop(1)
    try:
        beangulp.Ingest(config(slug, with_opens=True))()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n    -> {problem.remedy_text()}\n")
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
