"""The solidarity fund at work: each unit's year, what the rules make of it, and the years side by side (SPEC 9)."""
