"""The federation's own funds as central's book tells them: rows, worth, cases (SPEC 9)."""
