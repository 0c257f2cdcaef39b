"""The web view: Fava's own application with our ledgers in it and our gate before it."""

from __future__ import annotations

import logging
from http import HTTPStatus
from pathlib import Path
from typing import Any

import click
import fava
import fava.application as fava_application
import fava.json_api as fava_api
from fava.context import g
from fava.serialisation import deserialise
from fava.util import send_file_inline
from flask import Flask, Response, current_app, jsonify, render_template, request, send_from_directory
from flask_babel import get_translations, gettext
from jinja2 import ChoiceLoader, DictLoader
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from ledger.books import durable, notices
from ledger.books.problems_write import WriteConflict
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.web.files import check_entries
from ledger.web.gate import MAX_BODY, Gate, problem_of
from ledger.web.heard import Heard, in_words
from ledger.web.imports import upload_path
from ledger.web.ledgers import FEDERATION, BookLedger, Ledgers
from ledger.web.page import editor_link
from ledger.web.places import below
from ledger.web.problems import WebRequestRefused, WebUploadTaken
from ledger.web.source import Source
from ledger.web.texts import document
from ledger.web.words import own_words

HERE = Path(__file__).parent
FAVA = Path(fava.__file__).parent
#: How often a page asks whether a file has changed, in milliseconds: every five seconds is Fava's own, and too late.
POLL_MS = 1000


class TemplateChanged(Exception):  # noqa: N818  never reaches a user: a test meets it before a new Fava is taken
    """A place in one of Fava's files that we change isn't there any more."""


def create_app(root: Path, *, debug: bool = False) -> Flask:
    """The WSGI application that shows the federation of a workspace.

    Args:
        root: the workspace's folder. Nothing is loaded before the first request.
        debug: write the traceback of a programming error to standard error.
    """
    logging.getLogger(fava_api.__name__).setLevel(logging.CRITICAL)  # it logs refusals with their tracebacks
    app = fava_application.create_app([], poll_watcher=True)
    app.config["LEDGERS"] = Ledgers(Source(root.resolve()))
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["HEARD"] = Heard()
    app.after_request(_hear)
    _set_up_templates(app)
    _set_up_script(app)
    _set_up_routes(app)
    _set_up_errors(app)
    if not debug:
        app.log_exception = _one_line  # type: ignore[method-assign]
    gate = Gate(app.wsgi_app, app.url_map, FEDERATION)
    app.wsgi_app = gate  # type: ignore[method-assign]
    return app


def _hear(answer: Response) -> Response:
    """What was told while a request was answered is shown above the next page."""
    done = request.method not in {"GET", "HEAD"} and answer.status_code < HTTPStatus.BAD_REQUEST
    heard: Heard = current_app.config["HEARD"]
    heard.hear(changed=done)
    return answer


def _one_line(exc_info: Any) -> None:
    """A programming error on standard error, without its traceback."""
    click.echo(f"{request.path}: {exc_info[0].__name__}: {exc_info[1]}", err=True)


def _set_up_templates(app: Flask) -> None:
    journal = _changed(
        "templates/_journal_table.html",
        "{% autoescape false %}",
        "{% autoescape true %}",
        "{{ entry.narration or '' }}",
        "{{ entry.narration or '' }}{{ sambok_below(entry) }}",
        "{% elif value is string and (value.startswith('http://')",
        "{% elif key == 'source' and sambok_source(value) %}"
        "<a class='filename' data-remote href='{{ sambok_source(value) }}'>{{ value }}</a>\n"
        "  {% elif value is string and (value.startswith('http://')",
        # Opening balances and monthly sums are part of every balance: a journal that hides them doesn't add up.
        "{{ entry.flag|flag_to_type if entry.flag else '' }}",
        "{{ ('*' if entry.flag == 'S' else entry.flag)|flag_to_type if entry.flag else '' }}",
    )
    layout = _changed(
        "templates/_layout.html",
        '<link rel="stylesheet" href="{{ static_url(\'app.css\') }}">',
        '<link rel="stylesheet" href="{{ static_url(\'app.css\') }}">\n'
        "    <link rel=\"stylesheet\" href=\"{{ url_for('sambok_static', filename='sambok.css') }}\">",
        "<!-- <header> and <aside> get inserted here -->",
        "{{ sambok_banner() }}",
    )
    own = DictLoader({"_journal_table.html": journal, "_layout.html": layout})
    assert app.jinja_loader is not None
    app.jinja_loader = ChoiceLoader([own, app.jinja_loader])
    app.add_template_global(_banner, "sambok_banner")
    app.add_template_global(_below, "sambok_below")
    app.add_template_global(_source, "sambok_source")
    app.before_request(_say_it_our_way)


