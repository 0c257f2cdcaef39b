"""`sambok init` and `sambok unit add`: a new federation, a new unit (SPEC 5).

At a terminal they ask for what wasn't given; elsewhere a missing answer is wrong use, and names its option.
"""

from __future__ import annotations

import datetime as dt
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger import messages
from ledger.cli.context import Session, workspace_option
from ledger.messages import N_, say

if TYPE_CHECKING:  # a warm run must not pay for pydantic
    from ledger.books import Unit

LANGUAGES = click.Choice(messages.LANGUAGES)
ENTITIES = click.Choice(["division", "legal_entity"])


def _asks() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _answer(value: str | None, option: str, question: str, default: str | None, kind: click.ParamType[str]) -> str:
    """What was given, else what the person answers, else the default; without any of them it is wrong use."""
    if value is not None:
        return value
    if _asks():
        answer: str = click.prompt(messages.translate(question), default=default, type=kind, err=True)
        return answer
    if default is None:
        text = N_("Missing option '{option}': nobody is there to be asked.")
        raise click.UsageError(say(text, option=option), click.get_current_context())
    return default


class Text(click.ParamType[str]):
    """One line of text without control or format characters; composed (NFC), as books are."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, or wrong use."""
        text = unicodedata.normalize("NFC", value).strip()
        if not 1 <= len(text) <= 120 or any(unicodedata.category(c)[0] == "C" for c in text):
            self.fail("1 to 120 characters on one line, no control characters.", param, ctx)
        return text


