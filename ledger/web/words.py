"""Fava's own words that we say ourselves: those its catalogues lack, and those that a bookkeeper would say otherwise.

Fava's Spanish calls postings "publicaciones" (publications), its Swedish calls costs "utgifter" (payments): wrong in
accounts. All else in its frame stays as its own translators have it.
"""

from __future__ import annotations

from ledger.messages import N_, translate

FAVA_WORDS = (
    N_("# Entries"),
    N_("Account Balance"),
    N_("Add Journal Entry"),
    N_("Amount"),
    N_("At Cost"),
    N_("Balance"),
    N_("Balance Sheet"),
    N_("Balances"),
    N_("Balances after entry"),
    N_("Balances before entry"),
    N_("Change"),
    N_("Chart is empty."),
    N_("Click to copy balance directives for accounts (except green ones) to the clipboard."),
    N_("Color scheme"),
    N_("Commodities"),
    N_("Converted to %(currency)s"),
    N_("Copy balance directives"),
    N_("Cost currency"),
    N_("Dark"),
    N_("Deleting…"),
    N_("Download currently filtered entries as a Beancount file"),
    N_("Duplicate"),
    N_("Entries per Type"),
    N_("Expenses"),
    N_("Files"),
    N_("Filter by tag, payee, …"),
    N_("Holdings by"),
    N_("Icicle"),
    N_("Importable Files"),
    N_("Income Statement"),
    N_("Journal"),
    N_("Journal of all entries for this Account and Sub-Accounts"),
    N_("Last Entry"),
    N_("Light"),
    N_("Line"),
    N_("Move"),
    N_("Move or rename document"),
    N_("Narration"),
    N_("Net Profit"),
    N_("Net Worth"),
    N_("No events."),
    N_("No files were found for import."),
    N_("Non-importable Files"),
    N_("Other"),
    N_("Postings"),
    N_("Postings per Account"),
    N_("Query"),
    N_("Show keyboard shortcuts"),
    N_("Single Bars"),
    N_("Stacked Bars"),
    N_("Toggle %(type)s entries"),
    N_("Toggle Comment (selection)"),
    N_("Toggle metadata"),
    N_("Toggle postings"),
    N_("Time"),
    N_("Transaction"),
    N_("Upload"),
    N_("Upload files for import"),
    N_("continue"),
    N_("ignore duplicate"),
    N_("reload"),
    N_("…enter a BQL query. 'help' to list available commands."),
)


def own_words() -> dict[str, str]:
    """Fava's word → ours, in the language in use; none where ours is the same (English)."""
    return {word: said for word in FAVA_WORDS if (said := translate(word)) != word}
