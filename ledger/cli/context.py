"""What every command needs: the workspace, problems on standard error, JSON on standard output."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger import messages
from ledger.errors import EXIT_BOOKS, Problem, order

if TYPE_CHECKING:  # a warm run must not pay for pydantic
    from rich.console import Console

    from ledger.books import Workspace

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One run of the command line: where the workspace is."""

    def __init__(self, workspace: str | None, *, debug: bool = False) -> None:
        self.option = workspace
        self.debug = debug

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace; its language is in use from here on.

        Raises:
            Problem: there is none, or its `fava.conf` can't be used.
        """
        from ledger.books import find_root, open_workspace  # noqa: PLC0415  only when a command needs it
        from ledger.books.locks import recover  # noqa: PLC0415  likewise

        found = open_workspace(find_root(self.option))
        messages.use(found.language)
        recover(found)  # a job that was interrupted is completed before anybody reads
        return found

    def speak(self) -> None:
        """Use the federation's language, where it can be told: for what is said before the workspace is needed."""
        from ledger.books import find_root, open_workspace  # noqa: PLC0415  only for what is wrong

        with contextlib.suppress(Problem):
            messages.use(open_workspace(find_root(self.option)).language)


def workspace_option(command: F) -> F:
    """Let a command take `--workspace` itself, too: people write it on either side."""

    def chosen(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
        del parameter
        if value is not None:
            ctx.obj.option = value

    return click.option(
        "--workspace", "-w", metavar="DIR", expose_value=False, callback=chosen, help="The federation's folder."
    )(command)


class OutPath(click.Path):
    """The path of a file, or of a folder for files, that a command writes; neither nothing nor `-` for a stream."""

    def __init__(self) -> None:
        super().__init__(readable=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; wrong use where none is named."""
        if os.fspath(value).strip() in {"", "-"}:
            self.fail(
                messages.say(messages.N_("A file or folder is needed: standard output holds one thing.")), param, ctx
            )
        return super().convert(value, param, ctx)


def check_out(ws: Workspace, out: Path, *, folder: bool = False) -> None:
    """Refuse a path to be written that isn't free for an export; before any work is done.

    An ordinary file is overwritten: it is an earlier export. A folder for files is made where it is missing; the one in
    which it, or a file, shall lie must be there: else the path is likely wrong.

    Args:
        ws: the workspace.
        out: the path.
        folder: it is a folder for files; else a file.

    Raises:
        OutTaken: it is among the units' books, locked figures or the workspace's settings, or a device, pipe or link.
        OutNoFolder: the folder to write into isn't there.
    """
    from ledger.cli.problems import OutNoFolder, OutTaken  # noqa: PLC0415  only where a file is written

    path = out.absolute()
    for kept, reason in (
        (ws.units_folder, messages.N_("the folder units/ holds books")),
        (ws.runs_folder, messages.N_("the folder runs/ holds locked figures")),
        (ws.state_folder, messages.N_("the folder .sambok/ is the program's own")),
        (ws.root / "fava.conf", messages.N_("it holds the federation's settings")),
    ):
        inside = (Path(os.path.normpath(path)).is_relative_to(kept), path.resolve().is_relative_to(kept.resolve()))
        if any(inside):
            raise OutTaken(file=str(out), reason=messages.say(reason))
    if not path.parent.is_dir():
        nearest = next(above for above in path.parents if above.is_dir())
        raise OutNoFolder(file=str(out), folder=str(path.parent), nearest=str(nearest))
    if not folder:
        check_plain(out)
    elif os.path.lexists(path) and not path.is_dir():
        raise OutTaken(file=str(out), reason=messages.say(messages.N_("what stands there is no folder")))


def check_plain(out: Path) -> None:
    """Refuse a path where a folder, a link, a pipe or a device stands.

    Raises:
        OutTaken: it does.
    """
    from ledger.books.durable import replaceable  # noqa: PLC0415  only where a file is written
    from ledger.cli.problems import OutTaken  # noqa: PLC0415  likewise

    if not replaceable(out.absolute()):
        reason = messages.N_("what stands there is no ordinary file but a folder, a link, a pipe or a device")
        raise OutTaken(file=str(out), reason=messages.say(reason))


def tell_written(out: Path, files: int = 0) -> None:
    """Say on standard error what was written: a file, or so many in a folder."""
    text = messages.N_("Written: {file} (files: {count})") if files else messages.N_("Written: {file}")
    click.echo(messages.say(text, file=out, count=files), err=True)


def stdout() -> Console:
    """A console for data in tables."""
    from rich.console import Console  # noqa: PLC0415  only when there is something to print

    class Shown(Console):
        def on_broken_pipe(self) -> None:
            """What is told everywhere else, too; Rich would end with 1, which says that books have errors."""
            raise BrokenPipeError

    return Shown(highlight=False, soft_wrap=True)


def report(problems: Iterable[Problem], limit: int | None = None) -> None:
    """Show problems on standard error: place, what is wrong, the excerpt, the remedy."""
    found = sorted(problems, key=order)
    for problem in found[:limit]:
        place = f"{problem.where}: " if problem.where else ""
        click.echo(f"{place}{problem.text()} [{problem.code}]", err=True)
        if problem.excerpt:
            for row in problem.excerpt.splitlines()[:5]:
                click.echo(f"    | {row}", err=True)
        click.echo(f"    -> {problem.remedy_text()}", err=True)
    if limit is not None and len(found) > limit:
        click.echo(messages.say(messages.N_("... and {count} more."), count=len(found) - limit), err=True)


def emit(answer: dict[str, Any]) -> None:
    """Print one JSON object on standard output; amounts are already text (SPEC 5).

    What is no text, such as the bytes of a file's name, stands in JSON's own notation: the output is always UTF-8.
    """
    text = json.dumps(answer, ensure_ascii=False, indent=1, default=str)
    click.echo(text.encode("utf-8", "backslashreplace").decode())


def refuse(problems: Iterable[Problem], as_json: bool) -> int:  # noqa: FBT001  as click gave it
    """Tell why there is no answer: the exit code of books with errors."""
    found = list(problems)
    if as_json:
        emit({"schema": 1, "errors": [problem.as_json() for problem in found]})
    report(found)
    return EXIT_BOOKS
