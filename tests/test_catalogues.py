"""The catalogues are whole: every text for users has its Swedish and its Spanish, with the same names in braces."""

import gettext
import importlib
import io
import pkgutil
import re
import string
from collections import Counter
from pathlib import Path

import fava
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import importers
import ledger
from ledger import messages
from ledger.books.problems import ConfigUnreadable
from ledger.errors import Problem
from ledger.web.words import FAVA_WORDS

ROOT = Path(__file__).resolve().parent.parent
#: As in the Makefile's `messages`; the rooms that it extracts from are below.
KEYWORDS = dict.fromkeys(("N_", "say", "say_err", "translate"))
ROOMS = ("ledger", "importers", "plugins")
LANGUAGES = ("sv", "es")
#: Languages of papers that people hold in their hands: they have those texts alone.
PAPER_LANGUAGES = sorted({p.parent.parent.name for p in messages.LOCALE.glob("*/LC_MESSAGES/*.po")} - {*LANGUAGES})
#: What stays as it is in every language: commands, options, files, custom directives' keys, codes in capitals.
LITERAL = re.compile(
    r"sambok [a-z]+|--[a-z][a-z-]+|[\w./-]*\.(?:toml|beancount|conf|md|jsonl)\b|\[\[?[a-z]+\]?\]"
    r"|\b(?:from|until|partner|ic|cost|decision|corrects|concerns|code):|\b(?:SLUG|FILE|DIR)\b|\b(?:Assets|Liabilities|Equity|Income|Expenses)[:,]"
)
#: Words of Fava that are the same in English.
SAME = {"sv": {"System"}, "es": set()}
#: A federation owned by its members is no parent: its sum is never called a group's (SPEC 1).
NEVER = {"sv": ("koncern", "moderbolag", "dotterbolag"), "es": ("consolidad", "grupo", "matriz", "filial")}


def extracted() -> set[str]:
    """Every text for users in the sources."""
    found = set()
    for room in ROOMS:
        for _, _, text, _, _ in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=KEYWORDS):
            assert isinstance(text, str), f"{room}: {text}"
            found.add(text)
    return found


def catalogue(language: str) -> Catalog:
    """A language's catalogue; a line that can't be parsed is an error."""
    path = ROOT / "ledger" / "locale" / language / "LC_MESSAGES" / "sambok.po"
    with path.open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def compiled(found: Catalog) -> gettext.GNUTranslations:
    """The catalogue as a program reads it."""
    memory = io.BytesIO()
    write_mo(memory, found)
    memory.seek(0)
    return gettext.GNUTranslations(memory)


