"""Policy: dated rates and decisions of `units/policy.beancount` (SPEC 4). What others may use is named here."""

from ledger.policy.entry import ALWAYS, EVERY_UNIT
from ledger.policy.model import (
    AmountEntry,
    BaseEntry,
    ComponentEntry,
    CycleEntry,
    Decision,
    ImpairmentEntry,
    Policy,
    RateEntry,
)
from ledger.policy.read import read_policy

__all__ = [
    "ALWAYS",
    "EVERY_UNIT",
    "AmountEntry",
    "BaseEntry",
    "ComponentEntry",
    "CycleEntry",
    "Decision",
    "ImpairmentEntry",
    "Policy",
    "RateEntry",
    "read_policy",
]
