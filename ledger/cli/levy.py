"""`sambok levy`: the statement of what each unit owes to the federation, and how it was worked out (SPEC 5, 6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.context import OutPath, Session, check_out, emit, report, stdout, tell_written, workspace_option
from ledger.cli.tables import print_table
from ledger.errors import EXIT_BOOKS, EXIT_DONE, order
from ledger.messages import N_, say

if TYPE_CHECKING:
    from decimal import Decimal

    from ledger.policy import Policy
    from ledger.reports.levy import Statement

#: Click otherwise cuts a command's line in the list.
WHOLE_SENTENCE = 200


class Levy(click.Group):
    """A group that is a command of its own where no other one is named; `simulate` is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands below it."""
        del ctx
        return ["simulate"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command."""
        del ctx
        if cmd_name != "simulate":
            return None
        from ledger.cli.levy_simulate import simulate  # noqa: PLC0415  the statement does without

        return simulate

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence, as a manual page has it."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(WHOLE_SENTENCE)) for name, one in found if one])


@click.group(cls=Levy, invoke_without_command=True, subcommand_metavar="[simulate ...]")
@click.option("--unit", "-u", "slug", metavar="UNIT", help="One unit's statement (default: all).")
@click.option(
    "--year",
    "-y",
    metavar="YEAR",
    type=click.IntRange(2000, 2100),
    help="Fiscal year, named by the year in which it begins (default: the latest with turnover).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--csv", "out", type=OutPath(), metavar="FILE", help="Write a row a unit and month, a column a component."
)
@workspace_option
@click.pass_context
def levy(ctx: click.Context, slug: str | None, year: int | None, as_json: bool, out: Path | None) -> int:  # noqa: FBT001  click gives flags so
    """Show the levy: base, rate, due and posted, month by month, by component, and the balance owed.

    Open months are provisional: they change with the books until the month is closed.
    """
    if ctx.invoked_subcommand is None:
        return _statement(ctx.obj, slug, year, as_json=as_json, out=out)
    if slug or year or as_json or out:
        told = N_("These options are of the statement: those of {command} stand behind its name.")
        raise click.UsageError(say(told, command=ctx.invoked_subcommand))
    return EXIT_DONE


def _statement(session: Session, slug: str | None, year: int | None, *, as_json: bool, out: Path | None) -> int:
    """The levy's statement, of one unit or all."""
    from ledger.books import load_books  # noqa: PLC0415  after the arguments are known to be right
    from ledger.books.excerpt import for_all, quote  # noqa: PLC0415  likewise
    from ledger.policy import read_policy  # noqa: PLC0415  likewise
    from ledger.provisional import levies  # noqa: PLC0415  likewise
    from ledger.reports import levy as statement  # noqa: PLC0415  likewise

    ws = session.workspace
    if out is not None:
        check_out(ws, out)
    chosen = [ws.unit(slug).slug] if slug else None
    books = load_books(ws, chosen)
    policy = read_policy(books.central_text, ws)
    run = levies(books, policy)
    problems = sorted({*books.problems, *policy.problems, *run.problems}, key=order)
    if chosen:
        problems = [p for p in problems if p.unit in {None, *chosen}]
    quote(ws, problems)
    problems = problems if chosen else for_all(books, problems)
    shown = year or statement.latest_year(run) or _this_year(session)
    found = statement.statements(books, run, shown)
    if out is not None:
        from ledger.books import durable  # noqa: PLC0415  only where a file is written

        durable.replace(out.absolute(), statement.as_csv(shown, found).encode())
        tell_written(out)
    if as_json:
        emit(statement.as_json(shown, found, problems))
        return EXIT_BOOKS if problems else EXIT_DONE
    for one in found if out is None else ():
        _print(one, policy)
    if slug and not found and not problems:
        click.echo(say(N_("{unit} owes no levy."), unit=slug), err=True)
    report(problems)
    return EXIT_BOOKS if problems else EXIT_DONE


def _this_year(session: Session) -> int:
    """The running fiscal year: only where no book says anything."""
    import datetime as dt  # noqa: PLC0415  not on the usual path

    return session.workspace.fiscal_year(dt.date.today())[0].year  # noqa: DTZ011  the bookkeeper's calendar day


def _print(one: Statement, policy: Policy) -> None:
    """One unit's tables, with corrections under their month, and the sentences below them."""
    from ledger.reports.levy import in_full, percent  # noqa: PLC0415  only when a table is printed

    currency = one.unit.currency

    def text(amount: Decimal) -> str:
        return in_full(amount, currency)

    words = {"booked": say(N_("booked")), "provisional": say(N_("provisional"))}
    rows: list[list[str]] = []
    parts: list[list[str]] = []
    for month in one.months:
        rates = " / ".join(percent(rate) for rate in reversed(month.rates)) or percent(month.rate)
        figures = (text(month.base), rates, text(month.due_ytd), text(month.posted), words[one.status(month)])
        rows.append([month.month, *figures])
        for fix in month.corrections:
            note = say(N_("of which {voucher} corrects {of}"), voucher=fix.voucher, of=fix.of)
            rows.append([f"  {note}", text(fix.base), percent(fix.rate), "", "", ""])
        parts.append([month.month, *(text(month.components.get(name, month.base * 0)) for name in one.components)])
    for line in one.detail.prior_years if one.detail else ():
        note = say(N_("{month}: correction of {year}"), month=line.month, year=line.year[:4])
        rows.append([note, text(line.base), "", "", text(line.amount), ""])
        parts.append([note, *(text(line.components.get(name, line.base * 0)) for name in one.components)])
    rows.append([say(N_("Year")), text(one.base), "", text(one.due), text(one.posted), ""])
    console = stdout()
    title = N_("{unit}: levy {year}, {currency}, excluding VAT")
    console.print(say(title, unit=one.unit.name, year=one.year, currency=currency), style="bold")
    heads = (N_("Month"), N_("Base"), N_("Rate"), N_("Due to date"), N_("Posted"), N_("Status"))
    print_table(console, [say(head) for head in heads], rows, left={0, 5})
    if len(one.components) > 1:
        print_table(console, [say(N_("of which")), *one.components], parts, left={0})
    if one.vat:
        console.print(say(N_("VAT on the invoices: {amount} {currency}"), amount=text(one.vat), currency=currency))
    console.print(say(N_("Owed at the year's end: {amount} {currency}"), amount=text(one.balance), currency=currency))
    for sentence in one.explanation(policy):
        console.print(sentence, style="dim")
    console.print()
