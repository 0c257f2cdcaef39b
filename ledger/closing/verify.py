"""Proof that nothing sealed has changed, from the text alone (SPEC 5, 7; BFL 5 kap. 6-7 and 11 §§).

For every unit: its chain of seals by itself; what all other chains say of it as witnesses; what histories and closed
files tell of seals that there must be; the text against the seals; documents by SHA-256; the other side of frozen
vouchers; its history. Neither caches nor git are asked, so a copy on another machine gives the same answer; only what a
machine itself remembers of a history's last line (`.sambok`) is heard besides, where it is there.

A history must be there where anything is sealed, must tell of each close, and must hold the lines that seals repeat of
it: each seal says how the unit's history and the federation's ended when it was made. So a history can't be taken away,
cut or made anew without the seals being made anew as well.

In this process only bytes are looked at. What must be parsed, because it isn't what was sealed, is parsed in the
guard's child. Whatever one unit's files do, the other units are verified all the same.

How this module reads the contract where it leaves room:

- A file that can't be read (a link, a pipe, too large) is an error of its unit, and what was sealed of it is missing.
- A signature that is there must be right. With trusted keys, no seal behind a signed one goes unsigned, and a chain
  without any signature is told: else who rewrites it would leave them out.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.books.history import CUT, Line, Repeated, check_history, lines_of
from ledger.closing.common import settings, with_common
from ledger.closing.evidence import HISTORY, Evidence, Texts, Unreadable
from ledger.closing.found import UNKEPT, in_order, of_history, of_seals, of_unreadable, with_reason
from ledger.closing.heads import Head, head_of
from ledger.closing.papers import Papers
from ledger.closing.parsing import Parser
from ledger.closing.problems_verify import VerifyUnreadable
from ledger.closing.quick import chain_of, stands
from ledger.closing.sides import other_side
from ledger.errors import Problem
from ledger.messages import N_
from ledger.seals import chain
from ledger.seals.compare import compare
from ledger.seals.grounds import MARK
from ledger.seals.lines import FILE as SEALS
from ledger.seals.model import Found, Seal, Twin
from ledger.seals.signing import check_signatures

#: What else is to be found in a unit: asked with its slug ("" the federation), its text, and what was seen of it.
Further = Callable[[str, Texts, "Looked", Parser], Iterable[Found]]
#: Number and digest of a history's last line, as the machine remembers it; by slug, "" for the federation's.
Known = Callable[[str], tuple[int, str] | None]
_CLOSED = re.compile(r"books/[0-9]{4}/([0-9]{4}-(?:0[1-9]|1[0-2]))(?:\.([a-z0-9-]+))?\.closed\.beancount")
_NO_HISTORY = N_("the unit has seals, and each close writes a line into its history")
_NO_CLOSE = N_("it doesn't tell of the close of {period} ({mark})")


@dataclass(frozen=True)
class Verified:
    """What verifying found.

    Attributes:
        findings: by unit's slug ("" the federation's history), in the order of files and lines; only units with any.
        heads: of every unit that has sealed anything, in order.
        root: over all heads.
        problems: what couldn't be looked at.
        entries: how many sealed entries were looked for, by unit that was verified.
        documents: how many documents.
    """

    findings: Mapping[str, tuple[Found, ...]]
    heads: tuple[Head, ...]
    root: str
    problems: tuple[Problem, ...]
    entries: Mapping[str, int]
    documents: int

    @property
    def ok(self) -> bool:
        """Whether nothing was found, and everything could be looked at."""
        return not self.findings and not self.problems

    @property
    def fingerprint(self) -> str:
        """Of all that is sealed in the federation; "" where nothing is."""
        return chain.fingerprint(self.root) if self.heads else ""


@dataclass
class Looked:
    """What was seen of one unit.

    Attributes:
        seals: of its chain, those that can be read; without their entries where `whole`.
        whole: chain and text are as they were.
        found: what isn't so any more.
    """

    slug: str
    seals: tuple[Seal, ...] = ()
    whole: bool = False
    entries: int = 0
    unreadable: frozenset[str] = frozenset()
    broken: frozenset[int] = frozenset()
    closed_files: tuple[tuple[str, str, str], ...] = ()
    marks: tuple[tuple[str, str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def verify(
    evidence: Evidence,
    slugs: Collection[str] | None = None,
    *,
    trusted: Collection[str] = (),
    known: Known | None = None,
    also: Collection[str] = (),
    further: Further | None = None,
) -> Verified:
    """Verify units.

    Args:
        evidence: where their files are.
        slugs: which units; None for all, with the federation's own history.
        trusted: public keys (base64) by which seals must be signed; none: whoever signed.
        known: what the machine remembers of histories.
        also: units that there must be, besides those that are there.
        further: what else is to be found in a unit (`sambok verify --against`).
    """
    run = _Run(evidence, slugs, frozenset(also))
    run.trusted = frozenset(trusted)
    run.known = known
    run.further = further
    return run.run()


class _Run:
    """One verification."""

    trusted: frozenset[str] = frozenset()
    known: Known | None = None
    further: Further | None = None

    def __init__(self, evidence: Evidence, slugs: Collection[str] | None, also: frozenset[str]) -> None:
        self.evidence = evidence
        self.papers = Papers(evidence)
        self.all = slugs is None
        self.there = evidence.slugs()
        self.common = evidence.common()
        self.wanted = also.union(self.there) if slugs is None else frozenset(slugs)

    def run(self) -> Verified:
        # Units of which others tell that aren't there any more have nothing left but findings.
        looked = {slug: self._look(slug) for slug in sorted({*self.there, *self.wanted})}
        self._witnesses(looked)
        self._told(looked)
        self._twins(looked)
        slug, line, changed = settings({slug: one.seals for slug, one in looked.items()}, self.common, whole=self.all)
        if self._is_wanted(slug) and slug and line not in looked[slug].broken:
            looked[slug].found += changed
        # After those of the seals, which hold most of them.
        for slug, paper in self.papers.minutes(self.common, {unit for unit in self.there if self._is_wanted(unit)}):
            looked[slug].found.append(paper)
        findings = {slug: in_order(one.found) for slug, one in looked.items() if one.found and self._is_wanted(slug)}
        problems = [problem for slug, one in looked.items() if self._is_wanted(slug) for problem in one.problems]
        if self.all:
            found, faults = self._own_history(looked)
            findings |= {"": found} if found else {}
            problems += faults
        heads = tuple(head_of(slug, one.seals) for slug, one in looked.items() if one.seals)
        witnesses = chain.latest({slug: one.seals for slug, one in looked.items()})
        entries = {slug: one.entries for slug, one in looked.items() if slug in self.wanted and one.seals}
        return Verified(
            dict(sorted(findings.items())),
            heads,
            chain.federation_root(witnesses),
            tuple(problems),
            entries,
            self.papers.count,
        )

    def _is_wanted(self, slug: str) -> bool:
        return self.all or slug in self.wanted

    def _look(self, slug: str) -> Looked:
        """One unit by itself."""
        found = Looked(slug)
        texts = self.evidence.texts(slug) if slug in self.there else Texts()
        data = texts.seals
        if self.further is not None or (data is not None and MARK in data):
            texts = with_common(texts, self.common)
        light = chain_of(data, slug) if data is not None else None
        parser = Parser(self.evidence.root, slug, texts.files, found.problems)
        if light is not None:
            found.seals, found.entries = light.seals, light.entries
            found.whole = slug not in self.wanted or stands(light, texts.files)
        if data is not None and not found.whole:
            self._closely(found, data, texts, parser)
        found.lines = lines_of(texts.history or b"")
        _marks(found, texts)
        if slug in self.wanted:
            for name, reason in sorted(texts.faults.items()):
                file = posixpath.normpath(f"units/{slug}/{name}")
                found.problems.append(VerifyUnreadable(file=file, unit=slug, reason=reason))
            if SEALS in texts.faults:
                params = (("reason", texts.faults[SEALS]),)
                found.found.append(of_seals("missing", "", None, UNKEPT, params))
            self._signatures(found, data)
            found.found += self.papers.sealed(slug, found.seals, texts)
            self._history(found, texts)
            if self.further is not None:
                found.found += self.further(slug, texts, found, parser)
        return found

    def _closely(self, found: Looked, data: bytes, texts: Texts, parser: Parser) -> None:
        """A chain or a text that isn't as it was."""
        seals, problems = chain.salvage(data)
        found.seals, found.entries = seals, sum(len(seal.draft.entries) for seal in seals)
        found.unreadable = frozenset(problem.params.get("period", "") for problem in problems)
        damage = [of_unreadable(problem) for problem in problems] + chain.check_chain(seals, found.slug)
        found.broken = frozenset(one.line for one in damage if one.line)
        if found.slug in self.wanted:
            there = compare(seals, texts.files, parser, unreadable=found.unreadable, reread=parser.read)
            found.found += [*damage, *(with_reason(one, texts.faults) for one in there)]

    def _signatures(self, found: Looked, data: bytes | None) -> None:
        if any(seal.key or seal.signature for seal in found.seals):
            # A signature is for all that a seal says, its entries too.
            seals = chain.read_seals(data) if found.whole and data is not None else found.seals
            found.found += [one for one in check_signatures(seals, self.trusted) if one.line not in found.broken]
        else:
            found.found += check_signatures(found.seals, self.trusted)

    def _history(self, found: Looked, texts: Texts) -> None:
        """The unit's history by itself, and what seals and this machine know of it."""
        known = self.known(found.slug) if self.known else None
        repeated = [
            Repeated(seal.history.number, seal.history.entry, seal.period)
            for seal in found.seals
            if seal.history and seal.line not in found.broken
        ]
        if texts.history is None:
            if HISTORY in texts.faults:
                found.found.append(of_history("missing", None, UNKEPT, (("reason", texts.faults[HISTORY]),)))
            elif texts.seals is not None:
                found.found.append(of_history("missing", None, _NO_HISTORY))
            elif known is not None and known[0] and "" not in texts.faults:
                found.found.append(of_history("missing", 1, CUT, (("first", "1"), ("last", str(known[0])))))
            return
        damage = _damage(found.lines, known, repeated)
        found.found += damage or _untold(found)

    def _own_history(self, looked: Mapping[str, Looked]) -> tuple[tuple[Found, ...], list[Problem]]:
        """The federation's own history."""
        try:
            data = self.evidence.history()
        except Unreadable as error:
            return (), [VerifyUnreadable(file=f"units/{HISTORY}", reason=error)]
        repeated = [
            Repeated(seal.federation.number, seal.federation.entry, seal.period)
            for one in looked.values()
            for seal in one.seals
            if seal.federation and seal.line not in one.broken
        ]
        found = _damage(lines_of(data or b""), self.known("") if self.known else None, repeated)
        if data is None and found:
            found = [of_history("missing", None, found[-1].note, found[-1].params)]
        if self.further is not None:
            found += self.further("", Texts(history=data), Looked(""), Parser(self.evidence.root, "", {}, []))
        return in_order(found), []

    def _witnesses(self, looked: dict[str, Looked]) -> None:
        """What other units' seals say of a chain that isn't so any more."""
        chains = {slug: one.seals for slug, one in looked.items()}
        if not _differ(chains):
            return
        full = {}
        for slug, one in looked.items():  # who is heard must hold by itself, and that is seen only of whole seals
            data = self.evidence.texts(slug).seals if one.whole else None
            full[slug] = chain.read_seals(data) if data is not None else one.seals
        for slug, found in chain.check_witnesses(full).items():
            one = looked.setdefault(slug, Looked(slug))
            one.found += [f for f in found if f.line not in one.broken]
            one.broken |= {f.line for f in found if f.line}

    def _told(self, looked: dict[str, Looked]) -> None:
        """Seals of which closed files and histories tell, and that aren't there."""
        for one in list(looked.values()):
            for slug, period, file in one.closed_files:
                owner = looked.setdefault(slug, Looked(slug))
                if _has(owner, period):
                    continue
                note = N_("{file} is of a close, and there is no seal of it")
                owner.found.append(of_seals("missing", period, None, note, (("file", f"units/{one.slug}/{file}"),)))
                owner.unreadable |= {period}
            for slug, period, mark in one.marks:
                owner = looked.setdefault(slug, Looked(slug))
                if owner.broken or period in owner.unreadable or "" in owner.unreadable:
                    continue
                marks = {chain.fingerprint(seal.content) for seal in owner.seals if seal.period == period}
                if mark not in marks:
                    note = N_("the history of {unit} tells of a seal {mark}, and it isn't there")
                    params = (("unit", one.slug), ("mark", mark))
                    owner.found.append(of_seals("missing", period, None, note, params))
                    owner.unreadable |= {period}

    def _twins(self, looked: dict[str, Looked]) -> None:
        """The other side of frozen vouchers, where its unit hasn't sealed it itself."""
        wanted: dict[str, list[tuple[str, Twin]]] = defaultdict(list)
        for one in looked.values():
            for seal in one.seals:
                for twin in seal.draft.twins:
                    if self._is_wanted(twin.unit):
                        wanted[twin.unit].append((seal.period, twin))
        for slug, twins in sorted(wanted.items()):
            texts = self.evidence.texts(slug) if slug in self.there else Texts()
            sealed = texts.seals or b""
            known = frozenset(re.findall(rb'"canonical":"([0-9a-f]{64})"(?=,"numberless")', sealed))
            one = looked.setdefault(slug, Looked(slug))
            parser = Parser(self.evidence.root, slug, texts.files, one.problems)
            for period, twin in twins:
                if twin.canonical.encode() not in known:
                    one.found += other_side(period, twin, texts, parser)


