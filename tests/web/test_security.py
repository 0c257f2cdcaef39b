"""What a page on the internet, a hostile book or a curious colleague could try; and what each gets."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import shutil
from decimal import Decimal

import pytest
from beancount.core import data

from ledger.books.inbox import read_inbox
from ledger.web import gate
from ledger.web.query import ALLOWED, ReadingShell

EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:5000", "[::2]", "a@b:c"]
)
def test_a_name_that_is_not_this_machine_is_refused(view, host):
    answer = view.http.get("/repris/api/journal", headers={"Host": host})
    assert answer.status_code in {403, 400}
    assert b"Kund" not in answer.data


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost", "LOCALHOST:80", "[::1]:5000"])
def test_this_machine_may_ask(view, host):
    assert view.http.get("/repris/api/changed", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_page_writes_nothing(view, ws, headers):
    month = ws.units["repris"].folder / "books/2026/2026-01.beancount"
    before = month.read_bytes()
    sha = hashlib.sha256(before).hexdigest()
    body = {"file_path": str(month), "source": "; gone\n", "sha256sum": sha}
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        assert view.send(method, "/repris/api/source", body, **headers).status_code in {403, 405}
    assert month.read_bytes() == before
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert view.send("PUT", "/repris/api/source", body, **own).status_code == 200


def test_another_pages_picture_or_script_reads_nothing(view):
    for site in ("cross-site", "same-site"):
        for mode in ("no-cors", "cors", "navigate"):
            headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
            assert view.http.get("/repris/api/query?query_string=select+account", headers=headers).status_code == 403
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert view.http.get("/repris/journal/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path", ["/repris/journal/", "/repris/api/journal", "/nosuch/", "/static/app.js", "/jump", "/"]
)
def test_every_answer_says_what_a_page_may_load(view, path):
    headers = view.http.get(path).headers
    assert headers["Content-Security-Policy"] == gate.CSP
    assert "'unsafe-eval'" not in gate.CSP.replace("'wasm-unsafe-eval'", "")
    assert "script-src 'self' 'wasm-unsafe-eval';" in gate.CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_body_that_is_too_large_is_refused(view):
    answer = view.http.put("/repris/api/source", data=b"x" * (gate.MAX_BODY + 1), content_type="application/json")
    assert answer.status_code == 413


def test_a_body_or_a_query_of_endless_brackets_is_refused(view):
    view.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = view.http.put("/repris/api/add_entries", data=b"[" * 100_000, content_type="application/json")
    assert answer.status_code == 400
    assert "WEB_REQUEST_REFUSED" in answer.json["error"]
    deep = view.http.get("/repris/api/query", query_string={"query_string": f"select {'(' * 3000}1{')' * 3000}"})
    assert deep.status_code == 400
    assert "WEB_REQUEST_REFUSED" in deep.json["error"]


@pytest.mark.parametrize(
    "query",
    [
        ".output {secret}",
        "  .output {secret}",
        ".set format csv",
        ".format csv",
        ".parse select account",
        ".history",
        ".clear",
        ".errors",
        ".explain create table t using 'csv:{secret}'",
        "CREATE TABLE t (a text) USING 'csv:{secret}'",
        "create table t using 'csv:{secret}'",
        "INSERT INTO entries VALUES (1)",
    ],
)
def test_the_query_page_only_reads(view, tmp_path, query):
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    for path in ("/repris/api/query", "/repris/download-query/query_result.csv"):
        answer = view.http.get(path, query_string={"query_string": query.format(secret=secret)})
        assert answer.status_code >= 400, answer.text
        assert secret.read_text(encoding="utf-8") == "x"
    after = view.data("/repris/api/query", query_string="select distinct account")
    assert after["t"] == "table"


@pytest.mark.parametrize(
    "query",
    ["select account, sum(position) group by account", "balances", "journal 'Bank'", "print", ".help",
     ".tables", ".describe postings"]
)  # fmt: skip
def test_what_reads_works(view, query):
    view.get("/repris/api/query", query_string=query)


def test_every_command_of_the_shell_is_decided():
    """A new version's command is refused until it is in the list; those in the list are really there."""
    there = {n for n in dir(ReadingShell) if n.startswith(("do_", "on_"))}
    assert there >= ALLOWED
    assert sorted(there - ALLOWED) == [
        "do_clear", "do_errors", "do_explain", "do_format", "do_history", "do_output", "do_parse", "do_set",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "fava.conf", "units/cykelbudet/books/2026/2026-01.beancount", "units/repris/unit.toml",
     "units/repris/books/../../cykelbudet/main.beancount", ".sambok/cache"],
)  # fmt: skip
def test_only_the_ledgers_own_files_are_shown(view, ws, name):
    path = name if name.startswith("/") else str(ws.root / name)
    answer = view.http.get("/repris/api/source", query_string={"filename": path})
    assert answer.status_code == 422
    for endpoint in ("document/", "api/extract"):
        answer = view.http.get(f"/repris/{endpoint}", query_string={"filename": path, "importer": "x"})
        assert answer.status_code in {404, 422}


