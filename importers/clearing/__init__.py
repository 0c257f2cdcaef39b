"""What formats of money on its way to the bank share: deposits, checked, on a clearing account (SPEC 11)."""
