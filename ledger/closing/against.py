"""The present seals against an earlier copy of them: who rewrites everything is found by whoever has kept something.

A chain holds by itself, and all chains hold each other; but whoever may write all files may make all of it anew. Then
only what lies elsewhere tells: a git revision (fetched by somebody else), a backup, a copy on an auditor's machine, an
archive of the year. The copy's seals must be a beginning of the present ones, byte for byte, and so must its
histories. Where they aren't, the text is held against the copy's seals: so it is told which vouchers were rewritten.

Git is asked with fixed arguments, without hooks, and fetches nothing. What it holds is read as bytes, like any file.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledger.books.config import SLUG, SLUG_LENGTH
from ledger.books.git import ENVIRONMENT, SECONDS, SETTINGS
from ledger.books.person import git_environment
from ledger.closing.evidence import HISTORY, MOST_HISTORY, Folder, Texts, Unreadable
from ledger.closing.parsing import Parser
from ledger.closing.problems_verify import AgainstDamaged, AgainstUnknown
from ledger.closing.verify import Looked
from ledger.errors import Problem
from ledger.messages import N_
from ledger.seals import chain
from ledger.seals.compare import compare
from ledger.seals.lines import FILE as SEALS
from ledger.seals.lines import MAX_BYTES
from ledger.seals.model import Found, Seal

_TREE = re.compile(rb"(100644|100755) blob ([0-9a-f]{40,64}) +([0-9]+)\tunits/(?:([a-z0-9-]+)/)?([a-z]+\.jsonl)")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Copy:
    """Seals and histories as they were kept elsewhere.

    Attributes:
        given: as the user named it.
        seals: `seals.jsonl` by unit.
        histories: `history.jsonl` by unit, "" the federation's.
        problems: what of it can't be read.
    """

    given: str
    seals: dict[str, bytes] = field(default_factory=dict)
    histories: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def slugs(self) -> frozenset[str]:
        """Units that had sealed something."""
        return frozenset(self.seals)

    def further(self, slug: str, texts: Texts, looked: Looked, parser: Parser) -> Iterator[Found]:
        """What has happened to a unit since: `ledger.closing.verify` asks."""
        old = self.seals.get(slug)
        if old is not None and not (texts.seals or b"").startswith(old):
            yield from self._seals(slug, old, texts, looked, parser)
        kept = self.histories.get(slug)
        if kept is not None and not (texts.history or b"").startswith(kept):
            yield from self._history(kept, texts.history or b"")

    def _seals(self, slug: str, old: bytes, texts: Texts, looked: Looked, parser: Parser) -> Iterator[Found]:
        now = (texts.seals or b"").split(b"\n")[:-1]
        seals, problems = chain.salvage(old)
        if problems or chain.check_chain(seals, slug):
            file, reason = f"units/{slug}/{SEALS}", N_("its seals are damaged")
            self.problems.append(AgainstDamaged(file=file, unit=slug, given=self.given, reason=reason))
        rows = old.split(b"\n")
        differ = [s for s in seals if s.line > len(now) or now[s.line - 1] != rows[s.line - 1]]
        for seal in differ:
            yield self._differs(seal, len(now))
        if not differ:
            return
        again = {seal.period for seal in looked.seals if seal.draft.kind == "reopen"}
        told = {(one.kind, one.voucher, one.file, one.line) for one in looked.found}
        for one in compare(seals, texts.files, parser, reread=parser.read):
            known = (one.kind, one.voucher, one.file, one.line) in told
            if not known and one.file != SEALS and not (one.kind == "inserted" and one.period in again):
                yield one

    def _differs(self, seal: Seal, lines: int) -> Found:
        params = (("number", str(seal.number)), ("copy", self.given), ("mark", chain.fingerprint(seal.content)))
        if seal.line > lines:
            note = N_("{copy} has a seal {number} ({mark}), and it is gone here")
            return Found("missing", seal.period, "", SEALS, seal.line, meaning=True, note=note, params=params)
        note = N_("{copy} has another seal {number} ({mark}) in this place")
        return Found("altered", seal.period, "", SEALS, seal.line, meaning=True, note=note, params=params)

    def _history(self, kept: bytes, now: bytes) -> Iterator[Found]:
        rows, here = kept.split(b"\n"), now.split(b"\n")
        for number, row in enumerate(rows[:-1], 1):
            if number > len(here) - 1:
                note = N_("{copy} has lines from here to {last}, and they are gone")
                params = (("copy", self.given), ("last", str(len(rows) - 1)))
                yield Found("missing", "", "", HISTORY, number, meaning=True, note=note, params=params)
                return
            if here[number - 1] != row:
                note = N_("{copy} has another line here")
                yield Found("altered", "", "", HISTORY, number, meaning=True, note=note, params=(("copy", self.given),))
                return


def open_copy(root: Path, given: str) -> Copy:
    """What `--against` names: a folder that holds `units/`, else a git revision of the workspace.

    Args:
        root: the workspace.
        given: as the user wrote it.

    Raises:
        AgainstUnknown: it is neither.
    """
    copy = _of_folder(given) if given and Path(given, "units").is_dir() else _Git(root, given).read()
    if not copy.seals:
        raise AgainstUnknown(given=given, reason=N_("it holds no seals"))
    return copy


def _of_folder(given: str) -> Copy:
    folder, copy = Folder(Path(given).absolute()), Copy(given)
    for slug in folder.slugs():
        texts = folder.texts(slug)
        _take(copy, slug, texts.seals, texts.history)
        for name in texts.faults.keys() & {"", SEALS, HISTORY}:
            file, reason = f"units/{slug}/{name}".rstrip("/"), texts.faults[name]
            copy.problems.append(AgainstDamaged(file=file, unit=slug, given=given, reason=reason))
    try:
        _take(copy, "", None, folder.history())
    except Unreadable as error:
        copy.problems.append(AgainstDamaged(file=f"units/{HISTORY}", given=given, reason=error))
    return copy


def _take(copy: Copy, slug: str, seals: bytes | None, history: bytes | None) -> None:
    if seals is not None:
        copy.seals[slug] = seals
    if history is not None:
        copy.histories[slug] = history


class _Git:
    """A revision of the repository that the workspace lies in."""

    def __init__(self, root: Path, given: str) -> None:
        self.root = root
        self.given = given

    def read(self) -> Copy:
        if not self.given or self.given.startswith("-") or not self.given.isprintable():
            raise self._unknown(N_("no name of a revision"))
        commit = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.given}^{{commit}}")
        name = commit.decode("ascii", "replace").strip()
        if not _COMMIT.fullmatch(name):
            raise self._unknown(N_("git doesn't know it"))
        copy = Copy(self.given)
        for row in self._run("ls-tree", "-r", "-z", "-l", name, "--", "units").split(b"\0"):
            match = _TREE.fullmatch(row)
            if match is None:
                continue
            slug, file = (match[4] or b"").decode("ascii"), match[5].decode("ascii")
            most = {SEALS: MAX_BYTES, HISTORY: MOST_HISTORY}.get(file, -1)
            if int(match[3]) > most or (slug and not (SLUG.fullmatch(slug) and len(slug) <= SLUG_LENGTH)):
                continue
            data = self._run("cat-file", "blob", match[2].decode("ascii"))
            _take(copy, slug, data if file == SEALS and slug else None, data if file == HISTORY else None)
        return copy

    def _run(self, *args: str) -> bytes:
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        start = ["git", "--no-pager", "--no-replace-objects", "--literal-pathspecs", "-C", str(self.root), *settings]
        quiet = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_PROTOCOL_FROM_USER": "0"}
        try:
            done = subprocess.run(  # fixed arguments; a revision doesn't begin with a hyphen
                [*start, *args],
                capture_output=True,
                check=False,
                env={**git_environment(), **ENVIRONMENT, **quiet},
                stdin=subprocess.DEVNULL,
                timeout=SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise self._unknown(reason) from error
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().splitlines()
            if told and "not a git repository" in told[0]:  # in English: the language is fixed above
                raise self._unknown(N_("the federation's folder is in no git repository"))
            raise self._unknown(told[0] if told else N_("git doesn't know it"))
        return done.stdout

    def _unknown(self, reason: str) -> AgainstUnknown:
        return AgainstUnknown(given=self.given, reason=reason)
