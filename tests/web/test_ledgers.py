"""What the ledgers show: the same figures as the books, errors with their place, edits at the next look."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from beancount import loader
from fava.core import FavaLedger

from ledger.books import open_workspace
from ledger.books.fingerprint import look_at
from ledger.web import options
from ledger.web.ledgers import KEPT

MONTH = "books/2026/2026-01.beancount"


@pytest.fixture
def month(ws):
    return ws.units["repris"].folder / MONTH


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_favas_own_loader_is_never_called(view, monkeypatch):
    def loaded(*_, **__):
        raise AssertionError("text was parsed in this process")

    for name in ("load_file", "load_string", "_load", "_parse_recursive"):
        monkeypatch.setattr(loader, name, loaded)
    monkeypatch.setattr("fava.core.load_uncached", loaded)
    assert view.balance("repris", "Assets") == {"SEK": 1050}
    assert view.balance("federation", "Assets") == {"SEK": 1250}


def test_a_unit_shows_the_figures_of_plain_fava(view, ws):
    """Booked entries are those that Fava's own loading gives of the unit's main file; the rest is provisional."""
    plain = FavaLedger(str(ws.units["repris"].main), poll_watcher=True)
    ours = view.app.config["LEDGERS"]["repris"]
    assert list(map(repr, ours.all_entries)) == list(map(repr, plain.all_entries))
    assert ours.root_accounts == plain.root_accounts
    for name in ("title", "operating_currency", "filename"):
        assert ours.options[name] == plain.options[name]
    assert set(plain.options["include"]) == set(ours.options["include"])


def test_an_edit_in_a_unit_is_seen_at_the_next_look_and_reopens_that_unit_alone(view, month):
    ledgers = view.app.config["LEDGERS"]
    before, other, group = ledgers["repris"], ledgers["cykelbudet"], ledgers["federation"]
    assert view.balance("federation", "Assets") == {"SEK": 1250}
    change(month, "300.00", "200.00")
    assert view.balance("federation", "Assets") == {"SEK": 1350}
    assert view.balance("repris", "Expenses:5010-Lokalhyra") == {"SEK": 200}
    assert ledgers["repris"] is not before
    assert ledgers["cykelbudet"] is other
    assert ledgers["federation"] is not group
    assert ledgers["repris"].mtime > before.mtime


def test_without_an_edit_nothing_is_opened_again(view):
    ledgers = view.app.config["LEDGERS"]
    for slug in ("federation", "repris"):
        assert ledgers[slug] is ledgers[slug]


@pytest.mark.parametrize(
    "touch",
    [
        lambda ws: ws.units["repris"].folder.joinpath("books/2026/2026-03.beancount").write_text("; March\n"),
        lambda ws: (ws.units["repris"].folder / MONTH).unlink(),
        lambda ws: change(ws.units["repris"].folder / "unit.toml", "Repris", "Repris II"),
        lambda ws: ws.policy_file.write_text("; none\n", encoding="utf-8"),
        lambda ws: change(ws.root / "fava.conf", "Samverkan", "Federation"),
        lambda ws: (ws.root / "units" / "ny-enhet").mkdir(),
        lambda ws: (ws.units["repris"].folder / "butik.toml").write_text('extends = "bas"\n', encoding="utf-8"),
    ],
    ids=["new file", "file gone", "unit.toml", "policy", "fava.conf", "new unit", "chart"],
)  # fmt: skip
def test_every_kind_of_change_is_noticed(view, ws, touch):
    before = look_at(ws.root)
    assert look_at(ws.root) == before
    touch(ws)
    assert look_at(ws.root) != before


def test_a_change_of_the_same_size_is_noticed(ws, month):
    before = look_at(ws.root)
    change(month, "300.00", "200.00")
    assert look_at(ws.root) != before


def test_a_broken_unit_opens_with_its_errors_and_leaves_the_others_alone(view, month):
    assert view.balance("federation", "Assets") == {"SEK": 1250}
    change(month, "; January", 'include "/etc/passwd"')
    (error,) = [e for e in view.data("/repris/api/errors") if e["source"]["lineno"] == 1]
    assert error["source"]["filename"] == str(month)
    assert "→" in error["message"]
    assert view.entries("repris") == []
    assert str(month) in view.ledger_data("repris")["options"]["include"], "it can be mended in the editor"
    assert view.balance("cykelbudet", "Assets") == {"SEK": 200}
    assert view.balance("federation", "Assets") == {"SEK": 200}
    assert any(e["source"] and e["source"]["filename"] == str(month) for e in view.data("/federation/api/errors"))
    for slug in ("repris", "federation"):
        assert 'class="sambok-banner"' in view.page(f"/{slug}/journal/")
    assert 'class="sambok-banner"' not in view.page("/cykelbudet/journal/")
    assert "Repris" in view.page("/federation/journal/").split('class="sambok-banner"')[1].split("</div>")[0]
    assert "INCOMPLETE" in view.ledger_data("federation")["options"]["title"]
    mended = view.data("/repris/api/source", filename=str(month))
    body = {"file_path": str(month), "sha256sum": mended["sha256sum"]}
    body["source"] = mended["source"].replace('include "/etc/passwd"', "; January")
    assert view.send("PUT", "/repris/api/source", body).status_code == 200
    assert view.balance("federation", "Assets") == {"SEK": 1250}
    assert 'class="sambok-banner"' not in view.page("/federation/journal/")


def test_an_unbalanced_voucher_is_told_with_its_place(view, month):
    change(
        month, "  Income:3001-Försäljning-varor-25  -1250.50 SEK", "  Income:3001-Försäljning-varor-25  -1000.00 SEK"
    )
    (error,) = [e for e in view.data("/repris/api/errors") if e["source"]["filename"] == str(month)]
    assert error["source"]["lineno"] == 2
    assert view.balance("federation", "Assets") == {"SEK": 200}


def test_a_unit_whose_settings_are_broken_is_told_of_in_the_federation(view, ws):
    change(ws.units["repris"].folder / "unit.toml", "code", "cod")
    assert view.http.get("/repris/journal/").status_code == 404
    assert any("CONFIG_UNKNOWN_KEY" in e["message"] for e in view.data("/federation/api/errors"))
    assert view.balance("cykelbudet", "Assets") == {"SEK": 200}


def test_a_broken_fava_conf_is_one_error_and_heals(view, ws):
    conf = (ws.root / "fava.conf").read_text(encoding="utf-8")
    (ws.root / "fava.conf").write_text("[federation\n", encoding="utf-8")
    answer = view.http.get("/federation/api/changed")
    assert answer.status_code == 422
    assert "CONFIG_SYNTAX" in answer.json["error"]
    assert "fava.conf" in view.http.get("/federation/journal/").text
    (ws.root / "fava.conf").write_text(conf, encoding="utf-8")
    view.get("/federation/api/changed")


def test_the_federation_is_the_worksheet(view):
    """Root → line → account → unit; each entry keeps the unit's file and line."""
    found = {}

    def walk(node, depth=0):
        found[node["account"]] = depth
        for child in node["children"]:
            walk(child, depth + 1)

    walk(view.data("/federation/api/trial_balance")["trees"][0])
    leaves = [name for name, depth in found.items() if depth == 4 and "3001-Försäljning-varor-25" in name]
    assert sorted(name.rsplit(":", 1)[1] for name in leaves) == ["CYKELBUDET", "REPRIS"]
    entry = next(e for e in view.entries("federation") if e.get("narration") == "Bord")
    assert entry["meta"]["filename"].endswith("units/repris/books/2026/2026-01.beancount")
    assert entry["meta"]["lineno"] == 2


