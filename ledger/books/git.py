"""A copy in git: one commit an action, with the person as its author, where the workspace is a git repository.

It is a copy, and what is easiest to look at and to send elsewhere; the proof is the history and the seals. So nothing
that git says is an error of the action: it is told, and the files go into the next commit. What is to be committed is
noted in `.sambok/git/queue.jsonl` when the action is done, and committed when the last lock is given back.

Only the action's own files are committed, whatever else is changed or staged. Git runs with fixed arguments and
without hooks. A git that was killed leaves locks in the repository; they are removed by the next one of ours, which
knows by the lock that it inherits that no other one of ours is running.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ledger.books import clock
from ledger.books.history import NAME, Note, lines_of, runs
from ledger.books.jobs import FEDERATION_SLUG, Plan, folder_of
from ledger.books.notices import tell
from ledger.books.person import git_address, git_environment, git_name, person
from ledger.books.problems_write import GitFailed
from ledger.books.workspace import Workspace

#: Settings of a repository that would run programs, ask somebody or outlive the command.
SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.editor=true",
    "commit.gpgSign=false",
    "commit.template=",
    "commit.verbose=false",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
)
#: English, since what it says is told; nobody is asked; a repository above the workspace is another one.
ENVIRONMENT = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"}
GIT = "git"
SECONDS = 60
#: How long to wait for another command's commit; it commits what this one has noted, or the next one does.
WAIT_SECONDS = 10.0
SHOWN_VOUCHERS = 5
#: How git ends where it can't go on; below that it found nothing to commit, or doesn't know a file.
FATAL = 128


def is_on(ws: Workspace) -> bool:
    """Whether the workspace is the top of a repository and its settings don't say otherwise."""
    return ws.config.history.git and os.path.lexists(ws.root / ".git")


