"""What is made of the combined figures for people and programs (SPEC 5, 10); no figure is worked out a second time.

`worksheet`, `bridge`, `equity`, `segments`, `drill` for the finance head; `view` as a ledger; `answer`, `tables`,
`export` for programs.
"""
