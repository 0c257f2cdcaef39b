"""Errors that are met in the browser: what a page sends, and what it is told."""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Any

from importers.camt.importer import Camt053Importer
from ledger.web.app import create_app

from .acts import dying_reader
from .stage import Stage

MARCH = "units/repris/books/2026/2026-03.beancount"
SALE = '2026-03-05 * "Sale"\n  Assets:1930-Bank  100.00 SEK\n  Income:3001-Sales\n'


def _client(stage: Stage) -> Any:
    return create_app(stage.root).test_client()


def _told(answer: Any) -> str:
    assert answer.status_code >= 400, answer.text
    return str(answer.json["error"])


def _save(stage: Stage, name: str, *, slug: str = "repris", text: str = "; x\n", digest: str = "0" * 64) -> str:
    """Save a whole file in the page's editor."""
    body = {"file_path": str(stage.root / name), "source": text, "sha256sum": digest}
    return _told(_client(stage).put(f"/{slug}/api/source", json=body))


def two_editors(stage: Stage) -> str:
    client, file = _client(stage), str(stage.root / MARCH)
    read = client.get("/repris/api/source", query_string={"filename": file}).json["data"]
    stage.write("2026-03", "; somebody else's line\n")
    body = {"file_path": file, "source": read["source"] + SALE, "sha256sum": read["sha256sum"]}
    return _told(client.put("/repris/api/source", json=body))


def edit_policy(stage: Stage) -> str:
    return _save(stage, "units/repris/main.beancount")


def edit_closed(stage: Stage) -> str:
    return _save(stage, MARCH.replace(".beancount", ".closed.beancount"))


def edit_elsewhere(stage: Stage) -> str:
    return _save(stage, "units/gemensamt/accounts.beancount")


def _upload(stage: Stage, name: str, content: bytes, slug: str = "repris") -> Any:
    body = {"file": (io.BytesIO(content), name)}
    return _client(stage).put(f"/{slug}/api/upload_import_file", data=body)


def upload_without_a_name(stage: Stage) -> str:
    return _told(_upload(stage, "...", b"x"))


def upload_over_another(stage: Stage) -> str:
    assert _upload(stage, "march.xml", b"<x/>").status_code == 200
    return _told(_upload(stage, "march.xml", b"<y/>"))


def upload_without_a_source(stage: Stage) -> str:
    return _told(_upload(stage, "march.xml", b"<x/>", "gemensamt"))


def add_to_federation(stage: Stage) -> str:
    return _told(_client(stage).put("/federation/api/add_entries", json={"entries": []}))


def add_strange_entry(stage: Stage) -> str:
    entry = {
        "t": "Transaction",
        "date": "2026-03-05",
        "flag": "*",
        "payee": "",
        "narration": "Rent",
        "tags": ["two words"],
        "links": [],
        "meta": {},
        "postings": [{"account": "Assets:1930-Bank", "amount": "10.00 SEK"}],
    }
    return _told(_client(stage).put("/repris/api/add_entries", json={"entries": [entry]}))


def show_latin1(stage: Stage) -> str:
    dying_reader(stage)
    file = stage.write("2026-03", "; Möte\n".encode("latin-1"))
    return _told(_client(stage).get("/repris/api/source", query_string={"filename": str(file)}))


def move_document(stage: Stage) -> str:
    return _told(_client(stage).put("/repris/api/add_document"))


def mistyped_address(stage: Stage) -> str:
    return _told(_client(stage).get("/nosuch/api/errors"))


def query_that_writes(stage: Stage) -> str:
    return _told(_client(stage).get("/repris/api/query", query_string={"query_string": ".set format csv"}))


def port_taken(stage: Stage) -> None:
    other = socket.socket()
    stage.keep(other.close)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with contextlib.suppress(OSError):  # somebody listens there already, which is as well
        other.bind(("127.0.0.1", 5999))
        other.listen()


def _in_the_inbox(stage: Stage) -> tuple[Any, dict[str, str]]:
    stage.write("units/repris/inbox/bank/march.xml", (stage.root / "march.xml").read_bytes())
    client = _client(stage)
    (file,) = client.get("/repris/api/imports").json["data"]
    (importer,) = file["importers"]
    return client, {"filename": file["name"], "importer": importer["importer_name"]}


def failing_importer(stage: Stage) -> str:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    client, asked = _in_the_inbox(stage)
    stage.monkeypatch.setattr(Camt053Importer, "extract", fail)
    return _told(client.get("/repris/api/extract", query_string=asked))


def half_an_import(stage: Stage) -> str:
    client, asked = _in_the_inbox(stage)
    entries = client.get("/repris/api/extract", query_string=asked).json["data"]
    return _told(client.put("/repris/api/add_entries", json={"entries": entries[:2]}))
