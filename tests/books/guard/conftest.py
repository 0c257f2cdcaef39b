"""What the guard's tests share: the corpus, and a process of its own to read it in."""

from __future__ import annotations

import ast
import json
import random
import select
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TODAY = "2026-11-21"
#: A text that isn't answered after so long hangs; reading one takes milliseconds.
SECONDS = 120
#: Good books that dice made.
SEEDS = 120
FOLDERS = {
    "books": "/federation/units/repris/books/2026/2026-01.beancount",
    "main": "/federation/units/repris/main.beancount",
}
FOLDERS |= {"accounts": "/federation/units/repris/accounts.beancount"}
FOLDERS |= {name: f"/federation/units/{name}.beancount" for name in ("policy", "prices")}


@dataclass(frozen=True)
class Case:
    """One text of the corpus."""

    name: str
    data: bytes
    profile: str = "books"
    code: str | None = None
    line: int | None = None


def read_cases(folder: str) -> list[Case]:
    """The texts in the tables whose names begin with `folder` (`bad`, `good`)."""
    cases = []
    for table in sorted((HERE / "corpus").glob(f"{folder}*.toml")):
        for case in tomllib.loads(table.read_text(encoding="utf-8"))["case"]:
            where = case.get("profile", "books")
            cases += [Case(case["name"], _data(case), where, case.get("code"), case.get("line"))]
    assert len({case.name for case in cases}) == len(cases), "two cases have one name"
    return cases


def _data(case: dict[str, Any]) -> bytes:
    if "bytes" in case:
        return ast.literal_eval(f"b'''{case['bytes']}'''")
    if "text" in case:
        return case["text"].encode()
    return (case.get("head", "") + case["repeat"] * case["times"] + case.get("tail", "")).encode()


class Reader:
    """A process that guards texts; it is replaced when one kills it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes, profile: str = "books") -> dict[str, Any]:
        """Its answer, or `{"died": how}`."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(HERE / "child.py"), str(ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"BEANCOUNT_DISABLE_LOAD_CACHE": "1"},
            )
        job = {
            "size": len(data),
            "file": FOLDERS[profile],
            "shown": FOLDERS[profile].removeprefix("/federation/"),
            "profile": profile,
            "unit": "repris",
            "today": TODAY,
            "title": "Repris",
            "currency": "SEK",
        }
        pipe, answers = self.process.stdin, self.process.stdout
        try:
            pipe.write(json.dumps(job).encode() + b"\n" + data)
            pipe.flush()
        except BrokenPipeError:
            return self._died()
        if not select.select([answers], [], [], SECONDS)[0]:
            self.process.kill()
            return self._died("no answer: ")
        line = answers.readline()
        return json.loads(line) if line else self._died()

    def _died(self, why: str = "") -> dict[str, Any]:
        code = self.process.wait()
        self.process = None
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return {"died": why + name, "problems": [], "events": []}

    def close(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(timeout=SECONDS)


@pytest.fixture(scope="session")
def reader():
    """The reading process."""
    reader = Reader()
    yield reader
    reader.close()


def seeded(seed: int) -> Case:
    """A month of a bookkeeper's work, the same for the same seed: 1 to 60 vouchers of every kind a unit may write."""
    dice = random.Random(seed)  # noqa: S311  the same texts each time are the point
    lines = ["; " + dice.choice(["Åter & Co", "Taller Ñandú", "Kikundi cha akiba", ""])] * dice.randint(0, 1)
    currency = dice.choice(["SEK", "EUR", "KES", "CLP"])
    cents = 0 if currency == "CLP" else 2
    words = ["Hyra", "kaffe", "sågblad", "piñata", "vitabu", "50 %", "nr 12/3", "(del 1)", "12,5 kg", "1 000:-", "ö"]
    accounts = ["Assets:1930-Bank", "Assets:1910-Kassa", "Expenses:5010-Lokalhyra", "Income:3001-Försäljning-varor-25"]
    end = dice.choice(["\n", "\n", "\r\n"])
    for number in range(dice.randint(1, 60)):
        day = f"2026-03-{dice.randint(1, 31):02d}"
        kind = dice.randrange(10)
        text = " ".join(dice.choices(words, k=dice.randint(0, 6)))
        if kind == 0:
            lines.append(f'{day} note {accounts[0]} "{text}"')
        elif kind == 1:
            lines.append(f"{day} balance {accounts[1]}  {dice.randint(-9, 9999)}.00 {currency} ; counted")
        elif kind == 2:
            lines.append(f'{day} custom "budget" {accounts[2]} "monthly" {dice.randint(1, 9999)} {currency}')
        elif kind == 3:
            lines.append(f'{day} document {accounts[0]} "../../documents/{seed}/{number}.pdf"')
        else:
            flag = dice.choice("***!")
            lines.append(f'{day} {flag} "{text}" "{dice.choice(words)}"' + f" ^inv-{number} #t" * dice.randint(0, 1))
            lines += [f'  voucher: "A-{number}"', f"  registered: {day}"][: dice.randint(0, 2)]
            amount = f"{dice.randint(1, 10 ** dice.randint(1, 12)) / 10**cents:.{cents}f}"
            lines.append(f"  {dice.choice(accounts)}  {amount}{dice.choice(['', '', ' / 3', ' * 2'])} {currency}")
            lines += ['    partner: "gemensamt"', '    ic: "trade"'] * dice.randint(0, 1)
            lines.append(f"  {dice.choice(accounts)}")
        lines += [""] * dice.randint(0, 2)
    return Case(f"seed {seed}", (end.join(lines) + end).encode())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in ("bad", "good"):
        if f"{name}_case" in metafunc.fixturenames:
            cases = read_cases(name) + ([seeded(seed) for seed in range(SEEDS)] if name == "good" else [])
            metafunc.parametrize(f"{name}_case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="session")
def corpus():
    """`corpus("bad")`: all cases of a kind."""
    return read_cases
