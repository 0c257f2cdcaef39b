"""The solidarity fund: what units in deficit get of the others, by a formula that nobody can bend (SPEC 9)."""
