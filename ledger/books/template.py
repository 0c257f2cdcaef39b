"""The files of a unit that the federation owns: `main.beancount`, written by Sambok and by nobody else (SPEC 2, 3).

Bookkeepers write below `books/`; options, plugins and includes stand here, so that a unit's text can't bring any.
The guard refuses a main file that says anything these lines don't.
"""

from __future__ import annotations

from ledger.books.workspace import Unit

#: Plugins that a unit's main file may name, in this order.
PLUGINS = ("plugins.levy",)
#: Those that it may name besides; `plugins.levy` does their work as well.
MORE_PLUGINS = ("plugins.rotating_loans",)
#: Options that a unit's main file may set.
OPTIONS = ("title", "operating_currency")
#: Files and patterns that a unit's main file may include.
INCLUDES = ("accounts.beancount", "books/*/*.beancount")

HEAD = """\
; {slug}: written by Sambok. Bookkeepers write in books/, accounts are opened in accounts.beancount.
"""


def main_title(name: str) -> str:
    """A unit's name as `option "title"` can hold it."""
    return name.replace("\\", "").replace('"', "'")


def main_text(unit: Unit) -> str:
    """The text of a unit's `main.beancount`."""
    lines = [
        HEAD.format(slug=unit.slug).rstrip(),
        f'option "title" "{main_title(unit.name)}"',
        f'option "operating_currency" "{unit.currency}"',
        *(f'plugin "{name}"' for name in PLUGINS),
        *(f'include "{name}"' for name in INCLUDES),
    ]
    return "\n".join(lines) + "\n"
