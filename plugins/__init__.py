"""Beancount plugins, thin: entries in, `ledger.provisional` called, entries and errors out."""
