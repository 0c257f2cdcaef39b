"""What `parse_guarded` promises its callers: entries or problems, the day given, the unit's own name."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from beancount import loader
from beancount.parser import parser

from ledger.books import open_workspace, problems_files, problems_guard
from ledger.books.guard import POLICY, PRICES, UNIT_BOOKS, UNIT_MAIN, layout_problems, parse_guarded, read_file
from ledger.books.guard_builder import GuardBuilder
from ledger.books.guard_bytes import clip
from ledger.books.guard_child import profile_of
from ledger.books.template import main_text
from ledger.errors import Problem

TODAY = dt.date(2026, 11, 21)
FILE = "/federation/units/repris/books/2026/2026-01.beancount"
SHOWN = "units/repris/books/2026/2026-01.beancount"


def parse(text: str, **rest):
    return parse_guarded(
        text.encode(), **{"file": FILE, "shown": SHOWN, "profile": UNIT_BOOKS, "unit": "repris", "today": TODAY, **rest}
    )


def test_entries_or_problems_never_both():
    good = "2026-01-01 open Assets:1930-Bank\n"
    assert len(parse(good).entries) == 1
    refused = parse(good + "2026-01-02 pad Assets:1930-Bank Equity:2010-Own\n")
    assert (refused.entries, refused.options, refused.includes) == ([], {}, ())
    assert [str(p) for p in refused.problems] == [
        f"{SHOWN}:2: pad would book any difference without a voucher. [PAD_REFUSED]"
    ]


@pytest.mark.parametrize(
    ("today", "day", "passes"),
    [
        (dt.date(2026, 1, 1), "2027-12-31", True),
        (dt.date(2026, 12, 31), "2027-12-31", True),
        (dt.date(2026, 12, 31), "2028-01-01", False),
        (dt.date(2027, 1, 1), "2028-01-01", True),
        (dt.date(2026, 1, 1), "2000-01-01", True),
        (dt.date(2026, 1, 1), "1999-12-31", False),
    ],
)
def test_dates_are_judged_by_the_day_given(today, day, passes):
    assert (parse(f"{day} open Assets:1930-Bank\n", today=today).problems == []) is passes


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2026-01-02", []),
        ("2026/1/2", []),
        ("02026-01-02", ["DATE_FORM"]),
        ("20226-01-02", ["DATE_FORM"]),
        ("4294969322-01-02", ["DATE_FORM"]),  # 2 ** 32 + 2026: a day of 2026 to Beancount
        ("2026-001-02", ["DATE_FORM"]),
        ("2026-01-002", ["DATE_FORM"]),
        ("2026/1/002", ["DATE_FORM"]),
    ],
)
def test_a_date_has_four_digits_and_two_and_two(day, codes):
    assert [(p.code, p.line) for p in parse(f"; a\n{day} open Assets:1930-Bank\n").problems] == [(c, 2) for c in codes]
    voucher = f'2026-01-01 * "x"\n  registered: {day}\n  Assets:A  1 SEK\n  Assets:B\n'
    assert [(p.code, p.line) for p in parse(voucher).problems] == [(c, 2) for c in codes]


@pytest.mark.parametrize("row", ["pushtag #a", "poptag #a", "pushmeta key: 1", "popmeta key:"])
@pytest.mark.parametrize("profile", [UNIT_BOOKS, UNIT_MAIN, POLICY, PRICES])
def test_nothing_is_said_of_all_that_follows(row, profile):
    assert ("PUSH_REFUSED", 2) in [(p.code, p.line) for p in parse(f"; a\n{row}\n", profile=profile).problems]


def test_only_what_is_dated_outside_is_named():
    days = ("1999-12-31", "2000-01-01", "2026-01-01", "2027-12-31", "2028-01-01")
    problems = parse("".join(f'{day} note Assets:1930-Bank "x"\n' for day in days)).problems
    assert [(p.code, p.line) for p in problems] == [("DATE_OUTSIDE", 1), ("DATE_OUTSIDE", 5)]


#: What the federation decides, in policy alone (SPEC 4, 9).
POLICY_WORDS = [
    *("decision", "levy-rate", "levy-component", "levy-cap", "levy-floor", "levy-threshold", "levy-base"),
    *("goodwill-impairment", "loan-cycle"),
    *("fund", "fund-agreement", "fund-score", "fund-state", "solidarity-exception"),
    *("allocation-key", "cost-centre", "service-method"),
]


@pytest.mark.parametrize("word", POLICY_WORDS)
def test_what_policy_may_say_and_no_unit(word):
    text = f'2026-01-01 custom "{word}" "x" 1\n'
    assert parse(text, profile=POLICY, unit=None).problems == []
    assert [p.code for p in parse(text).problems] == ["CUSTOM_UNKNOWN"]
    assert [p.code for p in parse(text, profile=PRICES).problems] == ["CUSTOM_UNKNOWN"]


@pytest.mark.parametrize("end", ["", "\n"], ids=["no line end", "a line end"])
@pytest.mark.parametrize("before", ["", "; a\n", "; a\n; b\n", f";{'a' * 1999}\n"], ids=["1", "2", "3", "behind 2000"])
@pytest.mark.parametrize("count", [1999, 2000, 2001, 2002, 4002])
def test_a_line_has_two_thousand_characters_and_no_more(count, before, end):
    text = f"{before};{'x' * (count - 1)}{end}"
    found = [(p.code, p.line, p.params["count"]) for p in parse(text).problems]
    assert found == ([("BOOK_LONG_LINE", before.count("\n") + 1, str(count))] if count > 2000 else [])


@pytest.mark.parametrize("letter", ["å", "€"])
def test_a_lines_characters_are_counted_not_its_bytes(letter):
    assert parse(f"; {letter * 1998}\n").problems == []
    assert [p.params["count"] for p in parse(f"; {letter * 1999}\n").problems] == ["2001"]


@pytest.mark.parametrize(("length", "passes"), [(1, False), (2, True), (119, True), (120, True), (121, False)])
def test_a_key_has_up_to_120_letters(length, passes):
    """One letter is none to Beancount."""
    text = f'2026-01-01 note Assets:1930-Bank "x"\n  {"k" * length}: 1\n'
    assert (parse(text).problems == []) is passes


def test_of_a_key_that_is_too_long_sixty_letters_are_shown():
    (problem,) = parse(f'2026-01-01 note Assets:1930-Bank "x"\n  {"k" * 121}: 1\n').problems
    assert (problem.code, problem.line, problem.params["key"]) == ("META_KEY_REFUSED", 2, "k" * 60)


@pytest.mark.parametrize("end", ["", "\n", "\n  Assets:A  1 SEK\n"])
def test_text_that_is_no_utf_8_is_shown_with_what_it_may_have_been(end):
    text = '; a\n2026-01-01 * "Kaffé"' + end
    (problem,) = parse_guarded(
        text.encode("latin-1"), file=FILE, shown=SHOWN, profile=UNIT_BOOKS, unit="repris", today=TODAY
    ).problems
    assert (problem.code, problem.line, problem.excerpt) == ("BOOK_NOT_UTF8", 2, '2026-01-01 * "Kaff\\xe9"')
    assert (problem.params["byte"], problem.params["guess"]) == ("E9", '2026-01-01 * "Kaffé"')


def bytes_refused(data: bytes) -> list[tuple[str, int | None, str | None]]:
    found = parse_guarded(data, file=FILE, shown=SHOWN, profile=UNIT_BOOKS, unit="repris", today=TODAY).problems
    return [(p.code, p.line, p.excerpt) for p in found]


def test_the_line_alone_is_shown_of_bytes_that_are_no_text():
    assert bytes_refused(b"\nKaff\xe9") == [("BOOK_NOT_UTF8", 2, "Kaff\\xe9")]
    assert bytes_refused(b"Kaff\xe9\n; b\n") == [("BOOK_NOT_UTF8", 1, "Kaff\\xe9")]
    assert bytes_refused(b"\n; a\rb\n; c\n") == [("BOOK_LINE_ENDS", 2, "; a<U+000D>b")]
    assert bytes_refused(b"; a\n; b\n>>>>>>> x\n; c")[0] == ("BOOK_MERGE_CONFLICT", 3, ">>>>>>> x")
    assert bytes_refused(b"\n<<<<<<< x")[0] == ("BOOK_MERGE_CONFLICT", 2, "<<<<<<< x")


def test_a_long_line_is_shown_as_far_as_its_first_160_letters():
    text = ";" + "a" * 2000
    assert bytes_refused(text.encode()) == [("BOOK_LONG_LINE", 1, text[:160] + "…")]
    assert clip("a" * 160) == "a" * 160
    assert clip("a" * 161) == "a" * 160 + "…"
    assert clip("a\tb\r\n") == "a    b"


@pytest.mark.parametrize("number", [*range(9), 11, 12, *range(14, 32), *range(127, 160)])
def test_no_control_character_passes(number):
    assert [code for code, *_ in bytes_refused(f"; a b c d e{chr(number)}\n".encode())] == ["BOOK_CHARACTER"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\0a\0b", "BOOK_UTF16"),
        (b"a\0b\0", "BOOK_UTF16"),
        (b"\xff\xfea\0", "BOOK_UTF16"),
        (b"\xfe\xff\0a", "BOOK_UTF16"),
        (b"a\0b", "BOOK_CHARACTER"),
        (b"\0\0a\0b\0", "BOOK_CHARACTER"),
        (b"\0\0\0\0\0\0", "BOOK_CHARACTER"),
        (b"a\0bc", "BOOK_CHARACTER"),
    ],
)
def test_letters_with_a_zero_beside_each_are_utf_16(data, code):
    assert [found for found, *_ in bytes_refused(data)] == [code]


def test_a_text_that_swallowed_others_is_named_where_it_begins():
    """What can't be understood stands far behind: the line on which the quote is missing is told as well."""
    text = '2026-01-01 * "Rent\n  Assets:A  1 SEK\n2026-01-02 * "Milk"\n  Assets:A  2 SEK\n  Assets:B\n'
    assert ("TEXT_SWALLOWED", 1) in [(p.code, p.line) for p in parse(text).problems]
    assert ("TEXT_SWALLOWED", 2) in [(p.code, p.line) for p in parse("\n" + text).problems]
    assert ("TEXT_SWALLOWED", 3) in [(p.code, p.line) for p in parse('; 5" nails\n\n' + text).problems]


