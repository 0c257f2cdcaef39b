"""How commands take a date: `2026-03-31`, of a year that has neighbours to reckon with."""

from __future__ import annotations

import datetime as dt

import click

#: Years that a date may lie in.
FIRST_YEAR, LAST_YEAR = 1900, 2199
DAY = click.DateTime(formats=["%Y-%m-%d"])


def day_of(ctx: click.Context, parameter: click.Parameter, value: dt.datetime | None) -> dt.date | None:
    """An option's date without its time; the first and last years of the calendar have no neighbours to reckon with."""
    if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
        told = f"the year {value.year} is not in the range {FIRST_YEAR}<=x<={LAST_YEAR}."  # as Click itself says it
        raise click.BadParameter(told, ctx, parameter)
    return value.date() if value else None
