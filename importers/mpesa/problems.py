"""What can be wrong with an M-Pesa statement."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class MpesaStatus(Problem):
    """A status that is neither completed nor one of those in which no money moved."""

    code = "MPESA_STATUS"
    message = N_("The transaction {receipt} has the status {status}: it isn't known whether money moved.")
    remedy = N_("Download the statement again once the transaction is completed or failed; else ask M-Pesa.")


class MpesaReceipt(Problem):
    """A row without a receipt number."""

    code = "MPESA_RECEIPT"
    message = N_("{text} is no receipt number.")
    remedy = N_("The file is damaged, or was edited. Download it again, and don't open and save it in another program.")