class Matching(click.ParamType[str]):
    """A text that a check of `ledger.books.config` accepts."""

    def __init__(self, name: str, hint: str, check: Callable[[str], bool]) -> None:
        self.name = name
        self.hint = hint
        self.check = check

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, or wrong use with the hint."""
        if not self.check(value):
            self.fail(f"{value!r}: {self.hint}", param, ctx)
        return value


def _is_slug(value: str) -> bool:
    from ledger.books.config import RESERVED_SLUGS, SLUG, SLUG_LENGTH  # noqa: PLC0415  only when a command needs it

    return bool(SLUG.fullmatch(value)) and len(value) <= SLUG_LENGTH and value not in RESERVED_SLUGS


def _is_code(value: str) -> bool:
    from ledger.books.config import CODE, PSEUDO_UNITS  # noqa: PLC0415  only when a command needs it

    return bool(CODE.fullmatch(value)) and value not in PSEUDO_UNITS


def _is_chart(value: str) -> bool:
    from ledger.charts import SHIPPED  # noqa: PLC0415  only when a command needs it

    file = Path(value)
    return value in SHIPPED or (file.suffix == ".toml" and file.name != "unit.toml" and file.is_file())


def _letters(count: int) -> Callable[[str], bool]:
    return lambda value: len(value) == count and value.isascii() and value.isalpha() and value.isupper()


TEXT = Text()
SLUG = Matching(
    "slug",
    "a-z, 0-9 and single hyphens, a letter first, at most 30 characters; not adjustments, policy or prices.",
    _is_slug,
)
CODE = Matching(
    "code", "upper-case letter or digit first, then letters, digits, hyphens; not ELIM, ADJ or CTA.", _is_code
)
CHART = Matching("chart", "none of bas, pgc, vsla, and no TOML file of a chart.", _is_chart)
CURRENCY = Matching("currency", "three upper-case letters, such as SEK.", _letters(3))
COUNTRY = Matching("country", "two upper-case letters, such as SE.", _letters(2))
DATE = click.DateTime(["%Y-%m-%d"])


def code_of(slug: str) -> str:
    """The code a unit gets when none is given: `nya-verkstan` is `Nya-Verkstan`."""
    return "-".join(part.capitalize() for part in slug.split("-"))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", type=TEXT, help="The federation's name (default: the folder's).")
@click.option("--currency", type=CURRENCY, help="Reporting currency, such as SEK.")
@click.option("--central", type=SLUG, help="Slug of the unit that carries the shared services (default: central).")
@click.option("--language", type=LANGUAGES, help="Of statements, group accounts and web (default: en).")
@click.option("--chart", type=click.Choice(["bas", "pgc", "vsla"]), help="Central's chart (default: bas; pgc for es).")
@click.option("--start", type=DATE, metavar="DATE", help="A day of the first fiscal year (default: today).")
def init(
    folder: Path,
    name: str | None,
    currency: str | None,
    central: str | None,
    language: str | None,
    chart: str | None,
    start: dt.datetime | None,
) -> None:
    """Make a new workspace in DIR, ready for `sambok up`.

    It gets fava.conf, a policy with a levy of 15 %, an empty list of exchange rates, and the central unit with the
    accounts that a small unit uses. What stands in DIR already is never touched.
    """
    from ledger.books import Unit  # noqa: PLC0415  only when a command needs it
    from ledger.books.scaffold import new_workspace  # noqa: PLC0415  as above

    place = folder.absolute()
    tongue = _answer(language, "--language", N_("Language"), "en", LANGUAGES)
    messages.use(tongue)
    title = _answer(name, "--name", N_("The federation's name"), place.name or None, TEXT)
    money = _answer(currency, "--currency", N_("Reporting currency, such as SEK"), None, CURRENCY)
    slug = _answer(central, "--central", N_("Slug of the central unit"), "central", SLUG)
    unit = Unit(
        slug=slug,
        folder=place / "units" / slug,
        name=slug.replace("-", " ").capitalize(),
        code=code_of(slug),
        entity="division",
        currency=money,
        chart=chart or ("pgc" if tongue == "es" else "bas"),
    )
    begin = (start.date() if start else _today()).replace(month=1, day=1)
    ws = new_workspace(place, name=title, currency=money, central=unit, language=tongue, start=begin)
    click.echo(str(ws.root))
    click.echo(say(N_("{name} is ready, with {slug} as its central unit."), name=title, slug=slug), err=True)
    click.echo(say(N_("Put your own decision into units/policy.beancount.")), err=True)
    click.echo(say(N_("Next: sambok -w {folder} unit add SLUG, then: sambok -w {folder} up"), folder=folder), err=True)


@click.group()
def unit() -> None:
    """Units of the federation: members that keep their own books."""


@unit.command("add")
@click.argument("slug", type=SLUG)
@click.option("--name", type=TEXT, help="The unit's name.")
@click.option("--code", type=CODE, help="Its name in the combined accounts (default: from the slug).")
@click.option(
    "--entity",
    type=ENTITIES,
    help="A division of one legal person (default), or a legal person of its own (with --no-combine).",
)
@click.option("--currency", type=CURRENCY, help="The currency of its books (default: the federation's).")
@click.option("--chart", type=CHART, help="bas, pgc, vsla, or a TOML file, which is copied into the unit's folder.")
@click.option("--joined", type=DATE, metavar="DATE", help="First day of its membership (default: always).")
@click.option("--no-combine", is_flag=True, help="A book that is nobody's but its members': never combined, no levy.")
@click.option("--level", "levels", type=TEXT, multiple=True, help="Country, region, town ...; one option a level.")
@click.option("--organisation-number", type=TEXT, help="Number of its legal person.")
@click.option("--country", type=COUNTRY, help="Two letters, such as SE.")
@click.option("--business-line", type=TEXT, help="What it does, such as furniture.")
@workspace_option
@click.pass_obj
def add(
    session: Session,
    slug: str,
    name: str | None,
    code: str | None,
    entity: str | None,
    currency: str | None,
    chart: str | None,
    joined: dt.datetime | None,
    no_combine: bool,  # noqa: FBT001  click gives flags so
    levels: tuple[str, ...],
    organisation_number: str | None,
    country: str | None,
    business_line: str | None,
) -> None:
    """Add the unit SLUG: its settings, accounts, first month and inbox.

    It asks for what isn't given. The unit appears whole or not at all; an existing one is never touched.
    """
    from ledger.books import Unit  # noqa: PLC0415  only when a command needs it
    from ledger.books.problems_scaffold import UnitExists  # noqa: PLC0415  as above
    from ledger.books.scaffold import new_unit  # noqa: PLC0415  as above

    ws = session.workspace
    if (ws.units_folder / slug).exists():
        raise UnitExists(slug=slug)
    title = _answer(name, "--name", N_("The unit's name"), None, TEXT)
    leaf = _answer(code, "--code", N_("Its name in the combined accounts"), code_of(slug), CODE)
    usual = "legal_entity" if no_combine else "division"  # its members' own book belongs to another person
    kind = _answer(entity, "--entity", N_("Division of one legal person, or legal entity"), usual, ENTITIES)
    money = _answer(currency, "--currency", N_("The currency of its books"), ws.currency, CURRENCY)
    chosen, chart_file = _chart(
        _answer(chart, "--chart", N_("Chart of accounts"), _usual_chart(money, ws.central), CHART)
    )
    first = _joined(joined)
    made = Unit(
        slug=slug,
        folder=ws.units_folder / slug,
        name=title,
        code=leaf,
        entity=kind,
        currency=money,
        chart=chosen,
        organisation_number=organisation_number,
        levels=levels,
        business_line=business_line,
        joined=first,
        combine=not no_combine,
        country=country,
    )
    year = ws.fiscal_year(_today())[0]
    new_unit(ws, made, start=max(first, year).replace(day=1) if first else year, chart_file=chart_file)
    click.echo(ws.shown(made.folder))
    click.echo(
        say(
            N_(
                "{name} is ready. Bank and invoice files: add a [[source]] to {toml} for each kind (docs/settings.md "
                "shows how); its files go to {inbox}/<its name>/."
            ),
            name=title,
            toml=ws.shown(made.folder / "unit.toml"),
            inbox=ws.shown(made.folder / "inbox"),
        ),
        err=True,
    )


def _joined(given: dt.datetime | None) -> dt.date | None:
    """The first day of membership; at a terminal it is asked for, and empty means always."""
    if given is not None or not _asks():
        return given.date() if given else None
    while True:
        answer = click.prompt(
            messages.translate(N_("Member since (2026-01-31; empty: always)")), default="", show_default=False, err=True
        )
        try:
            return dt.date.fromisoformat(answer) if answer else None
        except ValueError:
            click.echo(messages.translate(N_("A date such as 2026-01-31 is needed.")), err=True)


def _usual_chart(currency: str, central: Unit | None) -> str | None:
    """The chart that books in `currency` usually have here: kronor mean bas; otherwise central's if it has the same."""
    if currency == "SEK":
        return "bas"
    return central.chart if central and central.currency == currency and central.chart in {"bas", "pgc"} else None


def _chart(value: str) -> tuple[str, Path | None]:
    """The chart's name in `unit.toml`, and the file to copy where it is the unit's own."""
    from ledger.charts import SHIPPED  # noqa: PLC0415  only when a command needs it

    return (value, None) if value in SHIPPED else (Path(value).name, Path(value))


def _today() -> dt.date:
    """Today, where the command runs."""
    return dt.datetime.now().astimezone().date()