def _differ(chains: Mapping[str, Sequence[Seal]]) -> bool:
    """Whether any witness says something else than what is there."""
    contents = {(slug, seal.number): seal.content for slug, seals in chains.items() for seal in seals}
    return any(
        contents.get((seen.unit, seen.number)) != seen.content
        for seals in chains.values()
        for seal in seals
        for seen in seal.draft.witnesses
    )


def _has(one: Looked, period: str) -> bool:
    """Whether a unit's seals close a period, or may have closed it before they were damaged."""
    if one.broken or period in one.unreadable or "" in one.unreadable:
        return True
    return any(seal.period == period for seal in one.seals)


def _marks(found: Looked, texts: Texts) -> None:
    """Seals of which a unit's other files tell: unit and month, and where, or which."""
    files = []
    for file in texts.files:
        match = _CLOSED.fullmatch(file)
        if match is not None:
            files.append((match[2] or found.slug, match[1], file))
    found.closed_files = tuple(files)
    marks = []
    for line in found.lines:
        if line.action == "close" and not line.fault and isinstance(line.details, dict):
            told = [str(line.details.get(key, "")) for key in ("unit", "period", "fingerprint")]
            if all(told):
                marks.append((told[0], told[1], told[2]))
    found.marks = tuple(marks)


def _damage(lines: Sequence[Line], known: tuple[int, str] | None, repeated: Sequence[Repeated]) -> list[Found]:
    damage = check_history(lines, known, repeated)
    return [of_history(one.kind, one.line, one.reason, one.params) for one in damage]


def _untold(found: Looked) -> Iterator[Found]:
    """Closes of which a history that is whole in itself doesn't tell. Of another seal in its place `_told` tells."""
    told = Counter(period for slug, period, _ in found.marks if slug == found.slug)
    for seal in found.seals:
        if seal.draft.kind != "close":
            continue
        told[seal.period] -= 1
        if told[seal.period] < 0 and seal.line not in found.broken:
            mark = chain.fingerprint(seal.content)
            yield of_history("missing", None, _NO_CLOSE, (("period", seal.period), ("mark", mark)))
