"""What the web view answers, as a list of what is allowed: a new Fava version's route is closed until it is put here.

The gate stands before Fava's application and finds the route with Fava's own URL map, so that no second reading of a
URL can differ from the first. It also refuses names of this machine that aren't loopback (a page on the internet can
point its own name here), writes that come from other pages, and bodies that are too large; and it says in every answer
what the page may load. It takes the place of no login: it is why the view listens on this machine only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from ledger.web.problems import WebFederationOnlyEdits, WebPageMissing, WebRequestRefused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.routing import Map

    from ledger.errors import Problem

MAX_BODY = 10 << 20
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

_API = "json_api."
_READS = (
    "account_report balance_sheet changed commodities context documents errors events help income_statement journal "
    "imports journal_page ledger_data narration_transaction narrations options payee_accounts payee_transaction query "
    "source source_slice statistics trial_balance"
)
#: Endpoints that read, for every ledger.
READ = frozenset(
    {
        *"static sambok_static sambok_banner extension_js_module index report account holdings_by help_page".split(),
        *"document statement download_query download_journal extension_report".split(),
        *(f"{_API}get_{name}" for name in _READS.split()),
    }
)
#: Endpoints that write an existing file's text, for every ledger; whose file it is, is checked behind.
EDIT = frozenset({f"{_API}put_source", f"{_API}put_source_slice", f"{_API}put_format_source"})
#: Endpoints that belong to one unit's books: new and removed entries, imports.
UNIT_READ = frozenset({f"{_API}get_extract"})
UNIT_EDIT = frozenset(
    f"{_API}{name}" for name in "delete_source_slice put_add_entries put_attach_document put_upload_import_file".split()
)
#: Known and closed: they redirect anywhere, move or delete files, or run what an extension brings.
CLOSED = frozenset(
    {
        *"jump extension_endpoint".split(),
        *(f"{_API}{name}" for name in "delete_document put_add_document put_move".split()),
    }
)

CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
#: A document is shown by the browser only in a form that can't run anything; all others are saved.
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv"})
_OWN_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Gate:
    """WSGI application in front of Fava's."""

    def __init__(self, inner: WSGIApplication, url_map: Map, federation: str) -> None:
        self.inner = inner
        self.url_map = url_map
        self.federation = federation

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or hand it on."""
        request = Request(environ)
        endpoint = ""
        refused: Response | None
        try:
            endpoint, arguments = self._route(environ)
            refused = self._refused(request, endpoint, arguments)
        except HTTPException as error:
            refused = Response(error.get_body(), error.code, error.get_headers())
            if refused.status_code >= HTTPStatus.BAD_REQUEST:
                refused = _answer(request, problem_of(error), HTTPStatus(refused.status_code))
        start = _with_headers(start_response, endpoint)
        if refused is not None:
            return refused(environ, start)
        return self.inner(environ, start)

    def _route(self, environ: WSGIEnvironment) -> tuple[str, dict[str, Any]]:
        if _name_of(environ.get("HTTP_HOST", "")) not in LOOPBACK_NAMES:
            return "", {}
        endpoint, arguments = self.url_map.bind_to_environ(environ).match()
        return str(endpoint), dict(arguments)

    def _refused(self, request: Request, endpoint: str, arguments: dict[str, Any]) -> Response | None:
        if _name_of(request.environ.get("HTTP_HOST", "")) not in LOOPBACK_NAMES or _foreign(request):
            return _answer(request, WebRequestRefused(), HTTPStatus.FORBIDDEN)
        if (request.content_length or 0) > MAX_BODY:
            return _answer(request, WebRequestRefused(), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if endpoint not in READ | EDIT | UNIT_READ | UNIT_EDIT:
            return _answer(request, WebRequestRefused(), HTTPStatus.NOT_FOUND)
        if arguments.get("bfile") == self.federation and endpoint in UNIT_READ | UNIT_EDIT:
            return _answer(request, WebFederationOnlyEdits(), HTTPStatus.FORBIDDEN)
        return None


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _foreign(request: Request) -> bool:
    """Whether another page's script, form or picture sent this, rather than our own page or the address bar."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if request.method in {"GET", "HEAD"}:
        opened = request.headers.get("Sec-Fetch-Mode") == "navigate" and "/api/" not in request.path
        return site in {"cross-site", "same-site"} and not opened
    if site not in {"", "same-origin"}:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.environ.get("HTTP_HOST")


def problem_of(error: HTTPException) -> Problem:
    """What a request that can't be answered is told, in the federation's language."""
    return WebPageMissing() if error.code == HTTPStatus.NOT_FOUND else WebRequestRefused()


def _answer(request: Request, problem: Problem, status: HTTPStatus) -> Response:
    text = f"{problem}\n→ {problem.remedy_text()}"
    if "/api/" in request.path:
        return Response(json.dumps({"error": text}), status, mimetype="application/json")
    return Response(text, status, mimetype="text/plain")


def _with_headers(start_response: StartResponse, endpoint: str) -> Callable[..., Any]:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        given = {name.lower(): value for name, value in headers}
        kind = given.get("content-type", "").partition(";")[0].strip()
        own = dict(_OWN_HEADERS)
        own["Content-Security-Policy"] = CSP
        if endpoint not in {"static", "sambok_static"}:
            own["Cache-Control"] = "no-store"
        if endpoint in {"document", "statement"}:
            own["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
            if kind == "application/pdf":  # the browser's own reader doesn't work in a sandbox
                own["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
            elif kind not in INLINE and status.startswith("2"):
                own["Content-Disposition"] = "attachment"
        replaced = {name.lower() for name in own}
        kept = [(name, value) for name, value in headers if name.lower() not in replaced]
        return start_response(status, kept + list(own.items()), exc_info)

    return start
