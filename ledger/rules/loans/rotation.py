"""Rotating savings: each round all pay in, one gets the pot, until everybody has had it (SPEC 8; research: rotation).

Whose turn it is, and why: `turns.py`, `auction.py`, `lottery.py`. Who pays and gets, how all stand: `rounds.py`.
"""

from ledger.rules.loans.auction import Auctioned, Bid, Dividend, auction
from ledger.rules.loans.lottery import METHOD, drawn, lot, seed_of
from ledger.rules.loans.ranking import Reason
from ledger.rules.loans.rounds import Position, Round, holders, rounds
from ledger.rules.loans.turns import REASONS, Turn, auctioned, by_lottery, by_need, fixed, put_last, swap

__all__ = [
    "METHOD",
    "REASONS",
    "Auctioned",
    "Bid",
    "Dividend",
    "Position",
    "Reason",
    "Round",
    "Turn",
    "auction",
    "auctioned",
    "by_lottery",
    "by_need",
    "drawn",
    "fixed",
    "holders",
    "lot",
    "put_last",
    "rounds",
    "seed_of",
    "swap",
]
