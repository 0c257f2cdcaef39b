"""Texts for users: English in the code, other languages from catalogues, what is named in braces always filled."""

import ast
import importlib
import json
import pickle
import pkgutil
import string
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from beancount.core.amount import Amount
from beancount.ops.validation import ValidationError

import importers
import ledger
from ledger import messages
from ledger.books.problems import UnitUnknown, WorkspaceMissing
from ledger.books.problems_load import BalanceFailed, TransactionUnbalanced, problem_of
from ledger.charts.problems import ChartMissing
from ledger.errors import Problem, order
from ledger.policy.problems import PolicyRateRange

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def swedish(tmp_path, monkeypatch):
    """A catalogue with one Swedish text."""
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog("sv")
    catalogue.add("There is no unit called {slug}.", "Det finns ingen enhet som heter {slug}.")
    with (folder / "sambok.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    messages._catalogue.cache_clear()
    yield
    messages._catalogue.cache_clear()


def fields(text: str) -> set[str]:
    """What a text names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_a_text_is_translated_and_filled(swedish):
    text = messages.N_("There is no unit called {slug}.")
    assert messages.say(text, slug="repris") == "There is no unit called repris."
    messages.use("sv")
    assert messages.current() == "sv"
    assert messages.say(text, slug="åäö {x} %s") == "Det finns ingen enhet som heter åäö {x} %s."
    assert messages.translate(text, "en") == text


def test_what_a_catalogue_lacks_stays_english(swedish):
    messages.use("sv")
    assert messages.translate("Not in any catalogue") == "Not in any catalogue"
    assert messages.translate("Not in any catalogue", "es") == "Not in any catalogue"
    assert messages.translate("", "sv") == "", "an empty id would give the catalogue's head"


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [
        ("sv", None, "sv"),
        ("es", None, "es"),
        ("fi", None, "en"),
        ("sv", "es", "es"),
        ("sv", "fi", "en"),
        ("", None, "en"),
    ],
)
def test_the_language_in_use(monkeypatch, asked, environment, expected):
    if environment:
        monkeypatch.setenv("SAMBOK_LANGUAGE", environment)
    messages.use(asked)
    assert messages.current() == expected


def test_a_problem_speaks_the_language_in_use_or_the_one_asked_for(swedish):
    problem = UnitUnknown(slug="repirs", nearest="repris", known="gemensamt, repris", file="fava.conf", line=4)
    assert problem.text() == "There is no unit called repirs."
    assert problem.text("sv") == "Det finns ingen enhet som heter repirs."
    messages.use("sv")
    assert str(problem) == "fava.conf:4: Det finns ingen enhet som heter repirs. [UNIT_UNKNOWN]"
    assert problem.as_json("en")["message"] == "There is no unit called repirs."


def test_a_problem_is_a_value_that_survives_caches_and_pipes():
    problem = ChartMissing(name="ifrs {x}", known="bas", file="units/a/unit.toml", line=3, excerpt="chart", unit="a")
    again = Problem.from_dict(json.loads(json.dumps(problem.to_dict())))
    assert again == problem
    assert hash(again) == hash(problem)
    assert isinstance(again, ChartMissing)
    assert pickle.loads(pickle.dumps(problem)) == problem  # noqa: S301  our own bytes, made a moment ago
    assert again.text() == "There is no chart called ifrs {x}."
    assert again != ChartMissing(name="ifrs", known="bas")
    assert problem != "CHART_MISSING"
    with pytest.raises(KeyError):
        Problem.from_dict({**problem.to_dict(), "code": "OF_ANOTHER_VERSION"})


def off(expected: object, difference: object) -> BalanceFailed:
    return BalanceFailed(account="Assets:1930-Bank", expected=expected, actual="nothing", difference=difference)


@pytest.mark.parametrize(
    ("language", "expected", "difference"),
    [("sv", "1\xa0234,50 SEK", "-0,125"), ("es", "1.234,50 SEK", "-0,125"), ("en", "1,234.50 SEK", "-0.125")],
)
def test_amounts_are_written_in_the_readers_language(language, expected, difference):
    """Also of a problem that comes out of a cache or another process; decimals are those of the amount."""
    problem = off(Amount(Decimal("1234.50"), "SEK"), Decimal("-0.125"))
    for one in (problem, Problem.from_dict(json.loads(json.dumps(problem.to_dict())))):
        assert expected in one.text(language)
        assert difference in one.text(language)
        assert one == problem
    assert problem.params["expected"] == "1234.50 SEK"


def test_programs_read_amounts_with_a_point():
    messages.use("sv")
    said = off(Amount(Decimal("1234.50"), "SEK"), Decimal("-0.125")).as_json()["message"]
    assert "1234.50 SEK" in said
    assert "-0.125" in said


def test_what_a_file_says_stands_as_it_is():
    """A text that looks like an amount, and a rate as it must be written in the policy."""
    assert "1234.50 SEK" in off("1234.50 SEK", "").text("sv")
    assert "0.75" in PolicyRateRange(rate=Decimal("0.75")).text("sv")
    assert "1E+50" in off(Decimal("1E+50"), "").text("sv")
    assert "NaN" in off(Decimal("NaN"), "").text("sv")


@pytest.mark.parametrize(
    ("said", "told"), [("-1500.00 SEK", "-1\xa0500,00 SEK"), ("-1500.00 SEK, 20.00 EUR", "-1500.00 SEK, 20.00 EUR")]
)
def test_one_amount_in_a_sentence_of_beancount(said, told):
    """Several stand as Beancount has them."""
    error = ValidationError({}, f"Transaction does not balance: ({said})", None)
    problem = problem_of(error, unit="repris", shown=str, excerpt=lambda *_: None)
    assert isinstance(problem, TransactionUnbalanced)
    assert told in problem.text("sv")


def test_two_problems_cannot_share_a_code():
    with pytest.raises(TypeError, match="UNIT_UNKNOWN"):
        type("Other", (Problem,), {"code": "UNIT_UNKNOWN"})
    assert Problem.registry["UNIT_UNKNOWN"] is UnitUnknown


def test_lists_of_problems_have_one_order():
    problems = [
        WorkspaceMissing(start="/"),
        UnitUnknown(slug="a", unit="b", file="f", line=2),
        UnitUnknown(slug="a", unit="b", file="f", line=1),
        UnitUnknown(slug="a", unit="a", file="z"),
    ]
    found = sorted(problems, key=order)
    assert [(p.unit, p.line) for p in found] == [(None, None), ("a", None), ("b", 1), ("b", 2)]


def problem_classes() -> list[type[Problem]]:
    """Every problem of the product; importing all of it registers them."""
    for package in (ledger, importers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2].startswith("problems"):
                importlib.import_module(module.name)
    return sorted(Problem.registry.values(), key=lambda cls: cls.code)


def test_every_problem_says_what_is_wrong_and_what_to_do():
    classes = problem_classes()
    assert len(classes) > 30
    for cls in classes:
        assert cls.code == cls.code.upper(), cls
        assert cls.message.endswith((".", "?", "!", ":")) or "{" in cls.message, cls
        assert cls.message, cls
        assert cls.remedy, cls
        assert cls.exit_code in {1, 2, 3, 4}, cls
        names = fields(cls.message) | fields(cls.remedy)
        assert all(name.isidentifier() for name in names), cls
        reserved = {"file", "line", "excerpt", "unit"}
        assert not names & reserved, f"{cls}: a place is an attribute, never a parameter"
        example = cls(**dict.fromkeys(names, "x"))
        assert "{" not in example.text()
        assert "{" not in example.remedy_text()
        for case, texts in cls.cases.items():
            names = set().union(*map(fields, texts)) - {"case"}
            special = cls(**dict.fromkeys(names, "x"), case=case)
            assert (special.text(), special.remedy_text()) != (example.text(), example.remedy_text())
            assert "{" not in special.text() + special.remedy_text()


def test_every_text_that_is_marked_is_a_plain_string():
    """What the extractor can't read (f-strings, sums) would never be translated."""
    marked = 0
    for path in sorted((ROOT / "ledger").rglob("*.py")) + sorted((ROOT / "importers").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                assert id(node) not in inside, f"{path}:{node.lineno}"
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                assert fields(node.args[0].value) is not None
                marked += 1
    assert marked > 60


@pytest.mark.parametrize(
    ("language", "number", "places", "text"),
    [
        ("sv", "-1234.5", 2, "-1\N{NO-BREAK SPACE}234,50"),
        ("es", "-1234567.5", 2, "-1.234.567,50"),
        ("en", "1234.5", 2, "1,234.50"),
        ("es", "-19990", 0, "-19.990"),
        ("sv", "-0", 2, "0,00"),
        ("en", "12345678901234567890123456789012345.67", 2, "12,345,678,901,234,567,890,123,456,789,012,345.67"),
    ],
)
def test_numbers_as_a_language_writes_them(language, number, places, text):
    assert messages.number_text(Decimal(number), places, language) == text