def test_problems_come_by_line_and_end_somewhere():
    text = "".join(f"2026-01-01 price EUR {n}.00 SEK\n2026-01-01 pad Assets:A Assets:B\n" for n in range(1, 100))
    problems = parse(text).problems
    assert [p.line for p in problems[:4]] == [1, 2, 3, 4]
    assert len(problems) == 51
    assert problems[-1].code == "TOO_MANY_PROBLEMS"


def test_one_problem_a_line_and_kind():
    (problem,) = parse('2026-01-01 * "a"\n  Assets:A  1,000 SEK @ 1,000 SEK\n').problems
    assert problem.text() == "The number 1,000 has a comma: twelve thousand to some, twelve and a bit to others."
    assert problem.remedy_text() == "Write decimals with a point and thousands without any sign: 1.000 / 1000"
    assert problem.excerpt == "  Assets:A  1,000 SEK @ 1,000 SEK"


def test_an_excerpt_and_a_message_show_what_cannot_be_seen():
    (problem,) = parse_guarded(
        "; pay \u202e10\n".encode(), file=FILE, shown=SHOWN, profile=UNIT_BOOKS, today=TODAY
    ).problems
    assert problem.excerpt == "; pay <U+202E>10"
    assert problem.text() == "The invisible character U+202E RIGHT-TO-LEFT OVERRIDE stands here."


