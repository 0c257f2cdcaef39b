"""The accounts of a savings group's book; they are the same for what is provisional and for what is booked."""

from ledger.loans.group_accounts import OWN, ROLES, GroupAccounts

__all__ = ["OWN", "ROLES", "GroupAccounts"]
