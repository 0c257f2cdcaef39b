"""What every TOML table of the settings shares: unknown keys are errors, texts have one line."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

CURRENCY = r"^[A-Z]{3}$"
SOURCE_NAME = r"^[a-z][a-z0-9-]{0,29}$"


def _one_line(value: str) -> str:
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in value):
        raise ValueError("one line without control characters is needed")
    return value


#: Text that goes into titles, account names and reports.
Text = Annotated[str, AfterValidator(_one_line)]


class Table(BaseModel):
    """A TOML table whose unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
