"""Reading the directives of the federation's funds and shared services from `units/policy.beancount` (SPEC 4, 9).

    2026-01-01 custom "fund" "investment"
      decision: "FS-2025-11-20-§14"
      exposure: 0.20
      bank: Assets:1940-Sparkonto
    2026-03-10 custom "fund-agreement" "IF-2026-001" 150000.00 SEK
      decision: "ST-2026-03-10-§5"
      unit: "kafe-angen"
      kind: "loan"
      budget: 200000.00 SEK
      own-part: 50000.00 SEK
      interest: 0.02
      term: 60
      recused: "kafe-angen"

Keys are those of the terms (`ledger.rules.funds.terms`, `ledger.rules.solidarity.terms`), with hyphens. A directive of
which something can't be read counts for nothing: one half understood would allow what nobody has decided.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, cast, get_args

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Workspace
from ledger.charts.ranges import CodeSet
from ledger.errors import Problem
from ledger.policy import funds as entries
from ledger.policy.entry import Entry
from ledger.policy.problems_funds import PolicyCentre, PolicyFundCase, PolicyFundValue
from ledger.rules.funds import terms as fund
from ledger.rules.funds.scoring import SCALE
from ledger.rules.names import folded
from ledger.rules.rounding import unit_of
from ledger.rules.services import terms as services
from ledger.rules.solidarity import terms as solidarity
from ledger.rules.solidarity.conditions import Rule

CASE = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
CENTRE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 30
MOST = 100_000
FUND, SCORE, AGREEMENT, STATE = "fund", "fund-score", "fund-agreement", "fund-state"
EXCEPTION, CENTRE_TYPE, KEY, METHOD = "solidarity-exception", "cost-centre", "allocation-key", "service-method"
EXAMPLES = {
    FUND: '2026-01-01 custom "fund" "investment"',
    SCORE: '2026-03-05 custom "fund-score" "IF-2026-001" 74',
    AGREEMENT: '2026-03-10 custom "fund-agreement" "IF-2026-001" 150000.00 SEK',
    STATE: '2026-09-01 custom "fund-state" "IF-2026-001" "watch"',
    EXCEPTION: '2027-02-10 custom "solidarity-exception" "<unit>" "waiting"',
    CENTRE_TYPE: '2026-01-01 custom "cost-centre" "finance" "Ekonomi"',
    KEY: '2026-01-01 custom "allocation-key" "headcount" "<unit>" 12',
    METHOD: '2026-01-01 custom "service-method" "step-down"',
}
CRITERIA = ("jobs", "viability", "own-part", "environment", "spread")
WORDS: dict[str, tuple[str, ...]] = {
    "nature": get_args(fund.Nature),
    "mode": get_args(solidarity.Mode),
    "weight": get_args(solidarity.Weight),
}
WHOLE = frozenset(
    "waiting supported within claw-back-years levy-days closed-by liquidity-days deficit-quarters".split()
)
AMOUNTS = frozenset({"director", "committee", "board"})


def _keys_of(terms: type) -> tuple[str, ...]:
    return tuple(field.name.replace("_", "-") for field in dataclasses.fields(terms) if field.name != "name")


FUND_KEYS, SOLIDARITY_KEYS = _keys_of(fund.FundTerms), _keys_of(solidarity.SolidarityTerms)
KEYS: dict[str, tuple[str, ...]] = {
    FUND: ("decision", *dict.fromkeys((*FUND_KEYS, *SOLIDARITY_KEYS))),
    SCORE: ("decision", *CRITERIA),
    AGREEMENT: (
        *("decision", "unit", "kind", "budget", "own-part", "interest", "term", "grace", "repayment", "ends"),
        *("recused", "changes"),
    ),
    STATE: ("decision",),
    EXCEPTION: ("decision", "year"),
    CENTRE_TYPE: ("decision", "until", "order", "key", "accounts"),
    KEY: ("decision", "until"),
    METHOD: ("decision",),
}


class Reader(Protocol):
    """What reading one directive needs of the reader of policy (`ledger.policy.read`)."""

    ws: Workspace

    def values(self, entry: data.Custom, *types: type) -> list[Any]:
        """The directive's values, of these types."""

    def common(self, entry: data.Custom) -> dict[str, Any]:
        """Date, decision, file and line."""

    def scope(self, entry: data.Custom, slug: str) -> str:
        """A unit's slug that is known."""

    def fault(self, entry: data.Custom, cls: type[Problem], **params: Any) -> Exception:
        """What is raised where a directive is wrong."""


