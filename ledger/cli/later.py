"""Groups of commands of which some are imported only when they are asked for, and whose list says whole sentences."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

import click

#: Click otherwise cuts a command's line in the list.
WHOLE_SENTENCE = 200


class Later(click.Group):
    """Such a group.

    Attributes:
        order: the commands as the list has them.
        later: by command, the module whose `COMMANDS` holds it.
    """

    order: ClassVar[Sequence[str]] = ()
    later: ClassVar[Mapping[str, str]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a case."""
        del ctx
        return list(self.order)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name in self.later:
            found: click.Command = importlib.import_module(self.later[cmd_name]).COMMANDS[cmd_name]
            return found
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, as a manual page has it."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(WHOLE_SENTENCE)) for name, one in found if one])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click's, but a misspelt command names the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0] if args else "", self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"{error.message.partition('.')[0]}.{hint}", ctx) from None
