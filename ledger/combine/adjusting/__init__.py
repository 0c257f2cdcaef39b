"""What the finance head adjusts on top of all books: `units/adjustments/`, column ADJ (SPEC 10).

`reader` reads and refuses, `adjustment` is what was read, `adjusted` makes entries and items of it, `rates`
translates it.
"""