@pytest.mark.parametrize("language", ["sv", "es"])
def test_the_federation_speaks_its_language(make_workspace, view_of, language):
    ws = make_workspace(
        {"repris": {"accounts": "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Equity:2099-Eget\n",
                    "2026-01": '2026-01-01 * "x"\n  Assets:1930-Bank  1.00 SEK\n  Equity:2099-Eget\n'}}
    )  # fmt: skip
    change(ws.root / "fava.conf", 'language = "en"', f'language = "{language}"')
    view = view_of(open_workspace(ws.root))
    roots = options.ROOT_NAMES[language]
    names = view.ledger_data("federation")["options"]
    assert [names[f"name_{n}"] for n in ("assets", "liabilities", "equity", "income", "expenses")] == list(roots)
    assert view.balance("federation", roots[0]) == {"SEK": 1}
    assert view.balance("federation", roots[2]) == {"SEK": -1}
    sheet = view.data("/federation/api/balance_sheet")["trees"]
    assert [tree["account"] for tree in sheet] == list(roots[:3])
    rows = view.data("/federation/api/query", query_string="select account where account ~ '^" + roots[0] + "'")["rows"]
    assert len(rows) == 1
    assert view.ledger_data("repris")["options"]["name_assets"] == "Assets", "a unit's text keeps its own roots"
    assert view.ledger_data("federation")["fava_options"]["language"] == language


