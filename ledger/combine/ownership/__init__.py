"""Units that are owned by another unit (SPEC 10; IFRS 3, 10; K3 9 and 18): who owns what, and what it comes to.

`stakes` says who owns which part, `cost` what was paid, `equity` what was bought and earned since; `goodwill` and
`minority` follow from these, `entries` writes them, `shares` proves that they tie. `owned` puts them in a row.
"""
