"""The page Loans: figures are those of tests/cli/test_loans.py's group, worked out by hand there.

Anna has 5 shares of 100, Bo 3. Anna borrows 600 on 11 February for two months at 5 % of what is left, and pays 300 and
the charge of 30 on 11 March. Bo has a fine of 10 to pay. On 1 May 300 + 15 are 20 days late; box 800 - 600 + 330 = 530.
"""

from __future__ import annotations

import re

import pytest

from tests.reports.loan_groups import POLICY, Group, cycle_text, workspace_of
from tests.web.test_pages_money import links, ours, rows

TERMS = {"charge": "0.05", "loan_multiple": "3", "max_term": "3"}
PAGES = "Loans Todo OpenItems Reconciliation Close Unmatched Pairs Worksheet GroupReports".split()


def group(anna="Anna", bo="Bo"):
    made = Group(anna, bo)
    made.buy("2026-01-14", "1", **{anna: "500", bo: "300"}).social("2026-01-14", "1", **{anna: "10", bo: "10"})
    made.lend("2026-02-11", anna, "600", 2, "NK26-L01", meeting="5")
    return made.repay("2026-03-11", anna, "300", "30", meeting="9").fine("2026-03-11", bo, "10", meeting="9")


@pytest.fixture
def view(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    return view_of(workspace_of(make_workspace, group(), cycle_text(**TERMS)))


def test_a_group_reads_its_funds_aloud(view):
    part = ours(view, "/kikundi/extension/Loans/").replace("\N{NO-BREAK SPACE}", " ")
    assert "Box 530.00 KES, lent 300.00 KES, loans 1." in part
    assert "Social box 20.00 KES." in part
    found = rows(part)
    assert found[1] == ["NK26", "Kikundi", "2026-01-07", "2026-12-30", "855.00", "KES"]
    assert found[2:7] == [
        ["What the fund has", "KES"],
        ["In the box", "530.00"],
        ["Lent", "300.00"],
        ["Charges due", "15.00"],
        ["Unpaid fines", "10.00"],
    ]
    assert found[7:13] == [
        ["Total", "855.00"],
        ["Where it came from", "KES"],
        ["Shares", "800.00"],
        ["Service charges", "45.00"],
        ["Fines", "10.00"],
        ["Total", "855.00"],
    ]
    assert found[14:17] == [
        ["Anna", "5", "500.00", "300.00", "15.00", "0.00", "overdue since 2026-04-11", "20 days late", "530.00"],
        ["Bo", "3", "300.00", "0.00", "0.00", "10.00", "", "", "530.00"],
        ["All", "8", "800.00", "300.00", "15.00", "10.00", "", "", ""],
    ]
    assert part.count('class="sambok-late"') == 1
    assert "all together what the fund has to lend: 530.00 KES." in part


def test_the_fund_from_meeting_to_meeting(view):
    part = ours(view, "/kikundi/extension/Loans/")
    assert rows(part)[17:] == [
        ["Meeting", "In the box", "Lent"],
        ["2026-01-14", "800.00", "0.00"],
        ["2026-02-11", "200.00", "600.00"],
        ["2026-03-11", "530.00", "300.00"],
    ]
    # The most is 530 + 300 = 830: 800 of it are 96 hundredths and 200 are 24.
    assert 'x="0" y="4" width="331" height="96"' in part
    assert 'x="333" y="76" width="331" height="24"' in part


def test_the_time_box_chooses_the_day_but_none_to_come(view):
    assert "NK26 on 2026-01-31" in ours(view, "/kikundi/extension/Loans/?time=2026-01")
    assert "NK26 on 2026-05-01" in ours(view, "/kikundi/extension/Loans/?time=2026")
    assert "xyz is no period." in ours(view, "/kikundi/extension/Loans/?time=xyz")
    part = ours(view, "/kikundi/extension/Loans/?time=2025-12")
    assert "NK26 begins on 2026-01-07" in part or "2026-01-07" in part
    assert "Participants" not in part


def test_a_participants_page(view):
    part = ours(view, "/kikundi/extension/Loans/?time=2026")
    (link,) = [one for one in links(part) if "participant=Bo" in one]
    assert link == "/kikundi/extension/LoanStatement/?cycle=NK26&participant=Bo&time=2026"
    page = ours(view, link).replace("\N{NO-BREAK SPACE}", " ")
    assert rows(page) == [
        ["Date", "Meeting", "Paid for shares", "Social fund", "Fines", "Owed then", "Shares in all"],
        ["2026-01-14", "1", "300.00", "10.00", "", "", "3"],
        ["2026-03-11", "9", "", "", "10.00", "10.00", "3"],
        ["Sum", "", "300.00", "10.00", "10.00", "10.00", "3"],
    ]
    assert "Shares held: 3, paid for them: 300.00 KES." in page
    assert "Anna" not in page
    for asked in ("", "?cycle=NK26", "?cycle=NK26&participant=Cia", "?cycle=NK27&participant=Bo"):
        assert "There is no such participant here." in ours(view, f"/kikundi/extension/LoanStatement/{asked}")


@pytest.mark.parametrize("slug", ["federation", "gemensamt"])
def test_no_persons_name_leaves_the_group(make_workspace, view_of, monkeypatch, slug):
    """Whatever is asked for: a group is one figure elsewhere, its problems among them."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    made = group("Annunziata", "Bonaventura")
    made.lend("2026-04-15", "Bonaventura", "5000", 9, "NK26-L02")  # too much, too long: problems that name him
    view = view_of(workspace_of(make_workspace, made, cycle_text(**TERMS)))
    own = view.page("/kikundi/extension/Loans/")
    assert "Annunziata" in own
    assert "To be settled" in own
    asked = [f"/{slug}/extension/{name}/" for name in PAGES if slug == "federation" or name in PAGES[:5]]
    asked += [f"/{slug}/extension/Loans/?cycle=NK26", f"/{slug}/extension/Loans/?cycle=NK26&time=2026"]
    asked += [f"/{slug}/extension/LoanStatement/?cycle=NK26&participant=Annunziata"]
    asked += [f"/{slug}/extension/LoanStatement/?cycle=NK26&participant=Bonaventura"]
    asked += [f"/{slug}/errors/", f"/{slug}/journal/", f"/{slug}/api/journal", f"/{slug}/api/errors"]
    for path in asked:
        part = view.page(path)
        assert "nnunziata" not in part, path
        assert "naventura" not in part, path
    listed = ours(view, f"/{slug}/extension/Loans/?cycle=NK26")
    if slug == "federation":
        assert rows(listed)[1][:2] == ["NK26", "Kikundi"]
        assert "/kikundi/extension/Loans/?cycle=NK26" in links(listed)
        assert "Box" not in listed
    else:
        assert "There is no loan cycle here." in listed


def test_a_book_with_errors_is_a_group_of_persons_still(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    made = group("Annunziata", "Bonaventura")
    ws = workspace_of(make_workspace, made, cycle_text(**TERMS))
    month = ws.units["kikundi"].folder / "books/2026/2026-01.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("-500", "-400"), encoding="utf-8")
    view = view_of(ws)
    part = ours(view, "/federation/extension/Loans/?cycle=NK26")
    assert rows(part)[1:] == [
        ["NK26", "Kikundi", "2026-01-07", "2026-12-30", "", "KES"],
        ["The book has errors: its loans aren't counted."],
    ]
    assert "nnunziata" not in part
    assert "There is no loan cycle here." in ours(view, "/gemensamt/extension/Loans/")
    assert "The book has errors" in ours(view, "/kikundi/extension/Loans/")


def test_units_that_lend_to_each_other_are_seen_by_all(make_workspace, view_of, monkeypatch):
    """The book keeps the units' shares; a name that is no unit's is shown in the book's own ledger alone."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    made = group("repris", "zebedaios")
    fund = made.parts()
    fund = {part: text.replace("combine = false\n", "") for part, text in fund.items()}
    for part, name in ((part, name) for part in fund for name in made.names):
        fund[part] = re.sub(rf"(  (?:Equity|Assets):\S+:{name.title()} .*)", rf'\1\n    partner: "{name}"', fund[part])
        fund[part] = fund[part].replace(f'    participant: "{name}"', f'    partner: "{name}"')
    ws = make_workspace(
        {"kikundi": fund, "repris": {"unit": 'currency = "KES"\n'}}, policy=POLICY + cycle_text(**TERMS)
    )
    view = view_of(ws)
    for slug in ("federation", "repris"):
        part = ours(view, f"/{slug}/extension/Loans/?cycle=NK26")
        found = rows(part)
        assert [row[0] for row in found if len(row) == 9] == ["Participant", "Repris", "?", "All"], slug
        assert "zebedaios" not in part
        assert "To be settled in the cycle" in part
        page = ours(view, f"/{slug}/extension/LoanStatement/?cycle=NK26&participant=repris")
        assert "<h2>Repris</h2>" in page
        page = ours(view, f"/{slug}/extension/LoanStatement/?cycle=NK26&participant=zebedaios")
        assert "There is no such participant here." in page
    assert "zebedaios" in ours(view, "/kikundi/extension/Loans/")


def test_names_are_text(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    ws = workspace_of(make_workspace, group(), cycle_text(**TERMS))
    evil = "A&B 'x' <3"
    for file in ws.units["kikundi"].folder.rglob("*.beancount"):
        text = file.read_text(encoding="utf-8").replace('participant: "Bo"', f'participant: "{evil}"')
        file.write_text(text, encoding="utf-8")
    view = view_of(ws)
    part = ours(view, "/kikundi/extension/Loans/")
    assert "A&amp;B &#39;x&#39; &lt;3</a>" in part
    assert evil not in part
    link = next(one for one in links(part) if "LoanStatement" in one and "Anna" not in one)
    assert "<h2>A&amp;B &#39;x&#39; &lt;3</h2>" in ours(view, link)
    hostile = view.page("/kikundi/extension/Loans/?cycle=%3Cimg%3E&time=%3Cimg%3E")
    assert "<img>" not in hostile[hostile.index('<section class="sambok"') :]


def test_nothing_is_said_to_be_nothing(make_workspace, view_of):
    view = view_of(make_workspace({}))
    for slug in ("federation", "gemensamt"):
        assert "There is no loan cycle here." in ours(view, f"/{slug}/extension/Loans/")
        assert "There is no such participant here." in ours(view, f"/{slug}/extension/LoanStatement/")


def test_a_cycle_that_nobody_takes_part_in_yet_has_no_empty_tables(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    view = view_of(workspace_of(make_workspace, Group("Anna"), cycle_text(**TERMS)))
    part = ours(view, "/kikundi/extension/Loans/")
    assert "Nobody has bought a share yet." in part
    assert "sambok loans sheet NK26" in part
    assert [row[0] for row in rows(part)] == ["Cycle", "NK26"]


def test_no_loan_after_the_last_day_for_loans(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-01T10:00:00Z")
    view = view_of(workspace_of(make_workspace, group(), cycle_text(last_loans="2026-04-30", **TERMS)))
    part = ours(view, "/kikundi/extension/Loans/")
    assert "No loans are given after 2026-04-30." in part
    assert [row[-1] for row in rows(part) if row[0] in {"Anna", "Bo"}] == ["0.00", "0.00"]


def test_an_overdue_loan_is_to_be_done_with_the_name_in_the_groups_own_list_alone(view):
    own, theirs = view.page("/kikundi/extension/Todo/"), view.page("/federation/extension/Todo/")
    assert "Anna: NK26-L01 is overdue since 2026-04-11: 300.00 KES to be paid back." in own
    assert "NK26-L01 is overdue since 2026-04-11: 300.00 KES to be paid back." in theirs
    assert "Anna" not in ours(view, "/federation/extension/Todo/")
    assert "sambok loans schedule NK26 NK26-L01" in theirs
    assert "NK26-L01" not in ours(view, "/gemensamt/extension/Todo/")