def test_a_link_in_the_books_leads_nowhere(view, ws, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    repris = ws.units["repris"].folder
    (repris / "documents").mkdir()
    (repris / "documents" / "a.txt").symlink_to(secret)
    (repris / "inbox" / "bank").mkdir(parents=True)
    (repris / "inbox" / "bank" / "b.txt").symlink_to(secret)
    (repris / "books" / "2026" / "2026-03.beancount").symlink_to(secret)
    for path in ("documents/a.txt", "inbox/bank/b.txt", "books/2026/2026-03.beancount"):
        for endpoint in ("document/", "api/extract", "api/source"):
            query = {"filename": str(repris / path), "importer": "x"}
            answer = view.http.get(f"/repris/{endpoint}", query_string=query)
            assert answer.status_code in {404, 422}
            assert b"the secret" not in answer.data
    assert b"b.txt" not in view.get("/repris/api/imports").data


@pytest.mark.parametrize(
    ("name", "kind", "inline"),
    [
        ("a.pdf", "application/pdf", True),
        ("a.png", "image/png", True),
        ("a.txt", "text/plain", True),
        ("a.html", "text/html", False),
        ("a.svg", "image/svg+xml", False),
        ("a.xml", "application/xml", False),
    ],
)
def test_documents_are_shown_where_they_cannot_run(view, ws, name, kind, inline):
    path = ws.units["repris"].folder / "documents" / name
    path.parent.mkdir()
    path.write_text("<script>alert(1)</script>", encoding="utf-8")
    answer = view.get("/repris/document/", filename=str(path))
    assert answer.content_type.startswith(kind)
    assert answer.headers["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith(("sandbox", "default-src 'none'"))
    assert view.http.get("/cykelbudet/document/", query_string={"filename": str(path)}).status_code == 404
    assert view.get("/federation/document/", filename=str(path)).status_code == 200


def test_uploads_go_to_the_inbox_under_a_plain_name(make_workspace, view_of):
    source = '[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\n'
    ws = make_workspace(
        {"repris": {"unit": f'currency = "SEK"\n{source}', "accounts": "2026-01-01 open Assets:1930-Bank\n"}}
    )
    view = view_of(ws)
    inbox = ws.units["repris"].folder / "inbox" / "bank"

    def upload(name, content=b"x"):
        return view.http.put("/repris/api/upload_import_file", data={"file": (io.BytesIO(content), name)})

    assert upload("kontoutdrag jan.xml").status_code == 200
    assert upload("kontoutdrag jan.xml").status_code == 200, "the same file again"
    assert upload("kontoutdrag jan.xml", b"y").status_code == 409, "nothing is replaced"
    assert upload("tom.xml", b" \n").status_code == 422, "a download that was cut off"
    assert upload("../../../../evil.py").status_code == 200
    assert upload("..").status_code == 422
    assert sorted(p.name for p in inbox.iterdir()) == ["evil.py", "kontoutdrag jan.xml"]
    assert not list(ws.root.rglob("*/evil.py"))[1:]
    central = view.http.put("/gemensamt/api/upload_import_file", data={"file": (io.BytesIO(b"x"), "a.xml")})
    assert central.status_code == 422, "a unit without a source has no inbox"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("mars.xml.part", "mars.xml.part.txt"),
        ("Thumbs.db", "Thumbs.db.txt"),
        (".mars.xml", "mars.xml"),
        ("~$mars.xml", "__mars.xml"),
        ("å" * 300 + ".xml", "å" * 55 + ".xml"),
        ("\U0001f9fe" * 300, "_" * 55),
        ("x" * 300, "x" * 55),
        ("a\u202eb.xml", "a_b.xml"),
    ],
)
def test_an_upload_is_kept_under_a_name_that_the_inbox_looks_at(make_workspace, view_of, name, kept):
    source = '[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\n'
    ws = make_workspace({"repris": {"unit": source, "accounts": "2026-01-01 open Assets:1930-Bank\n"}})
    body = {"file": (io.BytesIO(b"x"), name)}
    answer = view_of(ws).http.put("/repris/api/upload_import_file", data=body)
    assert answer.status_code == 200, answer.text
    assert [p.name for p in read_inbox(ws, ws.units["repris"]).waits] == [kept]


