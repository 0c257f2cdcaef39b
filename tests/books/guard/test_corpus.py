"""Hostile and careless books are refused where they are wrong; good ones pass as plain Beancount reads them."""

from __future__ import annotations

from ledger.books import problems_files, problems_guard
from ledger.errors import Problem

KINDS = {
    kind.code
    for room in (problems_files, problems_guard)
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Problem)
}
#: What is wrong with the whole file shows no line of it.
WITHOUT_EXCERPT = {"BOOK_UTF16", "BOOK_BYTE_ORDER_MARK", "TOO_MANY_PROBLEMS"}


def test_bad_book_is_refused(bad_case, reader):
    answer = reader.ask(bad_case.data, bad_case.profile)
    assert "died" not in answer, answer
    problems = [Problem.from_dict(item) for item in answer["problems"]]
    assert bad_case.code in {p.code for p in problems} <= KINDS, [str(p) for p in problems]
    assert (bad_case.code, bad_case.line) in {(p.code, p.line) for p in problems} or bad_case.line is None
    # Nothing was opened, imported or started while it was read.
    assert answer["events"] == []
    for problem in problems:
        assert problem.file.startswith("units/")
        assert problem.unit == "repris"
        assert "{" not in problem.text() + problem.remedy_text()
        assert problem.excerpt or problem.line is None or problem.code in WITHOUT_EXCERPT


def test_nearly_every_refusal_names_its_line(corpus, reader):
    cases = corpus("bad")
    assert len(cases) >= 100
    first = [reader.ask(case.data, case.profile)["problems"][0] for case in cases]
    with_line = [problem for problem in first if problem["line"]]
    assert len(with_line) >= 0.95 * len(cases)


def test_good_book_passes_as_plain_beancount_reads_it(good_case, reader):
    answer = reader.ask(good_case.data, good_case.profile)
    assert "died" not in answer, answer
    assert [str(Problem.from_dict(item)) for item in answer["problems"]] == []
    assert answer["same"] is True
    assert answer["raised"] == ""
    assert answer["events"] == []