def _changed(name: str, *pairs: str) -> str:
    """A file of Fava's with some of its text replaced; each piece must stand there exactly once."""
    text = (FAVA / name).read_text(encoding="utf-8")
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        if text.count(old) != 1:
            raise TemplateChanged(f"{name}: {old}")
        text = text.replace(old, new)
    return text


def _say_it_our_way() -> None:
    """Put our words into the catalogue that Fava's pages and answers take theirs from."""
    if getattr(g, "ledger", None) is not None:  # its language is known
        get_translations()._catalog.update(own_words())  # noqa: SLF001  Fava itself reads it there


def _banner() -> Markup:
    """What is left out of the figures on this page, and what the latest change left to say; nothing if all is well."""
    ledger: BookLedger | None = getattr(g, "ledger", None)
    if ledger is None:
        return Markup("")
    left_out = _left_out(ledger)
    heard: Heard = current_app.config["HEARD"]
    told = in_words(heard.standing(ledger.look.workspace, ledger.unit.slug if ledger.unit else None))
    if not left_out and not told:
        return Markup("")
    rows = Markup("").join(Markup("<p>{}</p>").format(text) for text in told)
    return Markup('<div class="sambok-banner" role="status">{}{}</div>').format(left_out, rows)


def _left_out(ledger: BookLedger) -> Markup:
    """What is left out of the figures on this page; nothing if all is there."""
    look = ledger.present()
    if ledger.unit is not None:
        book = look.federation.books.units.get(ledger.unit.slug)
        if book is None or book.ok:
            return Markup("")
        text = say(N_("This book has errors: it is left out of the federation's figures until they are mended."))
    else:
        if look.federation.combined.complete:
            return Markup("")
        left_out = sorted({p.unit for p in look.federation.problems if p.unit and not _counted(look, p.unit)})
        names = ", ".join(look.workspace.units[u].name if u in look.workspace.units else u for u in left_out) or "-"
        text = say(N_("INCOMPLETE: books with errors are left out of every figure here: {names}."), names=names)
    link = f"/{ledger.slug}/errors/"
    return Markup('{} <a href="{}">{}</a>').format(text, link, say(N_("See the errors")))


def _below(entry: Any) -> Markup:
    """In the federation's journal, beside a unit's sum of a month: the way to what it is the sum of."""
    ledger: BookLedger | None = getattr(g, "ledger", None)
    if ledger is None or ledger.unit is not None or not entry.meta.get("drill"):
        return Markup("")
    link = below(ledger.present(), entry, request.args.get("a", ""))
    return Markup(' <a class="sambok-below" href="{}"{}>{}</a>').format(
        link, Markup("") if link.startswith(f"/{ledger.slug}/") else Markup(" data-remote"), say(N_("See the vouchers"))
    )


def _source(value: object) -> str:
    """In the federation's journal, the voucher that a posting of an elimination or adjustment answers."""
    ledger: BookLedger | None = getattr(g, "ledger", None)
    if ledger is None or ledger.unit is not None or not isinstance(value, str):
        return ""
    return editor_link(ledger.present(), value)


def _counted(look: Any, slug: str) -> bool:
    book = look.federation.books.units.get(slug)
    return bool(book is not None and book.ok)


def _ledger() -> BookLedger:
    """This request's ledger; all of ours are of this kind."""
    ledger = g.ledger
    assert isinstance(ledger, BookLedger)
    return ledger


def _set_up_script(app: Flask) -> None:
    script = _changed(
        "static/app.js", "setInterval(poll_for_changes, 5e3)", f"setInterval(poll_for_changes, {POLL_MS})"
    )
    others = app.view_functions["static"]

    def static(filename: str) -> Any:
        if filename != "app.js":
            return others(filename=filename)
        answer = Response(script, mimetype="text/javascript")
        answer.cache_control.no_cache = True  # asked for again, and answered by its tag: a new Sambok is seen at once
        answer.add_etag()
        return answer.make_conditional(request)

    app.view_functions["static"] = static