def test_budgets_are_favas_own(make_workspace, view_of):
    text = (
        '2026-01-01 custom "budget" Expenses:5010-Lokalhyra "monthly" 310.00 SEK\n'
        '2026-01-20 * "Hyra"\n  Expenses:5010-Lokalhyra  300.00 SEK\n  Assets:1930-Bank\n'
    )
    accounts = "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Expenses:5010-Lokalhyra\n"
    view = view_of(make_workspace({"repris": {"accounts": accounts, "2026-01": text}}))
    report = view.data("/repris/api/account_report", a="Expenses:5010-Lokalhyra", r="changes", time="2026-01")
    assert report["budgets"]["Expenses:5010-Lokalhyra"][0]["budget"]["SEK"] == 310


def test_amounts_are_shown_in_their_currencys_unit():
    context = options.display({"SEK", "CLP", "KWD"}).build()
    assert context.format(Decimal(1000), "SEK") == "1000.00"
    assert context.format(Decimal(1000), "CLP") == "1000"
    assert context.format(Decimal(1), "KWD") == "1.000"


@pytest.mark.parametrize(
    ("start", "end"),
    [("01-01", (12, 31)), ("03-01", (14, 28)), ("05-01", (16, 30)), ("07-01", (18, 30)), ("09-01", (20, 31))],
)
def test_the_fiscal_year_is_the_federations(start, end):
    found = options.fava_options(language="sv", default_file=None, fiscal_year_start=start).fiscal_year_end
    assert (found.month, found.day) == end, "a year is named after the year in which it begins"


def test_only_so_many_units_are_kept_open(make_workspace, view_of):
    units = {f"u{n:02}": {"unit_toml": f'name = "U{n}"\ncode = "U{n}"\ncurrency = "SEK"\n'} for n in range(KEPT + 3)}
    view = view_of(make_workspace(units))
    for slug in units:
        view.get(f"/{slug}/api/changed")
    assert len(view.app.config["LEDGERS"]._opened) == KEPT


def test_readers_during_edits_see_one_state_or_the_other(view, ws, month):
    """Bank and income of one look always tie, however often the book changes under it."""
    stop = threading.Event()
    torn, looks = [], []

    def read():
        while not stop.is_set():
            answer = view.app.test_client().get("/repris/api/trial_balance")
            tree = answer.json["data"]["trees"][0] if answer.status_code == 200 else {"balance_children": answer.text}
            looks.append(tree)
            if tree["balance_children"] not in ({}, {"SEK": 0}):
                torn.append(tree["balance_children"])

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for amount in range(300, 310):
        text = month.read_text(encoding="utf-8")
        temporary = month.with_suffix(".tmp")
        temporary.write_text(text.replace(f"{amount}.00 SEK", f"{amount + 1}.00 SEK"), encoding="utf-8")
        temporary.replace(month)
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(looks) >= len(readers)
    assert view.balance("repris", "Expenses:5010-Lokalhyra") == {"SEK": 310}