def note_files(
    ws: Workspace, slug: str, note: Note | None, paths: Iterable[Path], *, by: str | None = None, at: str | None = None
) -> None:
    """Note files for the next commit; the caller holds the lock of `slug`. Nothing where git is off.

    Args:
        ws: the workspace.
        slug: whose action it is.
        note: the action; None for a document that one is about to refer to.
        paths: absolute.
        by: who did it; None: whoever works now.
        at: when; None: now.
    """
    if not is_on(ws):
        return
    said = {
        "slug": slug,
        "action": note.action if note else None,
        "by": by or person(ws.root),
        "at": at or clock.stamp(),
        "text": note.text if note else "",
        "vouchers": list(note.vouchers) if note else [],
        "paths": [path.relative_to(ws.root).as_posix() for path in paths],
    }
    row = json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    with contextlib.suppress(OSError):
        folder = _folder(ws)
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / "queue.lock", WAIT_SECONDS):
            handle = os.open(folder / "queue.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                os.write(handle, row)
            finally:
                os.close(handle)


def note_job(ws: Workspace, plan: Plan) -> None:
    """Note the files of a job that was interrupted and is completed now; its lines of history say who did what.

    The caller holds the locks of its units. Where the files were noted and committed already, nothing comes of it.
    """
    if not is_on(ws):
        return
    for tail in plan.tails:
        lines = [line for line in lines_of(tail.text.strip("\n").encode()) if not line.fault]
        folder = tail.path.parent
        slug = FEDERATION_SLUG if folder == ws.units_folder else folder.name
        paths = [c.path for c in plan.changes if (c.path.is_relative_to(folder) and slug != FEDERATION_SLUG)]
        if slug == FEDERATION_SLUG:
            paths = [c.path for c in plan.changes if c.path.parent in {folder, ws.adjustments_folder}]
        paths = [path for path in [*paths, tail.path] if path.exists()]
        if lines:
            done = lines[-1]
            note = Note(done.action, done.note, done.vouchers, done.details)
            note_files(ws, slug, note, paths, by=done.by, at=done.at)


def waits(ws: Workspace) -> bool:
    """Whether something that was done isn't committed yet."""
    return is_on(ws) and any((_folder(ws) / name).exists() for name in ("queue.jsonl", "taken.jsonl"))


def commit(ws: Workspace) -> None:
    """Commit what was noted. Never an error; what fails is told, and stays noted."""
    folder = _folder(ws)
    waiting, taken = folder / "queue.jsonl", folder / "taken.jsonl"
    if not (waiting.exists() or taken.exists()) or not is_on(ws):
        return
    try:
        with _alone(folder / "git.lock", WAIT_SECONDS) as lock:
            git = _Git(ws, lock)
            git.unlock(folder / "busy")
            while taken.exists() or waiting.exists():
                if not taken.exists():
                    with _alone(folder / "queue.lock", WAIT_SECONDS):
                        waiting.rename(taken)
                for rows in _actions(taken.read_bytes()):
                    git.commit(rows)
                taken.unlink()
            (folder / "busy").unlink(missing_ok=True)
    except TimeoutError:
        return  # whoever commits now, or next, takes it along
    except GitFailed as problem:
        tell(problem)
    except subprocess.TimeoutExpired:
        tell(GitFailed(folder=ws.root, case="slow", seconds=SECONDS))
    except FileNotFoundError as error:
        absent = error.filename == GIT
        tell(GitFailed(folder=ws.root, case="absent" if absent else "machine", reason=error.strerror))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        tell(GitFailed(folder=ws.root, case="machine", reason=reason or type(error).__name__))


def _folder(ws: Workspace) -> Path:
    return ws.state_folder / "git"


def _actions(data: bytes) -> Iterator[list[dict[str, Any]]]:
    """What goes into one commit: what one person did to one unit in a row, with the documents that belong to it."""
    rows = []
    for raw in data.splitlines():
        with contextlib.suppress(ValueError):  # a crash cut it off
            rows.append(json.loads(raw))
    for _, found in itertools.groupby(rows, lambda row: (row["slug"], row["by"])):
        yield list(found)


class _Git:
    """The workspace's git, run by whoever holds its lock; the processes inherit the lock."""

    def __init__(self, ws: Workspace, lock: int) -> None:
        self.ws = ws
        self.lock = lock
        settings = itertools.chain.from_iterable(("-c", setting) for setting in SETTINGS)
        self.start = [GIT, "--literal-pathspecs", "-C", str(ws.root), *settings]

    def run(self, *args: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # fixed arguments; paths come after --
            [*self.start, *args],
            capture_output=True,
            check=False,
            env={
                **git_environment(),
                **ENVIRONMENT,
                "GIT_CEILING_DIRECTORIES": str(self.ws.root.parent),
                **environment,
            },
            pass_fds=(self.lock,),
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )

    def unlock(self, busy: Path) -> None:
        """Remove the locks of a git of ours that was killed; from here on, one that is killed leaves its mark."""
        if busy.exists():
            place = Path(os.fsdecode(self.run("rev-parse", "--absolute-git-dir").stdout.rstrip(b"\n")))
            common = Path(os.fsdecode(self.run("rev-parse", "--git-common-dir").stdout.rstrip(b"\n")))
            branch = os.fsdecode(self.run("symbolic-ref", "-q", "HEAD").stdout.rstrip(b"\n"))
            if place.is_absolute():
                left = [place / "index.lock", place / "HEAD.lock", *place.glob("next-index-*.lock")]
                if branch.startswith("refs/heads/"):
                    left.append(self.ws.root / common / f"{branch}.lock")
                for path in left:
                    path.unlink(missing_ok=True)
        busy.touch()

    def commit(self, rows: Sequence[dict[str, Any]]) -> None:
        """One commit of the files of an action, as they are now.

        Raises:
            GitFailed: git refuses, and says why.
        """
        paths = sorted({path for row in rows for path in row["paths"] if os.path.lexists(self.ws.root / path)})
        if not paths:
            return
        self.run("add", "--", *paths)
        done = self._commit(rows, paths)
        if (
            0 < done.returncode < FATAL and (kept := self._known(paths)) != paths
        ):  # some are ignored by the owner's wish
            if not kept:
                return
            paths, done = kept, self._commit(rows, kept)
        if done.returncode >= FATAL or (done.returncode and self._differs(paths)):
            told = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            if told:
                raise GitFailed(folder=self.ws.root, said=told[0])
            raise GitFailed(folder=self.ws.root, case="silent", status=done.returncode)

    def _commit(self, rows: Sequence[dict[str, Any]], paths: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        last = rows[-1]
        own = last["by"] == git_name(self.ws.root)
        address = (git_address(self.ws.root) if own else "") or "person@sambok.invalid"
        who = {"NAME": last["by"], "EMAIL": address, "DATE": last["at"]}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        options = ("--quiet", "--no-verify", "--cleanup=verbatim", "--only", "-m", message(rows))
        return self.run("commit", *options, "--", *paths, **environment)

    def _differs(self, paths: Sequence[str]) -> bool:
        return bool(self.run("status", "--porcelain", "--untracked-files=no", "--", *paths).stdout)

    def _known(self, paths: Sequence[str]) -> list[str]:
        found = self.run("ls-files", "-z", "--cached", "--", *paths).stdout
        return sorted(os.fsdecode(name) for name in found.split(b"\0") if name)


def message(rows: Sequence[dict[str, Any]]) -> str:
    """What a commit says: `repris: import A-1..A-20`, and what there is to say besides."""
    vouchers = list(runs(v for row in rows for v in row["vouchers"]))
    shown = ", ".join(vouchers[:SHOWN_VOUCHERS]) + (" ..." if len(vouchers) > SHOWN_VOUCHERS else "")
    actions = ", ".join(dict.fromkeys(row["action"] for row in rows if row["action"])) or "documents"
    head = " ".join(filter(None, (f"{rows[-1]['slug']}:", actions, shown)))
    texts = list(dict.fromkeys(row["text"] for row in rows if row["text"]))
    return "\n\n".join(filter(None, (head, "\n".join(texts)))) + "\n"


@contextlib.contextmanager
def _alone(path: Path, seconds: float) -> Iterator[int]:
    """Hold a lock that a process started meanwhile inherits: whoever gets it knows that those have ended, too.

    Raises:
        TimeoutError: another one held it for so long.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise TimeoutError from None
                time.sleep(0.01)
        yield handle
    finally:
        os.close(handle)


def files_of(ws: Workspace, slug: str, paths: Iterable[Path]) -> list[Path]:
    """The files of an action, with its history."""
    return [*paths, folder_of(ws, slug) / NAME]