def _set_up_routes(app: Flask) -> None:
    @app.route("/sambok/<path:filename>", endpoint="sambok_static")
    def sambok_static(filename: str) -> Response:
        return send_from_directory(HERE / "static", filename)

    @app.route("/<bfile>/sambok/banner", endpoint="sambok_banner")
    def sambok_banner() -> str:
        return _banner()

    def put_add_entries() -> Any:
        """Fava parses an amount while it reads it: nothing unusual may reach that."""
        body = request.get_json(silent=True)
        given = body.get("entries") if isinstance(body, dict) else None
        entries = given if isinstance(given, list) else []
        check_entries(entries)
        done = _ledger().file.insert_entries([deserialise(entry) for entry in entries])
        text = N_("Entries stored: {written}; there already: {known}.")
        told = [say(text, written=done.written, known=done.known), *in_words(notices.peek())]
        return fava_api.json_success("\n".join(told))

    def get_source_slice() -> Any:
        ledger = _ledger()
        text, digest = ledger.file.source_slice(ledger.get_entry(request.args.get("entry_hash", "")))
        return fava_api.json_success(fava_api.SourceSlice(digest, text))

    def show_document() -> Any:
        path, ledger = Path(request.args.get("filename", "")), _ledger()
        if not document(ledger.look.workspace, ledger.unit, path):
            raise WebRequestRefused
        return send_file_inline(str(path))

    def put_upload_import_file() -> Any:
        upload, ledger = request.files.get("file"), _ledger()
        content = upload.stream.read() if upload else b""
        path = upload_path(ledger, upload.filename or "" if upload else "", content)
        durable.replace(path, content)  # whole or not there: a job that empties inboxes may be running
        return fava_api.json_success(say(N_("Saved in {place}."), place=ledger.look.workspace.shown(path)))

    own = {
        "json_api.put_add_entries": put_add_entries,
        "json_api.get_source_slice": get_source_slice,
        "json_api.put_upload_import_file": put_upload_import_file,
        "document": show_document,
    }
    app.view_functions.update(own)


def _set_up_errors(app: Flask) -> None:
    @app.errorhandler(Problem)
    def problem(error: Problem) -> Any:
        status = (
            HTTPStatus.CONFLICT
            if isinstance(error, WriteConflict | WebUploadTaken)
            else HTTPStatus.UNPROCESSABLE_ENTITY
        )
        if isinstance(error, WebRequestRefused):
            status = HTTPStatus.NOT_FOUND
        return _error(f"{error}\n→ {error.remedy_text()}", status)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        found = problem_of(error)
        return _error(f"{found}\n→ {found.remedy_text()}", HTTPStatus(error.code or HTTPStatus.BAD_REQUEST))

    @app.errorhandler(RecursionError)
    def deep(error: RecursionError) -> Any:
        """A body or a query of thousands of brackets, which its reader can't take."""
        _one_line((type(error), error, None))
        found = WebRequestRefused()
        return _error(f"{found}\n→ {found.remedy_text()}", HTTPStatus.BAD_REQUEST)

    @app.errorhandler(HTTPStatus.INTERNAL_SERVER_ERROR)
    def fault(error: Any) -> Any:
        cause = getattr(error, "original_exception", None) or error
        text = say(
            N_(
                "Sambok itself failed here ({kind}). No book was changed. Run it with --debug and tell the maintainers."
            ),
            kind=type(cause).__name__,
        )
        return _error(text, HTTPStatus.INTERNAL_SERVER_ERROR)


def _error(text: str, status: HTTPStatus) -> Any:
    if "/api/" in request.path:
        answer = jsonify({"error": text})
        answer.status_code = status
        return answer
    if getattr(g, "ledger", None) is None:
        return current_app.response_class(text, status, mimetype="text/plain")
    content = Markup('<p class="pre">{}</p>').format(escape(text))
    title = gettext("Errors")  # Fava's own heading of such a page
    return render_template("_layout.html", page_title=title, content=content), status
