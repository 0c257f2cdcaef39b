"""The accounts of a savings group's book; they are the same for what is provisional and for what is booked."""

from ledger.loans.group_accounts import GroupAccounts

__all__ = ["GroupAccounts"]