def test_the_nearest_known_directive_is_named():
    (problem,) = parse('2026-01-01 custom "levy-rat" "*" 0.15\n', profile=POLICY, unit=None).problems
    assert problem.remedy_text().startswith('Did you mean "levy-rate"?')


def test_a_methods_own_fault_is_no_syntax_error(monkeypatch):
    def broken(self, *_):
        raise KeyError("unforeseen")

    monkeypatch.setattr(GuardBuilder, "transaction", broken)
    problems = parse('2026-01-01 * "a"\n  Assets:A  1 SEK\n').problems
    assert ("BOOK_CRASHED", 1) in {(p.code, p.line) for p in problems}


def test_whatever_the_parser_raises_is_the_texts_problem(monkeypatch):
    def broken(self):
        raise RuntimeError("x" * 300)

    monkeypatch.setattr(GuardBuilder, "finalize", broken)
    parsed = parse("2026-01-01 open Assets:1930-Bank\n")
    assert (parsed.entries, [p.code for p in parsed.problems]) == ([], ["BOOK_CRASHED"])
    assert parsed.problems[0].params["reason"] == f"RuntimeError: {'x' * 186}"  # 200 letters in all


@pytest.mark.parametrize(
    ("rate", "passes"), [("0.01", True), ("0.99", True), ("1", True), ("1.01", True), ("0", False), ("-1", False)]
)
def test_a_rate_is_above_zero(rate, passes):
    codes = [] if passes else ["PRICE_ZERO"]
    assert [p.code for p in parse(f"2026-01-01 price EUR {rate} SEK\n", profile=PRICES).problems] == codes
    average = f'2026-01-01 custom "average-rate" "EUR" {rate} SEK\n'
    assert [p.code for p in parse(average, profile=PRICES).problems] == codes
    for sign in ("@", "@@"):
        bought = f'2026-01-01 * "x"\n  Assets:A  1 EUR {sign} {rate} SEK\n  Assets:B\n'
        assert ("PRICE_ZERO" in [p.code for p in parse(bought).problems]) is not passes


