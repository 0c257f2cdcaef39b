"""`sambok`: one group, whose commands are loaded only when they are called, so that help and warm runs start fast."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from ledger.cli.context import Session, emit, report
from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_, say

#: command → module and object, in the order of a working day.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("ledger.cli.workspace", "init"),
    "unit": ("ledger.cli.workspace", "unit"),
    "up": ("ledger.cli.up", "up"),
    "todo": ("ledger.cli.todo", "todo"),
    "check": ("ledger.cli.check", "check"),
    "import": ("ledger.cli.imports", "import_"),
    "place": ("ledger.cli.place", "place"),
    "reconcile": ("ledger.cli.reconcile", "reconcile"),
    "open-items": ("ledger.cli.open_items", "open_items"),
    "levy": ("ledger.cli.levy", "levy"),
    "loans": ("ledger.cli.loans", "loans"),
    "fund": ("ledger.cli.fund", "fund"),
    "solidarity": ("ledger.cli.solidarity", "solidarity"),
    "services": ("ledger.cli.services", "services"),
    "decision": ("ledger.cli.decisions", "decision"),
    "number": ("ledger.cli.vouchers", "number"),
    "correct": ("ledger.cli.vouchers", "correct"),
    "journal": ("ledger.cli.journal", "journal"),
    "close": ("ledger.cli.close", "close"),
    "reopen": ("ledger.cli.close", "reopen"),
    "verify": ("ledger.cli.verify", "verify"),
    "combine": ("ledger.cli.combine", "combine"),
    "runs": ("ledger.cli.runs", "runs"),
    "export": ("ledger.cli.export", "export"),
    "history": ("ledger.cli.history", "history"),
    "archive": ("ledger.cli.archive", "archive"),
    "description": ("ledger.cli.description", "description"),
    "serve": ("ledger.cli.serve", "serve"),
}
#: New objects until the garbage collector looks: nearly all of ours are values that refer to nothing in a circle.
COLLECT_AFTER = 100_000
#: What shells call the end of a program whose reader is gone (128 + SIGPIPE): 1 would say that books have errors.
READER_GONE = 141
#: Click otherwise cuts a command's line in the list at 45 characters and more.
WHOLE_SENTENCE = 200


class ReaderGone(Exception):  # noqa: N818  it is no error
    """Standard output goes to a program that reads no more."""


class Commands(click.Group):
    """A group that imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a working day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, as a manual page has it."""
        listed = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, found.get_short_help_str(WHOLE_SENTENCE)) for name, found in listed if found])

    def invoke(self, ctx: click.Context) -> object:
        """As Click's, but who stops reading, as `head` does, is no error of ours."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGone from None
        return code

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click's, but a misspelt command names the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415  only on the way out

            near = difflib.get_close_matches(args[0] if args else "", COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"{error.message.rstrip('.')}.{hint}", ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--workspace", "-w", metavar="DIR", help="The federation's folder (default: SAMBOK_WORKSPACE, or above here)."
)
@click.option("--debug", is_flag=True, help="Show the traceback of a programming error.")
@click.version_option(package_name="sambok", prog_name="sambok")
@click.pass_context
def cli(ctx: click.Context, workspace: str | None, debug: bool) -> None:  # noqa: FBT001  click gives flags so
    """Sambok, the ledger of cooperative federations.

    Each unit keeps its own plain-text books; Sambok checks them, feeds them from bank and invoicing files, applies
    what the members share, and combines them into one ledger that opens down to the voucher.

    \b
    Exit codes: 0 done - 1 the books or the input have errors - 2 wrong use
                3 needs a person - 4 an outside service failed, try again
    """  # noqa: D301  Click keeps the lines after a backspace as they are
    ctx.obj = Session(workspace, debug=debug)


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code; no traceback reaches a user unless `--debug`."""
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    gc.set_threshold(COLLECT_AFTER)
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    if debug:  # allowed anywhere on the line
        args = ["--debug", *(a for a in args if a != "--debug")]
    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):  # a terminal without our letters shows ? for them, not nothing
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
    try:
        code = cli.main(args=args, prog_name="sambok", standalone_mode=False)
    except Problem as problem:
        _end(problem, args)
    except click.UsageError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo(say(N_("Interrupted. What was begun is finished or undone; run the command again.")), err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (ReaderGone, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(READER_GONE)
    except OSError as error:
        if debug:
            raise
        from ledger.cli.problems import MachineFailed  # noqa: PLC0415  only on the way out

        file = str(error.filename) if error.filename else None
        _end(MachineFailed(file=file, reason=error.strerror or error), args)
    except Exception as error:
        if debug:
            raise
        from ledger.cli.problems import ProgramFault  # noqa: PLC0415  only on the way out

        _end(ProgramFault(kind=type(error).__name__, reason=str(error)[:300]), args)
    _notices()
    sys.exit(code if isinstance(code, int) else 0)


def _end(problem: Problem, args: Sequence[str]) -> NoReturn:
    """Say what stopped a command and end; a script that asked for JSON gets its one object all the same (SPEC 5)."""
    if "--json" in args:
        with contextlib.suppress(OSError):  # where standard output takes nothing, the words below are all there is
            emit({"schema": 1, "errors": [problem.as_json()]})
    report([problem])
    _notices()
    sys.exit(problem.exit_code)


def _notices() -> None:
    """Say what doesn't stop an action that is done, such as a copy that git refused."""
    if "ledger.books.notices" in sys.modules:
        from ledger.books.notices import take  # noqa: PLC0415  loaded where something was written

        report(take())


def _terminated(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
