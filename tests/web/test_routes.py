"""What the web view answers: every route of Fava is in our table, and those that aren't allowed are closed."""

from __future__ import annotations

import re

import pytest
from fava.application import create_app as create_fava

from ledger.web import gate
from ledger.web.app import create_app

TABLE = gate.READ | gate.EDIT | gate.UNIT_READ | gate.UNIT_EDIT | gate.CLOSED
#: What there is besides Fava's own routes.
OWN = {"sambok_static", "sambok_banner"}


def test_every_route_of_this_fava_is_in_the_table():
    known = {rule.endpoint for rule in create_fava([]).url_map.iter_rules()}
    assert known - TABLE == set(), "new in Fava: decide about them in ledger/web/gate.py"
    assert TABLE - known == OWN, "in the table, but not in Fava any more"


def test_our_application_has_no_other_routes(ws):
    assert {rule.endpoint for rule in create_app(ws.root).url_map.iter_rules()} == TABLE


def test_a_new_route_is_closed(view):
    view.app.add_url_rule("/<bfile>/api/brand_new", "json_api.get_brand_new", lambda: "open")
    answer = view.get("/repris/api/brand_new", status=404)
    assert "turned off" in answer.json["error"]


@pytest.mark.parametrize("endpoint", sorted(gate.CLOSED))
def test_closed_routes_answer_404_to_every_method(view, endpoint):
    rules = [r for r in view.app.url_map.iter_rules() if r.endpoint == endpoint]
    assert rules
    for rule in rules:
        path = re.sub(r"<(?:[^:>]*:)?[^>]*>", "repris", rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = view.http.open(path, method=method, headers={"Referer": "https://evil.example/"})
            assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("name", ["add_entries", "source_slice", "upload_import_file", "attach_document"])
def test_the_federation_takes_nothing_new_and_loses_nothing(view, name):
    method = "DELETE" if name == "source_slice" else "PUT"
    answer = view.send(method, f"/federation/api/{name}", {})
    assert answer.status_code == 403
    assert "unit" in answer.json["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/federation/", "/federation/income_statement/", "/federation/balance_sheet/",
        "/federation/trial_balance/",
        "/federation/journal/", "/federation/query/", "/federation/errors/", "/federation/editor/",
        "/federation/options/",
        "/federation/statistics/", "/federation/help/", "/federation/holdings/by_account/", "/federation/import/",
        "/repris/", "/repris/journal/", "/repris/editor/", "/repris/import/", "/repris/account/Assets:1930-Bank/",
        "/federation/extension/Todo/", "/federation/extension/Unmatched/", "/federation/extension/Worksheet/",
        "/repris/extension/Todo/", "/repris/extension_js_module/Todo.js", "/repris/sambok/banner",
        "/repris/extension/Unmatched/", "/sambok/sambok.css", "/static/app.js",
        "/federation/extension/OpenItems/", "/repris/extension/OpenItems/",
        "/federation/extension/Reconciliation/", "/repris/extension/Reconciliation/",
        "/federation/extension/Close/", "/repris/extension/Close/",
    ],
)  # fmt: skip
def test_pages_open(view, path):
    assert view.http.get(path).status_code in {200, 302}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nosuch/income_statement/", 404),
        ("/repris/extension/Worksheet/", 404),
        ("/repris/extension/Nothing/", 404),
        ("/repris/extension_js_module/Nothing.js", 404),
        ("/repris/extension_js_module/Unmatched.js", 404),
        ("/repris/extension_js_module/../app.js", 404),
        ("/REPRIS/income_statement/", 404),
        ("/repris/../gemensamt/api/journal", 404),
        ("/sambok/../app.py", 404),
        ("/sambok/%2e%2e/app.py", 404),
        ("/static/../cli.py", 404),
    ],
)
def test_no_such_page(view, path, status):
    assert view.http.get(path).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nosuch/income_statement/", 404, "WEB_PAGE_MISSING"),
        ("GET", "/repris/nosuch/", 404, "WEB_PAGE_MISSING"),
        ("GET", "/repris/api/nosuch", 404, "WEB_PAGE_MISSING"),
        ("GET", "/static/nosuch.js", 404, "WEB_PAGE_MISSING"),
        ("POST", "/repris/income_statement/", 405, "WEB_REQUEST_REFUSED"),
        ("DELETE", "/repris/api/source", 405, "WEB_REQUEST_REFUSED"),
    ],
)
def test_a_wrong_address_is_told_in_our_words(view, method, path, status, code):
    answer = view.http.open(path, method=method)
    assert answer.status_code == status
    assert code in answer.text
    assert "→" in (answer.json["error"] if "/api/" in path else answer.text)
    if answer.mimetype == "text/html":
        assert 'id="page-title">"Errors"<' in answer.text


def test_a_page_asks_every_second_whether_a_file_has_changed(view):
    answer = view.get("/static/app.js")
    assert "setInterval(poll_for_changes, 1000)" in answer.text
    assert answer.mimetype == "text/javascript"
    again = view.http.get("/static/app.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_first_page_is_the_federation(view):
    assert view.get("/", status=302).headers["Location"] == "/federation/income_statement/"


def test_a_units_address_is_its_id_whatever_its_title(make_workspace, view_of):
    """A unit that calls itself like another one doesn't get the other's address."""

    ws = make_workspace(
        {
            "repris": {"unit_toml": 'name = "Cykelbudet"\ncode = "A"\ncurrency = "SEK"\n'},
            "cykelbudet": {"unit_toml": 'name = "Cykelbudet"\ncode = "B"\ncurrency = "SEK"\n'},
        }
    )
    view = view_of(ws)
    for slug in ("repris", "cykelbudet"):
        assert view.ledger_data(slug)["options"]["filename"] == str(ws.units[slug].main)


def test_the_switcher_lists_all_ledgers_and_opens_none(view):
    listed = dict(view.ledger_data("federation")["other_ledgers"])
    assert listed == {"Repris": "/repris/", "Cykelbudet": "/cykelbudet/", "Gemensamt": "/gemensamt/"}
    assert list(view.app.config["LEDGERS"]._opened) == ["federation"]
