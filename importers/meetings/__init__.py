"""Meeting sheets of savings groups and loan funds: what each participant paid and borrowed, as CSV (SPEC 8)."""
