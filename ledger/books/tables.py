"""What every TOML table of the settings shares: unknown keys are errors, texts have one line."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

CURRENCY = r"^[A-Z]{3}$"
SOURCE_NAME = r"^[a-z][a-z0-9-]{0,29}$"
_ACCOUNT = re.compile(r"(Assets|Liabilities|Equity|Income|Expenses)(:[^\s:]+)+")
#: As books take numbers: at most 13 digits before the point, no exponent, no grouping.
_NUMBER = re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{1,40})?", re.ASCII)


def _one_line(value: str) -> str:
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in value):
        raise ValueError("one line without control characters is needed")
    return value


def _account(value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise ValueError("an account such as Expenses:5010-Lokalhyra is needed")
    return value


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        raise ValueError(f'write it in quotes, so that no computer rounds it: "{value}"')  # noqa: TRY004  pydantic knows this one
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value).strip()):
        raise ValueError('a number in quotes is needed, with a point and without spaces, such as "1250.50"')
    return Decimal(str(value).strip())


def _truth(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("true or false is needed, without quotes")  # noqa: TRY004  pydantic knows this one
    return value


#: Yes or no. Only TOML's own words for it: whoever reads `combine = "no"` must not have to guess what it does.
Truth = Annotated[bool, BeforeValidator(_truth)]
#: Text that goes into titles, account names and reports.
Text = Annotated[str, AfterValidator(_one_line)]
#: An account of the books, as they write it.
Account = Annotated[Text, AfterValidator(_account)]
#: Money, or a share of it: in quotes, since TOML's numbers with a point are binary fractions. Whole ones are exact.
Number = Annotated[Decimal, BeforeValidator(_exact)]


class Table(BaseModel):
    """A TOML table whose unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
