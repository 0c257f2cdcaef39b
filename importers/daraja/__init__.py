"""Daraja: what M-Pesa calls back for each payment to a paybill or till, before any statement shows it."""
