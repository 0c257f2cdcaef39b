"""The error catalogue: each error with an input that causes it and the text it must give (SPEC 12)."""