class FundReader:
    """Reads one directive after the other; what one says is held against those before."""

    def __init__(self, reader: Reader) -> None:
        """`reader` is that of all policy."""
        self.reader = reader
        self.found: list[Entry] = []

    def readers(self) -> dict[str, Callable[[data.Custom], Entry]]:
        """By the directive's type, what reads it."""
        return {
            FUND: self._fund,
            SCORE: self._score,
            AGREEMENT: self._agreement,
            STATE: self._state,
            EXCEPTION: self._exception,
            CENTRE_TYPE: self._centre,
            KEY: self._key,
            METHOD: self._method,
        }

    def policy(self, found: Sequence[Entry]) -> entries.FundPolicy:
        """All that was read."""

        def of(cls: type[Any]) -> tuple[Any, ...]:
            return tuple(entry for entry in found if isinstance(entry, cls))

        return entries.FundPolicy(
            funds=of(entries.FundEntry),
            solidarity=of(entries.SolidarityEntry),
            scored=of(entries.ScoreEntry),
            agreed=of(entries.AgreementEntry),
            states=of(entries.StateEntry),
            excepted=of(entries.ExceptionEntry),
            centres=of(entries.CentreEntry),
            keys=of(entries.KeyEntry),
            methods=of(entries.MethodEntry),
        )

    # What all of them need

    def _wrong(self, entry: data.Custom, case: str, key: str, value: object, **said: object) -> Exception:
        return self.reader.fault(entry, PolicyFundValue, case=case, key=key, value=value, **said)

    def _word(self, entry: data.Custom, key: str, value: object, known: Sequence[str]) -> str:
        if isinstance(value, str) and value in known:
            return value
        near = difflib.get_close_matches(str(value).lower(), known, n=1, cutoff=0)[0]
        raise self._wrong(entry, "word", key, value, nearest=near, known=", ".join(known))

    def _part(self, entry: data.Custom, key: str, value: object) -> Decimal:
        if isinstance(value, Decimal) and 0 <= value <= 1:
            return value
        raise self._wrong(entry, "", key, value)

    def _whole(self, entry: data.Custom, key: str, value: object, least: int = 0) -> int:
        if isinstance(value, Decimal) and value == value.to_integral_value() and least <= value <= MOST:
            return int(value)
        raise self._wrong(entry, "whole", key, value, least=least)

    @property
    def _currency(self) -> str:
        central = self.reader.ws.central
        return central.currency if central is not None else self.reader.ws.currency

    def _amount(self, entry: data.Custom, key: str, value: object, *, zero: bool = False) -> Decimal:
        """An amount in central's currency."""
        currency, smallest = self._currency, unit_of(self._currency)
        number = value.number if isinstance(value, Amount) and value.currency == currency else None
        if number is None or number < 0 or (not number and not zero) or number % smallest:
            said = {"currency": currency, "smallest": f"{smallest} {currency}"}
            raise self._wrong(entry, "amount", key, value, **said)
        return number

    def _case(self, entry: data.Custom, name: str) -> str:
        if CASE.fullmatch(name) is None or len(name) > LONGEST:
            raise self.reader.fault(entry, PolicyFundCase, case_name=name)
        return name

    # The directives

    def _fund(self, entry: data.Custom) -> Entry:
        (name,) = self.reader.values(entry, str)
        self._word(entry, "fund", name, ("investment", "solidarity"))
        own = FUND_KEYS if name == "investment" else SOLIDARITY_KEYS
        said: dict[str, Any] = {}
        for key, value in entry.meta.items():
            if key in own:
                said[key.replace("-", "_")] = self._term(entry, key, value)
            elif key in {*FUND_KEYS, *SOLIDARITY_KEYS}:
                raise self._wrong(entry, "word", "fund", f"{name}, {key}:", nearest=name, known=", ".join(own))
        common = self.reader.common(entry)
        if name == "investment":
            return entries.FundEntry(terms=fund.FundTerms(**said), **common)
        terms = solidarity.SolidarityTerms(**said)
        if not terms.floor <= terms.target <= terms.ceiling:
            band = {"floor": terms.floor, "target": terms.target, "ceiling": terms.ceiling}
            raise self._wrong(entry, "band", "floor", terms.floor, **band)
        return entries.SolidarityEntry(terms=terms, **common)

    def _term(self, entry: data.Custom, key: str, value: object) -> Any:
        if key in WORDS:
            return self._word(entry, key, value, WORDS[key])
        if key in WHOLE:
            return self._whole(entry, key, value)
        if key in AMOUNTS:
            return self._amount(entry, key, value)
        if key == "bank":
            if isinstance(value, str) and value.startswith("Assets:"):
                return value
            raise self._wrong(entry, "account", key, value)
        return self._part(entry, key, value)

    def _score(self, entry: data.Custom) -> Entry:
        name, total = self.reader.values(entry, str, Decimal)
        points: dict[str, Decimal] = {}
        for key in CRITERIA:
            if key in entry.meta:
                value = entry.meta[key]
                if not isinstance(value, Decimal) or value < 0:
                    raise self._wrong(entry, "number", key, value)
                if value > (most := getattr(SCALE, key.replace("-", "_"))):
                    raise self._wrong(entry, "points", key, value, most=most)
                points[key] = value
        summed = sum(points.values(), Decimal(0))
        if total > 100 or total < 0 or (points and summed != total):
            raise self.reader.fault(entry, PolicyFundCase, case="score", case_name=name, sum=summed, total=total)
        said = tuple(points.items()) or (("total", total),)
        return entries.ScoreEntry(case=self._case(entry, name), points=said, **self.reader.common(entry))

    def _agreement(self, entry: data.Custom) -> Entry:
        name, _ = self.reader.values(entry, str, Amount)
        self._case(entry, name)
        meta = entry.meta
        slug = meta.get("unit")
        if not isinstance(slug, str):
            raise self._wrong(entry, "text", "unit", slug)
        if slug == "*":
            raise self._wrong(entry, "unit", "unit", slug)
        self.reader.scope(entry, slug)
        amount = self._amount(entry, "amount", entry.values[1].value)
        kind = self._word(entry, "kind", meta.get("kind"), get_args(fund.Kind))
        budget = self._amount(entry, "budget", meta["budget"]) if "budget" in meta else amount
        own = self._amount(entry, "own-part", meta["own-part"], zero=True) if "own-part" in meta else budget - amount
        ends = meta.get("ends")
        if ends is not None and (not isinstance(ends, dt.date) or ends < entry.date):
            raise self._wrong(entry, "day", "ends", ends)
        repayment = self._word(entry, "repayment", meta.get("repayment", "equal-principal"), get_args(fund.Repayment))
        terms = fund.AgreementTerms(
            case=name,
            unit=slug,
            kind=cast("fund.Kind", kind),
            amount=amount,
            budget=budget,
            own_part=own,
            begins=entry.date,
            ends=ends,
            interest=self._part(entry, "interest", meta.get("interest", Decimal(0))),
            term=self._whole(entry, "term", meta.get("term", Decimal(0))),
            grace=self._whole(entry, "grace", meta.get("grace", Decimal(0))),
            repayment=cast("fund.Repayment", repayment),
            recused=slugs_of(meta.get("recused")),
        )
        self._agrees(entry, terms)
        reason = str(meta.get("reason") or "")
        made = entries.AgreementEntry(terms=terms, reason=reason, **self.reader.common(entry))
        self.found.append(made)
        return made

    def _agrees(self, entry: data.Custom, terms: fund.AgreementTerms) -> None:
        """What an agreement's terms say together, and beside those before it."""

        def wrong(case: str, **said: object) -> Exception:
            return self.reader.fault(entry, PolicyFundCase, case=case, case_name=terms.case, **said)

        unit = self.reader.ws.units.get(terms.unit)
        if terms.amount + max(terms.own_part, Decimal(0)) > terms.budget:
            raise wrong("own", budget=Amount(terms.budget, self._currency))
        if terms.kind == "loan" and not terms.term:
            raise wrong("term")
        if terms.kind == "loan" and terms.grace >= terms.term:
            raise wrong("grace", grace=terms.grace, term=terms.term)
        if terms.kind == "grant" and (terms.interest or terms.term or terms.grace):
            raise wrong("grant")
        if unit is not None and terms.kind == "equity" and unit.entity == "division":
            raise wrong("division", slug=unit.slug)
        if unit is not None and not unit.in_scope(entry.date):
            raise wrong("member", slug=unit.slug, date=entry.date)
        agreed = [e for e in self.found if isinstance(e, entries.AgreementEntry)]
        before = [e for e in agreed if folded(e.terms.case) == folded(terms.case)]
        if before and entry.meta.get("changes") is not True:
            raise wrong("twice", first=before[-1].line)
        if before and _about(before[-1].terms) != _about(terms):
            first = before[-1]
            raise wrong("other", first=first.line, name=first.terms.case, slug=first.terms.unit, kind=first.terms.kind)

    def _state(self, entry: data.Custom) -> Entry:
        name, state = self.reader.values(entry, str, str)
        self._word(entry, "state", state, get_args(fund.State))
        known = [e.terms.case for e in self.found if isinstance(e, entries.AgreementEntry)]
        if state != "rejected" and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0)
            said = {"case": "unknown", "nearest": near[0]} if near else {"case": "none"}
            raise self.reader.fault(entry, PolicyFundCase, case_name=name, **said)
        return entries.StateEntry(case=self._case(entry, name), state=state, **self.reader.common(entry))

    def _exception(self, entry: data.Custom) -> Entry:
        slug, what = self.reader.values(entry, str, str)
        self.reader.scope(entry, slug)
        self._word(entry, "exception", what, get_args(Rule))
        year = self._whole(entry, "year", entry.meta.get("year"), least=2000)
        return entries.ExceptionEntry(scope=slug, what=what, year=year, **self.reader.common(entry))

    def _centre(self, entry: data.Custom) -> Entry:
        name, title = self.reader.values(entry, str, str)
        if name in self.reader.ws.units:
            raise self.reader.fault(entry, PolicyCentre, name=name)
        if CENTRE.fullmatch(name) is None or len(name) > LONGEST:
            raise self.reader.fault(entry, PolicyCentre, case="name", name=name)
        written, accounts = entry.meta.get("key", "members 1"), None
        key = _mix(written)
        if key is None:
            raise self._wrong(entry, "key", "key", written)
        if "accounts" in entry.meta:
            try:
                accounts = CodeSet.parse(str(entry.meta["accounts"]))
            except ValueError:
                raise self._wrong(entry, "text", "accounts", entry.meta["accounts"]) from None
        common = self.reader.common(entry)
        order = self._whole(entry, "order", entry.meta.get("order", Decimal(0)))
        centre = services.CostCentre(name, title, order, key, common["decision"])
        made = entries.CentreEntry(centre=centre, accounts=accounts, **common)
        self.found.append(made)
        return made

    def _key(self, entry: data.Custom) -> Entry:
        key, user, value = self.reader.values(entry, str, str, Decimal)
        if key in services.FROM_BOOKS:
            raise self.reader.fault(entry, PolicyCentre, case="books", name=key)
        centres = [e.centre.name for e in self.found if isinstance(e, entries.CentreEntry)]
        if user not in self.reader.ws.units and user not in centres:
            near = difflib.get_close_matches(user, [*self.reader.ws.units, *centres], n=1, cutoff=0) or ["-"]
            raise self.reader.fault(entry, PolicyCentre, case="user", name=user, nearest=near[0])
        if CENTRE.fullmatch(key) is None or len(key) > LONGEST:
            raise self.reader.fault(entry, PolicyCentre, case="key", name=key)
        if value < 0:
            raise self._wrong(entry, "number", key, value)
        common = self.reader.common(entry)
        made = services.KeyValue(key, user, value, entry.date, common["decision"])
        return entries.KeyEntry(value=made, **common)

    def _method(self, entry: data.Custom) -> Entry:
        (method,) = self.reader.values(entry, str)
        self._word(entry, "method", method, get_args(services.Method))
        return entries.MethodEntry(method=method, **self.reader.common(entry))


def _about(terms: fund.AgreementTerms) -> tuple[str, str, str]:
    """What no change of an agreement can change."""
    return terms.case, terms.unit, terms.kind


def slugs_of(written: object) -> tuple[str, ...]:
    """Slugs that stand in one text, with commas between them."""
    text = written if isinstance(written, str) else ""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _mix(written: object) -> Mapping[str, Decimal] | None:
    """`vouchers 60, payslips 40` as keys with their weights; one key alone needs none."""
    found: dict[str, Decimal] = {}
    for part in str(written).split(","):
        name, _, weight = part.strip().partition(" ")
        weight = weight.strip() or "1"
        if CENTRE.fullmatch(name) is None or re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", weight) is None:
            return None
        found[name] = found.get(name, Decimal(0)) + Decimal(weight)
    return found if sum(found.values()) > 0 else None
