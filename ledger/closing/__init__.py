"""Closing: what is final stays as it is, and everybody can see that it has (SPEC 4, 7)."""
