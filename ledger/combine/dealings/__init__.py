"""What units have to do with each other (SPEC 10): who answers whom, what is eliminated, what is said of the rest.

`items` (tagged postings) -> `matching` (link, document, amount) -> `settle` (entries and findings) -> `pairs` (all of
it, pair by pair) -> `matrix` (the check). `transit` and `cutoff` take late vouchers in; `unrealised` and `assets` take
profits out that the group hasn't earned; `vat` judges what can't be recovered.
"""