@pytest.mark.parametrize("name", ["Repris", 'Kafé "Ön"', "back\\slash", "100 %"])
def test_main_as_sambok_writes_it_passes_for_any_name(name, make_workspace):
    toml = f'name = {json.dumps(name)}\ncode = "R"\ncurrency = "SEK"\n'
    unit = make_workspace({"repris": {"unit_toml": toml}}).units["repris"]
    assert unit.name == name
    main = {"profile": UNIT_MAIN, "title": unit.name, "currency": "SEK", "file": str(unit.main)}
    parsed = parse(main_text(unit), **main)
    assert parsed.problems == []
    assert parsed.includes == ("accounts.beancount", "books/*/*.beancount")
    assert [p.code for p in parse(main_text(unit).replace("SEK", "EUR"), **main).problems] == ["OPTION_VALUE"]


def test_options_are_what_the_loader_adds_up():
    text = '2026-01-01 * "a"\n  Assets:A  1.125 EUR @ 11.4 SEK\n  Assets:B\n'
    ours, theirs = parse(text), parser.parse_string(text, report_filename=FILE)
    added = [
        loader.aggregate_options_map(dict(first), [second])
        for first, second in ((ours.options, parse(text).options), (theirs[2], parser.parse_string(text)[2]))
    ]
    assert str(added[0].pop("dcontext")) == str(added[1].pop("dcontext"))
    assert repr(added[0]) == repr(added[1])


def test_the_demo_federation_passes():
    root = Path(__file__).resolve().parents[3]
    ws = open_workspace(root)
    assert ws.problems == ()
    files = [(ws.policy_file, ws.units_folder, None, POLICY), (ws.prices_file, ws.units_folder, None, PRICES)]
    for unit in ws.units.values():
        assert layout_problems(unit.folder, f"units/{unit.slug}") == []
        files += [(f, unit.folder, unit, profile_of(f, unit.folder)) for f in sorted(unit.folder.rglob("*.beancount"))]
    for file, folder, unit, profile in files:
        data, problems = read_file(file, folder, ws.shown(file))
        assert problems == []
        title, currency = (unit.name, unit.currency) if unit else (None, None)
        parsed = parse_guarded(
            data,
            file=str(file),
            shown=ws.shown(file),
            profile=profile,
            today=TODAY,
            title=title,
            currency=currency,
        )
        assert [str(p) for p in parsed.problems] == []
        assert repr(parsed.entries) == repr(parser.parse_file(str(file))[0])


def test_every_refusal_has_words_and_a_test():
    """Each class says what is wrong and what to do, and some test of this folder names its code."""
    named_things = [*vars(problems_files).values(), *vars(problems_guard).values()]
    kinds = [k for k in named_things if isinstance(k, type) and issubclass(k, Problem) and k.code]
    named = "\n".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.rglob("*.*") if p.suffix != ".pyc")
    assert len(kinds) > 50
    for kind in kinds:
        assert kind.message.endswith((".", "}"))
        assert len(kind.remedy) > 20
        assert kind.__doc__
        assert f'"{kind.code}"' in named, kind.code