def fields(text: str) -> Counter[tuple[str, str | None]]:
    """What a text names in braces, and how it is shown."""
    return Counter((name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_else(language):
    found, wanted = catalogue(language), extracted()
    assert len(wanted) > 500, "the extractor finds too little to prove anything"
    assert not found.obsolete
    ids = {message.id for message in found if message.id}
    assert not sorted(wanted - ids), "run make messages, then translate these in ledger/locale"
    assert not sorted(ids - wanted), "run make messages: these texts are gone"
    assert not sorted(m.id for m in found if m.id and not m.string), "not translated yet"
    assert not sorted(m.id for m in found if m.id and m.fuzzy)


def papers() -> set[str]:
    """The texts of papers, in the files that the Makefile names."""
    (said,) = re.findall(r"^PAPERS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    found = set()
    for path in said.split():
        found |= {text for _, text, _, _ in extract_from_file("python", ROOT / path, keywords=KEYWORDS)}
    return found


def test_a_savings_groups_papers_come_in_swahili():
    assert "sw" in PAPER_LANGUAGES
    assert set(messages.paper_languages()) == {"en", *LANGUAGES, *PAPER_LANGUAGES}


@pytest.mark.parametrize("language", PAPER_LANGUAGES)
def test_every_text_of_papers_is_translated_and_nothing_else(language):
    found, wanted = catalogue(language), papers()
    assert len(wanted) > 30
    assert {message.id for message in found if message.id} == wanted, "run make messages"
    assert not sorted(m.id for m in found if m.id and (not m.string or m.fuzzy)), "not translated yet"


@pytest.mark.parametrize("language", [*LANGUAGES, *PAPER_LANGUAGES])
def test_what_is_named_in_braces_is_the_same(language):
    for message in catalogue(language):
        assert fields(message.string) == fields(message.id), message.id
        assert not message.id or not [str(error) for error in message.check()], message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_commands_files_and_shape(language):
    for message in catalogue(language):
        text, own = message.id, message.string
        if not text:
            continue
        assert set(LITERAL.findall(own)) == set(LITERAL.findall(text)), f"{text}\n{own}"
        assert own.startswith(" ") == text.startswith(" "), text
        assert own == own.rstrip() == own.replace("\n", ""), text
        if text[-1] in ".:?":
            assert own[-1] == text[-1], f"{text}\n{own}"
        assert not [word for word in NEVER[language] if word in own.lower()], own


@pytest.mark.parametrize("language", [*LANGUAGES, *PAPER_LANGUAGES])
def test_programs_use_this_catalogue(language):
    path = messages.LOCALE / language / "LC_MESSAGES" / "sambok.mo"
    assert path.is_file(), "run make setup"
    with path.open("rb") as file:
        used = gettext.GNUTranslations(file)
    fresh = compiled(catalogue(language))
    for text in sorted(extracted()):
        assert used.gettext(text) == fresh.gettext(text), f"run make setup: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_speaks_the_language(language):
    for package in (ledger, importers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2].startswith("problems"):
                importlib.import_module(module.name)
    own = compiled(catalogue(language))
    assert len(Problem.registry) > 100
    for cls in Problem.registry.values():
        if not cls.__module__.startswith(("ledger.", "importers.")):
            continue
        for text in (cls.message, cls.remedy):
            if re.search(r"\w", re.sub(r"\{\w+\}", "", text)):  # what another sentence says whole is translated there
                assert own.gettext(text) != text, f"{cls.code}: {text}"


def test_spoken_in_the_language_in_use(monkeypatch):
    text = "No errors (units: {units}, transactions: {transactions})."
    said = {}
    for language in messages.LANGUAGES:
        monkeypatch.setenv("SAMBOK_LANGUAGE", language)
        messages.use("en")
        said[language] = messages.say(text, units=3, transactions=12)
    assert said == {
        "sv": "Inga fel (enheter: 3, verifikationer: 12).",
        "en": "No errors (units: 3, transactions: 12).",
        "es": "Sin errores (unidades: 3, asientos: 12).",
    }


def test_words_of_the_browser_are_words_that_fava_says():
    with (Path(fava.__file__).parent / "translations" / "messages.pot").open("rb") as file:
        said = {message.id for message in read_po(file)}
    assert sorted(set(FAVA_WORDS)) == sorted(FAVA_WORDS)
    assert not sorted(set(FAVA_WORDS) - said), "Fava says this no more: take it out of ledger/web/words.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_says_nothing_in_english(language):
    folder = Path(fava.__file__).parent / "translations"
    with (folder / "messages.pot").open("rb") as file:
        said = {message.id for message in read_po(file) if message.id}
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {message.id for message in read_po(file) if message.string}
    assert sorted(said - known - set(FAVA_WORDS) - SAME[language]) == []


@pytest.mark.parametrize(
    ("reason", "swedish"),
    [
        ("Permission denied", "åtkomst nekad"),
        ("Invalid value (at line 3, column 9)", "värdet är ogiltigt (rad 3, kolumn 9)"),
        ("a text, an amount follows its name", "efter namnet står en text, ett belopp"),
        ("it must be 'a', 'b' or 'c'", "det måste vara 'a', 'b' eller 'c'"),
        ("no account {code} %s in [accounts]", "inget konto {code} %s i [accounts]"),
        ("zlib says -3", "zlib says -3"),
        ("", ""),
    ],
)
def test_a_reason_is_told_in_the_language_it_is_shown_in(reason, swedish):
    assert messages.retell(reason, "sv") == swedish
    assert messages.retell(reason, "en") == reason
    problem = Problem.from_dict(ConfigUnreadable(reason=reason, file="fava.conf").to_dict())
    assert problem.text("sv") == f"Filen kan inte läsas: {swedish}."
    assert problem.text("en") == f"The file can't be read: {reason}."
    assert problem.params["reason"] == reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_its_own(language):
    for text in messages.REASONS:
        plain = string.Formatter().vformat(text, (), dict.fromkeys((name for name, _ in fields(text)), "7"))
        own = messages.retell(plain, language)
        assert own == messages.translate(text, language).format_map(dict.fromkeys((n for n, _ in fields(text)), "7"))