def test_an_upload_goes_to_the_source_that_takes_it(make_workspace, view_of, tmp_path):
    sources = [("bank", "camt053"), ("bok", "sie4")]
    tables = "".join(f'[[source]]\nname = "{n}"\nformat = "{f}"\naccount = "Assets:1930-Bank"\n' for n, f in sources)
    ws = make_workspace({"repris": {"unit": tables, "accounts": "2026-01-01 open Assets:1930-Bank\n"}})
    view, inbox = view_of(ws), ws.units["repris"].folder / "inbox"

    def upload(name, content):
        return view.http.put("/repris/api/upload_import_file", data={"file": (io.BytesIO(content), name)})

    assert upload("bok.se", b"#FLAGGA 0\n#SIETYP 4\n").status_code == 200
    assert upload("vad.bin", b"?").status_code == 200, "what nobody takes waits where its owner sees it"
    assert sorted(p.relative_to(inbox).as_posix() for p in inbox.rglob("*.*")) == ["bank/vad.bin", "bok/bok.se"]
    shutil.rmtree(inbox)
    (tmp_path / "elsewhere").mkdir()
    inbox.symlink_to(tmp_path / "elsewhere")
    assert upload("bok.se", b"#FLAGGA 0\n").status_code == 422
    assert not list((tmp_path / "elsewhere").iterdir())


def hostile(**meta):
    """An entry as a broken guard would let it through: markup in every text."""
    bank = data.Posting("Assets:1930-Bank", data.Amount(Decimal("1.00"), "SEK"), None, None, None, {"about": EVIL})
    sale = data.Posting("Income:3001-Försäljning-varor-25", data.Amount(Decimal("-1.00"), "SEK"), None, None, None, {})
    place = {"filename": "<test>", "lineno": 1} | meta
    day = dt.date(2026, 1, 10)
    return [
        data.Open({"filename": "<test>", "lineno": 1}, day, "Assets:1930-Bank", None, None),
        data.Transaction({**place, "note": EVIL}, day, "*", EVIL, EVIL, frozenset(), frozenset(), [bank, sale]),
        data.Note(place, day, "Assets:1930-Bank", EVIL, None, None),
        data.Query(place, day, EVIL, "select account"),
        data.Custom(place, day, EVIL, []),
    ]


HOSTILE_KINDS = ["Open", "Transaction", "Note", "Query", "Custom"]


def test_markup_that_the_guard_let_through_would_stay_text(view, monkeypatch):
    monkeypatch.setattr("ledger.web.ledgers.full_entries", lambda *_: hostile())
    journal = view.data("/repris/api/journal_page", page="1", order="asc")["journal"]
    account = view.data("/repris/api/account_report", a="Assets:1930-Bank")["journal"]
    for page in (journal, account):
        assert EVIL not in page
        assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
        assert "<a href='/repris/account/Assets:1930-Bank/" in page, "our own markup still is markup"
    assert EVIL not in view.page("/repris/journal/")
    assert EVIL not in view.page("/repris/extension/Todo/")


def test_an_entry_cannot_name_another_file_as_its_own(view, monkeypatch):
    """Metadata `filename` and `lineno` stand where Beancount keeps the entry's own place; Fava would open it."""
    found = {"filename": "/etc/passwd", "lineno": 1}
    monkeypatch.setattr("ledger.web.ledgers.full_entries", lambda *_: hostile(**found))
    entries = view.entries("repris")
    assert [entry["t"] for entry in entries] == HOSTILE_KINDS
    for entry in entries:
        assert entry["meta"]["filename"] in {"<test>", "<unknown>"}
        view.get("/repris/api/source_slice", status=422, entry_hash=entry["entry_hash"])


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../cykelbudet/main.beancount", "../unit.toml", "unit.toml", "documents/../unit.toml"]
)
def test_a_vouchers_document_is_one_of_its_units_documents(view, monkeypatch, name):
    monkeypatch.setattr("ledger.web.ledgers.full_entries", lambda *_: hostile(document=name))
    entries = view.entries("repris")
    assert [entry["t"] for entry in entries] == HOSTILE_KINDS
    for entry in entries:
        query = {"entry_hash": entry["entry_hash"], "key": "document"}
        assert view.http.get("/repris/statement/", query_string=query).status_code == 422


def test_a_vouchers_document_opens(make_workspace, view_of):
    books = """\
2026-01-10 * "x"
  document: "documents/kvitto.txt"
  Assets:1930-Bank  1.00 SEK
  Income:3001-Försäljning-varor-25
"""
    accounts = "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Income:3001-Försäljning-varor-25\n"
    ws = make_workspace({"repris": {"accounts": accounts, "2026-01": books}})
    folder = ws.units["repris"].folder / "documents"
    folder.mkdir()
    (folder / "kvitto.txt").write_text("receipt", encoding="utf-8")
    view = view_of(ws)
    for slug in ("repris", "federation"):
        entry = next(e for e in view.entries(slug) if e.get("narration") == "x")
        if "document" in entry["meta"]:
            assert view.get(f"/{slug}/statement/", entry_hash=entry["entry_hash"], key="document").text == "receipt"
        else:
            assert slug == "federation"


def test_no_traceback_reaches_a_page(view, monkeypatch, capsys):
    def broken(*_, **__):
        raise RuntimeError("inside")

    monkeypatch.setattr("ledger.web.pages.todo", broken)
    view.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = view.http.get("/federation/extension/Todo/")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.text
    told = answer.text + capsys.readouterr().err
    assert not re.search(r"Traceback|pages\.py", told)
    assert "/federation/extension/Todo/: RuntimeError: inside" in told
