"""What all tests share: where the samples are, and small workspaces made on the spot."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import messages
from ledger.books import Workspace, main_text, open_workspace, person

#: Who works in tests, in their child processes too; git's name of the person who runs them is theirs alone.
os.environ["SAMBOK_BY"] = "anna"
ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    """Texts are compared in English and unwrapped; other languages and widths have tests of their own."""
    monkeypatch.delenv("COLUMNS", raising=False)  # parallel test runners set it
    monkeypatch.delenv("SAMBOK_WORKSPACE", raising=False)
    monkeypatch.delenv("SAMBOK_LANGUAGE", raising=False)
    monkeypatch.setenv("BEANCOUNT_DISABLE_LOAD_CACHE", "1")
    messages.use("en")
    person.use(None)  # whom a test before this one named on a command line


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files and worked figures, beside the project."""
    if not SAMPLES.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"continuous integration needs the samples in {SAMPLES}")
        pytest.skip("the samples folder is not beside this clone (../shared/samples)")
    return SAMPLES


FAVA_CONF = """\
[federation]
name = "Samverkan Test"
currency = "SEK"
central = "gemensamt"
language = "en"
"""


@pytest.fixture
def make_workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """Make a workspace from texts.

    `make_workspace({"repris": {"unit": 'currency = "SEK"', "accounts": "...", "2026-03": "..."}}, policy="...")`

    Per unit, `unit` is appended to a `unit.toml` that has name, code and currency (`unit_toml` replaces all of it),
    `accounts` is `accounts.beancount`, every `YYYY-MM` is a month file. A central unit `gemensamt` is added when
    missing.
    """

    def make(
        units: dict[str, dict[str, str]], *, policy: str = "", prices: str = "", conf: str = FAVA_CONF
    ) -> Workspace:
        (tmp_path / "fava.conf").write_text(conf, encoding="utf-8")
        folder = tmp_path / "units"
        folder.mkdir(exist_ok=True)
        (folder / "policy.beancount").write_text(policy or "; no policy\n", encoding="utf-8")
        (folder / "prices.beancount").write_text(prices or "; no prices\n", encoding="utf-8")
        for slug, parts in {"gemensamt": {}, **units}.items():
            home = folder / slug
            home.mkdir(exist_ok=True)
            extra = parts.get("unit", "")
            currency = "" if "currency" in extra else 'currency = "SEK"\n'
            toml = parts.get("unit_toml") or f'name = "{slug.title()}"\ncode = "{slug.upper()}"\n{currency}{extra}\n'
            (home / "unit.toml").write_text(toml, encoding="utf-8")
            (home / "accounts.beancount").write_text(parts.get("accounts", "; no accounts\n"), encoding="utf-8")
            months = {k: v for k, v in parts.items() if k[:4].isdigit()} or {"2026-01": "; nothing yet\n"}
            for month, text in months.items():
                file = home / "books" / month[:4] / f"{month}.beancount"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        ws = open_workspace(tmp_path)
        for unit in ws.units.values():
            unit.main.write_text(main_text(unit), encoding="utf-8")
        return ws

    return make
