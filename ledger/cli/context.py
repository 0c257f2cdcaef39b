"""What every command needs: the workspace, problems on standard error, JSON on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ledger import messages
from ledger.errors import Problem, order

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
        from ledger.books.write import recover  # noqa: PLC0415  likewise

        found = open_workspace(find_root(self.option))
        messages.use(found.language)
        recover(found)  # a job that was interrupted is completed before anybody reads
        return found


def workspace_option(command: F) -> F:
    """Let a command take `--workspace` itself, too: people write it on either side."""

    def chosen(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
        del parameter
        if value is not None:
            ctx.obj.option = value

    return click.option(
        "--workspace", "-w", metavar="DIR", expose_value=False, callback=chosen, help="The federation's folder."
    )(command)


def check_out(ws: Workspace, out: Path) -> None:
    """Refuse a path to be written that lies among books or far from any folder that is there; before any work is done.

    The folder that it lies in is made where it is missing; if the one above is missing, too, the path is likely wrong.

    Raises:
        OutTaken: it is among the units' books, or the workspace's settings.
        OutNoFolder: more than one folder would have to be made.
    """
    from ledger.cli.problems import OutNoFolder, OutTaken  # noqa: PLC0415  only where a file is written

    path = out.absolute()
    if path.resolve().is_relative_to(ws.units_folder.resolve()):
        raise OutTaken(file=str(out), reason=messages.say(messages.N_("the folder units/ holds books")))
    if path.resolve() == (ws.root / "fava.conf").resolve():
        raise OutTaken(file=str(out), reason=messages.say(messages.N_("it holds the federation's settings")))
    if not path.parent.is_dir() and (path.parent.exists() or not path.parent.parent.is_dir()):
        nearest = next(folder for folder in path.parents if folder.is_dir())
        raise OutNoFolder(file=str(out), folder=str(path.parent), nearest=str(nearest))


def stdout() -> Console:
    """A console for data in tables."""
    from rich.console import Console  # noqa: PLC0415  only when there is something to print

    return Console(highlight=False, soft_wrap=True)


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
