"""What the pages on the combined figures call ELIM, ADJ and CTA."""

from __future__ import annotations

from ledger.combine.model import ADJ, CTA, ELIM
from ledger.messages import N_

PSEUDO_NAMES = {
    ELIM: N_("Eliminated dealings between units"),
    ADJ: N_("Adjustments, and what is in transit"),
    CTA: N_("Translation differences"),
}
