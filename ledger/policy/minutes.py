"""Minutes of decisions that aren't where policy says: a decision without what proves it (SPEC 4, 7).

Minutes are kept among central's documents, and central's close seals what they hold. Where they are missing nobody
could say later what was decided: that is told while the month of the decision is open, and central's close of it waits.
What is sealed already is `sambok verify`'s to compare. Minutes that lie elsewhere, or on paper, have a name only.
"""

from __future__ import annotations

from collections.abc import Collection

from ledger.books import Workspace, month_of
from ledger.books.papers import is_place, place_of
from ledger.books.problems_load import DocumentMissing
from ledger.policy.model import Policy


def missing_minutes(ws: Workspace, policy: Policy, closed: Collection[str]) -> tuple[DocumentMissing, ...]:
    """Decisions whose minutes aren't among central's documents, though policy says so.

    Args:
        ws: the workspace.
        policy: with the decisions.
        closed: months that central has closed.

    Returns:
        One for each decision, in their order.
    """
    central = ws.central
    if central is None:
        return ()
    found = []
    for decision in policy.decisions.values():
        slug, _, name = (decision.document or "").partition("/")
        place = place_of(name) if slug == central.slug and is_place(name) else None
        if place is None or month_of(decision.date) in closed:
            continue
        path = central.folder / place
        if not path.is_file() or path.is_symlink():
            found.append(
                DocumentMissing(
                    file=decision.file,
                    line=decision.line,
                    unit=slug,
                    document=f"units/{slug}/{place}",
                    date=decision.date,
                    case="minutes",
                )
            )
    return tuple(found)
